//! The agent as people and programs see it.

use super::document::Document;
use crate::book::agent::{AgentView, Initialised};
use crate::book::status::StatusView;

/// A new book.
pub fn initialised(outcome: &Initialised, path: &str) -> Document {
    let agent = &outcome.agent;
    Document::new("init")
        .field("book", "Book", path)
        .field("agent", "Agent", &agent.name)
        .field("credential", "Credential", agent.credential.to_string())
        .field("provider", "Provider", agent.provider.as_str())
        .field("currency", "Currency", agent.currency)
        .field("uid", "UID", agent.uid.as_ref().map(ToString::to_string))
        .field("operator", "First operator", outcome.operator.name.as_str())
}

/// The book's owner.
pub fn agent(schema: &str, view: &AgentView) -> Document {
    let agent = &view.agent;
    Document::new(schema)
        .field("agent", "Agent", &agent.name)
        .field("credential", "Credential", agent.credential.to_string())
        .field("provider", "Provider", agent.provider.as_str())
        .field("currency", "Currency", agent.currency)
        .field("uid", "UID", agent.uid.as_ref().map(ToString::to_string))
        .field("levels", "Levels above it", view.levels.map(u32::from))
}

/// The book at a glance.
pub fn status(view: &StatusView, path: &str, because: &str, operator: &str) -> Document {
    let overdue: Vec<String> =
        view.handovers.iter().filter(|one| one.is_overdue()).map(|one| one.case.handover.id.to_string()).collect();
    let document = Document::new("status")
        .field("book", "Book", path)
        .field("book_from", "Chosen by", because)
        .field("agent", "Agent", &view.agent.name)
        .field("provider", "Provider", view.agent.provider.as_str())
        .field("operator", "You are", operator)
        .field("groups", "Groups", view.groups)
        .field("accounts", "Accounts", view.accounts)
        .field("operations", "Operations", view.operations)
        .people_field("Alerts", super::alert::summary(&view.alerts))
        .machine_field("open_alerts", super::alert::open(&view.alerts).count());
    let document = if view.handovers.is_empty() {
        document
    } else {
        document.people_field("Hand-overs", super::handover::summary(&view.handovers))
    };
    let document = if view.pending_approvals.is_empty() {
        document
    } else {
        let waiting: Vec<String> = view.pending_approvals.iter().map(ToString::to_string).collect();
        document.people_field("Approvals", format!("{} wait for a second person: {}", waiting.len(), waiting.join(", ")))
    };
    document
        .machine_field("pending_approvals", view.pending_approvals.len())
        .machine_field("open_handovers", view.handovers.len())
        .machine_field("overdue_handovers", overdue)
        .field("closed_through", "Closed through", view.closed_through)
        .table(super::period::table(&view.open_periods, "rows").title("Open months").when_empty("no month is open"))
}
