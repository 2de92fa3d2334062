//! The layouts of bill that can be read, and how a header is recognised: by the names of its columns, in any order.
//!
//! It must never guess: a header that lacks a required column of every layout is refused with what is missing.

use crate::domain::bill::{BillLine, Fault, Layout, Oddity, Problem, Remarks, TaxBasis};
use crate::domain::money::Exact;
use crate::domain::refusal::UnreadableFile;
use crate::intake::known_files::{self, KnownFile};
use crate::intake::table::{Header, Row, shortened};
use crate::intake::{alibaba_v2, focus};

/// What there is to know of a layout.
pub(super) struct Format {
    /// Its name.
    pub(super) layout: Layout,
    /// Whether its amounts have the tax in them, where it says so.
    pub(super) tax: Option<TaxBasis>,
    /// Columns that it may have, read or not.
    pub(super) known: &'static [&'static str],
    /// Columns that it must have; of each group, one is enough.
    pub(super) required: &'static [&'static [&'static str]],
    /// Makes what reads its lines, for a header that has the required columns.
    pub(super) reader: fn(&Header) -> Box<dyn LineReader>,
}

/// Reads the lines of one file.
pub(super) trait LineReader: Send {
    /// Reads a row that has as many cells as the header. `None` when the row is bad, and then at least one fault was noted.
    fn read<'a>(&mut self, row: &Row<'a>, content: u64, findings: &mut Findings<'_>) -> Option<BillLine<'a>>;

    /// The version of the layout, where the header tells one.
    fn version(&self) -> Option<&'static str> {
        None
    }

    /// Columns that are read although their header is not quite as the layout says.
    fn odd_columns(&self) -> Vec<(usize, Oddity)> {
        Vec::new()
    }
}

/// Every layout, the likeliest first.
const FORMATS: &[Format] = &[alibaba_v2::FORMAT, focus::FORMAT];

/// The layout of a header, or what it is instead, or what the nearest layout misses.
pub(super) fn recognise(header: &Header) -> Result<&'static Format, UnreadableFile> {
    if let Some(KnownFile { product, advice, .. }) = known_files::named(header) {
        return Err(UnreadableFile::OtherProduct { product, missing: header.missing(focus::FORMAT.required), advice });
    }
    let known_columns = |format: &Format| format.known.iter().filter(|name| header.position(name).is_some()).count();
    let mut nearest: Option<(usize, &'static Format, Vec<String>)> = None;
    for format in FORMATS {
        let missing = header.missing(format.required);
        if missing.is_empty() {
            return Ok(format);
        }
        let known = known_columns(format);
        if nearest.as_ref().is_none_or(|(most, ..)| known > *most) {
            nearest = Some((known, format, missing));
        }
    }
    let (_, format, missing) = nearest.expect("there is at least one layout");
    Err(UnreadableFile::UnknownLayout { nearest: format.layout.to_string(), missing })
}

/// Where what a reader finds in a row is noted: what is wrong, and what is merely odd.
pub(super) struct Findings<'a> {
    line: u64,
    names: &'a [String],
    problems: &'a mut Vec<Problem>,
    remarks: &'a mut Remarks,
}

impl<'a> Findings<'a> {
    /// For the row that begins on this line.
    pub(super) fn new(line: u64, header: &'a Header, problems: &'a mut Vec<Problem>, remarks: &'a mut Remarks) -> Self {
        Self { line, names: &header.names, problems, remarks }
    }

    /// Notes a bad cell.
    pub(super) fn bad_cell(&mut self, column: Option<usize>, value: &str, fault: Fault) {
        let column = column.and_then(|column| self.names.get(column)).cloned();
        self.problems.push(Problem { line: self.line, column, value: shortened(value), fault });
    }

    /// Notes a bad row.
    pub(super) fn bad_row(&mut self, text: &str, fault: Fault) {
        self.problems.push(Problem { line: self.line, column: None, value: shortened(text), fault });
    }

    /// Notes a cell that was understood although it is odd.
    pub(super) fn odd_cell(&mut self, column: Option<usize>, oddity: Oddity) {
        let name = column.and_then(|column| self.names.get(column)).map_or("", String::as_str);
        self.remarks.add(oddity, name, self.line, Exact::ZERO);
    }

    /// Notes what is odd about something that has no column.
    pub(super) fn odd(&mut self, about: &str, oddity: Oddity) {
        self.remarks.add(oddity, about, self.line, Exact::ZERO);
    }

    /// Notes an identity that does not hold, by its words and how far its left side lies above its right.
    pub(super) fn broken_identity(&mut self, identity: &'static str, difference: Exact) {
        self.remarks.add(Oddity::Identity, identity, self.line, difference);
    }
}
