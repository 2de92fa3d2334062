//! What is owed, what has paid it, and how old the rest is, as people and programs see them.

use super::document::{Document, Field, Table, Value};
use crate::book::settlement::{AccountOwes, AgeingReport, AgeingRow, Owed, Settled};
use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::settlement::Ageing;

/// What was settled, and what is left.
pub fn settled(schema: &str, outcome: &Settled) -> Document {
    let currency = outcome.amount.currency;
    let mut months = Table::new("months")
        .title(if outcome.reverses.is_some() { "What is open again" } else { "What it pays" })
        .column("account", "Account")
        .column("month", "Month")
        .column("due", "Due")
        .column_right("paid", "Paid")
        .column_right("open", "Still open")
        .when_empty("nothing that is owed");
    for month in &outcome.months {
        let amount = |amount| Value::amount(amount, currency);
        months.push([(&month.account).into(), month.month.into(), month.due.into(), amount(month.paid), amount(month.open)]);
    }
    let document = Document::new(schema)
        .field("entry", "Entry", outcome.entry.0.to_string())
        .field("date", "Date", outcome.date)
        .field("group", "Group", &outcome.group)
        .field("currency", "Currency", currency)
        .amount("amount", "Amount", outcome.amount.amount, currency);
    let document = match outcome.reverses {
        Some(entry) => document.field("reverses", "Takes back entry", entry.0.to_string()),
        None => document.machine_field("reverses", Value::Null),
    };
    let surplus = Field::new("surplus", "To deposits", Value::amount(outcome.surplus, currency));
    document
        .with(if outcome.surplus.is_zero() { surplus.machine_only() } else { surplus })
        .amount("owed", "Owed now", outcome.owed, currency)
        .amount("deposits", "Not allocated now", outcome.deposits, currency)
        .field("reference", "Reference", outcome.reference.clone())
        .field("remark", "Remark", outcome.remark.clone())
        .table(months)
}

/// What is owed, by account, month and group.
pub fn list(report: &Owed) -> Result<Document, Overflow> {
    let mut accounts = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("currency", "Currency")
        .column_right("payment_days", "Terms (days)")
        .column_right("owed", "Owed")
        .column_right("overdue", "Overdue")
        .column("oldest", "Oldest month")
        .column("due", "Due")
        .column_right("days_overdue", "Days overdue")
        .when_empty("nobody owes anything");
    for row in &report.accounts {
        let first = row.owed.months.first();
        accounts.push([
            (&row.account).into(),
            (&row.group).into(),
            row.currency.into(),
            u32::from(row.payment_days).into(),
            Value::amount(row.owed.owed()?, row.currency),
            Value::amount(row.overdue.map_or(Amount::ZERO, |overdue| overdue.amount), row.currency),
            first.map(|month| month.month).into(),
            first.map(|month| month.due).into(),
            first.map(|month| month.days_overdue(report.day).max(0)).into(),
        ]);
    }
    let mut groups = Table::new("groups")
        .title("By group")
        .column("group", "Group")
        .column("currency", "Currency")
        .column_right("owed", "Owed")
        .column_right("overdue", "Overdue")
        .column("due", "Due")
        .column_right("deposits", "Not allocated");
    for row in &report.groups {
        let amount = |amount| Value::amount(amount, row.currency);
        groups.push([
            (&row.group).into(),
            row.currency.into(),
            amount(row.owed),
            amount(row.overdue),
            row.due.into(),
            amount(row.deposits),
        ]);
    }
    let groups = if report.groups.is_empty() { groups.machine_only() } else { groups };
    let document = Document::new("settlement-list").machine_field("date", report.day);
    Ok(document.table(accounts).table(months(&report.accounts, report)).table(groups))
}

/// The months that are not paid; people see those of one account.
fn months(accounts: &[AccountOwes], report: &Owed) -> Table {
    let mut table = Table::new("months")
        .title("By month")
        .column("account", "Account")
        .column("month", "Month")
        .column("currency", "Currency")
        .column_right("charged", "Charged")
        .column_right("open", "Open")
        .column("oldest_charge", "Oldest charge")
        .column("due", "Due")
        .column_right("days_overdue", "Days overdue");
    for row in accounts {
        for month in &row.owed.months {
            table.push([
                (&row.account).into(),
                month.month.into(),
                row.currency.into(),
                Value::amount(month.charged, row.currency),
                Value::amount(month.open, row.currency),
                month.oldest.into(),
                month.due.into(),
                month.days_overdue(report.day).max(0).into(),
            ]);
        }
    }
    if accounts.len() == 1 { table } else { table.machine_only() }
}

/// How old what is owed is.
pub fn ageing(report: &AgeingReport) -> Result<Document, Overflow> {
    let accounts = Table::new("rows").column("account", "Account").column("group", "Group").column("currency", "Currency");
    let mut accounts = with_buckets(accounts).when_empty("nobody owes anything");
    for row in &report.accounts {
        let named = [row.account.clone().into(), (&row.group).into(), row.currency.into()];
        accounts.push(named.into_iter().chain(buckets(&row.ageing, row.currency)?));
    }
    let groups = Table::new("groups").title("By group").column("group", "Group").column("currency", "Currency");
    let mut groups = with_buckets(groups).column_right("deposits", "Not allocated");
    for AgeingRow { group, currency, ageing, deposits, .. } in &report.groups {
        let named = [group.into(), (*currency).into()];
        groups.push(named.into_iter().chain(buckets(ageing, *currency)?).chain([Value::amount(*deposits, *currency)]));
    }
    let totals = Table::new("totals").keyed().title("Totals").column("currency", "Currency");
    let mut totals = with_buckets(totals).column_right("deposits", "Not allocated");
    for (currency, (ageing, deposits)) in &report.totals {
        let named = [Value::from(*currency)];
        totals.push(named.into_iter().chain(buckets(ageing, *currency)?).chain([Value::amount(*deposits, *currency)]));
    }
    let document = Document::new("settlement-ageing").field("date", "At the end of", report.day);
    Ok(document.table(accounts).table(groups).table(totals))
}

fn with_buckets(table: Table) -> Table {
    table
        .column_right("not_due", "Not due")
        .column_right("days_1_30", "1-30 days")
        .column_right("days_31_60", "31-60")
        .column_right("days_61_90", "61-90")
        .column_right("days_over_90", "Over 90")
        .column_right("unapplied", "Unapplied")
        .column_right("owed", "Owed")
}

fn buckets(ageing: &Ageing, currency: Currency) -> Result<[Value; 7], Overflow> {
    let Ageing { not_due, days_1_30, days_31_60, days_61_90, days_over_90, unapplied } = *ageing;
    let owed = ageing.owed()?;
    let amounts = [not_due, days_1_30, days_31_60, days_61_90, days_over_90, unapplied.negated()?, owed];
    Ok(amounts.map(|amount| Value::amount(amount, currency)))
}
