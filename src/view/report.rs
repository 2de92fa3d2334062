//! Reports and proofs as people and programs see them.

use super::document::{Document, Field, Table, Value};
use crate::book::days::Days;
use crate::book::report::{Exposure, RunwayRow, Spender, TrialBalance};
use crate::domain::money::Amount;
use crate::store::Checked;

/// A trial balance, and both sides by currency.
pub fn trial_balance(report: &TrialBalance) -> Document {
    let mut table = Table::new("rows")
        .column("ledger_account", "Ledger account")
        .column("owner", "Owner")
        .column("currency", "Currency")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit")
        .when_empty("nothing was posted yet");
    for row in &report.rows {
        let debit = row.balance.or_zero();
        let credit = row.balance.negated().map_or(Amount::ZERO, Amount::or_zero);
        let side = |amount: Amount| Value::amount(amount, row.currency);
        table.push([row.code.as_str().into(), row.owner.as_str().into(), row.currency.into(), side(debit), side(credit)]);
    }
    let totals = Table::new("totals")
        .keyed()
        .title("Totals")
        .column("currency", "Currency")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit")
        .rows(report.totals.iter().map(|(currency, (debit, credit))| {
            [(*currency).into(), Value::amount(*debit, *currency), Value::amount(*credit, *currency)]
        }));
    Document::new("report-trial-balance").table(table).table(totals)
}

/// How long the money of accounts and of the pool lasts.
pub fn runway(rows: &[RunwayRow]) -> Document {
    let mut table = Table::new("rows")
        .column("kind", "Kind")
        .column("account", "Account")
        .column("group", "Group")
        .column("currency", "Currency")
        .column_right("available", "Available")
        .column_right("rate_7", "/day (7)")
        .column_right("rate_30", "/day (30)")
        .column_right("rate_90", "/day (90)")
        .column_right("days_7", "Days (7)")
        .column_right("days_30", "Days (30)")
        .column_right("days_90", "Days (90)")
        .column("runs_out", "Runs out")
        .column_right("propose", "Propose")
        .when_empty("no active accounts");
    for RunwayRow { spender, currency, runway } in rows {
        let (kind, account, group) = match spender {
            Spender::Pool => ("pool", None, None),
            Spender::Account { code, group, mode } => (mode.as_str(), Some(code.clone()), Some(group.clone())),
        };
        let amount = |amount| Value::amount(amount, *currency);
        let [rate_7, rate_30, rate_90] = runway.rates.0.map(amount);
        let [days_7, days_30, days_90] = runway.days.map(Value::from);
        table.push([
            kind.into(),
            account.into(),
            group.into(),
            (*currency).into(),
            amount(runway.available),
            rate_7,
            rate_30,
            rate_90,
            days_7,
            days_30,
            days_90,
            runway.runs_out.into(),
            amount(runway.propose),
        ]);
    }
    Document::new("report-runway").table(table)
}

/// What the agent stands to lose, by account and in all.
pub fn exposure(report: &Exposure) -> Document {
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column("group", "Group")
        .column("currency", "Currency")
        .column("mode", "Mode")
        .column("shutdown", "Shutdown")
        .column_right("owed", "Owed")
        .column_right("pending", "Pending")
        .column_right("funds", "Funds")
        .column_right("run_rate", "Rate/day")
        .column_right("days", "Days")
        .column_right("exposure", "Exposure")
        .when_empty("no accounts yet");
    for row in &report.rows {
        let (account, standing, currency) = (&row.view.account, &row.view.standing, row.view.group.currency);
        let amount = |amount| Value::amount(amount, currency);
        table.push([
            (&account.code).into(),
            (&row.view.group.code).into(),
            currency.into(),
            standing.mode.as_str().into(),
            account.shutdown.as_str().into(),
            amount(standing.owed),
            amount(standing.pending_usage),
            amount(standing.funds),
            amount(row.rate),
            row.days.into(),
            amount(row.exposure),
        ]);
    }
    let totals = Table::new("totals")
        .keyed()
        .title("Totals")
        .column("currency", "Currency")
        .column_right("owed", "Owed")
        .column_right("pending", "Pending")
        .column_right("funds", "Funds")
        .column_right("exposure", "Exposure")
        .rows(report.totals.iter().map(|(currency, total)| {
            let amounts = [total.owed, total.pending, total.funds, total.exposure];
            std::iter::once((*currency).into()).chain(amounts.map(|amount| Value::amount(amount, *currency))).collect::<Vec<_>>()
        }));
    Document::new("report-exposure").table(table).table(totals)
}

/// Adds the days that a report is about, and says so where nobody has chosen them.
pub(super) fn reported_days(document: Document, days: &Days) -> Document {
    let chosen = if days.is_year_to_date { " (the fiscal year to date)" } else { "" };
    let told = format!("{} to {}{chosen}", days.from, days.to);
    let document = document.people_field("Period", told).machine_field("from", days.from).machine_field("to", days.to);
    let document = document.machine_field("year_to_date", days.is_year_to_date);
    document.with(match days.as_of {
        Some(day) => Field::new("as_of", "As of", day),
        None => Field::new("as_of", "As of", Value::Null).machine_only(),
    })
}

/// Every proof.
pub fn check(checks: &[Checked]) -> Document {
    let table = Table::new("rows").column("name", "Check").column("ok", "OK").column("detail", "Detail");
    let rows = checks.iter().map(|c| [c.name.as_str().into(), c.ok.into(), Value::from(c.detail.as_str())]);
    Document::new("check").field("ok", "OK", checks.iter().all(|c| c.ok)).table(table.rows(rows))
}
