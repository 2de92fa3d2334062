//! `account edit`: puts right what is known of an account, or changes its terms.

use chrono::NaiveDate;
use clap::Args;

use crate::book::account::{BoughtThrough, EditAccount};
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::account::{Mode, Purchases, ShutdownPolicy};
use crate::domain::code::Name;
use crate::domain::contact::{Email, Mobile};
use crate::domain::percent::Percents;
use crate::view;

/// Put right what is known of an account, or change its terms
///
/// --mode changes who pays, from --date on. It is refused while anything is owed, unspent, or
/// used and not charged yet, on that day or since, and says what to do first. A group may have
/// accounts of both modes.
///
/// --group moves it to another group, from the first day of a month on. What was charged before
/// stays with the group that it was priced for: in its volume, on its statements, and for it to
/// pay; the account's own statement goes on to carry what is not paid yet. Nothing of it may be
/// charged on that day or later. A prepaid one moves once the month before is closed and unspent
/// money is back with the group that gave it. One that was put into a wrong group is put right
/// with a --date on or before its first day. Everything else holds from now on.
///
/// --login: the provider's older bills name an account by its login name, not by its UID; with
/// it, their lines find their account.
///
/// --upstream says through whom it is bought, where several parties sell to the agent: what stops
/// when one of them is frozen goes by that.
///
/// --holder, --mobile and --email record the new holder when somebody leaves: `handover open` opens
/// the case. A mobile number and an e-mail address are one living account's alone.
///
/// Examples:
///   subledger account edit acme-test --mode agent-pays --date 2026-12-01
///   subledger account edit acme-prod --group bolt --date 2026-08-01
///   subledger account edit acme-prod --shutdown delayed
///   subledger account edit acme-prod --purchases ban
///   subledger account edit acme-prod --low-balance 50,20,5
///   subledger account edit acme-prod --upstream "Tier One (Hangzhou)"
///   subledger account edit acme-prod --login acme-prod@example.com
///   subledger account edit acme-prod --holder "Chen Li" --mobile 13800000009 --email li@acme.example
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("terms").required(true).multiple(true))]
#[command(group = clap::ArgGroup::new("dated").multiple(true))]
pub(crate) struct EditArgs {
    /// The account's code or UID
    account: String,

    /// Who pays: agent-pays (within a credit limit) or prepaid (from allocated funds)
    #[arg(long, group = "terms", group = "dated")]
    mode: Option<Mode>,

    /// The group whose purchases it counts with
    #[arg(long, value_name = "CODE", group = "terms", group = "dated")]
    group: Option<String>,

    /// What the provider does when nothing is left: immediate, delayed or none
    #[arg(long, value_name = "POLICY", group = "terms")]
    shutdown: Option<ShutdownPolicy>,

    /// Whether it may make new purchases: allow or ban
    #[arg(long, value_name = "WHETHER", group = "terms")]
    purchases: Option<Purchases>,

    /// At how many percent left of its balance or credit somebody is told [default: the policy
    /// low-balance]
    #[arg(long, value_name = "PERCENTS", value_parser = at_most_all, group = "terms")]
    low_balance: Option<Percents>,

    /// Its login name at the provider
    #[arg(long, value_name = "NAME", group = "terms")]
    login: Option<Name>,

    /// Through whom it is bought: a party of `agent chain list`
    #[arg(long, value_name = "NAME", group = "terms")]
    upstream: Option<Name>,

    /// It names nobody any more: it is bought through whoever sells to the agent
    #[arg(long, group = "terms", conflicts_with = "upstream")]
    no_upstream: bool,

    /// The person who holds the login from now on
    #[arg(long, value_name = "NAME", group = "terms")]
    holder: Option<Name>,

    /// The holder's mobile number; nobody else may use it
    #[arg(long, group = "terms")]
    mobile: Option<Mobile>,

    /// The holder's e-mail address; nobody else may use it
    #[arg(long, group = "terms")]
    email: Option<Email>,

    /// From when --mode or --group holds; its month must be open [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "dated")]
    date: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let upstream = match self.upstream {
            Some(name) => Some(BoughtThrough::Party(name)),
            None => self.no_upstream.then_some(BoughtThrough::Anybody),
        };
        let edit = EditAccount {
            account: self.account,
            login: self.login,
            group: self.group,
            upstream,
            holder: self.holder,
            mobile: self.mobile,
            email: self.email,
            mode: self.mode,
            date: self.date,
            shutdown: self.shutdown,
            low_balance: self.low_balance,
            purchase_ban: self.purchases.map(Purchases::are_banned),
        };
        let done = context.write(&context.call(&self.write), edit)?;
        context.answer_done(&done, view::account::edited(&done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}

/// No more than all of it can be left.
fn at_most_all(text: &str) -> Result<Percents, String> {
    let percents: Percents = text.parse()?;
    if percents.highest() > 100 { Err("no more than 100 percent can be left".to_owned()) } else { Ok(percents) }
}
