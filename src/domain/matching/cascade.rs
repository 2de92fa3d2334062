//! The cascade: what the first pass has left over goes through these steps, strict ones first. One function a step; each takes
//! the items that are still open and settles those that it is sure of. What is left in the end gets its kind.
//!
//! Nothing here depends on the sequence of the input: items are sorted first, and whatever two things could claim belongs to
//! neither.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::covering::{self, Search, smallest_set};
use super::credit::Disputes;
use super::near;
use super::outcome::{Cause, Credit, Expected, LineOwner, Match, MatchRate, MatchRule, Matched, Mismatch, Reclassified};
use super::residue::{Alike, Billed, Facts, Item, ManualMatch, Recorded, Residue};
use super::{Matcher, Spend, Terms, bridge, class_without_order};
use crate::domain::bill::{Tax, Treatment, UsageClass};
use crate::domain::bridge::{Class, Part, Parts};
use crate::domain::difference::DifferenceKind;
use crate::domain::id::{AccountId, ChargeId, ProductId};
use crate::domain::money::{Amount, Exact, Overflow};
use crate::domain::order::OrderKind;
use crate::domain::usage_check::UsageMismatch;

/// An order of the last so many days of a month may be billed in the next one.
pub const CUT_OFF_DAYS: i64 = 3;

/// Goes through all steps.
pub(super) fn run(residue: Residue, facts: &Facts) -> Result<Matched, Overflow> {
    let Residue { mut matcher, agreed, mut items, alike, .. } = residue;
    items.sort_by(|a, b| (a.account, &a.order_no).cmp(&(b.account, &b.order_no)));
    let parts = std::mem::take(&mut matcher.parts);
    let budget = matcher.terms.tolerance.budget.mantissa();
    let mut cascade = Cascade {
        terms: &matcher.terms,
        items,
        parts,
        budget,
        disputes: Disputes::new(&facts.disputed, matcher.terms.currency),
        matches: vec![],
        mismatches: vec![],
        credits: vec![],
        reclassified: vec![],
    };
    let mut dead_by_hand = Vec::new();
    for (number, manual) in facts.manual.iter().enumerate() {
        if !cascade.manual(manual)? {
            dead_by_hand.push(number);
        }
    }
    cascade.given_back(facts)?;
    cascade.rounding_proof()?;
    cascade.coupon()?;
    cascade.tolerance()?;
    cascade.by_order_number()?;
    cascade.instalment()?;
    cascade.wrong_account()?;
    cascade.cut_off(facts)?;
    cascade.credited()?;
    cascade.near()?;
    cascade.covering_set()?;
    cascade.usage(&facts.usage)?;
    let still_carried = cascade.what_is_left(facts, &alike)?;
    let mut strangers: Vec<(LineOwner, Spend)> = matcher.strangers.iter().map(|(owner, spend)| (*owner, *spend)).collect();
    strangers.sort_unstable_by_key(|(owner, _)| *owner);
    for (owner, spend) in strangers {
        cascade.stranger(owner, spend)?;
    }
    let Cascade { items, mut parts, mut matches, mut mismatches, credits, reclassified, .. } = cascade;
    let rate = match_rate(&matcher, &agreed, &items)?;
    for (place, rule) in &agreed {
        let pair = &matcher.pairs.all[*place as usize];
        let expected = Exact::from_amount(pair.expected, matcher.terms.currency);
        let class = if *rule == MatchRule::RoundingProof { Class::Rounding } else { Class::Matched };
        let (class, recorded) = if pair.carried { (Class::CarriedIn, Exact::ZERO) } else { (class, expected) };
        parts.add(LineOwner::Known(pair.account), class, Part { count: 1, recorded, billed: pair.billed })?;
    }
    let place = |m: &Mismatch| (m.kind, m.owner, m.usage_month(), m.product);
    mismatches.sort_unstable_by(|a, b| (place(a), &a.provider_order).cmp(&(place(b), &b.provider_order)));
    matches.sort_unstable_by_key(|found| found.charge);
    Ok(Matched {
        bridge: bridge(matcher.recorded, matcher.billed, &parts)?,
        parts,
        mismatches,
        credits,
        reclassified,
        dead_by_hand,
        tax: matcher.tax,
        usage_lines: matcher.usage_lines,
        commission: matcher.commission,
        rounding_lines: matcher.rounding_lines,
        rate,
        still_carried,
        pairs: matcher.pairs,
        agreed,
        later: matches,
        items,
    })
}

/// How many order numbers agree, and how much of what is on either side.
fn match_rate(matcher: &Matcher, agreed: &[(u32, MatchRule)], items: &[Item]) -> Result<MatchRate, Overflow> {
    let size = |expected: Exact, billed: Exact| if billed.is_zero() { expected.absolute() } else { billed.absolute() };
    let mut rate = MatchRate::default();
    for (place, _) in agreed {
        let pair = &matcher.pairs.all[*place as usize];
        rate.add(size(Exact::from_amount(pair.expected, matcher.terms.currency), pair.billed)?, true)?;
    }
    for item in items {
        let expected = item.recorded.as_ref().map_or(Exact::ZERO, |r| Exact::from_amount(r.expected, matcher.terms.currency));
        let billed = item.billed.as_ref().map_or(Exact::ZERO, |b| b.payable);
        let differs = matches!(item.class, None | Some(Class::Difference(_) | Class::Tax));
        let is_matched = item.settled.is_some_and(|rule| rule != MatchRule::Manual || !differs);
        rate.add(size(expected, billed)?, is_matched)?;
    }
    Ok(rate)
}

struct Cascade<'t> {
    terms: &'t Terms,
    items: Vec<Item>,
    parts: Parts,
    /// What may still be tolerated in the month, as a mantissa.
    budget: i128,
    /// What is still open of what earlier months have disputed.
    disputes: Disputes<'t>,
    matches: Vec<Match>,
    mismatches: Vec<Mismatch>,
    credits: Vec<Credit>,
    reclassified: Vec<Reclassified>,
}

impl Item {
    fn is_open(&self) -> bool {
        self.settled.is_none()
    }

    /// Both sides, where it has both and is open.
    fn both(&self) -> Option<(&Recorded, &Billed)> {
        self.recorded.as_ref().zip(self.billed.as_ref()).filter(|_| self.is_open())
    }

    /// The order, where it was not billed and is open.
    fn missing(&self) -> Option<&Recorded> {
        self.recorded.as_ref().filter(|_| self.is_open() && self.billed.is_none())
    }

    /// The lines, where no order has their number and they are open.
    fn unrecorded(&self) -> Option<&Billed> {
        self.billed.as_ref().filter(|_| self.is_open() && self.recorded.is_none())
    }
}

impl Cascade<'_> {
    fn exact(&self, amount: Amount) -> Exact {
        Exact::from_amount(amount, self.terms.currency)
    }

    /// Billed less expected.
    fn residual(&self, recorded: &Recorded, billed: &Billed) -> Result<Exact, Overflow> {
        billed.payable.minus(self.exact(recorded.expected))
    }

    /// Whether an amount is the expected one by the provider's own rounding: to half a minor unit, or with what the rounding of
    /// each line has cut off, or cut off once at the end. A figure that a layout repeats on many lines is no cut of theirs, and
    /// is never added.
    fn is_proved(&self, expected: Exact, payable: Exact, cut: Exact, cuts_are_rounding: bool) -> Result<bool, Overflow> {
        let currency = self.terms.currency;
        let residual = payable.minus(expected)?;
        Ok(residual.is_below_half_a_minor_unit(currency)
            || cuts_are_rounding && residual.plus(cut)?.is_below_half_a_minor_unit(currency))
    }

    fn agrees(&self, recorded: &Recorded, billed: &Billed) -> Result<bool, Overflow> {
        self.is_proved(self.exact(recorded.expected), billed.payable, billed.cut, billed.cuts_are_rounding)
    }

    /// The open items with both sides for which a step is sure.
    fn settle_where(
        &mut self,
        rule: MatchRule,
        class: Class,
        is_sure: impl Fn(&Self, &Recorded, &Billed) -> Result<bool, Overflow>,
    ) -> Result<(), Overflow> {
        for place in 0..self.items.len() {
            let Some((recorded, billed)) = self.items[place].both() else { continue };
            if is_sure(self, recorded, billed)? {
                self.agree(&[place], rule, class, 1)?;
            }
        }
        Ok(())
    }

    /// Settles items with each other: every order of them is billed by all lines of them. What an earlier month has carried stands
    /// in that month's bridge, and is `carried-in` here.
    fn agree(&mut self, places: &[usize], rule: MatchRule, class: Class, candidates: u32) -> Result<(), Overflow> {
        let billed = self.sum(places, |item| item.billed.as_ref().map_or(Exact::ZERO, |billed| billed.payable))?;
        let mut orders: Vec<(AccountId, ChargeId, Amount, bool)> = places
            .iter()
            .filter_map(|place| {
                let item = &self.items[*place];
                item.recorded.as_ref().map(|r| (item.account, r.charge, r.expected, r.carried))
            })
            .collect();
        orders.sort_by_key(|(_, charge, ..)| *charge);
        let mut left = billed;
        let last = orders.len().saturating_sub(1);
        for (number, (account, charge, expected, carried)) in orders.into_iter().enumerate() {
            let share = if number == last { left } else { self.exact(expected) };
            left = left.minus(share)?;
            self.matches.push(Match { charge, cleared: expected, settles: true, rule, billed: share, candidates });
            let (class, recorded) = if carried { (Class::CarriedIn, Exact::ZERO) } else { (class, self.exact(expected)) };
            self.parts.add(LineOwner::Known(account), class, Part { count: 1, recorded, billed: share })?;
        }
        let all_carried = places.iter().all(|place| self.items[*place].recorded.as_ref().is_none_or(|own| own.carried));
        for place in places {
            self.items[*place].settled = Some(rule);
            self.items[*place].class = Some(if all_carried { Class::CarriedIn } else { class });
        }
        Ok(())
    }

    fn sum(&self, places: &[usize], of: impl Fn(&Item) -> Exact) -> Result<Exact, Overflow> {
        places.iter().try_fold(Exact::ZERO, |sum, place| sum.plus(of(&self.items[*place])))
    }

    fn place(&self, (account, order_no): &(AccountId, String)) -> Option<usize> {
        self.items.binary_search_by(|item| (item.account, &item.order_no).cmp(&(*account, order_no))).ok()
    }

    /// What a person has matched: it agrees where the amounts do, and is else one difference of all of it. A match is dead when
    /// one of its sides is not open any more; says whether it lives.
    fn manual(&mut self, manual: &ManualMatch) -> Result<bool, Overflow> {
        let open = |side: Option<usize>| side.filter(|place| self.items[*place].is_open());
        let mut places = Vec::new();
        for side in manual.orders.iter().chain(&manual.billed) {
            let Some(place) = open(self.place(side)) else { return Ok(false) };
            places.push(place);
        }
        places.sort_unstable();
        places.dedup();
        if let Some(dispute) = &manual.disputed {
            return self.credited_by_hand(dispute, &places);
        }
        let expected = self.sum(&places, |item| item.recorded.as_ref().map_or(Exact::ZERO, |r| self.exact(r.expected)))?;
        let billed = self.sum(&places, |item| item.billed.as_ref().map_or(Exact::ZERO, |b| b.payable))?;
        if self.is_proved(expected, billed, Exact::ZERO, false)? {
            self.agree(&places, MatchRule::Manual, Class::Matched, 1)?;
            return Ok(true);
        }
        self.differ(&places, None, Cause::Amounts)?;
        for place in places {
            self.items[place].settled = Some(MatchRule::Manual);
        }
        Ok(true)
    }

    /// Money back for a dispute that a person has named: all of the lines, or none of them.
    fn credited_by_hand(&mut self, difference: &str, places: &[usize]) -> Result<bool, Overflow> {
        let billed = self.sum(places, |item| item.billed.as_ref().map_or(Exact::ZERO, |b| b.payable))?;
        let Some(dispute) = self.disputes.of_id(difference) else { return Ok(false) };
        let is_given_back = self.credit(dispute, billed)?;
        if is_given_back {
            for place in places {
                let item = &mut self.items[*place];
                item.settled = Some(MatchRule::Manual);
                item.class = Some(Class::CarriedIn);
                let owner = LineOwner::Known(item.account);
                let billed = item.billed.as_ref().map_or(Exact::ZERO, |b| b.payable);
                self.parts.add(owner, Class::CarriedIn, Part { count: 1, recorded: Exact::ZERO, billed })?;
            }
        }
        Ok(is_given_back)
    }

    /// Takes what comes back off a dispute; says whether it could.
    fn credit(&mut self, dispute: usize, billed: Exact) -> Result<bool, Overflow> {
        let Some(amount) = self.disputes.take(dispute, billed)? else { return Ok(false) };
        self.credits.push(Credit { difference: self.disputes.difference(dispute).to_owned(), amount, billed });
        Ok(true)
    }

    /// Money back for a dispute without an order number.
    fn given_back(&mut self, facts: &Facts) -> Result<(), Overflow> {
        for (sum, dispute, amount) in self.disputes.without_order(&facts.given_back)? {
            let sum = &facts.given_back[sum];
            let treatment = if sum.class == UsageClass::Adjusted { Treatment::Adjustment } else { Treatment::Usage };
            let owner = LineOwner::Known(sum.account);
            let from = class_without_order(owner, treatment, sum.is_late).unwrap_or(Class::Usage);
            self.credits.push(Credit { difference: self.disputes.difference(dispute).to_owned(), amount, billed: sum.billed });
            self.reclassify(owner, Some(sum.product), from, Class::CarriedIn, sum.billed)?;
        }
        Ok(())
    }

    /// Moves a sum of lines into another class than theirs.
    fn reclassify(
        &mut self,
        owner: LineOwner,
        product: Option<ProductId>,
        from: Class,
        to: Class,
        billed: Exact,
    ) -> Result<(), Overflow> {
        self.parts.add(owner, from, Part { count: 0, recorded: Exact::ZERO, billed: billed.negated()? })?;
        self.parts.add(owner, to, Part { count: 1, recorded: Exact::ZERO, billed })?;
        self.reclassified.push(Reclassified { owner, product, from, to, billed });
        Ok(())
    }

    /// What is billed for somebody who is nobody of the book: one difference of all of it, or money back for an earlier one.
    fn stranger(&mut self, owner: LineOwner, spend: Spend) -> Result<(), Overflow> {
        let kind = match owner {
            LineOwner::OtherCurrency(_) => DifferenceKind::Currency,
            LineOwner::Known(_) | LineOwner::Unknown(_) => DifferenceKind::UnknownAccount,
        };
        let part = Part { count: 1, recorded: Exact::ZERO, billed: spend.billed };
        if let Some(dispute) = self.disputes.of_number(owner, "")
            && self.credit(dispute, spend.billed)?
        {
            let (from, to) = (Class::of(kind), Class::CarriedIn);
            self.reclassified.push(Reclassified { owner, product: None, from, to, billed: spend.billed });
            return self.parts.add(owner, to, part);
        }
        self.parts.add(owner, Class::of(kind), part)?;
        self.mismatches.push(Mismatch {
            kind,
            cause: Cause::Stranger,
            owner,
            provider_order: String::new(),
            product: None,
            orders: vec![],
            recorded: Exact::ZERO,
            billed: spend.billed,
            lines: spend.lines,
            carried: Exact::ZERO,
        });
        Ok(())
    }

    /// What the provider's own rounding explains.
    fn rounding_proof(&mut self) -> Result<(), Overflow> {
        self.settle_where(MatchRule::RoundingProof, Class::Rounding, Self::agrees)
    }

    /// A coupon that the bill's lines name and the order did not: it is what the amount is less by.
    fn coupon(&mut self) -> Result<(), Overflow> {
        self.settle_where(MatchRule::Coupon, Class::Coupon, |cascade, recorded, billed| {
            let more = billed.coupon.minus(cascade.exact(recorded.coupon))?;
            // As much again as the order's own coupon is that coupon, taken off twice.
            let is_another = recorded.coupon.is_zero() || more != cascade.exact(recorded.coupon);
            let is_less = is_another && !more.is_zero() && !more.is_negative();
            Ok(is_less && cascade.residual(recorded, billed)?.plus(more)?.is_below_half_a_minor_unit(cascade.terms.currency))
        })
    }

    /// What the policy tolerates, the smallest first, until the month's budget is used up.
    fn tolerance(&mut self) -> Result<(), Overflow> {
        let tolerance = self.terms.tolerance;
        let mut within: Vec<(i128, usize)> = Vec::new();
        for (place, item) in self.items.iter().enumerate() {
            let Some((recorded, billed)) = item.both() else { continue };
            let size = self.residual(recorded, billed)?.mantissa().abs();
            let share = self.exact(recorded.expected).times_millionths(tolerance.share)?.mantissa().abs();
            if size <= tolerance.amount.mantissa().min(share) {
                within.push((size, place));
            }
        }
        within.sort_unstable();
        for (size, place) in within {
            if size > self.budget {
                break;
            }
            self.budget -= size;
            self.agree(&[place], MatchRule::Tolerance, Class::Tolerance, 1)?;
        }
        Ok(())
    }

    /// What the provider bills under one number, or in parts of one: an order's refund under the order's number, `2601-1` and
    /// `2601-2` as `2601`, or the other way about.
    fn by_order_number(&mut self) -> Result<(), Overflow> {
        let mut families: BTreeMap<(AccountId, &str), Vec<usize>> = BTreeMap::new();
        for (place, item) in self.items.iter().enumerate().filter(|(_, item)| item.is_open()) {
            families.entry((item.account, &item.family)).or_default().push(place);
        }
        let families: Vec<Vec<usize>> = families.into_values().filter(|places| places.len() > 1).collect();
        for places in families {
            let orders = places.iter().filter(|place| self.items[**place].recorded.is_some()).count();
            let expected = self.sum(&places, |item| item.recorded.as_ref().map_or(Exact::ZERO, |r| self.exact(r.expected)))?;
            let of_billed = |of: fn(&Billed) -> Exact| move |item: &Item| item.billed.as_ref().map_or(Exact::ZERO, of);
            let billed = self.sum(&places, of_billed(|billed| billed.payable))?;
            let cut = self.sum(&places, of_billed(|billed| billed.cut))?;
            let lines = places.iter().filter_map(|place| self.items[*place].billed.as_ref());
            let (count, cuts_are_rounding) = lines.fold((0, true), |(n, all), b| (n + 1, all && b.cuts_are_rounding));
            if orders > 0 && count > 0 && self.is_proved(expected, billed, cut, cuts_are_rounding)? {
                let rule = if orders > 1 { MatchRule::ManyToOne } else { MatchRule::OneToMany };
                self.agree(&places, rule, Class::Matched, 1)?;
            }
        }
        Ok(())
    }

    /// A part of an order that the provider bills in instalments: its lines say that it is paid later, and its service is not over.
    fn instalment(&mut self) -> Result<(), Overflow> {
        for place in 0..self.items.len() {
            let item = &self.items[place];
            let account = item.account;
            let Some((recorded, billed)) = item.both() else { continue };
            let cleared = billed.payable.round(self.terms.currency)?;
            let is_part = cleared.is_positive() && cleared < recorded.expected;
            let goes_on = recorded.service_to.is_none_or(|last| last > self.terms.last_day());
            if !(is_part && billed.is_paid_later && goes_on) {
                continue;
            }
            let (charge, payable, carried) = (recorded.charge, billed.payable, recorded.carried);
            let rest = self.exact(recorded.expected.minus(cleared)?);
            let rule = MatchRule::Instalment;
            self.matches.push(Match { charge, cleared, settles: false, rule, billed: payable, candidates: 1 });
            let owner = LineOwner::Known(account);
            if carried {
                self.parts.add(owner, Class::CarriedIn, Part { count: 1, recorded: Exact::ZERO, billed: payable })?;
            } else {
                self.parts.add(owner, Class::Matched, Part { count: 1, recorded: self.exact(cleared), billed: payable })?;
                self.parts.add(owner, Class::CarriedForward, Part { count: 1, recorded: rest, billed: Exact::ZERO })?;
            }
            self.items[place].settled = Some(rule);
            self.items[place].class = Some(if carried { Class::CarriedIn } else { Class::Matched });
        }
        Ok(())
    }

    /// A number recorded for one account and billed to another: one difference of both, where nothing else has the number.
    fn wrong_account(&mut self) -> Result<(), Overflow> {
        let mut sides: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (place, item) in self.items.iter().enumerate() {
            if item.missing().is_some() {
                sides.entry(&item.order_no).or_default().0.push(place);
            } else if item.unrecorded().is_some() {
                sides.entry(&item.order_no).or_default().1.push(place);
            }
        }
        let found: Vec<(usize, usize)> = sides
            .into_values()
            .filter_map(|(missing, unrecorded)| match (missing.as_slice(), unrecorded.as_slice()) {
                ([missing], [unrecorded]) => Some((*missing, *unrecorded)),
                _ => None,
            })
            .collect();
        for (missing, unrecorded) in found {
            let to = self.items[unrecorded].account;
            self.differ(&[missing, unrecorded], Some(DifferenceKind::WrongAccount), Cause::BilledTo(to))?;
        }
        Ok(())
    }

    /// An order that is recorded in a later month, and billed now as it is recorded.
    fn cut_off(&mut self, facts: &Facts) -> Result<(), Overflow> {
        for place in 0..self.items.len() {
            let item = &self.items[place];
            let account = item.account;
            let Some(billed) = item.unrecorded() else { continue };
            let Some(known) = facts.elsewhere(account, &item.order_no) else { continue };
            let expected = self.exact(known.expected);
            let is_same = known.is_later && !known.is_settled && known.account == account;
            if is_same && self.is_proved(expected, billed.payable, billed.cut, billed.cuts_are_rounding)? {
                let (rule, billed) = (MatchRule::CutOff, billed.payable);
                let (charge, cleared) = (known.charge, known.expected);
                self.matches.push(Match { charge, cleared, settles: true, rule, billed, candidates: 1 });
                let part = Part { count: 1, recorded: Exact::ZERO, billed };
                self.parts.add(LineOwner::Known(account), Class::of(DifferenceKind::CutOff), part)?;
                self.items[place].settled = Some(rule);
                self.items[place].class = Some(Class::of(DifferenceKind::CutOff));
            }
        }
        Ok(())
    }

    /// Money back for what an earlier month has disputed, by its order number: all of it, or a part.
    fn credited(&mut self) -> Result<(), Overflow> {
        for place in 0..self.items.len() {
            let item = &self.items[place];
            let owner = LineOwner::Known(item.account);
            let Some(billed) = item.unrecorded().map(|billed| billed.payable) else { continue };
            let Some(dispute) = self.disputes.of_number(owner, &item.order_no) else { continue };
            if self.credit(dispute, billed)? {
                self.parts.add(owner, Class::CarriedIn, Part { count: 1, recorded: Exact::ZERO, billed })?;
                self.items[place].settled = Some(MatchRule::Credited);
                self.items[place].class = Some(Class::CarriedIn);
            }
        }
        Ok(())
    }

    /// An order and lines without each other's number, of the same account, product and amount, near in time; each the only one for
    /// the other.
    fn near(&mut self) -> Result<(), Overflow> {
        let pairs = self.near_pairs()?;
        let (mut of_order, mut of_lines): (HashMap<usize, u32>, HashMap<usize, u32>) = (HashMap::new(), HashMap::new());
        for (order, lines) in &pairs {
            *of_order.entry(*order).or_default() += 1;
            *of_lines.entry(*lines).or_default() += 1;
        }
        for (order, lines) in pairs {
            if of_order[&order] == 1 && of_lines[&lines] == 1 {
                self.agree(&[order, lines], MatchRule::Near, Class::Matched, 1)?;
            }
        }
        Ok(())
    }

    /// Every order and lines between which nothing stands. Many equal ones are cut short: from two on, none of them is matched.
    fn near_pairs(&self) -> Result<Vec<(usize, usize)>, Overflow> {
        const ENOUGH: usize = 2;
        let mut lines_by: HashMap<(AccountId, Amount), Vec<usize>> = HashMap::new();
        for (place, item) in self.items.iter().enumerate() {
            if let Some(billed) = item.unrecorded() {
                lines_by.entry((item.account, billed.payable.round(self.terms.currency)?)).or_default().push(place);
            }
        }
        let mut orders_by: HashMap<(AccountId, Amount), usize> = HashMap::new();
        let mut pairs = Vec::new();
        for (place, item) in self.items.iter().enumerate() {
            let Some(recorded) = item.missing() else { continue };
            let key = (item.account, recorded.expected);
            let Some(lines) = lines_by.get(&key) else { continue };
            // A product or a day may still tell a few apart; hundreds of equal amounts are nobody's only candidate.
            let seen = orders_by.entry(key).or_default();
            *seen += 1;
            if lines.len() > covering::MOST_CANDIDATES || *seen > covering::MOST_CANDIDATES {
                pairs.extend(lines.iter().take(ENOUGH).map(|lines| (place, *lines)));
                continue;
            }
            for line in lines {
                let Some(billed) = self.items[*line].unrecorded() else { continue };
                if near::obstacles(recorded, billed, self.terms.period, self.terms.currency)?.is_empty() {
                    pairs.push((place, *line));
                }
            }
        }
        Ok(pairs)
    }

    /// Orders that together come to what a line is over, or lines that together come to what an order lacks: of one account, within
    /// a few days, and only one smallest set; nothing that two of them could claim.
    fn covering_set(&mut self) -> Result<(), Overflow> {
        let mut work = covering::MOST_WORK;
        // Only what is bought of one product comes together, and money back is no part of a purchase.
        let mut alike: BTreeMap<(AccountId, ProductId), [Vec<usize>; 3]> = BTreeMap::new();
        for (place, item) in self.items.iter().enumerate() {
            let is_refund = item.recorded.as_ref().is_some_and(|recorded| recorded.is_refund);
            let gives_back = is_refund || item.billed.as_ref().is_some_and(|billed| billed.payable.is_negative());
            let bought = item.recorded.as_ref().map(|recorded| recorded.product);
            let Some(product) = bought.or_else(|| item.billed.as_ref()?.product).filter(|_| !gives_back) else { continue };
            let [missing, unrecorded, both] = alike.entry((item.account, product)).or_default();
            if item.missing().is_some() {
                missing.push(place);
            } else if item.unrecorded().is_some() {
                unrecorded.push(place);
            } else if item.both().is_some() {
                both.push(place);
            }
        }
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for [mut missing, mut unrecorded, both] in alike.into_values() {
            for members in [&mut missing, &mut unrecorded] {
                members.sort_by_key(|place| (self.day(&self.items[*place]), *place));
            }
            for (targets, members, least) in
                [(&unrecorded, &missing, 2), (&missing, &unrecorded, 2), (&both, &missing, 1), (&both, &unrecorded, 1)]
            {
                for target in targets {
                    if let Some(members) = self.covers(*target, members, least, &mut work)? {
                        sets.push(std::iter::once(*target).chain(members).collect());
                    }
                }
            }
        }
        let mut claims: HashMap<usize, u32> = HashMap::new();
        for place in sets.iter().flatten() {
            *claims.entry(*place).or_default() += 1;
        }
        for set in sets.iter().filter(|set| set.iter().all(|place| claims[place] == 1)) {
            self.agree(set, MatchRule::CoveringSet, Class::Matched, 1)?;
        }
        Ok(())
    }

    /// The members, which are sorted by day, that come to what a target lacks.
    fn covers(&self, target: usize, members: &[usize], least: usize, work: &mut u64) -> Result<Option<Vec<usize>>, Overflow> {
        let currency = self.terms.currency;
        let item = &self.items[target];
        let expected = item.recorded.as_ref().map_or(Exact::ZERO, |recorded| self.exact(recorded.expected));
        let billed = item.billed.as_ref().map_or(Exact::ZERO, |billed| billed.payable);
        let gap = billed.minus(expected)?.round(currency)?;
        let when = self.day(item);
        let days_after = |place: &usize| (self.day(&self.items[*place]) - when).num_days();
        let first = members.partition_point(|place| days_after(place) < -covering::DAYS);
        let near: Vec<usize> = members[first..]
            .iter()
            .copied()
            .take_while(|place| days_after(place) <= covering::DAYS)
            .take(covering::MOST_CANDIDATES + 1)
            .collect();
        // A member takes from the gap what is recorded of it, and adds what is billed.
        let mut amounts = Vec::with_capacity(near.len());
        for place in &near {
            let item = &self.items[*place];
            amounts.push(match (item.missing(), item.unrecorded()) {
                (Some(recorded), _) => recorded.expected.minor(),
                (None, Some(billed)) => billed.payable.round(currency)?.negated()?.minor(),
                (None, None) => 0,
            });
        }
        let Search::One(found) = smallest_set(gap.minor(), &amounts, least, work) else { return Ok(None) };
        let found: Vec<usize> = found.into_iter().map(|place| near[place]).collect();
        let all: Vec<usize> = std::iter::once(target).chain(found.iter().copied()).collect();
        let expected = self.sum(&all, |item| item.recorded.as_ref().map_or(Exact::ZERO, |r| self.exact(r.expected)))?;
        let billed = self.sum(&all, |item| item.billed.as_ref().map_or(Exact::ZERO, |b| b.payable))?;
        Ok(self.is_proved(expected, billed, Exact::ZERO, false)?.then_some(found))
    }

    /// Usage that does not come to the purchase terms: tolerated while the budget lasts, and then it stays usage; else what it is
    /// over or under is a difference.
    fn usage(&mut self, found: &[UsageMismatch]) -> Result<(), Overflow> {
        let tolerance = self.terms.tolerance;
        for usage in found {
            let excess = usage.excess()?;
            let size = excess.mantissa().abs();
            let share = usage.expected.times_millionths(tolerance.share)?.mantissa().abs();
            if size <= tolerance.amount.mantissa().min(share).min(self.budget) {
                self.budget -= size;
                continue;
            }
            let UsageMismatch { account, product, charge_month, list, lines, expected, billed } = *usage;
            let owner = LineOwner::Known(account);
            let kind = amount_kind(expected, billed, false, false);
            self.reclassify(owner, Some(product), Class::Usage, Class::of(kind), excess)?;
            self.mismatches.push(Mismatch {
                kind,
                cause: Cause::UsagePrice { charge_month, list },
                owner,
                provider_order: String::new(),
                product: Some(product),
                orders: vec![],
                recorded: expected,
                billed,
                lines,
                carried: Exact::ZERO,
            });
        }
        Ok(())
    }

    /// The day of an item: when it was ordered, else what its lines name, else the month's last.
    fn day(&self, item: &Item) -> NaiveDate {
        let ordered = item.recorded.as_ref().map(|recorded| recorded.date);
        ordered.or_else(|| item.billed.as_ref().and_then(|billed| billed.day)).unwrap_or_else(|| self.terms.last_day())
    }

    /// Items that do not agree, as one difference. The kind follows from the amounts where none is given.
    fn differ(&mut self, places: &[usize], kind: Option<DifferenceKind>, cause: Cause) -> Result<(), Overflow> {
        let (mut recorded, mut billed, mut carried) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
        let (mut orders, mut lines, mut products) = (Vec::new(), 0, HashSet::new());
        for place in places {
            let item = &self.items[*place];
            if let Some(own) = &item.recorded {
                let expected = self.exact(own.expected);
                recorded = recorded.plus(expected)?;
                carried = if own.carried { carried.plus(expected)? } else { carried };
                orders.push(Expected { charge: own.charge, amount: own.expected });
                products.insert(Some(own.product));
            }
            if let Some(own) = &item.billed {
                billed = billed.plus(own.payable)?;
                lines += u64::from(own.lines);
                products.insert(own.product);
            }
        }
        let kind = kind.unwrap_or_else(|| amount_kind(recorded, billed, orders.is_empty(), lines == 0));
        for (number, place) in places.iter().enumerate() {
            let item = &self.items[*place];
            let owner = LineOwner::Known(item.account);
            let expected = item.recorded.as_ref().map_or(Exact::ZERO, |own| self.exact(own.expected));
            let is_carried = item.recorded.as_ref().is_some_and(|own| own.carried);
            let payable = item.billed.as_ref().map_or(Exact::ZERO, |own| own.payable);
            let count = u64::from(number == 0);
            // What an earlier month has carried stands in its bridge: here it is billed up to that, and the rest differs.
            let (own, payable) = if is_carried {
                self.parts.add(owner, Class::CarriedIn, Part { count, recorded: Exact::ZERO, billed: expected })?;
                (Exact::ZERO, payable.minus(expected)?)
            } else {
                (expected, payable)
            };
            self.parts.add(owner, Class::of(kind), Part { count, recorded: own, billed: payable })?;
        }
        let first = &self.items[places[0]];
        self.mismatches.push(Mismatch {
            kind,
            cause,
            owner: LineOwner::Known(first.account),
            provider_order: first.order_no.clone(),
            product: if products.len() == 1 { products.into_iter().next().flatten() } else { None },
            orders,
            recorded,
            billed,
            lines,
            carried,
        });
        for place in places {
            // Taken: no later step looks at it.
            self.items[*place].settled.get_or_insert(MatchRule::Manual);
            self.items[*place].class = Some(Class::of(kind));
        }
        Ok(())
    }

    /// Gives what is left its kind. An order that an earlier month has carried and that is still not billed stays carried: it is a
    /// difference of that month. Returns how many, and what is expected of them.
    fn what_is_left(&mut self, facts: &Facts, alike: &HashMap<Alike, ChargeId>) -> Result<(u64, Exact), Overflow> {
        let mut still_carried = (0, Exact::ZERO);
        for place in 0..self.items.len() {
            let item = &self.items[place];
            if !item.is_open() {
                continue;
            }
            let (kind, cause) = match (&item.recorded, &item.billed) {
                (Some(recorded), None) if recorded.carried => {
                    still_carried = (still_carried.0 + 1, still_carried.1.plus(self.exact(recorded.expected))?);
                    continue;
                }
                (Some(recorded), None) => self.why_missing(item.account, recorded, alike),
                (Some(recorded), Some(billed)) => self.why_off(recorded, billed)?,
                (None, Some(billed)) => self.why_unrecorded(item, billed, facts),
                (None, None) => continue,
            };
            self.differ(&[place], Some(kind), cause)?;
            // It is left over, and not matched: an explanation looks at it as it is.
            self.items[place].settled = None;
        }
        Ok(still_carried)
    }

    fn why_missing(&self, account: AccountId, missing: &Recorded, alike: &HashMap<Alike, ChargeId>) -> (DifferenceKind, Cause) {
        let twin = OrderKind::ALL.iter().find_map(|kind| Residue::twin(alike, account, missing, *kind));
        match twin {
            Some(twin) if !missing.is_refund => (DifferenceKind::DuplicateOrder, Cause::TwinOf(twin)),
            _ if (self.terms.last_day() - missing.date).num_days() < CUT_OFF_DAYS => {
                (DifferenceKind::MissingInBill, Cause::MonthEnd)
            }
            _ => (DifferenceKind::MissingInBill, Cause::Amounts),
        }
    }

    fn why_off(&self, recorded: &Recorded, billed: &Billed) -> Result<(DifferenceKind, Cause), Overflow> {
        let expected = self.exact(recorded.expected);
        let residual = self.residual(recorded, billed)?;
        let is_each = |each: Exact| each.minus(expected).map(|by| by.is_below_half_a_minor_unit(self.terms.currency));
        if billed.lines > 1 && billed.each.map(is_each).transpose()?.unwrap_or(false) {
            return Ok((DifferenceKind::DuplicateLine, Cause::BilledTimes(billed.lines)));
        }
        if self.terms.tax == Tax::OnTopUnknown {
            return Ok((DifferenceKind::Tax, Cause::TaxBasis));
        }
        let by_coupon = residual.plus(self.exact(recorded.coupon))?;
        if recorded.coupon.is_positive() && by_coupon.is_below_half_a_minor_unit(self.terms.currency) {
            return Ok((DifferenceKind::UnderBilled, Cause::CouponTwice(recorded.coupon)));
        }
        Ok((amount_kind(expected, billed.payable, false, false), Cause::Amounts))
    }

    fn why_unrecorded(&self, item: &Item, billed: &Billed, facts: &Facts) -> (DifferenceKind, Cause) {
        match facts.elsewhere(item.account, &item.order_no) {
            Some(known) if known.account != item.account => {
                return (DifferenceKind::WrongAccount, Cause::RecordedElsewhere(known.charge));
            }
            Some(known) if known.is_settled => return (DifferenceKind::LateCorrection, Cause::Settled(known.charge)),
            Some(known) if known.is_later => return (DifferenceKind::CutOff, Cause::DatedLater(known.charge)),
            _ => {}
        }
        match billed.payable.is_negative() {
            _ if billed.is_late => (DifferenceKind::LateCorrection, Cause::Amounts),
            true => (DifferenceKind::UnlinkedRefund, Cause::Amounts),
            false => (DifferenceKind::UnrecordedOrder, Cause::Amounts),
        }
    }
}

/// The kind that the amounts alone make.
fn amount_kind(recorded: Exact, billed: Exact, nothing_recorded: bool, nothing_billed: bool) -> DifferenceKind {
    match () {
        () if nothing_recorded => DifferenceKind::UnrecordedOrder,
        () if nothing_billed => DifferenceKind::MissingInBill,
        () if billed < recorded => DifferenceKind::UnderBilled,
        () => DifferenceKind::OverBilled,
    }
}
