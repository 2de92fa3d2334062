//! The agent's own money at the provider: paid in, and paid for what was billed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::approval::Approvable;
use super::fund::{Slip, post};
use super::operation::positive;
use super::usage::PendingUsage;
use super::{Approval, Operation, Result, UseCase, When, account};
use crate::domain::approval::Family;
use crate::domain::chart::LedgerAccount;
use crate::domain::id::EntryId;
use crate::domain::journal::Event;
use crate::domain::money::{Amount, Currency, Exact, Money, Overflow};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::store::{LedgerMovement, Reader};

/// Records money that the agent paid into its pool at the provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purse {
    /// The prepaid money at the provider.
    Pool,
    /// The agent's cash.
    Bank,
}

/// Records that the agent paid what the provider had billed.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// What it will bill for the usage on the bills of open months, which is not charged yet.
    pub pending_usage: Amount,
}

impl PoolStanding {
    /// What is left of the pool once the provider has everything that it is owed; negative when the pool does not last.
    pub fn available(&self) -> std::result::Result<Amount, Overflow> {
        self.pool.minus(self.accrued)?.minus(self.payable)?.minus(self.pending_usage)
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
    let pending_usage = operation.pending_usage()?.cost(currency);
    Ok(PoolStanding {
        currency,
        pending_usage,
        pool: operation.writer().balance(LedgerAccount::pool(currency))?,
        accrued: operation.writer().balance(LedgerAccount::accrued(currency))?.negated()?,
        payable: operation.writer().balance(LedgerAccount::payable(currency))?.negated()?,
    })
}

impl UseCase for TopUp {
    const COMMAND: &'static str = "pool top-up";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
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

impl Approvable for TopUp {
    const FAMILY: Family = Family::Pool;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

impl UseCase for PayProvider {
    const COMMAND: &'static str = "pool pay";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
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

impl Approvable for PayProvider {
    const FAMILY: Family = Family::Pool;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

/// What moved the agent's money at the provider in one currency.
#[derive(Clone, Debug)]
pub struct PoolHistory {
    /// The currency.
    pub currency: Currency,
    /// What was in the pool before the first movement.
    pub opening: Amount,
    /// What came into the pool and left it, oldest first.
    pub pool: Vec<LedgerMovement>,
    /// What the bank paid the provider straight for what was billed.
    pub from_bank: Vec<LedgerMovement>,
}

/// Shows what moved the agent's money at the provider, from one day to another, both included.
pub fn history(reader: Reader<'_>, currency: Option<Currency>, from: Option<NaiveDate>, when: When) -> Result<PoolHistory> {
    let currency = match currency {
        Some(currency) => currency,
        None => reader.agent()?.currency,
    };
    let opening = match from.and_then(|first| first.pred_opt()) {
        Some(before) => reader.balance(LedgerAccount::pool(currency), Some(before))?,
        None => Amount::ZERO,
    };
    let pool = reader.ledger_movements(LedgerAccount::pool(currency), from, when.until())?;
    let mut from_bank = reader.ledger_movements(LedgerAccount::bank(currency), from, when.until())?;
    from_bank.retain(|movement| movement.event == Event::PayProvider);
    Ok(PoolHistory { currency, opening, pool, from_bank })
}

/// Shows the agent's money at the provider as of a day, by currency: the book's own, and every other that moved.
pub fn show(reader: Reader<'_>, when: When) -> Result<Vec<PoolStanding>> {
    show_with(reader, &account::pending(reader, when)?, when.until())
}

/// The same with the usage that is pending.
pub(super) fn show_with(reader: Reader<'_>, pending: &PendingUsage, as_of: Option<NaiveDate>) -> Result<Vec<PoolStanding>> {
    let own = reader.agent()?.currency;
    let others: BTreeSet<Currency> = reader.currencies_of_the_pool()?.into_iter().filter(|currency| *currency != own).collect();
    let standing = |currency| {
        Ok(PoolStanding {
            currency,
            pending_usage: pending.cost(currency),
            pool: reader.balance(LedgerAccount::pool(currency), as_of)?,
            accrued: reader.balance(LedgerAccount::accrued(currency), as_of)?.negated()?,
            payable: reader.balance(LedgerAccount::payable(currency), as_of)?.negated()?,
        })
    };
    std::iter::once(own).chain(others).map(standing).collect()
}
