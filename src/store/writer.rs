//! One write transaction.
//!
//! A [`Writer`] writes rows through the noun files, keeps balances and volumes in memory until [`Writer::commit`], and hashes
//! everything that it writes. Dropping it rolls everything back.

use std::collections::HashMap;

use rusqlite::Transaction;

use super::Reader;
use super::error::Result;
use super::journal::LedgerCache;
use super::operation::{NewOperation, Recorded, insert_change};
use super::rows::Waiting;
use super::sql::to_json;
use super::volume::VolumeCache;
use crate::domain::chain::Facts;
use crate::domain::id::{EntryId, OperationId, ProductId};
use crate::domain::journal::EntryContent;

/// An immediate transaction in the making.
pub struct Writer<'c> {
    pub(super) transaction: Transaction<'c>,
    operation: Option<OperationId>,
    is_batch: bool,
    pub(super) waiting: Waiting,
    pub(super) facts: Facts,
    pub(super) ledger: LedgerCache,
    pub(super) volumes: VolumeCache,
    pub(super) products: HashMap<String, ProductId>,
    pub(super) next_ids: HashMap<&'static str, i64>,
    /// The entries posted since [`Writer::remember_entries`].
    pub(super) remembered: Option<Vec<(EntryId, EntryContent)>>,
}

/// Where a transaction can go back to.
const TRIAL: &str = "trial";

impl<'c> Writer<'c> {
    pub(super) fn new(transaction: Transaction<'c>, is_batch: bool) -> Self {
        Self {
            transaction,
            operation: None,
            is_batch,
            waiting: Waiting::new(),
            facts: Facts::default(),
            ledger: LedgerCache::default(),
            volumes: VolumeCache::default(),
            products: HashMap::new(),
            next_ids: HashMap::new(),
            remembered: None,
        }
    }

    /// From here on the transaction remembers what it posts.
    pub fn remember_entries(&mut self) {
        self.remembered = Some(Vec::new());
    }

    /// The entries posted since it [remembers](Self::remember_entries) them.
    pub fn remembered(&self) -> &[(EntryId, EntryContent)] {
        self.remembered.as_deref().unwrap_or_default()
    }

    /// From here on the transaction can be taken back, and remembers what it posts.
    pub fn try_out(&mut self) -> Result<()> {
        self.transaction.execute_batch(&format!("SAVEPOINT {TRIAL}"))?;
        self.remember_entries();
        Ok(())
    }

    /// Takes back all that was written since [`try_out`](Self::try_out), which was the first thing that this transaction did. The
    /// lock stays: nobody else has written in between.
    pub fn take_back(self) -> Result<Self> {
        self.transaction.execute_batch(&format!("ROLLBACK TO {TRIAL}; RELEASE {TRIAL}"))?;
        Ok(Self::new(self.transaction, self.is_batch))
    }

    /// Writes the rows that wait, unless more may come in a batch.
    pub(super) fn write_waiting(&mut self) -> Result<()> {
        if self.is_batch && !self.waiting.is_full() {
            return Ok(());
        }
        self.waiting.write(&self.transaction)
    }

    /// Writes the rows that wait, whatever may come.
    pub(super) fn write_all_waiting(&mut self) -> Result<()> {
        self.waiting.write(&self.transaction)
    }

    /// Loads what the transaction sees, its own writes included.
    pub fn reader(&self) -> Reader<'_> {
        Reader { connection: &self.transaction }
    }

    pub(super) fn connection(&self) -> &rusqlite::Connection {
        &self.transaction
    }

    /// The number that this operation will have in the log.
    pub fn operation_id(&mut self) -> Result<OperationId> {
        if let Some(id) = self.operation {
            return Ok(id);
        }
        let id = OperationId(self.next_id("operation")?);
        self.operation = Some(id);
        Ok(id)
    }

    /// The next row id of a table; ids of one transaction follow each other.
    pub(super) fn next_id(&mut self, table: &'static str) -> Result<i64> {
        if let Some(next) = self.next_ids.get_mut(table) {
            *next += 1;
            return Ok(*next - 1);
        }
        let sql = format!("SELECT COALESCE(MAX(id), 0) + 1 FROM {table}");
        let next: i64 = self.transaction.query_row(&sql, [], |row| row.get(0))?;
        self.next_ids.insert(table, next + 1);
        Ok(next)
    }

    /// Logs what happened to a row of master data.
    pub(super) fn log_change<T: serde::Serialize>(
        &mut self,
        noun: &'static str,
        key: &str,
        before: Option<&T>,
        after: &T,
    ) -> Result<()> {
        let operation = self.operation_id()?;
        let (before, after) = (before.map(to_json), to_json(after));
        insert_change(&self.transaction, &mut self.facts, operation.0, (noun, key), before.as_deref(), &after)
    }

    /// Whether anything has been written that the log must tell of.
    pub fn has_written(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Writes balances, volumes and the operation itself, then commits durably.
    pub fn commit(mut self, operation: &NewOperation) -> Result<Recorded> {
        let recorded = self.seal(operation)?;
        self.transaction.commit()?;
        Ok(recorded)
    }

    /// Does everything that [`commit`](Self::commit) does but the commit: a preview that fails where the real one would.
    pub fn rehearse(mut self, operation: &NewOperation) -> Result<()> {
        self.seal(operation)?;
        // Deferred foreign keys are checked by the commit only; ask for them here.
        let orphans = self.transaction.prepare("PRAGMA foreign_key_check")?.exists([])?;
        if orphans {
            return Err(super::StoreError::Damaged("a row points to nothing".to_owned()));
        }
        self.transaction.rollback()?;
        Ok(())
    }

    fn seal(&mut self, operation: &NewOperation) -> Result<Recorded> {
        self.waiting.write(&self.transaction)?;
        self.flush_balances()?;
        self.flush_volumes()?;
        self.insert_operation(operation)
    }
}
