//! Budgets: how much an account, a group or an environment should cost its owner in a month, a quarter or a year.
//!
//! What counts is what is owed for charges dated in the period: orders less refunds, usage, and usage on an estimated bill that
//! waits for its charge. A budget warns at its thresholds, each once in a period, and can block a planned order that would go
//! beyond it. What the provider has accepted already is recorded all the same.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::account::{Account, Environment};
use crate::domain::id::{AccountId, BudgetId, GroupId};
use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::percent::Percents;
use crate::domain::words::words;

words! {
    /// How long a budget lasts before it begins again, on calendar days.
    BudgetPeriod, "a budget period" {
        /// A month.
        Month = "month",
        /// A quarter.
        Quarter = "quarter",
        /// A year.
        Year = "year",
    }
}

words! {
    /// What a budget does to a planned order that would go beyond it.
    BudgetAction, "a budget action" {
        /// It says so.
        Warn = "warn",
        /// It refuses the order.
        Block = "block",
    }
}

/// The charges that a budget is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BudgetScope {
    /// Those of one account.
    Account(AccountId),
    /// Those of all accounts of a group.
    Group(GroupId),
    /// Those of the accounts of one environment, of a group or of the whole book.
    Environment(Option<GroupId>, Environment),
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Its row.
    pub id: BudgetId,
    /// The charges that it is about.
    pub scope: BudgetScope,
    /// How long it lasts.
    pub period: BudgetPeriod,
    /// What it is counted in; charges in another currency do not count.
    pub currency: Currency,
    /// How much may be owed for a period, in minor units.
    pub amount: Amount,
    /// At how many percent of it somebody is told.
    pub thresholds: Percents,
    /// What it does to an order that would go beyond it.
    pub action: BudgetAction,
    /// Whether it was taken away.
    pub removed: bool,
}

/// A stretch of days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    /// The first.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
}

impl Days {
    /// Whether a day lies in it.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }
}

impl BudgetPeriod {
    /// The period that a day lies in.
    pub fn around(self, day: NaiveDate) -> Days {
        let (month, months) = match self {
            Self::Month => (day.month(), 1),
            Self::Quarter => ((day.month() - 1) / 3 * 3 + 1, 3),
            Self::Year => (1, 12),
        };
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).expect("months are 1 to 12");
        let next = first.checked_add_months(Months::new(months)).expect("years are below 10000");
        Days { first, last: next.pred_opt().expect("there is a day before") }
    }

    /// What people call the period that begins on a day: `2026-06`, `2026-Q2`, `2026`.
    pub fn name_of(self, first: NaiveDate) -> String {
        match self {
            Self::Month => first.format("%Y-%m").to_string(),
            Self::Quarter => format!("{}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
            Self::Year => first.year().to_string(),
        }
    }
}

impl Budget {
    /// Whether the charges of an account count that are a group's, given what its money is counted in.
    pub fn covers(&self, account: &Account, of: GroupId, currency: Currency) -> bool {
        let is_in_scope = match self.scope {
            BudgetScope::Account(id) => account.id == id,
            BudgetScope::Group(group) => of == group,
            BudgetScope::Environment(group, environment) => {
                account.environment == environment && group.is_none_or(|group| of == group)
            }
        };
        is_in_scope && currency == self.currency && !self.removed
    }

    /// The thresholds that are reached with `projected` and were not with `spent`.
    pub fn crossed(&self, spent: Amount, projected: Amount) -> Vec<u16> {
        let before: Vec<u16> = self.thresholds.reached(spent, self.amount).collect();
        self.thresholds.reached(projected, self.amount).filter(|percent| !before.contains(percent)).collect()
    }

    /// Whether a charge that takes what is owed from `spent` to `projected` goes beyond it; money back never does.
    pub fn is_exceeded(&self, spent: Amount, projected: Amount) -> bool {
        projected > self.amount && projected > spent
    }

    /// Whether it forbids such a charge, where it is planned.
    pub fn blocks(&self, spent: Amount, projected: Amount) -> bool {
        self.action == BudgetAction::Block && self.is_exceeded(spent, projected)
    }

    /// What is left of it; negative beyond it.
    pub fn left(&self, spent: Amount) -> Result<Amount, Overflow> {
        self.amount.minus(spent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn budget(action: BudgetAction) -> Budget {
        Budget {
            id: BudgetId(1),
            scope: BudgetScope::Account(AccountId(1)),
            period: BudgetPeriod::Month,
            currency: "CNY".parse().unwrap(),
            amount: Amount::from_minor(1000),
            thresholds: "50,80,100".parse().unwrap(),
            action,
            removed: false,
        }
    }

    #[test]
    fn periods_are_calendar_months_quarters_and_years() {
        let table = [
            (BudgetPeriod::Month, "2028-02-29", "2028-02-01", "2028-02-29", "2028-02"),
            (BudgetPeriod::Quarter, "2026-06-30", "2026-04-01", "2026-06-30", "2026-Q2"),
            (BudgetPeriod::Quarter, "2026-12-01", "2026-10-01", "2026-12-31", "2026-Q4"),
            (BudgetPeriod::Year, "2026-01-01", "2026-01-01", "2026-12-31", "2026"),
        ];
        for (period, day, first, last, name) in table {
            let day = parse_date(day).unwrap();
            let days = period.around(day);
            assert_eq!((days.first, days.last), (parse_date(first).unwrap(), parse_date(last).unwrap()), "{period} {day}");
            assert!(days.contains(day));
            assert_eq!(period.name_of(days.first), name);
        }
    }

    #[test]
    fn a_threshold_is_crossed_by_the_charge_that_reaches_it() {
        let crossed =
            |spent, projected| budget(BudgetAction::Warn).crossed(Amount::from_minor(spent), Amount::from_minor(projected));
        assert_eq!(crossed(0, 499), [0_u16; 0]);
        assert_eq!(crossed(0, 500), [50]);
        assert_eq!(crossed(499, 1000), [50, 80, 100]);
        assert_eq!(crossed(1000, 5000), [0_u16; 0]);
        assert_eq!(crossed(900, 100), [0_u16; 0], "money back crosses nothing");
    }

    #[test]
    fn a_budget_blocks_what_goes_beyond_it_and_never_money_back() {
        let blocks =
            |spent, projected| budget(BudgetAction::Block).blocks(Amount::from_minor(spent), Amount::from_minor(projected));
        assert!(!blocks(0, 1000));
        assert!(blocks(0, 1001));
        assert!(blocks(2000, 2001));
        assert!(!blocks(2000, 1500));
        assert!(!blocks(2000, 2000), "an order for nothing");
        assert!(!budget(BudgetAction::Warn).blocks(Amount::ZERO, Amount::from_minor(5000)));
    }
}
