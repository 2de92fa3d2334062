//! `group show`: shows a group.

use clap::Args;

use crate::book::group::show;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show a group: its accounts, and its money that is not allocated
///
/// Examples:
///   subledger group show acme
///   subledger group show acme --as-of 2026-06-30
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// Its code
    code: String,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let view = context.read(|reader| show(reader, &self.code, self.as_of.when(context)))?;
        context.answer(&view::entity::group(&view))?;
        Ok(Exit::Done)
    }
}
