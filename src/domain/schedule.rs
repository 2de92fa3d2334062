//! Planned purchases, and the other ways in which the same could be bought.
//!
//! A schedule is a list of purchases in the order in which they would be made. What it costs is for
//! [`price`](crate::domain::price) to say: nothing here looks at a rate, and nothing here changes what is bought, only when and in
//! how many orders.

use chrono::NaiveDate;

use crate::domain::agreement::ChargeKind;
use crate::domain::id::AccountId;
use crate::domain::money::{Amount, Exact, Overflow};
use crate::domain::words::words;

/// A planned order as its file says it: one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedOrder {
    /// The account's code or UID, as it was typed.
    pub account: String,
    /// The product's code.
    pub product: String,
    /// What it would do.
    pub kind: ChargeKind,
    /// The list price in major units.
    pub list_price: Exact,
    /// When it would be placed; `None` means today.
    pub date: Option<NaiveDate>,
    /// What the provider said that it would bill, in major units; `None` means by the purchase agreement.
    pub provider_amount: Option<Exact>,
}

/// One purchase of a schedule; amounts in minor units of the group's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The line of the plan that it comes from, the first one of several.
    pub line: u64,
    /// Who would buy.
    pub account: AccountId,
    /// The product's code.
    pub product: String,
    /// What it would do.
    pub kind: ChargeKind,
    /// When.
    pub date: NaiveDate,
    /// The list price.
    pub list: Amount,
    /// What the provider said that it would bill; `None` means by the purchase agreement.
    pub provider_amount: Option<Amount>,
}

words! {
    /// A way to buy what is planned.
    Scenario, "a scenario" {
        /// On the planned dates, in the given order.
        AsPlanned = "as planned",
        /// All on the earliest planned date.
        AllEarlier = "all earlier",
        /// All on the latest planned date.
        AllLater = "all later",
        /// All on the first day of the window after the latest date's.
        NextWindow = "next window",
        /// What one account buys of one product and kind, as one order on the earliest of its dates.
        Together = "together",
        /// Each order in pieces that end where a tier begins, one bought after the other.
        Apart = "apart",
        /// The same orders on the same dates, in the cheapest order that was found.
        BestOrder = "best order",
    }
}

/// The purchases in the order in which they are made: by date, and on one day as they were given.
#[must_use]
pub fn in_turn(mut purchases: Vec<Purchase>) -> Vec<Purchase> {
    purchases.sort_by_key(|purchase| purchase.date);
    purchases
}

/// All purchases on one day, in their order.
pub fn all_on(purchases: &[Purchase], date: NaiveDate) -> Vec<Purchase> {
    purchases.iter().map(|purchase| Purchase { date, ..purchase.clone() }).collect()
}

/// What one account buys of one product and kind as one order, where the first of it stands. What the provider has said of some and
/// not of others is not added up: the two stay apart. So does what has a price for each order: one order less is one price less.
pub fn together(purchases: &[Purchase], has_price_of_order: impl Fn(&Purchase) -> bool) -> Result<Vec<Purchase>, Overflow> {
    let mut joined: Vec<Purchase> = Vec::new();
    for purchase in purchases {
        let of_a_kind = |other: &&mut Purchase| {
            (other.account, &other.product, other.kind, other.provider_amount.is_some())
                == (purchase.account, &purchase.product, purchase.kind, purchase.provider_amount.is_some())
        };
        match joined.iter_mut().find(of_a_kind) {
            Some(one) if !has_price_of_order(one) && !has_price_of_order(purchase) => {
                one.list = one.list.plus(purchase.list)?;
                one.provider_amount = match (one.provider_amount, purchase.provider_amount) {
                    (Some(before), Some(more)) => Some(before.plus(more)?),
                    _ => None,
                };
                one.date = one.date.min(purchase.date);
            }
            _ => joined.push(purchase.clone()),
        }
    }
    Ok(in_turn(joined))
}

impl Purchase {
    /// The same in two: one of a list price, and what is left of it. What the provider said is shared out, rounded half away from
    /// zero; the second takes the rest. `None` where there is nothing on one side of the cut.
    pub fn cut(&self, list: Amount) -> Result<Option<(Self, Self)>, Overflow> {
        let left = self.list.minus(list)?;
        if !list.is_positive() || !left.is_positive() {
            return Ok(None);
        }
        let share = |said: Amount| Amount::nearest(i128::from(said.minor()) * i128::from(list.minor()), self.list.minor().into());
        let first_said = self.provider_amount.map(share).transpose()?;
        let rest_said = match (self.provider_amount, first_said) {
            (Some(all), Some(first)) => Some(all.minus(first)?),
            _ => None,
        };
        let first = Self { list, provider_amount: first_said, ..self.clone() };
        Ok(Some((first, Self { list: left, provider_amount: rest_said, ..self.clone() })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn purchase(line: u64, account: i64, product: &str, date: &str, list: i64, said: Option<i64>) -> Purchase {
        Purchase {
            line,
            account: AccountId(account),
            product: product.into(),
            kind: ChargeKind::New,
            date: parse_date(date).unwrap(),
            list: Amount::from_minor(list),
            provider_amount: said.map(Amount::from_minor),
        }
    }

    fn told(purchases: &[Purchase]) -> Vec<String> {
        let said = |p: &Purchase| p.provider_amount.map_or("-".to_owned(), |said| said.minor().to_string());
        purchases.iter().map(|p| format!("{} {} {} {} {}", p.line, p.date, p.product, p.list.minor(), said(p))).collect()
    }

    #[test]
    fn orders_of_a_kind_are_put_together_on_the_first_of_their_dates() {
        let plan = [
            purchase(2, 1, "ecs", "2026-07-10", 100, None),
            purchase(3, 1, "rds", "2026-07-08", 50, Some(40)),
            purchase(4, 1, "ecs", "2026-07-05", 30, None),
            purchase(5, 2, "ecs", "2026-07-06", 7, None),
            purchase(6, 1, "rds", "2026-07-09", 5, Some(4)),
            purchase(7, 1, "rds", "2026-07-09", 6, None),
        ];
        let expected = ["2 2026-07-05 ecs 130 -", "5 2026-07-06 ecs 7 -", "3 2026-07-08 rds 55 44", "7 2026-07-09 rds 6 -"];
        assert_eq!(told(&together(&plan, |_| false).unwrap()), expected);
        let kinds = [plan[0].clone(), Purchase { kind: ChargeKind::Renew, ..plan[0].clone() }];
        assert_eq!(together(&kinds, |_| false).unwrap().len(), 2);
        assert_eq!(together(&plan, |purchase| purchase.product == "ecs").unwrap().len(), 5);
    }

    #[test]
    fn a_cut_loses_nothing() {
        let whole = purchase(2, 1, "ecs", "2026-07-10", 100, Some(81));
        let (first, rest) = whole.cut(Amount::from_minor(33)).unwrap().unwrap();
        assert_eq!(told(&[first, rest]), ["2 2026-07-10 ecs 33 27", "2 2026-07-10 ecs 67 54"]);
        for nothing in [-1, 0, 100, 101] {
            assert_eq!(whole.cut(Amount::from_minor(nothing)).unwrap(), None);
        }
    }

    #[test]
    fn on_one_day_the_given_order_holds() {
        let plan = vec![purchase(2, 1, "b", "2026-07-02", 1, None), purchase(3, 1, "a", "2026-07-01", 1, None)];
        assert_eq!(told(&in_turn(plan.clone())), ["3 2026-07-01 a 1 -", "2 2026-07-02 b 1 -"]);
        assert_eq!(told(&all_on(&plan, plan[0].date)), ["2 2026-07-02 b 1 -", "3 2026-07-02 a 1 -"]);
    }
}
