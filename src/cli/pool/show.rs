//! `pool show`: shows the agent's money at the provider.

use clap::Args;

use crate::book::pool::show;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show the agent's money at the provider, and what is left of it
///
/// available = pool - accrued - payable - usage not charged: what is left once the provider has
/// everything that it is owed, billed or not. Usage not charged is what the bills of open months
/// have; it is of now, and not of an earlier day.
///
/// Examples:
///   subledger pool show
///   subledger pool show --as-of 2026-06-30 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let standings = context.read(|reader| show(reader, self.as_of.when(context)))?;
        context.answer(&view::pool::show(&standings)?)?;
        Ok(Exit::Done)
    }
}
