//! Policies as people and programs see them.

use super::document::{Document, Table};
use crate::book::policy::PolicySet;
use crate::domain::policy::{Policy, PolicyName};

/// A policy that was set.
pub fn set(outcome: &PolicySet) -> Document {
    Document::new("policy-set").field("name", "Policy", outcome.name.as_str()).field("before", "Before", &outcome.before).field(
        "value",
        "Value",
        &outcome.value,
    )
}

/// Every policy.
pub fn list(policy: &Policy) -> Document {
    let usual = Policy::default();
    let rows = PolicyName::ALL
        .iter()
        .map(|name| [name.as_str().into(), policy.value(*name).into(), usual.value(*name).into(), name.meaning().into()]);
    let table = Table::new("rows")
        .column("name", "Policy")
        .column("value", "Value")
        .column("usual", "Usually")
        .column("meaning", "What for");
    Document::new("policy-list").table(table.rows(rows))
}
