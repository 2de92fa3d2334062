//! What a closed month is held to ever after: its statements, and the ledger at its end.

use std::collections::BTreeMap;

use crate::book::statement::{self, Drawing};
use crate::book::{Operation, Result};
use crate::domain::chart::LedgerCode;
use crate::domain::close::{FrozenStatement, LedgerTotal};
use crate::domain::money::{Amount, Currency};
use crate::domain::period::Month;
use crate::store::{Reader, StoreError};

/// Freezes the statement of every account that has one.
pub(super) fn freeze_statements(operation: &mut Operation<'_>, period: Month, version: i64) -> Result<Vec<FrozenStatement>> {
    let mut frozen = Vec::new();
    let drawing = Drawing::new(operation.reader(), period)?;
    for account in operation.reader().accounts()? {
        let statement = drawing.draw_up(operation.reader(), &account)?;
        if statement.is_empty() {
            continue;
        }
        let group = operation.reader().group(account.group_in(period))?;
        let kept = statement::balance_due(operation.reader(), &account, &group, period.last_day())?;
        if kept != statement.closing {
            return Err(StoreError::Damaged(format!("the statement of {} does not foot to its balance", account.code)).into());
        }
        let (content, sha256) = statement::frozen_form(&statement);
        operation.writer().insert_statement((period, version), account.id, &content, &sha256)?;
        let (currency, closing) = (statement.currency, statement.closing);
        frozen.push(FrozenStatement { account: account.code, currency, closing, sha256 });
    }
    Ok(frozen)
}

/// Every ledger code at the month's last day, over all its owners.
pub(super) fn ledger_totals(reader: Reader<'_>, period: Month) -> Result<Vec<LedgerTotal>> {
    let mut totals: BTreeMap<(Currency, LedgerCode), Amount> = BTreeMap::new();
    for row in reader.trial_balance(Some(period.last_day()))? {
        let total = totals.entry((row.currency, row.code)).or_default();
        *total = total.plus(row.balance)?;
    }
    let totals = totals.into_iter().map(|((currency, code), balance)| LedgerTotal { code, currency, balance });
    Ok(totals.filter(|total| !total.balance.is_zero()).collect())
}
