//! Alerts as people and programs see them.

use std::collections::BTreeMap;

use super::document::{Document, Table, Value};
use crate::book::alert::{AlertMarked, AlertView};
use crate::domain::account::AccountState;
use crate::domain::alert::{AlertKind, AlertState, Concern};
use crate::domain::money::Money;

/// What an alert says.
fn sentence(concern: &Concern) -> String {
    let since = |day: &Option<chrono::NaiveDate>| match day {
        Some(day) => format!("since {day}"),
        None => "with usage that is not charged yet".to_owned(),
    };
    match concern {
        Concern::Arrears { arrears, since: day, .. } => format!("in arrears by {arrears}, {}", since(day)),
        Concern::Overdue { overdue, oldest, through, .. } => {
            format!("{overdue} of the charges until {through} was due and is not paid; the oldest is of {oldest}")
        }
        Concern::PoolLow { available, days: None, .. } => {
            format!("the provider is owed more than is in the pool: {available} is left once it has that")
        }
        Concern::PoolLow { available, days: Some(days), .. } => {
            format!("{available} is left in the pool, enough for {}", crate::domain::plural(*days, "day", "days"))
        }
        Concern::Handover { case, leaver, deadline, days_late: None, .. } => {
            format!("{leaver} leaves: {case} is to be done by {deadline}")
        }
        Concern::Handover { case, leaver, deadline, days_late: Some(days), .. } => {
            let days = crate::domain::plural(*days, "day", "days");
            format!("{leaver} leaves: {case} was to be done by {deadline}, {days} ago")
        }
        Concern::LowBalance { available, of, percent, since: day, .. } => {
            format!("{available} is left of {of}, at most {percent} %, {}", since(day))
        }
        Concern::LowCredit { available, of, percent, since: day, .. } => {
            format!("{available} is left of the credit of {of}, at most {percent} %, {}", since(day))
        }
        Concern::Budget { about, period, percent, spent, amount, .. } => {
            format!("the budget of {about} for {period} has reached {percent} %: {spent} of {amount}")
        }
        Concern::Differences { count, oldest, .. } => {
            let count = crate::domain::plural(*count, "difference", "differences");
            format!("{count} not settled by the day that was set; the oldest was due on {oldest}")
        }
        Concern::ChainFrozen { since, reason, accounts, .. } => {
            let below = crate::domain::plural(*accounts, "account hangs", "accounts hang");
            format!("frozen since {since} ({reason}); {below} below it")
        }
        Concern::Authorisation { expires: Some(expires), days_left: Some(left), .. } if *left < 0 => {
            format!("its certificate ran out on {expires}")
        }
        Concern::Authorisation { expires: Some(expires), .. } => format!("its certificate runs until {expires}"),
        Concern::Authorisation { expires: None, .. } => "no certificate of it is recorded".to_owned(),
        Concern::Invitation { expires, .. } => format!("the invitation runs until {expires}"),
        Concern::Unverified { state: AccountState::Invited, since, .. } => format!("the owner has not consented since {since}"),
        Concern::Unverified { since, .. } => format!("invited on {since}, and its real name is not verified"),
    }
}

/// The figures of an alert: how much, of how much, at how many percent, since when.
fn figures(concern: &Concern) -> [Value; 5] {
    let whole = |amount: &Money, of: Option<&Money>, percent: Option<u16>, since: Option<chrono::NaiveDate>| {
        [
            amount.currency.into(),
            Value::amount(amount.amount, amount.currency),
            of.map(|of| Value::amount(of.amount, of.currency)).into(),
            percent.map(u32::from).into(),
            since.into(),
        ]
    };
    let only_since = |since: chrono::NaiveDate| [Value::Null, Value::Null, Value::Null, Value::Null, since.into()];
    match concern {
        Concern::Arrears { arrears, since, .. } => whole(arrears, None, None, *since),
        Concern::Overdue { overdue, oldest, .. } => whole(overdue, None, None, Some(*oldest)),
        Concern::PoolLow { available, topped_up, .. } => whole(available, None, None, Some(*topped_up)),
        Concern::LowBalance { available, of, percent, since, .. } | Concern::LowCredit { available, of, percent, since, .. } => {
            whole(available, Some(of), Some(*percent), *since)
        }
        Concern::Budget { spent, amount, percent, .. } => whole(spent, Some(amount), Some(*percent), None),
        Concern::Handover { opened, .. } => only_since(*opened),
        Concern::Differences { oldest, .. } => only_since(*oldest),
        Concern::Authorisation { .. } => [Value::Null, Value::Null, Value::Null, Value::Null, Value::Null],
        Concern::Invitation { sent, .. } => only_since(*sent),
        Concern::Unverified { since, .. } | Concern::ChainFrozen { since, .. } => only_since(*since),
    }
}

/// Every alert.
pub fn list(alerts: &[AlertView]) -> Document {
    use super::document::Column;
    let mut table = Table::new("rows")
        .column("id", "Id")
        .column("kind", "Kind")
        .column("subject", "About")
        .column("state", "State")
        .column("message", "What")
        .with(Column::left("currency", "Currency").machine_only())
        .with(Column::right("amount", "Amount").machine_only())
        .with(Column::right("of", "Of").machine_only())
        .with(Column::right("percent", "%").machine_only())
        .with(Column::left("since", "Since").machine_only())
        .with(Column::left("until", "Until").machine_only())
        .column("note", "Note")
        .with(Column::left("by", "By").machine_only())
        .when_empty("nothing needs anybody");
    for alert in alerts {
        let mark = alert.mark.as_ref();
        let [currency, amount, of, percent, since] = figures(&alert.concern);
        table.push([
            (&alert.id).into(),
            alert.concern.kind().as_str().into(),
            alert.concern.subject().into(),
            alert.state.as_str().into(),
            sentence(&alert.concern).into(),
            currency,
            amount,
            of,
            percent,
            since,
            mark.and_then(|mark| mark.until).into(),
            mark.and_then(|mark| mark.note.clone()).into(),
            mark.map(|mark| mark.operator.clone()).into(),
        ]);
    }
    Document::new("alert-list").machine_field("open", open(alerts).count()).table(table)
}

/// Those that nobody has said anything to.
pub fn open(alerts: &[AlertView]) -> impl Iterator<Item = &AlertView> {
    alerts.iter().filter(|alert| alert.state == AlertState::Open)
}

/// How many are open, and of what kinds: `3 open: 1 arrears, 2 low-balance`.
pub fn summary(alerts: &[AlertView]) -> String {
    let mut counts: BTreeMap<AlertKind, u64> = BTreeMap::new();
    for alert in open(alerts) {
        *counts.entry(alert.concern.kind()).or_default() += 1;
    }
    if counts.is_empty() {
        return "none open".to_owned();
    }
    let kinds: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    format!("{} open: {}; `subledger alert list`", counts.values().sum::<u64>(), kinds.join(", "))
}

/// What was said to an alert.
pub fn marked(schema: &str, outcome: &AlertMarked) -> Document {
    let mark = &outcome.mark;
    Document::new(schema)
        .field("id", "Alert", &mark.alert)
        .field("kind", "Kind", outcome.kind.as_str())
        .field("subject", "About", &outcome.subject)
        .field("state", "State", mark.state.as_str())
        .field("until", "Until", mark.until)
        .field("note", "Note", mark.note.clone())
        .field("by", "By", &mark.operator)
        .field("date", "Date", mark.day)
}
