//! Rows on their way into the tables of orders and the journal.
//!
//! Every INSERT has a price of its own, whatever it writes: above all a copy of each page that it changes, so that it can be undone
//! alone. A batch pays it once for many rows, which wait here meanwhile. Triggers and foreign keys see each row as ever.

use rusqlite::types::{Null, ToSql, ToSqlOutput};
use rusqlite::{Connection, params_from_iter};

use super::error::Result;

/// How many rows of a table one statement writes.
pub(super) const TOGETHER: usize = 64;

/// One cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Word(&'static str),
    Text(String),
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::Number(i64::from(yes))
    }
}

impl From<&'static str> for Cell {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => Ok(ToSqlOutput::from(Null)),
            Self::Number(number) => Ok(ToSqlOutput::from(*number)),
            Self::Word(word) => Ok(ToSqlOutput::from(*word)),
            Self::Text(text) => Ok(ToSqlOutput::from(text.as_str())),
        }
    }
}

/// Rows of one table that wait.
#[derive(Debug)]
pub(super) struct Rows<const COLUMNS: usize> {
    /// `table (column, …)`.
    into: &'static str,
    rows: Vec<[Cell; COLUMNS]>,
}

impl<const COLUMNS: usize> Rows<COLUMNS> {
    pub(super) const fn new(into: &'static str) -> Self {
        Self { into, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: [Cell; COLUMNS]) {
        self.rows.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[Cell; COLUMNS]> {
        self.rows.iter()
    }

    /// Writes them all, in the order in which they came.
    pub(super) fn write(&mut self, connection: &Connection) -> Result<()> {
        // Two sizes of statement, so that there are two to prepare.
        let (whole, rest) = self.rows.as_chunks::<TOGETHER>();
        for rows in whole {
            self.insert(connection, rows)?;
        }
        for row in rest {
            self.insert(connection, std::slice::from_ref(row))?;
        }
        self.rows.clear();
        Ok(())
    }

    fn insert(&self, connection: &Connection, rows: &[[Cell; COLUMNS]]) -> Result<()> {
        let row = format!("({})", ["?"; COLUMNS].join(", "));
        let more = format!(", {row}").repeat(rows.len() - 1);
        let sql = format!("INSERT INTO {} VALUES {row}{more}", self.into);
        connection.prepare_cached(&sql)?.execute(params_from_iter(rows.as_flattened()))?;
        Ok(())
    }
}

/// What waits, by table.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) postings: Rows<4>,
    pub(super) entries: Rows<10>,
    pub(super) orders: Rows<11>,
    pub(super) charges: Rows<19>,
}

impl Waiting {
    pub(super) const fn new() -> Self {
        Self {
            postings: Rows::new("posting (entry_id, line, ledger_account_id, amount_minor)"),
            entries: Rows::new(
                "entry (id, operation_id, event, effective, group_id, account_id, recipient_id, reference, remark,
                         reverses)",
            ),
            orders: Rows::new(
                "orders (id, operation_id, account_id, product_id, kind, provider_order, day, service_from, service_to, placement,
                         refunds)",
            ),
            charges: Rows::new(
                "charge (id, operation_id, account_id, order_id, product_id, charge_month, day, list, agreement_id, volume_before,
                         tier, discount, payable_minor, cost_minor, counts, cost_counts, difference_id, corrects_id, entry_id)",
            ),
        }
    }

    /// Whether one more order would make a table's rows more than one statement writes.
    pub(super) fn is_full(&self) -> bool {
        self.charges.len() >= TOGETHER || self.entries.len() > TOGETHER
    }

    /// Writes every row: postings before the header that seals them, and what is pointed to before what points to it.
    pub(super) fn write(&mut self, connection: &Connection) -> Result<()> {
        self.postings.write(connection)?;
        self.entries.write(connection)?;
        self.orders.write(connection)?;
        self.charges.write(connection)
    }
}
