//! `alert acknowledge`: says that somebody is on an alert.

use clap::Args;

use crate::book::alert::AcknowledgeAlert;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Say that somebody is on an alert
///
/// It stays in the list and does not make `alert list` end with exit 3 any more.
///
/// Examples:
///   subledger alert acknowledge 4f6ac20b31ed --note "called them, they pay on Friday"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AcknowledgeArgs {
    /// Its id, as `subledger alert list` shows it, or enough of its beginning
    alert: String,

    /// What is being done about it
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AcknowledgeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, AcknowledgeAlert { alert: self.alert, note: self.note.map(|note| note.to_string()) })?;
        context.answer_done(&done, view::alert::marked("alert-acknowledge", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
