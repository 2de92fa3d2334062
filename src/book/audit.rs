//! The audit log, as people read it: who did what, when, what it changed and what it posted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, SecondsFormat};
use serde_json::Value;

use super::approval::owner_name;
use super::commands::COMMANDS;
use super::operation::unknown;
use super::{Result, book_zone};
use crate::domain::audit::{OperationResult, all_shown, is_of, is_personal, masked};
use crate::domain::chain::Hash;
use crate::domain::chart::Owner;
use crate::domain::id::{AccountId, EntryId, GroupId, OperationId, OrderId};
use crate::domain::journal::EntryContent;
use crate::domain::refusal::{Noun, Refusal};
use crate::store::{LoggedChange, LoggedOperation, OperationHead, OperationRange, Reader, StoreError};

/// Which operations are shown.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Those of one operator, by name or OS user.
    pub operator: Option<String>,
    /// Those of a command, or of all commands of a noun.
    pub command: Option<String>,
    /// With this result.
    pub result: Option<OperationResult>,
    /// Recorded on this day or later.
    pub from: Option<NaiveDate>,
    /// Recorded on this day or before.
    pub to: Option<NaiveDate>,
    /// Those that have something to do with an account, a group, or any other thing by its code or number.
    pub about: Option<String>,
    /// Only the last so many of them.
    pub last: Option<usize>,
}

/// An operation as people see it.
#[derive(Clone, Debug)]
pub struct AuditedOperation {
    /// Its number.
    pub id: OperationId,
    /// When, in the book's time zone.
    pub time: DateTime<FixedOffset>,
    /// The operator's name; `uid-4711` for somebody who is none.
    pub operator: String,
    /// The OS user.
    pub os_uid: u32,
    /// The command.
    pub command: String,
    /// What was typed, personal numbers masked.
    pub typed: BTreeMap<String, String>,
    /// The idempotency key.
    pub key: Option<String>,
    /// What became of it.
    pub result: OperationResult,
    /// What it changed, field by field.
    pub changes: Vec<Change>,
    /// What it posted.
    pub entries: Vec<(EntryId, EntryContent)>,
    /// Whose the ledger accounts are that it posted to, by code.
    pub owners: BTreeMap<Owner, String>,
    /// The orders that it recorded.
    pub orders: Vec<OrderId>,
    /// How many charges it made.
    pub charges: usize,
    /// Its hash.
    pub hash: Hash,
}

/// What became of a row of master data.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of row.
    pub noun: String,
    /// Which.
    pub key: String,
    /// Whether it was not there before.
    pub is_new: bool,
    /// What is another value now.
    pub fields: Vec<FieldChange>,
}

/// A field that has another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// What stood there; nothing when the row is new.
    pub before: Option<String>,
    /// What stands there.
    pub after: Option<String>,
}

/// The head of the log.
#[derive(Clone, Debug)]
pub struct Head {
    /// The number of the last operation.
    pub operation: OperationId,
    /// Its hash, which covers all before it.
    pub hash: Hash,
    /// When it was recorded, in the book's time zone.
    pub time: Option<DateTime<FixedOffset>>,
}

/// The operations of the log that fit, in their order.
pub fn log(reader: Reader<'_>, filter: &AuditFilter) -> Result<Vec<AuditedOperation>> {
    let mut range =
        OperationRange { since: filter.from.map(beginning_of), before: filter.to.and_then(end_of), ..OperationRange::default() };
    require_known(reader, filter)?;
    let uid = filter.operator.as_ref().and_then(|name| name.parse::<u32>().ok());
    let is_wanted = |operation: &OperationHead| {
        filter.operator.as_ref().is_none_or(|name| operation.operator == *name || Some(operation.os_uid) == uid)
            && filter.command.as_ref().is_none_or(|asked| is_of(&operation.command, asked))
            && filter.result.is_none_or(|result| operation.result == result)
    };
    let about = filter.about.as_ref().map(|about| About::find(reader, about)).transpose()?;
    if let (Some(last), None) = (filter.last, &about) {
        // What the earlier ones wrote need not be read.
        range.first = reader.first_of_last(&range, is_wanted, last)?.map(|id| id.0);
    }
    let mut found = VecDeque::new();
    reader.operations(&range, is_wanted, |operation| {
        if about.as_ref().map_or(Ok(true), |about| about.concerns(&operation))? {
            found.push_back(operation);
            if filter.last.is_some_and(|last| found.len() > last) {
                found.pop_front();
            }
        }
        Ok(())
    })?;
    found.into_iter().map(|operation| audited(reader, operation)).collect()
}

/// Refuses to find nothing because of a slip of the finger.
fn require_known(reader: Reader<'_>, filter: &AuditFilter) -> Result<()> {
    if let Some((from, to)) = filter.from.zip(filter.to).filter(|(from, to)| to < from) {
        return Err(Refusal::DaysReversed { from, to }.into());
    }
    if let Some(asked) = &filter.operator {
        let known = reader.operators_in_log()?;
        let is_known = known.iter().any(|(name, uid)| name == asked || uid.to_string() == *asked);
        if !is_known && reader.operators()?.iter().all(|operator| operator.name != *asked) {
            let names: Vec<String> = known.into_iter().map(|(name, _)| name).collect();
            return Err(unknown(Noun::Operator, asked, &names).into());
        }
    }
    if let Some(asked) = &filter.command {
        let logged = reader.commands_in_log()?;
        let known: BTreeSet<&str> = COMMANDS.iter().map(|it| it.command).chain(logged.iter().map(String::as_str)).collect();
        if !known.iter().any(|command| is_of(command, asked)) {
            let names: Vec<String> = known.into_iter().map(str::to_owned).collect();
            return Err(unknown(Noun::Command, asked, &names).into());
        }
    }
    Ok(())
}

/// One operation.
pub fn show(reader: Reader<'_>, number: i64) -> Result<AuditedOperation> {
    let range = OperationRange { first: Some(number), last: Some(number), ..OperationRange::default() };
    let mut found = None;
    reader.operations(
        &range,
        |_| true,
        |operation| {
            found = Some(operation);
            Ok(())
        },
    )?;
    audited(reader, found.ok_or(Refusal::OperationUnknown { number })?)
}

/// The head of the log, to be kept elsewhere.
pub fn head(reader: Reader<'_>) -> Result<Head> {
    let (operation, hash) = reader.audit_head()?;
    let time = reader.recorded_at(operation)?.as_deref().map(in_zone).transpose()?;
    Ok(Head { operation, hash, time })
}

/// What an operation may have to do with.
struct About {
    /// What was typed, and the other names of the same thing.
    names: Vec<String>,
    account: Option<AccountId>,
    group: Option<GroupId>,
}

impl About {
    fn find(reader: Reader<'_>, asked: &str) -> Result<Self> {
        let mut names = vec![asked.to_owned()];
        let account = reader.account_by_name(asked)?;
        if let Some(account) = &account {
            names.push(account.code.to_string());
            names.extend(account.uid.iter().map(ToString::to_string));
        }
        let group = reader.group_by_code(asked)?.map(|group| group.id);
        Ok(Self { names, account: account.map(|account| account.id), group })
    }

    fn concerns(&self, operation: &LoggedOperation) -> std::result::Result<bool, StoreError> {
        let is_owner = |owner: Owner| match owner {
            Owner::Agent => false,
            Owner::Group(group) => Some(group) == self.group,
            Owner::Account(account) => Some(account) == self.account,
        };
        let is_account = |account: &AccountId| Some(*account) == self.account;
        let is_name = |text: &str| self.names.iter().any(|name| name == text);
        let names = |change: &LoggedChange| is_name(&change.key) || change.key.split('/').any(is_name);
        let posts = |entry: &EntryContent| {
            entry.account.as_ref().is_some_and(is_account)
                || entry.recipient.as_ref().is_some_and(is_account)
                || entry.group.is_some() && entry.group == self.group
                || entry.postings.iter().any(|posting| is_owner(posting.owner))
        };
        Ok(operation.changes.iter().any(names)
            || operation.entries.iter().any(|(_, entry)| posts(entry))
            || operation.orders.iter().any(|(order, account)| is_account(account) || is_name(&order.to_string()))
            || operation.charges.iter().any(is_account)
            || typed(&operation.head.arguments)?.values().any(|value| is_name(value)))
    }
}

/// When an operation was recorded, in the book's time zone.
pub(super) fn in_zone(recorded_at: &str) -> Result<DateTime<FixedOffset>> {
    let time = DateTime::parse_from_rfc3339(recorded_at);
    let time = time.map_err(|e| StoreError::Damaged(format!("an operation was recorded at {recorded_at:?}: {e}")))?;
    Ok(time.with_timezone(&book_zone()))
}

/// The moment at which a day begins, as operations are recorded.
pub(super) fn beginning_of(day: NaiveDate) -> String {
    let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(book_zone()).single().expect("UTC+8 skips no hour");
    midnight.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The moment at which a day is over; none of the last one that there is.
pub(super) fn end_of(day: NaiveDate) -> Option<String> {
    day.checked_add_days(Days::new(1)).map(beginning_of)
}

fn audited(reader: Reader<'_>, operation: LoggedOperation) -> Result<AuditedOperation> {
    let owners: BTreeSet<Owner> =
        operation.entries.iter().flat_map(|(_, entry)| &entry.postings).map(|posting| posting.owner).collect();
    let head = operation.head;
    Ok(AuditedOperation {
        id: head.id,
        time: in_zone(&head.recorded_at)?,
        operator: head.operator,
        os_uid: head.os_uid,
        command: head.command,
        typed: typed(&head.arguments)?,
        key: head.key,
        result: head.result,
        changes: operation.changes.into_iter().map(changed).collect(),
        entries: operation.entries,
        owners: owners.into_iter().map(|owner| Ok((owner, owner_name(reader, owner)?))).collect::<Result<_>>()?,
        orders: operation.orders.into_iter().map(|(order, _)| order).collect(),
        charges: operation.charges.len(),
        hash: head.hash,
    })
}

/// What was typed, by argument, personal numbers masked.
pub fn typed(arguments: &str) -> std::result::Result<BTreeMap<String, String>, StoreError> {
    let typed = serde_json::from_str(arguments);
    Ok(all_shown(&typed.map_err(|e| StoreError::Damaged(format!("what was typed is {arguments:?}: {e}")))?))
}

/// What differs between the row before and the row after.
fn changed(change: LoggedChange) -> Change {
    let LoggedChange { noun, key, before, after } = change;
    let is_new = before.is_none();
    let (before, after) = (before.map(|row| fields_of(&row)).unwrap_or_default(), fields_of(&after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = |name: &&&String| before.get(**name) != after.get(**name);
    let text = |row: &BTreeMap<String, Value>, name: &String| {
        row.get(name).filter(|value| !value.is_null()).map(|value| shown(&hidden(name, value.clone())))
    };
    let fields = names
        .iter()
        .filter(differs)
        .map(|name| FieldChange { field: (*name).clone(), before: text(&before, name), after: text(&after, name) })
        .collect();
    Change { noun, key, is_new, fields }
}

/// The fields of a row; a row that is one value has one field, `value`.
fn fields_of(row: &str) -> BTreeMap<String, Value> {
    match serde_json::from_str(row) {
        Ok(Value::Object(members)) => members.into_iter().collect(),
        Ok(value) => BTreeMap::from([("value".to_owned(), value)]),
        Err(_) => BTreeMap::from([("value".to_owned(), Value::from(row))]),
    }
}

/// The same value with personal numbers masked.
fn hidden(name: &str, value: Value) -> Value {
    match value {
        Value::String(text) if is_personal(name) => Value::String(masked(&text)),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), hidden(&name, value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| hidden(name, value)).collect()),
        value => value,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_tells_what_differs_and_masks_personal_numbers() {
        let of = |before: Option<&str>, after: &str| {
            let (before, after) = (before.map(str::to_owned), after.to_owned());
            let change = changed(LoggedChange { noun: "account".to_owned(), key: "acme-prod".to_owned(), before, after });
            let shown = change.fields.iter().map(|field| {
                format!("{}: {} -> {}", field.field, field.before.as_deref().unwrap_or("-"), field.after.as_deref().unwrap_or("-"))
            });
            shown.collect::<Vec<_>>().join(", ")
        };
        let before = r#"{"state":"active","mobile":"13800000001","limit":[1,2],"title":{"phone":"0571-88880000"}}"#;
        assert_eq!(of(Some(before), &before.replace("active", "frozen")), "state: active -> frozen");
        assert_eq!(of(Some(before), &before.replace("13800000001", "13900000002")), "mobile: 138****0001 -> 139****0002");
        assert_eq!(of(Some(before), &before.replace("[1,2]", "null")), "limit: [1,2] -> -");
        let phone = r#"title: {"phone":"057******0000"} -> {"phone":"057******0000"}"#;
        assert_eq!(of(Some(before), &before.replace("0571", "0572")), phone, "that it changed is told, and not to what");
        assert_eq!(of(None, r#""closed""#), "value: - -> closed");
        assert_eq!(of(Some(before), before), "");
    }
}
