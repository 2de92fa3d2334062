//! The pre-flight of an association: every condition under which an existing account may come into the book, and what is known.
//!
//! Pure: what the book knows and what a person vouches for in, a finding for each condition out. `account associate` refuses what
//! `account preflight` would show as failed, or as required evidence that nobody has given.

use super::account::{Attestation, Uid};
use super::code::Code;
use super::words::words;

words! {
    /// A condition of an association.
    Condition, "a condition" {
        /// No account of the book has the UID, or ever had.
        UidUnused = "uid-unused",
        /// The account has a real-name owner, which is known and is not the agent.
        RealName = "real-name",
        /// It belongs to no other agent.
        NoOtherAgent = "no-other-agent",
        /// It owes the provider nothing.
        NoArrears = "no-arrears",
        /// It has no unfinished orders.
        NoOpenOrders = "no-open-orders",
        /// It stands under no enterprise-finance trusteeship.
        NoTrusteeship = "no-trusteeship",
    }
}

words! {
    /// What is known of a condition.
    Finding, "a finding" {
        /// It holds.
        Pass = "pass",
        /// It does not: the account cannot be associated.
        Fail = "fail",
        /// The book cannot see it, and nobody has vouched for it.
        NeedsEvidence = "needs-evidence",
    }
}

/// Why a condition holds or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// No account has the UID.
    UidUnused,
    /// This account has it.
    UsedBy(Code),
    /// It is the agent's own.
    UsedByAgent,
    /// The real-name owner, which is in the book.
    Owner(Code),
    /// The real-name owner is the agent itself.
    OwnerIsAgent(Code),
    /// Nobody has said whose real name it has.
    OwnerNotNamed,
    /// A person vouches for it.
    VouchedFor,
    /// A person has to look at the provider's console, and to vouch for it with this.
    ToBeVouchedFor(Attestation),
}

/// A condition with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedCondition {
    /// The condition.
    pub condition: Condition,
    /// What is known.
    pub finding: Finding,
    /// Why.
    pub evidence: Evidence,
}

/// What a pre-flight goes by.
#[derive(Clone, Debug)]
pub struct Candidate<'c> {
    /// The account's number.
    pub uid: &'c Uid,
    /// The account of the book that has it already.
    pub used_by: Option<Code>,
    /// The agent's own number.
    pub agent_uid: Option<&'c Uid>,
    /// The real-name owner that was named, and whether that is the agent itself.
    pub owner: Option<(Code, bool)>,
    /// What a person vouches for.
    pub attested: &'c [Attestation],
}

/// Without these nothing is associated; no-trusteeship is asked only of those who want to be thorough.
pub const REQUIRED: [Attestation; 3] = [Attestation::NoOtherAgent, Attestation::NoArrears, Attestation::NoOpenOrders];

/// The required attestations that nobody has given.
pub fn missing_evidence(attested: &[Attestation]) -> Vec<Attestation> {
    REQUIRED.into_iter().filter(|required| !attested.contains(required)).collect()
}

/// Every condition with what is known of it, in the order in which they are listed.
pub fn preflight(candidate: &Candidate<'_>) -> Vec<CheckedCondition> {
    let vouched = |attestation: Attestation| {
        if candidate.attested.contains(&attestation) {
            (Finding::Pass, Evidence::VouchedFor)
        } else {
            (Finding::NeedsEvidence, Evidence::ToBeVouchedFor(attestation))
        }
    };
    let checked = |condition: &Condition| {
        let (finding, evidence) = match condition {
            Condition::UidUnused => match &candidate.used_by {
                None if candidate.agent_uid == Some(candidate.uid) => (Finding::Fail, Evidence::UsedByAgent),
                None => (Finding::Pass, Evidence::UidUnused),
                Some(account) => (Finding::Fail, Evidence::UsedBy(account.clone())),
            },
            Condition::RealName => match &candidate.owner {
                None => (Finding::NeedsEvidence, Evidence::OwnerNotNamed),
                Some((entity, false)) => (Finding::Pass, Evidence::Owner(entity.clone())),
                Some((entity, true)) => (Finding::Fail, Evidence::OwnerIsAgent(entity.clone())),
            },
            Condition::NoOtherAgent => vouched(Attestation::NoOtherAgent),
            Condition::NoArrears => vouched(Attestation::NoArrears),
            Condition::NoOpenOrders => vouched(Attestation::NoOpenOrders),
            Condition::NoTrusteeship => vouched(Attestation::NoTrusteeship),
        };
        CheckedCondition { condition: *condition, finding, evidence }
    };
    Condition::ALL.iter().map(checked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    #[test]
    fn each_condition_fails_or_passes_by_itself() {
        let uid = Uid::parse("1000000000000009").unwrap();
        let good = Candidate {
            uid: &uid,
            used_by: None,
            agent_uid: None,
            owner: Some((code("acme-hq"), false)),
            attested: Attestation::ALL,
        };
        let findings = |candidate: &Candidate<'_>| -> Vec<(Condition, Finding)> {
            let checked = preflight(candidate).into_iter().filter(|checked| checked.finding != Finding::Pass);
            checked.map(|checked| (checked.condition, checked.finding)).collect()
        };
        assert_eq!(findings(&good), []);
        assert_eq!(preflight(&good).len(), Condition::ALL.len());
        let used = Candidate { used_by: Some(code("acme-prod")), ..good.clone() };
        assert_eq!(findings(&used), [(Condition::UidUnused, Finding::Fail)]);
        let of_agent = Candidate { agent_uid: Some(&uid), ..good.clone() };
        assert_eq!(findings(&of_agent), [(Condition::UidUnused, Finding::Fail)]);
        let own = Candidate { owner: Some((code("lingdu"), true)), ..good.clone() };
        assert_eq!(findings(&own), [(Condition::RealName, Finding::Fail)]);
        let unnamed = Candidate { owner: None, ..good.clone() };
        assert_eq!(findings(&unnamed), [(Condition::RealName, Finding::NeedsEvidence)]);
        for left_out in Attestation::ALL {
            let others: Vec<Attestation> = Attestation::ALL.iter().copied().filter(|one| one != left_out).collect();
            let of = findings(&Candidate { attested: &others, ..good.clone() });
            assert_eq!(
                of.iter().map(|(condition, finding)| (condition.as_str(), *finding)).collect::<Vec<_>>(),
                [(left_out.as_str(), Finding::NeedsEvidence)]
            );
            let missing = missing_evidence(&others);
            assert_eq!(missing.is_empty(), *left_out == Attestation::NoTrusteeship, "{left_out}");
        }
    }
}
