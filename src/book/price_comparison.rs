//! What a group was charged, compared with what other terms would have made of the same charges.
//!
//! The terms need not be in the book. Nothing here writes.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::Result;
use super::operation::{find_account, find_group};
use crate::domain::account::{Account, Group, Model};
use crate::domain::agreement::{Agreement, AgreementKind, ChargeKind, Run, Terms};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, AgreementId, ChargeId};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::other_terms::{PastCharge, repriced};
use crate::domain::refusal::Refusal;
use crate::domain::repricing::RecordedCharge;
use crate::store::Reader;

/// What is asked of a comparison.
#[derive(Clone, Debug)]
pub struct ComparisonRequest {
    /// The group, as it was typed.
    pub group: String,
    /// The other terms, checked.
    pub terms: Terms,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// The charges of an account, or of all, under two terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many charges, refunds included.
    pub charges: u64,
    /// At list price, exact, refunds taken off.
    pub list: Exact,
    /// As they were charged, true-ups since included.
    pub charged: Amount,
    /// Under the other terms, after a true-up.
    pub other: Amount,
}

impl Compared {
    /// What the other terms change: below zero, they are cheaper.
    pub fn difference(&self) -> std::result::Result<Amount, crate::domain::money::Overflow> {
        self.other.minus(self.charged)
    }

    fn plus(self, list: Exact, charged: Amount, other: Amount) -> Result<Self> {
        Ok(Self {
            charges: self.charges + 1,
            list: self.list.plus(list)?,
            charged: self.charged.plus(charged)?,
            other: self.other.plus(other)?,
        })
    }
}

/// A comparison.
#[derive(Clone, Debug)]
pub struct PriceComparison {
    /// The group.
    pub group: Code,
    /// The other terms' name.
    pub agreement: Code,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// By account.
    pub rows: BTreeMap<Code, Compared>,
    /// All of them.
    pub total: Compared,
}

/// Prices what a group was charged from one day to another under other terms, as if these had been in force. Volumes begin with the
/// window of the other terms that the first of the charges lies in, and grow in the order in which the charges were recorded.
pub fn compare(reader: Reader<'_>, request: ComparisonRequest) -> Result<PriceComparison> {
    let ComparisonRequest { group, terms, from, to } = request;
    let group = find_group(reader, &group)?;
    if terms.kind != AgreementKind::Sale {
        return Err(Refusal::NotSaleTerms { agreement: terms.name }.into());
    }
    if terms.group.as_ref() != Some(&group.code) {
        return Err(Refusal::TermsOfOtherGroup { agreement: terms.name, group: group.code }.into());
    }
    if terms.currency != group.currency {
        return Err(Refusal::CurrencyMismatch { expected: group.currency, found: terms.currency }.into());
    }
    if to < from {
        return Err(Refusal::DaysReversed { from, to }.into());
    }
    let Some(first) = reader.first_counted_of(group.id, from, to)? else {
        return Err(Refusal::NothingCharged { group: group.code, from, to }.into());
    };
    let agreement = as_if_in_force(reader, &group, terms, first)?;
    let start = agreement.window_start(first);
    let mut recorded = reader.recorded_charges(group.id, (start, to), None)?;
    recorded.retain(|charge| charge.volume_date >= start && charge.date <= to);
    let accounts: HashMap<AccountId, Account> = reader.accounts_ever_of(group.id)?.into_iter().map(|a| (a.id, a)).collect();
    let is_for_all = agreement.members.is_empty();
    let reached_before = if is_for_all { reader.opening_volumes_of(group.id, group.currency)? } else { BTreeMap::new() };
    let others = repriced(&agreement, &reached_before, &past_charges(&recorded, &accounts))?;
    let mut rows: BTreeMap<Code, Compared> = BTreeMap::new();
    let mut total = Compared::default();
    for (charge, other) in recorded.iter().zip(others) {
        if charge.date < from {
            continue;
        }
        let charged = charge.payable.plus(charge.trued_up)?;
        let row = rows.entry(accounts[&charge.account].code.clone()).or_default();
        *row = row.plus(charge.list, charged, other)?;
        total = total.plus(charge.list, charged, other)?;
    }
    let (agreement, currency) = (agreement.terms.name, group.currency);
    Ok(PriceComparison { group: group.code, agreement, from, to, currency, rows, total })
}

/// Terms as an agreement of the group that has held since a day, or longer.
fn as_if_in_force(reader: Reader<'_>, group: &Group, mut terms: Terms, since: NaiveDate) -> Result<Agreement> {
    let mut members = Vec::with_capacity(terms.members.len());
    for code in &terms.members {
        let account = find_account(reader, code.as_str())?;
        if !account.was_in(group.id) {
            let (account, group) = (account.code, group.code.clone());
            return Err(Refusal::MemberOfOtherGroup { account, group, agreement: terms.name }.into());
        }
        members.push(account.id);
    }
    terms.valid_from = terms.valid_from.min(since);
    // It is not in the book, so that no row has its number.
    Ok(Agreement { id: AgreementId(0), group: Some(group.id), members, terms, run: Run::default() })
}

fn past_charges(recorded: &[RecordedCharge], accounts: &HashMap<AccountId, Account>) -> Vec<PastCharge> {
    let places: HashMap<ChargeId, usize> = recorded.iter().enumerate().map(|(place, charge)| (charge.id, place)).collect();
    let past = |charge: &RecordedCharge| {
        let original = charge.refunds.and_then(|original| places.get(&original).copied());
        let kind = charge.kind.or_else(|| recorded[original?].kind);
        PastCharge {
            account: charge.account,
            product: charge.product.clone(),
            // A refund whose original is not here stays as it was.
            kind: kind.unwrap_or(ChargeKind::New),
            counted_on: charge.volume_date,
            list: charge.list,
            payable: charge.payable,
            coupon: charge.coupon,
            trued_up: charge.trued_up,
            cost: charge.cost,
            refunds: original,
            passes_through: accounts[&charge.account].model == Model::Agency,
        }
    };
    recorded.iter().map(past).collect()
}
