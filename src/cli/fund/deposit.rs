//! `fund deposit`: records money that a customer paid in.

use clap::Args;

use crate::book::fund::Deposit;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Record money that a customer paid in
///
/// It belongs to the group and is not allocated yet.
///
/// Examples:
///   subledger fund deposit acme 50000 --date 2026-06-01
///   subledger fund deposit acme 50000.00 --reference "ICBC 20260601-77" --key icbc-20260601-77
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DepositArgs {
    /// The group's code
    group: String,

    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl DepositArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let deposit = Deposit { group: self.group, amount: self.amount, slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), deposit)?;
        context.answer_done(&done, view::fund::moved("fund-deposit", &done.outcome), &[])?;
        context.next(&done, "`subledger fund allocate ACCOUNT AMOUNT` gives some of it to a prepaid account");
        Ok(Exit::Done)
    }
}
