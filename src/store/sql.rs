//! Domain values as SQLite stores them.
//!
//! Each has one form in the book, and no other one is read: SQL compares the text, and to it `cny` is another currency than `CNY`.
//! So whoever gives a stored type another form, such as one more field, gives the book another version, and an upgrade.

use std::fmt::Display;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

use crate::domain::bill::OrderNumber;
use crate::domain::money::{Amount, Exact};
use crate::domain::period::Month;
use crate::domain::rate::Discount;

/// Bill line amounts are counted in steps of 10^-10.
const LINE_STEP: i128 = 100_000_000;

/// An exact amount of a bill line: INTEGER of 10^-10, TEXT where that does not fit.
pub(super) struct LineAmount(pub(super) Exact);

impl ToSql for LineAmount {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let mantissa = self.0.mantissa();
        let steps = (mantissa % LINE_STEP == 0).then(|| i64::try_from(mantissa / LINE_STEP).ok()).flatten();
        Ok(ToSqlOutput::Owned(steps.map_or_else(|| Value::Text(self.0.to_string()), Value::Integer)))
    }
}

impl FromSql for LineAmount {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Integer(steps) => Ok(Self(Exact::from_mantissa(i128::from(steps) * LINE_STEP))),
            ValueRef::Text(text) => {
                let amount = Self(Exact::parse(text).map_err(|e| FromSqlError::Other(Box::new(e)))?);
                match amount.to_sql() {
                    Ok(ToSqlOutput::Owned(Value::Text(written))) if written.as_bytes() == text => Ok(amount),
                    _ => Err(otherwise_written()),
                }
            }
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// An order number: INTEGER where it is plain, TEXT where not, NULL where there is none.
pub(super) struct StoredOrderNumber<'a>(pub(super) OrderNumber<'a>);

impl ToSql for StoredOrderNumber<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            OrderNumber::Absent => ToSqlOutput::Borrowed(ValueRef::Null),
            OrderNumber::Plain(number) => ToSqlOutput::Borrowed(ValueRef::Integer(number)),
            OrderNumber::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// Reads one back.
pub(super) fn order_number(value: ValueRef<'_>) -> FromSqlResult<OrderNumber<'_>> {
    match value {
        ValueRef::Null => Ok(OrderNumber::Absent),
        ValueRef::Integer(number) => Ok(OrderNumber::Plain(number)),
        ValueRef::Text(text) => match OrderNumber::of(std::str::from_utf8(text).map_err(|e| FromSqlError::Other(Box::new(e)))?) {
            text @ OrderNumber::Text(_) => Ok(text),
            _ => Err(otherwise_written()),
        },
        _ => Err(FromSqlError::InvalidType),
    }
}

/// `NULL` for zero, to keep rows small.
pub(super) fn unless_zero(amount: Exact) -> Option<LineAmount> {
    (!amount.is_zero()).then_some(LineAmount(amount))
}

/// 20260630.
pub(super) fn day(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// The date of 20260630.
pub(super) fn date_of(day: i64) -> FromSqlResult<NaiveDate> {
    let year = i32::try_from(day / 10_000).map_err(|_| FromSqlError::OutOfRange(day))?;
    let part = |n: i64| u32::try_from(n % 100).map_err(|_| FromSqlError::OutOfRange(day));
    NaiveDate::from_ymd_opt(year, part(day / 100)?, part(day)?).ok_or(FromSqlError::OutOfRange(day))
}

/// A value that cannot be read, with the name of its column and of its row.
fn failed(row: &Row<'_>, index: usize, error: &FromSqlError) -> rusqlite::Error {
    let name = |index| row.as_ref().column_name(index).unwrap_or_default();
    // The first column says which row it is, unless it is the text itself.
    let of = match row.get_ref(0) {
        Ok(ValueRef::Integer(number)) if index > 0 => format!(" of {} {number}", name(0)),
        Ok(ValueRef::Text(text)) if index > 0 && name(0) == "code" => format!(" of {}", String::from_utf8_lossy(text)),
        _ => String::new(),
    };
    let what = format!("{}{of}: {error}", name(index));
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, what.into())
}

/// The value is one that the book writes in another form.
fn otherwise_written() -> FromSqlError {
    FromSqlError::Other("not in the form in which the book writes it".into())
}

/// A text that is compared while it is written.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn take(&mut self, written: &[u8]) -> bool {
        let rest = self.0.strip_prefix(written);
        self.0 = rest.unwrap_or_default();
        rest.is_some()
    }
}

impl std::fmt::Write for Rest<'_> {
    fn write_str(&mut self, written: &str) -> std::fmt::Result {
        if self.take(written.as_bytes()) { Ok(()) } else { Err(std::fmt::Error) }
    }
}

impl std::io::Write for Rest<'_> {
    fn write(&mut self, written: &[u8]) -> std::io::Result<usize> {
        if self.take(written) { Ok(written.len()) } else { Err(std::io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether a text is what the book writes for a value.
fn is_written(value: &impl Display, text: &str) -> bool {
    use std::fmt::Write as _;
    let mut rest = Rest(text.as_bytes());
    write!(rest, "{value}").is_ok() && rest.0.is_empty()
}

/// The same for JSON.
fn is_json_of(value: &impl serde::Serialize, text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    serde_json::to_writer(&mut rest, value).is_ok() && rest.0.is_empty()
}

/// Reads columns of a row as domain values.
pub(super) trait Columns {
    /// A date.
    fn date(&self, index: usize) -> rusqlite::Result<NaiveDate>;
    /// A date that may be absent.
    fn date_opt(&self, index: usize) -> rusqlite::Result<Option<NaiveDate>>;
    /// A month.
    fn month(&self, index: usize) -> rusqlite::Result<Month>;
    /// A month that may be absent.
    fn month_opt(&self, index: usize) -> rusqlite::Result<Option<Month>>;
    /// Minor units.
    fn amount(&self, index: usize) -> rusqlite::Result<Amount>;
    /// A discount in millionths.
    fn discount(&self, index: usize) -> rusqlite::Result<Discount>;
    /// A text that a domain type parses, and shows as it stands there: a word, a code, an exact decimal.
    fn parsed<T: FromStr<Err: Display> + Display>(&self, index: usize) -> rusqlite::Result<T>;
    /// The same, which may be absent.
    fn parsed_opt<T: FromStr<Err: Display> + Display>(&self, index: usize) -> rusqlite::Result<Option<T>>;
    /// JSON, as the book writes it.
    fn json<T: serde::de::DeserializeOwned + serde::Serialize>(&self, index: usize) -> rusqlite::Result<T>;
    /// JSON that may be absent.
    fn json_opt<T: serde::de::DeserializeOwned + serde::Serialize>(&self, index: usize) -> rusqlite::Result<Option<T>>;
    /// An exact amount of a bill line, absent where it is zero.
    fn unless_zero(&self, index: usize) -> rusqlite::Result<Exact>;
    /// What is wrong with a column in which something else stands than the book writes there.
    fn otherwise(&self, index: usize) -> rusqlite::Error;
}

impl Columns for Row<'_> {
    fn date(&self, index: usize) -> rusqlite::Result<NaiveDate> {
        date_of(self.get(index)?).map_err(|e| failed(self, index, &e))
    }

    fn date_opt(&self, index: usize) -> rusqlite::Result<Option<NaiveDate>> {
        self.get::<_, Option<i64>>(index)?.map(date_of).transpose().map_err(|e| failed(self, index, &e))
    }

    fn month(&self, index: usize) -> rusqlite::Result<Month> {
        let number = self.get(index)?;
        Month::from_number(number).ok_or_else(|| failed(self, index, &FromSqlError::OutOfRange(number)))
    }

    fn month_opt(&self, index: usize) -> rusqlite::Result<Option<Month>> {
        if self.get_ref(index)? == ValueRef::Null { Ok(None) } else { self.month(index).map(Some) }
    }

    fn amount(&self, index: usize) -> rusqlite::Result<Amount> {
        self.get(index).map(Amount::from_minor)
    }

    fn discount(&self, index: usize) -> rusqlite::Result<Discount> {
        let millionths = self.get(index)?;
        Discount::from_millionths(millionths).ok_or_else(|| failed(self, index, &FromSqlError::OutOfRange(millionths)))
    }

    fn parsed<T: FromStr<Err: Display> + Display>(&self, index: usize) -> rusqlite::Result<T> {
        let text = self.get_ref(index)?.as_str().map_err(|e| failed(self, index, &e))?;
        let not_one = |e: T::Err| failed(self, index, &FromSqlError::Other(format!("{text:?} is {e}").into()));
        let value = text.parse().map_err(not_one)?;
        if is_written(&value, text) { Ok(value) } else { Err(self.otherwise(index)) }
    }

    fn parsed_opt<T: FromStr<Err: Display> + Display>(&self, index: usize) -> rusqlite::Result<Option<T>> {
        if self.get_ref(index)? == ValueRef::Null { Ok(None) } else { self.parsed(index).map(Some) }
    }

    fn json<T: serde::de::DeserializeOwned + serde::Serialize>(&self, index: usize) -> rusqlite::Result<T> {
        let text = self.get_ref(index)?.as_str().map_err(|e| failed(self, index, &e))?;
        let value = serde_json::from_str(text).map_err(|e| failed(self, index, &FromSqlError::Other(Box::new(e))))?;
        if is_json_of(&value, text) { Ok(value) } else { Err(self.otherwise(index)) }
    }

    fn json_opt<T: serde::de::DeserializeOwned + serde::Serialize>(&self, index: usize) -> rusqlite::Result<Option<T>> {
        if self.get_ref(index)? == ValueRef::Null { Ok(None) } else { self.json(index).map(Some) }
    }

    fn unless_zero(&self, index: usize) -> rusqlite::Result<Exact> {
        match self.get::<_, Option<LineAmount>>(index)? {
            None => Ok(Exact::ZERO),
            Some(LineAmount(amount)) if amount.is_zero() => Err(self.otherwise(index)),
            Some(LineAmount(amount)) => Ok(amount),
        }
    }

    fn otherwise(&self, index: usize) -> rusqlite::Error {
        failed(self, index, &otherwise_written())
    }
}

/// JSON of a value that the book stores; its types cannot fail to serialise.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("stored values have string keys only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_amounts_are_integers_where_they_fit() {
        let stored = |text: &str| match LineAmount(text.parse().unwrap()).to_sql().unwrap() {
            ToSqlOutput::Owned(value) => value,
            other => panic!("{other:?}"),
        };
        assert_eq!(stored("10.1234567890"), Value::Integer(101_234_567_890));
        assert_eq!(stored("0.00000000001"), Value::Text("0.00000000001".into()));
        assert_eq!(stored("1000000000"), Value::Text("1000000000".into()));
        for text in ["10.123456789", "-0.00000000001", "1000000000.5"] {
            let value = stored(text);
            assert_eq!(LineAmount::column_result(ValueRef::from(&value)).unwrap().0.to_string(), text);
        }
    }

    #[test]
    fn a_value_has_one_form() {
        let read = |value: &str| LineAmount::column_result(ValueRef::Text(value.as_bytes())).map(|amount| amount.0.to_string());
        assert_eq!(read("1000000000").unwrap(), "1000000000");
        for wrong in ["1000000000.0", "+1000000000", " 1000000000", "12.5", "1000000000 "] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(order_number(ValueRef::Text(b"o-1")).is_ok());
        assert!(order_number(ValueRef::Text(b"2100001")).is_err(), "it is stored as a number");
        let exact = |text: &str| is_written(&text.parse::<Exact>().unwrap(), text);
        assert_eq!(["1.5", "1.50", "+1.5", "01.5", "-0"].map(exact), [true, false, false, false, false]);
        let json = |text: &str| is_json_of(&serde_json::from_str::<Vec<(i64, String)>>(text).unwrap(), text);
        assert_eq!([r#"[[1,"a"]]"#, r#"[[1, "a"]]"#, r#"[[1,"\u0061"]]"#, "[] "].map(json), [true, false, false, false]);
    }

    #[test]
    fn days_are_readable_numbers() {
        let date = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        assert_eq!(day(date), 20_260_630);
        assert_eq!(date_of(20_260_630).unwrap(), date);
        assert!(date_of(20_260_631).is_err());
        assert!(date_of(-1).is_err());
    }
}
