//! Customers' money as people and programs see it.

use super::document::{Document, Table, Value};
use crate::book::fund::{Balances, FundMoved};
use crate::domain::money::Overflow;

/// Money that moved.
pub fn moved(schema: &str, outcome: &FundMoved) -> Document {
    let currency = outcome.amount.currency;
    Document::new(schema)
        .field("entry", "Entry", outcome.entry.0.to_string())
        .field("group", "Group", &outcome.group)
        .field("account", "Account", outcome.account.clone())
        .field("date", "Date", outcome.date)
        .field("currency", "Currency", currency)
        .amount("amount", "Amount", outcome.amount.amount, currency)
        .amount("deposits", "Not allocated now", outcome.deposits, currency)
        .field("funds", "Funds now", outcome.funds.map(|funds| Value::amount(funds, currency)))
}

/// What every account and group has.
pub fn balances(balances: &Balances) -> Result<Document, Overflow> {
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("currency", "Currency")
        .column("mode", "Mode")
        .column_right("funds", "Funds")
        .column_right("owed", "Owed")
        .column_right("credit_limit", "Credit limit")
        .column_right("available", "Available")
        .when_empty("no accounts yet");
    for view in &balances.accounts {
        let currency = view.group.currency;
        let amount = |amount| Value::amount(amount, currency);
        table.push([
            (&view.account.code).into(),
            (&view.group.code).into(),
            currency.into(),
            view.account.mode.as_str().into(),
            amount(view.standing.funds),
            amount(view.standing.owed),
            amount(view.standing.credit_limit),
            amount(view.standing.available()?),
        ]);
    }
    let groups = super::entity::group_table("groups", &balances.groups).title("Groups");
    Ok(Document::new("fund-balance").table(table).table(groups))
}
