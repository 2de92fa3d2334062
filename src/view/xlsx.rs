//! A document as an Excel workbook, for those who go on calculating with it.
//!
//! The first sheet has the fields and the notices, then comes one sheet for each table and the same for each section. A sheet
//! has what programs see, under the names that people know. Amounts and counts are numbers where Excel holds them exactly, which
//! is up to fifteen digits, else text; no text is ever a formula, and digits that are a name (a UID, an order number) stay text.
//! Nothing is calculated here, and the same document gives the same bytes.
//!
//! The workbook is in memory until it is written. The library could put rows into a temporary file instead, but panics where the
//! disk of that file is full.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, IgnoreError, Workbook, Worksheet, XlsxError};

use super::csv::{is_plain_number, plain, steers};
use super::document::{Column, Document, Parts, Reader, Table, Value};
use super::language::Language;

/// Rows of a sheet below its header.
const ROWS_MAX: usize = 1_048_575;

/// Digits that a number of Excel keeps.
const DIGITS_MAX: usize = 15;

/// The most decimals of an amount: what [`Exact`](crate::domain::money::Exact) has.
const DECIMALS_MAX: usize = 18;

/// The longest text of a cell and the longest name of a sheet, in units of UTF-16, as Excel counts.
const TEXT_MAX: usize = 32_767;
const NAME_MAX: usize = 31;

/// Characters between which a column's width is kept, and the rows that are looked at for it.
const WIDTH_MIN: usize = 8;
const WIDTH_MAX: usize = 60;
const WIDTH_ROWS: usize = 1_000;

/// Writes the document as a workbook.
pub fn render(document: &Document, writer: &mut dyn io::Write) -> io::Result<()> {
    writer.write_all(&bytes(document, ROWS_MAX).map_err(into_io)?)
}

/// The workbook, with no more than so many rows below a header.
pub(super) fn bytes(document: &Document, rows_max: usize) -> Result<Vec<u8>, XlsxError> {
    let mut sheets = Sheets::new(document, rows_max)?;
    sheets.summary(document)?;
    sheets.parts(None, document)?;
    sheets.workbook.save_to_buffer()
}

fn into_io(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// A workbook in the making.
struct Sheets {
    workbook: Workbook,
    formats: Formats,
    /// For what stands below the rows.
    total: Formats,
    names: Names,
    language: Language,
    rows_max: usize,
}

impl Sheets {
    fn new(document: &Document, rows_max: usize) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        // The document's day or a fixed one, since the clock would make every file another one.
        let made = match document.day().and_then(day) {
            Some(day) => day,
            None => ExcelDateTime::from_ymd(2000, 1, 1)?,
        };
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let (formats, total) = (Formats::new(Weight::Plain), Formats::new(Weight::Bold));
        Ok(Self { workbook, formats, total, names: Names::new(), language: document.language(), rows_max })
    }

    /// The first sheet: what is answered, then fields and notices.
    fn summary(&mut self, document: &Document) -> Result<(), XlsxError> {
        let schema = ("Schema", Value::Text(format!("subledger/{}/1", document.schema())));
        self.pairs(self.language.word("Summary"), &[schema], document)
    }

    /// The tables and the sections of a document, whose sheets are named after the section that they are in.
    fn parts(&mut self, within: Option<&str>, document: &Document) -> Result<(), XlsxError> {
        for table in document.tables_for(Reader::Machine) {
            self.table(&joined(within, table.heading().unwrap_or(table.key())), table)?;
        }
        for section in document.all_sections() {
            match section.parts() {
                Parts::One(title, part) => self.section(&joined(within, title), part)?,
                Parts::Many(parts) => parts.iter().try_for_each(|(title, part)| self.section(&joined(within, title), part))?,
            }
        }
        Ok(())
    }

    fn section(&mut self, title: &str, document: &Document) -> Result<(), XlsxError> {
        if document.fields_for(Reader::Machine).next().is_some() || !document.notices().is_empty() {
            self.pairs(title, &[], document)?;
        }
        self.parts(Some(title), document)
    }

    /// A sheet of labels and values.
    fn pairs(&mut self, name: &str, first: &[(&str, Value)], document: &Document) -> Result<(), XlsxError> {
        let fields = document.fields_for(Reader::Machine).map(|field| (field.label(), field.value()));
        let notices = document.notices().iter().map(|notice| (self.language.word("Notice"), notice));
        let first = first.iter().map(|(label, value)| (*label, value));
        let pairs: Vec<(&str, &Value)> = first.chain(fields).chain(notices).collect();
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(self.names.unique(name))?;
        let mut widths = [WIDTH_MIN; 2];
        for (row, (label, value)) in (0..).zip(&pairs) {
            sheet.write_string_with_format(row, 0, text(label), &self.formats.bold)?;
            self.formats.write(sheet, row, 1, value)?;
            widths = [widths[0].max(text_width(label)), widths[1].max(width(value))];
        }
        if let Some(last_row) = u32::try_from(pairs.len()).ok().and_then(|count| count.checked_sub(1)) {
            sheet.ignore_error_range(0, 1, last_row, 1, IgnoreError::NumberStoredAsText)?;
        }
        (0..).zip(widths).try_for_each(|(place, width)| set_width(sheet, place, width))
    }

    /// A sheet of rows under a header, and further ones for what it cannot hold.
    fn table(&mut self, name: &str, table: &Table) -> Result<(), XlsxError> {
        let columns: Vec<(usize, &Column)> = table.columns_for(Reader::Machine).collect();
        if table.is_empty() {
            return self.rows(name, &columns, &[], &[]);
        }
        let mut parts = table.all_rows().chunks(self.rows_max.saturating_sub(table.totals().len()).max(1)).peekable();
        while let Some(rows) = parts.next() {
            let totals = if parts.peek().is_none() { table.totals() } else { &[] };
            self.rows(name, &columns, rows, totals)?;
        }
        Ok(())
    }

    fn rows(
        &mut self,
        name: &str,
        columns: &[(usize, &Column)],
        rows: &[Vec<Value>],
        totals: &[Vec<Value>],
    ) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(self.names.unique(name))?;
        sheet.set_freeze_panes(1, 0)?;
        for (place, (cell, column)) in (0..).zip(columns) {
            sheet.write_string_with_format(0, place, text(column.label()), &self.formats.bold)?;
            let widest = rows.iter().take(WIDTH_ROWS).chain(totals).map(|row| width(&row[*cell])).max().unwrap_or(0);
            // The button of the filter stands beside the label.
            set_width(sheet, place, widest.max(text_width(column.label()) + 3))?;
        }
        let below = totals.iter().map(|cells| (cells, &self.total));
        for (row, (cells, formats)) in (1..).zip(rows.iter().map(|cells| (cells, &self.formats)).chain(below)) {
            for (place, (cell, _)) in (0..).zip(columns) {
                formats.write(sheet, row, place, &cells[*cell])?;
            }
        }
        let ends = u32::try_from(rows.len()).ok().zip(u16::try_from(columns.len()).ok().and_then(|count| count.checked_sub(1)));
        if let Some((last_row, last_column)) = ends.filter(|(last_row, _)| *last_row > 0) {
            sheet.autofilter(0, 0, last_row, last_column)?;
            sheet.ignore_error_range(1, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        }
        Ok(())
    }
}

/// How strong cells look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Plain,
    Bold,
}

/// How cells look.
struct Formats {
    bold: Format,
    text: Format,
    date: Format,
    count: Format,
    /// A number that stays text stands where numbers stand.
    right: Format,
    /// By the number of decimals.
    amounts: Vec<Format>,
}

impl Formats {
    fn new(weight: Weight) -> Self {
        let format = || if weight == Weight::Bold { Format::new().set_bold() } else { Format::new() };
        let decimals = |places: usize| if places == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(places)) };
        Self {
            bold: Format::new().set_bold(),
            text: format(),
            date: format().set_num_format("yyyy-mm-dd"),
            count: format().set_num_format("0"),
            right: format().set_align(FormatAlign::Right),
            amounts: (0..=DECIMALS_MAX).map(|places| format().set_num_format(decimals(places))).collect(),
        }
    }

    /// Puts a value into a cell, as what it is.
    fn write(&self, sheet: &mut Worksheet, row: u32, place: u16, value: &Value) -> Result<(), XlsxError> {
        let written = match value {
            Value::Null => return Ok(()),
            Value::Amount(amount) => match number(amount).zip(self.amounts.get(decimals(amount))) {
                Some((number, format)) => sheet.write_number_with_format(row, place, number, format),
                None => sheet.write_string_with_format(row, place, text(amount), &self.right),
            },
            Value::Count(count) => match number(&count.to_string()) {
                Some(number) => sheet.write_number_with_format(row, place, number, &self.count),
                None => sheet.write_string_with_format(row, place, count.to_string(), &self.right),
            },
            Value::Flag(flag) => sheet.write_boolean_with_format(row, place, *flag, &self.text),
            Value::Date(date) => match day(*date) {
                Some(day) => sheet.write_datetime_with_format(row, place, &day, &self.date),
                None => sheet.write_string_with_format(row, place, date.to_string(), &self.text),
            },
            Value::Text(_) | Value::Term(_) | Value::Month(_) | Value::List(_) | Value::Object(_) => {
                sheet.write_string_with_format(row, place, text(&plain(value)), &self.text)
            }
        };
        written.map(|_| ())
    }
}

/// The number, if Excel holds it exactly: a text that is read, never a sum.
fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    if is_plain_number(text) && digits <= DIGITS_MAX { text.parse().ok() } else { None }
}

fn decimals(number: &str) -> usize {
    number.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

/// The day as Excel counts days, if it is not before its first.
fn day(date: NaiveDate) -> Option<ExcelDateTime> {
    let (year, month, day) = (u16::try_from(date.year()).ok()?, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    if year < 1900 { None } else { ExcelDateTime::from_ymd(year, month, day).ok() }
}

/// A text that a cell can hold: without what has no place in it, and cut if it is too long.
fn text(text: &str) -> Cow<'_, str> {
    let unfit = |character: char| steers(character) || matches!(character, '\u{fffe}' | '\u{ffff}');
    let fit: Cow<'_, str> = if text.contains(unfit) { Cow::Owned(text.replace(unfit, " ")) } else { Cow::Borrowed(text) };
    if start(&fit, TEXT_MAX).len() == fit.len() {
        return fit;
    }
    Cow::Owned(format!("{}…", start(&fit, TEXT_MAX - 1)))
}

/// The start of a text that has so many units of UTF-16 at most.
fn start(text: &str, units: usize) -> &str {
    // No character has more units than bytes.
    if text.len() <= units {
        return text;
    }
    let mut counted = 0;
    let end = text.char_indices().find(|(_, character)| {
        counted += character.len_utf16();
        counted > units
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// The names that sheets have by now.
struct Names(BTreeSet<String>);

impl Names {
    /// None, but the one that Excel keeps for itself.
    fn new() -> Self {
        Self(BTreeSet::from(["history".to_owned()]))
    }

    /// The name as far as a sheet can have it, with a number if it is taken.
    fn unique(&mut self, wanted: &str) -> String {
        let clean = text(wanted).replace(['[', ']', ':', '*', '?', '/', '\\'], "-").replace(['\n', '\t'], " ");
        let clean = clean.trim_matches([' ', '\'']);
        let clean = if clean.is_empty() { "Sheet" } else { clean };
        let numbered = |number: usize| {
            let suffix = if number == 1 { String::new() } else { format!(" ({number})") };
            format!("{}{suffix}", start(clean, NAME_MAX - suffix.len()).trim_end_matches([' ', '\'']))
        };
        (1..=usize::MAX).map(numbered).find(|name| self.0.insert(name.to_lowercase())).expect("numbers do not end")
    }
}

fn joined(within: Option<&str>, name: &str) -> String {
    within.map_or_else(|| name.to_owned(), |within| format!("{within} {name}"))
}

fn set_width(sheet: &mut Worksheet, place: u16, width: usize) -> Result<(), XlsxError> {
    let width = u16::try_from(width.clamp(WIDTH_MIN, WIDTH_MAX)).map_or(0.0, f64::from);
    sheet.set_column_width(place, width)?;
    Ok(())
}

/// How wide a value is, with what separates the thousands of an amount.
fn width(value: &Value) -> usize {
    let written = text_width(&plain(value));
    if let Value::Amount(_) = value { written + written / 3 } else { written + 1 }
}

/// How wide a text is, in characters; a Chinese one is as wide as two.
fn text_width(text: &str) -> usize {
    text.chars().take(WIDTH_MAX).map(|character| if character < '\u{1100}' { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;
    use crate::view::document::Table;
    use crate::view::tests::balance;

    type Read = Xlsx<Cursor<Vec<u8>>>;

    fn read(document: &Document, rows_max: usize) -> Read {
        Xlsx::new(Cursor::new(bytes(document, rows_max).unwrap())).unwrap()
    }

    fn rows(workbook: &mut Read, sheet: &str) -> Vec<Vec<Data>> {
        workbook.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
    }

    fn string(text: &str) -> Data {
        Data::String(text.to_owned())
    }

    /// The cells of a table of one column.
    fn cells(values: impl IntoIterator<Item = Value>) -> Vec<Data> {
        let table = Table::new("rows").column("value", "Value").rows(values.into_iter().map(|value| [value]));
        let mut workbook = read(&Document::new("cells").table(table), ROWS_MAX);
        rows(&mut workbook, "rows").into_iter().skip(1).map(|mut row| row.remove(0)).collect()
    }

    /// A part of the file, as it stands in it.
    fn part(document: &Document, name: &str) -> String {
        let file = bytes(document, ROWS_MAX).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        io::read_to_string(archive.by_name(name).unwrap()).unwrap()
    }

    #[test]
    fn every_table_is_a_sheet_after_the_summary() {
        let mut workbook = read(&balance(), ROWS_MAX);
        assert_eq!(workbook.sheet_names(), ["Summary", "rows", "Classes", "Groups"]);
        let summary = rows(&mut workbook, "Summary");
        let labels: Vec<String> = summary.iter().map(|row| row[0].to_string()).collect();
        assert_eq!(labels, ["Schema", "Group", "Name", "Currency", "Deposits", "As of", "Period", "Frozen", "revision", "Notice"]);
        assert_eq!(summary[0][1], string("subledger/fund-balance/1"));
        assert_eq!(summary[4][1], Data::Float(-1234.5));
        assert!(
            matches!(&summary[5][1], Data::DateTime(day) if day.to_ymd_hms_milli() == (2026, 6, 30, 0, 0, 0, 0)),
            "{summary:?}"
        );
        assert_eq!(summary[6][1], string("2026-06"));
        assert_eq!(summary[7][1], Data::Bool(false));
        assert_eq!(summary[9][1], string("notice=list-price; group=acme"));
        let accounts = rows(&mut workbook, "rows");
        assert_eq!(accounts[0], ["Account", "Name", "UID", "Orders", "Funds"].map(string));
        let (uid, orders, funds) = (string("1000000000000001"), Data::Float(12.0), Data::Float(10_000.5));
        assert_eq!(accounts[1], [string("prod"), string("生产环境"), uid, orders, funds]);
        assert_eq!(accounts[2][1..3], [string("a [31m b\nc"), Data::Empty]);
        assert_eq!(rows(&mut workbook, "Groups"), [[string("Group")]]);
    }

    #[test]
    fn amounts_are_numbers_where_they_are_exact() {
        let amount = |text: &str| Value::Amount(text.to_owned());
        let found = cells([
            amount("-0.05"),
            amount("1234567890123.45"),
            amount("12345678901234.56"),
            amount("0.000000000000000001"),
            amount("0"),
            amount("no number"),
            999_999_999_999_999_i64.into(),
            1_000_000_000_000_000_i64.into(),
        ]);
        assert_eq!(found[..3], [Data::Float(-0.05), Data::Float(1_234_567_890_123.45), string("12345678901234.56")]);
        assert_eq!(found[3..6], [Data::Float(1e-18), Data::Float(0.0), string("no number")]);
        assert_eq!(found[6..], [Data::Float(999_999_999_999_999.0), string("1000000000000000")]);
        let formats = part(&balance(), "xl/styles.xml");
        assert!(formats.contains("\"yyyy\\-mm\\-dd\"") || formats.contains("\"yyyy-mm-dd\""), "{formats}");
        let sheet = part(&Document::new("a").field("rate", "Rate", amount("0.1250")), "xl/styles.xml");
        assert!(sheet.contains("formatCode=\"#,##0.0000\""), "{sheet}");
    }

    #[test]
    fn text_is_never_a_formula_nor_a_number() {
        let hostile =
            ["=HYPERLINK(\"http://x\")", "+86", "-5", "@x", "1000000000000001", "007", "{=1}", "_x0041_", " a ", "http://x"];
        assert_eq!(cells(hostile.map(Value::from)), hostile.map(string));
        let table = Table::new("rows").column("text", "Text").rows(hostile.map(|text| [text.into()]));
        let sheet = part(&Document::new("hostile").table(table), "xl/worksheets/sheet2.xml");
        assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{sheet}");
    }

    #[test]
    fn texts_fit_into_cells() {
        let long = "云".repeat(TEXT_MAX + 5);
        let found = cells([
            "a\u{0}b\u{1b}c\u{202e}d\u{fffe}e\r\n\tf".into(),
            long.as_str().into(),
            "x".repeat(TEXT_MAX).into(),
            "🎲".repeat(TEXT_MAX).into(),
            vec!["=a", "b"].into(),
            Value::object([("class", "usage"), ("count", "3")]),
            Value::Date(NaiveDate::from_ymd_opt(1899, 12, 31).unwrap()),
        ]);
        assert_eq!(found[0], string("a b c d e \n\tf"));
        assert_eq!(found[1], string(&format!("{}…", "云".repeat(TEXT_MAX - 1))));
        assert_eq!(found[2], string(&"x".repeat(TEXT_MAX)));
        assert_eq!(found[3], string(&format!("{}…", "🎲".repeat(TEXT_MAX / 2))));
        assert_eq!(found[4..], [string("=a; b"), string("class=usage; count=3"), string("1899-12-31")]);
    }

    #[test]
    fn what_a_sheet_cannot_hold_goes_on_in_the_next() {
        let table = Table::new("rows").title("Orders").column_right("n", "N").rows((1..=5_i64).map(|n| [n.into()]));
        let mut workbook = read(&Document::new("order-list").table(table), 2);
        assert_eq!(workbook.sheet_names(), ["Summary", "Orders", "Orders (2)", "Orders (3)"]);
        assert_eq!(rows(&mut workbook, "Orders (2)"), [[string("N")], [Data::Float(3.0)], [Data::Float(4.0)]]);
        assert_eq!(rows(&mut workbook, "Orders (3)"), [[string("N")], [Data::Float(5.0)]]);
    }

    #[test]
    fn names_of_sheets_are_what_excel_takes() {
        let mut names = Names::new();
        let mut unique = |name: &str| names.unique(name);
        assert_eq!(["Orders", "ORDERS", "orders"].map(&mut unique), ["Orders", "ORDERS (2)", "orders (3)"]);
        assert_eq!(["History", "", "'a'", "[b]:*?/\\"].map(&mut unique), ["History (2)", "Sheet", "a", "-b------"]);
        assert_eq!(unique(&"x".repeat(40)), "x".repeat(31));
        assert_eq!(unique(&"X".repeat(40)), format!("{} (2)", "X".repeat(27)));
        assert_eq!(unique(&"🎲".repeat(40)), "🎲".repeat(15));
        assert_eq!(unique("a\u{202e}b\nc"), "a b c");
    }

    #[test]
    fn sections_are_further_sheets() {
        let import = Document::new("bill-import")
            .field("bill", "Bill", "b1")
            .table(Table::new("rejected").title("Rejected").column("line", "Line").row([7_u64.into()]));
        let document = Document::new("month-end").sections("bills", [("Bill june.csv".to_owned(), import)]).section(
            "close",
            "Close",
            Document::new("period-close").notice("odd"),
        );
        let mut workbook = read(&document, ROWS_MAX);
        assert_eq!(workbook.sheet_names(), ["Summary", "Bill june.csv", "Bill june.csv Rejected", "Close"]);
        assert_eq!(rows(&mut workbook, "Bill june.csv"), [["Bill", "b1"].map(string)]);
        assert_eq!(rows(&mut workbook, "Close"), [["Notice", "odd"].map(string)]);
    }

    #[test]
    fn a_header_stays_in_sight_and_filters() {
        let sheet = part(&balance(), "xl/worksheets/sheet2.xml");
        assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter ref=\"A1:E3\"/>"), "{sheet}");
        assert!(!part(&balance(), "xl/worksheets/sheet4.xml").contains("autoFilter"), "nothing to filter");
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let first = bytes(&balance(), ROWS_MAX).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2_100));
        assert!(first == bytes(&balance(), ROWS_MAX).unwrap());
        assert!(part(&balance(), "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
    }

    #[test]
    fn a_writer_that_fails_is_told_as_it_is() {
        struct Full;
        impl io::Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(render(&balance(), &mut Full).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
