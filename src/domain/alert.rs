//! Alerts: what somebody should look at before it costs money.
//!
//! An alert is worked out anew whenever it is asked for; nothing is stored but what people have said to it. Its id follows from
//! what it is about **and from the occasion**: who has acknowledged that an account is in arrears will be told again when it has
//! come out of them and falls back.

use chrono::NaiveDate;

use crate::domain::account::{Account, AccountState, Mode};
use crate::domain::code::{Code, Name};
use crate::domain::fingerprint;
use crate::domain::id::{BudgetId, HandoverId};
use crate::domain::money::{Amount, Currency, Money, Overflow};
use crate::domain::money_history::{DayMoved, last_filled, low_since};
use crate::domain::percent::Percents;
use crate::domain::period::Month;
use crate::domain::policy::Policy;
use crate::domain::settlement::Overdue;
use crate::domain::upstream::Upstream;
use crate::domain::words::words;

words! {
    /// What kind of thing an alert is about, the most pressing first.
    AlertKind, "a kind of alert" {
        /// A party above the agent is frozen.
        ChainFrozen = "chain-frozen",
        /// Recorded facts exceed what an account was given or lent.
        Arrears = "arrears",
        /// An account owes what was due.
        Overdue = "overdue",
        /// The agent's pool at the provider runs out.
        PoolLow = "pool-low",
        /// An account is not handed over yet by somebody who leaves.
        Handover = "handover",
        /// A prepaid account has little left of what it was given.
        LowBalance = "low-balance",
        /// An agent-pays account has little left of its credit.
        LowCredit = "low-credit",
        /// A budget has reached a threshold.
        Budget = "budget",
        /// Differences that somebody looks after are not settled by their day.
        Differences = "differences",
        /// A party above the agent has no valid certificate, or not for long.
        Authorisation = "authorisation",
        /// An invitation runs out.
        Invitation = "invitation",
        /// An account has been without a verified real name for long.
        Unverified = "unverified",
    }
}

words! {
    /// What a person has said to an alert.
    AlertState, "a state of an alert" {
        /// Nothing yet: it is to be looked at.
        Open = "open",
        /// Somebody is on it.
        Acknowledged = "acknowledged",
        /// It is to come back on a day.
        Snoozed = "snoozed",
        /// It may stay as it is, for a reason.
        Accepted = "accepted",
    }
}

/// What an alert is about, with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they are, and each variant says when it is raised")]
pub enum Concern {
    /// A party above the agent is frozen, and with it the accounts that hang below.
    ChainFrozen { party: Name, since: NaiveDate, reason: Name, accounts: u64 },
    /// Facts exceed what an account was given or lent, since a day; no day when only usage that waits for its charge does that.
    Arrears { account: Code, arrears: Money, since: Option<NaiveDate> },
    /// Charges up to and including a day were due and are not paid.
    Overdue { account: Code, overdue: Money, oldest: NaiveDate, through: NaiveDate },
    /// The pool does not cover what the provider is owed, or not for long. `topped_up` is the day of the last top-up.
    PoolLow { available: Money, days: Option<u64>, topped_up: NaiveDate },
    /// An account is to be handed over by a day, from somebody who leaves; so many days late.
    Handover { account: Code, case: HandoverId, leaver: Name, opened: NaiveDate, deadline: NaiveDate, days_late: Option<u64> },
    /// So many percent are left of what a prepaid account had when money last came in.
    LowBalance { account: Code, available: Money, of: Money, percent: u16, since: Option<NaiveDate> },
    /// So many percent are left of a credit limit.
    LowCredit { account: Code, available: Money, of: Money, percent: u16, since: Option<NaiveDate> },
    /// A budget has reached a threshold in its period.
    Budget { budget: BudgetId, about: String, period: String, percent: u16, spent: Money, amount: Money },
    /// So many differences of an owner were due, the oldest on a day, and are not settled.
    Differences { owner: String, count: u64, oldest: NaiveDate },
    /// A party above the agent has a certificate for so many days, below zero once it has run out, or none.
    Authorisation { party: Name, expires: Option<NaiveDate>, days_left: Option<i64> },
    /// An invitation runs out, or has.
    Invitation { account: Code, sent: NaiveDate, expires: NaiveDate },
    /// An account waits for its real name, or for its owner's consent, since a day.
    Unverified { account: Code, state: AccountState, since: NaiveDate },
}

impl Concern {
    /// What kind of thing it is about.
    pub fn kind(&self) -> AlertKind {
        match self {
            Self::ChainFrozen { .. } => AlertKind::ChainFrozen,
            Self::Authorisation { .. } => AlertKind::Authorisation,
            Self::Arrears { .. } => AlertKind::Arrears,
            Self::Overdue { .. } => AlertKind::Overdue,
            Self::PoolLow { .. } => AlertKind::PoolLow,
            Self::Handover { .. } => AlertKind::Handover,
            Self::LowBalance { .. } => AlertKind::LowBalance,
            Self::LowCredit { .. } => AlertKind::LowCredit,
            Self::Budget { .. } => AlertKind::Budget,
            Self::Differences { .. } => AlertKind::Differences,
            Self::Invitation { .. } => AlertKind::Invitation,
            Self::Unverified { .. } => AlertKind::Unverified,
        }
    }

    /// What it is about: an account, a budget, the pool of a currency, a party above the agent.
    pub fn subject(&self) -> String {
        match self {
            Self::Arrears { account, .. }
            | Self::Overdue { account, .. }
            | Self::Handover { account, .. }
            | Self::LowBalance { account, .. }
            | Self::LowCredit { account, .. }
            | Self::Invitation { account, .. }
            | Self::Unverified { account, .. } => account.to_string(),
            Self::ChainFrozen { party, .. } | Self::Authorisation { party, .. } => party.to_string(),
            Self::Differences { owner, .. } => owner.clone(),
            Self::PoolLow { available, .. } => format!("pool {}", available.currency),
            Self::Budget { budget, .. } => budget.to_string(),
        }
    }

    /// What tells this time from the time before.
    fn occasion(&self) -> String {
        // What waits for its charge has no day of its own.
        let from = |since: &Option<NaiveDate>| since.map_or_else(|| "pending".to_owned(), |day| day.to_string());
        match self {
            Self::ChainFrozen { since, .. } => since.to_string(),
            Self::Authorisation { expires: None, .. } => "none".to_owned(),
            Self::Authorisation { expires: Some(day), days_left, .. } => {
                format!("{day} {}", days_left.is_some_and(|left| left < 0))
            }
            Self::Arrears { since, .. } => from(since),
            Self::Overdue { oldest, .. } => Month::of(*oldest).to_string(),
            Self::PoolLow { topped_up, days, .. } => format!("{topped_up} {}", days.is_some()),
            Self::Handover { case, .. } => case.to_string(),
            Self::LowBalance { percent, since, .. } | Self::LowCredit { percent, since, .. } => {
                format!("{percent} {}", from(since))
            }
            Self::Budget { period, percent, .. } => format!("{period} {percent}"),
            Self::Differences { oldest, .. } => oldest.to_string(),
            Self::Invitation { sent, .. } => sent.to_string(),
            Self::Unverified { state, since, .. } => format!("{state} {since}"),
        }
    }

    /// Its id: the same as long as it is about the same, on the same occasion.
    pub fn id(&self) -> String {
        fingerprint::of(&["alert/1", self.kind().as_str(), &self.subject(), &self.occasion()])
    }
}

/// What a person has said to an alert.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// The alert's id.
    pub alert: String,
    /// What.
    pub state: AlertState,
    /// The day on which a snoozed one comes back.
    pub until: Option<NaiveDate>,
    /// Why.
    pub note: Option<String>,
    /// Who.
    pub operator: String,
    /// When.
    pub day: NaiveDate,
}

impl Mark {
    /// What holds on a day: a snoozed alert is open again on the day until which it sleeps.
    pub fn state_on(&self, day: NaiveDate) -> AlertState {
        match (self.state, self.until) {
            (AlertState::Snoozed, Some(until)) if day >= until => AlertState::Open,
            (state, _) => state,
        }
    }
}

/// What is known of an account's money.
#[derive(Clone, Copy, Debug)]
pub struct AccountMoney<'a> {
    /// The account.
    pub account: &'a Account,
    /// What its money is counted in.
    pub currency: Currency,
    /// What moved it, by day, rising.
    pub moved: &'a [DayMoved],
    /// What it may still spend: usage that waits for its charge is taken off.
    pub available: Amount,
    /// What it owes for longer than it may.
    pub overdue: Option<Overdue>,
}

/// What is to be said of a party above the agent; `accounts` is how many hang below it.
pub fn of_upstream(party: &Upstream, accounts: u64, policy: &Policy, today: NaiveDate) -> Vec<Concern> {
    let name = || party.name.clone();
    let frozen =
        party.frozen().map(|act| Concern::ChainFrozen { party: name(), since: act.day, reason: act.reason.clone(), accounts });
    let authorisation = party.needs_renewal(today, policy.authorisation_days).then(|| Concern::Authorisation {
        party: name(),
        expires: party.expires,
        days_left: party.days_left(today),
    });
    frozen.into_iter().chain(authorisation).collect()
}

/// The days on which an account's money moved, and those from which its credit and its mode hold: that can make it low, too.
fn with_changes_of_terms(moved: &[DayMoved], account: &Account, today: NaiveDate) -> Vec<DayMoved> {
    let mut days = moved.to_vec();
    let changes = account.credit_limit.days().chain(account.mode.days()).filter(|day| *day <= today);
    days.extend(changes.map(|day| DayMoved { day, ..DayMoved::default() }));
    days.sort_by_key(|moved| moved.day);
    days
}

/// What is to be said of an account's money: arrears, or how little is left; and what is overdue.
pub fn of_money(money: &AccountMoney<'_>, policy: &Policy, today: NaiveDate) -> Result<Vec<Concern>, Overflow> {
    let AccountMoney { account, currency, moved, available, overdue } = *money;
    let code = || account.code.clone();
    let in_currency = |amount| Money::new(amount, currency);
    let credit = |day| account.credit_on(day);
    let mut concerns = Vec::new();
    let moved = &with_changes_of_terms(moved, account, today);
    if available.is_negative() {
        let since = low_since(moved, credit, Amount::is_negative)?;
        concerns.push(Concern::Arrears { account: code(), arrears: in_currency(available.negated()?), since });
    } else if let Some((of, percent)) = low(money, account.low_balance.as_ref().unwrap_or(&policy.low_balance), today)? {
        let since = low_since(moved, credit, |left| is_low(left, of, percent))?;
        let (account, available, of) = (code(), in_currency(available), in_currency(of));
        concerns.push(match money.account.mode.on(today) {
            Mode::Prepaid => Concern::LowBalance { account, available, of, percent, since },
            Mode::AgentPays => Concern::LowCredit { account, available, of, percent, since },
        });
    }
    if let Some(Overdue { amount, oldest, through, .. }) = overdue {
        concerns.push(Concern::Overdue { account: code(), overdue: in_currency(amount), oldest, through });
    }
    Ok(concerns)
}

fn is_low(left: Amount, of: Amount, percent: u16) -> bool {
    i128::from(left.minor()) * 100 <= i128::from(of.minor()) * i128::from(percent)
}

/// What an account's balance is compared with, and the threshold that it has fallen to. `None` above all of them, and for one
/// that has never been given or lent anything.
fn low(money: &AccountMoney<'_>, thresholds: &Percents, today: NaiveDate) -> Result<Option<(Amount, u16)>, Overflow> {
    let of = match money.account.mode.on(today) {
        Mode::AgentPays => Some(money.account.credit_on(today)),
        Mode::Prepaid => last_filled(money.moved)?.map(|(_, filled)| filled),
    };
    let of = of.filter(|of| of.is_positive());
    Ok(of.and_then(|of| thresholds.fallen_to(money.available, of).map(|percent| (of, percent))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn an_alert_is_the_same_on_the_same_occasion_only() {
        let money = |minor| Money::new(Amount::from_minor(minor), "CNY".parse().unwrap());
        let arrears = |account: &str, minor, since| Concern::Arrears {
            account: account.parse().unwrap(),
            arrears: money(minor),
            since: Some(day(since)),
        };
        let first = arrears("acme", 5, "2026-06-01");
        assert_eq!(first.id(), arrears("acme", 900, "2026-06-01").id(), "more of the same");
        assert_ne!(first.id(), arrears("acme", 5, "2026-07-01").id(), "another time");
        assert_ne!(first.id(), arrears("bolt", 5, "2026-06-01").id(), "another account");
        let low = |percent| Concern::LowBalance {
            account: "acme".parse().unwrap(),
            available: money(5),
            of: money(100),
            percent,
            since: Some(day("2026-06-01")),
        };
        assert_ne!(low(25).id(), low(10).id(), "another threshold");
    }

    #[test]
    fn a_snoozed_alert_comes_back_on_its_day() {
        let mark = Mark {
            alert: "0123456789ab".to_owned(),
            state: AlertState::Snoozed,
            until: Some(day("2026-06-10")),
            note: None,
            operator: "fin".to_owned(),
            day: day("2026-06-01"),
        };
        assert_eq!(mark.state_on(day("2026-06-09")), AlertState::Snoozed);
        assert_eq!(mark.state_on(day("2026-06-10")), AlertState::Open);
    }
}
