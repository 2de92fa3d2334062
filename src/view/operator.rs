//! Operators as people and programs see them.

use super::document::{Document, Table, Value};
use crate::store::Operator;

fn roles(operator: &Operator) -> Value {
    Value::List(operator.roles.iter().map(|role| Value::term(role.as_str())).collect())
}

/// A new operator.
pub fn added(operator: &Operator) -> Document {
    Document::new("operator-add").field("name", "Operator", operator.name.as_str()).field("uid", "OS user", operator.os_uid).field(
        "roles",
        "Roles",
        roles(operator),
    )
}

/// Every operator.
pub fn list(operators: &[Operator]) -> Document {
    let table = Table::new("rows").column("name", "Operator").column_right("uid", "OS user").column("roles", "Roles");
    let rows = operators.iter().map(|operator| [operator.name.as_str().into(), operator.os_uid.into(), roles(operator)]);
    Document::new("operator-list").table(table.rows(rows))
}
