//! Usage becomes charges when its month closes.

use crate::book::operation::AccountInGroup;
use crate::book::pricing::Prices as _;
use crate::book::usage::{self, Owners};
use crate::book::{Operation, Result, order};
use crate::domain::acceptance::{ChargedNow, Clearing, ClearingRule};
use crate::domain::agreement::ChargeKind;
use crate::domain::id::ChargeId;
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

/// Charges the usage of a bill, by account, product and month.
pub(super) fn charge_usage(operation: &mut Operation<'_>, bill: &BillVersion, date: OpenDate) -> Result<UsageCharged> {
    let owners = Owners::load(operation.reader(), bill.currency)?;
    let mut charged = UsageCharged { charges: 0, charged: ChargedNow::default() };
    for (group, usage) in usage::by_group(operation.reader(), bill, &owners)? {
        let group = operation.reader().group(group)?;
        charged.charged.rounding_lines = charged.charged.rounding_lines.plus(usage.rounding_lines)?;
        let priced = usage::price_group(operation, &group, bill.period, usage, &[])?;
        for usage in priced {
            let of = operation.account(usage.usage.account_code.as_str())?;
            let charge = charge_one(operation, &of, &usage, date)?;
            let (cleared, billed) = (usage.cost, usage.usage.billed);
            let clearing = Clearing { charge, rule: ClearingRule::Usage, cleared, settles: true, billed };
            operation.writer().insert_clearing(bill, &clearing)?;
            charged.charges += 1;
            charged.charged.cost = charged.charged.cost.plus(cleared)?;
            charged.charged.billed = charged.charged.billed.plus(billed)?;
        }
    }
    Ok(charged)
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
    order::add_volumes(operation, &of.group, &charge, priced.counts_on(Month::of(date.date())))?;
    Ok(charge.id)
}
