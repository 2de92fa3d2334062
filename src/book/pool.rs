//! The agent's own money at the provider: paid in, and paid for what was billed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fund::{Slip, post};
use super::operation::positive;
use super::{Operation, Result, UseCase};
use crate::domain::chart::LedgerAccount;
use crate::domain::id::EntryId;
use crate::domain::money::{Amount, Currency, Exact, Money, Overflow};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::store::Reader;

/// Records money that the agent paid into its pool at the provider.
#[derive(Clone, Debug)]
pub struct TopUp {
    /// How much came into the pool, in major units.
    pub amount: Exact,
    /// The pool's currency; the book's own when `None`.
    pub currency: Option<Currency>,
    /// What the bank paid for it, where that is in another currency.
    pub paid: Option<(Exact, Currency)>,
    /// When, and what for.
    pub slip: Slip,
}

/// Where the agent pays the provider from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purse {
    /// The prepaid money at the provider.
    Pool,
    /// The agent's cash.
    Bank,
}

/// Records that the agent paid what the provider had billed.
#[derive(Clone, Debug)]
pub struct PayProvider {
    /// How much, in major units.
    pub amount: Exact,
    /// Its currency; the book's own when `None`.
    pub currency: Option<Currency>,
    /// Where it came from.
    pub from: Purse,
    /// When, and what for.
    pub slip: Slip,
}

/// The agent's money at the provider in one currency, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolStanding {
    /// The currency.
    pub currency: Currency,
    /// What is in the pool.
    pub pool: Amount,
    /// What the provider is expected to bill.
    pub accrued: Amount,
    /// What it has billed and was not paid.
    pub payable: Amount,
}

impl PoolStanding {
    /// What is left of the pool once the provider has everything that it is owed; negative when the pool does not last.
    pub fn available(&self) -> std::result::Result<Amount, Overflow> {
        self.pool.minus(self.accrued)?.minus(self.payable)
    }
}

/// What moved between bank, pool and provider, and what is left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PoolMoved {
    /// The entry.
    pub entry: EntryId,
    /// How much.
    pub amount: Money,
    /// What the bank paid for it, where that is in another currency.
    pub paid: Option<Money>,
    /// When.
    pub date: NaiveDate,
    /// What the pool's currency looks like afterwards.
    pub standing: PoolStanding,
    /// A reference such as a bank's transaction number.
    pub reference: Option<String>,
    /// Anything else worth knowing.
    pub remark: Option<String>,
}

fn currency_or_own(operation: &Operation<'_>, asked: Option<Currency>) -> Result<Currency> {
    match asked {
        Some(currency) => Ok(currency),
        None => Ok(operation.reader().agent()?.currency),
    }
}

/// The agent's money at the provider, this operation's own entries included.
pub(super) fn standing(operation: &mut Operation<'_>, currency: Currency) -> Result<PoolStanding> {
    Ok(PoolStanding {
        currency,
        pool: operation.writer().balance(LedgerAccount::pool(currency))?,
        accrued: operation.writer().balance(LedgerAccount::accrued(currency))?.negated()?,
        payable: operation.writer().balance(LedgerAccount::payable(currency))?.negated()?,
    })
}

impl UseCase for TopUp {
    const COMMAND: &'static str = "pool top-up";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = PoolMoved;

    fn run(self, operation: &mut Operation<'_>) -> Result<PoolMoved> {
        let currency = currency_or_own(operation, self.currency)?;
        let date = operation.effective(self.slip.date)?;
        let amount = positive(self.amount, currency)?;
        let paid = self.paid.map(|(amount, currency)| positive(amount, currency)).transpose()?;
        if let Some(paid) = paid.filter(|paid| paid.currency == currency && *paid != amount) {
            return Err(Refusal::PaidDiffers { amount, paid }.into());
        }
        let entry = post(operation, rules::top_up(date, amount, paid.unwrap_or(amount)), &self.slip.note)?;
        let (reference, remark) = (self.slip.note.reference, self.slip.note.remark);
        let paid = paid.filter(|paid| paid.currency != currency);
        Ok(PoolMoved { entry, amount, paid, date: date.date(), standing: standing(operation, currency)?, reference, remark })
    }
}

impl UseCase for PayProvider {
    const COMMAND: &'static str = "pool pay";
    const PERMISSION: Permission = Permission::MoveMoney;
    type Outcome = PoolMoved;

    fn run(self, operation: &mut Operation<'_>) -> Result<PoolMoved> {
        let currency = currency_or_own(operation, self.currency)?;
        let date = operation.effective(self.slip.date)?;
        let amount = positive(self.amount, currency)?;
        let owed = operation.reader().lowest_credit_from(LedgerAccount::payable(currency), date.date())?;
        if amount.amount > owed {
            return Err(Refusal::PayableInsufficient { needed: amount, available: Money::new(owed.or_zero(), currency) }.into());
        }
        let from = match self.from {
            Purse::Pool => LedgerAccount::pool(currency),
            Purse::Bank => LedgerAccount::bank(currency),
        };
        if self.from == Purse::Pool {
            let pool = operation.reader().lowest_debit_from(from, date.date())?;
            if amount.amount > pool {
                return Err(Refusal::PoolInsufficient { needed: amount, available: Money::new(pool.or_zero(), currency) }.into());
            }
        }
        let entry = post(operation, rules::pay_provider(date, from, amount.amount), &self.slip.note)?;
        let (reference, remark) = (self.slip.note.reference, self.slip.note.remark);
        Ok(PoolMoved { entry, amount, paid: None, date: date.date(), standing: standing(operation, currency)?, reference, remark })
    }
}

/// Shows the agent's money at the provider as of a day, by currency: the book's own, and every other that moved.
pub fn show(reader: Reader<'_>, as_of: Option<NaiveDate>) -> Result<Vec<PoolStanding>> {
    let own = reader.agent()?.currency;
    let others: BTreeSet<Currency> = reader.currencies_of_the_pool()?.into_iter().filter(|currency| *currency != own).collect();
    let standing = |currency| {
        Ok(PoolStanding {
            currency,
            pool: reader.balance(LedgerAccount::pool(currency), as_of)?,
            accrued: reader.balance(LedgerAccount::accrued(currency), as_of)?.negated()?,
            payable: reader.balance(LedgerAccount::payable(currency), as_of)?.negated()?,
        })
    };
    std::iter::once(own).chain(others).map(standing).collect()
}
