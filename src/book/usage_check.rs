//! Usage checks: the bill's usage held against the purchase terms, and what of it deserves a look. Reads only.

use std::collections::{BTreeMap, HashMap};

use super::Result;
use super::pricing::{Prices as _, ReadPrices};
use super::usage::{Owners, metered};
use crate::domain::bill::{Tax, UsageClass};
use crate::domain::id::{AccountId, ProductId};
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::usage_check::{self, UsageDoubt, UsageHistory, UsageMismatch, UsageWarning};
use crate::store::{BillVersion, Reader, StoredLine};

/// How many earlier months make an account's usual month.
const USUAL_MONTHS: usize = 3;

/// The usage of a bill while it is held against the purchase terms. It is held as the bill has it, with or without tax.
pub(super) struct UsageCheck {
    currency: Currency,
    doubts: HashMap<(AccountId, ProductId, Month), UsageDoubt>,
}

impl UsageCheck {
    /// No doubts: what a closed month has found stays, and is held against no terms any more.
    pub(super) fn nothing(currency: Currency) -> Self {
        Self { currency, doubts: HashMap::new() }
    }

    /// Holds the sums of a bill against the agreements that were in force in their months.
    pub(super) fn of(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<Self> {
        let mut check = Self::nothing(bill.currency);
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

    /// What is billed above or below the terms, with its tax.
    pub(super) fn found(self, tax: Tax) -> Result<Vec<UsageMismatch>> {
        let mut found = Vec::new();
        for doubt in self.doubts.into_values() {
            found.extend(doubt.verdict(self.currency)?.map(|mismatch| mismatch.gross(tax)).transpose()?);
        }
        // The tolerance's budget goes to the smallest first.
        found.sort_by_cached_key(|usage| {
            let size = usage.excess().map_or(i128::MAX, |excess| excess.mantissa().abs());
            (size, usage.account, usage.product, usage.charge_month)
        });
        Ok(found)
    }
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
