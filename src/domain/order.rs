//! Orders: purchases, renewals, upgrades and refunds, with the provider's order number.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::account::Model;
use crate::domain::coupon::CouponRequest;
use crate::domain::id::{AccountId, AgreementId, ChargeId, EntryId, OrderId};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::period::Month;
use crate::domain::price::Price;
use crate::domain::rate::Discount;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;

words! {
    /// What an order does.
    OrderKind, "a kind of order" {
        /// Buys.
        New = "new",
        /// Extends.
        Renew = "renew",
        /// Adds to what was bought.
        Upgrade = "upgrade",
        /// Takes away from what was bought.
        Downgrade = "downgrade",
        /// Gives back.
        Refund = "refund",
    }
}

words! {
    /// Whether the order is a wish or a fact.
    Placement, "a placement" {
        /// It is about to be placed, and is refused when it does not fit.
        Planned = "planned",
        /// The provider has accepted it already; a book that refuses facts lies.
        Placed = "placed",
        /// It was bought before the book began: what it cost the customer is in the balances that the book starts with.
        Opening = "opening",
    }
}

/// An order as somebody asks to record it: one command, or one line of an order list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRequest {
    /// The account's code or UID, as it was typed.
    pub account: String,
    /// The product's code, as the provider writes it.
    pub product: String,
    /// What it does; never a refund, which names what it gives back.
    pub kind: OrderKind,
    /// The list price in major units.
    pub list_price: Exact,
    /// The provider's order number.
    pub provider_order: String,
    /// First day of the service.
    pub service_from: Option<NaiveDate>,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
    /// The day that it was placed; `None` means the day of the command.
    pub date: Option<NaiveDate>,
    /// Whether it is a wish or a fact.
    pub placement: Placement,
    /// What the provider said that it will bill, in major units; `None` means by the purchase agreement.
    pub provider_amount: Option<Exact>,
    /// What it costs less, and what pays a part of it; at most one of each kind.
    pub coupons: Vec<CouponRequest>,
}

/// A recorded order; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its row.
    pub id: OrderId,
    /// Who bought.
    pub account: AccountId,
    /// The product's code, as the provider writes it.
    pub product: String,
    /// What it does.
    pub kind: OrderKind,
    /// The provider's order number: text, unique in the book.
    pub provider_order: String,
    /// The day that it was placed.
    pub date: NaiveDate,
    /// First day of the service.
    pub service_from: Option<NaiveDate>,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
    /// Whether it was recorded as a fact.
    pub placement: Placement,
    /// What it gives back, for a refund.
    pub refunds: Option<OrderId>,
}

/// What an account owes for an order, or for one product's usage in one month; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Its row.
    pub id: ChargeId,
    /// Who owes.
    pub account: AccountId,
    /// The order; `None` for usage.
    pub order: Option<OrderId>,
    /// The product's code.
    pub product: String,
    /// The month that it was incurred in.
    pub charge_month: Month,
    /// Its effective date.
    pub date: NaiveDate,
    /// The list price, exact; negative for a refund.
    pub list: Exact,
    /// The agreement that priced it.
    pub agreement: Option<AgreementId>,
    /// What the agreement's window had reached before it, by the agreement's measure.
    pub volume_before: Exact,
    /// Where its tier begins.
    pub tier: Option<Exact>,
    /// The discount that it came to.
    pub discount: Discount,
    /// What is owed; negative for a refund.
    pub payable: Amount,
    /// What the provider is expected to bill; negative for a refund.
    pub cost: Amount,
    /// Whether it counts towards the group's volume.
    pub counts: bool,
    /// Whether its cost counts towards the agent's volume at the provider.
    pub cost_counts: bool,
    /// The entry that posted it; `None` when no money moved.
    pub entry: Option<EntryId>,
}

/// What the provider is expected to bill for a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// How much, in minor units.
    pub expected: Amount,
    /// Whether it counts towards the agent's volume at the provider.
    pub counts: bool,
}

/// How much of an order has been paid back already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaidBack {
    /// List price given back, exact.
    pub list: Exact,
    /// Payable given back.
    pub payable: Amount,
    /// Expected cost given back.
    pub cost: Amount,
}

/// What a refund gives back: all three follow from the share of what was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// List price given back, exact.
    pub list: Exact,
    /// What the customer gets back.
    pub payable: Amount,
    /// What the provider is expected to give back.
    pub cost: Amount,
}

/// A refund of `asked` (all that is left when `None`), at the price that was paid. Expected cost and list price go back in the
/// same share, rounded to the minor unit half away from zero; the last refund takes the rest. `provider_amount` overrides the
/// expected cost; on the agency model it is what the customer gets back, too. What a `voucher` paid is not given back.
pub fn refund(
    original: &Charge,
    order: OrderId,
    (before, voucher): (PaidBack, Amount),
    asked: Option<Amount>,
    provider_amount: Option<Amount>,
    model: Model,
    currency: Currency,
) -> Result<Refund, Refusal> {
    if original.payable.is_negative() || original.list.is_negative() {
        return Err(Refusal::RefundOfRefund { order });
    }
    let money = |amount| Money::new(amount, currency);
    let (asked, provider_amount) = match (model, asked, provider_amount) {
        (Model::Resale, ..) => (asked, provider_amount),
        (Model::Agency, Some(asked), Some(provider)) if asked != provider => {
            return Err(Refusal::RefundDiffers { order, amount: money(asked), provider_amount: money(provider) });
        }
        (Model::Agency, ..) => (asked.or(provider_amount), None),
    };
    let left = original.payable.minus(voucher)?.minus(before.payable)?;
    if !left.is_positive() && voucher.is_positive() && before == PaidBack::default() {
        return Err(Refusal::RefundOfVoucher { order, voucher: money(voucher) });
    }
    let payable = asked.unwrap_or(left);
    let nothing_left = !left.is_positive() && before != PaidBack::default();
    if payable > left || nothing_left {
        return Err(Refusal::RefundExceeds { order, asked: money(payable), left: money(left) });
    }
    let (list, cost) = if payable == left && voucher.is_zero() {
        (original.list.minus(before.list)?, original.cost.minus(before.cost)?)
    } else {
        let list = Exact::from_amount(share(original.list.round(currency)?, payable, original.payable)?, currency);
        (list, share(original.cost, payable, original.payable)?)
    };
    let cost_left = original.cost.minus(before.cost)?;
    if let Some(more) = provider_amount.filter(|amount| *amount > cost_left) {
        return Err(Refusal::RefundExceeds { order, asked: money(more), left: money(cost_left) });
    }
    Ok(Refund { list, payable, cost: provider_amount.unwrap_or(cost).min(cost_left) })
}

/// How much of a service was not used, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedTime {
    /// What was paid for the whole service, in minor units.
    pub paid: Amount,
    /// Days that were not used, both ends included.
    pub unused: u32,
    /// Days of the whole service, both ends included.
    pub days: u32,
}

impl UnusedTime {
    /// Of a service that is given up from a day on, which is not used any more.
    pub fn of(order: &Order, paid: Amount, from: NaiveDate) -> Result<Self, Refusal> {
        let (Some(begins), Some(ends)) = (order.service_from, order.service_to) else {
            return Err(Refusal::NoServiceTime { order: order.id });
        };
        let days = |first: NaiveDate| u32::try_from((ends - first).num_days() + 1).ok();
        match (days(from), days(begins)) {
            (Some(unused), Some(days)) if from >= begins && unused > 0 => Ok(Self { paid, unused, days }),
            _ => Err(Refusal::OutsideService { order: order.id, date: from, from: begins, to: ends }),
        }
    }

    /// What is given back: what was paid × days not used ÷ days of the service, rounded half away from zero.
    pub fn worth(&self) -> Result<Amount, Refusal> {
        share(self.paid, Amount::from_minor(self.unused.into()), Amount::from_minor(self.days.into()))
    }
}

/// `whole × part ÷ of`, rounded half away from zero; `part` and `of` are positive.
pub(crate) fn share(whole: Amount, part: Amount, of: Amount) -> Result<Amount, Refusal> {
    let product = i128::from(whole.minor()) * i128::from(part.minor());
    let of = i128::from(of.minor());
    let rounded = (product.abs() + of / 2) / of * product.signum();
    i64::try_from(rounded).map(Amount::from_minor).map_err(|_| Refusal::AmountOverflow)
}

impl Charge {
    /// The charge of a priced order or usage.
    #[expect(clippy::too_many_arguments, reason = "a charge is a flat record, and each part has a type of its own")]
    pub fn priced(
        id: ChargeId,
        account: AccountId,
        order: Option<OrderId>,
        product: String,
        charge_month: Month,
        date: NaiveDate,
        price: &Price,
        cost: Cost,
        entry: Option<EntryId>,
    ) -> Self {
        Self {
            id,
            account,
            order,
            product,
            charge_month,
            date,
            list: price.list,
            agreement: price.agreement,
            volume_before: price.volume_before,
            tier: price.tier,
            discount: price.discount,
            payable: price.payable,
            cost: cost.expected,
            counts: price.counts,
            cost_counts: cost.counts,
            entry,
        }
    }
}

/// Reads a product code or an order number: trimmed, printable, not empty, at most 100 characters.
pub fn plain_text(text: &str) -> Option<&str> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().count() <= 100 && !text.chars().any(crate::domain::code::is_unprintable);
    plain.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn charge(list: &str, payable: i64, cost: i64) -> Charge {
        let date = parse_date("2026-06-02").unwrap();
        Charge {
            id: ChargeId(1),
            account: AccountId(1),
            order: Some(OrderId(1)),
            product: "ecs".into(),
            charge_month: Month::of(date),
            date,
            list: list.parse().unwrap(),
            agreement: None,
            volume_before: Exact::ZERO,
            tier: None,
            discount: Discount::NONE,
            payable: Amount::from_minor(payable),
            cost: Amount::from_minor(cost),
            counts: true,
            cost_counts: true,
            entry: None,
        }
    }

    #[test]
    fn refunds_add_up_to_what_was_paid_and_never_more() {
        let cny = Currency::parse("CNY").unwrap();
        let original = charge("100", 9_500, 8_001);
        let mut before = PaidBack::default();
        for _ in 0..3 {
            let part =
                refund(&original, OrderId(1), (before, Amount::ZERO), Some(Amount::from_minor(3_000)), None, Model::Resale, cny)
                    .unwrap();
            before.list = before.list.plus(part.list).unwrap();
            before.payable = before.payable.plus(part.payable).unwrap();
            before.cost = before.cost.plus(part.cost).unwrap();
        }
        let too_much =
            refund(&original, OrderId(1), (before, Amount::ZERO), Some(Amount::from_minor(501)), None, Model::Resale, cny);
        assert_eq!(too_much.unwrap_err().code(), "refund.exceeds");
        let last = refund(&original, OrderId(1), (before, Amount::ZERO), None, None, Model::Resale, cny).unwrap();
        assert_eq!(last.payable.minor(), 500);
        assert_eq!(before.cost.plus(last.cost).unwrap(), original.cost);
        assert_eq!(before.list.plus(last.list).unwrap(), original.list);
        let too_much =
            refund(&original, OrderId(1), (before, Amount::ZERO), None, Some(Amount::from_minor(9_000)), Model::Resale, cny);
        assert_eq!(too_much.unwrap_err().code(), "refund.exceeds");
        before.payable = original.payable;
        assert_eq!(
            refund(&original, OrderId(1), (before, Amount::ZERO), None, None, Model::Resale, cny).unwrap_err().code(),
            "refund.exceeds"
        );
    }

    #[test]
    fn on_the_agency_model_the_customer_gets_back_what_the_provider_gives() {
        let cny = Currency::parse("CNY").unwrap();
        let original = charge("100", 8_001, 8_001);
        let back = |asked: Option<i64>, provider: Option<i64>| {
            let (asked, provider) = (asked.map(Amount::from_minor), provider.map(Amount::from_minor));
            refund(&original, OrderId(1), (PaidBack::default(), Amount::ZERO), asked, provider, Model::Agency, cny)
        };
        let figures = |asked, provider| back(asked, provider).map(|refund| (refund.payable.minor(), refund.cost.minor()));
        assert_eq!(figures(Some(3_000), None), Ok((3_000, 3_000)));
        assert_eq!(figures(None, Some(3_333)), Ok((3_333, 3_333)));
        assert_eq!(figures(Some(50), Some(50)), Ok((50, 50)));
        assert_eq!(figures(None, None), Ok((8_001, 8_001)));
        assert_eq!(back(Some(3_000), Some(2_000)).unwrap_err().code(), "refund.agency-differs");
        assert_eq!(back(None, Some(8_002)).unwrap_err().code(), "refund.exceeds");
    }

    #[test]
    fn a_refund_cannot_be_refunded() {
        let cny = Currency::parse("CNY").unwrap();
        let refused = refund(
            &charge("-100", -9_500, -8_000),
            OrderId(2),
            (PaidBack::default(), Amount::ZERO),
            None,
            None,
            Model::Resale,
            cny,
        );
        assert_eq!(refused.unwrap_err().code(), "refund.of-refund");
    }

    #[test]
    fn what_a_voucher_paid_is_not_given_back() {
        let cny = Currency::parse("CNY").unwrap();
        let original = charge("100", 9_500, 8_000);
        let back = |before: PaidBack, voucher: i64, asked: Option<i64>| {
            let asked = asked.map(Amount::from_minor);
            let refund = refund(&original, OrderId(1), (before, Amount::from_minor(voucher)), asked, None, Model::Resale, cny);
            refund.map(|refund| (refund.list.to_string(), refund.payable.minor(), refund.cost.minor()))
        };
        // 1900 of 9500 were paid: a fifth.
        assert_eq!(back(PaidBack::default(), 7_600, None), Ok(("20".to_owned(), 1_900, 1_600)));
        assert_eq!(back(PaidBack::default(), 7_600, Some(1_901)).unwrap_err().code(), "refund.exceeds");
        assert_eq!(back(PaidBack::default(), 9_500, None).unwrap_err().code(), "refund.of-voucher");
        let before = PaidBack { payable: Amount::from_minor(1_900), ..PaidBack::default() };
        assert_eq!(back(before, 7_600, None).unwrap_err().code(), "refund.exceeds");
    }

    #[test]
    fn unused_time_is_counted_in_days_both_ends_included() {
        let day = |text: &str| parse_date(text).unwrap();
        let mut order = Order {
            id: OrderId(1),
            account: AccountId(1),
            product: "ecs".into(),
            kind: OrderKind::New,
            provider_order: "1".into(),
            date: day("2026-06-02"),
            service_from: Some(day("2026-06-02")),
            service_to: Some(day("2027-06-01")),
            placement: Placement::Planned,
            refunds: None,
        };
        let unused = |order: &Order, from: &str| UnusedTime::of(order, Amount::from_minor(1_140_000), day(from));
        // 365 days, of which June 2 to July 2 were used: 31.
        let found = unused(&order, "2026-07-03").unwrap();
        assert_eq!((found.unused, found.days, found.worth().unwrap().minor()), (334, 365, 1_043_178));
        assert_eq!(unused(&order, "2026-06-02").unwrap().worth().unwrap().minor(), 1_140_000);
        assert_eq!(unused(&order, "2027-06-01").unwrap().unused, 1);
        for outside in ["2026-06-01", "2027-06-02"] {
            assert_eq!(unused(&order, outside).unwrap_err().code(), "refund.outside-service");
        }
        order.service_to = None;
        assert_eq!(unused(&order, "2026-07-03").unwrap_err().code(), "refund.no-service-time");
    }
}
