//! Pricing: agreements and volumes looked up, and the domain asked for the price.
//!
//! Recording an order, quoting one, charging usage and planning purchases all come through [`Prices`], so that they can never
//! differ. Nothing here writes.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::NaiveDate;

use super::Result;
use super::operation::AccountInGroup;
use crate::domain::account::Model;
use crate::domain::agreement::{Agreement, ChargeKind, in_force_for, is_in_force};
use crate::domain::coupon::{Coupon, take_off};
use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::Cost;
use crate::domain::price::{Price, Priceable, Volume, price};
use crate::store::{Reader, Scope};

/// An order as far as its price is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderToPrice<'a> {
    /// The product's code.
    pub(super) product: &'a str,
    /// What it does.
    pub(super) kind: ChargeKind,
    /// The list price, in whole minor units.
    pub(super) list: Exact,
    /// What the provider said that it will bill; `None` means by the purchase agreement.
    pub(super) provider_amount: Option<Amount>,
    /// What it costs less, and what pays a part of it.
    pub(super) coupons: &'a [Coupon],
}

/// Where agreements and volumes are found.
pub(super) trait Prices {
    /// Every version of the sale agreements of a group.
    fn sale_agreements(&mut self, group: GroupId) -> Result<Rc<Vec<Rc<Agreement>>>>;

    /// Every version of the purchase agreements.
    fn purchase_agreements(&mut self) -> Result<Rc<Vec<Rc<Agreement>>>>;

    /// What was added up from one day to another, both included.
    fn volume(&mut self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume>;

    /// The agreement that prices an account's charges of a date.
    fn sale_agreement(&mut self, group: GroupId, account: AccountId, date: NaiveDate) -> Result<Option<Rc<Agreement>>> {
        Ok(in_force_for(&self.sale_agreements(group)?, account, date).cloned())
    }

    /// The agreement that the provider's prices in a currency follow on a date.
    fn purchase_agreement(&mut self, currency: Currency, date: NaiveDate) -> Result<Option<Rc<Agreement>>> {
        let all = self.purchase_agreements()?;
        Ok(all.iter().find(|agreement| agreement.terms.currency == currency && is_in_force(&all, agreement, date)).cloned())
    }

    /// The volume that was reached in the window of an agreement before a charge of a date.
    fn volume_before(&mut self, agreement: &Agreement, date: NaiveDate) -> Result<Volume> {
        let terms = &agreement.terms;
        self.volume(Scope::of(agreement), terms.currency, agreement.window_start(date), date)
    }

    /// What an order of a date costs the customer, and what the provider is expected to bill: what it has said, else what the
    /// purchase agreement says, `None` without one. On the agency model both are the same: what the provider has said, else the
    /// customer's own terms. Coupons are taken off.
    fn priced(&mut self, of: &AccountInGroup, order: OrderToPrice<'_>, date: NaiveDate) -> Result<(Price, Option<Cost>)> {
        let currency = of.group.currency;
        let counts = self.cost_counts(currency, order.product, order.kind, date)?;
        let known = order.provider_amount.map(|expected| Cost { expected, counts });
        let cost = match (of.account.model, known) {
            (Model::Resale, None) => self.expected_cost(currency, order, date)?,
            (_, known) => known,
        };
        let priceable =
            Priceable { product: order.product, kind: order.kind, list: order.list, cost: cost.map(|cost| cost.expected) };
        let agreement = self.sale_agreement(of.group.id, of.account.id, date)?;
        let before = match &agreement {
            Some(agreement) => self.volume_before(agreement, date)?,
            None => Volume::default(),
        };
        let own = price(agreement.as_deref(), priceable, before, currency)?;
        let (price, cost) = match (of.account.model, cost) {
            (Model::Resale, cost) => (own, cost),
            (Model::Agency, Some(cost)) => (own.passed_through(cost.expected, currency), Some(cost)),
            (Model::Agency, None) => {
                let cost = Cost { expected: own.payable, counts };
                (own, Some(cost))
            }
        };
        let terms = (of.account.model, known.is_some());
        Ok(take_off(price, cost, order.coupons, terms, currency)?)
    }

    /// What the provider is expected to bill for an order of a date; `None` without a purchase agreement.
    fn expected_cost(&mut self, currency: Currency, order: OrderToPrice<'_>, date: NaiveDate) -> Result<Option<Cost>> {
        let Some(agreement) = self.purchase_agreement(currency, date)? else { return Ok(None) };
        let before = self.volume_before(&agreement, date)?;
        let priceable = Priceable { product: order.product, kind: order.kind, list: order.list, cost: None };
        let price = price(Some(&agreement), priceable, before, currency)?;
        Ok(Some(Cost { expected: price.payable, counts: price.counts }))
    }

    /// Whether what the provider bills for a product on a date counts towards the agent's volume there.
    fn cost_counts(&mut self, currency: Currency, product: &str, kind: ChargeKind, date: NaiveDate) -> Result<bool> {
        Ok(self.purchase_agreement(currency, date)?.is_none_or(|agreement| agreement.terms.counts(product, kind)))
    }
}

/// Prices as the book has them; what was loaded once is kept.
pub(super) struct ReadPrices<'r> {
    reader: Reader<'r>,
    sale: HashMap<GroupId, Rc<Vec<Rc<Agreement>>>>,
    purchase: Option<Rc<Vec<Rc<Agreement>>>>,
}

impl<'r> ReadPrices<'r> {
    /// Of the book that a reader sees.
    pub(super) fn new(reader: Reader<'r>) -> Self {
        Self { reader, sale: HashMap::new(), purchase: None }
    }
}

impl Prices for ReadPrices<'_> {
    fn sale_agreements(&mut self, group: GroupId) -> Result<Rc<Vec<Rc<Agreement>>>> {
        if let Some(loaded) = self.sale.get(&group) {
            return Ok(Rc::clone(loaded));
        }
        let loaded = Rc::new(self.reader.sale_agreements(group)?.into_iter().map(Rc::new).collect::<Vec<_>>());
        self.sale.insert(group, Rc::clone(&loaded));
        Ok(loaded)
    }

    fn purchase_agreements(&mut self) -> Result<Rc<Vec<Rc<Agreement>>>> {
        if self.purchase.is_none() {
            self.purchase = Some(Rc::new(self.reader.purchase_agreements()?.into_iter().map(Rc::new).collect()));
        }
        Ok(Rc::clone(self.purchase.as_ref().expect("it was loaded above")))
    }

    fn volume(&mut self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        Ok(self.reader.volume(scope, currency, from, to)?)
    }
}
