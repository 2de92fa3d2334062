//! Hand-overs: opened when a holder leaves, worked off step by step, closed by a second operator; and what they stop until then.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, find_group};
use super::{Operation, Result, UseCase, reach};
use crate::domain::code::{Code, Name};
use crate::domain::handover::{
    self, Candidate, Case, Closing, Handover, HandoverReason, HandoverState, HandoverStep, Opening, Tick, TickAct, is_same_person,
};
use crate::domain::id::{AccountId, HandoverId, TickId};
use crate::domain::operator::Reach;
use crate::domain::order::Placement;
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::store::Reader;

/// Opens a case for every account that a person holds.
#[derive(Clone, Debug)]
pub struct OpenHandovers {
    /// Who leaves.
    pub holder: Name,
    /// Why.
    pub reason: HandoverReason,
    /// Anything else worth knowing.
    pub note: Option<Name>,
    /// The last day on which it is in time; as many days from today as the policy says when `None`.
    pub deadline: Option<NaiveDate>,
}

/// Says that steps of a case are done, or that they are not after all.
#[derive(Clone, Debug)]
pub struct ChangeSteps {
    /// The case, as it was typed: `h-1`.
    pub case: String,
    /// The steps.
    pub steps: Vec<HandoverStep>,
    /// Which of the two.
    pub act: TickAct,
    /// Anything else worth knowing.
    pub note: Option<Name>,
}

/// Closes a case: as done, or as opened by mistake.
#[derive(Clone, Debug)]
pub struct CloseHandover {
    /// The case, as it was typed: `h-1`.
    pub case: String,
    /// Why it was not needed; `None` when it is done.
    pub not_needed: Option<Name>,
}

/// A case and its account, on a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandoverView {
    /// The case.
    pub case: Case,
    /// The account's code.
    pub account: Code,
    /// The code of its group.
    pub group: Code,
    /// Who holds the account by now.
    pub holder_now: Option<Name>,
    /// The day of the look.
    pub day: NaiveDate,
}

impl HandoverView {
    /// Whether it is open, and late.
    pub fn is_overdue(&self) -> bool {
        self.case.handover.is_overdue(self.day)
    }
}

/// The cases that were opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandoversOpened {
    /// Who leaves.
    pub holder: Name,
    /// The cases, by account.
    pub opened: Vec<HandoverView>,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// What became of the steps that were named.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepsChanged {
    /// The case by now.
    pub view: HandoverView,
    /// What was done to the steps.
    pub act: TickAct,
    /// Those that were so already: nothing was changed of them.
    pub unchanged: Vec<HandoverStep>,
}

impl UseCase for OpenHandovers {
    const COMMAND: &'static str = "handover open";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = HandoversOpened;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let opening = handover::opening(&self.holder, candidates(reader, today)?)?;
        Ok(opening.accounts.iter().fold(reach::of_nobody(), |reach, account| reach.and(reach::of(account, None, today))))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<HandoversOpened> {
        let today = operation.today();
        let Opening { accounts, skipped } = handover::opening(&self.holder, candidates(operation.reader(), today)?)?;
        let deadline = handover::deadline(self.deadline, today, operation.policy()?.handover_days)?;
        let mut opened = Vec::new();
        for account in accounts {
            let handover = Handover {
                id: operation.writer().next_handover()?,
                account: account.id,
                leaver: account.holder.clone().unwrap_or_else(|| self.holder.clone()),
                reason: self.reason,
                note: self.note.clone(),
                opened: today,
                opened_by: operation.operator_name().to_owned(),
                deadline,
                closing: None,
            };
            operation.writer().insert_handover(&handover)?;
            opened.push(view(operation.reader(), Case { handover, ticks: vec![] }, today)?);
        }
        let notices = skipped.into_iter().map(|(account, case)| Notice::HandoverSkipped { account, case }).collect();
        Ok(HandoversOpened { holder: self.holder, opened, notices })
    }
}

/// Every account as it is seen on a day, with the case that is open for it.
fn candidates(reader: Reader<'_>, day: NaiveDate) -> Result<Vec<Candidate>> {
    let open = open_by_account(reader)?;
    let candidate = |account| -> Result<Candidate> {
        let account = super::account::as_seen(reader, account, day)?;
        let open = open.get(&account.id).map(|handover| handover.id);
        Ok(Candidate { account, open })
    };
    reader.accounts()?.into_iter().map(candidate).collect()
}

/// The open cases, each by its account, which has no other.
pub(super) fn open_by_account(reader: Reader<'_>) -> Result<HashMap<AccountId, Handover>> {
    Ok(reader.open_handovers()?.into_iter().map(|handover| (handover.account, handover)).collect())
}

impl UseCase for ChangeSteps {
    const COMMAND: &'static str = "handover step";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = StepsChanged;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        Ok(reach::of(&reader.account(find(reader, &self.case)?.handover.account)?, None, today))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<StepsChanged> {
        let mut case = find(operation.reader(), &self.case)?;
        let (day, operator) = (operation.today(), operation.operator_name().to_owned());
        let change = case.change(&self.steps, self.act, &operator)?;
        for step in change.changed {
            let id = TickId(0);
            let tick =
                Tick { id, case: case.handover.id, step, act: self.act, day, operator: operator.clone(), note: self.note.clone() };
            case.ticks.push(operation.writer().insert_tick(tick)?);
        }
        Ok(StepsChanged { view: view(operation.reader(), case, day)?, act: self.act, unchanged: change.unchanged })
    }
}

impl UseCase for CloseHandover {
    const COMMAND: &'static str = "handover close";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = HandoverView;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        Ok(reach::of(&reader.account(find(reader, &self.case)?.handover.account)?, None, today))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<HandoverView> {
        let case = find(operation.reader(), &self.case)?;
        let (day, by) = (operation.today(), operation.operator_name().to_owned());
        let account = operation.reader().account(case.handover.account)?;
        match &self.not_needed {
            Some(_) => case.require_not_needed(&by)?,
            None => case.require_done(&account.code, account.holder.as_ref(), &by)?,
        }
        let handover = operation.writer().close_handover(&case.handover, Closing { day, by, not_needed: self.not_needed })?;
        view(operation.reader(), Case { handover, ..case }, day)
    }
}

/// The case of `h-1`.
fn find(reader: Reader<'_>, typed: &str) -> Result<Case> {
    let id = HandoverId::parse(typed.trim());
    let found = id.map(|id| reader.handover(id)).transpose()?.flatten();
    found.ok_or_else(|| Refusal::HandoverUnknown { case: typed.to_owned() }.into())
}

fn view(reader: Reader<'_>, case: Case, day: NaiveDate) -> Result<HandoverView> {
    let account = reader.account(case.handover.account)?;
    let group = reader.group(account.group_on(day))?.code;
    Ok(HandoverView { case, account: account.code, group, holder_now: account.holder, day })
}

/// Shows a case.
pub fn show(reader: Reader<'_>, typed: &str, today: NaiveDate) -> Result<HandoverView> {
    view(reader, find(reader, typed)?, today)
}

/// Which cases are listed.
#[derive(Clone, Debug, Default)]
pub struct HandoverFilter {
    /// Only those in this state.
    pub state: Option<HandoverState>,
    /// Only those of accounts of this group, as it was typed.
    pub group: Option<String>,
    /// Only those of this leaver.
    pub holder: Option<Name>,
}

/// Lists cases, the one that is due first first.
pub fn list(reader: Reader<'_>, filter: &HandoverFilter, today: NaiveDate) -> Result<Vec<HandoverView>> {
    let group = filter.group.as_deref().map(|name| find_group(reader, name)).transpose()?.map(|group| group.code);
    let mut views = Vec::new();
    for case in reader.handovers(filter.state)? {
        if filter.holder.as_ref().is_none_or(|holder| case.handover.is_leaver(holder.as_str())) {
            views.push(view(reader, case, today)?);
        }
    }
    views.retain(|view| group.as_ref().is_none_or(|group| view.group == *group));
    views.sort_by_key(|view| (view.case.handover.deadline, view.case.handover.id));
    Ok(views)
}

/// Refuses a planned order of an account that is not handed over yet.
pub(super) fn require_none_open(operation: &mut Operation<'_>, of: &AccountInGroup, placement: Placement) -> Result<()> {
    if placement != Placement::Planned {
        return Ok(());
    }
    match operation.open_handover(of.account.id)? {
        None => Ok(()),
        Some(Handover { id: case, leaver, .. }) => {
            let (account, case, leaver) = (of.account.code.clone(), *case, leaver.clone());
            Err(Refusal::HandoverOpen { account, case, leaver }.into())
        }
    }
}

/// What to say when an account is to be held by somebody who leaves.
pub(super) fn holder_notice(reader: Reader<'_>, holder: Option<&Name>) -> Result<Option<Notice>> {
    let Some(holder) = holder else { return Ok(None) };
    let case = reader.open_handovers()?.into_iter().find(|handover| is_same_person(handover.leaver.as_str(), holder.as_str()));
    Ok(case.map(|handover| Notice::HolderLeaves { holder: holder.clone(), case: handover.id }))
}
