//! `report margin`: shows what the agent has earned by selling.

use clap::Args;

use crate::book::margin::{MarginRequest, margins};
use crate::cli::args::{AsOfArgs, PeriodArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::margin::MarginBy;
use crate::view;

/// Show sale, cost and margin by account, product and month, and what deserves a look first
///
///   sale          what customers owe, true-ups included, by effective date
///   cost          what the provider has billed, or is expected to
///   margin        sale - cost, and in percent of the sale, where that is above zero
///   without rule  what of the sale no agreement has priced: list price was charged
/// First come negative margins (flag negative-margin), the worst first, also those of a refund
/// in a later month than its sale; then what was sold without an agreement (flag no-price-rule),
/// the most first; then the rest, the largest sale first. The totals are the journal's `sales`
/// and `cost` of the same days.
///
/// Accounts on the agency model are left out and listed below: the provider sells to them, and
/// the agent earns a commission, not a margin.
///
/// Without a period it is the fiscal year to date, as the agreements say when that begins.
///
/// Examples:
///   subledger report margin
///   subledger report margin --group acme --period 2026-06 --by product
///   subledger report margin --account acme-prod --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct MarginArgs {
    /// Only the accounts of this group
    #[arg(long, value_name = "CODE", conflicts_with = "account")]
    group: Option<String>,

    /// Only this account, by its code or UID
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    /// Add up by account, product or period (month) [default: none of them is added up]
    #[arg(long, value_name = "WHAT")]
    by: Option<MarginBy>,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl MarginArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let when = self.as_of.when(context);
        let request = MarginRequest { days: self.period.days(), group: self.group, account: self.account, by: self.by };
        let report = context.read(|reader| margins(reader, &request, when))?;
        context.answer(&view::margin::margins(&report))?;
        Ok(Exit::Done)
    }
}
