//! Reports and proofs as people and programs see them.

use super::document::{Document, Table, Value};
use crate::book::report::TrialBalance;
use crate::domain::money::Amount;
use crate::store::Checked;

/// A trial balance, and both sides by currency.
pub fn trial_balance(report: &TrialBalance) -> Document {
    let mut table = Table::new("rows")
        .column("ledger_account", "Ledger account")
        .column("owner", "Owner")
        .column("currency", "Currency")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit")
        .when_empty("nothing was posted yet");
    for row in &report.rows {
        let debit = row.balance.or_zero();
        let credit = row.balance.negated().map_or(Amount::ZERO, Amount::or_zero);
        let side = |amount: Amount| Value::amount(amount, row.currency);
        table.push([row.code.as_str().into(), row.owner.as_str().into(), row.currency.into(), side(debit), side(credit)]);
    }
    let totals = Table::new("totals")
        .keyed()
        .title("Totals")
        .column("currency", "Currency")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit")
        .rows(report.totals.iter().map(|(currency, (debit, credit))| {
            [(*currency).into(), Value::amount(*debit, *currency), Value::amount(*credit, *currency)]
        }));
    Document::new("report-trial-balance").table(table).table(totals)
}

/// Every proof.
pub fn check(checks: &[Checked]) -> Document {
    let table = Table::new("rows").column("name", "Check").column("ok", "OK").column("detail", "Detail");
    let rows = checks.iter().map(|c| [c.name.as_str().into(), c.ok.into(), Value::from(c.detail.as_str())]);
    Document::new("check").field("ok", "OK", checks.iter().all(|c| c.ok)).table(table.rows(rows))
}
