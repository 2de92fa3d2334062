//! Where the book stands, at a glance.

use chrono::NaiveDate;

use super::Result;
use super::alert::{self, AlertView};
use super::approval;
use super::handover::{self, HandoverFilter, HandoverView};
use super::period::{self, PeriodView};
use crate::domain::handover::HandoverState;
use crate::domain::id::ApprovalId;
use crate::domain::period::PeriodState;
use crate::store::{Agent, Reader};

/// The book at a glance.
#[derive(Clone, Debug)]
pub struct StatusView {
    /// Its owner.
    pub agent: Agent,
    /// Groups in it.
    pub groups: u64,
    /// Accounts in it.
    pub accounts: u64,
    /// Operations in its log.
    pub operations: u64,
    /// Months in which something happened and that are open.
    pub open_periods: Vec<PeriodView>,
    /// What somebody should look at.
    pub alerts: Vec<AlertView>,
    /// Accounts that are not handed over yet by somebody who leaves, the one that is due first first.
    pub handovers: Vec<HandoverView>,
    /// Requests that wait for a second person.
    pub pending_approvals: Vec<ApprovalId>,
    /// The last closed month.
    pub closed_through: Option<crate::domain::period::Month>,
}

/// Shows where the book stands.
pub fn status(reader: Reader<'_>, today: NaiveDate) -> Result<StatusView> {
    let operations = u64::try_from(reader.audit_head()?.0.0).unwrap_or_default();
    let open_periods = period::list(reader)?.into_iter().filter(|p| p.state != PeriodState::Closed).collect();
    let open = HandoverFilter { state: Some(HandoverState::Open), ..HandoverFilter::default() };
    Ok(StatusView {
        agent: reader.agent()?,
        groups: reader.groups()?.len() as u64,
        accounts: reader.accounts()?.len() as u64,
        operations,
        open_periods,
        alerts: alert::list(reader, today)?,
        handovers: handover::list(reader, &open, today)?,
        pending_approvals: approval::pending(reader, today)?.into_iter().map(|request| request.id).collect(),
        closed_through: reader.closed_through()?.0,
    })
}
