//! Charges priced again: under the tier that a window reaches in the end, or under other terms than those that priced them.
//!
//! It says what would have been owed. What was charged stays as it is: nothing here makes a correction.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use crate::domain::agreement::{Agreement, ChargeKind, Terms, TierRule};
use crate::domain::id::AccountId;
use crate::domain::money::{Amount, Exact};
use crate::domain::price::{Price, Priceable, PricedBy, Volume, at_rate, price};
use crate::domain::refusal::Refusal;

/// What a charge that a tier has priced costs once the volume of its window is known, rounded once to the minor unit: under
/// `retroactive` at the tier that it has reached in the end, else as it was.
pub fn at_final_tier(terms: &Terms, charge: Priceable<'_>, as_bought: Amount, reached: Volume) -> Result<Amount, Refusal> {
    if terms.rule != TierRule::Retroactive {
        return Ok(as_bought);
    }
    at_rate(terms, charge, terms.tier_at(reached.by(terms.measure)).rate, terms.currency)
}

/// A charge of the past, as far as it can be priced again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCharge {
    /// Who was charged.
    pub account: AccountId,
    /// The product's code.
    pub product: String,
    /// What it was for; of a refund, what it gives back was for.
    pub kind: ChargeKind,
    /// The day on which it counts: its own, of a refund that of what it gives back.
    pub counted_on: NaiveDate,
    /// The list price, exact; negative for a refund.
    pub list: Exact,
    /// What was charged, after coupons and before true-ups, in minor units; negative for a refund.
    pub payable: Amount,
    /// What coupons took off, in minor units.
    pub coupon: Amount,
    /// What true-ups have changed since, in minor units.
    pub trued_up: Amount,
    /// What the provider bills, in minor units; negative for a refund.
    pub cost: Amount,
    /// What it gives back: the place of an earlier charge in the list.
    pub refunds: Option<usize>,
    /// Whether the provider's price passes through, on the agency model: then no terms of the agent's make it.
    pub passes_through: bool,
}

/// What charges would have cost under an agreement, in the order in which they were recorded, on top of what the windows had
/// reached at the start by day; under `retroactive` after the true-up. Coupons are taken off as they were. A charge that the
/// agreement is not for, or that passes the provider's price through, stays as it was charged, true-ups since included. A refund
/// gives back the price of its original in the share that was given back of what was paid, rounded half away from zero; the last
/// refund of it takes the rest.
pub fn repriced(
    agreement: &Agreement,
    reached_before: &BTreeMap<NaiveDate, Volume>,
    charges: &[PastCharge],
) -> Result<Vec<Amount>, Refusal> {
    let terms = &agreement.terms;
    let mut by_day = reached_before.clone();
    let mut bought: Vec<(Amount, PricedBy)> = Vec::with_capacity(charges.len());
    let mut returns = Returns::default();
    for charge in charges {
        if !agreement.is_for(charge.account) {
            bought.push((charge.payable, PricedBy::Provider));
            continue;
        }
        let original = charge.refunds.map(|original| (original, &charges[original], bought[original].0));
        let priced = match original {
            _ if charge.passes_through => (charge.payable, PricedBy::Provider),
            Some((place, paid, other)) => (returns.give_back(charge, place, paid, other, terms)?, PricedBy::Provider),
            None => {
                let before = window(agreement, &by_day, charge.counted_on, charge.counted_on)?;
                let Price { payable, by, .. } = price(Some(agreement), charge.priceable(), before, terms.currency)?;
                (charge.after_coupons(payable)?, by)
            }
        };
        if terms.counts(&charge.product, charge.kind) {
            let day = by_day.entry(charge.counted_on).or_default();
            let payable = Exact::from_amount(priced.0, terms.currency);
            *day = day.plus(Volume { list: charge.list, payable })?;
        }
        bought.push(priced);
    }
    if terms.rule == TierRule::Retroactive {
        after_true_up(agreement, &by_day, charges, &mut bought)?;
    }
    let others = charges.iter().zip(bought).map(|(charge, (other, _))| {
        let stays = charge.passes_through || !agreement.is_for(charge.account);
        if stays { Ok(charge.payable.plus(charge.trued_up)?) } else { Ok(other) }
    });
    others.collect()
}

/// The same once every window has ended.
fn after_true_up(
    agreement: &Agreement,
    by_day: &BTreeMap<NaiveDate, Volume>,
    charges: &[PastCharge],
    bought: &mut [(Amount, PricedBy)],
) -> Result<(), Refusal> {
    let terms = &agreement.terms;
    let has_ended = |day: NaiveDate| agreement.last_day(day).is_some_and(|last| last < day);
    let mut returns = Returns::default();
    for (place, charge) in charges.iter().enumerate() {
        match charge.refunds {
            _ if charge.passes_through || !agreement.is_for(charge.account) => {}
            Some(original) => {
                let final_price = bought[original].0;
                bought[place].0 = returns.give_back(charge, original, &charges[original], final_price, terms)?;
            }
            None if bought[place].1 == PricedBy::Tier && !has_ended(charge.counted_on) => {
                let end = agreement.last_day(charge.counted_on).unwrap_or(NaiveDate::MAX);
                let reached = window(agreement, by_day, charge.counted_on, end)?;
                let before_coupons = bought[place].0.plus(charge.coupon)?;
                bought[place].0 = charge.after_coupons(at_final_tier(terms, charge.priceable(), before_coupons, reached)?)?;
            }
            None => {}
        }
    }
    Ok(())
}

/// What the window of a day has reached by the end of a day.
fn window(agreement: &Agreement, by_day: &BTreeMap<NaiveDate, Volume>, day: NaiveDate, end: NaiveDate) -> Result<Volume, Refusal> {
    let start = agreement.window_start(day);
    if end < start {
        return Ok(Volume::default());
    }
    Ok(by_day.range(start..=end).try_fold(Volume::default(), |sum, (_, volume)| sum.plus(*volume))?)
}

/// What has been given back of each original so far: as it was, and under the other terms.
#[derive(Default)]
struct Returns(HashMap<usize, (Amount, Amount)>);

impl Returns {
    /// What a refund gives back under the other terms; below zero, as refunds are.
    fn give_back(
        &mut self,
        refund: &PastCharge,
        place: usize,
        paid: &PastCharge,
        other: Amount,
        terms: &Terms,
    ) -> Result<Amount, Refusal> {
        let (so_far, other_so_far) = self.0.entry(place).or_default();
        *so_far = so_far.minus(refund.payable)?;
        let back = if *so_far == paid.payable && !paid.payable.is_zero() {
            other.minus(*other_so_far)?
        } else {
            // Of nothing paid, the share is that of the list price.
            let (part, of) = if paid.payable.is_zero() {
                (refund.list.round(terms.currency)?, paid.list.round(terms.currency)?)
            } else {
                (refund.payable, paid.payable)
            };
            if of.is_zero() {
                Amount::ZERO
            } else {
                let product = i128::from(other.minor()) * -i128::from(part.minor());
                Amount::nearest(product * i128::from(of.minor().signum()), i128::from(of.minor()).abs())?
            }
        };
        *other_so_far = other_so_far.plus(back)?;
        Ok(back.negated()?)
    }
}

impl PastCharge {
    fn after_coupons(&self, payable: Amount) -> Result<Amount, Refusal> {
        Ok(if self.coupon.is_zero() { payable } else { payable.minus(self.coupon)?.or_zero() })
    }

    fn priceable(&self) -> Priceable<'_> {
        Priceable { product: &self.product, kind: self.kind, list: self.list, cost: Some(self.cost) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::agreement::tests::agreement;
    use crate::domain::period::parse_date;

    fn charge(date: &str, list: i64, payable: i64) -> PastCharge {
        let cny = agreement(&[]).terms.currency;
        PastCharge {
            account: AccountId(1),
            product: "ecs".into(),
            kind: ChargeKind::New,
            counted_on: parse_date(date).unwrap(),
            list: Exact::from_amount(Amount::from_minor(list), cny),
            payable: Amount::from_minor(payable),
            coupon: Amount::ZERO,
            trued_up: Amount::ZERO,
            cost: Amount::from_minor(payable),
            refunds: None,
            passes_through: false,
        }
    }

    fn refund(original: usize, date: &str, list: i64, payable: i64) -> PastCharge {
        PastCharge { refunds: Some(original), ..charge(date, list, payable) }
    }

    fn tiered(rule: TierRule) -> Agreement {
        let mut acme = agreement(&[("0", "5%"), ("100", "10%")]);
        acme.terms.rule = rule;
        acme
    }

    fn told(agreement: &Agreement, charges: &[PastCharge]) -> Vec<i64> {
        repriced(agreement, &BTreeMap::new(), charges).unwrap().into_iter().map(Amount::minor).collect()
    }

    /// In fen: 100 is the first tier, so that 80 and 40 of list price pass it together.
    #[test]
    fn each_rule_prices_the_past_as_it_would_have() {
        let charges = [charge("2026-06-01", 8_000, 8_000), charge("2026-06-02", 4_000, 4_000), charge("2026-06-02", 1_000, 1_000)];
        assert_eq!(told(&tiered(TierRule::Whole), &charges), [7_600, 3_800, 900]);
        // 20.00 at 5 %, 20.00 at 10 %.
        assert_eq!(told(&tiered(TierRule::Graduated), &charges), [7_600, 3_700, 900]);
        assert_eq!(told(&tiered(TierRule::Retroactive), &charges), [7_200, 3_600, 900]);
        let before = BTreeMap::from([(
            parse_date("2026-01-01").unwrap(),
            Volume { list: Exact::from_mantissa(10_i128.pow(20)), ..Volume::default() },
        )]);
        // A coupon of 50.00 is taken off any price of the 80.00, before and after the true-up.
        let coupon = |rule| {
            let with_coupon = PastCharge { coupon: Amount::from_minor(5_000), ..charges[0].clone() };
            told(&tiered(rule), &[with_coupon, charges[1].clone()])
        };
        assert_eq!(coupon(TierRule::Whole), [2_600, 3_800]);
        assert_eq!(coupon(TierRule::Retroactive), [2_200, 3_600]);
        let on_top = repriced(&tiered(TierRule::Whole), &before, &charges[..1]).unwrap();
        assert_eq!(on_top[0].minor(), 7_200);
    }

    #[test]
    fn a_refund_gives_back_the_other_price_in_the_same_share_and_its_volume() {
        let charges = [
            charge("2026-06-01", 10_001, 10_000),
            refund(0, "2026-06-01", -3_334, -3_333),
            refund(0, "2026-06-01", -3_334, -3_333),
            refund(0, "2026-06-01", -3_333, -3_334),
            charge("2026-06-02", 5_000, 5_000),
        ];
        // 95.01 in all, 31.67 twice, and the rest; then the window is empty again.
        assert_eq!(told(&tiered(TierRule::Whole), &charges), [9_501, -3_167, -3_167, -3_167, 4_750]);
        assert_eq!(told(&tiered(TierRule::Retroactive), &charges), [9_501, -3_167, -3_167, -3_167, 4_750]);
        // A refund in part leaves 130 − 20: the better tier holds for it as for the rest.
        let part = [charge("2026-06-01", 13_000, 13_000), refund(0, "2026-06-01", -2_000, -2_000)];
        assert_eq!(told(&tiered(TierRule::Retroactive), &part), [11_700, -1_800]);
        let free = [charge("2026-06-01", 1_000, 0), refund(0, "2026-06-01", -500, 0)];
        assert_eq!(told(&tiered(TierRule::Whole), &free), [950, -475]);
    }

    /// 80 and, after the last day, 40: what comes after it does not count for what comes before, and has no window to be trued up.
    #[test]
    fn the_true_up_ends_with_the_terms() {
        let mut acme = tiered(TierRule::Retroactive);
        let charges = [charge("2026-06-01", 8_000, 8_000), charge("2026-06-03", 4_000, 4_000)];
        acme.terms.valid_to = parse_date("2026-06-03");
        assert_eq!(told(&acme, &charges), [7_200, 3_600]);
        acme.terms.valid_to = parse_date("2026-06-02");
        assert_eq!(told(&acme, &charges), [7_600, 3_800]);
    }

    #[test]
    fn who_has_other_terms_stays_as_it_was() {
        let mut acme = tiered(TierRule::Whole);
        acme.members = vec![AccountId(2)];
        let others =
            [charge("2026-06-01", 20_000, 19_999), PastCharge { account: AccountId(2), ..charge("2026-06-02", 1_000, 1_000) }];
        assert_eq!(told(&acme, &others), [19_999, 950], "a stranger's volume does not count");
        let trued_up = [PastCharge { trued_up: Amount::from_minor(-99), ..others[0].clone() }];
        assert_eq!(told(&acme, &trued_up), [19_900]);
        acme.members = vec![];
        let passed =
            [PastCharge { passes_through: true, ..charge("2026-06-01", 20_000, 16_000) }, charge("2026-06-02", 1_000, 1_000)];
        assert_eq!(told(&acme, &passed), [16_000, 900], "what passes through counts");
    }

    proptest! {
        /// A window under `retroactive` costs what each charge costs at the last tier, to the cent.
        #[test]
        fn after_the_true_up_every_charge_has_the_final_rate(lists in proptest::collection::vec(1_i64..9_000, 1..12)) {
            let charges: Vec<PastCharge> = lists.iter().map(|list| charge("2026-06-01", *list, *list)).collect();
            let percent = if lists.iter().sum::<i64>() >= 10_000 { 90 } else { 95 };
            let expected: Vec<i64> = lists.iter().map(|list| (list * percent + 50) / 100).collect();
            prop_assert_eq!(told(&tiered(TierRule::Retroactive), &charges), expected);
        }

        /// What is given back wholly leaves nothing, in however many parts.
        #[test]
        fn refunds_of_all_leave_nothing(
            list in 1_i64..20_000, paid in 1_i64..20_000, parts in proptest::collection::vec(1_i64..5_000, 0..5),
        ) {
            let mut charges = vec![charge("2026-06-01", list, paid)];
            let mut left = paid;
            for part in parts {
                let part = part.min(left);
                charges.push(refund(0, "2026-06-01", 0, -part));
                left -= part;
            }
            if left > 0 {
                charges.push(refund(0, "2026-06-01", -list, -left));
            }
            for rule in TierRule::ALL {
                prop_assert_eq!(told(&tiered(*rule), &charges).iter().sum::<i64>(), 0);
            }
        }
    }
}
