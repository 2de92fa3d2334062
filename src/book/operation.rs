//! An open operation: what a use case works with.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::NaiveDate;

use super::budget::Weighing;
use super::pricing::Prices;
use super::usage::{self, PendingUsage};
use super::{Result, Session};
use crate::domain::account::{Account, Group, Mode, Standing};
use crate::domain::agreement::Agreement;
use crate::domain::chart::LedgerAccount;
use crate::domain::entity::Entity;
use crate::domain::fund::Holder;
use crate::domain::handover::Handover;
use crate::domain::id::{AccountId, EntryId, GroupId};
use crate::domain::journal::{Entry, Unbalanced};
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::operator::{Operator, Reach};
use crate::domain::period::{ClosedThrough, Month, OpenDate, PeriodState};
use crate::domain::policy::Policy;
use crate::domain::price::Volume;
use crate::domain::refusal::{Noun, Refusal};
use crate::domain::role::Permission;
use crate::domain::rules::Party;
use crate::domain::settlement::{OpenMonths, Overdue, Terms};
use crate::domain::upstream::UpstreamChain;
use crate::store::{Reader, Scope, Writer};

/// An account with its group on a day, as rules need them.
#[derive(Clone, Debug)]
pub struct AccountInGroup {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
}

impl AccountInGroup {
    /// As a holder of money, with its real-name owner.
    pub(super) fn holder<'a>(&'a self, owner: &'a Entity) -> Holder<'a> {
        let Self { account, group } = self;
        Holder { account, group: (group.id, &group.code), entity: (owner.id, &owner.code) }
    }

    /// As posting rules name it on a day.
    pub fn party(&self, date: OpenDate) -> Party {
        let Account { id, model, ref mode, .. } = self.account;
        Party { account: id, group: self.group.id, model, mode: mode.on(date.date()), currency: self.group.currency }
    }
}

/// A write transaction with everything that a use case may need; what it has loaded once it keeps.
pub struct Operation<'c> {
    writer: Writer<'c>,
    operator: Operator,
    session: Session,
    closed_through: ClosedThrough,
    /// The day of the opening: what happened before it is in its balances.
    opened_on: Option<NaiveDate>,
    /// By what was typed; one for each group that was asked for.
    accounts: HashMap<String, Vec<Rc<AccountInGroup>>>,
    sale_agreements: HashMap<GroupId, Rc<Vec<Rc<Agreement>>>>,
    purchase_agreements: Option<Rc<Vec<Rc<Agreement>>>>,
    pub(super) pending_usage: Option<PendingUsage>,
    policy: Option<Policy>,
    upstream_chain: Option<Rc<UpstreamChain>>,
    overdue: HashMap<(AccountId, GroupId), Option<Overdue>>,
    open_handovers: Option<HashMap<AccountId, Handover>>,
    pub(super) weighing: Option<Weighing>,
}

impl<'c> Operation<'c> {
    pub(super) fn new(writer: Writer<'c>, operator: Operator, session: Session) -> Result<Self> {
        let closed_through = writer.reader().closed_through()?;
        let opened_on = writer.reader().opening()?.map(|opening| opening.date);
        Ok(Self {
            writer,
            operator,
            session,
            closed_through,
            opened_on,
            accounts: HashMap::new(),
            sale_agreements: HashMap::new(),
            purchase_agreements: None,
            pending_usage: None,
            policy: None,
            upstream_chain: None,
            overdue: HashMap::new(),
            open_handovers: None,
            weighing: None,
        })
    }

    pub(super) fn into_writer(self) -> Writer<'c> {
        self.writer
    }

    /// The same operation before it has written or looked at anything: what was tried is taken back.
    pub(super) fn start_over(self) -> Result<Self> {
        Self::new(self.writer.take_back()?, self.operator, self.session)
    }

    /// Refuses what the operator has no right to, beside what the command as a whole needs.
    pub(super) fn require(&self, permission: Permission, reach: &Reach) -> Result<()> {
        super::operator::require(self.reader(), &self.operator, permission, self.today(), || Ok(reach.clone()))
    }

    /// The operator.
    pub(super) fn operator(&self) -> &Operator {
        &self.operator
    }

    /// The operator's name in the book.
    pub fn operator_name(&self) -> &str {
        &self.operator.name
    }

    /// Who runs the command.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The day of the command in the book's time zone.
    pub fn today(&self) -> NaiveDate {
        self.session.today()
    }

    /// The boundary of the closed months.
    pub fn closed_through(&self) -> ClosedThrough {
        self.closed_through
    }

    /// Opens a closed month, which is the last one, again.
    pub(super) fn open_again(&mut self, month: Month) -> Result<()> {
        self.writer.set_period_state(month, PeriodState::Open)?;
        self.closed_through = self.writer.reader().closed_through()?;
        Ok(())
    }

    /// Looks at the book, this operation's own rows included.
    pub fn reader(&self) -> Reader<'_> {
        self.writer.reader()
    }

    /// Writes rows.
    pub fn writer(&mut self) -> &mut Writer<'c> {
        &mut self.writer
    }

    /// The effective date of something that has happened, or today: its month must be open, it cannot lie in the future, and not
    /// before the opening of the book.
    pub fn effective(&self, asked: Option<NaiveDate>) -> Result<OpenDate> {
        let today = self.today();
        let date = self.open_day(asked)?;
        if date.date() > today {
            return Err(Refusal::DateInFuture { date: date.date(), today }.into());
        }
        if let Some(opening) = self.opened_on.filter(|opening| date.date() < *opening) {
            return Err(Refusal::BeforeOpening { date: date.date(), opening }.into());
        }
        Ok(date)
    }

    /// The day from which terms hold, or today: its month must be open.
    pub fn open_day(&self, asked: Option<NaiveDate>) -> Result<OpenDate> {
        let date = self.closed_through.open(asked.unwrap_or_else(|| self.today()))?;
        let period = Month::of(date.date());
        let is_finance = self.operator.may(Permission::CloseMonths, &Reach::Book, self.today());
        if !is_finance && self.reader().soft_closed_through()?.is_some_and(|last| period <= last) {
            return Err(Refusal::PeriodSoftClosed { period }.into());
        }
        Ok(date)
    }

    /// Posts what a rule made; `None` when no money moved.
    pub fn post(&mut self, posted: std::result::Result<Option<Entry>, Unbalanced>) -> Result<Option<EntryId>> {
        match posted? {
            Some(entry) => Ok(Some(self.writer.post(&entry)?)),
            None => Ok(None),
        }
    }

    /// The account of a code or UID, with its group of today.
    pub fn account(&mut self, name: &str) -> Result<Rc<AccountInGroup>> {
        self.account_on(name, self.today())
    }

    /// The account of a code or UID, with the group that what is dated on a day counts with.
    pub fn account_on(&mut self, name: &str, day: NaiveDate) -> Result<Rc<AccountInGroup>> {
        let known = self.accounts.get(name).map_or(&[][..], Vec::as_slice);
        if let Some(known) = known.iter().find(|of| of.account.group_on(day) == of.group.id) {
            return Ok(Rc::clone(known));
        }
        let account = find_account(self.reader(), name)?;
        let account = super::account::as_seen(self.reader(), account, self.today())?;
        let group = self.reader().group(account.group_on(day))?;
        let found = Rc::new(AccountInGroup { account, group });
        self.accounts.entry(name.to_owned()).or_default().push(Rc::clone(&found));
        Ok(found)
    }

    /// What an account has, owes and may still spend on a day, this operation's own entries included. Its credit is the lower of
    /// that day's and today's: who dates an order back does not get back a credit that was taken away since.
    pub fn standing(&mut self, of: &AccountInGroup, day: NaiveDate) -> Result<Standing> {
        let pending_usage = self.pending_usage()?.of(of.account.id)?;
        let currency = of.group.currency;
        let funds = self.writer.balance(LedgerAccount::funds(of.account.id, currency))?.negated()?;
        let owed = self.writer.balance(LedgerAccount::receivable(of.account.id, currency))?;
        let (mode, credit_limit) = (of.account.mode.on(day), of.account.credit_on(day).min(of.account.credit_on(self.today())));
        Ok(Standing { mode, funds, owed, credit_limit, pending_usage })
    }

    /// How an account stood on the day, from one on, on which the least was left, this operation's own entries included: by what an
    /// order of that day is covered.
    pub fn standing_from(&mut self, of: &AccountInGroup, day: NaiveDate) -> Result<Standing> {
        let pending_usage = self.pending_usage()?.of(of.account.id)?;
        let (account, currency) = (&of.account, of.group.currency);
        let funds = self.writer.credit_from(LedgerAccount::funds(account.id, currency), day)?;
        let owed = self.writer.debit_from(LedgerAccount::receivable(account.id, currency), day)?;
        Ok(account.standing_from(day, self.today(), (&funds, &owed), pending_usage)?)
    }

    /// What an account owed its group for longer than it may when the operation began: orders of a list do not look at each
    /// other's.
    pub(super) fn overdue(&mut self, of: &AccountInGroup) -> Result<Option<Overdue>> {
        let key = (of.account.id, of.group.id);
        if let Some(known) = self.overdue.get(&key) {
            return Ok(*known);
        }
        let overdue = self.open_months_in(of)?.overdue(self.today())?;
        self.overdue.insert(key, overdue);
        Ok(overdue)
    }

    /// The months of an account that are one of its groups' to pay, and not paid, by what the file has.
    pub(super) fn open_months_in(&mut self, of: &AccountInGroup) -> Result<OpenMonths> {
        let groups = super::settlement::groups_of(self.reader(), &of.account)?;
        let terms = Terms::of_account(&of.account, &groups, self.policy()?.payment_days);
        Ok(self.reader().receivable(of.account.id)?.open_months(&terms, None)?.of_group(&of.account, of.group.id))
    }

    /// To whom money back goes for a charge of an account in a group, and how much of it lowers what is owed; the rest is the
    /// group's deposits. Where the account has left the group, that is what the group itself still owes for it.
    pub(super) fn money_back(&mut self, of: &AccountInGroup, date: OpenDate) -> Result<(Party, Amount)> {
        let party = of.party(date);
        if of.account.group_on(date.date()) == of.group.id {
            return Ok((party, self.standing(of, date.date())?.owed));
        }
        // What is open is read from balances as the file has them.
        self.writer.flush_balances()?;
        Ok((Party { mode: Mode::AgentPays, ..party }, self.open_months_in(of)?.owed()?))
    }

    /// The hand-over of an account that was open when the operation asked first.
    pub(super) fn open_handover(&mut self, account: AccountId) -> Result<Option<&Handover>> {
        if self.open_handovers.is_none() {
            self.open_handovers = Some(super::handover::open_by_account(self.reader())?);
        }
        Ok(self.open_handovers.as_ref().and_then(|open| open.get(&account)))
    }

    /// The policies of the book.
    pub(super) fn policy(&mut self) -> Result<&Policy> {
        if self.policy.is_none() {
            self.policy = Some(self.reader().policy()?);
        }
        Ok(self.policy.as_ref().expect("it was loaded above"))
    }

    /// The parties above the agent, as they were when it was first asked for them: who records orders does not change them.
    pub(super) fn upstream_chain(&mut self) -> Result<&Rc<UpstreamChain>> {
        if self.upstream_chain.is_none() {
            self.upstream_chain = Some(Rc::new(self.reader().upstream_chain()?));
        }
        Ok(self.upstream_chain.as_ref().expect("it was loaded above"))
    }

    /// What usage on the bills of open months will cost.
    pub(super) fn pending_usage(&mut self) -> Result<&PendingUsage> {
        if self.pending_usage.is_none() {
            self.pending_usage = Some(usage::pending(self.reader())?);
        }
        Ok(self.pending_usage.as_ref().expect("it was loaded above"))
    }

    /// A group's money that is not allocated, this operation's own entries included.
    pub fn deposits(&mut self, group: &Group) -> Result<Amount> {
        Ok(self.writer.balance(LedgerAccount::deposits(group.id, group.currency))?.negated()?)
    }
}

/// An operation sees its own charges, too.
impl Prices for Operation<'_> {
    fn sale_agreements(&mut self, group: GroupId) -> Result<Rc<Vec<Rc<Agreement>>>> {
        if let Some(loaded) = self.sale_agreements.get(&group) {
            return Ok(Rc::clone(loaded));
        }
        let loaded = Rc::new(self.reader().sale_agreements(group)?.into_iter().map(Rc::new).collect::<Vec<_>>());
        self.sale_agreements.insert(group, Rc::clone(&loaded));
        Ok(loaded)
    }

    fn purchase_agreements(&mut self) -> Result<Rc<Vec<Rc<Agreement>>>> {
        if self.purchase_agreements.is_none() {
            self.purchase_agreements = Some(Rc::new(self.reader().purchase_agreements()?.into_iter().map(Rc::new).collect()));
        }
        Ok(Rc::clone(self.purchase_agreements.as_ref().expect("it was loaded above")))
    }

    fn volume(&mut self, scope: Scope, currency: Currency, from: NaiveDate, to: NaiveDate) -> Result<Volume> {
        Ok(self.writer.volume(scope, currency, from, to)?)
    }
}

/// The account of a code or UID, or the nearest names.
pub(super) fn find_account(reader: Reader<'_>, name: &str) -> Result<Account> {
    if let Some(account) = reader.account_by_name(name.trim())? {
        return Ok(account);
    }
    let known: Vec<String> = reader.accounts()?.into_iter().map(|a| a.code.to_string()).collect();
    Err(unknown(Noun::Account, name, &known).into())
}

/// The group of a code, or the nearest names.
pub(super) fn find_group(reader: Reader<'_>, name: &str) -> Result<Group> {
    if let Some(group) = reader.group_by_code(name.trim())? {
        return Ok(group);
    }
    let known: Vec<String> = reader.groups()?.into_iter().map(|g| g.code.to_string()).collect();
    Err(unknown(Noun::Group, name, &known).into())
}

/// The refusal of a name that nothing has.
pub(super) fn unknown(noun: Noun, name: &str, known: &[String]) -> Refusal {
    Refusal::Unknown { noun, name: name.to_owned(), near: crate::domain::suggest::nearest(name, known) }
}

/// An amount above zero, in minor units of a currency.
pub(super) fn positive(asked: Exact, currency: Currency) -> Result<Money> {
    let money = not_negative(asked, currency)?;
    if !money.amount.is_positive() {
        return Err(Refusal::NotPositive { amount: asked.to_string() }.into());
    }
    Ok(money)
}

/// An amount of zero or more, in minor units of a currency.
pub(super) fn not_negative(asked: Exact, currency: Currency) -> Result<Money> {
    if asked.is_negative() {
        return Err(Refusal::Negative { amount: asked.to_string() }.into());
    }
    exactly(asked, currency)
}

/// An amount in minor units of a currency, whatever its sign.
pub(super) fn exactly(asked: Exact, currency: Currency) -> Result<Money> {
    let too_large = asked.round(currency).is_err();
    let amount = asked.to_amount(currency);
    match amount {
        Some(amount) => Ok(Money::new(amount, currency)),
        None if too_large => Err(Refusal::AmountOverflow.into()),
        None => Err(Refusal::TooPrecise { amount: asked, currency }.into()),
    }
}
