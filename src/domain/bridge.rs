//! The bridge from recorded to billed: every cent in exactly one class, by account.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::difference::DifferenceKind;
use crate::domain::matching::LineOwner;
use crate::domain::money::{Exact, Overflow};

/// Where a part of the difference between recorded and billed belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Class {
    /// Orders billed exactly as expected.
    Matched,
    /// What rounding explains: the cost was rounded once and the line was not, or the provider's own formula proves the rest; and
    /// the provider's own rounding lines.
    Rounding,
    /// What lies within the tolerance of the policy.
    Tolerance,
    /// Usage: it has no order and is charged when the month closes.
    Usage,
    /// The tax that one side has in it and the other has not.
    Tax,
    /// A coupon that the bill names and the order did not.
    Coupon,
    /// The agent's commission.
    Commission,
    /// Corrections without an order.
    Adjustment,
    /// What was expected in an earlier month, carried over its close, and is billed now.
    CarriedIn,
    /// What is expected and will be billed in a later month by what the provider has agreed to.
    CarriedForward,
    /// Differences of a kind; corrections of closed months that were taken over stand under theirs.
    Difference(DifferenceKind),
}

impl Class {
    const WORDS: [(Self, &'static str); 10] = [
        (Self::Matched, "matched"),
        (Self::Rounding, "rounding"),
        (Self::Tolerance, "tolerance"),
        (Self::Usage, "usage"),
        (Self::Tax, "tax"),
        (Self::Coupon, "coupon"),
        (Self::Commission, "commission"),
        (Self::Adjustment, "adjustment"),
        (Self::CarriedIn, "carried-in"),
        (Self::CarriedForward, "carried-forward"),
    ];

    /// Where differences of a kind stand; those about tax stand with what tax explains.
    pub fn of(kind: DifferenceKind) -> Self {
        if kind == DifferenceKind::Tax { Self::Tax } else { Self::Difference(kind) }
    }

    /// Its one spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Difference(kind) => kind.as_str(),
            other => Self::WORDS.iter().find(|(class, _)| *class == other).map_or("", |(_, word)| word),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Self::WORDS.iter().find(|(_, word)| *word == text) {
            Some((class, _)) => Ok(*class),
            None => text.parse().map(Self::of),
        }
    }
}

impl TryFrom<String> for Class {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Class> for String {
    fn from(class: Class) -> Self {
        class.as_str().to_owned()
    }
}

/// How many things a class holds, and what they add to the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassTotal {
    /// Orders, lines or differences.
    pub count: u64,
    /// Billed less recorded, in major units, exact.
    pub amount: Exact,
}

/// What one class holds of one account, both sides of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Orders, lines or differences.
    pub count: u64,
    /// What the book expected, exact.
    pub recorded: Exact,
    /// What the bill says, exact.
    pub billed: Exact,
}

impl Part {
    /// Billed less recorded.
    pub fn difference(&self) -> Result<Exact, Overflow> {
        self.billed.minus(self.recorded)
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self {
            count: self.count + other.count,
            recorded: self.recorded.plus(other.recorded)?,
            billed: self.billed.plus(other.billed)?,
        })
    }
}

/// The bridge of one month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// What the book expected, exact.
    pub recorded: Exact,
    /// What the bill says, exact; repeats counted once.
    pub billed: Exact,
    /// The classes that hold anything.
    pub classes: BTreeMap<Class, ClassTotal>,
}

impl Bridge {
    /// Billed less recorded.
    pub fn difference(&self) -> Result<Exact, Overflow> {
        self.billed.minus(self.recorded)
    }

    /// The sum of all classes.
    pub fn explained(&self) -> Result<Exact, Overflow> {
        self.classes.values().try_fold(Exact::ZERO, |sum, class| sum.plus(class.amount))
    }

    /// What no class accounts for: always computed, and zero before a month may close.
    pub fn unexplained(&self) -> Result<Exact, Overflow> {
        self.difference()?.minus(self.explained()?)
    }
}

/// A bridge in the making, by account. Recorded and billed are summed on their own, as the orders and lines come in, and never
/// from the parts: so what is left unexplained is a finding and not a definition.
#[derive(Clone, Debug, Default)]
pub struct Parts(HashMap<(LineOwner, Class), Part>);

impl Parts {
    /// Adds to a class.
    pub fn add(&mut self, owner: LineOwner, class: Class, part: Part) -> Result<(), Overflow> {
        let sum = self.0.entry((owner, class)).or_default();
        *sum = sum.plus(part)?;
        Ok(())
    }

    /// The sums of the classes.
    pub fn classes(&self) -> Result<BTreeMap<Class, ClassTotal>, Overflow> {
        let mut classes: BTreeMap<Class, ClassTotal> = BTreeMap::new();
        for ((_, class), part) in &self.0 {
            let total = classes.entry(*class).or_default();
            total.count += part.count;
            total.amount = total.amount.plus(part.difference()?)?;
        }
        Ok(classes)
    }

    /// By account, then class.
    pub fn by_account(&self) -> BTreeMap<(LineOwner, Class), Part> {
        self.0.iter().map(|(key, part)| (*key, *part)).collect()
    }
}

/// The two-sided statement: both sides, less what only one of them has, come to the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwoSided {
    /// Total of the bill, exact.
    pub per_bill: Exact,
    /// What the bill has and the book has not, or has with another amount, by class.
    pub not_in_book: BTreeMap<Class, Exact>,
    /// The bill less that.
    pub adjusted_bill: Exact,
    /// Total of what the book expected, exact.
    pub per_book: Exact,
    /// What the book has and the bill has not, by class.
    pub not_billed: BTreeMap<Class, Exact>,
    /// The book less that.
    pub adjusted_book: Exact,
}

impl TwoSided {
    /// Of a bridge and its parts by account.
    pub fn of(bridge: &Bridge, parts: &Parts) -> Result<Self, Overflow> {
        let mut statement = Self { per_bill: bridge.billed, per_book: bridge.recorded, ..Self::default() };
        for ((_, class), part) in &parts.0 {
            let (side, amount) = if part.billed.is_zero() {
                (&mut statement.not_billed, part.recorded)
            } else {
                (&mut statement.not_in_book, part.difference()?)
            };
            let sum = side.entry(*class).or_default();
            *sum = sum.plus(amount)?;
        }
        let sum = |side: &BTreeMap<Class, Exact>| side.values().try_fold(Exact::ZERO, |sum, amount| sum.plus(*amount));
        statement.adjusted_bill = bridge.billed.minus(sum(&statement.not_in_book)?)?;
        statement.adjusted_book = bridge.recorded.minus(sum(&statement.not_billed)?)?;
        statement.not_in_book.retain(|_, amount| !amount.is_zero());
        statement.not_billed.retain(|_, amount| !amount.is_zero());
        Ok(statement)
    }

    /// What neither side explains.
    pub fn unexplained(&self) -> Result<Exact, Overflow> {
        self.adjusted_bill.minus(self.adjusted_book)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AccountId;

    #[test]
    fn both_sides_less_what_only_one_has_come_to_the_same() {
        let exact = |text: &str| -> Exact { text.parse().unwrap() };
        let acme = LineOwner::Known(AccountId(1));
        let mut parts = Parts::default();
        let mut add = |class, recorded: &str, billed: &str| {
            parts.add(acme, class, Part { count: 1, recorded: exact(recorded), billed: exact(billed) }).unwrap();
        };
        add(Class::Matched, "100", "100");
        add(Class::Rounding, "7", "7.004");
        add(Class::Usage, "0", "30");
        add(Class::Difference(DifferenceKind::MissingInBill), "50", "0");
        add(Class::Difference(DifferenceKind::UnderBilled), "20", "18");
        let classes = parts.classes().unwrap();
        let bridge = Bridge { recorded: exact("177"), billed: exact("155.004"), classes };
        let statement = TwoSided::of(&bridge, &parts).unwrap();
        assert_eq!((statement.adjusted_bill, statement.adjusted_book), (exact("127"), exact("127")));
        assert_eq!(statement.unexplained().unwrap(), bridge.unexplained().unwrap());
        let names = |side: &BTreeMap<Class, Exact>| side.keys().map(|class| class.as_str()).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&statement.not_in_book), "rounding usage under-billed");
        assert_eq!(names(&statement.not_billed), "missing-in-bill");
        let short = Bridge { billed: exact("155.01"), ..bridge };
        assert_eq!(TwoSided::of(&short, &parts).unwrap().unexplained().unwrap(), exact("0.006"));
    }
}
