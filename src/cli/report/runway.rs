//! `report runway`: shows how long the money of accounts and of the pool lasts.

use clap::Args;

use crate::book::report::runway;
use crate::cli::args::{AsOfArgs, DaysArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show how long the money of accounts and of the pool lasts, and what would make it last
///
/// A row for each active account and, without --group, for the pool in each currency; what runs
/// out first comes first.
///   available  prepaid: funds - pending usage; agent-pays: what is left of the credit;
///              pool: pool - accrued - payable
///   /day (7)   what was spent a day in the last 7 days, likewise (30) and (90): orders less
///              refunds on their day, usage evenly over its month (usage that is not charged
///              yet: until today); pool: what the provider is expected to bill for all accounts
///   Days (7)   available / rate, rounded down: for how many days it lasts, likewise (30), (90);
///              - where nothing is spent, 0 where more was spent than there was
///   Runs out   the day on which it runs out at the fastest of the three
///   Propose    30-day rate x N (--days) - available, in whole units, rounded up: what to
///              allocate (prepaid), by how much to raise the credit or to settle (agent-pays),
///              what to top up (pool)
/// An account that is ours for fewer days than a window has its rate from those days, and the
/// pool from the days since its oldest account. With --as-of, usage that waits for its charge
/// does not count, as in `account show`.
///
/// Examples:
///   subledger report runway
///   subledger report runway --group acme --days 60
///   subledger report runway --as-of 2026-06-30 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RunwayArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    #[command(flatten)]
    days: DaysArgs,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl RunwayArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let when = self.as_of.when(context);
        let rows = context.read(|reader| runway(reader, self.group.as_deref(), self.days.days, when))?;
        context.answer(&view::report::runway(&rows))?;
        Ok(Exit::Done)
    }
}
