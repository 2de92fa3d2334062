//! What a schedule of planned purchases costs: each purchase priced as recording would price it, on top of those before it.
//!
//! A schedule is always priced as a whole, with the true-up that it leads to at the window's end. Nothing here writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;

use super::operation::AccountInGroup;
use super::planned_prices::PlannedPrices;
use super::pricing::{OrderToPrice, Prices as _};
use super::{Error, Result};
use crate::domain::account::{Group, Model};
use crate::domain::agreement::{Agreement, Basis, Measure, TierRule};
use crate::domain::id::{AccountId, AgreementId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::order::Cost;
use crate::domain::other_terms::at_final_tier;
use crate::domain::price::{Price, Priceable, PricedBy, Volume};
use crate::domain::schedule::Purchase;
use crate::domain::true_up::{TieredCharge, due};
use crate::store::{Reader, Scope};

/// Whether orders are bought as they are, or in pieces that end where a tier begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pieces {
    /// As they are.
    Whole,
    /// In pieces.
    AtTiers,
}

/// A planned purchase, priced.
#[derive(Clone, Debug)]
pub(super) struct Bought {
    /// What is bought.
    pub(super) purchase: Purchase,
    /// The agreement in force for it.
    pub(super) agreement: Option<Rc<Agreement>>,
    /// What recording it would charge.
    pub(super) price: Price,
    /// What the provider is expected to bill.
    pub(super) cost: Option<Cost>,
    /// What it costs once the true-up of its window is posted.
    pub(super) in_the_end: Amount,
}

/// A schedule, priced.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// Its purchases, in the order in which they are made.
    pub(super) bought: Vec<Bought>,
    /// What the schedule changes about charges that the book has already, by a true-up; below zero, they become cheaper.
    pub(super) earlier: Amount,
}

impl Schedule {
    /// What all purchases cost at list price.
    pub(super) fn list(&self) -> std::result::Result<Amount, Overflow> {
        Amount::sum(self.bought.iter().map(|bought| bought.purchase.list))
    }

    /// What all purchases would be charged.
    pub(super) fn charged(&self) -> std::result::Result<Amount, Overflow> {
        Amount::sum(self.bought.iter().map(|bought| bought.price.payable))
    }

    /// What all of it costs in the end, true-ups included, also those of earlier charges.
    pub(super) fn in_the_end(&self) -> std::result::Result<Amount, Overflow> {
        Amount::sum(self.bought.iter().map(|bought| bought.in_the_end))?.plus(self.earlier)
    }
}

/// A group whose plans are priced.
pub(super) struct Pricing<'r> {
    reader: Reader<'r>,
    pub(super) group: Group,
    pub(super) accounts: HashMap<AccountId, AccountInGroup>,
    pub(super) prices: PlannedPrices<'r>,
    /// The line of the plan that was looked at last, to say which one is refused.
    pub(super) line: u64,
    tiered: HashMap<(AgreementId, NaiveDate), Rc<Vec<TieredCharge>>>,
}

impl<'r> Pricing<'r> {
    /// Of a group, with the accounts that are to buy.
    pub(super) fn new(reader: Reader<'r>, group: Group, accounts: HashMap<AccountId, AccountInGroup>) -> Self {
        Self { reader, group, accounts, prices: PlannedPrices::new(reader), line: 0, tiered: HashMap::new() }
    }

    pub(super) fn currency(&self) -> Currency {
        self.group.currency
    }

    /// The agreement that prices an account's charges of a day.
    pub(super) fn agreement(&mut self, account: AccountId, date: NaiveDate) -> Result<Option<Rc<Agreement>>> {
        self.prices.sale_agreement(self.group.id, account, date)
    }

    /// Buys one after the other, and nothing else.
    pub(super) fn priced(&mut self, purchases: &[Purchase], pieces: Pieces) -> Result<Schedule> {
        self.prices.forget();
        let mut bought = Vec::with_capacity(purchases.len());
        for purchase in purchases {
            self.line = purchase.line;
            match pieces {
                Pieces::Whole => bought.push(self.buy(purchase)?),
                Pieces::AtTiers => self.buy_in_pieces(purchase, &mut bought)?,
            }
        }
        let earlier = self.true_up(&mut bought)?;
        Ok(Schedule { bought, earlier })
    }

    /// What one purchase would be charged, on top of what was bought before it.
    pub(super) fn quoted(&mut self, purchase: &Purchase) -> Result<(Price, Option<Cost>)> {
        let of = &self.accounts[&purchase.account];
        of.account.require_dated_since(purchase.date)?;
        let order = OrderToPrice {
            product: &purchase.product,
            kind: purchase.kind,
            list: Exact::from_amount(purchase.list, of.group.currency),
            provider_amount: purchase.provider_amount,
            coupons: &[],
        };
        self.prices.priced(of, order, purchase.date)
    }

    fn buy(&mut self, purchase: &Purchase) -> Result<Bought> {
        let (price, cost) = self.quoted(purchase)?;
        let of = (self.group.id, self.group.currency);
        self.prices.buy(of, purchase.account, purchase.date, (&price, cost))?;
        let agreement = self.agreement(purchase.account, purchase.date)?;
        let in_the_end = price.payable;
        Ok(Bought { purchase: purchase.clone(), agreement, price, cost, in_the_end })
    }

    fn buy_in_pieces(&mut self, purchase: &Purchase, bought: &mut Vec<Bought>) -> Result<()> {
        let agreement = self.agreement(purchase.account, purchase.date)?;
        // Each tier is entered once; after that nothing is left to cut at.
        let cuts_max = agreement.as_ref().map_or(0, |agreement| agreement.terms.tiers.len());
        let mut rest = purchase.clone();
        for _ in 0..cuts_max {
            let Some((piece, left)) = self.room(&rest)?.map(|room| rest.cut(room)).transpose()?.flatten() else { break };
            bought.push(self.buy(&piece)?);
            rest = left;
        }
        bought.push(self.buy(&rest)?);
        Ok(())
    }

    /// How much list price it takes to reach the next tier, rounded up to the minor unit; `None` where buying it does not lead
    /// there, or has the price of something else than a tier.
    fn room(&mut self, purchase: &Purchase) -> Result<Option<Amount>> {
        let Some(agreement) = self.agreement(purchase.account, purchase.date)? else { return Ok(None) };
        let (terms, currency) = (&agreement.terms, self.currency());
        let own = terms.own_price(&purchase.product, purchase.kind);
        if own.is_some() || !terms.counts(&purchase.product, purchase.kind) {
            return Ok(None);
        }
        let before = self.prices.volume_before(&agreement, purchase.date)?.by(terms.measure);
        let Some(next) = terms.tier_above(before) else { return Ok(None) };
        let room = next.from.minus(before)?;
        let passes_through = self.accounts[&purchase.account].account.model == Model::Agency;
        let list = match (terms.measure, terms.basis) {
            (Measure::List, _) => Some(room),
            (Measure::Payable, Basis::List) if !passes_through => room.divided_by_millionths(terms.tier_at(before).rate.factor()),
            (Measure::Payable, _) => None,
        };
        Ok(list.map(|list| rounded_up(list, currency)).transpose()?)
    }

    /// Prices what tiers have priced at the tier that its window reaches in the end, under `retroactive`; and says what that
    /// changes about earlier charges.
    fn true_up(&mut self, bought: &mut [Bought]) -> Result<Amount> {
        let agreements = self.prices.sale_agreements(self.group.id)?;
        let mut earlier = Amount::ZERO;
        for agreement in agreements.iter().filter(|agreement| agreement.terms.rule == TierRule::Retroactive) {
            let terms = &agreement.terms;
            let starts: BTreeSet<NaiveDate> = bought.iter().map(|bought| agreement.window_start(bought.purchase.date)).collect();
            for start in starts {
                let end = agreement.last_day(start).unwrap_or(NaiveDate::MAX);
                let reached = self.prices.volume(Scope::of(agreement), terms.currency, start, end)?;
                let without = self.prices.recorded_volume(Scope::of(agreement), terms.currency, start, end)?;
                for bought in bought.iter_mut().filter(|bought| bought.price.by == PricedBy::Tier) {
                    let is_its = bought.agreement.as_ref().is_some_and(|own| own.id == agreement.id);
                    if is_its && (start..=end).contains(&bought.purchase.date) {
                        let cost = bought.cost.map(|cost| cost.expected);
                        let (product, kind) = (bought.purchase.product.as_str(), bought.purchase.kind);
                        let charge = Priceable { product, kind, list: bought.price.list, cost };
                        bought.in_the_end = at_final_tier(terms, charge, bought.price.payable, reached)?;
                    }
                }
                let tier_of = |volume: Volume| terms.tier_at(volume.by(terms.measure));
                if tier_of(reached) == tier_of(without) {
                    continue;
                }
                for charge in self.tiered(agreement.id, start, end)?.iter() {
                    let with = due(terms, tier_of(reached).rate, charge, terms.currency)?;
                    earlier = earlier.plus(with)?.minus(due(terms, tier_of(without).rate, charge, terms.currency)?)?;
                }
            }
        }
        Ok(earlier)
    }

    fn tiered(&mut self, agreement: AgreementId, start: NaiveDate, end: NaiveDate) -> Result<Rc<Vec<TieredCharge>>> {
        if let Some(known) = self.tiered.get(&(agreement, start)) {
            return Ok(Rc::clone(known));
        }
        let charges = Rc::new(self.reader.tiered_charges(self.group.id, agreement, start, end)?);
        self.tiered.insert((agreement, start), Rc::clone(&charges));
        Ok(charges)
    }

    /// The windows that purchases fall into, each with the place of its first purchase; without those that no agreement prices.
    pub(super) fn windows(&self, schedule: &Schedule) -> Vec<(Rc<Agreement>, usize)> {
        let mut first: BTreeMap<(AgreementId, NaiveDate), (Rc<Agreement>, usize)> = BTreeMap::new();
        for (place, bought) in schedule.bought.iter().enumerate() {
            if let Some(agreement) = &bought.agreement {
                let key = (agreement.id, agreement.window_start(bought.purchase.date));
                first.entry(key).or_insert_with(|| (Rc::clone(agreement), place));
            }
        }
        first.into_values().collect()
    }
}

/// The next whole minor unit.
pub(super) fn rounded_up(exact: Exact, currency: Currency) -> std::result::Result<Amount, Overflow> {
    let nearest = exact.round(currency)?;
    if Exact::from_amount(nearest, currency) < exact { nearest.plus(Amount::from_minor(1)) } else { Ok(nearest) }
}

/// Why something cannot be bought in some way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impossible {
    /// The window has no end, so that there is none after it.
    NoNextWindow,
    /// No agreement is in force for every account then.
    NoAgreement,
    /// However much is bought, the volume does not get there.
    OutOfReach,
    /// A rule refuses it; its stable code.
    Refused(&'static str),
}

/// A refusal as a reason why something is not possible; any other error stays one.
pub(super) fn if_possible<T>(result: Result<T>) -> Result<std::result::Result<T, Impossible>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Refused(refusal)) => Ok(Err(Impossible::Refused(refusal.code()))),
        Err(other) => Err(other),
    }
}
