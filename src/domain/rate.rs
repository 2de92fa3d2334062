//! Percentages of prices: discounts off list, and mark-ups on cost.
//!
//! They are millionths inside and text with a percent sign outside: a bare number, which could mean a fraction or a percentage, is
//! never guessed at.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::money::Exact;

const MILLION: i64 = 1_000_000;

/// A discount off list, in millionths: `5%` is 50 000. Between 0 % and 100 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Discount(i64);

/// A mark-up on cost, in millionths: `8%` is 80 000. Between 0 % and 1000 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkUp(i64);

/// What is taken off list, or put on cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rate {
    /// Off list.
    Discount(Discount),
    /// On cost.
    MarkUp(MarkUp),
}

/// Why a text is not a percentage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPercentage {
    /// A bare number: it could be meant as a fraction or as percent.
    #[error("a percentage is written with its sign, such as \"5%\"{0}")]
    NoPercentSign(String),
    /// Not a number before the sign.
    #[error("not a percentage such as \"7.5%\"")]
    NotANumber,
    /// Below 0 % or too much.
    #[error("it lies between 0% and {0}%")]
    OutOfRange(i64),
    /// Finer than 0.0001 %.
    #[error("a percentage has at most four decimal places")]
    TooPrecise,
}

/// The millionths of a percentage that is written with its sign.
fn millionths(text: &str, most: i64) -> Result<i64, NotAPercentage> {
    let out_of_range = || NotAPercentage::OutOfRange(most / (MILLION / 100));
    let text = text.trim();
    let Some(number) = text.strip_suffix('%') else { return Err(NotAPercentage::NoPercentSign(could_mean(text))) };
    let percent = Decimal::from_str_exact(number.trim_end()).map_err(|_| NotAPercentage::NotANumber)?;
    let millionths = percent.checked_mul(Decimal::from(10_000)).ok_or_else(out_of_range)?.normalize();
    if millionths.scale() > 0 {
        return Err(NotAPercentage::TooPrecise);
    }
    i64::try_from(millionths.mantissa()).ok().filter(|m| (0..=most).contains(m)).ok_or_else(out_of_range)
}

/// What a number below one could mean: `0.05` is five percent to some, and a twentieth of one to others.
fn could_mean(text: &str) -> String {
    let fraction = Decimal::from_str_exact(text).ok().filter(|number| *number > Decimal::ZERO && *number < Decimal::ONE);
    match fraction {
        Some(fraction) => {
            let percent = (fraction * Decimal::ONE_HUNDRED).normalize();
            format!(": {text} could mean \"{percent}%\" or \"{text}%\"")
        }
        None => String::new(),
    }
}

impl Discount {
    /// No discount.
    pub const NONE: Self = Self(0);

    /// A discount of so many millionths; `None` outside 0 to 1 000 000.
    pub fn from_millionths(millionths: i64) -> Option<Self> {
        (0..=MILLION).contains(&millionths).then_some(Self(millionths))
    }

    /// What takes a list price down to a price, to the nearest millionth: none when that is not lower, or not to be told.
    pub fn between(list: Exact, price: Exact) -> Self {
        if list <= Exact::ZERO || price >= list {
            return Self::NONE;
        }
        let off = list.mantissa().checked_sub(price.mantissa()).and_then(|off| off.checked_mul(i128::from(MILLION)));
        let Some(off) = off else { return Self::NONE };
        let nearest = (off + list.mantissa() / 2) / list.mantissa();
        i64::try_from(nearest).ok().and_then(Self::from_millionths).unwrap_or(Self::NONE)
    }

    /// The millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The millionths of the list price that are left.
    pub const fn factor(self) -> i64 {
        MILLION - self.0
    }
}

impl MarkUp {
    const MOST: i64 = 10 * MILLION;

    /// The millionths of the cost that are owed.
    pub const fn factor(self) -> i64 {
        MILLION + self.0
    }
}

impl Rate {
    /// What is left of the basis, or made of it, in millionths.
    pub const fn factor(self) -> i64 {
        match self {
            Self::Discount(discount) => discount.factor(),
            Self::MarkUp(mark_up) => mark_up.factor(),
        }
    }

    /// Whether it makes a lower price of the same basis.
    pub fn is_better_than(self, other: Self) -> bool {
        self.factor() < other.factor()
    }
}

impl FromStr for Discount {
    type Err = NotAPercentage;

    fn from_str(text: &str) -> Result<Self, NotAPercentage> {
        millionths(text, MILLION).map(Self)
    }
}

impl FromStr for MarkUp {
    type Err = NotAPercentage;

    fn from_str(text: &str) -> Result<Self, NotAPercentage> {
        millionths(text, Self::MOST).map(Self)
    }
}

fn percent(millionths: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}%", Decimal::new(millionths, 4).normalize())
}

impl fmt::Display for Discount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        percent(self.0, f)
    }
}

impl fmt::Display for MarkUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("+")?;
        percent(self.0, f)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discount(discount) => discount.fmt(f),
            Self::MarkUp(mark_up) => mark_up.fmt(f),
        }
    }
}

impl Serialize for Discount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for MarkUp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Discount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for MarkUp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_and_written_with_their_sign() {
        for (text, millionths) in [("5%", 50_000), ("7.5%", 75_000), ("0.0001%", 1), ("100 %", MILLION), ("0%", 0)] {
            let discount: Discount = text.parse().unwrap();
            assert_eq!((discount.millionths(), discount.factor()), (millionths, MILLION - millionths));
        }
        let mark_up: MarkUp = "108.5%".parse().unwrap();
        assert_eq!((mark_up.factor(), mark_up.to_string().as_str()), (2_085_000, "+108.5%"));
        assert_eq!(mark_up.to_string().parse(), Ok(mark_up));
    }

    #[test]
    fn what_could_mean_two_things_is_refused_and_both_are_named() {
        let told = |text: &str| text.parse::<Discount>().unwrap_err().to_string();
        assert_eq!(told("0.05"), "a percentage is written with its sign, such as \"5%\": 0.05 could mean \"5%\" or \"0.05%\"");
        assert_eq!(told("5"), "a percentage is written with its sign, such as \"5%\"");
        assert_eq!(told("105%"), "it lies between 0% and 100%");
        assert_eq!(told("-1%"), "it lies between 0% and 100%");
        assert_eq!(told("five%"), "not a percentage such as \"7.5%\"");
        assert_eq!(told("1e-3%"), "not a percentage such as \"7.5%\"");
        assert_eq!(told("0.00001%"), "a percentage has at most four decimal places");
        assert_eq!("1001%".parse::<MarkUp>(), Err(NotAPercentage::OutOfRange(1000)));
    }

    #[test]
    fn a_discount_between_two_prices_is_the_nearest_there_is() {
        let between = |list: &str, price: &str| Discount::between(list.parse().unwrap(), price.parse().unwrap()).to_string();
        assert_eq!(between("1000", "870"), "13%");
        assert_eq!(between("3", "2"), "33.3333%");
        assert_eq!(between("3", "1"), "66.6667%");
        assert_eq!(between("3", "4"), "0%");
        assert_eq!(between("0", "0"), "0%");
        assert_eq!(between("-3", "-4"), "0%");
    }
}
