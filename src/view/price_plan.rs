//! Planned purchases and comparisons of terms as people and programs see them.

use super::document::{Column, Document, Table, Value};
use super::price::{discount, exact};
use crate::book::price_comparison::{Compared, PriceComparison};
use crate::book::price_plan::{NextTier, PlanRow, PricePlan};
use crate::book::schedule::Impossible;
use crate::domain::money::{Currency, Overflow};

/// A priced plan; nothing was written.
pub fn plan(plan: &PricePlan) -> Result<Document, Overflow> {
    let currency = plan.currency;
    let saved = plan.list.minus(plan.payable)?.minus(plan.true_up)?;
    let fits = plan.rows.iter().all(|row| !row.available_after.is_negative());
    let mut scenarios = Table::new("scenarios")
        .title("The same, bought in other ways")
        .column("scenario", "Scenario")
        .column_right("orders", "Orders")
        .column_right("list", "List")
        .column_right("payable", "Payable")
        .column_right("difference", "Difference")
        .column("impossible", "Not possible");
    for (scenario, outcome) in &plan.scenarios {
        let amount = |amount| Value::amount(amount, currency);
        scenarios.push(match outcome {
            Ok(cost) => [
                scenario.as_str().into(),
                cost.orders.into(),
                amount(cost.list),
                amount(cost.payable),
                amount(cost.difference),
                Value::Null,
            ],
            Err(impossible) => {
                [scenario.as_str().into(), Value::Null, Value::Null, Value::Null, Value::Null, why(*impossible).into()]
            }
        });
    }
    Ok(Document::new("price-plan")
        .field("group", "Group", &plan.group)
        .field("currency", "Currency", currency)
        .amount("list", "List", plan.list, currency)
        .amount("payable", "Payable", plan.payable, currency)
        .amount("true_up", "True-up", plan.true_up, currency)
        .amount("saved", "Saved", saved, currency)
        .field("fits", "Fits what is available", fits)
        .field("order_matters", "The order", order_matters(plan))
        .table(rows(plan))
        .table(scenarios)
        .table(best_order(plan))
        .table(next_tiers(&plan.next_tiers, currency)))
}

fn rows(plan: &PricePlan) -> Table {
    let currency = plan.currency;
    let mut table = Table::new("rows")
        .column_right("line", "Line")
        .column("date", "Date")
        .column("account", "Account")
        .column("product", "Product")
        .column("kind", "Kind")
        .column_right("list_price", "List price")
        .column("agreement", "Agreement")
        .column_right("volume_before", "Volume before")
        .column_right("tier", "Tier from")
        .with(Column::right("rate", "Rate").machine_only())
        .column_right("discount", "Discount")
        .column_right("payable", "Payable")
        .column_right("cost", "Cost")
        .column_right("in_the_end", "In the end")
        .column_right("available_after", "Available after");
    for PlanRow { purchase, account, price, cost, in_the_end, available_after } in &plan.rows {
        let amount = |amount| Value::amount(amount, currency);
        table.push([
            purchase.line.into(),
            purchase.date.into(),
            account.into(),
            purchase.product.as_str().into(),
            purchase.kind.as_str().into(),
            amount(purchase.list),
            price.agreement_name.clone().into(),
            exact(price.volume_before, currency),
            price.tier.map(|tier| exact(tier, currency)).into(),
            price.rate.map(|rate| rate.to_string()).into(),
            discount(price.discount),
            amount(price.payable),
            cost.map(amount).into(),
            amount(*in_the_end),
            amount(*available_after),
        ]);
    }
    table
}

fn best_order(plan: &PricePlan) -> Table {
    let title = if plan.best_order.is_exact { "The cheapest order" } else { "A cheap order; there may be cheaper ones" };
    let mut table = Table::new("best_order")
        .title(title)
        .column_right("turn", "Turn")
        .column_right("line", "Line")
        .column("date", "Date")
        .column("account", "Account")
        .column("product", "Product")
        .column("kind", "Kind")
        .column_right("list_price", "List price")
        .column_right("in_the_end", "In the end")
        .with(Column::left("exact", "Exact").machine_only());
    for (turn, (purchase, account, in_the_end)) in (1_usize..).zip(&plan.best_order.orders) {
        table.push([
            turn.into(),
            purchase.line.into(),
            purchase.date.into(),
            account.into(),
            purchase.product.as_str().into(),
            purchase.kind.as_str().into(),
            Value::amount(purchase.list, plan.currency),
            Value::amount(*in_the_end, plan.currency),
            plan.best_order.is_exact.into(),
        ]);
    }
    table
}

fn next_tiers(tiers: &[NextTier], currency: Currency) -> Table {
    let mut table = Table::new("next_tiers")
        .title("The next tier")
        .column("agreement", "Agreement")
        .column_right("volume", "Volume")
        .column_right("next_tier_from", "Next tier from")
        .column_right("missing", "Missing")
        .column_right("missing_list", "Order of")
        .column_right("missing_payable", "It costs")
        .column_right("without", "Plan without")
        .column_right("with", "Plan with")
        .column_right("saving", "Saving")
        .column_right("net", "Net")
        .column("impossible", "Not possible")
        .when_empty("none: the highest tier is reached");
    for tier in tiers {
        let figures = tier.figures.as_ref().ok();
        let amount = |amount: Option<_>| Value::from(amount.map(|amount| Value::amount(amount, currency)));
        table.push([
            (&tier.agreement).into(),
            exact(tier.volume, currency),
            exact(tier.from, currency),
            exact(tier.missing, currency),
            amount(figures.map(|f| f.missing_list)),
            amount(figures.map(|f| f.missing_payable)),
            amount(figures.map(|f| f.without)),
            amount(figures.map(|f| f.with)),
            amount(figures.map(|f| f.saving)),
            amount(figures.map(|f| f.net)),
            tier.figures.err().map(why).into(),
        ]);
    }
    table
}

/// Why the order of the orders matters, or why it does not.
fn order_matters(plan: &PricePlan) -> String {
    let rule = |rule: &&str| match *rule {
        "whole" => "matters (whole): own prices that count go first, for they raise the tier; what does not count goes last",
        "graduated" => "matters (graduated) only if products have own prices or do not count: else slices are the same",
        _ => "does not matter (retroactive) where list is measured: the tier reached in the end holds for all",
    };
    let told: Vec<&str> = plan.rules.iter().map(rule).collect();
    if told.is_empty() { "does not matter: list price".to_owned() } else { told.join("; ") }
}

fn why(impossible: Impossible) -> &'static str {
    match impossible {
        Impossible::NoNextWindow => "the window has no end",
        Impossible::NoAgreement => "no agreement in force then",
        Impossible::OutOfReach => "out of reach",
        Impossible::Refused(code) => code,
    }
}

/// What other terms would have made of a group's charges.
pub fn comparison(comparison: &PriceComparison) -> Result<Document, Overflow> {
    let currency = comparison.currency;
    let cells = |compared: &Compared| {
        Ok::<_, Overflow>([
            compared.charges.into(),
            exact(compared.list, currency),
            Value::amount(compared.charged, currency),
            Value::amount(compared.other, currency),
            Value::amount(compared.difference()?, currency),
        ])
    };
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column_right("charges", "Charges")
        .column_right("list", "List")
        .column_right("charged", "Charged")
        .column_right("other", "Under the other terms")
        .column_right("difference", "Difference");
    for (account, compared) in &comparison.rows {
        table.push(std::iter::once(account.into()).chain(cells(compared)?));
    }
    let [count, list, charged, other, difference] = cells(&comparison.total)?;
    Ok(Document::new("price-comparison")
        .field("group", "Group", &comparison.group)
        .field("agreement", "Other terms", &comparison.agreement)
        .field("from", "From", comparison.from)
        .field("to", "To", comparison.to)
        .field("currency", "Currency", currency)
        .field("charges", "Charges", count)
        .field("list", "List", list)
        .field("charged", "Charged", charged)
        .field("other", "Under the other terms", other)
        .field("difference", "Difference", difference)
        .table(table))
}
