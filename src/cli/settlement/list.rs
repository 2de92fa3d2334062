//! `settlement list`: shows what is owed.

use clap::Args;

use crate::book::settlement::{OwedFilter, list};
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show what agent-pays accounts owe, when it is due, and what is overdue
///
///   terms     a month is due so many days after its end: the policy `payment-days`, or what
///             `group edit --payment-days` says for the group
///   owed      what was charged, less what was given back and paid
///   overdue   what of it was due before today, or before the day of --as-of
/// Of one account, each month is shown. JSON has them always.
///
/// Examples:
///   subledger settlement list
///   subledger settlement list --account acme-prod
///   subledger settlement list --group acme --as-of 2026-06-30 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// Only this account, by its code or UID
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let filter = OwedFilter { group: self.group.as_deref(), account: self.account.as_deref() };
        let report = context.read(|reader| list(reader, filter, self.as_of.when(context)))?;
        context.answer(&view::settlement::list(&report)?)?;
        Ok(Exit::Done)
    }
}
