//! What stands on statements, and the frozen ones.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, Row, params};

use super::error::{Result, StoreError};
use super::sql::{Columns as _, day};
use super::{LedgerMovement, Reader, Writer};
use crate::domain::account::Group;
use crate::domain::code::Code;
use crate::domain::id::{AccountId, EntryId, OrderId};
use crate::domain::journal::Note;
use crate::domain::money::Amount;
use crate::domain::period::Month;
use crate::domain::statement::{AgreementVersion, ChargeFacts, Movement};

impl Reader<'_> {
    /// Everything that moved an account's balance due from one day to another: charges by their index, other money by theirs. The
    /// amount is what the entry's postings did to the account's own receivable and funds; usage that is only expected is owed by
    /// nobody yet, and is left out. An order that the book started with
    /// moved nothing of it: what it cost the customer is in the opening balance. What a decision on a difference has charged has
    /// no list price. What an entry for several accounts moves of the deposits is the group's: it stands on no account's statement.
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
                    AND e.event <> 'difference-accepted' AND e.event <> 'usage-accrued'
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
                    (SELECT -COALESCE(SUM(p.amount_minor), 0)
                       FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                      WHERE p.entry_id = e.id AND l.code = 'deposits' AND (e.account_id IS NOT NULL OR c.id IS NOT NULL)),
                    (SELECT -COALESCE(SUM(p.amount_minor), 0)
                       FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                      WHERE p.entry_id = e.id AND l.owner_kind = 'account' AND l.owner_id = ?1 AND l.code = 'sales'),
                    e.remark, CASE WHEN e.recipient_id IS NOT NULL THEN other.code END,
                    c.id, pr.code, c.order_id, o.provider_order, c.charge_month,
                    CASE WHEN c.difference_id IS NULL THEN c.list END, g.name, g.valid_from, c.tier, c.discount,
                    (SELECT k.amount_minor FROM coupon AS k WHERE k.order_id = c.order_id AND k.kind = 'coupon'), c.payable_minor
               FROM found
               JOIN entry AS e ON e.id = found.entry_id
               LEFT JOIN charge AS c ON c.id = found.charge_id
               LEFT JOIN product AS pr ON pr.id = c.product_id
               LEFT JOIN agreement AS g ON g.id = c.agreement_id
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN account AS other ON other.id = CASE e.account_id WHEN ?1 THEN e.recipient_id ELSE e.account_id END
              WHERE o.placement IS NOT 'opening'",
        )?;
        let rows = select.query_map(params![account.0, day(from), day(to)], |row| {
            Ok(Movement {
                entry: EntryId(row.get(0)?),
                date: row.date(1)?,
                event: row.parsed(2)?,
                note: Note { reference: row.get(3)?, remark: row.get(7)? },
                amount: row.amount(4)?,
                deposits: row.amount(5)?,
                sales: row.amount(6)?,
                other: row.parsed_opt(8)?,
                charge: match row.get::<_, Option<i64>>(9)? {
                    Some(_) => Some(charge_facts(row)?),
                    None => None,
                },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What moved the money of a group that is not allocated, from one day to another, both included, by day. Entries are found by
    /// whom they are about: by the group itself, by its accounts, and by what those were charged.
    pub fn deposit_movements(&self, group: &Group, from: NaiveDate, to: NaiveDate) -> Result<Vec<LedgerMovement>> {
        let mut select = self.connection.prepare_cached(
            "WITH found AS (
                 SELECT e.id AS entry_id FROM entry AS e
                  WHERE e.account_id IS NULL AND e.effective BETWEEN ?3 AND ?4 AND e.group_id = ?1
                    AND e.event <> 'charge' AND e.event <> 'refund' AND e.event <> 'usage' AND e.event <> 'bill-accepted'
                    AND e.event <> 'difference-accepted'
                 UNION
                 SELECT e.id FROM membership AS m CROSS JOIN entry AS e ON e.account_id = m.account_id AND e.effective BETWEEN ?3 AND ?4
                  WHERE m.group_id = ?1
                    AND e.event <> 'charge' AND e.event <> 'refund' AND e.event <> 'usage' AND e.event <> 'bill-accepted'
                    AND e.event <> 'difference-accepted'
                 UNION
                 SELECT c.entry_id FROM membership AS m CROSS JOIN charge AS c ON c.account_id = m.account_id AND c.day BETWEEN ?3 AND ?4
                  WHERE m.group_id = ?1 AND c.entry_id IS NOT NULL)
             SELECT e.id, e.effective, e.event, a.code, r.code, p.amount_minor, e.reference, e.remark
               FROM found
               JOIN entry AS e ON e.id = found.entry_id
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id
                    AND l.code = 'deposits' AND l.owner_kind = 'group' AND l.owner_id = ?1 AND l.currency = ?2
               LEFT JOIN account AS a ON a.id = e.account_id
               LEFT JOIN account AS r ON r.id = e.recipient_id
              ORDER BY e.effective, e.id",
        )?;
        let rows = select.query_map(params![group.id.0, group.currency.code(), day(from), day(to)], |row| {
            Ok(LedgerMovement {
                entry: EntryId(row.get(0)?),
                date: row.date(1)?,
                event: row.parsed(2)?,
                account: row.parsed_opt(3)?,
                recipient: row.parsed_opt(4)?,
                amount: row.amount(5)?,
                note: Note { reference: row.get(6)?, remark: row.get(7)? },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What an account was charged from one day to another, both included, by month: refunds and true-ups included, without what
    /// the book started with.
    pub fn spent_by_month(&self, account: AccountId, from: NaiveDate, to: NaiveDate) -> Result<BTreeMap<Month, Amount>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.day / 100, SUM(c.payable_minor)
               FROM charge AS c LEFT JOIN orders AS o ON o.id = c.order_id
              WHERE c.account_id = ?1 AND c.day BETWEEN ?2 AND ?3 AND o.placement IS NOT 'opening'
              GROUP BY 1
             UNION ALL
             SELECT e.effective / 100, -SUM(p.amount_minor)
               FROM entry AS e
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id AND l.code = 'sales'
              WHERE e.account_id = ?1 AND e.effective BETWEEN ?2 AND ?3 AND e.event = 'true-up'
                AND e.event <> 'charge' AND e.event <> 'refund' AND e.event <> 'usage' AND e.event <> 'bill-accepted'
                AND e.event <> 'difference-accepted'
              GROUP BY 1",
        )?;
        let mut months: BTreeMap<Month, Amount> = BTreeMap::new();
        let mut rows = select.query(params![account.0, day(from), day(to)])?;
        while let Some(row) = rows.next()? {
            let sum = months.entry(row.month(0)?).or_default();
            *sum = sum.plus(row.amount(1)?)?;
        }
        Ok(months)
    }

    /// The frozen statement of an account: its JSON.
    pub fn frozen_statement(&self, month: Month, account: AccountId) -> Result<Option<String>> {
        let mut select = self.connection.prepare_cached(
            "SELECT content FROM statement
              WHERE month = ?1 AND account_id = ?2 AND version = (SELECT MAX(version) FROM receipt WHERE month = ?1)",
        )?;
        Ok(select.query_row(params![month.number(), account.0], |row| row.get(0)).optional()?)
    }

    /// The last version of an account's statement of a month before a version: the one that this supersedes.
    pub fn superseded_statement(&self, month: Month, account: AccountId, version: i64) -> Result<Option<i64>> {
        let mut select = self.connection.prepare_cached(
            "SELECT MAX(version) FROM receipt WHERE month = ?1 AND version < ?3 AND EXISTS (
                 SELECT 1 FROM statement WHERE month = receipt.month AND version = receipt.version AND account_id = ?2
             )",
        )?;
        Ok(select.query_row((month.number(), account.0, version), |row| row.get(0))?)
    }

    /// How many statements a month's close has frozen.
    pub fn frozen_statements(&self, month: Month, version: i64) -> Result<u64> {
        let mut select = self.connection.prepare_cached("SELECT COUNT(*) FROM statement WHERE month = ?1 AND version = ?2")?;
        Ok(select.query_row([month.number(), version], |row| row.get(0))?)
    }

    /// Walks over them: whose, their JSON, and the hash of that.
    pub(super) fn each_frozen_statement(&self, month: Month, version: i64, mut visit: impl FnMut(Code, &str, &str)) -> Result<()> {
        let mut select = self.connection.prepare_cached(
            "SELECT a.code, s.content, s.sha256 FROM statement AS s JOIN account AS a ON a.id = s.account_id
              WHERE s.month = ?1 AND s.version = ?2 ORDER BY s.account_id",
        )?;
        let mut rows = select.query([month.number(), version])?;
        while let Some(row) = rows.next()? {
            let text = |index| row.get_ref(index)?.as_str().map_err(|e| StoreError::Damaged(e.to_string()));
            visit(row.parsed(0)?, text(1)?, text(2)?);
        }
        Ok(())
    }
}

/// What the columns of [`Reader::movements`] say of a charge.
fn charge_facts(row: &Row<'_>) -> rusqlite::Result<ChargeFacts> {
    let agreement = match row.parsed_opt(15)? {
        Some(name) => Some(AgreementVersion { name, valid_from: row.date(16)? }),
        None => None,
    };
    Ok(ChargeFacts {
        product: row.get(10)?,
        order: row.get::<_, Option<i64>>(11)?.map(OrderId),
        provider_order: row.get(12)?,
        charge_month: row.month(13)?,
        list: row.parsed_opt(14)?,
        agreement,
        tier: row.parsed_opt(17)?,
        discount: row.discount(18)?,
        coupon: row.get::<_, Option<i64>>(19)?.map(Amount::from_minor),
        payable: row.amount(20)?,
    })
}

impl Writer<'_> {
    /// Freezes a statement with a month's close of a version. The receipt carries its hash, and the log the receipt's.
    pub fn insert_statement(
        &mut self,
        (month, version): (Month, i64),
        account: AccountId,
        content: &str,
        sha256: &str,
    ) -> Result<()> {
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO statement (month, version, account_id, content, sha256) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        insert.execute(params![month.number(), version, account.0, content, sha256])?;
        Ok(())
    }
}
