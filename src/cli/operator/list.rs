//! `operator list`: lists the people who may use the book.

use clap::Args;

use crate::book::operator::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List the people who may use the book, and what they may do
///
/// Examples:
///   subledger operator list
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let operators = context.read(|reader| list(reader, today))?;
        context.answer(&view::operator::list(&operators))?;
        Ok(Exit::Done)
    }
}
