//! Customers' money as people and programs see it.

use super::document::{Column, Document, Table, Value};
use crate::book::fund::{Balances, FundMoved, GroupHistory, History, HistoryOf};
use crate::domain::money::{Amount, Overflow};

/// Money that moved.
pub fn moved(schema: &str, outcome: &FundMoved) -> Document {
    let currency = outcome.amount.currency;
    let arrears_paid = outcome.arrears_paid.map(|paid| Value::amount(paid, currency));
    let document = Document::new(schema)
        .field("entry", "Entry", outcome.entry.0.to_string())
        .field("group", "Group", &outcome.group)
        .field("account", "Account", outcome.account.clone())
        .field("to", "To", outcome.to.clone())
        .field("date", "Date", outcome.date)
        .field("currency", "Currency", currency)
        .amount("amount", "Amount", outcome.amount.amount, currency)
        .amount("deposits", "Not allocated now", outcome.deposits, currency)
        .field("funds", "Funds now", outcome.funds.map(|funds| Value::amount(funds, currency)))
        .field("to_funds", "Funds there now", outcome.to_funds.map(|funds| Value::amount(funds, currency)))
        .field("reference", "Reference", outcome.reference.clone())
        .field("remark", "Remark", outcome.remark.clone());
    match arrears_paid {
        Some(paid) => document.field("arrears_paid", "Of it, arrears paid", paid),
        None => document.machine_field("arrears_paid", Value::Null),
    }
}

/// Everything that moved the money of one account or group.
pub fn history(history: &HistoryOf) -> Result<Document, Overflow> {
    match history {
        HistoryOf::Account(history) => of_account(history),
        HistoryOf::Group(history) => of_group(history),
    }
}

fn of_group(history: &GroupHistory) -> Result<Document, Overflow> {
    let currency = history.group.currency;
    // Deposits are a liability: a credit raises them.
    let (table, closing) = super::pool::movements("rows", &history.movements, history.opening, currency, Amount::negated)?;
    Ok(Document::new("fund-history")
        .machine_field("account", Value::Null)
        .field("group", "Group", &history.group.code)
        .field("currency", "Currency", currency)
        .machine_field("mode", Value::Null)
        .amount("opening", "Not allocated, opening", history.opening, currency)
        .amount("closing", "Not allocated, closing", closing, currency)
        .table(table))
}

fn of_account(history: &History) -> Result<Document, Overflow> {
    let currency = history.group.currency;
    let mut balance = history.opening;
    let any_other = history.movements.iter().any(|movement| movement.other.is_some());
    let other = Column::left("other", "Other account");
    let mut table = Table::new("rows")
        .column("entry", "Entry")
        .column("date", "Date")
        .column("event", "Event")
        .column("product", "Product")
        .column("order", "Order")
        .with(if any_other { other } else { other.machine_only() })
        .column_right("amount", "Amount")
        .column_right("balance", "Balance")
        .column("reference", "Reference")
        .column("remark", "Remark")
        .when_empty("nothing has moved its money");
    for movement in &history.movements {
        // A movement counts what it adds to the balance due.
        let amount = movement.amount.negated()?;
        balance = balance.plus(amount)?;
        let charge = movement.charge.as_ref();
        table.push([
            movement.entry.0.to_string().into(),
            movement.date.into(),
            movement.event.as_str().into(),
            charge.map(|charge| charge.product.clone()).into(),
            charge.and_then(|charge| charge.order).map(|order| order.to_string()).into(),
            movement.other.clone().into(),
            Value::amount(amount, currency),
            Value::amount(balance, currency),
            movement.note.reference.clone().into(),
            movement.note.remark.clone().into(),
        ]);
    }
    Ok(Document::new("fund-history")
        .field("account", "Account", &history.account.code)
        .field("group", "Group", &history.group.code)
        .field("currency", "Currency", currency)
        .field("mode", "Mode", history.mode.as_str())
        .amount("opening", "Opening", history.opening, currency)
        .amount("closing", "Closing", balance, currency)
        .table(table))
}

/// What every account and group has.
pub fn balances(balances: &Balances) -> Result<Document, Overflow> {
    let any_pending = balances.accounts.iter().any(|view| !view.standing.pending_usage.is_zero());
    let pending = Column::right("pending_usage", "Usage not charged");
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("currency", "Currency")
        .column("mode", "Mode")
        .column_right("funds", "Funds")
        .column_right("owed", "Owed")
        .column_right("credit_limit", "Credit limit")
        .with(if any_pending { pending } else { pending.machine_only() })
        .column_right("available", "Available")
        .when_empty("no accounts yet");
    for view in &balances.accounts {
        let currency = view.group.currency;
        let amount = |amount| Value::amount(amount, currency);
        table.push([
            (&view.account.code).into(),
            (&view.group.code).into(),
            currency.into(),
            view.standing.mode.as_str().into(),
            amount(view.standing.funds),
            amount(view.standing.owed),
            amount(view.standing.credit_limit),
            amount(view.standing.pending_usage),
            amount(view.standing.available()?),
        ]);
    }
    let groups = super::entity::group_table("groups", &balances.groups).title("Groups");
    Ok(Document::new("fund-balance").table(table).table(groups))
}
