//! The versions of the schema, and what a book of an earlier one needs beside the statements.
//!
//! An upgrade is one transaction and one operation of the log: what it changes in master data is told there as if somebody had
//! typed it. A book is copied before.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, params};
use rusqlite_migration::{HookError, M, Migrations};

use super::error::{Result, StoreError};
use super::operation::{NewOperation, insert_change, seal};
use super::sql::to_json;
use crate::domain::chain::Facts;
use crate::domain::operator::{Grant, Operator};
use crate::domain::role::Role;

/// How many versions of the schema there are.
pub(super) const LATEST: i64 = 2;

/// Brings a file to the latest version, in one transaction. The log tells of it as `operation` says; a new book has nothing to
/// tell.
pub(super) fn bring_to_latest(connection: &mut Connection, operation: Option<NewOperation>) -> Result<()> {
    let failure: Arc<Mutex<Option<StoreError>>> = Arc::default();
    let kept = Arc::clone(&failure);
    let with_rights = M::up_with_hook(include_str!("schema_2.sql"), move |transaction: &rusqlite::Transaction<'_>| {
        grants_of_roles(transaction, operation.as_ref()).map_err(|error| {
            let told = HookError::Hook(error.to_string());
            *kept.lock().expect("nothing panics while it is locked") = Some(error);
            told
        })
    });
    let versions = Migrations::new(vec![M::up(include_str!("schema_1.sql")), with_rights]);
    versions.to_latest(connection).map_err(|error| {
        match (failure.lock().expect("nothing panics while it is locked").take(), error) {
            (Some(failure), _) => failure,
            (None, rusqlite_migration::Error::RusqliteError { err, .. }) => err.into(),
            (None, other) => StoreError::Damaged(other.to_string()),
        }
    })
}

/// Version 1 had a list of roles for each operator, for the whole book, always.
fn grants_of_roles(connection: &Connection, operation: Option<&NewOperation>) -> Result<()> {
    struct Before {
        os_uid: u32,
        name: String,
        roles: String,
        logged: String,
    }
    let mut select = connection.prepare(
        "SELECT o.os_uid, o.name, o.roles, c.after
           FROM operator AS o JOIN change AS c ON c.noun = 'operator' AND c.key = o.name
          ORDER BY o.id",
    )?;
    let rows = select
        .query_map([], |row| Ok(Before { os_uid: row.get(0)?, name: row.get(1)?, roles: row.get(2)?, logged: row.get(3)? }))?;
    let before = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    drop(select);
    let mut facts = Facts::default();
    let id: i64 = connection.query_row("SELECT COALESCE(MAX(id), 0) + 1 FROM operation", [], |row| row.get(0))?;
    for Before { os_uid, name, roles, logged } in &before {
        let unknown = |word: &str| StoreError::Damaged(format!("the role {word:?} of the operator {name}"));
        let roles = roles.split_whitespace().map(|word| word.parse().map_err(|_| unknown(word)));
        let grants = roles.collect::<Result<BTreeSet<Role>>>()?.into_iter().map(Grant::of_book).collect();
        let operator = Operator { os_uid: *os_uid, name: name.clone(), grants, disabled: None };
        let update = "UPDATE operator SET grants = ?2 WHERE name = ?1";
        connection.execute(update, params![name, to_json(&operator.grants)])?;
        insert_change(connection, &mut facts, id, ("operator", name), Some(logged), &to_json(&operator))?;
    }
    connection.execute_batch("ALTER TABLE operator DROP COLUMN roles")?;
    if let Some(operation) = operation.filter(|_| !before.is_empty()) {
        seal(connection, id, operation, facts)?;
    }
    Ok(())
}
