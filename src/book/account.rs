//! Accounts: how they come into the book, and what they have, owe and may spend.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fund::require_nothing_left;
use super::handover::holder_notice;
use super::operation::{find_account, find_group, not_negative};
use super::usage::{self, PendingUsage};
use super::{Operation, Result, UseCase, When, reach, settlement};
use crate::domain::account::life::{LifeStep, ReleaseBlocker, Transition, next_state, release_blockers};
use crate::domain::account::particulars::Particulars;
use crate::domain::account::{Account, AccountState, Attestation, Group, Mode, MoveLeft, Origin, ShutdownPolicy, Standing, Uid};
use crate::domain::approval::{Excess, Family};
use crate::domain::association::missing_evidence;
use crate::domain::chart::LedgerAccount;
use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::dated::Dated;
use crate::domain::entity::Entity;
use crate::domain::id::{AccountId, StepId};
use crate::domain::invitation::{Invitation, Token};
use crate::domain::money::{Amount, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::percent::Percents;
use crate::domain::period::{Month, PeriodState};
use crate::domain::refusal::{Notice, Noun, Refusal, Unique};
use crate::domain::role::Permission;
use crate::domain::settlement::Terms;
use crate::store::{NewAccount, Reader};

/// Opens an account for a customer: an invitation goes to the holder's mobile or e-mail, which nobody else may use.
#[derive(Clone, Debug)]
pub struct CreateAccount(pub Particulars);

/// Brings an existing account into the book; the owner still has to consent.
#[derive(Clone, Debug)]
pub struct AssociateAccount {
    /// What both ways ask for.
    pub particulars: Particulars,
    /// Its number at the provider, as it was typed.
    pub uid: String,
    /// What a person vouches for.
    pub attest: Vec<Attestation>,
}

/// The holder accepted: the account's number is known.
#[derive(Clone, Debug)]
pub struct AcceptAccount {
    /// The account, as it was typed.
    pub account: String,
    /// Its number at the provider, as it was typed.
    pub uid: String,
    /// The token that the holder has shown, if anybody asked for it.
    pub token: Option<Token>,
}

/// Through whom an account is bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoughtThrough {
    /// Through this party.
    Party(Name),
    /// Through anybody who sells to the agent.
    Anybody,
}

/// What is known of an account is put right, or its terms change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct EditAccount {
    /// The account, as it was typed.
    pub account: String,
    /// Its login name at the provider.
    pub login: Option<Name>,
    /// The group whose purchases it counts with from a day on, as it was typed.
    pub group: Option<String>,
    /// The person who holds the login.
    pub holder: Option<Name>,
    /// The holder's mobile number.
    pub mobile: Option<Mobile>,
    /// The holder's e-mail address.
    pub email: Option<Email>,
    /// Who pays from a day on.
    pub mode: Option<Mode>,
    /// That day; today when `None`.
    pub date: Option<NaiveDate>,
    /// What the provider does when nothing is left.
    pub shutdown: Option<ShutdownPolicy>,
    /// Whether new purchases are forbidden.
    pub purchase_ban: Option<bool>,
    /// At which percents left somebody is told.
    pub low_balance: Option<Percents>,
    /// Through whom it is bought.
    pub upstream: Option<BoughtThrough>,
}

/// The real name is tied to the entity: the account is active.
#[derive(Clone, Debug)]
pub struct VerifyAccount {
    /// The account, as it was typed.
    pub account: String,
    /// The entity, when it is another one than was planned.
    pub entity: Option<String>,
}

/// The owner consented to the association: the account is active.
#[derive(Clone, Debug)]
pub struct ConfirmAccount {
    /// The account, as it was typed.
    pub account: String,
}

/// A step that needs a reason, from a day on.
#[derive(Clone, Debug)]
pub struct AskedStep {
    /// The account, as it was typed.
    pub account: String,
    /// Why.
    pub reason: Name,
    /// From when; today when `None`.
    pub date: Option<NaiveDate>,
}

/// Stops an account for the time being: what is planned is refused, what the provider has accepted is recorded.
#[derive(Clone, Debug)]
pub struct FreezeAccount(pub AskedStep);

/// Lets a frozen account go on.
#[derive(Clone, Debug)]
pub struct ThawAccount(pub AskedStep);

/// Lets an account go, once nothing is left between it and the agent.
#[derive(Clone, Debug)]
pub struct ReleaseAccount(pub AskedStep);

/// An account after a step of its life.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountStep {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
    /// Its real-name owner.
    pub entity: Entity,
    /// Through whom it is bought, where it says so.
    pub upstream: Option<Name>,
    /// The invitation, where one is open.
    pub invitation: Option<Invitation>,
    /// Its token, told once: what is kept of the outcome does not have it.
    #[serde(skip)]
    pub token: Option<Token>,
    /// The day of the step.
    pub day: NaiveDate,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// A UID as it was typed, checked.
pub(super) fn uid(text: &str) -> Result<Uid> {
    Uid::parse(text).map_err(|reason| Refusal::Uid { text: text.to_owned(), reason }.into())
}

pub(super) fn unusual(uid: &Uid) -> Option<Notice> {
    (!uid.has_usual_length()).then(|| Notice::UnusualUid { uid: uid.to_string() })
}

/// Whether nobody else who lives has it. Whoever has let an invitation run out has given it up, and comes back: that is to be
/// written.
fn given_up(reader: Reader<'_>, unique: Unique, value: &str, holder: Option<Account>, today: NaiveDate) -> Result<Option<Account>> {
    let Some(holder) = holder else { return Ok(None) };
    let seen = as_seen(reader, holder.clone(), today)?;
    if seen.state == AccountState::Expired {
        return Ok(Some(holder));
    }
    Err(Refusal::InUse { unique, value: value.to_owned(), account: holder.code }.into())
}

/// The same, and what was given up is written.
fn require_free(operation: &mut Operation<'_>, unique: Unique, value: &str, holder: Option<Account>) -> Result<()> {
    let today = operation.today();
    if let Some(holder) = given_up(operation.reader(), unique, value, holder, today)? {
        let expired = take(operation, &holder, Transition::Expire, (today, None))?;
        operation.writer().update_account(&holder, &expired)?;
    }
    Ok(())
}

/// Whether an account, which may be in the book already, can be reached where nobody else is.
pub(super) fn require_free_address(
    operation: &mut Operation<'_>,
    mobile: Option<&Mobile>,
    email: Option<&Email>,
    own: Option<AccountId>,
) -> Result<()> {
    let others = |holder: Option<Account>| holder.filter(|account| Some(account.id) != own);
    if let Some(mobile) = mobile {
        let holder = others(operation.reader().account_by_mobile(mobile)?);
        require_free(operation, Unique::Mobile, mobile.as_str(), holder)?;
    }
    if let Some(email) = email {
        let holder = others(operation.reader().account_by_email(email)?);
        require_free(operation, Unique::Email, email.as_str(), holder)?;
    }
    Ok(())
}

pub(super) fn require_unused(unique: Unique, value: &str, holder: Option<Account>) -> Result<()> {
    match holder {
        None => Ok(()),
        Some(other) => Err(Refusal::InUse { unique, value: value.to_owned(), account: other.code }.into()),
    }
}

fn require_uid_unused(reader: Reader<'_>, uid: &Uid) -> Result<()> {
    require_unused(Unique::Uid, uid.as_str(), reader.account_by_uid(uid)?)?;
    super::agent::require_not_own(reader, uid)
}

/// Whether no account has a code yet.
pub fn require_new(reader: Reader<'_>, code: &Code) -> Result<()> {
    match reader.account_by_name(code.as_str())? {
        None => Ok(()),
        Some(_) => Err(Refusal::Exists { noun: Noun::Account, code: code.clone() }.into()),
    }
}

/// Whether a group of a code is there.
pub fn require_group(reader: Reader<'_>, name: &str) -> Result<()> {
    find_group(reader, name).map(drop)
}

/// Whether an entity of a code is there and may own accounts.
pub fn require_owner(reader: Reader<'_>, name: &str) -> Result<()> {
    super::agent::require_not_agent(reader, &super::entity::find(reader, name)?)
}

/// Whether a text is a UID that no account has.
pub fn require_free_uid(reader: Reader<'_>, text: &str) -> Result<()> {
    require_uid_unused(reader, &uid(text)?)
}

/// Whether nobody has a mobile number by a day.
pub fn require_free_mobile(reader: Reader<'_>, mobile: &Mobile, today: NaiveDate) -> Result<()> {
    given_up(reader, Unique::Mobile, mobile.as_str(), reader.account_by_mobile(mobile)?, today).map(drop)
}

/// Whether nobody has an e-mail address by a day.
pub fn require_free_email(reader: Reader<'_>, email: &Email, today: NaiveDate) -> Result<()> {
    given_up(reader, Unique::Email, email.as_str(), reader.account_by_email(email)?, today).map(drop)
}

/// Whether an account of a group may be lent so much.
pub fn require_credit(reader: Reader<'_>, group: &str, credit: Exact) -> Result<()> {
    not_negative(credit, find_group(reader, group)?.currency).map(drop)
}

fn insert(
    operation: &mut Operation<'_>,
    particulars: Particulars,
    origin: Origin,
    uid: Option<Uid>,
) -> Result<(Account, Group, Entity)> {
    let Particulars { code, environment, model, mode, mobile, email, login, holder, shutdown, purchase_ban, .. } = particulars;
    let group = find_group(operation.reader(), &particulars.group)?;
    let entity = super::entity::find(operation.reader(), &particulars.entity)?;
    require_new(operation.reader(), &code)?;
    super::agent::require_not_agent(operation.reader(), &entity)?;
    if let Some(login) = &login {
        require_unused(Unique::Login, login.as_str(), operation.reader().account_by_login(login)?)?;
    }
    if let Some(uid) = &uid {
        require_uid_unused(operation.reader(), uid)?;
    }
    let upstream = match &particulars.upstream {
        Some(name) => Some(operation.reader().upstream_chain()?.seller(name)?.id),
        None => None,
    };
    let credit_limit = match (mode, particulars.credit) {
        (Mode::Prepaid, Some(_)) => return Err(Refusal::CreditForPrepaid { account: code }.into()),
        (_, None) => Amount::ZERO,
        (Mode::AgentPays, Some(credit)) => not_negative(credit, group.currency)?.amount,
    };
    // What takes two people must not be had by opening a new account.
    let credit = Money::new(credit_limit, group.currency);
    if let Some(Excess { amount, limit }) = operation.policy()?.approval_limit.exceeded(Family::Credit, &[credit]) {
        return Err(Refusal::CreditAboveLimit { account: code, credit: amount, limit }.into());
    }
    // Last, because it may write that somebody let an invitation run out.
    require_free_address(operation, mobile.as_ref(), email.as_ref(), None)?;
    let since = particulars.since.unwrap_or_else(|| operation.today());
    let new = NewAccount {
        code,
        uid,
        group: group.id,
        entity: entity.id,
        origin,
        model,
        mode,
        environment,
        upstream,
        mobile,
        email,
        login,
        holder,
        credit_limit,
        since,
        shutdown,
        purchase_ban,
    };
    let account = operation.writer().insert_account(new)?;
    let by = if origin == Origin::Created { Transition::Create } else { Transition::Associate };
    let (day, operator) = (operation.today(), operation.operator_name().to_owned());
    let first = LifeStep { id: StepId(0), account: account.id, by, from: None, to: account.state, day, operator, reason: None };
    operation.writer().insert_step(first)?;
    Ok((account, group, entity))
}

/// The account of a code or UID as it stands on the day of the command: an invitation may have run out.
pub(super) fn find_today(operation: &Operation<'_>, name: &str) -> Result<Account> {
    let account = find_account(operation.reader(), name)?;
    as_seen(operation.reader(), account, operation.today())
}

/// An account as it is seen on a day: an invitation that has run out leaves it expired, though nobody has written that.
pub(super) fn as_seen(reader: Reader<'_>, account: Account, day: NaiveDate) -> Result<Account> {
    let waits = account.state == AccountState::Invited && account.origin == Origin::Created;
    let ran_out = waits && reader.invitation_of(account.id)?.is_some_and(|invitation| day > invitation.expires);
    Ok(if ran_out { Account { state: AccountState::Expired, ..account } } else { account })
}

/// Takes a step of an account's life: looks it up in the table, and writes it with who, when and why.
pub(super) fn take(
    operation: &mut Operation<'_>,
    before: &Account,
    by: Transition,
    (day, reason): (NaiveDate, Option<Name>),
) -> Result<Account> {
    let to = next_state(before, by)?;
    if let Some(last) = operation.reader().life_of(before.id)?.last().filter(|last| day < last.day) {
        return Err(Refusal::StepBefore { account: before.code.clone(), date: day, state: before.state, since: last.day }.into());
    }
    let operator = operation.operator_name().to_owned();
    let step = LifeStep { id: StepId(0), account: before.id, by, from: Some(before.state), to, day, operator, reason };
    operation.writer().insert_step(step)?;
    Ok(Account { state: to, ..before.clone() })
}

impl UseCase for CreateAccount {
    const COMMAND: &'static str = "account create";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        Ok(reach::of_group(reader, &self.0.group)?.and(super::entity::reach_of(reader, &self.0.entity, today)?))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        create(operation, self.0)
    }
}

/// Opens an account and invites its holder. What is refused is refused before anything of it is written.
pub(super) fn create(operation: &mut Operation<'_>, particulars: Particulars) -> Result<AccountStep> {
    let (account, group, entity) = insert(operation, particulars, Origin::Created, None)?;
    let day = operation.today();
    let (invitation, token) = super::invitation::invite(operation, account.id)?;
    let (invitation, upstream) = (Some(invitation), named(operation.reader(), &account)?);
    let notices = holder_notice(operation.reader(), account.holder.as_ref())?.into_iter().collect();
    Ok(AccountStep { account, group, entity, upstream, invitation, token: Some(token), day, notices })
}

impl UseCase for AssociateAccount {
    const COMMAND: &'static str = "account associate";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let group = reach::of_group(reader, &self.particulars.group)?;
        Ok(group.and(super::entity::reach_of(reader, &self.particulars.entity, today)?))
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        associate(operation, self)
    }
}

/// Brings an existing account into the book. What is refused is refused before anything of it is written.
pub(super) fn associate(operation: &mut Operation<'_>, asked: AssociateAccount) -> Result<AccountStep> {
    let AssociateAccount { particulars, uid: typed_uid, attest } = asked;
    let uid = uid(&typed_uid)?;
    let missing = missing_evidence(&attest);
    if !missing.is_empty() {
        return Err(Refusal::EvidenceMissing { account: particulars.code, missing }.into());
    }
    let unusual = unusual(&uid);
    let (account, group, entity) = insert(operation, particulars, Origin::Associated, Some(uid))?;
    let leaves = holder_notice(operation.reader(), account.holder.as_ref())?;
    let notices = unusual.into_iter().chain(leaves).collect();
    let (operator, day) = (operation.operator_name().to_owned(), operation.today());
    for attestation in Attestation::ALL.iter().filter(|attestation| attest.contains(attestation)) {
        operation.writer().insert_attestation(&account, *attestation, &operator, day)?;
    }
    let upstream = named(operation.reader(), &account)?;
    Ok(AccountStep { account, group, entity, upstream, invitation: None, token: None, day, notices })
}

/// The name of the party that an account says it is bought through.
fn named(reader: Reader<'_>, account: &Account) -> Result<Option<Name>> {
    match account.upstream {
        Some(upstream) => Ok(reader.upstream_name(upstream)?),
        None => Ok(None),
    }
}

pub(super) fn step(operation: &mut Operation<'_>, before: &Account, after: Account, notices: Vec<Notice>) -> Result<AccountStep> {
    if after != *before {
        operation.writer().update_account(before, &after)?;
    }
    let group = operation.reader().group(after.group_on(operation.today()))?;
    let entity = operation.reader().entity(after.entity)?;
    let upstream = named(operation.reader(), &after)?;
    Ok(AccountStep { account: after, group, entity, upstream, invitation: None, token: None, day: operation.today(), notices })
}

impl UseCase for EditAccount {
    const COMMAND: &'static str = "account edit";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let account = reach::of_account(reader, &self.account, self.date, today)?;
        Ok(match &self.group {
            Some(group) => account.and(reach::of_group(reader, group)?),
            None => account,
        })
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_account(operation.reader(), &self.account)?;
        let mut after = before.clone();
        if let Some(login) = self.login {
            let holder = operation.reader().account_by_login(&login)?.filter(|other| other.id != before.id);
            require_unused(Unique::Login, login.as_str(), holder)?;
            after.login = Some(login);
        }
        require_free_address(operation, self.mobile.as_ref(), self.email.as_ref(), Some(before.id))?;
        after.mobile = self.mobile.or(after.mobile);
        after.email = self.email.or(after.email);
        let leaves = holder_notice(operation.reader(), self.holder.as_ref())?;
        after.holder = self.holder.or(after.holder);
        if let Some(mode) = self.mode {
            after.mode = switched(operation, &before, mode, self.date)?;
        }
        let mut day = operation.today();
        let mut stays = None;
        if let Some(group) = &self.group {
            day = operation.open_day(self.date)?.date();
            after = moved(operation, &after, group, day)?;
            stays = owed_by_group_before(operation, &before, &after, day)?;
        }
        after.shutdown = self.shutdown.unwrap_or(before.shutdown);
        after.purchase_ban = self.purchase_ban.unwrap_or(before.purchase_ban);
        after.low_balance = self.low_balance.or(after.low_balance);
        after.upstream = match &self.upstream {
            None => before.upstream,
            Some(BoughtThrough::Anybody) => None,
            Some(BoughtThrough::Party(name)) => Some(operation.reader().upstream_chain()?.seller(name)?.id),
        };
        let group = operation.reader().group(after.group_on(day))?;
        let notices = leaves.into_iter().chain(stays).collect();
        let step = step(operation, &before, after, notices)?;
        Ok(AccountStep { group, day, ..step })
    }
}

/// An account in another group from a day on.
fn moved(operation: &mut Operation<'_>, account: &Account, group: &str, date: NaiveDate) -> Result<Account> {
    let (group, before) = (find_group(operation.reader(), group)?, operation.reader().group(account.group_on(date))?);
    let reader = operation.reader();
    let funds = reader.balance(LedgerAccount::funds(account.id, before.currency), None)?.negated()?;
    let left = MoveLeft {
        today: operation.today(),
        open_before: Some(Month::of(date).previous())
            .filter(|month| operation.closed_through().state(*month) != PeriodState::Closed),
        last_charged: reader.last_charged(account.id)?,
        last_dated: reader.last_dated(account.id)?,
        unspent: funds,
    };
    Ok(account.moved_to(&group, &before, date, left)?)
}

/// What an account that changes groups owes for months that stay with the group before.
fn owed_by_group_before(
    operation: &mut Operation<'_>,
    before: &Account,
    after: &Account,
    day: NaiveDate,
) -> Result<Option<Notice>> {
    if before.group == after.group {
        return Ok(None);
    }
    let groups = settlement::groups_of(operation.reader(), after)?;
    let terms = Terms::of_account(after, &groups, operation.policy()?.payment_days);
    let open = operation.reader().receivable(after.id)?.open_months(&terms, None)?;
    let left = operation.reader().group(before.group_on(day))?;
    let owed = open.of_group(after, left.id).owed()?;
    let owed = owed.is_positive().then(|| Money::new(owed, left.currency));
    Ok(owed.map(|owed| Notice::OwedByGroupBefore { account: after.code.clone(), group: left.code, owed }))
}

/// Who pays from a day on: it changes only while nothing is owed, unspent or waiting to be charged.
fn switched(operation: &mut Operation<'_>, account: &Account, mode: Mode, date: Option<NaiveDate>) -> Result<Dated<Mode>> {
    let date = operation.open_day(date)?;
    account.require_dated_since(date.date())?;
    let after = account.mode.with(date.date(), mode);
    if after != account.mode {
        require_nothing_left(operation, account, date)?;
    }
    Ok(after)
}

impl UseCase for AcceptAccount {
    const COMMAND: &'static str = "account accept";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, None, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_today(operation, &self.account)?;
        if before.state == AccountState::Expired
            && let Some(invitation) = operation.reader().invitation_of(before.id)?
        {
            return Err(Refusal::InvitationExpired { account: before.code, expired: invitation.expires }.into());
        }
        super::invitation::require_shown(operation, &before, self.token.as_ref())?;
        next_state(&before, Transition::Accept)?;
        let uid = uid(&self.uid)?;
        require_uid_unused(operation.reader(), &uid)?;
        let notices = unusual(&uid).into_iter().collect();
        let today = operation.today();
        let after = Account { uid: Some(uid), ..take(operation, &before, Transition::Accept, (today, None))? };
        step(operation, &before, after, notices)
    }
}

impl UseCase for VerifyAccount {
    const COMMAND: &'static str = "account verify";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let reach = reach::of_account(reader, &self.account, None, today)?;
        Ok(match &self.entity {
            Some(entity) => reach.and(super::entity::reach_of(reader, entity, today)?),
            None => reach,
        })
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_today(operation, &self.account)?;
        let today = operation.today();
        let verified = take(operation, &before, Transition::Verify, (today, None))?;
        let mut after = take(operation, &verified, Transition::Activate, (today, None))?;
        if let Some(name) = &self.entity {
            let entity = super::entity::find(operation.reader(), name)?;
            super::agent::require_not_agent(operation.reader(), &entity)?;
            after.entity = entity.id;
        }
        step(operation, &before, after, vec![])
    }
}

impl UseCase for ConfirmAccount {
    const COMMAND: &'static str = "account confirm";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, None, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_today(operation, &self.account)?;
        let today = operation.today();
        let after = take(operation, &before, Transition::Confirm, (today, None))?;
        step(operation, &before, after, vec![])
    }
}

/// Takes a step from a day on, today when nobody says otherwise, and writes the account as it is then.
fn step_from(operation: &mut Operation<'_>, asked: &AskedStep, by: Transition) -> Result<AccountStep> {
    let before = find_today(operation, &asked.account)?;
    next_state(&before, by)?;
    let day = operation.effective(asked.date)?.date();
    let after = take(operation, &before, by, (day, Some(asked.reason.clone())))?;
    let step = step(operation, &before, after, vec![])?;
    Ok(AccountStep { day, ..step })
}

impl UseCase for FreezeAccount {
    const COMMAND: &'static str = "account freeze";
    const PERMISSION: Permission = Permission::FreezeAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.0.account, self.0.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        step_from(operation, &self.0, Transition::Freeze)
    }
}

impl UseCase for ThawAccount {
    const COMMAND: &'static str = "account thaw";
    const PERMISSION: Permission = Permission::FreezeAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.0.account, self.0.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        step_from(operation, &self.0, Transition::Thaw)
    }
}

impl UseCase for ReleaseAccount {
    const COMMAND: &'static str = "account release";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.0.account, self.0.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let account = find_today(operation, &self.0.account)?;
        next_state(&account, Transition::Release)?;
        let ReleasePreflight { blockers, .. } = release_preflight(operation.reader(), account.code.as_str(), operation.today())?;
        if !blockers.is_empty() {
            return Err(Refusal::ReleaseBlocked { account: account.code, blockers }.into());
        }
        step_from(operation, &self.0, Transition::Release)
    }
}

/// Whether an account may be released, condition by condition.
#[derive(Clone, Debug)]
pub struct ReleasePreflight {
    /// The account.
    pub account: Account,
    /// All that stands in the way.
    pub blockers: Vec<ReleaseBlocker>,
}

/// Checks every condition of a release, as the book is on a day.
pub fn release_preflight(reader: Reader<'_>, name: &str, today: NaiveDate) -> Result<ReleasePreflight> {
    let AccountView { account, standing, group, .. } = show(reader, name, When::Now(today))?;
    let open_orders = reader.open_order_count_of(account.id)?;
    let blockers = release_blockers(&account, &standing, open_orders, group.currency)?;
    Ok(ReleasePreflight { account, blockers })
}

/// The life of an account: every step, with who, when and why, and what was vouched for.
#[derive(Clone, Debug)]
pub struct Life {
    /// The account.
    pub account: Account,
    /// Its steps, in the order in which they were recorded.
    pub steps: Vec<LifeStep>,
    /// What was vouched for when it was associated: what, by whom, when.
    pub attested: Vec<(Attestation, String, NaiveDate)>,
}

/// Shows the life of an account. `today` tells whether an invitation has run out.
pub fn life(reader: Reader<'_>, name: &str, today: NaiveDate) -> Result<Life> {
    let account = as_seen(reader, find_account(reader, name)?, today)?;
    let (steps, attested) = (reader.life_of(account.id)?, reader.attestations_of(account.id)?);
    Ok(Life { account, steps, attested })
}

/// An account with what it has, owes and may still spend.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
    /// The groups that it has moved to, or will, each with the day from which it counts there.
    pub moves: Vec<(NaiveDate, Code)>,
    /// Its real-name owner.
    pub entity: Entity,
    /// Through whom it is bought, where it says so.
    pub upstream: Option<Name>,
    /// Its money.
    pub standing: Standing,
    /// The invitation that it waits on.
    pub invitation: Option<Invitation>,
    /// The day whose terms hold.
    pub day: NaiveDate,
}

/// Shows an account and its money.
pub fn show(reader: Reader<'_>, name: &str, when: When) -> Result<AccountView> {
    let account = find_account(reader, name)?;
    let pending = pending(reader, when)?;
    view(reader, account, &pending, when)
}

/// Shows every account and its money, by code.
pub fn list(reader: Reader<'_>, group: Option<&str>, when: When) -> Result<Vec<AccountView>> {
    list_with(reader, group, &pending(reader, when)?, when)
}

/// The same with the usage that is pending.
pub(super) fn list_with(reader: Reader<'_>, group: Option<&str>, pending: &PendingUsage, when: When) -> Result<Vec<AccountView>> {
    let accounts = match group {
        Some(name) => reader.accounts_of(find_group(reader, name)?.id, when.day())?,
        None => reader.accounts()?,
    };
    accounts.into_iter().map(|account| view(reader, account, pending, when)).collect()
}

/// Usage is pending now, not on some day in the past.
pub(super) fn pending(reader: Reader<'_>, when: When) -> Result<PendingUsage> {
    match when {
        When::Now(_) => usage::pending(reader),
        When::EndOf(_) => Ok(PendingUsage::default()),
    }
}

fn view(reader: Reader<'_>, account: Account, pending: &PendingUsage, when: When) -> Result<AccountView> {
    let account = as_seen(reader, account, when.day())?;
    let group = reader.group(account.group_on(when.day()))?;
    let entity = reader.entity(account.entity)?;
    let standing = Standing {
        mode: account.mode.on(when.day()),
        funds: reader.balance(LedgerAccount::funds(account.id, group.currency), when.until())?.negated()?,
        owed: reader.balance(LedgerAccount::receivable(account.id, group.currency), when.until())?,
        credit_limit: account.credit_on(when.day()),
        pending_usage: pending.of(account.id)?,
    };
    let waits = matches!(account.state, AccountState::Invited | AccountState::Expired);
    let invitation = if waits { reader.invitation_of(account.id)? } else { None };
    let later = account.group.spans().filter_map(|(from, _, group)| Some((from?, group)));
    let moves = later.map(|(from, group)| Ok((from, reader.group(group)?.code))).collect::<Result<_>>()?;
    let upstream = named(reader, &account)?;
    Ok(AccountView { account, group, moves, entity, upstream, standing, invitation, day: when.day() })
}
