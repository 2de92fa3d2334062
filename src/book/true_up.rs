//! True-ups: the charges of a retroactive agreement priced anew by the tier that their window has reached.
//!
//! The close of a month does it for every group, and `price true-up` at any time before. What has been done is left alone, so
//! that doing it again changes nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, find_group};
use super::pricing::Prices as _;
use super::{Operation, Result, UseCase, reach};
use crate::domain::account::Group;
use crate::domain::agreement::{Agreement, Tier, TierRule};
use crate::domain::code::Code;
use crate::domain::coupon::Bearer;
use crate::domain::id::{AccountId, EntryId};
use crate::domain::journal::Note;
use crate::domain::money::{Amount, Currency};
use crate::domain::operator::Reach;
use crate::domain::order::{Charge, Order};
use crate::domain::period::{Month, OpenDate};
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::domain::true_up::{TieredCharge, TrueUp, due};
use crate::store::{Reader, Scope};

/// Prices the charges of retroactive agreements anew.
#[derive(Clone, Debug)]
pub struct TrueUpCharges {
    /// The group, as it was typed; all groups when `None`.
    pub group: Option<String>,
    /// The day up to which charges and volumes count, and on which the change is posted; today when `None`.
    pub date: Option<NaiveDate>,
    /// Whether what was trued up in the window so far is taken back instead.
    pub take_back: bool,
}

/// True-ups of one account under one agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountTruedUp {
    /// The account.
    pub account: Code,
    /// Its group.
    pub group: Code,
    /// The agreement.
    pub agreement: Code,
    /// The first day of the window.
    pub window_start: NaiveDate,
    /// The tier that the window has reached; `None` where true-ups were taken back.
    pub tier: Option<Tier>,
    /// How many charges cost something else now.
    pub charges: u64,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// What it adds to what the charges cost; negative where they cost less.
    pub change: Amount,
    /// What of that vouchers pay; the rest the customer owes, or gets back.
    #[serde(default)]
    pub by_voucher: Amount,
}

/// What was trued up; empty when everything was in place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TruedUp {
    /// The day on which it was posted.
    pub date: NaiveDate,
    /// By group, agreement and account.
    pub accounts: Vec<AccountTruedUp>,
}

impl UseCase for TrueUpCharges {
    const COMMAND: &'static str = "price true-up";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = TruedUp;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group_or_book(reader, self.group.as_deref())
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<TruedUp> {
        let date = operation.effective(self.date)?;
        let groups = match &self.group {
            Some(name) => vec![find_group(operation.reader(), name)?],
            None => operation.reader().groups()?,
        };
        let accounts = true_up(operation, &groups, date, self.take_back)?;
        Ok(TruedUp { date: date.date(), accounts })
    }
}

/// Prices the charges of groups anew, up to a day and posted on it: those of the windows that the day lies in, and those of
/// earlier windows whose charges were refunded in the day's month.
pub(super) fn true_up(
    operation: &mut Operation<'_>,
    groups: &[Group],
    date: OpenDate,
    take_back: bool,
) -> Result<Vec<AccountTruedUp>> {
    let mut accounts = Vec::new();
    for group in groups {
        for agreement in operation.sale_agreements(group.id)?.iter().filter(|a| a.terms.rule == TierRule::Retroactive) {
            let month = Month::of(date.date()).first_day();
            let refunded = operation.reader().refunded_days(group.id, agreement.id, month, date.date())?;
            let windows = refunded.into_iter().chain([date.date()]).map(|day| (agreement.window_start(day), day));
            let windows: BTreeMap<NaiveDate, NaiveDate> = windows.collect();
            for (window_start, day) in windows {
                let window = Window { group, agreement, start: window_start, day };
                accounts.extend(window.true_up(operation, date, take_back)?);
            }
        }
    }
    Ok(accounts)
}

/// A window of an agreement with a group.
struct Window<'a> {
    group: &'a Group,
    agreement: &'a Agreement,
    start: NaiveDate,
    /// Any day in it.
    day: NaiveDate,
}

impl Window<'_> {
    fn true_up(&self, operation: &mut Operation<'_>, date: OpenDate, take_back: bool) -> Result<Vec<AccountTruedUp>> {
        let terms = &self.agreement.terms;
        // What was trued up with the charges of a later day stays so: an earlier month that closes after it takes nothing back.
        let last = operation.reader().last_trued_up(self.agreement.id, None)?;
        let counted = last.map_or(date.date(), |last| last.max(date.date()));
        let end = self.agreement.last_day(self.day).map_or(counted, |last| last.min(counted));
        let volume = operation.volume(Scope::of(self.agreement), terms.currency, self.start, end)?.by(terms.measure);
        let reached = terms.tier_at(volume);
        let charges = operation.reader().tiered_charges(self.group.id, self.agreement.id, self.start, end)?;
        let mut accounts = Vec::new();
        for charges in charges.chunk_by(|one, other| one.account == other.account) {
            let mut by_charge = Vec::new();
            for tiered in charges {
                let more = if take_back { tiered.trued_up.negated()? } else { due(terms, reached.rate, tiered, terms.currency)? };
                if !more.is_zero() {
                    by_charge.push((tiered, more));
                }
            }
            if by_charge.is_empty() {
                continue;
            }
            let tier = (!take_back).then_some(reached);
            accounts.push(self.post(operation, charges[0].account, &by_charge, tier, date)?);
        }
        Ok(accounts)
    }

    /// Posts one entry for all changes of an account.
    fn post(
        &self,
        operation: &mut Operation<'_>,
        account: AccountId,
        by_charge: &[(&TieredCharge, Amount)],
        tier: Option<Tier>,
        date: OpenDate,
    ) -> Result<AccountTruedUp> {
        let account = operation.reader().account(account)?;
        // Whichever group the account is in by now, its charges were priced in this one.
        let of = AccountInGroup { account: account.clone(), group: self.group.clone() };
        let change = Amount::sum(by_charge.iter().map(|(_, change)| *change))?;
        let mut by_voucher: BTreeMap<Bearer, Amount> = BTreeMap::new();
        for (charge, change) in by_charge {
            if let Some((bearer, paid)) = charge.change_by_voucher(*change)? {
                let sum = by_voucher.entry(bearer).or_default();
                *sum = sum.plus(paid)?;
            }
        }
        let by_voucher: Vec<(Bearer, Amount)> = by_voucher.into_iter().collect();
        let name = &self.agreement.terms.name;
        let priced = match tier {
            Some(tier) => format!("{name} {}: {} from {}", self.start, tier.rate, tier.from),
            None => format!("{name} {}: taken back", self.start),
        };
        let entry = post(operation, &of, change, &by_voucher, priced, date)?;
        for (charge, change) in by_charge.iter().copied() {
            let true_up = TrueUp {
                id: operation.writer().next_true_up()?,
                charge: charge.charge,
                agreement: self.agreement.id,
                date: date.date(),
                tier,
                change,
                entry,
            };
            operation.writer().insert_true_up(&true_up)?;
        }
        Ok(AccountTruedUp {
            account: account.code,
            group: self.group.code.clone(),
            agreement: name.clone(),
            window_start: self.start,
            tier,
            charges: by_charge.len() as u64,
            currency: self.group.currency,
            change,
            by_voucher: Amount::sum(by_voucher.into_iter().map(|(_, amount)| amount))?,
        })
    }
}

fn post(
    operation: &mut Operation<'_>,
    of: &AccountInGroup,
    change: Amount,
    by_voucher: &[(Bearer, Amount)],
    reference: String,
    date: OpenDate,
) -> Result<Option<EntryId>> {
    let has_left = of.account.group_on(date.date()) != of.group.id;
    let (party, owed) = if has_left && change.is_negative() {
        // It would lower what the group that the account is in by now owes: this one gets it back whole.
        (operation.money_back(of, date)?.0, Amount::ZERO)
    } else {
        (of.party(date), operation.standing(of, date.date())?.owed)
    };
    let entry = rules::true_up(date, &party, change, by_voucher, owed);
    let note = Note { reference: Some(reference), remark: None };
    operation.post(entry.map(|entry| entry.map(|entry| entry.with_note(note))))
}

/// What a refund takes back of the true-ups of its original.
pub(super) struct TrueUpReturned {
    change: Amount,
    entry: Option<EntryId>,
    date: NaiveDate,
}

impl TrueUpReturned {
    /// Posts it.
    pub(super) fn post(
        operation: &mut Operation<'_>,
        of: &AccountInGroup,
        original: &Order,
        change: Amount,
        date: OpenDate,
    ) -> Result<Self> {
        let entry = post(operation, of, change, &[], format!("refund of {}", original.id), date)?;
        Ok(Self { change, entry, date: date.date() })
    }

    /// Remembers it with the refund's charge.
    pub(super) fn keep(self, operation: &mut Operation<'_>, refund: &Charge) -> Result<()> {
        let Self { change, entry, date } = self;
        if let Some(agreement) = refund.agreement.filter(|_| !change.is_zero()) {
            let id = operation.writer().next_true_up()?;
            operation.writer().insert_true_up(&TrueUp { id, charge: refund.id, agreement, date, tier: None, change, entry })?;
        }
        Ok(())
    }
}
