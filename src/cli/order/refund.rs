//! `order refund`: refunds an order.

use chrono::NaiveDate;
use clap::Args;

use crate::book::order::RefundOrder;
use crate::cli::args::{DateArgs, WriteArgs, amount, date, plain_text};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Refund an order, wholly or in part, at the price that was paid
///
/// The amount is what the customer gets back, of what it has paid itself: net of true-ups, and
/// without what a voucher paid, which goes back to whoever bears it. All of these, list price and
/// expected cost go back in the same share; the last refund takes the rest. The refund reduces the
/// group's volume in the window in which the order was bought. What an agent-pays account does not
/// owe any more goes to the group's money.
///
/// Examples:
///   subledger order refund o-17 --provider-order 2100177
///   subledger order refund 2100017 --amount 500 --provider-order 2100177 --date 2026-06-20
///   subledger order refund o-17 --unused-from 2026-07-01 --provider-order 2100177
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RefundArgs {
    /// The order, as o-17 or by the provider's order number
    order: String,

    /// What the customer gets back, in major units [default: all that is left]
    #[arg(long, value_parser = amount, allow_negative_numbers = true)]
    amount: Option<Exact>,

    /// Give back what was paid x days not used / days of the service; not used from this day on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, conflicts_with = "amount")]
    unused_from: Option<NaiveDate>,

    /// The provider's number of the refund
    #[arg(long, value_name = "NUMBER", value_parser = plain_text)]
    provider_order: String,

    /// What the provider gives back, in major units [default: the same share of the expected cost]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    provider_amount: Option<Exact>,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl RefundArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let refund = RefundOrder {
            order: self.order,
            amount: self.amount,
            unused_from: self.unused_from,
            provider_order: self.provider_order,
            provider_amount: self.provider_amount,
            date: self.date.date,
        };
        let done = context.write(&call, refund)?;
        context.answer_done(&done, view::order::recorded("order-refund", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
