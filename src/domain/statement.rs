//! Statements: what the agent shows one account for a month.
//!
//! Figures are the account's balance due: what it owes, less its unspent funds. Charges raise it, payments (money allocated or
//! received) and credits (refunds, true-ups) lower it; a negative balance is unspent money of the customer. A statement never
//! carries cost. `opening + lines = closing`, and the closing is the next month's opening.
//!
//! The order of the fields is the order of the frozen form, which is hashed: changing it needs a new [`STATEMENT_FORM`].

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::account::{Mode, Uid};
use crate::domain::code::{Code, Name};
use crate::domain::id::{EntryId, OrderId};
use crate::domain::journal::{Event, Note};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::{Month, parse_date};
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

/// The form in which this version freezes statements.
pub const STATEMENT_FORM: &str = "subledger/statement/1";

/// The version of an agreement: its name, and the day from which it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AgreementVersion {
    /// The agreement.
    pub name: Code,
    /// Its first day.
    pub valid_from: NaiveDate,
}

impl fmt::Display for AgreementVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.valid_from)
    }
}

impl FromStr for AgreementVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, valid_from) = text.split_once('/').ok_or(())?;
        Ok(Self { name: name.parse().map_err(drop)?, valid_from: parse_date(valid_from).ok_or(())? })
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
    /// The list price, exact; negative for a refund.
    pub list_price: Option<Exact>,
    /// The agreement that has priced it.
    pub agreement: Option<AgreementVersion>,
    /// Where the tier begins that has priced it, exact.
    pub tier: Option<Exact>,
    /// The discount on the list price.
    pub discount: Option<Discount>,
    /// What a coupon has taken off beside the discount.
    pub coupon: Option<Amount>,
    /// What is owed for it, in minor units; of a true-up what it adds to earlier charges.
    pub payable: Option<Amount>,
    /// What it adds to the balance due.
    pub amount: Amount,
    /// What it adds to the money of the group that is not allocated: what is given back and was paid already goes there.
    pub deposits: Amount,
    /// A reference that was written down with it.
    pub reference: Option<String>,
}

/// The use of one product in one month, as the bill has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDetail {
    /// The product.
    pub product: String,
    /// The month that it was used in.
    pub charge_month: Month,
    /// Lines of the bill.
    pub lines: u64,
    /// At list price, exact.
    pub list: Exact,
    /// What of it plans have covered, exact.
    pub covered: Exact,
    /// What was charged for the rest.
    pub charged: Amount,
}

/// A statement of one account for one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The form of this statement.
    pub form: String,
    /// Who has drawn it up.
    pub agent: Name,
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
    /// What was used, by product and month.
    pub usage: Vec<UsageDetail>,
    /// Sum of the charges.
    pub charges: Amount,
    /// Sum of the payments, as a positive figure.
    pub payments: Amount,
    /// Sum of the credits, as a positive figure.
    pub credits: Amount,
    /// The balance due when the month ended.
    pub closing: Amount,
    /// What was owed less than list price for the charges, refunds and true-ups included.
    pub saved: Amount,
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
    /// The list price, exact; `None` where a decision has charged an amount.
    pub list: Option<Exact>,
    /// The agreement that has priced it.
    pub agreement: Option<AgreementVersion>,
    /// Where its tier begins, exact.
    pub tier: Option<Exact>,
    /// The discount on the list price.
    pub discount: Discount,
    /// What a coupon has taken off.
    pub coupon: Option<Amount>,
    /// What is owed for it.
    pub payable: Amount,
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
    /// What they add to the money of the group that is not allocated.
    pub deposits: Amount,
    /// What they add to the sales to the account.
    pub sales: Amount,
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
            | Event::PaidWithBill
            | Event::UsageAccrued
            | Event::DisputeCharged
            | Event::Settlement
            // A payment that did not come after all takes one away.
            | Event::ChargeBack => StatementKind::Payment,
        }
    }

    /// What is owed for it; of a true-up what it adds to earlier charges.
    fn payable(&self) -> Option<Amount> {
        match (&self.charge, self.event) {
            (Some(charge), _) => Some(charge.payable),
            (None, Event::TrueUp) => Some(self.sales),
            (None, _) => None,
        }
    }

    fn into_line(self) -> StatementLine {
        let (kind, payable) = (self.kind(), self.payable());
        let charge = self.charge.as_ref();
        StatementLine {
            date: self.date,
            kind,
            event: self.event,
            product: charge.map(|c| c.product.clone()),
            order: charge.and_then(|c| c.order),
            provider_order: charge.and_then(|c| c.provider_order.clone()),
            charge_month: charge.map(|c| c.charge_month),
            list_price: charge.and_then(|c| c.list),
            agreement: charge.and_then(|c| c.agreement.clone()),
            tier: charge.and_then(|c| c.tier),
            discount: charge.filter(|c| c.list.is_some()).map(|c| c.discount),
            coupon: charge.and_then(|c| c.coupon),
            payable,
            amount: self.amount,
            deposits: self.deposits,
            reference: self.note.reference,
        }
    }
}

/// List price, and what was owed of it, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How many charges.
    pub charges: u64,
    /// At list price, each charge rounded once. What has no list price counts as what was owed, a true-up as nothing.
    pub list: Amount,
    /// What was owed.
    pub payable: Amount,
}

impl Spent {
    /// What was owed less than list price.
    pub fn saved(self) -> Result<Amount, Overflow> {
        self.list.minus(self.payable)
    }

    fn of(line: &StatementLine, currency: Currency) -> Result<Option<Self>, Overflow> {
        let Some(payable) = line.payable else { return Ok(None) };
        let is_charge = line.event != Event::TrueUp;
        let list = match line.list_price {
            Some(list) => list.round(currency)?,
            None if is_charge => payable,
            None => Amount::ZERO,
        };
        Ok(Some(Self { charges: u64::from(is_charge), list, payable }))
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        let Self { charges, list, payable } = other;
        Ok(Self { charges: self.charges + charges, list: self.list.plus(list)?, payable: self.payable.plus(payable)? })
    }
}

/// What statements add up to, in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many statements.
    pub statements: u64,
    /// Balances due when the month began.
    pub opening: Amount,
    /// Charges.
    pub charges: Amount,
    /// Payments, as a positive figure.
    pub payments: Amount,
    /// Credits, as a positive figure.
    pub credits: Amount,
    /// Balances due when the month ended.
    pub closing: Amount,
    /// What was owed less than list price.
    pub saved: Amount,
}

impl Totals {
    /// Both together.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self {
            statements: self.statements + other.statements,
            opening: self.opening.plus(other.opening)?,
            charges: self.charges.plus(other.charges)?,
            payments: self.payments.plus(other.payments)?,
            credits: self.credits.plus(other.credits)?,
            closing: self.closing.plus(other.closing)?,
            saved: self.saved.plus(other.saved)?,
        })
    }
}

/// Whom a statement is for.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// Who draws it up.
    pub agent: Name,
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
    /// Draws up the statement of a month from the balance before it, the entries in it, and what was used.
    pub fn draw_up(
        to: Addressee,
        period: Month,
        opening: Amount,
        mut movements: Vec<Movement>,
        mut usage: Vec<UsageDetail>,
    ) -> Result<Self, Overflow> {
        movements.sort_by_key(|m| (m.date, m.entry));
        let sum = |kind| Amount::sum(movements.iter().filter(|m| m.kind() == kind).map(|m| m.amount));
        let charges = sum(StatementKind::Charge)?;
        let payments = sum(StatementKind::Payment)?.negated()?;
        let credits = sum(StatementKind::Credit)?.negated()?;
        let closing = opening.plus(charges)?.minus(payments)?.minus(credits)?;
        let lines: Vec<StatementLine> = movements.into_iter().map(Movement::into_line).collect();
        let mut of_usage: HashMap<_, Amount> = HashMap::new();
        for line in lines.iter().filter(|line| line.event == Event::Usage) {
            let sum = of_usage.entry((line.product.as_deref(), line.charge_month)).or_default();
            *sum = sum.plus(line.payable.unwrap_or_default())?;
        }
        for used in &mut usage {
            used.charged = of_usage.get(&(Some(&used.product), Some(used.charge_month))).copied().unwrap_or_default();
        }
        usage.sort_by(|a, b| (&a.product, a.charge_month).cmp(&(&b.product, b.charge_month)));
        let Addressee { agent, account, uid, group, entity, mode, currency } = to;
        let mut statement = Self {
            form: STATEMENT_FORM.to_owned(),
            agent,
            account,
            uid,
            group,
            entity,
            mode,
            period,
            currency,
            opening,
            lines,
            usage,
            charges,
            payments,
            credits,
            closing,
            saved: Amount::ZERO,
        };
        statement.saved = statement.spent()?.values().try_fold(Amount::ZERO, |sum, spent| sum.plus(spent.saved()?))?;
        Ok(statement)
    }

    /// What was spent, by product; `None` has the true-ups, which are of all of them.
    pub fn spent(&self) -> Result<BTreeMap<Option<&str>, Spent>, Overflow> {
        let mut by_product: BTreeMap<Option<&str>, Spent> = BTreeMap::new();
        for line in &self.lines {
            if let Some(spent) = Spent::of(line, self.currency)? {
                let sum = by_product.entry(line.product.as_deref()).or_default();
                *sum = sum.plus(spent)?;
            }
        }
        Ok(by_product)
    }

    /// Its figures, to be added up with those of others.
    pub fn totals(&self) -> Totals {
        let Self { opening, charges, payments, credits, closing, saved, .. } = *self;
        Totals { statements: 1, opening, charges, payments, credits, closing, saved }
    }

    /// Whether anything stands on it.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.usage.is_empty() && self.opening.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month() -> Month {
        Month::parse("2026-06").unwrap()
    }

    fn movement(entry: i64, event: Event, [amount, deposits, sales]: [i64; 3], charge: impl Into<Option<ChargeFacts>>) -> Movement {
        let [amount, deposits, sales] = [amount, deposits, sales].map(Amount::from_minor);
        let date = month().first_day();
        Movement {
            entry: EntryId(entry),
            date,
            event,
            amount,
            deposits,
            sales,
            note: Note::default(),
            charge: charge.into(),
            other: None,
        }
    }

    fn charge(product: &str, list: Option<&str>, payable: i64) -> ChargeFacts {
        ChargeFacts {
            product: product.to_owned(),
            order: None,
            provider_order: None,
            charge_month: month(),
            list: list.map(|list| list.parse().unwrap()),
            agreement: None,
            tier: None,
            discount: Discount::NONE,
            coupon: None,
            payable: Amount::from_minor(payable),
        }
    }

    fn draw_up(movements: Vec<Movement>) -> Statement {
        let to = Addressee {
            agent: "Lingdu".parse().unwrap(),
            account: "prod".parse().unwrap(),
            uid: None,
            group: "acme".parse().unwrap(),
            entity: "Acme".parse().unwrap(),
            mode: Mode::AgentPays,
            currency: Currency::parse("CNY").unwrap(),
        };
        let used = |product: &str| UsageDetail {
            product: product.to_owned(),
            charge_month: month(),
            lines: 1,
            list: Exact::ZERO,
            covered: Exact::ZERO,
            charged: Amount::from_minor(99),
        };
        Statement::draw_up(to, month(), Amount::from_minor(1_000), movements, vec![used("oss"), used("cdn")]).unwrap()
    }

    #[test]
    fn it_foots_and_says_what_was_saved() {
        let statement = draw_up(vec![
            movement(4, Event::TrueUp, [-20, 10, -30], None),
            movement(1, Event::Charge, [900, 0, 900], charge("ecs", Some("10.004"), 900)),
            // What was paid already goes to the group.
            movement(2, Event::Refund, [-200, 250, -450], charge("ecs", Some("-5"), -450)),
            movement(3, Event::Usage, [32, 0, 32], charge("oss", Some("0.375"), 32)),
            movement(5, Event::Allocate, [-5_000, -5_000, 0], None),
            movement(6, Event::DifferenceAccepted, [7, 0, 7], charge("oss", None, 7)),
        ]);
        let line = |line: &StatementLine| {
            let of = [line.amount, line.payable.unwrap_or_default(), line.deposits].map(Amount::minor);
            format!("{} {} {of:?}", line.kind, line.event)
        };
        assert_eq!(
            statement.lines.iter().map(line).collect::<Vec<_>>(),
            [
                "charge charge [900, 900, 0]",
                "credit refund [-200, -450, 250]",
                "charge usage [32, 32, 0]",
                "credit true-up [-20, -30, 10]",
                "payment allocate [-5000, 0, -5000]",
                "charge difference-accepted [7, 7, 0]",
            ]
        );
        let Totals { opening, charges, payments, credits, closing, saved, .. } = statement.totals();
        assert_eq!([opening, charges, payments, credits, closing].map(Amount::minor), [1_000, 939, 5_000, 220, -3_281]);
        // 1.00 of the charge less 0.50 of the refund, 0.06 of the usage (0.38 less 0.32), and what the true-up gave.
        assert_eq!(saved.minor(), 100 - 50 + 6 + 30);
        let spent: Vec<_> = statement
            .spent()
            .unwrap()
            .into_iter()
            .map(|(product, spent)| (product, spent.charges, spent.list.minor(), spent.payable.minor()))
            .collect();
        assert_eq!(spent, [(None, 0, 0, -30), (Some("ecs"), 2, 500, 450), (Some("oss"), 2, 45, 39)]);
        let used: Vec<_> = statement.usage.iter().map(|used| (used.product.as_str(), used.charged.minor())).collect();
        assert_eq!(used, [("cdn", 0), ("oss", 32)], "by product, each with its own usage charges");
        assert_eq!(statement.lines[5].discount, None, "what a decision charged has neither a list price nor a discount");
    }

    #[test]
    fn totals_add_up() {
        let one = draw_up(vec![movement(1, Event::Charge, [900, 0, 900], charge("ecs", Some("10"), 900))]).totals();
        let both = one.plus(one).unwrap();
        assert_eq!((both.statements, both.opening.minor(), both.closing.minor(), both.saved.minor()), (2, 2_000, 3_800, 200));
    }
}
