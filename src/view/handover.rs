//! Hand-overs as people and programs see them.

use super::document::{Column, Document, Field, Table, Value};
use crate::book::handover::{HandoverView, HandoversOpened, StepsChanged};
use crate::domain::code::Name;
use crate::domain::handover::{Handover, HandoverStep, TickAct};

fn words(steps: &[HandoverStep]) -> Value {
    Value::List(steps.iter().map(|step| Value::term(step.as_str())).collect())
}

fn text(name: Option<&Name>) -> Value {
    name.map(ToString::to_string).into()
}

fn not_needed(handover: &Handover) -> Value {
    text(handover.closing.as_ref().and_then(|closing| closing.not_needed.as_ref()))
}

/// One case: its particulars, and its steps.
fn one(schema: &str, view: &HandoverView) -> Document {
    let (case, handover) = (&view.case, &view.case.handover);
    let closing = handover.closing.as_ref();
    let document = Document::new(schema)
        .field("case", "Hand-over", handover.id.to_string())
        .field("account", "Account", &view.account)
        .field("group", "Group", &view.group)
        .field("holder", "Who leaves", &handover.leaver)
        .field("holder_now", "Holder by now", text(view.holder_now.as_ref()))
        .field("reason", "Reason", Value::term(handover.reason.as_str()))
        .with(Field::new("note", "Note", text(handover.note.as_ref())).seen_if_any())
        .field("opened", "Opened", handover.opened)
        .field("opened_by", "Opened by", handover.opened_by.as_str())
        .field("deadline", "To be done by", handover.deadline)
        .field("age", "Days open", handover.age(view.day))
        .with(Field::new("days_left", "Days left", handover.days_left(view.day)).seen_if_any())
        .field("steps_done", "Steps done", case.done().len())
        .field("steps_missing", "Not done", words(&case.missing()))
        .field("state", "State", Value::term(handover.state().as_str()))
        .with(Field::new("closed", "Closed", closing.map(|closing| closing.day)).seen_if_any())
        .with(Field::new("closed_by", "Closed by", closing.map(|closing| closing.by.as_str())).seen_if_any())
        .with(Field::new("not_needed", "Not needed because", not_needed(handover)).seen_if_any());
    document.table(steps(view)).table(taken_back(view))
}

/// Each step, with the tick that holds.
fn steps(view: &HandoverView) -> Table {
    let table = Table::new("steps").title("Steps").column("step", "Step").column("day", "Done");
    let rows = HandoverStep::ALL.iter().map(|step| {
        let tick = view.case.tick_of(*step);
        [
            Value::term(step.as_str()),
            tick.map(|tick| tick.day).into(),
            tick.map(|tick| tick.operator.as_str()).into(),
            text(tick.and_then(|tick| tick.note.as_ref())),
        ]
    });
    table.column("operator", "By").column("note", "Note").rows(rows)
}

/// Ticks that do not hold any more; people see them only if there are any.
fn taken_back(view: &HandoverView) -> Table {
    let table = Table::new("taken_back")
        .title("Taken back")
        .column("step", "Step")
        .column("ticked", "Ticked")
        .column("ticked_by", "By")
        .column("day", "Taken back")
        .column("operator", "By")
        .column("note", "Note");
    let rows = view.case.taken_back().into_iter().map(|(ticked, back)| {
        [
            Value::term(back.step.as_str()),
            ticked.day.into(),
            ticked.operator.as_str().into(),
            back.day.into(),
            back.operator.as_str().into(),
            text(back.note.as_ref()),
        ]
    });
    let table = table.rows(rows);
    if table.is_empty() { table.machine_only() } else { table }
}

/// One case.
pub fn show(view: &HandoverView) -> Document {
    one("handover-show", view)
}

/// A case that was closed.
pub fn closed(view: &HandoverView) -> Document {
    one("handover-close", view)
}

/// A case after steps were ticked or taken back.
pub fn stepped(outcome: &StepsChanged) -> Document {
    one("handover-step", &outcome.view)
        .machine_field("act", outcome.act.as_str())
        .machine_field("unchanged", words(&outcome.unchanged))
}

/// The cases that were opened.
pub fn opened(outcome: &HandoversOpened) -> Document {
    Document::new("handover-open").field("holder", "Who leaves", &outcome.holder).table(table(&outcome.opened))
}

/// Cases, as they were asked for.
pub fn list(views: &[HandoverView]) -> Document {
    Document::new("handover-list").table(table(views).when_empty("nothing is being handed over"))
}

fn table(views: &[HandoverView]) -> Table {
    let mut table = Table::new("rows")
        .column("case", "Hand-over")
        .column("account", "Account")
        .column("group", "Group")
        .column("holder", "Who leaves")
        .with(Column::left("reason", "Reason").machine_only())
        .column("opened", "Opened")
        .with(Column::left("opened_by", "Opened by").machine_only())
        .column("deadline", "To be done by")
        .with(Column::right("age", "Days open").machine_only())
        .column_right("days_left", "Days left")
        .column_right("steps_done", "Steps done")
        .column("steps_missing", "Not done")
        .column("state", "State")
        .with(Column::left("closed", "Closed").machine_only())
        .column("closed_by", "Closed by")
        .with(Column::left("not_needed", "Not needed because").machine_only());
    for HandoverView { case, account, group, day, .. } in views {
        let handover = &case.handover;
        let closing = handover.closing.as_ref();
        table.push([
            Value::text(&handover.id),
            account.into(),
            group.into(),
            (&handover.leaver).into(),
            Value::term(handover.reason.as_str()),
            handover.opened.into(),
            handover.opened_by.as_str().into(),
            handover.deadline.into(),
            handover.age(*day).into(),
            handover.days_left(*day).into(),
            case.done().len().into(),
            words(&case.missing()),
            Value::term(handover.state().as_str()),
            closing.map(|closing| closing.day).into(),
            closing.map(|closing| closing.by.as_str()).into(),
            not_needed(handover),
        ]);
    }
    table
}

/// How many are open, and which of them are late: `3 open, 1 overdue: h-1 of acme-prod`.
pub fn summary(open: &[HandoverView]) -> String {
    let late: Vec<String> =
        open.iter().filter(|view| view.is_overdue()).map(|view| format!("{} of {}", view.case.handover.id, view.account)).collect();
    let overdue = if late.is_empty() { String::new() } else { format!(", {} overdue: {}", late.len(), late.join(", ")) };
    format!("{} open{overdue}; `subledger handover list`", open.len())
}

/// What to say of steps that were so already.
pub fn unchanged(outcome: &StepsChanged) -> Option<String> {
    let steps: Vec<&str> = outcome.unchanged.iter().map(|step| step.as_str()).collect();
    let was = if steps.len() == 1 { "was" } else { "were" };
    let so = match outcome.act {
        TickAct::Ticked => "ticked before",
        TickAct::TakenBack => "not ticked",
    };
    (!steps.is_empty()).then(|| format!("{} {was} {so}: nothing was changed there", steps.join(", ")))
}
