//! The agent.

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::error::{Result, StoreError};
use super::sql::Columns as _;
use super::{Reader, Writer};
use crate::domain::account::Uid;
use crate::domain::code::Name;
use crate::domain::entity::Credential;
use crate::domain::money::Currency;

/// The book's owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Its registered name.
    pub name: Name,
    /// Its credential.
    pub credential: Credential,
    /// The provider that it resells.
    pub provider: String,
    /// The default of groups and bills.
    pub currency: Currency,
    /// Its own account at the provider.
    pub uid: Option<Uid>,
}

impl Reader<'_> {
    /// The book's owner.
    pub fn agent(&self) -> Result<Agent> {
        let mut select = self.connection.prepare_cached("SELECT name, credential, provider, currency, uid FROM agent")?;
        let agent = select
            .query_row([], |row| {
                let credential: String = row.get(1)?;
                Ok(Agent {
                    name: row.parsed(0)?,
                    credential: Credential::stored(credential),
                    provider: row.get(2)?,
                    currency: row.parsed(3)?,
                    uid: row.parsed_opt(4)?,
                })
            })
            .optional()?;
        agent.ok_or_else(|| StoreError::Damaged("it has no agent".to_owned()))
    }
}

impl Writer<'_> {
    /// Writes the book's owner.
    pub fn insert_agent(&mut self, agent: &Agent) -> Result<()> {
        self.connection().execute(
            "INSERT INTO agent (id, name, credential, provider, currency, uid) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
            params![
                agent.name.as_str(),
                agent.credential.as_str(),
                agent.provider,
                agent.currency.code(),
                agent.uid.as_ref().map(Uid::as_str)
            ],
        )?;
        self.log_change("agent", "agent", None, agent)
    }

    /// Writes what may change of the book's owner: its name and its own UID.
    pub fn update_agent(&mut self, before: &Agent, after: &Agent) -> Result<()> {
        self.connection()
            .execute("UPDATE agent SET name = ?1, uid = ?2", params![after.name.as_str(), after.uid.as_ref().map(Uid::as_str)])?;
        self.log_change("agent", "agent", Some(before), after)
    }
}
