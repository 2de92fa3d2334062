//! Agreements: dated terms on which the agent sells to a group, and the provider to the agent.
//!
//! Terms are values that a file says and the book keeps; they are never edited. What they make of a charge is decided in
//! [`price`](crate::domain::price), never here.

use std::borrow::Borrow;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::code::Code;
use crate::domain::id::{AccountId, AgreementId, GroupId};
use crate::domain::money::{Currency, Exact};
use crate::domain::order::OrderKind;
use crate::domain::period::Month;
use crate::domain::rate::Rate;
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
    /// What a price is worked out from.
    Basis, "a basis" {
        /// The provider's list price, less a discount.
        List = "list",
        /// What the provider is expected to bill, or has billed, and a mark-up.
        Cost = "cost",
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
        /// A quarter of the fiscal year.
        Quarter = "quarter",
        /// A fiscal year.
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
        /// Each slice of the volume has the rate of the tier in which it lies: a charge that crosses a tier is split.
        Graduated = "graduated",
        /// As `whole`, and once a tier is reached every charge of the window is priced by it: a true-up makes up for the rest.
        Retroactive = "retroactive",
    }
}

words! {
    /// What a charge is for, as far as its price is concerned.
    ChargeKind, "a kind of charge" {
        /// A purchase.
        New = "new",
        /// An extension.
        Renew = "renew",
        /// More of what was bought.
        Upgrade = "upgrade",
        /// Less of what was bought.
        Downgrade = "downgrade",
        /// What was used, as the bill has it.
        Usage = "usage",
    }
}

impl ChargeKind {
    /// That of an order; a refund has none, because it is never priced.
    pub fn of(order: OrderKind) -> Option<Self> {
        match order {
            OrderKind::New => Some(Self::New),
            OrderKind::Renew => Some(Self::Renew),
            OrderKind::Upgrade => Some(Self::Upgrade),
            OrderKind::Downgrade => Some(Self::Downgrade),
            OrderKind::Refund => None,
        }
    }
}

/// From which volume on which rate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The volume in major units, tax included.
    pub from: Exact,
    /// The discount off list, or the mark-up on cost.
    pub rate: Rate,
}

/// A price of its own, in the place of the tier's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnPrice {
    /// A rate of its own.
    Rate(Rate),
    /// So much for each order, in major units, whatever its list price is.
    Fixed(Exact),
}

/// What an agreement says of one kind of charge for a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindTerm {
    /// Of which.
    pub kind: ChargeKind,
    /// Its own price; the product's when `None`.
    pub own: Option<OwnPrice>,
    /// Whether it counts; as the product does when `None`.
    pub counts: Option<bool>,
}

/// What an agreement says of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductTerm {
    /// The product's code.
    pub code: String,
    /// Its own price, instead of the tier's.
    pub own: Option<OwnPrice>,
    /// Whether its charges count towards the volume.
    pub counts: bool,
    /// Kinds of charges with terms of their own.
    pub kinds: Vec<KindTerm>,
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
    /// The accounts that it is for, as the file names them; empty means all of the group's.
    pub members: Vec<Code>,
    /// The provider of a purchase agreement, as the file names it.
    pub provider: Option<String>,
    /// What its prices are counted in.
    pub currency: Currency,
    /// The first day that it prices.
    pub valid_from: NaiveDate,
    /// The last day, if it ends by itself.
    pub valid_to: Option<NaiveDate>,
    /// What prices are worked out from.
    pub basis: Basis,
    /// What counts.
    pub measure: Measure,
    /// How long it counts.
    pub window: Window,
    /// The month in which the fiscal year begins: 1 to 12.
    pub fiscal_year_start: u32,
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
    /// The accounts that it is for; empty means all of the group's.
    pub members: Vec<AccountId>,
    /// What it says.
    pub terms: Terms,
    /// Where it stands among the versions of its name; read from these, and never written down.
    #[serde(skip)]
    pub run: Run,
}

/// Where a version stands among those of the same agreement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The first day of the first of the versions that lead up to it without a gap; its own when `None`.
    pub began: Option<NaiveDate>,
    /// The last day before a later version begins.
    pub until: Option<NaiveDate>,
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
    #[error("[[tier]] from = \"{from}\" does not lie above the tier before it")]
    FallingTier {
        /// Which tier, from zero.
        index: usize,
        /// Where it begins.
        from: Exact,
    },
    /// A tier is dearer than the one before.
    #[error("[[tier]] from = \"{from}\" is dearer than the tier before it: {rate} after {before}")]
    DearerTier {
        /// Which tier, from zero.
        index: usize,
        /// Where it begins.
        from: Exact,
        /// Its rate.
        rate: Rate,
        /// The rate before.
        before: Rate,
    },
    /// A rate that is not of the basis.
    #[error("{found} where basis = \"{basis}\" takes a {takes}")]
    WrongRate {
        /// Which rate it is, in the order of the file.
        index: usize,
        /// The rate.
        found: Rate,
        /// The basis.
        basis: Basis,
        /// What it takes.
        takes: &'static str,
    },
    /// Slices of a volume have no cost of their own.
    #[error("rule = \"graduated\" goes with basis = \"list\": a slice of a charge has no cost of its own")]
    GraduatedCost,
    /// The provider's own cost cannot be the basis of itself.
    #[error("basis = \"cost\" is for sale agreements: a purchase agreement says what the cost is")]
    CostOfCost,
    /// What the provider gives back later is on its bill.
    #[error("rule = \"retroactive\" is for sale agreements: what the provider gives back later is a line of its bill")]
    RetroactivePurchase,
    /// Usage has no fixed price.
    #[error("usage has no fixed price, because its quantity varies: give it a discount or a mark-up")]
    FixedUsage {
        /// Which product, from zero.
        product: usize,
    },
    /// A product stands twice.
    #[error("[[product]] code = \"{code}\" stands twice")]
    RepeatedProduct {
        /// Which product, from zero.
        index: usize,
        /// Its code.
        code: String,
    },
    /// A kind of charge stands twice for one product.
    #[error("[[product.kind]] kind = \"{kind}\" stands twice for {code}")]
    RepeatedKind {
        /// Which product, from zero.
        product: usize,
        /// Its code.
        code: String,
        /// The kind.
        kind: ChargeKind,
    },
    /// A member stands twice.
    #[error("members names {0} twice")]
    RepeatedMember(Code),
    /// No such month.
    #[error("fiscal_year_start is a month, 1 to 12")]
    FiscalYearStart,
    /// The end lies before the beginning.
    #[error("valid_to lies before valid_from")]
    EndsBeforeStart,
}

impl Terms {
    /// Everything that no single key can tell, in the order of the file.
    pub fn check(&self) -> Vec<UnsoundTerms> {
        let mut wrong = Vec::new();
        match (self.kind, &self.group, &self.provider) {
            (AgreementKind::Sale, None, _) => {
                wrong.push(UnsoundTerms::Missing { key: "group", why: "a sale agreement names the group that it is with" });
            }
            (AgreementKind::Sale, _, Some(_)) => wrong.push(UnsoundTerms::Misplaced { key: "provider", kind: self.kind }),
            (AgreementKind::Purchase, Some(_), _) => wrong.push(UnsoundTerms::Misplaced { key: "group", kind: self.kind }),
            _ => {}
        }
        if self.kind == AgreementKind::Purchase && !self.members.is_empty() {
            wrong.push(UnsoundTerms::Misplaced { key: "members", kind: self.kind });
        }
        if let Some(twice) = first_repeated(&self.members) {
            wrong.push(UnsoundTerms::RepeatedMember(twice.clone()));
        }
        if self.valid_to.is_some_and(|to| to < self.valid_from) {
            wrong.push(UnsoundTerms::EndsBeforeStart);
        }
        if self.kind == AgreementKind::Purchase && self.basis == Basis::Cost {
            wrong.push(UnsoundTerms::CostOfCost);
        }
        if self.kind == AgreementKind::Purchase && self.rule == TierRule::Retroactive {
            wrong.push(UnsoundTerms::RetroactivePurchase);
        }
        if self.rule == TierRule::Graduated && self.basis == Basis::Cost {
            wrong.push(UnsoundTerms::GraduatedCost);
        }
        if !(1..=12).contains(&self.fiscal_year_start) {
            wrong.push(UnsoundTerms::FiscalYearStart);
        }
        self.check_tiers(&mut wrong);
        self.check_products(&mut wrong);
        self.check_rates(&mut wrong);
        wrong
    }

    fn check_tiers(&self, wrong: &mut Vec<UnsoundTerms>) {
        match self.tiers.first() {
            None => wrong.push(UnsoundTerms::Missing { key: "[[tier]]", why: "at least one from \"0\"" }),
            Some(first) if !first.from.is_zero() => wrong.push(UnsoundTerms::FirstTier(first.from)),
            Some(_) => {}
        }
        for (index, pair) in (1..).zip(self.tiers.windows(2)) {
            let (before, tier) = (pair[0], pair[1]);
            if tier.from <= before.from {
                wrong.push(UnsoundTerms::FallingTier { index, from: tier.from });
            } else if before.rate.is_better_than(tier.rate) {
                wrong.push(UnsoundTerms::DearerTier { index, from: tier.from, rate: tier.rate, before: before.rate });
            }
        }
    }

    fn check_products(&self, wrong: &mut Vec<UnsoundTerms>) {
        for (index, product) in self.products.iter().enumerate() {
            if self.products[..index].iter().any(|p| p.code == product.code) {
                wrong.push(UnsoundTerms::RepeatedProduct { index, code: product.code.clone() });
            }
            let kinds: Vec<ChargeKind> = product.kinds.iter().map(|term| term.kind).collect();
            if let Some(kind) = first_repeated(&kinds) {
                wrong.push(UnsoundTerms::RepeatedKind { product: index, code: product.code.clone(), kind: *kind });
            }
            let is_fixed_usage = |term: &KindTerm| term.kind == ChargeKind::Usage && matches!(term.own, Some(OwnPrice::Fixed(_)));
            if product.kinds.iter().any(is_fixed_usage) {
                wrong.push(UnsoundTerms::FixedUsage { product: index });
            }
        }
    }

    fn check_rates(&self, wrong: &mut Vec<UnsoundTerms>) {
        for (index, found) in self.rates().enumerate() {
            let takes = match (self.basis, found) {
                (Basis::List, Rate::MarkUp(_)) => "discount",
                (Basis::Cost, Rate::Discount(_)) => "markup",
                _ => continue,
            };
            wrong.push(UnsoundTerms::WrongRate { index, found, basis: self.basis, takes });
        }
    }

    /// Every rate, in the order of the file: of the tiers, then of each product and its kinds.
    fn rates(&self) -> impl Iterator<Item = Rate> {
        let own = |own: Option<OwnPrice>| match own {
            Some(OwnPrice::Rate(rate)) => Some(rate),
            _ => None,
        };
        let of_products = self.products.iter().flat_map(move |p| {
            let of_kinds = p.kinds.iter().filter_map(move |k| own(k.own));
            own(p.own).into_iter().chain(of_kinds)
        });
        self.tiers.iter().map(|tier| tier.rate).chain(of_products)
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

    /// Whether charges of a product and kind count towards the volume.
    pub fn counts(&self, product: &str, kind: ChargeKind) -> bool {
        let Some(product) = self.product(product) else { return true };
        product.kind(kind).and_then(|term| term.counts).unwrap_or(product.counts)
    }

    /// The price of their own that charges of a product and kind have: the kind's, else the product's. A fixed price is one of
    /// orders; usage of such a product has the tier's rate.
    pub fn own_price(&self, product: &str, kind: ChargeKind) -> Option<OwnPrice> {
        let product = self.product(product)?;
        let own = product.kind(kind).and_then(|term| term.own).or(product.own);
        own.filter(|own| kind != ChargeKind::Usage || matches!(own, OwnPrice::Rate(_)))
    }

    fn product(&self, code: &str) -> Option<&ProductTerm> {
        self.products.iter().find(|p| p.code == code)
    }
}

impl ProductTerm {
    fn kind(&self, kind: ChargeKind) -> Option<&KindTerm> {
        self.kinds.iter().find(|term| term.kind == kind)
    }
}

impl Agreement {
    /// Whether it prices an account of its group.
    pub fn is_for(&self, account: AccountId) -> bool {
        self.members.is_empty() || self.members.contains(&account)
    }

    /// Whether another one is a version of the same agreement. One in another currency never is: it prices other charges.
    fn is_version_of(&self, other: &Self) -> bool {
        let of = |agreement: &Self| (agreement.terms.kind, agreement.group, agreement.terms.currency);
        of(self) == of(other) && self.terms.name == other.terms.name
    }

    /// The last day that it prices: its own, or the one before a later version begins.
    fn until(&self) -> Option<NaiveDate> {
        earliest([self.terms.valid_to, self.run.until])
    }

    /// The first day of the window that a date lies in: volume counts from there.
    pub fn window_start(&self, date: NaiveDate) -> NaiveDate {
        let terms = &self.terms;
        let months_in = (date.month() + 12 - terms.fiscal_year_start) % 12;
        let back = match terms.window {
            Window::Month => 0,
            Window::Quarter => months_in % 3,
            Window::Year => months_in,
            Window::Agreement => return self.run.began.unwrap_or(terms.valid_from),
        };
        Month::of(date).first_day() - Months::new(back)
    }

    /// The last day of the window that a date lies in, whatever terms it ends under; `None` of an agreement that has no end.
    pub fn window_end(&self, date: NaiveDate) -> Option<NaiveDate> {
        let months = match self.terms.window {
            Window::Month => 1,
            Window::Quarter => 3,
            Window::Year => 12,
            Window::Agreement => return self.until(),
        };
        (self.window_start(date) + Months::new(months)).pred_opt()
    }

    /// The last day of the window that a date lies in on which these terms hold.
    pub fn last_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        earliest([self.window_end(date), self.until()])
    }
}

fn earliest(days: [Option<NaiveDate>; 2]) -> Option<NaiveDate> {
    days.into_iter().flatten().min()
}

/// Tells each version where it stands among the others: it ends the day before the next one begins, and where they meet, what
/// counts as long as the agreement runs goes on counting.
#[must_use]
pub fn in_turn(mut all: Vec<Agreement>) -> Vec<Agreement> {
    let mut by_date: Vec<usize> = (0..all.len()).collect();
    by_date.sort_by_key(|place| all[*place].terms.valid_from);
    let mut latest: Vec<usize> = Vec::new();
    for place in by_date {
        let before = latest.iter().position(|before| all[*before].is_version_of(&all[place]));
        let Some(before) = before else {
            latest.push(place);
            continue;
        };
        let earlier = std::mem::replace(&mut latest[before], place);
        let last = all[place].terms.valid_from.pred_opt();
        all[earlier].run.until = last;
        if all[earlier].until() == last {
            all[place].run.began = Some(all[earlier].run.began.unwrap_or(all[earlier].terms.valid_from));
        }
    }
    all
}

fn first_repeated<T: PartialEq>(all: &[T]) -> Option<&T> {
    all.iter().enumerate().find(|(index, one)| all[..*index].contains(one)).map(|(_, one)| one)
}

/// The agreement in force on a date: the latest that has begun, if it has not ended. Agreements of different names never
/// price the same day, so the latest is the only one.
pub fn in_force<A: Borrow<Agreement>>(agreements: &[A], date: NaiveDate) -> Option<&A> {
    agreements.iter().find(|a| is_in_force(agreements, (*a).borrow(), date))
}

/// The agreement that prices an account's charge of a date: the one that names it among its members, else the group's.
pub fn in_force_for<A: Borrow<Agreement>>(agreements: &[A], account: AccountId, date: NaiveDate) -> Option<&A> {
    let held = || agreements.iter().filter(|a| is_in_force(agreements, (*a).borrow(), date));
    held().find(|a| (*a).borrow().members.contains(&account)).or_else(|| held().find(|a| (*a).borrow().members.is_empty()))
}

/// Whether a version has begun, has not ended, and has not been superseded by a later one of its name.
pub fn is_in_force<A: Borrow<Agreement>>(agreements: &[A], version: &Agreement, date: NaiveDate) -> bool {
    let supersedes = |other: &Agreement| {
        other.is_version_of(version) && other.terms.valid_from > version.terms.valid_from && other.terms.valid_from <= date
    };
    version.terms.valid_from <= date
        && version.terms.valid_to.is_none_or(|to| date <= to)
        && !agreements.iter().any(|other| supersedes(other.borrow()))
}

/// The days before an agreement that nothing prices, though an earlier one with the same accounts has ended: its end is known, so
/// that somebody may have meant the two to meet. `None` where they do.
pub fn gap_before(earlier: &[Agreement], agreement: &Agreement) -> Option<(NaiveDate, NaiveDate)> {
    let last = agreement.terms.valid_from.pred_opt()?;
    let mut same: Vec<&Agreement> = earlier.iter().filter(|other| other.members == agreement.members).collect();
    same.retain(|other| other.terms.currency == agreement.terms.currency);
    same.retain(|other| other.terms.valid_from <= last);
    if in_force(&same, last).is_some() {
        return None;
    }
    let first = same.iter().filter_map(|other| other.terms.valid_to).max()?.succ_opt()?;
    (first <= last).then_some((first, last))
}

/// Whether two agreements of different names would price the same charges: it would be unclear which one holds.
pub fn conflict(one: &Agreement, other: &Agreement) -> bool {
    let ends = |terms: &Terms| terms.valid_to.unwrap_or(NaiveDate::MAX);
    let same_accounts = match (one.members.is_empty(), other.members.is_empty()) {
        (true, true) => true,
        (false, false) => one.members.iter().any(|member| other.members.contains(member)),
        // Members have the better claim.
        _ => false,
    };
    same_accounts
        && one.terms.currency == other.terms.currency
        && one.terms.name != other.terms.name
        && one.terms.valid_from <= ends(&other.terms)
        && other.terms.valid_from <= ends(&one.terms)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::period::parse_date;
    use crate::domain::rate::MarkUp;

    pub(crate) fn rate(discount: &str) -> Rate {
        Rate::Discount(discount.parse().unwrap())
    }

    pub(crate) fn agreement(tiers: &[(&str, &str)]) -> Agreement {
        Agreement {
            id: AgreementId(1),
            group: Some(GroupId(1)),
            members: vec![],
            terms: Terms {
                name: "acme-2026".parse().unwrap(),
                kind: AgreementKind::Sale,
                group: Some("acme".parse().unwrap()),
                members: vec![],
                provider: None,
                currency: Currency::parse("CNY").unwrap(),
                valid_from: day("2026-01-01"),
                valid_to: None,
                basis: Basis::List,
                measure: Measure::List,
                window: Window::Year,
                fiscal_year_start: 1,
                rule: TierRule::Whole,
                tiers: tiers.iter().map(|(from, off)| Tier { from: from.parse().unwrap(), rate: rate(off) }).collect(),
                products: vec![],
            },
            run: Run::default(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn windows_begin_and_end_where_the_fiscal_year_says() {
        let mut acme = agreement(&[("0", "5%")]);
        let table = [
            (Window::Month, 1, "2026-08-15", "2026-08-01 2026-08-31"),
            (Window::Quarter, 1, "2026-08-15", "2026-07-01 2026-09-30"),
            (Window::Year, 1, "2026-08-15", "2026-01-01 2026-12-31"),
            (Window::Agreement, 1, "2026-08-15", "2026-01-01 -"),
            // April to March, as in India; a quarter from May on.
            (Window::Year, 4, "2026-03-31", "2025-04-01 2026-03-31"),
            (Window::Year, 4, "2026-04-01", "2026-04-01 2027-03-31"),
            (Window::Quarter, 2, "2026-01-31", "2025-11-01 2026-01-31"),
            (Window::Quarter, 2, "2026-02-01", "2026-02-01 2026-04-30"),
        ];
        for (window, fiscal_year_start, date, expected) in table {
            (acme.terms.window, acme.terms.fiscal_year_start) = (window, fiscal_year_start);
            let end = acme.window_end(day(date)).map_or("-".to_owned(), |end| end.to_string());
            assert_eq!(format!("{} {end}", acme.window_start(day(date))), expected, "{window} {fiscal_year_start} {date}");
        }
    }

    /// From January on without an end, from July on until September, from October on; and one after a gap.
    #[test]
    fn a_version_ends_where_the_next_one_begins_and_counts_on_where_they_meet() {
        let version = |id, from: &str, to: Option<&str>| {
            let mut acme = agreement(&[("0", "5%")]);
            acme.id = AgreementId(id);
            (acme.terms.valid_from, acme.terms.valid_to, acme.terms.window) = (day(from), to.map(day), Window::Agreement);
            acme
        };
        let (mut beta, mut dollars) = (version(8, "2026-03-01", None), version(9, "2026-04-01", None));
        beta.group = Some(GroupId(2));
        dollars.terms.currency = Currency::parse("USD").unwrap();
        let all = in_turn(vec![
            version(3, "2026-10-01", Some("2026-11-30")),
            version(1, "2026-01-01", None),
            version(2, "2026-07-01", Some("2026-09-30")),
            version(4, "2026-12-05", None),
            beta,
            dollars,
        ]);
        let told = |window: Window| {
            let of = |version: &Agreement| {
                let version = Agreement { terms: Terms { window, ..version.terms.clone() }, ..version.clone() };
                let last = version.last_day(version.terms.valid_from).map_or("-".to_owned(), |last| last.to_string());
                format!("{} {} {last}", version.id.0, version.window_start(version.terms.valid_from))
            };
            all.iter().map(of).collect::<Vec<_>>()
        };
        let counted_on = ["3 2026-01-01 2026-11-30", "1 2026-01-01 2026-06-30", "2 2026-01-01 2026-09-30", "4 2026-12-05 -"];
        assert_eq!(told(Window::Agreement)[..4], counted_on);
        assert_eq!(told(Window::Agreement)[4..], ["8 2026-03-01 -", "9 2026-04-01 -"], "another group's, and another currency's");
        let in_the_year =
            ["3 2026-01-01 2026-11-30", "1 2026-01-01 2026-06-30", "2 2026-01-01 2026-09-30", "4 2026-01-01 2026-12-31"];
        assert_eq!(told(Window::Year)[..4], in_the_year);
        assert_eq!(told(Window::Month)[..2], ["3 2026-10-01 2026-10-31", "1 2026-01-01 2026-01-31"]);
    }

    #[test]
    fn agreements_in_two_currencies_have_nothing_to_do_with_each_other() {
        let mut yuan = agreement(&[("0", "5%")]);
        (yuan.terms.kind, yuan.group) = (AgreementKind::Purchase, None);
        let mut dollars = yuan.clone();
        (dollars.id, dollars.terms.currency, dollars.terms.valid_from) =
            (AgreementId(2), Currency::parse("USD").unwrap(), day("2026-06-01"));
        let all = [yuan.clone(), dollars.clone()];
        assert!(is_in_force(&all, &yuan, day("2026-07-01")) && is_in_force(&all, &dollars, day("2026-07-01")));
        dollars.terms.name = "in-dollars".parse().unwrap();
        assert!(!conflict(&yuan, &dollars));
        yuan.terms.valid_to = Some(day("2026-05-01"));
        assert_eq!(gap_before(&[yuan], &dollars), None);
    }

    #[test]
    fn terms_that_make_no_sense_are_named_all_of_them() {
        let wrong = |change: &dyn Fn(&mut Terms)| {
            let mut terms = agreement(&[("0", "5%"), ("100", "6%")]).terms;
            change(&mut terms);
            terms.check().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(wrong(&|_| ()), "");
        assert!(wrong(&|t| t.group = None).starts_with("group is missing"));
        assert!(wrong(&|t| t.kind = AgreementKind::Purchase).starts_with("group does not belong to a purchase"));
        assert!(wrong(&|t| t.tiers.clear()).starts_with("[[tier]] is missing"));
        assert!(wrong(&|t| t.tiers[0].from = "1".parse().unwrap()).contains("must begin at \"0\""));
        assert!(wrong(&|t| t.tiers.swap(0, 1)).contains("must begin"));
        assert!(wrong(&|t| t.tiers[1].from = Exact::ZERO).contains("does not lie above"));
        assert!(wrong(&|t| t.tiers[1].rate = rate("4%")).contains("is dearer than the tier before it: 4% after 5%"));
        assert!(wrong(&|t| t.valid_to = t.valid_from.pred_opt()).contains("valid_to"));
        assert!(wrong(&|t| t.fiscal_year_start = 13).contains("1 to 12"));
        assert!(wrong(&|t| t.tiers[0].rate = Rate::MarkUp("5%".parse::<MarkUp>().unwrap())).contains("takes a discount"));
        let costly = wrong(&|t| (t.basis, t.rule) = (Basis::Cost, TierRule::Graduated));
        assert!(costly.contains("slice") && costly.contains("takes a markup"), "{costly}");
        let purchase = wrong(&|t| (t.kind, t.group, t.rule) = (AgreementKind::Purchase, None, TierRule::Retroactive));
        assert!(purchase.contains("what the provider gives back later"), "{purchase}");
        let member: Code = "acme-prod".parse().unwrap();
        assert!(wrong(&|t| t.members = vec![member.clone(), member.clone()]).contains("twice"));
        let twice = ProductTerm { code: "oss".into(), own: None, counts: true, kinds: vec![] };
        assert!(wrong(&|t| t.products = vec![twice.clone(), twice.clone()]).contains("stands twice"));
        let usage = KindTerm { kind: ChargeKind::Usage, own: Some(OwnPrice::Fixed(Exact::ZERO)), counts: None };
        let kinds = ProductTerm { kinds: vec![usage, usage], ..twice.clone() };
        let told = wrong(&|t| t.products = vec![kinds.clone()]);
        assert!(told.contains("usage has no fixed price") && told.contains("stands twice for oss"), "{told}");
    }

    #[test]
    fn the_latest_version_that_has_begun_is_in_force() {
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

    #[test]
    fn a_gap_between_two_agreements_is_found() {
        let mut first = agreement(&[("0", "5%")]);
        let mut next = first.clone();
        next.id = AgreementId(2);
        next.terms.valid_from = day("2026-07-05");
        let gap = |first: &Agreement, next: &Agreement| {
            gap_before(std::slice::from_ref(first), next).map(|(from, to)| format!("{from} {to}"))
        };
        assert_eq!(gap(&first, &next), None, "without an end it runs on");
        first.terms.valid_to = Some(day("2026-06-30"));
        assert_eq!(gap(&first, &next), Some("2026-07-01 2026-07-04".to_owned()));
        first.terms.valid_to = Some(day("2026-07-04"));
        assert_eq!(gap(&first, &next), None);
        assert_eq!(gap_before(&[], &next), None, "nothing priced anything before");
        next.members = vec![AccountId(7)];
        assert_eq!(gap(&first, &next), None, "another volume");
    }

    #[test]
    fn members_have_the_better_claim() {
        let group = agreement(&[("0", "5%")]);
        let mut own = group.clone();
        (own.id, own.members) = (AgreementId(2), vec![AccountId(7)]);
        own.terms.name = "acme-labs".parse().unwrap();
        assert!(!conflict(&group, &own) && !conflict(&own, &group));
        let mut rival = own.clone();
        rival.terms.name = "acme-shops".parse().unwrap();
        assert!(conflict(&own, &rival));
        rival.members = vec![AccountId(8)];
        assert!(!conflict(&own, &rival));
        rival.members = vec![];
        assert!(conflict(&group, &rival));
        rival.terms.valid_from = day("2027-01-01");
        own.terms.valid_to = Some(day("2026-12-31"));
        let all = [group, own];
        let of = |account, date| in_force_for(&all, AccountId(account), day(date)).map(|a| a.id.0);
        assert_eq!((of(7, "2026-06-01"), of(8, "2026-06-01"), of(7, "2027-01-01")), (Some(2), Some(1), Some(1)));
    }
}
