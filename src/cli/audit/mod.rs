//! `audit`: who did what, and the proof of it.

mod head;
mod log;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Who did what, when, what it changed; and the hash that proves it
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    Log(log::LogArgs),
    Show(show::ShowArgs),
    Head(head::HeadArgs),
}

impl AuditCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Log(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Head(args) => args.run(context),
        }
    }
}
