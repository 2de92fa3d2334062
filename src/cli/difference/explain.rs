//! `difference explain`: tells why a difference is one.

use clap::Args;

use crate::book::explain::explain;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Tell why a difference is one: what was looked for, what came near, and what would settle it
///
/// The matcher is asked again over the same bill and orders: which steps were tried, which
/// orders or lines came nearest, and what keeps each of them from being it.
///
/// Examples:
///   subledger difference explain 93e6d123f2c1
///   subledger difference explain 93e6 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExplainArgs {
    /// Its id, as `subledger difference list` shows it, or enough of its beginning
    id: String,
}

impl ExplainArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let explained = context.read(|reader| explain(reader, &self.id))?;
        context.answer(&view::difference::explained(&explained, context.session().today())?)?;
        Ok(Exit::Done)
    }
}
