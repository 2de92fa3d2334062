//! Expanding compressed bytes: within limits, and only what is proved to be whole.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Crc;

use crate::domain::refusal::{Expansion, UnreadableFile};
use crate::intake::reason::{failing, has_reason};

/// How far files may go. A test sets them low.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How many bytes come out of one input file.
    pub(super) expanded_max: u64,
    /// How many times its own size comes out of an input file, …
    pub(super) ratio_max: u64,
    /// … from so many bytes on.
    pub(super) ratio_from: u64,
    /// How many members an archive has.
    pub(super) members_max: u64,
    /// How many bytes of XML a workbook has.
    pub(super) workbook_max: u64,
    /// How many bytes of XML have no tag between them.
    pub(super) cell_max: u64,
}

impl Limits {
    /// The limits of real files.
    pub(super) const REAL: Self = Self {
        // Three times a month of ten million lines at half a kilobyte each, and nothing goes on beyond it.
        expanded_max: 16 << 30,
        // Deflate makes at most 1032 bytes of one. Bills shrink to a tenth or a thirtieth; a column that never changes goes
        // further, and small files of one repeated line further still.
        ratio_max: 1_000,
        ratio_from: 64 << 20,
        // A partner's month comes in some hundred files.
        members_max: 10_000,
        // A sheet of a million full rows and seventy columns is 3 GiB of XML.
        workbook_max: 8 << 30,
        // As long as the longest record of a text; Excel itself stops at 32 767 characters a cell.
        cell_max: 16 << 20,
    };
}

/// What has come out of one input file, counted over all of its readers.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    limits: Limits,
    input: u64,
    expanded: Arc<AtomicU64>,
}

impl Budget {
    /// Nothing has come out yet of a file of so many bytes.
    pub(super) fn new(limits: Limits, input: u64) -> Self {
        Self { limits, input, expanded: Arc::default() }
    }

    fn spend(&self, bytes: usize) -> Result<(), UnreadableFile> {
        let expanded = self.expanded.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        let Limits { expanded_max, ratio_max, ratio_from, .. } = self.limits;
        let too_far = |limit| Err(UnreadableFile::ExpandsTooFar { limit });
        if expanded > expanded_max {
            return too_far(Expansion::Bytes(expanded_max));
        }
        if expanded > ratio_from && expanded > self.input.saturating_mul(ratio_max) {
            return too_far(Expansion::Times(ratio_max));
        }
        Ok(())
    }
}

/// Expanded bytes, counted, and compared at their end with what the archive says of them.
pub(super) struct Expanded<R> {
    reader: R,
    budget: Budget,
    expected: Option<Expected>,
    seen: Crc,
    read: u64,
}

/// What an archive says of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// Its size.
    pub(super) size: u64,
    /// Its CRC-32.
    pub(super) crc: u32,
}

impl<R: Read> Expanded<R> {
    /// Counts and checks what a decoder gives; gzip has its checks in itself and expects nothing here.
    pub(super) fn new(reader: R, budget: Budget, expected: Option<Expected>) -> Self {
        Self { reader, budget, expected, seen: Crc::new(), read: 0 }
    }

    fn compare(&self, has_ended: bool) -> io::Result<()> {
        let Some(expected) = self.expected else { return Ok(()) };
        let size_is_wrong = self.read > expected.size || (has_ended && self.read < expected.size);
        if size_is_wrong || (has_ended && self.seen.sum() != expected.crc) {
            return Err(failing(UnreadableFile::DamagedArchive {
                what: "its checksum does not agree with its content".to_owned(),
            }));
        }
        Ok(())
    }
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = self.reader.read(buffer).map_err(damaged)?;
        self.budget.spend(read).map_err(failing)?;
        if self.expected.is_some() {
            self.seen.update(&buffer[..read]);
            self.read += read as u64;
        }
        self.compare(read == 0)?;
        Ok(read)
    }
}

/// What a decoder's failure means.
fn damaged(error: io::Error) -> io::Error {
    if has_reason(&error) || error.kind() == io::ErrorKind::Interrupted {
        return error;
    }
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is cut off",
        _ => "what follows is no compressed data",
    };
    failing(UnreadableFile::DamagedArchive { what: what.to_owned() })
}
