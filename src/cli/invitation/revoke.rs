//! `invitation revoke`: takes an invitation back.

use clap::Args;

use crate::book::invitation::RevokeInvitation;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Take an invitation back, or the request for an association
///
/// Its token opens nothing any more, and its mobile number and e-mail are free again. An account
/// that was accepted is taken back as long as its real name is not tied; it is final.
///
/// Examples:
///   subledger invitation revoke acme-prod --reason 'the project was given up'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RevokeArgs {
    /// The account's code
    account: String,

    /// Why; it stays in the account's history
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl RevokeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), RevokeInvitation { account: self.account, reason: self.reason })?;
        context.answer_done(&done, view::account::step("invitation-revoke", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
