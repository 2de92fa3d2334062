//! What the first pass has left over, with the details that the later steps need: few items in a usual month, and in the worst one
//! as many as there are orders.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cascade;
use super::credit::{DisputedItem, GivenBack};
use super::pairs::{Pair, PairPlace};
use super::{MatchRule, Matched, Matcher};
use crate::domain::bill::{LineKind, OrderNumber, Treatment};
use crate::domain::bridge::Class;
use crate::domain::id::{AccountId, ChargeId, ProductId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::order::OrderKind;
use crate::domain::period::Month;
use crate::domain::usage_check::UsageMismatch;

/// The details of a recorded order.
#[derive(Clone, Copy, Debug)]
pub struct OrderDetail<'a> {
    /// Its charge.
    pub charge: ChargeId,
    /// Who bought.
    pub account: AccountId,
    /// The provider's order number.
    pub order_no: OrderNumber<'a>,
    /// The number of the order that a refund gives back.
    pub original_no: Option<&'a str>,
    /// What was bought.
    pub product: ProductId,
    /// When.
    pub date: NaiveDate,
    /// What it does.
    pub kind: OrderKind,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
    /// What its coupons took off the expected cost.
    pub coupon: Amount,
}

/// The details of a bill line.
#[derive(Clone, Copy, Debug)]
pub struct LineDetail<'a> {
    /// Whose it is.
    pub account: AccountId,
    /// The order number.
    pub order_no: OrderNumber<'a>,
    /// What it is.
    pub kind: LineKind,
    /// What is billed.
    pub product: ProductId,
    /// The charge month.
    pub month: Month,
    /// The day, where the line names it.
    pub day: Option<NaiveDate>,
    /// Whether the charge month is closed.
    pub is_late: bool,
    /// What is owed to the provider as the bill has it, exact.
    pub payable: Exact,
    /// What the coupon took off, as the bill has it.
    pub coupon: Exact,
    /// What the provider's rounding took off the line: list less discounts and coupon, less payable.
    pub cut: Exact,
}

/// The recorded side of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The charge.
    pub charge: ChargeId,
    /// What the book still expects.
    pub expected: Amount,
    /// Whether an earlier month was closed with it open.
    pub carried: bool,
    /// What was bought.
    pub product: ProductId,
    /// When.
    pub date: NaiveDate,
    /// Whether it gives something back.
    pub is_refund: bool,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
    /// What its coupons took off the expected cost.
    pub coupon: Amount,
}

/// The billed side of an item: all lines of an order number and account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billed {
    /// Sum of what is owed, exact.
    pub payable: Exact,
    /// Sum of what coupons took off.
    pub coupon: Exact,
    /// Sum of what the provider's rounding took off the lines.
    pub cut: Exact,
    /// Whether every such cut is one that the provider's rounding can make.
    pub cuts_are_rounding: bool,
    /// How many lines.
    pub lines: u32,
    /// What each of them says, where all say the same.
    pub each: Option<Exact>,
    /// What is billed, where it is one product.
    pub product: Option<ProductId>,
    /// The last day that a line names.
    pub day: Option<NaiveDate>,
    /// Whether a line is about a closed month.
    pub is_late: bool,
    /// Whether every line is one of an order that is paid later.
    pub is_paid_later: bool,
}

/// One order number of one account that did not agree at first sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose.
    pub account: AccountId,
    /// The order number.
    pub order_no: String,
    /// The number by which the provider may bill it together with others: that of the order which a refund gives back, and
    /// without the part behind a dash.
    pub family: String,
    /// The recorded side.
    pub recorded: Option<Recorded>,
    /// The billed side.
    pub billed: Option<Billed>,
    /// The rule by which it agreed in the end.
    pub settled: Option<MatchRule>,
    /// The class of the bridge that it stands in; `None` of what stays carried.
    pub class: Option<Class>,
}

/// An order just like a missing one: recorded on the same day for the same account, product, time and cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Alike {
    account: AccountId,
    product: ProductId,
    date: NaiveDate,
    kind: OrderKind,
    service_to: Option<NaiveDate>,
    expected: Amount,
}

/// Where else the book knows an order number that the month does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The account that is billed.
    pub billed_to: AccountId,
    /// The order number.
    pub order_no: String,
    /// The order's charge.
    pub charge: ChargeId,
    /// Who bought.
    pub account: AccountId,
    /// What the provider is still expected to bill.
    pub expected: Amount,
    /// Whether an earlier bill has settled it.
    pub is_settled: bool,
    /// Whether it is dated after the month.
    pub is_later: bool,
}

/// What a person has said belongs together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualMatch {
    /// Orders, by the account and the provider's number.
    pub orders: Vec<(AccountId, String)>,
    /// Billed numbers, by account.
    pub billed: Vec<(AccountId, String)>,
    /// The disputed difference of an earlier month of which the lines give something back, instead of orders.
    pub disputed: Option<String>,
}

/// What the later steps have to know besides the month's own orders and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Where else the book knows numbers that were billed and are not recorded in the month, by account and number, rising.
    pub elsewhere: Vec<Elsewhere>,
    /// What earlier months have disputed.
    pub disputed: Vec<DisputedItem>,
    /// What the bill gives back without an order number.
    pub given_back: Vec<GivenBack>,
    /// What persons have matched.
    pub manual: Vec<ManualMatch>,
    /// Usage that does not come to the purchase terms.
    pub usage: Vec<UsageMismatch>,
}

impl Facts {
    /// Where else the book knows a number that was billed to an account.
    pub(super) fn elsewhere(&self, account: AccountId, order_no: &str) -> Option<&Elsewhere> {
        let place = self.elsewhere.binary_search_by(|known| (known.billed_to, known.order_no.as_str()).cmp(&(account, order_no)));
        place.ok().map(|place| &self.elsewhere[place])
    }
}

/// What is left over, and what agreed already.
#[derive(Debug)]
pub struct Residue {
    pub(super) matcher: Matcher,
    pub(super) agreed: Vec<(u32, MatchRule)>,
    pub(super) items: Vec<Item>,
    /// The places of the items, by the place of their pair.
    item_of: HashMap<usize, usize>,
    /// What orders that were not billed are expected to cost, by account: a twin costs the same.
    short: HashSet<(AccountId, Amount)>,
    /// Orders that were billed and cost as much.
    pub(super) alike: HashMap<Alike, ChargeId>,
}

impl Residue {
    pub(super) fn new(matcher: Matcher, agreed: Vec<(u32, MatchRule)>, left: Vec<u32>) -> Self {
        let (mut items, mut item_of) = (Vec::with_capacity(left.len()), HashMap::with_capacity(left.len()));
        let mut short = HashSet::new();
        for place in left {
            let place = place as usize;
            let pair = &matcher.pairs.all[place];
            let order_no = matcher.pairs.number(pair.order_no).to_string();
            let recorded = pair.recorded().map(|charge| Recorded {
                charge,
                expected: pair.expected,
                carried: pair.carried,
                product: ProductId(0),
                date: matcher.terms.last_day(),
                is_refund: pair.expected.is_negative(),
                service_to: None,
                coupon: Amount::ZERO,
            });
            if recorded.is_some() && pair.lines == 0 {
                short.insert((pair.account, pair.expected));
            }
            item_of.insert(place, items.len());
            items.push(Item {
                account: pair.account,
                family: family(&order_no).to_owned(),
                order_no,
                recorded,
                billed: None,
                settled: None,
                class: None,
            });
        }
        Self { matcher, agreed, items, item_of, short, alike: HashMap::new() }
    }

    /// Whether nothing is left over.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Billed numbers that the month's orders do not have: the book may know them from elsewhere.
    pub fn unrecorded(&self) -> impl Iterator<Item = (AccountId, &str)> {
        self.items.iter().filter(|item| item.recorded.is_none()).map(|item| (item.account, item.order_no.as_str()))
    }

    /// The charges of the orders whose details are asked for: of what is left over, and of what may be a missing one's twin.
    pub fn wanted_charges(&self) -> Vec<ChargeId> {
        let is_wanted = |(place, pair): &(usize, &Pair)| {
            self.item_of.contains_key(place) || self.short.contains(&(pair.account, pair.expected))
        };
        let wanted = self.matcher.pairs.all.iter().enumerate().filter(is_wanted);
        let mut charges: Vec<ChargeId> = wanted.filter_map(|(_, pair)| pair.recorded()).collect();
        charges.sort_unstable();
        charges
    }

    /// How many orders the month has.
    pub fn order_count(&self) -> usize {
        self.matcher.pairs.all.iter().filter(|pair| pair.recorded().is_some()).count()
    }

    /// Whether the details of a line are asked for, by the place that the first pass has told.
    pub fn wants_line(&self, place: PairPlace) -> bool {
        self.item_of.contains_key(&(place.0 as usize))
    }

    /// Takes the details of a recorded order; of those that agreed, only what tells a twin.
    pub fn order(&mut self, order: &OrderDetail<'_>) {
        let Some(place) = self.matcher.pairs.find(order.account, order.order_no) else { return };
        let Some(item) = self.item_of.get(&place) else {
            let expected = self.matcher.pairs.all[place].expected;
            if self.short.contains(&(order.account, expected)) {
                self.alike.insert(Alike::of(order, expected), order.charge);
            }
            return;
        };
        let item = &mut self.items[*item];
        if let Some(original) = order.original_no {
            family(original).clone_into(&mut item.family);
        }
        if let Some(recorded) = item.recorded.as_mut().filter(|recorded| recorded.charge == order.charge) {
            recorded.product = order.product;
            recorded.date = order.date;
            recorded.is_refund = order.kind == OrderKind::Refund;
            recorded.service_to = order.service_to;
            recorded.coupon = order.coupon;
        }
    }

    /// Takes the details of a bill line of an account of the book; of those that agreed, nothing.
    pub fn line(&mut self, line: &LineDetail<'_>) -> Result<(), Overflow> {
        if line.kind.treatment(line.order_no.is_present()) != Treatment::Order {
            return Ok(());
        }
        let Some(item) = self.matcher.pairs.find(line.account, line.order_no).and_then(|place| self.item_of.get(&place)) else {
            return Ok(());
        };
        let currency = self.matcher.terms.currency;
        // The provider rounds what it bills, and the tax comes after that.
        let is_rounding = is_rounding(line.cut, line.payable, currency);
        let tax = self.matcher.terms.tax;
        let (payable, coupon, cut) = (tax.gross(line.payable)?, tax.gross(line.coupon)?, tax.gross(line.cut)?);
        let is_paid_later = line.kind == LineKind::SubscriptionPaidLater;
        let item = &mut self.items[*item];
        match &mut item.billed {
            None => {
                item.billed = Some(Billed {
                    payable,
                    coupon,
                    cut,
                    cuts_are_rounding: is_rounding,
                    lines: 1,
                    each: Some(payable),
                    product: Some(line.product),
                    day: line.day,
                    is_late: line.is_late,
                    is_paid_later,
                });
            }
            Some(billed) => {
                billed.payable = billed.payable.plus(payable)?;
                billed.coupon = billed.coupon.plus(coupon)?;
                billed.cut = billed.cut.plus(cut)?;
                billed.cuts_are_rounding &= is_rounding;
                billed.lines += 1;
                billed.each = billed.each.filter(|each| *each == payable);
                billed.product = billed.product.filter(|product| *product == line.product);
                billed.day = billed.day.max(line.day);
                billed.is_late |= line.is_late;
                billed.is_paid_later &= is_paid_later;
            }
        }
        Ok(())
    }

    /// Goes through the later steps, and tells what the month comes to.
    pub fn finish(self, facts: &Facts) -> Result<Matched, Overflow> {
        cascade::run(self, facts)
    }

    /// The twin of a missing order among those that were billed.
    pub(super) fn twin(
        alike: &HashMap<Alike, ChargeId>,
        account: AccountId,
        missing: &Recorded,
        kind: OrderKind,
    ) -> Option<ChargeId> {
        let Recorded { product, date, service_to, expected, .. } = *missing;
        alike.get(&Alike { account, product, date, kind, service_to, expected }).copied()
    }
}

impl Alike {
    fn of(order: &OrderDetail<'_>, expected: Amount) -> Self {
        let OrderDetail { account, product, date, kind, service_to, .. } = *order;
        Self { account, product, date, kind, service_to, expected }
    }
}

/// Whether a cut is one that the provider's rounding makes: what is cut off is less than a minor unit and on the amount's own side;
/// or it is rounded half up, and what is added is half a minor unit at most.
fn is_rounding(cut: Exact, payable: Exact, currency: Currency) -> bool {
    if cut.is_zero() || cut.is_below_half_a_minor_unit(currency) {
        return true;
    }
    let unit = Exact::from_amount(Amount::from_minor(1), currency).mantissa();
    let (cut, payable) = (cut.mantissa(), payable.mantissa());
    // What was cut down to nothing has no side.
    let is_cut_off = payable == 0 || (cut < 0) == (payable < 0);
    cut.abs() < unit && is_cut_off || cut.abs() * 2 == unit
}

/// A number without its part: `2601-2` is the second part of `2601`.
fn family(order_no: &str) -> &str {
    match order_no.rsplit_once(['-', '_', '/', '#', '.']) {
        Some((stem, part)) if !stem.is_empty() && (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()) => stem,
        _ => order_no,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_number_belongs_to_the_whole() {
        let table =
            [("2601-2", "2601"), ("2601_12", "2601"), ("R-2601", "R-2601"), ("2601", "2601"), ("-2", "-2"), ("a-1234", "a-1234")];
        for (number, of) in table {
            assert_eq!(family(number), of);
        }
    }

    #[test]
    fn a_cut_is_rounding_only_where_a_formula_of_the_provider_makes_it() {
        let cny = Currency::parse("CNY").unwrap();
        let table = [
            ("0", "5", true),
            ("0.0099", "5", true),
            ("0.01", "5", false),
            ("-0.004", "5", true),
            ("-0.005", "5", true),
            ("-0.006", "5", false),
            ("-0.009", "-5", true),
            ("0.009", "-5", false),
            ("0.009", "0", true),
        ];
        for (cut, payable, expected) in table {
            assert_eq!(is_rounding(cut.parse().unwrap(), payable.parse().unwrap(), cny), expected, "{cut} of {payable}");
        }
    }
}
