//! What the book started with.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::error::{Result, StoreError};
use super::sql::{Columns as _, day};
use super::volume::Scope;
use super::{Reader, Writer};
use crate::domain::id::OperationId;
use crate::domain::money::Currency;
use crate::domain::opening::Opening;
use crate::domain::price::Volume;

/// What a book holds of what an opening comes before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordedSoFar {
    /// Entries of the journal.
    pub entries: u64,
    /// Orders.
    pub orders: u64,
    /// Versions of bills that were not dropped.
    pub bills: u64,
}

/// A volume that the book started with, as the log has it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct OpeningVolume {
    pub(super) operation: OperationId,
    pub(super) scope: String,
    pub(super) owner: i64,
    pub(super) currency: Currency,
    pub(super) date: NaiveDate,
    pub(super) volume: (String, String),
}

impl OpeningVolume {
    /// Its name in the log.
    pub(super) fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.scope, self.owner, self.currency, self.date)
    }

    /// How much it is.
    pub(super) fn read(&self) -> Option<Volume> {
        Some(Volume { list: self.volume.0.parse().ok()?, payable: self.volume.1.parse().ok()? })
    }
}

impl Reader<'_> {
    /// The opening of the book, if it had one.
    pub fn opening(&self) -> Result<Option<Opening>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT operation_id, sha256, day, balances, volumes, orders FROM opening WHERE id = 1")?;
        let found = select.query_row([], |row| {
            Ok(Opening {
                operation: OperationId(row.get(0)?),
                sha256: row.get(1)?,
                date: row.date(2)?,
                balances: row.get(3)?,
                volumes: row.get(4)?,
                orders: row.get(5)?,
            })
        });
        Ok(found.optional()?)
    }

    /// What stands in the book already.
    pub fn recorded_so_far(&self) -> Result<RecordedSoFar> {
        let mut select = self.connection.prepare_cached(
            "SELECT (SELECT COUNT(*) FROM entry), (SELECT COUNT(*) FROM orders),
                    (SELECT COUNT(*) FROM bill_version WHERE NOT dropped)",
        )?;
        let recorded =
            select.query_row([], |row| Ok(RecordedSoFar { entries: row.get(0)?, orders: row.get(1)?, bills: row.get(2)? }))?;
        Ok(recorded)
    }

    /// The volumes that the book started with.
    pub(super) fn opening_volumes(&self) -> Result<Vec<OpeningVolume>> {
        let mut select =
            self.connection.prepare("SELECT operation_id, scope, owner_id, currency, day, list, payable FROM opening_volume")?;
        let rows = select.query_map([], |row| {
            Ok(OpeningVolume {
                operation: OperationId(row.get(0)?),
                scope: row.get(1)?,
                owner: row.get(2)?,
                currency: row.parsed(3)?,
                date: row.date(4)?,
                volume: (row.get(5)?, row.get(6)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Remembers the opening of the book.
    pub fn insert_opening(&mut self, opening: &Opening) -> Result<()> {
        let count = |count: u64| i64::try_from(count).map_err(|_| StoreError::Overflow);
        let (balances, volumes, orders) = (count(opening.balances)?, count(opening.volumes)?, count(opening.orders)?);
        self.connection().execute(
            "INSERT INTO opening (id, operation_id, sha256, day, balances, volumes, orders) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
            params![opening.operation.0, opening.sha256, day(opening.date), balances, volumes, orders],
        )?;
        self.log_change("opening", "opening", None, opening)
    }

    /// Writes a volume that the book starts with, and adds it to its day.
    pub fn insert_opening_volume(&mut self, scope: Scope, currency: Currency, date: NaiveDate, volume: Volume) -> Result<()> {
        let operation = self.operation_id()?;
        let (kind, owner) = scope.parts();
        let row = OpeningVolume {
            operation,
            scope: kind.to_owned(),
            owner,
            currency,
            date,
            volume: (volume.list.to_string(), volume.payable.to_string()),
        };
        self.connection()
            .prepare_cached(
                "INSERT INTO opening_volume (scope, owner_id, currency, day, list, payable, operation_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![kind, owner, currency.code(), day(date), row.volume.0, row.volume.1, operation.0])?;
        self.log_change("opening-volume", &row.key(), None, &row)?;
        self.add_volume(scope, currency, date, volume)
    }
}
