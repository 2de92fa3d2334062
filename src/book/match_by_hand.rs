//! Matches by hand: a person says what belongs together. The matcher takes that before anything else, and a match of which a side
//! has gone is taken back by the next run.

use super::difference::{DifferencesSaid, find, rerun, resolved, save};
use super::usage::Owners;
use super::{Operation, Result, UseCase, order};
use crate::domain::difference::{Decision, Difference, DifferenceState, Reason, Resolution};
use crate::domain::id::{AccountId, OrderId};
use crate::domain::matching::LineOwner;
use crate::domain::money::Amount;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::{Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::{LineFilter, ManualMatchRow};

/// Says what belongs together.
#[derive(Clone, Debug)]
pub struct MatchByHand {
    /// The difference, as it was typed.
    pub id: String,
    /// What belongs to it: order numbers or line ids of the bill, `o-17`, or other differences: of the same month, or a disputed
    /// one of an earlier month, of which the lines give something back.
    pub with: Vec<String>,
    /// Why.
    pub note: Option<String>,
}

impl UseCase for MatchByHand {
    const COMMAND: &'static str = "difference match";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = DifferencesSaid;

    fn run(self, operation: &mut Operation<'_>) -> Result<DifferencesSaid> {
        let before = find(operation.reader(), &self.id)?;
        if before.state == DifferenceState::Resolved {
            return Err(resolved(&before).into());
        }
        require_open(operation, before.period)?;
        let mut sides = Sides::default();
        sides.of_difference(operation, &before)?;
        for text in &self.with {
            sides.named(operation, &before, text)?;
        }
        if !sides.belong_together() {
            return Err(Refusal::OneSided { id: before.id }.into());
        }
        let row = ManualMatchRow {
            id: operation.writer().next_manual_match()?,
            period: before.period,
            difference: before.id.clone(),
            orders: sides.orders,
            billed: sides.billed,
            disputed: sides.disputed,
            removed: false,
        };
        operation.writer().save_manual_match(None, &row)?;
        let decision = Decision {
            resolution: Resolution::Matched,
            borne_by: None,
            note: self.note,
            operator: operation.operator_name().to_owned(),
            day: operation.today(),
            recorded: before.recorded,
            billed: before.billed,
            charge: None,
            entry: None,
            accrued: Amount::ZERO,
        };
        let now = Difference {
            state: DifferenceState::Resolved,
            resolution: Some(Resolution::Matched),
            decision: Some(decision),
            ..before.clone()
        };
        save(operation, &before, &now)?;
        rerun(operation, std::iter::once(before.period))?;
        let rows = operation.reader().manual_matches(Some(before.period))?;
        if rows.iter().any(|kept| kept.id == row.id && kept.removed) {
            return Err(Refusal::NotLeftOver { id: before.id, period: before.period }.into());
        }
        let mut differences = operation.reader().differences(Some(before.period))?;
        differences.retain(|d| d.id == before.id || d.provider_order == before.provider_order && d.is_current());
        Ok(DifferencesSaid { differences, orders: vec![] })
    }
}

fn require_open(operation: &Operation<'_>, period: Month) -> Result<()> {
    if operation.closed_through().state(period) == PeriodState::Closed {
        let first_open = operation.closed_through().0.map_or(period, Month::next);
        return Err(Refusal::PeriodClosed { period, first_open }.into());
    }
    Ok(())
}

/// What belongs together, by account and order number.
#[derive(Default)]
struct Sides {
    orders: Vec<(AccountId, String)>,
    billed: Vec<(AccountId, String)>,
    /// The difference of which the lines give something back.
    disputed: Option<String>,
}

impl Sides {
    /// Whether there is something on either side, and not all of it is one number that has both sides already.
    fn belong_together(&mut self) -> bool {
        for side in [&mut self.orders, &mut self.billed] {
            side.sort();
            side.dedup();
        }
        let is_itself = self.orders.len() == 1 && self.orders == self.billed;
        match self.disputed {
            Some(_) => self.orders.is_empty() && !self.billed.is_empty(),
            None => !self.orders.is_empty() && !self.billed.is_empty() && !is_itself,
        }
    }

    /// The sides of a difference itself.
    fn of_difference(&mut self, operation: &mut Operation<'_>, difference: &Difference) -> Result<()> {
        if difference.provider_order.is_empty() {
            return Err(Refusal::OneSided { id: difference.id.clone() }.into());
        }
        let account = operation.account(&difference.account)?.account.id;
        let side = (account, difference.provider_order.clone());
        if !difference.recorded.is_zero() {
            self.orders.push(side.clone());
        }
        match &difference.reason {
            Reason::BilledTo { account, .. } => {
                let other = operation.account(account)?.account.id;
                self.billed.push((other, difference.provider_order.clone()));
            }
            _ if !difference.billed.is_zero() => self.billed.push(side),
            _ => {}
        }
        Ok(())
    }

    /// What a text that was typed stands for: an order, another difference, or lines of the bill.
    fn named(&mut self, operation: &mut Operation<'_>, of: &Difference, text: &str) -> Result<()> {
        let text = text.trim();
        if let Some(id) = OrderId::parse(text) {
            let order = order::find(operation.reader(), &id.to_string())?;
            self.orders.push((order.account, order.provider_order));
            return Ok(());
        }
        match operation.reader().difference(&text.to_lowercase())? {
            Some(other) if other.period == of.period => return self.of_difference(operation, &other),
            Some(other) if other.period < of.period && !other.disputed.is_zero() => {
                self.disputed = Some(other.id);
                return Ok(());
            }
            _ => {}
        }
        let reader = operation.reader();
        let bill = reader.bill(of.period)?.ok_or(Refusal::NoBill { period: of.period })?;
        let owners = Owners::load(reader, bill.currency)?;
        for filter in [
            LineFilter { order_no: Some(text.to_owned()), ..LineFilter::default() },
            LineFilter { line_id: Some(text.to_owned()), ..LineFilter::default() },
        ] {
            let mut found = Vec::new();
            reader.each_line_of(&bill, &filter, |_, line| {
                if let (LineOwner::Known(account), true) = (owners.line_owner(line), line.order_no.is_present()) {
                    found.push((account, line.order_no.to_string()));
                }
                Ok(())
            })?;
            if !found.is_empty() {
                self.billed.append(&mut found);
                return Ok(());
            }
        }
        if let Some(order) = reader.order_by_provider_order(text)? {
            self.orders.push((order.account, order.provider_order));
            return Ok(());
        }
        Err(Refusal::Unknown { noun: Noun::BillLine, name: text.to_owned(), near: vec![] }.into())
    }
}

/// Takes a match by hand back.
#[derive(Clone, Debug)]
pub struct Unmatch {
    /// The difference that it was made for, or an order number of either side, as it was typed.
    pub id: String,
}

impl UseCase for Unmatch {
    const COMMAND: &'static str = "difference unmatch";
    const PERMISSION: Permission = Permission::CloseMonths;
    type Outcome = DifferencesSaid;

    fn run(self, operation: &mut Operation<'_>) -> Result<DifferencesSaid> {
        let text = self.id.trim();
        let mut rows: Vec<ManualMatchRow> = operation.reader().manual_matches(None)?.into_iter().filter(|r| !r.removed).collect();
        let names = |row: &ManualMatchRow| row.orders.iter().chain(&row.billed).any(|(_, number)| number == text);
        if rows.iter().any(names) {
            // One number may be matched in several months: the last one is meant.
            let last = rows.iter().filter(|row| names(row)).map(|row| row.period).max();
            rows.retain(|row| names(row) && Some(row.period) == last);
        } else {
            let id = find(operation.reader(), text)?.id;
            rows.retain(|row| row.difference == id);
            if rows.is_empty() {
                return Err(Refusal::NotMatched { id }.into());
            }
        }
        let mut differences = Vec::new();
        for row in rows {
            require_open(operation, row.period)?;
            operation.writer().save_manual_match(Some(&row), &ManualMatchRow { removed: true, ..row.clone() })?;
            rerun(operation, std::iter::once(row.period))?;
            differences.extend(operation.reader().difference(&row.difference)?);
        }
        Ok(DifferencesSaid { differences, orders: vec![] })
    }
}
