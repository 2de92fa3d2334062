//! Groups.

use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase};
use crate::domain::account::Group;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::{Code, Name};
use crate::domain::money::{Amount, Currency};
use crate::domain::refusal::{Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::Reader;

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
        if operation.reader().group_by_code(self.code.as_str())?.is_some() {
            return Err(Refusal::Exists { noun: Noun::Group, code: self.code }.into());
        }
        let currency = match self.currency {
            Some(currency) => currency,
            None => operation.reader().agent()?.currency,
        };
        Ok(operation.writer().insert_group(&self.code, &self.name, currency)?)
    }
}

/// A group with its free money and its accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupView {
    /// The group.
    pub group: Group,
    /// Money that is not allocated.
    pub deposits: Amount,
    /// The codes of its accounts.
    pub accounts: Vec<Code>,
}

/// Shows a group, as of a day.
pub fn show(reader: Reader<'_>, name: &str, as_of: Option<chrono::NaiveDate>) -> Result<GroupView> {
    let group = super::operation::find_group(reader, name)?;
    view(reader, group, as_of)
}

/// Shows every group, by code.
pub fn list(reader: Reader<'_>, as_of: Option<chrono::NaiveDate>) -> Result<Vec<GroupView>> {
    reader.groups()?.into_iter().map(|group| view(reader, group, as_of)).collect()
}

fn view(reader: Reader<'_>, group: Group, as_of: Option<chrono::NaiveDate>) -> Result<GroupView> {
    let deposits = reader.balance(LedgerAccount::deposits(group.id, group.currency), as_of)?.negated()?;
    let accounts = reader.accounts_of(group.id)?.into_iter().map(|a| a.code).collect();
    Ok(GroupView { group, deposits, accounts })
}
