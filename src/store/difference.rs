//! Differences, and what persons have matched by hand.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::difference::{Difference, DisputeCredit, Resolution};
use crate::domain::id::{AccountId, ManualMatchId};
use crate::domain::matching::residue::ManualMatch;
use crate::domain::money::Currency;
use crate::domain::period::Month;

const COLUMNS: &str =
    "id, period, kind, account, provider_order, product, currency, recorded, billed, reason, state, resolution, decision,
                       owner, due, until, note, since, reopened, disputed_minor, credits, settled_by";

fn difference(row: &Row<'_>) -> rusqlite::Result<Difference> {
    Ok(Difference {
        id: row.get(0)?,
        period: row.month(1)?,
        kind: row.parsed(2)?,
        account: row.get(3)?,
        provider_order: row.get(4)?,
        product: row.get(5)?,
        currency: row.parsed(6)?,
        recorded: row.parsed(7)?,
        billed: row.parsed(8)?,
        reason: row.json(9)?,
        state: row.parsed(10)?,
        resolution: row.parsed_opt(11)?,
        decision: row.json_opt(12)?,
        owner: row.get(13)?,
        due: row.date_opt(14)?,
        until: row.date_opt(15)?,
        note: row.get(16)?,
        since: row.date(17)?,
        reopened: row.get(18)?,
        disputed: row.amount(19)?,
        credits: match row.json_opt::<Vec<DisputeCredit>>(20)? {
            Some(credits) if credits.is_empty() => return Err(row.otherwise(20)),
            credits => credits.unwrap_or_default(),
        },
        settled_by: row.month_opt(21)?,
    })
}

/// A match by hand as the book keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualMatchRow {
    /// Its row.
    pub id: ManualMatchId,
    /// The bill's month.
    pub period: Month,
    /// The difference that it was made for.
    pub difference: String,
    /// Orders, by account and the provider's number.
    pub orders: Vec<(AccountId, String)>,
    /// Billed numbers, by account.
    pub billed: Vec<(AccountId, String)>,
    /// The disputed difference of an earlier month of which the lines give something back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<String>,
    /// Whether it was taken back, or one of its sides has gone.
    pub removed: bool,
}

impl ManualMatchRow {
    /// As the matcher sees it.
    pub fn to_match(&self) -> ManualMatch {
        ManualMatch { orders: self.orders.clone(), billed: self.billed.clone(), disputed: self.disputed.clone() }
    }
}

fn manual_match(row: &Row<'_>) -> rusqlite::Result<ManualMatchRow> {
    Ok(ManualMatchRow {
        id: ManualMatchId(row.get(0)?),
        period: row.month(1)?,
        difference: row.get(2)?,
        orders: row.json(3)?,
        billed: row.json(4)?,
        disputed: row.get(5)?,
        removed: row.get(6)?,
    })
}

impl Reader<'_> {
    /// The differences of a month, or of all months.
    pub fn differences(&self, period: Option<Month>) -> Result<Vec<Difference>> {
        let mut select =
            self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM difference WHERE ?1 IS NULL OR period = ?1"))?;
        let rows = select.query_map([period.map(Month::number)], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One difference.
    pub fn difference(&self, id: &str) -> Result<Option<Difference>> {
        let mut select = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM difference WHERE id = ?1"))?;
        Ok(select.query_row([id], difference).optional()?)
    }

    /// Who looks after differences that were due before a day and are not settled: how many, and when the oldest was.
    pub fn overdue_differences(&self, today: NaiveDate) -> Result<Vec<(String, u64, NaiveDate)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT COALESCE(owner, ''), COUNT(*), MIN(due) FROM difference
              WHERE due < ?1 AND state IN ('acknowledged', 'snoozed') GROUP BY 1 ORDER BY 1",
        )?;
        let rows = select.query_map([day(today)], |row| Ok((row.get(0)?, row.get(1)?, row.date(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The differences of a month's usage, those that have gone included.
    pub fn usage_differences(&self, period: Month) -> Result<Vec<Difference>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM difference WHERE period = ?1 AND provider_order = '' AND product <> '' ORDER BY id"
        ))?;
        let rows = select.query_map([period.number()], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The differences of months before one that have an order number and are not settled.
    pub fn carried_differences(&self, period: Month) -> Result<Vec<Difference>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM difference WHERE period < ?1 AND state <> 'resolved' AND provider_order <> '' ORDER BY id"
        ))?;
        let rows = select.query_map([period.number()], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The carried differences that a month's bill has settled.
    pub fn differences_settled_by(&self, period: Month) -> Result<Vec<Difference>> {
        let mut select =
            self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM difference WHERE settled_by = ?1 ORDER BY id"))?;
        let rows = select.query_map([period.number()], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The differences of which later bills have given something back.
    pub fn credited_differences(&self) -> Result<Vec<Difference>> {
        let mut select =
            self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM difference WHERE credits IS NOT NULL ORDER BY id"))?;
        let rows = select.query_map([], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The differences of months before one of which something stands in `disputed`, or stood there until a bill gave it back.
    pub fn ever_disputed_before(&self, period: Month) -> Result<Vec<Difference>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM difference WHERE (disputed_minor <> 0 OR credits IS NOT NULL) AND period < ?1 ORDER BY id"
        ))?;
        let rows = select.query_map([period.number()], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The differences of a currency that were written off.
    pub fn written_off(&self, currency: Currency) -> Result<Vec<Difference>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM difference WHERE resolution = 'written-off' AND currency = ?1 ORDER BY id"
        ))?;
        let rows = select.query_map([currency.code()], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The matches by hand of a month, or of all months; those that were taken back, too.
    pub fn manual_matches(&self, period: Option<Month>) -> Result<Vec<ManualMatchRow>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, period, difference, orders, billed, disputed, removed FROM manual_match WHERE ?1 IS NULL OR period = ?1 ORDER BY id",
        )?;
        let rows = select.query_map([period.map(Month::number)], manual_match)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes a difference that is new or has changed.
    pub fn save_difference(&mut self, before: Option<&Difference>, now: &Difference) -> Result<()> {
        let mut upsert = self.connection().prepare_cached(&format!(
            "INSERT OR REPLACE INTO difference ({COLUMNS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)"
        ))?;
        upsert.execute(params![
            now.id,
            now.period.number(),
            now.kind.as_str(),
            now.account,
            now.provider_order,
            now.product,
            now.currency.code(),
            now.recorded.to_string(),
            now.billed.to_string(),
            to_json(&now.reason),
            now.state.as_str(),
            now.resolution.map(Resolution::as_str),
            now.decision.as_ref().map(to_json),
            now.owner,
            now.due.map(day),
            now.until.map(day),
            now.note,
            day(now.since),
            now.reopened,
            now.disputed.minor(),
            Some(&now.credits).filter(|credits| !credits.is_empty()).map(to_json),
            now.settled_by.map(Month::number),
        ])?;
        drop(upsert);
        self.log_change("difference", &now.id, before, now)
    }

    /// The row that the next match by hand will have.
    pub fn next_manual_match(&mut self) -> Result<ManualMatchId> {
        Ok(ManualMatchId(self.next_id("manual_match")?))
    }

    /// Writes a match by hand, a new one or one that is taken back.
    pub fn save_manual_match(&mut self, before: Option<&ManualMatchRow>, now: &ManualMatchRow) -> Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT OR REPLACE INTO manual_match (id, period, difference, orders, billed, disputed, removed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                now.id.0,
                now.period.number(),
                now.difference,
                to_json(&now.orders),
                to_json(&now.billed),
                now.disputed,
                now.removed
            ])?;
        self.log_change("manual-match", &now.id.0.to_string(), before, now)
    }
}
