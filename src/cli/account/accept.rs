//! `account accept`: the holder accepted the invitation.

use clap::Args;

use crate::book::account::AcceptAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Record that the holder accepted the invitation, with the account's UID
///
/// Examples:
///   subledger account accept acme-prod --uid 1000000000000001
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AcceptArgs {
    /// The account's code
    account: String,

    /// Its number at the provider: 16 digits
    #[arg(long)]
    uid: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl AcceptArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), AcceptAccount { account: self.account, uid: self.uid })?;
        context.answer_done(&done, view::account::step("account-accept", &done.outcome), &done.outcome.notices)?;
        context.next(&done, &format!("`subledger account verify {}`", done.outcome.account.code));
        Ok(Exit::Done)
    }
}
