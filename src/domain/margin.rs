//! What the agent earns by selling: sale less cost, and what deserves a look.
//!
//! Amounts are minor units of one currency. Commission is not margin: accounts that the provider sells to have none.

use std::cmp::Reverse;

use crate::domain::money::{Amount, Overflow};
use crate::domain::words::words;

words! {
    /// What margins are added up by.
    MarginBy, "a way to add up margins" {
        /// By account.
        Account = "account",
        /// By product.
        Product = "product",
        /// By month.
        Period = "period",
    }
}

words! {
    /// Why a margin deserves a look, the worst first.
    MarginFlag, "a flag of margins" {
        /// More was paid for it than it was sold for.
        NegativeMargin = "negative-margin",
        /// Some of it was sold without an agreement, at list price.
        NoPriceRule = "no-price-rule",
    }
}

/// Sales with their cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// What customers owe.
    pub sale: Amount,
    /// What the provider bills, or is expected to.
    pub cost: Amount,
    /// What is left of the sale once the provider is paid.
    pub left: Amount,
    /// What of the sale no agreement has priced.
    pub without_rule: Amount,
    /// How many charges no agreement has priced.
    pub charges_without_rule: u64,
}

impl Margin {
    /// The margin of a sale and its cost, `without_rule` being the part of the sale that no agreement has priced, in so many
    /// charges.
    pub fn of(sale: Amount, cost: Amount, without_rule: Amount, charges_without_rule: u64) -> Result<Self, Overflow> {
        Ok(Self { sale, cost, left: sale.minus(cost)?, without_rule, charges_without_rule })
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Self::of(
            self.sale.plus(other.sale)?,
            self.cost.plus(other.cost)?,
            self.without_rule.plus(other.without_rule)?,
            self.charges_without_rule.saturating_add(other.charges_without_rule),
        )
    }

    /// How many hundredths of a percent of the sale are left, to the nearest, half away from zero; `None` where more was given back
    /// than sold, or nothing was sold, and where it is too much to be told.
    pub fn percent_hundredths(self) -> Option<i64> {
        if !self.sale.is_positive() {
            return None;
        }
        Amount::nearest(i128::from(self.left.minor()) * 10_000, self.sale.minor().into()).ok().map(Amount::minor)
    }

    /// Why it deserves a look, the worst first.
    pub fn flags(self) -> Vec<MarginFlag> {
        let negative = self.left.is_negative().then_some(MarginFlag::NegativeMargin);
        let without_rule = (self.charges_without_rule > 0).then_some(MarginFlag::NoPriceRule);
        negative.into_iter().chain(without_rule).collect()
    }

    /// Where it stands in a report: negative margins, the worst first; then what was sold without a rule, the most first; then
    /// the rest, the largest sale first.
    pub fn rank(self) -> impl Ord {
        let worst = self.flags().first().copied();
        let (loss, size) = match worst {
            Some(MarginFlag::NegativeMargin) => (self.left, Amount::ZERO),
            Some(MarginFlag::NoPriceRule) => (Amount::ZERO, self.without_rule),
            None => (Amount::ZERO, self.sale),
        };
        (worst.is_none(), worst, loss, Reverse(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margin(sale: i64, cost: i64, without_rule: i64, charges: u64) -> Margin {
        let fen = Amount::from_minor;
        Margin::of(fen(sale), fen(cost), fen(without_rule), charges).unwrap()
    }

    #[test]
    fn a_margin_is_told_in_hundredths_of_a_percent() {
        let table = [
            (margin(95_000, 80_000, 0, 0), 15_000, Some(1_579)),
            (margin(80_000, 95_000, 0, 0), -15_000, Some(-1_875)),
            // Given back: a share of less than nothing tells nothing.
            (margin(-95_000, -80_000, 0, 0), -15_000, None),
            (margin(-5_000, 80_000, 0, 0), -85_000, None),
            (margin(0, 5, 0, 0), -5, None),
            (margin(1, -i64::MAX + 1, 0, 0), i64::MAX, None),
            (margin(3, 1, 0, 0), 2, Some(6_667)),
        ];
        for (margin, amount, percent) in table {
            assert_eq!((margin.left.minor(), margin.percent_hundredths()), (amount, percent), "{margin:?}");
        }
        assert_eq!(Margin::of(Amount::from_minor(i64::MAX), Amount::from_minor(-1), Amount::ZERO, 0), Err(Overflow));
    }

    #[test]
    fn what_deserves_a_look_comes_first() {
        let mut all = [
            ("small", margin(100, 80, 0, 0)),
            ("large", margin(900, 80, 0, 0)),
            ("loss", margin(100, 101, 0, 0)),
            ("worse", margin(100, 500, 50, 1)),
            ("list", margin(100, 80, 100, 1)),
            ("more list", margin(400, 80, 200, 2)),
            // Bought and given back without an agreement: it comes to nothing, and was without a rule all the same.
            ("back", margin(500, 80, 0, 2)),
        ];
        all.sort_by_cached_key(|(_, margin)| margin.rank());
        assert_eq!(all.map(|(name, _)| name), ["worse", "loss", "more list", "list", "back", "large", "small"]);
        assert_eq!(margin(100, 500, 50, 1).flags(), [MarginFlag::NegativeMargin, MarginFlag::NoPriceRule]);
    }
}
