//! Agreements and prices as people and programs see them.

use super::document::{Document, Table, Value};
use crate::book::price::{AgreementApplied, AgreementView, Quote};
use crate::domain::money::{Exact, Overflow};
use crate::domain::rate::Discount;

/// An agreement that was applied.
pub fn applied(outcome: &AgreementApplied) -> Document {
    let terms = &outcome.agreement.terms;
    Document::new("price-apply")
        .field("agreement", "Agreement", &terms.name)
        .field("kind", "Kind", terms.kind.as_str())
        .field("group", "Group", terms.group.clone())
        .field("currency", "Currency", terms.currency)
        .field("valid_from", "Valid from", terms.valid_from)
        .field("valid_to", "Valid to", terms.valid_to)
        .field("tiers", "Tiers", terms.tiers.len())
        .machine_field("already_applied", outcome.already)
}

/// Agreements with their tiers, and where the volume stands.
pub fn agreements(views: &[AgreementView]) -> Document {
    let mut table = Table::new("rows")
        .column("agreement", "Agreement")
        .column("kind", "Kind")
        .column("group", "Group")
        .column("currency", "Currency")
        .column("valid_from", "Valid from")
        .column("in_force", "In force")
        .column("window", "Window")
        .column_right("tier", "From")
        .column_right("discount", "Discount")
        .column("reached", "Reached")
        .column_right("volume", "Volume")
        .column_right("to_next_tier", "To next tier")
        .when_empty("no agreements yet; `subledger price apply FILE` applies one");
    for view in views {
        let terms = &view.agreement.terms;
        let reached = terms.tier_at(view.volume);
        for tier in &terms.tiers {
            let here = *tier == reached;
            table.push([
                (&terms.name).into(),
                terms.kind.as_str().into(),
                terms.group.clone().into(),
                terms.currency.into(),
                terms.valid_from.into(),
                view.in_force.into(),
                format!("{} from {}", terms.window, view.window_start).into(),
                exact(tier.from, terms.currency),
                Value::Text(tier.rate.to_string()),
                here.into(),
                if here { exact(view.volume, terms.currency) } else { Value::Null },
                view.to_next_tier.filter(|_| here).map(|e| exact(e, terms.currency)).into(),
            ]);
        }
    }
    Document::new("price-show").table(table)
}

/// A price, step by step; nothing was written.
pub fn quote(quote: &Quote) -> Result<Document, Overflow> {
    let (price, currency) = (&quote.price, quote.currency);
    Ok(Document::new("price-quote")
        .field("order", "Order", Value::Null)
        .field("account", "Account", &quote.account)
        .field("product", "Product", quote.product.as_str())
        .field("date", "Date", quote.date)
        .field("currency", "Currency", currency)
        .field("list_price", "List price", exact(price.list, currency))
        .field("agreement", "Agreement", price.agreement_name.clone())
        .field("volume_before", "Volume before it", exact(price.volume_before, currency))
        .field("tier", "Tier from", price.tier.map(|t| exact(t, currency)))
        .field("discount", "Discount", discount(price.discount))
        .amount("payable", "Payable", price.payable, currency)
        .field("cost", "Expected cost", quote.cost.map(|c| Value::amount(c, currency)))
        .amount("available", "Available before it", quote.available, currency)
        .amount("available_after", "Available after it", quote.available.minus(price.payable)?, currency))
}

/// An exact decimal, with at least the minor digits of its currency.
pub(super) fn exact(amount: Exact, currency: crate::domain::money::Currency) -> Value {
    Value::Amount(amount.display(currency))
}

/// `5%`.
pub(super) fn discount(discount: Discount) -> Value {
    Value::Text(discount.to_string())
}
