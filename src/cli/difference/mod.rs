//! `difference`: what does not agree, and what becomes of it.

mod acknowledge;
mod explain;
mod list;
mod match_by_hand;
mod reopen;
mod resolve;
mod show;
mod snooze;
mod unmatch;

use clap::Subcommand;

use super::context::{Context, Ended};

/// What does not agree between the book and the bill, and what becomes of it
#[derive(Debug, Subcommand)]
pub(crate) enum DifferenceCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Explain(explain::ExplainArgs),
    Acknowledge(acknowledge::AcknowledgeArgs),
    Snooze(snooze::SnoozeArgs),
    Resolve(resolve::ResolveArgs),
    Reopen(reopen::ReopenArgs),
    Match(match_by_hand::MatchArgs),
    Unmatch(unmatch::UnmatchArgs),
}

impl DifferenceCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Explain(args) => args.run(context),
            Self::Acknowledge(args) => args.run(context),
            Self::Snooze(args) => args.run(context),
            Self::Resolve(args) => args.run(context),
            Self::Reopen(args) => args.run(context),
            Self::Match(args) => args.run(context),
            Self::Unmatch(args) => args.run(context),
        }
    }
}
