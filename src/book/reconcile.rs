//! Reconciliation: the book's orders against the provider's bill.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::usage::Owners;
use super::{Operation, Result, UseCase};
use crate::domain::bill::charged_on;
use crate::domain::bridge::Bridge;
use crate::domain::difference::{Difference, DifferenceKind, Sides, Subject, sort_for_people};
use crate::domain::id::{AccountId, SeenUidId};
use crate::domain::matching::{BilledLine, LineOwner, Matched, Matcher, Mismatch};
use crate::domain::money::{Currency, Exact};
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::{BillVersion, Reader, Reconciliation};

/// Compares a month's bill with the recorded orders.
#[derive(Clone, Debug)]
pub struct Reconcile {
    /// The month.
    pub period: Month,
}

/// What a run found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reconciled {
    /// The month.
    pub period: Month,
    /// The version of the bill.
    pub version: i64,
    /// What all amounts are counted in.
    pub currency: Currency,
    /// Every cent in its class.
    pub bridge: Bridge,
    /// Orders that were billed as expected.
    pub matched: u64,
    /// Lines of usage.
    pub usage_lines: u64,
    /// What does not agree.
    pub differences: Vec<Difference>,
}

impl Reconciled {
    /// Differences that somebody has to look at: how many, and the sum of their sizes.
    pub fn open(&self) -> Result<(u64, Exact)> {
        let mut open = (0, Exact::ZERO);
        for difference in self.differences.iter().filter(|d| d.is_open()) {
            let amount = difference.difference()?;
            let size = if amount.is_negative() { Exact::ZERO.minus(amount)? } else { amount };
            open = (open.0 + 1, open.1.plus(size)?);
        }
        Ok(open)
    }
}

impl UseCase for Reconcile {
    const COMMAND: &'static str = "reconcile run";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = Reconciled;

    fn run(self, operation: &mut Operation<'_>) -> Result<Reconciled> {
        if operation.closed_through().state(self.period) == PeriodState::Closed {
            // What a closed month was closed with is never matched again.
            return show(operation.reader(), self.period);
        }
        Ok(run(operation, self.period)?.0)
    }
}

/// Runs the matcher over the latest version of a month's bill, and keeps what it found.
pub(super) fn run(operation: &mut Operation<'_>, period: Month) -> Result<(Reconciled, Matched)> {
    let reader = operation.reader();
    let bill = reader.bill(period)?.ok_or(Refusal::NoBill { period })?;
    let owners = Owners::load(reader, bill.currency)?;
    let matched = match_bill(reader, &bill, &owners)?;
    let found = differences(reader, &bill, &owners, &matched)?;
    let found = keep(operation, period, found)?;
    let matched_orders = matched.match_count();
    operation.writer().save_reconciliation(&Reconciliation {
        period,
        version: bill.id,
        content: bill.content.clone(),
        bridge: matched.bridge.clone(),
        matched: matched_orders,
        usage_lines: matched.usage_lines,
    })?;
    let reconciled = Reconciled {
        period,
        version: bill.version,
        currency: bill.currency,
        bridge: matched.bridge.clone(),
        matched: matched_orders,
        usage_lines: matched.usage_lines,
        differences: found,
    };
    Ok((reconciled, matched))
}

fn match_bill(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<Matched> {
    let mut matcher = Matcher::new(bill.currency);
    reader.each_open_order(bill.currency, bill.period.last_day(), |order| Ok(matcher.order(order)?))?;
    reader.each_line_to_match(bill, |line| {
        let day = charged_on(line.month, line.day);
        let owner = owners.owner(line.seen_uid, day).map_or(LineOwner::Unknown(line.seen_uid), |a| LineOwner::Known(a.id));
        Ok(matcher.line(&BilledLine { owner, order_no: line.order_no, kind: line.kind, payable: line.payable })?)
    })?;
    matcher.repeated(bill.repeats)?;
    Ok(matcher.finish()?)
}

fn differences(reader: Reader<'_>, bill: &BillVersion, owners: &Owners, matched: &Matched) -> Result<Vec<Difference>> {
    let mut names: HashMap<AccountId, (String, String)> = HashMap::new();
    for account in reader.accounts()? {
        let uid = account.uid.as_ref().map(ToString::to_string).unwrap_or_default();
        names.insert(account.id, (account.code.to_string(), uid));
    }
    let nobody = (String::new(), String::new());
    let mut found = Vec::with_capacity(matched.mismatches.len());
    for mismatch in &matched.mismatches {
        let (account, uid, detail) = match mismatch.owner {
            LineOwner::Known(id) => {
                let (code, uid) = names.get(&id).unwrap_or(&nobody);
                (code.as_str(), uid.as_str(), order_detail(reader, bill, mismatch)?)
            }
            LineOwner::Unknown(uid) => {
                let text = owners.uid(uid);
                (text, text, unknown_detail(owners, uid, mismatch))
            }
        };
        let subject = Subject { uid, account, provider_order: &mismatch.provider_order };
        let sides = Sides { currency: bill.currency, recorded: mismatch.recorded, billed: mismatch.billed };
        found.push(Difference::found(bill.period, mismatch.kind, subject, sides, detail));
    }
    for (line_id, uid, times) in reader.bill_repeats(bill.id)? {
        let uid_text = owners.uid(uid);
        let account = owners.account(uid).map_or_else(|| uid_text.to_owned(), |a| a.code.to_string());
        let subject = Subject { uid: uid_text, account: &account, provider_order: &line_id };
        let sides = Sides { currency: bill.currency, recorded: Exact::ZERO, billed: Exact::ZERO };
        let detail = format!("came {} times with the same content; counted once", times + 1);
        found.push(Difference::found(bill.period, DifferenceKind::DuplicateLine, subject, sides, detail));
    }
    sort_for_people(&mut found);
    Ok(found)
}

/// What to know of an order number that does not agree.
fn order_detail(reader: Reader<'_>, bill: &BillVersion, mismatch: &Mismatch) -> Result<String> {
    Ok(match mismatch.kind {
        DifferenceKind::UnrecordedOrder => match reader.order_by_provider_order(&mismatch.provider_order)? {
            None => "billed, not recorded".to_owned(),
            Some(order) if order.date > bill.period.last_day() => format!("recorded as {}, dated {}", order.id, order.date),
            Some(order) => format!("recorded as {}, for another account or covered by an earlier bill", order.id),
        },
        DifferenceKind::MissingInBill => match reader.order_by_provider_order(&mismatch.provider_order)? {
            Some(order) => format!("{} of {}, not billed", order.id, order.date),
            None => "recorded, not billed".to_owned(),
        },
        _ => format!("billed in {}", crate::domain::plural(mismatch.lines, "line", "lines")),
    })
}

fn unknown_detail(owners: &Owners, uid: SeenUidId, mismatch: &Mismatch) -> String {
    let lines = crate::domain::plural(mismatch.lines, "line", "lines");
    match owners.account(uid) {
        None => format!("{lines} of an account that the book does not have"),
        Some(account) if owners.counted(uid).is_none() => {
            format!("{lines} of {}, whose group's money is counted in another currency than the bill", account.code)
        }
        Some(account) if account.is_charged_on(chrono::NaiveDate::MAX) => {
            format!("{lines} of {} before {}, from when its charges are ours", account.code, account.since)
        }
        Some(account) => format!("{lines} of {}, which is {} and not active yet", account.code, account.state),
    }
}

/// Keeps what a run found: new ones are added, known ones keep what became of them unless they came back, and what is not
/// found any more resolves itself.
fn keep(operation: &mut Operation<'_>, period: Month, found: Vec<Difference>) -> Result<Vec<Difference>> {
    let known = operation.reader().differences(Some(period))?;
    let mut known: HashMap<String, Difference> = known.into_iter().map(|d| (d.id.clone(), d)).collect();
    for now in &found {
        let before = known.remove(&now.id);
        operation.writer().save_difference(before.as_ref(), now)?;
    }
    let mut gone: Vec<Difference> = known.into_values().filter(Difference::is_current).collect();
    gone.sort_by(|a, b| a.id.cmp(&b.id));
    for before in gone {
        operation.writer().save_difference(Some(&before), &before.gone())?;
    }
    Ok(found)
}

/// Settles the differences of a month that has no bill any more.
pub(super) fn forget(operation: &mut Operation<'_>, period: Month) -> Result<()> {
    if operation.reader().bill(period)?.is_none() {
        keep(operation, period, vec![])?;
    }
    Ok(())
}

/// Shows what the last run of a month found.
pub fn show(reader: Reader<'_>, period: Month) -> Result<Reconciled> {
    let bill = reader.bill(period)?.ok_or(Refusal::NoBill { period })?;
    // What was found on another version, or before files were added, is not what this bill comes to.
    let last = reader.reconciliation(period)?.filter(|last| last.version == bill.id && last.content == bill.content);
    let last = last.ok_or(Refusal::NotReconciled { period })?;
    let mut differences = list(reader, Some(period), Shown::Current)?;
    sort_for_people(&mut differences);
    Ok(Reconciled {
        period,
        version: bill.version,
        currency: bill.currency,
        bridge: last.bridge,
        matched: last.matched,
        usage_lines: last.usage_lines,
        differences,
    })
}

/// Which differences to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// What the last run found.
    Current,
    /// Also what has resolved itself.
    All,
}

/// Lists differences, the largest first.
pub fn list(reader: Reader<'_>, period: Option<Month>, shown: Shown) -> Result<Vec<Difference>> {
    let mut differences = reader.differences(period)?;
    differences.retain(|d| match shown {
        Shown::Current => d.is_current(),
        Shown::All => true,
    });
    sort_for_people(&mut differences);
    Ok(differences)
}
