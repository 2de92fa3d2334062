//! What people have said to alerts.

use rusqlite::{Row, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::alert::Mark;

fn mark(row: &Row<'_>) -> rusqlite::Result<Mark> {
    Ok(Mark {
        alert: row.get(0)?,
        state: row.parsed(1)?,
        until: row.date_opt(2)?,
        note: row.get(3)?,
        operator: row.get(4)?,
        day: row.date(5)?,
    })
}

impl Reader<'_> {
    /// What people have said to alerts, by id.
    pub fn alert_marks(&self) -> Result<Vec<Mark>> {
        let mut select =
            self.connection.prepare_cached("SELECT alert, state, until, note, operator, day FROM alert_mark ORDER BY alert")?;
        let rows = select.query_map([], mark)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes what a person says to an alert, in the place of what was said before.
    pub fn put_alert_mark(&mut self, before: Option<&Mark>, mark: &Mark) -> Result<()> {
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO alert_mark (alert, state, until, note, operator, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET state = excluded.state, until = excluded.until, note = excluded.note,
                                       operator = excluded.operator, day = excluded.day",
        )?;
        let until = mark.until.map(day);
        upsert.execute(params![mark.alert, mark.state.as_str(), until, mark.note, mark.operator, day(mark.day)])?;
        drop(upsert);
        self.log_change("alert", &mark.alert, before, mark)
    }
}
