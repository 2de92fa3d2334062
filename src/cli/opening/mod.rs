//! `opening`: what the book starts with.

mod import;

use clap::Subcommand;

use super::context::{Context, Ended};

/// What the book starts with: balances, volumes and open orders of before
#[derive(Debug, Subcommand)]
pub(crate) enum OpeningCommand {
    Import(import::ImportArgs),
}

impl OpeningCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Import(args) => args.run(context),
        }
    }
}
