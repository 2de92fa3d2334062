//! The proof of the bills: lines, text and sums of every version are what they were when it was imported, and nothing of them is
//! used twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{CheckName, Checked, Findings};
use crate::domain::bill::{ControlTotals, UsageClass, UsageTotals};
use crate::domain::id::{AccountId, ProductId, SeenUidId};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::bill::{BillVersion, FileDigest, UsageKey};
use crate::store::error::Result;

impl Reader<'_> {
    pub(super) fn check_bills(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let bills = self.bills()?;
        let (uids, codes) = (self.seen_uids()?, self.product_codes()?);
        for bill in &bills {
            self.check_bill(bill, &uids, &codes, &mut wrong)?;
        }
        self.check_used_once(&mut wrong)?;
        Ok(wrong.checked(CheckName::Bills, plural(bills.len() as u64, "version of a bill adds up", "versions of bills add up")))
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

    fn check_bill(
        &self,
        bill: &BillVersion,
        uids: &HashMap<SeenUidId, String>,
        codes: &HashMap<ProductId, String>,
        wrong: &mut Findings,
    ) -> Result<()> {
        let name = format!("bill {} version {}", bill.period, bill.version);
        let files = self.bill_files(bill.id)?;
        let mut digests: BTreeMap<i64, FileDigest> = BTreeMap::new();
        let mut sums: BTreeMap<SeenUidId, ControlTotals> = BTreeMap::new();
        let mut usage: BTreeMap<UsageKey, UsageTotals> = BTreeMap::new();
        self.each_bill_line(bill, |file, line| {
            let uid = uids.get(&line.seen_uid).map_or("", String::as_str);
            let product = codes.get(&line.product).map_or("", String::as_str);
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
        if bill.dropped {
            if !(sums.is_empty() && kept.is_empty() && kept_usage.is_empty()) {
                wrong.add(|| format!("{name} was dropped, and has lines or sums"));
            }
            return Ok(());
        }
        for file in &files {
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
