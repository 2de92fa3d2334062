//! `compliance`: the rules that keep a customer's account its own.

mod check;
mod list;
mod waive;
mod withdraw;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The rules that keep a customer's account its own, and who answers for what is broken
#[derive(Debug, Subcommand)]
pub(crate) enum ComplianceCommand {
    Check(check::CheckArgs),
    Waive(waive::WaiveArgs),
    Withdraw(withdraw::WithdrawArgs),
    List(list::ListArgs),
}

impl ComplianceCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Check(args) => args.run(context),
            Self::Waive(args) => args.run(context),
            Self::Withdraw(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
