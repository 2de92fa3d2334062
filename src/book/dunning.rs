//! Dunning: who is to be reminded of what is overdue, and who was.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::find_group;
use super::settlement::overdue_months;
use super::{Operation, Result, UseCase, reach};
use crate::domain::account::{Account, Group, Uid};
use crate::domain::code::{Code, Name};
use crate::domain::contact::Email;
use crate::domain::dunning::{DunningLevel, Reminder, due};
use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::{Amount, Currency};
use crate::domain::operator::Reach;
use crate::domain::period::Month;
use crate::domain::role::Permission;
use crate::domain::settlement::OpenMonth;
use crate::store::Reader;

/// Reminds customers of what is overdue: of each debt once at each level.
#[derive(Clone, Debug)]
pub struct Dun {
    /// One group, as it was typed; all of them when `None`.
    pub group: Option<String>,
    /// Letters of one level only.
    pub level: Option<DunningLevel>,
}

/// Something overdue, as a letter tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverdueDebt {
    /// The account.
    pub account: Code,
    /// Its number at the provider.
    pub uid: Option<Uid>,
    /// The month that is owed for.
    pub month: Month,
    /// When it was due.
    pub due: NaiveDate,
    /// For how many days it has been overdue.
    pub days: i64,
    /// What is not paid, in minor units.
    pub open: Amount,
    /// The level that it has reached and that nobody was told of before; `None` where nothing is new.
    pub level: Option<DunningLevel>,
    /// When somebody was reminded of it last, before today.
    pub reminded: Option<NaiveDate>,
}

/// A letter to a group: everything of it that is overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The group.
    pub group: Code,
    /// Its name.
    pub name: Name,
    /// How firm it is: as the firmest of what is new in it.
    pub level: DunningLevel,
    /// What it is counted in.
    pub currency: Currency,
    /// The addresses of those who hold the accounts.
    pub to: Vec<Email>,
    /// What is overdue, by account and month.
    pub debts: Vec<OverdueDebt>,
    /// The sum, in minor units.
    pub overdue: Amount,
}

/// Who was reminded of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dunned {
    /// The day.
    pub date: NaiveDate,
    /// Who writes.
    pub agent: Name,
    /// By group.
    pub letters: Vec<Letter>,
}

impl UseCase for Dun {
    const COMMAND: &'static str = "settlement dun";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = Dunned;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group_or_book(reader, self.group.as_deref())
    }

    /// What was told of on the same day is told again in the same letter, and is not recorded a second time.
    fn run(self, operation: &mut Operation<'_>) -> Result<Dunned> {
        let today = operation.today();
        let groups = match &self.group {
            Some(name) => vec![find_group(operation.reader(), name)?],
            None => operation.reader().groups()?,
        };
        let groups: BTreeMap<GroupId, Group> = groups.into_iter().map(|group| (group.id, group)).collect();
        let mut late: BTreeMap<GroupId, Vec<(Account, Vec<OpenMonth>)>> = BTreeMap::new();
        for (account, group, months) in overdue_months(operation.reader(), &groups, today)? {
            late.entry(group).or_default().push((account, months));
        }
        let mut sent = Sent::new();
        for reminder in operation.reader().reminders()? {
            sent.entry((reminder.account, reminder.month)).or_default().push(reminder);
        }
        let mut letters = Vec::new();
        for (group, accounts) in late {
            let Some(letter) = letter(operation, &groups[&group], &accounts, &sent, today)? else { continue };
            if self.level.is_none_or(|asked| asked == letter.level) {
                remember(operation, &letter, &accounts, &sent, today)?;
                letters.push(letter);
            }
        }
        letters.sort_by(|a, b| a.group.cmp(&b.group));
        Ok(Dunned { date: today, agent: operation.reader().agent()?.name, letters })
    }
}

/// What was told of each debt.
type Sent = BTreeMap<(AccountId, Month), Vec<Reminder>>;

/// The letter to a group; `None` when there is nothing new to tell.
fn letter(
    operation: &mut Operation<'_>,
    group: &Group,
    accounts: &[(Account, Vec<OpenMonth>)],
    sent: &Sent,
    today: NaiveDate,
) -> Result<Option<Letter>> {
    let levels = operation.policy()?.dunning_days;
    let mut debts = Vec::new();
    let mut to: BTreeSet<Email> = BTreeSet::new();
    for (account, months) in accounts {
        to.extend(account.email.clone());
        for month in months {
            let sent = sent.get(&(account.id, month.month)).map_or(&[][..], Vec::as_slice);
            let days = month.days_overdue(today);
            debts.push(OverdueDebt {
                account: account.code.clone(),
                uid: account.uid.clone(),
                month: month.month,
                due: month.due,
                days,
                open: month.open,
                level: due(levels, days, sent, today),
                reminded: sent.iter().map(|sent| sent.day).filter(|day| *day < today).max(),
            });
        }
    }
    let Some(level) = debts.iter().filter_map(|debt| debt.level).max() else { return Ok(None) };
    let overdue = Amount::sum(debts.iter().map(|debt| debt.open))?;
    let (code, name, currency) = (group.code.clone(), group.name.clone(), group.currency);
    Ok(Some(Letter { group: code, name, level, currency, to: to.into_iter().collect(), debts, overdue }))
}

/// Remembers what is new in a letter.
fn remember(
    operation: &mut Operation<'_>,
    letter: &Letter,
    accounts: &[(Account, Vec<OpenMonth>)],
    sent: &Sent,
    day: NaiveDate,
) -> Result<()> {
    for debt in &letter.debts {
        let account = accounts.iter().find(|(account, _)| account.code == debt.account).map(|(account, _)| account.id);
        let Some((account, level)) = account.zip(debt.level) else { continue };
        let known = sent.get(&(account, debt.month)).into_iter().flatten();
        if !known.map(|known| known.level).any(|known| known == level) {
            let reminder = Reminder { account, month: debt.month, level, day, open: debt.open };
            operation.writer().insert_reminder(&reminder)?;
        }
    }
    Ok(())
}
