//! Statements: frozen for closed months, drawn up from the journal for open ones.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::Result;
use super::operation::{find_account, find_group};
use super::usage::used_by_account;
use crate::domain::account::{Account, Group};
use crate::domain::chain;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::Name;
use crate::domain::entity::Entity;
use crate::domain::finality::Finality;
use crate::domain::id::AccountId;
use crate::domain::journal::Event;
use crate::domain::money::{Amount, Currency};
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::statement::{Addressee, Statement, Totals, UsageDetail};
use crate::store::{LedgerMovement, Reader, StoreError};

/// How many months of spending stand beside a statement, its own included.
const MONTHS_SHOWN: usize = 12;

/// What was spent by month and currency, rising: refunds and true-ups included.
pub type Spending = BTreeMap<(Currency, Month), Amount>;

/// A statement, and whether it can still change.
#[derive(Clone, Debug)]
pub struct StatementView {
    /// The statement.
    pub statement: Statement,
    /// Whether its month is closed.
    pub state: PeriodState,
    /// What was spent in its month and the ones before, as far as anything was; empty where nobody asked for it.
    pub spending: Spending,
    /// SHA-256 of its frozen form; `None` while it can still change.
    pub sha256: Option<String>,
    /// The version that counts no more since its month was opened again; `None` when this is the first.
    pub supersedes: Option<i64>,
}

/// Whose statements are shown together.
#[derive(Clone, Debug)]
pub enum Together {
    /// Those of a group's accounts, with the group's money that is not allocated.
    Group(Group, Deposits),
    /// Those of an entity's accounts.
    Entity(Entity),
}

/// Money of a group that is not allocated, over a month.
#[derive(Clone, Debug)]
pub struct Deposits {
    /// What there was when the month began.
    pub opening: Amount,
    /// What moved it, by day: debits less credits of a liability, so what came in is negative.
    pub movements: Vec<LedgerMovement>,
    /// What there was when it ended.
    pub closing: Amount,
}

/// The statements of several accounts.
#[derive(Clone, Debug)]
pub struct StatementSet {
    /// Whose.
    pub of: Together,
    /// Who draws them up.
    pub agent: Name,
    /// The month.
    pub period: Month,
    /// Whether it is closed.
    pub state: PeriodState,
    /// By account.
    pub statements: Vec<StatementView>,
    /// What they add up to.
    pub totals: BTreeMap<Currency, Totals>,
    /// What was spent in the month and the ones before.
    pub spending: Spending,
}

/// Whether what was spent in the months before is looked up too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// It is.
    Wanted,
    /// It is not.
    NotWanted,
}

/// Shows the statement of an account for a month.
pub fn show(reader: Reader<'_>, name: &str, period: Month) -> Result<StatementView> {
    let account = find_account(reader, name)?;
    let view = Drawing::new(reader, period)?.view(reader, &account, History::Wanted)?;
    if view.statement.is_empty() && account.since > period.last_day() {
        return Err(Refusal::NoStatement { account: account.code, period }.into());
    }
    Ok(view)
}

/// Shows the statements of a group's accounts for a month, and what moved its money that is not allocated.
pub fn show_group(reader: Reader<'_>, name: &str, period: Month) -> Result<StatementSet> {
    let group = find_group(reader, name)?;
    let ledger_account = LedgerAccount::deposits(group.id, group.currency);
    let balance = |day| -> Result<Amount> { Ok(reader.balance(ledger_account, Some(day))?.negated()?) };
    let (opening, closing) = (balance(period.previous().last_day())?, balance(period.last_day())?);
    let movements = reader.deposit_movements(&group, period.first_day(), period.last_day())?;
    if opening.minus(Amount::sum(movements.iter().map(|movement| movement.amount))?)? != closing {
        return Err(StoreError::Damaged(format!("what moved the deposits of {} is not all found", group.code)).into());
    }
    let accounts = reader.accounts_of(group.id, period.last_day())?;
    together(reader, Together::Group(group, Deposits { opening, movements, closing }), accounts, period)
}

/// Shows the statements of an entity's accounts for a month.
pub fn show_entity(reader: Reader<'_>, name: &str, period: Month) -> Result<StatementSet> {
    let entity = super::entity::find(reader, name)?;
    let accounts = reader.accounts()?.into_iter().filter(|account| account.entity == entity.id).collect();
    together(reader, Together::Entity(entity), accounts, period)
}

fn together(reader: Reader<'_>, of: Together, accounts: Vec<Account>, period: Month) -> Result<StatementSet> {
    let drawing = Drawing::new(reader, period)?;
    let mut statements = Vec::new();
    let mut totals: BTreeMap<Currency, Totals> = BTreeMap::new();
    let mut spending = Spending::new();
    for account in accounts {
        let mut view = drawing.view(reader, &account, History::Wanted)?;
        for (month, amount) in std::mem::take(&mut view.spending) {
            let sum = spending.entry(month).or_default();
            *sum = sum.plus(amount)?;
        }
        if !view.statement.is_empty() {
            let sum = totals.entry(view.statement.currency).or_default();
            *sum = sum.plus(view.statement.totals())?;
            statements.push(view);
        }
    }
    Ok(StatementSet { of, agent: reader.agent()?.name, period, state: drawing.state, statements, totals, spending })
}

/// What the statements of a month have in common.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// Who has drawn them up.
    pub agent: Name,
    /// Whether their month is closed.
    pub state: PeriodState,
}

/// Hands out the statement of every account that had a part in a month, one at a time, by account.
pub fn each(
    reader: Reader<'_>,
    period: Month,
    history: History,
    mut take: impl FnMut(StatementView) -> Result<()>,
) -> Result<Drawn> {
    let drawing = Drawing::new(reader, period)?;
    for account in reader.accounts()? {
        let view = drawing.view(reader, &account, history)?;
        if !view.statement.is_empty() {
            take(view)?;
        }
    }
    Ok(Drawn { agent: drawing.agent, state: drawing.state })
}

/// What drawing up the statements of a month needs, loaded once for all of them.
pub(super) struct Drawing {
    period: Month,
    state: PeriodState,
    /// The version that its statements have, or will have once it closes.
    version: i64,
    agent: Name,
    /// What the month's bill says was used, once somebody has asked.
    usage: OnceCell<HashMap<AccountId, Vec<UsageDetail>>>,
}

impl Drawing {
    pub(super) fn new(reader: Reader<'_>, period: Month) -> Result<Self> {
        let state = reader.closed_through()?.state(period);
        let receipts = reader.receipt_version(period)?;
        let version = if state == PeriodState::Closed { receipts } else { receipts + 1 };
        Ok(Self { period, state, version, agent: reader.agent()?.name, usage: OnceCell::new() })
    }

    fn view(&self, reader: Reader<'_>, account: &Account, history: History) -> Result<StatementView> {
        let (period, state) = (self.period, self.state);
        let frozen = if state == PeriodState::Closed { reader.frozen_statement(period, account.id)? } else { None };
        let (statement, sha256) = match frozen {
            Some(content) => (thawed(account, period, &content)?, Some(chain::sha256_hex(content.as_bytes()))),
            None => (self.provisional(reader, account)?, None),
        };
        let spending = match history {
            History::Wanted => self.spending(reader, account, statement.currency)?,
            History::NotWanted => Spending::new(),
        };
        let supersedes = reader.superseded_statement(period, account.id, self.version)?;
        Ok(StatementView { statement, state, spending, sha256, supersedes })
    }

    /// What was spent by month: from the first of the months that are looked at in which anything was.
    fn spending(&self, reader: Reader<'_>, account: &Account, currency: Currency) -> Result<Spending> {
        let last = self.period;
        let first = (1..MONTHS_SHOWN).fold(last, |month, _| month.previous());
        let spent = reader.spent_by_month(account.id, first.first_day(), last.last_day())?;
        let months = std::iter::successors(spent.keys().next().copied(), |month| Some(month.next()));
        let months = months.take_while(|month| *month <= last);
        Ok(months.map(|month| ((currency, month), spent.get(&month).copied().unwrap_or_default())).collect())
    }

    /// Draws a statement up from the journal. What was used stands on it once that was charged.
    fn provisional(&self, reader: Reader<'_>, account: &Account) -> Result<Statement> {
        let statement = self.with_usage(reader, account, vec![])?;
        let is_charged = statement.lines.iter().any(|line| line.event == Event::Usage);
        if is_charged { self.draw_up(reader, account) } else { Ok(statement) }
    }

    /// Draws a statement up, the usage of its month having been charged.
    pub(super) fn draw_up(&self, reader: Reader<'_>, account: &Account) -> Result<Statement> {
        let usage = match self.usage.get() {
            Some(usage) => usage,
            None => {
                // Usage of an estimated bill is never charged.
                let bill = reader.bill(self.period)?.filter(|bill| bill.finality == Finality::Final);
                let used = bill.map(|bill| used_by_account(reader, &bill)).transpose()?;
                self.usage.get_or_init(|| used.unwrap_or_default())
            }
        };
        self.with_usage(reader, account, usage.get(&account.id).cloned().unwrap_or_default())
    }

    fn with_usage(&self, reader: Reader<'_>, account: &Account, usage: Vec<UsageDetail>) -> Result<Statement> {
        let period = self.period;
        let group = reader.group(account.group_in(period))?;
        let entity = reader.entity(account.entity)?;
        let opening = balance_due(reader, account, &group, period.previous().last_day())?;
        let movements = reader.movements(account.id, period.first_day(), period.last_day())?;
        let to = Addressee {
            agent: self.agent.clone(),
            account: account.code.clone(),
            uid: account.uid.clone(),
            group: group.code,
            entity: entity.name_on(period.last_day()).clone(),
            mode: account.mode.on(period.last_day()),
            currency: group.currency,
        };
        Ok(Statement::draw_up(to, period, opening, movements, usage)?)
    }
}

/// The statement of a month that was kept when it closed.
fn thawed(account: &Account, period: Month, content: &str) -> Result<Statement> {
    let damaged = |e| StoreError::Damaged(format!("the statement of {} for {period}: {e}", account.code));
    Ok(serde_json::from_str(content).map_err(damaged)?)
}

/// The frozen statement of an account for a closed month, where it has one.
pub(super) fn frozen(reader: Reader<'_>, account: &Account, period: Month) -> Result<Option<Statement>> {
    reader.frozen_statement(period, account.id)?.map(|content| thawed(account, period, &content)).transpose()
}

/// What a statement is kept as when its month closes, and the SHA-256 of that.
pub fn frozen_form(statement: &Statement) -> (String, String) {
    let content = serde_json::to_string(statement).expect("a statement has text keys only");
    let sha256 = chain::sha256_hex(content.as_bytes());
    (content, sha256)
}

/// What an account owes, less its unspent funds, at the end of a day.
pub(super) fn balance_due(reader: Reader<'_>, account: &Account, group: &Group, day: NaiveDate) -> Result<Amount> {
    let owed = reader.balance(LedgerAccount::receivable(account.id, group.currency), Some(day))?;
    // Funds are a liability: their balance is negative, debits less credits.
    let funds = reader.balance(LedgerAccount::funds(account.id, group.currency), Some(day))?;
    Ok(owed.plus(funds)?)
}
