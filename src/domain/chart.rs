//! The chart of accounts: one ledger account per code, owner and currency.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, GroupId};
use crate::domain::money::Currency;
use crate::domain::words::words;

words! {
    /// A line of the chart.
    LedgerCode, "a ledger account" {
        /// The agent's cash.
        Bank = "bank",
        /// The agent's prepaid money at the provider.
        Pool = "pool",
        /// What an agent-pays account owes.
        Receivable = "receivable",
        /// Billed by the provider, not accepted.
        Disputed = "disputed",
        /// Sales accrued for a month closed before its bill came.
        Unbilled = "unbilled",
        /// Customer money received, not yet allocated.
        Deposits = "deposits",
        /// Allocated balance of a prepaid account.
        Funds = "funds",
        /// Provider charges expected, not billed yet.
        Accrued = "accrued",
        /// Provider charges billed, not paid yet.
        Payable = "payable",
        /// Charges to customers.
        Sales = "sales",
        /// Commission, and vouchers of the agent's own.
        Incentives = "incentives",
        /// What the provider charges.
        Cost = "cost",
        /// Proved residuals.
        Rounding = "rounding",
        /// Losses accepted by a person.
        WriteOff = "write-off",
        /// One currency for another.
        Exchange = "exchange",
        /// What a book starts with.
        Opening = "opening",
    }
}

words! {
    /// What a ledger account counts, which decides on which side it usually stands.
    LedgerKind, "a kind of ledger account" {
        /// What the agent has.
        Asset = "asset",
        /// What the agent owes.
        Liability = "liability",
        /// What comes in.
        Income = "income",
        /// What goes out.
        Expense = "expense",
        /// The rest.
        Equity = "equity",
    }
}

impl LedgerCode {
    /// What it counts.
    pub fn kind(self) -> LedgerKind {
        match self {
            Self::Bank | Self::Pool | Self::Receivable | Self::Disputed | Self::Unbilled => LedgerKind::Asset,
            Self::Deposits | Self::Funds | Self::Accrued | Self::Payable => LedgerKind::Liability,
            Self::Sales | Self::Incentives => LedgerKind::Income,
            Self::Cost | Self::Rounding | Self::WriteOff => LedgerKind::Expense,
            Self::Exchange | Self::Opening => LedgerKind::Equity,
        }
    }
}

/// Whose a ledger account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Owner {
    /// The book's owner.
    Agent,
    /// A customer group.
    Group(GroupId),
    /// A sub-account.
    Account(AccountId),
}

/// A line of the chart for one owner and one currency. Only the constructors below make one, so that no code meets an owner
/// of the wrong kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerAccount {
    code: LedgerCode,
    owner: Owner,
    currency: Currency,
}

impl LedgerAccount {
    /// A ledger account as the book has stored it.
    pub(crate) fn stored(code: LedgerCode, owner: Owner, currency: Currency) -> Self {
        Self { code, owner, currency }
    }

    /// A ledger account of the agent's own.
    fn of_agent(code: LedgerCode, currency: Currency) -> Self {
        Self { code, owner: Owner::Agent, currency }
    }

    /// What an account is expected to owe for a month whose bill has not come.
    pub fn unbilled(account: AccountId, currency: Currency) -> Self {
        Self { code: LedgerCode::Unbilled, owner: Owner::Account(account), currency }
    }

    /// The agent's cash.
    pub fn bank(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Bank, currency)
    }

    /// The agent's prepaid money at the provider.
    pub fn pool(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Pool, currency)
    }

    /// One currency for another.
    pub fn exchange(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Exchange, currency)
    }

    /// Provider charges expected, not billed yet.
    pub fn accrued(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Accrued, currency)
    }

    /// Provider charges billed, not paid yet.
    pub fn payable(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Payable, currency)
    }

    /// Billed by the provider, not accepted.
    pub fn disputed(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Disputed, currency)
    }

    /// Losses that a person has accepted.
    pub fn write_off(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::WriteOff, currency)
    }

    /// Proved residuals.
    pub fn rounding(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Rounding, currency)
    }

    /// The agent's commission.
    pub fn incentives(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Incentives, currency)
    }

    /// What a book starts with.
    pub fn opening(currency: Currency) -> Self {
        Self::of_agent(LedgerCode::Opening, currency)
    }

    /// A group's money that is not allocated.
    pub fn deposits(group: GroupId, currency: Currency) -> Self {
        Self { code: LedgerCode::Deposits, owner: Owner::Group(group), currency }
    }

    /// A prepaid account's allocated balance.
    pub fn funds(account: AccountId, currency: Currency) -> Self {
        Self { code: LedgerCode::Funds, owner: Owner::Account(account), currency }
    }

    /// What an agent-pays account owes.
    pub fn receivable(account: AccountId, currency: Currency) -> Self {
        Self { code: LedgerCode::Receivable, owner: Owner::Account(account), currency }
    }

    /// Charges to a customer's account.
    pub fn sales(account: AccountId, currency: Currency) -> Self {
        Self { code: LedgerCode::Sales, owner: Owner::Account(account), currency }
    }

    /// What the provider charges for an account.
    pub fn cost(account: AccountId, currency: Currency) -> Self {
        Self { code: LedgerCode::Cost, owner: Owner::Account(account), currency }
    }

    /// The line of the chart.
    pub fn code(self) -> LedgerCode {
        self.code
    }

    /// Whose it is.
    pub fn owner(self) -> Owner {
        self.owner
    }

    /// What it is counted in.
    pub fn currency(self) -> Currency {
        self.currency
    }
}
