//! Dunning: who is reminded of what is overdue, how firmly, and never twice in the same words.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::id::AccountId;
use crate::domain::money::Amount;
use crate::domain::period::Month;
use crate::domain::words::words;

words! {
    /// How firmly somebody is reminded.
    DunningLevel, "a level of dunning" {
        /// A friendly reminder.
        First = "1",
        /// A second one, with a day.
        Second = "2",
        /// The last one before the account is stopped.
        Third = "3",
    }
}

impl DunningLevel {
    /// 1, 2 or 3.
    pub fn number(self) -> i64 {
        self as i64 + 1
    }

    /// The level of a number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.number() == number)
    }
}

/// From how many days overdue on each level is reached: three numbers of days, rising.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DunningDays([u16; 3]);

impl DunningDays {
    /// The level that a debt has reached which is overdue for so many days.
    pub fn level(self, days_overdue: i64) -> Option<DunningLevel> {
        let reached = DunningLevel::ALL.iter().zip(self.0).filter(|(_, from)| days_overdue >= i64::from(*from));
        reached.map(|(level, _)| *level).next_back()
    }
}

impl fmt::Display for DunningDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third] = self.0;
        write!(f, "{first},{second},{third}")
    }
}

impl FromStr for DunningDays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let days: Option<Vec<u16>> = text.split(',').map(|days| days.trim().parse().ok()).collect();
        let days: Option<[u16; 3]> = days.and_then(|days| days.try_into().ok());
        let days = days.filter(|[first, second, third]| 0 < *first && first < second && second < third && *third <= 3650);
        days.map(Self).ok_or_else(|| "not three numbers of days from 1 to 3650, rising, such as 1,15,30".to_owned())
    }
}

/// What somebody was reminded of: a level is reached once by each debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Who owes.
    pub account: AccountId,
    /// The month that is owed for.
    pub month: Month,
    /// How firmly.
    pub level: DunningLevel,
    /// When.
    pub day: NaiveDate,
    /// What was open of it, in minor units.
    pub open: Amount,
}

/// Whether a debt has to be reminded of on a day: it has reached a level beyond those of the days before.
pub fn due(days: DunningDays, days_overdue: i64, sent: &[Reminder], today: NaiveDate) -> Option<DunningLevel> {
    let before = sent.iter().filter(|reminder| reminder.day < today).map(|reminder| reminder.level).max();
    days.level(days_overdue).filter(|level| Some(*level) > before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    #[test]
    fn a_level_is_reached_by_days() {
        let days: DunningDays = "1, 15,30".parse().unwrap();
        assert_eq!(days.to_string(), "1,15,30");
        let table = [
            (-1, None),
            (0, None),
            (1, Some("1")),
            (14, Some("1")),
            (15, Some("2")),
            (29, Some("2")),
            (30, Some("3")),
            (900, Some("3")),
        ];
        for (overdue, level) in table {
            assert_eq!(days.level(overdue).map(DunningLevel::as_str), level, "{overdue}");
        }
        for wrong in ["", "1,2", "1,2,3,4", "0,1,2", "3,2,1", "1,1,2", "1,2,x", "1,2,3651"] {
            assert!(wrong.parse::<DunningDays>().is_err(), "{wrong}");
        }
        assert!(DunningLevel::ALL.iter().all(|level| DunningLevel::from_number(level.number()) == Some(*level)));
        assert_eq!(DunningLevel::from_number(4), None);
    }

    #[test]
    fn nobody_is_reminded_twice_at_one_level() {
        let (days, day) = ("1,15,30".parse().unwrap(), |text| parse_date(text).unwrap());
        let sent = |level, on| Reminder {
            account: AccountId(1),
            month: Month::parse("2026-06").unwrap(),
            level,
            day: day(on),
            open: Amount::from_minor(5),
        };
        let told = |overdue, sent: &[Reminder]| due(days, overdue, sent, day("2026-08-10")).map(DunningLevel::as_str);
        assert_eq!(told(5, &[]), Some("1"));
        assert_eq!(told(5, &[sent(DunningLevel::First, "2026-08-01")]), None);
        assert_eq!(told(15, &[sent(DunningLevel::First, "2026-08-01")]), Some("2"));
        // Once the last one was sent, nothing more is, whatever the policy has become since.
        assert_eq!(told(15, &[sent(DunningLevel::Third, "2026-08-01")]), None);
        // Of today: the same letter again.
        assert_eq!(told(15, &[sent(DunningLevel::Second, "2026-08-10")]), Some("2"));
        assert_eq!(told(40, &[]), Some("3"), "a debt that nobody has looked at begins with the level it has reached");
    }
}
