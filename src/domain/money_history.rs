//! An account's money over time: how long it has been low, and how much it had when money last came in.

use chrono::NaiveDate;

use crate::domain::money::{Amount, Overflow};

/// What moved an account's money on one day, in minor units; none of it is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayMoved {
    /// The day.
    pub day: NaiveDate,
    /// What it came to owe.
    pub charged: Amount,
    /// What was paid of that, or given back.
    pub settled: Amount,
    /// What left its funds.
    pub spent: Amount,
    /// What came into its funds.
    pub given: Amount,
}

impl DayMoved {
    /// By how much what it has, less what it owes, changed.
    fn change(self) -> Result<Amount, Overflow> {
        self.given.minus(self.spent)?.plus(self.settled)?.minus(self.charged)
    }
}

/// When money last came in, and what the account then had, that money included.
pub fn last_filled(days: &[DayMoved]) -> Result<Option<(NaiveDate, Amount)>, Overflow> {
    let (mut balance, mut filled) = (Amount::ZERO, None);
    for day in days {
        if day.given.is_positive() {
            filled = Some((day.day, balance.plus(day.given)?));
        }
        balance = balance.plus(day.change()?)?;
    }
    Ok(filled)
}

/// From which day on what was left of an account has been `low` without a break. `credit` says how much it might owe on a day.
/// `None` when it is not low by what was recorded.
pub fn low_since(
    days: &[DayMoved],
    credit: impl Fn(NaiveDate) -> Amount,
    low: impl Fn(Amount) -> bool,
) -> Result<Option<NaiveDate>, Overflow> {
    let (mut balance, mut since) = (Amount::ZERO, None);
    for day in days {
        balance = balance.plus(day.change()?)?;
        if low(balance.plus(credit(day.day))?) {
            since = since.or(Some(day.day));
        } else {
            since = None;
        }
    }
    Ok(since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(&format!("2026-{text}")).unwrap()
    }

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn has(on: &str, given: i64, spent: i64) -> DayMoved {
        DayMoved { day: day(on), given: fen(given), spent: fen(spent), ..DayMoved::default() }
    }

    #[test]
    fn what_an_account_had_when_money_last_came_in() {
        assert_eq!(last_filled(&[has("06-02", 0, 5)]), Ok(None));
        let days = [has("06-01", 1000, 0), has("06-02", 0, 900), has("06-03", 400, 100), has("06-04", 0, 300)];
        assert_eq!(last_filled(&days), Ok(Some((day("06-03"), fen(500)))));
    }

    #[test]
    fn low_is_counted_from_the_day_on_which_it_began_last() {
        let days = [has("06-01", 1000, 0), has("06-02", 0, 950), has("06-03", 500, 0), has("06-10", 0, 540), has("06-11", 0, 1)];
        let low = |floor: i64| low_since(&days, |_| Amount::ZERO, |left| left <= fen(floor));
        assert_eq!(low(9), Ok(Some(day("06-11"))));
        assert_eq!(low(10), Ok(Some(day("06-10"))));
        assert_eq!(low(8), Ok(None));
        // With credit on some days only.
        let credit = |on: NaiveDate| if on >= day("06-11") { fen(100) } else { Amount::ZERO };
        assert_eq!(low_since(&days, credit, |left| left <= fen(10)), Ok(None));
    }
}
