//! The month end, for cron: import, reconcile, then close or stop. One operation.

use serde::{Deserialize, Serialize};

use super::bill::{self, BillImported, ImportBill};
use super::close::{self, Attempt, PeriodClosed};
use super::reconcile::{self, Reconciled};
use super::{Operation, Result, UseCase};
use crate::domain::close::{Blocker, WithoutBill};
use crate::domain::period::PeriodState;
use crate::domain::role::Permission;

/// Imports a month's bill, reconciles it, and closes the month if nothing blocks.
pub struct MonthEnd<'a>(pub ImportBill<'a>);

/// What a month end came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MonthEnded {
    /// The bill.
    pub bill: BillImported,
    /// What agreed and what did not.
    pub reconciled: Reconciled,
    /// What keeps the month from closing.
    pub blockers: Vec<Blocker>,
    /// The close; `None` when something blocks.
    pub closed: Option<PeriodClosed>,
}

impl MonthEnded {
    /// The state of the month afterwards.
    pub fn state(&self) -> PeriodState {
        if self.closed.is_some() { PeriodState::Closed } else { PeriodState::Open }
    }

    /// Whether everything had been done before.
    pub fn changed_nothing(&self) -> bool {
        self.bill.already_imported && self.closed.as_ref().is_some_and(|closed| closed.already)
    }
}

impl UseCase for MonthEnd<'_> {
    const COMMAND: &'static str = "month-end";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = MonthEnded;

    fn run(self, operation: &mut Operation<'_>) -> Result<MonthEnded> {
        let month = self.0.period;
        let bill = bill::import(operation, self.0)?;
        if let Some(closed) = close::already_closed(operation, month)? {
            let reconciled = reconcile::show(operation.reader(), month, operation.today())?;
            return Ok(MonthEnded { bill, reconciled, blockers: vec![], closed: Some(closed) });
        }
        let run = reconcile::run(operation, month)?;
        let reconciled = run.reconciled.clone();
        let (blockers, closed) = match close::attempt(operation, month, Some(run), WithoutBill::No)? {
            Attempt::Closed(closed) => (vec![], Some(*closed)),
            Attempt::Blocked(blockers) => (blockers, None),
        };
        Ok(MonthEnded { bill, reconciled, blockers, closed })
    }
}
