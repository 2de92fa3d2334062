//! Closing a month: usage charged, tiers trued up, the bill accepted, statements frozen, a receipt kept. All in one operation.
//!
//! One step a file, and [`close_one`] is their sequence. What keeps a month from closing is asked first, in [`checklist`].

mod acceptance;
mod accrual;
mod charging;
pub mod checklist;
mod freezing;
mod reopening;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::approval::Approvable;
use super::reconcile::{self, Run};
use super::true_up::true_up;
use super::{Approval, Operation, Result, UseCase};
use crate::domain::approval::{Effect, Family};
use crate::domain::chain;
use crate::domain::close::{Blocker, RECEIPT_FORM, Receipt, ReceiptBill, WithoutBill};
use crate::domain::finality::Finality;
use crate::domain::money::{Amount, Exact, Money};
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::KeptReceipt;

pub use reopening::{PeriodReopened, ReopenPeriod, SoftClosePeriod, SoftClosed};

/// Closes a month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClosePeriod {
    /// The month.
    pub period: Month,
    /// Whether it may close without its bill.
    pub without_bill: WithoutBill,
}

/// A closed month.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeriodClosed {
    /// What it was closed with.
    pub receipt: Receipt,
    /// SHA-256 of the receipt's bytes.
    pub receipt_sha256: String,
    /// Whether it was closed before.
    pub already: bool,
}

impl UseCase for ClosePeriod {
    const COMMAND: &'static str = "period close";
    const PERMISSION: Permission = Permission::CloseMonths;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = PeriodClosed;

    fn run(self, operation: &mut Operation<'_>) -> Result<PeriodClosed> {
        let period = self.period;
        if let Some(closed) = already_closed(operation, period)? {
            return Ok(closed);
        }
        let run = match operation.reader().bill(period)? {
            Some(_) => Some(reconcile::run(operation, period)?),
            None => None,
        };
        match attempt(operation, period, run, self.without_bill)? {
            Attempt::Closed(closed) => Ok(*closed),
            Attempt::Blocked(blockers) => Err(Refusal::CloseBlocked { period, blockers }.into()),
        }
    }
}

impl Approvable for ClosePeriod {
    const FAMILY: Family = Family::Period;

    /// Only what closes without its bill.
    fn may_wait(&self) -> bool {
        self.without_bill == WithoutBill::NotYet
    }

    fn for_request(self, _today: NaiveDate) -> Self {
        self
    }

    /// What is charged without a bill that proves it; nothing where it was closed before.
    fn stake(closed: &PeriodClosed) -> Option<Vec<Money>> {
        if closed.already {
            return Some(vec![]);
        }
        let Receipt { accrued_usage, ledger, .. } = &closed.receipt;
        let nothing = ledger.first().map(|total| Money::new(Amount::ZERO, total.currency));
        let accrued: Vec<Money> = accrued_usage.iter().map(|(currency, amount)| Money::new(*amount, *currency)).collect();
        Some(if accrued.is_empty() { nothing.into_iter().collect() } else { accrued })
    }

    /// What every line of the chart comes to, and what is frozen.
    fn effects(closed: &PeriodClosed) -> Vec<Effect> {
        let Receipt { ledger, statements, .. } = &closed.receipt;
        let totals = ledger.iter().map(|total| Effect {
            what: format!("{} of all owners", total.code),
            becomes: Money::new(total.balance, total.currency).to_string(),
        });
        let frozen = statements.iter().map(|statement| Effect {
            what: format!("statement of {}", statement.account),
            becomes: format!("{} due, frozen, SHA-256 {}", Money::new(statement.closing, statement.currency), statement.sha256),
        });
        totals.chain(frozen).collect()
    }
}

/// What became of an attempt to close.
pub(super) enum Attempt {
    /// The month is closed.
    Closed(Box<PeriodClosed>),
    /// Something has to be done first; nothing was changed.
    Blocked(Vec<Blocker>),
}

/// Closes a month if nothing blocks.
pub(super) fn attempt(
    operation: &mut Operation<'_>,
    period: Month,
    run: Option<Run>,
    without_bill: WithoutBill,
) -> Result<Attempt> {
    let blocking = checklist::blocking(operation, period, run.as_ref().map(|run| &run.reconciled), without_bill)?;
    if !blocking.is_empty() {
        return Ok(Attempt::Blocked(blocking));
    }
    // An estimate is left aside by whoever closes on what is expected.
    let is_final = operation.reader().bill(period)?.is_some_and(|bill| bill.finality == Finality::Final);
    Ok(Attempt::Closed(Box::new(close(operation, period, run.filter(|_| is_final), without_bill)?)))
}

/// The receipt of a month that is closed already.
pub(super) fn already_closed(operation: &Operation<'_>, period: Month) -> Result<Option<PeriodClosed>> {
    if operation.closed_through().state(period) != PeriodState::Closed {
        return Ok(None);
    }
    let Some((receipt, receipt_sha256)) = super::period::receipt(operation.reader(), period)? else {
        // It had nothing of its own, and closed along with a later month.
        let first_open = operation.closed_through().0.map_or(period, Month::next);
        return Err(Refusal::PeriodClosed { period, first_open }.into());
    };
    Ok(Some(PeriodClosed { receipt, receipt_sha256, already: true }))
}

/// Closes a month that nothing blocks any more, and before it the earlier months in which only money moved: each gets its own
/// statements and receipt, in order.
fn close(operation: &mut Operation<'_>, period: Month, run: Option<Run>, without_bill: WithoutBill) -> Result<PeriodClosed> {
    let is_open = |month: &Month| *month < period && operation.closed_through().state(*month) == PeriodState::Open;
    let earlier: Vec<Month> = operation.reader().months()?.into_iter().filter(is_open).collect();
    for month in earlier {
        close_one(operation, month, None, WithoutBill::No)?;
    }
    close_one(operation, period, run, without_bill)
}

/// Posts, freezes and keeps the receipt.
fn close_one(operation: &mut Operation<'_>, period: Month, run: Option<Run>, without_bill: WithoutBill) -> Result<PeriodClosed> {
    let date = operation.closed_through().open(period.last_day())?;
    let bill = operation.reader().bill(period)?;
    let superseded = operation.reader().receipts_of(period)?.pop();
    let version = superseded.as_ref().map_or(0, |kept| kept.version) + 1;
    let mut receipt = Receipt {
        form: RECEIPT_FORM.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        period,
        version,
        supersedes: superseded.map(|kept| kept.sha256),
        bill: None,
        recorded: Exact::ZERO,
        classes: BTreeMap::new(),
        usage_charges: 0,
        true_ups: BTreeMap::new(),
        accrued_usage: BTreeMap::new(),
        waivers: operation.reader().waivers(period)?.into_iter().filter(|waiver| !waiver.withdrawn).collect(),
        ledger: vec![],
        statements: vec![],
        audit_head: chain::hex(&operation.reader().audit_head()?.1),
    };
    if let (Some(bill), Some(run)) = (bill, run) {
        let usage = charging::charge_usage(operation, &bill, date)?;
        receipt.usage_charges = usage.charges;
        receipt.recorded = run.matched.bridge.recorded;
        receipt.classes.clone_from(&run.matched.bridge.classes);
        let payable = acceptance::accept_bill(operation, &bill, &run, usage.charged, date)?;
        let files = operation.reader().bill_files(bill.id)?;
        receipt.bill = Some(ReceiptBill {
            version: bill.version,
            sha256: files.into_iter().map(|file| file.sha256).collect(),
            currency: bill.currency,
            lines: bill.totals.lines,
            billed: bill.totals.payable,
            payable,
        });
    } else {
        charging::take_back_usage(operation, period, date)?;
    }
    receipt.accrued_usage = accrual::accrue(operation, period, without_bill, date)?;
    let groups = operation.reader().groups()?;
    for trued_up in true_up(operation, &groups, date, false)? {
        let sum = receipt.true_ups.entry(trued_up.currency).or_default();
        *sum = sum.plus(trued_up.change)?;
    }
    // Statements and the receipt read balances as the file has them.
    operation.writer().flush_balances()?;
    receipt.statements = freezing::freeze_statements(operation, period, version)?;
    receipt.ledger = freezing::ledger_totals(operation.reader(), period)?;
    let content = serde_json::to_string(&receipt).expect("a receipt has text keys only");
    let receipt_sha256 = chain::sha256_hex(content.as_bytes());
    let kept = KeptReceipt { month: period, version, content, sha256: receipt_sha256.clone() };
    operation.writer().insert_receipt(&kept)?;
    operation.writer().set_period_state(period, PeriodState::Closed)?;
    Ok(PeriodClosed { receipt, receipt_sha256, already: false })
}
