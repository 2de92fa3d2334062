//! Charges as they are priced again: with what each was for, and the day on which it counts.
//!
//! Nothing here writes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::params;

use super::Reader;
use super::error::Result;
use super::order::charge_at;
use super::sql::{Columns as _, day};
use super::volume::Scope;
use crate::domain::agreement::ChargeKind;
use crate::domain::id::{ChargeId, GroupId};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::{Charge, OrderKind};
use crate::domain::price::Volume;

/// A charge, and what it was for.
#[derive(Clone, Debug)]
pub struct RecordedCharge {
    /// The charge.
    pub charge: Charge,
    /// What it was for; of a refund, what it gives back was for.
    pub kind: ChargeKind,
    /// The day on which it counts towards volumes: its own, of a refund that of what it gives back.
    pub counted_on: NaiveDate,
    /// The charge that it gives back, of a refund.
    pub refunds: Option<ChargeId>,
    /// What coupons took off, in minor units.
    pub coupon: Amount,
    /// What true-ups have changed since in what is owed, in minor units.
    pub trued_up: Amount,
}

impl Reader<'_> {
    /// The charges of a group that count from one day to another, both included, in the order in which they were recorded.
    pub fn charges_counted_between(&self, group: GroupId, from: NaiveDate, to: NaiveDate) -> Result<Vec<RecordedCharge>> {
        // A refund is never dated before what it gives back, so that the index on days helps with it, too.
        let mut select = self.connection.prepare_cached(
            "SELECT COALESCE(original.kind, o.kind), COALESCE(original.day, c.day), paid.id,
                    (SELECT COALESCE(SUM(k.amount_minor), 0) FROM coupon AS k WHERE k.order_id = c.order_id AND k.kind = 'coupon'),
                    (SELECT COALESCE(SUM(t.change_minor), 0) FROM true_up AS t WHERE t.charge_id = c.id),
                    c.id, c.account_id, c.order_id, p.code, c.charge_month, c.day, c.list, c.agreement_id, c.tier, c.discount,
                    c.payable_minor, c.cost_minor, c.counts, c.entry_id, c.cost_counts, c.volume_before
               FROM account AS a
               CROSS JOIN charge AS c ON c.account_id = a.id AND c.day >= ?2
               JOIN product AS p ON p.id = c.product_id
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
               LEFT JOIN charge AS paid ON paid.order_id = o.refunds
              WHERE a.group_id = ?1 AND COALESCE(original.day, c.day) BETWEEN ?2 AND ?3
              ORDER BY c.id",
        )?;
        let rows = select.query_map(params![group.0, day(from), day(to)], |row| {
            let kind = row.parsed_opt::<OrderKind>(0)?.map_or(Some(ChargeKind::Usage), ChargeKind::of);
            Ok(RecordedCharge {
                charge: charge_at(row, 5)?,
                kind: kind.unwrap_or(ChargeKind::New),
                counted_on: row.date(1)?,
                refunds: row.get::<_, Option<i64>>(2)?.map(ChargeId),
                coupon: row.amount(3)?,
                trued_up: row.amount(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The first day on which any charge counts that a group was charged from one day to another, both included.
    pub fn first_counted_of(&self, group: GroupId, from: NaiveDate, to: NaiveDate) -> Result<Option<NaiveDate>> {
        let mut select = self.connection.prepare_cached(
            "SELECT MIN(COALESCE(original.day, c.day))
               FROM account AS a
               CROSS JOIN charge AS c ON c.account_id = a.id AND c.day BETWEEN ?2 AND ?3
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
              WHERE a.group_id = ?1",
        )?;
        Ok(select.query_row(params![group.0, day(from), day(to)], |row| row.date_opt(0))?)
    }

    /// The volumes that the book started with for a group, by day.
    pub fn opening_volumes_of(&self, group: GroupId, currency: Currency) -> Result<BTreeMap<NaiveDate, Volume>> {
        let (scope, owner) = Scope::Sale(group).parts();
        let mut select = self
            .connection
            .prepare_cached("SELECT day, list, payable FROM opening_volume WHERE scope = ?1 AND owner_id = ?2 AND currency = ?3")?;
        let rows = select.query_map(params![scope, owner, currency.code()], |row| {
            Ok((row.date(0)?, Volume { list: row.parsed(1)?, payable: row.parsed(2)? }))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
