//! Entities and groups as people and programs see them.

use super::document::{Document, Table, Value};
use crate::book::entity::EntityTitle;
use crate::book::group::{GroupEdited, GroupView};
use crate::domain::account::Group;
use crate::domain::code::Name;
use crate::domain::entity::Entity;

/// One entity.
pub fn entity(schema: &str, entity: &Entity) -> Document {
    let former = entity.former.iter().map(|former| Value::from(format!("{} until {}", former.name, former.until))).collect();
    let mut document = Document::new(schema)
        .field("code", "Code", &entity.code)
        .field("name", "Name", &entity.name)
        .field("kind", "Kind", Value::term(entity.identity.kind().as_str()))
        .field("credential", "Credential", entity.identity.shown());
    if let Some(country) = entity.identity.country() {
        document = document.field("country", "Country", country);
    }
    if !entity.former.is_empty() {
        document = document.field("former", "Former names", Value::List(former));
    }
    document
}

/// A legal person with the title of its invoices.
pub fn entity_title(schema: &str, of: &EntityTitle) -> Document {
    let title = &of.title;
    let text = |name: &Option<Name>| Value::from(name.as_ref().map(ToString::to_string));
    entity(schema, &of.entity)
        .field("title", "Invoice title", &title.name)
        .field("tax_id", "Taxpayer's id", Value::from(Some(title.tax_id.as_str()).filter(|id| !id.is_empty())))
        .field("address", "Address", text(&title.address))
        .field("phone", "Phone", text(&title.phone))
        .field("bank", "Bank", text(&title.bank))
        .field("bank_account", "Bank account", text(&title.bank_account))
}

/// Every entity.
pub fn entities(entities: &[Entity]) -> Document {
    let table = Table::new("rows")
        .column("code", "Code")
        .column("name", "Name")
        .column("kind", "Kind")
        .column("credential", "Credential")
        .column("country", "Country");
    let rows = entities.iter().map(|e| {
        let kind = Value::term(e.identity.kind().as_str());
        [(&e.code).into(), (&e.name).into(), kind, e.identity.shown().into(), Value::from(e.identity.country())]
    });
    Document::new("entity-list").table(table.when_empty("no entities yet; `subledger entity add` adds one").rows(rows))
}

/// A group that was added.
pub fn group_added(group: &Group) -> Document {
    Document::new("group-add").field("code", "Code", &group.code).field("name", "Name", &group.name).field(
        "currency",
        "Currency",
        group.currency,
    )
}

/// A group that was changed.
pub fn group_edited(outcome: &GroupEdited) -> Document {
    Document::new("group-edit")
        .field("code", "Code", &outcome.group.code)
        .field("name", "Name", &outcome.group.name)
        .field("currency", "Currency", outcome.group.currency)
        .field("payment_days", "Due, days after a month", u32::from(outcome.payment_days))
        .field("from", "From", outcome.from)
}

/// One group.
pub fn group(view: &GroupView) -> Document {
    let codes: Vec<Value> = view.accounts.iter().map(Value::from).collect();
    Document::new("group-show")
        .field("code", "Code", &view.group.code)
        .field("name", "Name", &view.group.name)
        .field("currency", "Currency", view.group.currency)
        .amount("deposits", "Not allocated", view.deposits, view.group.currency)
        .field("payment_days", "Due, days after a month", u32::from(view.payment_days))
        .field("accounts", "Accounts", Value::List(codes))
}

/// Every group.
pub fn groups(views: &[GroupView]) -> Document {
    Document::new("group-list").table(group_table("rows", views).when_empty("no groups yet; `subledger group add` adds one"))
}

/// Groups with their free money.
pub(super) fn group_table(key: &'static str, views: &[GroupView]) -> Table {
    Table::new(key)
        .column("group", "Group")
        .column("name", "Name")
        .column("currency", "Currency")
        .column_right("accounts", "Accounts")
        .column_right("deposits", "Not allocated")
        .rows(views.iter().map(|v| {
            [
                (&v.group.code).into(),
                (&v.group.name).into(),
                v.group.currency.into(),
                v.accounts.len().into(),
                Value::amount(v.deposits, v.group.currency),
            ]
        }))
}
