//! `report exposure`: shows what the agent stands to lose by each account.

use clap::Args;

use crate::book::report::exposure;
use crate::cli::args::{AsOfArgs, days};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::exposure::DAYS_NEVER;
use crate::view;

/// Show what the agent stands to lose by each account under its shutdown policy
///
///   exposure = owed + pending usage - funds + run rate x days, and never below zero
///
/// The run rate is the fastest of the three of `report runway`. The days are those on which the
/// account may run on once nothing is left, by its shutdown policy (`account edit --shutdown`):
///   immediate   1  the provider stops it at once, and its bill is a day behind
///   delayed    16  the overdraft is meant for about fifteen days, and the bill is a day behind
///   none       30  nobody stops it but you; --days-none sets another number
/// Accounts that were ever active are shown, by currency, the worst first. The totals add up
/// what each account may lose: the money of one does not cover the debt of another.
///
/// Examples:
///   subledger report exposure
///   subledger report exposure --group acme --days-none 7
///   subledger report exposure --as-of 2026-06-30 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExposureArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// For how many days an account runs on that is never stopped by itself
    #[arg(long, value_name = "N", default_value_t = DAYS_NEVER, value_parser = days(0))]
    days_none: u32,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ExposureArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let when = self.as_of.when(context);
        let report = context.read(|reader| exposure(reader, self.group.as_deref(), self.days_none, when))?;
        context.answer(&view::report::exposure(&report))?;
        Ok(Exit::Done)
    }
}
