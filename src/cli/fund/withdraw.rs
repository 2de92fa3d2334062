//! `fund withdraw`: gives a customer money back that is not allocated.

use clap::Args;

use crate::book::fund::Withdraw;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Give a customer money back that is not allocated
///
/// Up to what the group has and has not allocated, less what its accounts are in
/// arrears with or owe overdue (policy payment-days).
///
/// Examples:
///   subledger fund withdraw acme 5000 --reference "ICBC 20260611-03"
///   subledger fund withdraw acme 5000 --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct WithdrawArgs {
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

impl WithdrawArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let withdraw = Withdraw { group: self.group, amount: self.amount, slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), withdraw)?;
        context.answer_done(&done, view::fund::moved("fund-withdraw", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
