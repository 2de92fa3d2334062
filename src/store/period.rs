//! Periods and receipts.

use rusqlite::{OptionalExtension as _, params};

use super::error::Result;
use super::sql::Columns as _;
use super::{Reader, Writer};
use crate::domain::period::{ClosedThrough, Month, PeriodState};

impl Reader<'_> {
    /// The boundary of the closed months.
    pub fn closed_through(&self) -> Result<ClosedThrough> {
        let mut select = self.connection.prepare_cached("SELECT MAX(month) FROM period WHERE state = 'closed'")?;
        let last: Option<i64> = select.query_row([], |row| row.get(0))?;
        Ok(ClosedThrough(last.and_then(Month::from_number)))
    }

    /// Every month in which something happened: an entry, an order, a bill or a close. What an opening tells of the time before
    /// it is no month of this book.
    pub fn months(&self) -> Result<Vec<Month>> {
        // The day of a balance row tells of every entry; distinct months of an index are found by skipping.
        let mut select = self.connection.prepare_cached(
            "SELECT DISTINCT month FROM (
                 SELECT month FROM period
                 UNION SELECT period FROM bill_version WHERE NOT dropped
                 UNION SELECT DISTINCT day / 100 FROM balance
                 UNION SELECT DISTINCT day / 100 FROM volume
                        WHERE day / 100 >= COALESCE((SELECT day / 100 FROM opening), 0)) ORDER BY month",
        )?;
        let rows = select.query_map([], |row| row.month(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn closed_months(&self) -> Result<Vec<Month>> {
        let mut select = self.connection.prepare_cached("SELECT month FROM period WHERE state = 'closed' ORDER BY month")?;
        let rows = select.query_map([], |row| row.month(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The receipt of a closed month: its JSON and the hash of that.
    pub fn receipt(&self, month: Month) -> Result<Option<(String, String)>> {
        let mut select = self.connection.prepare_cached("SELECT content, sha256 FROM receipt WHERE month = ?1")?;
        Ok(select.query_row([month.number()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    pub(super) fn receipts(&self) -> Result<Vec<(Month, String, String)>> {
        let mut select = self.connection.prepare_cached("SELECT month, content, sha256 FROM receipt ORDER BY month")?;
        let rows = select.query_map([], |row| Ok((row.month(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Closes a month.
    pub fn close_period(&mut self, month: Month) -> Result<()> {
        let state = PeriodState::Closed;
        self.connection().execute(
            "INSERT INTO period (month, state) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET state = excluded.state",
            params![month.number(), state.as_str()],
        )?;
        self.log_change("period", &month.to_string(), None, &state)
    }

    /// Stores the receipt of a closed month.
    pub fn insert_receipt(&mut self, month: Month, content: &str, sha256: &str) -> Result<()> {
        self.connection().execute(
            "INSERT INTO receipt (month, content, sha256) VALUES (?1, ?2, ?3)",
            params![month.number(), content, sha256],
        )?;
        self.log_change("receipt", &month.to_string(), None, &sha256)
    }
}
