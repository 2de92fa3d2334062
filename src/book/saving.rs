//! What groups have saved by buying together, by account and by product, and whose work it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::days::{AskedDays, Days};
use super::operation::find_group;
use super::{Result, When};
use crate::domain::account::{Account, Group};
use crate::domain::agreement::Agreement;
use crate::domain::code::Code;
use crate::domain::id::{AccountId, AgreementId};
use crate::domain::money::{Amount, Currency};
use crate::domain::period::Month;
use crate::domain::refusal::Notice;
use crate::domain::repricing::{RecordedCharge, Repricing};
use crate::domain::saving::{EXACT_MAX, Game, Sampling, Share, proportional};
use crate::store::Reader;

/// What random orders follow from when nobody asks for another.
const SEED: u64 = 1;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SavingsRequest {
    /// One group, as it was typed; all of them when `None`.
    pub group: Option<String>,
    /// Over which days.
    pub days: AskedDays,
    /// What random orders follow from, where there are too many accounts to look at all; one when `None`.
    pub seed: Option<u64>,
    /// How many random orders to look at; as many as take some seconds when `None`.
    pub samples: Option<u32>,
}

/// List price, and what was owed of it, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// At list price, each charge rounded once.
    pub list: Amount,
    /// What was owed, true-ups included.
    pub payable: Amount,
    /// The difference.
    pub saved: Amount,
}

impl Saved {
    fn of(list: Amount, payable: Amount) -> Result<Self> {
        Ok(Self { list, payable, saved: list.minus(payable)? })
    }

    fn plus(self, other: Self) -> Result<Self> {
        Self::of(self.list.plus(other.list)?, self.payable.plus(other.payable)?)
    }
}

/// An account's part in it, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSaving {
    /// The account.
    pub account: Code,
    /// What it was charged.
    pub saved: Saved,
    /// What it would have owed alone.
    pub alone: Amount,
    /// What the group would save less without it.
    pub brings: Amount,
    /// Its share of the group's saving by list price.
    pub proportional: Amount,
    /// Its share by what it adds to every coalition.
    pub shapley: Share,
}

/// A group's saving, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSaving {
    /// The group.
    pub group: Code,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// What its accounts were charged.
    pub saved: Saved,
    /// What the accounts' own purchases have saved: all charges, priced again without what no account brings, such as the volume
    /// that the book started with.
    pub by_accounts: Amount,
    /// The rest.
    pub by_nobody: Amount,
    /// How the Shapley shares were sampled; `None` where they are exact.
    pub sampling: Option<Sampling>,
    /// The accounts that bought something, by code.
    pub accounts: Vec<AccountSaving>,
    /// By product.
    pub products: BTreeMap<String, Saved>,
}

/// What groups have saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Savings {
    /// Over which days.
    pub days: Days,
    /// The groups that were charged something, by code.
    pub groups: Vec<GroupSaving>,
    /// By currency.
    pub totals: BTreeMap<Currency, Saved>,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// What groups have saved over some days, and shares of it.
pub fn savings(reader: Reader<'_>, request: &SavingsRequest, when: When) -> Result<Savings> {
    let asked = match &request.group {
        Some(name) => vec![find_group(reader, name)?],
        None => reader.groups()?,
    };
    let days = Days::find(reader, request.days, &asked, when)?;
    let mut groups = Vec::new();
    let mut totals: BTreeMap<Currency, Saved> = BTreeMap::new();
    for group in &asked {
        let Some(saving) = group_saving(reader, group, days, request)? else { continue };
        let total = totals.entry(group.currency).or_default();
        *total = total.plus(saving.saved)?;
        groups.push(saving);
    }
    groups.sort_by(|one, other| one.group.cmp(&other.group));
    let did_nothing = (request.seed.is_some() || request.samples.is_some()) && groups.iter().all(|group| group.sampling.is_none());
    let notices = did_nothing.then_some(Notice::SharesExact).into_iter().collect();
    Ok(Savings { days, groups, totals, notices })
}

/// What one group has saved; `None` when it was charged nothing.
fn group_saving(reader: Reader<'_>, group: &Group, days: Days, request: &SavingsRequest) -> Result<Option<GroupSaving>> {
    let agreements = reader.sale_agreements(group.id)?;
    let charges = load(reader, group, &agreements, days)?;
    if !charges.iter().any(|charge| days.has(charge.date)) {
        return Ok(None);
    }
    let bought: BTreeSet<AccountId> = charges.iter().map(|charge| charge.account).collect();
    let mut accounts: Vec<Account> = reader.accounts_ever_of(group.id)?;
    accounts.retain(|account| bought.contains(&account.id));
    accounts.sort_by(|one, other| one.code.cmp(&other.code));
    let players: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let currency = group.currency;
    let mut by_account: HashMap<AccountId, Saved> = HashMap::new();
    let mut products: BTreeMap<String, Saved> = BTreeMap::new();
    for charge in charges.iter().filter(|charge| days.has(charge.date)) {
        let one = Saved::of(charge.list.round(currency)?, charge.payable.plus(charge.trued_up)?)?;
        for sum in [by_account.entry(charge.account).or_default(), products.entry(charge.product.clone()).or_default()] {
            *sum = sum.plus(one)?;
        }
    }
    let saved: Vec<Saved> = players.iter().map(|id| by_account.get(id).copied().unwrap_or_default()).collect();
    let lists: Vec<Amount> = saved.iter().map(|saved| saved.list).collect();
    let repricing =
        Repricing::new(&charges, &players, &agreements, &trued_up(reader, &agreements, days)?, |c| days.has(c.date), currency)?;
    let mut game = Game::new(players.len(), |coalition| {
        let list = Amount::sum(lists.iter().enumerate().filter(|(player, _)| coalition.has(*player)).map(|(_, list)| *list))?;
        Ok(list.minus(repricing.payable(coalition)?)?)
    });
    let whole = saved.iter().try_fold(Saved::default(), |sum, one| sum.plus(*one))?;
    let by_accounts = game.whole()?;
    let by_nobody = whole.saved.minus(by_accounts)?;
    let by_list = proportional(whole.saved, &lists)?;
    let rest = proportional(by_nobody, &lists)?;
    let affordable = Sampling::affordable(request.seed.unwrap_or(SEED), players.len(), charges.len());
    let sampling = Sampling { samples: request.samples.unwrap_or(affordable.samples), ..affordable };
    let shapley = game.shapley(sampling)?;
    let mut rows = Vec::with_capacity(accounts.len());
    for (player, account) in accounts.into_iter().enumerate() {
        let share = shapley[player];
        rows.push(AccountSaving {
            account: account.code,
            saved: saved[player],
            alone: lists[player].minus(game.alone(player)?)?,
            brings: game.brings(player)?,
            proportional: by_list[player],
            shapley: Share { amount: share.amount.plus(rest[player])?, ..share },
        });
    }
    let sampling = (rows.len() > EXACT_MAX).then_some(sampling);
    let code = group.code.clone();
    Ok(Some(GroupSaving { group: code, currency, saved: whole, by_accounts, by_nobody, sampling, accounts: rows, products }))
}

/// Loads the charges of the days, and earlier ones as far as a window reaches back from these, or a refund.
fn load(reader: Reader<'_>, group: &Group, agreements: &[Agreement], days: Days) -> Result<Vec<RecordedCharge>> {
    let mut from = days.from;
    loop {
        let charges = reader.recorded_charges(group.id, (from, days.last()), days.as_of)?;
        let window_start = |charge: &RecordedCharge| {
            let agreement = agreements.iter().find(|agreement| Some(agreement.id) == charge.agreement);
            agreement.map_or(charge.date, |agreement| agreement.window_start(charge.date))
        };
        let needed = charges.iter().map(|charge| window_start(charge).min(charge.volume_date)).min().unwrap_or(from);
        if needed >= from {
            return Ok(charges);
        }
        from = needed;
    }
}

/// Up to which day each agreement was trued up: by the last close, or by hand after it.
fn trued_up(reader: Reader<'_>, agreements: &[Agreement], days: Days) -> Result<HashMap<AgreementId, NaiveDate>> {
    let closed = reader.closed_through()?.0.map(Month::last_day).filter(|last| days.as_of.is_none_or(|day| *last <= day));
    let mut until = HashMap::new();
    for agreement in agreements {
        if let Some(last) = reader.last_trued_up(agreement.id, days.as_of)?.max(closed) {
            until.insert(agreement.id, last);
        }
    }
    Ok(until)
}
