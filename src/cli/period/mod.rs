//! `period`: months and their closing.

mod checklist;
mod close;
mod list;
mod receipt;
mod reopen;
mod soft_close;
mod waive;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Months: open, or closed under a receipt
#[derive(Debug, Subcommand)]
pub(crate) enum PeriodCommand {
    List(list::ListArgs),
    Checklist(checklist::ChecklistArgs),
    Waive(waive::WaiveArgs),
    Close(close::CloseArgs),
    SoftClose(soft_close::SoftCloseArgs),
    Reopen(reopen::ReopenArgs),
    Receipt(receipt::ReceiptArgs),
}

impl PeriodCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Checklist(args) => args.run(context),
            Self::Waive(args) => args.run(context),
            Self::Close(args) => args.run(context),
            Self::SoftClose(args) => args.run(context),
            Self::Reopen(args) => args.run(context),
            Self::Receipt(args) => args.run(context),
        }
    }
}
