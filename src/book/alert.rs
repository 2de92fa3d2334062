//! Alerts: worked out from the book, and what people say to them.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::{self, AccountView};
use super::budget::{self, BudgetView};
use super::run_rate::RunRates;
use super::usage::PendingUsage;
use super::{Operation, Result, UseCase, When, handover, pool, reach, upstream};
use crate::domain::account::{Account, AccountState, Origin};
use crate::domain::alert::{AccountMoney, AlertKind, AlertState, Concern, Mark, of_money, of_upstream};
use crate::domain::chart::LedgerAccount;
use crate::domain::handover::Handover;
use crate::domain::money::Money;
use crate::domain::operator::Reach;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::runway::runway;
use crate::domain::settlement::{Overdue, Terms};
use crate::store::Reader;

/// An alert, and what somebody has said to it.
#[derive(Clone, Debug)]
pub struct AlertView {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub concern: Concern,
    /// What holds.
    pub state: AlertState,
    /// What somebody has said to it, and when.
    pub mark: Option<Mark>,
}

/// Says that somebody is on an alert.
#[derive(Clone, Debug)]
pub struct AcknowledgeAlert {
    /// Its id, or enough of its beginning.
    pub alert: String,
    /// What is being done.
    pub note: Option<String>,
}

/// Lets an alert sleep until a day.
#[derive(Clone, Debug)]
pub struct SnoozeAlert {
    /// Its id, or enough of its beginning.
    pub alert: String,
    /// The day on which it comes back.
    pub until: NaiveDate,
    /// Why.
    pub note: Option<String>,
}

/// Says that what an alert is about may stay as it is.
#[derive(Clone, Debug)]
pub struct AcceptAlert {
    /// Its id, or enough of its beginning.
    pub alert: String,
    /// Why.
    pub note: String,
}

/// Takes back what was said to an alert.
#[derive(Clone, Debug)]
pub struct ReopenAlert {
    /// Its id, or enough of its beginning.
    pub alert: String,
}

/// Every alert, the most pressing first.
pub fn list(reader: Reader<'_>, today: NaiveDate) -> Result<Vec<AlertView>> {
    let (policy, when) = (reader.policy()?, When::Now(today));
    let pending = account::pending(reader, when)?;
    let accounts = account::list_with(reader, None, &pending, when)?;
    let mut receivables = reader.receivables()?;
    let groups = reader.groups()?.into_iter().map(|group| (group.id, group)).collect();
    let mut concerns = Vec::new();
    for view in &accounts {
        let owed = receivables.remove(&view.account.id).unwrap_or_default();
        let terms = Terms::of_account(&view.account, &groups, policy.payment_days);
        let overdue = owed.open_months(&terms, None)?.overdue(today)?;
        concerns.extend(of_account(reader, view, overdue, &policy, today)?);
    }
    concerns.extend(of_handovers(reader, &accounts, today)?);
    concerns.extend(of_pool(reader, &accounts, &pending, &policy, today)?);
    concerns.extend(budget::list(reader, None, None, When::Now(today))?.into_iter().filter_map(of_budget));
    let overdue = reader.overdue_differences(today)?.into_iter();
    concerns.extend(overdue.map(|(owner, count, oldest)| Concern::Differences { owner, count, oldest }));
    let chain = reader.upstream_chain()?;
    let living = upstream::by_named(accounts.iter().map(|view| &view.account).filter(|account| account.state.lives()));
    for party in chain.parties() {
        concerns.extend(of_upstream(party, upstream::count_below(&chain, &living, party.id), &policy, today));
    }
    let mut marks: HashMap<String, Mark> = reader.alert_marks()?.into_iter().map(|mark| (mark.alert.clone(), mark)).collect();
    let mut alerts: Vec<AlertView> = concerns
        .into_iter()
        .map(|concern| {
            let id = concern.id();
            let mark = marks.remove(&id);
            let state = mark.as_ref().map_or(AlertState::Open, |mark| mark.state_on(today));
            AlertView { id, concern, state, mark }
        })
        .collect();
    alerts.sort_by_key(|alert| (alert.concern.kind(), alert.concern.subject(), alert.id.clone()));
    Ok(alerts)
}

fn of_account(
    reader: Reader<'_>,
    view: &AccountView,
    overdue: Option<Overdue>,
    policy: &Policy,
    today: NaiveDate,
) -> Result<Vec<Concern>> {
    let (account, currency) = (&view.account, view.group.currency);
    if account.state != AccountState::Released {
        let moved = reader.money_by_day(account.id, currency)?;
        let money = AccountMoney { account, currency, moved: &moved, available: view.standing.available()?, overdue };
        let mut concerns = of_money(&money, policy, today)?;
        concerns.extend(of_joining(reader, view, policy, today)?);
        return Ok(concerns);
    }
    Ok(vec![])
}

/// What is to be said of an account that is not active yet.
fn of_joining(reader: Reader<'_>, view: &AccountView, policy: &Policy, today: NaiveDate) -> Result<Option<Concern>> {
    let (account, code) = (&view.account, view.account.code.clone());
    let within = |day: NaiveDate, days: u16| (today - day).num_days() >= -i64::from(days);
    if matches!(account.state, AccountState::Invited | AccountState::Expired) && account.origin == Origin::Created {
        let invitation = reader.invitation_of(account.id)?.filter(|found| within(found.expires, policy.invitation_days));
        return Ok(invitation.map(|found| Concern::Invitation { account: code, sent: found.sent, expires: found.expires }));
    }
    let since = waits_for_its_name_since(reader, account)?.filter(|day| (today - *day).num_days() >= i64::from(policy.verify_days));
    Ok(since.map(|since| Concern::Unverified { account: code, state: account.state, since }))
}

/// The day from which an account waits for its verified name, or for its owner's consent; `None` when it does not.
pub(super) fn waits_for_its_name_since(reader: Reader<'_>, account: &Account) -> Result<Option<NaiveDate>> {
    Ok(match (account.state, account.origin) {
        (AccountState::Invited, Origin::Associated) => reader.attestations_of(account.id)?.first().map(|(_, _, day)| *day),
        (AccountState::Accepted | AccountState::Verified, _) => reader.invitation_of(account.id)?.map(|found| found.sent),
        _ => None,
    })
}

/// The accounts that are not handed over yet by somebody who leaves.
fn of_handovers(reader: Reader<'_>, accounts: &[AccountView], today: NaiveDate) -> Result<Vec<Concern>> {
    let mut open = handover::open_by_account(reader)?;
    let of_account = |view: &AccountView| {
        let handover = open.remove(&view.account.id)?;
        let days_late = handover.days_left(today).filter(|left| *left < 0).map(i64::unsigned_abs);
        let Handover { id: case, leaver, opened, deadline, .. } = handover;
        Some(Concern::Handover { account: view.account.code.clone(), case, leaver, opened, deadline, days_late })
    };
    Ok(accounts.iter().filter(|view| view.account.state.lives()).filter_map(of_account).collect())
}

/// What is to be said of the agent's pool in each currency; nothing where there is none.
fn of_pool(
    reader: Reader<'_>,
    accounts: &[AccountView],
    pending: &PendingUsage,
    policy: &Policy,
    today: NaiveDate,
) -> Result<Vec<Concern>> {
    let mut used = Vec::new();
    for standing in pool::show_with(reader, pending, None)? {
        if let Some(topped_up) = reader.last_debited(LedgerAccount::pool(standing.currency))? {
            used.push((standing, topped_up));
        }
    }
    if used.is_empty() {
        return Ok(vec![]);
    }
    let rates = RunRates::load(reader, None, accounts, pending, today)?.of_the_pool(accounts)?;
    let mut concerns = Vec::new();
    for (standing, topped_up) in used {
        let (available, currency) = (standing.available()?, standing.currency);
        let rates = rates.get(&currency).copied().unwrap_or_default();
        let lasts = runway(available, rates, today, 0, currency)?.days.into_iter().flatten().min();
        let lasts = lasts.and_then(|days| u64::try_from(days).ok()).filter(|days| *days < u64::from(policy.pool_days));
        let days = if available.is_negative() { None } else { lasts };
        if available.is_negative() || days.is_some() {
            concerns.push(Concern::PoolLow { available: Money::new(available, currency), days, topped_up });
        }
    }
    Ok(concerns)
}

fn of_budget(view: BudgetView) -> Option<Concern> {
    let percent = view.reached?;
    let BudgetView { budget, about, period, spent, .. } = view;
    let (spent, amount) = (Money::new(spent, budget.currency), Money::new(budget.amount, budget.currency));
    Some(Concern::Budget { budget: budget.id, about, period, percent, spent, amount })
}

/// What was said to an alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AlertMarked {
    /// What kind of thing it is about.
    pub kind: AlertKind,
    /// What it is about.
    pub subject: String,
    /// What was said.
    pub mark: Mark,
}

/// The words that a person has for an alert.
struct Saying {
    alert: String,
    state: AlertState,
    until: Option<NaiveDate>,
    note: Option<String>,
}

fn say(operation: &mut Operation<'_>, saying: Saying) -> Result<AlertMarked> {
    let Saying { alert, state, until, note } = saying;
    let today = operation.today();
    let alert = find(operation.reader(), &alert, today)?;
    let operator = operation.operator_name().to_owned();
    let mark = Mark { alert: alert.id, state, until, note, operator, day: today };
    if alert.mark.as_ref() != Some(&mark) {
        operation.writer().put_alert_mark(alert.mark.as_ref(), &mark)?;
    }
    Ok(AlertMarked { kind: alert.concern.kind(), subject: alert.concern.subject(), mark })
}

/// What an alert is about: an account, a budget, or something of the whole book.
fn reach_of(reader: Reader<'_>, alert: &str, today: NaiveDate) -> Result<Reach> {
    match find(reader, alert, today)?.concern {
        Concern::Arrears { account, .. }
        | Concern::Overdue { account, .. }
        | Concern::Handover { account, .. }
        | Concern::LowBalance { account, .. }
        | Concern::LowCredit { account, .. }
        | Concern::Invitation { account, .. }
        | Concern::Unverified { account, .. } => reach::of_account(reader, account.as_str(), None, today),
        Concern::Budget { budget, .. } => budget::reach_of(reader, budget, today),
        Concern::ChainFrozen { .. } | Concern::PoolLow { .. } | Concern::Differences { .. } | Concern::Authorisation { .. } => {
            Ok(Reach::Book)
        }
    }
}

/// The alert of an id, or of enough of its beginning.
fn find(reader: Reader<'_>, asked: &str, today: NaiveDate) -> Result<AlertView> {
    let mut found = list(reader, today)?;
    found.retain(|alert| !asked.trim().is_empty() && alert.id.starts_with(asked.trim()));
    let one = found.pop().filter(|_| found.is_empty());
    one.ok_or_else(|| Refusal::AlertUnknown { alert: asked.to_owned() }.into())
}

impl UseCase for AcknowledgeAlert {
    const COMMAND: &'static str = "alert acknowledge";
    const PERMISSION: Permission = Permission::HandleAlerts;
    type Outcome = AlertMarked;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.alert, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AlertMarked> {
        say(operation, Saying { alert: self.alert, state: AlertState::Acknowledged, until: None, note: self.note })
    }
}

impl UseCase for SnoozeAlert {
    const COMMAND: &'static str = "alert snooze";
    const PERMISSION: Permission = Permission::HandleAlerts;
    type Outcome = AlertMarked;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.alert, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AlertMarked> {
        let (until, today) = (self.until, operation.today());
        if until <= today {
            return Err(Refusal::SnoozeInPast { until, today }.into());
        }
        say(operation, Saying { alert: self.alert, state: AlertState::Snoozed, until: Some(until), note: self.note })
    }
}

impl UseCase for AcceptAlert {
    const COMMAND: &'static str = "alert accept";
    const PERMISSION: Permission = Permission::HandleAlerts;
    type Outcome = AlertMarked;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.alert, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AlertMarked> {
        say(operation, Saying { alert: self.alert, state: AlertState::Accepted, until: None, note: Some(self.note) })
    }
}

impl UseCase for ReopenAlert {
    const COMMAND: &'static str = "alert reopen";
    const PERMISSION: Permission = Permission::HandleAlerts;
    type Outcome = AlertMarked;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach_of(reader, &self.alert, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AlertMarked> {
        say(operation, Saying { alert: self.alert, state: AlertState::Open, until: None, note: None })
    }
}
