//! Entries, postings and balances.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::error::{Result, StoreError};
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::account::DayEnd;
use crate::domain::chart::{LedgerAccount, LedgerCode, Owner};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, EntryId, GroupId, LedgerAccountId};
use crate::domain::journal::{Entry, EntryContent, Event, Note, Posting, PostingContent};
use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::money_history::DayMoved;

/// What a ledger account moved on one day.
#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    debit: Amount,
    credit: Amount,
}

/// A ledger account while a transaction is open.
#[derive(Debug)]
struct Line {
    id: LedgerAccountId,
    /// Debits less credits, the transaction's own postings included.
    balance: Amount,
    moved: BTreeMap<NaiveDate, Moved>,
}

/// Balances of the ledger accounts that a transaction has touched.
#[derive(Debug, Default)]
pub(super) struct LedgerCache {
    lines: HashMap<LedgerAccount, Line>,
    /// Balances that were asked for and not moved.
    looked_up: HashMap<LedgerAccount, Amount>,
    /// What ledger accounts moved on each day, debits less credits, this transaction's own postings included: of those whose days
    /// were asked for.
    days: HashMap<LedgerAccount, BTreeMap<NaiveDate, Amount>>,
}

/// A line of an entry, as the history of a ledger account shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerMovement {
    /// The entry.
    pub entry: EntryId,
    /// Its effective date.
    pub date: NaiveDate,
    /// What happened.
    pub event: Event,
    /// The account that it is about.
    pub account: Option<Code>,
    /// The account that a transfer went to.
    pub recipient: Option<Code>,
    /// Debits less credits, in minor units.
    pub amount: Amount,
    /// What was written down with it.
    pub note: Note,
}

/// One row of a trial balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalanceRow {
    /// The line of the chart.
    pub code: LedgerCode,
    /// Whose: `agent`, or the code of the group or account.
    pub owner: String,
    /// What it is counted in.
    pub currency: Currency,
    /// Debits less credits.
    pub balance: Amount,
}

pub(super) fn owner_parts(owner: Owner) -> (&'static str, i64) {
    match owner {
        Owner::Agent => ("agent", 0),
        Owner::Group(id) => ("group", id.0),
        Owner::Account(id) => ("account", id.0),
    }
}

pub(super) fn owner_of(kind: &str, id: i64) -> Result<Owner> {
    match (kind, id) {
        ("agent", 0) => Ok(Owner::Agent),
        ("group", id) => Ok(Owner::Group(GroupId(id))),
        ("account", id) => Ok(Owner::Account(AccountId(id))),
        (kind, id) => Err(StoreError::Damaged(format!("a ledger account has the owner {kind} {id}"))),
    }
}

fn ledger_account_id(connection: &Connection, account: LedgerAccount) -> Result<Option<LedgerAccountId>> {
    let (kind, owner) = owner_parts(account.owner());
    let mut select = connection
        .prepare_cached("SELECT id FROM ledger_account WHERE code = ?1 AND owner_kind = ?2 AND owner_id = ?3 AND currency = ?4")?;
    let found = select.query_row(params![account.code().as_str(), kind, owner, account.currency().code()], |row| row.get(0));
    Ok(found.optional()?.map(LedgerAccountId))
}

/// What stood at the end of a day and of each later one that moved it, rising: back from what there is now.
fn day_ends(moved: &BTreeMap<NaiveDate, Amount>, now: Amount, from: NaiveDate) -> std::result::Result<Vec<DayEnd>, Overflow> {
    let (mut ends, mut running) = (Vec::new(), now);
    for (date, change) in moved.range((Bound::Excluded(from), Bound::Unbounded)).rev() {
        ends.push((*date, running));
        running = running.minus(*change)?;
    }
    ends.push((from, running));
    ends.reverse();
    Ok(ends)
}

/// A sealed entry that may be taken back.
#[derive(Clone, Debug)]
pub struct SealedEntry {
    /// Its row.
    pub id: EntryId,
    /// What happened.
    pub event: Event,
    /// The day that it belongs to.
    pub effective: NaiveDate,
    /// Its lines.
    pub postings: Vec<Posting>,
}

impl Reader<'_> {
    /// The entries of one kind on one day that nothing has taken back, and that take nothing back themselves.
    pub fn standing_entries(&self, event: Event, effective: NaiveDate) -> Result<Vec<SealedEntry>> {
        let mut select = self.connection.prepare_cached(
            "SELECT e.id FROM entry AS e WHERE e.event = ?1 AND e.effective = ?2 AND e.reverses IS NULL
                AND NOT EXISTS (SELECT 1 FROM entry AS r WHERE r.reverses = e.id) ORDER BY e.id",
        )?;
        self.sealed(&mut select, event, effective)
    }

    /// The entries of one kind on one day that take nothing back.
    pub fn entries_of(&self, event: Event, effective: NaiveDate) -> Result<Vec<SealedEntry>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id FROM entry WHERE event = ?1 AND effective = ?2 AND reverses IS NULL ORDER BY id")?;
        self.sealed(&mut select, event, effective)
    }

    fn sealed(&self, select: &mut Statement<'_>, event: Event, effective: NaiveDate) -> Result<Vec<SealedEntry>> {
        let ids: Vec<i64> =
            select.query_map(params![event.as_str(), day(effective)], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        ids.into_iter()
            .map(|id| Ok(SealedEntry { id: EntryId(id), event, effective, postings: self.postings_of(EntryId(id))? }))
            .collect()
    }

    /// An entry without its number, if there is one of that number.
    pub fn entry_content(&self, id: EntryId) -> Result<Option<EntryContent>> {
        let mut select = self.connection.prepare_cached(
            "SELECT event, effective, group_id, account_id, recipient_id, reference, remark, reverses FROM entry WHERE id = ?1",
        )?;
        let found = select.query_row([id.0], |row| {
            Ok(EntryContent {
                event: row.parsed(0)?,
                effective: row.date(1)?,
                group: row.get::<_, Option<i64>>(2)?.map(GroupId),
                account: row.get::<_, Option<i64>>(3)?.map(AccountId),
                recipient: row.get::<_, Option<i64>>(4)?.map(AccountId),
                note: Note { reference: row.get(5)?, remark: row.get(6)? },
                reverses: row.get::<_, Option<i64>>(7)?.map(EntryId),
                postings: vec![],
            })
        });
        let Some(mut entry) = found.optional()? else { return Ok(None) };
        entry.postings = self.postings_of(id)?.iter().map(PostingContent::from).collect();
        Ok(Some(entry))
    }

    /// The lines of an entry.
    pub(super) fn postings_of(&self, entry: EntryId) -> Result<Vec<Posting>> {
        let mut select = self.connection.prepare_cached(
            "SELECT l.code, l.owner_kind, l.owner_id, l.currency, p.amount_minor
               FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id WHERE p.entry_id = ?1 ORDER BY p.line",
        )?;
        let mut rows = select.query([entry.0])?;
        let mut postings = Vec::new();
        while let Some(row) = rows.next()? {
            let owner = owner_of(&row.get::<_, String>(1)?, row.get(2)?)?;
            let ledger_account = LedgerAccount::stored(row.parsed(0)?, owner, row.parsed(3)?);
            postings.push(Posting { ledger_account, amount: row.amount(4)? });
        }
        Ok(postings)
    }

    /// Debits less credits of a ledger account up to and including a day; all of them without one.
    pub fn balance(&self, account: LedgerAccount, as_of: Option<NaiveDate>) -> Result<Amount> {
        let Some(id) = ledger_account_id(self.connection, account)? else { return Ok(Amount::ZERO) };
        let until = as_of.map_or(i64::MAX, day);
        let mut select = self.connection.prepare_cached(
            "SELECT COALESCE(SUM(debit_minor), 0) - COALESCE(SUM(credit_minor), 0) FROM balance WHERE ledger_account_id = ?1 AND day <= ?2",
        )?;
        Ok(select.query_row(params![id.0, until], |row| row.amount(0))?)
    }

    /// The lowest that credits less debits of a ledger account are at the end of a day or of any later one.
    pub fn lowest_credit_from(&self, account: LedgerAccount, from: NaiveDate) -> Result<Amount> {
        self.lowest_from(account, from, |debit, credit| credit.minus(debit))
    }

    fn lowest_from(
        &self,
        account: LedgerAccount,
        from: NaiveDate,
        moved: impl Fn(Amount, Amount) -> std::result::Result<Amount, Overflow>,
    ) -> Result<Amount> {
        let Some(id) = ledger_account_id(self.connection, account)? else { return Ok(Amount::ZERO) };
        let mut select = self
            .connection
            .prepare_cached("SELECT day, debit_minor, credit_minor FROM balance WHERE ledger_account_id = ?1 ORDER BY day")?;
        let mut rows = select.query([id.0])?;
        let (mut running, mut lowest) = (Amount::ZERO, None);
        while let Some(row) = rows.next()? {
            if row.date(0)? > from {
                // What stood at the end of `from`, before this later day.
                lowest = Some(lowest.map_or(running, |low: Amount| low.min(running)));
            }
            running = running.plus(moved(row.amount(1)?, row.amount(2)?)?)?;
        }
        Ok(lowest.map_or(running, |low| low.min(running)))
    }

    /// The lowest that debits less credits of a ledger account are at the end of a day or of any later one.
    pub fn lowest_debit_from(&self, account: LedgerAccount, from: NaiveDate) -> Result<Amount> {
        self.lowest_from(account, from, Amount::minus)
    }

    /// Credits less debits at the end of a day, and of each later one that moved them, rising.
    pub fn credit_from(&self, account: LedgerAccount, from: NaiveDate) -> Result<Vec<DayEnd>> {
        let ends = self.debit_from(account, from)?.into_iter();
        Ok(ends.map(|(day, end)| Ok((day, end.negated()?))).collect::<std::result::Result<_, Overflow>>()?)
    }

    /// Debits less credits at the end of a day, and of each later one that moved them, rising.
    pub fn debit_from(&self, account: LedgerAccount, from: NaiveDate) -> Result<Vec<DayEnd>> {
        Ok(day_ends(&self.moved_by_day(account)?, self.balance(account, None)?, from)?)
    }

    /// What a ledger account moved on each day, debits less credits.
    fn moved_by_day(&self, account: LedgerAccount) -> Result<BTreeMap<NaiveDate, Amount>> {
        let Some(id) = ledger_account_id(self.connection, account)? else { return Ok(BTreeMap::new()) };
        let mut select =
            self.connection.prepare_cached("SELECT day, debit_minor - credit_minor FROM balance WHERE ledger_account_id = ?1")?;
        let rows = select.query_map([id.0], |row| Ok((row.date(0)?, row.amount(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The ledger accounts of a code, of one owner or of all, each with its owner's code; `agent` is the agent's own.
    pub fn ledger_accounts_of(&self, code: LedgerCode, owner: Option<&str>) -> Result<Vec<(LedgerAccount, String)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT l.owner_kind, l.owner_id, l.currency, COALESCE(g.code, a.code, 'agent') AS owner
               FROM ledger_account AS l
               LEFT JOIN customer_group AS g ON l.owner_kind = 'group' AND g.id = l.owner_id
               LEFT JOIN account AS a ON l.owner_kind = 'account' AND a.id = l.owner_id
              WHERE l.code = ?1 AND (?2 IS NULL OR owner = ?2) ORDER BY l.currency, owner",
        )?;
        let mut rows = select.query(params![code.as_str(), owner])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let of = owner_of(&row.get::<_, String>(0)?, row.get(1)?)?;
            found.push((LedgerAccount::stored(code, of, row.parsed(2)?), row.get(3)?));
        }
        Ok(found)
    }

    /// What moved a ledger account from one day to another, both included, by day.
    pub fn ledger_movements(
        &self,
        account: LedgerAccount,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<Vec<LedgerMovement>> {
        let Some(id) = ledger_account_id(self.connection, account)? else { return Ok(vec![]) };
        let mut select = self.connection.prepare_cached(
            "SELECT e.id, e.effective, e.event, a.code, r.code, p.amount_minor, e.reference, e.remark
               FROM posting AS p
               JOIN entry AS e ON e.id = p.entry_id
               LEFT JOIN account AS a ON a.id = e.account_id
               LEFT JOIN account AS r ON r.id = e.recipient_id
              WHERE p.ledger_account_id = ?1 AND e.effective BETWEEN ?2 AND ?3
              ORDER BY e.effective, e.id",
        )?;
        let days = (from.map_or(0, day), to.map_or(i64::MAX, day));
        let rows = select.query_map(params![id.0, days.0, days.1], |row| {
            Ok(LedgerMovement {
                entry: EntryId(row.get(0)?),
                date: row.date(1)?,
                event: row.parsed(2)?,
                account: row.parsed_opt(3)?,
                recipient: row.parsed_opt(4)?,
                amount: row.amount(5)?,
                note: Note { reference: row.get(6)?, remark: row.get(7)? },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last day on which a ledger account was debited.
    pub fn last_debited(&self, account: LedgerAccount) -> Result<Option<NaiveDate>> {
        let Some(id) = ledger_account_id(self.connection, account)? else { return Ok(None) };
        let mut select =
            self.connection.prepare_cached("SELECT MAX(day) FROM balance WHERE ledger_account_id = ?1 AND debit_minor <> 0")?;
        Ok(select.query_row([id.0], |row| row.date_opt(0))?)
    }

    /// What moved an account's receivable and funds, by day, rising.
    pub fn money_by_day(&self, account: AccountId, currency: Currency) -> Result<Vec<DayMoved>> {
        let mut days: BTreeMap<NaiveDate, DayMoved> = BTreeMap::new();
        for of_funds in [false, true] {
            let ledger_account =
                if of_funds { LedgerAccount::funds(account, currency) } else { LedgerAccount::receivable(account, currency) };
            let Some(id) = ledger_account_id(self.connection, ledger_account)? else { continue };
            let mut select = self
                .connection
                .prepare_cached("SELECT day, debit_minor, credit_minor FROM balance WHERE ledger_account_id = ?1")?;
            let mut rows = select.query([id.0])?;
            while let Some(row) = rows.next()? {
                let (date, debit, credit) = (row.date(0)?, row.amount(1)?, row.amount(2)?);
                let moved = days.entry(date).or_insert(DayMoved { day: date, ..DayMoved::default() });
                if of_funds {
                    (moved.spent, moved.given) = (debit, credit);
                } else {
                    (moved.charged, moved.settled) = (debit, credit);
                }
            }
        }
        Ok(days.into_values().collect())
    }

    /// The currencies in which the agent's pool or its debts to the provider have moved.
    pub fn currencies_of_the_pool(&self) -> Result<Vec<Currency>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT DISTINCT currency FROM ledger_account WHERE code IN ('pool', 'accrued', 'payable')")?;
        let rows = select.query_map([], |row| row.parsed(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What the money of a group has given an account and not taken back or passed on: what the book started with, allocations and
    /// transfers in, less reclaims and transfers out.
    pub fn given_to(&self, account: AccountId, group: GroupId, currency: Currency) -> Result<Amount> {
        let Some(id) = ledger_account_id(self.connection, LedgerAccount::funds(account, currency))? else {
            return Ok(Amount::ZERO);
        };
        let mut select = self.connection.prepare_cached(
            "SELECT -COALESCE(SUM(p.amount_minor), 0)
               FROM (SELECT id, group_id, event FROM entry
                      WHERE account_id = ?1
                        AND event <> 'charge' AND event <> 'refund' AND event <> 'usage' AND event <> 'bill-accepted'
                     UNION ALL
                     SELECT id, group_id, event FROM entry WHERE recipient_id = ?1) AS e
               JOIN posting AS p ON p.entry_id = e.id AND p.ledger_account_id = ?2
              WHERE e.group_id = ?3 AND e.event IN ('allocate', 'reclaim', 'transfer', 'opening')",
        )?;
        Ok(select.query_row(params![account.0, id.0, group.0], |row| row.amount(0))?)
    }

    /// Every ledger account with a balance up to and including a day, by the chart's order and owner.
    pub fn trial_balance(&self, as_of: Option<NaiveDate>) -> Result<Vec<TrialBalanceRow>> {
        let mut select = self.connection.prepare_cached(
            "SELECT l.code, COALESCE(g.code, a.code, 'agent'), l.currency, SUM(b.debit_minor) - SUM(b.credit_minor) AS balance
               FROM balance AS b
               JOIN ledger_account AS l ON l.id = b.ledger_account_id
               LEFT JOIN customer_group AS g ON l.owner_kind = 'group' AND g.id = l.owner_id
               LEFT JOIN account AS a ON l.owner_kind = 'account' AND a.id = l.owner_id
              WHERE b.day <= ?1
              GROUP BY l.id HAVING balance <> 0",
        )?;
        let rows = select.query_map([as_of.map_or(i64::MAX, day)], |row| {
            Ok(TrialBalanceRow { code: row.parsed(0)?, owner: row.get(1)?, currency: row.parsed(2)?, balance: row.amount(3)? })
        })?;
        let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.sort_by(|a, b| (a.currency, a.code, &a.owner).cmp(&(b.currency, b.code, &b.owner)));
        Ok(rows)
    }
}

impl Writer<'_> {
    /// Debits less credits, this transaction's own postings included.
    pub fn balance(&mut self, account: LedgerAccount) -> Result<Amount> {
        if let Some(line) = self.ledger.lines.get(&account) {
            return Ok(line.balance);
        }
        if let Some(balance) = self.ledger.looked_up.get(&account) {
            return Ok(*balance);
        }
        let balance = self.reader().balance(account, None)?;
        self.ledger.looked_up.insert(account, balance);
        Ok(balance)
    }

    /// Credits less debits at the end of a day, and of each later one that moved them, rising; this transaction's own postings
    /// included.
    pub fn credit_from(&mut self, account: LedgerAccount, from: NaiveDate) -> Result<Vec<DayEnd>> {
        let ends = self.debit_from(account, from)?.into_iter();
        Ok(ends.map(|(day, end)| Ok((day, end.negated()?))).collect::<std::result::Result<_, Overflow>>()?)
    }

    /// Debits less credits at the end of a day, and of each later one that moved them, rising; this transaction's own postings
    /// included.
    pub fn debit_from(&mut self, account: LedgerAccount, from: NaiveDate) -> Result<Vec<DayEnd>> {
        let now = self.balance(account)?;
        if !self.ledger.days.contains_key(&account) {
            let mut days = self.reader().moved_by_day(account)?;
            for (date, moved) in self.ledger.lines.get(&account).into_iter().flat_map(|line| &line.moved) {
                let sum = days.entry(*date).or_default();
                *sum = sum.plus(moved.debit)?.minus(moved.credit)?;
            }
            self.ledger.days.insert(account, days);
        }
        Ok(day_ends(&self.ledger.days[&account], now, from)?)
    }

    fn ledger_line(&mut self, account: LedgerAccount) -> Result<&mut Line> {
        if !self.ledger.lines.contains_key(&account) {
            let balance = self.balance(account)?;
            let id = match ledger_account_id(self.connection(), account)? {
                Some(id) => id,
                None => self.insert_ledger_account(account)?,
            };
            self.ledger.lines.insert(account, Line { id, balance, moved: BTreeMap::new() });
        }
        Ok(self.ledger.lines.get_mut(&account).expect("it was inserted above"))
    }

    fn insert_ledger_account(&mut self, account: LedgerAccount) -> Result<LedgerAccountId> {
        let id = self.next_id("ledger_account")?;
        let (kind, owner) = owner_parts(account.owner());
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO ledger_account (id, code, owner_kind, owner_id, currency) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        insert.execute(params![id, account.code().as_str(), kind, owner, account.currency().code()])?;
        Ok(LedgerAccountId(id))
    }

    /// Writes an entry: postings first, then the header that seals them; in a batch together with others.
    pub fn post(&mut self, entry: &Entry) -> Result<EntryId> {
        let operation = self.operation_id()?;
        let id = self.next_id("entry")?;
        let date = entry.effective();
        for (number, posting) in entry.postings().iter().enumerate() {
            if let Some(days) = self.ledger.days.get_mut(&posting.ledger_account) {
                let moved = days.entry(date).or_default();
                *moved = moved.plus(posting.amount)?;
            }
            let line = self.ledger_line(posting.ledger_account)?;
            line.balance = line.balance.plus(posting.amount)?;
            let moved = line.moved.entry(date).or_default();
            if posting.amount.is_negative() {
                moved.credit = moved.credit.minus(posting.amount)?;
            } else {
                moved.debit = moved.debit.plus(posting.amount)?;
            }
            let ledger_account = line.id.0;
            let number = i64::try_from(number).map_err(|_| Overflow)?;
            self.waiting.postings.push([id.into(), number.into(), ledger_account.into(), posting.amount.minor().into()]);
        }
        let about = entry.about();
        self.waiting.entries.push([
            id.into(),
            operation.0.into(),
            entry.event().as_str().into(),
            day(date).into(),
            about.group.map(|g| g.0).into(),
            about.account.map(|a| a.0).into(),
            about.recipient.map(|a| a.0).into(),
            about.note.reference.clone().into(),
            about.note.remark.clone().into(),
            entry.reverses().map(|e| e.0).into(),
        ]);
        let reverses = entry.reverses().map_or(0, |e| e.0);
        self.facts.entry(id, entry.event(), date, about, reverses, entry.postings());
        if let Some(remembered) = &mut self.remembered {
            remembered.push((EntryId(id), entry.into()));
        }
        self.write_waiting()?;
        Ok(EntryId(id))
    }

    /// Writes the balances that this transaction has moved so far.
    pub fn flush_balances(&mut self) -> Result<()> {
        let mut ledger = std::mem::take(&mut self.ledger);
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO balance (ledger_account_id, day, debit_minor, credit_minor) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET debit_minor = debit_minor + excluded.debit_minor, credit_minor = credit_minor + excluded.credit_minor",
        )?;
        for line in ledger.lines.values_mut() {
            for (date, moved) in std::mem::take(&mut line.moved) {
                upsert.execute(params![line.id.0, day(date), moved.debit.minor(), moved.credit.minor()])?;
            }
        }
        drop(upsert);
        self.ledger = ledger;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::{ClosedThrough, parse_date};
    use crate::domain::rules;
    use crate::store::Store;
    use crate::store::operation::tests::operation;

    fn cny() -> Currency {
        "CNY".parse().unwrap()
    }

    fn deposit(date: &str, minor: i64) -> Entry {
        let date = ClosedThrough(None).open(parse_date(date).unwrap()).unwrap();
        rules::deposit(date, GroupId(1), cny(), Amount::from_minor(minor)).unwrap().unwrap()
    }

    /// A book with a group and three deposits, written out of order.
    fn book() -> Store {
        let mut store = Store::in_memory();
        let mut writer = store.begin().unwrap();
        writer.insert_group(&"acme".parse().unwrap(), &"Acme".parse().unwrap(), cny()).unwrap();
        for (date, minor) in [("2026-06-10", 500), ("2026-06-01", 300), ("2026-06-10", 20)] {
            writer.post(&deposit(date, minor)).unwrap();
        }
        writer.commit(&operation(None)).unwrap();
        store
    }

    fn bank(store: &mut Store, as_of: Option<&str>) -> i64 {
        let as_of = as_of.map(|day| parse_date(day).unwrap());
        store.read(|reader| reader.balance(LedgerAccount::bank(cny()), as_of)).unwrap().minor()
    }

    #[test]
    fn a_balance_is_that_of_the_end_of_a_day() {
        let mut store = book();
        let days = ["2026-05-31", "2026-06-01", "2026-06-09", "2026-06-10", "2026-07-01"];
        assert_eq!(days.map(|day| bank(&mut store, Some(day))), [0, 300, 300, 820, 820]);
        assert_eq!(bank(&mut store, None), 820);
        let deposits = LedgerAccount::deposits(GroupId(1), cny());
        assert_eq!(store.read(|reader| reader.balance(deposits, None)).unwrap().minor(), -820);
        let nothing = LedgerAccount::deposits(GroupId(2), cny());
        assert_eq!(store.read(|reader| reader.balance(nothing, None)).unwrap(), Amount::ZERO);
    }

    #[test]
    fn a_transaction_sees_its_own_postings_and_leaves_none_when_it_is_dropped() {
        let mut store = book();
        let mut writer = store.begin().unwrap();
        let line = LedgerAccount::bank(cny());
        assert_eq!(writer.balance(line).unwrap().minor(), 820);
        writer.post(&deposit("2026-06-20", 80)).unwrap();
        assert_eq!(writer.balance(line).unwrap().minor(), 900);
        assert_eq!(writer.reader().balance(line, None).unwrap().minor(), 820, "not written yet");
        writer.flush_balances().unwrap();
        assert_eq!(writer.reader().balance(line, None).unwrap().minor(), 900);
        writer.flush_balances().unwrap();
        assert_eq!(writer.reader().balance(line, None).unwrap().minor(), 900, "written once");
        drop(writer);
        assert_eq!(bank(&mut store, None), 820);
    }

    #[test]
    fn a_trial_balance_leaves_out_what_is_zero() {
        let mut store = book();
        let rows = |store: &mut Store, day| store.read(|reader| reader.trial_balance(parse_date(day))).unwrap();
        assert!(rows(&mut store, "2026-05-31").is_empty());
        let told: Vec<String> = rows(&mut store, "2026-06-01")
            .iter()
            .map(|row| format!("{} {} {} {}", row.code, row.owner, row.currency, row.balance.minor()))
            .collect();
        assert_eq!(told, ["bank agent CNY 300", "deposits acme CNY -300"]);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_overflow() {
        let mut store = book();
        let mut writer = store.begin().unwrap();
        assert!(matches!(writer.post(&deposit("2026-06-20", i64::MAX)), Err(StoreError::Overflow)));
    }

    #[test]
    fn an_owner_that_is_none_is_damage() {
        assert_eq!(owner_of("agent", 0).unwrap(), Owner::Agent);
        assert!(matches!(owner_of("agent", 7), Err(StoreError::Damaged(_))));
        assert!(matches!(owner_of("provider", 0), Err(StoreError::Damaged(_))));
    }
}
