//! `operator`: the people who may use the book.

mod add;
mod list;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The people who may use the book, and what they may do
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    Add(add::AddArgs),
    List(list::ListArgs),
}

impl OperatorCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Add(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
