//! `entity`: legal persons.

mod add;
mod edit;
mod list;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Legal persons: who really owns an account, and whose name an invoice bears
#[derive(Debug, Subcommand)]
pub(crate) enum EntityCommand {
    Add(add::AddArgs),
    Edit(edit::EditArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
}

impl EntityCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Add(args) => args.run(context),
            Self::Edit(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
