//! `credit show`: shows the credit of agent-pays accounts.

use clap::Args;

use crate::book::credit::show;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show the credit of agent-pays accounts, and what is left of it
///
/// available = credit limit - owed - pending usage (used and not charged yet; it has no past, so
/// --as-of leaves it out).
///
/// Examples:
///   subledger credit show
///   subledger credit show --group acme --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let accounts = context.read(|reader| show(reader, self.group.as_deref(), self.as_of.when(context)))?;
        context.answer(&view::credit::show(&accounts)?)?;
        Ok(Exit::Done)
    }
}
