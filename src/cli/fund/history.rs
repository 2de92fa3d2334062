//! `fund history`: shows everything that moved the money of one account or group.

use clap::Args;

use chrono::NaiveDate;

use crate::book::fund::history;
use crate::cli::args::{AsOfArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show everything that moved the money of one account, or of one group
///
/// Of an account: allocations, charges, refunds and transfers, oldest first, with the balance
/// after each: what it has, less what it owes. Of a group: deposits, withdrawals and allocations,
/// with what is not allocated after each.
///
/// Examples:
///   subledger fund history acme-test
///   subledger fund history acme
///   subledger fund history acme-test --from 2026-06-01 --as-of 2026-06-30 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct HistoryArgs {
    /// An account's code or UID, or a group's code
    name: String,

    /// Only from this day on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<NaiveDate>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl HistoryArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let history = context.read(|reader| history(reader, &self.name, self.from, self.as_of.when(context)))?;
        context.answer(&view::fund::history(&history)?)?;
        Ok(Exit::Done)
    }
}
