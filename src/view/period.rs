//! Months and their closing as people and programs see them.

use super::document::{Document, Field, Table, Value};
use super::price::exact;
use crate::book::close::PeriodClosed;
use crate::book::month_end::MonthEnded;
use crate::book::period::PeriodView;
use crate::domain::close::{Blocker, Receipt};
use crate::domain::money::Overflow;

/// Every month in which something happened.
pub fn periods(views: &[PeriodView]) -> Document {
    Document::new("period-list").table(table(views, "rows").when_empty("nothing has happened in any month yet"))
}

/// Months as a table.
pub(super) fn table(views: &[PeriodView], key: &'static str) -> Table {
    Table::new(key)
        .column("period", "Period")
        .column("state", "State")
        .column_right("bill_version", "Bill version")
        .column("bill_finality", "Bill")
        .column("currency", "Currency")
        .column_right("payable", "Payable")
        .column_right("open_differences", "Open differences")
        .column("receipt", "Receipt")
        .rows(views.iter().map(|v| {
            let bill = v.bill.as_ref();
            [
                v.period.into(),
                v.state.as_str().into(),
                bill.map(|b| b.version).into(),
                bill.map(|b| b.finality.as_str()).into(),
                bill.map(|b| b.currency).into(),
                bill.map(|b| exact(b.totals.payable, b.currency)).into(),
                v.open_differences.into(),
                v.receipt.as_deref().map(|hash| hash.chars().take(16).collect::<String>()).into(),
            ]
        }))
}

/// A month that was closed.
pub fn closed(outcome: &PeriodClosed) -> Document {
    let receipt = &outcome.receipt;
    let ledger = Table::new("ledger")
        .title("Ledger at the end of the month")
        .column("ledger_account", "Ledger account")
        .column("currency", "Currency")
        .column_right("balance", "Debits less credits")
        .rows(receipt.ledger.iter().map(|t| [t.code.as_str().into(), t.currency.into(), Value::amount(t.balance, t.currency)]));
    Document::new("period-close")
        .field("period", "Period", receipt.period)
        .field("state", "State", "closed")
        .machine_field("already_closed", outcome.already)
        .field("bill_version", "Bill version", receipt.bill.as_ref().map(|b| b.version))
        .field("payable", "Accepted into payable", receipt.bill.as_ref().map(|b| Value::amount(b.payable, b.currency)))
        .field("usage_charges", "Usage charges", receipt.usage_charges)
        .with(true_ups(receipt))
        .people_field("Statements frozen", receipt.statements.len())
        .field("receipt", "Receipt", outcome.receipt_sha256.as_str())
        .table(ledger)
        .table(statements(receipt))
}

/// What proves each statement, for those who keep the answer.
fn statements(receipt: &Receipt) -> Table {
    let table = Table::new("statements")
        .column("account", "Account")
        .column("currency", "Currency")
        .column_right("closing", "Balance due, closing")
        .column("sha256", "SHA-256")
        .rows(receipt.statements.iter().map(|frozen| {
            let closing = Value::amount(frozen.closing, frozen.currency);
            [(&frozen.account).into(), frozen.currency.into(), closing, frozen.sha256.as_str().into()]
        }));
    table.machine_only()
}

/// What retroactive tiers have changed, by currency; people see it where there is any.
fn true_ups(receipt: &Receipt) -> Field {
    let sums = receipt.true_ups.iter().map(|(currency, sum)| (currency.code(), Value::amount(*sum, *currency)));
    let field = Field::new("true_ups", "True-ups", Value::object(sums));
    if receipt.true_ups.is_empty() { field.machine_only() } else { field }
}

/// What keeps a month from closing.
fn blockers_table(blockers: &[Blocker], sentences: &[String]) -> Table {
    Table::new("blockers").column("blocker", "Blocker").column("what", "What blocks").rows(blockers.iter().zip(sentences).map(
        |(blocker, sentence)| {
            let name = match blocker {
                Blocker::EarlierMonthOpen { .. } => "earlier-month-open",
                Blocker::NothingHappened => "nothing-happened",
                Blocker::OtherCurrency { .. } => "other-currency",
                Blocker::NotOver => "not-over",
                Blocker::NoBill => "no-bill",
                Blocker::WithoutBill { .. } => "without-bill",
                Blocker::BillNotFinal => "bill-not-final",
                Blocker::TotalDiffers { .. } => "total-differs",
                Blocker::RejectedLines { .. } => "rejected-lines",
                Blocker::OpenDifferences { .. } => "open-differences",
                Blocker::Unexplained { .. } => "unexplained",
            };
            [Value::from(name), sentence.as_str().into()]
        },
    ))
}

/// A month end: what each of its steps came to.
pub fn month_ended(outcome: &MonthEnded, blockers: &[String], statements: &[String]) -> Result<Document, Overflow> {
    let mut document = Document::new("month-end")
        .field("period", "Period", outcome.reconciled.period)
        .field("state", "State", outcome.state().as_str())
        .machine_field("changed_nothing", outcome.changed_nothing())
        .section("bill_import", "Bill", super::bill::imported(&outcome.bill, None))
        .section("reconcile_run", "Reconciliation", super::reconcile::reconciled("reconcile-run", &outcome.reconciled)?);
    if let Some(closed_period) = &outcome.closed {
        document = document.section("period_close", "Close", closed(closed_period));
    }
    if !outcome.blockers.is_empty() {
        document = document.table(blockers_table(&outcome.blockers, blockers).title("What keeps the month from closing"));
    }
    let paths: Vec<Value> = statements.iter().map(Value::from).collect();
    Ok(document.machine_field("statements", Value::List(paths)).people_field("Statements", statements.len()))
}
