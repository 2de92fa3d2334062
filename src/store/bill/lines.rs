//! Bill lines: what matching needs of each, in rows; those that came twice; and a digest that proves them.

use rusqlite::types::ValueRef;
use rusqlite::{Row, params};

use super::BillVersion;
use crate::domain::bill::{BillLine, LineKind, OrderNumber};
use crate::domain::chain::{Digester, hex};
use crate::domain::id::{BillVersionId, ProductId, SeenUidId};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::store::error::{Result, StoreError};
use crate::store::sql::{Columns as _, LineAmount, StoredOrderNumber, day, order_number, unless_zero};
use crate::store::{Reader, Writer};

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

pub(super) fn kind_of(number: i64) -> Result<LineKind> {
    let found = LINE_KINDS.iter().find(|(n, _)| *n == number);
    found.map(|(_, kind)| *kind).ok_or_else(|| StoreError::Damaged(format!("a bill line has the kind {number}")))
}

/// A stored line.
#[derive(Clone, Copy, Debug)]
pub struct StoredLine<'a> {
    /// Whose it is.
    pub seen_uid: SeenUidId,
    /// The order number; empty for usage.
    pub order_no: OrderNumber<'a>,
    /// What it is.
    pub kind: LineKind,
    /// The charge month.
    pub month: Month,
    /// The day of consumption.
    pub day: Option<chrono::NaiveDate>,
    /// What is owed to the provider.
    pub payable: Exact,
    /// The product.
    pub product: ProductId,
    /// At list price.
    pub list: Exact,
    /// Covered by a plan.
    pub covered: Exact,
    /// What the coupon took off.
    pub coupon: Exact,
    /// What the provider's rounding took off.
    pub cut: Exact,
    /// The provider's id; empty where it has none.
    pub line_id: &'a str,
    /// Its line in the file.
    pub number: u64,
    /// A hash of the line as it stands in the file.
    pub content: u64,
}

impl<'a> StoredLine<'a> {
    /// A line of a bill, with the rows of its account and product.
    pub fn of(line: &BillLine<'a>, seen_uid: SeenUidId, product: ProductId) -> Self {
        Self {
            seen_uid,
            order_no: OrderNumber::of(line.order_no),
            kind: line.kind,
            month: line.month,
            day: line.day,
            payable: line.payable,
            product,
            list: line.list,
            covered: line.covered,
            coupon: line.coupon,
            cut: line.cut(),
            line_id: line.line_id,
            number: line.number,
            content: line.content,
        }
    }
}

/// Which lines of a version to look for; `None` is any.
#[derive(Clone, Debug, Default)]
pub struct LineFilter {
    /// Whose.
    pub seen_uid: Option<SeenUidId>,
    /// With this order number.
    pub order_no: Option<String>,
    /// With this id of the provider.
    pub line_id: Option<String>,
}

/// What matching asks of a line comes first: the rest of a row need not be looked at.
const MATCHING: &str = "seen_uid_id, order_no, kind, month, day, payable";
const REST: &str = "product_id, list, covered, coupon, cut, line_id, number, content";

fn matching<'r>(row: &'r Row<'_>, period: Month) -> Result<StoredLine<'r>> {
    Ok(StoredLine {
        seen_uid: SeenUidId(row.get(0)?),
        order_no: order_number(row.get_ref(1)?).map_err(|e| StoreError::Damaged(e.to_string()))?,
        kind: kind_of(row.get(2)?)?,
        month: if row.get_ref(3)? == ValueRef::Null { period } else { row.month(3)? },
        day: row.date_opt(4)?,
        payable: row.get::<_, LineAmount>(5)?.0,
        product: ProductId(0),
        list: Exact::ZERO,
        covered: Exact::ZERO,
        coupon: Exact::ZERO,
        cut: Exact::ZERO,
        line_id: "",
        number: 0,
        content: 0,
    })
}

fn whole<'r>(row: &'r Row<'_>, period: Month) -> Result<StoredLine<'r>> {
    let line_id = row.get_ref(11)?.as_str_or_null().map_err(|e| StoreError::Damaged(e.to_string()))?;
    Ok(StoredLine {
        product: ProductId(row.get(6)?),
        list: row.get::<_, LineAmount>(7)?.0,
        covered: row.unless_zero(8)?,
        coupon: row.unless_zero(9)?,
        cut: row.unless_zero(10)?,
        line_id: line_id.unwrap_or(""),
        number: row.get(12)?,
        content: row.get::<_, i64>(13)?.cast_unsigned(),
        ..matching(row, period)?
    })
}

impl Reader<'_> {
    /// Walks over the lines of a version as matching wants them, in the order of its files: whose, which order, what, when and
    /// how much, each with its row; the other fields are empty.
    pub fn each_line_to_match(&self, bill: &BillVersion, mut visit: impl FnMut(i64, &StoredLine<'_>) -> Result<()>) -> Result<()> {
        for file in self.bill_files(bill.id)? {
            let mut select =
                self.connection.prepare_cached(&format!("SELECT {MATCHING}, id FROM bill_line WHERE id BETWEEN ?1 AND ?2"))?;
            let mut rows = select.query([file.first_line, file.last_line])?;
            while let Some(row) = rows.next()? {
                visit(row.get(6)?, &matching(row, bill.period)?)?;
            }
        }
        Ok(())
    }

    /// Walks over the lines of a version with all that the book holds of them, each with its file's number.
    pub fn each_bill_line(&self, bill: &BillVersion, mut visit: impl FnMut(i64, &StoredLine<'_>) -> Result<()>) -> Result<()> {
        self.each_line_of(bill, &LineFilter::default(), |file, line| visit(file, line))
    }

    /// The same for the lines that a filter lets through.
    pub fn each_line_of(
        &self,
        bill: &BillVersion,
        filter: &LineFilter,
        mut visit: impl FnMut(i64, &StoredLine<'_>) -> Result<()>,
    ) -> Result<()> {
        let order_no = filter.order_no.as_deref().map(|number| StoredOrderNumber(OrderNumber::of(number)));
        // What is not asked for costs nothing: a month has a million lines.
        let any = filter.seen_uid.is_none() && order_no.is_none() && filter.line_id.is_none();
        let chosen = if any {
            "?3 IS NULL AND ?4 IS NULL AND ?5 IS NULL"
        } else {
            "(?3 IS NULL OR seen_uid_id = ?3) AND (?4 IS NULL OR order_no = ?4) AND (?5 IS NULL OR line_id = ?5)"
        };
        for file in self.bill_files(bill.id)? {
            let mut select = self
                .connection
                .prepare_cached(&format!("SELECT {MATCHING}, {REST} FROM bill_line WHERE id BETWEEN ?1 AND ?2 AND {chosen}"))?;
            let mut rows = select.query(params![
                file.first_line,
                file.last_line,
                filter.seen_uid.map(|uid| uid.0),
                order_no,
                filter.line_id
            ])?;
            while let Some(row) = rows.next()? {
                visit(file.number, &whole(row, bill.period)?)?;
            }
        }
        Ok(())
    }

    /// The lines of some rows with all that the book holds of them.
    pub fn each_line_at(
        &self,
        bill: &BillVersion,
        rows: &[i64],
        mut visit: impl FnMut(&StoredLine<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut select = self.connection.prepare_cached(&format!("SELECT {MATCHING}, {REST} FROM bill_line WHERE id = ?1"))?;
        for id in rows {
            let mut found = select.query([id])?;
            while let Some(row) = found.next()? {
                visit(&whole(row, bill.period)?)?;
            }
        }
        Ok(())
    }

    /// A line by its row: its id and the hash of its content, and its number in the file.
    pub fn bill_line_at(&self, id: i64) -> Result<(String, u64, u64)> {
        let mut select =
            self.connection.prepare_cached("SELECT COALESCE(line_id, ''), content, number FROM bill_line WHERE id = ?1")?;
        Ok(select.query_row([id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned(), row.get(2)?)))?)
    }

    /// Lines that came twice: the line id, whose it is, and how often it was left out.
    pub fn bill_repeats(&self, id: BillVersionId) -> Result<Vec<(String, SeenUidId, u64)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT line_id, seen_uid_id, COUNT(*) FROM bill_repeat WHERE version_id = ?1 GROUP BY line_id, seen_uid_id ORDER BY line_id",
        )?;
        let rows = select.query_map([id.0], |row| Ok((row.get(0)?, SeenUidId(row.get(1)?), row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// The row id that the next bill line will have. Files of dropped versions keep theirs, so that no two files ever name the
    /// same rows.
    pub fn next_bill_line(&mut self) -> Result<i64> {
        if let Some(next) = self.next_ids.get("bill_line") {
            return Ok(*next);
        }
        let next = self.connection().query_row("SELECT COALESCE(MAX(last_line), 0) + 1 FROM bill_file", [], |row| row.get(0))?;
        self.next_ids.insert("bill_line", next);
        Ok(next)
    }

    /// Writes lines under the next row ids.
    pub fn insert_bill_lines(&mut self, period: Month, lines: &[StoredLine<'_>]) -> Result<()> {
        let first = self.next_bill_line()?;
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO bill_line (id, seen_uid_id, order_no, kind, month, day, payable, product_id, list, covered, coupon, cut,
                                    line_id, number, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?;
        for (id, line) in (first..).zip(lines) {
            // A tuple, and not a list of what can be bound: each of its values is bound by a function of its own type.
            insert.execute((
                id,
                line.seen_uid.0,
                StoredOrderNumber(line.order_no),
                kind_number(line.kind),
                (line.month != period).then(|| line.month.number()),
                line.day.map(day),
                LineAmount(line.payable),
                line.product.0,
                LineAmount(line.list),
                unless_zero(line.covered),
                unless_zero(line.coupon),
                unless_zero(line.cut),
                Some(line.line_id).filter(|id| !id.is_empty()),
                i64::try_from(line.number).map_err(|_| StoreError::Overflow)?,
                line.content.cast_signed(),
            ))?;
        }
        drop(insert);
        self.next_ids.insert("bill_line", first + i64::try_from(lines.len()).map_err(|_| StoreError::Overflow)?);
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
}

/// Hashes a file's lines and text as they are written, so that `check` can prove them.
#[derive(Default)]
pub struct FileDigest {
    lines: Digester,
    text: Digester,
    bytes: Vec<u8>,
}

impl FileDigest {
    /// Adds a line, with the UID and the product's code in words: their row ids prove nothing.
    pub fn line(&mut self, line: &StoredLine<'_>, uid: &str, product: &str) {
        let bytes = &mut self.bytes;
        bytes.clear();
        let day = line.day.map_or(0, day);
        let numbers = [kind_number(line.kind), line.month.number(), day, line.content.cast_signed(), line.number.cast_signed()];
        for number in numbers {
            push_number(bytes, number.into());
        }
        for amount in [line.payable, line.list, line.covered, line.coupon, line.cut] {
            push_number(bytes, amount.mantissa());
        }
        match line.order_no {
            OrderNumber::Absent => bytes.push(0),
            OrderNumber::Plain(number) => {
                bytes.push(1);
                push_number(bytes, number.into());
            }
            OrderNumber::Text(text) => {
                bytes.push(2);
                push_text(bytes, text);
            }
        }
        for text in [line.line_id, uid, product] {
            push_text(bytes, text);
        }
        self.lines.bytes(bytes);
    }

    /// Adds a run of text as it is stored.
    pub fn text(&mut self, compressed: &[u8]) {
        self.text.bytes(compressed);
    }

    /// The digest, in hexadecimal digits.
    pub fn finish(self) -> String {
        let mut both = Digester::default();
        both.bytes(&self.lines.finish()).bytes(&self.text.finish());
        hex(&both.finish())
    }
}

/// A number's sign and length in one byte, then its digits to the base 256 without leading zeros: one form for each number, and
/// no more to hash than there is.
fn push_number(bytes: &mut Vec<u8>, number: i128) {
    const NEGATIVE: u8 = 0x80;
    let digits = number.unsigned_abs().to_be_bytes();
    let first = (number.unsigned_abs().leading_zeros() / 8) as usize;
    let length = u8::try_from(digits.len() - first).expect("there are sixteen at most");
    bytes.push(if number < 0 { length | NEGATIVE } else { length });
    bytes.extend_from_slice(&digits[first..]);
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    push_number(bytes, text.len() as i128);
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_lists_of_numbers_and_texts_look_alike() {
        let numbers = [0, 1, -1, 255, 256, -256, i128::from(i64::MIN), i128::MAX, i128::MIN];
        let mut seen = std::collections::HashSet::new();
        for first in numbers {
            for second in numbers {
                for text in ["", "\u{1}", "\0", "ab"] {
                    let mut bytes = Vec::new();
                    push_number(&mut bytes, first);
                    push_text(&mut bytes, text);
                    push_number(&mut bytes, second);
                    assert!(seen.insert(bytes), "{first} {text:?} {second}");
                }
            }
        }
    }
}
