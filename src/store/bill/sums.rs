//! Sums of a bill, made while it was read: by account, and of usage by account, product and month.

use std::collections::HashMap;

use rusqlite::params;

use super::totals;
use crate::domain::bill::{ControlTotals, UsageClass, UsageTotals};
use crate::domain::id::{BillVersionId, ProductId, SeenUidId};
use crate::domain::period::Month;
use crate::store::error::Result;
use crate::store::sql::Columns as _;
use crate::store::{Reader, Writer};

/// One UID's use of one product in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageSum {
    /// Whose it is.
    pub seen_uid: SeenUidId,
    /// The product.
    pub product_id: ProductId,
    /// The product's code.
    pub product: String,
    /// The charge month.
    pub charge_month: Month,
    /// How its amounts come about.
    pub class: UsageClass,
    /// What its lines add up to.
    pub totals: UsageTotals,
}

/// What a usage sum is of: whose, which product, which charge month, and how its amounts come about.
pub type UsageKey = (SeenUidId, ProductId, Month, UsageClass);

impl Reader<'_> {
    /// The usage of a version, summed up by UID, product and month.
    pub fn bill_usage(&self, id: BillVersionId) -> Result<Vec<UsageSum>> {
        let mut select = self.connection.prepare_cached(
            "SELECT u.seen_uid_id, u.product_id, p.code, u.charge_month, u.class, u.lines, u.list, u.covered, u.coupon, u.billed
               FROM bill_usage AS u JOIN product AS p ON p.id = u.product_id WHERE u.version_id = ?1",
        )?;
        let rows = select.query_map([id.0], |row| {
            Ok(UsageSum {
                seen_uid: SeenUidId(row.get(0)?),
                product_id: ProductId(row.get(1)?),
                product: row.get(2)?,
                charge_month: row.month(3)?,
                class: row.parsed(4)?,
                totals: UsageTotals {
                    lines: row.get(5)?,
                    list: row.parsed(6)?,
                    covered: row.parsed(7)?,
                    coupon: row.parsed(8)?,
                    billed: row.parsed(9)?,
                },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What a version says of each account.
    pub fn bill_accounts(&self, id: BillVersionId) -> Result<HashMap<SeenUidId, ControlTotals>> {
        let mut select = self.connection.prepare_cached(
            "SELECT seen_uid_id, lines, list, covered, discount, coupon, payable, voucher, card FROM bill_account WHERE version_id = ?1",
        )?;
        let rows = select.query_map([id.0], |row| Ok((SeenUidId(row.get(0)?), totals(row, 1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// UIDs that bills have named.
    pub fn seen_uids(&self) -> Result<HashMap<SeenUidId, String>> {
        let mut select = self.connection.prepare_cached("SELECT id, uid FROM seen_uid")?;
        let rows = select.query_map([], |row| Ok((SeenUidId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Codes of the products.
    pub fn product_codes(&self) -> Result<HashMap<ProductId, String>> {
        let mut select = self.connection.prepare_cached("SELECT id, code FROM product")?;
        let rows = select.query_map([], |row| Ok((ProductId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// The row of a UID that a bill names, made when it is new.
    pub fn seen_uid(&mut self, uid: &str) -> Result<SeenUidId> {
        use rusqlite::OptionalExtension as _;
        let found = {
            let mut select = self.connection().prepare_cached("SELECT id FROM seen_uid WHERE uid = ?1")?;
            select.query_row([uid], |row| row.get(0)).optional()?
        };
        if let Some(id) = found {
            return Ok(SeenUidId(id));
        }
        let id = self.next_id("seen_uid")?;
        self.connection().prepare_cached("INSERT INTO seen_uid (id, uid) VALUES (?1, ?2)")?.execute(params![id, uid])?;
        Ok(SeenUidId(id))
    }

    /// Gives a product the name that a bill tells, where it has none yet.
    pub fn name_product(&mut self, id: ProductId, name: &str) -> Result<()> {
        self.connection()
            .prepare_cached("UPDATE product SET name = ?2 WHERE id = ?1 AND name = ''")?
            .execute(params![id.0, name])?;
        Ok(())
    }

    /// Writes a sum of usage.
    pub fn insert_bill_usage(&mut self, version: BillVersionId, key: UsageKey, totals: &UsageTotals) -> Result<()> {
        let (uid, product, charge_month, class) = key;
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO bill_usage (version_id, seen_uid_id, product_id, charge_month, class, lines, list, covered, coupon, billed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        insert.execute(params![
            version.0,
            uid.0,
            product.0,
            charge_month.number(),
            class.as_str(),
            totals.lines,
            totals.list.to_string(),
            totals.covered.to_string(),
            totals.coupon.to_string(),
            totals.billed.to_string(),
        ])?;
        Ok(())
    }

    /// Writes what a version says of one account.
    pub fn insert_bill_account(&mut self, version: BillVersionId, uid: SeenUidId, totals: &ControlTotals) -> Result<()> {
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO bill_account (version_id, seen_uid_id, lines, list, covered, discount, coupon, payable, voucher,
                                       card)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        insert.execute(params![
            version.0,
            uid.0,
            totals.lines,
            totals.list.to_string(),
            totals.covered.to_string(),
            totals.discount.to_string(),
            totals.coupon.to_string(),
            totals.payable.to_string(),
            totals.voucher.to_string(),
            totals.card.to_string(),
        ])?;
        Ok(())
    }

    /// Takes the sums of a version away: it is dropped, or is about to be summed up again.
    pub fn delete_bill_sums(&mut self, version: BillVersionId) -> Result<()> {
        for table in ["bill_usage", "bill_account"] {
            self.connection().execute(&format!("DELETE FROM {table} WHERE version_id = ?1"), [version.0])?;
        }
        Ok(())
    }
}
