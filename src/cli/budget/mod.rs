//! `budget`: how much accounts, groups and environments should cost.

mod list;
mod remove;
mod set;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Budgets: how much an account, a group or an environment should cost
#[derive(Debug, Subcommand)]
pub(crate) enum BudgetCommand {
    Set(set::SetArgs),
    Remove(remove::RemoveArgs),
    List(list::ListArgs),
}

impl BudgetCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Set(args) => args.run(context),
            Self::Remove(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
