//! The pre-flight of a release as people and programs see it.

use super::document::{Document, Table, Value};
use crate::book::account::ReleasePreflight;
use crate::domain::account::life::{ReleaseBlocker, ReleaseCondition};
use crate::domain::association::Finding;
use crate::domain::code::Code;
use crate::domain::plural;

/// What stands in the way of a release, and the command that helps.
pub fn blocker(account: &Code, blocker: &ReleaseBlocker) -> String {
    match blocker {
        ReleaseBlocker::State(state) => {
            format!("it is {state}, not active or frozen: `subledger account history {account}`")
        }
        ReleaseBlocker::Arrears(money) => format!("arrears of {money}: `subledger account show {account}`"),
        ReleaseBlocker::Owed(money) => format!("it owes {money}: `subledger settlement receive GROUP AMOUNT --account {account}`"),
        ReleaseBlocker::Unspent(money) => format!("{money} is unspent: `subledger fund reclaim {account} AMOUNT`"),
        ReleaseBlocker::PendingUsage(money) => {
            format!("usage of {money} is not charged yet: it is when its month closes, `subledger period list`")
        }
        ReleaseBlocker::OpenOrders(count) => format!(
            "{} for the provider's bill: `subledger order list --account {account}`",
            plural(*count, "order waits", "orders wait")
        ),
    }
}

fn holds(condition: ReleaseCondition) -> &'static str {
    match condition {
        ReleaseCondition::State => "it is active or frozen",
        ReleaseCondition::NoArrears => "it is within what it was given or lent",
        ReleaseCondition::NothingOwed => "it owes nothing",
        ReleaseCondition::NothingUnspent => "nothing is left in it",
        ReleaseCondition::NoPendingUsage => "all its usage is charged",
        ReleaseCondition::NoOpenOrders => "closed months have had all of its orders",
    }
}

/// Every condition of a release with what is known of it.
pub fn preflight(preflight: &ReleasePreflight) -> Document {
    let account = &preflight.account;
    let mut table = Table::new("rows").column("condition", "Condition").column("finding", "Finding").column("evidence", "Why");
    for condition in ReleaseCondition::ALL {
        let found = preflight.blockers.iter().find(|found| found.condition() == *condition);
        let (finding, why) = match found {
            None => (Finding::Pass, holds(*condition).to_owned()),
            Some(found) => (Finding::Fail, blocker(&account.code, found)),
        };
        table.push([Value::term(condition.as_str()), Value::term(finding.as_str()), why.into()]);
    }
    Document::new("account-preflight")
        .field("account", "Account", &account.code)
        .field("ok", "Ready", preflight.blockers.is_empty())
        .table(table)
}
