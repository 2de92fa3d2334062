//! `bill diff`: what changed between two versions of a bill.

use clap::Args;

use crate::book::bill::diff;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Tell what changed between two versions of a month's bill
///
/// Lines are the same when they have the same id of the provider; where a layout has none, when
/// they name the same account, order, product, kind and day. Shown are the lines that came,
/// changed and went, and what that does to each account and its statement.
///
/// Examples:
///   subledger bill diff 2026-06
///   subledger bill diff 2026-06 --from 1 --to 3 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DiffArgs {
    /// The month
    period: Month,

    /// The older version [default: the one before the newer]
    #[arg(long, value_name = "NUMBER")]
    from: Option<i64>,

    /// The newer version [default: the one that counts]
    #[arg(long, value_name = "NUMBER")]
    to: Option<i64>,
}

impl DiffArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let found = context.read(|reader| diff(reader, self.period, self.from, self.to))?;
        context.answer(&view::bill::diff(&found)?)?;
        Ok(Exit::Done)
    }
}
