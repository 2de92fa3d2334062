//! Bills: versions and their files. Lines, the provider's own text and sums stand in files of their own.

mod compare;
mod lines;
mod sums;
mod text;

pub use lines::{FileDigest, LineFilter, StoredLine};
pub use sums::{UsageKey, UsageSum};
pub use text::{Compressed, Compressor};

use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::sql::{Columns as _, to_json};
use super::{Reader, Writer};
use crate::domain::bill::{ControlTotals, Layout, Remark, TaxBasis};
use crate::domain::finality::{Finality, FinalityReason};
use crate::domain::id::BillVersionId;
use crate::domain::money::{Currency, Exact};
use crate::domain::period::Month;

/// A file of a version, or a member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillFile {
    /// 1, 2, 3 … within the version.
    pub number: i64,
    /// Its name, as the user gave it.
    pub name: String,
    /// SHA-256 of the content of the file that was given.
    pub sha256: String,
    /// Its header, verbatim.
    pub header: String,
    /// What was read although it is not quite as the layout says.
    pub remarks: Vec<Remark>,
    /// The row ids of its first and last line.
    pub first_line: i64,
    /// See `first_line`; one less than it when there is no line.
    pub last_line: i64,
    /// SHA-256 over its lines and text as the book holds them.
    pub digest: String,
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
    /// Why it is taken for that.
    pub reason: FinalityReason,
    /// Its layout.
    pub layout: Layout,
    /// Whether its amounts have the tax in them, where the layout says.
    pub tax: Option<TaxBasis>,
    /// What it is counted in.
    pub currency: Currency,
    /// SHA-256 over the SHA-256s of its files.
    pub content: String,
    /// The total that the provider states, where the file or a person has told it.
    pub stated: Option<Exact>,
    /// Sums.
    pub totals: ControlTotals,
    /// Lines that came twice and were left out.
    pub repeats: u64,
    /// Bad lines that somebody chose to leave out.
    pub rejected: u64,
    /// Whether it was dropped: its lines are gone, and it does not count.
    pub dropped: bool,
}

const COLUMNS: &str = "id, period, version, finality, reason, layout, tax, currency, content, stated, repeats, rejected, dropped,
     lines, list, covered, discount, coupon, payable, voucher, card";

fn version(row: &Row<'_>) -> rusqlite::Result<BillVersion> {
    Ok(BillVersion {
        id: BillVersionId(row.get(0)?),
        period: row.month(1)?,
        version: row.get(2)?,
        finality: row.parsed(3)?,
        reason: row.json(4)?,
        layout: row.parsed(5)?,
        tax: row.parsed_opt(6)?,
        currency: row.parsed(7)?,
        content: row.get(8)?,
        stated: row.parsed_opt(9)?,
        repeats: row.get(10)?,
        rejected: row.get(11)?,
        dropped: row.get(12)?,
        totals: totals(row, 13)?,
    })
}

/// The eight columns of control totals, from `at` on.
fn totals(row: &Row<'_>, at: usize) -> rusqlite::Result<ControlTotals> {
    Ok(ControlTotals {
        lines: row.get(at)?,
        list: row.parsed(at + 1)?,
        covered: row.parsed(at + 2)?,
        discount: row.parsed(at + 3)?,
        coupon: row.parsed(at + 4)?,
        payable: row.parsed(at + 5)?,
        voucher: row.parsed(at + 6)?,
        card: row.parsed(at + 7)?,
    })
}

fn file(row: &Row<'_>) -> rusqlite::Result<BillFile> {
    Ok(BillFile {
        number: row.get(0)?,
        name: row.get(1)?,
        sha256: row.get(2)?,
        header: row.get(3)?,
        remarks: row.json(4)?,
        first_line: row.get(5)?,
        last_line: row.get(6)?,
        digest: row.get(7)?,
    })
}

impl Reader<'_> {
    /// The version of a month's bill that counts: the latest that was not dropped.
    pub fn bill(&self, period: Month) -> Result<Option<BillVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM bill_version WHERE period = ?1 AND NOT dropped ORDER BY version DESC LIMIT 1");
        Ok(self.connection.prepare_cached(&sql)?.query_row([period.number()], version).optional()?)
    }

    /// One version, dropped or not.
    pub fn bill_version(&self, period: Month, number: i64) -> Result<Option<BillVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM bill_version WHERE period = ?1 AND version = ?2");
        Ok(self.connection.prepare_cached(&sql)?.query_row([period.number(), number], version).optional()?)
    }

    /// Every version, by month; dropped ones too.
    pub fn bills(&self) -> Result<Vec<BillVersion>> {
        let mut select = self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM bill_version ORDER BY period, version"))?;
        let rows = select.query_map([], version)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The files of a version.
    pub fn bill_files(&self, id: BillVersionId) -> Result<Vec<BillFile>> {
        let mut select = self.connection.prepare_cached(
            "SELECT number, name, sha256, header, remarks, first_line, last_line, digest FROM bill_file WHERE version_id = ?1 ORDER BY number",
        )?;
        let rows = select.query_map([id.0], file)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// The row that the next version will have.
    pub fn next_bill_version(&mut self) -> Result<BillVersionId> {
        Ok(BillVersionId(self.next_id("bill_version")?))
    }

    /// The number that the next version of a month will have; dropped ones keep theirs.
    pub fn next_bill_number(&mut self, period: Month) -> Result<i64> {
        let mut select =
            self.connection().prepare_cached("SELECT COALESCE(MAX(version), 0) + 1 FROM bill_version WHERE period = ?1")?;
        Ok(select.query_row([period.number()], |row| row.get(0))?)
    }

    /// Writes a version, a new one or one that has changed.
    pub fn save_bill(&mut self, before: Option<&BillVersion>, bill: &BillVersion) -> Result<()> {
        self.connection()
            .prepare_cached(&format!(
                "INSERT OR REPLACE INTO bill_version ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
            ))?
            .execute(params![
                bill.id.0,
                bill.period.number(),
                bill.version,
                bill.finality.as_str(),
                to_json(&bill.reason),
                bill.layout.as_str(),
                bill.tax.map(TaxBasis::as_str),
                bill.currency.code(),
                bill.content,
                bill.stated.map(|total| total.to_string()),
                bill.repeats,
                bill.rejected,
                bill.dropped,
                bill.totals.lines,
                bill.totals.list.to_string(),
                bill.totals.covered.to_string(),
                bill.totals.discount.to_string(),
                bill.totals.coupon.to_string(),
                bill.totals.payable.to_string(),
                bill.totals.voucher.to_string(),
                bill.totals.card.to_string(),
            ])?;
        self.log_change("bill", &bill.id.0.to_string(), before, bill)
    }

    /// Writes a file of a version after its lines.
    pub fn insert_bill_file(&mut self, version: BillVersionId, file: &BillFile) -> Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO bill_file (version_id, number, name, sha256, header, remarks, first_line, last_line, digest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                version.0,
                file.number,
                file.name,
                file.sha256,
                file.header,
                to_json(&file.remarks),
                file.first_line,
                file.last_line,
                file.digest
            ])?;
        self.log_change("bill-file", &format!("{}/{}", version.0, file.number), None, file)
    }

    /// Takes the lines, text and sums of a version away; the version itself and its files stay on record.
    pub fn drop_bill(&mut self, before: &BillVersion) -> Result<BillVersion> {
        for file in self.reader().bill_files(before.id)? {
            self.connection()
                .execute("DELETE FROM bill_line WHERE id BETWEEN ?1 AND ?2", params![file.first_line, file.last_line])?;
        }
        for table in ["bill_block", "bill_repeat"] {
            self.connection().execute(&format!("DELETE FROM {table} WHERE version_id = ?1"), [before.id.0])?;
        }
        self.delete_bill_sums(before.id)?;
        let after = BillVersion { dropped: true, ..before.clone() };
        self.save_bill(Some(before), &after)?;
        Ok(after)
    }
}
