//! Agreements and what they make of a list price.
//!
//! A charge is priced at the tier that the volume **before it** has reached, wholly (`rule = "whole"`). The most specific rule
//! wins: a product's own discount, then the tier. Without an agreement a customer pays list price.

use std::borrow::Borrow;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::code::Code;
use crate::domain::id::{AgreementId, GroupId};
use crate::domain::money::{Amount, Currency, Discount, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;

words! {
    /// Between whom an agreement is.
    AgreementKind, "a kind of agreement" {
        /// The agent sells to a group.
        Sale = "sale",
        /// The provider sells to the agent.
        Purchase = "purchase",
    }
}

words! {
    /// What a discount is taken off.
    Basis, "a basis" {
        /// The provider's list price.
        List = "list",
    }
}

words! {
    /// What counts towards a tier.
    Measure, "a measure" {
        /// List prices.
        List = "list",
        /// What was owed after discounts.
        Payable = "payable",
    }
}

words! {
    /// How long volume is added up before it starts again.
    Window, "a window" {
        /// A calendar month.
        Month = "month",
        /// A calendar quarter.
        Quarter = "quarter",
        /// A calendar year.
        Year = "year",
        /// As long as the agreement runs.
        Agreement = "agreement",
    }
}

words! {
    /// How a tier applies to a charge.
    TierRule, "a tier rule" {
        /// The tier reached before the charge prices it wholly.
        Whole = "whole",
    }
}

/// From which volume on which discount holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The volume in major units, tax included.
    pub from: Exact,
    /// The discount off list.
    pub discount: Discount,
}

/// What an agreement says of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductTerm {
    /// The product's code.
    pub code: String,
    /// Its own discount, instead of the tier's.
    pub discount: Option<Discount>,
    /// Whether its charges count towards the volume.
    pub counts: bool,
}

/// The terms of an agreement as its file says them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The agreement's name; a later version of the same name supersedes it from its date.
    pub name: Code,
    /// Between whom.
    pub kind: AgreementKind,
    /// The group of a sale agreement, as the file names it.
    pub group: Option<Code>,
    /// The provider of a purchase agreement, as the file names it.
    pub provider: Option<String>,
    /// What its prices are counted in.
    pub currency: Currency,
    /// The first day that it prices.
    pub valid_from: NaiveDate,
    /// The last day, if it ends by itself.
    pub valid_to: Option<NaiveDate>,
    /// What the discount is taken off.
    pub basis: Basis,
    /// What counts.
    pub measure: Measure,
    /// How long it counts.
    pub window: Window,
    /// How a tier applies.
    pub rule: TierRule,
    /// The tiers, rising, the first from zero.
    pub tiers: Vec<Tier>,
    /// Products with terms of their own.
    pub products: Vec<ProductTerm>,
}

/// An agreement in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Its row.
    pub id: AgreementId,
    /// The group of a sale agreement.
    pub group: Option<GroupId>,
    /// What it says.
    pub terms: Terms,
}

/// Why terms make no sense, with the key of the file that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundTerms {
    /// A key is missing for this kind.
    #[error("{key} is missing: {why}")]
    Missing {
        /// The key.
        key: &'static str,
        /// Why this kind needs it.
        why: &'static str,
    },
    /// A key that this kind must not have.
    #[error("{key} does not belong to a {kind} agreement")]
    Misplaced {
        /// The key.
        key: &'static str,
        /// The kind.
        kind: AgreementKind,
    },
    /// The first tier does not begin at zero.
    #[error("the first [[tier]] begins at {0}; it must begin at \"0\", so that every charge has a price")]
    FirstTier(Exact),
    /// A tier does not lie above the one before.
    #[error("[[tier]] from = \"{0}\" does not lie above the tier before it")]
    FallingTier(Exact),
    /// A product stands twice.
    #[error("[[product]] code = \"{0}\" stands twice")]
    RepeatedProduct(String),
    /// The end lies before the beginning.
    #[error("valid_to lies before valid_from")]
    EndsBeforeStart,
}

impl Terms {
    /// Checks what no single key can tell.
    pub fn check(&self) -> Result<(), UnsoundTerms> {
        match (self.kind, &self.group, &self.provider) {
            (AgreementKind::Sale, None, _) => {
                return Err(UnsoundTerms::Missing { key: "group", why: "a sale agreement names the group that it is with" });
            }
            (AgreementKind::Sale, _, Some(_)) => return Err(UnsoundTerms::Misplaced { key: "provider", kind: self.kind }),
            (AgreementKind::Purchase, Some(_), _) => return Err(UnsoundTerms::Misplaced { key: "group", kind: self.kind }),
            _ => {}
        }
        if self.valid_to.is_some_and(|to| to < self.valid_from) {
            return Err(UnsoundTerms::EndsBeforeStart);
        }
        let first = self.tiers.first().ok_or(UnsoundTerms::Missing { key: "[[tier]]", why: "at least one from \"0\"" })?;
        if !first.from.is_zero() {
            return Err(UnsoundTerms::FirstTier(first.from));
        }
        if let Some(pair) = self.tiers.windows(2).find(|pair| pair[1].from <= pair[0].from) {
            return Err(UnsoundTerms::FallingTier(pair[1].from));
        }
        for (index, product) in self.products.iter().enumerate() {
            if self.products[..index].iter().any(|p| p.code == product.code) {
                return Err(UnsoundTerms::RepeatedProduct(product.code.clone()));
            }
        }
        Ok(())
    }

    /// The first day of the window that a date lies in: volume counts from there.
    pub fn window_start(&self, date: NaiveDate) -> NaiveDate {
        let first_of = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).expect("months are 1 to 12");
        match self.window {
            Window::Month => Month::of(date).first_day(),
            Window::Quarter => first_of((date.month() - 1) / 3 * 3 + 1),
            Window::Year => first_of(1),
            Window::Agreement => self.valid_from,
        }
    }

    /// The highest tier that a volume has reached.
    pub fn tier_at(&self, volume: Exact) -> Tier {
        let reached = self.tiers.iter().rev().find(|tier| tier.from <= volume);
        // Refunds can drop a window's volume below zero; the first tier holds there too.
        *reached.or(self.tiers.first()).expect("checked terms have a first tier")
    }

    /// The next tier above a volume.
    pub fn tier_above(&self, volume: Exact) -> Option<Tier> {
        self.tiers.iter().find(|tier| tier.from > volume).copied()
    }

    /// Whether a product's charges count towards the volume.
    pub fn counts(&self, product: &str) -> bool {
        self.product(product).is_none_or(|p| p.counts)
    }

    fn product(&self, code: &str) -> Option<&ProductTerm> {
        self.products.iter().find(|p| p.code == code)
    }
}

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

/// A priced charge: everything that is needed to explain it years later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The list price, exact, tax included.
    pub list: Exact,
    /// The agreement that priced it; `None` means list price.
    pub agreement: Option<AgreementId>,
    /// The agreement's name.
    pub agreement_name: Option<Code>,
    /// Where the tier that applied begins; `None` without an agreement or by a product's own discount.
    pub tier: Option<Exact>,
    /// The volume that the group had reached before.
    pub volume_before: Exact,
    /// The discount.
    pub discount: Discount,
    /// What is owed: list less discount, rounded once to the minor unit, half away from zero.
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
        Self { agreement: None, agreement_name: None, tier: None, discount, payable, ..self }
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

/// Prices a charge at the tier that `volume_before` has reached.
pub fn price(
    agreement: Option<&Agreement>,
    code: &str,
    list: Exact,
    volume_before: Volume,
    currency: Currency,
) -> Result<Price, Refusal> {
    let Some(agreement) = agreement else {
        return Ok(Price {
            list,
            agreement: None,
            agreement_name: None,
            tier: None,
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
    let volume_before = volume_before.by(terms.measure);
    let tier = terms.tier_at(volume_before);
    let own = terms.product(code).and_then(|p| p.discount);
    let discount = own.unwrap_or(tier.discount);
    Ok(Price {
        list,
        agreement: Some(agreement.id),
        agreement_name: Some(terms.name.clone()),
        tier: own.is_none().then_some(tier.from),
        volume_before,
        discount,
        payable: list.less(discount, currency)?,
        counts: terms.counts(code),
    })
}

/// The agreement in force on a date: the latest that has begun, if it has not ended. Agreements of different names never
/// price the same day, so the latest is the only one.
pub fn in_force<A: Borrow<Agreement>>(agreements: &[A], date: NaiveDate) -> Option<&A> {
    let begun = agreements.iter().filter(|a| (*a).borrow().terms.valid_from <= date);
    let latest = begun.max_by_key(|a| ((*a).borrow().terms.valid_from, (*a).borrow().id))?;
    latest.borrow().terms.valid_to.is_none_or(|to| date <= to).then_some(latest)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
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
