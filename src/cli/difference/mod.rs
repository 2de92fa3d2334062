//! `difference`: what does not agree.

mod list;

use clap::Subcommand;

use super::context::{Context, Ended};

/// What does not agree between the book and the bill
#[derive(Debug, Subcommand)]
pub(crate) enum DifferenceCommand {
    List(list::ListArgs),
}

impl DifferenceCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
        }
    }
}
