//! Charges as reports look at them: with their true-ups, and with what they give back of.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::params;

use super::Reader;
use super::error::Result;
use super::sql::{Columns as _, day};
use super::volume::Scope;
use crate::domain::agreement::ChargeKind;
use crate::domain::id::{AccountId, AgreementId, ChargeId, GroupId, ProductId};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::OrderKind;
use crate::domain::period::Month;
use crate::domain::price::Volume;
use crate::domain::repricing::RecordedCharge;

/// What an account was charged for a product in a month, by whether an agreement has priced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargedMonth {
    /// Whose.
    pub account: AccountId,
    /// The product.
    pub product: ProductId,
    /// The month of the effective dates.
    pub month: Month,
    /// Whether an agreement has priced it.
    pub has_rule: bool,
    /// How many charges; none of them in true-ups alone.
    pub charges: u64,
    /// What the customer owes.
    pub payable: Amount,
    /// What the provider is expected to bill, or has billed.
    pub cost: Amount,
}

/// A product's use that was charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargedUsage {
    /// Whose.
    pub account: AccountId,
    /// The product's code.
    pub product: String,
    /// The month that it was used in.
    pub charge_month: Month,
    /// At list price, exact.
    pub list: Exact,
    /// What the customer owes.
    pub payable: Amount,
    /// What the provider has billed.
    pub cost: Amount,
}

/// Which charges.
#[derive(Clone, Copy, Debug)]
pub struct ChargeFilter {
    /// Of a group's accounts.
    pub group: Option<GroupId>,
    /// Of one account.
    pub account: Option<AccountId>,
    /// From this day on.
    pub from: NaiveDate,
    /// Up to and including this day.
    pub to: NaiveDate,
}

impl Reader<'_> {
    /// The charges of a group from one day to another, both included, in the order in which they were recorded; also refunds of
    /// any later day that give back of them. True-ups count up to and including a day, all of them without one.
    pub fn recorded_charges(
        &self,
        group: GroupId,
        (from, to): (NaiveDate, NaiveDate),
        trued_up_until: Option<NaiveDate>,
    ) -> Result<Vec<RecordedCharge>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id, c.account_id, p.code, o.kind, original.id, c.day, COALESCE(original.day, late.day, c.day), c.list, c.agreement_id,
                    c.payable_minor, c.cost_minor, c.counts,
                    (SELECT COALESCE(SUM(u.change_minor), 0) FROM true_up AS u WHERE u.charge_id = c.id AND u.day <= ?4),
                    (SELECT COALESCE(SUM(k.amount_minor), 0) FROM coupon AS k WHERE k.order_id = c.order_id AND k.kind = 'coupon')
               FROM membership AS m
               CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day >= MAX(?2, m.from_day)
               JOIN product AS p ON p.id = c.product_id
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN charge AS original ON original.order_id = o.refunds
               LEFT JOIN charge AS late ON late.id = c.corrects_id
              WHERE m.group_id = ?1 AND COALESCE(original.day, late.day, c.day) BETWEEN m.from_day AND m.until_day
                AND c.difference_id IS NULL
                AND (c.day <= ?3 OR original.day BETWEEN ?2 AND ?3 OR late.day BETWEEN ?2 AND ?3)
              ORDER BY c.id",
        )?;
        let until = trued_up_until.map_or(i64::MAX, day);
        let rows = select.query_map(params![group.0, day(from), day(to), until], |row| {
            let kind: Option<OrderKind> = row.parsed_opt(3)?;
            Ok(RecordedCharge {
                id: ChargeId(row.get(0)?),
                account: AccountId(row.get(1)?),
                product: row.get(2)?,
                kind: kind.map_or(Some(ChargeKind::Usage), ChargeKind::of),
                refunds: row.get::<_, Option<i64>>(4)?.map(ChargeId),
                date: row.date(5)?,
                volume_date: row.date(6)?,
                list: row.parsed(7)?,
                agreement: row.get::<_, Option<i64>>(8)?.map(AgreementId),
                payable: row.amount(9)?,
                cost: row.amount(10)?,
                counts: row.get(11)?,
                trued_up: row.amount(12)?,
                coupon: row.amount(13)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The first day on which any charge counts that a group was charged from one day to another, both included.
    pub fn first_counted_of(&self, group: GroupId, from: NaiveDate, to: NaiveDate) -> Result<Option<NaiveDate>> {
        let mut select = self.connection.prepare_cached(
            "SELECT MIN(COALESCE(original.day, late.day, c.day))
               FROM membership AS m
               CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN MAX(?2, m.from_day) AND ?3
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
               LEFT JOIN charge AS late ON late.id = c.corrects_id
              WHERE m.group_id = ?1 AND COALESCE(original.day, late.day, c.day) BETWEEN m.from_day AND m.until_day",
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

    /// The last day up to which an agreement was trued up by a tier, up to and including a day.
    pub fn last_trued_up(&self, agreement: AgreementId, until: Option<NaiveDate>) -> Result<Option<NaiveDate>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT MAX(day) FROM true_up WHERE agreement_id = ?1 AND tier IS NOT NULL AND day <= ?2")?;
        Ok(select.query_row(params![agreement.0, until.map_or(i64::MAX, day)], |row| row.date_opt(0))?)
    }

    /// Hands out the usage that was charged from one day to another, both included; true-ups are no usage.
    pub fn each_usage(&self, filter: ChargeFilter, mut visit: impl FnMut(ChargedUsage) -> Result<()>) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.account_id, p.code, c.charge_month, c.list, c.payable_minor, c.cost_minor
               FROM membership AS m
               CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN MAX(?3, m.from_day) AND MIN(?4, m.until_day)
               JOIN product AS p ON p.id = c.product_id
              WHERE (?1 IS NULL OR m.group_id = ?1) AND (?2 IS NULL OR m.account_id = ?2)
                AND c.order_id IS NULL AND c.difference_id IS NULL",
        )?;
        let ChargeFilter { group, account, from, to } = filter;
        let mut rows = select.query(params![group.map(|g| g.0), account.map(|a| a.0), day(from), day(to)])?;
        while let Some(row) = rows.next()? {
            visit(ChargedUsage {
                account: AccountId(row.get(0)?),
                product: row.get(1)?,
                charge_month: row.month(2)?,
                list: row.parsed(3)?,
                payable: row.amount(4)?,
                cost: row.amount(5)?,
            })?;
        }
        Ok(())
    }

    /// What was charged by account, product and month, true-ups in the month in which they were posted. What the book started
    /// with was never charged in it, and is left out.
    pub fn charged_months(&self, filter: ChargeFilter, mut visit: impl FnMut(ChargedMonth) -> Result<()>) -> Result<()> {
        // Account by account, because the index has the days of each; a day is 20260630, its month 202606.
        let charges = "SELECT c.account_id, c.product_id, c.day / 100, c.agreement_id IS NOT NULL OR c.corrects_id IS NOT NULL, COUNT(*), SUM(c.payable_minor),
                              SUM(c.cost_minor)
                         FROM membership AS m
                         CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN MAX(?3, m.from_day) AND ?4
                         LEFT JOIN orders AS o ON o.id = c.order_id
                         LEFT JOIN orders AS original ON original.id = o.refunds
                         LEFT JOIN charge AS late ON late.id = c.corrects_id
                        WHERE COALESCE(original.day, late.day, c.day) BETWEEN m.from_day AND m.until_day AND (?1 IS NULL OR m.group_id = ?1) AND (?2 IS NULL OR m.account_id = ?2) AND o.placement IS NOT 'opening'
                        GROUP BY 1, 2, 3, 4";
        let true_ups = "SELECT c.account_id, c.product_id, u.day / 100, 1, 0, SUM(u.change_minor), 0
                          FROM true_up AS u
                          JOIN charge AS c ON c.id = u.charge_id
                          JOIN membership AS m ON m.account_id = c.account_id AND c.day BETWEEN m.from_day AND m.until_day
                         WHERE (?1 IS NULL OR m.group_id = ?1) AND (?2 IS NULL OR m.account_id = ?2) AND u.day BETWEEN ?3 AND ?4
                         GROUP BY 1, 2, 3";
        for sql in [charges, true_ups] {
            let mut select = self.connection.prepare_cached(sql)?;
            let ChargeFilter { group, account, from, to } = filter;
            let mut rows = select.query(params![group.map(|g| g.0), account.map(|a| a.0), day(from), day(to)])?;
            while let Some(row) = rows.next()? {
                visit(ChargedMonth {
                    account: AccountId(row.get(0)?),
                    product: ProductId(row.get(1)?),
                    month: row.month(2)?,
                    has_rule: row.get(3)?,
                    charges: row.get(4)?,
                    payable: row.amount(5)?,
                    cost: row.amount(6)?,
                })?;
            }
        }
        Ok(())
    }
}
