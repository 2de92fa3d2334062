//! The sheets of an XLSX workbook, each as CSV in a temporary file without a name.
//!
//! Everything behind this sees CSV whose line numbers are the row numbers of the sheet: blank rows are blank lines, and a line
//! break inside a cell becomes a blank. Nothing is calculated: a number comes as the shortest decimal text that stands for it,
//! which is what a spreadsheet shows of up to fifteen digits; what has more was damaged by the spreadsheet already, and is judged
//! where the column is known.
//!
//! A bill of more than a million rows is split over sheets of one header, and all of them are read. Any other sheet is a pivot
//! table or a note: it is left out, and said so. So are hidden sheets, which nobody who sends the file can see and a copy of which
//! would count twice.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek as _, Write as _};

use calamine::{Cell, DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use crate::domain::refusal::{Expansion, UnreadableFile};
use crate::intake::container::archive::Member;
use crate::intake::container::expand::{Budget, Limits};
use crate::intake::container::slice::FileSlice;
use crate::intake::reason::reason_of;

/// The last column of a sheet, XFD, and the last row: beyond them a place is damaged.
const COLUMNS_MAX: u32 = 16_384;
const ROWS_MAX: u32 = 1_048_576;
/// How much of a compressed workbook is read at a time.
const BUFFER: usize = 64 << 10;
/// The shortest entry of the table of texts: `<si/>`.
const SHORTEST_TEXT: u64 = 5;

type Workbook = Xlsx<BufReader<FileSlice>>;

/// The sheets of a workbook that hold the bill.
pub(super) struct Sheets {
    workbook: Workbook,
    names: VecDeque<String>,
    /// Sheets with something in them that are not read.
    pub(super) left_out: Vec<String>,
    limits: Limits,
}

/// One sheet as text.
pub(super) struct Sheet {
    /// Its name.
    pub(super) name: String,
    /// CSV, at its beginning.
    pub(super) text: File,
    /// How long the text is.
    pub(super) size: u64,
}

impl Sheets {
    /// Looks through a workbook and chooses its sheets. All of its members are proved to be whole first.
    pub(super) fn open(file: &FileSlice, members: &[Member], limits: Limits) -> Result<Self, UnreadableFile> {
        prove(file, members, limits)?;
        let mut workbook = Workbook::new(BufReader::with_capacity(BUFFER, file.clone())).map_err(damaged)?;
        let worksheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let worksheets: Vec<_> = worksheets.map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect();
        let mut headers = Vec::new();
        for (name, is_visible) in worksheets {
            if let Some(header) = header(&mut workbook, &name)? {
                headers.push((name, is_visible.then_some(header)));
            }
        }
        let visible = || headers.iter().filter_map(|(_, header)| header.as_ref());
        // A title alone in its row is no header, but where there is nothing else the refusal of its columns says most.
        let bill = visible().find(|header| header.len() > 1).or_else(|| visible().next()).cloned();
        let (read, left_out): (Vec<_>, Vec<_>) = headers.into_iter().partition(|(_, header)| header.is_some() && *header == bill);
        let names = |sheets: Vec<(String, _)>| sheets.into_iter().map(|(name, _)| name);
        Ok(Self { workbook, names: names(read).collect(), left_out: names(left_out).collect(), limits })
    }

    /// Whether no sheet is left to be read.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The next sheet; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Sheet>, UnreadableFile> {
        let Some(name) = self.names.pop_front() else { return Ok(None) };
        let (text, size) = spool(&mut self.workbook, &name, self.limits)?;
        Ok(Some(Sheet { name, text, size }))
    }
}

/// Expands every member once: each is whole, nothing expands without end, and the table of texts is not longer than its bytes.
/// After that the workbook can be read without a limit on the way.
fn prove(file: &FileSlice, members: &[Member], limits: Limits) -> Result<(), UnreadableFile> {
    let limits = Limits { expanded_max: limits.workbook_max, ..limits };
    let budget = Budget::new(limits, file.size());
    let looked_at = file.looking_around();
    for member in members {
        let mut content = member.open(&looked_at, &budget)?;
        let mut head = Vec::new();
        (&mut content).take(1 << 10).read_to_end(&mut head).map_err(reason_of)?;
        if claimed_texts(&head) > member.size() / SHORTEST_TEXT {
            return Err(senseless("its table of texts claims more texts than it has bytes for"));
        }
        prove_cells(head.as_slice().chain(content), limits)?;
    }
    Ok(())
}

/// Reads to the end; a cell has to end before it is longer than any real one.
fn prove_cells(mut content: impl Read, limits: Limits) -> Result<(), UnreadableFile> {
    let mut buffer = vec![0; BUFFER];
    let mut without_tag = 0_u64;
    loop {
        let read = content.read(&mut buffer).map_err(reason_of)?;
        if read == 0 {
            return Ok(());
        }
        match buffer[..read].iter().rposition(|byte| *byte == b'<') {
            Some(place) => without_tag = (read - place) as u64,
            None => without_tag += read as u64,
        }
        if without_tag > limits.cell_max {
            return Err(UnreadableFile::ExpandsTooFar { limit: Expansion::Bytes(limits.cell_max) });
        }
    }
}

/// How many texts the table of texts says it has; memory is set aside for them before they are read. Zero in other members.
fn claimed_texts(head: &[u8]) -> u64 {
    const ATTRIBUTE: &[u8] = b"uniqueCount";
    let Some(place) = head.windows(ATTRIBUTE.len()).position(|window| window == ATTRIBUTE) else { return 0 };
    let digits = head[place + ATTRIBUTE.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
    digits
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

/// The first row with anything in it.
fn header(workbook: &mut Workbook, sheet: &str) -> Result<Option<Vec<String>>, UnreadableFile> {
    let mut rows = Rows::new(workbook.worksheet_cells_reader(sheet).map_err(damaged)?);
    while rows.next()? {
        if !rows.cells().is_empty() {
            return Ok(Some(rows.cells().iter().map(|cell| cell.trim().to_owned()).collect()));
        }
    }
    Ok(None)
}

/// Writes a sheet as CSV.
fn spool(workbook: &mut Workbook, sheet: &str, limits: Limits) -> Result<(File, u64), UnreadableFile> {
    let mut rows = Rows::new(workbook.worksheet_cells_reader(sheet).map_err(damaged)?);
    let mut text = BufWriter::new(tempfile::tempfile().map_err(reason_of)?);
    let (mut line, mut width, mut size, mut lines) = (String::new(), 0, 0_u64, 0);
    while rows.next()? {
        let cells = rows.cells();
        line.clear();
        (lines..rows.number).for_each(|_| line.push('\n'));
        lines = rows.number + 1;
        width = if width == 0 { cells.len() } else { width };
        if !cells.is_empty() {
            // Cells that a row leaves out at its end are empty ones.
            let missing = width.saturating_sub(cells.len());
            for (column, cell) in cells.iter().map(String::as_str).chain(std::iter::repeat_n("", missing)).enumerate() {
                push_cell(&mut line, column, cell);
            }
        }
        line.push('\n');
        size += line.len() as u64;
        if size > limits.expanded_max {
            return Err(UnreadableFile::ExpandsTooFar { limit: Expansion::Bytes(limits.expanded_max) });
        }
        text.write_all(line.as_bytes()).map_err(reason_of)?;
    }
    let mut file = text.into_inner().map_err(|error| reason_of(error.into_error()))?;
    file.rewind().map_err(reason_of)?;
    Ok((file, size))
}

fn push_cell(line: &mut String, column: usize, cell: &str) {
    if column > 0 {
        line.push(',');
    }
    if !cell.contains([',', '"', '\n', '\r']) {
        line.push_str(cell);
        return;
    }
    line.push('"');
    let one_line = cell.replace("\r\n", " ").replace(['\n', '\r'], " ");
    line.push_str(&one_line.replace('"', "\"\""));
    line.push('"');
}

/// The rows of a sheet that have cells, one at a time in memory that is used again.
struct Rows<'a> {
    reader: XlsxCellReader<'a, BufReader<FileSlice>>,
    /// The first cell of the next row, which ended this one.
    pending: Option<Cell<DataRef<'a>>>,
    /// The number of the row, from 0.
    number: u32,
    cells: Vec<String>,
    /// How many cells there are, up to the last one that is not empty.
    used: usize,
    begun: bool,
    /// Behind the last cell the reader must not be asked again.
    ended: bool,
}

impl<'a> Rows<'a> {
    fn new(reader: XlsxCellReader<'a, BufReader<FileSlice>>) -> Self {
        Self { reader, pending: None, number: 0, cells: Vec::new(), used: 0, begun: false, ended: false }
    }

    /// The cells of the row, without empty ones at its end.
    fn cells(&self) -> &[String] {
        &self.cells[..self.used]
    }

    /// Goes to the next row; false behind the last.
    fn next(&mut self) -> Result<bool, UnreadableFile> {
        self.cells.iter_mut().for_each(String::clear);
        self.used = 0;
        let first = match self.pending.take() {
            Some(cell) => Some(cell),
            None => self.next_cell()?,
        };
        let Some(first) = first else { return Ok(false) };
        let (row, _) = first.get_position();
        if row >= ROWS_MAX || (self.begun && row <= self.number) {
            return Err(senseless("its rows are not in order"));
        }
        (self.number, self.begun) = (row, true);
        let mut next = Some(first);
        while let Some(cell) = next {
            if cell.get_position().0 != row {
                self.pending = Some(cell);
                break;
            }
            self.take(&cell)?;
            next = self.next_cell()?;
        }
        Ok(true)
    }

    fn next_cell(&mut self) -> Result<Option<Cell<DataRef<'a>>>, UnreadableFile> {
        let next = if self.ended { None } else { self.reader.next_cell().map_err(damaged)? };
        self.ended = next.is_none();
        Ok(next)
    }

    fn take(&mut self, cell: &Cell<DataRef<'a>>) -> Result<(), UnreadableFile> {
        let (_, column) = cell.get_position();
        let place = usize::try_from(column).ok().filter(|_| column < COLUMNS_MAX);
        let place = place.ok_or_else(|| senseless("a cell stands beyond the last column"))?;
        if self.cells.len() <= place {
            self.cells.resize(place + 1, String::new());
        }
        let text = &mut self.cells[place];
        text.clear();
        push_text(text, cell.get_value());
        if !text.trim().is_empty() {
            self.used = self.used.max(place + 1);
        }
        Ok(())
    }
}

/// A cell as text: what a person reads in it, as far as the workbook says so without its formats.
fn push_text(text: &mut String, value: &DataRef<'_>) {
    let written = match value {
        DataRef::Empty => Ok(()),
        DataRef::String(value) | DataRef::DurationIso(value) => text.write_str(value),
        DataRef::SharedString(value) => text.write_str(value),
        DataRef::Int(value) => write!(text, "{value}"),
        // The shortest decimal that is read back as the same number; never with an exponent.
        DataRef::Float(value) => write!(text, "{value}"),
        DataRef::Bool(value) => text.write_str(if *value { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(value) => push_time(text, *value),
        DataRef::DateTimeIso(value) => text.write_str(without_midnight(&value.replacen('T', " ", 1))),
        DataRef::Error(error) => write!(text, "{error}"),
    };
    debug_assert!(written.is_ok(), "a text takes what is written to it");
}

/// A day, a day and time, or a time of day. A length of time stays the number of days that it is.
fn push_time(text: &mut String, value: ExcelDateTime) -> std::fmt::Result {
    let days = value.as_f64();
    let last_day = 2_958_466.0;
    if value.is_duration() || !(0.0..last_day).contains(&days) {
        return write!(text, "{days}");
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let is_time_of_day = days > 0.0 && days < 1.0;
    if !is_time_of_day {
        write!(text, "{year:04}-{month:02}-{day:02}")?;
        if (hour, minute, second, milli) == (0, 0, 0, 0) {
            return Ok(());
        }
        text.push(' ');
    }
    write!(text, "{hour:02}:{minute:02}:{second:02}")?;
    if milli > 0 { write!(text, ".{milli:03}") } else { Ok(()) }
}

fn without_midnight(time: &str) -> &str {
    time.strip_suffix(" 00:00:00").unwrap_or(time)
}

fn senseless(what: &str) -> UnreadableFile {
    UnreadableFile::DamagedWorkbook { what: what.to_owned() }
}

fn damaged(error: XlsxError) -> UnreadableFile {
    match error {
        XlsxError::Io(error) | XlsxError::Zip(zip::result::ZipError::Io(error)) => reason_of(error),
        XlsxError::Password => UnreadableFile::Encrypted,
        other => UnreadableFile::DamagedWorkbook { what: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};

    #[test]
    fn cells_become_what_a_person_reads() {
        let time = |days, kind| DataRef::DateTime(ExcelDateTime::new(days, kind, false));
        let moment = |days| time(days, ExcelDateTimeType::DateTime);
        let table = [
            (DataRef::Empty, ""),
            (DataRef::String("a,b".into()), "a,b"),
            (DataRef::SharedString("账"), "账"),
            (DataRef::Int(202_606), "202606"),
            (DataRef::Float(12.5), "12.5"),
            (DataRef::Float(202_606.0), "202606"),
            (DataRef::Float(0.1), "0.1"),
            (DataRef::Float(-0.01), "-0.01"),
            (DataRef::Float(1e-10), "0.0000000001"),
            (DataRef::Float(1_068_920_000_000_000.0), "1068920000000000"),
            (DataRef::Float(1e21), "1000000000000000000000"),
            (DataRef::Bool(true), "TRUE"),
            (DataRef::Error(CellErrorType::NA), "#N/A"),
            (moment(46_178.0), "2026-06-05"),
            (moment(46_178.416_666_666_664), "2026-06-05 10:00:00"),
            (moment(46_178.999_988_425_93), "2026-06-05 23:59:59"),
            (moment(0.5), "12:00:00"),
            (moment(-1.0), "-1"),
            (moment(1e300), &format!("{}", 1e300)),
            (moment(f64::NAN), "NaN"),
            (time(1.5, ExcelDateTimeType::TimeDelta), "1.5"),
            (DataRef::DateTimeIso("2026-06-05T10:00:00".into()), "2026-06-05 10:00:00"),
            (DataRef::DateTimeIso("2026-06-05T00:00:00".into()), "2026-06-05"),
        ];
        for (value, expected) in table {
            let mut text = String::new();
            push_text(&mut text, &value);
            assert_eq!(text, expected, "{value:?}");
        }
    }

    #[test]
    fn cells_are_quoted_where_csv_needs_it_and_stay_on_their_line() {
        let mut line = String::new();
        for (column, cell) in ["a", "", "b,c", "say \"hi\"", "two\r\nlines\nand\rmore", "{\"k\": 1}"].into_iter().enumerate() {
            push_cell(&mut line, column, cell);
        }
        assert_eq!(line, "a,,\"b,c\",\"say \"\"hi\"\"\",\"two lines and more\",\"{\"\"k\"\": 1}\"");
    }

    #[test]
    fn a_table_of_texts_cannot_claim_memory_that_it_does_not_fill() {
        assert_eq!(claimed_texts(b"<sst count=\"9\" uniqueCount=\"123\">"), 123);
        assert_eq!(claimed_texts(b"<sst uniqueCount='99999999999999999999999'>"), u64::MAX);
        assert_eq!((claimed_texts(b"<worksheet>"), claimed_texts(b"uniqueCount")), (0, 0));
    }

    #[test]
    fn a_cell_without_an_end_is_refused_at_the_limit() {
        let limits = Limits { cell_max: 1 << 20, ..Limits::REAL };
        let endless = (&b"<v>"[..]).chain(std::io::repeat(b'x'));
        let refused = prove_cells(endless, limits).unwrap_err();
        assert_eq!(refused, UnreadableFile::ExpandsTooFar { limit: Expansion::Bytes(1 << 20) });
        let many = b"<c>".repeat(1 << 20);
        assert_eq!(prove_cells(many.as_slice(), limits), Ok(()));
    }
}
