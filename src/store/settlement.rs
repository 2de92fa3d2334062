//! What accounts owe, what settlements have paid of it, and who was reminded.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::types::ToSql;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::error::{Result, StoreError};
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::code::Code;
use crate::domain::dunning::{DunningLevel, Reminder};
use crate::domain::id::{AccountId, EntryId, GroupId};
use crate::domain::journal::{Event, Posting};
use crate::domain::money::{Amount, Currency, Money};
use crate::domain::period::Month;
use crate::domain::settlement::{GivenBack, PaidMonth, Receivable, ReceivableDay};

/// What a settlement has paid of a month, as the book keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementRow {
    /// The entry.
    pub entry: EntryId,
    /// The account.
    pub account: AccountId,
    /// The month that it pays.
    pub month: Month,
    /// How much.
    pub amount: Amount,
}

impl SettlementRow {
    pub(super) fn key(&self) -> String {
        format!("{}/{}/{}", self.entry.0, self.account.0, self.month)
    }
}

/// The key of a reminder in the log.
pub(super) fn reminder_key(reminder: &Reminder) -> String {
    format!("{}/{}/{}", reminder.account.0, reminder.month, reminder.level)
}

/// An entry of the journal as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedEntry {
    /// Its number.
    pub id: EntryId,
    /// What happened.
    pub event: Event,
    /// Its effective date.
    pub date: NaiveDate,
    /// The group that it is about.
    pub group: Option<GroupId>,
    /// The account that it is about.
    pub account: Option<AccountId>,
    /// Its lines.
    pub postings: Vec<Posting>,
    /// The entry that takes it back.
    pub reversed_by: Option<EntryId>,
}

/// Money that came into the bank under a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankedMoney {
    /// The entry.
    pub entry: EntryId,
    /// Its effective date.
    pub date: NaiveDate,
    /// Whose it was.
    pub group: Option<Code>,
    /// How much.
    pub amount: Money,
}

const DAYS: &str = "SELECT l.owner_id, b.day, b.debit_minor, b.credit_minor
                      FROM ledger_account AS l JOIN balance AS b ON b.ledger_account_id = l.id
                     WHERE l.code = 'receivable' AND l.owner_kind = 'account'";

const PAID: &str = "SELECT s.account_id, e.effective, s.month, s.amount_minor, back.effective
                      FROM settlement AS s
                      JOIN entry AS e ON e.id = s.entry_id
                      LEFT JOIN entry AS back ON back.reverses = e.id
                     WHERE s.amount_minor > 0";

const GIVEN_BACK: &str = "SELECT o.account_id, c.day, original.day / 100, -p.amount_minor
                            FROM orders AS o
                            JOIN orders AS original ON original.id = o.refunds
                            JOIN charge AS c ON c.order_id = o.id
                            JOIN posting AS p ON p.entry_id = c.entry_id
                            JOIN ledger_account AS l ON l.id = p.ledger_account_id AND l.code = 'receivable'
                           WHERE o.refunds IS NOT NULL AND original.day / 100 <> c.day / 100";

impl Reader<'_> {
    /// Everything that made an account owe what it owes.
    pub fn receivable(&self, account: AccountId) -> Result<Receivable> {
        Ok(self.receivables_where(Some(account))?.remove(&account).unwrap_or_default())
    }

    /// The same of every account that has ever owed anything.
    pub fn receivables(&self) -> Result<BTreeMap<AccountId, Receivable>> {
        self.receivables_where(None)
    }

    fn receivables_where(&self, account: Option<AccountId>) -> Result<BTreeMap<AccountId, Receivable>> {
        let (of, id) = (account.is_some(), account.map(|account| account.0));
        let parameters: Vec<&dyn ToSql> = id.iter().map(|id| id as &dyn ToSql).collect();
        let mut found: BTreeMap<AccountId, Receivable> = BTreeMap::new();
        let filter = if of { " AND l.owner_id = ?1" } else { "" };
        let mut select = self.connection.prepare_cached(&format!("{DAYS}{filter} ORDER BY l.owner_id, b.day"))?;
        let mut rows = select.query(parameters.as_slice())?;
        while let Some(row) = rows.next()? {
            let day = ReceivableDay { day: row.date(1)?, debit: row.amount(2)?, credit: row.amount(3)? };
            found.entry(AccountId(row.get(0)?)).or_default().days.push(day);
        }
        let filter = if of { " AND s.account_id = ?1" } else { "" };
        let mut select = self.connection.prepare_cached(&format!("{PAID}{filter} ORDER BY s.entry_id, s.month"))?;
        let mut rows = select.query(parameters.as_slice())?;
        while let Some(row) = rows.next()? {
            let paid = PaidMonth { day: row.date(1)?, month: row.month(2)?, amount: row.amount(3)?, taken_back: row.date_opt(4)? };
            found.entry(AccountId(row.get(0)?)).or_default().paid.push(paid);
        }
        let filter = if of { " AND o.account_id = ?1" } else { "" };
        let mut select = self.connection.prepare_cached(&format!("{GIVEN_BACK}{filter} ORDER BY o.id"))?;
        let mut rows = select.query(parameters.as_slice())?;
        while let Some(row) = rows.next()? {
            let back = GivenBack { day: row.date(1)?, of: row.month(2)?, amount: row.amount(3)? };
            found.entry(AccountId(row.get(0)?)).or_default().given_back.push(back);
        }
        Ok(found)
    }

    /// An entry with its lines.
    pub fn posted_entry(&self, id: EntryId) -> Result<Option<PostedEntry>> {
        let mut select = self.connection.prepare_cached(
            "SELECT e.event, e.effective, e.group_id, e.account_id, (SELECT back.id FROM entry AS back WHERE back.reverses = e.id)
               FROM entry AS e WHERE e.id = ?1",
        )?;
        let found = select.query_row([id.0], |row| {
            Ok(PostedEntry {
                id,
                event: row.parsed(0)?,
                date: row.date(1)?,
                group: row.get::<_, Option<i64>>(2)?.map(GroupId),
                account: row.get::<_, Option<i64>>(3)?.map(AccountId),
                postings: Vec::new(),
                reversed_by: row.get::<_, Option<i64>>(4)?.map(EntryId),
            })
        });
        let Some(mut entry) = found.optional()? else { return Ok(None) };
        entry.postings = self.postings_of(id)?;
        Ok(Some(entry))
    }

    /// Money of customers that came into the bank under a reference and was not taken back, the first of it.
    pub fn banked(&self, reference: &str) -> Result<Option<BankedMoney>> {
        let mut select = self.connection.prepare_cached(
            "SELECT e.id, e.effective, g.code, p.amount_minor, l.currency
               FROM entry AS e
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id AND l.code = 'bank'
               LEFT JOIN customer_group AS g ON g.id = e.group_id
              WHERE e.reference = ?1 AND e.reference IS NOT NULL AND (e.event = 'settlement' OR e.event = 'deposit')
                AND NOT EXISTS (SELECT 1 FROM entry AS back WHERE back.reverses = e.id)
              ORDER BY e.id LIMIT 1",
        )?;
        let found = select.query_row([reference], |row| {
            let amount = Money::new(row.amount(3)?, row.parsed(4)?);
            Ok(BankedMoney { entry: EntryId(row.get(0)?), date: row.date(1)?, group: row.parsed_opt(2)?, amount })
        });
        Ok(found.optional()?)
    }

    /// What settlements and write-offs have paid, in the order in which they were recorded.
    pub fn settlements_of(&self, entry: EntryId) -> Result<Vec<SettlementRow>> {
        self.settlement_rows("WHERE entry_id = ?1", params![entry.0])
    }

    pub(super) fn settlements(&self) -> Result<Vec<SettlementRow>> {
        self.settlement_rows("", params![])
    }

    fn settlement_rows(&self, condition: &str, parameters: &[&dyn ToSql]) -> Result<Vec<SettlementRow>> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT entry_id, account_id, month, amount_minor FROM settlement {condition} ORDER BY entry_id, account_id, month"
        ))?;
        let rows = select.query_map(parameters, |row| {
            let (entry, account) = (EntryId(row.get(0)?), AccountId(row.get(1)?));
            Ok(SettlementRow { entry, account, month: row.month(2)?, amount: row.amount(3)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What of receivables was written off in a month and not taken back.
    pub fn receivables_written_off(&self, month: Month, currency: Currency) -> Result<Amount> {
        let mut select = self.connection.prepare_cached(
            "SELECT COALESCE(SUM(s.amount_minor), 0)
               FROM settlement AS s
               JOIN entry AS e ON e.id = s.entry_id AND e.event = 'write-off' AND e.effective BETWEEN ?1 AND ?2
               JOIN customer_group AS g ON g.id = e.group_id AND g.currency = ?3
              WHERE NOT EXISTS (SELECT 1 FROM entry AS back WHERE back.reverses = e.id)",
        )?;
        let days = (day(month.first_day()), day(month.last_day()));
        Ok(select.query_row(params![days.0, days.1, currency.code()], |row| row.amount(0))?)
    }

    /// Who was reminded of what, by account, month and level.
    pub fn reminders(&self) -> Result<Vec<Reminder>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT account_id, month, level, day, open_minor FROM dunning ORDER BY account_id, month, level")?;
        let mut rows = select.query([])?;
        let mut reminders = Vec::new();
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(2)?;
            let level = DunningLevel::from_number(number)
                .ok_or_else(|| StoreError::Damaged(format!("there is no level {number} of dunning")))?;
            let (account, month) = (AccountId(row.get(0)?), row.month(1)?);
            reminders.push(Reminder { account, month, level, day: row.date(3)?, open: row.amount(4)? });
        }
        Ok(reminders)
    }
}

impl Writer<'_> {
    /// Writes what a settlement pays of a month.
    pub fn insert_settlement(&mut self, row: &SettlementRow) -> Result<()> {
        self.connection()
            .prepare_cached("INSERT INTO settlement (entry_id, account_id, month, amount_minor) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![row.entry.0, row.account.0, row.month.number(), row.amount.minor()])?;
        self.log_change("settlement", &row.key(), None, row)
    }

    /// Writes that somebody was reminded.
    pub fn insert_reminder(&mut self, reminder: &Reminder) -> Result<()> {
        let Reminder { account, month, level, day: on, open } = *reminder;
        self.connection()
            .prepare_cached("INSERT INTO dunning (account_id, month, level, day, open_minor) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![account.0, month.number(), level.number(), day(on), open.minor()])?;
        self.log_change("dunning", &reminder_key(reminder), None, reminder)
    }
}
