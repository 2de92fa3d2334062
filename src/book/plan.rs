//! Rebalancing the prepaid accounts of a group: planned first, and applied as it was planned.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::AccountView;
use super::approval::Approvable;
use super::fund::{Slip, allocate, reclaim, reclaimable};
use super::run_rate::Spending;
use super::{Approval, Operation, Result, UseCase, When, reach};
use crate::domain::account::{AccountState, Group, Mode};
use crate::domain::approval::{ApprovalState, Family};
use crate::domain::chain::hex;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::Code;
use crate::domain::id::EntryId;
use crate::domain::journal::Note;
use crate::domain::money::{Amount, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::plan::{Member, MoveKind, Plan, PlannedMove, rebalance};
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::domain::runway::target;
use crate::store::{Reader, StoreError};

/// A plan, and what it cannot do.
#[derive(Clone, Debug)]
pub struct FundPlan {
    /// The plan.
    pub plan: Plan,
    /// For how many days every account should last.
    pub days: u32,
    /// Groups whose money is not enough.
    pub notices: Vec<Notice>,
}

/// Plans how the prepaid accounts of every group, or of one, would last so many days each. Nothing is written.
pub fn plan(reader: Reader<'_>, group: Option<&str>, days: u32, today: NaiveDate) -> Result<FundPlan> {
    let Spending { accounts, rates } = Spending::load(reader, group, When::Now(today))?;
    let mut groups: BTreeMap<Code, (Group, Vec<Member>)> = BTreeMap::new();
    for view in accounts.into_iter().filter(|view| takes_part(view, today)) {
        let member = member(reader, &view, target(&rates.of(view.account.id)?, days)?, today)?;
        groups.entry(view.group.code.clone()).or_insert_with(|| (view.group, Vec::new())).1.push(member);
    }
    let (mut moves, mut notices) = (Vec::new(), Vec::new());
    for (group, members) in groups.into_values() {
        let free = reader.lowest_credit_from(LedgerAccount::deposits(group.id, group.currency), today)?;
        let planned = rebalance(&group.code, group.currency, free, &members)?;
        moves.extend(planned.moves);
        if planned.missing.is_positive() {
            let missing = Money::new(planned.missing, group.currency);
            notices.push(Notice::PlanShort { group: group.code, missing, days });
        }
    }
    let (_, head) = reader.audit_head()?;
    Ok(FundPlan { plan: Plan { book: hex(&head), moves }, days, notices })
}

/// An account that can be given money today.
fn takes_part(view: &AccountView, today: NaiveDate) -> bool {
    let account = &view.account;
    account.state == AccountState::Active && view.standing.mode == Mode::Prepaid && account.since <= today
}

fn member(reader: Reader<'_>, view: &AccountView, target: Amount, today: NaiveDate) -> Result<Member> {
    let available = view.standing.available()?;
    // Nothing is asked of an account that needs all that it has.
    let reclaimable = if available > target {
        reclaimable(reader, &view.account, &view.group, view.standing.pending_usage, today)?.available
    } else {
        Amount::ZERO
    };
    Ok(Member { account: view.account.code.clone(), funds: view.standing.funds, available, reclaimable, target })
}

/// Makes the moves of a plan, all of them or none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyPlan {
    /// The file, as it was typed.
    pub file: String,
    /// The SHA-256 of its content.
    pub sha256: String,
    /// The plan.
    pub plan: Plan,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
    /// Whether it was found to be current already: when it was asked for, which has itself moved the book on.
    pub is_checked: bool,
}

/// A move that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// The move, with the account's funds before and after it.
    pub planned: PlannedMove,
    /// The entry.
    pub entry: EntryId,
}

/// What applying a plan did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanApplied {
    /// The plan's hash; `None` when it had no moves.
    pub plan: Option<String>,
    /// When.
    pub date: NaiveDate,
    /// Its moves.
    pub moves: Vec<Moved>,
}

impl UseCase for ApplyPlan {
    const COMMAND: &'static str = "fund apply";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = PlanApplied;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_listed(reader, self.plan.moves.iter().map(|planned| (planned.account.as_str(), self.date)), today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<PlanApplied> {
        let date = operation.effective(self.date)?.date();
        if self.plan.moves.is_empty() {
            return Ok(PlanApplied { plan: None, date, moves: vec![] });
        }
        if !self.is_checked {
            self.require_current(operation.reader(), operation.today())?;
        }
        let plan = self.plan.hash();
        let note = Note { reference: None, remark: Some(format!("plan {}", &plan[..12])) };
        let mut moves = Vec::with_capacity(self.plan.moves.len());
        for planned in self.plan.moves {
            // The checks look at the balances in the file.
            operation.writer().flush_balances()?;
            let amount = Exact::from_amount(planned.amount, planned.currency);
            let (account, slip) = (planned.account.as_str(), Slip { date: self.date, note: note.clone() });
            let done = match planned.kind {
                MoveKind::Reclaim => reclaim(operation, account, Some(amount), slip)?,
                MoveKind::Allocate => allocate(operation, account, amount, slip)?,
            };
            moves.push(Moved { planned, entry: done.entry });
        }
        Ok(PlanApplied { plan: Some(plan), date, moves })
    }
}

impl Approvable for ApplyPlan {
    const FAMILY: Family = Family::Fund;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { date: self.date.or(Some(today)), is_checked: true, ..self }
    }
}

impl ApplyPlan {
    /// A plan is for the book as it was planned for, and for once.
    fn require_current(&self, reader: Reader<'_>, today: NaiveDate) -> Result<()> {
        let (_, head) = reader.audit_head()?;
        if hex(&head) == self.plan.book {
            return Ok(());
        }
        let file = self.file.clone();
        if let Some(operation) = reader.operation_with_file(Self::COMMAND, "plan", &self.sha256)? {
            return Err(Refusal::PlanApplied { file, operation }.into());
        }
        if let Some(asked) = reader.request_with_file(Self::COMMAND, "plan", &self.sha256)? {
            match asked.state(today) {
                ApprovalState::Pending => return Err(Refusal::PlanRequested { file, request: asked.id }.into()),
                ApprovalState::Approved => {
                    let deciding = reader.operation_deciding(asked.id)?;
                    let (operation, _) =
                        deciding.ok_or_else(|| StoreError::Damaged(format!("nobody has approved {}", asked.id)))?;
                    return Err(Refusal::PlanApplied { file, operation }.into());
                }
                ApprovalState::Rejected | ApprovalState::Withdrawn | ApprovalState::Expired => {}
            }
        }
        Err(Refusal::PlanStale { file }.into())
    }
}
