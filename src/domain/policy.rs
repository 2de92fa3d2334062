//! Policies: what one agent wants otherwise than another. Each has a value that works for most, and says what it is for.

use std::str::FromStr;

use crate::domain::percent::Percents;
use crate::domain::words::words;

words! {
    /// What happens to an order for which the agent pays when its pool at the provider does not cover the cost.
    PoolCheck, "a pool check" {
        /// Nothing.
        Off = "off",
        /// It is recorded, and somebody is told.
        Warn = "warn",
        /// It is refused, unless the provider has accepted it already.
        Refuse = "refuse",
    }
}

words! {
    /// The name of a policy.
    PolicyName, "a policy" {
        /// Whether orders for which the agent pays need cover in the pool.
        PoolCheck = "pool-check",
        /// At which percents left of a balance or a credit somebody is told.
        LowBalance = "low-balance",
        /// For fewer than how many days of spending in the pool somebody is told.
        PoolDays = "pool-days",
        /// How many days after the end of a month what it is owed for is due.
        PaymentDays = "payment-days",
        /// How many days before an invitation runs out somebody is told.
        InvitationDays = "invitation-days",
        /// After how many days without a verified real name somebody is told.
        VerifyDays = "verify-days",
    }
}

impl PolicyName {
    /// What it is for, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PoolCheck => "agent-pays orders need cover in the pool: off, warn or refuse",
            Self::LowBalance => "alert when so many percent of a balance or a credit are left",
            Self::PoolDays => "alert when the pool lasts fewer days",
            Self::PaymentDays => "what a month is owed for is due so many days after its end",
            Self::InvitationDays => "alert when an invitation runs out within so many days",
            Self::VerifyDays => "alert when an account has been without a verified name for so many days",
        }
    }
}

/// The policies of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether orders for which the agent pays need cover in the pool.
    pub pool_check: PoolCheck,
    /// At which percents left of a balance or a credit somebody is told.
    pub low_balance: Percents,
    /// For fewer than how many days of spending in the pool somebody is told.
    pub pool_days: u16,
    /// How many days after the end of a month what it is owed for is due.
    pub payment_days: u16,
    /// How many days before an invitation runs out somebody is told.
    pub invitation_days: u16,
    /// After how many days without a verified real name somebody is told.
    pub verify_days: u16,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            pool_check: PoolCheck::Off,
            low_balance: "25,10,0".parse().expect("three percents"),
            pool_days: 15,
            payment_days: 30,
            invitation_days: 3,
            verify_days: 7,
        }
    }
}

impl Policy {
    /// The value of a policy, as it is typed.
    pub fn value(&self, name: PolicyName) -> String {
        match name {
            PolicyName::PoolCheck => self.pool_check.to_string(),
            PolicyName::LowBalance => self.low_balance.to_string(),
            PolicyName::PoolDays => self.pool_days.to_string(),
            PolicyName::PaymentDays => self.payment_days.to_string(),
            PolicyName::InvitationDays => self.invitation_days.to_string(),
            PolicyName::VerifyDays => self.verify_days.to_string(),
        }
    }

    /// Takes a value as it is typed, or says why it is none.
    pub fn set(&mut self, name: PolicyName, text: &str) -> Result<(), String> {
        match name {
            PolicyName::PoolCheck => self.pool_check = text.parse()?,
            PolicyName::LowBalance => self.low_balance = text.parse()?,
            PolicyName::PoolDays => self.pool_days = days(text)?,
            PolicyName::PaymentDays => self.payment_days = days(text)?,
            PolicyName::InvitationDays => self.invitation_days = days(text)?,
            PolicyName::VerifyDays => self.verify_days = days(text)?,
        }
        Ok(())
    }
}

/// Up to ten years.
fn days(text: &str) -> Result<u16, String> {
    let days = u16::from_str(text).ok().filter(|days| *days <= 3650);
    days.ok_or_else(|| "not a number of days from 0 to 3650".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_takes_its_own_value_and_refuses_another_kind() {
        for name in PolicyName::ALL {
            let mut policy = Policy::default();
            policy.set(*name, &Policy::default().value(*name)).unwrap();
            assert_eq!(policy, Policy::default(), "{name}");
            let mut policy = Policy::default();
            assert!(policy.set(*name, "sometimes").is_err(), "{name}");
            assert_eq!(policy, Policy::default(), "{name}");
        }
        let mut policy = Policy::default();
        policy.set(PolicyName::LowBalance, "5,40").unwrap();
        policy.set(PolicyName::PoolDays, "0").unwrap();
        assert_eq!((policy.value(PolicyName::LowBalance), policy.pool_days), ("5,40".to_owned(), 0));
        assert!(policy.set(PolicyName::PoolDays, "3651").is_err());
    }
}
