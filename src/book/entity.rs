//! Legal persons.

use serde::{Deserialize, Serialize};

use super::operation::unknown;
use super::{Operation, Result, UseCase};
use crate::domain::code::{Code, Name};
use crate::domain::entity::{Credential, Entity};
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::Reader;

/// Adds a legal person.
#[derive(Clone, Debug)]
pub struct AddEntity {
    /// What people will type.
    pub code: Code,
    /// Its registered name.
    pub name: Name,
    /// Its credential, as it was typed.
    pub credential: String,
}

/// A new entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EntityAdded {
    /// The entity.
    pub entity: Entity,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

impl UseCase for AddEntity {
    const COMMAND: &'static str = "entity add";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = EntityAdded;

    fn run(self, operation: &mut Operation<'_>) -> Result<EntityAdded> {
        let credential = credential(&self.credential)?;
        if operation.reader().entity_by_code(self.code.as_str())?.is_some() {
            return Err(Refusal::Exists { noun: Noun::Entity, code: self.code }.into());
        }
        if let Some(other) = operation.reader().entity_by_credential(&credential)? {
            return Err(Refusal::CredentialInUse { credential: credential.to_string(), entity: other.code }.into());
        }
        let notices = unchecked(&credential);
        let entity = operation.writer().insert_entity(&self.code, &self.name, &credential)?;
        Ok(EntityAdded { entity, notices })
    }
}

/// The entity of a code, or the nearest names.
pub fn find(reader: Reader<'_>, name: &str) -> Result<Entity> {
    if let Some(entity) = reader.entity_by_code(name.trim())? {
        return Ok(entity);
    }
    let known: Vec<String> = reader.entities()?.into_iter().map(|e| e.code.to_string()).collect();
    Err(unknown(Noun::Entity, name, &known).into())
}

/// A credential as it was typed, checked.
pub(super) fn credential(text: &str) -> Result<Credential> {
    Credential::parse(text).map_err(|reason| Refusal::Credential { text: text.to_owned(), reason }.into())
}

/// What to say of a credential that nobody could check.
pub(super) fn unchecked(credential: &Credential) -> Vec<Notice> {
    let unchecked = credential.is_unchecked().then(|| Notice::UncheckedCredential { credential: credential.to_string() });
    unchecked.into_iter().collect()
}
