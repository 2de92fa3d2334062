//! `statement show`: shows the statement of an account.

use clap::Args;

use crate::book::statement::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Show the statement of an account for a month
///
/// Amounts are the balance due: charges raise it, payments and credits lower it; below zero it
/// is unspent money of the customer. The statement of a closed month is frozen; that of an open
/// month is provisional.
///
/// Examples:
///   subledger statement show acme-prod --period 2026-06
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The account's code or UID
    account: String,

    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let view = context.read(|reader| show(reader, &self.account, self.period))?;
        context.answer(&view::statement::statement(&view)?)?;
        Ok(Exit::Done)
    }
}
