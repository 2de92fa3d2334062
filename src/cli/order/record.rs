//! `order record`: records one order.

use chrono::NaiveDate;
use clap::Args;

use crate::book::order::RecordOrder;
use crate::cli::args::{CouponArgs, DateArgs, WriteArgs, amount, date, plain_text};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::domain::order::{OrderKind, OrderRequest, Placement};
use crate::view;

/// Record one order
///
/// It is priced at the tier that the group's volume before it has reached, and charged to the
/// account. An order that does not fit what is available is refused with the figures; --placed
/// says that the provider has accepted it already: then it is a fact and recorded, and the
/// account may go into arrears.
///
/// A coupon reduces what is payable; borne by the provider, the expected cost as well. A voucher
/// pays a part of what is payable: borne by the provider, the agent owes it that much less; borne
/// by the agent, it is given away.
///
/// Examples:
///   subledger order record acme-prod --product ecs --kind new --list-price 12000 \
///     --provider-order 2100001 --from 2026-06-02 --to 2027-06-02 --date 2026-06-02
///   subledger order record acme-prod --product ecs --kind new --list-price 12000 \
///     --provider-order 2100009 --coupon 100 --coupon-bearer provider
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RecordArgs {
    /// The account's code or UID
    account: String,

    /// The product's code, as the provider writes it
    #[arg(long, value_name = "CODE", value_parser = plain_text)]
    product: String,

    /// What it does: new, renew, upgrade or downgrade
    #[arg(long, value_parser = kind)]
    kind: OrderKind,

    /// The list price in major units, tax included
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    list_price: Exact,

    /// The provider's order number, unique in the book
    #[arg(long, value_name = "NUMBER", value_parser = plain_text)]
    provider_order: String,

    /// First day of the service
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<NaiveDate>,

    /// Last day of the service
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    to: Option<NaiveDate>,

    /// What the provider said that it will bill [default: by the purchase agreement]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    provider_amount: Option<Exact>,

    /// The provider has accepted it already: record it even if it does not fit
    #[arg(long)]
    placed: bool,

    #[command(flatten)]
    coupons: CouponArgs,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

/// What an order does; a refund has a command of its own.
pub(in crate::cli) fn kind(text: &str) -> Result<OrderKind, String> {
    match text.parse()? {
        OrderKind::Refund => Err("a refund is recorded with `subledger order refund ORDER`".to_owned()),
        kind => Ok(kind),
    }
}

impl RecordArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let order = OrderRequest {
            account: self.account,
            product: self.product,
            kind: self.kind,
            list_price: self.list_price,
            provider_order: self.provider_order,
            service_from: self.from,
            service_to: self.to,
            date: self.date.date,
            placement: if self.placed { Placement::Placed } else { Placement::Planned },
            provider_amount: self.provider_amount,
            coupons: self.coupons.into(),
        };
        let done = context.write(&call, RecordOrder(order))?;
        context.answer_done(&done, view::order::recorded("order-record", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
