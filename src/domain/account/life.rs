//! The life of an account: one table of states and of the steps between them.
//!
//! Every command that moves an account looks its step up here; the sentence that refuses a step takes the way out from here, too.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Account, AccountState, Origin, Standing};
use crate::domain::code::Name;
use crate::domain::id::{AccountId, StepId};
use crate::domain::money::{Currency, Money, Overflow};
use crate::domain::refusal::Refusal;
use crate::domain::words::words;

words! {
    /// What moves an account from one state to the next.
    Transition, "a step" {
        /// It came into the book by an invitation.
        Create = "create",
        /// It came into the book as an existing account.
        Associate = "associate",
        /// The holder accepted the invitation and the UID is known.
        Accept = "accept",
        /// The real-name entity is tied.
        Verify = "verify",
        /// It may buy: nothing else stands between a verified name and that.
        Activate = "activate",
        /// The owner consented to the association.
        Confirm = "confirm",
        /// The invitation is sent again, with a new token and a new time to run.
        Resend = "resend",
        /// The invitation ran out: the calendar does it.
        Expire = "expire",
        /// The agent takes the invitation back.
        Revoke = "revoke",
        /// The holder says no.
        Decline = "decline",
        /// It is stopped for the time being.
        Freeze = "freeze",
        /// It may go on.
        Thaw = "thaw",
        /// It is no longer ours.
        Release = "release",
    }
}

/// One step that a life may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Of accounts that came into the book in this way; of all when `None`.
    pub origin: Option<Origin>,
    /// From this state; into the book when `None`.
    pub from: Option<AccountState>,
    /// By this step.
    pub by: Transition,
    /// To this state.
    pub to: AccountState,
}

const fn way(origin: Option<Origin>, from: Option<AccountState>, by: Transition, to: AccountState) -> Way {
    Way { origin, from, by, to }
}

const CREATED: Option<Origin> = Some(Origin::Created);
const ASSOCIATED: Option<Origin> = Some(Origin::Associated);

/// Every step that there is. What is not here is refused.
pub const WAYS: &[Way] = &[
    way(CREATED, None, Transition::Create, AccountState::Invited),
    way(ASSOCIATED, None, Transition::Associate, AccountState::Invited),
    way(CREATED, Some(AccountState::Invited), Transition::Accept, AccountState::Accepted),
    way(CREATED, Some(AccountState::Invited), Transition::Resend, AccountState::Invited),
    way(CREATED, Some(AccountState::Invited), Transition::Expire, AccountState::Expired),
    way(ASSOCIATED, Some(AccountState::Invited), Transition::Confirm, AccountState::Active),
    way(None, Some(AccountState::Invited), Transition::Revoke, AccountState::Revoked),
    way(None, Some(AccountState::Invited), Transition::Decline, AccountState::Declined),
    way(CREATED, Some(AccountState::Expired), Transition::Resend, AccountState::Invited),
    way(CREATED, Some(AccountState::Expired), Transition::Revoke, AccountState::Revoked),
    way(CREATED, Some(AccountState::Accepted), Transition::Verify, AccountState::Verified),
    way(CREATED, Some(AccountState::Accepted), Transition::Revoke, AccountState::Revoked),
    way(CREATED, Some(AccountState::Verified), Transition::Activate, AccountState::Active),
    way(None, Some(AccountState::Active), Transition::Freeze, AccountState::Frozen),
    way(None, Some(AccountState::Active), Transition::Release, AccountState::Released),
    way(None, Some(AccountState::Frozen), Transition::Thaw, AccountState::Active),
    way(None, Some(AccountState::Frozen), Transition::Release, AccountState::Released),
];

/// The steps that an account may take from a state.
pub fn ways_on(origin: Origin, state: AccountState) -> impl Iterator<Item = &'static Way> {
    WAYS.iter().filter(move |way| way.from == Some(state) && way.origin.is_none_or(|of| of == origin))
}

/// The state after a step; `account.state` if it is no step of this account's life.
pub fn next_state(account: &Account, by: Transition) -> Result<AccountState, Refusal> {
    let found = ways_on(account.origin, account.state).find(|way| way.by == by);
    found.map(|way| way.to).ok_or_else(|| Refusal::AccountTransition {
        account: account.code.clone(),
        origin: account.origin,
        state: account.state,
        verb: by.as_str(),
    })
}

/// A step that an account has taken: who, when, why. Never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeStep {
    /// Its row.
    pub id: StepId,
    /// Whose.
    pub account: AccountId,
    /// The step.
    pub by: Transition,
    /// The state before; none when it came into the book.
    pub from: Option<AccountState>,
    /// The state after.
    pub to: AccountState,
    /// The day from which it holds.
    pub day: NaiveDate,
    /// Who recorded it.
    pub operator: String,
    /// Why, where somebody has said so.
    pub reason: Option<Name>,
}

/// Whether steps are a life that the table allows: they begin by coming into the book, and each follows from the one before.
pub fn is_a_life(origin: Origin, steps: &[LifeStep]) -> bool {
    let mut state = None;
    steps.iter().all(|step| {
        let allowed = WAYS
            .iter()
            .any(|way| way.origin.is_none_or(|of| of == origin) && (way.from, way.by, way.to) == (step.from, step.by, step.to));
        // An invitation runs out by the calendar, which writes nothing.
        let follows = step.from == state || (state, step.from) == (Some(AccountState::Invited), Some(AccountState::Expired));
        state = Some(step.to);
        allowed && follows
    })
}

words! {
    /// A condition of a release.
    ReleaseCondition, "a condition" {
        /// It is active or frozen: the table has a step from there.
        State = "state",
        /// Recorded facts do not exceed what was lent or given.
        NoArrears = "no-arrears",
        /// It owes the agent nothing.
        NothingOwed = "nothing-owed",
        /// No allocated money is left in it.
        NothingUnspent = "nothing-unspent",
        /// No usage of an open month waits for its charge.
        NoPendingUsage = "no-pending-usage",
        /// Closed months have had all of its orders.
        NoOpenOrders = "no-open-orders",
    }
}

/// What stands in the way of releasing an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseBlocker {
    /// There is no such step from its state.
    State(AccountState),
    /// Recorded facts exceed what was lent or given.
    Arrears(Money),
    /// It owes the agent.
    Owed(Money),
    /// Allocated money that it has not spent.
    Unspent(Money),
    /// Usage of an open month that is not charged yet.
    PendingUsage(Money),
    /// Orders that no closed month has had.
    OpenOrders(u64),
}

impl ReleaseBlocker {
    /// The condition that does not hold.
    pub fn condition(&self) -> ReleaseCondition {
        match self {
            Self::State(_) => ReleaseCondition::State,
            Self::Arrears(_) => ReleaseCondition::NoArrears,
            Self::Owed(_) => ReleaseCondition::NothingOwed,
            Self::Unspent(_) => ReleaseCondition::NothingUnspent,
            Self::PendingUsage(_) => ReleaseCondition::NoPendingUsage,
            Self::OpenOrders(_) => ReleaseCondition::NoOpenOrders,
        }
    }
}

/// All that stands in the way of releasing an account that stands like this and has so many open orders.
pub fn release_blockers(
    account: &Account,
    standing: &Standing,
    open_orders: u64,
    currency: Currency,
) -> Result<Vec<ReleaseBlocker>, Overflow> {
    let state = next_state(account, Transition::Release).is_err().then_some(ReleaseBlocker::State(account.state));
    let money = [
        (standing.arrears()?, ReleaseBlocker::Arrears as fn(Money) -> ReleaseBlocker),
        (standing.owed, ReleaseBlocker::Owed),
        (standing.funds, ReleaseBlocker::Unspent),
        (standing.pending_usage, ReleaseBlocker::PendingUsage),
    ];
    let money = money.into_iter().filter(|(amount, _)| !amount.is_zero());
    let money = money.map(|(amount, blocker)| blocker(Money::new(amount, currency)));
    let open = (open_orders > 0).then_some(ReleaseBlocker::OpenOrders(open_orders));
    Ok(state.into_iter().chain(money).chain(open).collect())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    /// The table, as it is meant to be.
    #[test]
    fn the_table_of_states() {
        let mut table = String::new();
        for way in WAYS {
            let origin = way.origin.map_or("any", Origin::as_str);
            let from = way.from.map_or("-", AccountState::as_str);
            writeln!(table, "{from:9} {:9} -> {:9} {origin}", way.by.as_str(), way.to.as_str()).unwrap();
        }
        assert_eq!(table, include_str!("../../../tests/golden/account-states.txt"));
    }

    #[test]
    fn every_state_is_reached_and_every_step_is_somebodys() {
        for state in AccountState::ALL {
            assert!(WAYS.iter().any(|way| way.to == *state), "{state}");
        }
        for step in Transition::ALL {
            assert!(WAYS.iter().any(|way| way.by == *step), "{step}");
        }
        // What has ended does not begin again.
        for end in [AccountState::Released, AccountState::Revoked, AccountState::Declined] {
            for origin in Origin::ALL {
                assert_eq!(ways_on(*origin, end).count(), 0, "{end}");
            }
        }
    }

    #[test]
    fn a_step_has_one_outcome() {
        for (at, way) in WAYS.iter().enumerate() {
            let same = |other: &&Way| other.from == way.from && other.by == way.by && other.origin == way.origin;
            assert_eq!(WAYS.iter().position(|other| same(&other)), Some(at), "{way:?}");
        }
    }

    #[test]
    fn each_thing_that_is_left_blocks_a_release_by_itself() {
        use super::super::Mode;
        use crate::domain::money::Amount;

        let cny = Currency::parse("CNY").unwrap();
        let blockers = |state, [funds, owed, pending]: [i64; 3], open_orders| -> Vec<ReleaseCondition> {
            let standing = Standing {
                mode: Mode::AgentPays,
                funds: Amount::from_minor(funds),
                owed: Amount::from_minor(owed),
                credit_limit: Amount::from_minor(1000),
                pending_usage: Amount::from_minor(pending),
            };
            let account = super::super::tests::account(Origin::Created, state);
            let found = release_blockers(&account, &standing, open_orders, cny).unwrap();
            found.iter().map(ReleaseBlocker::condition).collect()
        };
        let active = AccountState::Active;
        assert_eq!(blockers(active, [0, 0, 0], 0), []);
        assert_eq!(blockers(AccountState::Frozen, [0, 0, 0], 0), []);
        assert_eq!(blockers(AccountState::Invited, [0, 0, 0], 0), [ReleaseCondition::State]);
        assert_eq!(blockers(active, [5, 0, 0], 0), [ReleaseCondition::NothingUnspent]);
        assert_eq!(blockers(active, [0, 5, 0], 0), [ReleaseCondition::NothingOwed]);
        assert_eq!(blockers(active, [0, 0, 5], 0), [ReleaseCondition::NoPendingUsage]);
        assert_eq!(blockers(active, [0, 0, 0], 1), [ReleaseCondition::NoOpenOrders]);
        assert_eq!(blockers(active, [0, 2000, 0], 0), [ReleaseCondition::NoArrears, ReleaseCondition::NothingOwed]);
        assert_eq!(blockers(AccountState::Released, [5, 2000, 5], 1).len(), ReleaseCondition::ALL.len());
    }

    proptest! {
        /// Whatever is tried, an account stays where it is or goes where the table lets it.
        #[test]
        fn no_sequence_of_steps_leaves_the_table(
            created: bool,
            tried in proptest::collection::vec(0..Transition::ALL.len(), 0..40),
        ) {
            let origin = if created { Origin::Created } else { Origin::Associated };
            let mut account = super::super::tests::account(origin, AccountState::Invited);
            let by = if created { Transition::Create } else { Transition::Associate };
            let step = |by, from, to| LifeStep {
                id: StepId(1), account: account.id, by, from, to, day: NaiveDate::MIN, operator: String::new(), reason: None,
            };
            let mut life = vec![step(by, None, AccountState::Invited)];
            let mut state = AccountState::Invited;
            let mut account_now = account.clone();
            for index in tried {
                let by = Transition::ALL[index];
                account_now.state = state;
                match next_state(&account_now, by) {
                    Ok(next) => {
                        life.push(step(by, Some(state), next));
                        state = next;
                    }
                    Err(refusal) => prop_assert_eq!(refusal.code(), "account.state"),
                }
            }
            prop_assert!(is_a_life(origin, &life));
            // A life with a step left out or put in is none.
            let is_needed = |step: &LifeStep| step.to != AccountState::Invited && step.by != Transition::Expire;
            if life.len() > 2 && is_needed(&life[1]) {
                life.remove(1);
                prop_assert!(!is_a_life(origin, &life));
            }
            account.state = state;
        }
    }
}
