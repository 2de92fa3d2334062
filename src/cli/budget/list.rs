//! `budget list`: lists the budgets, and where they stand.

use clap::Args;

use crate::book::budget::list;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List the budgets, and where each stands in its period
///
/// Examples:
///   subledger budget list
///   subledger budget list --account acme-prod
///   subledger budget list --group acme --as-of 2026-06-30 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only those that charges of this account count towards
    #[arg(long)]
    account: Option<String>,

    /// Only those of this group and its accounts
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let when = self.as_of.when(context);
        let budgets = context.read(|reader| list(reader, self.account.as_deref(), self.group.as_deref(), when))?;
        context.answer(&view::budget::list(&budgets)?)?;
        Ok(Exit::Done)
    }
}
