//! A document as one JSON object, for programs.
//!
//! `schema` first, then fields, tables and sections in their order, then `notices` if there are any. Amounts and ids are
//! strings, counts are numbers. Rows are serialised one by one and never copied. Characters that could steer a terminal are
//! escaped, so that looking at the output is safe; a JSON reader gets them back unchanged.

use std::io;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use super::document::{Document, Parts, Reader, Table, Value};
use crate::domain::code::is_unprintable;

/// Writes the document, indented, with a line feed at its end.
pub fn render(document: &Document, writer: &mut dyn io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *writer, Printable(PrettyFormatter::new()));
    Root(document).serialize(&mut serializer)?;
    writer.write_all(b"\n")
}

/// A value in one line.
pub fn line(value: &serde_json::Value) -> String {
    let mut shown = String::new();
    for character in value.to_string().chars() {
        if is_unprintable(character) {
            shown.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(character);
        }
    }
    shown
}

struct Root<'a>(&'a Document);

impl Serialize for Root<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &format_args!("subledger/{}/1", self.0.schema()))?;
        members(self.0, &mut map)?;
        map.end()
    }
}

/// A document inside another one: the same members, no schema of its own.
struct Nested<'a>(&'a Document);

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        members(self.0, &mut map)?;
        map.end()
    }
}

fn members<M: SerializeMap>(document: &Document, map: &mut M) -> Result<(), M::Error> {
    for field in document.fields_for(Reader::Machine) {
        map.serialize_entry(field.key(), field.value())?;
    }
    for table in document.tables_for(Reader::Machine) {
        map.serialize_entry(table.key(), &Rows(table))?;
    }
    for section in document.all_sections() {
        match section.parts() {
            Parts::One(_, part) => map.serialize_entry(section.key(), &Nested(part))?,
            Parts::Many(parts) => {
                map.serialize_entry(section.key(), &parts.iter().map(|(_, part)| Nested(part)).collect::<Vec<_>>())?;
            }
        }
    }
    if !document.notices().is_empty() {
        map.serialize_entry("notices", document.notices())?;
    }
    Ok(())
}

struct Rows<'a>(&'a Table);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns: Vec<(usize, &str)> =
            self.0.columns_for(Reader::Machine).map(|(place, column)| (place, column.key())).collect();
        let rows = self.0.all_rows().iter();
        match columns.split_first() {
            Some(((name, _), members)) if self.0.is_keyed() => {
                serializer.collect_map(rows.map(|cells| (key_text(&cells[*name]), Row { columns: members, cells })))
            }
            _ => serializer.collect_seq(rows.map(|cells| Row { columns: &columns, cells })),
        }
    }
}

/// The name of a member of a keyed table.
fn key_text(value: &Value) -> String {
    match value {
        Value::Null | Value::List(_) | Value::Object(_) => String::new(),
        Value::Text(text) | Value::Amount(text) => text.clone(),
        Value::Term(term) => term.key().to_owned(),
        Value::Count(count) => count.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Month(month) => month.to_string(),
    }
}

struct Row<'a> {
    columns: &'a [(usize, &'a str)],
    cells: &'a [Value],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().map(|(place, key)| (key, &self.cells[*place])))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Text(text) | Self::Amount(text) => serializer.serialize_str(text),
            Self::Term(term) => serializer.serialize_str(term.key()),
            Self::Count(count) => serializer.serialize_i128(*count),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Date(date) => serializer.collect_str(date),
            Self::Month(month) => serializer.collect_str(month),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// The pretty form, with unprintable characters escaped as JSON escapes them.
struct Printable(PrettyFormatter<'static>);

/// Hands each of these on to the pretty form.
macro_rules! pretty {
    ($($name:ident($($argument:ident: $kind:ty)?)),+ $(,)?) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$name(writer $(, $argument)?)
        })+
    };
}

impl Formatter for Printable {
    pretty! {
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        begin_object_value(),
        end_object_value(),
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((place, character)) = rest.char_indices().find(|(_, c)| is_unprintable(*c)) {
            writer.write_all(&rest.as_bytes()[..place])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[place + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}
