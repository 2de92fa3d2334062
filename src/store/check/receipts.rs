//! The proof of closed months: receipts and frozen statements are as they were hashed, and the ledger still comes to what they say.

use std::collections::{BTreeMap, HashMap};

use super::walk::Walk;
use super::{CheckName, Checked, Findings};
use crate::domain::chain;
use crate::domain::chart::LedgerCode;
use crate::domain::close::Receipt;
use crate::domain::code::Code;
use crate::domain::money::Currency;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::error::Result;
use crate::store::period::KeptReceipt;
use crate::store::sql::to_json;

impl Reader<'_> {
    pub(super) fn check_receipts(&self, walk: &Walk) -> Result<Checked> {
        let mut wrong = Findings::default();
        let receipts = self.receipts()?;
        let count = receipts.len();
        let mut logged = self.logged_receipts()?;
        let closed = self.closed_months()?;
        for kept in receipts {
            let (key, KeptReceipt { month, version, content, sha256 }) = (kept.key(), kept);
            if logged.remove(&key) != Some(to_json(&sha256)) {
                wrong.add(|| format!("the receipt of {month} is not the one that the log names"));
            }
            let Ok(receipt) = serde_json::from_str::<Receipt>(&content) else {
                wrong.add(|| format!("the receipt of {month} cannot be read"));
                continue;
            };
            if chain::sha256_hex(content.as_bytes()) != sha256 {
                wrong.add(|| format!("the receipt of {month} is not the one that was hashed"));
            }
            let mut named: HashMap<&Code, &str> = receipt.statements.iter().map(|s| (&s.account, s.sha256.as_str())).collect();
            self.each_frozen_statement(month, version, |account, content, kept| {
                let sha256 = chain::sha256_hex(content.as_bytes());
                if kept != sha256 || named.remove(&account) != Some(sha256.as_str()) {
                    wrong.add(|| format!("the statement of {account} for {month} is not the one that was frozen"));
                }
            })?;
            for account in named.keys() {
                wrong.add(|| format!("the statement of {account} for {month} is gone"));
            }
            // What a reopened month came to is history: its figures may be others now.
            if !closed.contains(&month) || version != self.receipt_version(month)? {
                continue;
            }
            let mut now: BTreeMap<(LedgerCode, Currency), i128> = BTreeMap::new();
            for (id, by_day) in &walk.fold {
                let Some(account) = walk.accounts.get(id) else { continue };
                let sum = by_day.range(..=month.last_day()).map(|(_, (debit, credit))| debit - credit).sum::<i128>();
                *now.entry((account.code(), account.currency())).or_default() += sum;
            }
            for total in &receipt.ledger {
                let found = now.remove(&(total.code, total.currency)).unwrap_or_default();
                if found != i128::from(total.balance.minor()) {
                    wrong.add(|| format!("{} at the end of {month} is no longer what the receipt says", total.code));
                }
            }
            for ((code, _), sum) in now {
                if sum != 0 {
                    wrong.add(|| format!("{code} at the end of {month} is not on the receipt"));
                }
            }
        }
        self.check_stray_statements(&mut wrong)?;
        // Months that closed along with a later one have no receipt of their own; the later one's covers their figures.
        for month in logged.keys() {
            wrong.add(|| format!("the receipt of {month} is gone"));
        }
        Ok(wrong.checked(CheckName::Receipts, format!("{} unchanged since", plural(count as u64, "closed month", "closed months"))))
    }

    /// Every statement is of a close that has its receipt.
    fn check_stray_statements(&self, wrong: &mut Findings) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT s.month, s.version FROM statement AS s
              WHERE NOT EXISTS (SELECT 1 FROM receipt AS r WHERE r.month = s.month AND r.version = s.version)",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (month, version): (i64, i64) = (row.get(0)?, row.get(1)?);
            wrong.add(|| format!("a statement of {month} is of close {version}, which has no receipt"));
        }
        Ok(())
    }

    /// The hash of each receipt as the log has it, by month: whoever changes a receipt would have to change the log as well.
    fn logged_receipts(&self) -> Result<BTreeMap<String, String>> {
        let mut select = self.connection.prepare("SELECT key, after FROM change WHERE noun = 'receipt' ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
