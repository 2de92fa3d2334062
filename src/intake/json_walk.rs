//! Walks through saved answers of the provider's bill operations, item by item, without ever holding more than one value.
//!
//! A file may hold one answer, several one after the other, or an array of them. No number ever becomes a floating one: its text
//! is taken as it stands. It must never pass over damage: what is no JSON, or says a thing twice, is refused with its place.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::{BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::refusal::UnreadableFile;
use crate::intake::table::shortened;

/// How many bytes an item may have, or anything between two items.
const ITEM_MAX: u64 = 16 << 20;
/// How many different fields items may have, or fields a page.
const FIELDS_MAX: usize = 1_000;

/// Operations whose answers are known and are no bill of lines, by a field of their data.
const NO_BILLS: &[(&str, &str)] = &[
    ("OrderList", "QueryOrders or GetOrderDetail"),
    ("AccountTransactionsList", "QueryAccountTransactions"),
    ("BillLinkCSV", "GetMonthlyBill or GetDailyBill"),
    ("AvailableAmount", "QueryAccountBalance"),
    ("FinancialRelationInfoList", "QueryRelationList"),
];

/// Who is told what stands in the file, in its order. What it refuses ends the walk.
pub(super) trait Sink {
    /// One field of an item, by its place in the names.
    fn cell(&mut self, field: usize, name: &str, text: &str);
    /// The item is complete.
    fn end_item(&mut self) -> Result<(), UnreadableFile>;
    /// The page is complete, with the fields that stood before and behind its items.
    fn end_page(&mut self, page: &Page, names: &[String]) -> Result<(), UnreadableFile>;
}

/// What stands on a page beside its items; empty where it does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// `true` or `false`.
    pub(super) success: String,
    /// `Success`, `200`, or the name of an error.
    pub(super) code: String,
    /// The error in words.
    pub(super) message: String,
    /// The billing month.
    pub(super) cycle: String,
    /// The account that asked.
    pub(super) account: String,
    /// Its login name.
    pub(super) account_name: String,
    /// How many items all pages of the query have together.
    pub(super) total: String,
    /// Whether it has a list of items, be it an empty one.
    pub(super) has_items: bool,
    /// Whether the list stands in an `Item` of its own, as the `Query…` operations have it.
    pub(super) is_nested: bool,
    /// How many items it has.
    pub(super) items: u64,
    /// The operation, where the data is of one that has no bill lines.
    pub(super) no_bill: Option<&'static str>,
}

/// The names of the items' fields, in the order in which they were first seen.
#[derive(Default)]
pub(super) struct Names {
    /// The names.
    pub(super) all: Vec<String>,
    next: usize,
}

impl Names {
    /// The place of a name; items have their fields in the same order, so it is mostly the one after the last.
    fn place(&mut self, name: &str) -> Option<usize> {
        let is_next = self.all.get(self.next).is_some_and(|expected| expected == name);
        let found = if is_next { Some(self.next) } else { self.all.iter().position(|known| known == name) };
        let place = match found {
            Some(place) => place,
            None if self.all.len() == FIELDS_MAX => return None,
            None => {
                self.all.push(name.to_owned());
                self.all.len() - 1
            }
        };
        self.next = place + 1;
        Some(place)
    }
}

/// Walks through a file from its beginning to its end.
pub(super) fn walk(reader: impl Read, names: &mut Names, sink: &mut dyn Sink) -> Result<(), UnreadableFile> {
    let since_item = Rc::new(Cell::new(0));
    let reader = BufReader::with_capacity(64 << 10, Metered { inner: reader, since_item: Rc::clone(&since_item) });
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut walk = Walk { names, sink, seen_in: Vec::new(), item: 0, since_item, refused: None };
    loop {
        match json.end() {
            Ok(()) => return Ok(()),
            Err(error) if error.is_io() => return Err(malformed(&error)),
            Err(_) => {}
        }
        if let Err(error) = FileSeed(&mut walk).deserialize(&mut json) {
            return Err(walk.refused.unwrap_or_else(|| malformed(&error)));
        }
    }
}

fn malformed(error: &serde_json::Error) -> UnreadableFile {
    let (line, column) = (error.line() as u64, error.column() as u64);
    let (message, place) = (error.to_string(), format!(" at line {line} column {column}"));
    let message = shortened(message.strip_suffix(&place).unwrap_or(&message));
    if error.is_io() { UnreadableFile::Io { message } } else { UnreadableFile::Json { line, column, message } }
}

/// Counts what is read since the last item, so that one endless value does not fill the memory.
struct Metered<R> {
    inner: R,
    since_item: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since_item.get() > ITEM_MAX {
            return Err(std::io::Error::other("a value in it is longer than 16 MiB"));
        }
        let read = self.inner.read(buffer)?;
        self.since_item.set(self.since_item.get() + read as u64);
        Ok(read)
    }
}

struct Walk<'w> {
    names: &'w mut Names,
    sink: &'w mut dyn Sink,
    /// For each name the number of the item that had it last.
    seen_in: Vec<u64>,
    item: u64,
    since_item: Rc<Cell<u64>>,
    refused: Option<UnreadableFile>,
}

impl Walk<'_> {
    /// Ends the walk by an error of the deserializer; the refusal itself is kept beside it.
    fn taken<E: serde::de::Error>(&mut self, outcome: Result<(), UnreadableFile>) -> Result<(), E> {
        outcome.map_err(|reason| {
            self.refused = Some(reason);
            E::custom("refused")
        })
    }
}

/// The fields of one object, none of them twice.
#[derive(Default)]
struct Keys(Vec<String>);

impl Keys {
    fn take<E: serde::de::Error>(&mut self, key: &str) -> Result<(), E> {
        if self.0.iter().any(|seen| seen == key) {
            return Err(twice(key));
        }
        if self.0.len() == FIELDS_MAX {
            return Err(too_many());
        }
        self.0.push(key.to_owned());
        Ok(())
    }
}

fn twice<E: serde::de::Error>(key: &str) -> E {
    E::custom(format_args!("the field {:?} stands twice", shortened(key)))
}

fn too_many<E: serde::de::Error>() -> E {
    E::custom(format_args!("more than {FIELDS_MAX} different fields"))
}

/// A value as the text of a cell.
fn scalar<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    let raw: Box<RawValue> = map.next_value()?;
    cell_text(raw.get()).map(Cow::into_owned).map_err(A::Error::custom)
}

/// Passes over a value that says nothing about a bill.
fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value().map(|IgnoredAny| ())
}

/// A JSON value as a cell has it: texts without their quotes, numbers with all their digits, nothing for null, and anything
/// that is nested as it stands.
fn cell_text(raw: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    match raw.as_bytes() {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Ok(Cow::Borrowed(&raw[1..raw.len() - 1])),
        [b'"', ..] => serde_json::from_str::<String>(raw).map(Cow::Owned),
        b"null" => Ok(Cow::Borrowed("")),
        [b'-' | b'0'..=b'9', ..] => Ok(plain_number(raw)),
        _ => Ok(Cow::Borrowed(raw)),
    }
}

/// A number without an exponent, digit by digit: programs write 0.00000001 as `1E-8`.
fn plain_number(text: &str) -> Cow<'_, str> {
    /// Far beyond any amount; longer ones are left as they are, and refused where an amount is expected.
    const PLACES_MAX: usize = 64;
    let as_it_stands = Cow::Borrowed(text);
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return as_it_stands };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_negative = exponent.starts_with('-');
    let Ok(places) = exponent.trim_start_matches(['+', '-']).parse::<usize>() else { return as_it_stands };
    if places > PLACES_MAX {
        return as_it_stands;
    }
    let zeros = "0".repeat(places);
    let digits = if is_negative { format!("{zeros}{whole}{fraction}") } else { format!("{whole}{fraction}{zeros}") };
    let point = if is_negative { whole.len() } else { whole.len() + places };
    let (whole, fraction) = digits.split_at(point);
    let whole = Some(whole.trim_start_matches('0')).filter(|whole| !whole.is_empty()).unwrap_or("0");
    let fraction = fraction.trim_end_matches('0');
    Cow::Owned(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// An answer, or an array of answers.
struct FileSeed<'s, 'w>(&'s mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for FileSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FileSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer of a bill operation, or an array of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        PageSeed(self.0).visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pages: A) -> Result<(), A::Error> {
        while pages.next_element_seed(PageSeed(self.0))?.is_some() {}
        Ok(())
    }
}

/// One answer.
struct PageSeed<'s, 'w>(&'s mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for PageSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PageSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer of a bill operation")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut page, mut keys) = (Page::default(), Keys::default());
        while let Some(key) = map.next_key::<String>()? {
            keys.take(&key)?;
            match key.as_str() {
                "Data" => map.next_value_seed(DataSeed { page: &mut page, walk: &mut *self.0 })?,
                "Success" => page.success = scalar(&mut map)?,
                "Code" => page.code = scalar(&mut map)?,
                "Message" => page.message = scalar(&mut map)?,
                _ => skip(&mut map)?,
            }
        }
        self.0.since_item.set(0);
        let outcome = self.0.sink.end_page(&page, &self.0.names.all);
        self.0.taken(outcome)
    }
}

/// The data of an answer.
struct DataSeed<'s, 'w> {
    page: &'s mut Page,
    walk: &'s mut Walk<'w>,
}

impl<'de> DeserializeSeed<'de> for DataSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DataSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the data of an answer")
    }

    /// A saved error may have a text or nothing in place of data.
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { page, walk } = self;
        let mut keys = Keys::default();
        while let Some(key) = map.next_key::<String>()? {
            keys.take(&key)?;
            match key.as_str() {
                "Items" => map.next_value_seed(ItemsSeed { may_nest: true, page: &mut *page, walk: &mut *walk })?,
                // The pager of the provider's own command line leaves out the level between.
                "Item" => {
                    page.is_nested = true;
                    map.next_value_seed(ItemsSeed { may_nest: false, page: &mut *page, walk: &mut *walk })?;
                }
                "BillingCycle" => page.cycle = scalar(&mut map)?,
                "AccountID" => page.account = scalar(&mut map)?,
                "AccountName" => page.account_name = scalar(&mut map)?,
                "TotalCount" => page.total = scalar(&mut map)?,
                other => {
                    let no_bill = NO_BILLS.iter().find(|(field, _)| *field == other).map(|(_, operation)| *operation);
                    page.no_bill = page.no_bill.or(no_bill);
                    skip(&mut map)?;
                }
            }
        }
        Ok(())
    }
}

/// The list of items, or an object whose `Item` is the list.
struct ItemsSeed<'s, 'w> {
    may_nest: bool,
    page: &'s mut Page,
    walk: &'s mut Walk<'w>,
}

impl<'de> DeserializeSeed<'de> for ItemsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list of a page's items")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.page.has_items = true;
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.page.items > 0 {
            return Err(twice("Item"));
        }
        self.page.has_items = true;
        while items.next_element_seed(ItemSeed(&mut *self.walk))?.is_some() {
            self.page.items += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.may_nest {
            return Err(A::Error::custom("an object where the list of a page's items is expected"));
        }
        let mut keys = Keys::default();
        while let Some(key) = map.next_key::<String>()? {
            keys.take(&key)?;
            if key == "Item" {
                self.page.is_nested = true;
                map.next_value_seed(ItemsSeed { may_nest: false, page: &mut *self.page, walk: &mut *self.walk })?;
            } else {
                skip(&mut map)?;
            }
        }
        self.page.has_items = true;
        Ok(())
    }
}

/// One item.
struct ItemSeed<'s, 'w>(&'s mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item of a bill")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let walk = self.0;
        walk.item += 1;
        walk.since_item.set(0);
        walk.names.next = 0;
        while let Some(field) = map.next_key_seed(NameSeed(&mut *walk.names))? {
            walk.seen_in.resize(walk.names.all.len(), 0);
            let name = &walk.names.all[field];
            if std::mem::replace(&mut walk.seen_in[field], walk.item) == walk.item {
                return Err(twice(name));
            }
            let raw: Box<RawValue> = map.next_value()?;
            let text = cell_text(raw.get()).map_err(A::Error::custom)?;
            walk.sink.cell(field, name, &text);
        }
        let outcome = walk.sink.end_item();
        walk.taken(outcome)
    }
}

/// The name of an item's field.
struct NameSeed<'n>(&'n mut Names);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<usize, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<usize, E> {
        self.0.place(name).ok_or_else(too_many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_cells_without_changing_a_digit() {
        let table = [
            ("\"a\"", "a"),
            ("\"\"", ""),
            (r#""a\"b\u4ef7\t""#, "a\"b价\t"),
            ("null", ""),
            ("true", "true"),
            ("0.10", "0.10"),
            ("-123456789012345678901234567890.123456789", "-123456789012345678901234567890.123456789"),
            ("1e2", "100"),
            ("1.5E-8", "0.000000015"),
            ("-1.25e+1", "-12.5"),
            ("12.5e-1", "1.25"),
            ("0E-10", "0"),
            ("1.20e1", "12"),
            ("1e65", "1e65"),
            ("1e99999999999999999999", "1e99999999999999999999"),
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("[1]", "[1]"),
        ];
        for (raw, cell) in table {
            assert_eq!(cell_text(raw).unwrap(), cell, "{raw}");
        }
        assert!(cell_text(r#""\ud800""#).is_err());
    }

    #[test]
    fn an_endless_value_does_not_fill_the_memory() {
        struct Nobody;
        impl Sink for Nobody {
            fn cell(&mut self, _: usize, _: &str, _: &str) {}
            fn end_item(&mut self) -> Result<(), UnreadableFile> {
                Ok(())
            }
            fn end_page(&mut self, _: &Page, _: &[String]) -> Result<(), UnreadableFile> {
                Ok(())
            }
        }
        for beginning in ["{\"Data\":{\"Items\":[{\"Tag\":\"", "{\"Other\":\""] {
            let endless = beginning.as_bytes().chain(std::io::repeat(b'x'));
            let refused = walk(endless, &mut Names::default(), &mut Nobody).unwrap_err();
            assert_eq!(refused, UnreadableFile::Io { message: "a value in it is longer than 16 MiB".into() });
        }
        let endless = "{\"Data\":{\"Items\":[{\"Tag\":".as_bytes().chain(std::io::repeat(b'['));
        assert!(walk(endless, &mut Names::default(), &mut Nobody).is_err());
    }
}
