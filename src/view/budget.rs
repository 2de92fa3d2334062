//! Budgets as people and programs see them.

use super::document::{Document, Table, Value};
use crate::book::budget::{BudgetRemoved, BudgetView};
use crate::domain::money::Overflow;
use crate::domain::percent::percent_of;

/// One budget.
pub fn one(schema: &str, view: &BudgetView) -> Result<Document, Overflow> {
    let budget = &view.budget;
    Ok(Document::new(schema)
        .field("budget", "Budget", budget.id.to_string())
        .field("about", "About", &view.about)
        .field("every", "Every", budget.period.as_str())
        .field("currency", "Currency", budget.currency)
        .amount("amount", "Amount", budget.amount, budget.currency)
        .field("thresholds", "Told at percent", budget.thresholds.to_string())
        .field("action", "Beyond it", budget.action.as_str())
        .field("removed", "Removed", budget.removed)
        .field("period", "Period", &view.period)
        .amount("spent", "Spent", view.spent, budget.currency)
        .amount("left", "Left", budget.left(view.spent)?, budget.currency))
}

/// A budget that was taken away.
pub fn removed(outcome: &BudgetRemoved) -> Result<Document, Overflow> {
    Ok(one("budget-remove", &outcome.budget)?.machine_field("already_removed", outcome.already))
}

/// Every budget, and where it stands.
pub fn list(budgets: &[BudgetView]) -> Result<Document, Overflow> {
    let mut table = Table::new("rows")
        .column("budget", "Budget")
        .column("about", "About")
        .column("every", "Every")
        .column("period", "Period")
        .column("currency", "Currency")
        .column_right("amount", "Amount")
        .column_right("spent", "Spent")
        .column_right("left", "Left")
        .column_right("percent", "%")
        .column("thresholds", "Told at")
        .column_right("reached", "Reached")
        .column("action", "Beyond it")
        .when_empty("no budgets; `subledger budget set` makes one");
    for view in budgets {
        let budget = &view.budget;
        let amount = |amount| Value::amount(amount, budget.currency);
        table.push([
            budget.id.to_string().into(),
            (&view.about).into(),
            budget.period.as_str().into(),
            (&view.period).into(),
            budget.currency.into(),
            amount(budget.amount),
            amount(view.spent),
            amount(budget.left(view.spent)?),
            percent_of(view.spent, budget.amount).into(),
            budget.thresholds.to_string().into(),
            view.reached.map(u32::from).into(),
            budget.action.as_str().into(),
        ]);
    }
    Ok(Document::new("budget-list").table(table))
}
