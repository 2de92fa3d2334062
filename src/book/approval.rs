//! Approvals: a movement of money above a limit waits for a second person.
//!
//! The command is run on trial, with everything that it checks. What it would post is read off, taken back, and kept as a request
//! in the same transaction; [`Approve`] runs the very same command again, with the rights of both, and compares.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::log::operation_of;
use super::{Call, Done, Error, Operation, Result, Status, UseCase};
use crate::book::{close, credit, fund, plan, pool, settlement};
use crate::domain::approval::{ApprovalState, Decision, Effect, Excess, Family, Limits, Request, Verdict, moved};
use crate::domain::audit::{APPROVE, OperationResult};
use crate::domain::chart::Owner;
use crate::domain::code::Name;
use crate::domain::id::{ApprovalId, EntryId};
use crate::domain::journal::EntryContent;
use crate::domain::money::Money;
use crate::domain::operator::Reach;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::{NewOperation, Reader, StoreError};

/// A command that may have to wait for a second person.
pub trait Approvable: UseCase + Clone + Serialize + DeserializeOwned {
    /// Which limits hold.
    const FAMILY: Family;

    /// Whether this one may have to wait; every one unless it says so.
    fn may_wait(&self) -> bool {
        true
    }

    /// The same as a request keeps it: with its day, where nobody has named one.
    #[must_use]
    fn for_request(self, today: NaiveDate) -> Self;

    /// What it puts at stake, where that is not what its entries move.
    fn stake(_outcome: &Self::Outcome) -> Option<Vec<Money>> {
        None
    }

    /// What it does beside its entries, as far as somebody who approves it has to know.
    fn effects(_outcome: &Self::Outcome) -> Vec<Effect> {
        vec![]
    }
}

/// How a command is held against the limits, for the one way to write.
#[derive(Clone, Copy)]
pub struct Approval<U: UseCase> {
    family: Family,
    content: fn(&U, NaiveDate) -> Option<String>,
    stake: fn(&U::Outcome) -> Option<Vec<Money>>,
    effects: fn(&U::Outcome) -> Vec<Effect>,
}

impl<U: Approvable> Approval<U> {
    /// As the command says itself.
    pub const OF: Self = Self {
        family: U::FAMILY,
        content: |command, today| command.may_wait().then(|| as_content(&command.clone().for_request(today))),
        stake: U::stake,
        effects: U::effects,
    };
}

fn as_content<U: Serialize>(command: &U) -> String {
    serde_json::to_string(command).expect("what was typed has text keys only")
}

/// A command of which a request may have been kept.
struct Requestable {
    command: &'static str,
    /// What both need.
    permission: Permission,
    /// What it is about on a day.
    reach: fn(&str, Reader<'_>, NaiveDate) -> Result<Reach>,
    /// Runs it as a request has kept it; tells what it does beside its entries.
    run: fn(&str, &mut Operation<'_>) -> Result<Vec<Effect>>,
}

/// Every command that may have to wait for a second person.
const REQUESTABLE: &[Requestable] = &[
    requestable::<pool::TopUp>(),
    requestable::<pool::PayProvider>(),
    requestable::<fund::Deposit>(),
    requestable::<fund::Withdraw>(),
    requestable::<fund::Allocate>(),
    requestable::<fund::Reclaim>(),
    requestable::<fund::Transfer>(),
    requestable::<plan::ApplyPlan>(),
    requestable::<credit::SetCredit>(),
    requestable::<settlement::ReceiveSettlement>(),
    requestable::<settlement::ApplyDeposits>(),
    requestable::<settlement::WriteOffReceivable>(),
    requestable::<settlement::ChargeBackSettlement>(),
    requestable::<close::ClosePeriod>(),
];

const fn requestable<U: Approvable>() -> Requestable {
    Requestable {
        command: U::COMMAND,
        permission: U::PERMISSION,
        reach: |content, reader, today| as_kept::<U>(content)?.reach(reader, today),
        run: |content, operation| Ok(U::effects(&as_kept::<U>(content)?.run(operation)?)),
    }
}

fn as_kept<U: Approvable>(content: &str) -> Result<U> {
    Ok(serde_json::from_str(content).map_err(|e| StoreError::Damaged(format!("{} in a request: {e}", U::COMMAND)))?)
}

fn kind_of(request: &Request) -> Result<&'static Requestable> {
    let known = REQUESTABLE.iter().find(|known| known.command == request.command);
    Ok(known.ok_or_else(|| StoreError::Damaged(format!("{} asks for {:?}", request.id, request.command)))?)
}

/// Whether a command may have to wait for a second person.
pub fn may_need_approval(command: &str) -> bool {
    REQUESTABLE.iter().any(|known| known.command == command)
}

/// A command that may turn out to be above a limit.
pub(super) struct Draft<U: UseCase> {
    approval: Approval<U>,
    content: String,
    reach: Reach,
    limits: Limits,
}

/// A command that is.
pub(super) struct Asked {
    content: String,
    reach: Reach,
    excess: Excess,
    entries: Vec<EntryContent>,
    effects: Vec<Effect>,
}

/// Begins a trial, where a limit may concern the command.
pub(super) fn draft<U: UseCase>(operation: &mut Operation<'_>, use_case: &U) -> Result<Option<Draft<U>>> {
    let Some(approval) = U::APPROVAL else { return Ok(None) };
    let Some(content) = (approval.content)(use_case, operation.today()) else { return Ok(None) };
    let limits = operation.policy()?.approval_limit.clone();
    if limits.is_empty() {
        return Ok(None);
    }
    let reach = use_case.reach(operation.reader(), operation.today())?;
    operation.writer().try_out()?;
    Ok(Some(Draft { approval, content, reach, limits }))
}

impl<U: UseCase> Draft<U> {
    /// What is to be asked for, if a limit is exceeded by what has just been tried.
    pub(super) fn above_limit(self, operation: &mut Operation<'_>, outcome: &U::Outcome) -> Result<Option<Asked>> {
        let Self { approval, content, reach, limits } = self;
        let entries: Vec<EntryContent> = operation.writer().remembered().iter().map(|(_, entry)| entry.clone()).collect();
        let at_stake = match (approval.stake)(outcome) {
            Some(stake) => stake,
            None => moved(&entries)?,
        };
        let excess = limits.exceeded(approval.family, &at_stake);
        let effects = (approval.effects)(outcome);
        Ok(excess.map(|excess| Asked { content, reach, excess, entries, effects }))
    }
}

/// Takes the trial back and keeps the request in its place.
pub(super) fn keep<U: UseCase>(operation: Operation<'_>, call: &Call, asked: Asked) -> Result<Error> {
    let mut operation = operation.start_over()?;
    let requested = operation.today();
    let id = operation.writer().next_approval()?;
    let arguments = call.as_logged()?;
    let request = Request {
        id,
        command: U::COMMAND.to_owned(),
        content: asked.content,
        arguments: arguments.clone(),
        groups: match asked.reach {
            Reach::Book => None,
            Reach::Groups(groups) => Some(groups),
        },
        requester: operation.operator_name().to_owned(),
        requester_uid: operation.session().os_uid,
        requested,
        excess: asked.excess,
        entries: asked.entries,
        effects: asked.effects,
        expires: requested + Days::new(u64::from(operation.policy()?.approval_days)),
        decision: None,
    };
    operation.writer().insert_approval(&request)?;
    let named = NamedRequest::of(operation.reader(), request)?;
    let recorded = NewOperation {
        key: call.key.clone(),
        result: OperationResult::Requested,
        outcome: if call.key.is_some() { serde_json::to_string(&named).expect("a request is JSON") } else { String::new() },
        ..operation_of(operation.session(), operation.operator_name(), U::COMMAND, arguments)
    };
    let writer = operation.into_writer();
    let status = if call.preview {
        writer.rehearse(&recorded)?;
        Status::Preview
    } else {
        writer.commit(&recorded)?;
        Status::Applied
    };
    Ok(Error::Requested(Box::new(Done { status, outcome: named })))
}

fn find(reader: Reader<'_>, id: &str) -> Result<Request> {
    let found = ApprovalId::parse(id).map(|id| reader.approval(id)).transpose()?.flatten();
    found.ok_or_else(|| Refusal::ApprovalUnknown { request: id.to_owned() }.into())
}

/// What a decision is about: that which was asked for.
fn reach_of(reader: Reader<'_>, id: &str) -> Result<Reach> {
    Ok(find(reader, id)?.reach())
}

/// Does what somebody else has asked for, exactly.
#[derive(Clone, Debug)]
pub struct Approve {
    /// The request, `a-1`.
    pub request: String,
    /// Why.
    pub note: Option<Name>,
}

/// Says no to what somebody else has asked for.
#[derive(Clone, Debug)]
pub struct Reject {
    /// The request, `a-1`.
    pub request: String,
    /// Why.
    pub note: Name,
}

/// Takes back what one has asked for.
#[derive(Clone, Debug)]
pub struct Withdraw {
    /// The request, `a-1`.
    pub request: String,
    /// Why.
    pub note: Option<Name>,
}

/// A request with the names of those whose money it moves: all that its answer needs, read before the commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NamedRequest {
    /// The request.
    pub request: Request,
    /// What was typed, personal numbers masked.
    typed: BTreeMap<String, String>,
    /// Whose the ledger accounts are that it posts to, by code.
    owners: Vec<(Owner, String)>,
}

impl NamedRequest {
    pub(super) fn of(reader: Reader<'_>, request: Request) -> Result<Self> {
        let postings = request.entries.iter().flat_map(|entry| &entry.postings);
        let owners: BTreeSet<Owner> = postings.map(|posting| posting.owner).collect();
        let owners = owners.into_iter().map(|owner| Ok((owner, owner_name(reader, owner)?))).collect::<Result<_>>()?;
        Ok(Self { typed: super::audit::typed(&request.arguments)?, owners, request })
    }

    /// As people see it on a day.
    pub fn seen(self, today: NaiveDate) -> RequestView {
        let Self { request, typed, owners } = self;
        RequestView { request, typed, owners: owners.into_iter().collect(), today }
    }
}

impl UseCase for Approve {
    const COMMAND: &'static str = APPROVE;
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = NamedRequest;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.request)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<NamedRequest> {
        let request = decidable(operation, &self.request, Verdict::Approved)?;
        let kind = kind_of(&request)?;
        require_still_asked(operation, &request, kind)?;
        // Accounts may have moved between groups since.
        operation.require(kind.permission, &(kind.reach)(&request.content, operation.reader(), operation.today())?)?;
        operation.writer().remember_entries();
        let effects = (kind.run)(&request.content, operation)?;
        let (entries, posted): (Vec<EntryId>, Vec<EntryContent>) = operation.writer().remembered().iter().cloned().unzip();
        request.require_the_same(&posted, &effects)?;
        decide(operation, &request, Verdict::Approved, self.note, entries)
    }
}

impl UseCase for Reject {
    const COMMAND: &'static str = "approval reject";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = NamedRequest;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.request)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<NamedRequest> {
        let request = decidable(operation, &self.request, Verdict::Rejected)?;
        decide(operation, &request, Verdict::Rejected, Some(self.note), vec![])
    }
}

impl UseCase for Withdraw {
    const COMMAND: &'static str = "approval withdraw";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = NamedRequest;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.request)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<NamedRequest> {
        let request = decidable(operation, &self.request, Verdict::Withdrawn)?;
        decide(operation, &request, Verdict::Withdrawn, self.note, vec![])
    }
}

/// Refuses what somebody has asked for who may not do it any more.
fn require_still_asked(operation: &Operation<'_>, request: &Request, kind: &Requestable) -> Result<()> {
    let (reader, today) = (operation.reader(), operation.today());
    let requester = reader.operator(request.requester_uid)?;
    let may = requester.is_some_and(|requester| requester.may(kind.permission, &request.reach(), today));
    if may {
        return Ok(());
    }
    Err(Refusal::ApprovalRequesterGone { request: request.id, requester: request.requester.clone() }.into())
}

fn decidable(operation: &Operation<'_>, id: &str, verdict: Verdict) -> Result<Request> {
    let request = find(operation.reader(), id)?;
    request.require_decidable(verdict, operation.session().os_uid, operation.today())?;
    Ok(request)
}

fn decide(
    operation: &mut Operation<'_>,
    before: &Request,
    verdict: Verdict,
    note: Option<Name>,
    entries: Vec<EntryId>,
) -> Result<NamedRequest> {
    let (by, by_uid, day) = (operation.operator_name().to_owned(), operation.session().os_uid, operation.today());
    let after = Request { decision: Some(Decision { verdict, by, by_uid, day, note, entries }), ..before.clone() };
    operation.writer().decide_approval(before, &after)?;
    NamedRequest::of(operation.reader(), after)
}

/// A request as people see it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// The request.
    pub request: Request,
    /// What was typed, personal numbers masked.
    pub typed: BTreeMap<String, String>,
    /// Whose the ledger accounts are that it posts to, by code.
    pub owners: BTreeMap<Owner, String>,
    /// The day on which it is looked at.
    pub today: NaiveDate,
}

/// The code of an owner of ledger accounts; `agent` for the agent's own.
pub(super) fn owner_name(reader: Reader<'_>, owner: Owner) -> Result<String> {
    Ok(match owner {
        Owner::Agent => "agent".to_owned(),
        Owner::Group(id) => reader.group(id)?.code.to_string(),
        Owner::Account(id) => reader.account(id)?.code.to_string(),
    })
}

/// The requests that wait for somebody on a day.
pub(super) fn pending(reader: Reader<'_>, today: NaiveDate) -> Result<Vec<Request>> {
    let undecided = reader.approvals(true)?.into_iter();
    Ok(undecided.filter(|request| request.state(today) == ApprovalState::Pending).collect())
}

/// Requests by number: all of them, or those that wait for somebody today.
pub fn list(reader: Reader<'_>, all: bool, today: NaiveDate) -> Result<Vec<RequestView>> {
    let requests = if all { reader.approvals(false)? } else { pending(reader, today)? };
    requests.into_iter().map(|request| Ok(NamedRequest::of(reader, request)?.seen(today))).collect()
}

/// One request.
pub fn show(reader: Reader<'_>, id: &str, today: NaiveDate) -> Result<RequestView> {
    Ok(NamedRequest::of(reader, find(reader, id)?)?.seen(today))
}
