//! `handover close`: closes a hand-over.

use clap::Args;

use crate::book::handover::CloseHandover;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Close a hand-over: the account is somebody else's
///
/// All steps must be ticked, the account must have another holder by then (`account edit
/// --holder`), and whoever closes it must be another operator than all who have ticked a step.
/// After that the account may buy again.
///
/// With --not-needed, a case that was opened by mistake is closed without its steps, by another
/// operator than the one who opened it. Who leaves closes nothing.
///
/// Examples:
///   subledger handover close h-1
///   subledger handover close h-1 --not-needed "another Wang Wei has left"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CloseArgs {
    /// Its number, as `subledger handover list` shows it
    case: String,

    /// Why no hand-over was needed
    #[arg(long, value_name = "REASON")]
    not_needed: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl CloseArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, CloseHandover { case: self.case, not_needed: self.not_needed })?;
        context.answer_done(&done, view::handover::closed(&done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
