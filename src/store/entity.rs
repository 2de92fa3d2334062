//! Legal persons.

use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::Columns as _;
use super::{Reader, Writer};
use crate::domain::code::{Code, Name};
use crate::domain::entity::{Credential, Entity};
use crate::domain::id::EntityId;

const SELECT: &str = "SELECT id, code, name, credential FROM entity";

fn entity(row: &Row<'_>) -> rusqlite::Result<Entity> {
    let credential: String = row.get(3)?;
    Ok(Entity { id: EntityId(row.get(0)?), code: row.parsed(1)?, name: row.parsed(2)?, credential: Credential::stored(credential) })
}

impl Reader<'_> {
    /// The entity of a code.
    pub fn entity_by_code(&self, code: &str) -> Result<Option<Entity>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE code = ?1"))?;
        Ok(select.query_row([code], entity).optional()?)
    }

    /// The entity of a credential.
    pub fn entity_by_credential(&self, credential: &Credential) -> Result<Option<Entity>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE credential = ?1"))?;
        Ok(select.query_row([credential.as_str()], entity).optional()?)
    }

    /// The entity of an id.
    pub fn entity(&self, id: EntityId) -> Result<Entity> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        Ok(select.query_row([id.0], entity)?)
    }

    /// Every entity, by code.
    pub fn entities(&self) -> Result<Vec<Entity>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY code"))?;
        let rows = select.query_map([], entity)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes a new entity.
    pub fn insert_entity(&mut self, code: &Code, name: &Name, credential: &Credential) -> Result<Entity> {
        let entity = Entity {
            id: EntityId(self.next_id("entity")?),
            code: code.clone(),
            name: name.clone(),
            credential: credential.clone(),
        };
        self.connection().execute(
            "INSERT INTO entity (id, code, name, credential) VALUES (?1, ?2, ?3, ?4)",
            params![entity.id.0, code.as_str(), name.as_str(), credential.as_str()],
        )?;
        self.log_change("entity", code.as_str(), None, &entity)?;
        Ok(entity)
    }
}
