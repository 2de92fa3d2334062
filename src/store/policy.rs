//! Policies that somebody has set.

use rusqlite::params;

use super::error::{Result, StoreError};
use super::sql::Columns as _;
use super::{Reader, Writer};
use crate::domain::policy::{Policy, PolicyName};

impl Reader<'_> {
    /// The policies: those that were set, and for the rest the usual.
    pub fn policy(&self) -> Result<Policy> {
        let mut policy = Policy::default();
        for (name, value) in self.policies_set()? {
            policy.set(name, &value).map_err(|reason| StoreError::Damaged(format!("the policy {name} is {value:?}: {reason}")))?;
        }
        Ok(policy)
    }

    /// The policies that were set, by name.
    pub(super) fn policies_set(&self) -> Result<Vec<(PolicyName, String)>> {
        let mut select = self.connection.prepare_cached("SELECT name, value FROM policy ORDER BY name")?;
        let rows = select.query_map([], |row| Ok((row.parsed(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Sets a policy.
    pub fn set_policy(&mut self, name: PolicyName, value: &str) -> Result<()> {
        let before = self.reader().policies_set()?.into_iter().find(|(set, _)| *set == name).map(|(_, value)| value);
        let mut upsert = self
            .connection()
            .prepare_cached("INSERT INTO policy (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?;
        upsert.execute(params![name.as_str(), value])?;
        drop(upsert);
        self.log_change("policy", name.as_str(), before.as_ref(), &value.to_owned())
    }
}
