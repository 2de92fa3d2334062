//! Usage checks: the bill's usage held against the purchase terms, and what of it deserves a look. Reads only.

use std::collections::{BTreeMap, HashMap};

use super::Result;
use super::pricing::{Prices as _, ReadPrices};
use super::usage::{Owners, metered};
use crate::domain::bill::UsageClass;
use crate::domain::difference::{Difference, Reason};
use crate::domain::id::{AccountId, ProductId};
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::period::{Month, PeriodState};
use crate::domain::usage_check::{self, UsageDoubt, UsageHistory, UsageMismatch, UsageWarning};
use crate::store::{BillVersion, Reader, StoredLine};

/// How many earlier months make an account's usual month.
const USUAL_MONTHS: usize = 3;

/// The usage of a bill while it is held against the purchase terms.
pub(super) struct UsageCheck {
    currency: Currency,
    doubts: HashMap<(AccountId, ProductId, Month), UsageDoubt>,
    /// What was found when the month was closed: nothing is held against terms any more.
    found: Vec<UsageMismatch>,
}

impl UsageCheck {
    /// Holds the sums of a bill against the agreements that were in force in their months.
    pub(super) fn of(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<Self> {
        let mut check = Self { currency: bill.currency, doubts: HashMap::new(), found: vec![] };
        if reader.closed_through()?.state(bill.period) == PeriodState::Closed {
            check.found = found_at_the_close(reader, bill)?;
            return Ok(check);
        }
        let mut prices = ReadPrices::new(reader);
        if prices.purchase_agreements()?.is_empty() {
            return Ok(check);
        }
        for (month, usages) in metered(reader, bill, owners)? {
            let Some(agreement) = prices.purchase_agreement(bill.currency, month.last_day())? else { continue };
            let before = prices.volume_before(&agreement, month.last_day())?;
            for doubt in usage_check::doubts(&agreement, before, usages, bill.currency)? {
                check.doubts.insert((doubt.usage.account, doubt.usage.product, month), doubt);
            }
        }
        Ok(check)
    }

    /// Whether no line has to be looked at.
    pub(super) fn is_sure(&self) -> bool {
        self.doubts.is_empty()
    }

    /// Looks at a line of an account.
    pub(super) fn line(&mut self, account: AccountId, line: &StoredLine<'_>) -> std::result::Result<(), Overflow> {
        if self.doubts.is_empty() || UsageClass::of(line.kind, line.order_no.is_present()) != Some(UsageClass::Metered) {
            return Ok(());
        }
        if let Some(doubt) = self.doubts.get_mut(&(account, line.product, line.month)) {
            doubt.line(line.list.minus(line.covered)?, line.coupon, line.payable, self.currency)?;
        }
        Ok(())
    }

    /// What is billed above or below the terms.
    pub(super) fn found(self) -> Result<Vec<UsageMismatch>> {
        let mut found = self.found;
        for doubt in self.doubts.into_values() {
            found.extend(doubt.verdict(self.currency)?);
        }
        // The tolerance's budget goes to the smallest first.
        found.sort_by_cached_key(|usage| {
            let size = usage.excess().map_or(i128::MAX, |excess| excess.mantissa().abs());
            (size, usage.account, usage.product, usage.charge_month)
        });
        Ok(found)
    }
}

/// The differences of usage that a month was closed with.
fn found_at_the_close(reader: Reader<'_>, bill: &BillVersion) -> Result<Vec<UsageMismatch>> {
    let products: HashMap<String, ProductId> = reader.product_codes()?.into_iter().map(|(id, code)| (code, id)).collect();
    let mut found = Vec::new();
    for difference in reader.usage_differences(bill.period)?.into_iter().filter(Difference::is_current) {
        let Reason::UsagePrice { charge_month, list, lines } = difference.reason else { continue };
        let Some(account) = reader.account_by_name(&difference.account)? else { continue };
        let Some(product) = products.get(&difference.product) else { continue };
        let (expected, billed) = (difference.recorded, difference.billed);
        found.push(UsageMismatch { account: account.id, product: *product, charge_month, list, lines, expected, billed });
    }
    Ok(found)
}

/// What of a bill's usage deserves a look: a jump against the account's last months, and usage of what is frozen or released.
pub(super) fn warnings(reader: Reader<'_>, bill: &BillVersion) -> Result<Vec<UsageWarning>> {
    let jump = reader.policy()?.usage_jump;
    let mut before = Vec::new();
    let mut month = bill.period;
    for _ in 0..USUAL_MONTHS {
        month = month.previous();
        if let Some(earlier) = reader.bill(month)?.filter(|earlier| earlier.currency == bill.currency) {
            before.push(list_by_account(reader, &earlier)?);
        }
    }
    let mut found = Vec::new();
    for (account, list) in list_by_account(reader, bill)? {
        let account = reader.account(account)?;
        let of = |month: &BTreeMap<AccountId, Exact>| month.get(&account.id).copied();
        let before = before.iter().filter_map(of).collect();
        let history = UsageHistory { account: account.code.to_string(), state: account.state, list, before };
        found.extend(usage_check::warnings(&history, jump)?);
    }
    Ok(found)
}

fn list_by_account(reader: Reader<'_>, bill: &BillVersion) -> Result<BTreeMap<AccountId, Exact>> {
    let owners = Owners::load(reader, bill.currency)?;
    let mut sums: BTreeMap<AccountId, Exact> = BTreeMap::new();
    for sum in reader.bill_usage(bill.id)?.into_iter().filter(|sum| sum.class == UsageClass::Metered) {
        if let Some(account) = owners.counted(sum.seen_uid) {
            let list = sums.entry(account.id).or_default();
            *list = list.plus(sum.totals.list)?;
        }
    }
    Ok(sums)
}
