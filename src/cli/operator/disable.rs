//! `operator disable`: lets an operator do nothing.

use clap::Args;

use crate::book::operator::DisableOperator;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Let an operator do nothing at all, from now on
///
/// What they were granted is kept: `operator enable` gives it back. Somebody who leaves for good is
/// disabled, too: the log goes on naming them.
///
/// Examples:
///   subledger operator disable li.na --reason "left on 2026-11-27"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DisableArgs {
    /// The operator's name, or the number of the OS user
    operator: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl DisableArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, DisableOperator { operator: self.operator, reason: self.reason })?;
        context.answer_done(&done, view::operator::one("operator-disable", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
