//! Margins as people and programs see them.

use super::document::{Column, Document, Table, Value};
use super::report::reported_days;
use crate::book::margin::Margins;
use crate::domain::margin::{Margin, MarginBy, MarginFlag};
use crate::domain::money::{Amount, Currency};

/// What the agent has earned: what deserves a look first, in all, and what is left out.
pub fn margins(report: &Margins) -> Document {
    let of = |by: MarginBy, column: Column| {
        let is_added_up = report.by.is_some_and(|asked| asked != by);
        if is_added_up { column.machine_only() } else { column }
    };
    let mut table = Table::new("rows")
        .with(of(MarginBy::Account, Column::left("account", "Account")))
        .with(of(MarginBy::Product, Column::left("product", "Product")))
        .with(of(MarginBy::Period, Column::left("period", "Period")))
        .column("currency", "Currency");
    table = with_margin(table).column("flag", "Flag").when_empty("nothing was sold in this period");
    for (of, margin) in &report.rows {
        let flags: Vec<&str> = margin.flags().into_iter().map(MarginFlag::as_str).collect();
        let flag = (!flags.is_empty()).then(|| flags.join(" "));
        table.push(
            [of.account.clone().into(), of.product.clone().into(), of.month.into(), of.currency.into()]
                .into_iter()
                .chain(margin_cells(*margin, of.currency))
                .chain([flag.into()]),
        );
    }
    let mut totals = with_margin(Table::new("totals").keyed().title("Totals").column("currency", "Currency"));
    for (currency, margin) in &report.totals {
        totals.push([Value::from(*currency)].into_iter().chain(margin_cells(*margin, *currency)));
    }
    let mut agency = Table::new("agency")
        .title("Left out: on the agency model the agent earns a commission, not a margin")
        .column("account", "Account")
        .column("currency", "Currency")
        .column_right("passed_through", "Passed through");
    for (account, (currency, passed)) in &report.agency {
        agency.push([account.into(), (*currency).into(), Value::amount(*passed, *currency)]);
    }
    let agency = if report.agency.is_empty() { agency.machine_only() } else { agency };
    reported_days(Document::new("report-margin"), &report.days).table(table).table(totals).table(agency)
}

fn with_margin(table: Table) -> Table {
    table
        .column_right("sale", "Sale")
        .column_right("cost", "Cost")
        .column_right("margin", "Margin")
        .column_right("margin_percent", "Percent")
        .column_right("without_rule", "Without rule")
}

fn margin_cells(margin: Margin, currency: Currency) -> [Value; 5] {
    let amount = |amount: Amount| Value::amount(amount, currency);
    let percent = margin.percent_hundredths().map(|hundredths| {
        let size = hundredths.unsigned_abs();
        format!("{}{}.{:02}%", if hundredths < 0 { "-" } else { "" }, size / 100, size % 100)
    });
    [amount(margin.sale), amount(margin.cost), amount(margin.left), percent.into(), amount(margin.without_rule)]
}
