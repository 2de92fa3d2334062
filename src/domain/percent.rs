//! Thresholds in percent: where somebody wants to be told.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::money::Amount;

/// Whole percents, rising, none twice: `50,80,100`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Percents(Vec<u16>);

/// The largest threshold: ten times the amount.
const MOST: u16 = 1000;

impl Percents {
    /// Those that `part` has reached of `whole`, rising; a whole of nothing is reached wholly by anything above it.
    pub fn reached(&self, part: Amount, whole: Amount) -> impl Iterator<Item = u16> {
        self.0.iter().copied().filter(move |percent| reaches(part, whole, *percent))
    }

    /// The highest of them.
    pub fn highest(&self) -> u16 {
        self.0.last().copied().unwrap_or_default()
    }

    /// The lowest that `part` of `whole` does not lie above: the threshold that a falling balance has come down to.
    pub fn fallen_to(&self, part: Amount, whole: Amount) -> Option<u16> {
        let scaled = |percent: u16| i128::from(whole.minor()) * i128::from(percent);
        self.0.iter().copied().find(|percent| i128::from(part.minor()) * 100 <= scaled(*percent))
    }
}

/// Whether `part` is at least so many percent of `whole`.
pub fn reaches(part: Amount, whole: Amount, percent: u16) -> bool {
    part.is_positive() && i128::from(part.minor()) * 100 >= i128::from(whole.minor()) * i128::from(percent)
}

/// How many whole percent `part` is of `whole`, rounded down; `None` of nothing.
pub fn percent_of(part: Amount, whole: Amount) -> Option<i64> {
    if !whole.is_positive() {
        return None;
    }
    i64::try_from((i128::from(part.minor()) * 100).div_euclid(i128::from(whole.minor()))).ok()
}

impl FromStr for Percents {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = |part: &str| part.trim().parse::<u16>().ok().filter(|percent| *percent <= MOST);
        let percents: Option<Vec<u16>> = text.split(',').map(read).collect();
        let mut percents = percents.ok_or_else(|| format!("not percents such as 50,80,100 (0 to {MOST}, with commas between)"))?;
        percents.sort_unstable();
        percents.dedup();
        Ok(Self(percents))
    }
}

impl fmt::Display for Percents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(u16::to_string).collect();
        f.write_str(&texts.join(","))
    }
}

impl TryFrom<String> for Percents {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Percents> for String {
    fn from(percents: Percents) -> Self {
        percents.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    #[test]
    fn percents_are_read_in_any_order_and_told_rising() {
        assert_eq!("100, 50,80,50".parse::<Percents>().unwrap().to_string(), "50,80,100");
        for wrong in ["", "50%", "1001", "-1", "50;80", "50,,80", "7.5"] {
            assert!(wrong.parse::<Percents>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_threshold_is_reached_exactly_at_it() {
        let percents: Percents = "50,80,100".parse().unwrap();
        let reached = |part: i64| percents.reached(fen(part), fen(1000)).collect::<Vec<_>>();
        assert_eq!(
            [499, 500, 799, 800, 1000, 5000].map(reached),
            [vec![], vec![50], vec![50], vec![50, 80], vec![50, 80, 100], vec![50, 80, 100]]
        );
        assert_eq!(percents.reached(fen(1), fen(0)).count(), 3, "anything is more than nothing");
        assert_eq!(percents.reached(fen(0), fen(0)).count(), 0);
    }

    #[test]
    fn a_balance_falls_to_the_lowest_threshold_that_it_is_not_above() {
        let percents: Percents = "25,10,0".parse().unwrap();
        let table = [(251, None), (250, Some(25)), (101, Some(25)), (100, Some(10)), (1, Some(10)), (0, Some(0)), (-5, Some(0))];
        for (part, expected) in table {
            assert_eq!(percents.fallen_to(fen(part), fen(1000)), expected, "{part}");
        }
    }

    #[test]
    fn a_share_is_told_in_whole_percent() {
        assert_eq!(percent_of(fen(999), fen(1000)), Some(99));
        assert_eq!(percent_of(fen(-1), fen(1000)), Some(-1));
        assert_eq!(percent_of(fen(5), fen(0)), None);
        assert_eq!(percent_of(fen(i64::MAX), fen(1)), None, "more than can be told");
    }
}
