//! `account`: customers' sub-accounts.

mod accept;
mod associate;
mod confirm;
mod create;
mod edit;
mod freeze;
mod history;
mod import;
mod list;
mod particulars;
mod preflight;
mod release;
mod show;
mod thaw;
mod verify;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Customers' sub-accounts at the provider: own UID, own real name, own bill
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    Create(create::CreateArgs),
    Associate(associate::AssociateArgs),
    Import(import::ImportArgs),
    Preflight(preflight::PreflightArgs),
    Accept(accept::AcceptArgs),
    Verify(verify::VerifyArgs),
    Confirm(confirm::ConfirmArgs),
    Edit(edit::EditArgs),
    Freeze(freeze::FreezeArgs),
    Thaw(thaw::ThawArgs),
    Release(release::ReleaseArgs),
    History(history::HistoryArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
}

impl AccountCommand {
    pub(crate) fn text_form(&self) -> Option<&'static str> {
        match self {
            Self::Import(args) => args.text_form(),
            _ => None,
        }
    }

    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Create(args) => args.run(context),
            Self::Associate(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Preflight(args) => args.run(context),
            Self::Accept(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::Confirm(args) => args.run(context),
            Self::Edit(args) => args.run(context),
            Self::Freeze(args) => args.run(context),
            Self::Thaw(args) => args.run(context),
            Self::Release(args) => args.run(context),
            Self::History(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
        }
    }
}
