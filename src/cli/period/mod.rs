//! `period`: months and their closing.

mod close;
mod list;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Months: open, or closed under a receipt
#[derive(Debug, Subcommand)]
pub(crate) enum PeriodCommand {
    List(list::ListArgs),
    Close(close::CloseArgs),
}

impl PeriodCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Close(args) => args.run(context),
        }
    }
}
