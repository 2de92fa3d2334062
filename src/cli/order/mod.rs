//! `order`: purchases, renewals, upgrades, refunds.

mod import;
mod list;
pub(super) mod record;
mod refund;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Orders: purchases, renewals, upgrades and refunds, with the provider's order number
#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    Record(record::RecordArgs),
    Refund(refund::RefundArgs),
    Import(import::ImportArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
}

impl OrderCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Record(args) => args.run(context),
            Self::Refund(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
