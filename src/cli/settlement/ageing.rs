//! `settlement ageing`: shows how old what is owed is.

use clap::Args;

use crate::book::settlement::{OwedFilter, ageing};
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show how old what is owed is: accounts receivable by days overdue
///
/// Days count from the due date. The totals are the `receivable` of the trial balance of the
/// same day. What a customer has paid in that pays nothing yet stands beside it: `settlement
/// apply` pays with it. Unapplied is what was given back beyond everything that is owed.
///
/// Examples:
///   subledger settlement ageing
///   subledger settlement ageing --as-of 2026-06-30 --output ageing.xlsx
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AgeingArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl AgeingArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let filter = OwedFilter { group: self.group.as_deref(), account: None };
        let report = context.read(|reader| ageing(reader, filter, self.as_of.when(context)))?;
        context.answer(&view::settlement::ageing(&report)?)?;
        Ok(Exit::Done)
    }
}
