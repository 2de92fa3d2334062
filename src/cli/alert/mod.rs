//! `alert`: what somebody should look at before it costs money.

mod accept;
mod acknowledge;
mod list;
mod reopen;
mod snooze;

use clap::Subcommand;

use super::context::{Context, Ended};

/// What somebody should look at before it costs money
#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    List(list::ListArgs),
    Acknowledge(acknowledge::AcknowledgeArgs),
    Snooze(snooze::SnoozeArgs),
    Accept(accept::AcceptArgs),
    Reopen(reopen::ReopenArgs),
}

impl AlertCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Acknowledge(args) => args.run(context),
            Self::Snooze(args) => args.run(context),
            Self::Accept(args) => args.run(context),
            Self::Reopen(args) => args.run(context),
        }
    }
}
