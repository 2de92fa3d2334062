//! Reading the audit log: each operation with what it changed and posted.
//!
//! What an operation wrote lies together in every table, in the order of the operations: it is found by halving, and the next one's
//! begins where it ends. No index is needed for it, and none is paid for.

use rusqlite::{OptionalExtension as _, Params, Row, params};

use super::Reader;
use super::error::Result;
use super::sql::{Columns as _, to_json};
use crate::domain::audit::OperationResult;
use crate::domain::chain::Hash;
use crate::domain::id::{AccountId, EntryId, OperationId, OrderId};
use crate::domain::journal::EntryContent;
use crate::domain::policy::PolicyName;

/// An operation of the log, without what it did.
#[derive(Clone, Debug)]
pub struct OperationHead {
    /// Its number.
    pub id: OperationId,
    /// When, RFC 3339 in UTC.
    pub recorded_at: String,
    /// The operator's name; `uid-4711` for somebody who is none.
    pub operator: String,
    /// The OS user.
    pub os_uid: u32,
    /// The command.
    pub command: String,
    /// JSON of what was typed.
    pub arguments: String,
    /// The idempotency key.
    pub key: Option<String>,
    /// What became of it.
    pub result: OperationResult,
    /// Its hash.
    pub hash: Hash,
}

/// An operation of the log, with what it did.
#[derive(Clone, Debug)]
pub struct LoggedOperation {
    /// What was recorded of itself.
    pub head: OperationHead,
    /// What it did to master data.
    pub changes: Vec<LoggedChange>,
    /// What it posted.
    pub entries: Vec<(EntryId, EntryContent)>,
    /// The orders that it recorded.
    pub orders: Vec<(OrderId, AccountId)>,
    /// How much it charged: the accounts of its charges.
    pub charges: Vec<AccountId>,
}

/// How an operator has used a command.
#[derive(Clone, Debug)]
pub struct UsedCommand {
    /// The OS user.
    pub os_uid: u32,
    /// The command.
    pub command: String,
    /// How often.
    pub count: u64,
    /// When first and last, RFC 3339 in UTC.
    pub times: (String, String),
}

/// How an operator has set policies.
#[derive(Clone, Debug)]
pub struct SetPolicies {
    /// The OS user.
    pub os_uid: u32,
    /// How often.
    pub count: u64,
    /// When first and last, RFC 3339 in UTC.
    pub times: (String, String),
}

/// An account about which an operator has done something.
#[derive(Clone, Debug)]
pub struct TouchedAccount {
    /// The OS user.
    pub os_uid: u32,
    /// With which command.
    pub command: String,
    /// Its code.
    pub account: String,
}

/// What an operation did to a row of master data; the rows are JSON.
#[derive(Clone, Debug)]
pub struct LoggedChange {
    /// What kind of row.
    pub noun: String,
    /// Which.
    pub key: String,
    /// The row before; none when it is new.
    pub before: Option<String>,
    /// The row after.
    pub after: String,
}

/// Which operations are looked for.
#[derive(Clone, Debug, Default)]
pub struct OperationRange {
    /// The first number.
    pub first: Option<i64>,
    /// The last number.
    pub last: Option<i64>,
    /// Not recorded before, RFC 3339 in UTC.
    pub since: Option<String>,
    /// Recorded before, RFC 3339 in UTC.
    pub before: Option<String>,
}

impl OperationRange {
    fn parameters(&self) -> impl Params {
        (self.first.unwrap_or(1), self.last.unwrap_or(i64::MAX), self.since.clone(), self.before.clone())
    }
}

/// The heads of the operations in a range.
const HEADS: &str = "SELECT id, recorded_at, operator, os_uid, command, arguments, key, result, hash
                       FROM operation
                      WHERE id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR recorded_at >= ?3) AND (?4 IS NULL OR recorded_at < ?4)";

fn operation_head(row: &Row<'_>) -> Result<OperationHead> {
    Ok(OperationHead {
        id: OperationId(row.get(0)?),
        recorded_at: row.get(1)?,
        operator: row.get(2)?,
        os_uid: row.get(3)?,
        command: row.get(4)?,
        arguments: row.get(5)?,
        key: row.get(6)?,
        result: row.parsed(7)?,
        hash: row.get(8)?,
    })
}

impl Reader<'_> {
    /// Tells of operations in their order, as far as `is_wanted` says so by the head alone.
    pub fn operations(
        &self,
        range: &OperationRange,
        is_wanted: impl Fn(&OperationHead) -> bool,
        mut tell: impl FnMut(LoggedOperation) -> Result<()>,
    ) -> Result<()> {
        let mut select = self.connection.prepare_cached(&format!("{HEADS} ORDER BY id"))?;
        let mut rows = select.query(range.parameters())?;
        let [mut master_data, mut journal, mut orders, mut owed] =
            ["change", "entry", "orders", "charge"].map(|table| Place { table, next: 1 });
        while let Some(row) = rows.next()? {
            let head = operation_head(row)?;
            if !is_wanted(&head) {
                continue;
            }
            let id = head.id;
            let changes = master_data.rows_of(self, id)?.map(|id| self.change(id)).collect::<Result<_>>()?;
            let entries = journal.rows_of(self, id)?.map(|id| {
                let entry = self.entry_content(EntryId(id))?.expect("its number was just found");
                Ok((EntryId(id), entry))
            });
            let entries = entries.collect::<Result<_>>()?;
            let orders = orders.rows_of(self, id)?.map(|id| Ok((OrderId(id), self.account_of("orders", id)?)));
            let orders = orders.collect::<Result<_>>()?;
            let charged = owed.rows_of(self, id)?.map(|id| self.account_of("charge", id)).collect::<Result<_>>()?;
            tell(LoggedOperation { head, changes, entries, orders, charges: charged })?;
        }
        Ok(())
    }

    /// The number of the earliest among the last `count` operations that are wanted.
    pub fn first_of_last(
        &self,
        range: &OperationRange,
        is_wanted: impl Fn(&OperationHead) -> bool,
        count: usize,
    ) -> Result<Option<OperationId>> {
        let mut select = self.connection.prepare_cached(&format!("{HEADS} ORDER BY id DESC"))?;
        let mut rows = select.query(range.parameters())?;
        let (mut first, mut found) = (None, 0);
        while found < count
            && let Some(row) = rows.next()?
        {
            let head = operation_head(row)?;
            if is_wanted(&head) {
                first = Some(head.id);
                found += 1;
            }
        }
        Ok(first)
    }

    /// When an operation was recorded, RFC 3339 in UTC.
    pub fn recorded_at(&self, operation: OperationId) -> Result<Option<String>> {
        let mut select = self.connection.prepare_cached("SELECT recorded_at FROM operation WHERE id = ?1")?;
        Ok(select.query_row([operation.0], |row| row.get(0)).optional()?)
    }

    /// How often everybody has done something with each command, or asked for it, before a time.
    pub fn commands_used(&self, before: Option<&str>) -> Result<Vec<UsedCommand>> {
        let mut select = self.connection.prepare(
            "SELECT os_uid, command, COUNT(*), MIN(recorded_at), MAX(recorded_at)
               FROM operation
              WHERE result IN ('done', 'requested') AND (?1 IS NULL OR recorded_at < ?1)
              GROUP BY os_uid, command",
        )?;
        let rows = select.query_map([before], |row| {
            let times = (row.get(3)?, row.get(4)?);
            Ok(UsedCommand { os_uid: row.get(0)?, command: row.get(1)?, count: row.get(2)?, times })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How often everybody has given any of some policies another value before a time.
    pub fn policy_changes(&self, names: &[PolicyName], before: Option<&str>) -> Result<Vec<SetPolicies>> {
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        let mut select = self.connection.prepare(
            "SELECT p.os_uid, COUNT(DISTINCT p.id), MIN(p.recorded_at), MAX(p.recorded_at)
               FROM change AS c JOIN operation AS p ON p.id = c.operation_id
              WHERE c.noun = 'policy' AND c.key IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR p.recorded_at < ?2)
              GROUP BY p.os_uid",
        )?;
        let rows = select.query_map(params![to_json(&names), before], |row| {
            Ok(SetPolicies { os_uid: row.get(0)?, count: row.get(1)?, times: (row.get(2)?, row.get(3)?) })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Which accounts, by code, everybody has done something about with each command before a time.
    pub fn accounts_touched(&self, before: Option<&str>) -> Result<Vec<TouchedAccount>> {
        let mut select = self.connection.prepare(
            "SELECT DISTINCT p.os_uid, p.command, a.code
               FROM (SELECT operation_id, account_id FROM entry WHERE account_id IS NOT NULL
                     UNION ALL SELECT operation_id, recipient_id FROM entry WHERE recipient_id IS NOT NULL
                     UNION ALL SELECT operation_id, account_id FROM charge
                     UNION ALL SELECT c.operation_id, k.id FROM change AS c JOIN account AS k ON k.code = c.key WHERE c.noun = 'account')
                    AS t
               JOIN operation AS p ON p.id = t.operation_id AND p.result = 'done' AND (?1 IS NULL OR p.recorded_at < ?1)
               JOIN account AS a ON a.id = t.account_id",
        )?;
        let rows = select
            .query_map([before], |row| Ok(TouchedAccount { os_uid: row.get(0)?, command: row.get(1)?, account: row.get(2)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Everybody whom the log names, with their OS user.
    pub fn operators_in_log(&self) -> Result<Vec<(String, u32)>> {
        let mut select = self.connection.prepare("SELECT DISTINCT operator, os_uid FROM operation")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every command that the log names.
    pub fn commands_in_log(&self) -> Result<Vec<String>> {
        let mut select = self.connection.prepare("SELECT DISTINCT command FROM operation")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn change(&self, id: i64) -> Result<LoggedChange> {
        let mut select = self.connection.prepare_cached("SELECT noun, key, before, after FROM change WHERE id = ?1")?;
        Ok(select.query_row([id], |row| {
            Ok(LoggedChange { noun: row.get(0)?, key: row.get(1)?, before: row.get(2)?, after: row.get(3)? })
        })?)
    }

    fn account_of(&self, table: &str, id: i64) -> Result<AccountId> {
        let mut select = self.connection.prepare_cached(&format!("SELECT account_id FROM {table} WHERE id = ?1"))?;
        Ok(select.query_row([id], |row| row.get(0).map(AccountId))?)
    }
}

/// How far a table has been read.
struct Place {
    table: &'static str,
    /// Rows of later operations begin here, or after it.
    next: i64,
}

impl Place {
    /// The rows of an operation, which is later than the last one that was asked for.
    fn rows_of(&mut self, reader: &Reader<'_>, operation: OperationId) -> Result<std::ops::Range<i64>> {
        let connection = reader.connection;
        let end: i64 = connection
            .prepare_cached(&format!("SELECT COALESCE(MAX(id), 0) + 1 FROM {}", self.table))?
            .query_row([], |row| row.get(0))?;
        let mut select = connection.prepare_cached(&format!("SELECT operation_id FROM {} WHERE id = ?1", self.table))?;
        let first = first_from(self.next, end, |id| Ok(select.query_row([id], |row| row.get::<_, i64>(0))? >= operation.0))?;
        let last = first_from(first, end, |id| Ok(select.query_row([id], |row| row.get::<_, i64>(0))? > operation.0))?;
        self.next = last;
        Ok(first..last)
    }
}

/// The first number from `start` on, before `end`, for which something holds that holds for all after it; `end` if there is none.
/// It looks near the start first.
fn first_from(start: i64, end: i64, mut holds: impl FnMut(i64) -> Result<bool>) -> Result<i64> {
    let (mut low, mut high, mut step) = (start, start, 1);
    while high < end && !holds(high)? {
        low = high + 1;
        high = end.min(high + step);
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_holds_is_found_wherever_it_is() {
        for end in 1..40 {
            for start in 1..=end {
                for first in 1..=end {
                    let found = first_from(start, end, |id| Ok(id >= first)).unwrap();
                    assert_eq!(found, first.clamp(start, end), "{start}..{end}: {first}");
                }
            }
        }
    }
}
