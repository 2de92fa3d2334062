//! `credit`: how much agent-pays accounts may owe.

mod set;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Credit: how much agent-pays accounts may owe
#[derive(Debug, Subcommand)]
pub(crate) enum CreditCommand {
    Set(set::SetArgs),
    Show(show::ShowArgs),
}

impl CreditCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Set(args) => args.run(context),
            Self::Show(args) => args.run(context),
        }
    }
}
