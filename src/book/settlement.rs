//! Settlement of what agent-pays accounts owe: paid by the customer, from what it has paid in before, taken back, given up; what is
//! due, and how old it is.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::approval::Approvable;
use super::fund::{Slip, post, require_deposits};
use super::operation::{AccountInGroup, find_account, find_group, positive};
use super::{Approval, Operation, Result, UseCase, When, reach, write_off};
use crate::domain::account::{Account, Group};
use crate::domain::approval::{Effect, Family};
use crate::domain::chart::LedgerAccount;
use crate::domain::code::Code;
use crate::domain::id::{AccountId, EntryId, GroupId};
use crate::domain::journal::{Event, Note};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::order::{OrderKind, Placement};
use crate::domain::period::{Month, OpenDate};
use crate::domain::policy::{OverdueCheck, Policy};
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::domain::settlement::{Ageing, Allocation, OpenMonth, OpenMonths, Overdue, OwedMonth, Terms, allocate};
use crate::store::{PostedEntry, Reader, SettlementRow};

/// What a settlement is for: everything that the group owes, or some accounts, or some months.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pays {
    /// The accounts, as they were typed; all of the group when there are none.
    pub accounts: Vec<String>,
    /// The months; all of them when there are none.
    pub periods: Vec<Month>,
}

/// Records money that a customer paid for what its accounts owe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReceiveSettlement {
    /// The group, as it was typed.
    pub group: String,
    /// How much, in major units.
    pub amount: Exact,
    /// What it is for; what is more than that goes to the deposits.
    pub pays: Pays,
    /// Whether money came in under the same reference before, and this is more of it.
    pub again: bool,
    /// When, and what for.
    pub slip: Slip,
}

/// Pays what accounts owe from what the group has paid in before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyDeposits {
    /// The group, as it was typed.
    pub group: String,
    /// How much, in major units; as much as is owed and there is when `None`.
    pub amount: Option<Exact>,
    /// What it is for.
    pub pays: Pays,
    /// When, and what for.
    pub slip: Slip,
}

/// Takes a settlement back wholly: the money did not come after all, or was for something else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChargeBackSettlement {
    /// The entry that it posted.
    pub entry: EntryId,
    /// When, and what for.
    pub slip: Slip,
}

/// Gives up what an account owes, or a part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteOffReceivable {
    /// The account, as it was typed.
    pub account: String,
    /// How much, in major units.
    pub amount: Exact,
    /// The months; all of them when there are none.
    pub periods: Vec<Month>,
    /// Why.
    pub note: String,
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
}

/// What a settlement has paid, or opened again, of one month of an account; in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSettled {
    /// The account.
    pub account: Code,
    /// The month.
    pub month: Month,
    /// Its due date.
    pub due: NaiveDate,
    /// How much was paid; what was opened again is negative.
    pub paid: Amount,
    /// What is open of it afterwards.
    pub open: Amount,
}

impl Settled {
    /// Which months it pays, and what is open of them then.
    fn effects(&self) -> Vec<Effect> {
        let money = |amount| Money::new(amount, self.amount.currency);
        let effect = |month: &MonthSettled| Effect {
            what: format!("{} {}", month.account, month.month),
            becomes: format!("{} paid, {} open", money(month.paid), money(month.open)),
        };
        self.months.iter().map(effect).collect()
    }
}

/// A settlement, and what is left to pay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settled {
    /// The entry.
    pub entry: EntryId,
    /// The entry that it takes back.
    pub reverses: Option<EntryId>,
    /// The group.
    pub group: Code,
    /// When.
    pub date: NaiveDate,
    /// How much; what was taken back is negative.
    pub amount: Money,
    /// The months that it pays, oldest first.
    pub months: Vec<MonthSettled>,
    /// What went to the group's deposits, because it is more than that.
    pub surplus: Amount,
    /// What all accounts of the group owe afterwards.
    pub owed: Amount,
    /// The group's money that is not allocated, afterwards.
    pub deposits: Amount,
    /// A reference such as a bank's transaction number.
    pub reference: Option<String>,
    /// Anything else worth knowing.
    pub remark: Option<String>,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// When what a group's accounts owe is due.
pub(super) fn terms<'g>(group: &'g Group, policy: &Policy) -> Terms<'g> {
    Terms::of_group(group.payment_days.as_ref(), policy.payment_days)
}

/// The groups that an account is or was in.
pub(super) fn groups_of(reader: Reader<'_>, account: &Account) -> Result<BTreeMap<GroupId, Group>> {
    account.group.spans().map(|(_, _, group)| Ok((group, reader.group(group)?))).collect()
}

/// The months that a settlement of a day can pay.
fn owed_months(operation: &mut Operation<'_>, group: &Group, pays: &Pays, date: OpenDate) -> Result<Vec<OwedMonth>> {
    let accounts = if pays.accounts.is_empty() {
        operation.reader().accounts_ever_of(group.id)?
    } else {
        let mut named: BTreeMap<AccountId, Account> = BTreeMap::new();
        for name in &pays.accounts {
            let account = find_account(operation.reader(), name)?;
            if !account.was_in(group.id) {
                return Err(Refusal::AccountOfOtherGroup { account: account.code, group: group.code.clone() }.into());
            }
            named.insert(account.id, account);
        }
        named.into_values().collect()
    };
    let policy = operation.policy()?.clone();
    let mut owed = Vec::new();
    for account in accounts {
        let groups = groups_of(operation.reader(), &account)?;
        let terms = Terms::of_account(&account, &groups, policy.payment_days);
        let payable = operation.reader().receivable(account.id)?.payable_on(&terms, date.date())?;
        let own = payable.into_iter().filter(|open| account.group_in(open.month) == group.id);
        let asked = own.filter(|open| pays.periods.is_empty() || pays.periods.contains(&open.month));
        owed.extend(asked.map(|open| OwedMonth {
            account: account.id,
            code: account.code.clone(),
            month: open.month,
            due: open.due,
            open: open.open,
        }));
    }
    Ok(owed)
}

/// Writes what an entry pays, and tells what is left.
fn settled(
    operation: &mut Operation<'_>,
    entry: EntryId,
    group: &Group,
    date: OpenDate,
    allocation: &Allocation,
    note: Note,
) -> Result<Settled> {
    for (month, paid) in &allocation.paid {
        let row = SettlementRow { entry, account: month.account, month: month.month, amount: *paid };
        operation.writer().insert_settlement(&row)?;
    }
    let paid: Vec<(AccountId, Month, Amount)> =
        allocation.paid.iter().map(|(month, paid)| (month.account, month.month, *paid)).collect();
    let total = Amount::sum(paid.iter().map(|(_, _, paid)| *paid))?.plus(allocation.surplus)?;
    told(operation, Moved { entry, reverses: None, paid, total, surplus: allocation.surplus }, group, date, note)
}

/// What an entry has moved.
struct Moved {
    entry: EntryId,
    reverses: Option<EntryId>,
    paid: Vec<(AccountId, Month, Amount)>,
    total: Amount,
    surplus: Amount,
}

/// Tells what became of the months that an entry has moved, and of everything that the group owes.
fn told(operation: &mut Operation<'_>, moved: Moved, group: &Group, date: OpenDate, note: Note) -> Result<Settled> {
    // What is open is read from balances as the file has them.
    operation.writer().flush_balances()?;
    let policy = operation.policy()?.clone();
    let terms = terms(group, &policy);
    let mut owed = Amount::ZERO;
    let mut open: BTreeMap<AccountId, (Code, OpenMonths)> = BTreeMap::new();
    for account in operation.reader().accounts_ever_of(group.id)? {
        let groups = groups_of(operation.reader(), &account)?;
        let of_account = Terms::of_account(&account, &groups, policy.payment_days);
        let left = operation.reader().receivable(account.id)?.open_months(&of_account, None)?.of_group(&account, group.id);
        owed = owed.plus(left.owed()?)?;
        open.insert(account.id, (account.code, left));
    }
    let mut months = Vec::with_capacity(moved.paid.len());
    for (account, month, paid) in moved.paid {
        let (code, left) = &open[&account];
        let left = left.months.iter().find(|left| left.month == month).map_or(Amount::ZERO, |left| left.open);
        months.push(MonthSettled { account: code.clone(), month, due: terms.due(month), paid, open: left });
    }
    months.sort_by(|a, b| (a.due, a.month, &a.account).cmp(&(b.due, b.month, &b.account)));
    let deposits = operation.deposits(group)?;
    Ok(Settled {
        entry: moved.entry,
        reverses: moved.reverses,
        group: group.code.clone(),
        date: date.date(),
        amount: Money::new(moved.total, group.currency),
        months,
        surplus: moved.surplus,
        owed,
        deposits,
        reference: note.reference,
        remark: note.remark,
        notices: vec![],
    })
}

/// What is paid of each account.
fn by_account(allocation: &Allocation) -> Result<Vec<(AccountId, Amount)>> {
    let mut sums: BTreeMap<AccountId, Amount> = BTreeMap::new();
    for (month, paid) in &allocation.paid {
        let sum = sums.entry(month.account).or_default();
        *sum = sum.plus(*paid)?;
    }
    Ok(sums.into_iter().collect())
}

impl UseCase for ReceiveSettlement {
    const COMMAND: &'static str = "settlement receive";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = Settled;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group(reader, &self.group)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<Settled> {
        let group = find_group(operation.reader(), &self.group)?;
        let date = operation.effective(self.slip.date)?;
        let amount = positive(self.amount, group.currency)?;
        let before = match &self.slip.note.reference {
            Some(reference) if !self.again => operation.reader().banked(reference)?.map(|before| (reference, before)),
            _ => None,
        };
        if let Some((reference, before)) = before {
            let (reference, entry, date, amount) = (reference.clone(), before.entry, before.date, before.amount);
            return Err(Refusal::ReferenceUsed { reference, entry, date, group: before.group, amount }.into());
        }
        let owed = owed_months(operation, &group, &self.pays, date)?;
        let allocation = allocate(owed, amount.amount)?;
        let bank = LedgerAccount::bank(group.currency);
        let posted = rules::settlement(date, group.id, bank, &by_account(&allocation)?, allocation.surplus);
        let entry = post(operation, posted, &self.slip.note)?;
        let mut done = settled(operation, entry, &group, date, &allocation, self.slip.note)?;
        if allocation.surplus.is_positive() {
            let surplus = Money::new(allocation.surplus, group.currency);
            done.notices.push(Notice::SurplusToDeposits { group: group.code, surplus });
        }
        Ok(done)
    }
}

impl Approvable for ReceiveSettlement {
    const FAMILY: Family = Family::Settlement;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }

    fn effects(settled: &Settled) -> Vec<Effect> {
        settled.effects()
    }
}

impl UseCase for ApplyDeposits {
    const COMMAND: &'static str = "settlement apply";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = Settled;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group(reader, &self.group)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<Settled> {
        let group = find_group(operation.reader(), &self.group)?;
        let date = operation.effective(self.slip.date)?;
        let asked = self.amount.map(|amount| positive(amount, group.currency)).transpose()?;
        let owed = owed_months(operation, &group, &self.pays, date)?;
        let whole = Money::new(Amount::sum(owed.iter().map(|month| month.open))?, group.currency);
        require_owed(&group.code, asked.unwrap_or(whole), whole)?;
        let deposits = LedgerAccount::deposits(group.id, group.currency);
        let amount = match asked {
            Some(asked) => asked.amount,
            None => whole.amount.min(operation.reader().lowest_credit_from(deposits, date.date())?),
        };
        // Of nothing at all, what is owed is what would be needed.
        let needed = if amount.is_positive() { Money::new(amount, group.currency) } else { whole };
        require_deposits(operation, &group, needed, date)?;
        let allocation = allocate(owed, amount)?;
        let posted = rules::settlement(date, group.id, deposits, &by_account(&allocation)?, Amount::ZERO);
        let entry = post(operation, posted, &self.slip.note)?;
        settled(operation, entry, &group, date, &allocation, self.slip.note)
    }
}

impl Approvable for ApplyDeposits {
    const FAMILY: Family = Family::Settlement;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }

    fn effects(settled: &Settled) -> Vec<Effect> {
        settled.effects()
    }
}

/// Refuses to take more off than is owed.
fn require_owed(of: &Code, needed: Money, owed: Money) -> Result<()> {
    if needed.amount > owed.amount || owed.amount.is_zero() {
        return Err(Refusal::SettlementExceeds { of: of.clone(), needed, owed }.into());
    }
    Ok(())
}

impl UseCase for WriteOffReceivable {
    const COMMAND: &'static str = "settlement write-off";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = Settled;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let account = find_account(reader, &self.account)?;
        let of_month = |reach: Reach, month: &Month| reach.and(Reach::group(account.group_on(month.last_day())));
        Ok(self.periods.iter().fold(reach::of(&account, self.date, today), of_month))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<Settled> {
        let date = operation.effective(self.date)?;
        // Months before the account changed groups are another group's to pay: they are named.
        let of = operation.account_on(&self.account, self.periods.first().map_or(date.date(), |month| month.last_day()))?;
        let AccountInGroup { account, group } = &*of;
        let amount = positive(self.amount, group.currency)?;
        let pays = Pays { accounts: vec![account.code.to_string()], periods: self.periods };
        let owed = owed_months(operation, group, &pays, date)?;
        let whole = Money::new(Amount::sum(owed.iter().map(|month| month.open))?, group.currency);
        require_owed(&account.code, amount, whole)?;
        write_off::require_within_limit(operation, Month::of(date.date()), amount, None)?;
        let allocation = allocate(owed, amount.amount)?;
        let note = Note { reference: None, remark: Some(self.note) };
        let posted = rules::receivable_written_off(date, group.id, account.id, group.currency, amount.amount);
        let entry = post(operation, posted, &note)?;
        settled(operation, entry, group, date, &allocation, note)
    }
}

impl Approvable for WriteOffReceivable {
    const FAMILY: Family = Family::Settlement;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { date: self.date.or(Some(today)), ..self }
    }

    fn effects(settled: &Settled) -> Vec<Effect> {
        settled.effects()
    }
}

impl UseCase for ChargeBackSettlement {
    const COMMAND: &'static str = "settlement charge-back";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = Settled;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        let group = reader.posted_entry(self.entry)?.and_then(|posted| posted.group);
        Ok(group.map_or(Reach::Book, Reach::group))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<Settled> {
        let id = self.entry;
        let posted = operation.reader().posted_entry(id)?.ok_or(Refusal::EntryUnknown { entry: id })?;
        let PostedEntry { event, date: settled_on, group, account, postings, reversed_by, .. } = posted;
        let rows = operation.reader().settlements_of(id)?;
        let is_settlement = event == Event::Settlement || event == Event::WriteOff && !rows.is_empty();
        let Some(group) = group.filter(|_| is_settlement) else {
            return Err(Refusal::NotASettlement { entry: id, event }.into());
        };
        if let Some(by) = reversed_by {
            return Err(Refusal::ChargedBack { entry: id, by }.into());
        }
        let date = operation.effective(self.slip.date)?;
        if date.date() < settled_on {
            return Err(Refusal::ChargeBackBefore { entry: id, date: date.date(), settled: settled_on }.into());
        }
        let group = operation.reader().group(group)?;
        let posted = rules::charge_back(date, Some(group.id), account, &postings);
        let posted = posted.map(|entry| entry.map(|entry| entry.reversing(Some(id))));
        let entry = post(operation, posted, &self.slip.note)?;
        let of_deposits = LedgerAccount::deposits(group.id, group.currency);
        let credited = postings.iter().filter(|posting| posting.ledger_account == of_deposits && posting.amount.is_negative());
        // What had gone to the deposits comes back out of them.
        let surplus = Amount::sum(credited.map(|posting| posting.amount))?;
        let mut paid = Vec::with_capacity(rows.len());
        for row in rows {
            paid.push((row.account, row.month, row.amount.negated()?));
        }
        let total = Amount::sum(paid.iter().map(|(_, _, paid)| *paid))?.plus(surplus)?;
        let moved = Moved { entry, reverses: Some(id), paid, total, surplus };
        let mut done = told(operation, moved, &group, date, self.slip.note)?;
        if done.deposits.is_negative() {
            let short = Money::new(done.deposits.negated()?, group.currency);
            done.notices.push(Notice::DepositsShort { group: group.code, short });
        }
        Ok(done)
    }
}

impl Approvable for ChargeBackSettlement {
    const FAMILY: Family = Family::Settlement;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }

    fn effects(settled: &Settled) -> Vec<Effect> {
        settled.effects()
    }
}

/// Looks whether an account that wants to buy something new owes what was due, where the policy asks for that.
pub(super) fn overdue_check(
    operation: &mut Operation<'_>,
    of: &AccountInGroup,
    kind: OrderKind,
    placement: Placement,
) -> Result<Option<Notice>> {
    let check = operation.policy()?.overdue_check;
    if check == OverdueCheck::Off || !kind.is_new_purchase() {
        return Ok(None);
    }
    let Some(Overdue { amount, due, .. }) = operation.overdue(of)? else { return Ok(None) };
    let (account, overdue) = (of.account.code.clone(), Money::new(amount, of.group.currency));
    match (check, placement) {
        (OverdueCheck::Refuse, Placement::Planned) => {
            Err(Refusal::AccountOverdue { account, group: of.group.code.clone(), overdue, due }.into())
        }
        _ => Ok(Some(Notice::Overdue { account, overdue, due })),
    }
}

/// What one account owes.
#[derive(Clone, Debug)]
pub struct AccountOwes {
    /// The account.
    pub account: Code,
    /// Its group.
    pub group: Code,
    /// What its money is counted in.
    pub currency: Currency,
    /// How many days after its end a month is due, on the day that was asked for.
    pub payment_days: u16,
    /// The months that are not paid.
    pub owed: OpenMonths,
    /// What of it is overdue.
    pub overdue: Option<Overdue>,
}

/// What all accounts of one group owe.
#[derive(Clone, Debug)]
pub struct GroupOwes {
    /// The group.
    pub group: Code,
    /// What its money is counted in.
    pub currency: Currency,
    /// What its accounts owe.
    pub owed: Amount,
    /// What of it is overdue.
    pub overdue: Amount,
    /// What is to be paid first: its due date.
    pub due: Option<NaiveDate>,
    /// What it has paid in that is not allocated.
    pub deposits: Amount,
}

/// What is owed.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The day at whose end it is looked at.
    pub day: NaiveDate,
    /// Accounts that owe something, by group and account.
    pub accounts: Vec<AccountOwes>,
    /// Their groups.
    pub groups: Vec<GroupOwes>,
}

/// Which accounts to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwedFilter<'a> {
    /// Those of a group, as it was typed.
    pub group: Option<&'a str>,
    /// One account, as it was typed.
    pub account: Option<&'a str>,
}

/// An account with its group, and what it owes at the end of a day.
type Open<'g> = (Account, &'g Group, OpenMonths);

/// The accounts that owe something, by group and code. Account by account, because the book's days are summed up by account.
fn open_accounts<'g>(
    reader: Reader<'_>,
    groups: &'g BTreeMap<GroupId, Group>,
    account: Option<AccountId>,
    policy: &Policy,
    until: Option<NaiveDate>,
) -> Result<Vec<Open<'g>>> {
    let mut receivables = match account {
        Some(account) => BTreeMap::from([(account, reader.receivable(account)?)]),
        None => reader.receivables()?,
    };
    let mut open = Vec::new();
    for account in reader.accounts()? {
        let Some(receivable) = receivables.remove(&account.id) else { continue };
        let owed = receivable.open_months(&Terms::of_account(&account, groups, policy.payment_days), until)?;
        // It comes back to a group that it was in before as one account of it.
        let its_groups: BTreeSet<GroupId> = account.group.spans().map(|(_, _, group)| group).collect();
        for group in its_groups.iter().filter_map(|group| groups.get(group)) {
            let owed = owed.of_group(&account, group.id);
            if owed != OpenMonths::default() {
                open.push((account.clone(), group, owed));
            }
        }
    }
    open.sort_by(|(a, in_a, _), (b, in_b, _)| (&in_a.code, &a.code).cmp(&(&in_b.code, &b.code)));
    Ok(open)
}

/// The groups that a filter means, and the one account.
fn asked(reader: Reader<'_>, filter: OwedFilter<'_>) -> Result<(BTreeMap<GroupId, Group>, Option<AccountId>)> {
    let account = filter.account.map(|name| find_account(reader, name)).transpose()?;
    let groups = match (&account, filter.group) {
        (_, Some(name)) => vec![find_group(reader, name)?],
        (Some(account), None) => groups_of(reader, account)?.into_values().collect(),
        (None, None) => reader.groups()?,
    };
    let groups: BTreeMap<GroupId, Group> = groups.into_iter().map(|group| (group.id, group)).collect();
    if let Some(account) = account.as_ref().filter(|account| !groups.keys().any(|group| account.was_in(*group))) {
        let group = groups.into_values().next().map_or_else(|| account.code.clone(), |group| group.code);
        return Err(Refusal::AccountOfOtherGroup { account: account.code.clone(), group }.into());
    }
    Ok((groups, account.map(|account| account.id)))
}

/// Shows what is owed, by account and group.
pub fn list(reader: Reader<'_>, filter: OwedFilter<'_>, when: When) -> Result<Owed> {
    let (day, policy) = (when.day(), reader.policy()?);
    let (groups, account) = asked(reader, filter)?;
    let mut accounts = Vec::new();
    let mut by_group: BTreeMap<Code, GroupOwes> = BTreeMap::new();
    for (account, group, owed) in open_accounts(reader, &groups, account, &policy, when.until())? {
        let overdue = owed.overdue(day)?;
        let sum = match by_group.entry(group.code.clone()) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(new) => new.insert(GroupOwes {
                group: group.code.clone(),
                currency: group.currency,
                owed: Amount::ZERO,
                overdue: Amount::ZERO,
                due: None,
                deposits: deposits(reader, group, when.until())?,
            }),
        };
        sum.owed = sum.owed.plus(owed.owed()?)?;
        sum.overdue = sum.overdue.plus(overdue.map_or(Amount::ZERO, |overdue| overdue.amount))?;
        sum.due = owed.months.first().map(|month| month.due).into_iter().chain(sum.due).min();
        let payment_days = terms(group, &policy).days(Month::of(day));
        let (code, group, currency) = (account.code, group.code.clone(), group.currency);
        accounts.push(AccountOwes { account: code, group, currency, payment_days, owed, overdue });
    }
    Ok(Owed { day, accounts, groups: by_group.into_values().collect() })
}

fn deposits(reader: Reader<'_>, group: &Group, until: Option<NaiveDate>) -> Result<Amount> {
    Ok(reader.balance(LedgerAccount::deposits(group.id, group.currency), until)?.negated()?)
}

/// What an account or a group owes, by how long it is overdue.
#[derive(Clone, Debug)]
pub struct AgeingRow {
    /// The account; none where it is all of a group.
    pub account: Option<Code>,
    /// The group.
    pub group: Code,
    /// What it is counted in.
    pub currency: Currency,
    /// How old it is.
    pub ageing: Ageing,
    /// What the group has paid in that pays nothing yet; of a group only.
    pub deposits: Amount,
}

/// How old the receivables are.
#[derive(Clone, Debug)]
pub struct AgeingReport {
    /// The day at whose end it is looked at.
    pub day: NaiveDate,
    /// By group and account.
    pub accounts: Vec<AgeingRow>,
    /// By group: those that owe something, and those that have deposits.
    pub groups: Vec<AgeingRow>,
    /// By currency, with the deposits.
    pub totals: BTreeMap<Currency, (Ageing, Amount)>,
}

/// Shows how old what is owed is, by account and group.
pub fn ageing(reader: Reader<'_>, filter: OwedFilter<'_>, when: When) -> Result<AgeingReport> {
    let (day, policy) = (when.day(), reader.policy()?);
    let (groups, account) = asked(reader, filter)?;
    let mut report = AgeingReport { day, accounts: vec![], groups: vec![], totals: BTreeMap::new() };
    let mut by_group: BTreeMap<GroupId, Ageing> = BTreeMap::new();
    for (account, group, owed) in open_accounts(reader, &groups, account, &policy, when.until())? {
        let ageing = owed.ageing(day)?;
        let sum = by_group.entry(group.id).or_default();
        *sum = sum.plus(&ageing)?;
        let (code, group, currency) = (Some(account.code), group.code.clone(), group.currency);
        report.accounts.push(AgeingRow { account: code, group, currency, ageing, deposits: Amount::ZERO });
    }
    let mut groups: Vec<&Group> = groups.values().collect();
    groups.sort_by(|a, b| a.code.cmp(&b.code));
    for group in groups {
        let owed = by_group.remove(&group.id);
        let deposits = deposits(reader, group, when.until())?;
        if owed.is_none() && deposits.is_zero() {
            continue;
        }
        let ageing = owed.unwrap_or_default();
        let total = report.totals.entry(group.currency).or_default();
        *total = (total.0.plus(&ageing)?, total.1.plus(deposits)?);
        let (code, currency) = (group.code.clone(), group.currency);
        report.groups.push(AgeingRow { account: None, group: code, currency, ageing, deposits });
    }
    Ok(report)
}

/// The months of every account of some groups that are overdue on a day, with whose they are to pay, by group and account.
pub(super) fn overdue_months(
    reader: Reader<'_>,
    groups: &BTreeMap<GroupId, Group>,
    day: NaiveDate,
) -> Result<Vec<(Account, GroupId, Vec<OpenMonth>)>> {
    let policy = reader.policy()?;
    let mut found = Vec::new();
    for (account, group, owed) in open_accounts(reader, groups, None, &policy, None)? {
        let late: Vec<OpenMonth> = owed.months.into_iter().filter(|month| month.days_overdue(day) > 0).collect();
        if !late.is_empty() {
            found.push((account, group.id, late));
        }
    }
    Ok(found)
}
