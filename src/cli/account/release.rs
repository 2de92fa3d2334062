//! `account release`: lets an account go.

use clap::Args;

use crate::book::account::{AskedStep, ReleaseAccount};
use crate::cli::args::{DateArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Let an account go: it is no longer ours
///
/// Refused while it is in arrears or owes anything, while allocated money is unspent, while
/// usage is not charged yet, and while orders wait for the provider's bill; all that stands in
/// the way is listed. Its history stays, and so does its UID; its mobile number and e-mail
/// address are free again.
///
/// Examples:
///   subledger account release acme-test --reason 'moved to another partner'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ReleaseArgs {
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

impl ReleaseArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let asked = AskedStep { account: self.account, reason: self.reason, date: self.date.date };
        let done = context.write(&context.call(&self.write), ReleaseAccount(asked))?;
        context.answer_done(&done, view::account::step("account-release", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
