//! Argument groups that commands share, and how typed texts become domain types.

use chrono::NaiveDate;
use clap::Args;

use super::context::Context;
use crate::book::When;
use crate::book::days::AskedDays;
use crate::book::fund::Slip;
use crate::domain::code::Name;
use crate::domain::coupon::{Bearer, CouponKind, CouponRequest};
use crate::domain::journal::Note;
use crate::domain::money::Exact;
use crate::domain::period::{Month, parse_date};

/// What every write command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Writing")]
pub(crate) struct WriteArgs {
    /// Do everything, show the outcome, and roll it back
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    /// Do it once: the same key with the same content gives the first outcome again
    ///
    /// A key is kept for ever. With other content it is refused (exit 5).
    #[arg(long, value_name = "KEY", value_parser = key)]
    pub(crate) key: Option<String>,
}

/// What commands take that move money or record orders.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Writing")]
pub(crate) struct DateArgs {
    /// Effective date; its month must be open [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(crate) date: Option<NaiveDate>,
}

/// What commands take that move money.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Writing")]
pub(crate) struct SlipArgs {
    #[command(flatten)]
    date: DateArgs,

    /// A reference, such as the bank's transaction number
    #[arg(long, value_name = "TEXT")]
    reference: Option<Name>,

    /// Anything else worth knowing; for the agent's own eyes
    #[arg(long, value_name = "TEXT")]
    remark: Option<Name>,
}

impl From<SlipArgs> for Slip {
    fn from(args: SlipArgs) -> Self {
        let text = |name: Option<Name>| name.map(|name| name.to_string());
        Self { date: args.date.date, note: Note { reference: text(args.reference), remark: text(args.remark) } }
    }
}

/// What commands take that price an order.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Coupons")]
pub(crate) struct CouponArgs {
    /// A coupon (优惠券), which reduces what is payable
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true, requires = "coupon_bearer")]
    coupon: Option<Exact>,

    /// Whom the coupon costs something: provider or agent
    #[arg(long, value_name = "BEARER", value_parser = bearer, requires = "coupon")]
    coupon_bearer: Option<Bearer>,

    /// A voucher (代金券), which pays a part and reduces nothing
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true, requires = "voucher_bearer")]
    voucher: Option<Exact>,

    /// Whom the voucher costs something: provider or agent
    #[arg(long, value_name = "BEARER", value_parser = bearer, requires = "voucher")]
    voucher_bearer: Option<Bearer>,
}

impl From<CouponArgs> for Vec<CouponRequest> {
    fn from(args: CouponArgs) -> Self {
        let of = |kind, (amount, bearer): (Option<Exact>, Option<Bearer>)| {
            amount.zip(bearer).map(|(amount, bearer)| CouponRequest { kind, bearer, amount })
        };
        let coupon = of(CouponKind::Coupon, (args.coupon, args.coupon_bearer));
        let voucher = of(CouponKind::Voucher, (args.voucher, args.voucher_bearer));
        coupon.into_iter().chain(voucher).collect()
    }
}

fn bearer(text: &str) -> Result<Bearer, String> {
    text.parse()
}

/// What reads take whose figures have a date.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reading")]
pub(crate) struct AsOfArgs {
    /// Figures as of the end of this day, by effective date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(crate) as_of: Option<NaiveDate>,
}

impl AsOfArgs {
    /// The moment that was asked for.
    pub(crate) fn when(&self, context: &Context) -> When {
        self.as_of.map_or_else(|| When::Now(context.session().today()), When::EndOf)
    }
}

/// What reports take that are about some days.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reading")]
pub(crate) struct PeriodArgs {
    /// A month [default: the year to date]
    #[arg(long, value_name = "YYYY-MM", conflicts_with_all = ["from", "to"])]
    period: Option<Month>,

    /// The first day, with --to
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "to")]
    from: Option<NaiveDate>,

    /// The last day, with --from
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "from")]
    to: Option<NaiveDate>,
}

impl PeriodArgs {
    /// The days that were asked for.
    pub(crate) fn days(&self) -> AskedDays {
        match (self.period, self.from.zip(self.to)) {
            (Some(month), _) => AskedDays::Month(month),
            (None, Some((from, to))) => AskedDays::Between(from, to),
            (None, None) => AskedDays::YearToDate,
        }
    }
}

/// What takes a number of days that money should last.
#[derive(Args, Clone, Debug)]
pub(crate) struct DaysArgs {
    /// For how many days the money should last
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = days(1))]
    pub(crate) days: u32,
}

/// A number of days, up to ten years.
pub(crate) fn days(least: i64) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(least..=3650)
}

/// `2026-06-30`.
pub(crate) fn date(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).ok_or_else(|| "not a day such as 2026-06-30".to_owned())
}

/// A plain decimal in major units. Whether it is positive and fits the currency is for the rules to say.
pub(crate) fn amount(text: &str) -> Result<Exact, String> {
    text.parse().map_err(|e: crate::domain::money::NotAnAmount| e.to_string())
}

/// A product's code or a provider's order number.
pub(crate) fn plain_text(text: &str) -> Result<String, String> {
    let plain =
        crate::domain::order::plain_text(text).ok_or("it is empty, longer than 100 characters, or has control characters")?;
    if crate::domain::account::looks_like_spreadsheet_number(plain) {
        return Err("a spreadsheet such as Excel has turned it into a number and lost digits".to_owned());
    }
    Ok(plain.to_owned())
}

fn key(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.len() <= 200 && !text.chars().any(crate::domain::code::is_unprintable);
    plain.then(|| text.to_owned()).ok_or_else(|| "a key has 1 to 200 printable characters".to_owned())
}
