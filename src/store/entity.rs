//! Legal persons.

use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, to_json};
use super::{Reader, Writer};
use crate::domain::code::{Code, Name};
use crate::domain::entity::{Entity, Identity};
use crate::domain::id::EntityId;

const SELECT: &str = "SELECT id, code, name, identity, former FROM entity";

fn entity(row: &Row<'_>) -> rusqlite::Result<Entity> {
    Ok(Entity {
        id: EntityId(row.get(0)?),
        code: row.parsed(1)?,
        name: row.parsed(2)?,
        identity: row.json(3)?,
        former: row.json(4)?,
    })
}

impl Reader<'_> {
    /// The entity of a code.
    pub fn entity_by_code(&self, code: &str) -> Result<Option<Entity>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE code = ?1"))?;
        Ok(select.query_row([code], entity).optional()?)
    }

    /// The entity of an identity, as it is kept: of an enterprise or a company abroad.
    pub fn entity_by_identity(&self, identity: &Identity) -> Result<Option<Entity>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE identity = ?1"))?;
        Ok(select.query_row([to_json(identity)], entity).optional()?)
    }

    /// The natural persons of whose identity numbers people see the same.
    pub fn individuals_seen_as(&self, masked: &str) -> Result<Vec<Entity>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE identity ->> '$.of.masked' = ?1"))?;
        let rows = select.query_map([masked], entity)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
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
    pub fn insert_entity(&mut self, code: &Code, name: &Name, identity: Identity) -> Result<Entity> {
        let id = EntityId(self.next_id("entity")?);
        let entity = Entity { id, code: code.clone(), name: name.clone(), identity, former: vec![] };
        self.connection().execute(
            "INSERT INTO entity (id, code, name, identity, former) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id.0, code.as_str(), name.as_str(), to_json(&entity.identity), to_json(&entity.former)],
        )?;
        self.log_change("entity", code.as_str(), None, &entity)?;
        Ok(entity)
    }

    /// Writes an entity's names anew.
    pub fn rename_entity(&mut self, before: &Entity, after: &Entity) -> Result<()> {
        self.connection().execute(
            "UPDATE entity SET name = ?2, former = ?3 WHERE id = ?1",
            params![after.id.0, after.name.as_str(), to_json(&after.former)],
        )?;
        self.log_change("entity", after.code.as_str(), Some(before), after)
    }
}
