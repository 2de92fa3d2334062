//! Proofs over the whole file, each with a name, none of which trusts what another keeps.
//!
//! Everything that can be large is walked once, side by side, in the order in which it was written; memory follows the number
//! of ledger accounts and days, not the number of entries.

mod approvals;
mod balances;
mod bills;
mod invoices;
mod open_items;
mod orders;
mod receipts;
mod state;
mod walk;

use std::collections::BTreeMap;

use rusqlite::Connection;

use self::walk::Walk;
use super::Reader;
use super::error::Result;
use crate::domain::chain::Hash;
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
        /// What was approved was posted as it was asked for, by somebody else.
        Approvals = "approvals",
        /// Every row of master data is as the log last left it.
        State = "state",
        /// The log still has an operation with the hash that somebody has kept; proved only if they name it.
        Head = "head",
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

/// The page cache of the proofs, in KiB. With SQLite's own 2 MiB they read most pages of a large book several times.
const CHECK_CACHE_KIB: i64 = 16 << 10;

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

impl Reader<'_> {
    /// Runs every proof, in the order of [`CheckName`]; that of a hash which somebody has kept, if they name it. A proof that finds
    /// what the book never writes fails, and the others go on; where pages cannot be read, nothing is proved.
    pub fn check(&self, kept: Option<Hash>) -> Result<Vec<Checked>> {
        // Charges look for their entries, and entries for their lines, all over the file.
        self.connection.pragma_update(None, "cache_size", -CHECK_CACHE_KIB)?;
        let integrity = proved(CheckName::Integrity, integrity(self.connection))?;
        let foreign_keys = proved(CheckName::ForeignKeys, foreign_keys(self.connection))?;
        let walk = unless_wrong(self.walk(kept))?;
        let walked = |name, proof: &dyn Fn(&Walk) -> Result<Checked>| match &walk {
            Ok(walk) => proved(name, proof(walk)),
            Err(what) => Ok(unproved(name, what)),
        };
        let always = [
            integrity,
            foreign_keys,
            walked(CheckName::Balanced, &|walk| Ok(walk.balanced.clone()))?,
            walked(CheckName::Balances, &|walk| self.check_balances(walk))?,
            walked(CheckName::Chain, &|walk| Ok(walk.chain.clone()))?,
            walked(CheckName::Receipts, &|walk| self.check_receipts(walk))?,
            proved(CheckName::Orders, self.check_orders())?,
            proved(CheckName::Bills, self.check_bills(walk.as_ref().ok().map(|walk| &walk.products)))?,
            proved(CheckName::Invoices, self.check_invoices())?,
            walked(CheckName::Orphans, &|walk| Ok(walk.orphans.clone()))?,
            walked(CheckName::OpenItems, &|walk| self.check_open_items(walk))?,
            proved(CheckName::Approvals, self.check_approvals())?,
            proved(CheckName::State, self.check_state())?,
        ];
        let head = match &walk {
            Ok(walk) => walk.head.clone(),
            Err(what) => kept.map(|_| unproved(CheckName::Head, what)),
        };
        Ok(always.into_iter().chain(head).collect())
    }
}

/// What was read, or what is wrong with what the book holds.
fn unless_wrong<T>(read: Result<T>) -> Result<std::result::Result<T, String>> {
    match read {
        Ok(value) => Ok(Ok(value)),
        Err(error) => error.wrong_content().map(Err).ok_or(error),
    }
}

/// The outcome of a proof, which fails if it has met what it cannot read.
fn proved(name: CheckName, proof: Result<Checked>) -> Result<Checked> {
    Ok(unless_wrong(proof)?.unwrap_or_else(|what| unproved(name, &what)))
}

fn unproved(name: CheckName, what: &str) -> Checked {
    Checked { name, ok: false, detail: format!("cannot be proved: {what}") }
}

/// What is in a schema, and how often, for its type, its name and its table: a trigger may have the name of a table.
type Schema = BTreeMap<(String, String, String), Vec<String>>;

fn schema(connection: &Connection) -> Result<Schema> {
    let mut select = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let mut rows = select.query([])?;
    let mut schema = Schema::new();
    while let Some(row) = rows.next()? {
        schema.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default().push(row.get(3)?);
    }
    Ok(schema)
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
    let (mine, expected) = (schema(connection)?, schema(&super::open::fresh_schema()?)?);
    for (of, sql) in &expected {
        if mine.get(of) != Some(sql) {
            wrong.add(|| format!("the {} {} of the schema is missing or changed", of.0, of.1));
        }
    }
    // Somebody's own index or table does no harm; a trigger changes what a write does.
    for of in mine.keys() {
        if of.0 == "trigger" && !expected.contains_key(of) {
            wrong.add(|| format!("the trigger {} on {} is not of the schema", of.1, of.2));
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
