//! The proof of open items: what is accrued and in dispute has its items, and what settles a receivable pays months.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::Walk;
use super::{CheckName, Checked, Findings};
use crate::domain::chart::LedgerCode;
use crate::domain::money::Currency;
use crate::domain::period::PeriodState;
use crate::store::Reader;
use crate::store::error::Result;
use crate::store::sql::Columns as _;

impl Reader<'_> {
    pub(super) fn check_open_items(&self, walk: &Walk) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut open: BTreeMap<Currency, i128> = BTreeMap::new();
        let mut select = self.connection.prepare(
            "SELECT g.currency, c.cost_minor - (SELECT COALESCE(SUM(k.cleared_minor), 0) FROM clearing AS k WHERE k.charge_id = c.id)
               FROM charge AS c
               CROSS JOIN membership AS m ON m.account_id = c.account_id AND c.day BETWEEN m.from_day AND m.until_day
               CROSS JOIN customer_group AS g ON g.id = m.group_id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            *open.entry(row.parsed(0)?).or_default() += i128::from(row.get::<_, i64>(1)?);
        }
        // A loss that was accepted waits for its bill without any charge.
        let closed = self.closed_through()?;
        let (mut in_dispute, mut disputed): (BTreeMap<Currency, i128>, BTreeMap<Currency, i128>) =
            (BTreeMap::new(), BTreeMap::new());
        for difference in self.differences(None)? {
            *in_dispute.entry(difference.currency).or_default() += i128::from(difference.disputed.minor());
            let waits = closed.state(difference.period) != PeriodState::Closed;
            if let Some(decision) = difference.decision.filter(|decision| waits && decision.charge.is_none()) {
                *open.entry(difference.currency).or_default() += i128::from(decision.accrued.minor());
            }
        }
        let mut accrued: BTreeMap<Currency, i128> = BTreeMap::new();
        for (id, by_day) in &walk.fold {
            let Some(account) = walk.accounts.get(id) else { continue };
            let sum = by_day.values().map(|(debit, credit)| credit - debit).sum::<i128>();
            match account.code() {
                LedgerCode::Accrued => *accrued.entry(account.currency()).or_default() += sum,
                LedgerCode::Disputed => *disputed.entry(account.currency()).or_default() -= sum,
                _ => {}
            }
        }
        for (name, items, balances) in [("accrued", &open, &accrued), ("disputed", &in_dispute, &disputed)] {
            for currency in items.keys().chain(balances.keys()).collect::<BTreeSet<_>>() {
                let (items, balance) = (items.get(currency).copied().unwrap_or(0), balances.get(currency).copied().unwrap_or(0));
                if items != balance {
                    wrong.add(|| format!("{name} in {currency} is {balance} minor units, its open items are {items}"));
                }
            }
        }
        let mut select = self.connection.prepare(
            "SELECT c.id FROM charge AS c WHERE EXISTS (SELECT 1 FROM clearing AS k WHERE k.charge_id = c.id AND k.settles)
                AND c.cost_minor <> (SELECT SUM(k.cleared_minor) FROM clearing AS k WHERE k.charge_id = c.id)
             UNION
             SELECT k.charge_id FROM clearing AS k JOIN charge AS c ON c.id = k.charge_id
               LEFT JOIN reconciliation AS r ON r.period = k.period AND r.version_id = k.version_id
              WHERE r.period IS NULL OR NOT k.settles AND k.rule NOT IN ('carried', 'instalment')",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            wrong.add(|| format!("charge {id} is not settled as its bills say"));
        }
        self.check_settlements(&mut wrong)?;
        Ok(wrong.checked(
            CheckName::OpenItems,
            "accrued and disputed are the sums of their open items, and settlements of what they pay".to_owned(),
        ))
    }

    /// What an entry has credited to the receivable of an account, because it was paid or given up, is what it pays of its months;
    /// and what takes one back is its mirror.
    fn check_settlements(&self, wrong: &mut Findings) -> Result<()> {
        let mut paid: BTreeMap<(i64, i64), i128> = BTreeMap::new();
        for row in self.settlements()? {
            *paid.entry((row.entry.0, row.account.0)).or_default() += i128::from(row.amount.minor());
        }
        let mut select = self.connection.prepare(
            "SELECT e.id, l.owner_id, -p.amount_minor
               FROM entry AS e
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id AND l.code = 'receivable'
              WHERE e.event IN ('settlement', 'write-off')",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key = (row.get(0)?, row.get(1)?);
            let left = paid.get(&key).copied().unwrap_or_default() - i128::from(row.get::<_, i64>(2)?);
            paid.insert(key, left);
        }
        for ((entry, account), left) in paid {
            if left != 0 {
                wrong.add(|| format!("entry {entry} pays {left} minor units more of account {account} than it has posted"));
            }
        }
        let mut select = self.connection.prepare(
            "SELECT back.id FROM entry AS back
              WHERE back.event = 'charge-back' AND (
                    back.reverses IS NULL
                    OR EXISTS (SELECT 1 FROM posting AS p
                                WHERE p.entry_id IN (back.id, back.reverses)
                                GROUP BY p.ledger_account_id HAVING SUM(p.amount_minor) <> 0))",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            wrong.add(|| format!("entry {id} is not the mirror of what it takes back"));
        }
        Ok(())
    }
}
