//! `fund balance`: shows what every account and group has.

use clap::Args;

use crate::book::fund::balances;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show what every account and group has
///
/// Examples:
///   subledger fund balance
///   subledger fund balance --group acme --as-of 2026-06-30 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct BalanceArgs {
    /// Only this group and its accounts
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl BalanceArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let balances = context.read(|reader| balances(reader, self.group.as_deref(), self.as_of.when(context)))?;
        context.answer(&view::fund::balances(&balances)?)?;
        Ok(Exit::Done)
    }
}
