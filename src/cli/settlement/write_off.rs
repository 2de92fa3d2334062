//! `settlement write-off`: gives up what an account owes.

use clap::Args;

use crate::book::settlement::WriteOffReceivable;
use crate::cli::args::{DateArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::view;

/// Give up what an account owes, or a part of it
///
/// The oldest is given up first. The policy `write-off-limit` says how much may be written off
/// in a month, differences with the provider's bill included.
///
/// Examples:
///   subledger settlement write-off acme-prod 0.35 --note "bank charges of their transfer"
///   subledger settlement write-off acme-prod 80 --period 2026-06 --note "agreed with Ms Li"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct WriteOffArgs {
    /// The account, by its code or UID
    account: String,

    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    /// Only what this month is owed for; may be given several times
    #[arg(long, value_name = "YYYY-MM")]
    period: Vec<Month>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Name,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl WriteOffArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { account, amount, period, note, date, write } = self;
        let give_up = WriteOffReceivable { account, amount, periods: period, note: note.to_string(), date: date.date };
        let done = context.write(&context.call(&write), give_up)?;
        context.answer_done(&done, view::settlement::settled("settlement-write-off", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
