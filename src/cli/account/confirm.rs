//! `account confirm`: the owner consented to the association.

use clap::Args;

use crate::book::account::ConfirmAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Record that the owner of an associated account consented: it becomes active
///
/// Examples:
///   subledger account confirm acme-test
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ConfirmArgs {
    /// The account's code or UID
    account: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl ConfirmArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), ConfirmAccount { account: self.account })?;
        context.answer_done(&done, view::account::step("account-confirm", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
