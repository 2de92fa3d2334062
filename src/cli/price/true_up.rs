//! `price true-up`: prices the charges of retroactive agreements anew.

use clap::Args;

use crate::book::true_up::TrueUpCharges;
use crate::cli::args::{DateArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Price the charges of retroactive agreements anew, by the tier that their window has reached
///
/// Under rule = "retroactive" every charge of the window costs what the tier reached makes of it.
/// The difference is posted, one entry for each account: what the customer gets back lowers what
/// it owes, or goes to its funds; where refunds have brought the volume below a tier, it owes the
/// difference again. It gets back no more than it has paid itself: what a voucher has paid goes back
/// to whoever bears it. The volume counts what was owed before true-ups.
///
/// It looks at the windows that the date lies in, and at those of what was refunded in its month;
/// for another window give a date in it. The close of a month does the same, so that it need not
/// be done by hand. Done again it changes nothing. What was refunded keeps its share: a refund
/// takes back what was trued up for it.
///
/// Examples:
///   subledger price true-up acme --dry-run
///   subledger price true-up --date 2026-06-30
///   subledger price true-up acme --take-back
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct TrueUpArgs {
    /// The group's code [default: all groups]
    group: Option<String>,

    /// Take back what was trued up in the window so far; the close does it again
    #[arg(long)]
    take_back: bool,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl TrueUpArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let true_up = TrueUpCharges { group: self.group, date: self.date.date, take_back: self.take_back };
        let done = context.write(&context.call(&self.write), true_up)?;
        context.answer_done(&done, view::price::trued_up(&done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
