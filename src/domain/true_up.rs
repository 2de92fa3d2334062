//! True-ups: what a retroactive agreement makes of charges once their window has reached another tier.
//!
//! A charge is priced when it is made, at the tier before it, and never changes. What the tier that its window has reached since
//! makes of it is a change of its own, posted on a later day. Volumes count what was owed before true-ups, so that a true-up
//! never moves the tier that it follows from. Nothing here decides which charges belong to a window.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::agreement::{ChargeKind, Terms, Tier};
use crate::domain::coupon::{Bearer, covered};
use crate::domain::id::{AccountId, AgreementId, ChargeId, EntryId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::order::share;
use crate::domain::price::{Priceable, at_rate};
use crate::domain::rate::Rate;
use crate::domain::refusal::Refusal;

/// A change of what a charge costs; never changed itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrueUp {
    /// Its number.
    pub id: i64,
    /// Of which charge: the original, or a refund that gives back less or more because of it.
    pub charge: ChargeId,
    /// The agreement.
    pub agreement: AgreementId,
    /// Its effective date.
    pub date: NaiveDate,
    /// The tier by which the window was priced; `None` where a true-up was taken back.
    pub tier: Option<Tier>,
    /// What it adds to what the charge costs, in minor units; negative where the customer, or the bearer of its voucher, gets it
    /// back.
    pub change: Amount,
    /// The entry that posted it, together with others of the account; `None` when together they moved no money.
    pub entry: Option<EntryId>,
}

/// A charge that a tier has priced, with what has come of it since. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TieredCharge {
    /// The charge.
    pub charge: ChargeId,
    /// Whose.
    pub account: AccountId,
    /// Its list price, exact.
    pub list: Exact,
    /// What the provider was expected to bill.
    pub cost: Amount,
    /// What was owed for it, after coupons.
    pub payable: Amount,
    /// What coupons took off.
    pub coupon: Amount,
    /// How much of that refunds have given back.
    pub paid_back: Amount,
    /// What true-ups of it and of its refunds have changed so far.
    pub trued_up: Amount,
    /// What a voucher may pay of it, and who bears that: what it was used with, less what refunds have given back to its bearer.
    pub voucher: Option<(Bearer, Amount)>,
}

impl TieredCharge {
    /// What its voucher pays by now, and who bears that.
    pub fn by_voucher(&self) -> Result<Option<(Bearer, Amount)>, Overflow> {
        let price = self.payable.minus(self.paid_back)?.plus(self.trued_up)?;
        Ok(self.voucher.map(|(bearer, voucher)| (bearer, covered(voucher, price))))
    }

    /// What of a change the voucher pays, and who bears that; below zero, it goes back to its bearer: the customer gets back no
    /// more than it has paid itself.
    pub fn change_by_voucher(&self, change: Amount) -> Result<Option<(Bearer, Amount)>, Overflow> {
        let after = Self { trued_up: self.trued_up.plus(change)?, ..*self };
        match (self.by_voucher()?, after.by_voucher()?) {
            (Some((bearer, before)), Some((_, after))) => Ok(Some((bearer, after.minus(before)?))),
            _ => Ok(None),
        }
    }
}

/// What a charge needs so that the part of it that was not given back costs what a rate makes of it.
pub fn due(terms: &Terms, rate: Rate, charge: &TieredCharge, currency: Currency) -> Result<Amount, Refusal> {
    let priceable = Priceable { product: "", kind: ChargeKind::New, list: charge.list, cost: Some(charge.cost) };
    let at_rate = at_rate(terms, priceable, rate, currency)?;
    let at_rate = if charge.coupon.is_zero() { at_rate } else { at_rate.minus(charge.coupon)?.or_zero() };
    let left = charge.payable.minus(charge.paid_back)?;
    let wanted = if charge.paid_back.is_zero() { at_rate } else { share(at_rate, left, charge.payable)? };
    Ok(wanted.minus(left)?.minus(charge.trued_up)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::agreement::tests::{agreement, rate};

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn fen(minor: i64) -> Amount {
        Amount::from_minor(minor)
    }

    fn charge(list: i64, payable: i64, paid_back: i64, trued_up: i64) -> TieredCharge {
        TieredCharge {
            charge: ChargeId(1),
            account: AccountId(1),
            list: Exact::from_amount(fen(list), cny()),
            cost: fen(0),
            payable: fen(payable),
            coupon: fen(0),
            paid_back: fen(paid_back),
            trued_up: fen(trued_up),
            voucher: None,
        }
    }

    #[test]
    fn what_is_left_of_a_charge_costs_what_the_tier_makes_of_it() {
        let terms = agreement(&[("0", "5%"), ("20000", "10%")]).terms;
        let table = [
            // 10000 × 0.9 less 10000 × 0.95.
            (charge(1_000_000, 950_000, 0, 0), "10%", -50_000),
            // Again: nothing is left to do.
            (charge(1_000_000, 950_000, 0, -50_000), "10%", 0),
            // The volume has fallen below the tier: what was given is owed again.
            (charge(1_000_000, 950_000, 0, -50_000), "5%", 50_000),
            // A fifth was given back: four fifths of 9000, less 7600.
            (charge(1_000_000, 950_000, 190_000, 0), "10%", -40_000),
            (charge(1_000_000, 950_000, 950_000, 0), "10%", 0),
            // Usage that was corrected downwards, and what cost nothing.
            (charge(-10_000, -9_500, 0, 0), "10%", 500),
            (charge(0, 0, 0, 0), "10%", 0),
            // A coupon of 100 comes off either price, and never more than there is.
            (TieredCharge { coupon: fen(10_000), ..charge(1_000_000, 940_000, 0, 0) }, "10%", -50_000),
            (TieredCharge { coupon: fen(940_000), ..charge(1_000_000, 10_000, 0, 0) }, "10%", -10_000),
        ];
        for (charge, reached, expected) in table {
            assert_eq!(due(&terms, rate(reached), &charge, cny()), Ok(fen(expected)), "{charge:?} {reached}");
        }
    }

    #[test]
    fn what_the_customer_has_not_paid_goes_back_to_the_bearer() {
        // Of 1900, 900 of which were given back so far: what the voucher pays, the change, and what of it is the bearer's.
        let table = [
            (charge(2_000, 1_900, 0, 0), 1_900, -900, -900),
            (charge(2_000, 1_900, 0, 0), 1_500, -900, -500),
            (charge(2_000, 1_900, 0, 0), 950, -900, 0),
            (charge(2_000, 1_900, 0, -900), 1_900, 900, 900),
            (charge(2_000, 1_900, 0, -900), 1_500, 900, 500),
            // Half of it was refunded, with half of the voucher.
            (charge(2_000, 1_900, 950, 0), 950, -450, -450),
        ];
        for (charge, voucher, change, expected) in table {
            let charge = TieredCharge { voucher: Some((Bearer::Agent, fen(voucher))), ..charge };
            assert_eq!(charge.change_by_voucher(fen(change)), Ok(Some((Bearer::Agent, fen(expected)))), "{charge:?} {change}");
        }
        assert_eq!(charge(2_000, 1_900, 0, 0).change_by_voucher(fen(-900)), Ok(None));
    }

    proptest! {
        /// Whatever was given back and trued up before: after a true-up, the rest costs the rate's price, and once more is nothing.
        #[test]
        fn a_true_up_makes_the_price_that_of_the_final_tier(
            list in 1_i64..10_000_000, first in 0_i64..=1_000_000, last in 0_i64..=1_000_000,
        ) {
            let terms = agreement(&[("0", "5%")]).terms;
            let rate = |off| Rate::Discount(crate::domain::rate::Discount::from_millionths(off).unwrap());
            let at = |off| at_rate(&terms, Priceable {
                product: "", kind: ChargeKind::New, list: Exact::from_amount(fen(list), cny()), cost: None,
            }, rate(off), cny()).unwrap();
            let mut charge = charge(list, at(first).minor(), 0, 0);
            charge.trued_up = due(&terms, rate(last), &charge, cny()).unwrap();
            prop_assert_eq!(charge.payable.plus(charge.trued_up).unwrap(), at(last));
            prop_assert_eq!(due(&terms, rate(last), &charge, cny()).unwrap(), Amount::ZERO);
        }
    }
}
