//! `policy list`: lists the policies.

use clap::Args;

use crate::book::policy::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List the policies: what each is, what it usually is, and what it is for
///
/// Examples:
///   subledger policy list
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let policy = context.read(list)?;
        context.answer(&view::policy::list(&policy))?;
        Ok(Exit::Done)
    }
}
