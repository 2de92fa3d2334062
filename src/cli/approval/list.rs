//! `approval list`: lists what waits for a second person.

use clap::Args;

use crate::book::approval::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List what waits for a second person
///
/// What moves more than the policy approval-limit is not done, but kept here until another operator
/// has approved or rejected it, or approval-days are over.
///
/// Examples:
///   subledger approval list
///   subledger approval list --all --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Also what was decided, and what nobody has decided in time
    #[arg(long)]
    all: bool,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let requests = context.read(|reader| list(reader, self.all, today))?;
        context.answer(&view::approval::list(&requests))?;
        Ok(Exit::Done)
    }
}
