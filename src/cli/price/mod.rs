//! `price`: agreements and quotes.

mod apply;
mod list;
mod plan;
mod quote;
mod show;
mod true_up;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Agreements: what the agent sells and buys for, with tiers on the group's volume
#[derive(Debug, Subcommand)]
pub(crate) enum PriceCommand {
    Apply(apply::ApplyArgs),
    List(list::ListArgs),
    Show(show::ShowArgs),
    Quote(quote::QuoteArgs),
    Plan(plan::PlanArgs),
    TrueUp(true_up::TrueUpArgs),
}

impl PriceCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Apply(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Quote(args) => args.run(context),
            Self::Plan(args) => args.run(context),
            Self::TrueUp(args) => args.run(context),
        }
    }
}
