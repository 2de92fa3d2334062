//! `approval approve`: does what somebody else has asked for.

use clap::Args;

use crate::book::approval::Approve;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;

/// Approve a request of another operator: what was asked for is done, exactly
///
/// It posts the entries that `approval show` lists, on their day. If the book has moved so that it
/// would post anything else, or a rule forbids it by now, it is refused, and the request goes on
/// waiting. Nobody approves what they have asked for themselves.
///
/// Examples:
///   subledger approval approve a-1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ApproveArgs {
    /// The request's number, as `subledger approval list` shows it
    request: String,

    /// Anything worth knowing
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl ApproveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, Approve { request: self.request, note: self.note })?;
        super::answer(context, &done, "approval-approve")?;
        Ok(Exit::Done)
    }
}
