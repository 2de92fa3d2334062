//! Budgets: set, taken away, looked at, and weighed against every order.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, find_account, find_group, positive};
use super::usage::{self, PendingUsage};
use super::{Operation, Result, UseCase, When, reach};
use crate::domain::account::Environment;
use crate::domain::budget::{Budget, BudgetAction, BudgetPeriod, BudgetScope, Days};
use crate::domain::id::BudgetId;
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::order::Placement;
use crate::domain::percent::{Percents, percent_of};
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::store::{Reached, Reader};

/// The charges that a budget is about, as they were typed.
#[derive(Clone, Debug)]
pub enum ScopeRequest {
    /// Those of one account.
    Account(String),
    /// Those of all accounts of a group.
    Group(String),
    /// Those of the accounts of one environment, of a group or of the whole book.
    Environment(Option<String>, Environment),
}

/// Sets a budget, in the place of one for the same charges and period.
#[derive(Clone, Debug)]
pub struct SetBudget {
    /// The charges that it is about.
    pub scope: ScopeRequest,
    /// How long it lasts.
    pub period: BudgetPeriod,
    /// How much, in major units.
    pub amount: Exact,
    /// At how many percent of it somebody is told.
    pub thresholds: Percents,
    /// What it does to an order that would go beyond it.
    pub action: BudgetAction,
}

/// Takes a budget away.
#[derive(Clone, Debug)]
pub struct RemoveBudget {
    /// Its number, as it was typed: `b-3`.
    pub budget: String,
}

/// A budget that is not kept any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BudgetRemoved {
    /// The budget, and where it stood.
    pub budget: BudgetView,
    /// Whether it had been taken away before: nothing was changed.
    pub already: bool,
}

/// A budget, and where it stands in the period of a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BudgetView {
    /// The budget.
    pub budget: Budget,
    /// What it is about, in words: `acme-prod`, `acme`, `production of acme`.
    pub about: String,
    /// The period: `2026-06`.
    pub period: String,
    /// Its first day.
    pub first: NaiveDate,
    /// What is owed for the charges so far.
    pub spent: Amount,
    /// The highest threshold that it has reached in the period, whatever came back since.
    pub reached: Option<u16>,
}

fn view(reader: Reader<'_>, budget: Budget, pending: &PendingUsage, when: When) -> Result<BudgetView> {
    let mut days = budget.period.around(when.day());
    let period = budget.period.name_of(days.first);
    let first = days.first;
    if let Some(until) = when.until() {
        days.last = days.last.min(until);
    }
    let spent = spent(reader, &budget, pending, days)?;
    // On an earlier day, what was spent by then tells what was reached.
    let told = if when.until().is_some() { vec![] } else { reader.budgets_reached()? };
    let told = told.into_iter().filter(|(id, day, _)| (*id, *day) == (budget.id, first));
    let now = budget.thresholds.reached(spent, budget.amount);
    let reached = told.map(|(_, _, percent)| percent).chain(now).max();
    let about = about(reader, budget.scope)?;
    Ok(BudgetView { budget, about, period, first, spent, reached })
}

/// What a budget is about, in words.
fn about(reader: Reader<'_>, scope: BudgetScope) -> Result<String> {
    Ok(match scope {
        BudgetScope::Account(id) => reader.account(id)?.code.to_string(),
        BudgetScope::Group(id) => reader.group(id)?.code.to_string(),
        BudgetScope::Environment(Some(id), environment) => format!("{environment} of {}", reader.group(id)?.code),
        BudgetScope::Environment(None, environment) => environment.to_string(),
    })
}

/// What is owed for the charges of a budget in a stretch of days: those that were made, and usage that waits for its charge, which
/// is dated the last day of its month.
fn spent(reader: Reader<'_>, budget: &Budget, pending: &PendingUsage, days: Days) -> Result<Amount> {
    let mut sum = reader.charged(budget.scope, budget.currency, days)?;
    for account in reader.accounts_with_pending(pending)? {
        let currency = reader.group(account.group.last())?.currency;
        let due = pending
            .by_month(account.id)
            .filter(|(month, _)| days.contains(month.last_day()) && budget.covers(&account, account.group_in(*month), currency));
        sum = sum.plus(Amount::sum(due.map(|(_, usage)| usage.payable))?)?;
    }
    Ok(sum)
}

impl Reader<'_> {
    /// The accounts for which usage waits for its charge.
    fn accounts_with_pending(self, pending: &PendingUsage) -> Result<Vec<crate::domain::account::Account>> {
        pending.accounts().map(|id| Ok(self.account(id)?)).collect()
    }
}

impl UseCase for SetBudget {
    const COMMAND: &'static str = "budget set";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = BudgetView;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        match &self.scope {
            ScopeRequest::Account(account) => reach::of_account(reader, account, None, today),
            ScopeRequest::Group(group) => reach::of_group(reader, group),
            ScopeRequest::Environment(group, _) => reach::of_group_or_book(reader, group.as_deref()),
        }
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<BudgetView> {
        let (scope, currency) = scope(operation, &self.scope)?;
        let amount = positive(self.amount, currency)?.amount;
        let known = operation.reader().budgets()?.into_iter().find(|b| (b.scope, b.period) == (scope, self.period));
        let id = match &known {
            Some(known) => known.id,
            None => operation.writer().next_budget()?,
        };
        let Self { period, thresholds, action, .. } = self;
        let budget = Budget { id, scope, period, currency, amount, thresholds, action, removed: false };
        if known.as_ref() != Some(&budget) {
            operation.writer().put_budget(known.as_ref(), &budget)?;
        }
        look(operation, budget)
    }
}

fn scope(operation: &mut Operation<'_>, request: &ScopeRequest) -> Result<(BudgetScope, Currency)> {
    Ok(match request {
        ScopeRequest::Account(name) => {
            let of = operation.account(name)?;
            (BudgetScope::Account(of.account.id), of.group.currency)
        }
        ScopeRequest::Group(name) => {
            let group = find_group(operation.reader(), name)?;
            (BudgetScope::Group(group.id), group.currency)
        }
        ScopeRequest::Environment(Some(name), environment) => {
            let group = find_group(operation.reader(), name)?;
            (BudgetScope::Environment(Some(group.id), *environment), group.currency)
        }
        ScopeRequest::Environment(None, environment) => {
            (BudgetScope::Environment(None, *environment), operation.reader().agent()?.currency)
        }
    })
}

/// Whose charges a budget is about; one that nobody knows is refused by whoever looks for it.
pub(super) fn reach_of(reader: Reader<'_>, budget: BudgetId, today: NaiveDate) -> Result<Reach> {
    let known = reader.budgets()?.into_iter().find(|known| known.id == budget);
    Ok(match known.map(|budget| budget.scope) {
        None => reach::of_nobody(),
        Some(BudgetScope::Account(account)) => reach::of(&reader.account(account)?, None, today),
        Some(BudgetScope::Group(group) | BudgetScope::Environment(Some(group), _)) => Reach::group(group),
        Some(BudgetScope::Environment(None, _)) => Reach::Book,
    })
}

fn look(operation: &mut Operation<'_>, budget: Budget) -> Result<BudgetView> {
    let today = operation.today();
    let pending = usage::pending(operation.reader())?;
    view(operation.reader(), budget, &pending, When::Now(today))
}

impl UseCase for RemoveBudget {
    const COMMAND: &'static str = "budget remove";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = BudgetRemoved;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        BudgetId::parse(self.budget.trim()).map_or(Ok(Reach::Book), |budget| reach_of(reader, budget, today))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<BudgetRemoved> {
        let asked = BudgetId::parse(self.budget.trim());
        let known = operation.reader().budgets()?.into_iter().find(|budget| Some(budget.id) == asked);
        let Some(known) = known else { return Err(Refusal::BudgetUnknown { budget: self.budget }.into()) };
        let budget = Budget { removed: true, ..known.clone() };
        if !known.removed {
            operation.writer().put_budget(Some(&known), &budget)?;
        }
        Ok(BudgetRemoved { budget: look(operation, budget)?, already: known.removed })
    }
}

/// Shows the budgets that hold, or those of one account or group, in the period of a day.
pub fn list(reader: Reader<'_>, account: Option<&str>, group: Option<&str>, when: When) -> Result<Vec<BudgetView>> {
    let account = account.map(|name| find_account(reader, name)).transpose()?;
    let group = group.map(|name| find_group(reader, name)).transpose()?;
    let pending = match when {
        When::Now(_) => usage::pending(reader)?,
        When::EndOf(_) => PendingUsage::default(),
    };
    let mut views = Vec::new();
    for budget in reader.budgets()?.into_iter().filter(|budget| !budget.removed) {
        let of_account = match &account {
            Some(account) => budget.covers(account, account.group_on(when.day()), reader.group(account.group.last())?.currency),
            None => true,
        };
        let of_group = match (&group, budget.scope) {
            (None, _) => true,
            (Some(group), BudgetScope::Group(id) | BudgetScope::Environment(Some(id), _)) => id == group.id,
            (Some(group), BudgetScope::Account(id)) => reader.account(id)?.group_on(when.day()) == group.id,
            (Some(_), BudgetScope::Environment(None, _)) => false,
        };
        if of_account && of_group {
            views.push(view(reader, budget, &pending, when)?);
        }
    }
    Ok(views)
}

/// The budgets of a book while an operation weighs orders against them.
#[derive(Debug)]
pub(super) struct Weighing {
    budgets: Vec<Budget>,
    /// What is owed in a budget's period so far, by budget and first day; this operation's own charges included.
    spent: HashMap<(BudgetId, NaiveDate), Amount>,
    told: HashSet<Reached>,
}

/// What a charge makes of a budget.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    budget: BudgetId,
    first: NaiveDate,
    projected: Amount,
    crossed: Vec<u16>,
    notice: Option<Notice>,
}

impl Operation<'_> {
    fn weighing(&mut self) -> Result<&mut Weighing> {
        if self.weighing.is_none() {
            let reader = self.reader();
            let budgets = reader.budgets()?.into_iter().filter(|budget| !budget.removed).collect();
            let told = reader.budgets_reached()?.into_iter().collect();
            self.weighing = Some(Weighing { budgets, spent: HashMap::new(), told });
        }
        Ok(self.weighing.as_mut().expect("it was loaded above"))
    }

    /// What is owed in the period of a budget before a charge. It is asked for before the first charge of a period is written, and
    /// kept up from there: rows of a batch that wait to be written are not seen by the reader.
    fn spent_before(&mut self, budget: &Budget, days: Days) -> Result<Amount> {
        if let Some(spent) = self.weighing()?.spent.get(&(budget.id, days.first)) {
            return Ok(*spent);
        }
        self.pending_usage()?;
        let pending = self.pending_usage.as_ref().expect("it was loaded above");
        let spent = spent(self.reader(), budget, pending, days)?;
        self.weighing()?.spent.insert((budget.id, days.first), spent);
        Ok(spent)
    }

    /// Weighs a charge against the budgets of its account, before it is written: a planned one that a budget blocks is refused.
    pub(super) fn weigh(
        &mut self,
        of: &AccountInGroup,
        payable: Amount,
        placement: Placement,
        date: NaiveDate,
    ) -> Result<Vec<Weighed>> {
        let currency = of.group.currency;
        let budgets: Vec<Budget> =
            self.weighing()?.budgets.iter().filter(|budget| budget.covers(&of.account, of.group.id, currency)).cloned().collect();
        let mut weighed = Vec::with_capacity(budgets.len());
        for budget in budgets {
            let days = budget.period.around(date);
            let spent = self.spent_before(&budget, days)?;
            let projected = spent.plus(payable)?;
            let money = |amount| Money::new(amount, currency);
            let about = format!("{}, {}", about(self.reader(), budget.scope)?, budget.period.name_of(days.first));
            if placement == Placement::Planned && budget.blocks(spent, projected) {
                let (needed, left, amount) = (money(payable), money(budget.left(spent)?), money(budget.amount));
                return Err(Refusal::BudgetExceeded { budget: budget.id, about, needed, left, amount }.into());
            }
            let mut crossed = budget.crossed(spent, projected);
            let told = &self.weighing()?.told;
            crossed.retain(|percent| !told.contains(&(budget.id, days.first, *percent)));
            // A threshold is told once; an order that goes beyond the budget is told each time.
            let beyond = budget.is_exceeded(spent, projected).then(|| percent_of(projected, budget.amount)).flatten();
            let percent = crossed.last().copied().or_else(|| beyond.map(|percent| u16::try_from(percent).unwrap_or(u16::MAX)));
            let notice = percent.map(|percent| {
                let (spent, amount) = (money(projected), money(budget.amount));
                Notice::BudgetReached { budget: budget.id, about, percent, spent, amount }
            });
            weighed.push(Weighed { budget: budget.id, first: days.first, projected, crossed, notice });
        }
        Ok(weighed)
    }

    /// Counts a charge that was weighed and written, and tells of the thresholds that it has reached: each once in a period.
    pub(super) fn count(&mut self, weighed: Vec<Weighed>) -> Result<Vec<Notice>> {
        let mut notices = Vec::new();
        for Weighed { budget, first, projected, crossed, notice } in weighed {
            self.weighing()?.spent.insert((budget, first), projected);
            for percent in crossed {
                self.writer().insert_budget_reached((budget, first, percent))?;
                self.weighing()?.told.insert((budget, first, percent));
            }
            notices.extend(notice);
        }
        Ok(notices)
    }
}
