//! Reports and proofs as people and programs see them.

use super::document::{Document, Field, Table, Value};
use super::price::exact;
use crate::book::days::Days;
use crate::book::report::{Exposure, GeneralLedger, RunwayRow, Spender, TrialBalance, UsageBy, UsageReport, UsageSum};
use crate::domain::money::{Amount, Currency};
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

/// The general ledger of one line of the chart: each account's opening, what moved it, and its closing.
pub fn general_ledger(report: &GeneralLedger) -> Document {
    let mut table = Table::new("rows")
        .column("ledger_account", "Ledger account")
        .column("owner", "Owner")
        .column("currency", "Currency")
        .column("date", "Date")
        .column("entry", "Entry")
        .column("event", "Event")
        .column("account", "Account")
        .column("reference", "Reference")
        .column_right("debit", "Debit")
        .column_right("credit", "Credit")
        .column_right("balance", "Balance")
        .when_empty("nothing stood there, and nothing moved");
    for view in &report.accounts {
        let currency = view.account.currency();
        let (code, owner) = (Value::from(view.account.code().as_str()), Value::from(view.owner.as_str()));
        let amount = |amount: Amount| Value::amount(amount, currency);
        let stands = |event: &'static str, date, balance: Amount| {
            let (code, owner, nothing) = (code.clone(), owner.clone(), Value::Null);
            let rest = [nothing.clone(), nothing.clone(), nothing.clone(), nothing.clone()];
            let [account, reference, debit, credit] = rest;
            [code, owner, currency.into(), date, nothing, event.into(), account, reference, debit, credit, amount(balance)]
        };
        table.push(stands("opening-balance", report.days.from.into(), view.opening));
        for (movement, balance) in &view.movements {
            let (debit, credit) = if movement.amount.is_negative() {
                (Value::Null, movement.amount.negated().map_or(Value::Null, amount))
            } else {
                (amount(movement.amount), Value::Null)
            };
            table.push([
                code.clone(),
                owner.clone(),
                currency.into(),
                movement.date.into(),
                format!("e-{}", movement.entry.0).into(),
                movement.event.as_str().into(),
                movement.account.clone().into(),
                movement.note.reference.clone().into(),
                debit,
                credit,
                amount(*balance),
            ]);
        }
        table.push(stands("closing-balance", report.days.last().into(), view.closing));
    }
    Document::new("report-general-ledger")
        .field("from", "From", report.days.from)
        .field("to", "To", report.days.last())
        .table(table)
}

/// Usage that was charged, added up.
pub fn usage(report: &UsageReport) -> Document {
    let sums = |sum: &UsageSum, currency: Currency| {
        [
            Value::from(sum.charges),
            exact(sum.list, currency),
            Value::amount(sum.payable, currency),
            Value::amount(sum.cost, currency),
        ]
    };
    let label = match report.by {
        UsageBy::Product => "Product",
        UsageBy::Account => "Account",
        UsageBy::Environment => "Environment",
    };
    let columns = |table: Table| {
        table
            .column_right("charges", "Charges")
            .column_right("list_price", "At list price")
            .column_right("payable", "Payable")
            .column_right("cost", "Cost")
    };
    let mut rows = columns(Table::new("rows").column(report.by.as_str(), label).column("currency", "Currency"))
        .when_empty("no usage was charged on these days");
    for ((currency, key), sum) in &report.rows {
        let [charges, list, payable, cost] = sums(sum, *currency);
        rows.push([key.as_str().into(), (*currency).into(), charges, list, payable, cost]);
    }
    let mut totals = columns(Table::new("totals").keyed().title("Totals").column("currency", "Currency"));
    for (currency, sum) in &report.totals {
        let [charges, list, payable, cost] = sums(sum, *currency);
        totals.push([(*currency).into(), charges, list, payable, cost]);
    }
    Document::new("report-usage")
        .field("from", "From", report.days.from)
        .field("to", "To", report.days.last())
        .field("by", "By", report.by.as_str())
        .table(rows)
        .table(totals)
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
