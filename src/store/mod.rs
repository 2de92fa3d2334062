//! The book's file: SQLite, rows ⇄ domain values.
//!
//! The only layer that knows SQL. It remembers and finds; it never decides, prints, or looks at the clock. [`Reader`] loads,
//! [`Writer`] is one immediate transaction that also keeps balances, volumes and the hash chain in step; both have their
//! methods in one file per noun.

mod account;
mod agent;
mod agreement;
mod alert;
mod approval;
mod audit;
mod bill;
mod budget;
mod charge;
mod check;
mod compliance;
mod copy;
mod coupon;
mod difference;
mod draft;
mod entity;
mod error;
mod handover;
mod invitation;
mod invoice;
mod journal;
mod life;
mod open;
mod opening;
mod operation;
mod operator;
mod order;
mod period;
mod policy;
mod reconciliation;
mod rows;
mod settlement;
mod sql;
mod statement;
mod true_up;
mod upgrade;
mod upstream;
mod volume;
mod writer;

pub use account::NewAccount;
pub use agent::Agent;
pub use audit::{LoggedChange, LoggedOperation, OperationHead, OperationRange, SetPolicies, TouchedAccount, UsedCommand};
pub use bill::{BillFile, BillVersion, Compressed, Compressor, FileDigest, LineFilter, StoredLine, UsageKey, UsageSum};
pub use budget::Reached;
pub use charge::{ChargeFilter, ChargedMonth, ChargedUsage};
pub use check::{CheckName, Checked};
pub use copy::{DraftCopy, LostPlace, kept_aside};
pub use difference::ManualMatchRow;
pub use error::{Result, StoreError};
pub use invoice::{Consumed, TitleFrom};
pub use journal::{LedgerMovement, SealedEntry, TrialBalanceRow};
pub use open::{Access, Store};
pub use opening::RecordedSoFar;
pub use operation::{NewOperation, Recorded};
pub use order::{ChargedDay, OrderFilter, OrderRow};
pub use period::KeptReceipt;
pub use reconciliation::{ClearedBy, Reconciliation};
pub use settlement::{BankedMoney, PostedEntry, SettlementRow};
pub use volume::Scope;
pub use writer::Writer;

use rusqlite::Connection;

/// Loads from the book inside one consistent view of it.
#[derive(Clone, Copy)]
pub struct Reader<'c> {
    connection: &'c Connection,
}
