//! Orders as people and programs see them.

use super::document::{Column, Document, Field, Table, Value};
use super::price::{discount, exact};
use crate::book::order::{OrderRecorded, OrderShown, OrdersImported};
use crate::domain::code::Code;
use crate::domain::coupon::CouponKind;
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::{Charge, Order};
use crate::domain::period::Month;
use crate::store::OrderRow;

/// An order with all that is shown of it.
struct Shown<'a> {
    order: &'a Order,
    charge: &'a Charge,
    account: &'a Code,
    agreement: Option<&'a Code>,
    currency: Currency,
    coupon: Amount,
    voucher: Amount,
    trued_up: Amount,
}

impl<'a> From<&'a OrderRecorded> for Shown<'a> {
    fn from(outcome: &'a OrderRecorded) -> Self {
        let of = |kind| outcome.coupons.iter().find(|coupon| coupon.kind == kind).map(|coupon| coupon.amount).unwrap_or_default();
        let order = &outcome.order;
        Self {
            order,
            charge: &outcome.charge,
            account: &outcome.account,
            agreement: outcome.agreement.as_ref(),
            currency: outcome.currency,
            coupon: of(CouponKind::Coupon),
            voucher: signed(order, of(CouponKind::Voucher)),
            trued_up: outcome.trued_up,
        }
    }
}

impl<'a> From<&'a OrderRow> for Shown<'a> {
    fn from(row: &'a OrderRow) -> Self {
        Self {
            order: &row.order,
            charge: &row.charge,
            account: &row.account,
            agreement: row.agreement.as_ref(),
            currency: row.currency,
            coupon: row.coupon,
            voucher: signed(&row.order, row.voucher),
            trued_up: row.trued_up,
        }
    }
}

/// What a voucher pays of an order; below zero what a refund gives back to its bearer, as all that a refund gives back.
fn signed(order: &Order, voucher: Amount) -> Amount {
    if order.refunds.is_some() { Amount::ZERO.minus(voucher).unwrap_or_default() } else { voucher }
}

/// An order or refund that was recorded.
pub fn recorded(schema: &str, outcome: &OrderRecorded) -> Document {
    let rule = outcome.unused.map(|unused| {
        let paid = unused.paid.display(outcome.currency);
        format!("{paid} paid x {} days not used / {} days of the service", unused.unused, unused.days)
    });
    let rule = Field::new("rule", "Given back", rule);
    one(schema, &outcome.into()).with(if outcome.unused.is_some() { rule } else { rule.machine_only() }).amount(
        "available",
        "Available now",
        outcome.available,
        outcome.currency,
    )
}

/// One order, with the bills that have settled it and the rules by which they agreed.
pub fn order(shown: &OrderShown) -> Document {
    let currency = shown.row.currency;
    let bills = Table::new("rows")
        .column("period", "Period")
        .column("rule", "Matched by")
        .column_right("billed", "Billed")
        .column_right("cleared", "Settles")
        .column_right("difference", "Difference")
        .column("settled", "Settled")
        .when_empty("by no accepted bill yet")
        .rows(shown.cleared.iter().map(|by| {
            let off = by.billed.minus(Exact::from_amount(by.cleared, currency)).unwrap_or_default();
            [
                by.period.into(),
                by.rule.as_str().into(),
                exact(by.billed, currency),
                Value::amount(by.cleared, currency),
                exact(off, currency),
                by.settles.into(),
            ]
        }));
    let charge = &shown.row.charge;
    let is_late = charge.charge_month != Month::of(charge.date);
    let only_late = |field: Field| if is_late { field } else { field.machine_only() };
    one("order-show", &(&shown.row).into())
        .with(only_late(Field::new("charge_month", "Charged for", charge.charge_month)))
        .with(only_late(Field::new("corrects", "Corrects", shown.corrects.map(|order| order.to_string()))))
        .section("billed", "Billed", Document::new("billed").table(bills))
}

fn one(schema: &str, shown: &Shown<'_>) -> Document {
    let Shown { order, charge, account, agreement, currency, coupon, voucher, trued_up } = *shown;
    let where_any = |key, label, amount: Amount| {
        let field = Field::new(key, label, Value::amount(amount, currency));
        if amount.is_zero() { field.machine_only() } else { field }
    };
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
        .with(where_any("coupon", "Less by coupon", coupon))
        .amount("payable", "Payable", charge.payable, currency)
        .with(where_any("voucher", "Paid by voucher", voucher))
        .with(where_any("true_up", "True-up", trued_up))
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
        .with(Column::right("coupon", "Less by coupon").machine_only())
        .with(Column::right("voucher", "Paid by voucher").machine_only())
        .with(Column::right("true_up", "True-up").machine_only())
}

fn cells(shown: &Shown<'_>) -> [Value; 16] {
    let Shown { order, charge, account, agreement, currency, coupon, voucher, trued_up } = *shown;
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
        Value::amount(coupon, currency),
        Value::amount(voucher, currency),
        Value::amount(trued_up, currency),
    ]
}

/// An order list that was imported: totals, and the orders where they are few enough.
pub fn imported(outcome: &OrdersImported) -> Document {
    let rows = outcome.orders.iter().map(|order| cells(&order.into()));
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
    let rows = rows.iter().map(|row| cells(&row.into()));
    Document::new("order-list").table(table().when_empty("no orders").rows(rows))
}
