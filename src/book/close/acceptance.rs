//! A bill is accepted: what it says becomes payable, and the charges that it is about are settled.

use std::collections::{BTreeMap, HashMap};

use crate::book::reconcile::Run;
use crate::book::{Operation, Result};
use crate::domain::acceptance::{ChargedNow, Clearing, ClearingRule, PaidAlready, accept};
use crate::domain::account::Model;
use crate::domain::difference::{Difference, DifferenceState, DisputeCredit, Resolution};
use crate::domain::finality::Finality;
use crate::domain::id::ChargeId;
use crate::domain::matching::{Match, MatchRule};
use crate::domain::money::{Amount, Exact};
use crate::domain::order::{Charge, DecisionCharge};
use crate::domain::period::OpenDate;
use crate::domain::rules;
use crate::store::BillVersion;

/// Accepts the bill into `payable`, and settles what it is about. Returns what is payable.
pub(super) fn accept_bill(
    operation: &mut Operation<'_>,
    bill: &BillVersion,
    run: &Run,
    usage: ChargedNow,
    date: OpenDate,
) -> Result<Amount> {
    debug_assert_eq!(bill.finality, Finality::Final);
    let coupons = charge_coupons(operation, bill, run, date)?;
    let charged = ChargedNow { cost: usage.cost.plus(coupons)?, ..usage };
    let mut kept = Ok(());
    let (accepted, disputed) = accept(&run.matched, run.rows(), charged, bill.currency, |clearing| {
        if kept.is_ok() {
            kept = operation.writer().insert_clearing(bill, &clearing);
        }
    })?;
    kept?;
    let by_id: HashMap<&str, &Difference> = run.rows().map(|row| (row.id.as_str(), row)).collect();
    for now in disputed {
        let row = by_id[now.difference.as_str()];
        let disputed = Difference { disputed: now.amount, ..row.clone() };
        operation.writer().save_difference(Some(row), &disputed)?;
    }
    for credit in &run.matched.credits {
        let Some(before) = operation.reader().difference(&credit.difference)? else { continue };
        let disputed = before.disputed.plus(credit.amount)?;
        // What comes back in part leaves the rest in dispute.
        let resolution = if disputed.is_zero() { Some(Resolution::Credited) } else { before.resolution };
        let mut after = Difference { disputed, state: DifferenceState::Resolved, resolution, ..before.clone() };
        after.credits.push(DisputeCredit { period: bill.period, amount: credit.amount });
        operation.writer().save_difference(Some(&before), &after)?;
    }
    settle_carried(operation, bill)?;
    operation.post(rules::bill_accepted(date, bill.currency, &accepted))?;
    pay_already(operation, bill, run, date)?;
    Ok(accepted.payable)
}

/// The differences of earlier months that were carried, and whose orders this bill has settled, are no differences any more.
fn settle_carried(operation: &mut Operation<'_>, bill: &BillVersion) -> Result<()> {
    for before in operation.reader().carried_differences(bill.period)? {
        let reader = operation.reader();
        let account = reader.account_by_name(&before.account)?;
        let Some(charge) =
            account.map(|account| reader.charge_of_number(account.id, &before.provider_order)).transpose()?.flatten()
        else {
            continue;
        };
        if reader.settled_by(charge)? == Some(bill.period) {
            let after = Difference {
                state: DifferenceState::Resolved,
                resolution: Some(Resolution::Auto),
                settled_by: Some(bill.period),
                ..before.clone()
            };
            operation.writer().save_difference(Some(&before), &after)?;
        }
    }
    Ok(())
}

/// Posts what vouchers and stored-value cards have paid of a bill.
fn pay_already(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, date: OpenDate) -> Result<()> {
    let vouchers = operation.reader().vouchers_of_the_provider()?;
    let settled = run.matched.matches().filter(|found| found.settles);
    let recorded = Amount::sum(settled.filter_map(|found| vouchers.get(&found.charge).copied()))?;
    let paid = PaidAlready::of(&bill.totals, recorded, bill.currency)?;
    operation.post(rules::paid_with_bill(date, bill.currency, paid))?;
    Ok(())
}

/// Coupons that the bill names and the orders did not: they make the orders cost less, and the agent keeps that. Where the month
/// was closed before, only what differs is charged. Returns what they add to the cost, which is less than nothing.
fn charge_coupons(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, date: OpenDate) -> Result<Amount> {
    let mut before: BTreeMap<String, Vec<Charge>> = BTreeMap::new();
    if operation.reader().receipt_version(bill.period)? > 0 {
        for charge in operation.reader().coupon_charges(bill.period)? {
            before.entry(charge.difference.clone().unwrap_or_default()).or_default().push(charge);
        }
    }
    let mut sum = Amount::ZERO;
    let by_coupon: Vec<Match> = run.matched.matches().filter(|found| found.rule == MatchRule::Coupon).collect();
    for found in by_coupon {
        let cost = found.billed.round(bill.currency)?.minus(found.cleared)?;
        let order = operation.reader().charge(found.charge)?;
        let earlier = before.remove(&format!("coupon/{}", order.id.0)).unwrap_or_default();
        charge_coupon(operation, bill, &order, cost, &earlier, date)?;
        sum = sum.plus(cost)?;
    }
    for earlier in before.into_values() {
        let order = earlier[0].difference.as_deref().and_then(|key| key.strip_prefix("coupon/")?.parse().ok());
        let order = operation.reader().charge(ChargeId(order.unwrap_or_default()))?;
        charge_coupon(operation, bill, &order, Amount::ZERO, &earlier, date)?;
    }
    Ok(sum)
}

/// Makes what a coupon has taken off an order come to `cost`, with what was charged of it before.
fn charge_coupon(
    operation: &mut Operation<'_>,
    bill: &BillVersion,
    order: &Charge,
    cost: Amount,
    earlier: &[Charge],
    date: OpenDate,
) -> Result<()> {
    let mut left = cost;
    for charge in earlier {
        left = left.minus(charge.cost)?;
        settle_coupon(operation, bill, charge)?;
    }
    if left.is_zero() {
        return Ok(());
    }
    let account = operation.reader().account(order.account)?;
    let of = operation.account_on(account.code.as_str(), date.date())?;
    let entry = operation.post(rules::coupon_found(date, &of.party(date), left))?;
    let charge = Charge::from(DecisionCharge {
        id: operation.writer().next_charge()?,
        account: account.id,
        product: order.product.clone(),
        difference: format!("coupon/{}", order.id.0),
        charge_month: bill.period,
        corrects: None,
        date: date.date(),
        payable: if account.model == Model::Agency { left } else { Amount::ZERO },
        cost: left,
        entry,
    });
    operation.writer().insert_charge(&charge)?;
    settle_coupon(operation, bill, &charge)
}

fn settle_coupon(operation: &mut Operation<'_>, bill: &BillVersion, charge: &Charge) -> Result<()> {
    let billed = Exact::from_amount(charge.cost, bill.currency);
    let rule = ClearingRule::Matched(MatchRule::Coupon);
    let clearing = Clearing { charge: charge.id, rule, cleared: charge.cost, settles: true, billed };
    Ok(operation.writer().insert_clearing(bill, &clearing)?)
}
