//! `bill drop`: takes a version of a bill out of the book.

use clap::Args;

use crate::book::bill::DropBill;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Take a version of an open month's bill out of the book
///
/// Its lines go; that it was there, its files and its totals stay on record. The version before
/// it counts again. The bill of a closed month cannot be dropped.
///
/// Examples:
///   subledger bill drop 2026-06
///   subledger bill drop 2026-06 --version 1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, disable_version_flag = true)]
pub(crate) struct DropArgs {
    /// The month
    period: Month,

    /// Which version [default: the one that counts]
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,

    #[command(flatten)]
    write: WriteArgs,
}

impl DropArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, DropBill { period: self.period, version: self.version })?;
        context.answer_done(&done, view::bill::dropped(&done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
