//! `group list`: lists groups.

use clap::Args;

use crate::book::group::list;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List groups, by code
///
/// Examples:
///   subledger group list
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let views = context.read(|reader| list(reader, self.as_of.when(context)))?;
        context.answer(&view::entity::groups(&views))?;
        Ok(Exit::Done)
    }
}
