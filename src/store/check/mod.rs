//! Proofs over the whole file, each with a name, none of which trusts what another keeps.
//!
//! Everything that can be large is walked once, side by side, in the order in which it was written; memory follows the number
//! of ledger accounts and days, not the number of entries.

mod bills;
mod invoices;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rusqlite::{Connection, Row, Rows, params};

use super::Reader;
use super::account::memberships;
use super::budget::reached_key;
use super::error::Result;
use super::journal::owner_of;
use super::order::{SELECT_CHARGE, SELECT_ORDER, charge_at, order};
use super::period::{KeptReceipt, waiver_key};
use super::settlement::reminder_key;
use super::sql::{Columns as _, day, to_json};
use crate::domain::account::Model;
use crate::domain::account::life::is_a_life;
use crate::domain::chain::{self, Facts, GENESIS, Hash, Header};
use crate::domain::chart::{LedgerAccount, LedgerCode, Owner};
use crate::domain::close::Receipt;
use crate::domain::coupon::Bearer;
use crate::domain::id::{AccountId, GroupId, LedgerAccountId, OrderId};
use crate::domain::journal::{About, Event, Note, Posting};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::order::{Charge, Order};
use crate::domain::period::PeriodState;
use crate::domain::plural;
use crate::domain::price::Volume;
use crate::domain::words::words;

words! {
    /// A proof.
    CheckName, "a check" {
        /// The file's pages and indexes are sound, and its schema is the one that this version makes.
        Integrity = "integrity",
        /// Every row that points to another finds it.
        ForeignKeys = "foreign-keys",
        /// Every entry sums to zero per currency.
        Balanced = "balanced",
        /// Balances are the fold of the journal, and volumes the fold of the charges and of what the book started with.
        Balances = "balances",
        /// The audit log's hashes follow from what it and the book hold.
        Chain = "chain",
        /// Closed months are as they were when they closed.
        Receipts = "receipts",
        /// Every order has its charge, and every charge the entry that posts it.
        Orders = "orders",
        /// Every bill's lines add up to its totals and its usage.
        Bills = "bills",
        /// Invoices add up, and red letters take back no more than there was.
        Invoices = "invoices",
        /// No posting lacks its entry.
        Orphans = "orphans",
        /// Accrued and disputed are the sum of their open items, and settlements pay the months that they say.
        OpenItems = "open-items",
        /// Every row of master data is as the log last left it.
        State = "state",
    }
}

/// The outcome of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which.
    pub name: CheckName,
    /// What was proved, or the first thing that is wrong and how many there are.
    pub detail: String,
    /// Whether it holds.
    pub ok: bool,
}

/// What a proof has found wrong so far.
#[derive(Debug, Default)]
struct Findings {
    first: Option<String>,
    count: u64,
}

impl Findings {
    fn add(&mut self, what: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some(what());
        }
    }

    fn checked(self, name: CheckName, proved: String) -> Checked {
        match self.first {
            None => Checked { name, ok: true, detail: proved },
            Some(first) if self.count == 1 => Checked { name, ok: false, detail: first },
            Some(first) => Checked { name, ok: false, detail: format!("{first}, and {} more", self.count - 1) },
        }
    }
}

/// Rows of a statement, one ahead.
struct Cursor<'s, T> {
    rows: Rows<'s>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    head: Option<T>,
}

impl<'s, T> Cursor<'s, T> {
    fn new(rows: Rows<'s>, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Self> {
        let mut cursor = Self { rows, read, head: None };
        cursor.fetch()?;
        Ok(cursor)
    }

    fn fetch(&mut self) -> Result<()> {
        self.head = self.rows.next()?.map(self.read).transpose()?;
        Ok(())
    }

    /// The next row, if it satisfies a condition.
    fn next_if(&mut self, condition: impl FnOnce(&T) -> bool) -> Result<Option<T>> {
        if !self.head.as_ref().is_some_and(condition) {
            return Ok(None);
        }
        let row = self.head.take();
        self.fetch()?;
        Ok(row)
    }
}

struct EntryRow {
    id: i64,
    operation: i64,
    event: Event,
    effective: NaiveDate,
    about: About,
    reverses: i64,
}

struct PostingRow {
    entry: i64,
    line: i64,
    ledger_account: LedgerAccountId,
    amount: Amount,
}

struct ChangeRow {
    operation: i64,
    noun: String,
    key: String,
    before: Option<String>,
    after: String,
}

struct OperationRow {
    id: i64,
    recorded_at: String,
    operator: String,
    os_uid: i64,
    command: String,
    arguments: String,
    key: Option<String>,
    result: String,
    outcome: String,
    previous: Hash,
    hash: Hash,
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    Ok(EntryRow {
        id: row.get(0)?,
        operation: row.get(1)?,
        event: row.parsed(2)?,
        effective: row.date(3)?,
        about: About {
            group: row.get::<_, Option<i64>>(4)?.map(GroupId),
            account: row.get::<_, Option<i64>>(5)?.map(AccountId),
            recipient: row.get::<_, Option<i64>>(6)?.map(AccountId),
            note: Note { reference: row.get(7)?, remark: row.get(8)? },
        },
        reverses: row.get::<_, Option<i64>>(9)?.unwrap_or(0),
    })
}

fn posting_row(row: &Row<'_>) -> rusqlite::Result<PostingRow> {
    Ok(PostingRow { entry: row.get(0)?, line: row.get(1)?, ledger_account: LedgerAccountId(row.get(2)?), amount: row.amount(3)? })
}

fn change_row(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    Ok(ChangeRow { operation: row.get(0)?, noun: row.get(1)?, key: row.get(2)?, before: row.get(3)?, after: row.get(4)? })
}

fn operation_row(row: &Row<'_>) -> rusqlite::Result<OperationRow> {
    Ok(OperationRow {
        id: row.get(0)?,
        recorded_at: row.get(1)?,
        operator: row.get(2)?,
        os_uid: row.get(3)?,
        command: row.get(4)?,
        arguments: row.get(5)?,
        key: row.get(6)?,
        result: row.get(7)?,
        outcome: row.get(8)?,
        previous: row.get(9)?,
        hash: row.get(10)?,
    })
}

fn order_with_operation(row: &Row<'_>) -> rusqlite::Result<(i64, Order)> {
    Ok((row.get(10)?, order(row)?))
}

fn charge_with_operation(row: &Row<'_>) -> rusqlite::Result<(i64, Charge)> {
    Ok((row.get(18)?, charge_at(row, 0)?))
}

/// The fold of the journal: debits and credits by ledger account and day.
type Fold = HashMap<LedgerAccountId, BTreeMap<NaiveDate, (i128, i128)>>;

/// Everything that one walk over the journal, the orders and the log tells.
struct Walk {
    balanced: Checked,
    orphans: Checked,
    chain: Checked,
    fold: Fold,
    accounts: HashMap<LedgerAccountId, LedgerAccount>,
}

impl Reader<'_> {
    /// Runs every proof, in the order of [`CheckName`].
    pub fn check(&self) -> Result<Vec<Checked>> {
        let integrity = integrity(self.connection)?;
        let foreign_keys = foreign_keys(self.connection)?;
        let walk = self.walk()?;
        let balances = self.check_balances(&walk)?;
        let receipts = self.check_receipts(&walk)?;
        let orders = self.check_orders()?;
        let bills = self.check_bills()?;
        let invoices = self.check_invoices()?;
        let open_items = self.check_open_items(&walk)?;
        let state = self.check_state()?;
        let Walk { balanced, orphans, chain, .. } = walk;
        Ok(vec![integrity, foreign_keys, balanced, balances, chain, receipts, orders, bills, invoices, orphans, open_items, state])
    }

    fn ledger_accounts(&self) -> Result<HashMap<LedgerAccountId, LedgerAccount>> {
        let mut select = self.connection.prepare("SELECT id, code, owner_kind, owner_id, currency FROM ledger_account")?;
        let mut rows = select.query([])?;
        let mut accounts = HashMap::new();
        while let Some(row) = rows.next()? {
            let kind: String = row.get(2)?;
            let owner = owner_of(&kind, row.get(3)?)?;
            let (code, currency): (LedgerCode, Currency) = (row.parsed(1)?, row.parsed(4)?);
            let account = LedgerAccount::stored(code, owner, currency);
            accounts.insert(LedgerAccountId(row.get(0)?), account);
        }
        Ok(accounts)
    }

    fn walk(&self) -> Result<Walk> {
        let accounts = self.ledger_accounts()?;
        let connection = self.connection;
        let mut entries = connection.prepare(
            "SELECT id, operation_id, event, effective, group_id, account_id, recipient_id, reference, remark, reverses
               FROM entry ORDER BY id",
        )?;
        let mut postings =
            connection.prepare("SELECT entry_id, line, ledger_account_id, amount_minor FROM posting ORDER BY entry_id, line")?;
        let mut change_rows = connection.prepare("SELECT operation_id, noun, key, before, after FROM change ORDER BY id")?;
        let mut orders =
            connection.prepare(&format!("{} ORDER BY o.id", SELECT_ORDER.replacen(" FROM", ", o.operation_id FROM", 1)))?;
        let mut owed =
            connection.prepare(&format!("{} ORDER BY c.id", SELECT_CHARGE.replacen(" FROM", ", c.operation_id FROM", 1)))?;
        let mut operations = connection.prepare(
            "SELECT id, recorded_at, operator, os_uid, command, arguments, key, result, outcome, previous, hash FROM operation ORDER BY id",
        )?;
        let mut journal = JournalWalk {
            entries: Cursor::new(entries.query([])?, entry_row)?,
            postings: Cursor::new(postings.query([])?, posting_row)?,
            accounts: &accounts,
            fold: Fold::new(),
            balanced: Findings::default(),
            orphans: Findings::default(),
            seen: 0,
        };
        let mut logged = Cursor::new(change_rows.query([])?, change_row)?;
        let mut orders = Cursor::new(orders.query([])?, order_with_operation)?;
        let mut charges = Cursor::new(owed.query([])?, charge_with_operation)?;
        let mut operations = Cursor::new(operations.query([])?, operation_row)?;
        let mut broken = Findings::default();
        let mut head = GENESIS;
        let mut last = 0;
        while let Some(operation) = operations.next_if(|_| true)? {
            let mut facts = Facts::default();
            while let Some(change) = logged.next_if(|c| c.operation <= operation.id)? {
                facts.change(&change.noun, &change.key, change.before.as_deref(), &change.after);
            }
            while let Some((_, order)) = orders.next_if(|(id, _)| *id <= operation.id)? {
                facts.order(&order);
            }
            while let Some((_, charge)) = charges.next_if(|(id, _)| *id <= operation.id)? {
                facts.charge(&charge);
            }
            journal.advance(operation.id, &mut facts)?;
            let expected = chain::hash(
                &Header {
                    sequence: operation.id,
                    recorded_at: &operation.recorded_at,
                    operator: &operation.operator,
                    os_uid: operation.os_uid,
                    command: &operation.command,
                    arguments: &operation.arguments,
                    key: operation.key.as_deref(),
                    result: &operation.result,
                    outcome: &operation.outcome,
                },
                facts,
                &head,
            );
            if operation.id != last + 1 || operation.previous != head || operation.hash != expected {
                broken.add(|| format!("operation {} ({}) is not what was recorded", operation.id, operation.command));
            }
            head = operation.hash;
            last = operation.id;
        }
        journal.advance(i64::MAX, &mut Facts::default())?;
        let stray_rows = logged.head.is_some() || orders.head.is_some() || charges.head.is_some();
        if stray_rows {
            broken.add(|| "rows belong to an operation that is not in the log".to_owned());
        }
        let JournalWalk { fold, balanced, orphans, seen, .. } = journal;
        Ok(Walk {
            balanced: balanced
                .checked(CheckName::Balanced, format!("{}, each summing to zero per currency", plural(seen, "entry", "entries"))),
            orphans: orphans.checked(CheckName::Orphans, "every posting has its entry".to_owned()),
            chain: broken.checked(
                CheckName::Chain,
                format!("{}, head {}", plural(last.unsigned_abs(), "operation", "operations"), chain::hex(&head)),
            ),
            fold,
            accounts,
        })
    }

    fn check_balances(&self, walk: &Walk) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut kept: HashMap<(LedgerAccountId, i64), (i128, i128)> = HashMap::new();
        let mut select = self.connection.prepare("SELECT ledger_account_id, day, debit_minor, credit_minor FROM balance")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let sides = (i128::from(row.get::<_, i64>(2)?), i128::from(row.get::<_, i64>(3)?));
            kept.insert((LedgerAccountId(row.get(0)?), row.get(1)?), sides);
        }
        let mut days = 0_u64;
        for (account, by_day) in &walk.fold {
            for (date, sides) in by_day {
                days += 1;
                if kept.remove(&(*account, day(*date))).unwrap_or_default() != *sides {
                    wrong.add(|| {
                        format!("the balance of {} on {date} is not the sum of its postings", name_of(&walk.accounts, *account))
                    });
                }
            }
        }
        for ((account, day), sides) in kept {
            if sides != (0, 0) {
                wrong.add(|| format!("the balance of {} on day {day} has no postings", name_of(&walk.accounts, account)));
            }
        }
        self.check_volumes(&mut wrong)?;
        let accounts = walk.fold.len();
        Ok(wrong.checked(
            CheckName::Balances,
            format!(
                "{} in {}",
                plural(days, "balance by day", "balances by day"),
                plural(accounts as u64, "ledger account", "ledger accounts")
            ),
        ))
    }

    fn check_volumes(&self, wrong: &mut Findings) -> Result<()> {
        let mut fold: BTreeMap<(String, i64, String, i64), Volume> = BTreeMap::new();
        for opening in self.opening_volumes()? {
            let key = (opening.scope.clone(), opening.owner, opening.currency.code().to_owned(), day(opening.date));
            let Some(volume) = opening.read() else {
                wrong.add(|| format!("the opening volume {} cannot be read", opening.key()));
                continue;
            };
            let sum = fold.entry(key).or_default();
            *sum = sum.plus(volume)?;
        }
        let mut select = self.connection.prepare(
            "SELECT m.group_id, g.currency, COALESCE(original.day, late.day, c.day), c.list, c.payable_minor, c.cost_minor, c.counts,
                    c.cost_counts, c.account_id
               FROM charge AS c
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
               LEFT JOIN charge AS late ON late.id = c.corrects_id
               JOIN membership AS m
                    ON m.account_id = c.account_id AND COALESCE(original.day, late.day, c.day) BETWEEN m.from_day AND m.until_day
               JOIN customer_group AS g ON g.id = m.group_id",
        )?;
        let mut members: HashMap<i64, Vec<i64>> = HashMap::new();
        for agreement in self.agreements()? {
            for account in agreement.members {
                members.entry(account.0).or_default().push(agreement.id.0);
            }
        }
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let currency: Currency = row.parsed(1)?;
            let (group, day): (i64, i64) = (row.get(0)?, row.get(2)?);
            let list: Exact = row.parsed(3)?;
            let mut add = |scope: &str, owner: i64, payable: Amount| -> std::result::Result<(), Overflow> {
                let sum = fold.entry((scope.to_owned(), owner, currency.code().to_owned(), day)).or_default();
                *sum = sum.plus(Volume { list, payable: Exact::from_amount(payable, currency) })?;
                Ok(())
            };
            if row.get::<_, bool>(6)? {
                add("sale", group, row.amount(4)?)?;
                for agreement in members.get(&row.get(8)?).into_iter().flatten() {
                    add("members", *agreement, row.amount(4)?)?;
                }
            }
            if row.get::<_, bool>(7)? {
                add("purchase", 0, row.amount(5)?)?;
            }
        }
        let mut select = self.connection.prepare("SELECT scope, owner_id, currency, day, list, payable FROM volume")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key: (String, i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let kept = Volume { list: row.parsed(4)?, payable: row.parsed(5)? };
            if fold.remove(&key).unwrap_or_default() != kept {
                wrong.add(|| format!("the {} volume of day {} is not the sum of the charges", key.0, key.3));
            }
        }
        for (key, sum) in fold {
            if sum != Volume::default() {
                wrong.add(|| format!("the {} volume of day {} is missing", key.0, key.3));
            }
        }
        Ok(())
    }

    fn check_receipts(&self, walk: &Walk) -> Result<Checked> {
        let mut wrong = Findings::default();
        let receipts = self.receipts()?;
        let count = receipts.len();
        let mut logged = self.logged_receipts()?;
        let closed = self.closed_months()?;
        for kept in receipts {
            let (key, KeptReceipt { month, version, content, sha256 }) = (kept.key(), kept);
            if logged.remove(&key) != Some(to_json(&sha256)) {
                wrong.add(|| format!("the receipt of {month} is not the one that the log names"));
            }
            let Ok(receipt) = serde_json::from_str::<Receipt>(&content) else {
                wrong.add(|| format!("the receipt of {month} cannot be read"));
                continue;
            };
            if chain::sha256_hex(content.as_bytes()) != sha256 {
                wrong.add(|| format!("the receipt of {month} is not the one that was hashed"));
            }
            let frozen = self.frozen_statements(month, version)?;
            if frozen.len() != receipt.statements.len() {
                wrong.add(|| {
                    format!("{month} has {} frozen statements, the receipt names {}", frozen.len(), receipt.statements.len())
                });
            }
            for (account, content, kept) in frozen {
                let sha256 = chain::sha256_hex(content.as_bytes());
                if kept != sha256 || !receipt.statements.iter().any(|s| s.account == account && s.sha256 == sha256) {
                    wrong.add(|| format!("the statement of {account} for {month} is not the one that was frozen"));
                }
            }
            // What a reopened month came to is history: its figures may be others now.
            if !closed.contains(&month) || version != self.receipt_version(month)? {
                continue;
            }
            let mut now: BTreeMap<(LedgerCode, Currency), i128> = BTreeMap::new();
            for (id, by_day) in &walk.fold {
                let Some(account) = walk.accounts.get(id) else { continue };
                let sum = by_day.range(..=month.last_day()).map(|(_, (debit, credit))| debit - credit).sum::<i128>();
                *now.entry((account.code(), account.currency())).or_default() += sum;
            }
            for total in &receipt.ledger {
                let found = now.remove(&(total.code, total.currency)).unwrap_or_default();
                if found != i128::from(total.balance.minor()) {
                    wrong.add(|| format!("{} at the end of {month} is no longer what the receipt says", total.code));
                }
            }
            for ((code, _), sum) in now {
                if sum != 0 {
                    wrong.add(|| format!("{code} at the end of {month} is not on the receipt"));
                }
            }
        }
        // Months that closed along with a later one have no receipt of their own; the later one's covers their figures.
        for month in logged.keys() {
            wrong.add(|| format!("the receipt of {month} is gone"));
        }
        Ok(wrong.checked(CheckName::Receipts, format!("{} unchanged since", plural(count as u64, "closed month", "closed months"))))
    }

    /// The hash of each receipt as the log has it, by month: whoever changes a receipt would have to change the log as well.
    fn logged_receipts(&self) -> Result<BTreeMap<String, String>> {
        let mut select = self.connection.prepare("SELECT key, after FROM change WHERE noun = 'receipt' ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn check_orders(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut select = self.connection.prepare(
            "SELECT o.id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM charge AS c WHERE c.order_id = o.id) ORDER BY o.id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            wrong.add(|| format!("order o-{id} has no charge"));
        }
        // By the entry's own lines: what the charge says must be what was posted to sales, cost and accrued; on the agency model,
        // where the provider's price passes through, to accrued alone. Of an order that the book started with, the cost alone was
        // posted, against `opening` and on its day; the order is older.
        let mut select = self.connection.prepare(
            "SELECT c.id, c.payable_minor, c.cost_minor, a.model, o.placement IS 'opening', COALESCE(e.event, 'opening') = 'opening',
                    CASE WHEN o.placement IS NOT 'opening' THEN c.day = COALESCE(e.effective, c.day)
                         ELSE c.day <= (SELECT MAX(day) FROM opening)
                          AND COALESCE(e.effective = (SELECT MAX(day) FROM opening), e.id IS NULL) END,
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'sales' AND l.owner_id = c.account_id), 0),
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'cost' AND l.owner_id = c.account_id), 0),
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'accrued'), 0),
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'opening'), 0)
               FROM charge AS c
               JOIN account AS a ON a.id = c.account_id
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN entry AS e ON e.id = c.entry_id
               LEFT JOIN posting AS p ON p.entry_id = c.entry_id
               LEFT JOIN ledger_account AS l ON l.id = p.ledger_account_id
              GROUP BY c.id",
        )?;
        let mut rows = select.query([])?;
        let mut count = 0_u64;
        while let Some(row) = rows.next()? {
            count += 1;
            let (payable, cost): (i64, i64) = (row.get(1)?, row.get(2)?);
            let (is_opening, is_opening_entry): (bool, bool) = (row.get(4)?, row.get(5)?);
            // Nothing there is no yes.
            let on_its_day = row.get::<_, Option<bool>>(6)?.unwrap_or(false);
            let posted = [row.get::<_, i64>(7)?, row.get(8)?, row.get(9)?, row.get(10)?].map(i128::from);
            let (payable, cost) = (i128::from(payable), i128::from(cost));
            let is_posted = match row.parsed(3)? {
                _ if is_opening && !is_opening_entry => false,
                Model::Resale if is_opening => posted == [0, 0, -cost, cost],
                Model::Agency if is_opening => posted == [0, 0, -cost, cost] && payable == cost,
                Model::Resale => posted == [-payable, cost, -cost, 0],
                Model::Agency => posted == [0, 0, -cost, 0] && payable == cost,
            };
            if !is_posted || !on_its_day {
                let id: i64 = row.get(0)?;
                wrong.add(|| format!("charge {id} is not what its entry posts"));
            }
        }
        self.check_true_ups(&mut wrong)?;
        Ok(wrong.checked(CheckName::Orders, format!("{} as posted", plural(count, "charge", "charges"))))
    }

    /// What the entry of a true-up took from sales is the sum of what its charges changed by, on its day and for its account; and a
    /// voucher's entry is what its order used, or gave back.
    fn check_true_ups(&self, wrong: &mut Findings) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT t.entry_id, c.account_id, MIN(t.day), MAX(t.day), SUM(t.change_minor), MIN(t.operation_id), MAX(t.operation_id)
               FROM true_up AS t JOIN charge AS c ON c.id = t.charge_id
              GROUP BY COALESCE(t.entry_id, -t.operation_id), c.account_id",
        )?;
        let mut rows = select.query([])?;
        let mut changed: HashMap<i64, (i64, i64, i64, i64)> = HashMap::new();
        while let Some(row) = rows.next()? {
            let (account, first, last, sum): (i64, i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            let (operation, last_operation): (i64, i64) = (row.get(5)?, row.get(6)?);
            let repeated = match row.get::<_, Option<i64>>(0)? {
                Some(entry) => changed.insert(entry, (account, first, sum, operation)).is_some(),
                None => sum != 0,
            };
            if repeated || first != last || operation != last_operation {
                wrong.add(|| format!("the true-ups of account {account} on day {first} are not what one entry can post"));
            }
        }
        let mut select = self.connection.prepare(
            "SELECT e.id, e.account_id, e.effective, e.operation_id,
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'sales' AND l.owner_id = e.account_id), 0)
               FROM entry AS e
               LEFT JOIN posting AS p ON p.entry_id = e.id
               LEFT JOIN ledger_account AS l ON l.id = p.ledger_account_id
              WHERE e.event = 'true-up'
              GROUP BY e.id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let account: Option<i64> = row.get(1)?;
            let posted = (account.unwrap_or_default(), row.get(2)?, -row.get::<_, i64>(4)?, row.get(3)?);
            if changed.remove(&id) != Some(posted) {
                wrong.add(|| format!("entry {id} is not what its true-ups come to"));
            }
        }
        let posted: i64 = self.connection.query_row("SELECT COUNT(*) FROM entry WHERE event = 'voucher'", [], |row| row.get(0))?;
        let as_used: i64 = self.connection.query_row(
            "SELECT COUNT(*) FROM coupon AS k
               JOIN orders AS o ON o.id = k.order_id
               JOIN entry AS e ON e.id = k.entry_id AND e.event = 'voucher' AND e.account_id = o.account_id AND e.effective = o.day
              WHERE k.kind = 'voucher'
                AND CASE WHEN o.refunds IS NULL THEN k.amount_minor ELSE -k.amount_minor END
                    = (SELECT SUM(p.amount_minor)
                         FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                        WHERE p.entry_id = e.id AND l.code = CASE k.bearer WHEN 'provider' THEN 'payable' ELSE 'incentives' END)",
            [],
            |row| row.get(0),
        )?;
        if posted != as_used {
            wrong.add(|| format!("{posted} vouchers were posted, and {as_used} are as their orders used them"));
        }
        self.check_vouchers(wrong)?;
        for entry in changed.keys() {
            wrong.add(|| format!("true-ups name entry {entry}, which is none of theirs"));
        }
        Ok(())
    }

    /// What vouchers have cost their bearers, by the entries of orders, refunds and true-ups, is what they pay by now.
    fn check_vouchers(&self, wrong: &mut Findings) -> Result<()> {
        let mut posted: HashMap<(i64, LedgerCode), i128> = HashMap::new();
        let mut select = self.connection.prepare(
            "SELECT e.account_id, l.code, p.amount_minor
               FROM entry AS e
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id
              WHERE e.event IN ('voucher', 'true-up') AND l.code IN ('payable', 'incentives')",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let account: Option<i64> = row.get(0)?;
            *posted.entry((account.unwrap_or_default(), row.parsed(1)?)).or_default() += i128::from(row.get::<_, i64>(2)?);
        }
        let mut select = self.connection.prepare(
            "SELECT k.order_id FROM coupon AS k JOIN orders AS o ON o.id = k.order_id WHERE k.kind = 'voucher' AND o.refunds IS NULL",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let charge = self.tiered_charge(OrderId(row.get(0)?))?;
            if let Some((bearer, amount)) = charge.by_voucher()? {
                let code = if bearer == Bearer::Provider { LedgerCode::Payable } else { LedgerCode::Incentives };
                *posted.entry((charge.account.0, code)).or_default() -= i128::from(amount.minor());
            }
        }
        for ((account, code), left) in posted {
            if left != 0 {
                wrong.add(|| format!("{code} has {left} minor units more of vouchers of account {account} than these pay"));
            }
        }
        Ok(())
    }

    fn check_open_items(&self, walk: &Walk) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut open: BTreeMap<Currency, i128> = BTreeMap::new();
        let mut select = self.connection.prepare(
            "SELECT g.currency, c.cost_minor - (SELECT COALESCE(SUM(k.cleared_minor), 0) FROM clearing AS k WHERE k.charge_id = c.id)
               FROM charge AS c
               JOIN membership AS m ON m.account_id = c.account_id AND c.day BETWEEN m.from_day AND m.until_day
               JOIN customer_group AS g ON g.id = m.group_id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            *open.entry(row.parsed(0)?).or_default() += i128::from(row.get::<_, i64>(1)?);
        }
        // A loss that was accepted waits for its bill without any charge.
        let closed = self.closed_through()?;
        let (mut in_dispute, mut disputed): (BTreeMap<Currency, i128>, BTreeMap<Currency, i128>) =
            (BTreeMap::new(), BTreeMap::new());
        for difference in self.differences(None)? {
            *in_dispute.entry(difference.currency).or_default() += i128::from(difference.disputed.minor());
            let waits = closed.state(difference.period) != PeriodState::Closed;
            if let Some(decision) = difference.decision.filter(|decision| waits && decision.charge.is_none()) {
                *open.entry(difference.currency).or_default() += i128::from(decision.accrued.minor());
            }
        }
        let mut accrued: BTreeMap<Currency, i128> = BTreeMap::new();
        for (id, by_day) in &walk.fold {
            let Some(account) = walk.accounts.get(id) else { continue };
            let sum = by_day.values().map(|(debit, credit)| credit - debit).sum::<i128>();
            match account.code() {
                LedgerCode::Accrued => *accrued.entry(account.currency()).or_default() += sum,
                LedgerCode::Disputed => *disputed.entry(account.currency()).or_default() -= sum,
                _ => {}
            }
        }
        for (name, items, balances) in [("accrued", &open, &accrued), ("disputed", &in_dispute, &disputed)] {
            for currency in items.keys().chain(balances.keys()).collect::<BTreeSet<_>>() {
                let (items, balance) = (items.get(currency).copied().unwrap_or(0), balances.get(currency).copied().unwrap_or(0));
                if items != balance {
                    wrong.add(|| format!("{name} in {currency} is {balance} minor units, its open items are {items}"));
                }
            }
        }
        let mut select = self.connection.prepare(
            "SELECT c.id FROM charge AS c WHERE EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id AND k.settles)
                AND c.cost_minor <> (SELECT SUM(k.cleared_minor) FROM clearing AS k WHERE k.charge_id = c.id)
             UNION
             SELECT k.charge_id FROM clearing AS k JOIN charge AS c ON c.id = k.charge_id
               LEFT JOIN bill_version AS v ON v.id = k.version_id AND v.period = k.period
              WHERE v.id IS NULL OR NOT k.settles AND k.rule NOT IN ('carried', 'instalment')",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            wrong.add(|| format!("charge {id} is not settled as its bills say"));
        }
        self.check_settlements(&mut wrong)?;
        Ok(wrong.checked(
            CheckName::OpenItems,
            "accrued and disputed are the sums of their open items, and settlements of what they pay".to_owned(),
        ))
    }

    /// What an entry has credited to the receivable of an account, because it was paid or given up, is what it pays of its months;
    /// and what takes one back is its mirror.
    fn check_settlements(&self, wrong: &mut Findings) -> Result<()> {
        let mut paid: BTreeMap<(i64, i64), i128> = BTreeMap::new();
        for row in self.settlements()? {
            *paid.entry((row.entry.0, row.account.0)).or_default() += i128::from(row.amount.minor());
        }
        let mut select = self.connection.prepare(
            "SELECT e.id, l.owner_id, -p.amount_minor
               FROM entry AS e
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id AND l.code = 'receivable'
              WHERE e.event IN ('settlement', 'write-off')",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key = (row.get(0)?, row.get(1)?);
            let left = paid.get(&key).copied().unwrap_or_default() - i128::from(row.get::<_, i64>(2)?);
            paid.insert(key, left);
        }
        for ((entry, account), left) in paid {
            if left != 0 {
                wrong.add(|| format!("entry {entry} pays {left} minor units more of account {account} than it has posted"));
            }
        }
        let mut select = self.connection.prepare(
            "SELECT back.id FROM entry AS back
              WHERE back.event = 'charge-back' AND (
                    back.reverses IS NULL
                    OR EXISTS (SELECT 1 FROM posting AS p
                                WHERE p.entry_id IN (back.id, back.reverses)
                                GROUP BY p.ledger_account_id HAVING SUM(p.amount_minor) <> 0))",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            wrong.add(|| format!("entry {id} is not the mirror of what it takes back"));
        }
        Ok(())
    }

    fn check_state(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut rows: Vec<(&str, String, String)> = Vec::new();
        rows.push(("agent", "agent".to_owned(), to_json(&self.agent()?)));
        rows.extend(self.operators()?.iter().map(|o| ("operator", o.name.clone(), to_json(o))));
        rows.extend(self.entities()?.iter().map(|e| ("entity", e.code.to_string(), to_json(e))));
        rows.extend(self.groups()?.iter().map(|g| ("group", g.code.to_string(), to_json(g))));
        rows.extend(self.upstreams()?.iter().map(|party| ("upstream", party.id.0.to_string(), to_json(party))));
        rows.extend(self.invitations()?.iter().map(|i| ("invitation", i.id.0.to_string(), to_json(i))));
        rows.extend(self.agreements()?.iter().map(|a| ("agreement", a.id.0.to_string(), to_json(a))));
        rows.extend(self.reconciliations()?.iter().map(|r| ("reconciliation", r.period.to_string(), to_json(r))));
        rows.extend(self.differences(None)?.iter().map(|d| ("difference", d.id.clone(), to_json(d))));
        rows.extend(self.manual_matches(None)?.iter().map(|m| ("manual-match", m.id.0.to_string(), to_json(m))));
        rows.extend(self.period_states()?.iter().map(|(month, state)| ("period", month.to_string(), to_json(state))));
        rows.extend(self.waivers_of(None)?.iter().map(|waiver| ("waiver", waiver_key(waiver), to_json(waiver))));
        rows.extend(self.reopenings()?.iter().map(|(id, reopening)| ("reopening", id.to_string(), to_json(reopening))));
        rows.extend(self.policies_set()?.iter().map(|(name, value)| ("policy", name.to_string(), to_json(value))));
        rows.extend(self.titles()?.iter().map(|title| ("invoice-title", title.key(), to_json(title))));
        rows.extend(self.invoices()?.iter().map(|invoice| ("invoice", invoice.id.to_string(), to_json(invoice))));
        for case in self.handovers(None)? {
            let handover = &case.handover;
            if !case.is_sound() {
                wrong.add(|| format!("the steps of the hand-over {} do not lead to what it is", handover.id));
            }
            rows.extend(case.ticks.iter().map(|tick| ("handover-tick", tick.id.0.to_string(), to_json(tick))));
            rows.push(("handover", handover.id.to_string(), to_json(handover)));
        }
        rows.extend(self.budgets()?.iter().map(|b| ("budget", b.id.to_string(), to_json(b))));
        rows.extend(self.budgets_reached()?.iter().map(|reached| ("budget-reached", reached_key(*reached), to_json(reached))));
        rows.extend(self.alert_marks()?.iter().map(|mark| ("alert", mark.alert.clone(), to_json(mark))));
        let mut kept_memberships = self.memberships()?;
        for account in self.accounts()? {
            for attested in self.attestations_of(account.id)? {
                rows.push(("attestation", format!("{}/{}", account.code, attested.0), to_json(&attested)));
            }
            let life = self.life_of(account.id)?;
            if !is_a_life(account.origin, &life) || life.last().map(|step| step.to) != Some(account.state) {
                wrong.add(|| format!("the steps of the account {} do not lead to its state", account.code));
            }
            rows.extend(life.iter().map(|step| ("account-step", step.id.0.to_string(), to_json(step))));
            if !kept_memberships.remove(&account.id.0).unwrap_or_default().into_iter().eq(memberships(&account)) {
                wrong.add(|| format!("the groups of the account {} are not kept as it says", account.code));
            }
            rows.push(("account", account.code.to_string(), to_json(&account)));
        }
        rows.extend(self.compliance_waivers()?.iter().map(|waiver| ("compliance-waiver", waiver.key(), to_json(waiver))));
        for bill in self.bills()? {
            for file in self.bill_files(bill.id)? {
                rows.push(("bill-file", format!("{}/{}", bill.id.0, file.number), to_json(&file)));
            }
            rows.push(("bill", bill.id.0.to_string(), to_json(&bill)));
        }
        rows.extend(self.opening()?.iter().map(|o| ("opening", "opening".to_owned(), to_json(o))));
        rows.extend(self.coupons()?.iter().map(|c| ("coupon", c.key(), to_json(c))));
        rows.extend(self.settlements()?.iter().map(|s| ("settlement", s.key(), to_json(s))));
        rows.extend(self.reminders()?.iter().map(|r| ("dunning", reminder_key(r), to_json(r))));
        rows.extend(self.true_ups()?.iter().map(|t| ("true-up", t.id.to_string(), to_json(t))));
        rows.extend(self.opening_volumes()?.iter().map(|v| ("opening-volume", v.key(), to_json(v))));
        // The columns by which agreements are found say what their terms say.
        for (agreement, name, kind, valid_from) in self.agreement_columns()? {
            let terms = &agreement.terms;
            if (name.as_str(), kind, valid_from) != (terms.name.as_str(), terms.kind, terms.valid_from) {
                wrong.add(|| format!("agreement {} is not filed under what it says", terms.name));
            }
        }
        rows.extend(self.order_files()?.iter().map(|(sha256, orders)| ("order-file", sha256.clone(), to_json(orders))));
        let mut last = self.connection.prepare("SELECT after FROM change WHERE noun = ?1 AND key = ?2 ORDER BY id DESC LIMIT 1")?;
        for (noun, key, now) in &rows {
            let logged: Option<String> = last.query_map(params![noun, key], |row| row.get(0))?.next().transpose()?;
            if logged.as_ref() != Some(now) {
                wrong.add(|| format!("{noun} {key} is not as the log last left it"));
            }
        }
        // `receipts` looks after those.
        let mut known = self.connection.prepare("SELECT DISTINCT noun, key FROM change WHERE noun <> 'receipt'")?;
        let known: u64 = known.query_map([], |_| Ok(()))?.count() as u64;
        let rows = rows.len() as u64;
        if known > rows {
            wrong.add(|| format!("{} rows of master data are gone", known - rows));
        }
        Ok(wrong.checked(CheckName::State, format!("{} of master data as the log left them", plural(rows, "row", "rows"))))
    }
}

/// The journal while it is walked beside the log.
struct JournalWalk<'s, 'a> {
    entries: Cursor<'s, EntryRow>,
    postings: Cursor<'s, PostingRow>,
    accounts: &'a HashMap<LedgerAccountId, LedgerAccount>,
    fold: Fold,
    balanced: Findings,
    orphans: Findings,
    seen: u64,
}

impl JournalWalk<'_, '_> {
    /// Takes every entry up to an operation.
    fn advance(&mut self, operation: i64, facts: &mut Facts) -> Result<()> {
        while let Some(entry) = self.entries.next_if(|e| e.operation <= operation)? {
            self.skip_orphans(|posting| posting.entry < entry.id)?;
            let mut lines = Vec::with_capacity(4);
            let mut sums: BTreeMap<Option<Currency>, i128> = BTreeMap::new();
            while let Some(posting) = self.postings.next_if(|p| p.entry == entry.id)? {
                let account = self.accounts.get(&posting.ledger_account);
                let amount = posting.amount.minor();
                *sums.entry(account.map(|a| a.currency())).or_default() += i128::from(amount);
                let sides = self.fold.entry(posting.ledger_account).or_default().entry(entry.effective).or_default();
                if amount > 0 {
                    sides.0 += i128::from(amount);
                } else {
                    sides.1 -= i128::from(amount);
                }
                if let Some(account) = account {
                    lines.push(Posting { ledger_account: *account, amount: posting.amount });
                }
            }
            if lines.is_empty() || sums.values().any(|sum| *sum != 0) {
                self.balanced.add(|| format!("entry {} ({}) does not sum to zero", entry.id, entry.event));
            }
            self.seen += 1;
            facts.entry(entry.id, entry.event, entry.effective, &entry.about, entry.reverses, &lines);
        }
        if operation == i64::MAX {
            self.skip_orphans(|_| true)?;
        }
        Ok(())
    }

    fn skip_orphans(&mut self, condition: impl Fn(&PostingRow) -> bool) -> Result<()> {
        while let Some(posting) = self.postings.next_if(&condition)? {
            self.orphans.add(|| format!("posting {}/{} has no entry", posting.entry, posting.line));
        }
        Ok(())
    }
}

fn name_of(accounts: &HashMap<LedgerAccountId, LedgerAccount>, id: LedgerAccountId) -> String {
    match accounts.get(&id) {
        None => format!("ledger account {}", id.0),
        Some(account) => match account.owner() {
            Owner::Agent => account.code().to_string(),
            Owner::Group(group) => format!("{} of group {}", account.code(), group.0),
            Owner::Account(owner) => format!("{} of account {}", account.code(), owner.0),
        },
    }
}

fn integrity(connection: &Connection) -> Result<Checked> {
    let mut wrong = Findings::default();
    let mut select = connection.prepare("PRAGMA integrity_check(10)")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            wrong.add(|| line);
        }
    }
    let schema = |connection: &Connection| -> Result<BTreeMap<String, (String, String)>> {
        let mut select = connection.prepare("SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    let (mine, expected) = (schema(connection)?, schema(&super::open::fresh_schema()?)?);
    for (name, sql) in &expected {
        if mine.get(name) != Some(sql) {
            wrong.add(|| format!("{name} of the schema is missing or changed"));
        }
    }
    // Somebody's own index or table does no harm; a trigger changes what a write does.
    for (name, (kind, _)) in &mine {
        if kind == "trigger" && !expected.contains_key(name) {
            wrong.add(|| format!("the trigger {name} is not of the schema"));
        }
    }
    Ok(wrong.checked(CheckName::Integrity, "pages, indexes and schema are sound".to_owned()))
}

fn foreign_keys(connection: &Connection) -> Result<Checked> {
    let mut wrong = Findings::default();
    let mut select = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        wrong.add(|| format!("a row of {table} points to a row of {parent} that does not exist"));
    }
    Ok(wrong.checked(CheckName::ForeignKeys, "every row finds what it points to".to_owned()))
}
