//! `difference list`: lists differences.

use clap::Args;

use crate::book::difference::{DifferenceFilter, list};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::difference::DifferenceKind;
use crate::domain::period::Month;
use crate::view;

/// List differences, the largest first; exit 3 when one is open
///
/// Below them: how old those are that are not resolved. An id stays the same in every run; a
/// difference that a later bill or order has settled resolves itself.
///
/// Kinds, the first that applies: unknown-account, currency, duplicate-line, duplicate-order,
/// wrong-account, cut-off (billed in the neighbouring month), late-correction (of a closed
/// month), unlinked-refund, tax, unrecorded-order, missing-in-bill, over-billed, under-billed.
///
/// Examples:
///   subledger difference list --period 2026-06
///   subledger difference list --kind over-billed --account acme-prod
///   subledger difference list --all --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only those of this month
    #[arg(long, value_name = "YYYY-MM")]
    period: Option<Month>,

    /// Only those of this account, by the code or UID that the difference names
    #[arg(long)]
    account: Option<String>,

    /// Only those of this kind
    #[arg(long)]
    kind: Option<DifferenceKind>,

    /// Only those that this person looks after
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,

    /// Also those that have gone, or that a decision has settled
    #[arg(long)]
    all: bool,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { period, account, kind, owner, all } = self;
        let filter = DifferenceFilter { period, account, kind, owner, all };
        let differences = context.read(|reader| list(reader, &filter))?;
        let today = context.session().today();
        context.answer(&view::difference::list(&differences, today)?)?;
        Ok(if differences.iter().any(|d| d.is_open(today)) { Exit::LeftForAPerson } else { Exit::Done })
    }
}
