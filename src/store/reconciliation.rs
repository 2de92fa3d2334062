//! What the last reconciliation of a month found.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::sql::{Columns as _, to_json};
use super::{Reader, Writer};
use crate::domain::acceptance::Clearing;
use crate::domain::bridge::Bridge;
use crate::domain::id::{BillVersionId, ChargeId};
use crate::domain::matching::MatchedOn;
use crate::domain::money::{Amount, Exact};
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
    /// What it was matched on besides.
    pub matched_on: MatchedOn,
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
        matched_on: row.json(7)?,
    })
}

/// What an accepted bill has settled of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearedBy {
    /// The month of the bill.
    pub period: Month,
    /// A rule of matching, `usage`, `decided` or `carried`.
    pub rule: String,
    /// What was billed for it, exact.
    pub billed: Exact,
    /// What of the expected cost it settles.
    pub cleared: Amount,
    /// Whether nothing more is expected.
    pub settles: bool,
}

impl Reader<'_> {
    /// What accepted bills have settled of a charge, by month of the bill.
    pub fn cleared_by(&self, charge: ChargeId) -> Result<Vec<ClearedBy>> {
        let mut select = self.connection.prepare_cached(
            "SELECT period, rule, billed, cleared_minor, settles FROM clearing WHERE charge_id = ?1 ORDER BY period",
        )?;
        let rows = select.query_map([charge.0], |row| {
            Ok(ClearedBy {
                period: row.month(0)?,
                rule: row.get(1)?,
                billed: row.parsed(2)?,
                cleared: row.amount(3)?,
                settles: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last run for a month.
    pub fn reconciliation(&self, period: Month) -> Result<Option<Reconciliation>> {
        let mut select = self.connection.prepare_cached(
            "SELECT period, version_id, content, bridge, matched, usage_lines, still_carried, matched_on FROM reconciliation WHERE period = ?1",
        )?;
        Ok(select.query_row([period.number()], reconciliation).optional()?)
    }

    pub(super) fn reconciliations(&self) -> Result<Vec<Reconciliation>> {
        let mut select = self.connection.prepare_cached(
            "SELECT period, version_id, content, bridge, matched, usage_lines, still_carried, matched_on FROM reconciliation",
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
            "INSERT OR REPLACE INTO reconciliation (period, version_id, content, bridge, matched, usage_lines, still_carried,
                                                    matched_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                now.period.number(),
                now.version.0,
                now.content,
                to_json(&now.bridge),
                now.matched,
                now.usage_lines,
                to_json(&now.still_carried),
                to_json(&now.matched_on)
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
