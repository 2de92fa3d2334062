//! What a book starts with: balances, volumes of the running window, and orders that the provider has not billed yet.
//!
//! An opening is imported once, before anything else. Its day is the first that counts: everything before it is in its balances,
//! and the months before it are closed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::id::OperationId;
use crate::domain::money::{Currency, Exact};
use crate::domain::order::OrderKind;
use crate::domain::words::words;

words! {
    /// What a line of an opening says.
    OpeningKind, "a kind of opening line" {
        /// The agent's cash.
        Bank = "bank",
        /// The agent's prepaid money at the provider.
        Pool = "pool",
        /// What the agent owes the provider: billed and not paid.
        Payable = "payable",
        /// A group's money that is not allocated.
        Deposits = "deposits",
        /// What a prepaid account has.
        Funds = "funds",
        /// What an agent-pays account owes.
        Receivable = "receivable",
        /// What a group has bought in the running window.
        Volume = "volume",
        /// What the agent has bought at the provider in the running window.
        PurchaseVolume = "purchase-volume",
        /// An order that the provider has not billed yet.
        Order = "order",
    }
}

impl OpeningKind {
    /// Whether its amount may be below zero: an overdraft, arrears, a customer who has paid too much.
    pub fn may_be_negative(self) -> bool {
        matches!(self, Self::Bank | Self::Funds | Self::Receivable)
    }
}

/// One line of an opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningLine {
    /// Its number in the file.
    pub number: u64,
    /// What it says.
    pub fact: OpeningFact,
    /// The currency, where it is written; else the group's, or the book's.
    pub currency: Option<Currency>,
    /// Anything else worth knowing; stays with the entry.
    pub note: Option<String>,
}

/// What a line of an opening says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpeningFact {
    /// A balance, positive on the side on which it usually stands.
    Balance {
        /// Of whom.
        of: BalanceOf,
        /// How much, in major units.
        amount: Exact,
    },
    /// A volume.
    Volume {
        /// The group, as it was typed; `None` for what the agent has bought.
        group: Option<String>,
        /// The day on which it counts; `None` means the day of the opening.
        date: Option<NaiveDate>,
        /// At list price, exact.
        list: Exact,
        /// After discounts, exact.
        payable: Exact,
    },
    /// An open order.
    Order(OpenOrder),
}

/// Whose balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceOf {
    /// The agent's cash.
    Bank,
    /// The agent's prepaid money at the provider.
    Pool,
    /// What the agent owes the provider.
    Payable,
    /// A group, as it was typed: its money that is not allocated.
    Deposits(String),
    /// A prepaid account, as it was typed: what it has.
    Funds(String),
    /// An agent-pays account, as it was typed: what it owes.
    Receivable(String),
}

/// An order that was bought before the book began, and that the provider has not billed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// The account's code or UID, as it was typed.
    pub account: String,
    /// The product's code, as the provider writes it.
    pub product: String,
    /// What it does; never a refund.
    pub kind: OrderKind,
    /// The provider's order number.
    pub provider_order: String,
    /// The day that it was placed.
    pub date: NaiveDate,
    /// The list price in major units.
    pub list_price: Exact,
    /// What the customer was charged, in major units.
    pub payable: Exact,
    /// What the provider is expected to bill, in major units; `None` means by the purchase agreement.
    pub cost: Option<Exact>,
    /// First day of the service.
    pub service_from: Option<NaiveDate>,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
}

impl OpeningFact {
    /// The day by which open orders are recorded, behind everything else.
    pub fn order_date(&self) -> Option<NaiveDate> {
        match self {
            Self::Order(order) => Some(order.date),
            Self::Balance { .. } | Self::Volume { .. } => None,
        }
    }
}

/// The opening of a book, as it was imported; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The operation that imported it.
    pub operation: OperationId,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its day.
    pub date: NaiveDate,
    /// How many balances it has.
    pub balances: u64,
    /// How many volumes it has.
    pub volumes: u64,
    /// How many open orders it has.
    pub orders: u64,
}
