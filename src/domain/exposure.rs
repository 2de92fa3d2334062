//! What the agent stands to lose by an account that stops paying: what it owes, and what it may still run up.

use crate::domain::account::{ShutdownPolicy, Standing};
use crate::domain::money::{Amount, Overflow};

/// Days on which an account runs on that the provider stops at once. Alibaba Cloud's `immediatelyStop` stops what is paid by use
/// when nothing is left, but the quota follows the bill, which is a day behind.
pub const DAYS_IMMEDIATE: u32 = 1;

/// Days on which an account runs on that the provider lets use an overdraft. Alibaba Cloud's `delayStop` means the overdraft for
/// about fifteen days, and the bill is a day behind here too.
pub const DAYS_DELAYED: u32 = 15 + DAYS_IMMEDIATE;

/// Days on which an account runs on that the provider never stops (Alibaba Cloud's `noStop`), until somebody stops it by hand: what
/// a monthly round of looking at the accounts leaves. The provider sets no bound, so that this one can be chosen.
pub const DAYS_NEVER: u32 = 30;

/// For how many days an account may run on under a policy; `never` for one that is never stopped by itself.
pub fn days(policy: ShutdownPolicy, never: u32) -> u32 {
    match policy {
        ShutdownPolicy::Immediate => DAYS_IMMEDIATE,
        ShutdownPolicy::Delayed => DAYS_DELAYED,
        ShutdownPolicy::Never => never,
    }
}

/// What is owed or waits to be charged and is not covered by unspent funds, and what so many days at a rate would add.
pub fn exposure(standing: &Standing, rate: Amount, days: u32) -> Result<Amount, Overflow> {
    let now = standing.owed.plus(standing.pending_usage)?.minus(standing.funds)?;
    Ok(now.plus(rate.times(days)?)?.or_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Mode;

    #[test]
    fn exposure_is_what_is_owed_and_what_may_still_be_run_up() {
        let standing = |funds, owed, pending| Standing {
            mode: Mode::AgentPays,
            funds: Amount::from_minor(funds),
            owed: Amount::from_minor(owed),
            credit_limit: Amount::ZERO,
            pending_usage: Amount::from_minor(pending),
        };
        let table = [
            (standing(0, 1000, 50), ShutdownPolicy::Immediate, 1060),
            (standing(0, 1000, 50), ShutdownPolicy::Delayed, 1210),
            (standing(0, 1000, 50), ShutdownPolicy::Never, 1350),
            (standing(2000, 0, 50), ShutdownPolicy::Never, 0),
            (standing(-500, 0, 0), ShutdownPolicy::Immediate, 510),
        ];
        for (standing, policy, expected) in table {
            let found = exposure(&standing, Amount::from_minor(10), days(policy, DAYS_NEVER)).unwrap();
            assert_eq!(found.minor(), expected, "{policy}");
        }
        assert_eq!(days(ShutdownPolicy::Never, 3), 3);
    }
}
