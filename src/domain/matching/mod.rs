//! Matching: which bill lines and recorded orders belong together, and what is left over.
//!
//! Pure and deterministic: the same orders and lines in any sequence give the same result. Two passes. The [`Matcher`] takes
//! every order and every line of a month, and settles by order number what agrees at first sight; that is nearly all. What is left
//! over is a [`Residue`]: it takes the details of those few, and goes through the [`cascade`], one function a step, strict
//! steps first. A line is used once, an order is settled once, and what could belong to several is left to a person.

pub mod cascade;
pub mod covering;
pub mod credit;
pub mod near;
mod outcome;
mod pairs;
pub mod residue;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::bill::{LineKind, OrderNumber, Tax, Treatment};
use crate::domain::bridge::{Bridge, Class, Part, Parts};
use crate::domain::difference::DifferenceKind;
use crate::domain::id::{AccountId, ChargeId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::Month;

pub use outcome::{
    Cause, Credit, Expected, LineOwner, Match, MatchRate, MatchRule, Matched, Mismatch, OrderClasses, Reclassified, RecordedRow,
};
pub use pairs::PairPlace;
use pairs::{Pair, Pairs};
pub use residue::{Facts, LineDetail, OrderDetail, Residue};

/// What the month is matched by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The bill's month.
    pub period: Month,
    /// What the bill is counted in.
    pub currency: Currency,
    /// How far an amount may be off.
    pub tolerance: Tolerance,
    /// Where the tax on the bill's amounts is.
    pub tax: Tax,
}

/// What a month was matched on besides its orders and lines. It is kept, because what a closed month was closed with stays what it
/// was, whatever policies and later months say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedOn {
    /// How far an amount may be off.
    pub tolerance: Tolerance,
    /// Where the tax on the bill's amounts is.
    pub tax: Tax,
    /// What the book knew besides.
    pub facts: Facts,
}

impl Terms {
    /// Those of a month and a currency, with no tolerance at all.
    pub fn strict(period: Month, currency: Currency) -> Self {
        Self { period, currency, tolerance: Tolerance::default(), tax: Tax::Included }
    }

    /// The last day of the month.
    fn last_day(&self) -> NaiveDate {
        self.period.last_day()
    }
}

/// How far an amount may be off before it is a difference: the smaller of the two limits holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tolerance {
    /// In major units, exact.
    pub amount: Exact,
    /// Of what is expected, in millionths.
    pub share: i64,
    /// What all that is tolerated may come to in a month, whatever the signs, in major units.
    pub budget: Exact,
}

/// A recorded order as the matcher sees it first.
#[derive(Clone, Copy, Debug)]
pub struct RecordedOrder<'a> {
    /// Its charge.
    pub charge: ChargeId,
    /// Who bought.
    pub account: AccountId,
    /// The provider's order number.
    pub order_no: OrderNumber<'a>,
    /// What the provider is still expected to bill.
    pub expected: Amount,
    /// The charge that a refund gives back; its own charge for everything else.
    pub root: ChargeId,
    /// Whether an earlier month was closed with it open.
    pub carried: bool,
}

/// A bill line as the matcher sees it first.
#[derive(Clone, Copy, Debug)]
pub struct BilledLine<'a> {
    /// Whose it is.
    pub owner: LineOwner,
    /// The order number.
    pub order_no: OrderNumber<'a>,
    /// What it is.
    pub kind: LineKind,
    /// Whether it is about a month that is closed.
    pub is_late: bool,
    /// What is owed to the provider as the bill has it, exact.
    pub payable: Exact,
}

#[derive(Clone, Copy, Debug, Default)]
struct Spend {
    lines: u64,
    billed: Exact,
}

/// Where a line stands that no order number decides; `None` of an order's line of one of the book's accounts.
pub fn class_without_order(owner: LineOwner, treatment: Treatment, is_late: bool) -> Option<Class> {
    Some(match (treatment, owner) {
        (Treatment::Commission, _) => Class::Commission,
        (_, LineOwner::OtherCurrency(_)) => Class::Difference(DifferenceKind::Currency),
        (_, LineOwner::Unknown(_)) => Class::Difference(DifferenceKind::UnknownAccount),
        (Treatment::Order, LineOwner::Known(_)) => return None,
        (Treatment::Rounding, _) => Class::Rounding,
        (Treatment::Usage | Treatment::Adjustment, _) if is_late => Class::Difference(DifferenceKind::LateCorrection),
        (Treatment::Usage, _) => Class::Usage,
        (Treatment::Adjustment, _) => Class::Adjustment,
    })
}

/// Collects both sides of a month.
#[derive(Debug)]
pub struct Matcher {
    terms: Terms,
    pairs: Pairs,
    /// The charge that each refund gives back.
    refunded: HashMap<ChargeId, ChargeId>,
    strangers: HashMap<LineOwner, Spend>,
    /// Recorded and billed, summed on their own.
    recorded: Exact,
    billed: Exact,
    /// What of the bill's tax is not in its amounts.
    tax: Exact,
    parts: Parts,
    usage_lines: u64,
    commission: Exact,
    rounding_lines: Exact,
}

impl Matcher {
    /// A matcher of one month's bill.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            pairs: Pairs::default(),
            refunded: HashMap::new(),
            strangers: HashMap::new(),
            recorded: Exact::ZERO,
            billed: Exact::ZERO,
            tax: Exact::ZERO,
            parts: Parts::default(),
            usage_lines: 0,
            commission: Exact::ZERO,
            rounding_lines: Exact::ZERO,
        }
    }

    /// Adds a recorded order.
    pub fn order(&mut self, order: &RecordedOrder<'_>) -> Result<(), Overflow> {
        if !order.carried {
            self.recorded = self.recorded.plus(Exact::from_amount(order.expected, self.terms.currency))?;
        }
        if order.root != order.charge {
            self.refunded.insert(order.charge, order.root);
        }
        let place = self.pairs.place_of(order.account, order.order_no)?;
        self.pairs.all[place.0 as usize].record(order.charge, order.expected, order.carried);
        Ok(())
    }

    /// Adds a bill line. Returns the place of its order number, where that decides of it.
    pub fn line(&mut self, line: &BilledLine<'_>) -> Result<Option<PairPlace>, Overflow> {
        self.billed = self.billed.plus(line.payable)?;
        let payable = self.terms.tax.gross(line.payable)?;
        if payable != line.payable {
            // Everything is compared with its tax, and what the bill leaves out stands in a class of its own.
            let left_out = payable.minus(line.payable)?;
            self.tax = self.tax.plus(left_out)?;
            self.parts.add(line.owner, Class::Tax, Part { count: 1, recorded: Exact::ZERO, billed: left_out.negated()? })?;
        }
        let treatment = line.kind.treatment(line.order_no.is_present());
        match (treatment, line.owner) {
            (Treatment::Commission, _) => self.commission = self.commission.plus(payable)?,
            (_, LineOwner::OtherCurrency(_) | LineOwner::Unknown(_)) => {
                // One difference for each of them, made of all its lines.
                let spend = self.strangers.entry(line.owner).or_default();
                spend.lines += 1;
                spend.billed = spend.billed.plus(payable)?;
                return Ok(None);
            }
            (Treatment::Order, LineOwner::Known(account)) => {
                let place = self.pairs.place_of(account, line.order_no)?;
                let pair = &mut self.pairs.all[place.0 as usize];
                pair.lines = pair.lines.checked_add(1).ok_or(Overflow)?;
                pair.billed = pair.billed.plus(payable)?;
                return Ok(Some(place));
            }
            (Treatment::Rounding, _) => self.rounding_lines = self.rounding_lines.plus(payable)?,
            (Treatment::Usage | Treatment::Adjustment, _) => self.usage_lines += 1,
        }
        let class = class_without_order(line.owner, treatment, line.is_late).unwrap_or(Class::Usage);
        self.parts.add(line.owner, class, Part { count: 1, recorded: Exact::ZERO, billed: payable })?;
        Ok(None)
    }

    /// Lines that came twice were left out before; they are a class of their own, with nothing in it.
    pub fn repeated(&mut self, owner: LineOwner, lines: u64) -> Result<(), Overflow> {
        let part = Part { count: lines, ..Part::default() };
        self.parts.add(owner, Class::Difference(DifferenceKind::DuplicateLine), part)
    }

    /// Settles what agrees at first sight: by order number and account, to the last digit, or to the minor unit to which the
    /// expected cost was rounded. The rest is left over.
    pub fn sift(self) -> Result<Residue, Overflow> {
        let Self { terms, pairs, refunded, .. } = &self;
        let netted = netted(&pairs.all, refunded)?;
        let (mut agreed, mut left) = (Vec::new(), Vec::new());
        for (place, pair) in (0_u32..).zip(&pairs.all) {
            let is_netted = pair.lines == 0 && pair.recorded().is_some_and(|c| netted.contains(refunded.get(&c).unwrap_or(&c)));
            let residual = pair.billed.minus(Exact::from_amount(pair.expected, terms.currency))?;
            match at_first_sight(pair, residual, is_netted, terms.currency) {
                Some(rule) => agreed.push((place, rule)),
                None => left.push(place),
            }
        }
        agreed.sort_unstable_by_key(|(place, _)| pairs.all[*place as usize].recorded());
        Ok(Residue::new(self, agreed, left))
    }
}

/// Orders that were not billed and that their refunds, not billed either, take back to the last minor unit: by their charge.
fn netted(pairs: &[Pair], refunded: &HashMap<ChargeId, ChargeId>) -> Result<HashSet<ChargeId>, Overflow> {
    if refunded.is_empty() {
        return Ok(HashSet::new());
    }
    let roots: HashSet<ChargeId> = refunded.values().copied().collect();
    let mut sums: HashMap<ChargeId, (Amount, u32)> = HashMap::new();
    for pair in pairs.iter().filter(|pair| pair.lines == 0) {
        let Some(charge) = pair.recorded() else { continue };
        let root = *refunded.get(&charge).unwrap_or(&charge);
        if roots.contains(&root) {
            let (sum, count) = sums.entry(root).or_default();
            *sum = sum.plus(pair.expected)?;
            *count += 1;
        }
    }
    Ok(sums.into_iter().filter(|(_, (sum, count))| sum.is_zero() && *count > 1).map(|(root, _)| root).collect())
}

/// How the two sides of one order number agree, if they do at first sight.
fn at_first_sight(pair: &Pair, residual: Exact, is_netted: bool, currency: Currency) -> Option<MatchRule> {
    pair.recorded()?;
    match pair.lines {
        0 if is_netted => Some(MatchRule::Netted),
        // Nothing was expected and nothing was billed: the provider does not list what costs nothing.
        0 => pair.expected.is_zero().then_some(MatchRule::Exact),
        1 if residual.is_zero() => Some(MatchRule::Exact),
        _ if residual.is_zero() => Some(MatchRule::OneToMany),
        _ => residual.is_below_half_a_minor_unit(currency).then_some(MatchRule::RoundingProof),
    }
}

/// The totals of both sides, with the classes that explain what lies between them.
fn bridge(recorded: Exact, billed: Exact, parts: &Parts) -> Result<Bridge, Overflow> {
    Ok(Bridge { recorded, billed, classes: parts.classes()? })
}

#[cfg(test)]
mod tests;
