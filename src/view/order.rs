//! Orders as people and programs see them.

use super::document::{Column, Document, Field, Table, Value};
use super::price::{discount, exact};
use crate::book::order::{OrderRecorded, OrdersImported};
use crate::domain::code::Code;
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Charge, Order};
use crate::store::OrderRow;

/// An order or refund that was recorded.
pub fn recorded(schema: &str, outcome: &OrderRecorded) -> Document {
    let document = one(schema, &outcome.order, &outcome.charge, &outcome.account, outcome.agreement.as_ref(), outcome.currency);
    trued_up(document, outcome.trued_up, outcome.currency).amount("available", "Available now", outcome.available, outcome.currency)
}

/// One order.
pub fn order(row: &OrderRow) -> Document {
    let document = one("order-show", &row.order, &row.charge, &row.account, row.agreement.as_ref(), row.currency);
    trued_up(document, row.trued_up, row.currency)
}

/// What true-ups have changed; people see it where there are any.
fn trued_up(document: Document, change: Amount, currency: Currency) -> Document {
    let field = Field::new("true_up", "True-up", Value::amount(change, currency));
    document.with(if change.is_zero() { field.machine_only() } else { field })
}

fn one(schema: &str, order: &Order, charge: &Charge, account: &Code, agreement: Option<&Code>, currency: Currency) -> Document {
    Document::new(schema)
        .field("order", "Order", order.id.to_string())
        .field("account", "Account", account)
        .field("product", "Product", order.product.as_str())
        .field("kind", "Kind", order.kind.as_str())
        .field("provider_order", "Provider order", order.provider_order.as_str())
        .field("date", "Date", order.date)
        .field("from", "Service from", order.service_from)
        .field("to", "Service to", order.service_to)
        .field("placed", "Recorded as", order.placement.as_str())
        .field("refunds", "Refunds", order.refunds.map(|o| o.to_string()))
        .field("currency", "Currency", currency)
        .field("list_price", "List price", exact(charge.list, currency))
        .field("agreement", "Agreement", agreement.cloned())
        .field("tier", "Tier from", charge.tier.map(|t| exact(t, currency)))
        .field("discount", "Discount", discount(charge.discount))
        .amount("payable", "Payable", charge.payable, currency)
        .amount("cost", "Expected cost", charge.cost, currency)
}

fn table() -> Table {
    Table::new("rows")
        .column("order", "Order")
        .column("date", "Date")
        .column("account", "Account")
        .column("product", "Product")
        .column("kind", "Kind")
        .column("provider_order", "Provider order")
        .column("currency", "Currency")
        .column_right("list_price", "List price")
        .column_right("discount", "Discount")
        .column_right("payable", "Payable")
        .column_right("tier", "Tier from")
        .column("agreement", "Agreement")
        .column_right("cost", "Expected cost")
        .with(Column::right("true_up", "True-up").machine_only())
}

fn cells(
    order: &Order,
    charge: &Charge,
    account: &Code,
    agreement: Option<&Code>,
    currency: Currency,
    trued_up: Amount,
) -> [Value; 14] {
    [
        order.id.to_string().into(),
        order.date.into(),
        account.into(),
        order.product.as_str().into(),
        order.kind.as_str().into(),
        order.provider_order.as_str().into(),
        currency.into(),
        exact(charge.list, currency),
        discount(charge.discount),
        Value::amount(charge.payable, currency),
        charge.tier.map(|t| exact(t, currency)).into(),
        agreement.cloned().into(),
        Value::amount(charge.cost, currency),
        Value::amount(trued_up, currency),
    ]
}

/// An order list that was imported: totals, and the orders where they are few enough.
pub fn imported(outcome: &OrdersImported) -> Document {
    let rows = outcome.orders.iter().map(|o| cells(&o.order, &o.charge, &o.account, o.agreement.as_ref(), o.currency, o.trued_up));
    let totals = Table::new("totals")
        .keyed()
        .title("Payable")
        .column("currency", "Currency")
        .column_right("payable", "Payable")
        .rows(outcome.payable.iter().map(|(currency, sum)| [(*currency).into(), Value::amount(*sum, *currency)]));
    let document = Document::new("order-import")
        .field("file", "File", outcome.file.as_str())
        .field("orders", "Orders", outcome.count)
        .machine_field("already_imported", outcome.already_imported);
    let listed = !outcome.orders.is_empty() || outcome.already_imported;
    let document = if listed { document.table(table().when_empty("nothing new").rows(rows)) } else { document };
    if outcome.already_imported { document } else { document.table(totals) }
}

/// Orders.
pub fn orders(rows: &[OrderRow]) -> Document {
    let rows =
        rows.iter().map(|row| cells(&row.order, &row.charge, &row.account, row.agreement.as_ref(), row.currency, row.trued_up));
    Document::new("order-list").table(table().when_empty("no orders").rows(rows))
}
