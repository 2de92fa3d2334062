//! What changed between two versions of a month's bill.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::find_with_lines;
use crate::book::Result;
use crate::book::usage::Owners;
use crate::domain::bill::ControlTotals;
use crate::domain::bill_diff::{ComparedLine, Differ, LineChange};
use crate::domain::code::Code;
use crate::domain::id::{ProductId, SeenUidId};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::store::{BillVersion, Reader};

/// How many changed lines are listed; all of them count.
pub const CHANGES_SHOWN: usize = 10_000;

/// What changed for one account.
#[derive(Clone, Debug, Default)]
pub struct AccountEffect {
    /// Its code, where the book has it.
    pub account: Option<Code>,
    /// Its UID, as the bill has it.
    pub uid: String,
    /// Lines that came.
    pub added: u64,
    /// Lines that say something else.
    pub changed: u64,
    /// Lines that went.
    pub removed: u64,
    /// What it bills at list price, the newer version less the older: usage is charged to the customer from that.
    pub gross_effect: Exact,
    /// What the older version bills.
    pub old: Exact,
    /// What the newer version bills.
    pub new: Exact,
}

/// Two versions side by side.
#[derive(Clone, Debug)]
pub struct BillDiff {
    /// The older version.
    pub old: BillVersion,
    /// The newer version.
    pub new: BillVersion,
    /// The first changed lines, in the order of their ids; see [`CHANGES_SHOWN`].
    pub changes: Vec<LineChange>,
    /// How many lines came, say something else, and went.
    pub counts: [u64; 3],
    /// Every account with a changed line or sum.
    pub accounts: Vec<AccountEffect>,
    /// UIDs by row, for the changed lines.
    pub uids: HashMap<SeenUidId, String>,
    /// Product codes by row, for the changed lines.
    pub products: HashMap<ProductId, String>,
}

/// Compares two versions; without numbers, the one that counts with the one before it.
pub fn diff(reader: Reader<'_>, period: Month, from: Option<i64>, to: Option<i64>) -> Result<BillDiff> {
    let new = find_with_lines(reader, period, to)?;
    let old = match from {
        Some(_) => find_with_lines(reader, period, from)?,
        None => {
            let mut before = reader.bills()?.into_iter().filter(|b| b.period == period && b.version < new.version && !b.dropped);
            before.next_back().ok_or(Refusal::NoEarlierVersion { period, version: new.version })?
        }
    };
    if old.currency != new.currency {
        return Err(Refusal::CurrencyMismatch { expected: old.currency, found: new.currency }.into());
    }
    let owners = Owners::load(reader, new.currency)?;
    let mut found = Found::default();
    let mut differ = Differ::default();
    reader.each_unlike_line(&old, &new, |line, olds, news| {
        differ.line(line, olds, news).into_iter().for_each(|change| found.add(change));
        Ok(())
    })?;
    differ.finish().into_iter().for_each(|change| found.add(change));
    let (olds, news) = (reader.bill_accounts(old.id)?, reader.bill_accounts(new.id)?);
    let of = |sums: &HashMap<SeenUidId, ControlTotals>, uid| sums.get(&uid).copied().unwrap_or_default();
    let uids: HashSet<SeenUidId> = olds.keys().chain(news.keys()).copied().collect();
    let mut accounts = Vec::new();
    for uid in uids {
        let [added, changed, removed] = found.by_account.get(&uid).copied().unwrap_or_default();
        let (before, after) = (of(&olds, uid), of(&news, uid));
        if added + changed + removed > 0 || before != after {
            let account = owners.account(uid).map(|a| a.code.clone());
            accounts.push(AccountEffect {
                account,
                uid: owners.uid(uid).to_owned(),
                added,
                changed,
                removed,
                gross_effect: after.list.minus(before.list)?,
                old: before.payable,
                new: after.payable,
            });
        }
    }
    accounts.sort_by(|a, b| (&a.account, &a.uid).cmp(&(&b.account, &b.uid)));
    Ok(BillDiff {
        old,
        new,
        changes: found.changes,
        counts: found.counts,
        accounts,
        uids: reader.seen_uids()?,
        products: reader.product_codes()?,
    })
}

#[derive(Default)]
struct Found {
    changes: Vec<LineChange>,
    counts: [u64; 3],
    by_account: BTreeMap<SeenUidId, [u64; 3]>,
}

impl Found {
    fn add(&mut self, change: LineChange) {
        let (what, lines): (usize, Vec<&ComparedLine>) = match &change {
            LineChange::Added(new) => (0, vec![new]),
            LineChange::Changed { old, new } if old.owner == new.owner => (1, vec![new]),
            LineChange::Changed { old, new } => (1, vec![old, new]),
            LineChange::Removed(old) => (2, vec![old]),
        };
        self.counts[what] += 1;
        for line in lines {
            self.by_account.entry(line.owner).or_default()[what] += 1;
        }
        if self.changes.len() < CHANGES_SHOWN {
            self.changes.push(change);
        }
    }
}
