//! The audit log as people and programs see it.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, SecondsFormat};

use super::document::{Column, Document, Field, Table, Value};
use crate::book::audit::{AuditedOperation, Change, Head};
use crate::domain::audit::beginning;
use crate::domain::chain::hex;
use crate::domain::chart::Owner;
use crate::domain::journal::EntryContent;

/// How much of what was typed a line of the log shows to people; `audit show` shows all of it.
const SEEN: usize = 120;

/// What was typed, as one line: `amount=5000 group=acme`.
pub fn typed(typed: &BTreeMap<String, String>) -> Value {
    in_one_line(typed).into()
}

fn in_one_line(typed: &BTreeMap<String, String>) -> String {
    let words: Vec<String> = typed.iter().map(|(name, value)| format!("{name}={value}")).collect();
    words.join(" ")
}

/// The lines of entries, each with the number of its entry.
pub fn postings<'e>(
    title: &str,
    entries: impl IntoIterator<Item = (i64, &'e EntryContent)>,
    owners: &BTreeMap<Owner, String>,
) -> Table {
    let mut table = Table::new("postings")
        .title(title)
        .column_right("entry", "Entry")
        .column("event", "Event")
        .column("date", "Date")
        .column("ledger_account", "Ledger account")
        .column("owner", "Owner")
        .column("currency", "Currency")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit");
    for (number, entry) in entries {
        for posting in &entry.postings {
            let currency = posting.amount.currency;
            let is_credit = posting.amount.amount.is_negative();
            let amount = Value::Amount(posting.amount.amount.display(currency).trim_start_matches('-').to_owned());
            let (debit, credit) = if is_credit { (Value::Null, amount) } else { (amount, Value::Null) };
            table.push([
                number.to_string().into(),
                Value::term(entry.event.as_str()),
                entry.effective.into(),
                Value::term(posting.code.as_str()),
                owners.get(&posting.owner).map(String::as_str).into(),
                currency.into(),
                debit,
                credit,
            ]);
        }
    }
    table
}

fn time(time: &DateTime<FixedOffset>) -> Value {
    time.to_rfc3339_opts(SecondsFormat::Secs, false).into()
}

/// What an operation did, in a few words: `account acme-prod: state; entry 7 deposit`.
fn summary(operation: &AuditedOperation) -> String {
    const SHOWN: usize = 3;
    let change = |change: &Change| {
        let fields: Vec<&str> = change.fields.iter().map(|field| field.field.as_str()).collect();
        let what = if change.is_new { "new".to_owned() } else { fields.join(", ") };
        format!("{} {}: {what}", change.noun, change.key)
    };
    let mut told: Vec<String> = operation.changes.iter().map(change).collect();
    told.extend(operation.orders.iter().map(|order| format!("order {order}")));
    told.extend(operation.entries.iter().map(|(id, entry)| format!("entry {} {}", id.0, entry.event)));
    let left = told.len().saturating_sub(SHOWN);
    told.truncate(SHOWN);
    if left > 0 {
        told.push(format!("and {left} more"));
    }
    told.join("; ")
}

/// Changes for programs: one object for each field.
fn changes(operation: &AuditedOperation) -> Value {
    let fields = operation.changes.iter().flat_map(|change| {
        change.fields.iter().map(|field| {
            Value::object([
                ("noun", Value::from(change.noun.as_str())),
                ("key", change.key.as_str().into()),
                ("field", field.field.as_str().into()),
                ("before", field.before.as_deref().into()),
                ("after", field.after.as_deref().into()),
            ])
        })
    });
    Value::List(fields.collect())
}

fn entries(operation: &AuditedOperation) -> Value {
    Value::List(operation.entries.iter().map(|(id, _)| id.0.to_string().into()).collect())
}

/// Operations, one a row.
pub fn log(operations: &[AuditedOperation]) -> Document {
    let mut table = Table::new("rows")
        .column_right("operation", "No.")
        .column("time", "Time")
        .column("operator", "Operator")
        .column_right("uid", "OS user")
        .column("command", "Command")
        .with(Column::left("typed", "Typed").machine_only())
        .with(Column::left("typed_seen", "Typed").people_only())
        .column("result", "Result")
        .with(Column::left("summary", "What it did").people_only())
        .with(Column::left("changes", "Changes").machine_only())
        .with(Column::left("orders", "Orders").machine_only())
        .with(Column::left("entries", "Entries").machine_only())
        .with(Column::left("key", "Key").machine_only())
        .with(Column::left("hash", "Hash").machine_only())
        .when_empty("no operation fits");
    for operation in operations {
        let orders = operation.orders.iter().map(Value::text).collect();
        table.push([
            operation.id.0.to_string().into(),
            time(&operation.time),
            operation.operator.as_str().into(),
            operation.os_uid.into(),
            operation.command.as_str().into(),
            typed(&operation.typed),
            beginning(&in_one_line(&operation.typed), SEEN).into(),
            Value::term(operation.result.as_str()),
            summary(operation).into(),
            changes(operation),
            Value::List(orders),
            entries(operation),
            operation.key.as_deref().into(),
            hex(&operation.hash).into(),
        ]);
    }
    Document::new("audit-log").table(table)
}

/// One operation, with every field that it changed and every line that it posted.
pub fn show(operation: &AuditedOperation) -> Document {
    let mut table = Table::new("changes")
        .title("What it changed")
        .column("noun", "What")
        .column("key", "Which")
        .column("field", "Field")
        .column("before", "Before")
        .column("after", "After");
    for change in &operation.changes {
        for field in &change.fields {
            table.push([
                change.noun.as_str().into(),
                change.key.as_str().into(),
                field.field.as_str().into(),
                field.before.as_deref().into(),
                field.after.as_deref().into(),
            ]);
        }
    }
    let table = if table.is_empty() { table.machine_only() } else { table };
    let posted = operation.entries.iter().map(|(id, entry)| (id.0, entry));
    let posted = postings("What it posted", posted, &operation.owners);
    let posted = if posted.is_empty() { posted.machine_only() } else { posted };
    Document::new("audit-show")
        .field("operation", "Operation", operation.id.0.to_string())
        .field("time", "Time", time(&operation.time))
        .field("operator", "Operator", operation.operator.as_str())
        .field("uid", "OS user", operation.os_uid)
        .field("command", "Command", operation.command.as_str())
        .field("typed", "Typed", typed(&operation.typed))
        .field("result", "Result", Value::term(operation.result.as_str()))
        .with(Field::new("key", "Key", operation.key.as_deref()).seen_if_any())
        .field("orders", "Orders", operation.orders.len())
        .field("charges", "Charges", operation.charges)
        .field("hash", "Hash", hex(&operation.hash))
        .table(table)
        .table(posted)
}

/// The head of the log.
pub fn head(head: &Head) -> Document {
    Document::new("audit-head")
        .field("operation", "Operation", head.operation.0.to_string())
        .field("time", "Recorded", head.time.as_ref().map(time))
        .field("hash", "Hash", hex(&head.hash))
}
