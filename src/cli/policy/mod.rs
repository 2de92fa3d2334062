//! `policy`: what one agent wants otherwise than another.

mod list;
mod set;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Policies: what this agent wants otherwise than most
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    Set(set::SetArgs),
    List(list::ListArgs),
}

impl PolicyCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Set(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
