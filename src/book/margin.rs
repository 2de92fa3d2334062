//! What the agent has earned by selling: sale, cost and margin, by account, product and month.

use std::collections::{BTreeMap, HashMap};

use super::days::{AskedDays, Days};
use super::operation::{find_account, find_group};
use super::{Result, When};
use crate::domain::account::{Account, Group, Model};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, GroupId};
use crate::domain::margin::{Margin, MarginBy};
use crate::domain::money::{Amount, Currency};
use crate::domain::period::Month;
use crate::store::{ChargeFilter, Reader};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct MarginRequest {
    /// The accounts of one group, as it was typed.
    pub group: Option<String>,
    /// One account, as it was typed.
    pub account: Option<String>,
    /// What to add up by; account, product and month each by itself when `None`.
    pub by: Option<MarginBy>,
    /// Over which days.
    pub days: AskedDays,
}

/// What a margin is of; what it is added up over is `None`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarginOf {
    /// What it is counted in.
    pub currency: Currency,
    /// The account.
    pub account: Option<Code>,
    /// The product.
    pub product: Option<String>,
    /// The month of the effective dates.
    pub month: Option<Month>,
}

/// What the agent has earned.
#[derive(Clone, Debug)]
pub struct Margins {
    /// Over which days.
    pub days: Days,
    /// What it was added up by.
    pub by: Option<MarginBy>,
    /// By currency; in each what deserves a look first.
    pub rows: Vec<(MarginOf, Margin)>,
    /// By currency.
    pub totals: BTreeMap<Currency, Margin>,
    /// Accounts on the agency model, which are left out, with what passed through.
    pub agency: BTreeMap<Code, (Currency, Amount)>,
}

/// What the agent has earned over some days.
pub fn margins(reader: Reader<'_>, request: &MarginRequest, when: When) -> Result<Margins> {
    let account = request.account.as_deref().map(|name| find_account(reader, name)).transpose()?;
    let group = request.group.as_deref().map(|name| find_group(reader, name)).transpose()?;
    let all_groups = reader.groups()?;
    let of = group.as_ref().map(|group| group.id).or(account.as_ref().map(|account| account.group_on(when.day())));
    let asked: Vec<Group> = all_groups.iter().filter(|group| of.is_none_or(|id| group.id == id)).cloned().collect();
    let days = Days::find(reader, request.days, &asked, when)?;
    let currencies: HashMap<GroupId, Currency> = all_groups.iter().map(|group| (group.id, group.currency)).collect();
    let accounts: HashMap<AccountId, Account> = reader.accounts()?.into_iter().map(|account| (account.id, account)).collect();
    let products = reader.product_codes()?;
    let mut sums: BTreeMap<MarginOf, Margin> = BTreeMap::new();
    let mut totals: BTreeMap<Currency, Margin> = BTreeMap::new();
    let mut agency: BTreeMap<Code, (Currency, Amount)> = BTreeMap::new();
    let (group, one) = (group.map(|group| group.id), account.map(|account| account.id));
    let filter = ChargeFilter { group, account: one, from: days.from, to: days.last() };
    reader.charged_months(filter, |charged| {
        let account = &accounts[&charged.account];
        let currency = currencies[&account.group.last()];
        if account.model == Model::Agency {
            let (_, passed) = agency.entry(account.code.clone()).or_insert((currency, Amount::ZERO));
            *passed = passed.plus(charged.payable)?;
            return Ok(());
        }
        let (without_rule, charges_without_rule) =
            if charged.has_rule { (Amount::ZERO, 0) } else { (charged.payable, charged.charges) };
        let margin = Margin::of(charged.payable, charged.cost, without_rule, charges_without_rule)?;
        let is_by = |by| request.by.is_none_or(|asked| asked == by);
        let of = MarginOf {
            currency,
            account: is_by(MarginBy::Account).then(|| account.code.clone()),
            product: is_by(MarginBy::Product).then(|| products.get(&charged.product).cloned().unwrap_or_default()),
            month: is_by(MarginBy::Period).then_some(charged.month),
        };
        for sum in [sums.entry(of).or_default(), totals.entry(currency).or_default()] {
            *sum = sum.plus(margin)?;
        }
        Ok(())
    })?;
    // Where they rank alike, by account, product and month, as they stand.
    let mut rows: Vec<(MarginOf, Margin)> = sums.into_iter().collect();
    rows.sort_by_cached_key(|(of, margin)| (of.currency, margin.rank()));
    Ok(Margins { days, by: request.by, rows, totals, agency })
}
