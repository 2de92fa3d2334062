//! `fund`: customers' money.

mod allocate;
mod balance;
mod deposit;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Customers' money: paid in, and given to prepaid accounts
#[derive(Debug, Subcommand)]
pub(crate) enum FundCommand {
    Deposit(deposit::DepositArgs),
    Allocate(allocate::AllocateArgs),
    Balance(balance::BalanceArgs),
}

impl FundCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Deposit(args) => args.run(context),
            Self::Allocate(args) => args.run(context),
            Self::Balance(args) => args.run(context),
        }
    }
}
