//! `period soft-close`: lets only finance write in a month.

use clap::Args;

use crate::book::close::SoftClosePeriod;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Let only finance write in a month, and in all before it, until it is closed or reopened
///
/// Examples:
///   subledger period soft-close 2026-06
///   subledger period reopen 2026-06 --reason 'orders were forgotten'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SoftCloseArgs {
    /// The month
    period: Month,

    #[command(flatten)]
    write: WriteArgs,
}

impl SoftCloseArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, SoftClosePeriod { period: self.period })?;
        context.answer_done(&done, view::period::soft_closed(&done.outcome), &[])?;
        if done.outcome.already {
            context.ui.status(&format!("{} was soft-closed before; nothing was changed", self.period));
        }
        context.next(&done, &format!("`subledger period close {}`", self.period));
        Ok(Exit::Done)
    }
}
