//! `fund transfer`: passes unspent money from one prepaid account to another.

use clap::Args;

use crate::book::fund::Transfer;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Pass unspent money from one prepaid account to another
///
/// Only between accounts of one group whose real-name owner is the same, as at the provider.
///
/// Examples:
///   subledger fund transfer --from acme-test --to acme-dev 5000
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct TransferArgs {
    /// The account that gives, by code or UID
    #[arg(long, value_name = "ACCOUNT")]
    from: String,

    /// The account that gets, by code or UID
    #[arg(long, value_name = "ACCOUNT")]
    to: String,

    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl TransferArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let transfer = Transfer { from: self.from, to: self.to, amount: self.amount, slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), transfer)?;
        context.answer_done(&done, view::fund::moved("fund-transfer", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
