//! The bridge from recorded to billed as people and programs see it.

use super::document::{Chart, Column, Document, Table, Value};
use super::price::exact;
use crate::book::bridge::{BridgeBy, BridgeView};
use crate::domain::matching::MatchRule;
use crate::domain::money::{Exact, Overflow};

/// The bridge: the totals, how much agrees, the rows that were asked for, and the two-sided statement.
pub fn bridge(view: &BridgeView) -> Result<Document, Overflow> {
    let (bridge, currency) = (&view.bridge, view.currency);
    let show = |amount| exact(amount, currency);
    let rate = view.rate;
    Ok(Document::new("reconcile-bridge")
        .field("period", "Period", view.period)
        .field("version", "Bill version", view.version)
        .field("finality", "Bill", view.finality.as_str())
        .field("currency", "Currency", currency)
        .field("recorded", "Recorded", show(bridge.recorded))
        .field("billed", "Billed", show(bridge.billed))
        .field("difference", "Difference", show(bridge.difference()?))
        .field("explained", "Explained", show(bridge.explained()?))
        .field("unexplained", "Unexplained", show(bridge.unexplained()?))
        .people_field("Order numbers that agree", share(rate.matched.to_string(), &rate.numbers.to_string(), rate.by_count()))
        .people_field(
            "What they come to",
            share(rate.matched_value.display(currency), &rate.value.display(currency), rate.by_value()),
        )
        .machine_field("matched", rate.matched)
        .machine_field("numbers", rate.numbers)
        .machine_field("matched_value", show(rate.matched_value))
        .machine_field("value", show(rate.value))
        .machine_field("match_rate_by_count", rate.by_count().map(percent))
        .machine_field("match_rate_by_value", rate.by_value().map(percent))
        .field("by", "By", view.by.as_str())
        .field("filter", "Filter", view.filter.as_str())
        .field("shown", "Rows come to", show(view.shown.difference()?))
        .chart(waterfall(view)?)
        .table(rows(view)?)
        .table(statement(view)?))
}

/// From recorded over every class to billed, the largest steps first.
fn waterfall(view: &BridgeView) -> Result<Chart, Overflow> {
    let bridge = &view.bridge;
    let mut steps: Vec<_> = bridge.classes.iter().filter(|(_, total)| !total.amount.is_zero()).collect();
    steps.sort_by_cached_key(|(class, total)| (std::cmp::Reverse(total.amount.absolute().unwrap_or_default()), **class));
    let chart = Chart::waterfall("From recorded to billed", view.currency.code()).total("recorded", bridge.recorded);
    let chart = steps.into_iter().fold(chart, |chart, (class, total)| chart.step(class.as_str(), total.amount));
    let unexplained = bridge.unexplained()?;
    let chart = if unexplained.is_zero() { chart } else { chart.step("unexplained", unexplained) };
    Ok(chart.total("billed", bridge.billed))
}

/// `32 of 40 (80.00 %)`.
fn share(part: String, of: &str, rate: Option<u32>) -> String {
    match rate {
        Some(rate) => format!("{part} of {of} ({} %)", percent(rate)),
        None => part,
    }
}

/// Hundredths of a percent as percent.
fn percent(hundredths: u32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The rows that were asked for, the largest first.
fn rows(view: &BridgeView) -> Result<Table, Overflow> {
    let show = |amount| exact(amount, view.currency);
    let by_account = view.by != BridgeBy::Class;
    let by_line = view.by == BridgeBy::Line;
    let hidden = |column: Column, shown: bool| if shown { column } else { column.machine_only() };
    let mut table = Table::new("rows")
        .title("From recorded to billed")
        .column("class", "Class")
        .with(hidden(Column::left("account", "Account"), by_account))
        .with(hidden(Column::left("provider_order", "Provider order"), by_line))
        .with(hidden(Column::left("line", "Bill line"), by_line))
        .with(hidden(Column::left("product", "Product"), by_line))
        .with(hidden(Column::left("rule", "Matched by"), by_line))
        .with(hidden(Column::right("count", "Count"), !by_line))
        .column_right("recorded", "Recorded")
        .column_right("billed", "Billed")
        .column_right("difference", "Difference")
        .when_empty("nothing of that");
    let mut rows: Vec<_> = view.rows.iter().collect();
    if !by_line {
        rows.sort_by_cached_key(|row| {
            let size = row.part.difference().and_then(Exact::absolute).unwrap_or_default();
            (std::cmp::Reverse(size), row.class, row.account.clone())
        });
    }
    for row in rows {
        table.push([
            Value::from(row.class.as_str()),
            row.account.as_str().into(),
            row.provider_order.as_str().into(),
            row.line.as_str().into(),
            row.product.as_str().into(),
            row.rule.map(MatchRule::as_str).into(),
            row.part.count.into(),
            show(row.part.recorded),
            show(row.part.billed),
            show(row.part.difference()?),
        ]);
    }
    Ok(table)
}

/// Balance per bill and per book, each less what only it has: both come to the same.
fn statement(view: &BridgeView) -> Result<Table, Overflow> {
    let show = |amount| exact(amount, view.currency);
    let two = &view.statement;
    let mut table = Table::new("statement")
        .title("Two-sided statement of the whole month")
        .column("side", "Side")
        .column("line", "Line")
        .column_right("amount", "Amount");
    table.push([Value::from("bill"), "total of the bill".into(), show(two.per_bill)]);
    for (class, amount) in &two.not_in_book {
        table.push([Value::from("bill"), format!("less what the book has not: {class}").into(), show(amount.negated()?)]);
    }
    table.push([Value::from("bill"), "adjusted".into(), show(two.adjusted_bill)]);
    table.push([Value::from("book"), "total of the book".into(), show(two.per_book)]);
    for (class, amount) in &two.not_billed {
        table.push([Value::from("book"), format!("less what the bill has not: {class}").into(), show(amount.negated()?)]);
    }
    table.push([Value::from("book"), "adjusted".into(), show(two.adjusted_book)]);
    table.push([Value::from("both"), "unexplained".into(), show(two.unexplained()?)]);
    let [by_voucher, by_card] = view.paid;
    if !(by_voucher.is_zero() && by_card.is_zero()) {
        let left = two.per_bill.minus(by_voucher)?.minus(by_card)?;
        table.push([Value::from("payment"), "by vouchers".into(), show(by_voucher)]);
        table.push([Value::from("payment"), "by stored-value cards".into(), show(by_card)]);
        table.push([Value::from("payment"), "left to pay in money".into(), show(left)]);
    }
    Ok(table)
}
