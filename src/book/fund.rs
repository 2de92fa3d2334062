//! Customers' money: paid in, and given to prepaid accounts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{find_group, positive};
use super::{Operation, Result, UseCase, account, group};
use crate::domain::account::Mode;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::Code;
use crate::domain::id::EntryId;
use crate::domain::money::{Amount, Exact, Money};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::store::Reader;

/// Records money that a customer paid in.
#[derive(Clone, Debug)]
pub struct Deposit {
    /// The group, as it was typed.
    pub group: String,
    /// How much, in major units.
    pub amount: Exact,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
    /// The bank's reference.
    pub reference: Option<String>,
}

/// Gives a prepaid account money of its group.
#[derive(Clone, Debug)]
pub struct Allocate {
    /// The account, as it was typed.
    pub account: String,
    /// How much, in major units.
    pub amount: Exact,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
    /// A reference.
    pub reference: Option<String>,
}

/// Money that moved, and what is left where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FundMoved {
    /// The entry.
    pub entry: EntryId,
    /// The group.
    pub group: Code,
    /// The account that received it.
    pub account: Option<Code>,
    /// How much.
    pub amount: Money,
    /// When.
    pub date: NaiveDate,
    /// The group's money that is not allocated, afterwards.
    pub deposits: Amount,
    /// The account's funds, afterwards.
    pub funds: Option<Amount>,
}

impl UseCase for Deposit {
    const COMMAND: &'static str = "fund deposit";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = FundMoved;

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        let group = find_group(operation.reader(), &self.group)?;
        let date = operation.effective(self.date)?;
        let amount = positive(self.amount, group.currency)?;
        let entry = rules::deposit(date, group.id, group.currency, amount.amount)?;
        let entry = entry.expect("a positive amount moves money").with_reference(self.reference);
        let entry = operation.writer().post(&entry)?;
        let deposits = operation.deposits(&group)?;
        Ok(FundMoved { entry, group: group.code, account: None, amount, date: date.date(), deposits, funds: None })
    }
}

impl UseCase for Allocate {
    const COMMAND: &'static str = "fund allocate";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = FundMoved;

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        let to = operation.account(&self.account)?;
        let (account, group) = (&to.account, &to.group);
        account.require_active()?;
        if account.mode != Mode::Prepaid {
            return Err(Refusal::NotPrepaid { account: account.code.clone() }.into());
        }
        let date = operation.effective(self.date)?;
        account.require_dated_since(date.date())?;
        let amount = positive(self.amount, group.currency)?;
        // Money that came in later cannot have been given away on this day.
        let free = operation.reader().lowest_credit_from(LedgerAccount::deposits(group.id, group.currency), date.date())?;
        if amount.amount > free {
            let available = Money::new(free, group.currency);
            return Err(Refusal::DepositsInsufficient { group: group.code.clone(), needed: amount, available }.into());
        }
        let entry = rules::allocate(date, group.id, account.id, group.currency, amount.amount)?;
        let entry = entry.expect("a positive amount moves money").with_reference(self.reference);
        let entry = operation.writer().post(&entry)?;
        let deposits = operation.deposits(group)?;
        let funds = operation.standing(&to)?.funds;
        Ok(FundMoved {
            entry,
            group: group.code.clone(),
            account: Some(account.code.clone()),
            amount,
            date: date.date(),
            deposits,
            funds: Some(funds),
        })
    }
}

/// What every account and group has.
#[derive(Clone, Debug)]
pub struct Balances {
    /// The accounts.
    pub accounts: Vec<account::AccountView>,
    /// The groups.
    pub groups: Vec<group::GroupView>,
}

/// Shows what every account and group has, or those of one group, as of a day.
pub fn balances(reader: Reader<'_>, of: Option<&str>, as_of: Option<NaiveDate>) -> Result<Balances> {
    let accounts = account::list(reader, of, as_of)?;
    let groups = match of {
        Some(name) => vec![group::show(reader, name, as_of)?],
        None => group::list(reader, as_of)?,
    };
    Ok(Balances { accounts, groups })
}
