//! `statement`: what the agent shows an account, a group or an entity for a month.

pub(crate) mod export;
mod show;
mod verify;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Statements: what the agent shows one account for a month
#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    Show(show::ShowArgs),
    Export(export::ExportArgs),
    Verify(verify::VerifyArgs),
}

impl StatementCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Show(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Verify(args) => args.run(context),
        }
    }
}
