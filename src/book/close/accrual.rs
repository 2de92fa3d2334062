//! Usage of a month whose bill has not come is accrued at what is expected, and taken back on the first of the next month.
//!
//! Closing a reopened month with its bill at last accrues less than nothing: what was accrued before goes, in both months.

use std::collections::BTreeMap;

use crate::book::usage;
use crate::book::{Operation, Result};
use crate::domain::chart::{LedgerCode, Owner};
use crate::domain::close::WithoutBill;
use crate::domain::id::AccountId;
use crate::domain::journal::Event;
use crate::domain::money::{Amount, Currency};
use crate::domain::period::{Month, OpenDate};
use crate::domain::rules;
use crate::store::SealedEntry;

/// What is accrued of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Accrual {
    payable: Amount,
    cost: Amount,
}

/// Accrues the usage of a month that closes without its bill, or takes back what was accrued when it closed before. Returns what
/// customers are expected to owe for it, by currency.
pub(super) fn accrue(
    operation: &mut Operation<'_>,
    period: Month,
    without_bill: WithoutBill,
    date: OpenDate,
) -> Result<BTreeMap<Currency, Amount>> {
    let expected = if without_bill == WithoutBill::NotYet { expected(operation, period)? } else { BTreeMap::new() };
    let mut accruals: BTreeMap<AccountId, (Accrual, Accrual)> = BTreeMap::new();
    for (account, accrual) in expected {
        accruals.entry(account).or_default().0 = accrual;
    }
    for entry in operation.reader().entries_of(Event::UsageAccrued, period.last_day())? {
        let (account, accrual) = read(&entry)?;
        let before = &mut accruals.entry(account).or_default().1;
        *before = Accrual { payable: before.payable.plus(accrual.payable)?, cost: before.cost.plus(accrual.cost)? };
    }
    let taken_back_on = operation.closed_through().open(period.next().first_day())?;
    let mut sums: BTreeMap<Currency, Amount> = BTreeMap::new();
    for (account, (now, before)) in accruals {
        let code = operation.reader().account(account)?.code;
        let of = operation.account_on(code.as_str(), date.date())?;
        let (payable, cost) = (now.payable.minus(before.payable)?, now.cost.minus(before.cost)?);
        let party = of.party(date);
        if let Some(entry) = operation.post(rules::usage_accrued(date, &party, payable, cost))? {
            let back = rules::usage_accrued(taken_back_on, &party, payable.negated()?, cost.negated()?);
            operation.post(back.map(|back| back.map(|back| back.reversing(Some(entry)))))?;
        }
        if !now.payable.is_zero() {
            let sum = sums.entry(of.group.currency).or_default();
            *sum = sum.plus(now.payable)?;
        }
    }
    Ok(sums)
}

/// What an entry has accrued, and of whom.
fn read(entry: &SealedEntry) -> Result<(AccountId, Accrual)> {
    let mut accrual = Accrual::default();
    let mut account = AccountId(0);
    for posting in &entry.postings {
        if let Owner::Account(owner) = posting.ledger_account.owner() {
            account = owner;
        }
        match posting.ledger_account.code() {
            LedgerCode::Unbilled => accrual.payable = accrual.payable.plus(posting.amount)?,
            LedgerCode::Cost => accrual.cost = accrual.cost.plus(posting.amount)?,
            _ => {}
        }
    }
    Ok((account, accrual))
}

/// What usage of a month is expected to come to: as an estimate of its bill has it, else what was charged for the month before.
fn expected(operation: &mut Operation<'_>, period: Month) -> Result<BTreeMap<AccountId, Accrual>> {
    let reader = operation.reader();
    let mut expected: BTreeMap<AccountId, Accrual> = BTreeMap::new();
    if reader.bill(period)?.is_some() {
        let pending = usage::pending(reader)?;
        for account in pending.accounts() {
            for (_, cost) in pending.by_month(account).filter(|(month, _)| *month == period) {
                expected.insert(account, Accrual { payable: cost.payable, cost: cost.cost });
            }
        }
        return Ok(expected);
    }
    let active: Vec<AccountId> =
        reader.accounts()?.into_iter().filter(|account| account.is_charged_on(period.last_day())).map(|a| a.id).collect();
    for (charge, _) in reader.usage_charged(period.previous())? {
        if active.contains(&charge.account) {
            let sum = expected.entry(charge.account).or_default();
            *sum = Accrual { payable: sum.payable.plus(charge.payable)?, cost: sum.cost.plus(charge.cost)? };
        }
    }
    Ok(expected)
}
