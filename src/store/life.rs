//! The steps of accounts' lives.

use rusqlite::{Row, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::account::AccountState;
use crate::domain::account::life::LifeStep;
use crate::domain::code::Name;
use crate::domain::id::{AccountId, StepId};

const SELECT: &str = "SELECT id, account_id, step, from_state, to_state, day, operator, reason FROM account_step";

fn life_step(row: &Row<'_>) -> rusqlite::Result<LifeStep> {
    Ok(LifeStep {
        id: StepId(row.get(0)?),
        account: AccountId(row.get(1)?),
        by: row.parsed(2)?,
        from: row.parsed_opt(3)?,
        to: row.parsed(4)?,
        day: row.date(5)?,
        operator: row.get(6)?,
        reason: row.parsed_opt(7)?,
    })
}

impl Reader<'_> {
    /// The steps of an account's life, in the order in which they were recorded.
    pub fn life_of(&self, account: AccountId) -> Result<Vec<LifeStep>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE account_id = ?1 ORDER BY id"))?;
        let rows = select.query_map([account.0], life_step)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes a step of an account's life; its id is given here.
    pub fn insert_step(&mut self, step: LifeStep) -> Result<LifeStep> {
        let step = LifeStep { id: StepId(self.next_id("account_step")?), ..step };
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO account_step (id, account_id, step, from_state, to_state, day, operator, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            step.id.0,
            step.account.0,
            step.by.as_str(),
            step.from.map(AccountState::as_str),
            step.to.as_str(),
            day(step.day),
            step.operator,
            step.reason.as_ref().map(Name::as_str),
        ])?;
        drop(insert);
        self.log_change("account-step", &step.id.0.to_string(), None, &step)?;
        Ok(step)
    }
}
