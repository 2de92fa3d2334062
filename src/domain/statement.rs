//! Statements: what the agent shows one account for a month.
//!
//! Figures are the account's balance due: what it owes, less its unspent funds. Charges raise it, payments (money allocated or
//! received) and credits (refunds, true-ups) lower it; a negative balance is unspent money of the customer. A statement never
//! carries cost. `opening + lines = closing`, and the closing is the next month's opening.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::account::{Mode, Uid};
use crate::domain::code::{Code, Name};
use crate::domain::id::{EntryId, OrderId};
use crate::domain::journal::{Event, Note};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::rate::Discount;
use crate::domain::words::words;

words! {
    /// What a line does to the balance due.
    StatementKind, "a kind of statement line" {
        /// Raises it.
        Charge = "charge",
        /// Lowers it by money.
        Payment = "payment",
        /// Lowers it by something given back.
        Credit = "credit",
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// The day that it belongs to.
    pub date: NaiveDate,
    /// What it does.
    pub kind: StatementKind,
    /// What happened.
    pub event: Event,
    /// The product.
    pub product: Option<String>,
    /// The order in the book.
    pub order: Option<OrderId>,
    /// The provider's order number.
    pub provider_order: Option<String>,
    /// The month that a charge was incurred in.
    pub charge_month: Option<Month>,
    /// The list price, exact.
    pub list_price: Option<Exact>,
    /// The discount on it.
    pub discount: Option<Discount>,
    /// What it adds to the balance due.
    pub amount: Amount,
    /// A reference that was written down with it.
    pub reference: Option<String>,
}

/// A statement of one account for one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The account.
    pub account: Code,
    /// Its number at the provider.
    pub uid: Option<Uid>,
    /// Its group.
    pub group: Code,
    /// Its real-name owner.
    pub entity: Name,
    /// Who pays.
    pub mode: Mode,
    /// The month.
    pub period: Month,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// The balance due when the month began.
    pub opening: Amount,
    /// What happened, by date.
    pub lines: Vec<StatementLine>,
    /// Sum of the charges.
    pub charges: Amount,
    /// Sum of the payments, as a positive figure.
    pub payments: Amount,
    /// Sum of the credits, as a positive figure.
    pub credits: Amount,
    /// The balance due when the month ended.
    pub closing: Amount,
}

/// What is known of the order or usage behind an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeFacts {
    /// The product.
    pub product: String,
    /// The order in the book.
    pub order: Option<OrderId>,
    /// The provider's order number.
    pub provider_order: Option<String>,
    /// The month that it was incurred in.
    pub charge_month: Month,
    /// The list price, exact.
    pub list: Exact,
    /// The discount on it.
    pub discount: Discount,
}

/// An entry that moved the account's balance due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The entry.
    pub entry: EntryId,
    /// The day that it belongs to.
    pub date: NaiveDate,
    /// What happened.
    pub event: Event,
    /// What its postings add to the balance due.
    pub amount: Amount,
    /// What was written down with it.
    pub note: Note,
    /// The order or usage behind it.
    pub charge: Option<ChargeFacts>,
    /// The other account of a transfer.
    pub other: Option<Code>,
}

impl Movement {
    fn kind(&self) -> StatementKind {
        match self.event {
            Event::Usage | Event::TrueUp | Event::DifferenceAccepted if self.amount.is_negative() => StatementKind::Credit,
            // What the book starts with was charged, or paid, before it.
            Event::Opening if self.amount.is_negative() => StatementKind::Payment,
            Event::Charge | Event::Usage | Event::TrueUp | Event::Opening | Event::DifferenceAccepted => StatementKind::Charge,
            Event::Refund | Event::WriteOff => StatementKind::Credit,
            Event::Deposit
            | Event::Withdraw
            | Event::Allocate
            | Event::Reclaim
            | Event::Transfer
            | Event::TopUp
            | Event::Voucher
            | Event::PayProvider
            | Event::BillAccepted
            | Event::DisputeCharged
            | Event::Settlement
            // A payment that did not come after all takes one away.
            | Event::ChargeBack => StatementKind::Payment,
        }
    }
}

/// Whom a statement is for.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The account.
    pub account: Code,
    /// Its number at the provider.
    pub uid: Option<Uid>,
    /// Its group.
    pub group: Code,
    /// Its real-name owner.
    pub entity: Name,
    /// Who pays.
    pub mode: Mode,
    /// What all amounts are counted in.
    pub currency: Currency,
}

impl Statement {
    /// Draws up the statement of a month from the balance before it and the entries in it.
    pub fn draw_up(to: Addressee, period: Month, opening: Amount, mut movements: Vec<Movement>) -> Result<Self, Overflow> {
        movements.sort_by_key(|m| (m.date, m.entry));
        let sum = |kind| Amount::sum(movements.iter().filter(|m| m.kind() == kind).map(|m| m.amount));
        let charges = sum(StatementKind::Charge)?;
        let payments = sum(StatementKind::Payment)?.negated()?;
        let credits = sum(StatementKind::Credit)?.negated()?;
        let closing = opening.plus(charges)?.minus(payments)?.minus(credits)?;
        let lines = movements
            .into_iter()
            .map(|m| StatementLine {
                date: m.date,
                kind: m.kind(),
                event: m.event,
                product: m.charge.as_ref().map(|c| c.product.clone()),
                order: m.charge.as_ref().and_then(|c| c.order),
                provider_order: m.charge.as_ref().and_then(|c| c.provider_order.clone()),
                charge_month: m.charge.as_ref().map(|c| c.charge_month),
                list_price: m.charge.as_ref().map(|c| c.list),
                discount: m.charge.as_ref().map(|c| c.discount),
                amount: m.amount,
                reference: m.note.reference,
            })
            .collect();
        let Addressee { account, uid, group, entity, mode, currency } = to;
        Ok(Self { account, uid, group, entity, mode, period, currency, opening, lines, charges, payments, credits, closing })
    }

    /// Whether anything stands on it.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.opening.is_zero()
    }
}
