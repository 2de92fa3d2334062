//! Groups, accounts, attestations.

use std::collections::HashMap;

use chrono::NaiveDate;
use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::account::{Account, AccountState, Attestation, Environment, Group, Mode, Model, Origin, ShutdownPolicy, Uid};
use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::dated::Dated;
use crate::domain::id::{AccountId, EntityId, GroupId, UpstreamId};
use crate::domain::money::{Amount, Currency};

/// An account that is about to be written.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What people type.
    pub code: Code,
    /// Its number at the provider, once known.
    pub uid: Option<Uid>,
    /// Whose purchases it counts with.
    pub group: GroupId,
    /// Its real-name owner.
    pub entity: EntityId,
    /// How it came into the book.
    pub origin: Origin,
    /// Who sells to the customer.
    pub model: Model,
    /// Who pays.
    pub mode: Mode,
    /// What it is used for.
    pub environment: Environment,
    /// Through whom it is bought.
    pub upstream: Option<UpstreamId>,
    /// The holder's mobile number.
    pub mobile: Option<Mobile>,
    /// The holder's e-mail address.
    pub email: Option<Email>,
    /// Its login name at the provider.
    pub login: Option<Name>,
    /// The person who holds the login.
    pub holder: Option<Name>,
    /// How much it may owe.
    pub credit_limit: Amount,
    /// From when its charges are ours.
    pub since: NaiveDate,
    /// What the provider does when nothing is left.
    pub shutdown: ShutdownPolicy,
    /// Whether new purchases are forbidden.
    pub purchase_ban: bool,
}

const SELECT_GROUP: &str = "SELECT id, code, name, currency, payment_days FROM customer_group";
const SELECT_ACCOUNT: &str = "SELECT id, code, uid, groups, entity_id, state, origin, mode, environment, mobile, email, holder,
                                     credit, since, login, model, shutdown, purchase_ban, low_balance, upstream_id
                                FROM account";

/// What has left, or was never there, holds neither a number nor an address.
const LIVES: &str = "state NOT IN ('released', 'revoked', 'declined', 'expired')";

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: GroupId(row.get(0)?),
        code: row.parsed(1)?,
        name: row.parsed(2)?,
        currency: row.parsed(3)?,
        payment_days: row.json_opt(4)?,
    })
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AccountId(row.get(0)?),
        code: row.parsed(1)?,
        uid: row.parsed_opt(2)?,
        group: row.json(3)?,
        entity: EntityId(row.get(4)?),
        state: row.parsed(5)?,
        origin: row.parsed(6)?,
        mode: row.json(7)?,
        environment: row.parsed(8)?,
        mobile: row.parsed_opt(9)?,
        email: row.parsed_opt(10)?,
        holder: row.parsed_opt(11)?,
        credit_limit: row.json(12)?,
        since: row.date(13)?,
        login: row.parsed_opt(14)?,
        model: row.parsed(15)?,
        shutdown: row.parsed(16)?,
        purchase_ban: row.get(17)?,
        low_balance: row.parsed_opt(18)?,
        upstream: row.get::<_, Option<i64>>(19)?.map(UpstreamId),
    })
}

/// A row of `membership`: account, first day, last day, group.
pub(super) type Membership = (i64, i64, i64, i64);

/// The groups of an account as rows of `membership`.
pub(super) fn memberships(account: &Account) -> impl Iterator<Item = Membership> {
    const NO_END: i64 = 99_991_231;
    account.group.spans().map(|(from, until, group)| (account.id.0, from.map_or(0, day), until.map_or(NO_END, day), group.0))
}

impl Reader<'_> {
    /// The group of a code.
    pub fn group_by_code(&self, code: &str) -> Result<Option<Group>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_GROUP} WHERE code = ?1"))?;
        Ok(select.query_row([code], group).optional()?)
    }

    /// The group of an id.
    pub fn group(&self, id: GroupId) -> Result<Group> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_GROUP} WHERE id = ?1"))?;
        Ok(select.query_row([id.0], group)?)
    }

    /// Every group, by code.
    pub fn groups(&self) -> Result<Vec<Group>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_GROUP} ORDER BY code"))?;
        let rows = select.query_map([], group)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn account_where(&self, condition: &str, value: &dyn rusqlite::ToSql) -> Result<Option<Account>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_ACCOUNT} WHERE {condition}"))?;
        Ok(select.query_row([value], account).optional()?)
    }

    /// The account of a code or a UID.
    pub fn account_by_name(&self, name: &str) -> Result<Option<Account>> {
        match self.account_where("code = ?1", &name)? {
            Some(account) => Ok(Some(account)),
            None => self.account_where("uid = ?1", &name),
        }
    }

    /// The account of a UID.
    pub fn account_by_uid(&self, uid: &Uid) -> Result<Option<Account>> {
        self.account_where("uid = ?1", &uid.as_str())
    }

    /// The account of a login name.
    pub fn account_by_login(&self, login: &Name) -> Result<Option<Account>> {
        self.account_where("login = ?1", &login.as_str())
    }

    /// The account that lives and has a mobile number.
    pub fn account_by_mobile(&self, mobile: &Mobile) -> Result<Option<Account>> {
        self.account_where(&format!("mobile = ?1 AND {LIVES}"), &mobile.as_str())
    }

    /// The account that lives and has an e-mail address.
    pub fn account_by_email(&self, email: &Email) -> Result<Option<Account>> {
        self.account_where(&format!("email = ?1 AND {LIVES}"), &email.as_str())
    }

    /// The account of an id.
    pub fn account(&self, id: AccountId) -> Result<Account> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_ACCOUNT} WHERE id = ?1"))?;
        Ok(select.query_row([id.0], account)?)
    }

    /// Every account, by code.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT_ACCOUNT} ORDER BY code"))?;
        let rows = select.query_map([], account)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The accounts that are or were in a group, by code.
    pub fn accounts_ever_of(&self, group: GroupId) -> Result<Vec<Account>> {
        let mut select = self.connection.prepare_cached(&format!(
            "{SELECT_ACCOUNT} WHERE id IN (SELECT m.account_id FROM membership AS m WHERE m.group_id = ?1) ORDER BY code"
        ))?;
        let rows = select.query_map([group.0], account)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The accounts that are in a group on a day, by code.
    pub fn accounts_of(&self, group: GroupId, day: NaiveDate) -> Result<Vec<Account>> {
        let ever = self.accounts_ever_of(group)?;
        Ok(ever.into_iter().filter(|account| account.group_on(day) == group).collect())
    }

    /// The rows of `membership`, by account.
    pub(super) fn memberships(&self) -> Result<HashMap<i64, Vec<Membership>>> {
        let mut select = self
            .connection
            .prepare("SELECT account_id, from_day, until_day, group_id FROM membership ORDER BY account_id, from_day")?;
        let mut by_account: HashMap<i64, Vec<_>> = HashMap::new();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let account = row.get(0)?;
            by_account.entry(account).or_default().push((account, row.get(1)?, row.get(2)?, row.get(3)?));
        }
        Ok(by_account)
    }

    /// The last day on which anything of an account is dated: a charge, or money of its own.
    pub fn last_dated(&self, account: AccountId) -> Result<Option<NaiveDate>> {
        let mut select = self.connection.prepare_cached(
            "SELECT MAX(b.day) FROM ledger_account AS l JOIN balance AS b ON b.ledger_account_id = l.id
              WHERE l.owner_kind = 'account' AND l.owner_id = ?1",
        )?;
        let money: Option<NaiveDate> = select.query_row([account.0], |row| row.date_opt(0))?;
        Ok(money.max(self.last_charged(account)?))
    }

    /// The last day on which anything of an account was charged.
    pub fn last_charged(&self, account: AccountId) -> Result<Option<NaiveDate>> {
        let mut select = self.connection.prepare_cached("SELECT MAX(day) FROM charge WHERE account_id = ?1")?;
        Ok(select.query_row([account.0], |row| row.date_opt(0))?)
    }

    /// What was vouched for when an account was associated: what, by whom, when.
    pub fn attestations_of(&self, account: AccountId) -> Result<Vec<(Attestation, String, NaiveDate)>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT attestation, operator, day FROM attestation WHERE account_id = ?1 ORDER BY attestation")?;
        let rows = select.query_map([account.0], |row| Ok((row.parsed(0)?, row.get(1)?, row.date(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Writes a new group.
    pub fn insert_group(&mut self, code: &Code, name: &Name, currency: Currency) -> Result<Group> {
        let id = GroupId(self.next_id("customer_group")?);
        let group = Group { id, code: code.clone(), name: name.clone(), currency, payment_days: None };
        self.connection().execute(
            "INSERT INTO customer_group (id, code, name, currency) VALUES (?1, ?2, ?3, ?4)",
            params![group.id.0, code.as_str(), name.as_str(), currency.code()],
        )?;
        self.log_change("group", code.as_str(), None, &group)?;
        Ok(group)
    }

    /// Writes what has changed of a group.
    pub fn update_group(&mut self, before: &Group, after: &Group) -> Result<()> {
        self.connection().execute(
            "UPDATE customer_group SET name = ?2, payment_days = ?3 WHERE id = ?1",
            params![after.id.0, after.name.as_str(), after.payment_days.as_ref().map(to_json)],
        )?;
        self.log_change("group", after.code.as_str(), Some(before), after)
    }

    /// Writes a new account, invited.
    pub fn insert_account(&mut self, new: NewAccount) -> Result<Account> {
        let account = Account {
            id: AccountId(self.next_id("account")?),
            code: new.code,
            uid: new.uid,
            group: Dated::since(new.since, new.group),
            entity: new.entity,
            state: AccountState::Invited,
            origin: new.origin,
            model: new.model,
            mode: Dated::since(new.since, new.mode),
            environment: new.environment,
            upstream: new.upstream,
            mobile: new.mobile,
            email: new.email,
            login: new.login,
            holder: new.holder,
            credit_limit: Dated::since(new.since, new.credit_limit),
            since: new.since,
            shutdown: new.shutdown,
            purchase_ban: new.purchase_ban,
            low_balance: None,
        };
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO account (id, code, uid, groups, entity_id, state, origin, mode, environment, mobile, email, holder,
                                  credit, since, login, model, shutdown, purchase_ban, upstream_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?;
        insert.execute(params![
            account.id.0,
            account.code.as_str(),
            account.uid.as_ref().map(Uid::as_str),
            to_json(&account.group),
            account.entity.0,
            account.state.as_str(),
            account.origin.as_str(),
            to_json(&account.mode),
            account.environment.as_str(),
            account.mobile.as_ref().map(Mobile::as_str),
            account.email.as_ref().map(Email::as_str),
            account.holder.as_ref().map(Name::as_str),
            to_json(&account.credit_limit),
            day(account.since),
            account.login.as_ref().map(Name::as_str),
            account.model.as_str(),
            account.shutdown.as_str(),
            account.purchase_ban,
            account.upstream.map(|upstream| upstream.0),
        ])?;
        drop(insert);
        self.write_membership(&account)?;
        self.log_change("account", account.code.as_str(), None, &account)?;
        Ok(account)
    }

    /// Writes the groups of an account in the form in which they are joined.
    fn write_membership(&mut self, account: &Account) -> Result<()> {
        self.connection().execute("DELETE FROM membership WHERE account_id = ?1", [account.id.0])?;
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO membership (account_id, from_day, until_day, group_id) VALUES (?1, ?2, ?3, ?4)")?;
        for (account, from, until, group) in memberships(account) {
            insert.execute([account, from, until, group])?;
        }
        Ok(())
    }

    /// Writes what may change of an account: its group, state, UID, real-name owner, login name, holder, who pays, its credit, what
    /// happens when nothing is left, and through whom it is bought.
    pub fn update_account(&mut self, before: &Account, after: &Account) -> Result<()> {
        let mut update = self.connection().prepare_cached(
            "UPDATE account SET uid = ?2, state = ?3, entity_id = ?4, login = ?5, mode = ?6, credit = ?7, shutdown = ?8,
                                purchase_ban = ?9, low_balance = ?10, groups = ?11, upstream_id = ?12, mobile = ?13,
                                email = ?14, holder = ?15
              WHERE id = ?1",
        )?;
        update.execute(params![
            after.id.0,
            after.uid.as_ref().map(Uid::as_str),
            after.state.as_str(),
            after.entity.0,
            after.login.as_ref().map(Name::as_str),
            to_json(&after.mode),
            to_json(&after.credit_limit),
            after.shutdown.as_str(),
            after.purchase_ban,
            after.low_balance.as_ref().map(ToString::to_string),
            to_json(&after.group),
            after.upstream.map(|upstream| upstream.0),
            after.mobile.as_ref().map(Mobile::as_str),
            after.email.as_ref().map(Email::as_str),
            after.holder.as_ref().map(Name::as_str),
        ])?;
        drop(update);
        if before.group != after.group {
            self.write_membership(after)?;
        }
        self.log_change("account", after.code.as_str(), Some(before), after)
    }

    /// Writes what a person vouched for.
    pub fn insert_attestation(
        &mut self,
        account: &Account,
        attestation: Attestation,
        operator: &str,
        date: NaiveDate,
    ) -> Result<()> {
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO attestation (account_id, attestation, operator, day) VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![account.id.0, attestation.as_str(), operator, day(date)])?;
        drop(insert);
        let key = format!("{}/{attestation}", account.code);
        self.log_change("attestation", &key, None, &(attestation, operator, date))
    }
}
