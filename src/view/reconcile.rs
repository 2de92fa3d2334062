//! Reconciliations, bridges and differences as people and programs see them.

use super::document::{Document, Table, Value};
use super::price::exact;
use crate::book::reconcile::Reconciled;
use crate::domain::difference::Difference;
use crate::domain::money::Overflow;

/// A reconciliation: one line on top, then the bridge, then what does not agree.
pub fn reconciled(schema: &str, outcome: &Reconciled) -> Result<Document, Overflow> {
    let (bridge, currency) = (&outcome.bridge, outcome.currency);
    Ok(Document::new(schema)
        .field("period", "Period", outcome.period)
        .field("version", "Bill version", outcome.version)
        .field("currency", "Currency", currency)
        .field("recorded", "Recorded", exact(bridge.recorded, currency))
        .field("billed", "Billed", exact(bridge.billed, currency))
        .field("difference", "Difference", exact(bridge.difference()?, currency))
        .field("explained", "Explained", exact(bridge.explained()?, currency))
        .field("unexplained", "Unexplained", exact(bridge.unexplained()?, currency))
        .field("matched", "Orders matched", outcome.matched)
        .field("usage_lines", "Usage lines", outcome.usage_lines)
        .table(bridge_table(outcome).title("Bridge from recorded to billed"))
        .table(differences_table("differences", &outcome.differences)?.title("Differences")))
}

/// The bridge's classes.
pub fn bridge_table(outcome: &Reconciled) -> Table {
    Table::new("classes")
        .keyed()
        .column("class", "Class")
        .column_right("count", "Count")
        .column_right("amount", "Amount")
        .when_empty("nothing on either side")
        .rows(
            outcome
                .bridge
                .classes
                .iter()
                .map(|(class, total)| [Value::from(class.as_str()), total.count.into(), exact(total.amount, outcome.currency)]),
        )
}

/// The bridge as a file of its own: recorded, every class, billed.
pub fn bridge_file(outcome: &Reconciled) -> Result<Table, Overflow> {
    let (bridge, currency) = (&outcome.bridge, outcome.currency);
    let mut table = Table::new("rows").column("line", "Line").column_right("count", "Count").column_right("amount", "Amount");
    table.push([Value::from("recorded"), Value::Null, exact(bridge.recorded, currency)]);
    for (class, total) in &bridge.classes {
        table.push([Value::from(class.as_str()), total.count.into(), exact(total.amount, currency)]);
    }
    table.push([Value::from("unexplained"), Value::Null, exact(bridge.unexplained()?, currency)]);
    table.push([Value::from("billed"), Value::Null, exact(bridge.billed, currency)]);
    Ok(table)
}

/// Differences.
pub fn differences(differences: &[Difference]) -> Result<Document, Overflow> {
    Ok(Document::new("difference-list").table(differences_table("rows", differences)?))
}

/// Differences as a table.
pub fn differences_table(key: &'static str, differences: &[Difference]) -> Result<Table, Overflow> {
    let mut table = Table::new(key)
        .column("id", "Id")
        .column("period", "Period")
        .column("kind", "Kind")
        .column("account", "Account")
        .column("provider_order", "Provider order")
        .column("currency", "Currency")
        .column_right("recorded", "Recorded")
        .column_right("billed", "Billed")
        .column_right("difference", "Difference")
        .column("state", "State")
        .column("detail", "Detail");
    for difference in differences {
        let show = |amount| exact(amount, difference.currency);
        table.push([
            difference.id.as_str().into(),
            difference.period.into(),
            difference.kind.as_str().into(),
            difference.account.as_str().into(),
            difference.provider_order.as_str().into(),
            difference.currency.into(),
            show(difference.recorded),
            show(difference.billed),
            show(difference.difference()?),
            difference.state.as_str().into(),
            difference.detail.as_str().into(),
        ]);
    }
    Ok(table)
}
