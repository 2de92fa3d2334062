//! What commands are about, for operators whose grants are for some groups.
//!
//! An account is about the group of the day that something is dated on, and about the one that it is in today: who manages only
//! one of them leaves what concerns the other alone.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Result;
use super::operation::{find_account, find_group};
use crate::domain::account::Account;
use crate::domain::id::GroupId;
use crate::domain::operator::Reach;
use crate::store::Reader;

/// A group, as it was typed.
pub(super) fn of_group(reader: Reader<'_>, name: &str) -> Result<Reach> {
    Ok(Reach::group(find_group(reader, name)?.id))
}

/// A group if one was typed, else the whole book.
pub(super) fn of_group_or_book(reader: Reader<'_>, name: Option<&str>) -> Result<Reach> {
    name.map_or(Ok(Reach::Book), |name| of_group(reader, name))
}

/// An account, as it was typed, and what is dated on a day.
pub(super) fn of_account(reader: Reader<'_>, name: &str, dated: Option<NaiveDate>, today: NaiveDate) -> Result<Reach> {
    Ok(of(&find_account(reader, name)?, dated, today))
}

/// Accounts of a list, each with the day that something is dated on. Those that nobody knows are refused by who reads the list.
pub(super) fn of_listed<'n>(
    reader: Reader<'_>,
    listed: impl IntoIterator<Item = (&'n str, Option<NaiveDate>)>,
    today: NaiveDate,
) -> Result<Reach> {
    let mut reach = Reach::Groups(BTreeSet::new());
    for (name, dated) in listed {
        if let Some(account) = reader.account_by_name(name.trim())? {
            reach = reach.and(of(&account, dated, today));
        }
    }
    Ok(reach)
}

/// What is nobody's yet.
pub(super) fn of_nobody() -> Reach {
    Reach::Groups(BTreeSet::new())
}

/// An account, and what is dated on a day.
pub(super) fn of(account: &Account, dated: Option<NaiveDate>, today: NaiveDate) -> Reach {
    let groups: BTreeSet<GroupId> = dated.into_iter().chain([today]).map(|day| account.group_on(day)).collect();
    Reach::Groups(groups)
}
