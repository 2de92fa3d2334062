//! `reconcile run`: compares a month's bill with the recorded orders.

use clap::Args;

use crate::book::Done;
use crate::book::reconcile::Reconcile;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Compare a month's bill with the recorded orders
///
/// Orders are matched by the provider's order number and account, the expected cost against
/// what was billed; then by the provider's own rounding, within the policy's tolerance, by
/// parts and refunds of a number, by account, product, amount and day, and by the one smallest
/// set of orders that comes to a line. What could be several things is matched with none. Usage
/// has no order. The rest is differences, each with an id that stays the same in every run, and
/// what was said of it stays until the amounts change. Exit 3 when somebody has to look at one.
///
/// Examples:
///   subledger reconcile run --period 2026-06
///   subledger reconcile run --period 2026-06 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RunArgs {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    #[command(flatten)]
    write: WriteArgs,
}

impl RunArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Done { status, outcome } = context.write(&context.call(&self.write), Reconcile { period: self.period })?;
        let (open, notices) = (outcome.open, outcome.notices());
        let document = view::reconcile::reconciled_at_last("reconcile-run", outcome)?;
        context.answer_done(&Done { status, outcome: () }, document, &notices)?;
        Ok(if open > 0 { Exit::LeftForAPerson } else { Exit::Done })
    }
}
