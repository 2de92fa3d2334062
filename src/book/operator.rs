//! Operators: the people who may use the book.

use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase};
use crate::domain::code::Name;
use crate::domain::handover::is_same_person;
use crate::domain::refusal::Refusal;
use crate::domain::role::{Permission, Role};
use crate::store::{Operator, Reader};

/// Adds a person who may use the book.
#[derive(Clone, Debug)]
pub struct AddOperator {
    /// The OS user that they are.
    pub os_uid: u32,
    /// How the log will call them.
    pub name: Name,
    /// What they may do.
    pub roles: Vec<Role>,
}

/// A new operator.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OperatorAdded {
    /// The operator.
    pub operator: Operator,
}

impl UseCase for AddOperator {
    const COMMAND: &'static str = "operator add";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = OperatorAdded;

    fn run(self, operation: &mut Operation<'_>) -> Result<OperatorAdded> {
        let Self { os_uid, name, roles } = self;
        let is_taken = |known: &Operator| known.os_uid == os_uid || is_same_person(&known.name, name.as_str());
        if let Some(known) = operation.reader().operators()?.into_iter().find(is_taken) {
            return Err(Refusal::OperatorExists { name: known.name, os_uid: known.os_uid }.into());
        }
        let roles = Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect();
        let operator = Operator { os_uid, name: name.to_string(), roles };
        operation.writer().insert_operator(&operator)?;
        Ok(OperatorAdded { operator })
    }
}

/// Every operator, in the order in which they were added.
pub fn list(reader: Reader<'_>) -> Result<Vec<Operator>> {
    Ok(reader.operators()?)
}
