//! Every command that writes, with the one permission that it needs; each use case declares its own.

use super::{
    UseCase, account, account_import, agent, alert, approval, bill, budget, close, compliance, credit, difference, dunning, entity,
    fund, group, handover, invitation, invoice, match_by_hand, month_end, opening, operator, order, plan, policy, pool, price,
    reconcile, settlement, true_up, upstream,
};
use crate::book::backup::RESTORE;
use crate::domain::role::Permission;

/// A command that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The command, as the log names it.
    pub command: &'static str,
    /// What the operator needs.
    pub permission: Permission,
    /// Whether it may have to wait for a second person.
    pub may_wait: bool,
}

const fn declared<U: UseCase>() -> Declared {
    Declared { command: U::COMMAND, permission: U::PERMISSION, may_wait: U::APPROVAL.is_some() }
}

/// What a command needs that writes; none for one that only looks, or that is none.
pub fn needs(command: &str) -> Option<Permission> {
    let declared = COMMANDS.iter().chain([&RESTORE]).find(|declared| declared.command == command);
    declared.map(|declared| declared.permission)
}

/// Every command that writes to the open book, by name.
pub const COMMANDS: &[Declared] = &[
    declared::<account::AcceptAccount>(),
    declared::<account::AssociateAccount>(),
    declared::<account::ConfirmAccount>(),
    declared::<account::CreateAccount>(),
    declared::<account::EditAccount>(),
    declared::<account::FreezeAccount>(),
    declared::<account_import::ImportAccounts<'_>>(),
    declared::<account::ReleaseAccount>(),
    declared::<account::ThawAccount>(),
    declared::<account::VerifyAccount>(),
    declared::<upstream::AddUpstream>(),
    declared::<upstream::EditUpstream>(),
    declared::<upstream::FreezeUpstream>(),
    declared::<upstream::RemoveUpstream>(),
    declared::<upstream::ThawUpstream>(),
    declared::<agent::EditAgent>(),
    declared::<alert::AcceptAlert>(),
    declared::<alert::AcknowledgeAlert>(),
    declared::<alert::ReopenAlert>(),
    declared::<alert::SnoozeAlert>(),
    declared::<approval::Approve>(),
    declared::<approval::Reject>(),
    declared::<approval::Withdraw>(),
    declared::<bill::DropBill>(),
    declared::<bill::ImportBill<'_>>(),
    declared::<budget::RemoveBudget>(),
    declared::<budget::SetBudget>(),
    declared::<compliance::Waive>(),
    declared::<compliance::Withdraw>(),
    declared::<credit::SetCredit>(),
    declared::<difference::Acknowledge>(),
    declared::<match_by_hand::MatchByHand>(),
    declared::<difference::Reopen>(),
    declared::<difference::Resolve>(),
    declared::<difference::Snooze>(),
    declared::<match_by_hand::Unmatch>(),
    declared::<entity::AddEntity>(),
    declared::<entity::EditEntity>(),
    declared::<fund::Allocate>(),
    declared::<plan::ApplyPlan>(),
    declared::<fund::Deposit>(),
    declared::<fund::Reclaim>(),
    declared::<fund::Transfer>(),
    declared::<fund::Withdraw>(),
    declared::<group::AddGroup>(),
    declared::<group::EditGroup>(),
    declared::<handover::CloseHandover>(),
    declared::<handover::OpenHandovers>(),
    declared::<handover::ChangeSteps>(),
    declared::<agent::Init>(),
    declared::<invitation::DeclineInvitation>(),
    declared::<invitation::ResendInvitation>(),
    declared::<invitation::RevokeInvitation>(),
    declared::<invoice::CreditInvoice>(),
    declared::<invoice::IssueInvoice>(),
    declared::<invoice::RequestInvoices>(),
    declared::<invoice::VoidInvoice>(),
    declared::<month_end::MonthEnd<'_>>(),
    declared::<opening::ImportOpening>(),
    declared::<operator::AddOperator>(),
    declared::<operator::DisableOperator>(),
    declared::<operator::EnableOperator>(),
    declared::<operator::GrantRoles>(),
    declared::<operator::RevokeRoles>(),
    declared::<order::ImportOrders<'_>>(),
    declared::<order::RecordOrder>(),
    declared::<order::RefundOrder>(),
    declared::<close::ClosePeriod>(),
    declared::<close::ReopenPeriod>(),
    declared::<close::SoftClosePeriod>(),
    declared::<close::checklist::WaiveCheck>(),
    declared::<policy::SetPolicy>(),
    declared::<pool::PayProvider>(),
    declared::<pool::TopUp>(),
    declared::<price::ApplyAgreement>(),
    declared::<true_up::TrueUpCharges>(),
    declared::<reconcile::Reconcile>(),
    declared::<settlement::ApplyDeposits>(),
    declared::<settlement::ChargeBackSettlement>(),
    declared::<dunning::Dun>(),
    declared::<settlement::ReceiveSettlement>(),
    declared::<settlement::WriteOffReceivable>(),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A request of a command that nobody can run again could never be approved.
    #[test]
    fn whatever_may_have_to_wait_can_be_approved() {
        for declared in COMMANDS {
            assert_eq!(declared.may_wait, approval::may_need_approval(declared.command), "{}", declared.command);
        }
    }
}
