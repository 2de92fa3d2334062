//! The agent's money at the provider as people and programs see it.

use super::document::{Column, Document, Table, Value};
use crate::book::pool::{PoolHistory, PoolMoved, PoolStanding};
use crate::domain::money::{Amount, Currency, Overflow};
use crate::store::LedgerMovement;

/// What moved between bank, pool and provider.
pub fn moved(schema: &str, outcome: &PoolMoved) -> Result<Document, Overflow> {
    let PoolStanding { currency, pool, accrued, payable, pending_usage } = outcome.standing;
    Ok(Document::new(schema)
        .field("entry", "Entry", outcome.entry.0.to_string())
        .field("date", "Date", outcome.date)
        .field("currency", "Currency", currency)
        .amount("amount", "Amount", outcome.amount.amount, currency)
        .field("paid", "Paid by the bank", outcome.paid.map(|paid| Value::amount(paid.amount, paid.currency)))
        .field("paid_currency", "Paid in", outcome.paid.map(|paid| paid.currency.code()))
        .amount("pool", "Pool now", pool, currency)
        .amount("accrued", "Expected to be billed", accrued, currency)
        .amount("payable", "Billed, not paid", payable, currency)
        .amount("pending_usage", "Usage not charged", pending_usage, currency)
        .amount("available", "Available", outcome.standing.available()?, currency)
        .field("reference", "Reference", outcome.reference.clone())
        .field("remark", "Remark", outcome.remark.clone()))
}

/// The pool in every currency.
pub fn show(standings: &[PoolStanding]) -> Result<Document, Overflow> {
    let mut table = Table::new("rows")
        .column("currency", "Currency")
        .column_right("pool", "Pool")
        .column_right("accrued", "Expected to be billed")
        .column_right("payable", "Billed, not paid")
        .column_right("pending_usage", "Usage not charged")
        .column_right("available", "Available");
    for standing in standings {
        let amount = |amount| Value::amount(amount, standing.currency);
        table.push([
            standing.currency.into(),
            amount(standing.pool),
            amount(standing.accrued),
            amount(standing.payable),
            amount(standing.pending_usage),
            amount(standing.available()?),
        ]);
    }
    Ok(Document::new("pool-show").table(table))
}

/// Everything that moved the pool, and what the bank paid the provider.
pub fn history(history: &PoolHistory) -> Result<Document, Overflow> {
    let PoolHistory { currency, opening, ref pool, ref from_bank } = *history;
    let (table, closing) = movements("rows", pool, opening, currency, Ok)?;
    let document = Document::new("pool-history")
        .field("currency", "Currency", currency)
        .amount("opening", "Pool, opening", opening, currency)
        .amount("closing", "Pool, closing", closing, currency)
        .table(table);
    if from_bank.is_empty() {
        return Ok(document);
    }
    let (table, _) = movements("from_bank", from_bank, Amount::ZERO, currency, Amount::negated)?;
    Ok(document.table(table.title("Paid to the provider from the bank")))
}

/// Movements of a ledger account with its balance after each, and the last balance. `seen` turns debits less credits into what
/// people see.
pub(super) fn movements(
    key: &'static str,
    movements: &[LedgerMovement],
    opening: Amount,
    currency: Currency,
    seen: impl Fn(Amount) -> Result<Amount, Overflow>,
) -> Result<(Table, Amount), Overflow> {
    let where_any = |column: Column, any: bool| if any { column } else { column.machine_only() };
    let any_account = movements.iter().any(|movement| movement.account.is_some());
    let any_recipient = movements.iter().any(|movement| movement.recipient.is_some());
    let mut table = Table::new(key)
        .column("entry", "Entry")
        .column("date", "Date")
        .column("event", "Event")
        .with(where_any(Column::left("account", "Account"), any_account))
        .with(where_any(Column::left("to", "To"), any_recipient))
        .column_right("amount", "Amount")
        .column_right("balance", "Balance")
        .column("reference", "Reference")
        .column("remark", "Remark")
        .when_empty("nothing has moved it");
    let mut balance = opening;
    for movement in movements {
        let amount = seen(movement.amount)?;
        balance = balance.plus(amount)?;
        table.push([
            movement.entry.0.to_string().into(),
            movement.date.into(),
            movement.event.as_str().into(),
            movement.account.clone().into(),
            movement.recipient.clone().into(),
            Value::amount(amount, currency),
            Value::amount(balance, currency),
            movement.note.reference.clone().into(),
            movement.note.remark.clone().into(),
        ]);
    }
    Ok((table, balance))
}
