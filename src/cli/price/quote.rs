//! `price quote`: what an order would cost.

use chrono::NaiveDate;
use clap::Args;

use crate::book::price::{QuoteRequest, quote};
use crate::cli::args::{CouponArgs, amount, date, plain_text};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::order::record::kind;
use crate::domain::agreement::ChargeKind;
use crate::domain::money::Exact;
use crate::domain::order::OrderKind;
use crate::view;

/// Price an order, step by step, without recording it
///
/// Recording the same order now would charge the same.
///
/// Examples:
///   subledger price quote acme-prod --product ecs --list-price 12000
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct QuoteArgs {
    /// The account's code or UID
    account: String,

    /// The product's code, as the provider writes it
    #[arg(long, value_name = "CODE", value_parser = plain_text)]
    product: String,

    /// The list price in major units, tax included
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    list_price: Exact,

    /// What it would do: new, renew, upgrade or downgrade
    #[arg(long, value_parser = kind, default_value = "new")]
    kind: OrderKind,

    /// What the provider said that it would bill [default: by the purchase agreement]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    provider_amount: Option<Exact>,

    /// When it would be placed [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<NaiveDate>,

    #[command(flatten)]
    coupons: CouponArgs,
}

impl QuoteArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let request = QuoteRequest {
            account: self.account,
            product: self.product,
            kind: ChargeKind::of(self.kind).expect("a refund is refused on the command line"),
            list_price: self.list_price,
            provider_amount: self.provider_amount,
            coupons: self.coupons.into(),
            date: self.date,
        };
        let today = context.session().today();
        let quote = context.read(|reader| quote(reader, today, &request))?;
        let document = context.with_notices(view::price::quote(&quote)?, &quote.notices);
        context.answer(&document)?;
        Ok(Exit::Done)
    }
}
