//! `agent show`: shows the book's owner.

use clap::Args;

use crate::book::agent::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show the agent whose book it is
///
/// `subledger agent chain list` shows who sells to it.
///
/// Examples:
///   subledger agent show
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let view = context.read(show)?;
        context.answer(&view::agent::agent("agent-show", &view))?;
        Ok(Exit::Done)
    }
}
