//! The journal: balanced entries, append-only.
//!
//! An [`Entry`] can only be made balanced, per currency; the database checks the same once more when it is written. A debit is
//! a positive posting, a credit a negative one.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::chart::{LedgerAccount, LedgerCode, Owner};
use crate::domain::id::{AccountId, EntryId, GroupId};
use crate::domain::money::{Amount, Currency, Money, Overflow};
use crate::domain::period::OpenDate;
use crate::domain::words::words;

words! {
    /// What happened.
    Event, "an event" {
        /// A customer paid money in.
        Deposit = "deposit",
        /// Money was given to a prepaid account.
        Allocate = "allocate",
        /// A customer got money back that was not allocated.
        Withdraw = "withdraw",
        /// Money of a prepaid account went back to its group.
        Reclaim = "reclaim",
        /// Money went from one prepaid account to another.
        Transfer = "transfer",
        /// The agent paid money into its pool at the provider.
        TopUp = "top-up",
        /// The agent paid what the provider had billed.
        PayProvider = "pay-provider",
        /// An order was charged.
        Charge = "charge",
        /// An order was refunded.
        Refund = "refund",
        /// A month's usage of a product was charged.
        Usage = "usage",
        /// The provider's bill was accepted.
        BillAccepted = "bill-accepted",
        /// Usage of a month was accrued, because its bill had not come.
        UsageAccrued = "usage-accrued",
        /// Vouchers and stored-value cards had paid a part of an accepted bill.
        PaidWithBill = "paid-with-bill",
        /// The bill was right about a difference.
        DifferenceAccepted = "difference-accepted",
        /// A person has accepted a loss.
        WriteOff = "write-off",
        /// What agent-pays accounts owed was paid.
        Settlement = "settlement",
        /// A settlement was taken back, because the money did not come after all.
        ChargeBack = "charge-back",
        /// What was disputed has become a charge.
        DisputeCharged = "dispute-charged",
        /// A voucher paid a part of an order.
        Voucher = "voucher",
        /// Charges of an account were priced anew, because their window has reached another tier.
        TrueUp = "true-up",
        /// A balance, or the cost of an open order, that the book starts with.
        Opening = "opening",
    }
}

/// One line of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Which ledger account.
    pub ledger_account: LedgerAccount,
    /// Minor units of its currency: positive for a debit, negative for a credit, never zero.
    pub amount: Amount,
}

/// A balanced entry that is ready to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    event: Event,
    effective: OpenDate,
    postings: Vec<Posting>,
    about: About,
    reverses: Option<EntryId>,
}

/// Whom an entry is about, and what is noted with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The group.
    pub group: Option<GroupId>,
    /// The account.
    pub account: Option<AccountId>,
    /// The account that a transfer goes to.
    pub recipient: Option<AccountId>,
    /// What the person who made it wrote down.
    pub note: Note,
}

/// What a person writes down with a movement of money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// A reference such as a bank's transaction number.
    pub reference: Option<String>,
    /// Anything else worth knowing.
    pub remark: Option<String>,
}

/// An entry whose debits and credits differ in some currency: a mistake in a rule, never in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbalanced {
    /// Debits less credits of one currency.
    #[error("an entry is off by {0} minor units of {1}")]
    By(i64, Currency),
    /// A sum does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Entry {
    /// Starts an entry.
    pub fn of(event: Event, effective: OpenDate) -> Draft {
        Draft { event, effective, postings: Vec::with_capacity(4), about: About::default() }
    }

    /// What happened.
    pub fn event(&self) -> Event {
        self.event
    }

    /// The day that it belongs to.
    pub fn effective(&self) -> NaiveDate {
        self.effective.date()
    }

    /// Its lines.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// Whom it is about.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The entry that it takes back.
    pub fn reverses(&self) -> Option<EntryId> {
        self.reverses
    }

    /// The same entry, taking another one back: an entry can be reversed once.
    #[must_use]
    pub fn reversing(mut self, entry: Option<EntryId>) -> Self {
        self.reverses = entry;
        self
    }

    /// The same entry with what a person wrote down.
    #[must_use]
    pub fn with_note(mut self, note: Note) -> Self {
        self.about.note = note;
        self
    }
}

/// An entry in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    event: Event,
    effective: OpenDate,
    postings: Vec<Posting>,
    about: About,
}

impl Draft {
    /// Names the group.
    #[must_use]
    pub fn group(mut self, group: GroupId) -> Self {
        self.about.group = Some(group);
        self
    }

    /// Names the account.
    #[must_use]
    pub fn account(mut self, account: AccountId) -> Self {
        self.about.account = Some(account);
        self
    }

    /// Names the account that a transfer goes to.
    #[must_use]
    pub fn recipient(mut self, account: AccountId) -> Self {
        self.about.recipient = Some(account);
        self
    }

    /// Debits a ledger account; a negative amount credits it, and zero adds no line.
    #[must_use]
    pub fn debit(mut self, ledger_account: LedgerAccount, amount: Amount) -> Self {
        if !amount.is_zero() {
            self.postings.push(Posting { ledger_account, amount });
        }
        self
    }

    /// Credits a ledger account; a negative amount debits it, and zero adds no line.
    pub fn credit(self, ledger_account: LedgerAccount, amount: Amount) -> Result<Self, Overflow> {
        Ok(self.debit(ledger_account, amount.negated()?))
    }

    /// Checks the balance per currency; `None` when nothing moved, because an empty entry is none.
    pub fn balanced(self) -> Result<Option<Entry>, Unbalanced> {
        if self.postings.is_empty() {
            return Ok(None);
        }
        let mut sums: BTreeMap<Currency, Amount> = BTreeMap::new();
        for posting in &self.postings {
            let sum = sums.entry(posting.ledger_account.currency()).or_default();
            *sum = sum.plus(posting.amount)?;
        }
        if let Some((currency, sum)) = sums.into_iter().find(|(_, sum)| !sum.is_zero()) {
            return Err(Unbalanced::By(sum.minor(), currency));
        }
        let Self { event, effective, postings, about } = self;
        Ok(Some(Entry { event, effective, postings, about, reverses: None }))
    }
}

/// What an entry says, whether it was posted or is asked for: all of it but its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryContent {
    /// What happens.
    pub event: Event,
    /// The day that it belongs to.
    pub effective: NaiveDate,
    /// The group that it is about.
    pub group: Option<GroupId>,
    /// The account that it is about.
    pub account: Option<AccountId>,
    /// The account that a transfer goes to.
    pub recipient: Option<AccountId>,
    /// What the person wrote down.
    pub note: Note,
    /// The entry that it takes back.
    pub reverses: Option<EntryId>,
    /// Its lines.
    pub postings: Vec<PostingContent>,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingContent {
    /// The line of the chart.
    pub code: LedgerCode,
    /// Whose it is.
    pub owner: Owner,
    /// Positive for a debit.
    pub amount: Money,
}

impl From<&Posting> for PostingContent {
    fn from(posting: &Posting) -> Self {
        let account = posting.ledger_account;
        Self { code: account.code(), owner: account.owner(), amount: Money::new(posting.amount, account.currency()) }
    }
}

impl From<&Entry> for EntryContent {
    fn from(entry: &Entry) -> Self {
        let about = entry.about();
        Self {
            event: entry.event(),
            effective: entry.effective(),
            group: about.group,
            account: about.account,
            recipient: about.recipient,
            note: about.note.clone(),
            reverses: entry.reverses(),
            postings: entry.postings().iter().map(PostingContent::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::{ClosedThrough, parse_date};

    #[test]
    fn an_entry_is_balanced_per_currency_or_it_is_none() {
        let today = ClosedThrough(None).open(parse_date("2026-06-01").unwrap()).unwrap();
        let [cny, usd] = ["CNY", "USD"].map(|c| Currency::parse(c).unwrap());
        let fen = Amount::from_minor;
        let draft = || Entry::of(Event::Deposit, today).debit(LedgerAccount::bank(cny), fen(100));

        let balanced = draft().credit(LedgerAccount::deposits(GroupId(1), cny), fen(100)).unwrap().balanced();
        assert_eq!(balanced.unwrap().unwrap().postings().len(), 2);
        let other_currency = draft().credit(LedgerAccount::deposits(GroupId(1), usd), fen(100)).unwrap().balanced();
        assert_eq!(other_currency, Err(Unbalanced::By(100, cny)));
        let short = draft().credit(LedgerAccount::deposits(GroupId(1), cny), fen(99)).unwrap().balanced();
        assert_eq!(short, Err(Unbalanced::By(1, cny)));
        assert_eq!(Entry::of(Event::Deposit, today).debit(LedgerAccount::bank(cny), Amount::ZERO).balanced(), Ok(None));
    }
}
