//! Customers' money: paid in, and given to prepaid accounts.

use std::rc::Rc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::approval::Approvable;
use super::operation::{AccountInGroup, find_account, find_group, positive};
use super::{Approval, Operation, Result, UseCase, When, account, group, reach, statement};
use crate::domain::account::{Account, Group, Mode};
use crate::domain::approval::Family;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::Code;
use crate::domain::fund::{Reclaimable, held_for, require_transferable, require_withdrawable};
use crate::domain::id::EntryId;
use crate::domain::journal::{Entry, Note, Unbalanced};
use crate::domain::money::{Amount, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::period::OpenDate;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::rules;
use crate::domain::statement::Movement;
use crate::store::{LedgerMovement, Reader};

/// What goes with a movement of money: when it takes effect, and what the person wrote down.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Slip {
    /// When; today when `None`.
    pub date: Option<NaiveDate>,
    /// Reference and remark.
    pub note: Note,
}

impl Slip {
    /// The same with its day, where nobody has named one.
    pub(super) fn on(self, today: NaiveDate) -> Self {
        Self { date: self.date.or(Some(today)), ..self }
    }
}

/// Records money that a customer paid in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deposit {
    /// The group, as it was typed.
    pub group: String,
    /// How much, in major units.
    pub amount: Exact,
    /// When, and what for.
    pub slip: Slip,
}

/// Gives a customer money back that is not allocated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Withdraw {
    /// The group, as it was typed.
    pub group: String,
    /// How much, in major units.
    pub amount: Exact,
    /// When, and what for.
    pub slip: Slip,
}

/// Gives a prepaid account money of its group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Allocate {
    /// The account, as it was typed.
    pub account: String,
    /// How much, in major units.
    pub amount: Exact,
    /// When, and what for.
    pub slip: Slip,
}

/// Takes unspent money of a prepaid account back to its group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reclaim {
    /// The account, as it was typed.
    pub account: String,
    /// How much, in major units; all that can be taken when `None`.
    pub amount: Option<Exact>,
    /// When, and what for.
    pub slip: Slip,
}

/// Passes unspent money from one prepaid account to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// The account that gives, as it was typed.
    pub from: String,
    /// The account that gets, as it was typed.
    pub to: String,
    /// How much, in major units.
    pub amount: Exact,
    /// When, and what for.
    pub slip: Slip,
}

/// Money that moved, and what is left where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FundMoved {
    /// The entry.
    pub entry: EntryId,
    /// The group.
    pub group: Code,
    /// The account that received it, or from which it came.
    pub account: Option<Code>,
    /// The account that a transfer went to.
    pub to: Option<Code>,
    /// How much.
    pub amount: Money,
    /// When.
    pub date: NaiveDate,
    /// The group's money that is not allocated, afterwards.
    pub deposits: Amount,
    /// The account's funds, afterwards.
    pub funds: Option<Amount>,
    /// The funds of the account that a transfer went to, afterwards.
    pub to_funds: Option<Amount>,
    /// How much of an allocation has paid arrears: they are paid first.
    pub arrears_paid: Option<Amount>,
    /// A reference such as a bank's transaction number.
    pub reference: Option<String>,
    /// Anything else worth knowing.
    pub remark: Option<String>,
}

/// Posts an entry of a positive amount.
pub(super) fn post(
    operation: &mut Operation<'_>,
    posted: std::result::Result<Option<Entry>, Unbalanced>,
    note: &Note,
) -> Result<EntryId> {
    let entry = posted?.expect("a positive amount moves money").with_note(note.clone());
    Ok(operation.writer().post(&entry)?)
}

fn moved_in_group(
    operation: &mut Operation<'_>,
    entry: EntryId,
    group: &Group,
    amount: Money,
    date: OpenDate,
    note: Note,
) -> Result<FundMoved> {
    let Note { reference, remark } = note;
    Ok(FundMoved {
        entry,
        group: group.code.clone(),
        account: None,
        to: None,
        amount,
        date: date.date(),
        deposits: operation.deposits(group)?,
        funds: None,
        to_funds: None,
        arrears_paid: None,
        reference,
        remark,
    })
}

/// An account that is prepaid on a day on which its charges are ours, and has been since.
fn prepaid_on(operation: &mut Operation<'_>, name: &str, date: OpenDate) -> Result<Rc<AccountInGroup>> {
    let found = operation.account_on(name, date.date())?;
    // While it is agent-pays, money that it was given before would lie where nobody can spend it.
    if found.account.mode.during(date.date(), operation.today()).any(|mode| mode != Mode::Prepaid) {
        return Err(Refusal::NotPrepaid { account: found.account.code.clone() }.into());
    }
    found.account.require_dated_since(date.date())?;
    Ok(found)
}

/// What an account has from a day on that is not spent: later charges are counted, later allocations are not.
fn unspent_from(reader: Reader<'_>, account: &Account, group: &Group, pending: Amount, date: NaiveDate) -> Result<Amount> {
    let funds = LedgerAccount::funds(account.id, group.currency);
    Ok(reader.lowest_credit_from(funds, date)?.minus(pending)?.or_zero())
}

/// What a group may take back from an account from a day on, whose usage of so much waits for its charge.
pub(super) fn reclaimable(
    reader: Reader<'_>,
    account: &Account,
    group: &Group,
    pending: Amount,
    date: NaiveDate,
) -> Result<Reclaimable> {
    let given = reader.given_to(account.id, group.id, group.currency)?;
    Ok(Reclaimable::of(unspent_from(reader, account, group, pending, date)?, given))
}

/// Refuses to change who pays from a day on while something would stay behind: on the day before, on any day since, or by now.
pub(super) fn require_nothing_left(operation: &mut Operation<'_>, account: &Account, date: OpenDate) -> Result<()> {
    let of = operation.account(account.code.as_str())?;
    let currency = of.group.currency;
    let now = operation.standing(&of, date.date())?;
    let before = date.date().pred_opt().unwrap_or(date.date());
    let reader = operation.reader();
    // What there is now, or else what there was on some day.
    let left = |now: Amount, ledger_account: LedgerAccount| -> Result<Money> {
        let least = reader.lowest_credit_from(ledger_account, before)?;
        let most = reader.lowest_debit_from(ledger_account, before)?;
        let found = [now, least, most].into_iter().find(|left| !left.is_zero());
        Ok(Money::new(found.unwrap_or_default(), currency))
    };
    let owed = left(now.owed, LedgerAccount::receivable(account.id, currency))?;
    let unspent = left(now.funds, LedgerAccount::funds(account.id, currency))?;
    Ok(account.require_settled(owed, unspent, Money::new(now.pending_usage, currency))?)
}

impl UseCase for Deposit {
    const COMMAND: &'static str = "fund deposit";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = FundMoved;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group(reader, &self.group)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        let group = find_group(operation.reader(), &self.group)?;
        let date = operation.effective(self.slip.date)?;
        let amount = positive(self.amount, group.currency)?;
        let entry = post(operation, rules::deposit(date, group.id, group.currency, amount.amount), &self.slip.note)?;
        moved_in_group(operation, entry, &group, amount, date, self.slip.note)
    }
}

impl Approvable for Deposit {
    const FAMILY: Family = Family::Fund;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

impl UseCase for Withdraw {
    const COMMAND: &'static str = "fund withdraw";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = FundMoved;

    fn reach(&self, reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        reach::of_group(reader, &self.group)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        let group = find_group(operation.reader(), &self.group)?;
        let date = operation.effective(self.slip.date)?;
        let amount = positive(self.amount, group.currency)?;
        let free = require_deposits(operation, &group, amount, date)?;
        let held = held_back(operation, &group, date)?;
        require_withdrawable(&group.code, amount, free, held)?;
        let entry = post(operation, rules::withdraw(date, group.id, group.currency, amount.amount), &self.slip.note)?;
        moved_in_group(operation, entry, &group, amount, date, self.slip.note)
    }
}

impl Approvable for Withdraw {
    const FAMILY: Family = Family::Fund;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

/// What a group's money has to stay for: what its accounts are in arrears with, or what is overdue of them, whichever is more.
fn held_back(operation: &mut Operation<'_>, group: &Group, date: OpenDate) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    for account in operation.reader().accounts_ever_of(group.id)? {
        let is_in_it = account.group_on(date.date()) == group.id;
        let of = AccountInGroup { account, group: group.clone() };
        // Who has left is in arrears with another group by now, and may owe this one for its months.
        let arrears = if is_in_it { operation.standing(&of, date.date())?.arrears()? } else { Amount::ZERO };
        let overdue = operation.overdue(&of)?;
        sum = sum.plus(held_for(arrears, overdue.map_or(Amount::ZERO, |overdue| overdue.amount)))?;
    }
    Ok(sum)
}

/// What a group has on a day and on every later one that is not allocated, if it is enough: money that came in later cannot have
/// been given away before.
pub(super) fn require_deposits(operation: &Operation<'_>, group: &Group, needed: Money, date: OpenDate) -> Result<Amount> {
    let free = operation.reader().lowest_credit_from(LedgerAccount::deposits(group.id, group.currency), date.date())?;
    if needed.amount > free {
        let available = Money::new(free, group.currency);
        return Err(Refusal::DepositsInsufficient { group: group.code.clone(), needed, available }.into());
    }
    Ok(free)
}

impl UseCase for Allocate {
    const COMMAND: &'static str = "fund allocate";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = FundMoved;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, self.slip.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        allocate(operation, &self.account, self.amount, self.slip)
    }
}

impl Approvable for Allocate {
    const FAMILY: Family = Family::Fund;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

/// Gives a prepaid account money of its group. It looks at balances as they are in the file.
pub(super) fn allocate(operation: &mut Operation<'_>, account: &str, amount: Exact, slip: Slip) -> Result<FundMoved> {
    let date = operation.effective(slip.date)?;
    operation.account(account)?.account.require_active()?;
    let to = prepaid_on(operation, account, date)?;
    let (account, group) = (&to.account, &to.group);
    let amount = positive(amount, group.currency)?;
    require_deposits(operation, group, amount, date)?;
    let arrears = operation.standing(&to, date.date())?.arrears()?;
    let posted = rules::allocate(date, group.id, account.id, group.currency, amount.amount);
    let entry = post(operation, posted, &slip.note)?;
    let moved = moved_in_group(operation, entry, group, amount, date, slip.note)?;
    let funds = operation.standing(&to, date.date())?.funds;
    let arrears_paid = Some(arrears.min(amount.amount)).filter(|paid| paid.is_positive());
    Ok(FundMoved { account: Some(account.code.clone()), funds: Some(funds), arrears_paid, ..moved })
}

impl UseCase for Reclaim {
    const COMMAND: &'static str = "fund reclaim";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = FundMoved;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, self.slip.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        reclaim(operation, &self.account, self.amount, self.slip)
    }
}

impl Approvable for Reclaim {
    const FAMILY: Family = Family::Fund;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

/// Takes unspent money of a prepaid account back to its group, all that can be taken without an amount. It looks at balances as
/// they are in the file.
pub(super) fn reclaim(operation: &mut Operation<'_>, account: &str, amount: Option<Exact>, slip: Slip) -> Result<FundMoved> {
    let date = operation.effective(slip.date)?;
    // Whoever pays by now: what was left behind can be fetched.
    let from = operation.account_on(account, date.date())?;
    from.account.require_dated_since(date.date())?;
    let (account, group) = (&from.account, &from.group);
    let pending = operation.standing(&from, date.date())?.pending_usage;
    let reclaimable = reclaimable(operation.reader(), account, group, pending, date.date())?;
    let asked = amount.map(|asked| positive(asked, group.currency)).transpose()?;
    let amount = reclaimable.take(&account.code, asked, group.currency)?;
    let posted = rules::reclaim(date, group.id, account.id, group.currency, amount.amount);
    let entry = post(operation, posted, &slip.note)?;
    let moved = moved_in_group(operation, entry, group, amount, date, slip.note)?;
    let funds = operation.standing(&from, date.date())?.funds;
    Ok(FundMoved { account: Some(account.code.clone()), funds: Some(funds), ..moved })
}

impl UseCase for Transfer {
    const COMMAND: &'static str = "fund transfer";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = FundMoved;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let both = [&self.from, &self.to];
        reach::of_listed(reader, both.map(|name| (name.as_str(), self.slip.date)), today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<FundMoved> {
        let date = operation.effective(self.slip.date)?;
        let (from, to) = (prepaid_on(operation, &self.from, date)?, prepaid_on(operation, &self.to, date)?);
        let owner_of = |of: &AccountInGroup| operation.reader().entity(of.account.entity);
        let (owner, other_owner) = (owner_of(&from)?, owner_of(&to)?);
        require_transferable(from.holder(&owner), to.holder(&other_owner))?;
        let (account, group) = (&from.account, &from.group);
        let amount = positive(self.amount, group.currency)?;
        let pending = operation.standing(&from, date.date())?.pending_usage;
        let available = unspent_from(operation.reader(), account, group, pending, date.date())?;
        if amount.amount > available {
            let available = Money::new(available, group.currency);
            return Err(Refusal::UnspentInsufficient { account: account.code.clone(), needed: amount, available }.into());
        }
        let posted = rules::transfer(date, group.id, account.id, to.account.id, group.currency, amount.amount);
        let entry = post(operation, posted, &self.slip.note)?;
        let moved = moved_in_group(operation, entry, group, amount, date, self.slip.note)?;
        let (funds, to_funds) = (operation.standing(&from, date.date())?.funds, operation.standing(&to, date.date())?.funds);
        let (code, to_code) = (Some(account.code.clone()), Some(to.account.code.clone()));
        Ok(FundMoved { account: code, to: to_code, funds: Some(funds), to_funds: Some(to_funds), ..moved })
    }
}

impl Approvable for Transfer {
    const FAMILY: Family = Family::Fund;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { slip: self.slip.on(today), ..self }
    }
}

/// Everything that moved the money of one account.
#[derive(Clone, Debug)]
pub struct History {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
    /// Who pays.
    pub mode: Mode,
    /// What it had, less what it owed, before the first movement.
    pub opening: Amount,
    /// The movements, oldest first; their amounts are what they add to the balance due.
    pub movements: Vec<Movement>,
}

/// What moved a group's money that is not allocated.
#[derive(Clone, Debug)]
pub struct GroupHistory {
    /// The group.
    pub group: Group,
    /// What it had before the first movement.
    pub opening: Amount,
    /// The movements, oldest first.
    pub movements: Vec<LedgerMovement>,
}

/// Whose history was asked for.
#[derive(Clone, Debug)]
pub enum HistoryOf {
    /// An account's.
    Account(Box<History>),
    /// A group's.
    Group(Box<GroupHistory>),
}

/// Shows everything that moved the money of one account, or of one group what is not allocated, from one day to another, both
/// included.
pub fn history(reader: Reader<'_>, name: &str, from: Option<NaiveDate>, when: When) -> Result<HistoryOf> {
    if reader.account_by_name(name.trim())?.is_none()
        && let Some(group) = reader.group_by_code(name.trim())?
    {
        let deposits = LedgerAccount::deposits(group.id, group.currency);
        let opening = match from.and_then(|first| first.pred_opt()) {
            Some(before) => reader.balance(deposits, Some(before))?.negated()?,
            None => Amount::ZERO,
        };
        let movements = reader.ledger_movements(deposits, from, when.until())?;
        return Ok(HistoryOf::Group(Box::new(GroupHistory { group, opening, movements })));
    }
    Ok(HistoryOf::Account(Box::new(account_history(reader, name, from, when)?)))
}

fn account_history(reader: Reader<'_>, name: &str, from: Option<NaiveDate>, when: When) -> Result<History> {
    let account = find_account(reader, name)?;
    let group = reader.group(account.group_on(when.day()))?;
    let first = from.unwrap_or(NaiveDate::MIN);
    let opening = match first.pred_opt() {
        Some(before) => statement::balance_due(reader, &account, &group, before)?.negated()?,
        None => Amount::ZERO,
    };
    let mut movements = reader.movements(account.id, first, when.until().unwrap_or(NaiveDate::MAX))?;
    movements.sort_by_key(|movement| (movement.date, movement.entry));
    Ok(History { mode: account.mode.on(when.day()), account, group, opening, movements })
}

/// What every account and group has.
#[derive(Clone, Debug)]
pub struct Balances {
    /// The accounts.
    pub accounts: Vec<account::AccountView>,
    /// The groups.
    pub groups: Vec<group::GroupView>,
}

/// Shows what every account and group has, or those of one group.
pub fn balances(reader: Reader<'_>, of: Option<&str>, when: When) -> Result<Balances> {
    let accounts = account::list(reader, of, when)?;
    let groups = match of {
        Some(name) => vec![group::show(reader, name, when)?],
        None => group::list(reader, when)?,
    };
    Ok(Balances { accounts, groups })
}
