//! `period waive`: somebody answers for a check that fails.

use clap::Args;

use crate::book::close::checklist::WaiveCheck;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::close::CloseCheck;
use crate::domain::period::Month;
use crate::view;

/// Answer for a check that keeps a month from closing, with a reason that stays on its receipt
///
/// Only what cannot be worked off may be waived: stated-total, rejected-lines, other-currency.
/// A difference is decided, never waived.
///
/// Examples:
///   subledger period waive 2026-06 stated-total --reason 'the portal rounds each page'
///   subledger period waive 2026-06 stated-total --withdraw
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct WaiveArgs {
    /// The month
    period: Month,

    /// The check, as `subledger period checklist` names it
    check: CloseCheck,

    /// Why it may fail
    #[arg(long, value_name = "TEXT", required_unless_present = "withdraw", conflicts_with = "withdraw")]
    reason: Option<String>,

    /// Take the waiver back
    #[arg(long)]
    withdraw: bool,

    #[command(flatten)]
    write: WriteArgs,
}

impl WaiveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, WaiveCheck { period: self.period, check: self.check, reason: self.reason })?;
        context.answer_done(&done, view::period::waived(&done.outcome), &[])?;
        context.next(&done, &format!("`subledger period checklist {}`", self.period));
        Ok(Exit::Done)
    }
}
