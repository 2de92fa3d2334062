//! The pre-flight of an association as people and programs see it.

use super::document::{Document, Table, Value};
use crate::book::association::Preflight;
use crate::domain::association::{CheckedCondition, Evidence};

fn told(evidence: &Evidence) -> String {
    match evidence {
        Evidence::UidUnused => "no account of this book has it".to_owned(),
        Evidence::UsedBy(account) => format!("it is the account {account}"),
        Evidence::UsedByAgent => "it is the agent's own".to_owned(),
        Evidence::Owner(entity) => format!("{entity} is in the book"),
        Evidence::OwnerIsAgent(entity) => format!("{entity} is the agent itself"),
        Evidence::OwnerNotNamed => "name the real-name owner: --entity CODE".to_owned(),
        Evidence::VouchedFor => "vouched for".to_owned(),
        Evidence::ToBeVouchedFor(attestation) => {
            format!("look at the provider's console, then vouch for it: --attest {attestation}")
        }
    }
}

/// Every condition with what is known of it.
pub fn preflight(preflight: &Preflight) -> Document {
    let mut table = Table::new("rows").column("condition", "Condition").column("finding", "Finding").column("evidence", "Why");
    for CheckedCondition { condition, finding, evidence } in &preflight.conditions {
        table.push([Value::term(condition.as_str()), Value::term(finding.as_str()), told(evidence).into()]);
    }
    Document::new("account-preflight")
        .field("uid", "UID", preflight.uid.to_string())
        .field("ok", "Ready", preflight.is_ready())
        .table(table)
}
