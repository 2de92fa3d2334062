//! `account show`: shows an account and its money.

use clap::Args;

use crate::book::account::show;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show an account: where it is in its life, and what it has, owes and may still spend
///
/// available = credit limit − owed − pending usage (agent-pays), or funds − pending usage
/// (prepaid). Pending usage is the usage of the latest bill that is not charged yet, at the
/// account's price; it has no past, so --as-of leaves it out.
///
/// Examples:
///   subledger account show acme-prod
///   subledger account show 1000000000000001 --as-of 2026-06-30
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The account's code or UID
    account: String,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let view = context.read(|reader| show(reader, &self.account, self.as_of.when(context)))?;
        context.answer(&view::account::account(&view)?)?;
        Ok(Exit::Done)
    }
}
