//! `account edit`: puts right what is known of an account, or changes its terms.

use chrono::NaiveDate;
use clap::Args;

use crate::book::account::EditAccount;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::account::{Mode, Purchases, ShutdownPolicy};
use crate::domain::code::Name;
use crate::domain::percent::Percents;
use crate::view;

/// Put right what is known of an account, or change its terms
///
/// --mode changes who pays, from --date on. It is refused while anything is owed, unspent, or
/// used and not charged yet, on that day or since, and says what to do first. A group may have
/// accounts of both modes. Everything else holds from now on.
///
/// --login: the provider's older bills name an account by its login name, not by its UID; with
/// it, their lines find their account.
///
/// Examples:
///   subledger account edit acme-test --mode agent-pays --date 2026-12-01
///   subledger account edit acme-prod --shutdown delayed
///   subledger account edit acme-prod --purchases ban
///   subledger account edit acme-prod --low-balance 50,20,5
///   subledger account edit acme-prod --login acme-prod@example.com
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("terms").required(true).multiple(true))]
pub(crate) struct EditArgs {
    /// The account's code or UID
    account: String,

    /// Who pays: agent-pays (within a credit limit) or prepaid (from allocated funds)
    #[arg(long, group = "terms")]
    mode: Option<Mode>,

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

    /// From when --mode holds; its month must be open [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, requires = "mode")]
    date: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let edit = EditAccount {
            account: self.account,
            login: self.login,
            mode: self.mode,
            date: self.date,
            shutdown: self.shutdown,
            low_balance: self.low_balance,
            purchase_ban: self.purchases.map(Purchases::are_banned),
        };
        let done = context.write(&context.call(&self.write), edit)?;
        context.answer_done(&done, view::account::step("account-edit", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}

/// No more than all of it can be left.
fn at_most_all(text: &str) -> Result<Percents, String> {
    let percents: Percents = text.parse()?;
    if percents.highest() > 100 { Err("no more than 100 percent can be left".to_owned()) } else { Ok(percents) }
}
