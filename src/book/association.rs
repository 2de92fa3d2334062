//! The pre-flight of an association: loads what the book knows of an account that is to come into it.

use super::Result;
use super::account::uid;
use crate::domain::account::{Attestation, Uid};
use crate::domain::association::{Candidate, CheckedCondition, Finding, preflight};
use crate::domain::code::Code;
use crate::domain::entity::Entity;
use crate::store::Reader;

/// What is known of an account that is to be associated.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// Its number at the provider.
    pub uid: Uid,
    /// Every condition.
    pub conditions: Vec<CheckedCondition>,
}

impl Preflight {
    /// Whether every condition holds.
    pub fn is_ready(&self) -> bool {
        self.conditions.iter().all(|checked| checked.finding == Finding::Pass)
    }
}

/// Checks every condition of an association; `owner` is the code of the entity whose real name the account has.
pub fn check(reader: Reader<'_>, typed_uid: &str, owner: Option<&str>, attested: &[Attestation]) -> Result<Preflight> {
    let uid = uid(typed_uid)?;
    let used_by = reader.account_by_uid(&uid)?.map(|account| account.code);
    let agent_uid = reader.agent()?.uid;
    let owner = owner.map(|name| super::entity::find(reader, name)).transpose()?;
    let is_agent = |entity: Entity| -> Result<(Code, bool)> { Ok((entity.code.clone(), super::agent::is_agent(reader, &entity)?)) };
    let owner = owner.map(is_agent).transpose()?;
    let conditions = preflight(&Candidate { uid: &uid, used_by, agent_uid: agent_uid.as_ref(), owner, attested });
    Ok(Preflight { uid, conditions })
}
