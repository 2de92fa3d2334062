//! What stands on statements, and the frozen ones.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, params};

use super::error::Result;
use super::sql::{Columns as _, day};
use super::{Reader, Writer};
use crate::domain::code::Code;
use crate::domain::id::{AccountId, EntryId, OrderId};
use crate::domain::journal::Note;
use crate::domain::money::Amount;
use crate::domain::period::Month;
use crate::domain::rate::Discount;
use crate::domain::statement::{ChargeFacts, Movement};

impl Reader<'_> {
    /// Everything that moved an account's balance due from one day to another: charges by their index, other money by theirs. The
    /// amount is what the entry's postings did to the account's own receivable and funds. An order that the book started with
    /// moved nothing of it: what it cost the customer is in the opening balance.
    pub fn movements(&self, account: AccountId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Movement>> {
        let mut select = self.connection.prepare_cached(
            "WITH found AS (
                 SELECT c.entry_id AS entry_id, c.id AS charge_id FROM charge AS c
                  WHERE c.account_id = ?1 AND c.day BETWEEN ?2 AND ?3 AND c.entry_id IS NOT NULL
                    -- What the agent bears of a difference is nothing to the customer.
                    AND (c.difference_id IS NULL OR c.payable_minor <> 0)
                 UNION ALL
                 SELECT e.id, NULL FROM entry AS e
                  WHERE e.account_id = ?1 AND e.effective BETWEEN ?2 AND ?3
                    AND e.event <> 'charge' AND e.event <> 'refund' AND e.event <> 'usage' AND e.event <> 'bill-accepted'
                    AND e.event <> 'difference-accepted'
                 UNION ALL
                 SELECT e.id, NULL FROM entry AS e
                  WHERE e.recipient_id = ?1 AND e.effective BETWEEN ?2 AND ?3
                 UNION ALL
                 -- One payment for several accounts, and what took it back: it is about the group.
                 SELECT e.id, NULL FROM (SELECT DISTINCT entry_id FROM settlement WHERE account_id = ?1) AS s
                   JOIN entry AS e ON e.id = s.entry_id OR e.reverses = s.entry_id
                  WHERE e.account_id IS NOT ?1 AND e.effective BETWEEN ?2 AND ?3)
             SELECT e.id, e.effective, e.event, e.reference,
                    (SELECT COALESCE(SUM(p.amount_minor), 0)
                       FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                      WHERE p.entry_id = e.id AND l.owner_kind = 'account' AND l.owner_id = ?1
                        AND l.code IN ('receivable', 'funds')),
                    c.id, pr.code, c.order_id, o.provider_order, c.charge_month, c.list, c.discount, e.remark,
                    CASE WHEN e.recipient_id IS NOT NULL THEN other.code END
               FROM found
               JOIN entry AS e ON e.id = found.entry_id
               LEFT JOIN charge AS c ON c.id = found.charge_id
               LEFT JOIN product AS pr ON pr.id = c.product_id
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN account AS other ON other.id = CASE e.account_id WHEN ?1 THEN e.recipient_id ELSE e.account_id END
              WHERE o.placement IS NOT 'opening'",
        )?;
        let rows = select.query_map(params![account.0, day(from), day(to)], |row| {
            let charge = match row.get::<_, Option<i64>>(5)? {
                None => None,
                Some(_) => Some(ChargeFacts {
                    product: row.get(6)?,
                    order: row.get::<_, Option<i64>>(7)?.map(OrderId),
                    provider_order: row.get(8)?,
                    charge_month: row.month(9)?,
                    list: row.parsed(10)?,
                    discount: Discount::from_millionths(row.get(11)?).unwrap_or_default(),
                }),
            };
            Ok(Movement {
                entry: EntryId(row.get(0)?),
                date: row.date(1)?,
                event: row.parsed(2)?,
                note: Note { reference: row.get(3)?, remark: row.get(12)? },
                amount: Amount::from_minor(row.get(4)?),
                charge,
                other: row.parsed_opt(13)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The frozen statement of an account: its JSON.
    pub fn frozen_statement(&self, month: Month, account: AccountId) -> Result<Option<String>> {
        let mut select = self.connection.prepare_cached("SELECT content FROM statement WHERE month = ?1 AND account_id = ?2")?;
        Ok(select.query_row(params![month.number(), account.0], |row| row.get(0)).optional()?)
    }

    /// The frozen statements of a month: whose, their JSON, and the hash of that.
    pub fn frozen_statements(&self, month: Month) -> Result<Vec<(Code, String, String)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT a.code, s.content, s.sha256 FROM statement AS s JOIN account AS a ON a.id = s.account_id
              WHERE s.month = ?1 ORDER BY a.code",
        )?;
        let rows = select.query_map([month.number()], |row| Ok((row.parsed(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Freezes a statement. The receipt carries its hash, and the log the receipt's.
    pub fn insert_statement(&mut self, month: Month, account: AccountId, content: &str, sha256: &str) -> Result<()> {
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO statement (month, account_id, content, sha256) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![month.number(), account.0, content, sha256])?;
        Ok(())
    }
}
