//! `agent chain remove`: takes a party above the agent out of the chain.

use clap::Args;

use super::answer_written;
use crate::book::upstream::RemoveUpstream;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::domain::code::Name;

/// Take a party out of the chain above the agent
///
/// Refused while others buy from it, and while living accounts say that they are bought through
/// it. It stays on record in the log.
///
/// Examples:
///   subledger agent chain remove "Tier Two"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RemoveArgs {
    /// The party, in any case
    name: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl RemoveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), RemoveUpstream { name: self.name })?;
        answer_written(context, &done, "agent-chain-remove")
    }
}
