//! `handover open`: opens a case for every account that a person holds.

use chrono::NaiveDate;
use clap::Args;

use crate::book::handover::OpenHandovers;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::handover::HandoverReason;
use crate::view;

/// Open a hand-over for every account that a person holds, because they leave
///
/// Every account that lives and names them as its holder gets a case of its own; small and
/// capital letters make no difference. Until its case is closed, a planned order of an account
/// is refused: --placed records what the provider has accepted already, and refunds go on.
///
/// Without --deadline it is due within the days of the policy `handover-days`.
///
/// Examples:
///   subledger handover open --holder "Wang Wei" --reason left
///   subledger handover open --holder "Wang Wei" --reason moved --deadline 2026-12-31
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct OpenArgs {
    /// Who leaves, as their accounts name them
    #[arg(long, value_name = "NAME")]
    holder: Name,

    /// Why: left, moved or other
    #[arg(long)]
    reason: HandoverReason,

    /// Anything else worth knowing
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    /// The last day on which it is in time [default: by the policy handover-days]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    deadline: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl OpenArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let Self { holder, reason, note, deadline, .. } = self;
        let done = context.write(&call, OpenHandovers { holder, reason, note, deadline })?;
        context.answer_done(&done, view::handover::opened(&done.outcome), &done.outcome.notices)?;
        if let Some(first) = done.outcome.opened.first() {
            let (case, account) = (first.case.handover.id, &first.account);
            context.next(&done, &format!("`subledger account edit {account} --holder NAME …` records the new holder"));
            context.next(&done, &format!("`subledger handover step {case} STEP…` ticks what is done"));
        }
        Ok(Exit::Done)
    }
}
