//! The agent and its operators.

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::error::{Result, StoreError};
use super::sql::Columns as _;
use super::{Reader, Writer};
use crate::domain::account::Uid;
use crate::domain::code::Name;
use crate::domain::entity::Credential;
use crate::domain::money::Currency;
use crate::domain::role::Role;

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

/// A person who may use the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The OS user.
    pub os_uid: u32,
    /// How the log calls them.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
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

    /// The operator that an OS user is.
    pub fn operator(&self, os_uid: u32) -> Result<Option<Operator>> {
        let mut select = self.connection.prepare_cached("SELECT os_uid, name, roles FROM operator WHERE os_uid = ?1")?;
        Ok(select.query_row([os_uid], operator_row).optional()?)
    }

    /// Every operator, in the order in which they were added.
    pub fn operators(&self) -> Result<Vec<Operator>> {
        let mut select = self.connection.prepare_cached("SELECT os_uid, name, roles FROM operator ORDER BY id")?;
        let rows = select.query_map([], operator_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn operator_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Operator> {
    let roles: String = row.get(2)?;
    let roles = roles.split(' ').filter(|word| !word.is_empty()).filter_map(|word| word.parse().ok()).collect();
    Ok(Operator { os_uid: row.get(0)?, name: row.get(1)?, roles })
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

    /// Writes an operator.
    pub fn insert_operator(&mut self, operator: &Operator) -> Result<()> {
        let roles: Vec<&str> = operator.roles.iter().map(|role| role.as_str()).collect();
        self.connection().execute(
            "INSERT INTO operator (os_uid, name, roles) VALUES (?1, ?2, ?3)",
            params![operator.os_uid, operator.name, roles.join(" ")],
        )?;
        self.log_change("operator", &operator.name, None, operator)
    }
}
