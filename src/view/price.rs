//! Agreements and prices as people and programs see them.

use super::document::{Column, Document, Field, Table, Value};
use crate::book::price::{AgreementApplied, AgreementView, Quote};
use crate::book::true_up::TruedUp;
use crate::domain::agreement::OwnPrice;
use crate::domain::money::{Amount, Exact, Overflow};
use crate::domain::rate::{Discount, Rate};

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

/// Versions of agreements, one a row.
pub fn versions(views: &[AgreementView]) -> Document {
    let table = Table::new("rows")
        .column("agreement", "Agreement")
        .column("kind", "Kind")
        .column("group", "Group")
        .column("members", "Members")
        .column("currency", "Currency")
        .column("valid_from", "Valid from")
        .column("valid_to", "Valid to")
        .column("in_force", "In force")
        .column("rule", "Rule")
        .column("basis", "Basis")
        .column("measure", "Measure")
        .column("window", "Window")
        .column_right("tiers", "Tiers")
        .when_empty("no agreements yet; `subledger price apply FILE` applies one")
        .rows(views.iter().map(|view| {
            let terms = &view.agreement.terms;
            let members: Vec<String> = terms.members.iter().map(ToString::to_string).collect();
            [
                (&terms.name).into(),
                terms.kind.as_str().into(),
                terms.group.clone().into(),
                if members.is_empty() { Value::Null } else { members.join(" ").into() },
                terms.currency.into(),
                terms.valid_from.into(),
                terms.valid_to.into(),
                view.in_force.into(),
                terms.rule.as_str().into(),
                terms.basis.as_str().into(),
                terms.measure.as_str().into(),
                terms.window.as_str().into(),
                terms.tiers.len().into(),
            ]
        }));
    Document::new("price-list").table(table)
}

/// Agreements with their tiers, and where the volume stands; then the products with prices of their own.
pub fn agreements(views: &[AgreementView]) -> Document {
    let mut tiers = Table::new("rows")
        .column("agreement", "Agreement")
        .with(Column::left("kind", "Kind").machine_only())
        .column("group", "Group")
        .with(Column::left("members", "Members").machine_only())
        .column("currency", "Currency")
        .column("valid_from", "Valid from")
        .with(Column::left("valid_to", "Valid to").machine_only())
        .column("in_force", "In force")
        .column("rule", "Rule")
        .with(Column::left("basis", "Basis").machine_only())
        .with(Column::left("measure", "Measure").machine_only())
        .column("window", "Window")
        .column_right("tier", "From")
        .column_right("discount", "Rate")
        .column("reached", "Reached")
        .column_right("volume", "Volume")
        .column_right("to_next_tier", "To next tier")
        .when_empty("no agreements yet; `subledger price apply FILE` applies one");
    for view in views {
        let terms = &view.agreement.terms;
        let reached = terms.tier_at(view.volume);
        let members: Vec<String> = terms.members.iter().map(ToString::to_string).collect();
        for tier in &terms.tiers {
            let here = *tier == reached;
            tiers.push([
                (&terms.name).into(),
                terms.kind.as_str().into(),
                terms.group.clone().into(),
                if members.is_empty() { Value::Null } else { members.join(" ").into() },
                terms.currency.into(),
                terms.valid_from.into(),
                terms.valid_to.into(),
                view.in_force.into(),
                terms.rule.as_str().into(),
                terms.basis.as_str().into(),
                terms.measure.as_str().into(),
                format!("{} from {}", terms.window, view.window_start).into(),
                exact(tier.from, terms.currency),
                Value::Text(tier.rate.to_string()),
                here.into(),
                if here { exact(view.volume, terms.currency) } else { Value::Null },
                view.to_next_tier.filter(|_| here).map(|e| exact(e, terms.currency)).into(),
            ]);
        }
    }
    let products = own_prices(views);
    let document = Document::new("price-show").table(tiers);
    if products.is_empty() { document } else { document.table(products) }
}

/// Products, and kinds of their charges, that have prices of their own or do not count.
fn own_prices(views: &[AgreementView]) -> Table {
    let mut table = Table::new("products")
        .title("Prices of their own")
        .column("agreement", "Agreement")
        .column("valid_from", "Valid from")
        .column("product", "Product")
        .column("kind", "Kind")
        .column_right("price", "Price")
        .column("counts", "Counts");
    for view in views {
        let terms = &view.agreement.terms;
        let price = |own: Option<OwnPrice>| match own {
            Some(OwnPrice::Rate(rate)) => Value::Text(rate.to_string()),
            Some(OwnPrice::Fixed(price)) => exact(price, terms.currency),
            None => Value::Text("by tier".to_owned()),
        };
        for product in &terms.products {
            let mut push = |kind: Value, own, counts: bool| {
                let (name, code) = ((&terms.name).into(), product.code.as_str().into());
                table.push([name, terms.valid_from.into(), code, kind, price(own), counts.into()]);
            };
            push("all".into(), product.own, product.counts);
            for term in &product.kinds {
                push(term.kind.as_str().into(), term.own.or(product.own), term.counts.unwrap_or(product.counts));
            }
        }
    }
    table
}

/// A price, step by step; nothing was written.
pub fn quote(quote: &Quote) -> Result<Document, Overflow> {
    let (price, currency) = (&quote.price, quote.currency);
    let mut unrounded = Exact::ZERO;
    let mut steps = Table::new("steps")
        .title("How it is worked out")
        .column("step", "Step")
        .column_right("tier", "Tier from")
        .column_right("of", "Of")
        .column_right("rate", "Rate")
        .column_right("comes_to", "Comes to");
    for step in price.steps(quote.cost, currency) {
        let comes_to = step.of.times_millionths(step.rate.factor())?;
        unrounded = unrounded.plus(comes_to)?;
        let basis = if matches!(step.rate, Rate::Discount(_)) { "list price" } else { "expected cost" };
        let (tier, rate) = (step.tier.map(|tier| exact(tier, currency)), step.rate.to_string());
        steps.push([basis.into(), tier.into(), exact(step.of, currency), rate.into(), exact(comes_to, currency)]);
    }
    let is_rated = !steps.is_empty();
    let rounding = Exact::from_amount(price.payable.plus(price.coupon)?, currency).minus(unrounded)?;
    let rounding = if is_rated { exact(rounding, currency) } else { Value::Null };
    let used = |key, label, amount: Amount| {
        let field = Field::new(key, label, Value::amount(amount, currency));
        if amount.is_zero() { field.machine_only() } else { field }
    };
    let document = Document::new("price-quote")
        .field("order", "Order", Value::Null)
        .field("account", "Account", &quote.account)
        .field("product", "Product", quote.product.as_str())
        .field("kind", "Kind", quote.kind.as_str())
        .field("date", "Date", quote.date)
        .field("currency", "Currency", currency)
        .field("list_price", "List price", exact(price.list, currency))
        .field("agreement", "Agreement", price.agreement_name.clone())
        .field("priced_by", "Priced by", price.by.as_str())
        .field("volume_before", "Volume before it", exact(price.volume_before, currency))
        .field("tier", "Tier from", price.tier.map(|t| exact(t, currency)))
        .field("discount", "Discount", discount(price.discount))
        .field("rounding", "Rounding", rounding)
        .with(used("coupon", "Less by coupon", price.coupon))
        .amount("payable", "Payable", price.payable, currency)
        .with(used("voucher", "Paid by voucher", quote.by_voucher))
        .field("cost", "Expected cost", quote.cost.map(|c| Value::amount(c, currency)))
        .amount("available", "Available before it", quote.available, currency)
        .amount("available_after", "Available after it", quote.available.minus(price.payable.minus(quote.by_voucher)?)?, currency);
    Ok(if is_rated { document.table(steps) } else { document })
}

/// Charges that were priced anew.
pub fn trued_up(outcome: &TruedUp) -> Document {
    let by_voucher = Column::right("by_voucher", "Of it by voucher");
    let is_by_voucher = outcome.accounts.iter().any(|account| !account.by_voucher.is_zero());
    let table = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("agreement", "Agreement")
        .column("window_start", "Window from")
        .column_right("tier", "Tier from")
        .column_right("discount", "Rate")
        .column_right("charges", "Charges")
        .column("currency", "Currency")
        .column_right("change", "Change")
        .with(if is_by_voucher { by_voucher } else { by_voucher.machine_only() })
        .when_empty(format!("nothing to true up in the windows of {}; another window is trued up by a --date in it", outcome.date))
        .rows(outcome.accounts.iter().map(|account| {
            [
                (&account.account).into(),
                (&account.group).into(),
                (&account.agreement).into(),
                account.window_start.into(),
                account.tier.map(|tier| exact(tier.from, account.currency)).into(),
                account.tier.map(|tier| tier.rate.to_string()).into(),
                account.charges.into(),
                account.currency.into(),
                Value::amount(account.change, account.currency),
                Value::amount(account.by_voucher, account.currency),
            ]
        }));
    Document::new("price-true-up").field("date", "Date", outcome.date).table(table)
}

/// An exact decimal, with at least the minor digits of its currency.
pub(super) fn exact(amount: Exact, currency: crate::domain::money::Currency) -> Value {
    Value::Amount(amount.display(currency))
}

/// `5%`.
pub(super) fn discount(discount: Discount) -> Value {
    Value::Text(discount.to_string())
}
