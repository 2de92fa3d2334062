//! `approval show`: shows a request.

use clap::Args;

use crate::book::approval::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show a request: who asks for what, and the entries that it will post
///
/// Examples:
///   subledger approval show a-1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The request's number, as `subledger approval list` shows it
    request: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let request = context.read(|reader| show(reader, &self.request, today))?;
        context.answer(&view::approval::one("approval-show", &request))?;
        Ok(Exit::Done)
    }
}
