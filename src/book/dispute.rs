//! What earlier months have disputed, as a later bill is looked through for money back. Reads only: accepting a bill takes what
//! comes back out of `disputed`.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Result;
use super::reconcile::{closed_on, is_closed_charge, tax_of};
use super::usage::{AccountSum, Owners, SumKey, account_sums};
use crate::domain::bill::UsageClass;
use crate::domain::difference::{Difference, Reason};
use crate::domain::id::ProductId;
use crate::domain::matching::LineOwner;
use crate::domain::matching::credit::{DisputedItem, Disputes, GivenBack};
use crate::domain::money::{Amount, Exact};
use crate::store::{BillVersion, Reader};

/// What of earlier months' disputes was open before a bill gave anything back. Of a closed month, what it was closed on.
pub(super) fn open_before(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<Vec<DisputedItem>> {
    if let Some(on) = closed_on(reader, bill)? {
        return Ok(on.facts.disputed);
    }
    let products: HashMap<String, ProductId> = reader.product_codes()?.into_iter().map(|(id, code)| (code, id)).collect();
    let mut open = Vec::new();
    for difference in reader.ever_disputed_before(bill.period)?.into_iter().filter(|d| d.currency == bill.currency) {
        // What this very bill has given back was open before it.
        let by_this = difference.credits.iter().filter(|credit| credit.period >= bill.period).map(|credit| credit.amount);
        let amount = difference.disputed.minus(Amount::sum(by_this)?)?;
        let Some(owner) = billed_to(reader, owners, &difference)?.filter(|_| amount.is_positive()) else { continue };
        open.push(DisputedItem {
            owner,
            amount,
            product: products.get(&difference.product).copied(),
            usage: match difference.reason {
                Reason::UsagePrice { charge_month, .. } => Some(charge_month),
                _ => None,
            },
            difference: difference.id,
            order_no: difference.provider_order,
        });
    }
    Ok(open)
}

/// To whom what is disputed was billed: money back comes to the same.
fn billed_to(reader: Reader<'_>, owners: &Owners, difference: &Difference) -> Result<Option<LineOwner>> {
    let account = match &difference.reason {
        Reason::BilledTo { account, .. } => account,
        _ => &difference.account,
    };
    Ok(match reader.account_by_name(account)? {
        Some(account) => Some(LineOwner::Known(account.id)),
        None => owners.seen(account).map(LineOwner::Unknown),
    })
}

/// What a bill gives the book's accounts back without naming an order, in a fixed order.
pub(super) fn given_back(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<Vec<GivenBack>> {
    sums_below_zero(reader, bill, &account_sums(reader, bill, owners, tax_of(reader, bill)?)?)
}

fn sums_below_zero(reader: Reader<'_>, bill: &BillVersion, sums: &[AccountSum<'_>]) -> Result<Vec<GivenBack>> {
    // An account may have two rows: its UID and its login name.
    let mut by_key: BTreeMap<SumKey, Exact> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| sum.class != UsageClass::Rounding) {
        let billed = by_key.entry(sum.key()).or_default();
        *billed = billed.plus(sum.totals.billed)?;
    }
    let closed = reader.closed_through()?;
    let below_zero = by_key.into_iter().filter(|(_, billed)| billed.is_negative());
    let given_back = below_zero.map(|((account, product, charge_month, class), billed)| {
        let is_late = is_closed_charge(closed, bill, charge_month);
        GivenBack { account, product, charge_month, class, is_late, billed }
    });
    Ok(given_back.collect())
}

/// The sums that give back what was disputed: nobody has been charged for that, and nobody gets it back but the agent.
pub(super) fn given_back_of(
    reader: Reader<'_>,
    bill: &BillVersion,
    owners: &Owners,
    sums: &[AccountSum<'_>],
) -> Result<HashSet<SumKey>> {
    let disputed = open_before(reader, bill, owners)?;
    if disputed.is_empty() {
        return Ok(HashSet::new());
    }
    let below_zero = sums_below_zero(reader, bill, sums)?;
    let found = Disputes::new(&disputed, bill.currency).without_order(&below_zero)?;
    Ok(found.into_iter().map(|(number, ..)| below_zero[number].key()).collect())
}
