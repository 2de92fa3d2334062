//! `report trial-balance`: every ledger account with a balance.

use clap::Args;

use crate::book::report::trial_balance;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show every ledger account with a balance; both sides are equal in each currency
///
/// Examples:
///   subledger report trial-balance
///   subledger report trial-balance --as-of 2026-06-30 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct TrialBalanceArgs {
    #[command(flatten)]
    as_of: AsOfArgs,
}

impl TrialBalanceArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let report = context.read(|reader| trial_balance(reader, self.as_of.as_of))?;
        context.answer(&view::report::trial_balance(&report))?;
        Ok(Exit::Done)
    }
}
