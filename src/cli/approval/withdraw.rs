//! `approval withdraw`: takes back what one has asked for.

use clap::Args;

use crate::book::approval::Withdraw;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;

/// Take back a request of your own; nothing is done
///
/// Examples:
///   subledger approval withdraw a-1
///   subledger approval withdraw a-1 --reason "typed twice"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct WithdrawArgs {
    /// The request's number, as `subledger approval list` shows it
    request: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl WithdrawArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, Withdraw { request: self.request, note: self.reason })?;
        super::answer(context, &done, "approval-withdraw")?;
        Ok(Exit::Done)
    }
}
