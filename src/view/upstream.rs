//! The parties above the agent as people and programs see them.

use super::document::{Column, Document, Table, Value};
use crate::book::blast::{Blast, StoppedTotal};
use crate::book::upstream::UpstreamView;
use crate::domain::code::Name;
use crate::domain::money::{Amount, Overflow};
use crate::domain::upstream::Upstream;

/// Whether it is frozen.
fn state(party: &Upstream) -> Value {
    Value::term(if party.frozen().is_some() { "frozen" } else { "open" })
}

fn text(name: Option<&Name>) -> Value {
    name.map(ToString::to_string).into()
}

/// Since when, by whom and why it is frozen; the party as a whole.
fn with_freeze(document: Document, party: &Upstream) -> Document {
    let frozen = party.frozen();
    let document = document
        .machine_field("frozen_since", frozen.map(|act| act.day))
        .machine_field("frozen_by", frozen.map(|act| act.operator.clone()))
        .machine_field("frozen_reason", frozen.map(|act| act.reason.to_string()));
    match frozen {
        Some(act) => document
            .people_field("Frozen since", act.day)
            .people_field("Frozen by", act.operator.as_str())
            .people_field("Why", &act.reason),
        None => document,
    }
}

/// A party that was written.
pub fn party(schema: &str, view: &UpstreamView) -> Document {
    let party = &view.party;
    let document = Document::new(schema)
        .field("name", "Party", &party.name)
        .field("level", "Level", u32::from(party.level))
        .field("above", "Buys from", text(view.above.as_ref()))
        .field("authorisation", "Authorisation", text(party.authorisation.as_ref()))
        .field("expires", "Valid until", party.expires)
        .field("state", "State", state(party))
        .field("accounts", "Accounts below", view.accounts)
        .machine_field("removed", party.removed);
    with_freeze(document, party)
}

/// Every party above the agent, by level; `today` tells how many days are left of their certificates.
pub fn list(parties: &[UpstreamView], today: chrono::NaiveDate) -> Document {
    let mut table = Table::new("rows")
        .column("name", "Party")
        .column_right("level", "Level")
        .column("above", "Buys from")
        .column("authorisation", "Authorisation")
        .column("expires", "Valid until")
        .column_right("days_left", "Days left")
        .column_right("accounts", "Accounts")
        .column("state", "State")
        .column("frozen_since", "Since")
        .with(Column::left("frozen_by", "By").machine_only())
        .column("frozen_reason", "Why")
        .when_empty("nobody is recorded; `subledger agent chain add` records who sells to the agent");
    for UpstreamView { party, above, accounts } in parties {
        let frozen = party.frozen();
        table.push([
            (&party.name).into(),
            u32::from(party.level).into(),
            text(above.as_ref()),
            text(party.authorisation.as_ref()),
            party.expires.into(),
            party.days_left(today).into(),
            (*accounts).into(),
            state(party),
            frozen.map(|act| act.day).into(),
            frozen.map(|act| act.operator.clone()).into(),
            text(frozen.map(|act| &act.reason)),
        ]);
    }
    Document::new("agent-chain-list").table(table)
}

/// What stops if a party is frozen, by account and in all.
pub fn blast(report: &Blast) -> Result<Document, Overflow> {
    let names = |names: &[Name]| Value::List(names.iter().map(Value::from).collect());
    let party = &report.party;
    let document = Document::new("report-blast")
        .field("name", "Party", &party.name)
        .field("level", "Level", u32::from(party.level))
        .field("state", "State", state(party))
        .field("above", "Above it", names(&report.above))
        .field("below", "Below it", names(&report.below))
        .field("accounts", "Accounts that stop", report.rows.len());
    Ok(with_freeze(document, party).table(stopped(report)?).table(groups(report)).table(totals(report)))
}

fn stopped(report: &Blast) -> Result<Table, Overflow> {
    let mut table = Table::new("rows")
        .column("account", "Account")
        .column("uid", "UID")
        .column("group", "Group")
        .column("state", "State")
        .column("mode", "Mode")
        .column("currency", "Currency")
        .column_right("funds", "Funds")
        .column_right("owed", "Owed")
        .column_right("credit_limit", "Credit limit")
        .column_right("available", "Available")
        .column_right("pending_usage", "Pending usage")
        .column_right("open_orders", "Open orders")
        .column_right("open_cost", "Their cost")
        .when_empty("no account hangs below it");
    for row in &report.rows {
        let (account, standing, currency) = (&row.view.account, &row.view.standing, row.view.group.currency);
        let amount = |amount| Value::amount(amount, currency);
        table.push([
            (&account.code).into(),
            account.uid.as_ref().map(ToString::to_string).into(),
            (&row.view.group.code).into(),
            account.state.as_str().into(),
            standing.mode.as_str().into(),
            currency.into(),
            amount(standing.funds),
            amount(standing.owed),
            amount(standing.credit_limit),
            amount(standing.available()?),
            amount(standing.pending_usage),
            row.open_orders.into(),
            amount(row.open_cost),
        ]);
    }
    Ok(table)
}

fn groups(report: &Blast) -> Table {
    let mut table = Table::new("groups")
        .title("Groups")
        .column("group", "Group")
        .column("currency", "Currency")
        .column_right("accounts", "Accounts that stop")
        .column_right("elsewhere", "Others")
        .column_right("deposits", "Not allocated")
        .column_right("stranded", "Of no use then");
    for group in &report.groups {
        let amount = |amount| Value::amount(amount, group.group.currency);
        table.push([
            (&group.group.code).into(),
            group.group.currency.into(),
            group.accounts.into(),
            group.elsewhere.into(),
            amount(group.deposits),
            amount(group.stranded()),
        ]);
    }
    table
}

fn totals(report: &Blast) -> Table {
    let mut table = Table::new("totals")
        .keyed()
        .title("Totals")
        .column("currency", "Currency")
        .column_right("accounts", "Accounts")
        .column_right("funds", "Funds")
        .column_right("owed", "Owed")
        .column_right("credit_limit", "Credit limit")
        .column_right("available", "Available")
        .column_right("pending_usage", "Pending usage")
        .column_right("open_orders", "Open orders")
        .column_right("open_cost", "Their cost")
        .column_right("deposits", "Deposits")
        .column_right("pool", "Pool");
    for (currency, total) in &report.totals {
        let StoppedTotal { accounts, funds, owed, credit_limit, available, pending_usage, open_orders, open_cost, .. } = *total;
        let amount = |amount: Amount| Value::amount(amount, *currency);
        table.push([
            (*currency).into(),
            accounts.into(),
            amount(funds),
            amount(owed),
            amount(credit_limit),
            amount(available),
            amount(pending_usage),
            open_orders.into(),
            amount(open_cost),
            amount(total.deposits),
            amount(total.pool),
        ]);
    }
    table
}
