//! `period checklist`: what keeps a month from closing.

use clap::Args;

use crate::book::close::checklist::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure;
use crate::domain::close::CheckState;
use crate::domain::period::Month;
use crate::view;

/// Show what has to be done before a month can close: done, waived by whom, or what blocks
///
/// It tells what the last `subledger reconcile run` found; closing looks once more. Exit 3 when
/// something blocks.
///
/// Examples:
///   subledger period checklist 2026-06
///   subledger period checklist 2026-06 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ChecklistArgs {
    /// The month
    period: Month,
}

impl ChecklistArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let checklist = context.read(|reader| show(reader, self.period, today))?;
        let blocked = |(_, state): &(_, CheckState)| match state {
            CheckState::Blocked(blocker) => Some(failure::blocker(blocker, self.period)),
            _ => None,
        };
        let sentences: Vec<String> = checklist.checks.iter().filter_map(blocked).collect();
        context.answer(&view::period::checklist(&checklist, &sentences))?;
        Ok(if checklist.is_blocked() { Exit::LeftForAPerson } else { Exit::Done })
    }
}
