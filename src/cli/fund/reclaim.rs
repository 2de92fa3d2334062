//! `fund reclaim`: takes unspent money of a prepaid account back to its group.

use clap::Args;

use crate::book::fund::Reclaim;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Take unspent money of a prepaid account back to its group
///
/// Up to what the account has not spent (usage that is not charged yet counts as spent), and up
/// to what its group has given it.
///
/// Examples:
///   subledger fund reclaim acme-test 5000
///   subledger fund reclaim acme-test --all --remark "project ended"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ReclaimArgs {
    /// The account's code or UID
    account: String,

    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true, required_unless_present = "all")]
    amount: Option<Exact>,

    /// All that can be taken
    #[arg(long, conflicts_with = "amount")]
    all: bool,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl ReclaimArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let reclaim = Reclaim { account: self.account, amount: self.amount.filter(|_| !self.all), slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), reclaim)?;
        context.answer_done(&done, view::fund::moved("fund-reclaim", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
