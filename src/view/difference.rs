//! Differences as people and programs see them: what does not agree, why, and what was said of it.

use std::borrow::Borrow;

use super::document::{Column, Document, Table, Value};
use super::price::exact;
use crate::book::difference::DifferencesSaid;
use crate::book::explain::{Candidate, Explained};
use crate::domain::difference::{BorneBy, Decision, Difference, DifferenceState, Reason, age_bucket};
use crate::domain::matching::near::Obstacle;
use crate::domain::money::{Amount, Overflow};
use crate::domain::plural;
use chrono::NaiveDate;

/// A list of differences.
pub fn list(differences: &[Difference], today: NaiveDate) -> Result<Document, Overflow> {
    let open: Vec<&Difference> = differences.iter().filter(|d| d.state != DifferenceState::Resolved).collect();
    let mut document = Document::new("difference-list").table(table("rows", differences)?);
    if !open.is_empty() {
        document = document.table(ageing(&open, today)?);
    }
    Ok(document)
}

/// How old those are that are not resolved, by currency.
fn ageing(open: &[&Difference], today: NaiveDate) -> Result<Table, Overflow> {
    let mut table = Table::new("ageing")
        .title("Age of what is not resolved, in days")
        .column("currency", "Currency")
        .column("days", "Days")
        .column_right("count", "Count")
        .column_right("amount", "Amount");
    let mut currencies: Vec<_> = open.iter().map(|d| d.currency).collect();
    currencies.sort_unstable_by_key(|currency| currency.code());
    currencies.dedup();
    for currency in currencies {
        for bucket in ["0-30", "31-60", "61-90", "90+"] {
            let (mut count, mut sum) = (0_u64, crate::domain::money::Exact::ZERO);
            for difference in open.iter().filter(|d| d.currency == currency && age_bucket(d.age(today)) == bucket) {
                count += 1;
                sum = sum.plus(difference.size()?)?;
            }
            if count > 0 {
                table.push([Value::from(currency), bucket.into(), count.into(), exact(sum, currency)]);
            }
        }
    }
    Ok(table)
}

/// Differences as a table.
pub fn table(key: &'static str, differences: impl IntoIterator<Item: Borrow<Difference>>) -> Result<Table, Overflow> {
    let mut table = Table::new(key)
        .column("id", "Id")
        .column("period", "Period")
        .column("kind", "Kind")
        .column("account", "Account")
        .column("provider_order", "Provider order")
        .column("currency", "Currency")
        .column_right("recorded", "Recorded")
        .column_right("billed", "Billed")
        .column_right("difference", "Difference")
        .with(Column::left("state", "State").machine_only())
        .with(Column::left("resolution", "Resolution").machine_only())
        .with(Column::left("owner", "Owner").machine_only())
        .with(Column::left("due", "Due").machine_only())
        .with(Column::left("standing", "State").people_only())
        .column("detail", "Detail");
    for difference in differences {
        let difference = difference.borrow();
        let show = |amount| exact(amount, difference.currency);
        table.push([
            difference.id.as_str().into(),
            difference.period.into(),
            difference.kind.as_str().into(),
            difference.account.as_str().into(),
            difference.provider_order.as_str().into(),
            difference.currency.into(),
            show(difference.recorded),
            show(difference.billed),
            show(difference.difference()?),
            difference.state.as_str().into(),
            difference.resolution.map(|resolution| Value::text(&resolution)).into(),
            difference.owner.clone().into(),
            difference.due.into(),
            standing(difference).into(),
            detail(difference).into(),
        ]);
    }
    Ok(table)
}

/// What has become of it, in a few words.
fn standing(difference: &Difference) -> String {
    match (difference.state, difference.resolution, &difference.owner) {
        (DifferenceState::Resolved, Some(resolution), _) => resolution.to_string(),
        (DifferenceState::Acknowledged, _, Some(owner)) => match difference.due {
            Some(due) => format!("{owner}, by {due}"),
            None => format!("acknowledged by {owner}"),
        },
        (DifferenceState::Snoozed, ..) => match difference.until {
            Some(until) => format!("snoozed until {until}"),
            None => "snoozed".to_owned(),
        },
        (state, ..) => state.to_string(),
    }
}

/// The cause in a sentence.
pub fn detail(difference: &Difference) -> String {
    let money = |amount: Amount| amount.display(difference.currency);
    let some = |lines: u64| plural(lines, "line", "lines");
    match &difference.reason {
        Reason::Stranger { lines } => format!("{} of an account that the book does not have", some(*lines)),
        Reason::NotYetOurs { lines, account, since } => {
            format!("{} of {account} before {since}, from when its charges are ours", some(*lines))
        }
        Reason::NotActive { lines, account, state } => {
            format!("{} of {account}, which is {state} and not active yet", some(*lines))
        }
        Reason::OtherCurrency { lines, account, currency } => {
            format!("{} of {account}, whose group counts its money in {currency}", some(*lines))
        }
        Reason::Repeated { times } => format!("came {times} times with the same content; counted once"),
        Reason::BilledTimes { times } => format!("billed {times} times over, in equal lines"),
        Reason::RecordedTwice { order, twin } => format!("{order} is just like the order of {twin}, which was billed"),
        Reason::BilledTo { order, account } => format!("{order}; the bill names {account}"),
        Reason::DatedLater { order, date } => format!("recorded as {order}, dated {date}"),
        Reason::MonthEnd { order, date } => format!("{order} of {date}, not billed; next month's bill may have it"),
        Reason::Settled { order, period } => format!("{order}, which the bill of {period} has settled"),
        Reason::NoOriginal => "money back, and no order of that number is recorded".to_owned(),
        Reason::NotRecorded => "billed, not recorded".to_owned(),
        Reason::RecordedElsewhere { order, account } => format!("recorded as {order} for {account}"),
        Reason::NotBilled { order, date } => format!("{order} of {date}, not billed"),
        Reason::Amounts { lines } => format!("billed in {}", some(*lines)),
        Reason::CouponTwice { coupon } => format!("less by the order's coupon of {}: it was taken off twice", money(*coupon)),
        Reason::TaxBasis => "the bill is without tax and the order with it; `policy set tax-rate` tells the rate".to_owned(),
        Reason::UsagePrice { charge_month, list, lines } => format!(
            "{} in {charge_month}, {} at list price {}",
            difference.product,
            some(*lines),
            list.display(difference.currency),
        ),
    }
}

/// One difference, with everything that was said of it.
pub fn one(schema: &str, difference: &Difference, today: NaiveDate) -> Result<Document, Overflow> {
    let show = |amount| exact(amount, difference.currency);
    let mut document = Document::new(schema)
        .field("id", "Id", difference.id.as_str())
        .field("period", "Period", difference.period)
        .field("kind", "Kind", difference.kind.as_str())
        .field("account", "Account", difference.account.as_str())
        .field("provider_order", "Provider order", difference.provider_order.as_str())
        .field("product", "Product", Some(difference.product.as_str()).filter(|product| !product.is_empty()))
        .field("currency", "Currency", difference.currency)
        .field("recorded", "Recorded", show(difference.recorded))
        .field("billed", "Billed", show(difference.billed))
        .field("difference", "Difference", show(difference.difference()?))
        .field("detail", "Detail", detail(difference))
        .field("state", "State", difference.state.as_str())
        .field("resolution", "Resolution", difference.resolution.map(|resolution| Value::text(&resolution)))
        .field("owner", "Owner", difference.owner.clone())
        .field("due", "Due", difference.due)
        .field("until", "Snoozed until", difference.until)
        .field("note", "Note", difference.note.clone())
        .field("since", "Since", difference.since)
        .field("age", "Age in days", difference.age(today))
        .field("reopened", "Reopened", u64::from(difference.reopened))
        .amount("disputed", "In dispute", difference.disputed, difference.currency);
    if let Some(decision) = &difference.decision {
        document = document.section("decision", "Decision", decided(decision, difference));
    }
    Ok(document)
}

fn decided(decision: &Decision, of: &Difference) -> Document {
    Document::new("decision")
        .field("resolution", "Resolution", decision.resolution.as_str())
        .field("borne_by", "Borne by", decision.borne_by.map(BorneBy::as_str).map(str::to_owned))
        .field("note", "Note", decision.note.clone())
        .field("operator", "Operator", decision.operator.as_str())
        .field("day", "Day", decision.day)
        .field("recorded", "Recorded then", exact(decision.recorded, of.currency))
        .field("billed", "Billed then", exact(decision.billed, of.currency))
}

/// What was made of differences.
pub fn said(schema: &str, said: &DifferencesSaid) -> Result<Document, Overflow> {
    let orders: Vec<Value> = said.orders.iter().map(Value::text).collect();
    Ok(Document::new(schema).field("orders", "Orders recorded", Value::List(orders)).table(table("rows", &said.differences)?))
}

/// Why a difference is one: what was looked for, what was found and why it was not it, and what would settle it.
pub fn explained(explained: &Explained, today: NaiveDate) -> Result<Document, Overflow> {
    let currency = explained.difference.currency;
    let mut candidates = Table::new("candidates")
        .title("Candidates, the nearest first")
        .column("what", "What")
        .column("account", "Account")
        .column("provider_order", "Provider order")
        .column("product", "Product")
        .column("day", "Day")
        .column_right("amount", "Amount")
        .column("obstacles", "Why it is not it")
        .when_empty("nothing like it on the other side");
    for Candidate { what, account, provider_order, product, day, amount, obstacles } in &explained.candidates {
        let why: Vec<String> = obstacles.iter().map(|found| obstacle(found, currency)).collect();
        let why = if why.is_empty() { "nothing: it may well be".to_owned() } else { why.join("; ") };
        candidates.push([
            Value::text(what),
            account.as_str().into(),
            provider_order.as_str().into(),
            product.as_str().into(),
            (*day).into(),
            exact(*amount, currency),
            why.into(),
        ]);
    }
    let mut steps = Table::new("steps").title("What was tried").column("step", "Step").column("outcome", "Outcome");
    for step in &explained.steps {
        steps.push([Value::text(&step.rule), step.outcome.as_str().into()]);
    }
    let ways = Table::new("ways")
        .title("What would settle it")
        .column("way", "Way")
        .rows(explained.ways.iter().map(|way| [Value::from(way.as_str())]));
    Ok(Document::new("difference-explain")
        .section("difference", "Difference", one("difference-show", &explained.difference, today)?)
        .field("looked_for", "Looked for", explained.looked_for.as_str())
        .field("candidates_in_all", "Candidates in all", explained.in_all)
        .table(steps)
        .table(candidates)
        .table(ways))
}

fn obstacle(obstacle: &Obstacle, currency: crate::domain::money::Currency) -> String {
    match obstacle {
        Obstacle::OtherAccount { account } => format!("it is of {account}"),
        Obstacle::OtherKind => "one gives back and the other charges".to_owned(),
        Obstacle::OtherProduct => "another product".to_owned(),
        Obstacle::Amount { by } => format!("the amount is off by {}", by.display(currency)),
        Obstacle::Window { days } if *days < 0 => format!("{} before the order", plural(days.unsigned_abs(), "day", "days")),
        Obstacle::Window { days } => format!("{} after the order", plural(days.unsigned_abs(), "day", "days")),
        Obstacle::Used { by } => format!("it belongs to {by} already"),
        Obstacle::Several { candidates } => format!("{candidates} are equally good"),
    }
}
