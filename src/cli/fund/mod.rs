//! `fund`: customers' money.

mod allocate;
mod apply;
mod balance;
mod deposit;
mod history;
mod plan;
mod reclaim;
mod transfer;
mod withdraw;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Customers' money: paid in, given to prepaid accounts, and taken back
#[derive(Debug, Subcommand)]
pub(crate) enum FundCommand {
    Deposit(deposit::DepositArgs),
    Withdraw(withdraw::WithdrawArgs),
    Allocate(allocate::AllocateArgs),
    Reclaim(reclaim::ReclaimArgs),
    Transfer(transfer::TransferArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Balance(balance::BalanceArgs),
    History(history::HistoryArgs),
}

impl FundCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Deposit(args) => args.run(context),
            Self::Withdraw(args) => args.run(context),
            Self::Allocate(args) => args.run(context),
            Self::Reclaim(args) => args.run(context),
            Self::Transfer(args) => args.run(context),
            Self::Plan(args) => args.run(context),
            Self::Apply(args) => args.run(context),
            Self::Balance(args) => args.run(context),
            Self::History(args) => args.run(context),
        }
    }
}
