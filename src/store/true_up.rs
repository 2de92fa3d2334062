//! True-ups, and the charges that they price anew.

use chrono::NaiveDate;
use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::id::{AccountId, AgreementId, ChargeId, EntryId, GroupId, OrderId};
use crate::domain::money::Amount;
use crate::domain::true_up::{TieredCharge, TrueUp};

/// What has come of a charge: what its refunds gave back, and what true-ups of it and of its refunds have changed.
const TIERED: &str = "
    SELECT c.id, c.account_id, c.list, c.cost_minor, c.payable_minor,
           (SELECT COALESCE(SUM(k.amount_minor), 0) FROM coupon AS k WHERE k.order_id = c.order_id AND k.kind = 'coupon'),
           (SELECT COALESCE(-SUM(back.payable_minor), 0)
              FROM orders AS o JOIN charge AS back ON back.order_id = o.id WHERE o.refunds = c.order_id),
           (SELECT COALESCE(SUM(t.change_minor), 0) FROM true_up AS t WHERE t.charge_id = c.id)
         + (SELECT COALESCE(SUM(t.change_minor), 0)
              FROM orders AS o JOIN charge AS back ON back.order_id = o.id JOIN true_up AS t ON t.charge_id = back.id
             WHERE o.refunds = c.order_id),
           paid.bearer,
           paid.amount_minor - (SELECT COALESCE(SUM(k.amount_minor), 0)
                                  FROM orders AS o JOIN coupon AS k ON k.order_id = o.id AND k.kind = 'voucher'
                                 WHERE o.refunds = c.order_id)";

/// What the columns of [`TIERED`] need besides the charge.
const VOUCHER: &str = "LEFT JOIN coupon AS paid ON paid.order_id = c.order_id AND paid.kind = 'voucher'";

fn tiered(row: &Row<'_>) -> rusqlite::Result<TieredCharge> {
    Ok(TieredCharge {
        charge: ChargeId(row.get(0)?),
        account: AccountId(row.get(1)?),
        list: row.parsed(2)?,
        cost: row.amount(3)?,
        payable: row.amount(4)?,
        coupon: row.amount(5)?,
        paid_back: row.amount(6)?,
        trued_up: row.amount(7)?,
        voucher: match row.parsed_opt(8)? {
            Some(bearer) => Some((bearer, row.amount(9)?)),
            None => None,
        },
    })
}

impl Reader<'_> {
    /// The charges of a group from one day to another that a tier of an agreement has priced, by account; refunds are not among
    /// them, but in what they gave back of.
    pub fn tiered_charges(
        &self,
        group: GroupId,
        agreement: AgreementId,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<TieredCharge>> {
        let mut select = self.connection.prepare_cached(&format!(
            "{TIERED}
               FROM membership AS m
               JOIN account AS a ON a.id = m.account_id
               CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN MAX(?3, m.from_day) AND MIN(?4, m.until_day)
               LEFT JOIN orders AS own ON own.id = c.order_id
               {VOUCHER}
              WHERE m.group_id = ?1 AND c.agreement_id = ?2 AND c.tier IS NOT NULL AND own.refunds IS NULL
              ORDER BY a.code, c.id"
        ))?;
        let rows = select.query_map(params![group.0, agreement.0, day(from), day(to)], tiered)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The charge of an order, with what has come of it.
    pub fn tiered_charge(&self, order: OrderId) -> Result<TieredCharge> {
        let mut select = self.connection.prepare_cached(&format!("{TIERED} FROM charge AS c {VOUCHER} WHERE c.order_id = ?1"))?;
        Ok(select.query_row([order.0], tiered)?)
    }

    /// The days of the charges of an agreement that refunds, and late corrections, from one day to another are about.
    pub fn refunded_days(&self, group: GroupId, agreement: AgreementId, from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>> {
        let mut select = self.connection.prepare_cached(
            "SELECT original.day
               FROM membership AS m
               CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN ?3 AND ?4
               JOIN orders AS o ON o.id = c.order_id
               JOIN orders AS original ON original.id = o.refunds
              WHERE m.group_id = ?1 AND c.agreement_id = ?2
             UNION
             SELECT late.day
               FROM membership AS m
               CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN ?3 AND ?4
               JOIN charge AS late ON late.id = c.corrects_id
              WHERE m.group_id = ?1 AND late.agreement_id = ?2",
        )?;
        let rows = select.query_map(params![group.0, agreement.0, day(from), day(to)], |row| row.date(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What true-ups have changed in a charge.
    pub fn trued_up(&self, charge: ChargeId) -> Result<Amount> {
        let mut select =
            self.connection.prepare_cached("SELECT COALESCE(SUM(change_minor), 0) FROM true_up WHERE charge_id = ?1")?;
        Ok(select.query_row([charge.0], |row| row.amount(0))?)
    }

    /// Every true-up, in the order in which they were recorded.
    pub(super) fn true_ups(&self) -> Result<Vec<TrueUp>> {
        let mut select = self
            .connection
            .prepare("SELECT id, charge_id, agreement_id, day, tier, change_minor, entry_id FROM true_up ORDER BY id")?;
        let rows = select.query_map([], |row| {
            Ok(TrueUp {
                id: row.get(0)?,
                charge: ChargeId(row.get(1)?),
                agreement: AgreementId(row.get(2)?),
                date: row.date(3)?,
                tier: match row.get_ref(4)? {
                    ValueRef::Null => None,
                    _ => Some(row.json(4)?),
                },
                change: row.amount(5)?,
                entry: row.get::<_, Option<i64>>(6)?.map(EntryId),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// The number that the next true-up will have.
    pub fn next_true_up(&mut self) -> Result<i64> {
        self.next_id("true_up")
    }

    /// Writes a true-up.
    pub fn insert_true_up(&mut self, true_up: &TrueUp) -> Result<()> {
        let operation = self.operation_id()?;
        let TrueUp { id, charge, agreement, date, tier, change, entry } = *true_up;
        self.connection()
            .prepare_cached(
                "INSERT INTO true_up (id, operation_id, charge_id, agreement_id, day, tier, change_minor, entry_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                id,
                operation.0,
                charge.0,
                agreement.0,
                day(date),
                tier.map(|tier| to_json(&tier)),
                change.minor(),
                entry.map(|entry| entry.0)
            ])?;
        self.log_change("true-up", &id.to_string(), None, true_up)
    }
}
