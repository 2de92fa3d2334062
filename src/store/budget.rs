//! Budgets, and which of their thresholds were reached.

use chrono::NaiveDate;
use rusqlite::{Row, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::account::Environment;
use crate::domain::budget::{Budget, BudgetScope, Days};
use crate::domain::id::{AccountId, BudgetId, GroupId};
use crate::domain::money::{Amount, Currency};

/// A threshold of a budget that somebody has been told of: the period by its first day.
pub type Reached = (BudgetId, NaiveDate, u16);

const SELECT: &str =
    "SELECT id, account_id, group_id, environment, period, currency, amount_minor, thresholds, action, removed FROM budget";

fn budget(row: &Row<'_>) -> rusqlite::Result<Budget> {
    let account = row.get::<_, Option<i64>>(1)?.map(AccountId);
    let group = row.get::<_, Option<i64>>(2)?.map(GroupId);
    let scope = match (account, group, row.parsed_opt(3)?) {
        (Some(account), ..) => BudgetScope::Account(account),
        (None, group, Some(environment)) => BudgetScope::Environment(group, environment),
        (None, Some(group), None) => BudgetScope::Group(group),
        (None, None, None) => return Err(rusqlite::Error::InvalidColumnType(1, "account_id".into(), rusqlite::types::Type::Null)),
    };
    Ok(Budget {
        id: BudgetId(row.get(0)?),
        scope,
        period: row.parsed(4)?,
        currency: row.parsed(5)?,
        amount: row.amount(6)?,
        thresholds: row.parsed(7)?,
        action: row.parsed(8)?,
        removed: row.get(9)?,
    })
}

/// The scope as columns: account, group, environment.
fn columns(scope: BudgetScope) -> (Option<i64>, Option<i64>, Option<&'static str>) {
    match scope {
        BudgetScope::Account(account) => (Some(account.0), None, None),
        BudgetScope::Group(group) => (None, Some(group.0), None),
        BudgetScope::Environment(group, environment) => (None, group.map(|g| g.0), Some(Environment::as_str(environment))),
    }
}

impl Reader<'_> {
    /// Every budget, also those that were removed, by number.
    pub fn budgets(&self) -> Result<Vec<Budget>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
        let rows = select.query_map([], budget)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The thresholds that somebody has been told of.
    pub fn budgets_reached(&self) -> Result<Vec<Reached>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT budget_id, first_day, percent FROM budget_reached ORDER BY budget_id, first_day, percent")?;
        let rows = select.query_map([], |row| Ok((BudgetId(row.get(0)?), row.date(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What is owed for the charges of a scope that are counted in a currency and dated in a stretch of days.
    pub fn charged(&self, scope: BudgetScope, currency: Currency, days: Days) -> Result<Amount> {
        let (account, group, environment) = columns(scope);
        let mut select = self.connection.prepare_cached(
            "SELECT COALESCE(SUM(c.payable_minor), 0)
               FROM membership AS m
               JOIN account AS a ON a.id = m.account_id
               JOIN customer_group AS g ON g.id = m.group_id
               JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN MAX(?5, m.from_day) AND ?6
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
               LEFT JOIN charge AS late ON late.id = c.corrects_id
              WHERE COALESCE(original.day, late.day, c.day) BETWEEN m.from_day AND m.until_day AND (?1 IS NULL OR a.id = ?1) AND (?2 IS NULL OR m.group_id = ?2) AND (?3 IS NULL OR a.environment = ?3)
                AND g.currency = ?4",
        )?;
        let values = params![account, group, environment, currency.code(), day(days.first), day(days.last)];
        Ok(select.query_row(values, |row| row.amount(0))?)
    }
}

impl Writer<'_> {
    /// The number that the next budget will have.
    pub fn next_budget(&mut self) -> Result<BudgetId> {
        Ok(BudgetId(self.next_id("budget")?))
    }

    /// Writes a budget, or what has become of it.
    pub fn put_budget(&mut self, before: Option<&Budget>, budget: &Budget) -> Result<()> {
        let (account, group, environment) = columns(budget.scope);
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO budget (id, account_id, group_id, environment, period, currency, amount_minor, thresholds, action, removed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET amount_minor = excluded.amount_minor, thresholds = excluded.thresholds,
                                            action = excluded.action, removed = excluded.removed",
        )?;
        upsert.execute(params![
            budget.id.0,
            account,
            group,
            environment,
            budget.period.as_str(),
            budget.currency.code(),
            budget.amount.minor(),
            budget.thresholds.to_string(),
            budget.action.as_str(),
            budget.removed,
        ])?;
        drop(upsert);
        self.log_change("budget", &budget.id.to_string(), before, budget)
    }

    /// Remembers that somebody has been told of a threshold.
    pub fn insert_budget_reached(&mut self, reached: Reached) -> Result<()> {
        let (budget, first_day, percent) = reached;
        let mut insert =
            self.connection().prepare_cached("INSERT INTO budget_reached (budget_id, first_day, percent) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![budget.0, day(first_day), percent])?;
        drop(insert);
        self.log_change("budget-reached", &reached_key(reached), None, &reached)
    }
}

/// The name of a reached threshold in the log.
pub(super) fn reached_key((budget, first_day, percent): Reached) -> String {
    format!("{budget}/{first_day}/{percent}")
}
