//! `account list`: lists accounts and their money.

use clap::Args;

use crate::book::account::list;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List accounts, by code, with what they may still spend
///
/// Examples:
///   subledger account list
///   subledger account list --group acme --format csv --excel
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let views = context.read(|reader| list(reader, self.group.as_deref(), self.as_of.when(context)))?;
        context.answer(&view::account::accounts(&views)?)?;
        Ok(Exit::Done)
    }
}
