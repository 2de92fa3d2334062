//! Policies: what one agent wants otherwise than another. Each has a value that works for most, and says what it is for.

use std::str::FromStr;

use crate::domain::approval::Limits;
use crate::domain::code::Name;
use crate::domain::dunning::DunningDays;
use crate::domain::invitation::LinkBase;
use crate::domain::invoice::{DigitalFields, InvoiceBasis, TaxRate};
use crate::domain::matching::Tolerance;
use crate::domain::money::{EXACT_SCALE, Exact};
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
    /// What happens to a new purchase of an account that owes what was due.
    OverdueCheck, "an overdue check" {
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
        /// Up to how much money moves without a second person.
        ApprovalLimit = "approval-limit",
        /// For how many days a request waits for a second person.
        ApprovalDays = "approval-days",
        /// How many days after the end of a month what it is owed for is due.
        PaymentDays = "payment-days",
        /// Whether an account that owes what was due may buy anything new.
        OverdueCheck = "overdue-check",
        /// From how many days overdue on each level of dunning is reached.
        DunningDays = "dunning-days",
        /// How many days before an invitation runs out somebody is told.
        InvitationDays = "invitation-days",
        /// The page that the links of invitations lead to.
        InvitationLink = "invitation-link",
        /// How often an invitation may be sent again.
        InvitationResends = "invitation-resends",
        /// After how many days without a verified real name somebody is told.
        VerifyDays = "verify-days",
        /// How many levels may stand between the provider and the agent.
        ChainDepth = "chain-depth",
        /// How many days before the certificate of a party runs out somebody is told.
        AuthorisationDays = "authorisation-days",
        /// Within how many days a hand-over is to be done.
        HandoverDays = "handover-days",
        /// How far an amount may be off before it is a difference.
        ToleranceAmount = "tolerance-amount",
        /// How far, as a share of what was expected; the smaller of the two holds.
        TolerancePercent = "tolerance-percent",
        /// What all that is tolerated may come to in a month.
        ToleranceBudget = "tolerance-budget",
        /// The rate of the tax that some bills leave out.
        TaxRate = "tax-rate",
        /// From how many new differences of a kind on they are told as one.
        Flood = "flood",
        /// How much may be written off in a month.
        WriteOffLimit = "write-off-limit",
        /// At which share of an account's usual month its usage is told.
        UsageJump = "usage-jump",
        /// What is invoiced: what was consumed, or what of it is paid.
        InvoiceBasis = "invoice-basis",
        /// The rate of the tax on invoices.
        InvoiceRate = "invoice-rate",
        /// Whether a special invoice in digital form needs all six fields of the title.
        InvoiceDigitalFields = "invoice-digital-fields",
        /// What stands on invoices as what was sold.
        InvoiceItem = "invoice-item",
    }
}

impl PolicyName {
    /// Whether it says what takes a second person.
    pub fn sets_limits(self) -> bool {
        matches!(self, Self::ApprovalLimit | Self::ApprovalDays)
    }

    /// What it is for, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PoolCheck => "agent-pays orders need cover in the pool: off, warn or refuse",
            Self::LowBalance => "alert when so many percent of a balance or a credit are left",
            Self::PoolDays => "alert when the pool lasts fewer days",
            Self::ApprovalLimit => "what moves more than this waits for another operator: 50000, fund 20000 CNY, or none",
            Self::ApprovalDays => "a request waits so many days for another operator",
            Self::PaymentDays => "what a month is owed for is due so many days after its end",
            Self::OverdueCheck => "new purchases of accounts that owe what was due: off, warn or refuse",
            Self::DunningDays => "overdue for so many days, a debt reaches the first, second, third level of dunning",
            Self::InvitationDays => "alert when an invitation runs out within so many days",
            Self::InvitationLink => "the page on which holders accept, https://…; the token is put at its end; or none",
            Self::InvitationResends => "an invitation may be sent again so many times",
            Self::VerifyDays => "alert when an account has been without a verified name for so many days",
            Self::ChainDepth => "so many levels of the chain above the agent are in order",
            Self::AuthorisationDays => "alert when the certificate of a party above runs out within so many days",
            Self::HandoverDays => "a hand-over is to be done within so many days",
            Self::ToleranceAmount => "an order may be billed so much off, in major units; 0 tolerates nothing",
            Self::TolerancePercent => "and so many percent off; the smaller of the two holds",
            Self::ToleranceBudget => "what is tolerated in a month comes to no more than this, in major units",
            Self::TaxRate => "percent of tax on top of bills without it, such as 6; or unknown",
            Self::Flood => "more new differences of one kind are told as one headline",
            Self::WriteOffLimit => "what may be written off in a month, in major units of each currency",
            Self::UsageJump => "warn when an account uses so many percent of its last months' average",
            Self::InvoiceBasis => "what is invoiced: consumed, or settled: only what is paid",
            Self::InvoiceRate => "percent of tax in invoices: 13, 9, 6, 3, 1 or 0",
            Self::InvoiceDigitalFields => "special digital invoices need address, phone and bank: required or optional",
            Self::InvoiceItem => "what stands on invoices as what was sold",
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
    /// Up to how much money moves without a second person.
    pub approval_limit: Limits,
    /// For how many days a request waits for a second person.
    pub approval_days: u16,
    /// How many days after the end of a month what it is owed for is due.
    pub payment_days: u16,
    /// Whether an account that owes what was due may buy anything new.
    pub overdue_check: OverdueCheck,
    /// From how many days overdue on each level of dunning is reached.
    pub dunning_days: DunningDays,
    /// How many days before an invitation runs out somebody is told.
    pub invitation_days: u16,
    /// The page that the links of invitations lead to.
    pub invitation_link: Option<LinkBase>,
    /// How often an invitation may be sent again.
    pub invitation_resends: u16,
    /// After how many days without a verified real name somebody is told.
    pub verify_days: u16,
    /// How many levels may stand between the provider and the agent.
    pub chain_depth: u16,
    /// How many days before the certificate of a party runs out somebody is told.
    pub authorisation_days: u16,
    /// Within how many days a hand-over is to be done.
    pub handover_days: u16,
    /// How far an amount may be off, in major units.
    pub tolerance_amount: Exact,
    /// How far, in millionths of what was expected.
    pub tolerance_share: i64,
    /// What all that is tolerated may come to in a month, in major units.
    pub tolerance_budget: Exact,
    /// The rate of the tax that some bills leave out, in millionths.
    pub tax_rate: Option<i64>,
    /// From more than how many new differences of a kind on they are told as one.
    pub flood: u16,
    /// How much may be written off in a month, in major units of each currency.
    pub write_off_limit: Exact,
    /// At which percent of an account's usual month its usage is told.
    pub usage_jump: u16,
    /// What is invoiced.
    pub invoice_basis: InvoiceBasis,
    /// The rate of the tax on invoices.
    pub invoice_rate: TaxRate,
    /// Whether a special invoice in digital form needs all six fields of the title.
    pub invoice_digital_fields: DigitalFields,
    /// What stands on invoices as what was sold.
    pub invoice_item: Name,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            pool_check: PoolCheck::Off,
            low_balance: "25,10,0".parse().expect("three percents"),
            pool_days: 15,
            approval_limit: Limits::default(),
            approval_days: 7,
            payment_days: 30,
            overdue_check: OverdueCheck::Off,
            dunning_days: "1,15,30".parse().expect("three numbers of days"),
            invitation_days: 3,
            invitation_link: None,
            invitation_resends: 5,
            verify_days: 7,
            chain_depth: 2,
            authorisation_days: 30,
            handover_days: 7,
            tolerance_amount: Exact::ZERO,
            tolerance_share: 0,
            tolerance_budget: Exact::ZERO,
            tax_rate: None,
            flood: 200,
            write_off_limit: Exact::from_mantissa(100 * 10_i128.pow(EXACT_SCALE)),
            usage_jump: 300,
            invoice_basis: InvoiceBasis::Consumed,
            invoice_rate: TaxRate::default(),
            invoice_digital_fields: DigitalFields::Optional,
            invoice_item: "*信息技术服务*云服务费".parse().expect("a name"),
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
            PolicyName::ApprovalLimit => self.approval_limit.to_string(),
            PolicyName::ApprovalDays => self.approval_days.to_string(),
            PolicyName::PaymentDays => self.payment_days.to_string(),
            PolicyName::OverdueCheck => self.overdue_check.to_string(),
            PolicyName::DunningDays => self.dunning_days.to_string(),
            PolicyName::InvitationDays => self.invitation_days.to_string(),
            PolicyName::InvitationLink => self.invitation_link.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
            PolicyName::InvitationResends => self.invitation_resends.to_string(),
            PolicyName::VerifyDays => self.verify_days.to_string(),
            PolicyName::ChainDepth => self.chain_depth.to_string(),
            PolicyName::AuthorisationDays => self.authorisation_days.to_string(),
            PolicyName::HandoverDays => self.handover_days.to_string(),
            PolicyName::ToleranceAmount => self.tolerance_amount.to_string(),
            PolicyName::TolerancePercent => percent(self.tolerance_share),
            PolicyName::ToleranceBudget => self.tolerance_budget.to_string(),
            PolicyName::TaxRate => self.tax_rate.map_or_else(|| "unknown".to_owned(), percent),
            PolicyName::Flood => self.flood.to_string(),
            PolicyName::WriteOffLimit => self.write_off_limit.to_string(),
            PolicyName::UsageJump => self.usage_jump.to_string(),
            PolicyName::InvoiceBasis => self.invoice_basis.to_string(),
            PolicyName::InvoiceRate => self.invoice_rate.to_string(),
            PolicyName::InvoiceDigitalFields => self.invoice_digital_fields.to_string(),
            PolicyName::InvoiceItem => self.invoice_item.to_string(),
        }
    }

    /// Takes a value as it is typed, or says why it is none.
    pub fn set(&mut self, name: PolicyName, text: &str) -> Result<(), String> {
        match name {
            PolicyName::PoolCheck => self.pool_check = text.parse()?,
            PolicyName::LowBalance => self.low_balance = text.parse()?,
            PolicyName::PoolDays => self.pool_days = days(text)?,
            PolicyName::ApprovalLimit => self.approval_limit = text.parse()?,
            PolicyName::ApprovalDays => self.approval_days = days(text)?,
            PolicyName::PaymentDays => self.payment_days = days(text)?,
            PolicyName::OverdueCheck => self.overdue_check = text.parse()?,
            PolicyName::DunningDays => self.dunning_days = text.parse()?,
            PolicyName::InvitationDays => self.invitation_days = days(text)?,
            PolicyName::InvitationLink if text == "none" => self.invitation_link = None,
            PolicyName::InvitationLink => self.invitation_link = Some(text.parse()?),
            PolicyName::InvitationResends => self.invitation_resends = count(text)?,
            PolicyName::VerifyDays => self.verify_days = days(text)?,
            PolicyName::ChainDepth => self.chain_depth = count(text)?,
            PolicyName::AuthorisationDays => self.authorisation_days = days(text)?,
            PolicyName::HandoverDays => self.handover_days = days(text)?,
            PolicyName::ToleranceAmount => self.tolerance_amount = amount(text)?,
            PolicyName::TolerancePercent => self.tolerance_share = millionths(text)?,
            PolicyName::ToleranceBudget => self.tolerance_budget = amount(text)?,
            PolicyName::TaxRate if text == "unknown" => self.tax_rate = None,
            PolicyName::TaxRate => self.tax_rate = Some(millionths(text)?),
            PolicyName::Flood => self.flood = count(text)?,
            PolicyName::WriteOffLimit => self.write_off_limit = amount(text)?,
            PolicyName::UsageJump => self.usage_jump = count(text)?,
            PolicyName::InvoiceBasis => self.invoice_basis = text.parse()?,
            PolicyName::InvoiceRate => self.invoice_rate = text.parse()?,
            PolicyName::InvoiceDigitalFields => self.invoice_digital_fields = text.parse()?,
            PolicyName::InvoiceItem => self.invoice_item = item(text)?,
        }
        Ok(())
    }

    /// How far an amount may be off before it is a difference.
    pub fn tolerance(&self) -> Tolerance {
        Tolerance { amount: self.tolerance_amount, share: self.tolerance_share, budget: self.tolerance_budget }
    }
}

/// `0.5` of 5000 millionths.
fn percent(millionths: i64) -> String {
    Exact::from_mantissa(i128::from(millionths) * 10_i128.pow(EXACT_SCALE - 4)).to_string()
}

/// The millionths of a percentage of at most a hundred with four decimals.
fn millionths(text: &str) -> Result<i64, String> {
    let percent = amount(text)?;
    let (millionths, rest) = (percent.mantissa() / 10_i128.pow(EXACT_SCALE - 4), percent.mantissa() % 10_i128.pow(EXACT_SCALE - 4));
    let millionths = i64::try_from(millionths).ok().filter(|millionths| rest == 0 && *millionths <= 1_000_000);
    millionths.ok_or_else(|| "not a percentage from 0 to 100 with at most four decimals".to_owned())
}

/// An amount of nothing or more, in major units.
fn amount(text: &str) -> Result<Exact, String> {
    let amount: Option<Exact> = text.parse().ok().filter(|amount: &Exact| !amount.is_negative());
    amount.ok_or_else(|| "not an amount of 0 or more in major units, such as 0.50".to_owned())
}

fn count(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("not a whole number from 0 to {}", u16::MAX))
}

/// What was sold, as invoices have it: the category of the tax authority between stars, and a name.
fn item(text: &str) -> Result<Name, String> {
    let parts: Vec<&str> = text.split('*').collect();
    match parts.as_slice() {
        ["", category, name] if !category.is_empty() && !name.is_empty() => text.parse(),
        _ => Err("not an item such as *信息技术服务*云服务费".to_owned()),
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
