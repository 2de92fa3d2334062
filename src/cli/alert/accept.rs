//! `alert accept`: says that what an alert is about may stay as it is.

use clap::Args;

use crate::book::alert::AcceptAlert;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Say that what an alert is about may stay as it is
///
/// The reason stays in the log, with who said it and when.
///
/// Examples:
///   subledger alert accept 4f6ac20b31ed --note "the project ends this month"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AcceptArgs {
    /// Its id, as `subledger alert list` shows it, or enough of its beginning
    alert: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl AcceptArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, AcceptAlert { alert: self.alert, note: self.note.to_string() })?;
        context.answer_done(&done, view::alert::marked("alert-accept", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
