//! The parties above the agent. One that was removed stays on record.

use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::code::Name;
use crate::domain::id::UpstreamId;
use crate::domain::upstream::{Upstream, UpstreamChain};

const SELECT: &str = "SELECT id, name, level, above_id, authorisation, expires, freeze, removed FROM upstream";

fn upstream(row: &Row<'_>) -> rusqlite::Result<Upstream> {
    Ok(Upstream {
        id: UpstreamId(row.get(0)?),
        name: row.parsed(1)?,
        level: row.get(2)?,
        above: row.get::<_, Option<i64>>(3)?.map(UpstreamId),
        authorisation: row.parsed_opt(4)?,
        expires: row.date_opt(5)?,
        freeze: row.json_opt(6)?,
        removed: row.get(7)?,
    })
}

impl Reader<'_> {
    /// Every party that ever stood above the agent, also those that were removed.
    pub fn upstreams(&self) -> Result<Vec<Upstream>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
        let rows = select.query_map([], upstream)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The parties above the agent as they are now.
    pub fn upstream_chain(&self) -> Result<UpstreamChain> {
        Ok(UpstreamChain::new(self.upstreams()?))
    }

    /// The name of a party, also of one that was removed.
    pub fn upstream_name(&self, id: UpstreamId) -> Result<Option<Name>> {
        let mut select = self.connection.prepare_cached("SELECT name FROM upstream WHERE id = ?1")?;
        Ok(select.query_row([id.0], |row| row.parsed(0)).optional()?)
    }
}

impl Writer<'_> {
    /// The row that the next party will have.
    pub fn next_upstream(&mut self) -> Result<UpstreamId> {
        Ok(UpstreamId(self.next_id("upstream")?))
    }

    /// Writes a party, or what has become of it.
    pub fn put_upstream(&mut self, before: Option<&Upstream>, party: &Upstream) -> Result<()> {
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO upstream (id, name, level, above_id, authorisation, expires, freeze, removed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET above_id = excluded.above_id, authorisation = excluded.authorisation,
                                            expires = excluded.expires, freeze = excluded.freeze, removed = excluded.removed",
        )?;
        upsert.execute(params![
            party.id.0,
            party.name.as_str(),
            party.level,
            party.above.map(|above| above.0),
            party.authorisation.as_ref().map(Name::as_str),
            party.expires.map(day),
            party.freeze.as_ref().map(to_json),
            party.removed,
        ])?;
        drop(upsert);
        self.log_change("upstream", &party.id.0.to_string(), before, party)
    }
}
