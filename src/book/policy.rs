//! Policies: what one agent wants otherwise than another.

use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase};
use crate::domain::operator::Reach;
use crate::domain::policy::{Policy, PolicyName};
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::store::Reader;

/// Sets a policy.
#[derive(Clone, Debug)]
pub struct SetPolicy {
    /// Which one.
    pub name: PolicyName,
    /// Its value, as it was typed.
    pub value: String,
}

/// A policy that was set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PolicySet {
    /// Which one.
    pub name: PolicyName,
    /// Its value before.
    pub before: String,
    /// Its value now.
    pub value: String,
    /// What is worth saying.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

impl UseCase for SetPolicy {
    const COMMAND: &'static str = "policy set";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = PolicySet;

    fn run(self, operation: &mut Operation<'_>) -> Result<PolicySet> {
        let Self { name, value } = self;
        let mut policy = operation.reader().policy()?;
        let before = policy.value(name);
        policy.set(name, &value).map_err(|reason| Refusal::PolicyInvalid { name, value, reason })?;
        let value = policy.value(name);
        if value != before {
            operation.writer().set_policy(name, &value)?;
        }
        let today = operation.today();
        let approvers =
            operation.reader().operators()?.into_iter().filter(|operator| operator.may(Permission::MoveMoney, &Reach::Book, today));
        let nobody_approves = !policy.approval_limit.is_empty() && approvers.count() < 2;
        let notices =
            (name == PolicyName::ApprovalLimit && nobody_approves).then_some(Notice::NobodyApproves).into_iter().collect();
        Ok(PolicySet { name, before, value, notices })
    }
}

/// The policies of the book.
pub fn list(reader: Reader<'_>) -> Result<Policy> {
    Ok(reader.policy()?)
}
