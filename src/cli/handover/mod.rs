//! `handover`: accounts whose holder leaves.

mod close;
mod list;
mod open;
mod show;
mod step;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Accounts whose holder leaves: what has to be done before they are somebody else's
#[derive(Debug, Subcommand)]
pub(crate) enum HandoverCommand {
    Open(open::OpenArgs),
    Step(step::StepArgs),
    Close(close::CloseArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
}

impl HandoverCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Open(args) => args.run(context),
            Self::Step(args) => args.run(context),
            Self::Close(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
