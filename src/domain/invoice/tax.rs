//! Tax on an invoice: net and tax of a gross amount, so that they always add up to it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::money::{Amount, Overflow};

/// The rates that an invoice may have, in percent.
const PERCENTS: [i64; 6] = [13, 9, 6, 3, 1, 0];

/// A rate of value-added tax, in percent: 6 for information services, 13 for goods, 3 and 1 for small taxpayers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxRate(i64);

impl Default for TaxRate {
    fn default() -> Self {
        Self(6)
    }
}

impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for TaxRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let percent = text.strip_suffix('%').unwrap_or(text).trim().parse().ok().filter(|percent| PERCENTS.contains(percent));
        percent.map(Self).ok_or_else(|| "not a rate of an invoice: 13, 9, 6, 3, 1 or 0 percent".to_owned())
    }
}

/// A gross amount taken apart, in minor units of one currency: net and tax add up to gross.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxed {
    /// Tax and all.
    pub gross: Amount,
    /// Without the tax.
    pub net: Amount,
    /// The tax.
    pub tax: Amount,
}

impl Taxed {
    /// Takes an amount apart: net is gross ÷ (1 + rate), rounded half away from zero to the minor unit, and tax is the rest.
    pub fn of(gross: Amount, rate: TaxRate) -> Result<Self, Overflow> {
        let whole = i128::from(gross.minor()) * 100;
        let by = i128::from(100 + rate.0);
        let rounded = (whole.abs() * 2 + by) / (by * 2) * whole.signum();
        let net = Amount::from_minor(i64::try_from(rounded).map_err(|_| Overflow)?);
        Ok(Self { gross, net, tax: gross.minus(net)? })
    }

    /// Takes the lines of an invoice apart. Each line by itself; what then lacks to net and tax of the whole goes to the largest
    /// line, the first of equal ones, as far as its net and its tax stay within it, and then to the next one.
    pub fn split(lines: &[Amount], rate: TaxRate) -> Result<Vec<Self>, Overflow> {
        let whole = Self::of(Amount::sum(lines.iter().copied())?, rate)?;
        let mut taxed = lines.iter().map(|line| Self::of(*line, rate)).collect::<Result<Vec<_>, _>>()?;
        let mut left = whole.net.minus(Self::sum(taxed.iter().copied())?.net)?;
        let mut by_size: Vec<usize> = (0..taxed.len()).collect();
        by_size.sort_by_key(|place| (std::cmp::Reverse(lines[*place].minor().unsigned_abs()), *place));
        for place in by_size {
            let line = &mut taxed[place];
            let (low, high) = (line.gross.min(Amount::ZERO), line.gross.max(Amount::ZERO));
            let net = line.net.plus(left)?.max(low).min(high);
            left = left.minus(net.minus(line.net)?)?;
            *line = Self { net, tax: line.gross.minus(net)?, ..*line };
        }
        Ok(taxed)
    }

    /// A part of it: net and tax worked out by themselves, held so that what is left never has a net or a tax below zero; the whole
    /// rest is the rest of both. The amount is not above what there is.
    pub fn part(self, gross: Amount, rate: TaxRate) -> Result<Self, Overflow> {
        let left = self.gross.minus(gross)?;
        let least = self.net.minus(left)?.max(Amount::ZERO);
        let most = self.net.min(gross);
        let net = Self::of(gross, rate)?.net.max(least).min(most);
        Ok(Self { gross, net, tax: gross.minus(net)? })
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self { gross: self.gross.plus(other.gross)?, net: self.net.plus(other.net)?, tax: self.tax.plus(other.tax)? })
    }

    /// The same below zero.
    pub fn negated(self) -> Result<Self, Overflow> {
        Ok(Self { gross: self.gross.negated()?, net: self.net.negated()?, tax: self.tax.negated()? })
    }

    /// What several add up to.
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        all.into_iter().try_fold(Self::default(), Self::plus)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::{Decimal, RoundingStrategy};

    use super::*;

    fn rate(percent: i64) -> TaxRate {
        percent.to_string().parse().unwrap()
    }

    #[test]
    fn net_and_tax_add_up_to_the_cent() {
        let table =
            [(10_000, 6, 9_434, 566), (1, 6, 1, 0), (0, 6, 0, 0), (-10_000, 6, -9_434, -566), (113, 13, 100, 13), (100, 0, 100, 0)];
        for (gross, percent, net, tax) in table {
            let taxed = Taxed::of(Amount::from_minor(gross), rate(percent)).unwrap();
            assert_eq!((taxed.net.minor(), taxed.tax.minor()), (net, tax), "{gross} at {percent}");
        }
    }

    #[test]
    fn the_leftover_cent_goes_to_the_largest_line() {
        let split = |lines: &[i64]| -> Vec<(i64, i64)> {
            let lines: Vec<Amount> = lines.iter().copied().map(Amount::from_minor).collect();
            Taxed::split(&lines, rate(6)).unwrap().iter().map(|line| (line.net.minor(), line.tax.minor())).collect()
        };
        // 31.45 and twice 31.44 are 94.33, where the whole has 94.34: the largest line takes the cent.
        assert_eq!(split(&[3_334, 3_333, 3_333]), [(3_146, 188), (3_144, 189), (3_144, 189)]);
        assert_eq!(split(&[50, 50]), [(47, 3), (47, 3)]);
        assert_eq!(split(&[]), []);
        // A thousand cents have 9.43 of net together, and no line gives more than it has.
        let cents = split(&[1; 1000]);
        assert_eq!(cents.iter().map(|(net, _)| net).sum::<i64>(), 943);
        assert!(cents.iter().all(|(net, tax)| (0..=1).contains(net) && (0..=1).contains(tax)));
    }

    #[test]
    fn only_the_rates_of_the_law_are_taken() {
        for text in ["6", "6%", " 13 %", "0"] {
            assert!(text.parse::<TaxRate>().is_ok(), "{text}");
        }
        for text in ["", "7", "0.06", "-6", "6%%"] {
            assert!(text.parse::<TaxRate>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn lines_add_up_to_the_whole_and_each_stays_within_itself(
            lines in prop::collection::vec(1_i64..10_000_000_000_000, 1..40), percent in prop::sample::select(&PERCENTS[..]),
        ) {
            let amounts: Vec<Amount> = lines.iter().copied().map(Amount::from_minor).collect();
            let sum = lines.iter().sum::<i64>();
            let naive = (Decimal::from(sum) * Decimal::from(100) / Decimal::from(100 + percent))
                .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            let split = Taxed::split(&amounts, rate(percent)).unwrap();
            let whole = Taxed::sum(split.iter().copied()).unwrap();
            prop_assert_eq!(Decimal::from(whole.net.minor()), naive);
            prop_assert_eq!(whole.gross.minor(), sum);
            for line in split {
                prop_assert_eq!(line.net.plus(line.tax).unwrap(), line.gross);
                prop_assert!(!line.net.is_negative() && !line.tax.is_negative());
            }
        }

        #[test]
        fn parts_take_back_exactly_what_there_was(
            gross in 1_i64..1_000_000, parts in prop::collection::vec(1_i64..100_000, 1..60),
        ) {
            let whole = Taxed::of(Amount::from_minor(gross), rate(6)).unwrap();
            let mut left = whole;
            for part in parts.into_iter().map(Amount::from_minor).chain([whole.gross]) {
                let part = left.part(part.min(left.gross), rate(6)).unwrap();
                prop_assert_eq!(part.net.plus(part.tax).unwrap(), part.gross);
                prop_assert!(!part.net.is_negative() && !part.tax.is_negative());
                left = left.plus(part.negated().unwrap()).unwrap();
                prop_assert!(!left.net.is_negative() && !left.tax.is_negative());
            }
            prop_assert_eq!(left, Taxed::default());
        }
    }
}
