//! `reconcile`: the book's orders against the provider's bill.

mod bridge;
mod run;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The book's orders against the provider's bill, every cent in its class
#[derive(Debug, Subcommand)]
pub(crate) enum ReconcileCommand {
    Run(run::RunArgs),
    Show(show::ShowArgs),
    Bridge(bridge::BridgeArgs),
}

impl ReconcileCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Run(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Bridge(args) => args.run(context),
        }
    }
}
