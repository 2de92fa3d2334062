//! The proof of the bills: lines, text and sums of every version are what they were when it was imported, and nothing of them is
//! used twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::OptionalExtension as _;

use super::{CheckName, Checked, Findings};
use crate::domain::bill::{ControlTotals, UsageClass, UsageTotals};
use crate::domain::id::{AccountId, ProductId, SeenUidId};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::bill::{BillFile, BillVersion, FileDigest, UsageKey};
use crate::store::error::Result;
use crate::store::sql::Columns as _;

/// The accounts and products that bills have named, and which of them lines are about.
#[derive(Default)]
struct Named {
    uids: HashMap<SeenUidId, String>,
    codes: HashMap<ProductId, String>,
    used_uids: HashSet<SeenUidId>,
    used_codes: HashSet<ProductId>,
}

impl Reader<'_> {
    /// What orders and charges are of is known if these can be read.
    pub(super) fn check_bills(&self, products: Option<&HashSet<String>>) -> Result<Checked> {
        let mut wrong = Findings::default();
        let bills = self.bills()?;
        let mut named = Named { uids: self.seen_uids()?, codes: self.product_codes()?, ..Named::default() };
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for bill in &bills {
            let files = self.bill_files(bill.id)?;
            ranges.extend(files.iter().map(|file| (file.first_line, file.last_line)));
            self.check_bill(bill, &files, &mut named, &mut wrong)?;
        }
        self.check_strays(ranges, &mut wrong)?;
        // A version that was dropped has taken its lines with it, and left what they named.
        if !bills.iter().any(|bill| bill.dropped) {
            for (id, uid) in &named.uids {
                if !named.used_uids.contains(id) {
                    wrong.add(|| format!("no bill names the account {uid}"));
                }
            }
            for (id, code) in &named.codes {
                if !named.used_codes.contains(id) && products.is_some_and(|products| !products.contains(code)) {
                    wrong.add(|| format!("nothing is of the product {code}"));
                }
            }
        }
        self.check_used_once(&mut wrong)?;
        Ok(wrong.checked(CheckName::Bills, plural(bills.len() as u64, "version of a bill adds up", "versions of bills add up")))
    }

    /// Every line lies in a file, all text and repeats are of files that are there, and sums of usage of known products.
    fn check_strays(&self, mut ranges: Vec<(i64, i64)>, wrong: &mut Findings) -> Result<()> {
        ranges.sort_unstable();
        let mut between = self.connection.prepare("SELECT id FROM bill_line WHERE id BETWEEN ?1 AND ?2 LIMIT 1")?;
        let mut from = i64::MIN;
        let ends = ranges.into_iter().map(|(first, last)| (first.saturating_sub(1), last)).chain([(i64::MAX, i64::MAX)]);
        for (to, last) in ends {
            if let Some(id) = between.query_row([from, to], |row| row.get::<_, i64>(0)).optional()? {
                wrong.add(|| format!("the bill line {id} is of no file"));
            }
            from = from.max(last.saturating_add(1));
        }
        // What is of no version at all points to nothing: `foreign-keys` tells.
        let strays = [
            (
                "text",
                "SELECT v.period, v.version FROM bill_block AS b JOIN bill_version AS v ON v.id = b.version_id
                  WHERE v.dropped OR NOT EXISTS (SELECT 1 FROM bill_file AS f WHERE f.version_id = b.version_id AND f.number = b.file)",
            ),
            (
                "a repeated line",
                "SELECT v.period, v.version FROM bill_repeat AS r JOIN bill_version AS v ON v.id = r.version_id WHERE v.dropped",
            ),
            (
                "usage of an unknown product",
                "SELECT v.period, v.version FROM bill_usage AS u JOIN bill_version AS v ON v.id = u.version_id
                  WHERE NOT EXISTS (SELECT 1 FROM product AS p WHERE p.id = u.product_id)",
            ),
        ];
        for (what, sql) in strays {
            let mut select = self.connection.prepare(sql)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let (period, version): (Month, i64) = (row.month(0)?, row.get(1)?);
                wrong.add(|| format!("bill {period} version {version} has {what} that is none of it"));
            }
        }
        Ok(())
    }

    /// What people have matched by hand uses each order and what was billed for it once. What the tool matches is found anew each
    /// time.
    fn check_used_once(&self, wrong: &mut Findings) -> Result<()> {
        let mut used: HashSet<(Month, &str, AccountId, String)> = HashSet::new();
        for row in self.manual_matches(None)?.into_iter().filter(|row| !row.removed) {
            for (side, numbers) in [("order", row.orders), ("billed number", row.billed)] {
                for (account, number) in numbers {
                    if !used.insert((row.period, side, account, number.clone())) {
                        wrong.add(|| format!("the {side} {number} is matched twice by hand in {}", row.period));
                    }
                }
            }
        }
        Ok(())
    }

    fn check_bill(&self, bill: &BillVersion, files: &[BillFile], named: &mut Named, wrong: &mut Findings) -> Result<()> {
        let name = format!("bill {} version {}", bill.period, bill.version);
        let mut digests: BTreeMap<i64, FileDigest> = BTreeMap::new();
        let mut sums: BTreeMap<SeenUidId, ControlTotals> = BTreeMap::new();
        let mut usage: BTreeMap<UsageKey, UsageTotals> = BTreeMap::new();
        self.each_bill_line(bill, |file, line| {
            let uid = named.uids.get(&line.seen_uid).map_or("", String::as_str);
            let product = named.codes.get(&line.product).map_or("", String::as_str);
            named.used_codes.insert(line.product);
            digests.entry(file).or_default().line(line, uid, product);
            let sum = sums.entry(line.seen_uid).or_default();
            sum.lines += 1;
            sum.list = sum.list.plus(line.list)?;
            sum.covered = sum.covered.plus(line.covered)?;
            sum.coupon = sum.coupon.plus(line.coupon)?;
            sum.payable = sum.payable.plus(line.payable)?;
            if let Some(class) = UsageClass::of(line.kind, line.order_no.is_present()) {
                let sum = usage.entry((line.seen_uid, line.product, line.month, class)).or_default();
                sum.add(line.list, line.covered, line.coupon, line.payable)?;
            }
            Ok(())
        })?;
        let kept: BTreeMap<SeenUidId, ControlTotals> = self.bill_accounts(bill.id)?.into_iter().collect();
        let kept_usage = self.bill_usage(bill.id)?;
        named.used_uids.extend(kept.keys().chain(sums.keys()));
        if bill.dropped {
            if !(sums.is_empty() && kept.is_empty() && kept_usage.is_empty()) {
                wrong.add(|| format!("{name} was dropped, and has lines or sums"));
            }
            return Ok(());
        }
        for file in files {
            let mut digest = digests.remove(&file.number).unwrap_or_default();
            self.each_bill_block(bill.id, file.number, |text| digest.text(text))?;
            if digest.finish() != file.digest {
                wrong.add(|| format!("the lines or the text of {name}, file {}, are not what was imported", file.name));
            }
        }
        // Discounts, and what is paid already, do not stand on the lines as they are kept: all that can be shown is that the
        // accounts' add up to the total.
        let of_lines =
            |totals: &ControlTotals| ControlTotals { discount: Exact::ZERO, voucher: Exact::ZERO, card: Exact::ZERO, ..*totals };
        if !kept.iter().map(|(uid, totals)| (*uid, of_lines(totals))).eq(sums) {
            wrong.add(|| format!("the sums by account of {name} are not the sums of its lines"));
        }
        let total = kept.values().try_fold(ControlTotals::default(), |sum, totals| sum.plus(*totals))?;
        if total != bill.totals {
            wrong.add(|| format!("the lines of {name} do not add up to its totals"));
        }
        let kept_usage: BTreeMap<_, _> =
            kept_usage.iter().map(|sum| ((sum.seen_uid, sum.product_id, sum.charge_month, sum.class), sum.totals)).collect();
        if kept_usage != usage {
            wrong.add(|| format!("the usage of {name} is not the sum of its lines"));
        }
        let repeats: u64 = self.bill_repeats(bill.id)?.iter().map(|(_, _, count)| count).sum();
        if repeats != bill.repeats {
            wrong.add(|| format!("the repeated lines of {name} are not all there"));
        }
        Ok(())
    }
}
