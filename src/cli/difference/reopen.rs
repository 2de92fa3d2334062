//! `difference reopen`: opens differences again.

use clap::Args;

use crate::book::difference::Reopen;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Open differences again that somebody has said something about
///
/// What was accepted or written off is taken back by an entry of its own. Orders that a decision
/// has recorded stay: a refund undoes them.
///
/// Examples:
///   subledger difference reopen 93e6d123f2c1 --note "the provider says otherwise"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ReopenArgs {
    /// Their ids, as `subledger difference list` shows them, or enough of their beginnings
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl ReopenArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, Reopen { ids: self.ids, note: self.note.map(|note| note.to_string()) })?;
        context.answer_done(&done, view::difference::said("difference-reopen", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
