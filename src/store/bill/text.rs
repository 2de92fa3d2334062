//! The provider's own text of a bill, in compressed runs of whole lines.

use rusqlite::params;

use crate::domain::id::BillVersionId;
use crate::store::error::{Result, StoreError};
use crate::store::{Reader, Writer};

/// A run of whole lines, compressed.
#[derive(Clone, Debug)]
pub struct Compressed(Vec<u8>);

impl Compressed {
    /// The bytes as they are stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Compresses runs of lines, one after the other, with one working memory. The fastest level: it costs less than writing what it
/// saves.
pub struct Compressor(zstd::bulk::Compressor<'static>);

impl Compressor {
    /// Makes one.
    pub fn new() -> Result<Self> {
        const LEVEL: i32 = 1;
        zstd::bulk::Compressor::new(LEVEL).map(Self).map_err(|error| failed(&error))
    }

    /// Compresses a run.
    pub fn compress(&mut self, raw: &[u8]) -> Result<Compressed> {
        self.0.compress(raw).map(Compressed).map_err(|error| failed(&error))
    }
}

fn failed(error: &std::io::Error) -> StoreError {
    StoreError::Damaged(format!("compressing failed: {error}"))
}

impl Reader<'_> {
    /// The text of the run that a line stands in, and the number of its first line.
    pub fn bill_text(&self, version: BillVersionId, file: i64, line: u64) -> Result<(u64, Vec<u8>)> {
        let mut select = self.connection.prepare_cached(
            "SELECT first_line, content FROM bill_block WHERE version_id = ?1 AND file = ?2 AND first_line <= ?3
              ORDER BY first_line DESC LIMIT 1",
        )?;
        let line = i64::try_from(line).map_err(|_| StoreError::Overflow)?;
        let (first, content): (u64, Vec<u8>) =
            select.query_row(params![version.0, file, line], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let text = zstd::stream::decode_all(content.as_slice()).map_err(|e| StoreError::Damaged(format!("a bill's text: {e}")))?;
        Ok((first, text))
    }

    /// Walks over the compressed runs of a file, in its order.
    pub fn each_bill_block(&self, version: BillVersionId, file: i64, mut visit: impl FnMut(&[u8])) -> Result<()> {
        let mut select =
            self.connection.prepare_cached("SELECT content FROM bill_block WHERE version_id = ?1 AND file = ?2 ORDER BY id")?;
        let mut rows = select.query(params![version.0, file])?;
        while let Some(row) = rows.next()? {
            visit(row.get_ref(0)?.as_blob().map_err(|e| StoreError::Damaged(e.to_string()))?);
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Writes a run of lines.
    pub fn insert_bill_block(&mut self, version: BillVersionId, file: i64, first_line: u64, text: &Compressed) -> Result<()> {
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO bill_block (version_id, file, first_line, content) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![version.0, file, i64::try_from(first_line).map_err(|_| StoreError::Overflow)?, text.0])?;
        Ok(())
    }
}
