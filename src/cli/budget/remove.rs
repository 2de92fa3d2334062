//! `budget remove`: takes a budget away.

use clap::Args;

use crate::book::budget::RemoveBudget;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Take a budget away
///
/// What it has told stays in the log.
///
/// Examples:
///   subledger budget remove b-1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RemoveArgs {
    /// Its number, as `subledger budget list` shows it
    #[arg(value_name = "BUDGET")]
    budget: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl RemoveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), RemoveBudget { budget: self.budget })?;
        context.answer_done(&done, view::budget::removed(&done.outcome)?, &[])?;
        if done.outcome.already {
            context.ui.status(&format!("{} was removed before; nothing was changed", done.outcome.budget.budget.id));
        }
        Ok(Exit::Done)
    }
}
