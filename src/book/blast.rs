//! What stops if a party above the agent is frozen: the accounts that hang below it, and the money that is then stuck.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::account::{self, AccountView};
use super::{Result, When, pool};
use crate::domain::account::Group;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::{Code, Name};
use crate::domain::money::{Amount, Currency};
use crate::domain::upstream::Upstream;
use crate::store::Reader;

/// An account that stops.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// The account with its money.
    pub view: AccountView,
    /// How many of its orders no closed month has had.
    pub open_orders: u64,
    /// What the provider is expected to bill for them.
    pub open_cost: Amount,
}

/// A group of which accounts stop.
#[derive(Clone, Debug)]
pub struct StoppedGroup {
    /// The group.
    pub group: Group,
    /// How many of its accounts stop.
    pub accounts: u64,
    /// How many others live.
    pub elsewhere: u64,
    /// Its money that is not allocated.
    pub deposits: Amount,
}

impl StoppedGroup {
    /// What of its deposits nobody can use then: all, unless another account of it goes on.
    pub fn stranded(&self) -> Amount {
        if self.elsewhere == 0 { self.deposits } else { Amount::ZERO }
    }
}

/// What stops in one currency, in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoppedTotal {
    /// How many accounts.
    pub accounts: u64,
    /// What they were given and have not spent.
    pub funds: Amount,
    /// What they owe.
    pub owed: Amount,
    /// How much they may owe.
    pub credit_limit: Amount,
    /// What they could still spend.
    pub available: Amount,
    /// Their usage that waits for its charge.
    pub pending_usage: Amount,
    /// Their orders that no closed month has had.
    pub open_orders: u64,
    /// What the provider is expected to bill for those.
    pub open_cost: Amount,
    /// The deposits of their groups that nobody can use then.
    pub deposits: Amount,
    /// What is in the agent's pool at the provider.
    pub pool: Amount,
}

/// What stops if a party is frozen.
#[derive(Clone, Debug)]
pub struct Blast {
    /// The party.
    pub party: Upstream,
    /// Who stands above it, the nearest first.
    pub above: Vec<Name>,
    /// Who stands below it.
    pub below: Vec<Name>,
    /// The accounts: by currency, group and code.
    pub rows: Vec<Stopped>,
    /// Their groups, by code.
    pub groups: Vec<StoppedGroup>,
    /// By currency: those of the accounts, and every other in which there is a pool.
    pub totals: BTreeMap<Currency, StoppedTotal>,
}

/// Shows what stops if a party above the agent is frozen, whether it is or not.
pub fn blast(reader: Reader<'_>, name: &Name, today: NaiveDate) -> Result<Blast> {
    let (chain, when) = (reader.upstream_chain()?, When::Now(today));
    let party = chain.find(name)?;
    let pending = account::pending(reader, when)?;
    let mut open = reader.open_orders_by_account()?;
    let accounts = account::list_with(reader, None, &pending, when)?;
    let living = accounts.into_iter().filter(|view| view.account.state.lives());
    let (below, elsewhere): (Vec<_>, Vec<_>) = living.partition(|view| chain.hangs_below(view.account.upstream, party.id));
    let mut rows: Vec<Stopped> = below
        .into_iter()
        .map(|view| {
            let (open_orders, open_cost) = open.remove(&view.account.id).unwrap_or_default();
            Stopped { view, open_orders, open_cost }
        })
        .collect();
    rows.sort_by(|one, other| {
        let key = |row: &Stopped| (row.view.group.currency, row.view.group.code.clone(), row.view.account.code.clone());
        key(one).cmp(&key(other))
    });
    let groups = groups_of(reader, &rows, &elsewhere)?;
    let mut totals = totals(&rows, &groups)?;
    for standing in pool::show_with(reader, &pending, None)? {
        totals.entry(standing.currency).or_default().pool = standing.pool;
    }
    let names = |parties: Vec<&Upstream>| parties.into_iter().map(|party| party.name.clone()).collect();
    Ok(Blast {
        above: names(chain.path_up(party.id).into_iter().skip(1).collect()),
        below: names(chain.below(party.id).collect()),
        party: party.clone(),
        rows,
        groups,
        totals,
    })
}

/// The groups of the accounts that stop, with what they have deposited.
fn groups_of(reader: Reader<'_>, rows: &[Stopped], elsewhere: &[AccountView]) -> Result<Vec<StoppedGroup>> {
    let mut groups: BTreeMap<&Code, StoppedGroup> = BTreeMap::new();
    for Stopped { view: AccountView { group, .. }, .. } in rows {
        if let Some(known) = groups.get_mut(&group.code) {
            known.accounts += 1;
            continue;
        }
        let deposits = reader.balance(LedgerAccount::deposits(group.id, group.currency), None)?.negated()?;
        groups.insert(&group.code, StoppedGroup { group: group.clone(), accounts: 1, elsewhere: 0, deposits });
    }
    for view in elsewhere {
        if let Some(known) = groups.get_mut(&view.group.code) {
            known.elsewhere += 1;
        }
    }
    Ok(groups.into_values().collect())
}

fn totals(rows: &[Stopped], groups: &[StoppedGroup]) -> Result<BTreeMap<Currency, StoppedTotal>> {
    let mut totals: BTreeMap<Currency, StoppedTotal> = BTreeMap::new();
    for Stopped { view, open_orders, open_cost } in rows {
        let total = totals.entry(view.group.currency).or_default();
        *total = StoppedTotal {
            accounts: total.accounts + 1,
            funds: total.funds.plus(view.standing.funds)?,
            owed: total.owed.plus(view.standing.owed)?,
            credit_limit: total.credit_limit.plus(view.standing.credit_limit)?,
            available: total.available.plus(view.standing.available()?)?,
            pending_usage: total.pending_usage.plus(view.standing.pending_usage)?,
            open_orders: total.open_orders + open_orders,
            open_cost: total.open_cost.plus(*open_cost)?,
            ..*total
        };
    }
    for group in groups {
        let total = totals.entry(group.group.currency).or_default();
        total.deposits = total.deposits.plus(group.stranded())?;
    }
    Ok(totals)
}
