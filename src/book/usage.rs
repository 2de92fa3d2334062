//! Usage on bills: whose it is, and what it will cost.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::Result;
use super::pricing::{Prices, ReadPrices};
use crate::domain::account::{Account, Group};
use crate::domain::agreement::is_in_force;
use crate::domain::bill::{Treatment, charged_on};
use crate::domain::id::{AccountId, GroupId, ProductId, SeenUidId};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::period::Month;
use crate::domain::price::Volume;
use crate::domain::usage::{PricedUsage, Usage, UsageTerms, price_usage};
use crate::store::{BillVersion, Reader};

/// Whose the lines of a bill are.
pub(super) struct Owners {
    /// By the row of the UID: a bill asks a million times.
    by_row: Vec<Option<Owner>>,
    uids: HashMap<SeenUidId, String>,
}

struct Owner {
    account: Account,
    /// Whether its group's money is counted in the bill's currency.
    is_counted_alike: bool,
}

impl Owners {
    /// Finds the account of every UID, or login, that bills have named.
    pub(super) fn load(reader: Reader<'_>, currency: Currency) -> Result<Self> {
        let uids = reader.seen_uids()?;
        let groups = reader.groups()?;
        let counted_alike: HashSet<GroupId> = groups.into_iter().filter(|g| g.currency == currency).map(|g| g.id).collect();
        let mut by_text: HashMap<String, Account> = HashMap::new();
        for account in reader.accounts()? {
            // A UID is never taken for somebody's login name.
            if let Some(login) = &account.login {
                by_text.entry(login.to_string()).or_insert_with(|| account.clone());
            }
            if let Some(uid) = &account.uid {
                by_text.insert(uid.to_string(), account);
            }
        }
        let rows = uids.keys().filter_map(|row| usize::try_from(row.0).ok()).max().map_or(0, |last| last + 1);
        let mut by_row: Vec<Option<Owner>> = std::iter::repeat_with(|| None).take(rows).collect();
        for (row, uid) in &uids {
            if let (Ok(row), Some(account)) = (usize::try_from(row.0), by_text.get(uid)) {
                let is_counted_alike = counted_alike.contains(&account.group);
                by_row[row] = Some(Owner { account: account.clone(), is_counted_alike });
            }
        }
        Ok(Self { by_row, uids })
    }

    fn of(&self, row: SeenUidId) -> Option<&Owner> {
        self.by_row.get(usize::try_from(row.0).ok()?)?.as_ref()
    }

    /// The account whose charge a line of a day is; `None` when the book has no such account, or not yet on that day.
    pub(super) fn owner(&self, row: SeenUidId, day: chrono::NaiveDate) -> Option<&Account> {
        self.of(row).filter(|owner| owner.is_counted_alike && owner.account.is_charged_on(day)).map(|owner| &owner.account)
    }

    /// The account of a UID whose money is counted in the bill's currency, whatever the day.
    pub(super) fn counted(&self, row: SeenUidId) -> Option<&Account> {
        self.of(row).filter(|owner| owner.is_counted_alike).map(|owner| &owner.account)
    }

    /// The account of a UID, whatever the day and the currency.
    pub(super) fn account(&self, row: SeenUidId) -> Option<&Account> {
        self.of(row).map(|owner| &owner.account)
    }

    /// The row of a UID or login as bills have named it.
    pub(super) fn seen(&self, text: &str) -> Option<SeenUidId> {
        self.uids.iter().find(|(_, uid)| *uid == text).map(|(row, _)| *row)
    }

    /// The rows of an account as bills have named it: by its UID, by its login name.
    pub(super) fn rows_of(&self, account: AccountId) -> impl Iterator<Item = SeenUidId> + '_ {
        self.uids.keys().copied().filter(move |row| self.account(*row).is_some_and(|a| a.id == account))
    }

    /// The UID itself.
    pub(super) fn uid(&self, uid: SeenUidId) -> &str {
        self.uids.get(&uid).map_or("", String::as_str)
    }
}

/// A bill's usage of the book's accounts, by group.
pub(super) fn by_group(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<BTreeMap<GroupId, Vec<Usage>>> {
    // Sums were made while the bill was read. Only where an account's first day lies inside the charge month is each line
    // looked at again.
    let mut joined: HashSet<(SeenUidId, Month)> = HashSet::new();
    let mut groups: BTreeMap<GroupId, Vec<Usage>> = BTreeMap::new();
    let mut add = |account: &Account, product: String, charge_month: Month, list: Exact, billed: Exact| {
        let usage = Usage {
            account_code: account.code.clone(),
            product,
            charge_month,
            account: account.id,
            list,
            billed,
            model: account.model,
        };
        groups.entry(account.group).or_default().push(usage);
    };
    for sum in reader.bill_usage(bill.id)? {
        let Some(account) = owners.counted(sum.seen_uid) else { continue };
        if account.is_charged_on(sum.charge_month.first_day()) {
            add(account, sum.product, sum.charge_month, sum.list, sum.billed);
        } else if account.is_charged_on(sum.charge_month.last_day()) {
            joined.insert((sum.seen_uid, sum.charge_month));
        }
    }
    if !joined.is_empty() {
        let codes = reader.product_codes()?;
        let mut sums: BTreeMap<(SeenUidId, ProductId, Month), (Exact, Exact)> = BTreeMap::new();
        reader.each_bill_line(bill, |_, line| {
            let day = charged_on(line.month, line.day);
            let treatment = line.kind.treatment(line.order_no.is_present());
            let is_usage = matches!(treatment, Treatment::Usage | Treatment::Adjustment);
            if is_usage && joined.contains(&(line.seen_uid, line.month)) && owners.owner(line.seen_uid, day).is_some() {
                let sum = sums.entry((line.seen_uid, line.product, line.month)).or_default();
                sum.0 = sum.0.plus(line.list)?.minus(line.covered)?;
                sum.1 = sum.1.plus(line.payable)?;
            }
            Ok(())
        })?;
        for ((uid, product, month), (list, billed)) in sums {
            if let Some(account) = owners.account(uid) {
                add(account, codes.get(&product).cloned().unwrap_or_default(), month, list, billed);
            }
        }
    }
    Ok(groups)
}

/// Usage that is priced and not charged: whose it is, its day, and what it adds to the volume.
pub(super) type Grown = (AccountId, chrono::NaiveDate, Volume);

/// Prices a group's usage of one bill on the volumes that the windows of its agreements have reached; `earlier` is usage of
/// earlier months that is not charged yet.
pub(super) fn price_group(
    prices: &mut impl Prices,
    group: &Group,
    period: Month,
    usages: Vec<Usage>,
    earlier: &[Grown],
) -> Result<Vec<PricedUsage>> {
    let day = period.last_day();
    let agreements = prices.sale_agreements(group.id)?;
    let mut terms = Vec::new();
    for agreement in agreements.iter().filter(|agreement| is_in_force(&agreements, agreement, day)) {
        let window_start = agreement.terms.window_start(day);
        let counted = earlier.iter().filter(|(account, day, _)| agreement.is_for(*account) && *day >= window_start);
        let pending = counted.map(|(_, _, volume)| *volume).try_fold(Volume::default(), Volume::plus)?;
        let before = prices.volume_before(agreement, day)?.plus(pending)?;
        terms.push(UsageTerms { agreement: Rc::clone(agreement), before });
    }
    Ok(price_usage(terms, day, usages, group.currency)?)
}

/// What usage will cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UsageCost {
    /// The customer.
    pub(super) payable: Amount,
    /// The agent.
    pub(super) cost: Amount,
}

/// What usage on the bills of open months will cost each account, by the month of the bill.
#[derive(Debug, Default)]
pub(super) struct PendingUsage(HashMap<AccountId, BTreeMap<Month, UsageCost>>);

impl PendingUsage {
    /// What it will cost an account in all.
    pub(super) fn of(&self, account: AccountId) -> Result<Amount> {
        Ok(Amount::sum(self.by_month(account).map(|(_, cost)| cost.payable))?)
    }

    /// The accounts that it will cost something.
    pub(super) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.0.keys().copied()
    }

    /// What it will cost an account, by month.
    pub(super) fn by_month(&self, account: AccountId) -> impl Iterator<Item = (Month, UsageCost)> {
        self.0.get(&account).into_iter().flatten().map(|(month, cost)| (*month, *cost))
    }
}

/// What every account's usage, on the latest version of each open month's bill, will cost it.
pub(super) fn pending(reader: Reader<'_>) -> Result<PendingUsage> {
    let closed = reader.closed_through()?;
    let mut latest: BTreeMap<Month, BillVersion> = BTreeMap::new();
    for bill in reader.bills()? {
        if !bill.dropped && closed.0.is_none_or(|last| bill.period > last) {
            latest.insert(bill.period, bill);
        }
    }
    let mut pending = PendingUsage::default();
    if latest.is_empty() {
        return Ok(pending);
    }
    // Usage of an earlier open month counts before that of a later one.
    let mut grown: HashMap<GroupId, Vec<Grown>> = HashMap::new();
    let mut looked_up = ReadPrices::new(reader);
    for (period, bill) in latest {
        let owners = Owners::load(reader, bill.currency)?;
        for (group, usages) in by_group(reader, &bill, &owners)? {
            let currency = bill.currency;
            let earlier = grown.entry(group).or_default();
            let group = reader.group(group)?;
            let priced = price_group(&mut looked_up, &group, period, usages, earlier)?;
            for usage in priced {
                let sum = pending.0.entry(usage.usage.account).or_default().entry(period).or_default();
                *sum = UsageCost { payable: sum.payable.plus(usage.price.payable)?, cost: sum.cost.plus(usage.cost)? };
                earlier.push((usage.usage.account, period.last_day(), usage.price.volume(currency)));
            }
        }
    }
    Ok(pending)
}
