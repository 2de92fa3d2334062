//! `pool`: the agent's money at the provider.

mod history;
mod pay;
mod show;
mod top_up;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The agent's own money at the provider: paid in, and paid for what was billed
#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    TopUp(top_up::TopUpArgs),
    Pay(pay::PayArgs),
    Show(show::ShowArgs),
    History(history::HistoryArgs),
}

impl PoolCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::TopUp(args) => args.run(context),
            Self::Pay(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::History(args) => args.run(context),
        }
    }
}
