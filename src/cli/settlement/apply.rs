//! `settlement apply`: pays what accounts owe from their group's deposits.

use clap::Args;

use super::PaysArgs;
use crate::book::settlement::ApplyDeposits;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Pay what agent-pays accounts owe from money that their group has paid in before
///
/// Without an amount it is as much as is owed, up to what is not allocated.
///
/// Examples:
///   subledger settlement apply acme
///   subledger settlement apply acme 5000 --account acme-prod --period 2026-06
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ApplyArgs {
    /// The group
    group: String,

    /// How much, in major units [default: as much as is owed and there is]
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Option<Exact>,

    #[command(flatten)]
    pays: PaysArgs,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl ApplyArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { group, amount, pays, slip, write } = self;
        let done = context.write(&context.call(&write), ApplyDeposits { group, amount, pays: pays.into(), slip: slip.into() })?;
        context.answer_done(&done, view::settlement::settled("settlement-apply", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
