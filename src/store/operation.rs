//! The audit log: operations, their hash chain, and their keys.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::error::{Result, StoreError};
use super::sql::Columns as _;
use super::{Reader, Store, Writer};
use crate::domain::audit::OperationResult;
use crate::domain::chain::{self, Facts, GENESIS, Hash, Header};
use crate::domain::id::OperationId;

/// An operation that is about to be recorded.
#[derive(Clone, Debug)]
pub struct NewOperation {
    /// When, RFC 3339 in UTC.
    pub recorded_at: String,
    /// The operator's name; `uid-4711` for somebody who is none.
    pub operator: String,
    /// The OS user.
    pub os_uid: u32,
    /// `fund deposit`.
    pub command: String,
    /// JSON of what was typed.
    pub arguments: String,
    /// The idempotency key.
    pub key: Option<String>,
    /// What became of it.
    pub result: OperationResult,
    /// JSON of the outcome, where a key may ask for it again.
    pub outcome: String,
}

/// An operation in the log.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its number.
    pub id: OperationId,
    /// `fund deposit`.
    pub command: String,
    /// JSON of what was typed.
    pub arguments: String,
    /// What became of it.
    pub result: OperationResult,
    /// JSON of the outcome.
    pub outcome: String,
    /// Its hash.
    pub hash: Hash,
}

impl Reader<'_> {
    /// The operation that used a key.
    pub fn operation_by_key(&self, key: &str) -> Result<Option<Recorded>> {
        let mut select =
            self.connection.prepare_cached("SELECT id, command, arguments, outcome, hash, result FROM operation WHERE key = ?1")?;
        let found = select.query_row([key], |row| {
            Ok(Recorded {
                id: OperationId(row.get(0)?),
                command: row.get(1)?,
                arguments: row.get(2)?,
                outcome: row.get(3)?,
                hash: row.get(4)?,
                result: row.parsed(5)?,
            })
        });
        Ok(found.optional()?)
    }

    /// The last operation of a command that was given a file of this SHA-256 as an argument.
    pub fn operation_with_file(&self, command: &str, argument: &str, sha256: &str) -> Result<Option<OperationId>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id FROM operation
              WHERE command = ?1 AND result = 'done' AND json_extract(arguments, '$.' || ?2) = ?3
              ORDER BY id DESC LIMIT 1",
        )?;
        Ok(select.query_row([command, argument, sha256], |row| row.get(0).map(OperationId)).optional()?)
    }

    /// Whether the log has an operation of this hash.
    pub fn has_operation_hash(&self, hash: &Hash) -> Result<bool> {
        let mut select = self.connection.prepare("SELECT 1 FROM operation WHERE hash = ?1")?;
        Ok(select.exists([hash])?)
    }

    /// The hash of the last operation.
    pub fn audit_head(&self) -> Result<(OperationId, Hash)> {
        let mut select = self.connection.prepare_cached("SELECT id, hash FROM operation ORDER BY id DESC LIMIT 1")?;
        let head = select.query_row([], |row| Ok((OperationId(row.get(0)?), row.get(1)?))).optional()?;
        Ok(head.unwrap_or((OperationId(0), GENESIS)))
    }
}

impl Store {
    /// Whether nothing can be written, not even that somebody was turned away.
    pub fn is_read_only(&self) -> Result<bool> {
        Ok(self.connection.is_readonly("main")?)
    }
}

impl Writer<'_> {
    pub(super) fn insert_operation(&mut self, operation: &NewOperation) -> Result<Recorded> {
        let id = self.operation_id()?;
        let facts = std::mem::take(&mut self.facts);
        seal(self.connection(), id.0, operation, facts)
    }
}

/// Writes an operation, with the hash over it and over all that it wrote.
pub(super) fn seal(connection: &Connection, id: i64, operation: &NewOperation, facts: Facts) -> Result<Recorded> {
    let (last, previous) = Reader { connection }.audit_head()?;
    if last.0 + 1 != id {
        return Err(StoreError::Damaged(format!("the audit log has a gap before operation {id}")));
    }
    let header = Header {
        sequence: id,
        recorded_at: &operation.recorded_at,
        operator: &operation.operator,
        os_uid: i64::from(operation.os_uid),
        command: &operation.command,
        arguments: &operation.arguments,
        key: operation.key.as_deref(),
        result: operation.result.as_str(),
        outcome: &operation.outcome,
    };
    let hash = chain::hash(&header, facts, &previous);
    let mut insert = connection.prepare_cached(
        "INSERT INTO operation (id, recorded_at, operator, os_uid, command, arguments, key, result, outcome, previous, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    insert.execute(params![
        id,
        operation.recorded_at,
        operation.operator,
        operation.os_uid,
        operation.command,
        operation.arguments,
        operation.key,
        operation.result.as_str(),
        operation.outcome,
        previous,
        hash,
    ])?;
    let NewOperation { command, arguments, outcome, result, .. } = operation.clone();
    Ok(Recorded { id: OperationId(id), command, arguments, result, outcome, hash })
}

/// Writes what an operation did to a row of master data, known by its noun and key, and adds it to what will be hashed.
pub(super) fn insert_change(
    connection: &Connection,
    facts: &mut Facts,
    operation: i64,
    (noun, key): (&str, &str),
    before: Option<&str>,
    after: &str,
) -> Result<()> {
    facts.change(noun, key, before, after);
    let mut insert = connection.prepare_cached(
        "INSERT INTO change (id, operation_id, noun, key, before, after)
         SELECT COALESCE(MAX(id), 0) + 1, ?1, ?2, ?3, ?4, ?5 FROM change",
    )?;
    insert.execute(params![operation, noun, key, before, after])?;
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::store::Store;

    /// An operation to seal a test's transaction with.
    pub(in crate::store) fn operation(key: Option<&str>) -> NewOperation {
        NewOperation {
            recorded_at: "2026-06-01T00:00:00Z".to_owned(),
            operator: "fin".to_owned(),
            os_uid: 1000,
            command: "fund deposit".to_owned(),
            arguments: "{\"amount\":\"5\"}".to_owned(),
            key: key.map(str::to_owned),
            result: OperationResult::Done,
            outcome: "{\"entry\":1}".to_owned(),
        }
    }

    fn found(store: &mut Store, key: &str) -> Option<Recorded> {
        store.read(|reader| reader.operation_by_key(key)).unwrap()
    }

    #[test]
    fn a_key_is_found_once_its_operation_is_committed_and_never_before() {
        let mut store = Store::in_memory();
        drop(store.begin().unwrap());
        store.begin().unwrap().rehearse(&operation(Some("transfer-17"))).unwrap();
        assert!(found(&mut store, "transfer-17").is_none());
        store.begin().unwrap().commit(&operation(Some("transfer-17"))).unwrap();
        let first = found(&mut store, "transfer-17").unwrap();
        assert_eq!((first.id, first.command.as_str()), (OperationId(1), "fund deposit"));
        assert_eq!((first.arguments.as_str(), first.outcome.as_str()), ("{\"amount\":\"5\"}", "{\"entry\":1}"));
        assert!(found(&mut store, "transfer-1").is_none());
        assert!(store.begin().unwrap().commit(&operation(Some("transfer-17"))).is_err(), "a key stands once");
    }

    #[test]
    fn an_operation_is_found_by_its_file() {
        let mut store = Store::in_memory();
        let of = |file: &str| NewOperation { arguments: format!("{{\"plan\":\"{file}\"}}"), ..operation(None) };
        store.begin().unwrap().commit(&NewOperation { result: OperationResult::Denied, ..of("aa") }).unwrap();
        let find =
            |store: &mut Store, file: &str| store.read(|reader| reader.operation_with_file("fund deposit", "plan", file)).unwrap();
        assert_eq!(find(&mut store, "aa"), None, "what was denied was not done");
        store.begin().unwrap().commit(&of("aa")).unwrap();
        store.begin().unwrap().commit(&of("bb")).unwrap();
        assert_eq!(find(&mut store, "aa"), Some(OperationId(2)));
        assert_eq!(store.read(|reader| reader.operation_with_file("fund apply", "plan", "aa")).unwrap(), None);
    }

    #[test]
    fn each_operation_follows_from_the_one_before() {
        let mut store = Store::in_memory();
        let head = |store: &mut Store| store.read(|reader| reader.audit_head()).unwrap();
        assert_eq!(head(&mut store), (OperationId(0), GENESIS));
        let first = store.begin().unwrap().commit(&operation(None)).unwrap();
        assert_eq!(head(&mut store), (OperationId(1), first.hash));
        let second = store.begin().unwrap().commit(&operation(None)).unwrap();
        assert_eq!(head(&mut store), (OperationId(2), second.hash));
        assert_ne!(first.hash, second.hash, "the same words twice are two operations");
    }
}
