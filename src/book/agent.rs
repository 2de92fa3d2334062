//! The book's owner.

use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase};
use crate::domain::code::Name;
use crate::domain::entity::{Entity, Identity};
use crate::domain::money::Currency;
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::store::{Agent, Operator, Reader};

/// Makes an empty book. Whoever runs it becomes its first operator, with every role.
#[derive(Clone, Debug)]
pub struct Init {
    /// The agent's registered name.
    pub name: Name,
    /// Its credential, as it was typed.
    pub credential: String,
    /// The provider that it resells.
    pub provider: String,
    /// The default of groups and bills.
    pub currency: Currency,
    /// Its own account at the provider, as it was typed.
    pub uid: Option<String>,
}

/// A new book.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Initialised {
    /// Its owner.
    pub agent: Agent,
    /// The first operator.
    pub operator: Operator,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

impl Init {
    /// What a book made by `operator` would begin with; refuses what cannot be an agent.
    pub(super) fn preview(self, operator: Operator) -> Result<Initialised> {
        let credential = super::entity::credential(&self.credential)?;
        let uid = self.uid.as_deref().map(super::account::uid).transpose()?;
        let notices = super::entity::unchecked(&credential);
        let agent = Agent { name: self.name, credential, provider: self.provider, currency: self.currency, uid };
        Ok(Initialised { agent, operator, notices })
    }
}

impl UseCase for Init {
    const COMMAND: &'static str = "init";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = Initialised;

    fn run(self, operation: &mut Operation<'_>) -> Result<Initialised> {
        let initialised = self.preview(operation.operator().clone())?;
        operation.writer().insert_agent(&initialised.agent)?;
        operation.writer().insert_operator(&initialised.operator)?;
        Ok(initialised)
    }
}

/// Whether a legal person is the agent itself.
pub(super) fn is_agent(reader: Reader<'_>, entity: &Entity) -> Result<bool> {
    Ok(entity.identity == Identity::Enterprise(reader.agent()?.credential))
}

/// Refuses a real-name owner that is the agent itself: the owner must be the business that uses the account.
pub(super) fn require_not_agent(reader: Reader<'_>, entity: &Entity) -> Result<()> {
    if is_agent(reader, entity)? {
        return Err(Refusal::EntityIsAgent { entity: entity.code.clone() }.into());
    }
    Ok(())
}
