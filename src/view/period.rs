//! Months and their closing as people and programs see them.

use super::document::{Document, Field, Table, Value};
use super::price::exact;
use crate::book::close::checklist::{CheckWaived, Checklist};
use crate::book::close::{PeriodClosed, PeriodReopened, SoftClosed};
use crate::book::month_end::MonthEnded;
use crate::book::period::{PeriodView, ReceiptView};
use crate::domain::close::{Blocker, CheckState, Receipt};
use crate::domain::money::Overflow;
use crate::domain::period::PeriodState;

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
    Document::new("period-close")
        .field("period", "Period", receipt.period)
        .field("state", "State", "closed")
        .machine_field("already_closed", outcome.already)
        .field("bill_version", "Bill version", receipt.bill.as_ref().map(|b| b.version))
        .field("payable", "Accepted into payable", receipt.bill.as_ref().map(|b| Value::amount(b.payable, b.currency)))
        .field("usage_charges", "Usage charges", receipt.usage_charges)
        .with(true_ups(receipt))
        .with(accrued_usage(receipt))
        .people_field("Statements frozen", receipt.statements.len())
        .field("receipt", "Receipt", outcome.receipt_sha256.as_str())
        .table(ledger(receipt))
        .table(statements(receipt).machine_only())
}

/// The checklist of a month; `sentences` say what blocks, and what helps.
pub fn checklist(view: &Checklist, sentences: &[String]) -> Document {
    let mut sentences = sentences.iter();
    let table = Table::new("rows")
        .column("check", "Check")
        .column("state", "State")
        .column("what", "What")
        .when_empty("the month is closed")
        .rows(view.checks.iter().map(|(check, state)| {
            let (state, what) = match state {
                CheckState::Done => ("done", String::new()),
                CheckState::NotNeeded => ("not needed", String::new()),
                CheckState::Later => ("later", String::new()),
                CheckState::Waived(waiver) => ("waived", format!("by {} on {}: {}", waiver.operator, waiver.day, waiver.reason)),
                CheckState::Blocked(_) => ("blocked", sentences.next().cloned().unwrap_or_default()),
            };
            [Value::from(check.as_str()), state.into(), Value::from(what)]
        }));
    Document::new("period-checklist")
        .field("period", "Period", view.period)
        .field("state", "State", view.state.as_str())
        .field("can_close", "Can close", if view.is_blocked() || view.checks.is_empty() { "no" } else { "yes" })
        .table(table)
}

/// A waiver, given or taken back.
pub fn waived(outcome: &CheckWaived) -> Document {
    let waiver = &outcome.waiver;
    Document::new("period-waive")
        .field("period", "Period", waiver.month)
        .field("check", "Check", waiver.check.as_str())
        .field("state", "State", if waiver.withdrawn { "withdrawn" } else { "waived" })
        .field("reason", "Reason", waiver.reason.as_str())
        .field("operator", "Operator", waiver.operator.as_str())
        .field("day", "Day", waiver.day)
        .machine_field("already", outcome.already)
}

/// Months that were opened again.
pub fn reopened(outcome: &PeriodReopened) -> Document {
    Document::new("period-reopen")
        .field("periods", "Open again", Value::List(outcome.periods.iter().map(|month| Value::from(*month)).collect()))
        .field("statements", "Statements that count no more", outcome.statements)
        .field("reversed", "Entries taken back", outcome.reversed)
}

/// A month in which only finance writes.
pub fn soft_closed(outcome: &SoftClosed) -> Document {
    Document::new("period-soft-close")
        .field("period", "Period", outcome.period)
        .field("state", "State", "soft-closed")
        .machine_field("already_soft_closed", outcome.already)
}

/// The receipt of a month, and those that it took the place of.
pub fn receipt(view: &ReceiptView) -> Document {
    let receipt = &view.receipt;
    let bill = receipt.bill.as_ref();
    let classes = Table::new("classes")
        .title("Bridge from recorded to billed")
        .column("class", "Class")
        .column_right("count", "Count")
        .column_right("amount", "Amount")
        .rows(receipt.classes.iter().map(|(class, total)| {
            let amount = bill.map_or(Value::from(total.amount.to_string()), |bill| exact(total.amount, bill.currency));
            [Value::from(class.as_str()), total.count.into(), amount]
        }));
    let files = Table::new("files")
        .title("Files of the bill")
        .column("sha256", "SHA-256")
        .rows(bill.into_iter().flat_map(|bill| &bill.sha256).map(|hash| [Value::from(hash.as_str())]));
    let history = Table::new("versions")
        .title("Each time that the month was closed")
        .column_right("version", "Version")
        .column("sha256", "Receipt")
        .column("counts", "Counts")
        .rows(view.versions.iter().map(|(version, hash)| {
            let counts = view.state == PeriodState::Closed && *version == receipt.version;
            [Value::from(*version), hash.as_str().into(), if counts { "yes" } else { "no" }.into()]
        }));
    Document::new("period-receipt")
        .field("period", "Period", receipt.period)
        .field("state", "State", view.state.as_str())
        .field("version", "Version", receipt.version)
        .field("receipt_form", "Form", receipt.form.as_str())
        .field("tool", "Made by subledger", receipt.tool.as_str())
        .field("sha256", "SHA-256 of the receipt", view.sha256.as_str())
        .field("bill_version", "Bill version", bill.map(|b| b.version))
        .field("lines", "Lines", bill.map(|b| b.lines))
        .field("recorded", "Recorded", bill.map(|b| exact(receipt.recorded, b.currency)))
        .field("billed", "Billed", bill.map(|b| exact(b.billed, b.currency)))
        .field("payable", "Accepted into payable", bill.map(|b| Value::amount(b.payable, b.currency)))
        .field("usage_charges", "Usage charges", receipt.usage_charges)
        .with(true_ups(receipt))
        .with(accrued_usage(receipt))
        .field("audit_head", "Audit head before", receipt.audit_head.as_str())
        .machine_field("content", view.content.as_str())
        .table(classes)
        .table(waivers(receipt))
        .table(ledger(receipt))
        .table(statements(receipt).title("Statements"))
        .table(files)
        .table(history)
}

/// What was accrued of usage whose bill has not come, by currency; people see it where there is any.
fn accrued_usage(receipt: &Receipt) -> Field {
    let sums = receipt.accrued_usage.iter().map(|(currency, sum)| (currency.code(), Value::amount(*sum, *currency)));
    let field = Field::new("accrued_usage", "Usage accrued without a bill", Value::object(sums));
    if receipt.accrued_usage.is_empty() { field.machine_only() } else { field }
}

fn waivers(receipt: &Receipt) -> Table {
    Table::new("waivers")
        .title("Checks that somebody has answered for")
        .column("check", "Check")
        .column("operator", "Operator")
        .column("day", "Day")
        .column("reason", "Reason")
        .rows(
            receipt
                .waivers
                .iter()
                .map(|w| [w.check.as_str().into(), Value::from(w.operator.as_str()), w.day.into(), w.reason.as_str().into()]),
        )
}

fn ledger(receipt: &Receipt) -> Table {
    Table::new("ledger")
        .title("Ledger at the end of the month")
        .column("ledger_account", "Ledger account")
        .column("currency", "Currency")
        .column_right("balance", "Debits less credits")
        .rows(receipt.ledger.iter().map(|t| [t.code.as_str().into(), t.currency.into(), Value::amount(t.balance, t.currency)]))
}

/// What proves each statement.
fn statements(receipt: &Receipt) -> Table {
    Table::new("statements")
        .column("account", "Account")
        .column("currency", "Currency")
        .column_right("closing", "Balance due, closing")
        .column("sha256", "SHA-256")
        .rows(receipt.statements.iter().map(|frozen| {
            let closing = Value::amount(frozen.closing, frozen.currency);
            [(&frozen.account).into(), frozen.currency.into(), closing, frozen.sha256.as_str().into()]
        }))
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
                Blocker::PendingApprovals { .. } => "pending-approvals",
                Blocker::NotReconciled => "not-reconciled",
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
