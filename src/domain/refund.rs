//! Refunds: how much of an order goes back, and to whom.
//!
//! What an order costs by now is what was owed for it, with the true-ups since. A voucher pays of that what it can, the customer
//! the rest. A refund gives all of it back in the same share, to each what it has paid: the customer its money, the voucher's
//! bearer the voucher's part, the provider list price and cost.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::account::Model;
use crate::domain::coupon::covered;
use crate::domain::id::OrderId;
use crate::domain::money::{Amount, Currency, Exact, Money, Overflow};
use crate::domain::order::{Charge, Order, share};
use crate::domain::refusal::Refusal;

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

/// How much of an order is to be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All that is left.
    All,
    /// As much as makes the customer this much money, in minor units.
    Money(Amount),
    /// The share of the time that was not used.
    Unused(UnusedTime),
}

/// What a refund gives back. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// List price given back, exact.
    pub list: Exact,
    /// What was owed for it, before true-ups.
    pub payable: Amount,
    /// What the provider is expected to give back.
    pub cost: Amount,
    /// What it changes in the true-ups: what they gave for this share is owed again.
    pub trued_up: Amount,
    /// What goes back to the bearer of the voucher.
    pub voucher: Amount,
}

impl Refund {
    /// What the customer gets back.
    pub fn money(&self) -> Result<Amount, Overflow> {
        self.payable.minus(self.trued_up)?.minus(self.voucher)
    }
}

/// An order as far as it can be given back. Amounts are minor units.
#[derive(Clone, Copy, Debug)]
pub struct Refundable<'a> {
    /// The order.
    pub order: OrderId,
    /// Its charge.
    pub charge: &'a Charge,
    /// What refunds have given back of it.
    pub before: PaidBack,
    /// What true-ups of it and of its refunds have changed.
    pub trued_up: Amount,
    /// What a voucher may pay of it: what it was used with, less what refunds have given back to its bearer.
    pub voucher: Amount,
    /// Who sells to the customer.
    pub model: Model,
    /// What all amounts are counted in.
    pub currency: Currency,
}

impl Refundable<'_> {
    /// What was owed for what is left of it, before true-ups.
    fn owed(&self) -> Result<Amount, Overflow> {
        self.charge.payable.minus(self.before.payable)
    }

    /// What the voucher pays of what is left of it.
    fn by_voucher(&self) -> Result<Amount, Overflow> {
        Ok(covered(self.voucher, self.owed()?.plus(self.trued_up)?))
    }

    /// What the customer itself has paid for what is left of it.
    fn money(&self) -> Result<Amount, Overflow> {
        self.owed()?.plus(self.trued_up)?.minus(self.by_voucher()?)
    }

    /// What the customer itself has paid for all of it, at the price of now.
    pub fn money_for_all(&self) -> Result<Amount, Refusal> {
        let owed = self.owed()?;
        if owed.is_positive() { share(self.money()?, self.charge.payable, owed) } else { Ok(Amount::ZERO) }
    }

    /// A refund of what was asked. What was owed, list price and expected cost go back in the share of the customer's money,
    /// rounded to the minor unit half away from zero; the last refund takes the rest. `provider_amount` overrides the expected
    /// cost; on the agency model it is what was owed, too.
    pub fn refund(&self, asked: Asked, provider_amount: Option<Amount>) -> Result<Refund, Refusal> {
        let (order, charge) = (self.order, self.charge);
        if charge.payable.is_negative() || charge.list.is_negative() {
            return Err(Refusal::RefundOfRefund { order });
        }
        let passed_through = provider_amount.filter(|_| self.model == Model::Agency);
        let (payable, money) = self.share_of(asked, passed_through)?;
        let owed = self.owed()?;
        if self.before != PaidBack::default() && !owed.is_positive() || payable > owed {
            return Err(self.exceeds(payable, owed));
        }
        let is_all = payable == owed;
        let (list, cost) = if is_all {
            (charge.list.minus(self.before.list)?, charge.cost.minus(self.before.cost)?)
        } else {
            let list = share(charge.list.round(self.currency)?, payable, charge.payable)?;
            (Exact::from_amount(list, self.currency), share(charge.cost, payable, charge.payable)?)
        };
        let cost_left = charge.cost.minus(self.before.cost)?;
        let stated = provider_amount.filter(|_| self.model == Model::Resale);
        if let Some(more) = stated.filter(|amount| *amount > cost_left) {
            return Err(self.exceeds(more, cost_left));
        }
        let voucher = if is_all { self.by_voucher()? } else { self.voucher_back(payable, money)? };
        let trued_up = payable.minus(voucher)?.minus(money)?;
        Ok(Refund { list, payable, cost: stated.unwrap_or(cost).min(cost_left), trued_up, voucher })
    }

    /// What was owed for the share that is asked, and the customer's money in it.
    fn share_of(&self, asked: Asked, passed_through: Option<Amount>) -> Result<(Amount, Amount), Refusal> {
        let (owed, left) = (self.owed()?, self.money()?);
        let asked = match (asked, passed_through) {
            (Asked::All, None) => return Ok((owed, left)),
            (Asked::All, Some(provider)) if owed.is_positive() => return Ok((provider, share(left, provider, owed)?)),
            (Asked::All, Some(provider)) => return Ok((provider, provider)),
            // Where the customer has paid nothing, the time says how much of the order goes back all the same.
            (Asked::Unused(unused), _) if left.is_zero() => return Ok((unused.share_of(self.charge.payable)?, Amount::ZERO)),
            (Asked::Unused(unused), _) => unused.share_of(unused.paid)?,
            (Asked::Money(money), _) => money,
        };
        if asked > left {
            return Err(self.exceeds(asked, left));
        }
        let payable = if asked == left { owed } else { share(owed, asked, left)? };
        match passed_through {
            Some(provider) if provider != payable => {
                let (amount, provider_amount) = (Money::new(asked, self.currency), Money::new(provider, self.currency));
                Err(Refusal::RefundDiffers { order: self.order, amount, provider_amount })
            }
            _ => Ok((payable, asked)),
        }
    }

    /// The voucher's part of a share, which leaves something: in the share of the customer's money; all that the true-ups leave,
    /// where the customer has paid nothing.
    fn voucher_back(&self, payable: Amount, money: Amount) -> Result<Amount, Refusal> {
        let (owed, left) = (self.owed()?, self.money()?);
        if self.trued_up.is_zero() {
            return Ok(payable.minus(money)?);
        }
        if left.is_positive() {
            return share(self.by_voucher()?, money, left);
        }
        let kept = share(self.trued_up, owed.minus(payable)?, owed)?;
        Ok(payable.plus(self.trued_up)?.minus(kept)?)
    }

    fn exceeds(&self, asked: Amount, left: Amount) -> Refusal {
        let money = |amount| Money::new(amount, self.currency);
        Refusal::RefundExceeds { order: self.order, asked: money(asked), left: money(left) }
    }
}

/// How much of a service was not used, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedTime {
    /// What the customer has paid for the whole service, in minor units.
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

    /// The share of an amount: it × days not used ÷ days of the service, rounded half away from zero.
    fn share_of(&self, amount: Amount) -> Result<Amount, Refusal> {
        share(amount, Amount::from_minor(self.unused.into()), Amount::from_minor(self.days.into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{AccountId, ChargeId};
    use crate::domain::order::{OrderKind, Placement};
    use crate::domain::period::{Month, parse_date};
    use crate::domain::rate::Discount;

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

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
            difference: None,
            corrects: None,
            entry: None,
        }
    }

    fn bought(charge: &Charge) -> Refundable<'_> {
        let (before, trued_up, voucher) = (PaidBack::default(), Amount::ZERO, Amount::ZERO);
        let (order, model, currency) = (OrderId(1), Model::Resale, Currency::parse("CNY").unwrap());
        Refundable { order, charge, before, trued_up, voucher, model, currency }
    }

    /// List price, what was owed, cost, the true-up and the voucher, and the customer's money.
    fn told(refund: Result<Refund, Refusal>) -> String {
        match refund {
            Ok(back) => {
                let Refund { list, payable, cost, trued_up, voucher } = back;
                let minor = [payable, cost, trued_up, voucher, back.money().unwrap()].map(|amount| amount.minor().to_string());
                format!("{list} {}", minor.join(" "))
            }
            Err(refusal) => refusal.code().to_owned(),
        }
    }

    /// The same after a refund.
    fn after<'a>(of: &Refundable<'a>, back: &Refund) -> Refundable<'a> {
        let before = PaidBack {
            list: of.before.list.plus(back.list).unwrap(),
            payable: of.before.payable.plus(back.payable).unwrap(),
            cost: of.before.cost.plus(back.cost).unwrap(),
        };
        let (trued_up, voucher) = (of.trued_up.plus(back.trued_up).unwrap(), of.voucher.minus(back.voucher).unwrap());
        Refundable { before, trued_up, voucher, ..*of }
    }

    #[test]
    fn refunds_add_up_to_what_was_paid_and_never_more() {
        let charge = charge("100", 9_500, 8_001);
        let mut left = bought(&charge);
        for _ in 0..3 {
            left = after(&left, &left.refund(Asked::Money(fen(3_000)), None).unwrap());
        }
        assert_eq!(told(left.refund(Asked::Money(fen(501)), None)), "refund.exceeds");
        assert_eq!(told(left.refund(Asked::All, Some(fen(9_000)))), "refund.exceeds");
        let last = left.refund(Asked::All, None).unwrap();
        assert_eq!(last.payable.minor(), 500);
        let nothing = after(&left, &last);
        assert_eq!((nothing.before.cost, nothing.before.list), (charge.cost, charge.list));
        assert_eq!(told(nothing.refund(Asked::All, None)), "refund.exceeds");
    }

    #[test]
    fn on_the_agency_model_the_customer_gets_back_what_the_provider_gives() {
        let charge = charge("100", 8_001, 8_001);
        let passed = Refundable { model: Model::Agency, ..bought(&charge) };
        let back = |asked: Option<i64>, provider: Option<i64>| {
            told(passed.refund(asked.map_or(Asked::All, |minor| Asked::Money(fen(minor))), provider.map(fen)))
        };
        assert_eq!(back(Some(3_000), None), "37.5 3000 3000 0 0 3000");
        assert_eq!(back(None, Some(3_333)), "41.66 3333 3333 0 0 3333");
        assert_eq!(back(Some(50), Some(50)), "0.62 50 50 0 0 50");
        assert_eq!(back(None, None), "100 8001 8001 0 0 8001");
        assert_eq!(back(Some(3_000), Some(2_000)), "refund.agency-differs");
        assert_eq!(back(None, Some(8_002)), "refund.exceeds");
        // A voucher has paid a third of it.
        let by_voucher = Refundable { voucher: fen(2_667), ..passed };
        assert_eq!(told(by_voucher.refund(Asked::All, Some(fen(3_000)))), "37.5 3000 3000 0 1000 2000");
        assert_eq!(told(by_voucher.refund(Asked::Money(fen(2_000)), Some(fen(3_000)))), "37.5 3000 3000 0 1000 2000");
    }

    #[test]
    fn a_refund_cannot_be_refunded() {
        assert_eq!(told(bought(&charge("-100", -9_500, -8_000)).refund(Asked::All, None)), "refund.of-refund");
    }

    /// 1900 were owed and 900 of it given back since: what is asked is money, a share of 1000.
    #[test]
    fn what_is_asked_is_net_of_true_ups() {
        let charge = charge("2000", 190_000, 160_000);
        let left = Refundable { trued_up: fen(-90_000), ..bought(&charge) };
        let half = left.refund(Asked::Money(fen(50_000)), None).unwrap();
        assert_eq!(told(Ok(half)), "1000 95000 80000 45000 0 50000");
        assert_eq!(told(left.refund(Asked::Money(fen(100_001)), None)), "refund.exceeds");
        assert_eq!(told(left.refund(Asked::All, None)), "2000 190000 160000 90000 0 100000");
        assert_eq!(told(after(&left, &half).refund(Asked::Money(fen(50_001)), None)), "refund.exceeds");
        assert_eq!(left.money_for_all().unwrap(), fen(100_000));
        assert_eq!(after(&left, &half).money_for_all().unwrap(), fen(100_000));
    }

    #[test]
    fn what_a_voucher_paid_goes_back_to_its_bearer() {
        let charge = charge("100", 9_500, 8_000);
        let with = |voucher: i64, trued_up: i64| Refundable { voucher: fen(voucher), trued_up: fen(trued_up), ..bought(&charge) };
        let unused = |paid: i64| Asked::Unused(UnusedTime { paid: fen(paid), unused: 1, days: 2 });
        let table = [
            // 1900 of 9500 are the customer's.
            (with(7_600, 0), Asked::All, "100 9500 8000 0 7600 1900"),
            (with(7_600, 0), Asked::Money(fen(950)), "50 4750 4000 0 3800 950"),
            (with(7_600, 0), Asked::Money(fen(1_901)), "refund.exceeds"),
            // It has paid all, and of what a true-up leaves of the price all again.
            (with(9_500, 0), Asked::All, "100 9500 8000 0 9500 0"),
            (with(9_500, 0), Asked::Money(fen(1)), "refund.exceeds"),
            (with(9_500, 0), unused(0), "50 4750 4000 0 4750 0"),
            (with(9_500, -4_500), Asked::All, "100 9500 8000 4500 5000 0"),
            (with(9_500, -4_500), unused(0), "50 4750 4000 2250 2500 0"),
            // 7500 of 9000 are the customer's.
            (with(1_500, -500), Asked::Money(fen(2_500)), "33.34 3167 2667 167 500 2500"),
        ];
        for (left, asked, expected) in table {
            assert_eq!(told(left.refund(asked, None)), expected, "{asked:?}");
        }
    }

    proptest! {
        /// Whatever is asked in however many parts: in the end each has back what it has paid, to the cent.
        #[test]
        fn refunds_of_all_leave_nothing(
            owed in 0_i64..1_000_000,
            off in 0_i64..=100,
            by_voucher in 0_i64..=100,
            parts in proptest::collection::vec(1_i64..500_000, 0..5),
        ) {
            let charge = charge("5000", owed, 300_000);
            let (trued_up, voucher) = (fen(-owed * off / 100), fen(owed * by_voucher / 100));
            let mut left = Refundable { trued_up, voucher, ..bought(&charge) };
            let mut money = left.money().unwrap();
            for part in parts {
                let Ok(back) = left.refund(Asked::Money(fen(part)), None) else { continue };
                prop_assert_eq!(back.money().unwrap(), fen(part));
                prop_assert!(!back.voucher.is_negative() && !back.trued_up.is_negative());
                money = money.minus(fen(part)).unwrap();
                left = after(&left, &back);
                prop_assert_eq!(left.money().unwrap(), money);
            }
            if left.before.list != charge.list {
                let back = left.refund(Asked::All, None).unwrap();
                prop_assert_eq!(back.money().unwrap(), money);
                left = after(&left, &back);
            }
            prop_assert_eq!((left.before.list, left.before.payable, left.before.cost), (charge.list, charge.payable, charge.cost));
            prop_assert_eq!((left.trued_up, left.by_voucher().unwrap()), (Amount::ZERO, Amount::ZERO));
        }
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
        let worth = |unused: &UnusedTime| unused.share_of(unused.paid).unwrap().minor();
        // 365 days, of which June 2 to July 2 were used: 31.
        let found = unused(&order, "2026-07-03").unwrap();
        assert_eq!((found.unused, found.days, worth(&found)), (334, 365, 1_043_178));
        assert_eq!(worth(&unused(&order, "2026-06-02").unwrap()), 1_140_000);
        assert_eq!(unused(&order, "2027-06-01").unwrap().unused, 1);
        for outside in ["2026-06-01", "2027-06-02"] {
            assert_eq!(unused(&order, outside).unwrap_err().code(), "refund.outside-service");
        }
        order.service_to = None;
        assert_eq!(unused(&order, "2026-07-03").unwrap_err().code(), "refund.no-service-time");
    }
}
