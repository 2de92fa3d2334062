//! Reports over the whole book.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::account::AccountView;
use super::days::{AskedDays, Days};
use super::operation::{find_account, find_group};
use super::run_rate::Spending;
use super::{Result, When, pool};
use crate::domain::account::{Account, AccountState, Group, Mode};
use crate::domain::chart::{LedgerAccount, LedgerCode};
use crate::domain::code::Code;
use crate::domain::exposure;
use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::runway::{Runway, runway as lasting};
use crate::domain::words::words;
use crate::store::{ChargeFilter, LedgerMovement, Reader, StoreError, TrialBalanceRow};

/// A trial balance: every ledger account with a balance, and both sides by currency.
#[derive(Clone, Debug)]
pub struct TrialBalance {
    /// By currency, then by the chart's order.
    pub rows: Vec<TrialBalanceRow>,
    /// Debits and credits, both positive.
    pub totals: BTreeMap<Currency, (Amount, Amount)>,
}

/// The trial balance as of a day.
pub fn trial_balance(reader: Reader<'_>, as_of: Option<NaiveDate>) -> Result<TrialBalance> {
    let rows = reader.trial_balance(as_of)?;
    let mut totals: BTreeMap<Currency, (Amount, Amount)> = BTreeMap::new();
    for row in &rows {
        let (debit, credit) = totals.entry(row.currency).or_default();
        if row.balance.is_negative() {
            *credit = credit.minus(row.balance)?;
        } else {
            *debit = debit.plus(row.balance)?;
        }
    }
    Ok(TrialBalance { rows, totals })
}

/// Whose money it is that lasts or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spender {
    /// A customer's account: what it was given, or its credit.
    Account {
        /// The account.
        code: Code,
        /// Its group.
        group: Code,
        /// Who pays.
        mode: Mode,
    },
    /// The agent's prepaid money at the provider.
    Pool,
}

/// How long the money of an account or of the pool lasts.
#[derive(Clone, Debug)]
pub struct RunwayRow {
    /// Whose money.
    pub spender: Spender,
    /// What it is counted in.
    pub currency: Currency,
    /// How long it lasts.
    pub runway: Runway,
}

/// How long the money of every active account lasts, and the pool in each currency; of one group only its accounts. What runs out
/// first comes first. The proposal is for so many days.
pub fn runway(reader: Reader<'_>, group: Option<&str>, days: u32, when: When) -> Result<Vec<RunwayRow>> {
    let day = when.day();
    let Spending { accounts, rates } = Spending::load(reader, group, when)?;
    let mut rows = Vec::new();
    if group.is_none() {
        let pool_rates = rates.of_the_pool(&accounts)?;
        for standing in pool::show(reader, when)? {
            let currency = standing.currency;
            let rates = pool_rates.get(&currency).copied().unwrap_or_default();
            rows.push(RunwayRow {
                spender: Spender::Pool,
                currency,
                runway: lasting(standing.available()?, rates, day, days, currency)?,
            });
        }
    }
    for view in accounts.into_iter().filter(|view| view.account.state == AccountState::Active) {
        let currency = view.group.currency;
        let runway = lasting(view.standing.available()?, rates.of(view.account.id)?, day, days, currency)?;
        let spender = Spender::Account { code: view.account.code, group: view.group.code, mode: view.standing.mode };
        rows.push(RunwayRow { spender, currency, runway });
    }
    // What lasts comes last; the pool stands before the accounts that run out on the same day.
    rows.sort_by_cached_key(|row| {
        let code = match &row.spender {
            Spender::Pool => None,
            Spender::Account { code, .. } => Some(code.clone()),
        };
        (row.runway.runs_out.unwrap_or(NaiveDate::MAX), code, row.currency)
    });
    Ok(rows)
}

/// What the agent stands to lose by one account.
#[derive(Clone, Debug)]
pub struct Exposed {
    /// The account with its money.
    pub view: AccountView,
    /// What it spends a day at its fastest.
    pub rate: Amount,
    /// For how many days it may run on.
    pub days: u32,
    /// What may be lost.
    pub exposure: Amount,
}

/// What the agent stands to lose, in all, in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExposedTotal {
    /// What is owed.
    pub owed: Amount,
    /// Usage that waits for its charge.
    pub pending: Amount,
    /// What was given and is not spent.
    pub funds: Amount,
    /// What may be lost: the sum over the accounts, because one account's money does not cover another's debt.
    pub exposure: Amount,
}

/// What the agent stands to lose by every account that was ever active.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// The accounts: by currency, the worst first.
    pub rows: Vec<Exposed>,
    /// By currency.
    pub totals: BTreeMap<Currency, ExposedTotal>,
}

/// What the agent stands to lose by all accounts, or those of a group; `days_never` is for how many days an account may run on
/// that is never stopped by itself.
pub fn exposure(reader: Reader<'_>, group: Option<&str>, days_never: u32, when: When) -> Result<Exposure> {
    let Spending { accounts, rates } = Spending::load(reader, group, when)?;
    let mut rows = Vec::new();
    let mut totals: BTreeMap<Currency, ExposedTotal> = BTreeMap::new();
    let was_active = |state| matches!(state, AccountState::Active | AccountState::Frozen | AccountState::Released);
    for view in accounts.into_iter().filter(|view| was_active(view.account.state)) {
        let rate = rates.of(view.account.id)?.fastest();
        let days = exposure::days(view.account.shutdown, days_never);
        let exposure = exposure::exposure(&view.standing, rate, days)?;
        let total = totals.entry(view.group.currency).or_default();
        *total = ExposedTotal {
            owed: total.owed.plus(view.standing.owed)?,
            pending: total.pending.plus(view.standing.pending_usage)?,
            funds: total.funds.plus(view.standing.funds)?,
            exposure: total.exposure.plus(exposure)?,
        };
        rows.push(Exposed { view, rate, days, exposure });
    }
    rows.sort_by(|a, b| {
        let key = |row: &Exposed| (row.view.group.currency, std::cmp::Reverse(row.exposure));
        key(a).cmp(&key(b)).then_with(|| a.view.account.code.cmp(&b.view.account.code))
    });
    Ok(Exposure { rows, totals })
}

/// One ledger account from one day to another.
#[derive(Clone, Debug)]
pub struct LedgerAccountView {
    /// Which.
    pub account: LedgerAccount,
    /// Whose: `agent`, or the code of a group or an account.
    pub owner: String,
    /// Debits less credits before the first day.
    pub opening: Amount,
    /// What moved it, by day, each with what stood there after it.
    pub movements: Vec<(LedgerMovement, Amount)>,
    /// Debits less credits at the end of the last day: as the balances have it, which the movements have to come to.
    pub closing: Amount,
}

/// The general ledger: every account of one line of the chart.
#[derive(Clone, Debug)]
pub struct GeneralLedger {
    /// The days.
    pub days: Days,
    /// The accounts of which something stood or moved.
    pub accounts: Vec<LedgerAccountView>,
}

/// The general ledger of one line of the chart, of one owner or of all.
pub fn general_ledger(
    reader: Reader<'_>,
    code: LedgerCode,
    owner: Option<&str>,
    asked: AskedDays,
    when: When,
) -> Result<GeneralLedger> {
    let days = Days::find(reader, asked, &reader.groups()?, when)?;
    let (from, to) = (days.from, days.last());
    let mut accounts = Vec::new();
    for (account, owner) in reader.ledger_accounts_of(code, owner)? {
        let opening = reader.balance(account, from.pred_opt())?;
        let mut stands = opening;
        let mut movements = Vec::new();
        for movement in reader.ledger_movements(account, Some(from), Some(to))? {
            stands = stands.plus(movement.amount)?;
            movements.push((movement, stands));
        }
        let closing = reader.balance(account, Some(to))?;
        if stands != closing {
            return Err(StoreError::Damaged(format!("{code} of {owner} does not come to its balance of {to}")).into());
        }
        if !(opening.is_zero() && movements.is_empty()) {
            accounts.push(LedgerAccountView { account, owner, opening, movements, closing });
        }
    }
    Ok(GeneralLedger { days, accounts })
}

words! {
    /// What usage is added up by.
    UsageBy, "a way to add usage up" {
        /// The product.
        Product = "product",
        /// The account.
        Account = "account",
        /// The environment of the account: production, test or development.
        Environment = "environment",
    }
}

/// What usage to report.
#[derive(Clone, Debug)]
pub struct UsageRequest {
    /// Which days.
    pub days: AskedDays,
    /// Of a group's accounts.
    pub group: Option<String>,
    /// Of one account.
    pub account: Option<String>,
    /// Added up by what.
    pub by: UsageBy,
}

/// Usage, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSum {
    /// How many charges.
    pub charges: u64,
    /// At list price, exact.
    pub list: Exact,
    /// What customers owe.
    pub payable: Amount,
    /// What the provider has billed.
    pub cost: Amount,
}

/// Usage that was charged.
#[derive(Clone, Debug)]
pub struct UsageReport {
    /// The days.
    pub days: Days,
    /// Added up by what.
    pub by: UsageBy,
    /// By currency, and by product, account or environment.
    pub rows: BTreeMap<(Currency, String), UsageSum>,
    /// By currency.
    pub totals: BTreeMap<Currency, UsageSum>,
}

/// The usage that was charged on some days, added up.
pub fn usage(reader: Reader<'_>, request: &UsageRequest, when: When) -> Result<UsageReport> {
    let groups: HashMap<GroupId, Group> = reader.groups()?.into_iter().map(|group| (group.id, group)).collect();
    let group = request.group.as_deref().map(|name| find_group(reader, name)).transpose()?;
    let account = request.account.as_deref().map(|name| find_account(reader, name)).transpose()?;
    let days = Days::find(reader, request.days, &groups.values().cloned().collect::<Vec<_>>(), when)?;
    let accounts: HashMap<AccountId, Account> = reader.accounts()?.into_iter().map(|account| (account.id, account)).collect();
    let mut report = UsageReport { days, by: request.by, rows: BTreeMap::new(), totals: BTreeMap::new() };
    let filter = ChargeFilter { group: group.map(|g| g.id), account: account.map(|a| a.id), from: days.from, to: days.last() };
    reader.each_usage(filter, |usage| {
        let account = &accounts[&usage.account];
        let currency = groups[&account.group.last()].currency;
        let key = match request.by {
            UsageBy::Product => usage.product.clone(),
            UsageBy::Account => account.code.to_string(),
            UsageBy::Environment => account.environment.to_string(),
        };
        for sum in [report.rows.entry((currency, key)).or_default(), report.totals.entry(currency).or_default()] {
            *sum = UsageSum {
                charges: sum.charges + 1,
                list: sum.list.plus(usage.list)?,
                payable: sum.payable.plus(usage.payable)?,
                cost: sum.cost.plus(usage.cost)?,
            };
        }
        Ok(())
    })?;
    Ok(report)
}
