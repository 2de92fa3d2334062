//! `approval reject`: says no to what somebody else has asked for.

use clap::Args;

use crate::book::approval::Reject;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;

/// Say no to a request of another operator; nothing is done
///
/// Examples:
///   subledger approval reject a-1 --reason "the customer has not paid yet"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RejectArgs {
    /// The request's number, as `subledger approval list` shows it
    request: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl RejectArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, Reject { request: self.request, note: self.reason })?;
        super::answer(context, &done, "approval-reject")?;
        Ok(Exit::Done)
    }
}
