//! Months and their closing.
//!
//! A [`Month`] is a calendar month in the book's time zone (UTC+8). Closing moves one boundary, [`ClosedThrough`]: everything
//! up to and including that month takes no entry any more. An entry can only be built with an [`OpenDate`], and only the
//! boundary hands those out, so no caller can forget to ask.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::refusal::Refusal;
use crate::domain::words::words;

/// A calendar month, `2026-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first_day: NaiveDate,
}

impl Month {
    /// The month that a date lies in.
    pub fn of(date: NaiveDate) -> Self {
        Self { first_day: date.with_day(1).expect("every month has a first day") }
    }

    /// The month of a number such as `202606`.
    pub fn from_number(number: i64) -> Option<Self> {
        let year = i32::try_from(number / 100).ok().filter(|y| (1970..=9999).contains(y))?;
        let month = u32::try_from(number % 100).ok()?;
        NaiveDate::from_ymd_opt(year, month, 1).map(Self::of)
    }

    /// `202606`.
    pub fn number(self) -> i64 {
        i64::from(self.first_day.year()) * 100 + i64::from(self.first_day.month())
    }

    /// Reads `2026-06` or `202606`, the two forms that providers write.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
        let (year, month) = match text.split_once('-') {
            Some((year, month)) if digits(year, 4) && digits(month, 2) => (year, month),
            None if digits(text, 6) => text.split_at(4),
            _ => return None,
        };
        Self::from_number(year.parse::<i64>().ok()? * 100 + month.parse::<i64>().ok()?)
    }

    /// The first day.
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// The last day.
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day.pred_opt().expect("a month has a day before the next month")
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self { first_day: self.first_day.checked_add_months(Months::new(1)).expect("years are below 10000") }
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { first_day: self.first_day.checked_sub_months(Months::new(1)).expect("years are above 0") }
    }

    /// Whether a date lies in it.
    pub fn contains(self, date: NaiveDate) -> bool {
        Self::of(date) == self
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first_day.year(), self.first_day.month())
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "not a month such as 2026-06".to_owned())
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The first day of the fiscal year that a date lies in, which begins in a month from 1 to 12.
pub fn fiscal_year_start(date: NaiveDate, month: u32) -> NaiveDate {
    Month::of(date).first_day() - Months::new((date.month() + 12 - month) % 12)
}

/// Reads a day as people and files of this tool write it: `2026-06-30`.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number =
        |digits: &[u8]| digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')));
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| *year >= 1970)?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

words! {
    /// What may still be written in a month.
    PeriodState, "a state of a month" {
        /// Takes entries.
        Open = "open",
        /// Takes entries of finance only.
        SoftClosed = "soft-closed",
        /// Takes no entry; its figures are under receipt.
        Closed = "closed",
    }
}

/// The boundary of the closed months: everything up to this month is closed; `None` when nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClosedThrough(pub Option<Month>);

/// A day that lies in an open month: the only kind of day that an entry can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenDate(NaiveDate);

impl OpenDate {
    /// The day.
    pub fn date(self) -> NaiveDate {
        self.0
    }
}

impl ClosedThrough {
    /// Whether a month takes entries.
    pub fn state(self, month: Month) -> PeriodState {
        if self.0.is_some_and(|last| month <= last) { PeriodState::Closed } else { PeriodState::Open }
    }

    /// The date as an effective date, refused as `period.closed` when its month is closed.
    pub fn open(self, date: NaiveDate) -> Result<OpenDate, Refusal> {
        let period = Month::of(date);
        match self.0 {
            Some(last) if period <= last => Err(Refusal::PeriodClosed { period, first_open: last.next() }),
            _ => Ok(OpenDate(date)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_read_in_both_forms_and_nothing_else() {
        assert_eq!(Month::parse("202606"), Month::parse("2026-06"));
        for wrong in ["2026-6", "202613", "2026-00", "26-06", "2026/06", "2026-06-01", "", "２０２６-06", "+20206"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
        assert_eq!(month("2026-12").next().to_string(), "2027-01");
        assert_eq!(month("2026-01").previous().to_string(), "2025-12");
        assert_eq!(month("2028-02").last_day().to_string(), "2028-02-29");
    }

    #[test]
    fn dates_are_whole_and_real() {
        assert!(parse_date("2026-06-30").is_some());
        for wrong in ["2026-06-31", "2026-6-1", "20260601", "tomorrow", "0001-01-01"] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_fiscal_year_begins_in_its_month() {
        let day = |text| parse_date(text).unwrap();
        for (date, month, first) in [
            ("2026-07-03", 1, "2026-01-01"),
            ("2026-07-03", 7, "2026-07-01"),
            ("2026-07-03", 8, "2025-08-01"),
            ("2026-03-31", 4, "2025-04-01"),
        ] {
            assert_eq!(fiscal_year_start(day(date), month), day(first), "{date} {month}");
        }
    }

    #[test]
    fn the_boundary_closes_everything_before_it() {
        let boundary = ClosedThrough(Some(month("2026-06")));
        let day = |text| parse_date(text).unwrap();
        assert_eq!(
            boundary.open(day("2026-05-31")),
            Err(Refusal::PeriodClosed { period: month("2026-05"), first_open: month("2026-07") })
        );
        assert!(boundary.open(day("2026-06-30")).is_err());
        assert_eq!(boundary.open(day("2026-07-01")).unwrap().date(), day("2026-07-01"));
        assert!(ClosedThrough(None).open(day("1999-01-01")).is_ok());
        assert_eq!(boundary.state(month("2026-06")), PeriodState::Closed);
        assert_eq!(boundary.state(month("2026-07")), PeriodState::Open);
    }
}
