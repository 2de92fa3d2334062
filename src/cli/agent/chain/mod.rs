//! `agent chain`: who sells to the agent, up to the provider.

mod add;
mod edit;
mod freeze;
mod list;
mod remove;
mod thaw;

use clap::Subcommand;

use crate::book::Done;
use crate::book::upstream::UpstreamWritten;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// The chain above the agent: who sells to whom, up to the provider
#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    Add(add::AddArgs),
    Edit(edit::EditArgs),
    Remove(remove::RemoveArgs),
    Freeze(freeze::FreezeArgs),
    Thaw(thaw::ThawArgs),
    List(list::ListArgs),
}

impl ChainCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Add(args) => args.run(context),
            Self::Edit(args) => args.run(context),
            Self::Remove(args) => args.run(context),
            Self::Freeze(args) => args.run(context),
            Self::Thaw(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}

/// Gives the answer of a command that has written a party.
fn answer_written(context: &Context, done: &Done<UpstreamWritten>, schema: &str) -> Ended {
    context.answer_done(done, view::upstream::party(schema, &done.outcome.view), &done.outcome.notices)?;
    Ok(Exit::Done)
}
