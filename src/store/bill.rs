//! Bills: versions, lines, the provider's own text, and usage summed up.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::{Result, StoreError};
use super::sql::{Columns as _, LineAmount, day, unless_zero};
use super::{Reader, Writer};
use crate::domain::bill::{BillLine, ControlTotals, Finality, Layout, LineKind};
use crate::domain::id::{BillVersionId, ProductId, SeenUidId};
use crate::domain::money::{Currency, Exact};
use crate::domain::period::Month;

/// The numbers that `bill_line.kind` holds; only ever added to.
const LINE_KINDS: [(i64, LineKind); 11] = [
    (1, LineKind::Subscription),
    (2, LineKind::SubscriptionPaidLater),
    (3, LineKind::Refund),
    (4, LineKind::Coverage),
    (5, LineKind::Usage),
    (6, LineKind::FreeTier),
    (7, LineKind::Adjustment),
    (8, LineKind::Rounding),
    (9, LineKind::Commission),
    (10, LineKind::Tax),
    (11, LineKind::Credit),
];

fn kind_number(kind: LineKind) -> i64 {
    LINE_KINDS.iter().find(|(_, k)| *k == kind).map(|(number, _)| *number).expect("every kind has a number")
}

fn kind_of(number: i64) -> Result<LineKind> {
    let found = LINE_KINDS.iter().find(|(n, _)| *n == number);
    found.map(|(_, kind)| *kind).ok_or_else(|| StoreError::Damaged(format!("a bill line has the kind {number}")))
}

/// A file of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillFile {
    /// Its name, as the user gave it.
    pub name: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Its header, verbatim.
    pub header: String,
}

/// One version of a month's bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillVersion {
    /// Its row.
    pub id: BillVersionId,
    /// The month.
    pub period: Month,
    /// 1, 2, 3 … within the month.
    pub version: i64,
    /// Whether it may still change.
    pub finality: Finality,
    /// Its layout.
    pub layout: Layout,
    /// What it is counted in.
    pub currency: Currency,
    /// SHA-256 over the SHA-256s of its files.
    pub content: String,
    /// Sums.
    pub totals: ControlTotals,
    /// Lines that came twice and were left out.
    pub repeats: u64,
    first_line: i64,
    last_line: i64,
}

/// A version that is about to be written.
#[derive(Clone, Debug)]
pub struct NewBillVersion {
    /// The month.
    pub period: Month,
    /// Whether it may still change.
    pub finality: Finality,
    /// Its layout.
    pub layout: Layout,
    /// What it is counted in.
    pub currency: Currency,
    /// SHA-256 over the SHA-256s of its files.
    pub content: String,
    /// Its files.
    pub files: Vec<BillFile>,
    /// Sums.
    pub totals: ControlTotals,
    /// Lines that came twice and were left out.
    pub repeats: u64,
}

/// A stored line as reconciling reads it.
#[derive(Clone, Copy, Debug)]
pub struct StoredLine<'a> {
    /// Whose it is.
    pub seen_uid: SeenUidId,
    /// The order number; empty for usage.
    pub order_no: &'a str,
    /// What it is.
    pub kind: LineKind,
    /// The charge month.
    pub month: Month,
    /// The day of consumption.
    pub day: Option<chrono::NaiveDate>,
    /// The product.
    pub product: ProductId,
    /// At list price.
    pub list: Exact,
    /// Covered by a plan.
    pub covered: Exact,
    /// What is owed to the provider.
    pub payable: Exact,
}

/// One UID's use of one product in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageSum {
    /// Whose it is.
    pub seen_uid: SeenUidId,
    /// The product's code.
    pub product: String,
    /// The charge month.
    pub charge_month: Month,
    /// At list price, less what a plan has covered.
    pub list: Exact,
    /// What the provider bills.
    pub billed: Exact,
}

const SELECT_VERSION: &str = "SELECT id, period, version, finality, layout, currency, content, lines, list, covered, discount, coupon, payable, repeats, first_line, last_line FROM bill_version";

fn version(row: &Row<'_>) -> rusqlite::Result<BillVersion> {
    Ok(BillVersion {
        id: BillVersionId(row.get(0)?),
        period: row.month(1)?,
        version: row.get(2)?,
        finality: row.parsed(3)?,
        layout: row.parsed(4)?,
        currency: row.parsed(5)?,
        content: row.get(6)?,
        totals: ControlTotals {
            lines: row.get(7)?,
            list: row.parsed(8)?,
            covered: row.parsed(9)?,
            discount: row.parsed(10)?,
            coupon: row.parsed(11)?,
            payable: row.parsed(12)?,
        },
        repeats: row.get(13)?,
        first_line: row.get(14)?,
        last_line: row.get(15)?,
    })
}

impl Reader<'_> {
    /// The version of a month's bill that counts: the latest.
    pub fn bill(&self, period: Month) -> Result<Option<BillVersion>> {
        let mut select =
            self.connection.prepare_cached(&format!("{SELECT_VERSION} WHERE period = ?1 ORDER BY version DESC LIMIT 1"))?;
        Ok(select.query_row([period.number()], version).optional()?)
    }

    /// Every version, by month.
    pub fn bills(&self) -> Result<Vec<BillVersion>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_VERSION} ORDER BY period, version"))?;
        let rows = select.query_map([], version)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The files of a version.
    pub fn bill_files(&self, id: BillVersionId) -> Result<Vec<BillFile>> {
        let mut select =
            self.connection.prepare_cached("SELECT name, sha256, header FROM bill_file WHERE version_id = ?1 ORDER BY number")?;
        let rows = select.query_map([id.0], |row| Ok(BillFile { name: row.get(0)?, sha256: row.get(1)?, header: row.get(2)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Walks over the lines of a version, in the order of its files.
    pub fn each_bill_line(&self, bill: &BillVersion, mut visit: impl FnMut(&StoredLine<'_>) -> Result<()>) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT seen_uid_id, order_no, kind, month, day, product_id, list, covered, payable FROM bill_line WHERE id BETWEEN ?1 AND ?2",
        )?;
        let mut rows = select.query(params![bill.first_line, bill.last_line])?;
        while let Some(row) = rows.next()? {
            let order_no = row.get_ref(1)?.as_str_or_null().map_err(|e| StoreError::Damaged(e.to_string()))?;
            let month = if row.get_ref(3)? == rusqlite::types::ValueRef::Null { bill.period } else { row.month(3)? };
            visit(&StoredLine {
                seen_uid: SeenUidId(row.get(0)?),
                order_no: order_no.unwrap_or(""),
                kind: kind_of(row.get(2)?)?,
                month,
                day: row.date_opt(4)?,
                product: ProductId(row.get(5)?),
                list: row.get::<_, LineAmount>(6)?.0,
                covered: row.get::<_, LineAmount>(7)?.0,
                payable: row.get::<_, LineAmount>(8)?.0,
            })?;
        }
        Ok(())
    }

    /// Lines that came twice: the line id, whose it is, and how often it was left out.
    pub fn bill_repeats(&self, id: BillVersionId) -> Result<Vec<(String, SeenUidId, u64)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT line_id, seen_uid_id, COUNT(*) FROM bill_repeat WHERE version_id = ?1 GROUP BY line_id, seen_uid_id ORDER BY line_id",
        )?;
        let rows = select.query_map([id.0], |row| Ok((row.get(0)?, SeenUidId(row.get(1)?), row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The usage of a version, summed up by UID, product and month.
    pub fn bill_usage(&self, id: BillVersionId) -> Result<Vec<UsageSum>> {
        let mut select = self.connection.prepare_cached(
            "SELECT u.seen_uid_id, p.code, u.charge_month, u.list, u.billed
               FROM bill_usage AS u JOIN product AS p ON p.id = u.product_id WHERE u.version_id = ?1",
        )?;
        let rows = select.query_map([id.0], |row| {
            Ok(UsageSum {
                seen_uid: SeenUidId(row.get(0)?),
                product: row.get(1)?,
                charge_month: row.month(2)?,
                list: row.parsed(3)?,
                billed: row.parsed(4)?,
            })
        })?;
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

    /// How many lines of a version, up to `before` (a row id), have this id and are the same line but for their number.
    pub fn bill_line_exists(&self, first: i64, before: i64, line_id: &str) -> Result<Option<u64>> {
        let mut select =
            self.connection.prepare_cached("SELECT number FROM bill_line WHERE id >= ?1 AND id < ?2 AND line_id = ?3 LIMIT 1")?;
        Ok(select.query_row(params![first, before, line_id], |row| row.get(0)).optional()?)
    }
}

impl Writer<'_> {
    /// The row of a UID that a bill names, made when it is new.
    pub fn seen_uid(&mut self, uid: &str) -> Result<SeenUidId> {
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

    /// The row that the version will have.
    pub fn next_bill_version(&mut self) -> Result<BillVersionId> {
        Ok(BillVersionId(self.next_id("bill_version")?))
    }

    /// The row id that the next bill line will have.
    pub fn next_bill_line(&mut self) -> Result<i64> {
        let next = self.next_id("bill_line")?;
        self.next_ids.insert("bill_line", next);
        Ok(next)
    }

    /// Writes a line.
    pub fn insert_bill_line(
        &mut self,
        period: Month,
        file: i64,
        line: &BillLine<'_>,
        uid: SeenUidId,
        product: ProductId,
    ) -> Result<i64> {
        let id = self.next_id("bill_line")?;
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO bill_line (id, file, number, line_id, order_no, seen_uid_id, product_id, kind, month, day, list, covered, coupon,
                                    payable)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        let text = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
        insert.execute(params![
            id,
            file,
            i64::try_from(line.number).map_err(|_| StoreError::Overflow)?,
            text(line.line_id),
            text(line.order_no),
            uid.0,
            product.0,
            kind_number(line.kind),
            (line.month != period).then(|| line.month.number()),
            line.day.map(day),
            LineAmount(line.list),
            unless_zero(line.covered),
            unless_zero(line.coupon),
            LineAmount(line.payable),
        ])?;
        Ok(id)
    }

    /// Writes the provider's own text of a run of lines.
    pub fn insert_bill_block(&mut self, version: BillVersionId, file: i64, first_line: u64, raw: &[u8]) -> Result<()> {
        let content = zstd::bulk::compress(raw, 1).map_err(|e| StoreError::Damaged(format!("compressing failed: {e}")))?;
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO bill_block (version_id, file, first_line, content) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![version.0, file, i64::try_from(first_line).map_err(|_| StoreError::Overflow)?, content])?;
        Ok(())
    }

    /// Writes a line that came before with the same content.
    pub fn insert_bill_repeat(&mut self, version: BillVersionId, file: i64, line: &BillLine<'_>, uid: SeenUidId) -> Result<()> {
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO bill_repeat (version_id, file, number, line_id, seen_uid_id) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let number = i64::try_from(line.number).map_err(|_| StoreError::Overflow)?;
        insert.execute(params![version.0, file, number, line.line_id, uid.0])?;
        Ok(())
    }

    /// Writes the usage of one UID, product and month.
    pub fn insert_bill_usage(
        &mut self,
        version: BillVersionId,
        uid: SeenUidId,
        product: ProductId,
        charge_month: Month,
        list: Exact,
        billed: Exact,
    ) -> Result<()> {
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO bill_usage (version_id, seen_uid_id, product_id, charge_month, list, billed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        insert.execute(params![version.0, uid.0, product.0, charge_month.number(), list.to_string(), billed.to_string()])?;
        Ok(())
    }

    /// Writes a version after its lines; they are the rows from `first_line` on.
    pub fn insert_bill_version(&mut self, id: BillVersionId, first_line: i64, new: NewBillVersion) -> Result<BillVersion> {
        let number: i64 = self
            .connection()
            .prepare_cached("SELECT COALESCE(MAX(version), 0) + 1 FROM bill_version WHERE period = ?1")?
            .query_row([new.period.number()], |row| row.get(0))?;
        let last_line = self.next_bill_line()? - 1;
        let NewBillVersion { period, finality, layout, currency, content, files, totals, repeats } = new;
        let bill = BillVersion {
            id,
            period,
            version: number,
            finality,
            layout,
            currency,
            content,
            totals,
            repeats,
            first_line,
            last_line,
        };
        self.connection().execute(
            "INSERT INTO bill_version (id, period, version, finality, layout, currency, content, first_line, last_line, lines, repeats,
                                       list, covered, discount, coupon, payable)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                id.0,
                period.number(),
                number,
                finality.as_str(),
                bill.layout.as_str(),
                currency.code(),
                bill.content,
                first_line,
                last_line,
                totals.lines,
                repeats,
                totals.list.to_string(),
                totals.covered.to_string(),
                totals.discount.to_string(),
                totals.coupon.to_string(),
                totals.payable.to_string(),
            ],
        )?;
        for (number, file) in (1_i64..).zip(&files) {
            self.connection().execute(
                "INSERT INTO bill_file (version_id, number, name, sha256, header) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id.0, number, file.name, file.sha256, file.header],
            )?;
            self.log_change("bill-file", &format!("{}/{number}", id.0), None, file)?;
        }
        self.log_change("bill", &id.0.to_string(), None, &bill)?;
        Ok(bill)
    }

    /// Makes an estimated version final: the provider's file turned out to be the last word.
    pub fn finalise_bill(&mut self, before: &BillVersion) -> Result<BillVersion> {
        let after = BillVersion { finality: Finality::Final, ..before.clone() };
        self.connection()
            .execute("UPDATE bill_version SET finality = ?2 WHERE id = ?1", params![after.id.0, after.finality.as_str()])?;
        self.log_change("bill", &after.id.0.to_string(), Some(before), &after)?;
        Ok(after)
    }
}
