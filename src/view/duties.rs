//! The separation of duties as people and programs see it.

use super::document::{Column, Document, Table, Value};
use crate::book::duties::Duties;

/// Who has both sides of something, and which roles are not used.
pub fn report(duties: &Duties) -> Document {
    let mut conflicts = Table::new("rows")
        .title("Both sides in one hand")
        .column("operator", "Operator")
        .with(Column::right("uid", "OS user").machine_only())
        .column("conflict", "Of what")
        .column("held", "Held")
        .column_right("one_side", "Used")
        .column_right("other_side", "and")
        .column("last", "Last used")
        .column("accounts", "For the same accounts")
        .when_empty("nobody holds both sides of anything, or has used them");
    for it in &duties.conflicts {
        conflicts.push([
            it.operator.as_str().into(),
            it.os_uid.into(),
            Value::term(it.conflict.as_str()),
            Value::term(it.held.as_str()),
            it.used[0].into(),
            it.used[1].into(),
            it.last.into(),
            Value::List(it.accounts.iter().map(|account| account.as_str().into()).collect()),
        ]);
    }
    let mut roles = Table::new("drift")
        .title(format!("Roles, and whether they were used in {} days", duties.within))
        .column("operator", "Operator")
        .column("role", "Role")
        .column("since", "Since")
        .column("came_later", "Came to others")
        .column("last_used", "Last used")
        .column("usage", "Usage");
    for it in &duties.roles {
        roles.push([
            it.operator.as_str().into(),
            Value::term(it.role.as_str()),
            it.since.into(),
            it.came_later.into(),
            it.last_used.into(),
            Value::term(it.usage.as_str()),
        ]);
    }
    Document::new("report-duties").table(conflicts).table(roles)
}
