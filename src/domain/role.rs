//! Who may do what: roles, permissions, and the one table that joins them.

use crate::domain::words::words;

words! {
    /// What an operator is in the agent's house.
    Role, "a role" {
        /// Runs the tool: operators, policy, the agent itself.
        Admin = "admin",
        /// The account manager: customers, accounts, orders, agreements.
        Manager = "manager",
        /// Money, bills, periods, statements.
        Finance = "finance",
        /// Records orders and refunds.
        Tech = "tech",
        /// Reads everything.
        Auditor = "auditor",
    }
}

words! {
    /// What a command needs; each use case declares exactly one, and what only looks needs `read`.
    Permission, "a permission" {
        /// Looking at anything, exporting, proving.
        Read = "read",
        /// The agent, its operators and policy.
        Administer = "administer",
        /// Entities, groups, accounts, hand-overs.
        ManageAccounts = "manage-accounts",
        /// Orders and refunds.
        RecordOrders = "record-orders",
        /// Pool, funds, credit, budgets, settlements.
        MoveMoney = "move-money",
        /// Agreements.
        ApplyPrices = "apply-prices",
        /// Bills, reconciliation, periods, statements, invoices.
        CloseMonths = "close-months",
        /// Stopping an account, and letting it go on.
        FreezeAccounts = "freeze-accounts",
        /// Saying something to an alert.
        HandleAlerts = "handle-alerts",
    }
}

impl Role {
    /// Whether it can be granted for some groups alone. What an administrator does concerns the whole book, and what an auditor
    /// does is looking, which every operator may do everywhere.
    pub fn can_be_for_groups(self) -> bool {
        !matches!(self, Self::Admin | Self::Auditor)
    }

    /// Whether the role carries a permission.
    pub fn may(self, permission: Permission) -> bool {
        use Permission::{
            Administer, ApplyPrices, CloseMonths, FreezeAccounts, HandleAlerts, ManageAccounts, MoveMoney, RecordOrders,
        };
        if permission == Permission::Read {
            return true;
        }
        match self {
            Self::Admin => matches!(permission, Administer),
            Self::Manager => matches!(permission, ManageAccounts | RecordOrders | ApplyPrices | HandleAlerts | FreezeAccounts),
            Self::Finance => matches!(permission, MoveMoney | ApplyPrices | CloseMonths | HandleAlerts | FreezeAccounts),
            Self::Tech => matches!(permission, RecordOrders),
            Self::Auditor => false,
        }
    }
}

/// The roles that carry a permission, for the sentence that refuses.
pub fn roles_with(permission: Permission) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| role.may(permission)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_somebodys() {
        use std::fmt::Write as _;
        let mut table = String::new();
        for permission in Permission::ALL {
            let roles: Vec<_> = roles_with(*permission).iter().map(|r| r.as_str()).collect();
            writeln!(table, "{permission}: {}", roles.join(" ")).unwrap();
        }
        insta::assert_snapshot!(table, @r"
        read: admin manager finance tech auditor
        administer: admin
        manage-accounts: manager
        record-orders: manager tech
        move-money: finance
        apply-prices: manager finance
        close-months: finance
        freeze-accounts: manager finance
        handle-alerts: manager finance
        ");
    }
}
