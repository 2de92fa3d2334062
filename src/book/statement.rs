//! Statements: frozen for closed months, drawn up from the journal for open ones.

use chrono::NaiveDate;

use super::Result;
use super::operation::find_account;
use crate::domain::account::{Account, Group};
use crate::domain::chart::LedgerAccount;
use crate::domain::money::Amount;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::statement::{Addressee, Statement};
use crate::store::{Reader, StoreError};

/// A statement, and whether it can still change.
#[derive(Clone, Debug)]
pub struct StatementView {
    /// The statement.
    pub statement: Statement,
    /// Whether its month is closed.
    pub state: PeriodState,
}

/// Shows the statement of an account for a month.
pub fn show(reader: Reader<'_>, name: &str, period: Month) -> Result<StatementView> {
    let account = find_account(reader, name)?;
    let view = view(reader, &account, period)?;
    if view.statement.is_empty() && account.since > period.last_day() {
        return Err(Refusal::NoStatement { account: account.code, period }.into());
    }
    Ok(view)
}

/// Hands out the statement of every account that had a part in a month, one at a time, by account.
pub fn each(reader: Reader<'_>, period: Month, mut take: impl FnMut(StatementView) -> Result<()>) -> Result<()> {
    for account in reader.accounts()? {
        let view = view(reader, &account, period)?;
        if !view.statement.is_empty() {
            take(view)?;
        }
    }
    Ok(())
}

fn view(reader: Reader<'_>, account: &Account, period: Month) -> Result<StatementView> {
    let state = reader.closed_through()?.state(period);
    let frozen = if state == PeriodState::Closed { reader.frozen_statement(period, account.id)? } else { None };
    let statement = match frozen {
        Some(content) => {
            let damaged = |e| StoreError::Damaged(format!("the statement of {} for {period}: {e}", account.code));
            serde_json::from_str(&content).map_err(damaged)?
        }
        None => draw_up(reader, account, period)?,
    };
    Ok(StatementView { statement, state })
}

/// Draws a statement up from the journal.
pub(super) fn draw_up(reader: Reader<'_>, account: &Account, period: Month) -> Result<Statement> {
    let group = reader.group(account.group)?;
    let entity = reader.entity(account.entity)?;
    let opening = balance_due(reader, account, &group, period.previous().last_day())?;
    let movements = reader.movements(account.id, period.first_day(), period.last_day())?;
    let to = Addressee {
        account: account.code.clone(),
        uid: account.uid.clone(),
        group: group.code,
        entity: entity.name,
        mode: account.mode.on(period.last_day()),
        currency: group.currency,
    };
    Ok(Statement::draw_up(to, period, opening, movements)?)
}

/// What an account owes, less its unspent funds, at the end of a day.
pub(super) fn balance_due(reader: Reader<'_>, account: &Account, group: &Group, day: NaiveDate) -> Result<Amount> {
    let owed = reader.balance(LedgerAccount::receivable(account.id, group.currency), Some(day))?;
    // Funds are a liability: their balance is negative, debits less credits.
    let funds = reader.balance(LedgerAccount::funds(account.id, group.currency), Some(day))?;
    Ok(owed.plus(funds)?)
}
