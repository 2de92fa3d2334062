//! `alert reopen`: takes back what was said to an alert.

use clap::Args;

use crate::book::alert::ReopenAlert;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Take back what was said to an alert
///
/// It is open again.
///
/// Examples:
///   subledger alert reopen 4f6ac20b31ed
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ReopenArgs {
    /// Its id, as `subledger alert list` shows it, or enough of its beginning
    alert: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl ReopenArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, ReopenAlert { alert: self.alert })?;
        context.answer_done(&done, view::alert::marked("alert-reopen", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
