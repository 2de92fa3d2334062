//! `account thaw`: lets a frozen account go on.

use clap::Args;

use crate::book::account::{AskedStep, ThawAccount};
use crate::cli::args::{DateArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Let a frozen account go on
///
/// Examples:
///   subledger account thaw acme-test --reason 'the payment came in'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ThawArgs {
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

impl ThawArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let asked = AskedStep { account: self.account, reason: self.reason, date: self.date.date };
        let done = context.write(&context.call(&self.write), ThawAccount(asked))?;
        context.answer_done(&done, view::account::step("account-thaw", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
