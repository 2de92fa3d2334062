//! `agent chain thaw`: says that a party above the agent goes on.

use clap::Args;

use super::answer_written;
use crate::book::upstream::ThawUpstream;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::domain::code::Name;

/// Say that a party above the agent that was frozen goes on
///
/// Examples:
///   subledger agent chain thaw "Tier One (Hangzhou)" --reason 'the provider has its money'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ThawArgs {
    /// The party, in any case
    name: Name,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl ThawArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), ThawUpstream { name: self.name, reason: self.reason })?;
        answer_written(context, &done, "agent-chain-thaw")
    }
}
