//! `group edit`: changes a group.

use clap::Args;

use crate::book::group::EditGroup;
use crate::cli::args::{DateArgs, WriteArgs, days};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Change a group: its name, or when what its accounts owe is due
///
/// Months that end on the --date of new terms or later are due by these; what was due before
/// does not change.
///
/// Examples:
///   subledger group edit acme --payment-days 45
///   subledger group edit acme --payment-days 10 --date 2026-08-01
///   subledger group edit acme --name "Acme Holding Group"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct EditArgs {
    /// Its code
    code: String,

    /// Its name
    #[arg(long, value_name = "TEXT", required_unless_present = "payment_days")]
    name: Option<Name>,

    /// What a month is owed for is due so many days after its end
    #[arg(long, value_name = "DAYS", value_parser = days(0))]
    payment_days: Option<u32>,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { code, name, payment_days, date, write } = self;
        let payment_days = payment_days.and_then(|days| u16::try_from(days).ok());
        let done = context.write(&context.call(&write), EditGroup { group: code, name, payment_days, date: date.date })?;
        context.answer_done(&done, view::entity::group_edited(&done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
