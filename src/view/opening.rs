//! Openings as people and programs see them.

use super::document::{Document, Table, Value};
use super::price::exact;
use crate::book::opening::OpeningImported;
use crate::domain::money::Amount;
use crate::domain::period::Month;

/// An opening that was imported: what the book starts with.
pub fn imported(outcome: &OpeningImported) -> Document {
    let document = Document::new("opening-import")
        .field("file", "File", outcome.file.as_str())
        .field("date", "Date", outcome.date)
        .field("first_period", "First month to close", Month::of(outcome.date))
        .field("balances", "Balances", outcome.balances)
        .field("volumes", "Volumes", outcome.volumes)
        .field("orders", "Open orders", outcome.orders)
        .machine_field("already_imported", outcome.already_imported);
    if outcome.already_imported {
        return document;
    }
    let mut ledger = Table::new("ledger")
        .column("ledger_account", "Ledger account")
        .column("currency", "Currency")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit")
        .when_empty("no balances");
    for total in &outcome.ledger {
        let credit = total.balance.negated().map_or(Amount::ZERO, Amount::or_zero);
        let side = |amount: Amount| Value::amount(amount, total.currency);
        ledger.push([total.code.as_str().into(), total.currency.into(), side(total.balance.or_zero()), side(credit)]);
    }
    let orders = Table::new("open_orders")
        .keyed()
        .title("Open orders")
        .column("currency", "Currency")
        .column_right("orders", "Orders")
        .column_right("payable", "Payable")
        .column_right("cost", "Expected cost")
        .when_empty("none")
        .rows(outcome.open_orders.iter().map(|(currency, open)| {
            let amount = |amount| Value::amount(amount, *currency);
            [(*currency).into(), open.count.into(), amount(open.payable), amount(open.cost)]
        }));
    let reached = Table::new("reached")
        .title("Volumes, open orders included")
        .column("owner", "Owner")
        .column("currency", "Currency")
        .column_right("list_price", "List price")
        .column_right("payable", "Payable")
        .when_empty("none")
        .rows(outcome.reached.iter().map(|reached| {
            let amount = |amount| exact(amount, reached.currency);
            let owner = reached.group.as_ref().map_or("agent", |group| group.as_str());
            [owner.into(), reached.currency.into(), amount(reached.list), amount(reached.payable)]
        }));
    document.table(ledger).table(orders).table(reached)
}
