//! `reconcile run`: compares a month's bill with the recorded orders.

use clap::Args;

use crate::book::reconcile::Reconcile;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Compare a month's bill with the recorded orders
///
/// Orders are matched by the provider's order number and account, the expected cost against
/// what was billed. What is off by less than half a minor unit is rounding; usage has no order.
/// The rest is differences, each with an id that stays the same in every run. Exit 3 when
/// somebody has to look at one.
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
        let done = context.write(&context.call(&self.write), Reconcile { period: self.period })?;
        context.answer_done(&done, view::reconcile::reconciled("reconcile-run", &done.outcome)?, &[])?;
        let (open, _) = done.outcome.open()?;
        Ok(if open > 0 { Exit::LeftForAPerson } else { Exit::Done })
    }
}
