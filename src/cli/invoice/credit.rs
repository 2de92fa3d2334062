//! `invoice credit`: requests a red letter.

use clap::Args;

use crate::book::invoice::CreditInvoice;
use crate::cli::args::{WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::money::Exact;
use crate::view;

/// Request a red letter: an invoice below zero that takes back of one that was issued
///
/// Red letters never come to more than the invoice. Net and tax of each are worked out by
/// themselves, and the last one takes the rest: ten of 10.00 take back exactly 94.34 and 5.66. It
/// gets its own number with `invoice issue`.
///
/// Examples:
///   subledger invoice credit i-1 --reason "returned in July"
///   subledger invoice credit i-1 --amount 100 --reason "returned in part"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CreditArgs {
    /// The invoice, such as i-1, or its number
    invoice: String,

    /// How much of it, tax and all [default: all that is left]
    #[arg(long, value_parser = amount, allow_negative_numbers = true)]
    amount: Option<Exact>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl CreditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, CreditInvoice { invoice: self.invoice, amount: self.amount, reason: self.reason })?;
        context.answer_done(&done, view::invoice::one("invoice-credit", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
