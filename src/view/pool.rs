//! The agent's money at the provider as people and programs see it.

use super::document::{Document, Table, Value};
use crate::book::pool::{PoolMoved, PoolStanding};
use crate::domain::money::Overflow;

/// What moved between bank, pool and provider.
pub fn moved(schema: &str, outcome: &PoolMoved) -> Result<Document, Overflow> {
    let PoolStanding { currency, pool, accrued, payable } = outcome.standing;
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
        .column_right("available", "Available");
    for standing in standings {
        let amount = |amount| Value::amount(amount, standing.currency);
        table.push([
            standing.currency.into(),
            amount(standing.pool),
            amount(standing.accrued),
            amount(standing.payable),
            amount(standing.available()?),
        ]);
    }
    Ok(Document::new("pool-show").table(table))
}
