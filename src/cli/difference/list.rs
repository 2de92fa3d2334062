//! `difference list`: lists differences.

use clap::Args;

use crate::book::reconcile::{Shown, list};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// List differences, the largest first; exit 3 when one is open
///
/// Kinds: unknown-account, duplicate-line (counted once, nothing to do), unrecorded-order,
/// missing-in-bill, over-billed, under-billed. An id stays the same in every run; a difference
/// that a later bill or order has settled resolves itself.
///
/// Examples:
///   subledger difference list --period 2026-06
///   subledger difference list --all --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only those of this month
    #[arg(long, value_name = "YYYY-MM")]
    period: Option<Month>,

    /// Also those that have resolved themselves
    #[arg(long)]
    all: bool,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let shown = if self.all { Shown::All } else { Shown::Current };
        let differences = context.read(|reader| list(reader, self.period, shown))?;
        context.answer(&view::reconcile::differences(&differences)?)?;
        Ok(if differences.iter().any(crate::domain::difference::Difference::is_open) { Exit::LeftForAPerson } else { Exit::Done })
    }
}
