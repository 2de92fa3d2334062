//! `report`: figures over the whole book.

mod blast;
mod duties;
mod exposure;
mod general_ledger;
mod margin;
mod runway;
mod savings;
mod trial_balance;
mod usage;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Figures over the whole book
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    TrialBalance(trial_balance::TrialBalanceArgs),
    GeneralLedger(general_ledger::GeneralLedgerArgs),
    Usage(usage::UsageArgs),
    Runway(runway::RunwayArgs),
    Exposure(exposure::ExposureArgs),
    Blast(blast::BlastArgs),
    Duties(duties::DutiesArgs),
    Savings(savings::SavingsArgs),
    Margin(margin::MarginArgs),
}

impl ReportCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::TrialBalance(args) => args.run(context),
            Self::GeneralLedger(args) => args.run(context),
            Self::Usage(args) => args.run(context),
            Self::Runway(args) => args.run(context),
            Self::Exposure(args) => args.run(context),
            Self::Blast(args) => args.run(context),
            Self::Duties(args) => args.run(context),
            Self::Savings(args) => args.run(context),
            Self::Margin(args) => args.run(context),
        }
    }
}
