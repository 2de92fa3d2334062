//! `audit head`: tells the hash of the last operation.

use clap::Args;

use crate::book::audit::head;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Tell the hash of the last operation, which covers everything before it; keep it elsewhere
///
/// Mail it to the auditor, print it, put it where whoever may write the book cannot. `subledger
/// check --head HASH` proves later that nothing before it has changed. `subledger help audit` says
/// what this proves, and what it cannot.
///
/// Examples:
///   subledger audit head
///   subledger audit head --format json --output head-2026-06.json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct HeadArgs {}

impl HeadArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let head = context.read(head)?;
        context.answer(&view::audit::head(&head))?;
        Ok(Exit::Done)
    }
}
