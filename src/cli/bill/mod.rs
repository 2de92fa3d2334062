//! `bill`: the provider's bills.

pub(crate) mod import;
mod list;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The provider's bills, in versions
#[derive(Debug, Subcommand)]
pub(crate) enum BillCommand {
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
}

impl BillCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Import(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
        }
    }
}
