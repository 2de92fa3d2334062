//! Accepting a bill: what becomes payable, what of it the book has expected, what is disputed, and what only rounding explains.
//!
//! Every part is made from what it is about, and rounding from what was proved: if they do not add up to the bill, something was
//! forgotten, and nothing is posted.

use crate::domain::bill::ControlTotals;
use crate::domain::difference::{Difference, DifferenceKind, Resolution};
use crate::domain::id::ChargeId;
use crate::domain::journal::Unbalanced;
use crate::domain::matching::{MatchRule, Matched, Mismatch};
use crate::domain::money::{Amount, Currency, Exact, Overflow};

/// Why something of a charge is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClearingRule {
    /// It was matched.
    Matched(MatchRule),
    /// It is usage of this bill.
    Usage,
    /// A person has decided.
    Decided,
    /// It is carried over the close, wholly or in part.
    Carried,
}

impl ClearingRule {
    /// The word that the book stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched(rule) => rule.as_str(),
            Self::Usage => "usage",
            Self::Decided => "decided",
            Self::Carried => "carried",
        }
    }
}

/// What the bill settles of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clearing {
    /// The charge.
    pub charge: ChargeId,
    /// Why.
    pub rule: ClearingRule,
    /// What of its cost it settles.
    pub cleared: Amount,
    /// Whether nothing more is expected.
    pub settles: bool,
    /// What was billed for it, exact.
    pub billed: Exact,
}

/// Usage and other charges that were made of this very bill: what they cost, and what the bill says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChargedNow {
    /// Their cost, in minor units; coupons that were found on the bill make it less.
    pub cost: Amount,
    /// What the bill says, exact.
    pub billed: Exact,
    /// What of it stands in the provider's rounding lines, exact: a customer whose price is made of the cost bears these.
    pub rounding_lines: Exact,
}

/// An accepted bill: the five parts of its entry, in minor units. Payable is what the other four add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// What is owed to the provider: the exact sum of the bill, rounded once, and the tax that comes on top.
    pub payable: Amount,
    /// What the settled charges had accrued.
    pub accrued: Amount,
    /// What is not accepted, less what comes back of earlier months.
    pub disputed: Amount,
    /// The commission; negative when the provider pays it.
    pub commission: Amount,
    /// What rounding explains.
    pub rounding: Amount,
}

/// What of an accepted bill is paid already: vouchers and stored-value cards pay, and make nothing cost less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaidAlready {
    /// By the agent's own vouchers, which nobody has recorded on an order: income, from `incentives`.
    pub by_voucher: Amount,
    /// By stored-value cards: the agent's prepaid money at the provider, from `pool`.
    pub by_card: Amount,
}

impl PaidAlready {
    /// Of a bill's totals, each rounded once. `recorded` are the provider's vouchers on the orders that the bill settles: they
    /// have lowered what the agent owes already. A bill that names no vouchers takes nothing of that back; one that names less of
    /// them does.
    pub fn of(totals: &ControlTotals, recorded: Amount, currency: Currency) -> Result<Self, Overflow> {
        let named = totals.voucher.round(currency)?;
        let by_voucher = if named.is_zero() { Amount::ZERO } else { named.minus(recorded)? };
        Ok(Self { by_voucher, by_card: totals.card.round(currency)? })
    }
}

/// What an accepted bill does to a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputedNow {
    /// The difference.
    pub difference: String,
    /// What of it goes into `disputed`.
    pub amount: Amount,
}

/// Accepts a bill. `differences` are those of the mismatches, in their order; `charged` are the charges made of this bill. What
/// each charge is settled by is handed to `clear`. Returns the parts, and what is disputed by difference.
pub fn accept<'d>(
    matched: &Matched,
    differences: impl Iterator<Item = &'d Difference>,
    charged: ChargedNow,
    currency: Currency,
    mut clear: impl FnMut(Clearing),
) -> Result<(Acceptance, Vec<DisputedNow>), Unbalanced> {
    let mut sums = Sums { accrued: charged.cost, ..Sums::default() };
    sums.explain(charged.billed, charged.cost, currency)?;
    for found in matched.matches() {
        sums.accrued = sums.accrued.plus(found.cleared)?;
        sums.explain(found.billed, found.cleared, currency)?;
        let rule = ClearingRule::Matched(found.rule);
        clear(Clearing { charge: found.charge, rule, cleared: found.cleared, settles: found.settles, billed: found.billed });
    }
    let mut disputed_now = Vec::new();
    for (mismatch, difference) in matched.mismatches.iter().zip(differences) {
        let disposal = dispose(mismatch, difference, currency)?;
        for clearing in disposal.clearings {
            sums.accrued = sums.accrued.plus(clearing.cleared)?;
            clear(clearing);
        }
        sums.accrued = sums.accrued.plus(disposal.written_off)?;
        sums.disputed = sums.disputed.plus(disposal.disputed)?;
        sums.explain(mismatch.at_stake()?, disposal.all, currency)?;
        if !disposal.disputed.is_zero() {
            disputed_now.push(DisputedNow { difference: difference.id.clone(), amount: disposal.disputed });
        }
    }
    for credit in &matched.credits {
        sums.disputed = sums.disputed.plus(credit.amount)?;
        sums.explain(credit.billed, credit.amount, currency)?;
    }
    let commission = matched.commission.round(currency)?;
    sums.explain(matched.commission, commission, currency)?;
    sums.rounding = sums.rounding.plus(matched.rounding_lines)?.minus(charged.rounding_lines)?;
    let billed = matched.bridge.billed;
    let tax = matched.tax.round(currency)?;
    let payable = billed.round(currency)?.plus(tax)?;
    // What rounding the whole bill once adds, and what rounding its tax does.
    let whole = Exact::from_amount(payable, currency).minus(billed)?.minus(matched.tax)?;
    let explained = sums.rounding.plus(whole)?;
    let rounding = payable.minus(sums.accrued)?.minus(sums.disputed)?.minus(commission)?;
    let off = Exact::from_amount(rounding, currency).minus(explained)?;
    if !off.is_zero() {
        let off = off.round(currency)?.minor();
        return Err(Unbalanced::By(if off == 0 { 1 } else { off }, currency));
    }
    Ok((Acceptance { payable, accrued: sums.accrued, disputed: sums.disputed, commission, rounding }, disputed_now))
}

#[derive(Default)]
struct Sums {
    accrued: Amount,
    disputed: Amount,
    rounding: Exact,
}

impl Sums {
    /// What is billed beyond what was taken of it is rounding.
    fn explain(&mut self, billed: Exact, taken: Amount, currency: Currency) -> Result<(), Overflow> {
        self.rounding = self.rounding.plus(billed.minus(Exact::from_amount(taken, currency))?)?;
        Ok(())
    }
}

#[derive(Default)]
struct Disposal {
    clearings: Vec<Clearing>,
    /// What a decision has put into the expected cost without a charge.
    written_off: Amount,
    disputed: Amount,
    /// All three together.
    all: Amount,
}

/// What becomes of a mismatch whose month closes: a decision has already brought the expected cost to the billed amount; what is
/// carried or disputed leaves in `accrued` what the bill lacks, and puts into `disputed` what it has too much.
fn dispose(mismatch: &Mismatch, difference: &Difference, currency: Currency) -> Result<Disposal, Overflow> {
    let mut disposal = Disposal::default();
    let decided = difference.decision.as_ref().filter(|decision| {
        matches!(decision.resolution, Resolution::Accepted | Resolution::WrittenOff)
            && difference.resolution == Some(decision.resolution)
    });
    let billed = mismatch.at_stake()?.round(currency)?;
    let expected = Amount::sum(mismatch.orders.iter().map(|order| order.amount))?;
    // What the bill has on the same side as the order, up to what was expected.
    let same_side = !billed.is_zero() && billed.is_negative() == expected.is_negative();
    let is_too_much = same_side && billed.minor().unsigned_abs() >= expected.minor().unsigned_abs();
    let keeps_its_order = mismatch.kind == DifferenceKind::WrongAccount;
    if decided.is_some() || is_too_much && !keeps_its_order {
        let rule = if decided.is_some() { ClearingRule::Decided } else { ClearingRule::Carried };
        for order in &mismatch.orders {
            disposal.clear(order.charge, rule, order.amount, true, currency)?;
        }
    } else if same_side && !keeps_its_order {
        let mut left = billed;
        for order in &mismatch.orders {
            let part = if expected.is_negative() { left.max(order.amount) } else { left.min(order.amount) };
            disposal.clear(order.charge, ClearingRule::Carried, part, false, currency)?;
            left = left.minus(part)?;
        }
    } else {
        for order in &mismatch.orders {
            disposal.clear(order.charge, ClearingRule::Carried, Amount::ZERO, false, currency)?;
        }
    }
    match decided {
        Some(decision) => match decision.charge {
            Some(charge) => disposal.clear(charge, ClearingRule::Decided, decision.accrued, true, currency)?,
            None => {
                disposal.written_off = decision.accrued;
                disposal.all = disposal.all.plus(decision.accrued)?;
            }
        },
        None => {
            disposal.disputed = billed.minus(disposal.all)?;
            disposal.all = billed;
        }
    }
    Ok(disposal)
}

impl Disposal {
    fn clear(
        &mut self,
        charge: ChargeId,
        rule: ClearingRule,
        cleared: Amount,
        settles: bool,
        currency: Currency,
    ) -> Result<(), Overflow> {
        self.all = self.all.plus(cleared)?;
        self.clearings.push(Clearing { charge, rule, cleared, settles, billed: Exact::from_amount(cleared, currency) });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_already_is_rounded_once_and_less_what_orders_have_recorded() {
        let paid = |voucher: &str, card: &str, recorded: i64| {
            let totals =
                ControlTotals { voucher: voucher.parse().unwrap(), card: card.parse().unwrap(), ..ControlTotals::default() };
            let paid = PaidAlready::of(&totals, Amount::from_minor(recorded), "CNY".parse().unwrap()).unwrap();
            (paid.by_voucher.minor(), paid.by_card.minor())
        };
        assert_eq!(paid("50.004", "0.005", 0), (5000, 1));
        assert_eq!(paid("50", "0", 3000), (2000, 0));
        assert_eq!(paid("0", "0", 3000), (0, 0), "a layout that names no vouchers takes nothing back");
        assert_eq!(paid("10", "0", 3000), (-2000, 0), "20 of what was recorded did not come");
        assert_eq!(paid("-50", "-10.5", 0), (-5000, -1050), "they get back what they paid");
    }
}
