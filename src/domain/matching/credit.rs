//! Money back for what an earlier month has disputed: which dispute a line of a later bill is about. What comes back is never more
//! than what is open, and where two disputes could be meant it is left to a person.

use serde::{Deserialize, Serialize};

use super::LineOwner;
use crate::domain::bill::UsageClass;
use crate::domain::id::{AccountId, ProductId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::Month;

/// Billed by an earlier month, not accepted, and asked back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputedItem {
    /// The difference that it was disputed in.
    pub difference: String,
    /// To whom it was billed.
    pub owner: LineOwner,
    /// The order number; empty of usage and of what a stranger was billed.
    pub order_no: String,
    /// What was billed, where that is one product.
    pub product: Option<ProductId>,
    /// The charge month of usage; `None` of everything else.
    pub usage: Option<Month>,
    /// How much of it has not come back, in minor units; above zero.
    pub amount: Amount,
}

/// What a bill gives an account back of one product without naming an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// Whose.
    pub account: AccountId,
    /// The product.
    pub product: ProductId,
    /// The month that it is about.
    pub charge_month: Month,
    /// How its amounts come about.
    pub class: UsageClass,
    /// Whether the charge month is closed.
    pub is_late: bool,
    /// Less than zero, exact.
    pub billed: Exact,
}

impl GivenBack {
    /// What tells it from the bill's other sums.
    pub fn key(&self) -> (AccountId, ProductId, Month, UsageClass) {
        (self.account, self.product, self.charge_month, self.class)
    }
}

/// What is still open of each dispute, while a bill is looked through.
#[derive(Debug)]
pub struct Disputes<'d> {
    items: &'d [DisputedItem],
    left: Vec<Amount>,
    currency: Currency,
}

impl<'d> Disputes<'d> {
    /// All of it is open.
    pub fn new(items: &'d [DisputedItem], currency: Currency) -> Self {
        Self { items, left: items.iter().map(|item| item.amount).collect(), currency }
    }

    /// The dispute of an id.
    pub(super) fn of_id(&self, difference: &str) -> Option<usize> {
        self.items.iter().position(|item| item.difference == difference)
    }

    /// The only dispute of somebody's order number; none where there are two.
    pub(super) fn of_number(&self, owner: LineOwner, order_no: &str) -> Option<usize> {
        let is_it = |item: &DisputedItem| item.owner == owner && item.order_no == order_no && item.usage.is_none();
        self.only(|place| is_it(&self.items[place]))
    }

    /// The difference of a dispute.
    pub(super) fn difference(&self, place: usize) -> &'d str {
        &self.items[place].difference
    }

    /// Takes what comes back off a dispute. Returns it in minor units, below zero; `None` where nothing comes back, or more than
    /// is open.
    pub(super) fn take(&mut self, place: usize, billed: Exact) -> Result<Option<Amount>, Overflow> {
        let amount = billed.round(self.currency)?;
        let left = self.left[place].plus(amount)?;
        if !amount.is_negative() || left.is_negative() {
            return Ok(None);
        }
        self.left[place] = left;
        Ok(Some(amount))
    }

    fn only(&self, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mut found = (0..self.items.len()).filter(|place| is_it(*place));
        found.next().filter(|_| found.next().is_none())
    }

    /// The dispute that a sum without an order gives back of: disputed usage of the same product and month, up to what is open; or
    /// the only dispute of the account that is open with this very amount, where the sum is a correction.
    fn of_sum(&self, sum: &GivenBack) -> Result<Option<usize>, Overflow> {
        let back = sum.billed.round(self.currency)?.negated()?;
        let owner = LineOwner::Known(sum.account);
        let is_its = |item: &DisputedItem| item.owner == owner && item.product.is_none_or(|product| product == sum.product);
        let usage = self.only(|place| {
            let item = &self.items[place];
            is_its(item) && item.usage == Some(sum.charge_month) && self.left[place] >= back
        });
        if usage.is_some() || sum.class != UsageClass::Adjusted {
            return Ok(usage);
        }
        Ok(self.only(|place| is_its(&self.items[place]) && self.left[place] == back))
    }

    /// Which of the sums without an order give back what was disputed, each with the place of its dispute and what comes back in
    /// minor units. Two corrections of one amount could both be meant: neither is taken.
    pub fn without_order(&mut self, sums: &[GivenBack]) -> Result<Vec<(usize, usize, Amount)>, Overflow> {
        let mut candidates = Vec::new();
        for (number, sum) in sums.iter().enumerate() {
            if let Some(place) = self.of_sum(sum)? {
                candidates.push((number, place));
            }
        }
        let mut found = Vec::new();
        for (number, place) in &candidates {
            let is_its_usage = |number: usize| self.items[*place].usage == Some(sums[number].charge_month);
            let rivals = candidates.iter().filter(|(other, of)| of == place && other != number && !is_its_usage(*other));
            if !is_its_usage(*number) && rivals.count() > 0 {
                continue;
            }
            if let Some(amount) = self.take(*place, sums[*number].billed)? {
                found.push((*number, *place, amount));
            }
        }
        Ok(found)
    }
}
