//! `handover step`: ticks steps of a hand-over, or takes ticks back.

use clap::Args;

use crate::book::handover::ChangeSteps;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::handover::{HandoverStep, TickAct};
use crate::view;

/// Say that steps of a hand-over are done, or with --undo that they are not after all
///
/// mobile     the mobile number at the provider is the new holder's
/// email      so is the e-mail address
/// password   the password is another one
/// ram-keys   the keys of RAM users that the leaver knew are gone
/// mfa        the second factor is bound to the new holder's device
///
/// Whoever ticks a step answers for it: a second operator closes the case. Who leaves ticks
/// nothing.
///
/// Examples:
///   subledger handover step h-1 mobile email
///   subledger handover step h-1 mfa --note "bound to the phone of Chen Li"
///   subledger handover step h-1 mfa --undo --note "it was the wrong phone"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct StepArgs {
    /// Its number, as `subledger handover list` shows it
    case: String,

    /// The steps: mobile, email, password, ram-keys, mfa
    #[arg(required = true, value_name = "STEP")]
    steps: Vec<HandoverStep>,

    /// Take ticks back
    #[arg(long)]
    undo: bool,

    /// Anything else worth knowing
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl StepArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let act = if self.undo { TickAct::TakenBack } else { TickAct::Ticked };
        let done = context.write(&call, ChangeSteps { case: self.case, steps: self.steps, act, note: self.note })?;
        context.answer_done(&done, view::handover::stepped(&done.outcome), &[])?;
        if let Some(said) = view::handover::unchanged(&done.outcome) {
            context.ui.status(&said);
        }
        let case = &done.outcome.view.case;
        if case.missing().is_empty() {
            let id = case.handover.id;
            context.next(
                &done,
                &format!("when the account has its new holder, another operator closes it: `subledger handover close {id}`"),
            );
        }
        Ok(Exit::Done)
    }
}
