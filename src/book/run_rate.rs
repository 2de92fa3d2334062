//! How fast accounts and the pool spend, loaded for all of them at once.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::account::{self, AccountView};
use super::operation::find_group;
use super::usage::PendingUsage;
use super::{Result, When};
use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::Currency;
use crate::domain::run_rate::{Meter, Rates};
use crate::store::Reader;

/// Accounts with their money and how fast they spend it.
pub(super) struct Spending {
    /// The accounts, by code.
    pub(super) accounts: Vec<AccountView>,
    /// How fast they spend.
    pub(super) rates: RunRates,
}

impl Spending {
    /// Loads all accounts, or those of a group.
    pub(super) fn load(reader: Reader<'_>, group: Option<&str>, when: When) -> Result<Self> {
        let pending = account::pending(reader, when)?;
        let accounts = account::list_with(reader, group, &pending, when)?;
        let group = group.map(|name| find_group(reader, name)).transpose()?.map(|group| group.id);
        let rates = RunRates::load(reader, group, &accounts, &pending, when.day())?;
        Ok(Self { accounts, rates })
    }
}

/// What an account spends, and what the agent pays for it.
struct Meters {
    payable: Meter,
    cost: Meter,
}

/// How fast each account spends until the end of a day.
pub(super) struct RunRates(HashMap<AccountId, Meters>);

impl RunRates {
    /// Adds up the charges of these accounts, all there are or a group's, and their usage that waits for its charge.
    pub(super) fn load(
        reader: Reader<'_>,
        group: Option<GroupId>,
        accounts: &[AccountView],
        pending: &PendingUsage,
        until: NaiveDate,
    ) -> Result<Self> {
        let mut meters = HashMap::with_capacity(accounts.len());
        for view in accounts {
            let meter = Meter::new(view.account.since, until);
            let mut both = Meters { payable: meter.clone(), cost: meter };
            for (month, usage) in pending.by_month(view.account.id) {
                both.payable.pending_usage(month, usage.payable)?;
                both.cost.pending_usage(month, usage.cost)?;
            }
            meters.insert(view.account.id, both);
        }
        reader.each_charge_between(group, Meter::first_day(until), until, |charged| {
            let Some(Meters { payable, cost }) = meters.get_mut(&charged.account) else { return Ok(()) };
            if charged.is_order {
                payable.order(charged.day, charged.payable)?;
                cost.order(charged.day, charged.cost)?;
            } else {
                payable.usage(charged.day, charged.payable)?;
                cost.usage(charged.day, charged.cost)?;
            }
            Ok(())
        })?;
        Ok(Self(meters))
    }

    /// What an account spends a day.
    pub(super) fn of(&self, account: AccountId) -> Result<Rates> {
        match self.0.get(&account) {
            Some(meters) => Ok(meters.payable.rates()?),
            None => Ok(Rates::default()),
        }
    }

    /// What leaves the agent's pool a day for these accounts, by currency.
    pub(super) fn of_the_pool(&self, accounts: &[AccountView]) -> Result<BTreeMap<Currency, Rates>> {
        let mut pools: BTreeMap<Currency, Meter> = BTreeMap::new();
        for view in accounts {
            let Some(Meters { cost, .. }) = self.0.get(&view.account.id) else { continue };
            match pools.get_mut(&view.group.currency) {
                Some(pool) => pool.join(cost)?,
                None => drop(pools.insert(view.group.currency, cost.clone())),
            }
        }
        pools.into_iter().map(|(currency, pool)| Ok((currency, pool.rates()?))).collect()
    }
}
