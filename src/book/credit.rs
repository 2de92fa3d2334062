//! Credit: how much agent-pays accounts may owe.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::{AccountView, list};
use super::approval::Approvable;
use super::operation::{find_account, not_negative};
use super::{Approval, Operation, Result, UseCase, When, reach};
use crate::domain::account::{Account, Mode, Standing};
use crate::domain::approval::{Effect, Family};
use crate::domain::code::Code;
use crate::domain::money::{Amount, Currency, Exact, Money};
use crate::domain::operator::Reach;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::Reader;

/// Says how much an agent-pays account may owe.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetCredit {
    /// The account, as it was typed.
    pub account: String,
    /// The limit, in major units; zero ends the credit.
    pub limit: Exact,
    /// From which day on; today when `None`.
    pub date: Option<NaiveDate>,
}

/// A credit limit as it is now, and what it leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreditSet {
    /// The account.
    pub account: Code,
    /// What its money is counted in.
    pub currency: Currency,
    /// The limit before.
    pub before: Amount,
    /// The day from which on the new one holds.
    pub from: NaiveDate,
    /// What it has, owes and may spend on that day's terms.
    pub standing: Standing,
}

impl UseCase for SetCredit {
    const COMMAND: &'static str = "credit set";
    const PERMISSION: Permission = Permission::MoveMoney;
    const APPROVAL: Option<Approval<Self>> = Some(Approval::OF);
    type Outcome = CreditSet;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        reach::of_account(reader, &self.account, self.date, today)
    }

    fn run(self, operation: &mut Operation<'_>) -> Result<CreditSet> {
        let found = operation.account(&self.account)?;
        let (account, currency) = (&found.account, found.group.currency);
        let from = operation.open_day(self.date)?.date();
        account.require_dated_since(from)?;
        if account.mode.on(from) != Mode::AgentPays {
            return Err(Refusal::NotAgentPays { account: account.code.clone() }.into());
        }
        let limit = not_negative(self.limit, currency)?.amount;
        let standing = Standing { credit_limit: limit, ..operation.standing(&found, from)? };
        // As it is written: that an invitation has run out is seen, not written.
        let before = find_account(operation.reader(), &self.account)?;
        let after = Account { credit_limit: before.credit_limit.with(from, limit), ..before.clone() };
        if after != before {
            operation.writer().update_account(&before, &after)?;
        }
        Ok(CreditSet { account: account.code.clone(), currency, before: account.credit_limit.on(from), from, standing })
    }
}

impl Approvable for SetCredit {
    const FAMILY: Family = Family::Credit;

    fn for_request(self, today: NaiveDate) -> Self {
        Self { date: self.date.or(Some(today)), ..self }
    }

    /// What the account may owe, where that is more than before.
    fn stake(set: &CreditSet) -> Option<Vec<Money>> {
        let limit = set.standing.credit_limit;
        Some(if limit > set.before { vec![Money::new(limit, set.currency)] } else { vec![] })
    }

    fn effects(set: &CreditSet) -> Vec<Effect> {
        let money = |amount| Money::new(amount, set.currency);
        let (before, after) = (money(set.before), money(set.standing.credit_limit));
        vec![Effect {
            what: format!("credit of {} from {} on", set.account, set.from),
            becomes: format!("{after}, before {before}"),
        }]
    }
}

/// Shows the credit of every agent-pays account, or of those of one group.
pub fn show(reader: Reader<'_>, group: Option<&str>, when: When) -> Result<Vec<AccountView>> {
    let accounts = list(reader, group, when)?;
    Ok(accounts.into_iter().filter(|view| view.standing.mode == Mode::AgentPays).collect())
}
