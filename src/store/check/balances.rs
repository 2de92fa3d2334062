//! The proof of balances and volumes: what is kept by day is the fold of the journal, and of the charges and what the book started
//! with.

use std::collections::{BTreeMap, HashMap};

use super::walk::Walk;
use super::{CheckName, Checked, Findings};
use crate::domain::chart::{LedgerAccount, Owner};
use crate::domain::id::LedgerAccountId;
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::plural;
use crate::domain::price::Volume;
use crate::store::Reader;
use crate::store::error::Result;
use crate::store::sql::{Columns as _, day};

impl Reader<'_> {
    pub(super) fn check_balances(&self, walk: &Walk) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut kept: HashMap<(LedgerAccountId, i64), (i128, i128)> = HashMap::new();
        let mut select = self.connection.prepare("SELECT ledger_account_id, day, debit_minor, credit_minor FROM balance")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let sides = (i128::from(row.get::<_, i64>(2)?), i128::from(row.get::<_, i64>(3)?));
            kept.insert((LedgerAccountId(row.get(0)?), row.get(1)?), sides);
        }
        let mut days = 0_u64;
        for (account, by_day) in &walk.fold {
            for (date, sides) in by_day {
                days += 1;
                if kept.remove(&(*account, day(*date))).unwrap_or_default() != *sides {
                    wrong.add(|| {
                        format!("the balance of {} on {date} is not the sum of its postings", name_of(&walk.accounts, *account))
                    });
                }
            }
        }
        for ((account, day), sides) in kept {
            if sides != (0, 0) {
                wrong.add(|| format!("the balance of {} on day {day} has no postings", name_of(&walk.accounts, account)));
            }
        }
        self.check_volumes(&mut wrong)?;
        let accounts = walk.fold.len();
        Ok(wrong.checked(
            CheckName::Balances,
            format!(
                "{} in {}",
                plural(days, "balance by day", "balances by day"),
                plural(accounts as u64, "ledger account", "ledger accounts")
            ),
        ))
    }

    fn check_volumes(&self, wrong: &mut Findings) -> Result<()> {
        let mut fold: BTreeMap<(String, i64, String, i64), Volume> = BTreeMap::new();
        for opening in self.opening_volumes()? {
            let key = (opening.scope.clone(), opening.owner, opening.currency.code().to_owned(), day(opening.date));
            let Some(volume) = opening.read() else {
                wrong.add(|| format!("the opening volume {} cannot be read", opening.key()));
                continue;
            };
            let sum = fold.entry(key).or_default();
            *sum = sum.plus(volume)?;
        }
        let mut select = self.connection.prepare(
            "SELECT m.group_id, g.currency, COALESCE(original.day, late.day, c.day), c.list, c.payable_minor, c.cost_minor, c.counts,
                    c.cost_counts, c.account_id
               FROM charge AS c
               LEFT JOIN orders AS o ON o.id = c.order_id
               LEFT JOIN orders AS original ON original.id = o.refunds
               LEFT JOIN charge AS late ON late.id = c.corrects_id
               JOIN membership AS m
                    ON m.account_id = c.account_id AND COALESCE(original.day, late.day, c.day) BETWEEN m.from_day AND m.until_day
               JOIN customer_group AS g ON g.id = m.group_id",
        )?;
        let mut members: HashMap<i64, Vec<i64>> = HashMap::new();
        for agreement in self.agreements()? {
            for account in agreement.members {
                members.entry(account.0).or_default().push(agreement.id.0);
            }
        }
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let currency: Currency = row.parsed(1)?;
            let (group, day): (i64, i64) = (row.get(0)?, row.get(2)?);
            let list: Exact = row.parsed(3)?;
            let mut add = |scope: &str, owner: i64, payable: Amount| -> std::result::Result<(), Overflow> {
                let sum = fold.entry((scope.to_owned(), owner, currency.code().to_owned(), day)).or_default();
                *sum = sum.plus(Volume { list, payable: Exact::from_amount(payable, currency) })?;
                Ok(())
            };
            if row.get::<_, bool>(6)? {
                add("sale", group, row.amount(4)?)?;
                for agreement in members.get(&row.get(8)?).into_iter().flatten() {
                    add("members", *agreement, row.amount(4)?)?;
                }
            }
            if row.get::<_, bool>(7)? {
                add("purchase", 0, row.amount(5)?)?;
            }
        }
        let mut select = self.connection.prepare("SELECT scope, owner_id, currency, day, list, payable FROM volume")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key: (String, i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let kept = Volume { list: row.parsed(4)?, payable: row.parsed(5)? };
            if fold.remove(&key).unwrap_or_default() != kept {
                wrong.add(|| format!("the {} volume of day {} is not the sum of the charges", key.0, key.3));
            }
        }
        for (key, sum) in fold {
            if sum != Volume::default() {
                wrong.add(|| format!("the {} volume of day {} is missing", key.0, key.3));
            }
        }
        Ok(())
    }
}

fn name_of(accounts: &HashMap<LedgerAccountId, LedgerAccount>, id: LedgerAccountId) -> String {
    match accounts.get(&id) {
        None => format!("ledger account {}", id.0),
        Some(account) => match account.owner() {
            Owner::Agent => account.code().to_string(),
            Owner::Group(group) => format!("{} of group {}", account.code(), group.0),
            Owner::Account(owner) => format!("{} of account {}", account.code(), owner.0),
        },
    }
}
