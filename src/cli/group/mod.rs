//! `group`: the accounts whose purchases count together.

mod add;
mod edit;
mod list;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Groups: the accounts whose purchases count together, and the money that they share
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    Add(add::AddArgs),
    Edit(edit::EditArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
}

impl GroupCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Add(args) => args.run(context),
            Self::Edit(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
