//! A stretch of an open file, for as many readers as need it.
//!
//! Reads name their place themselves, so that readers of one file do not disturb each other. It must never read beyond the length
//! that it was given, and never call a file by a hash that grew or shrank meanwhile: what was read of it is a part at best.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::domain::chain::hex;
use crate::domain::input::Content;
use crate::domain::refusal::UnreadableFile;
use crate::intake::reason::{failing, reason_of};

/// A stretch of a file, with a place of its own to read on from.
#[derive(Clone, Debug)]
pub struct FileSlice {
    shared: Arc<Shared>,
    start: u64,
    length: u64,
    position: u64,
    counts: bool,
}

/// What all readers of a file have in common.
#[derive(Debug)]
struct Shared {
    file: File,
    length: u64,
    /// How many bytes all counting readers of the file have read together.
    consumed: AtomicU64,
    hashed: Mutex<Hashed>,
}

/// The SHA-256 of a file up to a place. Whoever reads on from there takes it along, so that a file that is read from end to end is
/// read only once.
#[derive(Debug, Default)]
struct Hashed {
    hasher: Sha256,
    upto: u64,
}

impl Hashed {
    /// Takes what is new of the bytes that stand at a place; nothing, where some before them are missing.
    fn take_along(&mut self, bytes: &[u8], place: u64) {
        let known = self.upto.checked_sub(place).and_then(|known| usize::try_from(known).ok());
        if let Some(new) = known.and_then(|known| bytes.get(known..)) {
            self.hasher.update(new);
            self.upto += new.len() as u64;
        }
    }
}

impl Shared {
    fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
        let read = self.file.read_at(buffer, place)?;
        if read == 0 && !buffer.is_empty() {
            return Err(failing(UnreadableFile::Changed));
        }
        self.hashed.lock().unwrap_or_else(PoisonError::into_inner).take_along(&buffer[..read], place);
        Ok(read)
    }

    fn sha256(&self) -> io::Result<String> {
        let mut rest = Vec::new();
        loop {
            let (upto, hasher) = {
                let hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
                (hashed.upto, hashed.hasher.clone())
            };
            let left = usize::try_from(self.length - upto).unwrap_or(usize::MAX);
            if left == 0 {
                if self.file.metadata()?.len() != self.length {
                    return Err(failing(UnreadableFile::Changed));
                }
                return Ok(hex(&hasher.finalize().into()));
            }
            rest.resize(left.min(HASHED_AT_A_TIME), 0);
            self.read_at(&mut rest, upto)?;
        }
    }
}

/// How much is read at a time of what nobody has read yet.
const HASHED_AT_A_TIME: usize = 256 << 10;

impl Content for FileSlice {
    fn sha256(&self) -> Result<String, UnreadableFile> {
        self.shared.sha256().map_err(reason_of)
    }

    fn is_empty(&self) -> bool {
        self.shared.length == 0
    }
}

impl FileSlice {
    /// The first `length` bytes of a file, whose own place is not used.
    pub fn new(file: File, length: u64) -> Self {
        let shared = Shared { file, length, consumed: AtomicU64::new(0), hashed: Mutex::default() };
        Self { shared: Arc::new(shared), start: 0, length, position: 0, counts: true }
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.length
    }

    /// How many bytes all readers of the file have read together, except those that only looked around.
    pub fn consumed(&self) -> u64 {
        self.shared.consumed.load(Ordering::Relaxed)
    }

    /// The same, for looking around: what it reads is no progress.
    pub(super) fn looking_around(&self) -> Self {
        Self { counts: false, ..self.clone() }
    }

    /// A part of it, from its beginning; what lies beyond the end is left out.
    pub(super) fn part(&self, start: u64, length: u64) -> Self {
        let start = start.min(self.length);
        Self { start: self.start + start, length: length.min(self.length - start), position: 0, ..self.clone() }
    }
}

impl Read for FileSlice {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.shared.read_at(&mut buffer[..wanted], self.start + self.position)?;
        self.position += read as u64;
        if self.counts {
            self.shared.consumed.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

impl Seek for FileSlice {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        let position = match place {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::reason::reason_of;
    use std::io::Write as _;

    fn file_of(content: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn rest(slice: &mut FileSlice) -> Vec<u8> {
        let mut bytes = Vec::new();
        slice.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn readers_of_one_file_do_not_disturb_each_other() {
        let whole = FileSlice::new(file_of(b"0123456789"), 10);
        let (mut one, mut other) = (whole.clone(), whole.part(4, 3));
        let mut buffer = [0; 3];
        one.read_exact(&mut buffer).unwrap();
        assert_eq!((&buffer, rest(&mut other), rest(&mut one)), (b"012", b"456".to_vec(), b"3456789".to_vec()));
        assert_eq!(whole.consumed(), 13);
        assert_eq!(rest(&mut whole.looking_around()), b"0123456789");
        assert_eq!(whole.consumed(), 13);
        assert_eq!((rest(&mut whole.part(8, 99)), whole.part(99, 99).size()), (b"89".to_vec(), 0));
        assert_eq!(other.seek(SeekFrom::End(-1)).unwrap(), 2);
        assert_eq!((rest(&mut other), other.seek(SeekFrom::Current(-4)).is_err()), (b"6".to_vec(), true));
        other.seek(SeekFrom::Start(u64::MAX)).unwrap();
        assert_eq!(rest(&mut other), b"");
    }

    #[test]
    fn the_hash_is_that_of_the_whole_file_however_it_was_read() {
        let whole = crate::domain::chain::sha256_hex(b"0123456789");
        let unread = FileSlice::new(file_of(b"0123456789"), 10);
        assert_eq!((unread.sha256(), unread.consumed()), (Ok(whole.clone()), 0));
        for parts in [&[(0, 10)][..], &[(0, 4), (4, 6)], &[(4, 6), (0, 4)], &[(0, 7), (2, 8), (9, 1)], &[(5, 2)]] {
            let slice = FileSlice::new(file_of(b"0123456789"), 10);
            for (start, length) in parts {
                rest(&mut slice.part(*start, *length));
            }
            assert_eq!(slice.sha256(), Ok(whole.clone()), "{parts:?}");
            assert_eq!(slice.part(3, 2).sha256(), Ok(whole.clone()));
        }
        assert_eq!(FileSlice::new(file_of(b""), 0).sha256(), Ok(crate::domain::chain::sha256_hex(b"")));
    }

    #[test]
    fn what_was_read_is_not_read_again_for_the_hash() {
        let file = file_of(b"0123456789");
        let slice = FileSlice::new(file.try_clone().unwrap(), 10);
        rest(&mut slice.clone());
        file.write_all_at(b"abcdefghij", 0).unwrap();
        assert_eq!(slice.sha256(), Ok(crate::domain::chain::sha256_hex(b"0123456789")));
    }

    #[test]
    fn a_file_that_has_changed_its_length_has_no_hash() {
        for length in [0, 9, 11] {
            let file = file_of(b"0123456789");
            let (read, unread) = (FileSlice::new(file.try_clone().unwrap(), 10), FileSlice::new(file.try_clone().unwrap(), 10));
            rest(&mut read.clone());
            file.set_len(length).unwrap();
            assert_eq!((read.sha256(), unread.sha256()), (Err(UnreadableFile::Changed), Err(UnreadableFile::Changed)), "{length}");
        }
    }

    #[test]
    fn a_file_is_read_as_far_as_it_was_measured() {
        let mut file = file_of(b"0123456789");
        let mut grown = FileSlice::new(file.try_clone().unwrap(), 10);
        file.write_all(b"more").unwrap();
        assert_eq!(rest(&mut grown), b"0123456789");
        let mut cut = FileSlice::new(file.try_clone().unwrap(), 10);
        file.set_len(5).unwrap();
        let mut bytes = Vec::new();
        assert_eq!(reason_of(cut.read_to_end(&mut bytes).unwrap_err()), UnreadableFile::Changed);
        assert_eq!(bytes, b"01234");
    }
}
