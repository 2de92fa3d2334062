//! Terms that hold from a day on: what was agreed for June does not change when July brings something else.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A value and the days from which it changed. It holds from each of them until the next; the first one holds before, too.
///
/// Never empty, days rise, and two neighbours differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(NaiveDate, T)>", into = "Vec<(NaiveDate, T)>")]
#[serde(bound(serialize = "T: Clone + Serialize", deserialize = "T: PartialEq + Deserialize<'de>"))]
pub struct Dated<T>(Vec<(NaiveDate, T)>);

impl<T> From<Dated<T>> for Vec<(NaiveDate, T)> {
    fn from(dated: Dated<T>) -> Self {
        dated.0
    }
}

impl<T: PartialEq> TryFrom<Vec<(NaiveDate, T)>> for Dated<T> {
    type Error = &'static str;

    fn try_from(changes: Vec<(NaiveDate, T)>) -> Result<Self, Self::Error> {
        let is_sound = !changes.is_empty() && changes.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1);
        is_sound.then_some(Self(changes)).ok_or("not a list of days, each later than the one before and with another value")
    }
}

impl<T: Copy + PartialEq> Dated<T> {
    /// A value that holds from a day on.
    pub fn since(day: NaiveDate, value: T) -> Self {
        Self(vec![(day, value)])
    }

    /// What holds on a day.
    pub fn on(&self, day: NaiveDate) -> T {
        let begun = self.0.iter().rev().find(|(from, _)| *from <= day);
        begun.or(self.0.first()).expect("there is a first value").1
    }

    /// What holds after every change that is known.
    pub fn last(&self) -> T {
        self.0.last().expect("there is a first value").1
    }

    /// Each value with the days from which and up to which it holds; none before the first one, and none after the last.
    pub fn spans(&self) -> impl Iterator<Item = (Option<NaiveDate>, Option<NaiveDate>, T)> {
        (0..).zip(&self.0).map(|(place, (from, value))| {
            let next = self.0.get(place + 1).and_then(|(from, _)| from.pred_opt());
            ((place > 0).then_some(*from), next, *value)
        })
    }

    /// The days from which its values hold, the first one's included.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.0.iter().map(|(day, _)| *day)
    }

    /// Every value that holds on a day from one to another, both included; only that of the first day if it is the later.
    pub fn during(&self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = T> {
        let later = self.0.iter().skip(1).filter(move |(day, _)| first < *day && *day <= last).map(|(_, value)| *value);
        std::iter::once(self.on(first)).chain(later)
    }

    /// The first change after a day.
    pub fn next_after(&self, day: NaiveDate) -> Option<(NaiveDate, T)> {
        // The first value is none: it holds before its day, too.
        self.0.iter().skip(1).find(|(from, _)| *from > day).copied()
    }

    /// The same with another value from a day on, until the next change that is known already.
    #[must_use]
    pub fn with(&self, from: NaiveDate, value: T) -> Self {
        let mut changes: Vec<(NaiveDate, T)> = self.0.iter().filter(|(day, _)| *day != from).copied().collect();
        let place = changes.partition_point(|(day, _)| *day < from);
        changes.insert(place, (from, value));
        changes.dedup_by(|later, earlier| later.1 == earlier.1);
        Self(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn a_value_holds_from_its_day_until_the_next() {
        let limit = Dated::since(day("2026-06-01"), 10).with(day("2026-07-01"), 30).with(day("2026-06-15"), 20);
        let on = ["2026-05-01", "2026-06-01", "2026-06-14", "2026-06-15", "2026-06-30", "2026-07-01", "2030-01-01"];
        assert_eq!(on.map(|text| limit.on(day(text))), [10, 10, 10, 20, 20, 30, 30]);
        assert_eq!(limit.next_after(day("2026-06-01")), Some((day("2026-06-15"), 20)));
        assert_eq!(limit.next_after(day("2026-05-01")), Some((day("2026-06-15"), 20)), "the first value is no change");
        assert_eq!(limit.next_after(day("2026-07-01")), None);
    }

    #[test]
    fn the_values_of_some_days_are_those_that_hold_on_any_of_them() {
        let limit = Dated::since(day("2026-06-01"), 10).with(day("2026-06-15"), 20).with(day("2026-07-01"), 30);
        let during = |first: &str, last: &str| limit.during(day(first), day(last)).collect::<Vec<_>>();
        assert_eq!(during("2026-05-01", "2026-06-14"), [10], "the first value holds before, too");
        assert_eq!(during("2026-06-14", "2026-06-15"), [10, 20]);
        assert_eq!(during("2026-06-15", "2026-06-30"), [20]);
        assert_eq!(during("2026-06-02", "2026-08-01"), [10, 20, 30]);
        assert_eq!(during("2026-08-01", "2026-06-02"), [30], "the wrong way round");
    }

    #[test]
    fn every_day_lies_in_one_span() {
        let limit = Dated::since(day("2026-06-01"), 10).with(day("2026-07-01"), 30);
        let spans: Vec<_> = limit.spans().collect();
        assert_eq!(spans, [(None, Some(day("2026-06-30")), 10), (Some(day("2026-07-01")), None, 30)]);
        assert_eq!(limit.last(), 30);
        assert_eq!(Dated::since(day("2026-06-01"), 10).spans().collect::<Vec<_>>(), [(None, None, 10)]);
    }

    #[test]
    fn what_changes_nothing_leaves_no_trace() {
        let limit = Dated::since(day("2026-06-01"), 10);
        assert_eq!(limit.with(day("2026-07-01"), 10), limit);
        let changed = limit.with(day("2026-07-01"), 30);
        assert_eq!(changed.with(day("2026-07-01"), 10), limit, "taken back");
        assert_eq!(changed.with(day("2026-06-01"), 30), Dated::since(day("2026-06-01"), 30), "from the first day on");
    }

    #[test]
    fn only_rising_days_with_changing_values_are_read() {
        let read = |text: &str| serde_json::from_str::<Dated<i64>>(text).map(|d| serde_json::to_string(&d).unwrap());
        assert_eq!(read(r#"[["2026-06-01",1],["2026-07-01",2]]"#).unwrap(), r#"[["2026-06-01",1],["2026-07-01",2]]"#);
        for wrong in ["[]", r#"[["2026-07-01",1],["2026-06-01",2]]"#, r#"[["2026-06-01",1],["2026-07-01",1]]"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
