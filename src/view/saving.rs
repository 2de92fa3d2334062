//! Savings as people and programs see them.

use super::document::{Column, Document, Table, Value};
use super::report::reported_days;
use crate::book::saving::{GroupSaving, Saved, Savings};
use crate::domain::money::{Amount, Currency};

/// What groups have saved, by account, group and product.
pub fn savings(report: &Savings) -> Document {
    let is_sampled = report.groups.iter().any(|group| group.sampling.is_some());
    let mut totals = with_saved(Table::new("totals").keyed().title("Totals").column("currency", "Currency"));
    for (currency, saved) in &report.totals {
        totals.push([Value::from(*currency)].into_iter().chain(saved_cells(*saved, *currency)));
    }
    reported_days(Document::new("report-savings"), &report.days)
        .table(accounts(&report.groups, is_sampled))
        .table(groups(&report.groups, is_sampled))
        .table(products(&report.groups))
        .table(totals)
}

fn with_saved(table: Table) -> Table {
    table.column_right("list", "List").column_right("payable", "Payable").column_right("saved", "Saved")
}

fn saved_cells(saved: Saved, currency: Currency) -> [Value; 3] {
    [saved.list, saved.payable, saved.saved].map(|amount| Value::amount(amount, currency))
}

/// A column that matters only where shares are sampled.
fn of_samples(column: Column, is_sampled: bool) -> Column {
    if is_sampled { column } else { column.machine_only() }
}

fn accounts(groups: &[GroupSaving], is_sampled: bool) -> Table {
    let mut table =
        with_saved(Table::new("rows").column("account", "Account").column("group", "Group").column("currency", "Currency"))
            .column_right("alone", "Alone")
            .column_right("brings", "Brings")
            .column_right("proportional", "Proportional")
            .column_right("shapley", "Shapley")
            .with(of_samples(Column::right("standard_error", "± error"), is_sampled))
            .when_empty("no charges in this period");
    for group in groups {
        let amount = |amount: Amount| Value::amount(amount, group.currency);
        for row in &group.accounts {
            let shares = [row.alone, row.brings, row.proportional, row.shapley.amount].map(amount);
            table.push(
                [(&row.account).into(), (&group.group).into(), group.currency.into()]
                    .into_iter()
                    .chain(saved_cells(row.saved, group.currency))
                    .chain(shares)
                    .chain([row.shapley.standard_error.map_or(Value::Null, amount)]),
            );
        }
    }
    table
}

fn groups(groups: &[GroupSaving], is_sampled: bool) -> Table {
    let table = Table::new("groups").title("Groups").column("group", "Group").column("currency", "Currency");
    let mut table = with_saved(table.column_right("accounts", "Accounts"))
        .column_right("by_accounts", "By accounts")
        .column_right("by_nobody", "By nobody")
        .column("shares", "Shares")
        .with(of_samples(Column::right("samples", "Samples"), is_sampled))
        .with(of_samples(Column::right("seed", "Seed"), is_sampled));
    for group in groups {
        table.push(
            [(&group.group).into(), group.currency.into(), group.accounts.len().into()]
                .into_iter()
                .chain(saved_cells(group.saved, group.currency))
                .chain([group.by_accounts, group.by_nobody].map(|amount| Value::amount(amount, group.currency)))
                .chain([
                    if group.sampling.is_some() { "sampled" } else { "exact" }.into(),
                    group.sampling.map(|sampling| sampling.samples).into(),
                    group.sampling.map(|sampling| sampling.seed).into(),
                ]),
        );
    }
    table
}

fn products(groups: &[GroupSaving]) -> Table {
    let table = Table::new("products").title("Products").column("product", "Product");
    let mut table = with_saved(table.column("group", "Group").column("currency", "Currency"));
    for group in groups {
        for (product, saved) in &group.products {
            let of = [product.into(), (&group.group).into(), group.currency.into()];
            table.push(of.into_iter().chain(saved_cells(*saved, group.currency)));
        }
    }
    table
}
