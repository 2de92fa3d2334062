//! Who answers for a compliance rule that is broken.

use rusqlite::{Row, params};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::compliance::Waiver;

fn waiver(row: &Row<'_>) -> rusqlite::Result<Waiver> {
    Ok(Waiver {
        rule: row.parsed(0)?,
        object: row.get(1)?,
        breach: row.get(2)?,
        reason: row.parsed(3)?,
        owner: row.parsed(4)?,
        until: row.date(5)?,
        operator: row.get(6)?,
        day: row.date(7)?,
        withdrawn: row.json_opt(8)?,
    })
}

impl Reader<'_> {
    /// Every waiver, by rule and object; the last one of each.
    pub fn compliance_waivers(&self) -> Result<Vec<Waiver>> {
        let mut select = self.connection.prepare_cached(
            "SELECT rule, object, breach, reason, owner, until, operator, day, withdrawn FROM compliance_waiver ORDER BY rule, object",
        )?;
        let rows = select.query_map([], waiver)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes that somebody answers for a rule, in the place of what was said before.
    pub fn put_compliance_waiver(&mut self, before: Option<&Waiver>, waiver: &Waiver) -> Result<()> {
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO compliance_waiver (rule, object, breach, reason, owner, until, operator, day, withdrawn)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT DO UPDATE SET breach = excluded.breach, reason = excluded.reason, owner = excluded.owner, until = excluded.until,
                                       operator = excluded.operator, day = excluded.day, withdrawn = excluded.withdrawn",
        )?;
        upsert.execute(params![
            waiver.rule.as_str(),
            waiver.object,
            waiver.breach,
            waiver.reason.as_str(),
            waiver.owner.as_str(),
            day(waiver.until),
            waiver.operator,
            day(waiver.day),
            waiver.withdrawn.as_ref().map(to_json),
        ])?;
        drop(upsert);
        self.log_change("compliance-waiver", &waiver.key(), before, waiver)
    }
}
