//! Groups.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase, When, reach};
use crate::domain::account::Group;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::{Code, Name};
use crate::domain::dated::Dated;
use crate::domain::money::{Amount, Currency};
use crate::domain::operator::Reach;
use crate::domain::period::Month;
use crate::domain::refusal::{Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::Reader;

/// No day of a book is before it.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");

/// Adds a group.
#[derive(Clone, Debug)]
pub struct AddGroup {
    /// What people will type.
    pub code: Code,
    /// Its name.
    pub name: Name,
    /// What its money is counted in; the book's currency when `None`.
    pub currency: Option<Currency>,
}

impl UseCase for AddGroup {
    const COMMAND: &'static str = "group add";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = Group;

    fn run(self, operation: &mut Operation<'_>) -> Result<Group> {
        require_new(operation.reader(), &self.code)?;
        let currency = match self.currency {
            Some(currency) => currency,
            None => operation.reader().agent()?.currency,
        };
        Ok(operation.writer().insert_group(&self.code, &self.name, currency)?)
    }
}

/// Whether no group has a code yet.
pub fn require_new(reader: Reader<'_>, code: &Code) -> Result<()> {
    match reader.group_by_code(code.as_str())? {
        None => Ok(()),
        Some(_) => Err(Refusal::Exists { noun: Noun::Group, code: code.clone() }.into()),
    }
}

/// Changes a group.
#[derive(Clone, Debug)]
pub struct EditGroup {
    /// The group, as it was typed.
    pub group: String,
    /// Its name; as it is when `None`.
    pub name: Option<Name>,
    /// How many days after its end a month is due; as it is when `None`.
    pub payment_days: Option<u16>,
    /// From which day on that holds; today when `None`.
    pub date: Option<NaiveDate>,
}

/// A group as it is now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupEdited {
    /// The group.
    pub group: Group,
    /// How many days after its end a month is due, on the day from which the change holds.
    pub payment_days: u16,
    /// That day.
    pub from: NaiveDate,
}

impl UseCase for EditGroup {
    const COMMAND: &'static str = "group edit";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = GroupEdited;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group(reader, &self.group)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<GroupEdited> {
        let before = super::operation::find_group(operation.reader(), &self.group)?;
        let from = operation.open_day(self.date)?.date();
        let usual = operation.policy()?.payment_days;
        let mut after = before.clone();
        if let Some(name) = self.name {
            after.name = name;
        }
        if let Some(days) = self.payment_days {
            // Until then the policy of now: what was due before does not change with it any more either.
            let known = before.payment_days.clone().unwrap_or_else(|| Dated::since(FIRST_DAY, usual));
            after.payment_days = Some(known.with(from, days));
        }
        if after != before {
            operation.writer().update_group(&before, &after)?;
        }
        let payment_days = after.payment_days.as_ref().map_or(usual, |days| days.on(from));
        Ok(GroupEdited { group: after, payment_days, from })
    }
}

/// A group with its free money and its accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// Money that is not allocated.
    pub deposits: Amount,
    /// How many days after its end a month is due: of the month that the day lies in.
    pub payment_days: u16,
    /// The codes of its accounts.
    pub accounts: Vec<Code>,
}

/// Shows a group, as of a day.
pub fn show(reader: Reader<'_>, name: &str, when: When) -> Result<GroupView> {
    let group = super::operation::find_group(reader, name)?;
    view(reader, group, when)
}

/// Shows every group, by code.
pub fn list(reader: Reader<'_>, when: When) -> Result<Vec<GroupView>> {
    reader.groups()?.into_iter().map(|group| view(reader, group, when)).collect()
}

fn view(reader: Reader<'_>, group: Group, when: When) -> Result<GroupView> {
    let deposits = reader.balance(LedgerAccount::deposits(group.id, group.currency), when.until())?.negated()?;
    let payment_days = super::settlement::terms(&group, &reader.policy()?).days(Month::of(when.day()));
    let accounts = reader.accounts_of(group.id, when.day())?.into_iter().map(|a| a.code).collect();
    Ok(GroupView { group, deposits, payment_days, accounts })
}
