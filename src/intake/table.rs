//! A CSV file as a header and rows: what bills and order lists have in common.
//!
//! Cells are handed out as they stand; [`tidy`] takes off what programs put around a value to protect it from spreadsheets. It
//! must never drop a row silently: only lines without any text are passed over.

use std::collections::HashSet;

use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::intake::blocks::{Blocks, Chunk, line_breaks};

/// The first record of a file.
#[derive(Debug)]
pub(super) struct Header {
    /// As it stands in the file, without its line break.
    pub(super) text: String,
    /// The names of the columns, trimmed.
    pub(super) names: Vec<String>,
    /// Its line number.
    pub(super) line: u64,
}

impl Header {
    fn of(row: &Row<'_>) -> Self {
        let names = row.cells.iter().map(|cell| tidy(cell).to_owned()).collect();
        Self { text: row.text.to_owned(), names, line: row.number }
    }

    /// Where a column stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|given| given == name)
    }

    /// The same; where none has just this name, one in another case is meant.
    pub(super) fn position_in_any_case(&self, name: &str) -> Option<usize> {
        let in_another_case = || self.names.iter().position(|given| given.eq_ignore_ascii_case(name));
        self.position(name).or_else(in_another_case)
    }

    /// Which of the required columns are missing; each is a list of names of which one is enough.
    pub(super) fn missing(&self, required: &[&[&str]]) -> Vec<String> {
        let has = |name: &&str| self.position(name).is_some();
        required.iter().filter(|names| !names.iter().any(has)).map(|names| names.join(" or ")).collect()
    }

    /// Columns that are not known; a column without a name says nothing and is left out.
    pub(super) fn unknown(&self, is_known: impl Fn(&str) -> bool) -> Vec<String> {
        self.names.iter().filter(|name| !name.is_empty() && !is_known(name)).cloned().collect()
    }

    fn repeated(&self) -> Option<&String> {
        // A damaged file may have a million of them, so that comparing each with each would never end.
        let mut seen = HashSet::new();
        self.names.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str()))
    }
}

/// A CSV file behind its header.
pub(super) struct Table {
    /// The header.
    pub(super) header: Header,
    blocks: Blocks,
    pending: Option<Chunk>,
}

impl Table {
    /// Reads up to the header; blank lines before it are passed over.
    pub(super) fn open(mut blocks: Blocks) -> Result<Self, Refusal> {
        while let Some(mut chunk) = blocks.next()? {
            let mut rows = Rows::new(blocks.text(&chunk)?, chunk.first_line);
            let Some(row) = rows.next() else { continue };
            let (header, end) = (Header::of(&row), row.end);
            let first_line = chunk.first_line + line_breaks(&chunk.raw[..end]);
            chunk.raw.drain(..end);
            return Ok(Self { header, blocks, pending: Some(Chunk { first_line, ..chunk }) });
        }
        Err(blocks.refuse(UnreadableFile::Empty))
    }

    /// The file's name.
    pub(super) fn file(&self) -> &str {
        self.blocks.file()
    }

    /// The refusal of this file.
    pub(super) fn refuse(&self, reason: UnreadableFile) -> Refusal {
        self.blocks.refuse(reason)
    }

    /// A chunk as text.
    pub(super) fn text<'c>(&self, chunk: &'c Chunk) -> Result<&'c str, Refusal> {
        self.blocks.text(chunk)
    }

    /// Refuses two columns of one name.
    pub(super) fn refuse_repeated_column(&self) -> Result<(), Refusal> {
        match self.header.repeated() {
            Some(column) => Err(self.refuse(UnreadableFile::RepeatedColumn { column: shortened(column) })),
            None => Ok(()),
        }
    }

    /// Puts back the rest of the chunk that was given last: it comes next.
    pub(super) fn put_back(&mut self, rest: Chunk) {
        self.pending = Some(rest);
    }

    /// The next chunk that has rows; `None` at the end.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal> {
        loop {
            let next = match self.pending.take() {
                Some(chunk) => Some(chunk),
                None => self.blocks.next()?,
            };
            match next {
                Some(chunk) if chunk.raw.iter().all(u8::is_ascii_whitespace) => {}
                other => return Ok(other),
            }
        }
    }
}

/// The cells of a record, not tidied.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// How much stands between two cells: the comma, where nothing had to be taken off.
    between: usize,
}

impl<'a> Cells<'a> {
    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    /// The one in a column; `None` where the record has none.
    pub(super) fn get(self, column: usize) -> Option<&'a str> {
        let end = *self.ends.get(column)?;
        let start = if column == 0 { 0 } else { self.ends[column - 1] + self.between };
        Some(&self.text[start..end])
    }

    /// All of them, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).filter_map(move |column| self.get(column))
    }
}

/// One record.
pub(super) struct Row<'a> {
    /// The number of its first line.
    pub(super) number: u64,
    /// As it stands in the file, without its line break.
    pub(super) text: &'a str,
    /// Its cells.
    pub(super) cells: Cells<'a>,
    /// Where it begins in the chunk.
    pub(super) start: usize,
    end: usize,
}

impl<'a> Row<'a> {
    /// A cell, tidied; empty where the row has none.
    pub(super) fn cell(&self, column: Option<usize>) -> &'a str {
        column.and_then(|column| self.cells.get(column)).map_or("", tidy)
    }

    /// Whether a cell, given as it was tidied, is protected from spreadsheets by an apostrophe or `="…"`.
    pub(super) fn is_protected(&self, column: Option<usize>, tidied: &str) -> bool {
        let Some(cell) = column.and_then(|column| self.cells.get(column)) else { return false };
        // Nearly all cells are tidy already.
        tidied.len() < cell.len() && tidied.len() < trim(cell).len()
    }
}

/// The records of a chunk, one after the other.
///
/// A record without a quote, as nearly all are, is its cells with commas between them, and is only measured. One with a quote is
/// taken apart by the CSV library.
pub(super) struct Rows<'a> {
    raw: &'a str,
    at: usize,
    line: u64,
    /// Where the next quote stands, from `at` on.
    next_quote: usize,
    reader: csv_core::Reader,
    unquoted: Vec<u8>,
    ends: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// The records of a text whose first line has this number.
    pub(super) fn new(raw: &'a str, first_line: u64) -> Self {
        // A carriage return before the line break is white space at the end of the last cell, and is tidied away.
        let reader = csv_core::ReaderBuilder::new().terminator(csv_core::Terminator::Any(b'\n')).build();
        let next_quote = next(b'"', raw, 0);
        Self { raw, at: 0, line: first_line, next_quote, reader, unquoted: Vec::new(), ends: Vec::new() }
    }

    /// The next record that has any text.
    pub(super) fn next(&mut self) -> Option<Row<'_>> {
        loop {
            let (start, number) = (self.at, self.line);
            if start == self.raw.len() {
                return None;
            }
            let line_end = next(b'\n', self.raw, start);
            let has_quote = self.next_quote < line_end;
            if has_quote {
                self.take_apart(start);
            } else {
                self.ends.clear();
                self.ends.extend(memchr::memchr_iter(b',', &self.raw.as_bytes()[start..line_end]));
                self.ends.push(line_end - start);
                self.at = self.raw.len().min(line_end + 1);
                self.line += 1;
            }
            let is_blank = self.ends.len() == 1 && tidy(self.cells(start, has_quote)).is_empty();
            if is_blank {
                continue;
            }
            let text = &self.raw[start..self.at];
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let cells = Cells { text: self.cells(start, has_quote), ends: &self.ends, between: usize::from(!has_quote) };
            return Some(Row { number, text, cells, start, end: self.at });
        }
    }

    /// The text of all cells of the record that begins at `start`.
    fn cells(&self, start: usize, was_taken_apart: bool) -> &str {
        let length = self.ends.last().copied().unwrap_or_default();
        if was_taken_apart {
            let unquoted = &self.unquoted[..length];
            std::str::from_utf8(unquoted).expect("quotes and commas are taken out of UTF-8, and that leaves UTF-8")
        } else {
            &self.raw[start..start + length]
        }
    }

    /// Takes the record that begins at `start` apart, and goes behind it.
    fn take_apart(&mut self, start: usize) {
        self.reader.reset();
        let (mut input, mut written, mut ended) = (&self.raw.as_bytes()[start..], 0, 0);
        loop {
            let (result, read, wrote, ends) =
                self.reader.read_record(input, &mut self.unquoted[written..], &mut self.ends[ended..]);
            (input, written, ended) = (&input[read..], written + wrote, ended + ends);
            match result {
                csv_core::ReadRecordResult::OutputFull => self.unquoted.resize(self.unquoted.len() * 2 + 256, 0),
                csv_core::ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2 + 64, 0),
                // The end of the chunk ends its last record: asked again with nothing, the reader says so.
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::Record | csv_core::ReadRecordResult::End => break,
            }
        }
        self.ends.truncate(ended);
        self.at = self.raw.len() - input.len();
        self.line += line_breaks(&self.raw.as_bytes()[start..self.at]);
        self.next_quote = next(b'"', self.raw, self.at);
    }
}

/// Where a byte stands, from a place on; the end of the text when it does not.
fn next(byte: u8, text: &str, from: usize) -> usize {
    memchr::memchr(byte, &text.as_bytes()[from..]).map_or(text.len(), |place| from + place)
}

/// A cell without white space and tabs at both ends, and without what protects numbers from spreadsheets: a leading apostrophe,
/// or a shell of `="…"`.
pub(super) fn tidy(cell: &str) -> &str {
    let trimmed = trim(cell);
    match trimmed.as_bytes() {
        [b'\'', ..] => trim(&trimmed[1..]),
        [b'=', b'"', .., b'"'] if trimmed.len() > 2 => trim(&trimmed[2..trimmed.len() - 1]),
        _ => trimmed,
    }
}

fn trim(cell: &str) -> &str {
    let trimmed = cell.trim_ascii();
    match trimmed.as_bytes() {
        // White space beyond ASCII, such as the full-width blank, only where an edge is not ASCII: that is rare in figures.
        [first, .., last] if !first.is_ascii() || !last.is_ascii() => {
            trimmed.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        }
        _ => trimmed,
    }
}

/// A value short enough to be shown in a message.
pub(super) fn shortened(value: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    if value.chars().nth(CHARACTERS_MAX).is_none() {
        return value.to_owned();
    }
    value.chars().take(CHARACTERS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_freed_from_what_protects_them() {
        let table = [
            ("a", "a"),
            (" a\t", "a"),
            ("1688001234567801\t", "1688001234567801"),
            ("'1688001234567801", "1688001234567801"),
            ("=\"1688001234567801\t\"", "1688001234567801"),
            ("\u{3000}对象存储 \u{a0}", "对象存储"),
            ("a\r", "a"),
            ("", ""),
            ("'", ""),
            ("=\"\"", ""),
            ("=\"", "=\""),
            ("it's", "it's"),
        ];
        for (cell, expected) in table {
            assert_eq!(tidy(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn rows_know_their_line_and_their_text() {
        let text = "\n\na,b\r\n \t\r\n\"c\nd\",e\n\n\nf,g";
        let mut rows = Rows::new(text, 10);
        let mut found = Vec::new();
        while let Some(row) = rows.next() {
            found.push((row.number, row.text.to_owned(), row.cell(Some(0)).to_owned(), row.cell(Some(1)).to_owned()));
        }
        let expected = [(12, "a,b", "a", "b"), (14, "\"c\nd\",e", "c\nd", "e"), (18, "f,g", "f", "g")];
        assert_eq!(found, expected.map(|(line, text, a, b)| (line, text.to_owned(), a.to_owned(), b.to_owned())));
    }

    #[test]
    fn long_values_are_shortened_to_eighty_characters() {
        assert_eq!(shortened(&"价".repeat(80)), "价".repeat(80));
        assert_eq!(shortened(&"价".repeat(81)).chars().count(), 80);
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_library(text in "[ab,\"\n\r ]{0,60}") {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .terminator(csv::Terminator::Any(b'\n'))
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                .filter(|cells: &Vec<String>| cells.len() > 1 || !tidy(&cells[0]).is_empty())
                .collect();
            let mut rows = Rows::new(&text, 1);
            let mut found: Vec<Vec<String>> = Vec::new();
            while let Some(row) = rows.next() {
                prop_assert_eq!(row.number, 1 + line_breaks(&text.as_bytes()[..row.start]));
                found.push(row.cells.iter().map(str::to_owned).collect());
            }
            prop_assert_eq!(found, expected);
        }
    }
}
