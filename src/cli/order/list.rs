//! `order list`: lists orders.

use clap::Args;

use crate::book::order::list;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// List orders, by date
///
/// Examples:
///   subledger order list --period 2026-06
///   subledger order list --account acme-prod --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only the orders of this account (code or UID)
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    /// Only the orders dated in this month
    #[arg(long, value_name = "YYYY-MM")]
    period: Option<Month>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let rows = context.read(|reader| list(reader, self.account.as_deref(), self.period, self.as_of.as_of))?;
        context.answer(&view::order::orders(&rows))?;
        Ok(Exit::Done)
    }
}
