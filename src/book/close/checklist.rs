//! What has to be known of a month before it may close, and who answers for what.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ClosePeriod;
use crate::book::approval;
use crate::book::reconcile::{self, Reconciled};
use crate::book::{Error, Operation, Result, UseCase};
use crate::domain::approval::Request;
use crate::domain::close::{self, BillReadiness, Blocker, CheckState, CloseCheck, Readiness, Waiver, WithoutBill, blockers};
use crate::domain::difference::Difference;
use crate::domain::id::ApprovalId;
use crate::domain::money::Exact;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::Reader;

/// Everything that keeps a month from closing.
pub(super) fn blocking(
    operation: &Operation<'_>,
    period: Month,
    reconciled: Option<&Reconciled>,
    without_bill: WithoutBill,
) -> Result<Vec<Blocker>> {
    Ok(blockers(checked(operation.reader(), period, operation.today(), reconciled, without_bill)?))
}

/// The checklist of a month.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// The month.
    pub period: Month,
    /// What may still be written in it.
    pub state: PeriodState,
    /// What came of each check; of a closed month, of none.
    pub checks: Vec<(CloseCheck, CheckState)>,
}

impl Checklist {
    /// Whether something blocks.
    pub fn is_blocked(&self) -> bool {
        self.checks.iter().any(|(_, state)| matches!(state, CheckState::Blocked(_)))
    }
}

/// Shows what keeps a month from closing, as the last reconciliation found it.
pub fn show(reader: Reader<'_>, period: Month, today: NaiveDate) -> Result<Checklist> {
    let state = reader.closed_through()?.state(period);
    if state == PeriodState::Closed {
        return Ok(Checklist { period, state, checks: vec![] });
    }
    let reconciled = match reconcile::show(reader, period, today) {
        Ok(reconciled) => Some(reconciled),
        Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::NoBill { .. } | Refusal::NotReconciled { .. }) => None,
        Err(other) => return Err(other),
    };
    let checks = checked(reader, period, today, reconciled.as_ref(), WithoutBill::No)?;
    Ok(Checklist { period, state, checks })
}

fn checked(
    reader: Reader<'_>,
    period: Month,
    today: NaiveDate,
    reconciled: Option<&Reconciled>,
    without_bill: WithoutBill,
) -> Result<Vec<(CloseCheck, CheckState)>> {
    let bill = match reader.bill(period)? {
        Some(bill) => Some(BillReadiness {
            finality: bill.finality,
            currency: bill.currency,
            stated_total: bill.stated,
            rejected_lines: bill.rejected,
            reconciled: match reconciled {
                Some(reconciled) => Some(close::Reconciled {
                    bridge: reconciled.bridge.clone(),
                    other_currency_orders: reader.open_order_count_beside(period.last_day(), reconciled.currency)?,
                    open_differences: still_to_do(&reconciled.differences)?,
                }),
                None => None,
            },
        }),
        None => None,
    };
    let readiness = Readiness {
        earlier_open: earlier_open(reader, period)?,
        anything_happened: reader.months()?.contains(&period),
        is_over: today > period.last_day(),
        pending_approvals: pending_approvals(reader, period, today)?,
        active_accounts: active_accounts(reader, period)?,
        without_bill,
        open_orders: reader.open_order_count(period.last_day())?,
        bill,
    };
    Ok(close::checklist(&readiness, &reader.waivers(period)?)?)
}

/// Requests that would post into the month or before it. Closing it is not among them: that is what it waits for.
fn pending_approvals(reader: Reader<'_>, period: Month, today: NaiveDate) -> Result<Vec<ApprovalId>> {
    let waits = |request: &Request| {
        let concerns = request.entries.iter().any(|entry| Month::of(entry.effective) <= period);
        concerns && request.command != ClosePeriod::COMMAND
    };
    Ok(approval::pending(reader, today)?.iter().filter(|request| waits(request)).map(|request| request.id).collect())
}

/// Somebody answers for a check that fails, or takes that back.
#[derive(Clone, Debug)]
pub struct WaiveCheck {
    /// The month.
    pub period: Month,
    /// The check.
    pub check: CloseCheck,
    /// Why it may fail; `None` takes the waiver back.
    pub reason: Option<String>,
}

/// A waiver, given or taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckWaived {
    /// The waiver.
    pub waiver: Waiver,
    /// Whether it was so before.
    pub already: bool,
}

impl UseCase for WaiveCheck {
    const COMMAND: &'static str = "period waive";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = CheckWaived;

    fn run(self, operation: &mut Operation<'_>) -> Result<CheckWaived> {
        let Self { period, check, reason } = self;
        if operation.closed_through().state(period) == PeriodState::Closed {
            let first_open = operation.closed_through().0.map_or(period, Month::next);
            return Err(Refusal::PeriodClosed { period, first_open }.into());
        }
        if !check.may_be_waived() {
            return Err(Refusal::NotWaivable { check }.into());
        }
        let before = operation.reader().waivers(period)?.into_iter().find(|waiver| waiver.check == check);
        let withdrawn = reason.is_none();
        let waiver = match (reason, &before) {
            (Some(reason), _) => Waiver {
                month: period,
                check,
                reason,
                operator: operation.operator_name().to_owned(),
                day: operation.today(),
                withdrawn,
            },
            (None, Some(before)) => Waiver { withdrawn, ..before.clone() },
            (None, None) => return Err(Refusal::NotWaived { period, check }.into()),
        };
        let already = before.as_ref() == Some(&waiver);
        if !already {
            operation.writer().save_waiver(before.as_ref(), &waiver)?;
        }
        Ok(CheckWaived { waiver, already })
    }
}

/// The differences that keep a month from closing, and the sum of their sizes.
fn still_to_do(differences: &[Difference]) -> Result<(u64, Exact)> {
    let mut open = (0, Exact::ZERO);
    for difference in differences.iter().filter(|d| d.blocks_the_close()) {
        open = (open.0 + 1, open.1.plus(difference.size()?)?);
    }
    Ok(open)
}

/// How many accounts the provider can have billed in a month.
fn active_accounts(reader: Reader<'_>, period: Month) -> Result<u64> {
    let last_day = period.last_day();
    Ok(reader.accounts()?.iter().filter(|account| account.is_charged_on(last_day)).count() as u64)
}

/// The earliest open month before `period` that has a bill, orders without an accepted one, or anything else while accounts were
/// active: it must close first. Months before any account, in which only money moved, close along with the next one.
fn earlier_open(reader: Reader<'_>, period: Month) -> Result<Option<Month>> {
    let closed = reader.closed_through()?;
    let is_open = |month: &Month| *month < period && closed.state(*month) == PeriodState::Open;
    let order = reader.earliest_open_order()?.map(Month::of);
    let bills = reader.bills()?.into_iter().filter(|bill| !bill.dropped).map(|bill| bill.period);
    let mut months: Vec<Month> = bills.chain(order).filter(is_open).collect();
    for month in reader.months()?.into_iter().filter(is_open) {
        if active_accounts(reader, month)? > 0 {
            months.push(month);
        }
    }
    Ok(months.into_iter().min())
}
