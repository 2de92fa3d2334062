//! Usage: what a bill charges without an order number, and what the customer owes for it.
//!
//! Usage is dated the charge month's last day, after that day's orders, and priced by account and product in that order. The
//! same function prices pending usage and the usage charges of a close, so that the two can never differ.

use std::borrow::Borrow;

use chrono::NaiveDate;

use crate::domain::account::Model;
use crate::domain::agreement::{Agreement, ChargeKind, in_force_for};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, ChargeId};
use crate::domain::money::{Amount, Currency, Exact, Overflow, rated};
use crate::domain::order::Charge;
use crate::domain::period::Month;
use crate::domain::price::{Price, Priceable, PricedBy, Volume, price};
use crate::domain::rate::Discount;
use crate::domain::refusal::Refusal;

/// One account's use of one product in one charge month, as a bill sums it up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usage {
    /// The account's code: usage is priced in the order of these.
    pub account_code: Code,
    /// The product's code.
    pub product: String,
    /// The month that it was used in.
    pub charge_month: Month,
    /// The account.
    pub account: AccountId,
    /// At list price, less what a plan has covered already.
    pub list: Exact,
    /// What the provider bills.
    pub billed: Exact,
    /// Who sells to the customer.
    pub model: Model,
}

/// Priced usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedUsage {
    /// What was used.
    pub usage: Usage,
    /// What the customer owes.
    pub price: Price,
    /// What the provider bills, rounded once to the minor unit, half away from zero.
    pub cost: Amount,
    /// The charge that it corrects, of a closed month.
    pub corrects: Option<ChargeId>,
}

impl PricedUsage {
    /// What is still to be charged of it, where its month was closed before and these were charged then; none when that is all. The
    /// first of them is what it corrects.
    pub fn beyond(mut self, charged: &[Charge]) -> Result<Option<Self>, Overflow> {
        let Some(first) = charged.first() else { return Ok(Some(self)) };
        for charge in charged {
            self.price.list = self.price.list.minus(charge.list)?;
            self.price.payable = self.price.payable.minus(charge.payable)?;
            self.cost = self.cost.minus(charge.cost)?;
        }
        self.corrects = Some(first.corrects.unwrap_or(first.id));
        let is_all = self.price.list.is_zero() && self.price.payable.is_zero() && self.cost.is_zero();
        Ok(if is_all { None } else { Some(self) })
    }

    /// The day on whose volume it counts, charged with the bill of a month: of what corrects a closed month that month's last.
    pub fn counts_on(&self, period: Month) -> NaiveDate {
        if self.corrects.is_some() { self.usage.charge_month.last_day() } else { period.last_day() }
    }
}

/// What an order, or a product's use, was charged at when its month was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The charge.
    pub charge: Charge,
    /// What true-ups have made of it since.
    pub trued_up: Amount,
}

/// Prices usage of a closed month by what was charged for it then: at the same discount, or, where a true-up has changed that, by
/// the same share of the list price. No tier that was reached since has a part in it.
pub fn price_late(usage: Usage, original: &Original, currency: Currency) -> Result<PricedUsage, Refusal> {
    let cost = usage.billed.round(currency)?;
    let price = original.price(usage.list, cost, usage.model, currency)?;
    Ok(PricedUsage { usage, price, cost, corrects: Some(original.charge.id) })
}

impl Original {
    /// The price of something that corrects it: at its own discount, or the share of the list price that true-ups have made of it;
    /// on the agency model what it costs, in minor units.
    pub fn price(&self, list: Exact, cost: Amount, model: Model, currency: Currency) -> Result<Price, Overflow> {
        let charge = &self.charge;
        let paid = Exact::from_amount(charge.payable.plus(self.trued_up)?, currency);
        let discount = if self.trued_up.is_zero() { charge.discount } else { Discount::between(charge.list, paid) };
        let price = Price {
            list,
            agreement: None,
            agreement_name: None,
            by: PricedBy::Original,
            tier: charge.tier,
            rate: None,
            slices: vec![],
            volume_before: charge.volume_before,
            discount,
            payable: rated([(list, discount.factor())], currency)?,
            coupon: Amount::ZERO,
            counts: charge.counts,
        };
        Ok(if model == Model::Agency { price.passed_through(cost, currency) } else { price })
    }
}

impl Usage {
    fn priceable(&self, cost: Amount) -> Priceable<'_> {
        Priceable { product: &self.product, kind: ChargeKind::Usage, list: self.list, cost: Some(cost) }
    }
}

/// An agreement that prices usage of a month, and what its window has reached before that.
#[derive(Clone, Debug)]
pub struct UsageTerms<A> {
    /// The agreement.
    pub agreement: A,
    /// The volume before the first of the usage.
    pub before: Volume,
}

/// Prices a group's usage of one month, each at the tier that the volume before it has reached. `in_force` are the agreements that
/// price the group's accounts on the month's last day.
pub fn price_usage<A: Borrow<Agreement>>(
    mut in_force: Vec<UsageTerms<A>>,
    day: NaiveDate,
    mut usages: Vec<Usage>,
    currency: Currency,
) -> Result<Vec<PricedUsage>, Refusal> {
    usages.sort();
    let mut priced = Vec::with_capacity(usages.len());
    for usage in usages {
        let cost = usage.billed.round(currency)?;
        let agreements: Vec<&Agreement> = in_force.iter().map(|terms| terms.agreement.borrow()).collect();
        let own = in_force_for(&agreements, usage.account, day).map(|agreement| agreement.id);
        let terms = in_force.iter().find(|terms| Some(terms.agreement.borrow().id) == own);
        let before = terms.map_or(Volume::default(), |terms| terms.before);
        let mut price = price(terms.map(|terms| terms.agreement.borrow()), usage.priceable(cost), before, currency)?;
        if usage.model == Model::Agency {
            price = price.passed_through(cost, currency);
        }
        for terms in in_force.iter_mut().filter(|terms| terms.agreement.borrow().is_for(usage.account)) {
            terms.before = terms.before.plus(price.volume(currency))?;
        }
        priced.push(PricedUsage { usage, price, cost, corrects: None });
    }
    Ok(priced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agreement::tests::agreement;

    #[test]
    fn usage_is_priced_by_account_and_product_after_the_months_orders() {
        let acme = agreement(&[("0", "5%"), ("65000", "15%")]);
        let cny = acme.terms.currency;
        let usage = |code: &str, product: &str, list: &str, billed: &str| Usage {
            account_code: code.parse().unwrap(),
            product: product.into(),
            charge_month: Month::parse("2026-06").unwrap(),
            account: AccountId(1),
            list: list.parse().unwrap(),
            billed: billed.parse().unwrap(),
            model: if code == "c" { Model::Agency } else { Model::Resale },
        };
        let given = vec![
            usage("c", "oss", "4.375", "3.5"),
            usage("b", "oss", "4.375", "3.5"),
            usage("a", "oss", "37.6543209864", "30.1234567891"),
            usage("a", "ecs", "1", "0.8"),
        ];
        let volume = Volume { list: "64999.99".parse().unwrap(), payable: Exact::ZERO };
        let priced = price_usage(
            vec![UsageTerms { agreement: &acme, before: volume }],
            Month::parse("2026-06").unwrap().last_day(),
            given,
            cny,
        )
        .unwrap();
        let shown: Vec<_> = priced
            .iter()
            .map(|p| format!("{} {} {} {}", p.usage.account_code, p.usage.product, p.price.payable.minor(), p.cost.minor()))
            .collect();
        // The first one crosses the tier, the others are priced beyond it; on the agency model the provider's price passes through.
        assert_eq!(shown, ["a ecs 95 80", "a oss 3201 3012", "b oss 372 350", "c oss 350 350"]);
    }
}
