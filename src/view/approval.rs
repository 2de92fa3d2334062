//! Requests that wait for a second person, as people and programs see them.

use super::document::{Document, Field, Table, Value};
use crate::book::approval::RequestView;
use crate::domain::approval::{ApprovalState, Verdict};

/// One request: what was asked for and what it will post.
pub fn one(schema: &str, view: &RequestView) -> Document {
    let request = &view.request;
    let decision = request.decision.as_ref();
    let posted = decision
        .filter(|decision| decision.verdict == Verdict::Approved)
        .map(|decision| Value::List(decision.entries.iter().map(|entry| entry.0.to_string().into()).collect()));
    let title = match request.state(view.today) {
        ApprovalState::Pending => "What it will post",
        ApprovalState::Approved => "What it has posted",
        ApprovalState::Rejected | ApprovalState::Withdrawn | ApprovalState::Expired => "What it would have posted",
    };
    let mut effects =
        Table::new("effects").title("What it does beside").column("what", "To what").column("becomes", "What becomes of it");
    for effect in &request.effects {
        effects.push([effect.what.as_str().into(), effect.becomes.as_str().into()]);
    }
    let effects = if effects.is_empty() { effects.machine_only() } else { effects };
    // Numbers of their own, until the journal has given them theirs.
    let given = decision.map(|decision| decision.entries.iter().map(|entry| entry.0).collect::<Vec<_>>()).unwrap_or_default();
    let entries = request.entries.iter().enumerate().map(|(place, entry)| {
        let number = given.get(place).copied().unwrap_or_else(|| i64::try_from(place).map_or(i64::MAX, |place| place + 1));
        (number, entry)
    });
    let table = super::audit::postings(title, entries, &view.owners).when_empty("it posts nothing");
    let excess = &request.excess;
    Document::new(schema)
        .field("request", "Request", request.id.to_string())
        .field("command", "Command", request.command.as_str())
        .field("typed", "Typed", super::audit::typed(&view.typed))
        .field("currency", "Currency", excess.amount.currency)
        .amount("amount", "Amount", excess.amount.amount, excess.amount.currency)
        .field("limit", "Goes through up to", excess.limit.to_string())
        .field("requested_by", "Asked for by", request.requester.as_str())
        .field("requested", "Asked on", request.requested)
        .field("expires", "Waits until", request.expires)
        .field("state", "State", Value::term(request.state(view.today).as_str()))
        .with(Field::new("decided_by", "Decided by", decision.map(|decision| decision.by.as_str())).seen_if_any())
        .with(Field::new("decided", "Decided on", decision.map(|decision| decision.day)).seen_if_any())
        .with(Field::new("note", "Because", decision.and_then(|decision| decision.note.as_ref())).seen_if_any())
        .with(Field::new("entries", "Entries", posted).seen_if_any())
        .table(table)
        .table(effects)
}

/// Requests, one a row.
pub fn list(views: &[RequestView]) -> Document {
    let mut table = Table::new("rows")
        .column("request", "Request")
        .column("command", "Command")
        .column("typed", "Typed")
        .column("currency", "Currency")
        .column_right("amount", "Amount")
        .column("requested_by", "Asked for by")
        .column("requested", "On")
        .column("expires", "Waits until")
        .column("state", "State")
        .column("decided_by", "Decided by")
        .when_empty("nothing waits for a second person; `subledger approval list --all` shows what was decided");
    for RequestView { request, typed, today, .. } in views {
        let excess = &request.excess;
        table.push([
            request.id.to_string().into(),
            request.command.as_str().into(),
            super::audit::typed(typed),
            excess.amount.currency.into(),
            Value::amount(excess.amount.amount, excess.amount.currency),
            request.requester.as_str().into(),
            request.requested.into(),
            request.expires.into(),
            Value::term(request.state(*today).as_str()),
            request.decision.as_ref().map(|decision| decision.by.as_str()).into(),
        ]);
    }
    Document::new("approval-list").table(table)
}
