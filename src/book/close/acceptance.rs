//! A bill is accepted: what it says becomes payable, and the charges that it is about are settled.

use std::collections::HashMap;

use crate::book::reconcile::Run;
use crate::book::{Operation, Result};
use crate::domain::acceptance::{ChargedNow, Clearing, ClearingRule, PaidAlready, accept};
use crate::domain::account::Model;
use crate::domain::chart::LedgerAccount;
use crate::domain::difference::{Difference, DifferenceState, Resolution};
use crate::domain::finality::Finality;
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
        let after = Difference {
            disputed: before.disputed.plus(credit.amount)?,
            state: DifferenceState::Resolved,
            resolution: Some(Resolution::Credited),
            ..before.clone()
        };
        operation.writer().save_difference(Some(&before), &after)?;
    }
    operation.post(rules::bill_accepted(date, bill.currency, &accepted))?;
    pay_already(operation, bill, run, date)?;
    Ok(accepted.payable)
}

/// Posts what vouchers and stored-value cards have paid of a bill.
fn pay_already(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, date: OpenDate) -> Result<()> {
    let vouchers = operation.reader().vouchers_of_the_provider()?;
    let settled = run.matched.matches().filter(|found| found.settles);
    let recorded = Amount::sum(settled.filter_map(|found| vouchers.get(&found.charge).copied()))?;
    let paid = PaidAlready::of(&bill.totals, recorded, bill.currency)?;
    let sources = [(LedgerAccount::incentives(bill.currency), paid.by_voucher), (LedgerAccount::pool(bill.currency), paid.by_card)];
    for (from, amount) in sources.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        operation.post(rules::pay_provider(date, from, amount))?;
    }
    Ok(())
}

/// Coupons that the bill names and the orders did not: they make the orders cost less, and the agent keeps that. Returns what they
/// add to the cost, which is less than nothing.
fn charge_coupons(operation: &mut Operation<'_>, bill: &BillVersion, run: &Run, date: OpenDate) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    let by_coupon: Vec<Match> = run.matched.matches().filter(|found| found.rule == MatchRule::Coupon).collect();
    for found in by_coupon {
        let cost = found.billed.round(bill.currency)?.minus(found.cleared)?;
        let order = operation.reader().charge(found.charge)?;
        let account = operation.reader().account(order.account)?;
        let of = operation.account(account.code.as_str())?;
        let entry = operation.post(rules::coupon_found(date, &of.party(date), cost))?;
        let id = operation.writer().next_charge()?;
        let payable = if account.model == Model::Agency { cost } else { Amount::ZERO };
        let charge = Charge::from(DecisionCharge {
            id,
            account: account.id,
            product: order.product,
            difference: format!("coupon/{}", order.id.0),
            charge_month: bill.period,
            date: date.date(),
            payable,
            cost,
            entry,
        });
        operation.writer().insert_charge(&charge)?;
        let billed = Exact::from_amount(cost, bill.currency);
        let clearing =
            Clearing { charge: id, rule: ClearingRule::Matched(MatchRule::Coupon), cleared: cost, settles: true, billed };
        operation.writer().insert_clearing(bill, &clearing)?;
        sum = sum.plus(cost)?;
    }
    Ok(sum)
}
