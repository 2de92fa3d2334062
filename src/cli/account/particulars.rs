//! What `account create` and `account associate` both ask for.

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use crate::book::account::Particulars;
use crate::cli::args::{amount, date};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::domain::account::{Environment, Mode, Model, ShutdownPolicy};
use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::money::Exact;

/// Whether an account may make new purchases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purchases {
    /// It may.
    Allow,
    /// It may not: only renew what it has.
    Ban,
}

impl Purchases {
    /// Whether it may not.
    pub(crate) fn is_banned(self) -> bool {
        self == Self::Ban
    }
}

/// What an account is.
#[derive(Args, Debug)]
pub(crate) struct ParticularsArgs {
    /// A short code to type
    code: Code,

    /// The group whose purchases it counts with
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// Its real-name owner: the business that uses it
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// production, test or development; one account never mixes them
    #[arg(long, value_name = "WHICH")]
    environment: Option<Environment>,

    /// agent-pays (within a credit limit) or prepaid (from allocated funds)
    #[arg(long)]
    mode: Option<Mode>,

    /// resale (the agent buys, sells and invoices) or agency (the provider's price passes through)
    ///
    /// On the agency model an order costs what the provider has said (--provider-amount); where it
    /// has not, what the group's own agreement makes of it, or list price. Usage costs what is
    /// billed.
    #[arg(long, value_name = "WHICH", default_value_t = Model::Resale)]
    model: Model,

    /// How much an agent-pays account may owe, in major units [default: 0]
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    credit: Option<Exact>,

    /// From this day its charges are ours [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    since: Option<NaiveDate>,

    /// What the provider does when nothing is left: immediate (stops it), delayed (an overdraft
    /// first) or none (never stops it)
    #[arg(long, value_name = "POLICY", default_value_t = ShutdownPolicy::Immediate)]
    shutdown: ShutdownPolicy,

    /// Whether it may make new purchases: allow or ban
    #[arg(long, value_name = "WHETHER", value_enum, default_value_t = Purchases::Allow)]
    purchases: Purchases,

    /// Through whom it is bought: a party of `agent chain list` [default: whoever sells to the agent]
    #[arg(long, value_name = "NAME")]
    upstream: Option<Name>,

    /// The holder's mobile number; nobody else may use it
    #[arg(long)]
    mobile: Option<Mobile>,

    /// The holder's e-mail address; nobody else may use it
    #[arg(long)]
    email: Option<Email>,

    /// Its login name at the provider: some bills name accounts by it
    #[arg(long, value_name = "NAME")]
    login: Option<Name>,

    /// The person who holds the login
    #[arg(long, value_name = "NAME")]
    holder: Option<Name>,
}

impl ParticularsArgs {
    /// Whether the holder can be reached.
    pub(crate) fn has_contact(&self) -> bool {
        self.mobile.is_some() || self.email.is_some()
    }

    /// Asks for what is missing.
    pub(crate) fn complete(self, context: &Context, needs_contact: bool) -> Result<Particulars, Failure> {
        let ask = &context.prompter;
        let group = ask.required(self.group, "--group", "Group")?;
        let entity = ask.required(self.entity, "--entity", "Real-name owner (entity)")?;
        let environment = ask.required(self.environment, "--environment", "Environment (production, test, development)")?;
        let mode = ask.required(self.mode, "--mode", "Who pays (agent-pays, prepaid)")?;
        let mobile = match (self.mobile, &self.email) {
            (None, None) if needs_contact => Some(ask.required(None, "--mobile or --email", "Holder's mobile number")?),
            (mobile, _) => mobile,
        };
        Ok(Particulars {
            code: self.code,
            group,
            entity,
            environment,
            model: self.model,
            mode,
            credit: self.credit,
            since: self.since,
            shutdown: self.shutdown,
            purchase_ban: self.purchases.is_banned(),
            upstream: self.upstream,
            mobile,
            email: self.email,
            login: self.login,
            holder: self.holder,
        })
    }
}
