//! Legal persons.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::invoice::title_of;
use super::operation::unknown;
use super::{Operation, Result, UseCase, reach};
use crate::domain::code::{Code, Name};
use crate::domain::entity::{Credential, Entity, Identity, NotACredential, Registration};
use crate::domain::id_number::IdNumber;
use crate::domain::invoice::Title;
use crate::domain::operator::Reach;
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::{Reader, TitleFrom};

/// Adds a legal person.
#[derive(Clone, Debug)]
pub struct AddEntity {
    /// What people will type.
    pub code: Code,
    /// Its registered name.
    pub name: Name,
    /// By what it is known, as it was typed.
    pub identity: TypedIdentity,
}

/// By what a legal person is known, as it was typed.
#[derive(Clone)]
pub enum TypedIdentity {
    /// A unified social credit code.
    Credential(String),
    /// A natural person's identity number.
    IdNumber(String),
    /// A registration in another country.
    Registration {
        /// Its number.
        number: String,
        /// The country.
        country: String,
    },
}

impl fmt::Debug for TypedIdentity {
    /// Without the identity number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedIdentity")
    }
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

    fn reach(&self, _reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        Ok(reach::of_nobody())
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<EntityAdded> {
        let reader = operation.reader();
        require_new(reader, &self.code)?;
        let (identity, known) = match self.identity {
            TypedIdentity::Credential(text) => as_kept(reader, Identity::Enterprise(credential(&text)?))?,
            TypedIdentity::Registration { number, country } => {
                let registration = Registration::parse(&number, &country);
                let registration = registration.map_err(|reason| Refusal::Registration { number, country, reason })?;
                as_kept(reader, Identity::Foreign(registration))?
            }
            TypedIdentity::IdNumber(text) => {
                let number = IdNumber::parse(&text, operation.today()).map_err(|reason| Refusal::IdNumber { reason })?;
                let salt = operation.session().secret.bits_for(&format!("the identity number of {}", self.code), 0);
                let kept = number.kept(&salt);
                let seen_alike = reader.individuals_seen_as(&kept.masked)?;
                let is_it = |entity: &Entity| matches!(&entity.identity, Identity::Individual(kept) if kept.is_of(&number));
                (Identity::Individual(kept), seen_alike.into_iter().find(is_it))
            }
        };
        require_unknown(&identity, known)?;
        let notices = if let Identity::Enterprise(credential) = &identity { unchecked(credential) } else { vec![] };
        let entity = operation.writer().insert_entity(&self.code, &self.name, identity)?;
        Ok(EntityAdded { entity, notices })
    }
}

/// Whether no entity has a code yet.
pub fn require_new(reader: Reader<'_>, code: &Code) -> Result<()> {
    match reader.entity_by_code(code.as_str())? {
        None => Ok(()),
        Some(_) => Err(Refusal::Exists { noun: Noun::Entity, code: code.clone() }.into()),
    }
}

/// Whether a text is a credential.
pub fn require_credential(text: &str) -> Result<()> {
    credential(text).map(drop)
}

/// Whether a text is a credential that no entity has.
pub fn require_free_credential(reader: Reader<'_>, text: &str) -> Result<()> {
    let (identity, known) = as_kept(reader, Identity::Enterprise(credential(text)?))?;
    require_unknown(&identity, known)
}

/// Whether a text is a natural person's identity number on a day.
pub fn require_id_number(text: &str, today: NaiveDate) -> Result<()> {
    IdNumber::parse(text, today).map(drop).map_err(|reason| Refusal::IdNumber { reason }.into())
}

fn require_unknown(identity: &Identity, known: Option<Entity>) -> Result<()> {
    match known {
        None => Ok(()),
        Some(other) => Err(Refusal::CredentialInUse { credential: identity.shown().to_owned(), entity: other.code }.into()),
    }
}

/// An identity that is kept as it was typed, with the entity that has it already.
fn as_kept(reader: Reader<'_>, identity: Identity) -> Result<(Identity, Option<Entity>)> {
    let known = reader.entity_by_identity(&identity)?;
    Ok((identity, known))
}

/// Edits a legal person: its real name, and the title of its invoices.
#[derive(Clone, Debug)]
pub struct EditEntity {
    /// The legal person, as it was typed.
    pub entity: String,
    /// Its registered name from today on.
    pub name: Option<Name>,
    /// The name on invoices.
    pub invoice_title: Option<Name>,
    /// The taxpayer's id.
    pub tax_id: Option<String>,
    /// The registered address.
    pub address: Option<Name>,
    /// The registered phone number.
    pub phone: Option<Name>,
    /// The bank.
    pub bank: Option<Name>,
    /// The number of the account there.
    pub bank_account: Option<Name>,
}

/// A legal person and its title.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EntityTitle {
    /// The legal person.
    pub entity: Entity,
    /// Its title.
    pub title: Title,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// The groups whose accounts a legal person owns.
pub(super) fn reach_of(reader: Reader<'_>, entity: &str, today: NaiveDate) -> Result<Reach> {
    let entity = find(reader, entity)?;
    let owned = reader.accounts()?.into_iter().filter(|account| account.entity == entity.id);
    Ok(owned.fold(reach::of_nobody(), |reach, account| reach.and(reach::of(&account, None, today))))
}

impl UseCase for EditEntity {
    const COMMAND: &'static str = "entity edit";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = EntityTitle;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let reach = reach_of(reader, &self.entity, today)?;
        // What is nobody's yet may become anybody's, with all that was written into it.
        Ok(if reach == reach::of_nobody() { Reach::Book } else { reach })
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<EntityTitle> {
        let today = operation.today();
        let mut entity = find(operation.reader(), &self.entity)?;
        if let Some(name) = self.name.clone().filter(|name| *name != entity.name) {
            let renamed = entity.renamed(name, today);
            operation.writer().rename_entity(&entity, &renamed)?;
            entity = renamed;
        }
        let title =
            if self.edits_title() { self.put_title(operation, &entity)? } else { title_of(operation.reader(), &entity, today)? };
        let differs = title.name != entity.name;
        let notices = differs.then(|| Notice::TitleDiffers { entity: entity.code.clone(), title: title.name.to_string() });
        Ok(EntityTitle { entity, title, notices: notices.into_iter().collect() })
    }
}

impl EditEntity {
    fn edits_title(&self) -> bool {
        let texts = [&self.invoice_title, &self.address, &self.phone, &self.bank, &self.bank_account];
        self.tax_id.is_some() || texts.iter().any(|text| text.is_some())
    }

    /// Writes the title that holds from today on.
    fn put_title(self, operation: &mut Operation<'_>, entity: &Entity) -> Result<Title> {
        let today = operation.today();
        let before = title_of(operation.reader(), entity, today)?;
        let tax_id = self.tax_id.as_deref().map(credential).transpose()?;
        let title = Title {
            name: self.invoice_title.unwrap_or(before.name),
            tax_id: tax_id.map_or(before.tax_id, |id| id.to_string()),
            address: self.address.or(before.address),
            phone: self.phone.or(before.phone),
            bank: self.bank.or(before.bank),
            bank_account: self.bank_account.or(before.bank_account),
        };
        let now = TitleFrom { entity: entity.id, valid_from: today, title: title.clone() };
        let known = operation.reader().titles()?;
        let before = known.iter().find(|known| (known.entity, known.valid_from) == (now.entity, now.valid_from));
        if before != Some(&now) {
            operation.writer().put_title(before, &now)?;
        }
        Ok(title)
    }
}

/// A legal person with its title, for looking at.
pub fn entity_title(reader: Reader<'_>, name: &str, today: NaiveDate) -> Result<EntityTitle> {
    let entity = find(reader, name)?;
    let title = title_of(reader, &entity, today)?;
    Ok(EntityTitle { entity, title, notices: vec![] })
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
    Credential::parse(text).map_err(|reason| {
        let is_secret = reason == NotACredential::IdentityNumber;
        let text = if is_secret { IdNumber::mask(text) } else { text.to_owned() };
        Refusal::Credential { text, reason }.into()
    })
}

/// What to say of a credential that nobody could check.
pub(super) fn unchecked(credential: &Credential) -> Vec<Notice> {
    let unchecked = credential.is_unchecked().then(|| Notice::UncheckedCredential { credential: credential.to_string() });
    unchecked.into_iter().collect()
}
