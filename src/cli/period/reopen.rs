//! `period reopen`: opens closed months again.

use clap::Args;

use crate::book::close::ReopenPeriod;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Open a closed month again, and all later ones with it
///
/// The acceptance of each month's bill is taken back by entries that name it, and the frozen
/// statements count no more; they and the receipts stay on record. What customers were charged
/// and have paid stands: closing again, the earliest month first, charges only what differs,
/// and freezes new statements under a new receipt. A soft-closed month is opened to all.
///
/// Examples:
///   subledger period reopen 2026-06 --reason 'the provider has sent a corrected bill'
///   subledger period reopen 2026-06 --reason 'wrong agreement' --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ReopenArgs {
    /// The month
    period: Month,

    /// Why; it stays in the audit log
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl ReopenArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, ReopenPeriod { period: self.period, reason: self.reason })?;
        context.answer_done(&done, view::period::reopened(&done.outcome), &[])?;
        context.next(&done, &format!("`subledger period close {}`", self.period));
        Ok(Exit::Done)
    }
}
