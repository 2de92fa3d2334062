//! `agent chain freeze`: says that a party above the agent is frozen.

use clap::Args;

use super::answer_written;
use crate::book::upstream::FreezeUpstream;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::domain::code::Name;

/// Say that a party above the agent is frozen: what hangs below it buys nothing any more
///
/// From now on planned orders of the accounts below it are refused; --placed still records what
/// the provider has accepted. `subledger report blast` shows what stops, before and after.
///
/// Examples:
///   subledger agent chain freeze "Tier One (Hangzhou)" --reason 'it has not paid the provider'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct FreezeArgs {
    /// The party, in any case
    name: Name,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl FreezeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), FreezeUpstream { name: self.name, reason: self.reason })?;
        let ended = answer_written(context, &done, "agent-chain-freeze")?;
        context.next(&done, "`subledger report blast NAME` shows what stops");
        Ok(ended)
    }
}
