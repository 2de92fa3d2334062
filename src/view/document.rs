//! The one description of an answer, from which every format is rendered.
//!
//! A [`Document`] has single [`Field`]s, [`Table`]s of rows, [`Chart`]s for those who look at a page, and sections that are
//! documents themselves. It carries both faces of an answer: keys for programs, labels for people; what only one of the two
//! should see says so ([`Reader`]). A description decides nothing about format, and holds no amount that is not already in major
//! units.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::domain::code::{Code, Name};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::period::Month;
use crate::view::language::Language;

/// One value of a field or a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: `null`, an empty cell, `-` for people.
    Null,
    /// Text, possibly from outside; renderers make it harmless.
    Text(String),
    /// A word of ours, such as a kind or a state.
    Term(Term),
    /// Money in major units, `1234.50`: a string in JSON, so that no reader rounds it.
    Amount(String),
    /// A whole number.
    Count(i128),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Date(NaiveDate),
    /// A calendar month.
    Month(Month),
    /// Several values.
    List(Vec<Value>),
    /// Values with names of their own.
    Object(Vec<(String, Value)>),
}

/// A word of ours: programs always see the same, people see it in their language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    key: &'static str,
    shown: &'static str,
}

impl Term {
    /// For programs.
    pub fn key(self) -> &'static str {
        self.key
    }

    /// For people, and in sheets.
    pub fn shown(self) -> &'static str {
        self.shown
    }
}

impl Value {
    /// A word of ours.
    pub fn term(word: &'static str) -> Self {
        Self::Term(Term { key: word, shown: word })
    }

    /// The same with words of ours in a language.
    fn translate(&mut self, language: Language) {
        match self {
            Self::Term(term) => term.shown = language.word(term.key),
            Self::List(values) => values.iter_mut().for_each(|value| value.translate(language)),
            Self::Object(members) => members.iter_mut().for_each(|(_, value)| value.translate(language)),
            _ => {}
        }
    }

    /// Anything that has a text form and no kind of its own here: ids, states, times.
    pub fn text<T: ToString + ?Sized>(text: &T) -> Self {
        Self::Text(text.to_string())
    }

    /// Money, written in its currency's major units.
    pub fn amount(amount: Amount, currency: Currency) -> Self {
        Self::Amount(amount.display(currency))
    }

    /// An object with the given members, in this order.
    pub fn object<K: Into<String>, V: Into<Self>>(members: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Object(members.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

macro_rules! value_from {
    ($($source:ty => |$it:ident| $value:expr),+ $(,)?) => {
        $(impl From<$source> for Value {
            fn from($it: $source) -> Self {
                $value
            }
        })+
    };
}

value_from! {
    String => |it| Self::Text(it),
    &String => |it| Self::Text(it.clone()),
    &str => |it| Self::Text(it.to_owned()),
    Code => |it| Self::text(&it),
    &Code => |it| Self::text(it),
    Name => |it| Self::text(&it),
    &Name => |it| Self::text(it),
    Currency => |it| Self::text(&it),
    bool => |it| Self::Flag(it),
    u64 => |it| Self::Count(i128::from(it)),
    i64 => |it| Self::Count(i128::from(it)),
    u32 => |it| Self::Count(i128::from(it)),
    i32 => |it| Self::Count(i128::from(it)),
    NaiveDate => |it| Self::Date(it),
    Month => |it| Self::Month(it),
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(i128::try_from(count).expect("no machine has more than 64-bit sizes"))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// Who reads a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody at a terminal or before a page: tables and HTML.
    Person,
    /// A program or a sheet: JSON, CSV and workbooks.
    Machine,
}

/// On which side of a column its cells stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One named value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    key: &'static str,
    label: &'static str,
    value: Value,
    only_for: Option<Reader>,
}

impl Field {
    /// A field that everybody sees.
    pub fn new(key: &'static str, label: &'static str, value: impl Into<Value>) -> Self {
        Self { key, label, value: value.into(), only_for: None }
    }

    /// The same, left out of tables.
    #[must_use]
    pub fn machine_only(self) -> Self {
        Self { only_for: Some(Reader::Machine), ..self }
    }

    /// The same, left out of JSON and CSV.
    #[must_use]
    pub fn people_only(self) -> Self {
        Self { only_for: Some(Reader::Person), ..self }
    }

    /// The same, left out of tables where it says nothing.
    #[must_use]
    pub fn seen_if_any(self) -> Self {
        if self.value == Value::Null { self.machine_only() } else { self }
    }

    /// Its name for programs.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Its name for people.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// What it says.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    key: Cow<'static, str>,
    label: Cow<'static, str>,
    /// Its name in a CSV file where that is not the key.
    heading: Option<Cow<'static, str>>,
    align: Align,
    only_for: Option<Reader>,
}

impl Column {
    /// A column of words that everybody sees.
    pub fn left(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), label: label.into(), heading: None, align: Align::Left, only_for: None }
    }

    /// A column of numbers that everybody sees.
    pub fn right(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), label: label.into(), heading: None, align: Align::Right, only_for: None }
    }

    /// The same, left out of tables.
    #[must_use]
    pub fn machine_only(self) -> Self {
        Self { only_for: Some(Reader::Machine), ..self }
    }

    /// The same, left out of JSON and CSV.
    #[must_use]
    pub fn people_only(self) -> Self {
        Self { only_for: Some(Reader::Person), ..self }
    }

    /// Its name for programs.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its name for people.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its name in a CSV file: the key, or the label in a language that was asked for.
    pub fn heading(&self) -> &str {
        self.heading.as_ref().unwrap_or(&self.key)
    }

    fn translate(&mut self, language: Language) {
        if let Cow::Borrowed(label) = self.label {
            self.label = Cow::Borrowed(language.word(label));
        }
        self.heading = (language != Language::English).then(|| self.label.clone());
    }

    /// On which side its cells stand.
    pub fn align(&self) -> Align {
        self.align
    }
}

/// How a table looks to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A list of objects.
    List,
    /// One object, keyed by the first column.
    Keyed,
}

/// Rows under named columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    key: &'static str,
    title: Option<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
    /// What stands below the rows.
    totals: Vec<Vec<Value>>,
    shape: Shape,
    when_empty: Option<String>,
    only_for: Option<Reader>,
}

impl Table {
    /// A table without columns and rows yet; `key` is its name for programs, usually `rows`.
    pub fn new(key: &'static str) -> Self {
        Self {
            key,
            title: None,
            columns: Vec::new(),
            rows: Vec::new(),
            totals: Vec::new(),
            shape: Shape::List,
            when_empty: None,
            only_for: None,
        }
    }

    /// The line above it.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Adds a column of words.
    #[must_use]
    pub fn column(self, key: &'static str, label: &'static str) -> Self {
        self.with(Column::left(key, label))
    }

    /// Adds a column of numbers.
    #[must_use]
    pub fn column_right(self, key: &'static str, label: &'static str) -> Self {
        self.with(Column::right(key, label))
    }

    /// Adds a column as given, for those that not everybody sees. All columns come before the first row.
    #[must_use]
    pub fn with(mut self, column: Column) -> Self {
        assert!(self.rows.is_empty(), "a column of {} is added after a row", self.key);
        self.columns.push(column);
        self
    }

    /// In JSON, one object keyed by the first column (whose values are unique) instead of a list.
    #[must_use]
    pub fn keyed(self) -> Self {
        Self { shape: Shape::Keyed, ..self }
    }

    /// The sentence for people when there is no row; else it is `none`.
    #[must_use]
    pub fn when_empty(self, sentence: impl Into<String>) -> Self {
        Self { when_empty: Some(sentence.into()), ..self }
    }

    /// The whole table left out of what people see.
    #[must_use]
    pub fn machine_only(self) -> Self {
        Self { only_for: Some(Reader::Machine), ..self }
    }

    /// The whole table left out of JSON and CSV.
    #[must_use]
    pub fn people_only(self) -> Self {
        Self { only_for: Some(Reader::Person), ..self }
    }

    /// Adds a row: one value for each column, hidden ones included.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Value>) -> Self {
        self.push(cells);
        self
    }

    /// Adds rows.
    #[must_use]
    pub fn rows<R: IntoIterator<Item = Value>>(mut self, rows: impl IntoIterator<Item = R>) -> Self {
        for row in rows {
            self.push(row);
        }
        self
    }

    /// Adds a row to a table that is being filled in a loop.
    pub fn push(&mut self, cells: impl IntoIterator<Item = Value>) {
        let cells: Vec<Value> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.columns.len(), "a row of {} has another number of cells than the table columns", self.key);
        self.rows.push(cells);
    }

    /// Adds a row below the others that people see, and sheets: programs add up for themselves.
    pub fn total(&mut self, cells: impl IntoIterator<Item = Value>) {
        let cells: Vec<Value> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.columns.len(), "a total of {} has another number of cells than the table columns", self.key);
        self.totals.push(cells);
    }

    /// What stands below the rows.
    pub fn totals(&self) -> &[Vec<Value>] {
        &self.totals
    }

    /// The same in a language: labels, the title, and words of ours.
    #[must_use]
    pub fn translated(mut self, language: Language) -> Self {
        self.columns.iter_mut().for_each(|column| column.translate(language));
        self.rows.iter_mut().chain(&mut self.totals).flatten().for_each(|cell| cell.translate(language));
        self.title = self.title.map(|title| language.text(title));
        self.when_empty = self.when_empty.map(|sentence| language.text(sentence));
        self
    }

    /// Its name for programs.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The line above it.
    pub fn heading(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Whether JSON has it as one object.
    pub fn is_keyed(&self) -> bool {
        self.shape == Shape::Keyed
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The sentence for people when there is no row, if it has one.
    pub fn empty_sentence(&self) -> Option<&str> {
        self.when_empty.as_deref()
    }

    /// The columns that a reader sees, each with its place in a row.
    pub fn columns_for(&self, reader: Reader) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(move |(_, column)| is_for(column.only_for, reader))
    }

    /// All rows, with all cells.
    pub fn all_rows(&self) -> &[Vec<Value>] {
        &self.rows
    }
}

/// Amounts as a picture. What it shows stands in a table too: it is drawn on a page and left out everywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    form: ChartForm,
    title: String,
    unit: String,
    bars: Vec<Bar>,
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartForm {
    /// How one total becomes another, step by step: a row for each.
    Waterfall,
    /// Parts of a whole: a row for each, every bar from zero.
    Bars,
    /// What changes with time: a column for each, every bar from zero.
    Columns,
}

/// One bar of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    label: String,
    kind: BarKind,
    value: Exact,
}

/// From where a bar goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarKind {
    /// From zero to its value.
    Total,
    /// From where the bar before it ends, by its value.
    Step,
}

impl Bar {
    /// What it stands for.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// From where it goes.
    pub fn kind(&self) -> BarKind {
        self.kind
    }

    /// How far it goes, in major units; signed.
    pub fn value(&self) -> Exact {
        self.value
    }
}

impl Chart {
    /// A waterfall without bars yet; `unit` is what its values count, usually a currency.
    pub fn waterfall(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { form: ChartForm::Waterfall, title: title.into(), unit: unit.into(), bars: Vec::new() }
    }

    /// Rows of parts, without any yet.
    pub fn bars_of(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { form: ChartForm::Bars, ..Self::waterfall(title, unit) }
    }

    /// Columns over time, without any yet.
    pub fn columns_of(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { form: ChartForm::Columns, ..Self::waterfall(title, unit) }
    }

    /// How it is drawn.
    pub fn form(&self) -> ChartForm {
        self.form
    }

    /// Adds a bar from zero. What it says is drawn, also where the steps before it come to something else.
    #[must_use]
    pub fn total(self, label: impl Into<String>, value: Exact) -> Self {
        self.bar(label.into(), BarKind::Total, value)
    }

    /// Adds a bar from where the one before it ends.
    #[must_use]
    pub fn step(self, label: impl Into<String>, change: Exact) -> Self {
        self.bar(label.into(), BarKind::Step, change)
    }

    fn bar(mut self, label: String, kind: BarKind, value: Exact) -> Self {
        self.bars.push(Bar { label, kind, value });
        self
    }

    /// The line above it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What its values count.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Its bars, in their order.
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }
}

/// A part of a document that is one or several documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    key: &'static str,
    parts: Parts,
}

/// What a section holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// One document with its title: an object in JSON.
    One(String, Box<Document>),
    /// Any number of documents, each with its title: a list in JSON.
    Many(Vec<(String, Document)>),
}

impl Section {
    /// Its name for programs.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// What it holds.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }
}

/// The description of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    schema: String,
    title: Option<&'static str>,
    language: Language,
    /// The day from which a workbook says that it is.
    day: Option<NaiveDate>,
    fields: Vec<Field>,
    charts: Vec<Chart>,
    tables: Vec<Table>,
    sections: Vec<Section>,
    notices: Vec<Value>,
}

impl Document {
    /// An empty answer to a command, such as `fund-balance`.
    pub fn new(schema: impl Into<String>) -> Self {
        Self {
            schema: schema.into(),
            title: None,
            language: Language::English,
            day: None,
            fields: Vec::new(),
            charts: Vec::new(),
            tables: Vec::new(),
            sections: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Names it for people; else the command that it answers does.
    #[must_use]
    pub fn titled(self, title: &'static str) -> Self {
        Self { title: Some(title), ..self }
    }

    /// Says from which day it is, for files that have a date of their own.
    #[must_use]
    pub fn dated(self, day: NaiveDate) -> Self {
        Self { day: Some(day), ..self }
    }

    /// The same in a language: labels, titles, and words of ours. Keys never change, nor what comes from outside.
    #[must_use]
    pub fn translated(mut self, language: Language) -> Self {
        self.language = language;
        self.title = self.title.map(|title| language.word(title));
        for field in &mut self.fields {
            field.label = language.word(field.label);
            field.value.translate(language);
        }
        self.tables = self.tables.into_iter().map(|table| table.translated(language)).collect();
        for section in &mut self.sections {
            match &mut section.parts {
                Parts::One(title, part) => {
                    *title = language.text(std::mem::take(title));
                    **part = std::mem::replace(&mut **part, Self::new("")).translated(language);
                }
                // Their titles are names.
                Parts::Many(parts) => {
                    for (_, part) in parts {
                        *part = std::mem::replace(part, Self::new("")).translated(language);
                    }
                }
            }
        }
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn field(self, key: &'static str, label: &'static str, value: impl Into<Value>) -> Self {
        self.with(Field::new(key, label, value))
    }

    /// Adds a field of money.
    #[must_use]
    pub fn amount(self, key: &'static str, label: &'static str, amount: Amount, currency: Currency) -> Self {
        self.field(key, label, Value::amount(amount, currency))
    }

    /// Adds a field that people do not see.
    #[must_use]
    pub fn machine_field(self, key: &'static str, value: impl Into<Value>) -> Self {
        self.with(Field::new(key, key, value).machine_only())
    }

    /// Adds a field that programs do not see.
    #[must_use]
    pub fn people_field(self, label: &'static str, value: impl Into<Value>) -> Self {
        self.with(Field::new(label, label, value).people_only())
    }

    /// Adds a field as given.
    #[must_use]
    pub fn with(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds a chart, for those who look at a page.
    #[must_use]
    pub fn chart(mut self, chart: Chart) -> Self {
        self.charts.push(chart);
        self
    }

    /// Adds the answer of another command under a key: an object in JSON, a titled part for people.
    #[must_use]
    pub fn section(mut self, key: &'static str, title: impl Into<String>, document: Self) -> Self {
        self.sections.push(Section { key, parts: Parts::One(title.into(), Box::new(document)) });
        self
    }

    /// Adds the answers of several commands under a key: a list in JSON, titled parts for people.
    #[must_use]
    pub fn sections(mut self, key: &'static str, documents: impl IntoIterator<Item = (String, Self)>) -> Self {
        self.sections.push(Section { key, parts: Parts::Many(documents.into_iter().collect()) });
        self
    }

    /// Adds a notice, for JSON and for files that are passed on; at a terminal, people are told on standard error.
    #[must_use]
    pub fn notice(mut self, notice: impl Into<Value>) -> Self {
        self.notices.push(notice.into());
        self
    }

    /// The command that this answers, such as `fund-balance`.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Its name for people, where it has one.
    pub fn title(&self) -> Option<&'static str> {
        self.title
    }

    /// The language of its labels.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The day from which it is.
    pub fn day(&self) -> Option<NaiveDate> {
        self.day
    }

    /// The fields that a reader sees.
    pub fn fields_for(&self, reader: Reader) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| is_for(field.only_for, reader))
    }

    /// The tables that a reader sees.
    pub fn tables_for(&self, reader: Reader) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(move |table| is_for(table.only_for, reader))
    }

    /// The charts.
    pub fn charts(&self) -> &[Chart] {
        &self.charts
    }

    /// The parts that are documents.
    pub fn all_sections(&self) -> &[Section] {
        &self.sections
    }

    /// The notices.
    pub fn notices(&self) -> &[Value] {
        &self.notices
    }
}

fn is_for(only_for: Option<Reader>, reader: Reader) -> bool {
    only_for.is_none_or(|only| only == reader)
}
