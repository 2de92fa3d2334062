//! `pool history`: shows everything that moved the agent's money at the provider.

use chrono::NaiveDate;
use clap::Args;

use crate::book::pool::history;
use crate::cli::args::{AsOfArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Currency;
use crate::view;

/// Show everything that moved the pool, and what the bank paid the provider
///
/// Top-ups and payments in one currency, oldest first, with what was in the pool after each.
///
/// Examples:
///   subledger pool history
///   subledger pool history --currency USD --from 2026-06-01 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct HistoryArgs {
    /// Of which pool [default: the book's own currency]
    #[arg(long)]
    currency: Option<Currency>,

    /// Only from this day on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<NaiveDate>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl HistoryArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let history = context.read(|reader| history(reader, self.currency, self.from, self.as_of.when(context)))?;
        context.answer(&view::pool::history(&history)?)?;
        Ok(Exit::Done)
    }
}
