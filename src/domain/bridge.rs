//! The bridge from recorded to billed: every cent in exactly one class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::difference::DifferenceKind;
use crate::domain::money::{Exact, Overflow};
use crate::domain::words::words;

words! {
    /// Where a part of the difference between recorded and billed belongs.
    Class, "a class" {
        /// Orders billed exactly as expected.
        Matched = "matched",
        /// Orders billed within half a minor unit of what was expected, and the provider's own rounding lines.
        Rounding = "rounding",
        /// Usage: it has no order and is charged when the month closes.
        Usage = "usage",
        /// Corrections without an order.
        Adjustment = "adjustment",
        /// The agent's commission.
        Commission = "commission",
        /// Differences of that kind.
        UnknownAccount = "unknown-account",
        /// Differences of that kind; always zero, because repeats are counted once.
        DuplicateLine = "duplicate-line",
        /// Differences of that kind.
        UnrecordedOrder = "unrecorded-order",
        /// Differences of that kind.
        MissingInBill = "missing-in-bill",
        /// Differences of that kind.
        OverBilled = "over-billed",
        /// Differences of that kind.
        UnderBilled = "under-billed",
    }
}

impl From<DifferenceKind> for Class {
    fn from(kind: DifferenceKind) -> Self {
        match kind {
            DifferenceKind::UnknownAccount => Self::UnknownAccount,
            DifferenceKind::DuplicateLine => Self::DuplicateLine,
            DifferenceKind::UnrecordedOrder => Self::UnrecordedOrder,
            DifferenceKind::MissingInBill => Self::MissingInBill,
            DifferenceKind::OverBilled => Self::OverBilled,
            DifferenceKind::UnderBilled => Self::UnderBilled,
        }
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
    /// Adds to a class.
    pub fn add(&mut self, class: Class, count: u64, amount: Exact) -> Result<(), Overflow> {
        let total = self.classes.entry(class).or_default();
        total.count += count;
        total.amount = total.amount.plus(amount)?;
        Ok(())
    }

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
