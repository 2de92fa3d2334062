//! Hand-overs, and what was done to their steps.

use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::code::Name;
use crate::domain::handover::{Case, Closing, Handover, HandoverState, Tick};
use crate::domain::id::{AccountId, HandoverId, TickId};

const SELECT: &str =
    "SELECT id, account_id, leaver, reason, note, opened, opened_by, deadline, closed, closed_by, not_needed FROM handover";
const SELECT_TICK: &str = "SELECT id, handover_id, step, act, day, operator, note FROM handover_tick";

fn handover(row: &Row<'_>) -> rusqlite::Result<Handover> {
    let (closed, by, not_needed) = (row.date_opt(8)?, row.get::<_, Option<String>>(9)?, row.parsed_opt(10)?);
    Ok(Handover {
        id: HandoverId(row.get(0)?),
        account: AccountId(row.get(1)?),
        leaver: row.parsed(2)?,
        reason: row.parsed(3)?,
        note: row.parsed_opt(4)?,
        opened: row.date(5)?,
        opened_by: row.get(6)?,
        deadline: row.date(7)?,
        closing: closed.map(|day| Closing { day, by: by.unwrap_or_default(), not_needed }),
    })
}

fn tick(row: &Row<'_>) -> rusqlite::Result<Tick> {
    Ok(Tick {
        id: TickId(row.get(0)?),
        case: HandoverId(row.get(1)?),
        step: row.parsed(2)?,
        act: row.parsed(3)?,
        day: row.date(4)?,
        operator: row.get(5)?,
        note: row.parsed_opt(6)?,
    })
}

impl Reader<'_> {
    /// The cases in a state, or all, each with what was done to its steps, by number.
    pub fn handovers(&self, state: Option<HandoverState>) -> Result<Vec<Case>> {
        let condition = match state {
            None => "",
            Some(HandoverState::Open) => "WHERE closed IS NULL",
            Some(HandoverState::Closed) => "WHERE closed IS NOT NULL",
        };
        let mut select = self.connection.prepare_cached(&format!("{SELECT} {condition} ORDER BY id"))?;
        let rows = select.query_map([], handover)?;
        rows.map(|handover| self.with_ticks(handover?)).collect()
    }

    /// The cases that are open, by number.
    pub fn open_handovers(&self) -> Result<Vec<Handover>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE closed IS NULL ORDER BY id"))?;
        let rows = select.query_map([], handover)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The case of a number.
    pub fn handover(&self, id: HandoverId) -> Result<Option<Case>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        let found = select.query_row([id.0], handover).optional()?;
        found.map(|handover| self.with_ticks(handover)).transpose()
    }

    fn with_ticks(&self, handover: Handover) -> Result<Case> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_TICK} WHERE handover_id = ?1 ORDER BY id"))?;
        let ticks = select.query_map([handover.id.0], tick)?.collect::<rusqlite::Result<_>>()?;
        Ok(Case { handover, ticks })
    }
}

impl Writer<'_> {
    /// The number that the next case will have.
    pub fn next_handover(&mut self) -> Result<HandoverId> {
        Ok(HandoverId(self.next_id("handover")?))
    }

    /// Writes a case that is opened.
    pub fn insert_handover(&mut self, handover: &Handover) -> Result<()> {
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO handover (id, account_id, leaver, reason, note, opened, opened_by, deadline)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            handover.id.0,
            handover.account.0,
            handover.leaver.as_str(),
            handover.reason.as_str(),
            handover.note.as_ref().map(Name::as_str),
            day(handover.opened),
            handover.opened_by,
            day(handover.deadline),
        ])?;
        drop(insert);
        self.log_change("handover", &handover.id.to_string(), None, handover)
    }

    /// Writes how a case has ended.
    pub fn close_handover(&mut self, before: &Handover, closing: Closing) -> Result<Handover> {
        let mut update =
            self.connection().prepare_cached("UPDATE handover SET closed = ?2, closed_by = ?3, not_needed = ?4 WHERE id = ?1")?;
        update.execute(params![before.id.0, day(closing.day), closing.by, closing.not_needed.as_ref().map(Name::as_str)])?;
        drop(update);
        let after = Handover { closing: Some(closing), ..before.clone() };
        self.log_change("handover", &after.id.to_string(), Some(before), &after)?;
        Ok(after)
    }

    /// Writes what was done to a step; its id is given here.
    pub fn insert_tick(&mut self, tick: Tick) -> Result<Tick> {
        let tick = Tick { id: TickId(self.next_id("handover_tick")?), ..tick };
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO handover_tick (id, handover_id, step, act, day, operator, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.execute(params![
            tick.id.0,
            tick.case.0,
            tick.step.as_str(),
            tick.act.as_str(),
            day(tick.day),
            tick.operator,
            tick.note.as_ref().map(Name::as_str),
        ])?;
        drop(insert);
        self.log_change("handover-tick", &tick.id.0.to_string(), None, &tick)?;
        Ok(tick)
    }
}
