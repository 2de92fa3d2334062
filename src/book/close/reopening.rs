//! Closed months are opened again: what their bills had settled is open again, what customers were charged stands.
//!
//! The acceptance of each bill is taken back by entries that name it, the latest month first, so that at every moment `accrued` and
//! `disputed` are the sums of their open items. Charges, payments and invoices stay: closing again charges the differences only.

use serde::{Deserialize, Serialize};

use crate::book::{Operation, Result, UseCase};
use crate::domain::chart::LedgerCode;
use crate::domain::close::Reopening;
use crate::domain::difference::{Difference, DifferenceState, Resolution};
use crate::domain::journal::Event;
use crate::domain::money::Amount;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;

/// Opens a closed month again, and all later ones with it.
#[derive(Clone, Debug)]
pub struct ReopenPeriod {
    /// The month.
    pub period: Month,
    /// Why.
    pub reason: String,
}

/// Months that were opened again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeriodReopened {
    /// Which, the earliest first.
    pub periods: Vec<Month>,
    /// How many frozen statements do not count any more.
    pub statements: u64,
    /// How many entries were taken back.
    pub reversed: u64,
}

impl UseCase for ReopenPeriod {
    const COMMAND: &'static str = "period reopen";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = PeriodReopened;

    fn run(self, operation: &mut Operation<'_>) -> Result<PeriodReopened> {
        let period = self.period;
        let soft = operation.reader().soft_closed_through()?.is_some_and(|last| period <= last);
        let closed: Vec<Month> = operation.reader().closed_months()?.into_iter().filter(|month| *month >= period).collect();
        let is_closed = operation.closed_through().state(period) == PeriodState::Closed;
        if !(is_closed || soft) {
            return Err(Refusal::PeriodNotClosed { period }.into());
        }
        if let Some(opening) = operation.reader().opening()?.filter(|opening| period.last_day() < opening.date) {
            return Err(Refusal::BeforeOpening { date: period.last_day(), opening: opening.date }.into());
        }
        let mut outcome = PeriodReopened { periods: closed.clone(), statements: 0, reversed: 0 };
        for month in closed.into_iter().rev() {
            reopen(operation, month, &mut outcome)?;
        }
        let states = operation.reader().period_states()?.into_iter();
        let softly = states.filter(|(month, state)| *month >= period && *state == PeriodState::SoftClosed);
        for (month, _) in softly.collect::<Vec<_>>() {
            operation.open_again(month)?;
            outcome.periods.push(month);
        }
        operation.writer().insert_reopening(&Reopening { month: period, reason: self.reason })?;
        Ok(outcome)
    }
}

/// Opens one month, which is the last closed one.
fn reopen(operation: &mut Operation<'_>, month: Month, outcome: &mut PeriodReopened) -> Result<()> {
    let version = operation.reader().receipt_version(month)?;
    outcome.statements += operation.reader().frozen_statements(month, version)?;
    operation.open_again(month)?;
    let date = operation.closed_through().open(month.last_day())?;
    let mut into_dispute = Amount::ZERO;
    for event in [Event::BillAccepted, Event::PaidWithBill] {
        for entry in operation.reader().standing_entries(event, month.last_day())? {
            let disputed = entry.postings.iter().filter(|posting| posting.ledger_account.code() == LedgerCode::Disputed);
            into_dispute = into_dispute.plus(Amount::sum(disputed.map(|posting| posting.amount))?)?;
            operation.post(rules::reversed(date, entry.id, entry.event, &entry.postings))?;
            outcome.reversed += 1;
        }
    }
    let taken_out = dispute_again(operation, month)?;
    for before in operation.reader().differences_settled_by(month)? {
        // It was carried, which takes somebody who has acknowledged it.
        let after = Difference { state: DifferenceState::Acknowledged, resolution: None, settled_by: None, ..before.clone() };
        operation.writer().save_difference(Some(&before), &after)?;
    }
    let put_in = undispute(operation, month)?;
    if put_in.plus(taken_out)? != into_dispute {
        return Err(Refusal::DisputeDecided { period: month }.into());
    }
    operation.writer().delete_clearing(month)?;
    Ok(())
}

/// What the month's bill gave back of disputed differences is in dispute again. Returns what it gave back, which is less than
/// nothing.
fn dispute_again(operation: &mut Operation<'_>, month: Month) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    for before in operation.reader().credited_differences()? {
        let (taken_back, credits): (Vec<_>, Vec<_>) = before.credits.iter().copied().partition(|credit| credit.period == month);
        if taken_back.is_empty() {
            continue;
        }
        let amount = Amount::sum(taken_back.iter().map(|credit| credit.amount))?;
        let after = Difference {
            disputed: before.disputed.minus(amount)?,
            state: DifferenceState::Resolved,
            resolution: Some(Resolution::Disputed),
            credits,
            ..before.clone()
        };
        operation.writer().save_difference(Some(&before), &after)?;
        sum = sum.plus(amount)?;
    }
    Ok(sum)
}

/// What the month's bill put into dispute stands there no more. Returns how much that was.
fn undispute(operation: &mut Operation<'_>, month: Month) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    for before in operation.reader().differences(Some(month))?.into_iter().filter(|d| !d.disputed.is_zero()) {
        sum = sum.plus(before.disputed)?;
        let after = Difference { disputed: Amount::ZERO, ..before.clone() };
        operation.writer().save_difference(Some(&before), &after)?;
    }
    Ok(sum)
}

/// Lets only finance write in a month and all before it, until it is closed or opened again.
#[derive(Clone, Debug)]
pub struct SoftClosePeriod {
    /// The month.
    pub period: Month,
}

/// A month in which only finance writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SoftClosed {
    /// The month.
    pub period: Month,
    /// Whether it was so before.
    pub already: bool,
}

impl UseCase for SoftClosePeriod {
    const COMMAND: &'static str = "period soft-close";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = SoftClosed;

    fn run(self, operation: &mut Operation<'_>) -> Result<SoftClosed> {
        let period = self.period;
        if operation.closed_through().state(period) == PeriodState::Closed {
            let first_open = operation.closed_through().0.map_or(period, Month::next);
            return Err(Refusal::PeriodClosed { period, first_open }.into());
        }
        if period.first_day() > operation.today() {
            return Err(Refusal::DateInFuture { date: period.first_day(), today: operation.today() }.into());
        }
        let already = operation.reader().soft_closed_through()?.is_some_and(|last| period <= last);
        if !already {
            operation.writer().set_period_state(period, PeriodState::SoftClosed)?;
        }
        Ok(SoftClosed { period, already })
    }
}
