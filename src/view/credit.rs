//! Credit as people and programs see it.

use super::document::{Document, Table, Value};
use crate::book::account::AccountView;
use crate::book::credit::CreditSet;
use crate::domain::money::Overflow;

/// A limit that was set.
pub fn set(outcome: &CreditSet) -> Result<Document, Overflow> {
    let (currency, standing) = (outcome.currency, outcome.standing);
    Ok(Document::new("credit-set")
        .field("account", "Account", &outcome.account)
        .field("currency", "Currency", currency)
        .amount("before", "Limit before", outcome.before, currency)
        .amount("credit_limit", "Credit limit", standing.credit_limit, currency)
        .field("from", "From", outcome.from)
        .amount("owed", "Owed", standing.owed, currency)
        .amount("pending_usage", "Pending usage", standing.pending_usage, currency)
        .amount("available", "Available", standing.available()?, currency)
        .amount("arrears", "Arrears", standing.arrears()?, currency))
}

/// The credit of accounts.
pub fn show(accounts: &[AccountView]) -> Result<Document, Overflow> {
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("currency", "Currency")
        .column_right("credit_limit", "Credit limit")
        .column_right("owed", "Owed")
        .column_right("pending_usage", "Pending usage")
        .column_right("available", "Available")
        .column_right("arrears", "Arrears")
        .when_empty("no agent-pays accounts yet");
    for view in accounts {
        let (currency, standing) = (view.group.currency, view.standing);
        let amount = |amount| Value::amount(amount, currency);
        table.push([
            (&view.account.code).into(),
            (&view.group.code).into(),
            currency.into(),
            amount(standing.credit_limit),
            amount(standing.owed),
            amount(standing.pending_usage),
            amount(standing.available()?),
            amount(standing.arrears()?),
        ]);
    }
    Ok(Document::new("credit-show").table(table))
}
