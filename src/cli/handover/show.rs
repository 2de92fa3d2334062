//! `handover show`: shows a hand-over and its steps.

use clap::Args;

use crate::book::handover::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show a hand-over: its steps, who has ticked them and when, and what was taken back
///
/// Examples:
///   subledger handover show h-1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// Its number, as `subledger handover list` shows it
    case: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let view = context.read(|reader| show(reader, &self.case, today))?;
        context.answer(&view::handover::show(&view))?;
        Ok(Exit::Done)
    }
}
