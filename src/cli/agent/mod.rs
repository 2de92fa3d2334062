//! `agent`: the book's owner, and who stands above it.

mod chain;
mod edit;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// The agent whose book it is, and the chain above it
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    Show(show::ShowArgs),
    Edit(edit::EditArgs),
    #[command(subcommand)]
    Chain(chain::ChainCommand),
}

impl AgentCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Show(args) => args.run(context),
            Self::Edit(args) => args.run(context),
            Self::Chain(command) => command.run(context),
        }
    }
}
