//! `period receipt`: what a month was closed with.

use clap::Args;

use crate::book::period::show_receipt;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Show what a month was closed with: totals, ledger, statements, and the hashes of all of it
///
/// `content` of the JSON form holds the very bytes that were hashed, to be kept elsewhere:
/// `subledger check` compares the book with them.
///
/// Examples:
///   subledger period receipt 2026-06
///   subledger period receipt 2026-06 --format json --output receipt.json
///   subledger period receipt 2026-06 --output receipt.html
///   subledger period receipt 2026-06 --version 1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, disable_version_flag = true)]
pub(crate) struct ReceiptArgs {
    /// The month
    period: Month,

    /// An earlier receipt of a month that was reopened
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
}

impl ReceiptArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let receipt = context.read(|reader| show_receipt(reader, self.period, self.version))?;
        context.answer(&view::period::receipt(&receipt))?;
        Ok(Exit::Done)
    }
}
