//! Reconciliation: the book's orders against the provider's bill.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::difference::undo;
use super::dispute;
use super::usage::Owners;
use super::usage_check::{self, UsageCheck};
use super::{Operation, Result, UseCase};
use crate::domain::bill::{Tax, charged_on};
use crate::domain::bridge::Bridge;
use crate::domain::difference::{
    Difference, DifferenceKind, Finding, Flood, Known, Met, Reason, Sides, Subject, floods, order_for_people, sort_for_people,
};
use crate::domain::id::{AccountId, ChargeId, SeenUidId};
use crate::domain::matching::{
    BilledLine, Cause, Facts, LineDetail, LineOwner, Matched, MatchedOn, Matcher, Mismatch, PairPlace, Residue, Terms,
};
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::order::Order;
use crate::domain::period::{ClosedThrough, Month, PeriodState};
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::domain::usage_check::UsageWarning;
use crate::store::{BillVersion, ManualMatchRow, Reader, Reconciliation, StoredLine};

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
    /// How many of them wait for somebody.
    pub open: u64,
    /// Orders that earlier months have carried and that this bill has not either: how many, and what is expected of them.
    #[serde(default)]
    pub still_carried: (u64, Exact),
    /// What of the usage deserves a look.
    pub warnings: Vec<UsageWarning>,
    /// Kinds of which a great many are new.
    pub floods: Vec<Flood>,
}

impl Reconciled {
    /// What is worth saying.
    pub fn notices(&self) -> Vec<Notice> {
        self.floods.iter().map(|flood| Notice::Flood { kind: flood.kind, count: flood.count }).collect()
    }
}

impl UseCase for Reconcile {
    const COMMAND: &'static str = "reconcile run";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = Reconciled;

    fn run(self, operation: &mut Operation<'_>) -> Result<Reconciled> {
        if operation.closed_through().state(self.period) == PeriodState::Closed {
            // What a closed month was closed with is never matched again.
            let today = operation.today();
            return show(operation.reader(), self.period, today);
        }
        Ok(run(operation, self.period)?.reconciled)
    }
}

/// A run, with what only the close asks for.
pub(super) struct Run {
    pub(super) reconciled: Reconciled,
    pub(super) matched: Matched,
    /// Where the difference of each mismatch stands among those of the outcome.
    places: Vec<usize>,
}

impl Run {
    /// The differences of the mismatches, in their order.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Difference> {
        self.places.iter().map(|place| &self.reconciled.differences[*place])
    }
}

/// Runs the matcher over the latest version of a month's bill, and keeps what it found.
pub(super) fn run(operation: &mut Operation<'_>, period: Month) -> Result<Run> {
    let bill = operation.reader().bill(period)?.ok_or(Refusal::NoBill { period })?;
    let MatchedBill { owners, matched, mut on } = match_bill(operation.reader(), &bill)?;
    let matched = matched.without_items();
    let by_hand = operation.reader().manual_matches(Some(period))?.into_iter().filter(|row| !row.removed).collect::<Vec<_>>();
    for number in matched.dead_by_hand.iter().rev() {
        let dead = &by_hand[*number];
        operation.writer().save_manual_match(Some(dead), &ManualMatchRow { removed: true, ..dead.clone() })?;
        on.facts.manual.remove(*number);
    }
    let found = findings(operation.reader(), &bill, &owners, &matched)?;
    let (rows, new) = keep(operation, period, found)?;
    operation.writer().save_reconciliation(&Reconciliation {
        period,
        version: bill.id,
        content: bill.content.clone(),
        bridge: matched.bridge.clone(),
        matched: matched.match_count(),
        usage_lines: matched.usage_lines,
        still_carried: matched.still_carried,
        matched_on: on,
    })?;
    let most = operation.policy()?.flood;
    let order = order_for_people(&rows);
    let mut places = vec![0; rows.len()];
    for (place, row) in order.iter().enumerate() {
        places[*row] = place;
    }
    places.truncate(matched.mismatches.len());
    let mut rows: Vec<Option<Difference>> = rows.into_iter().map(Some).collect();
    let differences: Vec<Difference> = order.into_iter().filter_map(|row| rows[row].take()).collect();
    let today = operation.today();
    let reconciled = Reconciled {
        period,
        version: bill.version,
        currency: bill.currency,
        bridge: matched.bridge.clone(),
        matched: matched.match_count(),
        usage_lines: matched.usage_lines,
        open: differences.iter().filter(|d| d.is_open(today)).count() as u64,
        still_carried: matched.still_carried,
        warnings: usage_check::warnings(operation.reader(), &bill)?,
        floods: floods(new, most.into()),
        differences,
    };
    Ok(Run { reconciled, matched, places })
}

/// A bill, matched.
pub(super) struct MatchedBill {
    pub(super) owners: Owners,
    pub(super) matched: Matched,
    pub(super) on: MatchedOn,
}

/// What a closed month was closed on; `None` of an open one.
pub(super) fn closed_on(reader: Reader<'_>, bill: &BillVersion) -> Result<Option<MatchedOn>> {
    let is_closed = reader.closed_through()?.state(bill.period) == PeriodState::Closed;
    let last = if is_closed { reader.reconciliation(bill.period)? } else { None };
    Ok(last.map(|last| last.matched_on))
}

/// Where the tax on a bill's amounts is: by today's policy, until its month is closed.
pub(super) fn tax_of(reader: Reader<'_>, bill: &BillVersion) -> Result<Tax> {
    match closed_on(reader, bill)? {
        Some(on) => Ok(on.tax),
        None => Ok(Tax::of(bill.tax, &bill.layout, reader.policy()?.tax_rate)),
    }
}

/// Matches a bill with the orders of its month; reads only. Of a closed month it finds what it was closed on.
pub(super) fn match_bill(reader: Reader<'_>, bill: &BillVersion) -> Result<MatchedBill> {
    let owners = Owners::load(reader, bill.currency)?;
    let closed = reader.closed_through()?;
    let closed_on = closed_on(reader, bill)?;
    let (tolerance, tax) = match &closed_on {
        Some(on) => (on.tolerance, on.tax),
        None => (reader.policy()?.tolerance(), tax_of(reader, bill)?),
    };
    let mut matcher = Matcher::new(Terms { period: bill.period, currency: bill.currency, tolerance, tax });
    reader.each_order_to_match(bill.currency, bill.period, |order| Ok(matcher.order(order)?))?;
    let mut order_lines: Vec<(u32, PairPlace)> = Vec::new();
    reader.each_line_to_match(bill, |row, line| {
        let (owner, is_late) = (owners.line_owner(line), is_late(closed, bill, line));
        let line = BilledLine { owner, order_no: line.order_no, kind: line.kind, is_late, payable: line.payable };
        if let Some(place) = matcher.line(&line)? {
            order_lines.push((u32::try_from(row).map_err(|_| Overflow)?, place));
        }
        Ok(())
    })?;
    for (_, uid, times) in reader.bill_repeats(bill.id)? {
        let owner = owners.counted(uid).map_or(LineOwner::Unknown(uid), |account| LineOwner::Known(account.id));
        matcher.repeated(owner, times)?;
    }
    let mut residue = matcher.sift()?;
    let of_residue = order_lines.iter().filter(|(_, place)| residue.wants_line(*place));
    let wanted_lines: Vec<i64> = of_residue.map(|(row, _)| i64::from(*row)).collect();
    let order_lines = order_lines.len();
    let mut usage = match closed_on {
        Some(_) => UsageCheck::nothing(bill.currency),
        None => UsageCheck::of(reader, bill, &owners)?,
    };
    let facts = |residue: &Residue, usage: UsageCheck| match closed_on {
        Some(on) => Ok(on.facts),
        None => Ok::<Facts, super::Error>(Facts { usage: usage.found(tax)?, ..facts(reader, bill, &owners, residue)? }),
    };
    let doubts_usage = !usage.is_sure();
    if residue.is_empty() && !doubts_usage {
        let on = MatchedOn { tolerance, tax, facts: facts(&residue, usage)? };
        return Ok(MatchedBill { owners, matched: residue.finish(&on.facts)?, on });
    }
    let wanted = residue.wanted_charges();
    reader.each_order_detail(&wanted, residue.order_count(), |order| residue.order(order))?;
    let mut tell = |line: &StoredLine<'_>| {
        let LineOwner::Known(account) = owners.line_owner(line) else { return Ok(()) };
        usage.line(account, line)?;
        Ok(residue.line(&LineDetail {
            account,
            order_no: line.order_no,
            kind: line.kind,
            product: line.product,
            month: line.month,
            day: line.day,
            is_late: is_late(closed, bill, line),
            payable: line.payable,
            coupon: line.coupon,
            cut: line.cut,
        })?)
    };
    // A few lines are looked up one by one; all of them are walked over where usage leaves a doubt, or much is left over.
    if doubts_usage || wanted_lines.len() > order_lines / 8 {
        reader.each_bill_line(bill, |_, line| tell(line))?;
    } else {
        reader.each_line_at(bill, &wanted_lines, tell)?;
    }
    let on = MatchedOn { tolerance, tax, facts: facts(&residue, usage)? };
    Ok(MatchedBill { owners, matched: residue.finish(&on.facts)?, on })
}

/// Whether a line is about an earlier month that is closed: it comes too late to be charged there.
pub(super) fn is_late(closed: ClosedThrough, bill: &BillVersion, line: &StoredLine<'_>) -> bool {
    is_closed_charge(closed, bill, line.month)
}

/// Whether a charge month is an earlier one than the bill's, and closed.
pub(super) fn is_closed_charge(closed: ClosedThrough, bill: &BillVersion, charge_month: Month) -> bool {
    charge_month < bill.period && closed.state(charge_month) == PeriodState::Closed
}

/// What the book knows besides the month's own orders and lines.
fn facts(reader: Reader<'_>, bill: &BillVersion, owners: &Owners, residue: &Residue) -> Result<Facts> {
    let mut elsewhere = Vec::new();
    for (account, order_no) in residue.unrecorded() {
        elsewhere.extend(reader.order_elsewhere(account, order_no, bill.period)?);
    }
    elsewhere.sort_by(|a, b| (a.billed_to, &a.order_no).cmp(&(b.billed_to, &b.order_no)));
    let disputed = dispute::open_before(reader, bill, owners)?;
    let given_back = if disputed.is_empty() { vec![] } else { dispute::given_back(reader, bill, owners)? };
    let manual = reader.manual_matches(Some(bill.period))?;
    let manual = manual.iter().filter(|row| !row.removed).map(ManualMatchRow::to_match).collect();
    Ok(Facts { elsewhere, disputed, given_back, manual, usage: vec![] })
}

/// Codes and UIDs of the accounts.
pub(super) struct Names(HashMap<AccountId, (String, String)>);

impl Names {
    pub(super) fn load(reader: Reader<'_>) -> Result<Self> {
        let accounts = reader.accounts()?.into_iter();
        let name = |account: crate::domain::account::Account| {
            let uid = account.uid.as_ref().map(ToString::to_string).unwrap_or_default();
            (account.id, (account.code.to_string(), uid))
        };
        Ok(Self(accounts.map(name).collect()))
    }

    pub(super) fn code(&self, account: AccountId) -> &str {
        self.0.get(&account).map_or("", |(code, _)| code)
    }

    fn uid(&self, account: AccountId) -> &str {
        self.0.get(&account).map_or("", |(_, uid)| uid)
    }
}

/// What does not agree, first the mismatches in their order, then the lines that came twice.
fn findings(reader: Reader<'_>, bill: &BillVersion, owners: &Owners, matched: &Matched) -> Result<Vec<Finding>> {
    let names = Names::load(reader)?;
    let products = reader.product_codes()?;
    let mut found = Vec::with_capacity(matched.mismatches.len());
    for mismatch in &matched.mismatches {
        let (uid, account) = match mismatch.owner {
            LineOwner::Known(id) => (names.uid(id), names.code(id)),
            LineOwner::OtherCurrency(uid) | LineOwner::Unknown(uid) => (owners.uid(uid), owners.uid(uid)),
        };
        let product = mismatch.product.and_then(|id| products.get(&id)).map_or("", String::as_str);
        let charge_month = mismatch.usage_month();
        let subject = Subject { uid, account, provider_order: &mismatch.provider_order, product, charge_month };
        let sides = Sides { currency: bill.currency, recorded: mismatch.recorded, billed: mismatch.billed };
        let reason = reason(reader, owners, &names, mismatch)?;
        found.push(Finding::new(bill.period, mismatch.kind, subject, sides, reason));
    }
    for (line_id, uid, times) in reader.bill_repeats(bill.id)? {
        let uid_text = owners.uid(uid);
        let account = owners.account(uid).map_or_else(|| uid_text.to_owned(), |a| a.code.to_string());
        let subject = Subject { uid: uid_text, account: &account, provider_order: &line_id, ..Subject::default() };
        let sides = Sides { currency: bill.currency, recorded: Exact::ZERO, billed: Exact::ZERO };
        let reason = Reason::Repeated { times: times + 1 };
        found.push(Finding::new(bill.period, DifferenceKind::DuplicateLine, subject, sides, reason));
    }
    Ok(found)
}

/// The cause of a mismatch, in the words of the book.
fn reason(reader: Reader<'_>, owners: &Owners, names: &Names, mismatch: &Mismatch) -> Result<Reason> {
    let order = |charge: ChargeId| -> Result<Order> {
        let order = reader.order_of_charge(charge)?;
        Ok(order.expect("the matcher takes charges of orders only"))
    };
    let own = || mismatch.orders.first().map(|expected| order(expected.charge)).transpose();
    Ok(match (mismatch.cause, mismatch.owner) {
        (_, LineOwner::Unknown(uid) | LineOwner::OtherCurrency(uid)) => stranger(reader, owners, uid, mismatch.lines)?,
        (Cause::BilledTimes(times), _) => Reason::BilledTimes { times: times.into() },
        (Cause::TwinOf(twin), _) => match own()? {
            Some(own) => Reason::RecordedTwice { order: own.id, twin: order(twin)?.provider_order },
            None => Reason::NotRecorded,
        },
        (Cause::BilledTo(account), _) => match own()? {
            Some(own) => Reason::BilledTo { order: own.id, account: names.code(account).to_owned() },
            None => Reason::NotRecorded,
        },
        (Cause::DatedLater(charge), _) => {
            let order = order(charge)?;
            Reason::DatedLater { order: order.id, date: order.date }
        }
        (Cause::Settled(charge), _) => match reader.settled_by(charge)? {
            Some(period) => Reason::Settled { order: order(charge)?.id, period },
            None => Reason::NotRecorded,
        },
        (Cause::RecordedElsewhere(charge), _) => {
            let order = order(charge)?;
            Reason::RecordedElsewhere { account: names.code(order.account).to_owned(), order: order.id }
        }
        (Cause::CouponTwice(coupon), _) => Reason::CouponTwice { coupon },
        (Cause::TaxBasis, _) => Reason::TaxBasis,
        (Cause::UsagePrice { charge_month, list }, _) => Reason::UsagePrice { charge_month, list, lines: mismatch.lines },
        (Cause::MonthEnd, _) => match own()? {
            Some(own) => Reason::MonthEnd { order: own.id, date: own.date },
            None => Reason::NotRecorded,
        },
        // Of a month in which no amount agrees there are hundreds of thousands: their orders need not be looked at.
        (Cause::Amounts | Cause::Stranger, _) if mismatch.lines > 0 && !mismatch.orders.is_empty() => {
            Reason::Amounts { lines: mismatch.lines }
        }
        (Cause::Amounts | Cause::Stranger, _) => match own()? {
            Some(own) => Reason::NotBilled { order: own.id, date: own.date },
            None if mismatch.billed.is_negative() => Reason::NoOriginal,
            None => Reason::NotRecorded,
        },
    })
}

/// Why the charges of a UID are nobody's of the book.
fn stranger(reader: Reader<'_>, owners: &Owners, uid: SeenUidId, lines: u64) -> Result<Reason> {
    let Some(account) = owners.account(uid) else { return Ok(Reason::Stranger { lines }) };
    let code = account.code.to_string();
    Ok(if owners.counted(uid).is_none() {
        Reason::OtherCurrency { lines, account: code, currency: reader.group(account.group.last())?.currency }
    } else if account.is_charged_on(chrono::NaiveDate::MAX) {
        Reason::NotYetOurs { lines, account: code, since: account.since }
    } else {
        Reason::NotActive { lines, account: code, state: account.state.to_string() }
    })
}

/// Keeps what a run found, and returns it in the same sequence, with the kinds of what is new. What a decision posted is taken back
/// where the difference is open again: it was decided on other facts.
fn keep(operation: &mut Operation<'_>, period: Month, found: Vec<Finding>) -> Result<(Vec<Difference>, Vec<DifferenceKind>)> {
    let mut known = Known::new(operation.reader().differences(Some(period))?);
    let today = operation.today();
    // By id, as the book's file has them: hundreds of thousands are written one after the other, and not all over it.
    let mut by_id: Vec<(usize, Finding)> = found.into_iter().enumerate().collect();
    by_id.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let mut rows: Vec<Option<Difference>> = vec![None; by_id.len()];
    let mut new = Vec::new();
    for (place, finding) in by_id {
        let met = known.meet(finding, today);
        if met.is_changed() {
            save(operation, &met)?;
        }
        if met.is_new() {
            new.push(met.now.kind);
        }
        rows[place] = Some(met.now);
    }
    for met in known.gone() {
        save(operation, &met)?;
    }
    Ok((rows.into_iter().flatten().collect(), new))
}

fn save(operation: &mut Operation<'_>, met: &Met) -> Result<()> {
    if let Some(before) = met.before.as_ref().filter(|before| before.decision.is_some() && met.now.decision.is_none()) {
        undo(operation, before)?;
    }
    Ok(operation.writer().save_difference(met.before.as_ref(), &met.now)?)
}

/// Settles the differences of a month that has no bill any more.
pub(super) fn forget(operation: &mut Operation<'_>, period: Month) -> Result<()> {
    if operation.reader().bill(period)?.is_none() {
        keep(operation, period, vec![])?;
    }
    Ok(())
}

/// Shows what the last run of a month found.
pub fn show(reader: Reader<'_>, period: Month, today: chrono::NaiveDate) -> Result<Reconciled> {
    let bill = reader.bill(period)?.ok_or(Refusal::NoBill { period })?;
    // What was found on another version, or before files were added, is not what this bill comes to.
    let last = reader.reconciliation(period)?.filter(|last| last.version == bill.id && last.content == bill.content);
    let last = last.ok_or(Refusal::NotReconciled { period })?;
    let mut differences = reader.differences(Some(period))?;
    differences.retain(Difference::is_current);
    sort_for_people(&mut differences);
    Ok(Reconciled {
        period,
        version: bill.version,
        currency: bill.currency,
        bridge: last.bridge,
        matched: last.matched,
        usage_lines: last.usage_lines,
        open: differences.iter().filter(|d| d.is_open(today)).count() as u64,
        still_carried: last.still_carried,
        warnings: usage_check::warnings(reader, &bill)?,
        floods: vec![],
        differences,
    })
}

impl Owners {
    /// Whose a line is, as the matcher sees it.
    pub(super) fn line_owner(&self, line: &StoredLine<'_>) -> LineOwner {
        let day = charged_on(line.month, line.day);
        match self.owner(line.seen_uid, day) {
            Some(account) => LineOwner::Known(account.id),
            None if self.account(line.seen_uid).is_some() && self.counted(line.seen_uid).is_none() => {
                LineOwner::OtherCurrency(line.seen_uid)
            }
            None => LineOwner::Unknown(line.seen_uid),
        }
    }
}
