//! Operators: the people who may use the book, and what each may do.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::operation::{find_group, unknown};
use super::{Operation, Result, Session, UseCase, reach};
use crate::domain::account::Group;
use crate::domain::code::Name;
use crate::domain::handover::is_same_person;
use crate::domain::id::GroupId;
use crate::domain::operator::{Disabled, Grant, Operator, Reach, require_an_admin, require_name};
use crate::domain::refusal::{Noun, Refusal};
use crate::domain::role::{Permission, Role};
use crate::store::Reader;

/// Who makes a book begins with every role: whoever works alone needs no other operator.
pub(super) fn founder(session: &Session) -> Operator {
    Operator {
        os_uid: session.os_uid,
        name: session.os_name.clone(),
        grants: Role::ALL.iter().copied().map(Grant::of_book).collect(),
        disabled: None,
    }
}

/// The operator who runs the command, if they may do what it needs.
pub(super) fn authorise(
    reader: Reader<'_>,
    session: &Session,
    permission: Permission,
    reach: impl FnOnce() -> Result<Reach>,
) -> Result<Operator> {
    let Session { os_uid, os_name, .. } = session;
    let operator = reader.operator(*os_uid)?;
    let operator = operator.ok_or_else(|| Refusal::UnknownOperator { os_name: os_name.clone(), os_uid: *os_uid })?;
    require(reader, &operator, permission, session.today(), reach)?;
    Ok(operator)
}

/// Refuses somebody who may not look at anything.
pub(super) fn authorise_to_read(reader: Reader<'_>, session: &Session) -> Result<()> {
    authorise(reader, session, Permission::Read, || Ok(reach::of_nobody())).map(drop)
}

/// Refuses what an operator may not do; what it is about is asked only where they may do it for some groups alone.
pub(super) fn require(
    reader: Reader<'_>,
    operator: &Operator,
    permission: Permission,
    today: NaiveDate,
    reach: impl FnOnce() -> Result<Reach>,
) -> Result<()> {
    if let Some(Disabled { day, by, reason }) = operator.disabled.clone() {
        return Err(Refusal::OperatorDisabled { operator: operator.name.clone(), since: day, by, reason }.into());
    }
    if !operator.may_somewhere(permission, today) {
        return Err(Refusal::NotPermitted { operator: operator.name.clone(), permission }.into());
    }
    let groups = operator.groups_for(permission, today);
    if groups.is_empty() || operator.may(permission, &reach()?, today) {
        return Ok(());
    }
    let groups = groups.into_iter().map(|group| Ok(reader.group(group)?.code)).collect::<Result<_>>()?;
    Err(Refusal::OutOfScope { operator: operator.name.clone(), permission, groups }.into())
}

/// Adds a person who may use the book.
#[derive(Clone, Debug)]
pub struct AddOperator {
    /// The OS user that they are.
    pub os_uid: u32,
    /// How the log will call them.
    pub name: Name,
    /// What they may do.
    pub asked: AskedGrant,
}

/// Roles to grant.
#[derive(Clone, Debug)]
pub struct AskedGrant {
    /// The roles.
    pub roles: Vec<Role>,
    /// The groups for which they hold, as they were typed; none for the whole book.
    pub groups: Vec<String>,
    /// The first day; today when `None`.
    pub from: Option<NaiveDate>,
    /// The last day; until they are revoked when `None`.
    pub until: Option<NaiveDate>,
}

/// Gives an operator roles.
#[derive(Clone, Debug)]
pub struct GrantRoles {
    /// The operator, by name or OS user.
    pub operator: String,
    /// What they may do.
    pub asked: AskedGrant,
}

/// Takes roles back from an operator.
#[derive(Clone, Debug)]
pub struct RevokeRoles {
    /// The operator, by name or OS user.
    pub operator: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The groups for which they are taken back, as they were typed; none for all.
    pub groups: Vec<String>,
    /// The first day on which they do not hold any more; at once when `None`.
    pub from: Option<NaiveDate>,
}

/// Lets an operator do nothing at all, until they are enabled again.
#[derive(Clone, Debug)]
pub struct DisableOperator {
    /// The operator, by name or OS user.
    pub operator: String,
    /// Why.
    pub reason: Name,
}

/// Lets an operator do again what they were granted.
#[derive(Clone, Debug)]
pub struct EnableOperator {
    /// The operator, by name or OS user.
    pub operator: String,
}

/// An operator, as people see them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OperatorView {
    /// The operator.
    pub operator: Operator,
    /// The groups that their grants name.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// The day on which grants are looked at.
    #[serde(default)]
    pub today: NaiveDate,
}

impl AskedGrant {
    fn grants(self, operation: &Operation<'_>) -> Result<Vec<Grant>> {
        let Self { roles, groups, from, until } = self;
        let today = operation.today();
        let from = from.unwrap_or(today);
        if from < today {
            return Err(Refusal::GrantInPast { from, today }.into());
        }
        if let Some(until) = until.filter(|until| *until < from) {
            return Err(Refusal::GrantReversed { from, until }.into());
        }
        let groups = group_ids(operation.reader(), &groups)?;
        if let Some(role) = roles.iter().find(|role| !groups.is_empty() && !role.can_be_for_groups()) {
            return Err(Refusal::GrantWithoutScope { role: *role }.into());
        }
        let roles = Role::ALL.iter().copied().filter(|role| roles.contains(role));
        Ok(roles.map(|role| Grant { role, groups: groups.clone(), from: Some(from), until, revoked: None }).collect())
    }
}

fn group_ids(reader: Reader<'_>, typed: &[String]) -> Result<BTreeSet<GroupId>> {
    typed.iter().map(|name| Ok(find_group(reader, name)?.id)).collect()
}

fn view(reader: Reader<'_>, operator: Operator, today: NaiveDate) -> Result<OperatorView> {
    let named: BTreeSet<GroupId> = operator.grants.iter().flat_map(|grant| grant.groups.iter().copied()).collect();
    let groups = named.into_iter().map(|id| Ok(reader.group(id)?)).collect::<Result<_>>()?;
    Ok(OperatorView { operator, groups, today })
}

fn find(reader: Reader<'_>, name: &str) -> Result<Operator> {
    let operators = reader.operators()?;
    let is_meant = |operator: &&Operator| operator.name == name || operator.os_uid.to_string() == name;
    if let Some(found) = operators.iter().find(is_meant) {
        return Ok(found.clone());
    }
    let known: Vec<String> = operators.into_iter().map(|operator| operator.name).collect();
    Err(unknown(Noun::Operator, name, &known).into())
}

/// Writes what has become of an operator, unless nobody would be left to run the tool.
fn update(operation: &mut Operation<'_>, before: &Operator, after: Operator) -> Result<OperatorView> {
    let today = operation.today();
    if *before != after {
        let mut operators = operation.reader().operators()?;
        operators.iter_mut().filter(|known| known.name == after.name).for_each(|known| *known = after.clone());
        require_an_admin(&operators, today)?;
        operation.writer().update_operator(before, &after)?;
    }
    view(operation.reader(), after, today)
}

impl UseCase for AddOperator {
    const COMMAND: &'static str = "operator add";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = OperatorView;

    fn run(self, operation: &mut Operation<'_>) -> Result<OperatorView> {
        let Self { os_uid, name, asked } = self;
        require_name(name.as_str(), os_uid)?;
        let is_taken = |known: &Operator| known.os_uid == os_uid || is_same_person(&known.name, name.as_str());
        if let Some(known) = operation.reader().operators()?.into_iter().find(is_taken) {
            return Err(Refusal::OperatorExists { name: known.name, os_uid: known.os_uid }.into());
        }
        let operator = Operator { os_uid, name: name.to_string(), grants: asked.grants(operation)?, disabled: None };
        operation.writer().insert_operator(&operator)?;
        view(operation.reader(), operator, operation.today())
    }
}

impl UseCase for GrantRoles {
    const COMMAND: &'static str = "operator grant";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = OperatorView;

    fn run(self, operation: &mut Operation<'_>) -> Result<OperatorView> {
        let before = find(operation.reader(), &self.operator)?;
        let mut after = before.clone();
        after.grant(self.asked.grants(operation)?);
        update(operation, &before, after)
    }
}

impl UseCase for RevokeRoles {
    const COMMAND: &'static str = "operator revoke";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = OperatorView;

    fn run(self, operation: &mut Operation<'_>) -> Result<OperatorView> {
        let before = find(operation.reader(), &self.operator)?;
        let today = operation.today();
        let from = self.from.unwrap_or(today);
        if from < today {
            return Err(Refusal::GrantInPast { from, today }.into());
        }
        let groups = group_ids(operation.reader(), &self.groups)?;
        let mut after = before.clone();
        for role in &self.roles {
            if !after.revoke(*role, &groups, from, today)? {
                return Err(Refusal::NotGranted { operator: before.name, role: *role }.into());
            }
        }
        update(operation, &before, after)
    }
}

impl UseCase for DisableOperator {
    const COMMAND: &'static str = "operator disable";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = OperatorView;

    fn run(self, operation: &mut Operation<'_>) -> Result<OperatorView> {
        let before = find(operation.reader(), &self.operator)?;
        if let Some(Disabled { day, by, .. }) = before.disabled {
            return Err(Refusal::DisabledAlready { operator: before.name, since: day, by }.into());
        }
        let (day, by) = (operation.today(), operation.operator_name().to_owned());
        let disabled = Some(Disabled { day, by, reason: self.reason.to_string() });
        update(operation, &before, Operator { disabled, ..before.clone() })
    }
}

impl UseCase for EnableOperator {
    const COMMAND: &'static str = "operator enable";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = OperatorView;

    fn run(self, operation: &mut Operation<'_>) -> Result<OperatorView> {
        let before = find(operation.reader(), &self.operator)?;
        if before.disabled.is_none() {
            return Err(Refusal::NotDisabled { operator: before.name }.into());
        }
        update(operation, &before, Operator { disabled: None, ..before.clone() })
    }
}

/// Every operator, in the order in which they were added.
pub fn list(reader: Reader<'_>, today: NaiveDate) -> Result<Vec<OperatorView>> {
    reader.operators()?.into_iter().map(|operator| view(reader, operator, today)).collect()
}

/// One operator, by name or OS user.
pub fn show(reader: Reader<'_>, name: &str, today: NaiveDate) -> Result<OperatorView> {
    view(reader, find(reader, name)?, today)
}
