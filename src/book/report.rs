//! Reports over the whole book.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Result;
use crate::domain::money::{Amount, Currency};
use crate::store::{Reader, TrialBalanceRow};

/// A trial balance: every ledger account with a balance, and both sides by currency.
#[derive(Clone, Debug)]
pub struct TrialBalance {
    /// By currency, then by the chart's order.
    pub rows: Vec<TrialBalanceRow>,
    /// Debits and credits, both positive.
    pub totals: BTreeMap<Currency, (Amount, Amount)>,
}

/// The trial balance as of a day.
pub fn trial_balance(reader: Reader<'_>, as_of: Option<NaiveDate>) -> Result<TrialBalance> {
    let rows = reader.trial_balance(as_of)?;
    let mut totals: BTreeMap<Currency, (Amount, Amount)> = BTreeMap::new();
    for row in &rows {
        let (debit, credit) = totals.entry(row.currency).or_default();
        if row.balance.is_negative() {
            *credit = credit.minus(row.balance)?;
        } else {
            *debit = debit.plus(row.balance)?;
        }
    }
    Ok(TrialBalance { rows, totals })
}
