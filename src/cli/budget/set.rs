//! `budget set`: sets a budget.

use clap::Args;

use crate::book::budget::{ScopeRequest, SetBudget};
use crate::cli::args::{WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::account::Environment;
use crate::domain::budget::{BudgetAction, BudgetPeriod};
use crate::domain::money::Exact;
use crate::domain::percent::Percents;
use crate::view;

/// Set a budget for an account, a group, or an environment
///
/// What counts is what is owed for charges dated in the period: orders less refunds, usage, and
/// usage on an estimated bill that is not charged yet. With --action block, an order that would
/// go beyond the budget is refused; --placed records it all the same. Each threshold is told
/// once in a period, by the order that reaches it and under `alert list`.
///
/// A budget for the same charges and period takes the place of the one before.
///
/// Examples:
///   subledger budget set 50000 --account acme-prod
///   subledger budget set 300000 --group acme --period quarter --thresholds 70,90,100
///   subledger budget set 20000 --group acme --environment test --action block
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("scope").required(true).multiple(true))]
pub(crate) struct SetArgs {
    /// How much may be owed for a period, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    /// For the charges of this account, by code or UID
    #[arg(long, group = "scope", conflicts_with_all = ["group", "environment"])]
    account: Option<String>,

    /// For the charges of all accounts of this group
    #[arg(long, value_name = "CODE", group = "scope")]
    group: Option<String>,

    /// For the accounts of this environment, of --group or of the whole book: production, test or
    /// development
    #[arg(long, value_name = "WHICH", group = "scope")]
    environment: Option<Environment>,

    /// month, quarter or year
    #[arg(long, default_value_t = BudgetPeriod::Month)]
    period: BudgetPeriod,

    /// At how many percent somebody is told
    #[arg(long, value_name = "PERCENTS", default_value = "50,80,100")]
    thresholds: Percents,

    /// What to do with an order that would go beyond it: warn or block
    #[arg(long, default_value_t = BudgetAction::Warn)]
    action: BudgetAction,

    #[command(flatten)]
    write: WriteArgs,
}

impl SetArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let scope = match (self.account, self.environment, self.group) {
            (Some(account), ..) => ScopeRequest::Account(account),
            (None, Some(environment), group) => ScopeRequest::Environment(group, environment),
            (None, None, group) => ScopeRequest::Group(group.expect("one of the three is required")),
        };
        let Self { period, amount, thresholds, action, .. } = self;
        let done = context.write(&call, SetBudget { scope, period, amount, thresholds, action })?;
        context.answer_done(&done, view::budget::one("budget-set", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
