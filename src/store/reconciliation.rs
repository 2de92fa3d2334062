//! What the last reconciliation of a month found.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::sql::{Columns as _, to_json};
use super::{Reader, Writer};
use crate::domain::bridge::Bridge;
use crate::domain::difference::Difference;
use crate::domain::id::{BillVersionId, ChargeId};
use crate::domain::money::Exact;
use crate::domain::period::Month;

/// The last run for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The month.
    pub period: Month,
    /// The version that it looked at.
    pub version: BillVersionId,
    /// What the version's files were then: SHA-256 over their SHA-256s.
    pub content: String,
    /// Every cent in its class.
    pub bridge: Bridge,
    /// Orders that were billed as expected.
    pub matched: u64,
    /// Lines of usage.
    pub usage_lines: u64,
}

fn reconciliation(row: &Row<'_>) -> rusqlite::Result<Reconciliation> {
    Ok(Reconciliation {
        period: row.month(0)?,
        version: BillVersionId(row.get(1)?),
        content: row.get(2)?,
        bridge: row.json(3)?,
        matched: row.get(4)?,
        usage_lines: row.get(5)?,
    })
}

const SELECT_DIFFERENCE: &str =
    "SELECT id, period, kind, account, provider_order, currency, recorded, billed, detail, state, resolution FROM difference";

fn difference(row: &Row<'_>) -> rusqlite::Result<Difference> {
    Ok(Difference {
        id: row.get(0)?,
        period: row.month(1)?,
        kind: row.parsed(2)?,
        account: row.get(3)?,
        provider_order: row.get(4)?,
        currency: row.parsed(5)?,
        recorded: row.parsed(6)?,
        billed: row.parsed(7)?,
        detail: row.get(8)?,
        state: row.parsed(9)?,
        resolution: row.parsed_opt(10)?,
    })
}

impl Reader<'_> {
    /// The last run for a month.
    pub fn reconciliation(&self, period: Month) -> Result<Option<Reconciliation>> {
        let mut select = self.connection.prepare_cached(
            "SELECT period, version_id, content, bridge, matched, usage_lines FROM reconciliation WHERE period = ?1",
        )?;
        Ok(select.query_row([period.number()], reconciliation).optional()?)
    }

    pub(super) fn reconciliations(&self) -> Result<Vec<Reconciliation>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT period, version_id, content, bridge, matched, usage_lines FROM reconciliation")?;
        let rows = select.query_map([], reconciliation)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The differences of a month, or of all months.
    pub fn differences(&self, period: Option<Month>) -> Result<Vec<Difference>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_DIFFERENCE} WHERE ?1 IS NULL OR period = ?1"))?;
        let rows = select.query_map([period.map(Month::number)], difference)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes what a run found; says whether anything is new.
    pub fn save_reconciliation(&mut self, now: &Reconciliation) -> Result<()> {
        let before = self.reader().reconciliation(now.period)?;
        if before.as_ref() == Some(now) {
            return Ok(());
        }
        self.connection().execute(
            "INSERT INTO reconciliation (period, version_id, content, bridge, matched, usage_lines) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET version_id = excluded.version_id, content = excluded.content, bridge = excluded.bridge, matched = excluded.matched,
                                       usage_lines = excluded.usage_lines",
            params![now.period.number(), now.version.0, now.content, to_json(&now.bridge), now.matched, now.usage_lines],
        )?;
        self.log_change("reconciliation", &now.period.to_string(), before.as_ref(), now)
    }

    /// Writes a difference that is new or has changed.
    pub fn save_difference(&mut self, before: Option<&Difference>, now: &Difference) -> Result<()> {
        if before == Some(now) {
            return Ok(());
        }
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO difference (id, period, kind, account, provider_order, currency, recorded, billed, detail, state, resolution)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO UPDATE SET account = excluded.account, currency = excluded.currency, recorded = excluded.recorded, billed = excluded.billed,
                                       detail = excluded.detail, state = excluded.state, resolution = excluded.resolution",
        )?;
        upsert.execute(params![
            now.id,
            now.period.number(),
            now.kind.as_str(),
            now.account,
            now.provider_order,
            now.currency.code(),
            now.recorded.to_string(),
            now.billed.to_string(),
            now.detail,
            now.state.as_str(),
            now.resolution.map(crate::domain::difference::Resolution::as_str),
        ])?;
        drop(upsert);
        self.log_change("difference", &now.id, before, now)
    }

    /// Writes that an accepted bill covers a charge.
    pub fn insert_bill_match(&mut self, charge: ChargeId, version: BillVersionId, rule: &str, billed: Exact) -> Result<()> {
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO bill_match (charge_id, version_id, rule, billed) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![charge.0, version.0, rule, billed.to_string()])?;
        Ok(())
    }
}
