//! Coupons and vouchers that orders have used.

use rusqlite::{Row, params};

use super::error::Result;
use super::sql::Columns as _;
use super::{Reader, Writer};
use crate::domain::coupon::{Coupon, UsedCoupon};
use crate::domain::id::{EntryId, OrderId};

const SELECT: &str = "SELECT order_id, kind, bearer, amount_minor, entry_id FROM coupon";

fn used(row: &Row<'_>) -> rusqlite::Result<UsedCoupon> {
    Ok(UsedCoupon {
        order: OrderId(row.get(0)?),
        coupon: Coupon { kind: row.parsed(1)?, bearer: row.parsed(2)?, amount: row.amount(3)? },
        entry: row.get::<_, Option<i64>>(4)?.map(EntryId),
    })
}

impl Reader<'_> {
    /// What an order has used.
    pub fn coupons_of(&self, order: OrderId) -> Result<Vec<Coupon>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE order_id = ?1 ORDER BY kind"))?;
        let rows = select.query_map([order.0], |row| used(row).map(|used| used.coupon))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Everything that orders have used.
    pub(super) fn coupons(&self) -> Result<Vec<UsedCoupon>> {
        let mut select = self.connection.prepare(SELECT)?;
        let rows = select.query_map([], used)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes what an order has used.
    pub fn insert_coupon(&mut self, used: &UsedCoupon) -> Result<()> {
        // In a batch the order waits, and is what this points to.
        self.write_all_waiting()?;
        let UsedCoupon { order, coupon: Coupon { kind, bearer, amount }, entry } = *used;
        self.connection()
            .prepare_cached("INSERT INTO coupon (order_id, kind, bearer, amount_minor, entry_id) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![order.0, kind.as_str(), bearer.as_str(), amount.minor(), entry.map(|entry| entry.0)])?;
        self.log_change("coupon", &used.key(), None, used)
    }
}
