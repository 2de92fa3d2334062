//! `reconcile bridge`: every cent from recorded to billed.

use clap::Args;

use crate::book::bridge::{BridgeBy, BridgeQuery, show};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::bridge::Class;
use crate::domain::period::Month;
use crate::view;

/// Show how a month gets from what was recorded to what was billed, every cent in one class
///
/// By class, by account, or line by line, to the provider's last decimal; the rows of each add up
/// to the difference. How much agrees is told by count and by value, of all order numbers of the
/// book's accounts that are recorded, billed or both. The two-sided statement takes from the bill
/// what the book has not, from the book what the bill has not, and both must come to the same.
/// What the rows are filtered by is always said; the totals are those of the whole month. Line by
/// line, what agrees to the last digit and usage are left out unless a class or an account is
/// asked for. An HTML page has a chart, an Excel file a sheet for each table.
///
/// Examples:
///   subledger reconcile bridge --period 2026-06
///   subledger reconcile bridge --period 2026-06 --by account --output bridge.xlsx
///   subledger reconcile bridge --period 2026-06 --by line --class rounding
///   subledger reconcile bridge --period 2026-06 --output bridge.html
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct BridgeArgs {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// What a row is: class, account or line
    #[arg(long, value_name = "WHAT", default_value_t = BridgeBy::Class)]
    by: BridgeBy,

    /// Only one class, such as usage or over-billed
    #[arg(long)]
    class: Option<Class>,

    /// Only one account, by code or UID
    #[arg(long)]
    account: Option<String>,
}

impl BridgeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require_output(None)?;
        let Self { period, by, class, account } = self;
        let bridge = context.read(|reader| show(reader, &BridgeQuery { period, by, class, account }))?;
        context.answer(&view::bridge::bridge(&bridge)?)?;
        Ok(Exit::Done)
    }
}
