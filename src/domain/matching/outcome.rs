//! What matching comes to: what belongs together and by which rule, and what does not agree.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::residue::{Item, Recorded};
use crate::domain::bill::OrderNumber;
use crate::domain::bridge::{Bridge, Class, Parts};
use crate::domain::difference::DifferenceKind;
use crate::domain::id::{AccountId, ChargeId, ProductId, SeenUidId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::words::words;

/// Whose a bill line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LineOwner {
    /// An account of the book, whose charges are ours on that day.
    Known(AccountId),
    /// An account of the book whose money is counted in another currency than the bill.
    OtherCurrency(SeenUidId),
    /// Anybody else.
    Unknown(SeenUidId),
}

words! {
    /// How an order and its lines agreed: the steps of the cascade, strict ones first.
    MatchRule, "a rule of matching" {
        /// One line, to the last digit.
        Exact = "exact",
        /// The provider's own rounding explains the rest.
        RoundingProof = "rounding-proof",
        /// An order and its refunds that add up to nothing, none of which was billed: it never happened at the provider.
        Netted = "netted",
        /// The policy's tolerance, while its budget lasts.
        Tolerance = "tolerance",
        /// Several lines with the order's number, together to the last digit.
        OneToMany = "one-to-many",
        /// Several orders, or an order and its refunds, that the provider bills under one number.
        ManyToOne = "many-to-one",
        /// A part of what the provider bills in instalments.
        Instalment = "instalment",
        /// The bill names a coupon that the order did not.
        Coupon = "coupon",
        /// Recorded in a later month, billed now.
        CutOff = "cut-off",
        /// Same account, product and amount, near in time, and nothing else like it on either side.
        Near = "near",
        /// The one smallest set of orders or lines that comes to the amount.
        CoveringSet = "covering-set",
        /// Money back for what was disputed in an earlier month.
        Credited = "credited",
        /// A person has said so.
        Manual = "manual",
    }
}

/// How one order was billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The order's charge.
    pub charge: ChargeId,
    /// What of the expected cost it settles.
    pub cleared: Amount,
    /// Whether nothing more is expected of the order.
    pub settles: bool,
    /// How it agreed.
    pub rule: MatchRule,
    /// What was billed for it, exact; of several orders to one line the last one has what rounding leaves.
    pub billed: Exact,
    /// How many candidates there were: one, where it is sure.
    pub candidates: u32,
}

/// What of a disputed amount an earlier month has left comes back with this bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The difference that it was disputed in.
    pub difference: String,
    /// What comes back: negative for money that the provider gives back.
    pub amount: Amount,
    /// What was billed for it, exact.
    pub billed: Exact,
}

/// An order that a mismatch is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The order's charge.
    pub charge: ChargeId,
    /// What the book still expects.
    pub amount: Amount,
}

/// What the matcher knows of the cause, by ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Nobody's UID, or one whose charges are not ours on that day.
    Stranger,
    /// The amounts differ, or one side has nothing.
    Amounts,
    /// The order is billed so many times over.
    BilledTimes(u32),
    /// The same order is recorded and billed under the charge's number.
    TwinOf(ChargeId),
    /// The bill names another account.
    BilledTo(AccountId),
    /// Recorded in a later month.
    DatedLater(ChargeId),
    /// Placed in the last days of the month.
    MonthEnd,
    /// An earlier bill has settled the order.
    Settled(ChargeId),
    /// Recorded for somebody that the line cannot mean.
    RecordedElsewhere(ChargeId),
    /// Off by the order's own coupon.
    CouponTwice(Amount),
    /// Tax on one side only.
    TaxBasis,
    /// Usage that does not come to the purchase terms.
    UsagePrice {
        /// The month that it was used in.
        charge_month: Month,
        /// At list price, less what a plan has covered.
        list: Exact,
    },
}

/// An order number, or an account, whose two sides do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Why.
    pub kind: DifferenceKind,
    /// The cause.
    pub cause: Cause,
    /// Whose.
    pub owner: LineOwner,
    /// The order number; empty for an unknown account.
    pub provider_order: String,
    /// The product, where both sides are about one.
    pub product: Option<ProductId>,
    /// The orders; none where nothing is recorded.
    pub orders: Vec<Expected>,
    /// What the book expects.
    pub recorded: Exact,
    /// What the bill says.
    pub billed: Exact,
    /// How many lines say it.
    pub lines: u64,
    /// How much of `recorded` an earlier month has carried over its close: it stands in that month's bridge.
    pub carried: Exact,
}

impl Mismatch {
    /// The charge month of usage that does not come to the purchase terms; `None` of everything else.
    pub fn usage_month(&self) -> Option<Month> {
        match self.cause {
            Cause::UsagePrice { charge_month, .. } => Some(charge_month),
            _ => None,
        }
    }

    /// What of the bill it is about: all of what is billed, of usage only what is billed too much or too little.
    pub fn at_stake(&self) -> Result<Exact, Overflow> {
        if self.usage_month().is_some() { self.billed.minus(self.recorded) } else { Ok(self.billed) }
    }
}

/// How much agrees, of the order numbers of the book's accounts that are recorded, billed or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchRate {
    /// Order numbers that agree.
    pub matched: u64,
    /// All of them.
    pub numbers: u64,
    /// What those that agree come to, whatever the sign: what is billed, or expected where nothing is.
    pub matched_value: Exact,
    /// What all of them come to.
    pub value: Exact,
}

impl MatchRate {
    /// Counts an order number.
    pub(super) fn add(&mut self, size: Exact, agrees: bool) -> Result<(), Overflow> {
        self.numbers += 1;
        self.value = self.value.plus(size)?;
        if agrees {
            self.matched += 1;
            self.matched_value = self.matched_value.plus(size)?;
        }
        Ok(())
    }

    /// Hundredths of a percent of all numbers that agree, rounded down so that only all of them are 100 %; `None` of nothing.
    pub fn by_count(&self) -> Option<u32> {
        hundredths(i128::from(self.matched), i128::from(self.numbers))
    }

    /// Hundredths of a percent of all value that agrees, rounded down; `None` of nothing.
    pub fn by_value(&self) -> Option<u32> {
        hundredths(self.matched_value.mantissa(), self.value.mantissa())
    }
}

fn hundredths(part: i128, of: i128) -> Option<u32> {
    if of == 0 {
        return None;
    }
    // Mantissas leave no room to be multiplied; their last digits do not show in a percentage.
    let scale = if of > i128::MAX / 10_000 { 10_000 } else { 1 };
    u32::try_from((part / scale) * 10_000 / (of / scale)).ok()
}

/// A sum that stands in another class of the bridge than the lines that it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reclassified {
    /// Whose lines.
    pub owner: LineOwner,
    /// What they bill; `None` of a stranger's.
    pub product: Option<ProductId>,
    /// The class of the lines.
    pub from: Class,
    /// The class of the sum.
    pub to: Class,
    /// How much of what they bill, exact.
    pub billed: Exact,
}

/// An order on the recorded side of the bridge, by lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRow {
    /// Who bought.
    pub account: AccountId,
    /// The order number.
    pub order_no: String,
    /// Where it stands.
    pub class: Class,
    /// What the book expects, exact.
    pub recorded: Exact,
    /// What of the bill is moved into the class, or out of it: what an earlier month has carried stands in a class of its own.
    pub billed: Exact,
}

/// The outcome of a month.
#[derive(Debug)]
pub struct Matched {
    /// Every cent in its class.
    pub bridge: Bridge,
    /// The same by account.
    pub parts: Parts,
    /// What does not agree, in a fixed order.
    pub mismatches: Vec<Mismatch>,
    /// What comes back of what was disputed.
    pub credits: Vec<Credit>,
    /// Matches by hand of which a side is not open any more, by their place in the facts.
    pub dead_by_hand: Vec<usize>,
    /// What stands elsewhere than its lines.
    pub reclassified: Vec<Reclassified>,
    /// What of the bill's tax is not in its amounts, exact.
    pub tax: Exact,
    /// How many lines are usage (adjustments without an order included).
    pub usage_lines: u64,
    /// The agent's commission, exact; negative when the provider pays it.
    pub commission: Exact,
    /// The provider's rounding lines, exact.
    pub rounding_lines: Exact,
    /// How many order numbers agree, and how much of what they come to.
    pub rate: MatchRate,
    /// Orders that earlier months have carried and that this bill has not either, and what is expected of them.
    pub still_carried: (u64, Exact),
    pub(super) pairs: Pairs,
    /// The pairs that agreed at first sight, by charge.
    pub(super) agreed: Vec<(u32, MatchRule)>,
    /// What the later steps found, by charge.
    pub(super) later: Vec<Match>,
    /// What was left to the later steps.
    pub(super) items: Vec<Item>,
}

impl Matched {
    /// How many orders were billed as expected.
    pub fn match_count(&self) -> u64 {
        (self.agreed.len() + self.later.len()) as u64
    }

    /// What agreed: at first sight by charge, then what the later steps found.
    pub fn matches(&self) -> impl Iterator<Item = Match> + '_ {
        let at_first_sight = self.agreed.iter().map(|(place, rule)| {
            let pair = self.pairs.all[*place as usize];
            let charge = pair.recorded().expect("only recorded orders agree");
            Match { charge, cleared: pair.expected, settles: true, rule: *rule, billed: pair.billed, candidates: 1 }
        });
        at_first_sight.chain(self.later.iter().copied())
    }

    /// The order number and account of a charge that agreed at first sight, with what was billed.
    pub fn agreed_numbers(&self) -> impl Iterator<Item = (AccountId, String, Match)> + '_ {
        self.agreed.iter().map(|(place, rule)| {
            let pair = self.pairs.all[*place as usize];
            let charge = pair.recorded().expect("only recorded orders agree");
            let found = Match { charge, cleared: pair.expected, settles: true, rule: *rule, billed: pair.billed, candidates: 1 };
            (pair.account, self.pairs.number(pair.order_no).to_string(), found)
        })
    }

    /// The same without what was left to the later steps: only explanations and bridges line by line ask for that.
    #[must_use]
    pub fn without_items(self) -> Self {
        Self { items: vec![], ..self }
    }

    /// The classes of order numbers.
    pub fn order_classes(&self) -> OrderClasses<'_> {
        let mut by_place: HashMap<usize, Class> = HashMap::new();
        let mut rules: HashMap<usize, Option<MatchRule>> = HashMap::new();
        for (place, rule) in &self.agreed {
            let pair = &self.pairs.all[*place as usize];
            if *rule != MatchRule::Exact {
                rules.insert(*place as usize, Some(*rule));
            }
            if pair.carried {
                by_place.insert(*place as usize, Class::CarriedIn);
            } else if *rule == MatchRule::RoundingProof {
                by_place.insert(*place as usize, Class::Rounding);
            }
        }
        for item in &self.items {
            let Some(place) = self.pairs.find(item.account, OrderNumber::of(&item.order_no)) else { continue };
            by_place.extend(item.class.map(|class| (place, class)));
            rules.insert(place, item.settled);
        }
        OrderClasses { pairs: &self.pairs, by_place, rules }
    }

    /// Every recorded order with its class, in a fixed order; what is carried into the month is recorded in an earlier one. The
    /// rows of both sides add up to the classes.
    pub fn recorded_rows(&self, currency: Currency) -> Result<Vec<RecordedRow>, Overflow> {
        let classes = self.order_classes();
        let later: HashMap<ChargeId, Match> = self.later.iter().map(|found| (found.charge, *found)).collect();
        let mut rows = Vec::new();
        for (place, pair) in self.pairs.all.iter().enumerate() {
            let Some(charge) = pair.recorded() else { continue };
            let (account, order_no) = (pair.account, self.pairs.number(pair.order_no).to_string());
            let expected = Exact::from_amount(pair.expected, currency);
            let own = classes.at(place);
            let mut row = |class, recorded, billed| {
                rows.push(RecordedRow { account, order_no: order_no.clone(), class, recorded, billed });
            };
            let found = later.get(&charge);
            match (pair.carried, found) {
                (false, Some(part)) if !part.settles => {
                    let cleared = Exact::from_amount(part.cleared, currency);
                    row(own, cleared, Exact::ZERO);
                    row(Class::CarriedForward, expected.minus(cleared)?, Exact::ZERO);
                }
                (false, _) => row(own, expected, Exact::ZERO),
                (true, _) if own == Class::CarriedIn => {}
                (true, Some(found)) => {
                    row(Class::CarriedIn, Exact::ZERO, found.billed);
                    row(own, Exact::ZERO, found.billed.negated()?);
                }
                (true, None) if matches!(own, Class::Difference(_) | Class::Tax) => {
                    row(Class::CarriedIn, Exact::ZERO, expected);
                    row(own, Exact::ZERO, expected.negated()?);
                }
                (true, None) => {}
            }
        }
        rows.sort_by(|a, b| (a.account, &a.order_no, a.class).cmp(&(b.account, &b.order_no, b.class)));
        Ok(rows)
    }

    /// What was left to the later steps: for explanations.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item of a recorded order that was left to the later steps.
    pub fn item_of(&self, charge: ChargeId) -> Option<&Item> {
        self.items.iter().find(|item| item.recorded.as_ref().is_some_and(|Recorded { charge: own, .. }| *own == charge))
    }
}

/// Where order numbers stand in the bridge.
pub struct OrderClasses<'m> {
    pairs: &'m Pairs,
    /// Those that do not agree to the last digit.
    by_place: HashMap<usize, Class>,
    /// The rules of those that did not agree at first sight to the last digit; `None` of what does not agree at all.
    rules: HashMap<usize, Option<MatchRule>>,
}

impl OrderClasses<'_> {
    /// The class of an order number's lines.
    pub fn of(&self, account: AccountId, order_no: OrderNumber<'_>) -> Class {
        self.pairs.find(account, order_no).map_or(Class::Matched, |place| self.at(place))
    }

    /// The rule by which an order number agrees, if it does.
    pub fn rule(&self, account: AccountId, order_no: OrderNumber<'_>) -> Option<MatchRule> {
        let place = self.pairs.find(account, order_no)?;
        self.rules.get(&place).copied().unwrap_or(Some(MatchRule::Exact))
    }

    fn at(&self, place: usize) -> Class {
        self.by_place.get(&place).copied().unwrap_or(Class::Matched)
    }
}
