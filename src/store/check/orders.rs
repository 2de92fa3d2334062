//! The proof of orders: each has its charge, and charges, true-ups and vouchers are what their entries post.

use std::collections::HashMap;

use super::{CheckName, Checked, Findings};
use crate::domain::account::Model;
use crate::domain::chart::LedgerCode;
use crate::domain::coupon::Bearer;
use crate::domain::id::OrderId;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::error::Result;
use crate::store::sql::Columns as _;

impl Reader<'_> {
    pub(super) fn check_orders(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut select = self.connection.prepare(
            "SELECT o.id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM charge AS c WHERE c.order_id = o.id) ORDER BY o.id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            wrong.add(|| format!("order o-{id} has no charge"));
        }
        // By the entry's own lines: what the charge says must be what was posted to sales, cost and accrued; on the agency model,
        // where the provider's price passes through, to accrued alone. Of an order that the book started with, the cost alone was
        // posted, against `opening` and on its day; the order is older.
        let mut select = self.connection.prepare(
            "SELECT c.id, c.payable_minor, c.cost_minor, a.model, o.placement IS 'opening', COALESCE(e.event, 'opening') = 'opening',
                    CASE WHEN o.placement IS NOT 'opening' THEN c.day = COALESCE(e.effective, c.day)
                         ELSE c.day <= (SELECT MAX(day) FROM opening)
                          AND COALESCE(e.effective = (SELECT MAX(day) FROM opening), e.id IS NULL) END,
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'sales' AND l.owner_id = c.account_id), 0),
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'cost' AND l.owner_id = c.account_id), 0),
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'accrued'), 0),
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'opening'), 0)
               FROM charge AS c
               JOIN account AS a ON a.id = c.account_id
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN entry AS e ON e.id = c.entry_id
               LEFT JOIN posting AS p ON p.entry_id = c.entry_id
               LEFT JOIN ledger_account AS l ON l.id = p.ledger_account_id
              GROUP BY c.id",
        )?;
        let mut rows = select.query([])?;
        let mut count = 0_u64;
        while let Some(row) = rows.next()? {
            count += 1;
            let (payable, cost): (i64, i64) = (row.get(1)?, row.get(2)?);
            let (is_opening, is_opening_entry): (bool, bool) = (row.get(4)?, row.get(5)?);
            // Nothing there is no yes.
            let on_its_day = row.get::<_, Option<bool>>(6)?.unwrap_or(false);
            let posted = [row.get::<_, i64>(7)?, row.get(8)?, row.get(9)?, row.get(10)?].map(i128::from);
            let (payable, cost) = (i128::from(payable), i128::from(cost));
            let is_posted = match row.parsed(3)? {
                _ if is_opening && !is_opening_entry => false,
                Model::Resale if is_opening => posted == [0, 0, -cost, cost],
                Model::Agency if is_opening => posted == [0, 0, -cost, cost] && payable == cost,
                Model::Resale => posted == [-payable, cost, -cost, 0],
                Model::Agency => posted == [0, 0, -cost, 0] && payable == cost,
            };
            if !is_posted || !on_its_day {
                let id: i64 = row.get(0)?;
                wrong.add(|| format!("charge {id} is not what its entry posts"));
            }
        }
        self.check_true_ups(&mut wrong)?;
        Ok(wrong.checked(CheckName::Orders, format!("{} as posted", plural(count, "charge", "charges"))))
    }

    /// What the entry of a true-up took from sales is the sum of what its charges changed by, on its day and for its account; and a
    /// voucher's entry is what its order used, or gave back.
    fn check_true_ups(&self, wrong: &mut Findings) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT t.entry_id, c.account_id, MIN(t.day), MAX(t.day), SUM(t.change_minor), MIN(t.operation_id), MAX(t.operation_id)
               FROM true_up AS t JOIN charge AS c ON c.id = t.charge_id
              GROUP BY COALESCE(t.entry_id, -t.operation_id), c.account_id",
        )?;
        let mut rows = select.query([])?;
        let mut changed: HashMap<i64, (i64, i64, i64, i64)> = HashMap::new();
        while let Some(row) = rows.next()? {
            let (account, first, last, sum): (i64, i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            let (operation, last_operation): (i64, i64) = (row.get(5)?, row.get(6)?);
            let repeated = match row.get::<_, Option<i64>>(0)? {
                Some(entry) => changed.insert(entry, (account, first, sum, operation)).is_some(),
                None => sum != 0,
            };
            if repeated || first != last || operation != last_operation {
                wrong.add(|| format!("the true-ups of account {account} on day {first} are not what one entry can post"));
            }
        }
        let mut select = self.connection.prepare(
            "SELECT e.id, e.account_id, e.effective, e.operation_id,
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE l.code = 'sales' AND l.owner_id = e.account_id), 0)
               FROM entry AS e
               LEFT JOIN posting AS p ON p.entry_id = e.id
               LEFT JOIN ledger_account AS l ON l.id = p.ledger_account_id
              WHERE e.event = 'true-up'
              GROUP BY e.id",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let account: Option<i64> = row.get(1)?;
            let posted = (account.unwrap_or_default(), row.get(2)?, row.get::<_, i64>(4)?.saturating_neg(), row.get(3)?);
            if changed.remove(&id) != Some(posted) {
                wrong.add(|| format!("entry {id} is not what its true-ups come to"));
            }
        }
        let posted: i64 = self.connection.query_row("SELECT COUNT(*) FROM entry WHERE event = 'voucher'", [], |row| row.get(0))?;
        let as_used: i64 = self.connection.query_row(
            "SELECT COUNT(*) FROM coupon AS k
               JOIN orders AS o ON o.id = k.order_id
               JOIN entry AS e ON e.id = k.entry_id AND e.event = 'voucher' AND e.account_id = o.account_id AND e.effective = o.day
              WHERE k.kind = 'voucher'
                AND CASE WHEN o.refunds IS NULL THEN k.amount_minor ELSE -k.amount_minor END
                    = (SELECT SUM(p.amount_minor)
                         FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                        WHERE p.entry_id = e.id AND l.code = CASE k.bearer WHEN 'provider' THEN 'payable' ELSE 'incentives' END)",
            [],
            |row| row.get(0),
        )?;
        if posted != as_used {
            wrong.add(|| format!("{posted} vouchers were posted, and {as_used} are as their orders used them"));
        }
        self.check_vouchers(wrong)?;
        for entry in changed.keys() {
            wrong.add(|| format!("true-ups name entry {entry}, which is none of theirs"));
        }
        Ok(())
    }

    /// What vouchers have cost their bearers, by the entries of orders, refunds and true-ups, is what they pay by now.
    fn check_vouchers(&self, wrong: &mut Findings) -> Result<()> {
        let mut posted: HashMap<(i64, LedgerCode), i128> = HashMap::new();
        let mut select = self.connection.prepare(
            "SELECT e.account_id, l.code, p.amount_minor
               FROM entry AS e
               JOIN posting AS p ON p.entry_id = e.id
               JOIN ledger_account AS l ON l.id = p.ledger_account_id
              WHERE e.event IN ('voucher', 'true-up') AND l.code IN ('payable', 'incentives')",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let account: Option<i64> = row.get(0)?;
            *posted.entry((account.unwrap_or_default(), row.parsed(1)?)).or_default() += i128::from(row.get::<_, i64>(2)?);
        }
        let mut select = self.connection.prepare(
            "SELECT k.order_id FROM coupon AS k JOIN orders AS o ON o.id = k.order_id WHERE k.kind = 'voucher' AND o.refunds IS NULL",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let charge = self.tiered_charge(OrderId(row.get(0)?))?;
            if let Some((bearer, amount)) = charge.by_voucher()? {
                let code = if bearer == Bearer::Provider { LedgerCode::Payable } else { LedgerCode::Incentives };
                *posted.entry((charge.account.0, code)).or_default() -= i128::from(amount.minor());
            }
        }
        for ((account, code), left) in posted {
            if left != 0 {
                wrong.add(|| format!("{code} has {left} minor units more of vouchers of account {account} than these pay"));
            }
        }
        Ok(())
    }
}
