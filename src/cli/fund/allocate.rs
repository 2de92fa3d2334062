//! `fund allocate`: gives a prepaid account money of its group.

use clap::Args;

use crate::book::fund::Allocate;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Give a prepaid account money of its group
///
/// Up to what the group has on that day and on every later one. An account in arrears is given
/// what covers them first.
///
/// Examples:
///   subledger fund allocate acme-test 20000 --date 2026-06-01
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AllocateArgs {
    /// The account's code or UID
    account: String,

    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl AllocateArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let allocate = Allocate { account: self.account, amount: self.amount, slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), allocate)?;
        context.answer_done(&done, view::fund::moved("fund-allocate", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
