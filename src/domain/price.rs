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
    /// What is owed, rounded once to the minor unit, half away from zero.
    pub payable: Amount,
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
pub(crate) mod tests {
    use super::*;
    use crate::domain::agreement::{AgreementKind, ProductTerm, Window};
    use crate::domain::id::GroupId;
    use crate::domain::period::parse_date;

    pub(crate) fn agreement(tiers: &[(&str, &str)]) -> Agreement {
        Agreement {
            id: AgreementId(1),
            group: Some(GroupId(1)),
            terms: Terms {
                name: "acme-2026".parse().unwrap(),
                kind: AgreementKind::Sale,
                group: Some("acme".parse().unwrap()),
                provider: None,
                currency: Currency::parse("CNY").unwrap(),
                valid_from: parse_date("2026-01-01").unwrap(),
                valid_to: None,
                basis: Basis::List,
                measure: Measure::List,
                window: Window::Year,
                rule: TierRule::Whole,
                tiers: tiers.iter().map(|(f, d)| Tier { from: f.parse().unwrap(), discount: d.parse().unwrap() }).collect(),
                products: vec![],
            },
        }
    }

    #[test]
    fn each_charge_is_priced_at_the_tier_before_it() {
        let acme = agreement(&[("0", "5%"), ("20000", "10%"), ("50000", "15%")]);
        let cny = acme.terms.currency;
        let mut volume = Volume::default();
        let mut payables = vec![];
        for list in ["12000", "9999.99", "3000", "40000", "1"] {
            let price = price(Some(&acme), "ecs", list.parse().unwrap(), volume, cny).unwrap();
            volume = volume.plus(price.volume(cny)).unwrap();
            payables.push(format!("{} {} from {}", price.payable.display(cny), price.discount, price.tier.unwrap()));
        }
        let expected =
            ["11400.00 5% from 0", "9499.99 5% from 0", "2700.00 10% from 20000", "36000.00 10% from 20000", "0.85 15% from 50000"];
        assert_eq!(payables, expected);
    }

    #[test]
    fn a_products_own_discount_wins_over_the_tier_and_may_not_count() {
        let mut acme = agreement(&[("0", "5%")]);
        acme.terms.products.push(ProductTerm { code: "oss".into(), discount: Some("50%".parse().unwrap()), counts: false });
        let cny = acme.terms.currency;
        let price = price(Some(&acme), "oss", "10".parse().unwrap(), Volume::default(), cny).unwrap();
        assert_eq!((price.payable.minor(), price.tier, price.volume(cny)), (500, None, Volume::default()));
    }

    #[test]
    fn without_an_agreement_list_price_is_owed() {
        let cny = Currency::parse("CNY").unwrap();
        let price = price(None, "ecs", "12.345".parse().unwrap(), Volume::default(), cny).unwrap();
        assert_eq!((price.payable.minor(), price.discount), (1235, Discount::NONE));
    }

    #[test]
    fn windows_begin_where_the_calendar_says() {
        let day = |text| parse_date(text).unwrap();
        let mut terms = agreement(&[("0", "5%")]).terms;
        let mut start = |window| {
            terms.window = window;
            terms.window_start(day("2026-08-15")).to_string()
        };
        assert_eq!(start(Window::Month), "2026-08-01");
        assert_eq!(start(Window::Quarter), "2026-07-01");
        assert_eq!(start(Window::Year), "2026-01-01");
        assert_eq!(start(Window::Agreement), "2026-01-01");
    }

    #[test]
    fn terms_that_make_no_sense_are_named() {
        let wrong = |change: &dyn Fn(&mut Terms)| {
            let mut terms = agreement(&[("0", "5%"), ("100", "6%")]).terms;
            change(&mut terms);
            terms.check().unwrap_err().to_string()
        };
        assert!(wrong(&|t| t.group = None).starts_with("group is missing"));
        assert!(wrong(&|t| t.kind = AgreementKind::Purchase).starts_with("group does not belong to a purchase"));
        assert!(wrong(&|t| t.tiers.clear()).starts_with("[[tier]] is missing"));
        assert!(wrong(&|t| t.tiers[0].from = "1".parse().unwrap()).contains("must begin at \"0\""));
        assert!(wrong(&|t| t.tiers.swap(0, 1)).contains("must begin"));
        assert!(wrong(&|t| t.tiers[1].from = Exact::ZERO).contains("does not lie above"));
        assert!(wrong(&|t| t.valid_to = t.valid_from.pred_opt()).contains("valid_to"));
        let twice = ProductTerm { code: "oss".into(), discount: None, counts: true };
        assert!(wrong(&|t| t.products = vec![twice.clone(), twice.clone()]).contains("stands twice"));
    }

    #[test]
    fn the_latest_version_that_has_begun_is_in_force() {
        let day = |text| parse_date(text).unwrap();
        let first = agreement(&[("0", "5%")]);
        let mut second = first.clone();
        second.id = AgreementId(2);
        second.terms.valid_from = day("2026-07-01");
        second.terms.valid_to = Some(day("2026-09-30"));
        let both = [first, second];
        let at = |date| in_force(&both, day(date)).map(|a| a.id.0);
        assert_eq!(at("2025-12-31"), None);
        assert_eq!(at("2026-06-30"), Some(1));
        assert_eq!(at("2026-07-01"), Some(2));
        assert_eq!(at("2026-10-01"), None);
    }
}
