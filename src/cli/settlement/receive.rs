//! `settlement receive`: records money that a customer paid for what its accounts owe.

use clap::Args;

use super::PaysArgs;
use crate::book::settlement::ReceiveSettlement;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Record money that a customer paid for what its agent-pays accounts owe
///
/// It pays what is due first, over all accounts of the group; a month is due so many days after
/// its end (`settlement list`). --account and --period name what it is for. A month may be paid
/// in part. What is more than all that goes to the group's deposits.
///
/// The same bank reference a second time is refused: the money would count twice. Where one
/// transfer is for two groups, --again records the second part.
///
/// Examples:
///   subledger settlement receive acme 56899.99 --reference "ICBC 20260725-17"
///   subledger settlement receive acme 1000 --account acme-prod --period 2026-06
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ReceiveArgs {
    /// The group that paid
    group: String,

    /// How much came into the bank, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    #[command(flatten)]
    pays: PaysArgs,

    /// Record it though money came in under the same reference before
    #[arg(long, requires = "reference")]
    again: bool,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl ReceiveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { group, amount, pays, again, slip, write } = self;
        let receive = ReceiveSettlement { group, amount, pays: pays.into(), again, slip: slip.into() };
        let done = context.write(&context.call(&write), receive)?;
        let notices = done.outcome.notices.clone();
        context.answer_done(&done, view::settlement::settled("settlement-receive", &done.outcome), &notices)?;
        Ok(Exit::Done)
    }
}
