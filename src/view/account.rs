//! Accounts as people and programs see them.

use chrono::NaiveDate;

use super::document::{Document, Field, Table, Value};
use crate::book::account::{AccountStep, AccountView, Life};
use crate::domain::account::{Account, AccountState, Origin, Standing};
use crate::domain::code::Name;
use crate::domain::money::{Currency, Overflow};

/// Its terms: who sells, who pays now and from the next change on, and what happens when nothing is left.
fn terms(document: Document, account: &Account, day: NaiveDate) -> Document {
    let next = account.mode.next_after(day);
    let document = document
        .field("model", "Model", account.model.as_str())
        .field("mode", "Mode", account.mode.on(day).as_str())
        .machine_field("next_mode", next.map(|(_, mode)| mode.as_str()))
        .machine_field("next_mode_from", next.map(|(from, _)| from));
    let document = match next {
        Some((from, mode)) => document.people_field("Next mode", format!("{mode} from {from}")),
        None => document,
    };
    let purchases = if account.purchase_ban { "new ones are forbidden" } else { "allowed" };
    document
        .field("shutdown", "When nothing is left", account.shutdown.as_str())
        .machine_field("purchase_ban", account.purchase_ban)
        .people_field("Purchases", purchases)
        .with(low_balance(account))
}

/// Through whom it is bought; people see it where the account says so.
fn upstream(name: Option<&Name>) -> Field {
    let field = Field::new("upstream", "Bought through", name.map(ToString::to_string));
    if name.is_some() { field } else { field.machine_only() }
}

/// At which percents left somebody is told; people see those of the account's own.
fn low_balance(account: &Account) -> Field {
    let field = Field::new("low_balance", "Told at percent left", account.low_balance.as_ref().map(ToString::to_string));
    field.seen_if_any()
}

/// An account after a step of its life.
pub fn step(schema: &str, outcome: &AccountStep) -> Document {
    let account = &outcome.account;
    let document = Document::new(schema)
        .field("code", "Account", &account.code)
        .field("uid", "UID", account.uid.as_ref().map(ToString::to_string))
        .field("state", "State", account.state.as_str());
    terms(document, account, outcome.day)
        .field("group", "Group", &outcome.group.code)
        .field("entity", "Real-name owner", &outcome.entity.code)
        .with(upstream(outcome.upstream.as_ref()))
        .field("environment", "Environment", account.environment.as_str())
        .field("since", "Ours since", account.since)
        .field("invitation_expires", "Invitation runs until", outcome.invitation.as_ref().map(|i| i.expires))
}

/// An account that was edited, with who holds it.
pub fn edited(outcome: &AccountStep) -> Document {
    let account = &outcome.account;
    let [login, holder] = [&account.login, &account.holder].map(|name| name.as_ref().map(ToString::to_string));
    step("account-edit", outcome)
        .with(Field::new("mobile", "Mobile", account.mobile.as_ref().map(ToString::to_string)).seen_if_any())
        .with(Field::new("email", "E-mail", account.email.as_ref().map(ToString::to_string)).seen_if_any())
        .with(Field::new("login", "Login", login).seen_if_any())
        .with(Field::new("holder", "Holder", holder).seen_if_any())
}

/// The life of an account.
pub fn life(life: &Life) -> Document {
    let mut table = Table::new("rows")
        .column("day", "Day")
        .column("step", "Step")
        .column("from", "From")
        .column("to", "To")
        .column("operator", "By")
        .column("reason", "Why");
    for step in &life.steps {
        table.push([
            step.day.into(),
            step.by.as_str().into(),
            step.from.map(AccountState::as_str).into(),
            step.to.as_str().into(),
            step.operator.as_str().into(),
            step.reason.as_ref().map(ToString::to_string).into(),
        ]);
    }
    let document = Document::new("account-history")
        .field("code", "Account", &life.account.code)
        .field("state", "State", life.account.state.as_str())
        .table(table);
    if life.account.origin == Origin::Created {
        return document;
    }
    let attested =
        Table::new("attested").title("Vouched for").column("condition", "Condition").column("day", "Day").column("operator", "By");
    let rows = life
        .attested
        .iter()
        .map(|(attestation, operator, day)| [Value::term(attestation.as_str()), (*day).into(), operator.as_str().into()]);
    document.table(attested.rows(rows))
}

fn money(standing: &Standing, currency: Currency) -> Result<[Value; 6], Overflow> {
    let amount = |amount| Value::amount(amount, currency);
    Ok([
        amount(standing.available()?),
        amount(standing.funds),
        amount(standing.owed),
        amount(standing.credit_limit),
        amount(standing.pending_usage),
        amount(standing.arrears()?),
    ])
}

/// One account with its money.
pub fn account(view: &AccountView) -> Result<Document, Overflow> {
    let account = &view.account;
    let [available, funds, owed, credit_limit, pending_usage, arrears] = money(&view.standing, view.group.currency)?;
    let document = Document::new("account-show")
        .field("code", "Account", &account.code)
        .field("uid", "UID", account.uid.as_ref().map(ToString::to_string))
        .field("state", "State", account.state.as_str());
    let moves = view.moves.iter().map(|(from, group)| Value::from(format!("{group} from {from}"))).collect();
    let moves = Field::new("moves", "Changes groups", Value::List(moves));
    Ok(terms(document, account, view.day)
        .field("currency", "Currency", view.group.currency)
        .field("group", "Group", &view.group.code)
        .with(if view.moves.is_empty() { moves.machine_only() } else { moves })
        .field("entity", "Real-name owner", &view.entity.code)
        .with(upstream(view.upstream.as_ref()))
        .field("environment", "Environment", account.environment.as_str())
        .field("since", "Ours since", account.since)
        .field("mobile", "Mobile", account.mobile.as_ref().map(ToString::to_string))
        .field("email", "E-mail", account.email.as_ref().map(ToString::to_string))
        .field("login", "Login", account.login.as_ref().map(ToString::to_string))
        .field("holder", "Holder", account.holder.as_ref().map(ToString::to_string))
        .field("invitation_expires", "Invitation runs until", view.invitation.as_ref().map(|i| i.expires))
        .field("available", "Available", available)
        .field("funds", "Funds", funds)
        .field("owed", "Owed", owed)
        .field("credit_limit", "Credit limit", credit_limit)
        .field("pending_usage", "Pending usage", pending_usage)
        .field("arrears", "Arrears", arrears))
}

/// Every account.
pub fn accounts(views: &[AccountView]) -> Result<Document, Overflow> {
    let mut table = Table::new("rows")
        .column("code", "Account")
        .column("uid", "UID")
        .column("group", "Group")
        .column("state", "State")
        .column("mode", "Mode")
        .column("environment", "Environment")
        .column("currency", "Currency")
        .column_right("available", "Available")
        .column_right("funds", "Funds")
        .column_right("owed", "Owed")
        .column_right("arrears", "Arrears")
        .when_empty("no accounts yet; `subledger account create` opens one");
    for view in views {
        let [available, funds, owed, _, _, arrears] = money(&view.standing, view.group.currency)?;
        table.push([
            (&view.account.code).into(),
            view.account.uid.as_ref().map(ToString::to_string).into(),
            (&view.group.code).into(),
            view.account.state.as_str().into(),
            view.standing.mode.as_str().into(),
            view.account.environment.as_str().into(),
            view.group.currency.into(),
            available,
            funds,
            owed,
            arrears,
        ]);
    }
    Ok(Document::new("account-list").table(table))
}
