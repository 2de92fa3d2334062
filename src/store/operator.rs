//! Operators and what they were granted.

use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, to_json};
use super::{Reader, Writer};
use crate::domain::operator::Operator;

const SELECT: &str = "SELECT os_uid, name, grants, disabled FROM operator";

fn operator(row: &Row<'_>) -> rusqlite::Result<Operator> {
    Ok(Operator { os_uid: row.get(0)?, name: row.get(1)?, grants: row.json(2)?, disabled: row.json_opt(3)? })
}

impl Reader<'_> {
    /// The operator that an OS user is.
    pub fn operator(&self, os_uid: u32) -> Result<Option<Operator>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE os_uid = ?1"))?;
        Ok(select.query_row([os_uid], operator).optional()?)
    }

    /// The name of the operator that an OS user is, in a book of any version.
    pub fn operator_name(&self, os_uid: u32) -> Result<Option<String>> {
        let mut select = self.connection.prepare("SELECT name FROM operator WHERE os_uid = ?1")?;
        Ok(select.query_row([os_uid], |row| row.get(0)).optional()?)
    }

    /// Every operator, in the order in which they were added.
    pub fn operators(&self) -> Result<Vec<Operator>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
        let rows = select.query_map([], operator)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes a new operator.
    pub fn insert_operator(&mut self, operator: &Operator) -> Result<()> {
        self.connection().execute(
            "INSERT INTO operator (os_uid, name, grants, disabled) VALUES (?1, ?2, ?3, ?4)",
            params![operator.os_uid, operator.name, to_json(&operator.grants), operator.disabled.as_ref().map(to_json)],
        )?;
        self.log_change("operator", &operator.name, None, operator)
    }

    /// Writes what may change of an operator: what they were granted, and whether they are disabled.
    pub fn update_operator(&mut self, before: &Operator, after: &Operator) -> Result<()> {
        self.connection().execute(
            "UPDATE operator SET grants = ?2, disabled = ?3 WHERE name = ?1",
            params![after.name, to_json(&after.grants), after.disabled.as_ref().map(to_json)],
        )?;
        self.log_change("operator", &after.name, Some(before), after)
    }
}
