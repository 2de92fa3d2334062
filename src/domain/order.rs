//! Orders: purchases, renewals, upgrades and refunds, with the provider's order number.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::coupon::CouponRequest;
use crate::domain::id::{AccountId, AgreementId, ChargeId, EntryId, OrderId};
use crate::domain::money::{Amount, Exact};
use crate::domain::period::Month;
use crate::domain::price::Price;
use crate::domain::rate::Discount;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;

words! {
    /// What an order does.
    OrderKind, "a kind of order" {
        /// Buys.
        New = "new",
        /// Extends.
        Renew = "renew",
        /// Adds to what was bought.
        Upgrade = "upgrade",
        /// Takes away from what was bought.
        Downgrade = "downgrade",
        /// Gives back.
        Refund = "refund",
    }
}

impl OrderKind {
    /// Whether it buys what is new or more. What there is may be renewed by who may buy nothing else.
    pub fn is_new_purchase(self) -> bool {
        matches!(self, Self::New | Self::Upgrade)
    }
}

words! {
    /// Whether the order is a wish or a fact.
    Placement, "a placement" {
        /// It is about to be placed, and is refused when it does not fit.
        Planned = "planned",
        /// The provider has accepted it already; a book that refuses facts lies.
        Placed = "placed",
        /// It was bought before the book began: what it cost the customer is in the balances that the book starts with.
        Opening = "opening",
    }
}

/// An order as somebody asks to record it: one command, or one line of an order list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRequest {
    /// The account's code or UID, as it was typed.
    pub account: String,
    /// The product's code, as the provider writes it.
    pub product: String,
    /// What it does; never a refund, which names what it gives back.
    pub kind: OrderKind,
    /// The list price in major units.
    pub list_price: Exact,
    /// The provider's order number.
    pub provider_order: String,
    /// First day of the service.
    pub service_from: Option<NaiveDate>,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
    /// The day that it was placed; `None` means the day of the command.
    pub date: Option<NaiveDate>,
    /// Whether it is a wish or a fact.
    pub placement: Placement,
    /// What the provider said that it will bill, in major units; `None` means by the purchase agreement.
    pub provider_amount: Option<Exact>,
    /// What it costs less, and what pays a part of it; at most one of each kind.
    pub coupons: Vec<CouponRequest>,
}

/// A recorded order; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its row.
    pub id: OrderId,
    /// Who bought.
    pub account: AccountId,
    /// The product's code, as the provider writes it.
    pub product: String,
    /// What it does.
    pub kind: OrderKind,
    /// The provider's order number: text, unique in the book.
    pub provider_order: String,
    /// The day that it was placed.
    pub date: NaiveDate,
    /// First day of the service.
    pub service_from: Option<NaiveDate>,
    /// Last day of the service.
    pub service_to: Option<NaiveDate>,
    /// Whether it was recorded as a fact.
    pub placement: Placement,
    /// What it gives back, for a refund.
    pub refunds: Option<OrderId>,
}

/// What an account owes for an order, or for one product's usage in one month; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Its row.
    pub id: ChargeId,
    /// Who owes.
    pub account: AccountId,
    /// The order; `None` for usage.
    pub order: Option<OrderId>,
    /// The product's code.
    pub product: String,
    /// The month that it was incurred in.
    pub charge_month: Month,
    /// Its effective date.
    pub date: NaiveDate,
    /// The list price, exact; negative for a refund.
    pub list: Exact,
    /// The agreement that priced it.
    pub agreement: Option<AgreementId>,
    /// What the agreement's window had reached before it, by the agreement's measure.
    pub volume_before: Exact,
    /// Where its tier begins.
    pub tier: Option<Exact>,
    /// The discount that it came to.
    pub discount: Discount,
    /// What is owed; negative for a refund.
    pub payable: Amount,
    /// What the provider is expected to bill; negative for a refund.
    pub cost: Amount,
    /// Whether it counts towards the group's volume.
    pub counts: bool,
    /// Whether its cost counts towards the agent's volume at the provider.
    pub cost_counts: bool,
    /// The difference that it was accepted from; it is no usage then, and has no list price.
    pub difference: Option<String>,
    /// The charge of a closed month that this usage corrects, at the price of then.
    pub corrects: Option<ChargeId>,
    /// The entry that posted it; `None` when no money moved.
    pub entry: Option<EntryId>,
}

/// What the provider is expected to bill for a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// How much, in minor units.
    pub expected: Amount,
    /// Whether it counts towards the agent's volume at the provider.
    pub counts: bool,
}

/// `whole × part ÷ of`, rounded half away from zero; `part` and `of` are positive.
pub(crate) fn share(whole: Amount, part: Amount, of: Amount) -> Result<Amount, Refusal> {
    let product = i128::from(whole.minor()) * i128::from(part.minor());
    let of = i128::from(of.minor());
    let rounded = (product.abs() + of / 2) / of * product.signum();
    i64::try_from(rounded).map(Amount::from_minor).map_err(|_| Refusal::AmountOverflow)
}

impl Charge {
    /// The charge of a priced order or usage.
    #[expect(clippy::too_many_arguments, reason = "a charge is a flat record, and each part has a type of its own")]
    pub fn priced(
        id: ChargeId,
        account: AccountId,
        order: Option<OrderId>,
        product: String,
        charge_month: Month,
        date: NaiveDate,
        price: &Price,
        cost: Cost,
        entry: Option<EntryId>,
    ) -> Self {
        Self {
            id,
            account,
            order,
            product,
            charge_month,
            date,
            list: price.list,
            agreement: price.agreement,
            volume_before: price.volume_before,
            tier: price.tier,
            discount: price.discount,
            payable: price.payable,
            cost: cost.expected,
            counts: price.counts,
            cost_counts: cost.counts,
            difference: None,
            corrects: None,
            entry,
        }
    }
}

/// What a decision on a difference makes of it: a charge without a list price that counts towards no volume.
#[derive(Clone, Debug)]
pub struct DecisionCharge {
    /// Its row.
    pub id: ChargeId,
    /// Who owes.
    pub account: AccountId,
    /// The product's code.
    pub product: String,
    /// The difference.
    pub difference: String,
    /// The month of the bill; that of what it corrects, where it corrects something.
    pub charge_month: Month,
    /// The charge of a closed month that it corrects.
    pub corrects: Option<ChargeId>,
    /// Its effective date.
    pub date: NaiveDate,
    /// What is charged to the customer; nothing where the agent bears it.
    pub payable: Amount,
    /// What it costs.
    pub cost: Amount,
    /// The entry that posted it.
    pub entry: Option<EntryId>,
}

impl From<DecisionCharge> for Charge {
    fn from(decided: DecisionCharge) -> Self {
        Self {
            id: decided.id,
            account: decided.account,
            order: None,
            product: decided.product,
            charge_month: decided.charge_month,
            date: decided.date,
            list: Exact::ZERO,
            agreement: None,
            volume_before: Exact::ZERO,
            tier: None,
            discount: Discount::NONE,
            payable: decided.payable,
            cost: decided.cost,
            counts: false,
            cost_counts: false,
            difference: Some(decided.difference),
            corrects: decided.corrects,
            entry: decided.entry,
        }
    }
}

/// Reads a product code or an order number: trimmed, printable, not empty, at most 100 characters.
pub fn plain_text(text: &str) -> Option<&str> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().count() <= 100 && !text.chars().any(crate::domain::code::is_unprintable);
    plain.then_some(text)
}
