//! The book's owner.

use serde::{Deserialize, Serialize};

use super::{Operation, Result, Session, UseCase};
use crate::domain::code::Name;
use crate::domain::money::Currency;
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::{Permission, Role};
use crate::store::{Agent, Operator};

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
    /// What the new book holds; refuses what cannot be an agent.
    pub(super) fn outcome(&self, session: &Session) -> Result<Initialised> {
        let credential = super::entity::credential(&self.credential)?;
        let uid = self.uid.as_deref().map(super::account::uid).transpose()?;
        let notices = super::entity::unchecked(&credential);
        let agent = Agent { name: self.name.clone(), credential, provider: self.provider.clone(), currency: self.currency, uid };
        let operator = Operator { os_uid: session.os_uid, name: session.os_name.clone(), roles: Role::ALL.to_vec() };
        Ok(Initialised { agent, operator, notices })
    }
}

impl UseCase for Init {
    const COMMAND: &'static str = "init";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = Initialised;

    fn run(self, operation: &mut Operation<'_>) -> Result<Initialised> {
        let outcome = self.outcome(operation.session())?;
        operation.writer().insert_agent(&outcome.agent)?;
        operation.writer().insert_operator(&outcome.operator)?;
        Ok(outcome)
    }
}

/// Refuses a real-name owner that is the agent itself: the owner must be the business that uses the account.
pub(super) fn require_not_agent(operation: &Operation<'_>, entity: &crate::domain::entity::Entity) -> Result<()> {
    if operation.reader().agent()?.credential == entity.credential {
        return Err(Refusal::EntityIsAgent { entity: entity.code.clone() }.into());
    }
    Ok(())
}
