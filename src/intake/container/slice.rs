//! A stretch of an open file, for as many readers as need it.
//!
//! Reads name their place themselves, so that readers of one file do not disturb each other. It must never read beyond the length
//! that it was given, which is the one that was hashed: a file that grows meanwhile is read as far as it was proved.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::refusal::UnreadableFile;
use crate::intake::reason::failing;

/// A stretch of a file, with a place of its own to read on from.
#[derive(Clone, Debug)]
pub struct FileSlice {
    file: Arc<File>,
    start: u64,
    length: u64,
    position: u64,
    /// How many bytes all counting readers of the file have read together.
    consumed: Arc<AtomicU64>,
    counts: bool,
}

impl FileSlice {
    /// The first `length` bytes of a file, whose own place is not used.
    pub fn new(file: File, length: u64) -> Self {
        Self { file: Arc::new(file), start: 0, length, position: 0, consumed: Arc::default(), counts: true }
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.length
    }

    /// How many bytes all readers of the file have read together, except those that only looked around.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
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
        let read = self.file.read_at(&mut buffer[..wanted], self.start + self.position)?;
        if read == 0 {
            return Err(failing(UnreadableFile::Changed));
        }
        self.position += read as u64;
        if self.counts {
            self.consumed.fetch_add(read as u64, Ordering::Relaxed);
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
