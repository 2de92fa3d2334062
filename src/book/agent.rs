//! The book's owner.

use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase};
use crate::domain::account::Uid;
use crate::domain::code::Name;
use crate::domain::entity::{Entity, Identity};
use crate::domain::money::Currency;
use crate::domain::operator::Operator;
use crate::domain::refusal::{Notice, Refusal, Unique};
use crate::domain::role::Permission;
use crate::store::{Agent, Reader};

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

/// What is known of the book's owner is put right; what is `None` stays.
#[derive(Clone, Debug)]
pub struct EditAgent {
    /// Its registered name.
    pub name: Option<Name>,
    /// Its own account at the provider, as it was typed.
    pub uid: Option<String>,
}

/// The book's owner.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgentView {
    /// The agent.
    pub agent: Agent,
    /// How many levels stand between the provider and it, where that is recorded.
    pub levels: Option<u16>,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// Shows the book's owner.
pub fn show(reader: Reader<'_>) -> Result<AgentView> {
    Ok(AgentView { agent: reader.agent()?, levels: reader.upstream_chain()?.depth(), notices: vec![] })
}

impl UseCase for EditAgent {
    const COMMAND: &'static str = "agent edit";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = AgentView;

    fn run(self, operation: &mut Operation<'_>) -> Result<AgentView> {
        let before = operation.reader().agent()?;
        let mut after = before.clone();
        let mut notices = vec![];
        if let Some(typed) = &self.uid {
            let uid = super::account::uid(typed)?;
            let holder = operation.reader().account_by_uid(&uid)?;
            super::account::require_unused(Unique::Uid, uid.as_str(), holder)?;
            notices.extend(super::account::unusual(&uid));
            after.uid = Some(uid);
        }
        after.name = self.name.unwrap_or(after.name);
        if after != before {
            operation.writer().update_agent(&before, &after)?;
        }
        Ok(AgentView { notices, ..show(operation.reader())? })
    }
}

/// Refuses the UID of a customer's account that is the agent's own.
pub(super) fn require_not_own(reader: Reader<'_>, uid: &Uid) -> Result<()> {
    let agent = reader.agent()?;
    if agent.uid.as_ref() == Some(uid) {
        return Err(Refusal::UidOfAgent { uid: uid.to_string(), agent: agent.name }.into());
    }
    Ok(())
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
