//! Differences: listed, looked after, decided. A decision posts what it means, is undone only by another one, and ends with a
//! new run of its month, so that what it has settled is seen to be settled.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{AccountInGroup, find_account};
use super::order::{RefundOrder, Then};
use super::pricing::Prices as _;
use super::reconcile::tax_of;
use super::{Operation, Result, UseCase, order, reconcile, write_off};
use crate::domain::acceptance::{Clearing, ClearingRule};
use crate::domain::account::Model;
use crate::domain::bill::{LineKind, OrderNumber, charged_on};
use crate::domain::difference::{
    BorneBy, Decision, Difference, DifferenceKind, DifferenceState, Reason, Resolution, sort_for_people,
};
use crate::domain::id::{AccountId, ChargeId, EntryId, OrderId};
use crate::domain::matching::LineOwner;
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::order::{Charge, DecisionCharge, OrderKind, OrderRequest, Placement};
use crate::domain::period::{Month, OpenDate, PeriodState};
use crate::domain::refusal::{Noun, Refusal, WhyNot};
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::domain::usage::Original;
use crate::store::{BillVersion, LineFilter, Reader};

/// Which differences to list.
#[derive(Clone, Debug, Default)]
pub struct DifferenceFilter {
    /// Of one month.
    pub period: Option<Month>,
    /// Of one account, by code or UID as the difference names it.
    pub account: Option<String>,
    /// Of one kind.
    pub kind: Option<DifferenceKind>,
    /// Looked after by somebody.
    pub owner: Option<String>,
    /// Also those that have gone.
    pub all: bool,
}

/// Lists differences, the largest first.
pub fn list(reader: Reader<'_>, filter: &DifferenceFilter) -> Result<Vec<Difference>> {
    let mut differences = reader.differences(filter.period)?;
    // Whoever mistypes an account is told, and not that nothing of it is open. Strangers go by their UID.
    let named = match &filter.account {
        Some(name) => match find_account(reader, name) {
            Ok(account) => Some(account.code.to_string()),
            Err(_) if differences.iter().any(|d| d.account == *name) => Some(name.clone()),
            Err(unknown) => return Err(unknown),
        },
        None => None,
    };
    if let Some(owner) = &filter.owner
        && !differences.iter().any(|d| d.owner.as_ref() == Some(owner))
    {
        let mut owners: Vec<String> = differences.iter().filter_map(|d| d.owner.clone()).collect();
        owners.sort();
        owners.dedup();
        return Err(Refusal::Unknown { noun: Noun::Owner, name: owner.clone(), near: owners }.into());
    }
    differences.retain(|d| {
        (filter.all || d.is_current() || !d.disputed.is_zero())
            && named.as_ref().is_none_or(|account| d.account == *account)
            && filter.kind.is_none_or(|kind| d.kind == kind)
            && filter.owner.as_ref().is_none_or(|owner| d.owner.as_ref() == Some(owner))
    });
    sort_for_people(&mut differences);
    Ok(differences)
}

/// The difference of an id, or of enough of its beginning.
pub fn find(reader: Reader<'_>, id: &str) -> Result<Difference> {
    let id = id.trim().to_lowercase();
    if let Some(difference) = reader.difference(&id)? {
        return Ok(difference);
    }
    let mut alike: Vec<Difference> = reader.differences(None)?.into_iter().filter(|d| d.id.starts_with(&id)).collect();
    match (alike.pop(), alike.is_empty()) {
        (Some(only), true) if id.len() >= 4 => Ok(only),
        (Some(one), false) if id.len() >= 4 => {
            let near = alike.iter().chain([&one]).take(5).map(|d| d.id.clone()).collect();
            Err(Refusal::Unknown { noun: Noun::Difference, name: id, near }.into())
        }
        _ => Err(Refusal::Unknown { noun: Noun::Difference, name: id, near: vec![] }.into()),
    }
}

/// What was made of differences.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DifferencesSaid {
    /// Each as it is now.
    pub differences: Vec<Difference>,
    /// Orders that were recorded, by the difference that they are from.
    pub orders: Vec<OrderId>,
}

/// Looks after differences.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// Which, as they were typed.
    pub ids: Vec<String>,
    /// Who does; the operator when `None` and nobody does yet.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<NaiveDate>,
    /// What is noted.
    pub note: Option<String>,
    /// Until when to leave them alone.
    pub until: Option<NaiveDate>,
}

impl UseCase for Acknowledge {
    const COMMAND: &'static str = "difference acknowledge";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = DifferencesSaid;

    fn run(self, operation: &mut Operation<'_>) -> Result<DifferencesSaid> {
        acknowledge(operation, &self)
    }
}

/// Leaves differences alone until a day.
#[derive(Clone, Debug)]
pub struct Snooze(pub Acknowledge);

impl UseCase for Snooze {
    const COMMAND: &'static str = "difference snooze";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = DifferencesSaid;

    fn run(self, operation: &mut Operation<'_>) -> Result<DifferencesSaid> {
        acknowledge(operation, &self.0)
    }
}

fn acknowledge(operation: &mut Operation<'_>, asked: &Acknowledge) -> Result<DifferencesSaid> {
    let today = operation.today();
    for day in asked.due.iter().chain(&asked.until) {
        if *day < today {
            return Err(Refusal::DayPassed { day: *day, today }.into());
        }
    }
    let mut said = DifferencesSaid { differences: vec![], orders: vec![] };
    for id in &asked.ids {
        let before = find(operation.reader(), id)?;
        if before.state == DifferenceState::Resolved {
            return Err(resolved(&before).into());
        }
        let owner = asked.owner.clone().or_else(|| before.owner.clone()).unwrap_or_else(|| operation.operator_name().to_owned());
        let now = Difference {
            state: if asked.until.is_some() { DifferenceState::Snoozed } else { DifferenceState::Acknowledged },
            until: asked.until,
            owner: Some(owner),
            due: asked.due.or(before.due),
            note: asked.note.clone().or_else(|| before.note.clone()),
            ..before.clone()
        };
        save(operation, &before, &now)?;
        said.differences.push(now);
    }
    Ok(said)
}

pub(super) fn save(operation: &mut Operation<'_>, before: &Difference, now: &Difference) -> Result<()> {
    if before != now {
        operation.writer().save_difference(Some(before), now)?;
    }
    Ok(())
}

pub(super) fn resolved(difference: &Difference) -> Refusal {
    let resolution = difference.resolution.unwrap_or(Resolution::Auto);
    Refusal::DifferenceResolved { id: difference.id.clone(), resolution }
}

/// How a person resolves a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveAs {
    /// Records what was billed: an order, or a refund of one.
    Recorded {
        /// The order that negative lines give back of, as it was typed.
        refunds: Option<String>,
    },
    /// The bill is right.
    Accepted {
        /// Who bears it.
        borne_by: BorneBy,
    },
    /// The provider never billed it and will not.
    Cancelled,
    /// A loss.
    WrittenOff,
    /// Asked back from the provider.
    Disputed,
    /// The charge belongs to the account that was billed.
    Moved,
}

/// Decides on differences.
#[derive(Clone, Debug)]
pub struct Resolve {
    /// Which, as they were typed.
    pub ids: Vec<String>,
    /// How.
    pub how: ResolveAs,
    /// Why.
    pub note: Option<String>,
}

impl UseCase for Resolve {
    const COMMAND: &'static str = "difference resolve";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = DifferencesSaid;

    fn run(self, operation: &mut Operation<'_>) -> Result<DifferencesSaid> {
        let mut said = DifferencesSaid { differences: vec![], orders: vec![] };
        let mut ids = Vec::new();
        for id in &self.ids {
            let before = find(operation.reader(), id)?;
            let is_given_up = before.resolution == Some(Resolution::Disputed) && !before.disputed.is_zero();
            if before.state == DifferenceState::Resolved && !is_given_up {
                return Err(resolved(&before).into());
            }
            let decided = Decider::new(operation, &before, self.note.clone())?.decide(&self.how, &mut said.orders)?;
            save(operation, &before, &decided)?;
            ids.push((before.id, before.period));
        }
        rerun(operation, ids.iter().map(|(_, period)| *period))?;
        for (id, _) in ids {
            said.differences.extend(operation.reader().difference(&id)?);
        }
        Ok(said)
    }
}

/// Runs open months again, each once.
pub(super) fn rerun(operation: &mut Operation<'_>, periods: impl Iterator<Item = Month>) -> Result<()> {
    let mut periods: Vec<Month> = periods.collect();
    periods.sort_unstable();
    periods.dedup();
    for period in periods {
        if operation.closed_through().state(period) != PeriodState::Closed && operation.reader().bill(period)?.is_some() {
            operation.writer().flush_balances()?;
            reconcile::run(operation, period)?;
        }
    }
    Ok(())
}

/// Opens differences again that a person has said something about.
#[derive(Clone, Debug)]
pub struct Reopen {
    /// Which, as they were typed.
    pub ids: Vec<String>,
    /// Why.
    pub note: Option<String>,
}

impl UseCase for Reopen {
    const COMMAND: &'static str = "difference reopen";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = DifferencesSaid;

    fn run(self, operation: &mut Operation<'_>) -> Result<DifferencesSaid> {
        let mut said = DifferencesSaid { differences: vec![], orders: vec![] };
        for id in &self.ids {
            let before = find(operation.reader(), id)?;
            let stands = before.resolution.is_none_or(|r| r.stands_while_found() && r != Resolution::Merged);
            if !stands {
                return Err(
                    Refusal::NotReopened { id: before.id, resolution: before.resolution.unwrap_or(Resolution::Auto) }.into()
                );
            }
            if before.state == DifferenceState::Resolved && operation.closed_through().state(before.period) == PeriodState::Closed {
                let first_open = operation.closed_through().0.map_or(before.period, Month::next);
                return Err(Refusal::PeriodClosed { period: before.period, first_open }.into());
            }
            if before.state == DifferenceState::Open {
                said.differences.push(before);
                continue;
            }
            undo(operation, &before)?;
            let note = self.note.clone().or_else(|| before.note.clone());
            let now = Difference { note, ..before.clone().open_again(operation.today()) };
            save(operation, &before, &now)?;
            said.differences.push(now);
        }
        Ok(said)
    }
}

/// Takes back what the decision on a difference has posted: by an entry of its own, and a charge of the other sign.
pub(super) fn undo(operation: &mut Operation<'_>, difference: &Difference) -> Result<()> {
    let Some(decision) = &difference.decision else { return Ok(()) };
    let date = decision_date(operation, difference.period)?;
    if let Some(charge) = decision.charge {
        let charge = operation.reader().charge(charge)?;
        let account = operation.reader().account(charge.account)?;
        let of = operation.account_on(account.code.as_str(), date.date())?;
        accept(operation, &of, difference, (charge.payable.negated()?, charge.cost.negated()?), date, charge.entry)?;
    } else if decision.entry.is_some() {
        let back = rules::written_off(date, difference.currency, decision.accrued.negated()?);
        operation.post(back.map(|entry| entry.map(|entry| entry.reversing(decision.entry))))?;
    }
    Ok(())
}

/// The day of what a decision posts: the month's last one, today while the month runs, and today once it is closed.
fn decision_date(operation: &Operation<'_>, period: Month) -> Result<OpenDate> {
    let closed = operation.closed_through();
    let today = operation.today();
    let day = if closed.state(period) == PeriodState::Closed { today } else { today.min(period.last_day()) };
    Ok(closed.open(day)?)
}

/// Posts what is accepted of a difference, and charges it; or takes that back, naming the entry that it reverses.
fn accept(
    operation: &mut Operation<'_>,
    of: &AccountInGroup,
    difference: &Difference,
    (payable, cost): (Amount, Amount),
    date: OpenDate,
    reverses: Option<EntryId>,
) -> Result<(ChargeId, Option<EntryId>)> {
    let posted = rules::difference_accepted(date, &of.party(date), payable, cost);
    let entry = operation.post(posted.map(|entry| entry.map(|entry| entry.reversing(reverses))))?;
    let product = if difference.product.is_empty() { "difference" } else { &difference.product };
    let (charge_month, corrects) = match difference.reason {
        Reason::Settled { order, .. } => {
            let original = operation.reader().charge_of(order)?;
            (original.charge_month, Some(original.id))
        }
        _ => (difference.period, None),
    };
    let charge = Charge::from(DecisionCharge {
        id: operation.writer().next_charge()?,
        account: of.account.id,
        product: product.to_owned(),
        difference: difference.id.clone(),
        charge_month,
        corrects,
        date: date.date(),
        payable,
        cost,
        entry,
    });
    operation.writer().insert_charge(&charge)?;
    Ok((charge.id, entry))
}

/// One difference that is being decided on.
struct Decider<'o, 'c, 'd> {
    operation: &'o mut Operation<'c>,
    before: &'d Difference,
    note: Option<String>,
    date: OpenDate,
    /// Whether its month is closed: what it comes to stands in `accrued` or `disputed` then.
    is_closed: bool,
    /// Billed less recorded, in minor units.
    amount: Amount,
}

/// What a decision has posted.
#[derive(Default)]
struct Posted {
    charge: Option<ChargeId>,
    entry: Option<EntryId>,
    accrued: Amount,
}

impl<'o, 'c, 'd> Decider<'o, 'c, 'd> {
    fn new(operation: &'o mut Operation<'c>, before: &'d Difference, note: Option<String>) -> Result<Self> {
        let date = decision_date(operation, before.period)?;
        let is_closed = operation.closed_through().state(before.period) == PeriodState::Closed;
        let amount = before.difference()?.round(before.currency)?;
        Ok(Self { operation, before, note, date, is_closed, amount })
    }

    fn decide(mut self, how: &ResolveAs, orders: &mut Vec<OrderId>) -> Result<Difference> {
        let (resolution, borne_by, posted) = match how {
            ResolveAs::Recorded { refunds } => (Resolution::Recorded, None, self.recorded(refunds.as_deref(), orders)?),
            ResolveAs::Accepted { borne_by } => (Resolution::Accepted, Some(*borne_by), self.accepted(*borne_by)?),
            ResolveAs::Cancelled => (Resolution::Cancelled, None, self.cancelled(orders)?),
            ResolveAs::WrittenOff => (Resolution::WrittenOff, None, self.written_off()?),
            ResolveAs::Disputed => (Resolution::Disputed, None, self.disputed()?),
            ResolveAs::Moved => (Resolution::Moved, None, self.moved(orders)?),
        };
        let before = self.before;
        let decision = Decision {
            resolution,
            borne_by,
            note: self.note.clone(),
            operator: self.operation.operator_name().to_owned(),
            day: self.operation.today(),
            recorded: before.recorded,
            billed: before.billed,
            charge: posted.charge,
            entry: posted.entry,
            accrued: posted.accrued,
        };
        Ok(Difference {
            state: DifferenceState::Resolved,
            resolution: Some(resolution),
            decision: Some(decision),
            until: None,
            // What is disputed stays disputed; every other decision has taken it out of there.
            disputed: if resolution == Resolution::Disputed { before.disputed } else { Amount::ZERO },
            ..before.clone()
        })
    }

    fn refuse(&self, how: Resolution, why: WhyNot) -> Refusal {
        Refusal::ResolutionUnfit { id: self.before.id.clone(), kind: self.before.kind, how, why }
    }

    fn require_note(&self, how: Resolution) -> Result<()> {
        match &self.note {
            Some(_) => Ok(()),
            None => Err(Refusal::NoteMissing { how }.into()),
        }
    }

    fn is_billed(&self) -> bool {
        !self.before.billed.is_zero() || !matches!(self.before.reason, Reason::NotBilled { .. } | Reason::MonthEnd { .. })
    }

    fn account(&mut self, how: Resolution) -> Result<std::rc::Rc<AccountInGroup>> {
        if matches!(self.before.kind, DifferenceKind::UnknownAccount | DifferenceKind::Currency) {
            return Err(self.refuse(how, WhyNot::NoAccount).into());
        }
        self.operation.account_on(&self.before.account, self.before.period.last_day())
    }

    /// The bill is right: cost becomes what was billed, and the customer is charged for it or not.
    fn accepted(&mut self, borne_by: BorneBy) -> Result<Posted> {
        let how = Resolution::Accepted;
        self.require_note(how)?;
        let of = self.account(how)?;
        let is_missing =
            matches!(self.before.reason, Reason::NotBilled { .. } | Reason::MonthEnd { .. } | Reason::RecordedTwice { .. });
        let refund = if is_missing { self.missing_refund()? } else { None };
        let is_right = refund.is_some() || !is_missing && self.is_billed();
        if !is_right || self.before.kind == DifferenceKind::WrongAccount {
            return Err(self.refuse(how, WhyNot::NotBilled).into());
        }
        let amount = if self.is_closed { self.before.disputed } else { self.amount };
        if self.is_closed && amount.is_zero() {
            return Err(self.refuse(how, WhyNot::MonthClosed).into());
        }
        if of.account.model == Model::Agency && borne_by == BorneBy::Agent {
            return self.loss(amount);
        }
        let payable = match (borne_by, refund) {
            (BorneBy::Agent, _) => Amount::ZERO,
            (BorneBy::Customer, None) => amount,
            // The provider gives nothing back, and the customer not either: what it got back is taken back.
            (BorneBy::Customer, Some(refund)) => refund.payable.negated()?,
        };
        let (charge, entry) = accept(self.operation, &of, self.before, (payable, amount), self.date, None)?;
        if self.is_closed {
            self.take_from_dispute(charge, amount)?;
            return Ok(Posted { charge: Some(charge), entry, accrued: Amount::ZERO });
        }
        Ok(Posted { charge: Some(charge), entry: None, accrued: amount })
    }

    /// The refund that the provider has not given.
    fn missing_refund(&self) -> Result<Option<Charge>> {
        let Some(order) = self.own_order() else { return Ok(None) };
        let row = self.operation.reader().order_row(order)?;
        Ok(Some(row.charge).filter(|_| row.order.kind == OrderKind::Refund))
    }

    /// A charge of what was disputed is billed already: it is settled from `disputed`.
    fn take_from_dispute(&mut self, charge: ChargeId, amount: Amount) -> Result<()> {
        let currency = self.before.currency;
        self.operation.post(rules::dispute_charged(self.date, currency, amount))?;
        let bill = self.bill()?;
        let billed = Exact::from_amount(amount, currency);
        let clearing = Clearing { charge, rule: ClearingRule::Decided, cleared: amount, settles: true, billed };
        self.operation.writer().insert_clearing(&bill, &clearing)?;
        Ok(())
    }

    fn bill(&self) -> Result<BillVersion> {
        let period = self.before.period;
        Ok(self.operation.reader().bill(period)?.ok_or(Refusal::NoBill { period })?)
    }

    /// A loss that the agent bears, within the month's limit.
    fn written_off(&mut self) -> Result<Posted> {
        let how = Resolution::WrittenOff;
        self.require_note(how)?;
        let amount = if self.is_closed { self.before.disputed } else { self.amount };
        if self.is_closed && amount.is_zero() {
            return Err(self.refuse(how, WhyNot::MonthClosed).into());
        }
        if !amount.is_positive() {
            return Err(self.refuse(how, WhyNot::NoLoss).into());
        }
        let money = Money::new(amount, self.before.currency);
        write_off::require_within_limit(self.operation, Month::of(self.date.date()), money, Some(&self.before.id))?;
        self.loss(amount)
    }

    fn loss(&mut self, amount: Amount) -> Result<Posted> {
        let currency = self.before.currency;
        if self.is_closed {
            let entry = self.operation.post(rules::dispute_given_up(self.date, currency, amount))?;
            return Ok(Posted { entry, ..Posted::default() });
        }
        let entry = self.operation.post(rules::written_off(self.date, currency, amount))?;
        Ok(Posted { entry, accrued: amount, charge: None })
    }

    /// Asked back from the provider: what the bill has too much goes into `disputed` at the close, until it comes back.
    fn disputed(&mut self) -> Result<Posted> {
        let how = Resolution::Disputed;
        self.require_note(how)?;
        if self.is_closed && self.before.disputed.is_zero() {
            return Err(self.refuse(how, WhyNot::MonthClosed).into());
        }
        let is_asked_for = self.is_billed() && self.amount.is_positive();
        if !is_asked_for && self.before.kind != DifferenceKind::WrongAccount {
            return Err(self.refuse(how, WhyNot::NothingTooMuch).into());
        }
        Ok(Posted::default())
    }

    /// The order that a difference is about: recorded, and not billed as recorded.
    fn own_order(&self) -> Option<OrderId> {
        match &self.before.reason {
            Reason::NotBilled { order, .. }
            | Reason::MonthEnd { order, .. }
            | Reason::RecordedTwice { order, .. }
            | Reason::BilledTo { order, .. } => Some(*order),
            _ => None,
        }
    }

    /// The provider never billed it and will not: the order is refunded, wholly, by a refund that will not be billed either.
    fn cancelled(&mut self, orders: &mut Vec<OrderId>) -> Result<Posted> {
        let how = Resolution::Cancelled;
        let is_missing = self.before.kind != DifferenceKind::WrongAccount;
        let Some(order) = self.own_order().filter(|_| is_missing) else { return Err(self.refuse(how, WhyNot::Billed).into()) };
        if self.missing_refund()?.is_some() {
            return Err(self.refuse(how, WhyNot::IsRefund).into());
        }
        // A later bill may have had it.
        let charge = self.operation.reader().charge_of(order)?.id;
        if self.operation.reader().settled_by(charge)?.is_some() {
            return Err(self.refuse(how, WhyNot::Billed).into());
        }
        self.take_back(order, "cancelled", orders)?;
        Ok(Posted::default())
    }

    fn take_back(&mut self, order: OrderId, suffix: &str, orders: &mut Vec<OrderId>) -> Result<()> {
        let provider_order = format!("{}/{suffix}", self.before.provider_order);
        let date = Some(self.date.date());
        let refund =
            RefundOrder { order: order.to_string(), amount: None, provider_order, unused_from: None, provider_amount: None, date };
        orders.push(refund.run(self.operation)?.order.id);
        Ok(())
    }

    /// The charge goes to the account that was billed: taken back from the one, recorded for the other at its own price.
    fn moved(&mut self, orders: &mut Vec<OrderId>) -> Result<Posted> {
        let how = Resolution::Moved;
        let Reason::BilledTo { order: id, account } = &self.before.reason else {
            return Err(self.refuse(how, WhyNot::NotElsewhere).into());
        };
        if self.is_closed {
            return Err(self.refuse(how, WhyNot::MonthClosed).into());
        }
        if self.missing_refund()?.is_some() {
            return Err(self.refuse(how, WhyNot::FollowsItsOrder).into());
        }
        let original = self.operation.reader().order_row(*id)?;
        self.take_back(*id, "moved", orders)?;
        let request = OrderRequest {
            account: account.clone(),
            product: original.order.product.clone(),
            kind: original.order.kind,
            list_price: original.charge.list,
            provider_order: self.part_number(&self.before.provider_order)?,
            service_from: original.order.service_from,
            service_to: original.order.service_to,
            date: Some(original.order.date.max(self.first_open_day())),
            placement: Placement::Placed,
            provider_amount: Some(Exact::from_amount(original.charge.cost, original.currency)),
            coupons: vec![],
        };
        orders.push(order::record(self.operation, request)?.order.id);
        Ok(Posted::default())
    }

    fn first_open_day(&self) -> NaiveDate {
        self.operation.closed_through().0.map_or(NaiveDate::MIN, |last| last.next().first_day())
    }

    /// The next number that is free of the parts of a number: `2601/1`.
    fn part_number(&self, number: &str) -> Result<String> {
        for part in 1..1000 {
            let candidate = format!("{number}/{part}");
            if self.operation.reader().order_by_provider_order(&candidate)?.is_none() {
                return Ok(candidate);
            }
        }
        Err(Refusal::AmountOverflow.into())
    }

    /// Records what was billed, at the account's price: an order, or a refund of one.
    fn recorded(&mut self, refunds: Option<&str>, orders: &mut Vec<OrderId>) -> Result<Posted> {
        let how = Resolution::Recorded;
        let of = self.account(how)?;
        let is_unrecorded = self.before.recorded.is_zero() && !self.before.provider_order.is_empty() && self.is_billed();
        if !is_unrecorded || matches!(self.before.reason, Reason::DatedLater { .. } | Reason::Repeated { .. }) {
            return Err(self.refuse(how, WhyNot::Recorded).into());
        }
        let lines = self.lines(of.account.id)?;
        let settled = match &self.before.reason {
            Reason::Settled { order, .. } => Some(order.to_string()),
            _ => None,
        };
        let day = lines.day.filter(|day| self.before.period.contains(*day) && !self.is_closed).unwrap_or(self.date.date());
        let day = day.min(self.operation.today());
        let billed = self.before.billed.round(of.group.currency)?;
        let charge = if billed.is_negative() {
            let Some(original) = refunds.map(str::to_owned).or(settled) else {
                return Err(self.refuse(how, WhyNot::NoOriginal).into());
            };
            self.refund(&original, billed.negated()?, of.group.currency, day, orders)?
        } else {
            let provider_order = self.own_number(settled.is_some())?;
            let then = self.then(&lines)?;
            let may_be_by_terms = of.account.model == Model::Resale && !self.is_closed && then.is_none();
            let by_terms = may_be_by_terms && self.operation.purchase_agreement(of.group.currency, day)?.is_some();
            let request = OrderRequest {
                account: self.before.account.clone(),
                product: lines.product,
                kind: if settled.is_some() { OrderKind::Upgrade } else { OrderKind::New },
                list_price: Exact::from_amount(lines.list.round(of.group.currency)?, of.group.currency),
                provider_order,
                service_from: None,
                service_to: None,
                date: Some(day),
                placement: Placement::Placed,
                provider_amount: (!by_terms).then(|| Exact::from_amount(billed, of.group.currency)),
                coupons: vec![],
            };
            let recorded = match then {
                Some(then) => order::record_late(self.operation, request, then)?,
                None => order::record(self.operation, request)?,
            };
            orders.push(recorded.order.id);
            recorded.charge.id
        };
        if self.is_closed && !self.before.disputed.is_zero() {
            self.take_from_dispute(charge, self.before.disputed)?;
        }
        Ok(Posted::default())
    }

    /// When lines of a closed month were incurred, and what they correct; `None` of what is charged in its own month.
    fn then(&self, lines: &BilledLines) -> Result<Option<Then>> {
        if let Reason::Settled { order, .. } = self.before.reason {
            let row = self.operation.reader().order_row(order)?;
            let (charge_month, day) = (row.charge.charge_month, row.charge.date);
            let original = Some(Original { charge: row.charge, trued_up: row.trued_up });
            return Ok(Some(Then { charge_month, day, original }));
        }
        let closed = self.operation.closed_through();
        let late = lines.month.filter(|month| *month < self.before.period && closed.state(*month) == PeriodState::Closed);
        Ok(late.map(|charge_month| Then { charge_month, day: charged_on(charge_month, lines.day), original: None }))
    }

    /// The number under which what was billed is recorded: its own, unless the book has that already.
    fn own_number(&self, is_taken: bool) -> Result<String> {
        let number = &self.before.provider_order;
        if is_taken { self.part_number(number) } else { Ok(number.clone()) }
    }

    /// A refund of what the provider gives back, at the price that was paid: the same share of it.
    fn refund(
        &mut self,
        original: &str,
        provider_gives: Amount,
        currency: Currency,
        day: NaiveDate,
        orders: &mut Vec<OrderId>,
    ) -> Result<ChargeId> {
        let found = order::find(self.operation.reader(), original)?;
        if self.operation.reader().account(found.account)?.code.as_str() != self.before.account {
            return Err(self.refuse(Resolution::Recorded, WhyNot::OfOtherAccount).into());
        }
        let paid = self.operation.reader().charge_of(found.id)?;
        let is_whole = provider_gives >= paid.cost || !paid.cost.is_positive();
        let amount = if is_whole {
            None
        } else {
            let share = crate::domain::order::share(paid.payable, provider_gives, paid.cost)?;
            Some(Exact::from_amount(share, currency))
        };
        let provider_order = self.own_number(found.provider_order == self.before.provider_order)?;
        let refund = RefundOrder {
            order: found.id.to_string(),
            amount,
            provider_order,
            unused_from: None,
            provider_amount: Some(Exact::from_amount(provider_gives, currency)),
            date: Some(day.max(found.date)),
        };
        let recorded = refund.run(self.operation)?;
        orders.push(recorded.order.id);
        Ok(recorded.charge.id)
    }

    /// What the bill's lines of the number say together.
    fn lines(&mut self, account: AccountId) -> Result<BilledLines> {
        let (period, number) = (self.before.period, self.before.provider_order.clone());
        let reader = self.operation.reader();
        let bill = self.bill()?;
        let owners = super::usage::Owners::load(reader, bill.currency)?;
        let products = reader.product_codes()?;
        let tax = tax_of(reader, &bill)?;
        let mut found = BilledLines::default();
        let filter = LineFilter { order_no: Some(number), ..LineFilter::default() };
        reader.each_line_of(&bill, &filter, |_, line| {
            let is_order = line.order_no != OrderNumber::Absent && !matches!(line.kind, LineKind::Commission | LineKind::Rounding);
            if owners.line_owner(line) == LineOwner::Known(account) && is_order {
                found.list = found.list.plus(tax.gross(line.list.minus(line.covered)?)?)?;
                found.product = products.get(&line.product).cloned().unwrap_or_default();
                found.day = found.day.max(line.day);
                found.month = Some(found.month.map_or(line.month, |month| month.min(line.month)));
                found.lines += 1;
            }
            Ok(())
        })?;
        if found.list.is_zero() && !self.before.billed.is_zero() {
            let number = self.before.provider_order.clone();
            return Err(Refusal::NoListPrice { provider_order: number, period }.into());
        }
        Ok(found)
    }
}

#[derive(Default)]
struct BilledLines {
    list: Exact,
    product: String,
    day: Option<NaiveDate>,
    /// The first charge month.
    month: Option<Month>,
    lines: u64,
}
