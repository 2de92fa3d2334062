//! Usage on bills: whose it is, and what it will cost.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::pricing::{Prices, ReadPrices};
use super::reconcile::tax_of;
use super::{Result, dispute};
use crate::domain::account::{Account, Group, Model};
use crate::domain::agreement::{Agreement, Basis, is_in_force};
use crate::domain::bill::{Tax, UsageClass, UsageTotals, charged_on};
use crate::domain::difference::{Difference, Reason};
use crate::domain::id::{AccountId, GroupId, ProductId, SeenUidId};
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::order::Charge;
use crate::domain::period::{Month, PeriodState};
use crate::domain::price::Volume;
use crate::domain::statement::UsageDetail;
use crate::domain::usage::{Original, PricedUsage, Usage, UsageTerms, price_late, price_usage};
use crate::domain::usage_check::Metered;
use crate::store::{BillVersion, Reader, UsageKey, UsageSum};

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
                let is_counted_alike = counted_alike.contains(&account.group.last());
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

    /// The book's accounts that bills have named.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.by_row.iter().flatten().map(|owner| &owner.account)
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

/// What a bill charges an account without an order for one product in one month, by how its amounts come about.
pub(super) struct AccountSum<'o> {
    pub(super) account: &'o Account,
    pub(super) product: ProductId,
    product_code: String,
    pub(super) charge_month: Month,
    pub(super) class: UsageClass,
    pub(super) totals: UsageTotals,
}

/// What tells one sum of a bill from the others.
pub(super) type SumKey = (AccountId, ProductId, Month, UsageClass);

impl AccountSum<'_> {
    pub(super) fn key(&self) -> SumKey {
        (self.account.id, self.product, self.charge_month, self.class)
    }
}

/// A bill's sums of the book's accounts, with the tax that `tax` adds. They were made while the bill was read; only where an
/// account's first day lies inside the charge month is each line looked at again.
pub(super) fn account_sums<'o>(
    reader: Reader<'_>,
    bill: &BillVersion,
    owners: &'o Owners,
    tax: Tax,
) -> Result<Vec<AccountSum<'o>>> {
    let mut joined: HashSet<(SeenUidId, Month)> = HashSet::new();
    let mut sums = Vec::new();
    for sum in reader.bill_usage(bill.id)? {
        let Some(account) = owners.counted(sum.seen_uid) else { continue };
        let UsageSum { product_id: product, product: product_code, charge_month, class, totals, .. } = sum;
        let totals = totals.gross(tax)?;
        if account.is_charged_on(charge_month.first_day()) {
            sums.push(AccountSum { account, product, product_code, charge_month, class, totals });
        } else if account.is_charged_on(charge_month.last_day()) {
            joined.insert((sum.seen_uid, charge_month));
        }
    }
    if joined.is_empty() {
        return Ok(sums);
    }
    let codes = reader.product_codes()?;
    let mut own: BTreeMap<UsageKey, UsageTotals> = BTreeMap::new();
    reader.each_bill_line(bill, |_, line| {
        let Some(class) = UsageClass::of(line.kind, line.order_no.is_present()) else { return Ok(()) };
        let day = charged_on(line.month, line.day);
        if joined.contains(&(line.seen_uid, line.month)) && owners.owner(line.seen_uid, day).is_some() {
            let sum = own.entry((line.seen_uid, line.product, line.month, class)).or_default();
            sum.add(line.list, line.covered, line.coupon, line.payable)?;
        }
        Ok(())
    })?;
    for ((uid, product, charge_month, class), totals) in own {
        if let Some(account) = owners.account(uid) {
            let product_code = codes.get(&product).cloned().unwrap_or_default();
            let totals = totals.gross(tax)?;
            sums.push(AccountSum { account, product, product_code, charge_month, class, totals });
        }
    }
    Ok(sums)
}

/// A group's usage on one bill.
#[derive(Debug, Default)]
pub(super) struct GroupUsage {
    /// Of the bill's month, and of earlier ones that are open.
    now: Vec<Usage>,
    /// Of closed months, with what was charged for it then.
    late: Vec<(Usage, Option<Original>)>,
    /// What of it stands in the provider's rounding lines.
    pub(super) rounding_lines: Exact,
}

/// A bill's usage of the book's accounts, by group. What of it is a difference is left out: a decision says what becomes of that.
/// The provider's rounding lines are the agent's own, and only who pays by what it costs bears them.
pub(super) fn by_group(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<BTreeMap<GroupId, GroupUsage>> {
    let closed = reader.closed_through()?;
    let mut excess: HashMap<(String, String, Month), Exact> = HashMap::new();
    for difference in reader.usage_differences(bill.period)?.into_iter().filter(Difference::is_current) {
        if let Reason::UsagePrice { charge_month, .. } = difference.reason {
            let over = difference.difference()?;
            excess.insert((difference.account, difference.product, charge_month), over);
        }
    }
    let mut prices = ReadPrices::new(reader);
    let mut all: BTreeMap<(AccountId, ProductId, Month), (Usage, Exact)> = BTreeMap::new();
    let sums = account_sums(reader, bill, owners, tax_of(reader, bill)?)?;
    let given_back = dispute::given_back_of(reader, bill, owners, &sums)?;
    for sum in sums.into_iter().filter(|sum| !given_back.contains(&sum.key())) {
        let AccountSum { account, product, product_code, charge_month, class, totals } = sum;
        let (group, day) = (account.group_in(bill.period), bill.period.last_day());
        if class == UsageClass::Rounding {
            let terms = prices.sale_agreement(group, account.id, day)?;
            if account.model == Model::Resale && terms.is_none_or(|agreement| agreement.terms.basis != Basis::Cost) {
                continue;
            }
        }
        let (usage, rounding) = all.entry((account.id, product, charge_month)).or_insert_with(|| {
            let usage = Usage {
                account_code: account.code.clone(),
                product: product_code,
                charge_month,
                account: account.id,
                list: Exact::ZERO,
                billed: Exact::ZERO,
                model: account.model,
            };
            (usage, Exact::ZERO)
        });
        usage.billed = usage.billed.plus(totals.billed)?;
        if class == UsageClass::Rounding {
            *rounding = rounding.plus(totals.billed)?;
        } else {
            usage.list = usage.list.plus(totals.list)?;
        }
    }
    let groups: HashMap<AccountId, GroupId> =
        owners.accounts().map(|account| (account.id, account.group_in(bill.period))).collect();
    let mut by_group: BTreeMap<GroupId, GroupUsage> = BTreeMap::new();
    for ((account, product, month), (mut usage, rounding)) in all {
        if let Some(over) = excess.get(&(usage.account_code.to_string(), usage.product.clone(), month)) {
            usage.billed = usage.billed.minus(*over)?;
        }
        let of = by_group.entry(groups[&account]).or_default();
        of.rounding_lines = of.rounding_lines.plus(rounding)?;
        if month < bill.period && closed.state(month) == PeriodState::Closed {
            of.late.push((usage, reader.original_usage(account, product, month)?));
        } else {
            of.now.push(usage);
        }
    }
    Ok(by_group)
}

/// The measured usage of a bill that purchase terms can be held against, by charge month: that of open months, and not of accounts
/// through which the provider's own price passes.
pub(super) fn metered(reader: Reader<'_>, bill: &BillVersion, owners: &Owners) -> Result<BTreeMap<Month, Vec<Metered>>> {
    let closed = reader.closed_through()?;
    let mut by_month: BTreeMap<Month, BTreeMap<(AccountId, ProductId), Metered>> = BTreeMap::new();
    for sum in account_sums(reader, bill, owners, Tax::Included)? {
        let AccountSum { account, product, product_code, charge_month, class, totals } = sum;
        let is_open = closed.state(charge_month) != PeriodState::Closed;
        if class != UsageClass::Metered || account.model == Model::Agency || !is_open {
            continue;
        }
        // An account may have two rows: its UID and its login name.
        let metered = by_month.entry(charge_month).or_default().entry((account.id, product)).or_insert_with(|| Metered {
            account_code: account.code.clone(),
            product_code,
            account: account.id,
            product,
            charge_month,
            totals: UsageTotals::default(),
        });
        metered.totals = metered.totals.plus(totals)?;
    }
    Ok(by_month.into_iter().map(|(month, usages)| (month, usages.into_values().collect())).collect())
}

/// What a bill says was used by each account, by product and month. Nothing is said of what it costs the agent, nor of the
/// provider's rounding lines.
pub(super) fn used_by_account(reader: Reader<'_>, bill: &BillVersion) -> Result<HashMap<AccountId, Vec<UsageDetail>>> {
    let owners = Owners::load(reader, bill.currency)?;
    let mut used: BTreeMap<(AccountId, String, Month), UsageDetail> = BTreeMap::new();
    let sums = account_sums(reader, bill, &owners, tax_of(reader, bill)?)?;
    let given_back = dispute::given_back_of(reader, bill, &owners, &sums)?;
    let is_used = |sum: &AccountSum<'_>| sum.class != UsageClass::Rounding && !given_back.contains(&sum.key());
    for sum in sums.into_iter().filter(is_used) {
        let AccountSum { account, product_code, charge_month, totals, .. } = sum;
        // An account may have two rows: its UID and its login name.
        let detail = used.entry((account.id, product_code.clone(), charge_month)).or_insert_with(|| UsageDetail {
            product: product_code,
            charge_month,
            lines: 0,
            list: Exact::ZERO,
            covered: Exact::ZERO,
            charged: Amount::ZERO,
        });
        detail.lines += totals.lines;
        detail.list = detail.list.plus(totals.list)?.plus(totals.covered)?;
        detail.covered = detail.covered.plus(totals.covered)?;
    }
    let mut by_account: HashMap<AccountId, Vec<UsageDetail>> = HashMap::new();
    for ((account, ..), detail) in used {
        by_account.entry(account).or_default().push(detail);
    }
    Ok(by_account)
}

/// Usage that is priced and not charged: whose it is, its day, and what it adds to the volume.
pub(super) type Grown = (AccountId, chrono::NaiveDate, Volume);

/// Prices a group's usage of one bill on the volumes that the windows of its agreements have reached; `earlier` is usage of
/// earlier months that is not charged yet. What corrects a closed month comes first, at the price of then.
pub(super) fn price_group(
    prices: &mut impl Prices,
    group: &Group,
    period: Month,
    usage: GroupUsage,
    earlier: &[Grown],
) -> Result<Vec<PricedUsage>> {
    let day = period.last_day();
    let mut done = Vec::new();
    let mut earlier = earlier.to_vec();
    for (usage, original) in usage.late {
        let (account, then) = (usage.account, usage.charge_month.last_day());
        let late = match original {
            Some(original) => price_late(usage, &original, group.currency)?,
            None => {
                // Nothing was charged for it then: it is priced as it would have been.
                let Some(agreement) = prices.sale_agreement(group.id, account, then)? else {
                    done.extend(price_usage::<Rc<Agreement>>(vec![], then, vec![usage], group.currency)?);
                    continue;
                };
                let before = prices.volume_before(&agreement, then)?;
                let terms = vec![UsageTerms { agreement, before }];
                price_usage(terms, then, vec![usage], group.currency)?.remove(0)
            }
        };
        earlier.push((account, late.counts_on(period), late.price.volume(group.currency)));
        done.push(late);
    }
    let agreements = prices.sale_agreements(group.id)?;
    let mut terms = Vec::new();
    for agreement in agreements.iter().filter(|agreement| is_in_force(&agreements, agreement, day)) {
        let window_start = agreement.window_start(day);
        let counted = earlier.iter().filter(|(account, day, _)| agreement.is_for(*account) && *day >= window_start);
        let pending = counted.map(|(_, _, volume)| *volume).try_fold(Volume::default(), Volume::plus)?;
        let before = prices.volume_before(agreement, day)?.plus(pending)?;
        terms.push(UsageTerms { agreement: Rc::clone(agreement), before });
    }
    done.extend(price_usage(terms, day, usage.now, group.currency)?);
    Ok(done)
}

/// Usage that was charged when a month was closed before it was opened again: it stays, and only what differs is charged anew.
#[derive(Default)]
pub(super) struct ChargedBefore(BTreeMap<(AccountId, String, Month), Vec<(Charge, chrono::NaiveDate)>>);

impl ChargedBefore {
    /// Of a month; nothing where it is closed for the first time.
    pub(super) fn load(reader: Reader<'_>, month: Month) -> Result<Self> {
        let mut charged = Self::default();
        if reader.receipt_version(month)? > 0 {
            for (charge, counted_on) in reader.usage_charged(month)? {
                let key = (charge.account, charge.product.clone(), charge.charge_month);
                charged.0.entry(key).or_default().push((charge, counted_on));
            }
        }
        Ok(charged)
    }

    /// What a group's volumes have of it: usage is priced as if it were not there.
    pub(super) fn counted(&self, reader: Reader<'_>, group: &Group) -> Result<Vec<Grown>> {
        let mut counted = Vec::new();
        for (charge, day) in self.0.values().flatten().filter(|(charge, _)| charge.counts) {
            if reader.account(charge.account)?.group_on(*day) == group.id {
                let payable = Exact::from_amount(charge.payable, group.currency);
                let volume = Volume { list: Exact::ZERO.minus(charge.list)?, payable: Exact::ZERO.minus(payable)? };
                counted.push((charge.account, *day, volume));
            }
        }
        Ok(counted)
    }

    /// What was charged of a product's use, taken out.
    pub(super) fn take(&mut self, usage: &Usage) -> Vec<Charge> {
        let found = self.0.remove(&(usage.account, usage.product.clone(), usage.charge_month)).unwrap_or_default();
        found.into_iter().map(|(charge, _)| charge).collect()
    }

    /// What was charged and is on the bill no more, each with the day on whose volume it counts.
    pub(super) fn left(self) -> Vec<Vec<(Charge, chrono::NaiveDate)>> {
        self.0.into_values().collect()
    }
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
pub(super) struct PendingUsage {
    by_account: HashMap<AccountId, BTreeMap<Month, UsageCost>>,
    /// What it will cost the agent.
    costs: BTreeMap<Currency, Amount>,
}

impl PendingUsage {
    /// What it will cost an account in all.
    pub(super) fn of(&self, account: AccountId) -> Result<Amount> {
        Ok(Amount::sum(self.by_month(account).map(|(_, cost)| cost.payable))?)
    }

    /// What the provider will bill the agent for it, in a currency.
    pub(super) fn cost(&self, currency: Currency) -> Amount {
        self.costs.get(&currency).copied().unwrap_or_default()
    }

    /// The accounts that it will cost something.
    pub(super) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.by_account.keys().copied()
    }

    /// What it will cost an account, by month.
    pub(super) fn by_month(&self, account: AccountId) -> impl Iterator<Item = (Month, UsageCost)> {
        self.by_account.get(&account).into_iter().flatten().map(|(month, cost)| (*month, *cost))
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
        let mut before = ChargedBefore::load(reader, period)?;
        for (group, usages) in by_group(reader, &bill, &owners)? {
            let currency = bill.currency;
            let earlier = grown.entry(group).or_default();
            let group = reader.group(group)?;
            earlier.extend(before.counted(reader, &group)?);
            let priced = price_group(&mut looked_up, &group, period, usages, earlier)?;
            for mut usage in priced {
                let (account, day, volume) = (usage.usage.account, usage.counts_on(period), usage.price.volume(currency));
                earlier.push((account, day, volume));
                match usage.clone().beyond(&before.take(&usage.usage))? {
                    Some(rest) => usage = rest,
                    None => continue,
                }
                let cost = pending.costs.entry(currency).or_default();
                *cost = cost.plus(usage.cost)?;
                let sum = pending.by_account.entry(usage.usage.account).or_default().entry(period).or_default();
                *sum = UsageCost { payable: sum.payable.plus(usage.price.payable)?, cost: sum.cost.plus(usage.cost)? };
            }
        }
        for (charge, _) in before.left().into_iter().flatten() {
            let cost = pending.costs.entry(bill.currency).or_default();
            *cost = cost.minus(charge.cost)?;
            let sum = pending.by_account.entry(charge.account).or_default().entry(period).or_default();
            *sum = UsageCost { payable: sum.payable.minus(charge.payable)?, cost: sum.cost.minus(charge.cost)? };
        }
    }
    Ok(pending)
}
