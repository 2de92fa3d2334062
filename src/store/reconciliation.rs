//! What the last reconciliation of a month found.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::sql::{Columns as _, to_json};
use super::{Reader, Writer};
use crate::domain::acceptance::Clearing;
use crate::domain::bridge::Bridge;
use crate::domain::id::BillVersionId;
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::store::bill::BillVersion;

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
    /// Orders that earlier months have carried and that this bill has not either: how many, and what is expected of them.
    pub still_carried: (u64, Exact),
}

fn reconciliation(row: &Row<'_>) -> rusqlite::Result<Reconciliation> {
    Ok(Reconciliation {
        period: row.month(0)?,
        version: BillVersionId(row.get(1)?),
        content: row.get(2)?,
        bridge: row.json(3)?,
        matched: row.get(4)?,
        usage_lines: row.get(5)?,
        still_carried: row.json(6)?,
    })
}

impl Reader<'_> {
    /// The last run for a month.
    pub fn reconciliation(&self, period: Month) -> Result<Option<Reconciliation>> {
        let mut select = self.connection.prepare_cached(
            "SELECT period, version_id, content, bridge, matched, usage_lines, still_carried FROM reconciliation WHERE period = ?1",
        )?;
        Ok(select.query_row([period.number()], reconciliation).optional()?)
    }

    pub(super) fn reconciliations(&self) -> Result<Vec<Reconciliation>> {
        let mut select = self.connection.prepare_cached(
            "SELECT period, version_id, content, bridge, matched, usage_lines, still_carried FROM reconciliation",
        )?;
        let rows = select.query_map([], reconciliation)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes what a run found, where that is new.
    pub fn save_reconciliation(&mut self, now: &Reconciliation) -> Result<()> {
        let before = self.reader().reconciliation(now.period)?;
        if before.as_ref() == Some(now) {
            return Ok(());
        }
        self.connection().execute(
            "INSERT OR REPLACE INTO reconciliation (period, version_id, content, bridge, matched, usage_lines, still_carried)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                now.period.number(),
                now.version.0,
                now.content,
                to_json(&now.bridge),
                now.matched,
                now.usage_lines,
                to_json(&now.still_carried)
            ],
        )?;
        self.log_change("reconciliation", &now.period.to_string(), before.as_ref(), now)
    }

    /// Writes what an accepted bill has settled of a charge.
    pub fn insert_clearing(&mut self, bill: &BillVersion, clearing: &Clearing) -> Result<()> {
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO clearing (charge_id, period, version_id, rule, cleared_minor, settles, billed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.execute(params![
            clearing.charge.0,
            bill.period.number(),
            bill.id.0,
            clearing.rule.as_str(),
            clearing.cleared.minor(),
            clearing.settles,
            clearing.billed.to_string()
        ])?;
        Ok(())
    }
}
