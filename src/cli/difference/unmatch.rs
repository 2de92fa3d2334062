//! `difference unmatch`: takes a match by hand back.

use clap::Args;

use crate::book::match_by_hand::Unmatch;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Take back what `difference match` has said
///
/// Examples:
///   subledger difference unmatch 93e6d123f2c1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct UnmatchArgs {
    /// The id of the difference that was matched, or an order number of either side
    id: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl UnmatchArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), Unmatch { id: self.id })?;
        context.answer_done(&done, view::difference::said("difference-unmatch", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
