//! Periods and receipts.

use rusqlite::{Row, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::close::{Reopening, Waiver};
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

    /// The last month that only finance still writes in; `None` when there is none.
    pub fn soft_closed_through(&self) -> Result<Option<Month>> {
        let mut select = self.connection.prepare_cached("SELECT MAX(month) FROM period WHERE state = 'soft-closed'")?;
        let last: Option<i64> = select.query_row([], |row| row.get(0))?;
        Ok(last.and_then(Month::from_number))
    }

    /// The closed months, the earliest first.
    pub fn closed_months(&self) -> Result<Vec<Month>> {
        let states = self.period_states()?.into_iter();
        Ok(states.filter(|(_, state)| *state == PeriodState::Closed).map(|(month, _)| month).collect())
    }

    /// Every month that somebody has closed, wholly or softly, or opened again.
    pub fn period_states(&self) -> Result<Vec<(Month, PeriodState)>> {
        let mut select = self.connection.prepare_cached("SELECT month, state FROM period ORDER BY month")?;
        let rows = select.query_map([], |row| Ok((row.month(0)?, row.parsed(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Who answers for which check of a month, or of every month.
    pub fn waivers_of(&self, month: Option<Month>) -> Result<Vec<Waiver>> {
        let mut select = self.connection.prepare_cached(
            "SELECT month, name, reason, operator, day, withdrawn FROM waiver WHERE ?1 IS NULL OR month = ?1 ORDER BY month, name",
        )?;
        let rows = select.query_map([month.map(Month::number)], |row| {
            Ok(Waiver {
                month: row.month(0)?,
                check: row.parsed(1)?,
                reason: row.get(2)?,
                operator: row.get(3)?,
                day: row.date(4)?,
                withdrawn: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Who answers for which check of a month.
    pub fn waivers(&self, month: Month) -> Result<Vec<Waiver>> {
        self.waivers_of(Some(month))
    }

    /// Every reopening, by its row.
    pub fn reopenings(&self) -> Result<Vec<(i64, Reopening)>> {
        let mut select = self.connection.prepare_cached("SELECT id, month, reason FROM reopening ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, Reopening { month: row.month(1)?, reason: row.get(2)? })))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last receipt of a month, which counts while that is closed: its JSON and the hash of that.
    pub fn receipt(&self, month: Month) -> Result<Option<(String, String)>> {
        let version = self.receipt_version(month)?;
        Ok(self.receipts_of(month)?.into_iter().find(|kept| kept.version == version).map(|kept| (kept.content, kept.sha256)))
    }

    /// The version of a month's last receipt; 0 when it was never closed.
    pub fn receipt_version(&self, month: Month) -> Result<i64> {
        let mut select = self.connection.prepare_cached("SELECT COALESCE(MAX(version), 0) FROM receipt WHERE month = ?1")?;
        Ok(select.query_row([month.number()], |row| row.get(0))?)
    }

    /// The receipts of a month, the first one first.
    pub fn receipts_of(&self, month: Month) -> Result<Vec<KeptReceipt>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT month, version, content, sha256 FROM receipt WHERE month = ?1 ORDER BY version")?;
        let rows = select.query_map([month.number()], kept_receipt)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(super) fn receipts(&self) -> Result<Vec<KeptReceipt>> {
        let mut select =
            self.connection.prepare_cached("SELECT month, version, content, sha256 FROM receipt ORDER BY month, version")?;
        let rows = select.query_map([], kept_receipt)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// What a waiver is logged as: `2026-06/rejected-lines`.
pub(super) fn waiver_key(waiver: &Waiver) -> String {
    format!("{}/{}", waiver.month, waiver.check)
}

/// A receipt as it is stored.
#[derive(Clone, Debug)]
pub struct KeptReceipt {
    /// The month.
    pub month: Month,
    /// 1 for the first time that it was closed.
    pub version: i64,
    /// Its JSON.
    pub content: String,
    /// SHA-256 of that.
    pub sha256: String,
}

impl KeptReceipt {
    /// What it is logged as: `2026-06/1`.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.month, self.version)
    }
}

fn kept_receipt(row: &Row<'_>) -> rusqlite::Result<KeptReceipt> {
    Ok(KeptReceipt { month: row.month(0)?, version: row.get(1)?, content: row.get(2)?, sha256: row.get(3)? })
}

impl Writer<'_> {
    /// Closes a month, softly or wholly, or opens it again.
    pub fn set_period_state(&mut self, month: Month, state: PeriodState) -> Result<()> {
        let before = self.reader().period_states()?.into_iter().find(|(known, _)| *known == month).map(|(_, state)| state);
        self.connection().execute(
            "INSERT INTO period (month, state) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET state = excluded.state",
            params![month.number(), state.as_str()],
        )?;
        self.log_change("period", &month.to_string(), before.as_ref(), &state)
    }

    /// Stores the receipt of a closed month.
    pub fn insert_receipt(&mut self, receipt: &KeptReceipt) -> Result<()> {
        self.connection().execute(
            "INSERT INTO receipt (month, version, content, sha256) VALUES (?1, ?2, ?3, ?4)",
            params![receipt.month.number(), receipt.version, receipt.content, receipt.sha256],
        )?;
        self.log_change("receipt", &receipt.key(), None, &receipt.sha256)
    }

    /// Writes down who answers for a check, or that somebody does no more.
    pub fn save_waiver(&mut self, before: Option<&Waiver>, now: &Waiver) -> Result<()> {
        self.connection().execute(
            "INSERT OR REPLACE INTO waiver (month, name, reason, operator, day, withdrawn) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![now.month.number(), now.check.as_str(), now.reason, now.operator, day(now.day), now.withdrawn],
        )?;
        self.log_change("waiver", &waiver_key(now), before, now)
    }

    /// Writes down that months were opened again.
    pub fn insert_reopening(&mut self, reopening: &Reopening) -> Result<()> {
        let id = self.next_id("reopening")?;
        self.connection().execute(
            "INSERT INTO reopening (id, month, reason) VALUES (?1, ?2, ?3)",
            params![id, reopening.month.number(), reopening.reason],
        )?;
        self.log_change("reopening", &id.to_string(), None, reopening)
    }

    /// Forgets what the bill of an open month has settled: it is accepted anew.
    pub fn delete_clearing(&mut self, month: Month) -> Result<()> {
        self.connection().execute("DELETE FROM clearing WHERE period = ?1", [month.number()])?;
        Ok(())
    }
}
