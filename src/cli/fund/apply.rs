//! `fund apply`: makes the moves of a plan.

use clap::Args;

use crate::book::plan::ApplyPlan;
use crate::cli::args::{DateArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::intake;
use crate::view;

/// Make the moves of a plan: all of them, or none
///
/// The CSV that `fund plan` has written is taken as it stands: with a cell, a row or their order
/// changed it is refused, and so it is when anything was written to the book since, or when it
/// was applied before. Each move is checked as `fund reclaim` and `fund allocate` check it; the
/// remark of each entry names the plan. A plan without moves is done already.
///
/// Examples:
///   subledger fund apply plan.csv --dry-run
///   subledger fund apply plan.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ApplyArgs {
    /// The file that `fund plan` has written, or - for standard input
    plan: String,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl ApplyArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require::<ApplyPlan>()?;
        let input = Input::open(&self.plan)?;
        let call = context.call_with_files(&self.write, "plan", std::slice::from_ref(&input));
        let part = intake::container::Parts::only(input.slice(), &self.plan)?;
        let plan = intake::plan::read(part.text, &part.name)?;
        let sha256 = input.file().sha256()?;
        let done = context.write(&call, ApplyPlan { file: self.plan, sha256, plan, date: self.date.date, is_checked: false })?;
        context.answer_done(&done, view::plan::applied(&done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
