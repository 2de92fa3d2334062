//! The walk that proofs share: the journal, the orders, the charges and the log once, side by side. It proves that every entry
//! sums to zero, that no posting lacks its entry, and that the log's hashes follow from what the book holds; what it adds up on
//! the way is for the proofs of balances, receipts and open items.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use rusqlite::{Row, Rows};

use super::{CheckName, Checked, Findings};
use crate::domain::chain::{self, Facts, GENESIS, Hash, Header};
use crate::domain::chart::{LedgerAccount, LedgerCode};
use crate::domain::id::{AccountId, GroupId, LedgerAccountId};
use crate::domain::journal::{About, Event, Note, Posting};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Charge, Order};
use crate::domain::plural;
use crate::store::Reader;
use crate::store::error::Result;
use crate::store::journal::owner_of;
use crate::store::order::{CHARGE_OPERATION, ORDER_OPERATION, SELECT_CHARGE, SELECT_ORDER, charge_at, order};
use crate::store::sql::Columns as _;

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
    id: i64,
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

impl OperationRow {
    fn header(&self) -> Header<'_> {
        Header {
            sequence: self.id,
            recorded_at: &self.recorded_at,
            operator: &self.operator,
            os_uid: self.os_uid,
            command: &self.command,
            arguments: &self.arguments,
            key: self.key.as_deref(),
            result: &self.result,
            outcome: &self.outcome,
        }
    }
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
    Ok(ChangeRow {
        id: row.get(0)?,
        operation: row.get(1)?,
        noun: row.get(2)?,
        key: row.get(3)?,
        before: row.get(4)?,
        after: row.get(5)?,
    })
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
    Ok((row.get(ORDER_OPERATION)?, order(row)?))
}

fn charge_with_operation(row: &Row<'_>) -> rusqlite::Result<(i64, Charge)> {
    Ok((row.get(CHARGE_OPERATION)?, charge_at(row, 0)?))
}

/// The fold of the journal: debits and credits by ledger account and day.
type Fold = HashMap<LedgerAccountId, BTreeMap<NaiveDate, (i128, i128)>>;

/// Everything that one walk over the journal, the orders and the log tells.
pub(super) struct Walk {
    pub(super) balanced: Checked,
    pub(super) orphans: Checked,
    pub(super) chain: Checked,
    /// Whether the log has the hash that somebody has kept, if they name it.
    pub(super) head: Option<Checked>,
    pub(super) fold: Fold,
    pub(super) accounts: HashMap<LedgerAccountId, LedgerAccount>,
    /// The codes of the products that orders and charges are of.
    pub(super) products: HashSet<String>,
}

impl Reader<'_> {
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

    pub(super) fn walk(&self, kept: Option<Hash>) -> Result<Walk> {
        let accounts = self.ledger_accounts()?;
        let connection = self.connection;
        let mut entries = connection.prepare(
            "SELECT id, operation_id, event, effective, group_id, account_id, recipient_id, reference, remark, reverses
               FROM entry ORDER BY id",
        )?;
        let mut postings =
            connection.prepare("SELECT entry_id, line, ledger_account_id, amount_minor FROM posting ORDER BY entry_id, line")?;
        let mut change_rows = connection.prepare("SELECT id, operation_id, noun, key, before, after FROM change ORDER BY id")?;
        let mut orders = connection.prepare(&format!("{SELECT_ORDER} ORDER BY o.id"))?;
        let mut owed = connection.prepare(&format!("{SELECT_CHARGE} ORDER BY c.id"))?;
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
        let mut products: HashSet<String> = HashSet::new();
        let mut name_product = |code: &str| {
            if !products.contains(code) {
                products.insert(code.to_owned());
            }
        };
        let mut logged = Cursor::new(change_rows.query([])?, change_row)?;
        let mut orders = Cursor::new(orders.query([])?, order_with_operation)?;
        let mut charges = Cursor::new(owed.query([])?, charge_with_operation)?;
        let mut operations = Cursor::new(operations.query([])?, operation_row)?;
        let mut broken = Findings::default();
        let mut head = GENESIS;
        let mut last = 0;
        let mut found = None;
        while let Some(operation) = operations.next_if(|_| true)? {
            let mut facts = Facts::default();
            // Rows rise with their operations: one of an earlier operation has come too late to be in its hash.
            let mut belongs = |noun: &str, id: i64, of: i64| {
                if of != operation.id {
                    broken.add(|| stray(noun, id, of));
                }
            };
            while let Some(change) = logged.next_if(|c| c.operation <= operation.id)? {
                belongs("change", change.id, change.operation);
                facts.change(&change.noun, &change.key, change.before.as_deref(), &change.after);
            }
            while let Some((of, order)) = orders.next_if(|(id, _)| *id <= operation.id)? {
                belongs("order", order.id.0, of);
                name_product(&order.product);
                facts.order(&order);
            }
            while let Some((of, charge)) = charges.next_if(|(id, _)| *id <= operation.id)? {
                belongs("charge", charge.id.0, of);
                name_product(&charge.product);
                facts.charge(&charge);
            }
            journal.advance(operation.id, &mut facts, &mut belongs)?;
            let expected = chain::hash(&operation.header(), facts, &head);
            if operation.id != last + 1 || operation.previous != head || operation.hash != expected {
                broken.add(|| format!("operation {} ({}) is not what was recorded", operation.id, operation.command));
            }
            head = operation.hash;
            last = operation.id;
            // As far as everything before it is what was recorded.
            if Some(head) == kept && broken.first.is_none() {
                found = Some(last);
            }
        }
        journal.advance(i64::MAX, &mut Facts::default(), &mut |noun, id, of| broken.add(|| stray(noun, id, of)))?;
        let stray_rows = logged.head.is_some() || orders.head.is_some() || charges.head.is_some();
        if stray_rows {
            broken.add(|| "rows belong to an operation that is not in the log".to_owned());
        }
        let JournalWalk { fold, balanced, orphans, seen, .. } = journal;
        Ok(Walk {
            head: kept.map(|_| head_kept(found, last, broken.first.is_some())),
            balanced: balanced
                .checked(CheckName::Balanced, format!("{}, each summing to zero per currency", plural(seen, "entry", "entries"))),
            orphans: orphans.checked(CheckName::Orphans, "every posting has its entry".to_owned()),
            chain: broken.checked(
                CheckName::Chain,
                format!("{}, head {}", plural(last.unsigned_abs(), "operation", "operations"), chain::hex(&head)),
            ),
            fold,
            accounts,
            products,
        })
    }
}

/// A row that belongs to another operation than its place says.
fn stray(noun: &str, id: i64, operation: i64) -> String {
    format!("{noun} {id} is none that operation {operation} has written")
}

/// Whether the hash that somebody has kept is that of an operation, and of which: nothing before that one has changed then.
fn head_kept(found: Option<i64>, last: i64, is_broken: bool) -> Checked {
    let mut missing = Findings::default();
    if found.is_none() {
        let because = if is_broken { "the chain is broken before it" } else { "rewritten, cut off, or another book" };
        missing.add(|| format!("no operation of a sound log has this hash: {because}"));
    }
    missing.checked(CheckName::Head, format!("nothing has changed up to operation {} of {last}", found.unwrap_or_default()))
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
    /// Takes every entry up to an operation; tells of each the operation that it names.
    fn advance(&mut self, operation: i64, facts: &mut Facts, belongs: &mut impl FnMut(&str, i64, i64)) -> Result<()> {
        while let Some(entry) = self.entries.next_if(|e| e.operation <= operation)? {
            belongs("entry", entry.id, entry.operation);
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
