//! `account verify`: the real name is tied to the entity.

use clap::Args;

use crate::book::account::VerifyAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Record that the account's real name is its entity's: it becomes active
///
/// Examples:
///   subledger account verify acme-prod
///   subledger account verify acme-prod --entity acme-trading
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct VerifyArgs {
    /// The account's code or UID
    account: String,

    /// Its real-name owner, if it is another one than was planned
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

impl VerifyArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), VerifyAccount { account: self.account, entity: self.entity })?;
        context.answer_done(&done, view::account::step("account-verify", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
