//! Rebalancing plans as people and programs see them.

use super::document::{Column, Document, Table, Value};
use crate::book::plan::{FundPlan, PlanApplied};
use crate::domain::plan::PlannedMove;
use crate::domain::plural;

fn cells(planned: &PlannedMove) -> [Value; 7] {
    let amount = |amount| Value::amount(amount, planned.currency);
    [
        planned.kind.as_str().into(),
        (&planned.group).into(),
        (&planned.account).into(),
        amount(planned.amount),
        planned.currency.into(),
        amount(planned.before),
        amount(planned.after),
    ]
}

fn table() -> Table {
    Table::new("rows")
        .column("move", "Move")
        .column("group", "Group")
        .column("account", "Account")
        .column_right("amount", "Amount")
        .column("currency", "Currency")
        .column_right("before", "Funds before")
        .column_right("after", "Funds after")
}

/// A plan: one table, so that its CSV is the plan, with the hashes that it is known by on every row.
pub fn plan(outcome: &FundPlan) -> Document {
    let hash = outcome.plan.hash();
    let days = plural(outcome.days.into(), "day", "days");
    let sentence = if outcome.notices.is_empty() {
        format!("nothing to move: every prepaid account lasts {days}")
    } else {
        "nothing to move: there is no money to give".to_owned()
    };
    let mut table = table()
        .with(Column::left("book", "Book").machine_only())
        .with(Column::left("plan", "Plan").machine_only())
        .when_empty(sentence);
    for planned in &outcome.plan.moves {
        let hashes = [Value::from(&outcome.plan.book), Value::from(&hash)];
        table.push(cells(planned).into_iter().chain(hashes));
    }
    Document::new("fund-plan").machine_field("days", outcome.days).table(table)
}

/// A plan that was applied.
pub fn applied(outcome: &PlanApplied) -> Document {
    let mut table = table().column("entry", "Entry").when_empty("nothing to move");
    for moved in &outcome.moves {
        table.push(cells(&moved.planned).into_iter().chain([moved.entry.0.to_string().into()]));
    }
    Document::new("fund-apply").field("plan", "Plan", outcome.plan.clone()).field("date", "Date", outcome.date).table(table)
}
