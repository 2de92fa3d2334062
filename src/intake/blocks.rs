//! Cuts a file into chunks of whole records, without ever holding more than one chunk.
//!
//! It follows the quotes exactly as the CSV reader does: a quote opens a cell only where a cell begins, so that an inch sign
//! inside a name swallows nothing, and a line break inside an open quote ends no record. It must never change a byte: what it
//! hands out is what the provider wrote (only a byte order mark at the start is dropped).

use std::io::Read;

use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::intake::reason::reason_of;

/// How much is read at a time.
pub(super) const BLOCK_SIZE: usize = 1 << 20;
/// The longest record that is waited for. Single cells of megabytes are real; a longer record is a quote that is never closed.
pub(super) const RECORD_MAX: usize = 16 << 20;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A run of whole records; [`Blocks::text`] checks that it is UTF-8.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// The text, verbatim.
    pub(super) raw: Vec<u8>,
    /// The number of its first line, as an editor counts lines.
    pub(super) first_line: u64,
    /// How many bytes of the file end with this chunk.
    pub(super) bytes_read: u64,
}

/// A file on its way into chunks.
pub(super) struct Blocks {
    reader: Box<dyn Read + Send>,
    file: String,
    block_size: usize,
    buffer: Vec<u8>,
    scan: Scan,
    begun: bool,
    ended: bool,
    line: u64,
    bytes_given: u64,
}

impl Blocks {
    /// Reads about `block_size` bytes at a time; `file` is the name for refusals.
    pub(super) fn new(reader: Box<dyn Read + Send>, file: &str, block_size: usize) -> Self {
        Self {
            reader,
            file: file.to_owned(),
            block_size: block_size.max(1),
            buffer: Vec::new(),
            scan: Scan::default(),
            begun: false,
            ended: false,
            line: 1,
            bytes_given: 0,
        }
    }

    /// The file's name.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The refusal of this file.
    pub(super) fn refuse(&self, reason: UnreadableFile) -> Refusal {
        Refusal::UnreadableFile { file: self.file.clone(), reason }
    }

    /// A chunk as text, checked as a whole because that is far faster than cell by cell.
    pub(super) fn text<'c>(&self, chunk: &'c Chunk) -> Result<&'c str, Refusal> {
        simdutf8::compat::from_utf8(&chunk.raw).map_err(|error| {
            let line = chunk.first_line + line_breaks(&chunk.raw[..error.valid_up_to()]);
            self.refuse(UnreadableFile::NotUtf8 { line })
        })
    }

    /// The next chunk; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>, Refusal> {
        loop {
            let all_is_whole = self.ended && !self.scan.inside_quotes;
            let end = if all_is_whole { Some(self.buffer.len()) } else { self.scan.records_end };
            match end {
                Some(0) => return Ok(None),
                Some(end) => return Ok(Some(self.give(end))),
                None => {}
            }
            if self.ended || self.buffer.len() > RECORD_MAX {
                return Err(self.refuse(UnreadableFile::RecordTooLong { line: self.line }));
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), Refusal> {
        self.buffer.reserve(self.block_size);
        self.read_some(self.block_size)?;
        if !self.begun {
            while self.buffer.len() < BYTE_ORDER_MARK.len() && !self.ended {
                self.read_some(BYTE_ORDER_MARK.len())?;
            }
            self.begun = true;
            if self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
                self.bytes_given = BYTE_ORDER_MARK.len() as u64;
            }
        }
        self.scan.go_on(&self.buffer);
        Ok(())
    }

    fn read_some(&mut self, wanted: usize) -> Result<(), Refusal> {
        let before = self.buffer.len();
        let outcome = (&mut self.reader).take(wanted as u64).read_to_end(&mut self.buffer);
        let read = outcome.map_err(|error| self.refuse(reason_of(error)))?;
        self.ended = read < wanted;
        if memchr::memchr(0, &self.buffer[before..]).is_some() {
            return Err(self.refuse(UnreadableFile::Binary));
        }
        Ok(())
    }

    fn give(&mut self, end: usize) -> Chunk {
        let rest = self.buffer.split_off(end);
        let raw = std::mem::replace(&mut self.buffer, rest);
        // What is left is the beginning of a record, and is looked through again from there.
        self.scan = Scan::default();
        self.scan.go_on(&self.buffer);
        let first_line = self.line;
        self.line += line_breaks(&raw);
        self.bytes_given += raw.len() as u64;
        Chunk { raw, first_line, bytes_read: self.bytes_given }
    }
}

/// How many line breaks a text has.
pub(super) fn line_breaks(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// How far a buffer has been looked through for the end of a record.
#[derive(Debug, Default)]
struct Scan {
    at: usize,
    inside_quotes: bool,
    after_closing_quote: Option<usize>,
    records_end: Option<usize>,
}

impl Scan {
    /// Goes on to the end of what has been read. The buffer begins with a record.
    fn go_on(&mut self, bytes: &[u8]) {
        while self.at < bytes.len() {
            let rest = &bytes[self.at..];
            let quote = memchr::memchr(b'"', rest);
            let plain = &rest[..quote.unwrap_or(rest.len())];
            if !self.inside_quotes
                && let Some(line_break) = memchr::memrchr(b'\n', plain)
            {
                self.records_end = Some(self.at + line_break + 1);
            }
            self.at += plain.len();
            if quote.is_some() {
                self.take_quote(bytes);
            }
        }
    }

    fn take_quote(&mut self, bytes: &[u8]) {
        let cell_begins = self.at == 0 || matches!(bytes[self.at - 1], b',' | b'\n');
        if self.inside_quotes {
            self.inside_quotes = false;
            self.after_closing_quote = Some(self.at + 1);
        } else if cell_begins || self.after_closing_quote == Some(self.at) {
            // A quote right after a closing one was an escaped quote: the cell goes on.
            self.inside_quotes = true;
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason_in(refusal: Refusal) -> UnreadableFile {
        match refusal {
            Refusal::UnreadableFile { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    fn chunks(bytes: &[u8], block_size: usize) -> Result<Vec<(u64, String)>, UnreadableFile> {
        let mut blocks = Blocks::new(Box::new(std::io::Cursor::new(bytes.to_vec())), "x.csv", block_size);
        let mut all = Vec::new();
        loop {
            match blocks.next() {
                Ok(Some(chunk)) => match blocks.text(&chunk) {
                    Ok(text) => all.push((chunk.first_line, text.to_owned())),
                    Err(refusal) => return Err(reason_in(refusal)),
                },
                Ok(None) => return Ok(all),
                Err(refusal) => return Err(reason_in(refusal)),
            }
        }
    }

    #[test]
    fn a_chunk_ends_with_a_record_whatever_the_block_size() {
        let table: &[(&str, &[(u64, &str)])] = &[
            ("a,b\nc,d\n", &[(1, "a,b\n"), (2, "c,d\n")]),
            ("a,b\r\nc,d", &[(1, "a,b\r\n"), (2, "c,d")]),
            ("\u{feff}a\nb\n", &[(1, "a\n"), (2, "b\n")]),
            ("\"a\nb\",c\nd\n", &[(1, "\"a\nb\",c\n"), (3, "d\n")]),
            ("\"a\"\"\nb\"\nd\n", &[(1, "\"a\"\"\nb\"\n"), (3, "d\n")]),
            ("5\" disk,b\nc\n", &[(1, "5\" disk,b\n"), (2, "c\n")]),
            ("\"a\"b\",c\nd\n", &[(1, "\"a\"b\",c\n"), (2, "d\n")]),
            ("a,\"\"\nb\n", &[(1, "a,\"\"\n"), (2, "b\n")]),
        ];
        for (text, expected) in table {
            let expected: Vec<(u64, String)> = expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
            assert_eq!(chunks(text.as_bytes(), 1).unwrap(), expected, "{text:?}");
            let whole: String = expected.iter().map(|(_, text)| text.as_str()).collect();
            let at_once: String = chunks(text.as_bytes(), 1 << 20).unwrap().into_iter().map(|(_, text)| text).collect();
            assert_eq!(at_once, whole);
        }
        assert_eq!(chunks(b"", 1).unwrap(), []);
        assert_eq!(chunks(BYTE_ORDER_MARK, 1).unwrap(), []);
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        for block_size in [1, 7, 1 << 20] {
            assert_eq!(chunks(b"a,b\nc\0d\n", block_size), Err(UnreadableFile::Binary));
            assert_eq!(chunks(b"a\nb\nc\xff\n", block_size), Err(UnreadableFile::NotUtf8 { line: 3 }));
            assert_eq!(chunks(b"a\n\"b\nc\nd\n", block_size), Err(UnreadableFile::RecordTooLong { line: 2 }));
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
        let endless = std::io::Cursor::new(b"a\nb,\"".to_vec()).chain(std::io::repeat(b'x'));
        let mut blocks = Blocks::new(Box::new(endless), "x.csv", BLOCK_SIZE);
        assert_eq!(blocks.next().unwrap().unwrap().raw, b"a\n");
        let refused = blocks.next().unwrap_err();
        assert_eq!(refused, blocks.refuse(UnreadableFile::RecordTooLong { line: 2 }));
        assert!(blocks.buffer.len() <= RECORD_MAX + BLOCK_SIZE);
    }

    #[test]
    fn an_error_of_the_disk_is_named() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("the disk is gone"))
            }
        }
        let refused = Blocks::new(Box::new(Broken), "x.csv", 8).next().unwrap_err();
        assert_eq!(refused.code(), "file.unreadable");
        assert!(format!("{refused:?}").contains("the disk is gone"));
    }
}
