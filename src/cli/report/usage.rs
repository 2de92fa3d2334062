//! `report usage`: usage that was charged, added up.

use clap::Args;

use crate::book::report::{UsageBy, UsageRequest, usage};
use crate::cli::args::{AsOfArgs, PeriodArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show the usage that was charged, by product, account or environment
///
/// Usage is charged when its month closes, on the month's last day; what corrects an earlier
/// month, in the month in which it came. Orders and true-ups are no usage.
///
/// Without a period it is the fiscal year to date.
///
/// Examples:
///   subledger report usage --period 2026-06
///   subledger report usage --group acme --by environment
///   subledger report usage --account acme-prod --by product --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct UsageArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE", conflicts_with = "account")]
    group: Option<String>,

    /// Only this account, by its code or UID
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    /// Add up by product, account or environment
    #[arg(long, value_name = "WHAT", default_value = "product")]
    by: UsageBy,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl UsageArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let when = self.as_of.when(context);
        let request = UsageRequest { days: self.period.days(), group: self.group, account: self.account, by: self.by };
        let report = context.read(|reader| usage(reader, &request, when))?;
        context.answer(&view::report::usage(&report))?;
        Ok(Exit::Done)
    }
}
