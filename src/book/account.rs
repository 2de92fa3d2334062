//! Accounts: how they come into the book, and what they have, owe and may spend.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::fund::require_nothing_left;
use super::operation::{find_account, find_group, not_negative};
use super::usage::{self, PendingUsage};
use super::{Operation, Result, UseCase, When};
use crate::domain::account::{
    Account, AccountState, Attestation, Environment, Group, Mode, Model, Origin, ShutdownPolicy, Standing, Transition, Uid,
    next_state,
};
use crate::domain::chart::LedgerAccount;
use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::dated::Dated;
use crate::domain::entity::Entity;
use crate::domain::money::{Amount, Exact};
use crate::domain::percent::Percents;
use crate::domain::refusal::{Notice, Noun, Refusal, Unique};
use crate::domain::role::Permission;
use crate::store::{Invitation, NewAccount, Reader};

/// How long the holder has to accept an invitation: the provider's registration link lives that long.
const INVITATION_DAYS: u64 = 15;

/// What both ways into the book ask for.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// What people will type.
    pub code: Code,
    /// The group's code.
    pub group: String,
    /// The real-name owner's code.
    pub entity: String,
    /// What it is used for.
    pub environment: Environment,
    /// Who sells to the customer.
    pub model: Model,
    /// Who pays.
    pub mode: Mode,
    /// How much it may owe, in major units; only for an account whose agent pays.
    pub credit: Option<Exact>,
    /// From when its charges are ours; today when `None`.
    pub since: Option<NaiveDate>,
    /// What the provider does when nothing is left.
    pub shutdown: ShutdownPolicy,
    /// Whether new purchases are forbidden.
    pub purchase_ban: bool,
    /// The holder's mobile number.
    pub mobile: Option<Mobile>,
    /// The holder's e-mail address.
    pub email: Option<Email>,
    /// Its login name at the provider.
    pub login: Option<Name>,
    /// The person who holds the login.
    pub holder: Option<Name>,
}

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
}

/// What is known of an account is put right, or its terms change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct EditAccount {
    /// The account, as it was typed.
    pub account: String,
    /// Its login name at the provider.
    pub login: Option<Name>,
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

/// An account after a step of its life.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountStep {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
    /// Its real-name owner.
    pub entity: Entity,
    /// The invitation, where one is open.
    pub invitation: Option<Invitation>,
    /// The day of the step.
    pub day: NaiveDate,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// A UID as it was typed, checked.
pub(super) fn uid(text: &str) -> Result<Uid> {
    Uid::parse(text).map_err(|reason| Refusal::Uid { text: text.to_owned(), reason }.into())
}

fn unusual(uid: &Uid) -> Option<Notice> {
    (!uid.has_usual_length()).then(|| Notice::UnusualUid { uid: uid.to_string() })
}

fn require_unused(unique: Unique, value: &str, holder: Option<Account>) -> Result<()> {
    match holder {
        None => Ok(()),
        Some(other) => Err(Refusal::InUse { unique, value: value.to_owned(), account: other.code }.into()),
    }
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
    if operation.reader().account_by_name(code.as_str())?.is_some() {
        return Err(Refusal::Exists { noun: Noun::Account, code }.into());
    }
    super::agent::require_not_agent(operation, &entity)?;
    if let Some(mobile) = &mobile {
        require_unused(Unique::Mobile, mobile.as_str(), operation.reader().account_by_mobile(mobile)?)?;
    }
    if let Some(email) = &email {
        require_unused(Unique::Email, email.as_str(), operation.reader().account_by_email(email)?)?;
    }
    if let Some(login) = &login {
        require_unused(Unique::Login, login.as_str(), operation.reader().account_by_login(login)?)?;
    }
    if let Some(uid) = &uid {
        require_unused(Unique::Uid, uid.as_str(), operation.reader().account_by_uid(uid)?)?;
    }
    let credit_limit = match (mode, particulars.credit) {
        (Mode::Prepaid, Some(_)) => return Err(Refusal::CreditForPrepaid { account: code }.into()),
        (_, None) => Amount::ZERO,
        (Mode::AgentPays, Some(credit)) => not_negative(credit, group.currency)?.amount,
    };
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
        mobile,
        email,
        login,
        holder,
        credit_limit,
        since,
        shutdown,
        purchase_ban,
    };
    Ok((operation.writer().insert_account(new)?, group, entity))
}

impl UseCase for CreateAccount {
    const COMMAND: &'static str = "account create";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let (account, group, entity) = insert(operation, self.0, Origin::Created, None)?;
        let sent = operation.today();
        let expires = sent.checked_add_days(Days::new(INVITATION_DAYS)).expect("dates are far from the end of time");
        let invitation = operation.writer().insert_invitation(account.id, sent, expires)?;
        Ok(AccountStep { account, group, entity, invitation: Some(invitation), day: sent, notices: vec![] })
    }
}

impl UseCase for AssociateAccount {
    const COMMAND: &'static str = "account associate";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let uid = uid(&self.uid)?;
        let missing: Vec<_> = Attestation::ALL.iter().copied().filter(|a| !self.attest.contains(a)).collect();
        if !missing.is_empty() {
            return Err(Refusal::EvidenceMissing { account: self.particulars.code, missing }.into());
        }
        let notices = unusual(&uid).into_iter().collect();
        let (account, group, entity) = insert(operation, self.particulars, Origin::Associated, Some(uid))?;
        let (operator, today) = (operation.operator_name().to_owned(), operation.today());
        for attestation in Attestation::ALL {
            operation.writer().insert_attestation(&account, *attestation, &operator, today)?;
        }
        Ok(AccountStep { account, group, entity, invitation: None, day: today, notices })
    }
}

fn step(operation: &mut Operation<'_>, before: &Account, after: Account, notices: Vec<Notice>) -> Result<AccountStep> {
    if after != *before {
        operation.writer().update_account(before, &after)?;
    }
    let group = operation.reader().group(after.group)?;
    let entity = operation.reader().entity(after.entity)?;
    Ok(AccountStep { account: after, group, entity, invitation: None, day: operation.today(), notices })
}

impl UseCase for EditAccount {
    const COMMAND: &'static str = "account edit";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_account(operation.reader(), &self.account)?;
        let mut after = before.clone();
        if let Some(login) = self.login {
            let holder = operation.reader().account_by_login(&login)?.filter(|other| other.id != before.id);
            require_unused(Unique::Login, login.as_str(), holder)?;
            after.login = Some(login);
        }
        if let Some(mode) = self.mode {
            after.mode = switched(operation, &before, mode, self.date)?;
        }
        after.shutdown = self.shutdown.unwrap_or(before.shutdown);
        after.purchase_ban = self.purchase_ban.unwrap_or(before.purchase_ban);
        after.low_balance = self.low_balance.or(after.low_balance);
        step(operation, &before, after, vec![])
    }
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

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_account(operation.reader(), &self.account)?;
        let state = next_state(&before, Transition::Accept)?;
        let uid = uid(&self.uid)?;
        if let Some(invitation) = operation.reader().invitation_of(before.id)?
            && operation.today() > invitation.expires
        {
            return Err(Refusal::InvitationExpired { account: before.code, expired: invitation.expires }.into());
        }
        require_unused(Unique::Uid, uid.as_str(), operation.reader().account_by_uid(&uid)?)?;
        let notices = unusual(&uid).into_iter().collect();
        let after = Account { uid: Some(uid), state, ..before.clone() };
        step(operation, &before, after, notices)
    }
}

impl UseCase for VerifyAccount {
    const COMMAND: &'static str = "account verify";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_account(operation.reader(), &self.account)?;
        let state = next_state(&before, Transition::Verify)?;
        let mut after = Account { state, ..before.clone() };
        if let Some(name) = &self.entity {
            let entity = super::entity::find(operation.reader(), name)?;
            super::agent::require_not_agent(operation, &entity)?;
            after.entity = entity.id;
        }
        step(operation, &before, after, vec![])
    }
}

impl UseCase for ConfirmAccount {
    const COMMAND: &'static str = "account confirm";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountStep;

    fn run(self, operation: &mut Operation<'_>) -> Result<AccountStep> {
        let before = find_account(operation.reader(), &self.account)?;
        let state = next_state(&before, Transition::Confirm)?;
        let after = Account { state, ..before.clone() };
        step(operation, &before, after, vec![])
    }
}

/// An account with what it has, owes and may still spend.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its group.
    pub group: Group,
    /// Its real-name owner.
    pub entity: Entity,
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
        Some(name) => reader.accounts_of(find_group(reader, name)?.id)?,
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
    let group = reader.group(account.group)?;
    let entity = reader.entity(account.entity)?;
    let standing = Standing {
        mode: account.mode.on(when.day()),
        funds: reader.balance(LedgerAccount::funds(account.id, group.currency), when.until())?.negated()?,
        owed: reader.balance(LedgerAccount::receivable(account.id, group.currency), when.until())?,
        credit_limit: account.credit_on(when.day()),
        pending_usage: pending.of(account.id)?,
    };
    let invitation = if account.state == AccountState::Invited { reader.invitation_of(account.id)? } else { None };
    Ok(AccountView { account, group, entity, standing, invitation, day: when.day() })
}
