//! Prices as they would be if more had been bought: what is planned, on top of what the book has.
//!
//! Orders are priced by [`Prices`], as recording prices them. What is planned stays in memory: nothing here writes.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;

use super::Result;
use super::pricing::{Prices, ReadPrices};
use crate::domain::agreement::Agreement;
use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::{Currency, Exact};
use crate::domain::order::Cost;
use crate::domain::price::{Price, Volume};
use crate::store::{Reader, Scope};

/// The book's agreements and volumes, and planned volumes by day.
pub(super) struct PlannedPrices<'r> {
    recorded: ReadPrices<'r>,
    /// What was asked of the book already: a plan asks for the same days again and again.
    asked: HashMap<(Scope, Currency, NaiveDate, NaiveDate), Volume>,
    planned: HashMap<(Scope, Currency), BTreeMap<NaiveDate, Volume>>,
}

impl<'r> PlannedPrices<'r> {
    /// Of the book that a reader sees; nothing is planned yet.
    pub(super) fn new(reader: Reader<'r>) -> Self {
        Self { recorded: ReadPrices::new(reader), asked: HashMap::new(), planned: HashMap::new() }
    }

    /// Takes back everything that was planned.
    pub(super) fn forget(&mut self) {
        self.planned.clear();
    }

    /// Adds what a priced order would add to the volumes of its group, of the agreements that name its account, and of the agent.
    pub(super) fn buy(
        &mut self,
        (group, currency): (GroupId, Currency),
        account: AccountId,
        date: NaiveDate,
        (price, cost): (&Price, Option<Cost>),
    ) -> Result<()> {
        if price.counts {
            let volume = price.volume(currency);
            self.add(Scope::Sale(group), currency, date, volume)?;
            for agreement in self.sale_agreements(group)?.iter().filter(|agreement| agreement.members.contains(&account)) {
                self.add(Scope::of(agreement), currency, date, volume)?;
            }
        }
        if let Some(cost) = cost.filter(|cost| cost.counts) {
            let volume = Volume { list: price.list, payable: Exact::from_amount(cost.expected, currency) };
            self.add(Scope::Purchase, currency, date, volume)?;
        }
        Ok(())
    }

    fn add(&mut self, scope: Scope, currency: Currency, date: NaiveDate, volume: Volume) -> Result<()> {
        let day = self.planned.entry((scope, currency)).or_default().entry(date).or_default();
        *day = day.plus(volume)?;
        Ok(())
    }

    /// What the book itself has from one day to another, both included.
    pub(super) fn recorded_volume(&mut self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        if let Some(known) = self.asked.get(&(scope, currency, from, to)) {
            return Ok(*known);
        }
        let volume = self.recorded.volume(scope, currency, from, to)?;
        self.asked.insert((scope, currency, from, to), volume);
        Ok(volume)
    }
}

impl Prices for PlannedPrices<'_> {
    fn sale_agreements(&mut self, group: GroupId) -> Result<Rc<Vec<Rc<Agreement>>>> {
        self.recorded.sale_agreements(group)
    }

    fn purchase_agreements(&mut self) -> Result<Rc<Vec<Rc<Agreement>>>> {
        self.recorded.purchase_agreements()
    }

    fn volume(&mut self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        let recorded = self.recorded_volume(scope, currency, from, to)?;
        let days = self.planned.get(&(scope, currency)).filter(|_| from <= to).map(|days| days.range(from..=to));
        Ok(days.into_iter().flatten().try_fold(recorded, |sum, (_, volume)| sum.plus(*volume))?)
    }
}
