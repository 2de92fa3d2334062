//! Lines that stand in one version of a bill and not in another.

use rusqlite::params;

use super::BillVersion;
use crate::domain::bill_diff::ComparedLine;
use crate::domain::id::{ProductId, SeenUidId};
use crate::store::Reader;
use crate::store::error::{Result, StoreError};
use crate::store::sql::{Columns as _, LineAmount, order_number};

impl Reader<'_> {
    /// Walks over the lines that two versions do not have equally often, with how often the older and the newer
    /// has it. SQLite sorts both on disk, so that memory does not grow with them.
    pub fn each_unlike_line(
        &self,
        old: &BillVersion,
        new: &BillVersion,
        mut visit: impl FnMut(&ComparedLine, u64, u64) -> Result<()>,
    ) -> Result<()> {
        if old.id == new.id {
            return Ok(());
        }
        let mut select = self.connection.prepare_cached(
            "WITH side AS (
                 SELECT version_id = ?1 AS is_old, first_line, last_line FROM bill_file WHERE version_id IN (?1, ?2)
             ), both AS (
                 SELECT s.is_old, l.line_id, l.seen_uid_id, l.order_no, l.product_id, l.kind, COALESCE(l.month, ?3) AS month, l.day,
                        l.list, l.covered, l.coupon, l.payable
                   FROM side AS s CROSS JOIN bill_line AS l ON l.id BETWEEN s.first_line AND s.last_line
             )
             SELECT line_id, seen_uid_id, order_no, product_id, kind, month, day, list, covered, coupon, payable,
                    SUM(is_old) AS olds, SUM(1 - is_old) AS news
               FROM both GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 HAVING olds <> news
              ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
        )?;
        let mut rows = select.query(params![old.id.0, new.id.0, new.period.number()])?;
        while let Some(row) = rows.next()? {
            let order_no = order_number(row.get_ref(2)?).map_err(|e| StoreError::Damaged(e.to_string()))?.to_string();
            let line = ComparedLine {
                line_id: row.get::<_, Option<String>>(0)?.unwrap_or_default(),
                owner: SeenUidId(row.get(1)?),
                order_no,
                product: ProductId(row.get(3)?),
                kind: super::lines::kind_of(row.get(4)?)?,
                month: row.month(5)?,
                day: row.date_opt(6)?,
                list: row.get::<_, LineAmount>(7)?.0,
                covered: row.unless_zero(8)?,
                coupon: row.unless_zero(9)?,
                payable: row.get::<_, LineAmount>(10)?.0,
            };
            visit(&line, row.get(11)?, row.get(12)?)?;
        }
        Ok(())
    }
}
