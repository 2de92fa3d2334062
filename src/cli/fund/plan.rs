//! `fund plan`: plans how the prepaid accounts of a group would last as long.

use clap::Args;

use crate::book::plan::plan;
use crate::cli::args::DaysArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Plan how the money of a group would keep each of its prepaid accounts as long
///
/// Nothing is written to the book. Every active prepaid account should last N days (--days) at
/// what it spends a day, from its last 30 days as in `report runway`:
///   need     what is missing: rate x N - (funds - pending usage)
///   surplus  what is beyond that, as far as `fund reclaim` may take it
/// The group's money that is not allocated is used first, then surpluses, the largest first and
/// only as much as is needed. Where all of it is not enough, every account gets the same share
/// of its need, and a warning says what is missing. Money stays in its group.
///
/// Written as CSV, it is what `fund apply` takes. The columns `book` and `plan` are hashes: the
/// plan is for the book as it is now, and for no other amounts, rows or order.
///
/// Examples:
///   subledger fund plan
///   subledger fund plan --group acme --days 60
///   subledger fund plan --output plan.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct PlanArgs {
    /// Only this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    days: DaysArgs,
}

impl PlanArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let outcome = context.read(|reader| plan(reader, self.group.as_deref(), self.days.days, today))?;
        context.answer(&context.with_notices(view::plan::plan(&outcome), &outcome.notices))?;
        if let Some(file) = context.global.output.as_ref().filter(|file| file.extension().is_some_and(|form| form == "csv")) {
            context.ui.status(&match outcome.plan.moves.as_slice() {
                [] => "nothing to move".to_owned(),
                _ => format!("next: subledger fund apply {}", file.display()),
            });
        }
        Ok(Exit::Done)
    }
}
