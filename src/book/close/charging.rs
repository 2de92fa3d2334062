//! Usage becomes charges when its month closes.

use chrono::NaiveDate;

use crate::book::operation::AccountInGroup;
use crate::book::pricing::Prices as _;
use crate::book::usage::{self, ChargedBefore, Owners};
use crate::book::{Operation, Result, order};
use crate::domain::acceptance::{ChargedNow, Clearing, ClearingRule};
use crate::domain::agreement::ChargeKind;
use crate::domain::id::ChargeId;
use crate::domain::money::{Amount, Exact};
use crate::domain::order::{Charge, Cost};
use crate::domain::period::{Month, OpenDate};
use crate::domain::rules;
use crate::domain::usage::PricedUsage;
use crate::store::BillVersion;

/// Usage that was charged.
pub(super) struct UsageCharged {
    /// How many charges it came to.
    pub(super) charges: u64,
    /// What they come to.
    pub(super) charged: ChargedNow,
}

/// Charges the usage of a bill, by account, product and month. Where the month was closed before, only what differs is charged.
pub(super) fn charge_usage(operation: &mut Operation<'_>, bill: &BillVersion, date: OpenDate) -> Result<UsageCharged> {
    let owners = Owners::load(operation.reader(), bill.currency)?;
    let mut before = ChargedBefore::load(operation.reader(), bill.period)?;
    let mut charged = UsageCharged { charges: 0, charged: ChargedNow::default() };
    for (group, usage) in usage::by_group(operation.reader(), bill, &owners)? {
        let group = operation.reader().group(group)?;
        charged.charged.rounding_lines = charged.charged.rounding_lines.plus(usage.rounding_lines)?;
        let counted = before.counted(operation.reader(), &group)?;
        let priced = usage::price_group(operation, &group, bill.period, usage, &counted)?;
        for usage in priced {
            charged.charges += 1;
            charged.charged.cost = charged.charged.cost.plus(usage.cost)?;
            charged.charged.billed = charged.charged.billed.plus(usage.usage.billed)?;
            let mut billed = usage.usage.billed;
            let earlier = before.take(&usage.usage);
            for charge in &earlier {
                billed = billed.minus(settle(operation, bill, charge.id, charge.cost)?)?;
            }
            if let Some(rest) = usage.beyond(&earlier)? {
                let of = operation.account_on(rest.usage.account_code.as_str(), date.date())?;
                let charge = charge_one(operation, &of, &rest, date)?;
                let rule = ClearingRule::Usage;
                let clearing = Clearing { charge, rule, cleared: rest.cost, settles: true, billed };
                operation.writer().insert_clearing(bill, &clearing)?;
            }
        }
    }
    for earlier in before.left() {
        take_back(operation, Some(bill), &earlier, date)?;
    }
    Ok(charged)
}

/// Gives back all usage that was charged when a month was closed before: now it closes without a bill.
pub(super) fn take_back_usage(operation: &mut Operation<'_>, period: Month, date: OpenDate) -> Result<()> {
    for earlier in ChargedBefore::load(operation.reader(), period)?.left() {
        take_back(operation, None, &earlier, date)?;
    }
    Ok(())
}

/// Settles usage that was charged before as what it cost then. Returns that.
fn settle(operation: &mut Operation<'_>, bill: &BillVersion, charge: ChargeId, cost: Amount) -> Result<Exact> {
    let billed = Exact::from_amount(cost, bill.currency);
    let clearing = Clearing { charge, rule: ClearingRule::Usage, cleared: cost, settles: true, billed };
    operation.writer().insert_clearing(bill, &clearing)?;
    Ok(billed)
}

/// Gives back what was charged of a use that the bill does not have any more. Without any bill, what it cost and what is given back
/// of that stand in `accrued`, and come to nothing.
fn take_back(
    operation: &mut Operation<'_>,
    bill: Option<&BillVersion>,
    earlier: &[(Charge, NaiveDate)],
    date: OpenDate,
) -> Result<()> {
    let Some((first, counted_on)) = earlier.first().cloned() else { return Ok(()) };
    let (mut list, mut payable, mut cost) = (Exact::ZERO, Amount::ZERO, Amount::ZERO);
    for (charge, _) in earlier {
        if let Some(bill) = bill {
            settle(operation, bill, charge.id, charge.cost)?;
        }
        (list, payable, cost) = (list.minus(charge.list)?, payable.minus(charge.payable)?, cost.minus(charge.cost)?);
    }
    if list.is_zero() && payable.is_zero() && cost.is_zero() {
        return Ok(());
    }
    let code = operation.reader().account(first.account)?.code;
    let of = operation.account_on(code.as_str(), date.date())?;
    let entry = operation.post(rules::usage(date, &of.party(date), payable, cost))?;
    let corrects = Some(first.corrects.unwrap_or(first.id));
    let id = operation.writer().next_charge()?;
    let charge = Charge { id, list, payable, cost, corrects, entry, ..first };
    operation.writer().insert_charge(&charge)?;
    order::add_volumes(operation, &of.account, &charge, counted_on)?;
    if let Some(bill) = bill {
        settle(operation, bill, charge.id, charge.cost)?;
    }
    Ok(())
}

fn charge_one(operation: &mut Operation<'_>, of: &AccountInGroup, priced: &PricedUsage, date: OpenDate) -> Result<ChargeId> {
    let counts = operation.cost_counts(of.group.currency, &priced.usage.product, ChargeKind::Usage, date.date())?;
    let entry = operation.post(rules::usage(date, &of.party(date), priced.price.payable, priced.cost))?;
    let mut charge = Charge::priced(
        operation.writer().next_charge()?,
        of.account.id,
        None,
        priced.usage.product.clone(),
        priced.usage.charge_month,
        date.date(),
        &priced.price,
        Cost { expected: priced.cost, counts },
        entry,
    );
    charge.corrects = priced.corrects;
    operation.writer().insert_charge(&charge)?;
    order::add_volumes(operation, &of.account, &charge, priced.counts_on(Month::of(date.date())))?;
    Ok(charge.id)
}
