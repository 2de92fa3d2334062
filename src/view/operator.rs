//! Operators, and what commands need, as people and programs see them.

use chrono::NaiveDate;

use super::document::{Column, Document, Field, Table, Value};
use crate::book::operator::OperatorView;
use crate::domain::operator::{Disabled, Grant};
use crate::domain::role::{Permission, Role};

/// The groups of a grant by code; nothing for the whole book.
fn groups(view: &OperatorView, grant: &Grant) -> Value {
    let codes = view.groups.iter().filter(|group| grant.groups.contains(&group.id)).map(|group| Value::text(&group.code));
    Value::List(codes.collect())
}

/// `for acme, globex`, or nothing for the whole book.
fn scope(view: &OperatorView, grant: &Grant) -> String {
    let codes: Vec<&str> =
        view.groups.iter().filter(|group| grant.groups.contains(&group.id)).map(|group| group.code.as_str()).collect();
    if codes.is_empty() { "the whole book".to_owned() } else { codes.join(", ") }
}

/// Whether a grant holds: in force, to come, ended or taken back.
fn grant_state(grant: &Grant, today: NaiveDate) -> &'static str {
    match grant {
        Grant { revoked: Some(_), .. } => "revoked",
        Grant { until: Some(until), .. } if *until < today => "ended",
        Grant { from: Some(from), .. } if *from > today => "to-come",
        _ => "in-force",
    }
}

fn roles(view: &OperatorView) -> Value {
    Value::List(view.operator.roles(view.today).iter().map(|role| Value::term(role.as_str())).collect())
}

fn state(view: &OperatorView) -> Value {
    Value::term(if view.operator.disabled.is_some() { "disabled" } else { "enabled" })
}

/// One operator, with every grant.
pub fn one(schema: &str, view: &OperatorView) -> Document {
    let operator = &view.operator;
    let disabled = operator.disabled.as_ref();
    let because = disabled.map(|Disabled { day, by, reason }| format!("since {day}, by {by}: {reason}"));
    let mut table = Table::new("grants")
        .title("Grants")
        .column("role", "Role")
        .with(Column::left("groups", "Groups").machine_only())
        .with(Column::left("scope", "For").people_only())
        .column("from", "From")
        .column("until", "Until")
        .column("revoked", "Taken back")
        .column("state", "State")
        .when_empty("no grant");
    for grant in &operator.grants {
        table.push([
            Value::term(grant.role.as_str()),
            groups(view, grant),
            scope(view, grant).into(),
            grant.from.into(),
            grant.until.into(),
            grant.revoked.into(),
            Value::term(grant_state(grant, view.today)),
        ]);
    }
    Document::new(schema)
        .field("name", "Operator", operator.name.as_str())
        .field("uid", "OS user", operator.os_uid)
        .field("roles", "Roles", roles(view))
        .field("state", "State", state(view))
        .with(Field::new("disabled", "Disabled", because).seen_if_any())
        .table(table)
}

/// Every operator.
pub fn list(operators: &[OperatorView]) -> Document {
    let table = Table::new("rows")
        .column("name", "Operator")
        .column_right("uid", "OS user")
        .column("roles", "Roles")
        .column("groups", "Only for")
        .column("state", "State");
    let rows = operators.iter().map(|view| {
        // What holds for groups alone; beside a grant for the whole book, the groups are no limit.
        let in_force: Vec<&Grant> = view.operator.in_force(view.today).collect();
        let limited = !in_force.is_empty() && in_force.iter().all(|grant| !grant.is_for_book());
        let groups = view.groups.iter().filter(|group| in_force.iter().any(|grant| grant.groups.contains(&group.id)));
        let groups: Vec<Value> = if limited { groups.map(|group| Value::text(&group.code)).collect() } else { vec![] };
        [view.operator.name.as_str().into(), view.operator.os_uid.into(), roles(view), Value::List(groups), state(view)]
    });
    Document::new("operator-list").table(table.rows(rows))
}

/// What a command needs.
#[derive(Clone, Debug)]
pub struct Needed {
    /// The command.
    pub command: String,
    /// The permission; none where it opens no book.
    pub permission: Option<Permission>,
    /// Whether it may have to wait for a second person.
    pub may_need_approval: bool,
}

/// What every command needs, and which roles have it.
pub fn permissions(needed: &[Needed]) -> Document {
    let mut table = Table::new("rows").column("command", "Command").column("permission", "Needs");
    for role in Role::ALL {
        table = table.column(role.as_str(), role.as_str());
    }
    let mut table = table.column("approval", "May wait for approval");
    for Needed { command, permission, may_need_approval } in needed {
        let allowed = |role: &Role| permission.is_none_or(|permission| role.may(permission));
        let mut row: Vec<Value> = vec![command.as_str().into(), permission.map(|it| Value::term(it.as_str())).into()];
        row.extend(Role::ALL.iter().map(|role| Value::Flag(allowed(role))));
        row.push(Value::Flag(*may_need_approval));
        table.push(row);
    }
    Document::new("operator-permissions").table(table)
}
