//! A document as CSV, RFC 4180: for sheets and for programs that want one.
//!
//! A sheet takes a cell such as `=cmd()` for a formula: no cell that is not a number may begin one. Control characters never
//! pass, except line feeds and tabs inside a cell.

use std::borrow::Cow;
use std::io;

use super::document::{Document, Reader, Table, Value};
use crate::domain::code::is_unprintable;

/// Who will open the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Anything that reads RFC 4180.
    #[default]
    Plain,
    /// Excel: a byte order mark, so that it reads UTF-8, and long digits such as UIDs as text, so that it does not round them.
    Excel,
}

/// Writes the document's first table; the fields as a single row if it has none.
pub fn render(document: &Document, dialect: Dialect, writer: &mut dyn io::Write) -> io::Result<()> {
    if let Some(table) = document.tables_for(Reader::Machine).next() {
        return render_table(table, dialect, writer);
    }
    let (keys, values): (Vec<_>, Vec<_>) =
        document.fields_for(Reader::Machine).map(|field| (field.key(), cell(field.value(), dialect))).unzip();
    write_records(dialect, writer, |records| {
        records.write_record(keys)?;
        records.write_record(values.iter().map(|value| value.as_bytes()))
    })
}

/// Writes one table: a header row of keys, or of labels in a language that was asked for, then its rows.
pub fn render_table(table: &Table, dialect: Dialect, writer: &mut dyn io::Write) -> io::Result<()> {
    let (places, keys): (Vec<_>, Vec<_>) =
        table.columns_for(Reader::Machine).map(|(place, column)| (place, column.heading())).unzip();
    write_records(dialect, writer, |records| {
        records.write_record(keys)?;
        for row in table.all_rows() {
            for place in &places {
                records.write_field(cell(&row[*place], dialect).as_bytes())?;
            }
            records.write_record(None::<&[u8]>)?;
        }
        Ok(())
    })
}

type Records<'a> = csv::Writer<&'a mut dyn io::Write>;

fn write_records<'a>(
    dialect: Dialect,
    writer: &'a mut dyn io::Write,
    fill: impl FnOnce(&mut Records<'a>) -> csv::Result<()>,
) -> io::Result<()> {
    if dialect == Dialect::Excel {
        writer.write_all("\u{feff}".as_bytes())?;
    }
    let mut records = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(writer);
    fill(&mut records).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })?;
    records.flush()
}

fn cell(value: &Value, dialect: Dialect) -> Cow<'_, str> {
    match value {
        Value::Text(text) if dialect == Dialect::Excel && is_long_digits(text) => Cow::Owned(format!("=\"{text}\"")),
        other => neutral(plain(other)),
    }
}

/// A value as one text, as it stands.
pub(super) fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Text(text) | Value::Amount(text) => Cow::Borrowed(text),
        Value::Term(term) => Cow::Borrowed(term.shown()),
        Value::Count(count) => Cow::Owned(count.to_string()),
        Value::Flag(true) => Cow::Borrowed("true"),
        Value::Flag(false) => Cow::Borrowed("false"),
        Value::Date(date) => Cow::Owned(date.to_string()),
        Value::Month(month) => Cow::Owned(month.to_string()),
        Value::List(values) => Cow::Owned(values.iter().map(plain).collect::<Vec<_>>().join("; ")),
        Value::Object(members) => {
            Cow::Owned(members.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join("; "))
        }
    }
}

/// The text with a leading apostrophe if a sheet would take it for a formula, and without control characters.
fn neutral(text: Cow<'_, str>) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_plain_number(&text);
    if !formula && !text.contains(steers) {
        return text;
    }
    let apostrophe = formula.then_some('\'');
    Cow::Owned(apostrophe.into_iter().chain(text.chars().map(|c| if steers(c) { ' ' } else { c })).collect())
}

/// Whether a character has no place in a cell: controls but line feeds and tabs, and what turns the writing direction.
pub(super) fn steers(character: char) -> bool {
    is_unprintable(character) && character != '\n' && character != '\t'
}

/// Digits with at most one point inside, perhaps with a minus: what this tool writes as a number. A leading plus is a telephone
/// number or a formula, never a number of ours.
pub(super) fn is_plain_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let magnitude = text.strip_prefix('-').unwrap_or(text);
    match magnitude.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(magnitude),
    }
}

/// Whether Excel would show it as a rounded number: a UID, an order number.
fn is_long_digits(text: &str) -> bool {
    text.len() > 11 && text.bytes().all(|b| b.is_ascii_digit())
}
