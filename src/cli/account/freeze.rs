//! `account freeze`: stops an account for the time being.

use clap::Args;

use crate::book::account::{AskedStep, FreezeAccount};
use crate::cli::args::{DateArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Stop an account for the time being
///
/// It buys nothing more and is given no money. What the provider has accepted already is
/// recorded with --placed, usage is charged, money can be taken back, and refunds go on.
///
/// Examples:
///   subledger account freeze acme-test --reason 'payment is late'
///   subledger account freeze acme-test --reason 'asked by phone' --date 2026-07-03
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct FreezeArgs {
    /// The account's code or UID
    account: String,

    /// Why; it stays in the account's history
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl FreezeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let asked = AskedStep { account: self.account, reason: self.reason, date: self.date.date };
        let done = context.write(&context.call(&self.write), FreezeAccount(asked))?;
        context.answer_done(&done, view::account::step("account-freeze", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
