//! `agent edit`: puts right what is known of the book's owner.

use clap::Args;

use crate::book::agent::EditAgent;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Put right what is known of the agent: its name, or its own account at the provider
///
/// The UID is the one that pays for the accounts of the bills; no account of the book has it.
///
/// Examples:
///   subledger agent edit --uid 9000000000000001
///   subledger agent edit --name "Lingdu Cloud (Hangzhou)"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(crate) struct EditArgs {
    /// Its registered name
    #[arg(long, value_name = "NAME", group = "what")]
    name: Option<Name>,

    /// Its own account at the provider
    #[arg(long, group = "what")]
    uid: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), EditAgent { name: self.name, uid: self.uid })?;
        context.answer_done(&done, view::agent::agent("agent-edit", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
