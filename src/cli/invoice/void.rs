//! `invoice void`: withdraws a request, or voids an invoice on paper.

use clap::Args;

use crate::book::invoice::VoidInvoice;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Withdraw a request, or void an invoice on paper within the month on it
///
/// A digital invoice cannot be voided, nor one of an earlier month: `invoice credit` requests a
/// red letter. What it was about can be invoiced again.
///
/// Examples:
///   subledger invoice void i-1 --reason "wrong title"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct VoidArgs {
    /// The invoice, such as i-1, or its number
    invoice: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl VoidArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), VoidInvoice { invoice: self.invoice, reason: self.reason })?;
        context.answer_done(&done, view::invoice::one("invoice-void", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
