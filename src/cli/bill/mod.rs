//! `bill`: the provider's bills.

mod diff;
mod drop;
pub(crate) mod import;
mod layouts;
mod lines;
mod list;
mod rejects;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The provider's bills, in versions
#[derive(Debug, Subcommand)]
pub(crate) enum BillCommand {
    Import(import::ImportArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Layouts(layouts::LayoutsArgs),
    Lines(lines::LinesArgs),
    Diff(diff::DiffArgs),
    Drop(drop::DropArgs),
}

impl BillCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Import(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Layouts(args) => args.run(context),
            Self::Lines(args) => args.run(context),
            Self::Diff(args) => args.run(context),
            Self::Drop(args) => args.run(context),
        }
    }
}
