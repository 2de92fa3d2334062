//! `report savings`: shows what groups have saved, and shares it out.

use clap::Args;

use crate::book::saving::{SavingsRequest, savings};
use crate::cli::args::{AsOfArgs, PeriodArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show what groups have saved by their agreements, and whose work it is
///
/// For each account, group and product, over the charges of a period by effective date:
///   list          the list price, each charge rounded to the cent; a refund is negative
///   payable       what was owed for them, true-ups of these charges included
///   saved         list - payable
/// For each account, by pricing the charges again as they were priced when they were recorded
/// (same agreement, same order), with only some accounts' purchases as volume:
///   alone         what it would have owed alone, by its own volume
///   brings        what the group would save less without it: leave one out
///   proportional  its share of the group's saving, by list price
///   shapley       its share by what it adds, on average over every order in which the accounts
///                 could have joined the group: who brings the volume gets the credit for it
/// The shares of a group add up to its saving, to the cent. What the accounts bring need not.
///
/// Shapley shares are exact up to 12 accounts. Above, they are averages over --samples random
/// orders that follow from --seed: the same on every machine, with their standard error. More
/// orders take longer in proportion; four times as many halve the error.
///
/// Accounts that bought nothing in the period stand here when their earlier purchases in a window
/// that reaches into it count. The volume that the book started with belongs to no account: it is
/// in what was saved, not in what is priced again. What it makes of the saving (`by nobody`) is
/// shared out by list price. What no agreement priced, such as the provider's price that passes
/// through on the agency model, costs what it did and counts as it did. Costs that a mark-up
/// goes on are those that were recorded, and a coupon comes off whatever its account would pay.
///
/// Without a period it is the fiscal year to date, as the agreements say when that begins.
///
/// Examples:
///   subledger report savings
///   subledger report savings --group acme --period 2026-06
///   subledger report savings --from 2026-01-01 --to 2026-06-30 --samples 1000 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SavingsArgs {
    /// Only this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// What the random orders follow from [default: 1]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How many random orders to look at [default: 200, fewer in large groups]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    samples: Option<u32>,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl SavingsArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let when = self.as_of.when(context);
        let request = SavingsRequest { days: self.period.days(), seed: self.seed, samples: self.samples, group: self.group };
        let report = context.read(|reader| savings(reader, &request, when))?;
        let document = context.with_notices(view::saving::savings(&report), &report.notices);
        context.answer(&document)?;
        Ok(Exit::Done)
    }
}
