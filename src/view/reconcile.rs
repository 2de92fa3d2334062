//! Reconciliations, bridges and differences as people and programs see them.

use super::document::{Document, Field, Table, Value};
use super::price::exact;
use crate::book::reconcile::Reconciled;
use crate::domain::money::Overflow;
use crate::domain::plural;
use crate::domain::usage_check::UsageWarning;

/// A reconciliation: one line on top, then the bridge, then what does not agree.
pub fn reconciled(schema: &str, outcome: &Reconciled) -> Result<Document, Overflow> {
    document(schema, outcome, super::difference::table("differences", &outcome.differences)?)
}

/// The same of a month that may have hundreds of thousands of differences: each goes as soon as it is described.
pub fn reconciled_at_last(schema: &str, mut outcome: Reconciled) -> Result<Document, Overflow> {
    let differences = std::mem::take(&mut outcome.differences);
    document(schema, &outcome, super::difference::table("differences", differences)?)
}

fn document(schema: &str, outcome: &Reconciled, differences: Table) -> Result<Document, Overflow> {
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
        .with(still_carried(outcome))
        .table(bridge_table(outcome).title("Bridge from recorded to billed"))
        .table(differences.title("Differences"))
        .table(warnings(outcome)))
}

/// What earlier months have carried and this bill has not either; people see nothing where there is none.
fn still_carried(outcome: &Reconciled) -> Field {
    let (count, amount) = outcome.still_carried;
    let value = Value::object([("count", Value::from(count)), ("amount", exact(amount, outcome.currency))]);
    let field = Field::new("still_carried", "Carried and still not billed", value);
    if count == 0 { field.machine_only() } else { field }
}

/// What of the usage deserves a look; people see nothing where nothing does.
fn warnings(outcome: &Reconciled) -> Table {
    let show = |amount| exact(amount, outcome.currency);
    let table = Table::new("warnings")
        .title("Usage that deserves a look")
        .column("account", "Account")
        .column("warning", "Warning")
        .column_right("list", "At list price")
        .column_right("usual", "Usual month")
        .column("detail", "Detail")
        .rows(outcome.warnings.iter().map(|warning| match warning {
            UsageWarning::Jump { account, list, usual, months } => [
                Value::from(account.as_str()),
                "jump".into(),
                show(*list),
                show(*usual),
                format!("far above the average of {}", plural(u64::from(*months), "month", "months")).into(),
            ],
            UsageWarning::NotInUse { account, state, list } => [
                Value::from(account.as_str()),
                "not-in-use".into(),
                show(*list),
                Value::Null,
                format!("the account is {state}").into(),
            ],
        }));
    if outcome.warnings.is_empty() { table.machine_only() } else { table }
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
