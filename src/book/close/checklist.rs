//! What has to be known of a month before it may close.

use crate::book::reconcile::Reconciled;
use crate::book::{Operation, Result};
use crate::domain::close::{Blocker, Readiness, blockers};
use crate::domain::difference::Difference;
use crate::domain::money::Exact;
use crate::domain::period::{Month, PeriodState};
use crate::store::Reader;

/// Everything that keeps a month from closing.
pub(super) fn blocking(
    operation: &Operation<'_>,
    period: Month,
    reconciled: Option<&Reconciled>,
    without_bill: bool,
) -> Result<Vec<Blocker>> {
    let reader = operation.reader();
    let bill = reader.bill(period)?;
    let (stated_total, rejected_lines) = bill.as_ref().map_or((None, 0), |bill| (bill.stated, bill.rejected));
    let bill = bill.zip(reconciled).map(|(bill, reconciled)| (bill.finality, reconciled.currency, reconciled.bridge.clone()));
    let open_differences = reconciled.map(|reconciled| still_to_do(&reconciled.differences)).transpose()?.unwrap_or_default();
    let readiness = Readiness {
        earlier_open: earlier_open(reader, operation, period)?,
        anything_happened: reader.months()?.contains(&period),
        is_over: operation.today() > period.last_day(),
        active_accounts: active_accounts(reader, period)?,
        without_bill,
        open_orders: reader.open_order_count(period.last_day())?,
        other_currency_orders: match reconciled {
            Some(reconciled) => reader.open_order_count_beside(period.last_day(), reconciled.currency)?,
            None => 0,
        },
        bill,
        stated_total,
        rejected_lines,
        open_differences,
    };
    Ok(blockers(&readiness)?)
}

/// The differences that keep a month from closing, and the sum of their sizes.
fn still_to_do(differences: &[Difference]) -> Result<(u64, Exact)> {
    let mut open = (0, Exact::ZERO);
    for difference in differences.iter().filter(|d| d.blocks_the_close()) {
        open = (open.0 + 1, open.1.plus(difference.size()?)?);
    }
    Ok(open)
}

/// How many accounts the provider can have billed in a month.
fn active_accounts(reader: Reader<'_>, period: Month) -> Result<u64> {
    let last_day = period.last_day();
    Ok(reader.accounts()?.iter().filter(|account| account.is_charged_on(last_day)).count() as u64)
}

/// The earliest open month before `period` that has a bill, orders without an accepted one, or anything else while accounts were
/// active: it must close first. Months before any account, in which only money moved, close along with the next one.
fn earlier_open(reader: Reader<'_>, operation: &Operation<'_>, period: Month) -> Result<Option<Month>> {
    let is_open = |month: &Month| *month < period && operation.closed_through().state(*month) == PeriodState::Open;
    let order = reader.earliest_open_order()?.map(Month::of);
    let bills = reader.bills()?.into_iter().filter(|bill| !bill.dropped).map(|bill| bill.period);
    let mut months: Vec<Month> = bills.chain(order).filter(is_open).collect();
    for month in reader.months()?.into_iter().filter(is_open) {
        if active_accounts(reader, month)? > 0 {
            months.push(month);
        }
    }
    Ok(months.into_iter().min())
}
