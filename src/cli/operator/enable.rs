//! `operator enable`: lets an operator go on.

use clap::Args;

use crate::book::operator::EnableOperator;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Let an operator do again what they were granted
///
/// Examples:
///   subledger operator enable li.na
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct EnableArgs {
    /// The operator's name, or the number of the OS user
    operator: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl EnableArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, EnableOperator { operator: self.operator })?;
        context.answer_done(&done, view::operator::one("operator-enable", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
