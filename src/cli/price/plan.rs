//! `price plan`: what planned orders would cost, and what other terms would have made of past ones.

use chrono::NaiveDate;
use clap::{ArgGroup, Args};

use crate::book::price_comparison::{ComparisonRequest, compare};
use crate::book::price_plan::{PlanRequest, plan};
use crate::cli::args::date;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::domain::period::Month;
use crate::intake;
use crate::view;

/// Price planned orders, other ways to buy the same, or past charges under other terms
///
/// Nothing is written. FILE is a CSV with the columns account, product and list_price, in any
/// order; optional: kind (else new), date (else today), provider_amount, remark. The orders are
/// priced as `order import` would charge them, by date, then in file order, on top of what the
/// group has bought. Then the same is priced in other ways, each as a whole:
///   all earlier   on the earliest planned date; `all later`: on the latest one
///   next window   on the first day of the window after the latest date's
///   together      orders of one account, product and kind as one, on the earliest date; those with a
///                 price for each order stay apart
///   apart         each order in pieces that end where a tier begins
///   best order    the same dates, the cheapest order: exact for up to 16 orders where list
///                 prices are measured, else for up to 7; above that, good ones are tried and
///                 improved by exchanging two orders at a time, and the answer says so
/// The next tier: an order that fills what is missing is bought before the planned ones of the
/// window; saving is what they cost less then, net is that less what the order costs.
/// Under rule = "retroactive", figures are those after the true-up, that of earlier charges
/// included.
///
/// With --compare, what the group was charged in a period is priced under the terms of a sale
/// agreement that need not be applied, as if they had been in force. A refund gives back the
/// price of its original in the same share. What passes through on the agency model stays.
///
/// Examples:
///   subledger price plan acme purchases.csv
///   subledger price plan acme - --format json
///   subledger price plan acme --compare acme-better.toml --period 2026-06
///   subledger price plan acme --compare acme-better.toml --from 2026-04-01 --to 2026-06-30
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
#[command(group = ArgGroup::new("days").args(["period", "from"]))]
pub(crate) struct PlanArgs {
    /// The group's code
    group: String,

    /// The plan, or - for standard input; also compressed, or a workbook with one sheet
    #[arg(required_unless_present = "compare", conflicts_with = "compare")]
    file: Option<String>,

    /// An agreement file to price past charges by, or - for standard input
    #[arg(long, value_name = "AGREEMENT.toml", requires = "days")]
    compare: Option<String>,

    /// The month to compare
    #[arg(long, value_name = "YYYY-MM", requires = "compare", conflicts_with = "file")]
    period: Option<Month>,

    /// The first day to compare
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "compare", conflicts_with = "file")]
    from: Option<NaiveDate>,

    /// The last day to compare [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "from", conflicts_with_all = ["file", "period"])]
    to: Option<NaiveDate>,
}

impl PlanArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require_look()?;
        let today = context.session().today();
        let days = match (self.period, self.from) {
            (Some(month), _) => Some((month.first_day(), month.last_day())),
            (None, from) => from.map(|from| (from, self.to.unwrap_or(today))),
        };
        match (self.file, self.compare, days) {
            (Some(file), ..) => plan_orders(context, self.group, file),
            (None, Some(file), Some((from, to))) => compare_terms(context, self.group, &file, (from, to)),
            (None, ..) => unreachable!("the command line asks for a file, or for terms and days"),
        }
    }
}

fn plan_orders(context: &Context, group: String, file: String) -> Ended {
    let input = Input::open(&file)?;
    let list = intake::container::Parts::only(input.slice(), &file)?;
    let orders = intake::planned_orders::read(list.text, &list.name)?;
    let today = context.session().today();
    let priced = context.read(|reader| plan(reader, today, PlanRequest { group, file, orders }))?;
    context.answer(&context.with_notices(view::price_plan::plan(&priced)?, &priced.notices))?;
    Ok(Exit::Done)
}

fn compare_terms(context: &Context, group: String, file: &str, (from, to): (NaiveDate, NaiveDate)) -> Ended {
    let terms = intake::agreement::read(&Input::open(file)?.text()?, file)?;
    let comparison = context.read(|reader| compare(reader, ComparisonRequest { group, terms, from, to }))?;
    context.answer(&view::price_plan::comparison(&comparison)?)?;
    Ok(Exit::Done)
}
