//! Coupons and vouchers on orders.
//!
//! The provider has two kinds with names that are easily confused. A **coupon** (优惠券) reduces what is payable. A **voucher**
//! (代金券) pays a part of it and reduces nothing. Either costs the provider or the agent something: that is its bearer.

use serde::{Deserialize, Serialize};

use crate::domain::account::Model;
use crate::domain::id::{EntryId, OrderId};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::order::Cost;
use crate::domain::price::Price;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;

words! {
    /// What it does.
    CouponKind, "a kind of coupon" {
        /// Reduces what is payable (优惠券).
        Coupon = "coupon",
        /// Pays a part of what is payable (代金券).
        Voucher = "voucher",
    }
}

words! {
    /// Whom it costs something.
    Bearer, "a bearer" {
        /// The agent.
        Agent = "agent",
        /// The provider.
        Provider = "provider",
    }
}

/// A coupon as somebody asks to use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CouponRequest {
    /// What it does.
    pub kind: CouponKind,
    /// Whom it costs something.
    pub bearer: Bearer,
    /// How much, in major units.
    pub amount: Exact,
}

/// A coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// What it does.
    pub kind: CouponKind,
    /// Whom it costs something.
    pub bearer: Bearer,
    /// How much, in minor units.
    pub amount: Amount,
}

/// A coupon that an order has used; never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedCoupon {
    /// By which order.
    pub order: OrderId,
    /// Which.
    pub coupon: Coupon,
    /// The entry that posted a voucher; what a coupon does is in the charge itself.
    pub entry: Option<EntryId>,
}

impl UsedCoupon {
    /// What it is logged as: `o-17/voucher`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.order, self.coupon.kind)
    }
}

/// Takes coupons off a price, and off the expected cost what the provider bears; `is_stated` says that the provider has stated
/// that cost, after its own coupons. What vouchers pay is checked against what is left. On the agency model the provider's price
/// passes through: there only the provider can reduce it.
pub fn take_off(
    mut price: Price,
    mut cost: Option<Cost>,
    coupons: &[Coupon],
    (model, is_stated): (Model, bool),
    currency: Currency,
) -> Result<(Price, Option<Cost>), Refusal> {
    let money = |amount| Money::new(amount, currency);
    for coupon in coupons.iter().filter(|coupon| coupon.kind == CouponKind::Coupon) {
        let by_provider = coupon.bearer == Bearer::Provider;
        if model == Model::Agency && !by_provider {
            return Err(Refusal::CouponOnAgency { amount: money(coupon.amount) });
        }
        // What the provider has stated on the agency model is what the customer owes.
        let passes_through = model == Model::Agency && is_stated;
        if !passes_through {
            require_at_most(coupon, price.payable, currency)?;
            price.payable = price.payable.minus(coupon.amount)?;
        }
        if let Some(cost) = cost.as_mut().filter(|_| by_provider && !is_stated) {
            require_at_most(coupon, cost.expected, currency)?;
            cost.expected = cost.expected.minus(coupon.amount)?;
        }
        price.coupon = price.coupon.plus(coupon.amount)?;
    }
    for voucher in coupons.iter().filter(|coupon| coupon.kind == CouponKind::Voucher) {
        require_at_most(voucher, price.payable, currency)?;
    }
    Ok((price, cost))
}

fn require_at_most(coupon: &Coupon, most: Amount, currency: Currency) -> Result<(), Refusal> {
    if coupon.amount > most {
        let (amount, most) = (Money::new(coupon.amount, currency), Money::new(most, currency));
        return Err(Refusal::CouponExceeds { kind: coupon.kind, amount, most });
    }
    Ok(())
}

/// What a voucher pays of a price: no more than there is.
pub fn covered(voucher: Amount, price: Amount) -> Amount {
    voucher.min(price.or_zero())
}

/// What vouchers pay of an order.
pub fn paid_by_voucher(coupons: &[Coupon]) -> Result<Amount, Refusal> {
    let vouchers = coupons.iter().filter(|coupon| coupon.kind == CouponKind::Voucher);
    Ok(Amount::sum(vouchers.map(|voucher| voucher.amount))?)
}

#[cfg(test)]
mod tests {
    use super::Bearer::{Agent, Provider};
    use super::CouponKind::Voucher;
    use super::*;
    use crate::domain::account::Model::{Agency, Resale};
    use crate::domain::agreement::ChargeKind;
    use crate::domain::agreement::tests::agreement;
    use crate::domain::price::{Priceable, Volume, price};

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    #[test]
    fn a_coupon_reduces_what_its_bearer_makes_of_it() {
        let cny = Currency::parse("CNY").unwrap();
        let acme = agreement(&[("0", "5%")]);
        let charge = Priceable { product: "ecs", kind: ChargeKind::New, list: "100".parse().unwrap(), cost: None };
        let priced = || price(Some(&acme), charge, Volume::default(), cny).unwrap();
        let after = |kind, bearer, minor, model, is_stated| {
            let cost = Some(Cost { expected: fen(8_000), counts: true });
            let (price, cost) = take_off(priced(), cost, &[Coupon { kind, bearer, amount: fen(minor) }], (model, is_stated), cny)?;
            Ok((price.payable.minor(), cost.unwrap().expected.minor(), price.coupon.minor()))
        };
        let code = |result: Result<(i64, i64, i64), Refusal>| result.unwrap_err().code();
        assert_eq!(after(CouponKind::Coupon, Agent, 1_000, Resale, false), Ok((8_500, 8_000, 1_000)));
        assert_eq!(after(CouponKind::Coupon, Provider, 1_000, Resale, false), Ok((8_500, 7_000, 1_000)));
        // The provider has said what it bills after its coupon.
        assert_eq!(after(CouponKind::Coupon, Provider, 1_000, Resale, true), Ok((8_500, 8_000, 1_000)));
        assert_eq!(after(CouponKind::Coupon, Provider, 1_000, Agency, true), Ok((9_500, 8_000, 1_000)));
        assert_eq!(after(Voucher, Provider, 9_500, Resale, false), Ok((9_500, 8_000, 0)));
        assert_eq!(code(after(Voucher, Provider, 9_501, Resale, false)), "coupon.exceeds");
        assert_eq!(code(after(CouponKind::Coupon, Agent, 9_501, Resale, false)), "coupon.exceeds");
        assert_eq!(code(after(CouponKind::Coupon, Provider, 8_001, Resale, false)), "coupon.exceeds");
        assert_eq!(code(after(CouponKind::Coupon, Agent, 1, Agency, false)), "coupon.agency");
    }
}
