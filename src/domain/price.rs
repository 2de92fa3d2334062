//! What an agreement makes of a charge.
//!
//! Everything that is charged is priced here, by one function, from the terms and from the volume that was reached **before** the
//! charge; nothing here looks a volume up. The most specific rule wins: a kind of charge of a product, the product, the tier.
//! Without an agreement a customer pays list price. A price is rounded once, to the minor unit, half away from zero.

use serde::{Deserialize, Serialize};

use crate::domain::agreement::{Agreement, Basis, ChargeKind, Measure, OwnPrice, Terms, Tier, TierRule};
use crate::domain::code::Code;
use crate::domain::id::AgreementId;
use crate::domain::money::{Amount, Currency, Exact, Overflow, rated};
use crate::domain::rate::{Discount, Rate};
use crate::domain::refusal::Refusal;

/// What a day or a window has added up to, in major units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// At list price.
    pub list: Exact,
    /// After discounts.
    pub payable: Exact,
}

impl Volume {
    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self { list: self.list.plus(other.list)?, payable: self.payable.plus(other.payable)? })
    }

    /// The figure that an agreement's tiers look at.
    pub fn by(self, measure: Measure) -> Exact {
        match measure {
            Measure::List => self.list,
            Measure::Payable => self.payable,
        }
    }
}

/// What is to be priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priceable<'a> {
    /// The product's code.
    pub product: &'a str,
    /// What it is for.
    pub kind: ChargeKind,
    /// The list price, exact, in major units, tax included; negative where usage is given back.
    pub list: Exact,
    /// What the provider is expected to bill, or has billed; `None` when nobody knows.
    pub cost: Option<Amount>,
}

/// What made a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PricedBy {
    /// The provider's list price, because no agreement was in force.
    ListPrice,
    /// One tier, for the whole charge.
    Tier,
    /// Each slice its own tier.
    Slices,
    /// The product's own rate, or that of one kind of its charges.
    OwnRate,
    /// A fixed price.
    FixedPrice,
    /// The provider, on the agency model.
    Provider,
    /// What was charged for it when its month was closed.
    Original,
}

impl PricedBy {
    /// The one spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListPrice => "list-price",
            Self::Tier => "tier",
            Self::Slices => "slices",
            Self::OwnRate => "own-rate",
            Self::FixedPrice => "fixed-price",
            Self::Provider => "provider",
            Self::Original => "original",
        }
    }
}

/// A part of a charge that lies in one tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The tier.
    pub tier: Tier,
    /// How much of the list price lies in it.
    pub list: Exact,
}

/// A step in which a price is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the tier begins; `None` of a product's own rate.
    pub tier: Option<Exact>,
    /// What was taken of the list price, or of the cost, in major units.
    pub of: Exact,
    /// At which rate.
    pub rate: Rate,
}

/// A priced charge: everything that is needed to explain it years later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The list price, exact, tax included.
    pub list: Exact,
    /// The agreement that priced it; `None` means list price.
    pub agreement: Option<AgreementId>,
    /// The agreement's name.
    pub agreement_name: Option<Code>,
    /// What made it.
    pub by: PricedBy,
    /// Where the tier that applied begins, of slices the last one; `None` without an agreement or by a product's own price.
    pub tier: Option<Exact>,
    /// The rate that applied; `None` of several slices and of fixed prices.
    pub rate: Option<Rate>,
    /// The slices, if there are several.
    pub slices: Vec<Slice>,
    /// The volume that was reached before, by the agreement's measure.
    pub volume_before: Exact,
    /// What it comes to as a discount off list, to the nearest millionth; none where it is not below list.
    pub discount: Discount,
    /// What is owed, rounded once to the minor unit, half away from zero; after coupons.
    pub payable: Amount,
    /// What coupons have taken off.
    #[serde(default)]
    pub coupon: Amount,
    /// Whether it counts towards the volume.
    pub counts: bool,
}

impl Price {
    /// The provider's own price in the place of the agent's, on the agency model: no agreement of the agent's makes it. The
    /// discount is what it comes to.
    #[must_use]
    pub fn passed_through(self, payable: Amount, currency: Currency) -> Self {
        let discount = Discount::between(self.list, Exact::from_amount(payable, currency));
        let by = PricedBy::Provider;
        Self { agreement: None, agreement_name: None, by, tier: None, rate: None, slices: vec![], discount, payable, ..self }
    }

    /// How it was worked out: what of the list price, or of the cost, was taken at which rate. Nothing of a fixed price, of list
    /// price, and of the provider's.
    pub fn steps(&self, cost: Option<Amount>, currency: Currency) -> Vec<Step> {
        if !self.slices.is_empty() {
            let step = |slice: &Slice| Step { tier: Some(slice.tier.from), of: slice.list, rate: slice.tier.rate };
            return self.slices.iter().map(step).collect();
        }
        let of = match (self.rate, cost) {
            (Some(Rate::MarkUp(_)), Some(cost)) => Exact::from_amount(cost, currency),
            _ => self.list,
        };
        self.rate.map(|rate| Step { tier: self.tier, of, rate }).into_iter().collect()
    }

    /// What it adds to the volume.
    pub fn volume(&self, currency: Currency) -> Volume {
        if self.counts {
            Volume { list: self.list, payable: Exact::from_amount(self.payable, currency) }
        } else {
            Volume::default()
        }
    }
}

/// Prices a charge, `volume_before` being what the window of the agreement has reached before it.
pub fn price(
    agreement: Option<&Agreement>,
    charge: Priceable<'_>,
    volume_before: Volume,
    currency: Currency,
) -> Result<Price, Refusal> {
    let list = charge.list;
    let Some(agreement) = agreement else {
        return Ok(Price {
            list,
            agreement: None,
            agreement_name: None,
            by: PricedBy::ListPrice,
            tier: None,
            rate: None,
            slices: vec![],
            volume_before: volume_before.list,
            discount: Discount::NONE,
            payable: list.round(currency)?,
            coupon: Amount::ZERO,
            counts: true,
        });
    };
    let terms = &agreement.terms;
    if terms.currency != currency {
        return Err(Refusal::CurrencyMismatch { expected: currency, found: terms.currency });
    }
    let counts = terms.counts(charge.product, charge.kind);
    let volume_before = volume_before.by(terms.measure);
    let own = terms.own_price(charge.product, charge.kind);
    let (by, tier, rate, slices, payable) = match own {
        Some(OwnPrice::Fixed(price)) => (PricedBy::FixedPrice, None, None, vec![], price.round(currency)?),
        Some(OwnPrice::Rate(rate)) => (PricedBy::OwnRate, None, Some(rate), vec![], at_rate(terms, charge, rate, currency)?),
        None if terms.rule == TierRule::Graduated && counts => {
            let slices = slices(terms, volume_before, list)?;
            let parts = slices.iter().map(|slice| (slice.list, slice.tier.rate.factor()));
            let payable = rated(parts, currency)?;
            match slices[..] {
                [slice] => (PricedBy::Tier, Some(slice.tier.from), Some(slice.tier.rate), vec![], payable),
                _ => (PricedBy::Slices, slices.last().map(|slice| slice.tier.from), None, slices, payable),
            }
        }
        None => {
            let tier = terms.tier_at(volume_before);
            (PricedBy::Tier, Some(tier.from), Some(tier.rate), vec![], at_rate(terms, charge, tier.rate, currency)?)
        }
    };
    let discount = match rate {
        Some(Rate::Discount(discount)) => discount,
        _ => Discount::between(list, Exact::from_amount(payable, currency)),
    };
    Ok(Price {
        list,
        agreement: Some(agreement.id),
        agreement_name: Some(terms.name.clone()),
        by,
        tier,
        rate,
        slices,
        volume_before,
        discount,
        payable,
        coupon: Amount::ZERO,
        counts,
    })
}

/// What a charge costs at one rate, rounded once.
pub fn at_rate(terms: &Terms, charge: Priceable<'_>, rate: Rate, currency: Currency) -> Result<Amount, Refusal> {
    let base = match (terms.basis, charge.cost) {
        (Basis::List, _) => charge.list,
        (Basis::Cost, Some(cost)) => Exact::from_amount(cost, currency),
        (Basis::Cost, None) => return Err(Refusal::CostUnknown { agreement: terms.name.clone() }),
    };
    Ok(rated([(base, rate.factor())], currency)?)
}

/// The slices of a charge: how much of its list price lies in each tier, from the volume before it upwards, or downwards where it
/// is negative. At least one, also of nothing.
fn slices(terms: &Terms, before: Exact, list: Exact) -> Result<Vec<Slice>, Overflow> {
    if list.is_negative() {
        // What is given back lay on top of the volume.
        let mut below = slices_above(terms, terms.measured_after(before, list)?, list.negated()?)?;
        below.reverse();
        return below.into_iter().map(|slice| Ok(Slice { list: slice.list.negated()?, ..slice })).collect();
    }
    slices_above(terms, before, list)
}

fn slices_above(terms: &Terms, before: Exact, list: Exact) -> Result<Vec<Slice>, Overflow> {
    let mut slices = Vec::with_capacity(1);
    let (mut reached, mut left) = (before, list);
    loop {
        let tier = terms.tier_at(reached);
        let room = match terms.tier_above(reached) {
            Some(next) => terms.list_room(tier, next.from.minus(reached)?).map(|room| (room, next.from)),
            None => None,
        };
        match room {
            Some((room, next)) if room < left => {
                slices.push(Slice { tier, list: room });
                left = left.minus(room)?;
                reached = next;
            }
            _ => {
                slices.push(Slice { tier, list: left });
                return Ok(slices);
            }
        }
    }
}

impl Terms {
    /// How much list price takes the volume up by `room` at the rate of a tier; `None` where nothing does, because it is free.
    fn list_room(&self, tier: Tier, room: Exact) -> Option<Exact> {
        match self.measure {
            Measure::List => Some(room),
            Measure::Payable => room.divided_by_millionths(tier.rate.factor()),
        }
    }

    /// The volume once a negative list price is gone from it.
    fn measured_after(&self, before: Exact, list: Exact) -> Result<Exact, Overflow> {
        if self.measure == Measure::List {
            return before.plus(list);
        }
        let (mut reached, mut left) = (before, list.negated()?);
        loop {
            // The tier in which the last of the volume lies.
            let tier = self.tiers.iter().rev().find(|tier| tier.from < reached).or(self.tiers.first());
            let tier = *tier.expect("checked terms have a first tier");
            let is_first = tier.from >= reached || tier.from.is_zero();
            let room = if is_first { None } else { self.list_room(tier, reached.minus(tier.from)?) };
            match room {
                Some(room) if room < left => {
                    left = left.minus(room)?;
                    reached = tier.from;
                }
                _ => return reached.minus(left.times_millionths(tier.rate.factor())?),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::agreement::tests::{agreement, rate};
    use crate::domain::agreement::{KindTerm, ProductTerm};
    use crate::domain::rate::MarkUp;

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn ecs(list: &str) -> Priceable<'static> {
        Priceable { product: "ecs", kind: ChargeKind::New, list: list.parse().unwrap(), cost: None }
    }

    fn reached(list: &str, payable: &str) -> Volume {
        Volume { list: list.parse().unwrap(), payable: payable.parse().unwrap() }
    }

    /// What the terms make of orders, one after the other.
    fn in_turn(acme: &Agreement, lists: &[&str]) -> Vec<String> {
        let mut volume = Volume::default();
        let mut payables = vec![];
        for list in lists {
            let price = price(Some(acme), ecs(list), volume, cny()).unwrap();
            volume = volume.plus(price.volume(cny())).unwrap();
            let rate = price.rate.map_or("-".to_owned(), |rate| rate.to_string());
            payables.push(format!("{} {rate} from {}", price.payable.display(cny()), price.tier.unwrap()));
        }
        payables
    }

    #[test]
    fn each_charge_is_priced_at_the_tier_before_it() {
        let acme = agreement(&[("0", "5%"), ("20000", "10%"), ("50000", "15%")]);
        let expected =
            ["11400.00 5% from 0", "9499.99 5% from 0", "2700.00 10% from 20000", "36000.00 10% from 20000", "0.85 15% from 50000"];
        assert_eq!(in_turn(&acme, &["12000", "9999.99", "3000", "40000", "1"]), expected);
    }

    #[test]
    fn a_graduated_charge_is_split_where_it_crosses_a_tier() {
        let mut acme = agreement(&[("0", "5%"), ("20000", "10%"), ("50000", "15%")]);
        acme.terms.rule = TierRule::Graduated;
        // 12000 × 0.95; 8000 × 0.95 + 1999.99 × 0.9; 28000.01 × 0.9 + 11999.99 × 0.85.
        let expected = ["11400.00 5% from 0", "9399.99 - from 20000", "35400.00 - from 50000"];
        assert_eq!(in_turn(&acme, &["12000", "9999.99", "40000"]), expected);
        let crossing = price(Some(&acme), ecs("60000"), Volume::default(), cny()).unwrap();
        let slices: Vec<_> = crossing.slices.iter().map(|s| format!("{} at {}", s.list, s.tier.rate)).collect();
        assert_eq!(slices, ["20000 at 5%", "30000 at 10%", "10000 at 15%"]);
        assert_eq!((crossing.payable.minor(), crossing.by), (5_450_000, PricedBy::Slices));
    }

    #[test]
    fn a_graduated_charge_by_what_is_payable_fills_its_tiers_with_that() {
        let mut acme = agreement(&[("0", "50%"), ("100", "75%"), ("200", "100%")]);
        acme.terms.rule = TierRule::Graduated;
        acme.terms.measure = Measure::Payable;
        // The first hundred takes a list price of 200, the second one of 400; what is beyond costs nothing.
        let price = price(Some(&acme), ecs("1000"), Volume::default(), cny()).unwrap();
        let slices: Vec<_> = price.slices.iter().map(|s| format!("{} at {}", s.list, s.tier.rate)).collect();
        assert_eq!((slices, price.payable.minor()), (vec!["200 at 50%".into(), "400 at 75%".into(), "400 at 100%".into()], 20_000));
    }

    #[test]
    fn usage_that_is_given_back_comes_off_the_top() {
        let mut acme = agreement(&[("0", "0%"), ("100", "10%")]);
        acme.terms.rule = TierRule::Graduated;
        for (measure, before) in [(Measure::List, "150"), (Measure::Payable, "145")] {
            acme.terms.measure = measure;
            let back = price(Some(&acme), ecs("-80"), reached(before, before), cny()).unwrap();
            // Fifty lay above the tier, thirty below.
            let slices: Vec<_> = back.slices.iter().map(|s| format!("{} at {}", s.list, s.tier.rate)).collect();
            assert_eq!((slices, back.payable.minor()), (vec!["-50 at 10%".to_owned(), "-30 at 0%".to_owned()], -7_500));
        }
    }

    #[test]
    fn the_most_specific_price_wins_and_may_not_count() {
        let mut acme = agreement(&[("0", "5%")]);
        let kind = |kind, own, counts| KindTerm { kind, own, counts };
        acme.terms.products.push(ProductTerm {
            code: "oss".into(),
            own: Some(OwnPrice::Rate(rate("50%"))),
            counts: false,
            kinds: vec![
                kind(ChargeKind::Renew, Some(OwnPrice::Rate(rate("60%"))), Some(true)),
                kind(ChargeKind::Upgrade, Some(OwnPrice::Fixed("9.99".parse().unwrap())), None),
                kind(ChargeKind::Downgrade, None, Some(true)),
            ],
        });
        let priced = |kind| {
            let charge = Priceable { product: "oss", kind, ..ecs("10") };
            let price = price(Some(&acme), charge, Volume::default(), cny()).unwrap();
            (price.payable.minor(), price.by.as_str(), price.tier, price.discount.to_string(), price.counts)
        };
        assert_eq!(priced(ChargeKind::New), (500, "own-rate", None, "50%".into(), false));
        assert_eq!(priced(ChargeKind::Renew), (400, "own-rate", None, "60%".into(), true));
        assert_eq!(priced(ChargeKind::Upgrade), (999, "fixed-price", None, "0.1%".into(), false));
        assert_eq!(priced(ChargeKind::Downgrade), (500, "own-rate", None, "50%".into(), true));
    }

    #[test]
    fn a_fixed_price_is_one_of_orders() {
        let mut acme = agreement(&[("0", "5%")]);
        let own = Some(OwnPrice::Fixed("8".parse().unwrap()));
        acme.terms.products.push(ProductTerm { code: "ecs".into(), own, counts: true, kinds: vec![] });
        let priced = |kind| price(Some(&acme), Priceable { kind, ..ecs("10") }, Volume::default(), cny()).unwrap();
        assert_eq!(priced(ChargeKind::New).payable.minor(), 800);
        assert_eq!(priced(ChargeKind::Usage).payable.minor(), 950);
    }

    #[test]
    fn a_mark_up_goes_on_what_the_provider_bills() {
        let mut acme = agreement(&[]);
        acme.terms.basis = Basis::Cost;
        let rate = Rate::MarkUp("8%".parse::<MarkUp>().unwrap());
        acme.terms.tiers.push(Tier { from: Exact::ZERO, rate });
        let charge = Priceable { cost: Some(Amount::from_minor(80_010)), ..ecs("1000") };
        let marked_up = price(Some(&acme), charge, Volume::default(), cny()).unwrap();
        // 800.10 × 1.08 = 864.108.
        assert_eq!((marked_up.payable.minor(), marked_up.discount.to_string()), (86_411, "13.589%".to_owned()));
        let unknown = price(Some(&acme), Priceable { cost: None, ..charge }, Volume::default(), cny());
        assert_eq!(unknown.unwrap_err().code(), "price.cost-unknown");
    }

    #[test]
    fn without_an_agreement_list_price_is_owed() {
        let price = price(None, ecs("12.345"), Volume::default(), cny()).unwrap();
        assert_eq!((price.payable.minor(), price.discount, price.by), (1235, Discount::NONE, PricedBy::ListPrice));
    }

    fn any_tiers() -> impl Strategy<Value = Vec<(i64, i64)>> {
        let steps = proptest::collection::vec((1_i64..5_000, 0_i64..200_000), 0..5);
        (0_i64..100_000, steps).prop_map(|(first, steps)| {
            let mut tiers = vec![(0, first)];
            for (step, more) in steps {
                let (from, off) = tiers[tiers.len() - 1];
                tiers.push((from + step, (off + more).min(1_000_000)));
            }
            tiers
        })
    }

    fn tiered(tiers: &[(i64, i64)], rule: TierRule, measure: Measure) -> Agreement {
        let mut acme = agreement(&[]);
        acme.terms.tiers = tiers
            .iter()
            .map(|(from, off)| Tier {
                from: Exact::from_amount(Amount::from_minor(*from), cny()),
                rate: Rate::Discount(Discount::from_millionths(*off).unwrap()),
            })
            .collect();
        (acme.terms.rule, acme.terms.measure) = (rule, measure);
        acme
    }

    fn fen(minor: i64) -> Exact {
        Exact::from_amount(Amount::from_minor(minor), cny())
    }

    fn priced_minor(acme: &Agreement, list: i64, before: i64) -> i64 {
        let before = Volume { list: fen(before), payable: fen(before) };
        price(Some(acme), Priceable { list: fen(list), ..ecs("0") }, before, cny()).unwrap().payable.minor()
    }

    proptest! {
        #[test]
        fn payable_is_never_negative_nor_above_list(
            tiers in any_tiers(), list in 0_i64..100_000, before in -500_i64..20_000, rule in 0_usize..3, measure in 0_usize..2,
        ) {
            let acme = tiered(&tiers, TierRule::ALL[rule], Measure::ALL[measure]);
            let payable = priced_minor(&acme, list, before);
            prop_assert!((0..=list).contains(&payable), "{payable} of {list}");
        }

        /// Split in two, the parts lie in the same tiers: their slices are those of the whole, whatever lies between.
        #[test]
        fn a_graduated_price_does_not_depend_on_the_split(
            tiers in any_tiers(), parts in proptest::collection::vec(0_i64..10_000, 1..6), before in 0_i64..20_000,
        ) {
            let acme = tiered(&tiers, TierRule::Graduated, Measure::List);
            let factors = |list: i64, before: i64| {
                let mut by_tier = std::collections::BTreeMap::new();
                for slice in slices(&acme.terms, fen(before), fen(list)).unwrap() {
                    let sum = by_tier.entry(slice.tier.from).or_insert(Exact::ZERO);
                    *sum = sum.plus(slice.list).unwrap();
                }
                by_tier.retain(|_, sum: &mut Exact| !sum.is_zero());
                by_tier
            };
            let mut together = std::collections::BTreeMap::new();
            let (mut reached, mut payable) = (before, 0);
            for part in &parts {
                for (tier, list) in factors(*part, reached) {
                    let sum = together.entry(tier).or_insert(Exact::ZERO);
                    *sum = sum.plus(list).unwrap();
                }
                payable += priced_minor(&acme, *part, reached);
                reached += part;
            }
            let whole: i64 = parts.iter().sum();
            prop_assert_eq!(together, factors(whole, before));
            // Each part is rounded once.
            let apart = (payable - priced_minor(&acme, whole, before)).abs();
            prop_assert!(apart * 2 <= 1 + i64::try_from(parts.len()).unwrap(), "{apart}");
        }

        /// By what is payable, the volume after two parts is that after the whole, and so is the price.
        #[test]
        fn nor_by_what_is_payable(tiers in any_tiers(), first in 0_i64..10_000, second in 0_i64..10_000, before in 0_i64..20_000) {
            let acme = tiered(&tiers, TierRule::Graduated, Measure::Payable);
            let exactly = |list: i64, before: Exact| {
                let parts = slices(&acme.terms, before, fen(list)).unwrap();
                parts.iter().fold(Exact::ZERO, |sum, s| sum.plus(s.list.times_millionths(s.tier.rate.factor()).unwrap()).unwrap())
            };
            let one = exactly(first, fen(before));
            let both = one.plus(exactly(second, fen(before).plus(one).unwrap())).unwrap();
            let whole = exactly(first + second, fen(before));
            prop_assert!((both.mantissa() - whole.mantissa()).abs() < 1_000, "{both} {whole}");
        }

        #[test]
        fn whole_and_graduated_agree_below_the_first_threshold(
            tiers in any_tiers(), list in 0_i64..10_000, before in 0_i64..5_000, measure in 0_usize..2,
        ) {
            let threshold = tiers.get(1).map_or(i64::MAX, |tier| tier.0);
            prop_assume!(before + list <= threshold);
            let by = |rule| priced_minor(&tiered(&tiers, rule, Measure::ALL[measure]), list, before);
            if before < threshold {
                prop_assert_eq!(by(TierRule::Whole), by(TierRule::Graduated));
            }
        }

        /// What is given back on top of a volume has the price at which it was bought.
        #[test]
        fn a_negative_list_price_undoes_a_positive_one(
            tiers in any_tiers(), list in 1_i64..10_000, before in 0_i64..20_000, measure in 0_usize..2,
        ) {
            prop_assume!(tiers.iter().all(|tier| tier.1 < 1_000_000));
            let acme = tiered(&tiers, TierRule::Graduated, Measure::ALL[measure]);
            let bought = slices(&acme.terms, fen(before), fen(list)).unwrap();
            let grown = |parts: &[Slice]| parts.iter().fold(Exact::ZERO, |sum, s| {
                let part = if measure == 0 { s.list } else { s.list.times_millionths(s.tier.rate.factor()).unwrap() };
                sum.plus(part).unwrap()
            });
            let after = fen(before).plus(grown(&bought)).unwrap();
            let back = slices(&acme.terms, after, fen(-list)).unwrap();
            prop_assert!((grown(&back).mantissa() + grown(&bought).mantissa()).abs() < 1_000);
        }
    }
}
