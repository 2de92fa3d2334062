//! `period close`: closes a month.

use clap::Args;

use crate::book::close::ClosePeriod;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::close::WithoutBill;
use crate::domain::period::Month;
use crate::view;

/// Close a month: charge usage, accept the bill, freeze the statements, keep a receipt
///
/// Refused, with the list of what blocks, while the month is not over, its bill is missing or
/// an estimate, a difference is open, something is unexplained, or an earlier month with
/// orders, a bill or active accounts is open. A closed month takes nothing more. Earlier months
/// in which only money moved close along with it.
///
/// A month without orders, in which accounts were active, has no bill only if the provider made
/// none: --yes says so, and the audit log keeps that it was said. If the bill has not come, or
/// is only an estimate, --without-bill closes on what is expected: usage is accrued as the
/// estimate or the month before has it, and taken back on the first of the next month; orders
/// stay in `accrued` until a bill has them.
///
/// Examples:
///   subledger period close 2026-06
///   subledger period close 2026-06 --dry-run
///   subledger period close 2026-06 --yes
///   subledger period close 2026-06 --without-bill
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CloseArgs {
    /// The month
    period: Month,

    /// Close on what is expected: the bill has not come, or is an estimate
    #[arg(long)]
    without_bill: bool,

    #[command(flatten)]
    write: WriteArgs,
}

impl CloseArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let without_bill = match (self.without_bill, context.global.yes) {
            (true, _) => WithoutBill::NotYet,
            (false, true) => WithoutBill::NoneMade,
            (false, false) => WithoutBill::No,
        };
        let mut call = context.call(&self.write);
        if without_bill == WithoutBill::NoneMade {
            // Elsewhere --yes changes nothing in the book; here it is part of what was done.
            call.arguments.insert("without_bill".to_owned(), "yes".to_owned());
        }
        let done = context.write(&call, ClosePeriod { period: self.period, without_bill })?;
        context.answer_done(&done, view::period::closed(&done.outcome), &[])?;
        if done.outcome.already {
            context.ui.status(&format!("{} was closed before; nothing was changed", self.period));
        }
        context.next(&done, &format!("`subledger statement export --period {} --out DIR`", self.period));
        Ok(Exit::Done)
    }
}
