//! `account accept`: the holder accepted the invitation.

use clap::Args;

use crate::book::account::AcceptAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invitation::Token;
use crate::view;

/// Record that the holder accepted the invitation, with the account's UID
///
/// Examples:
///   subledger account accept acme-prod --uid 1000000000000001
///   subledger account accept acme-prod --uid 1000000000000001 \
///     --token 0123456789abcdef0123456789abcdef
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AcceptArgs {
    /// The account's code
    account: String,

    /// Its number at the provider: 16 digits
    #[arg(long)]
    uid: String,

    /// The token that the holder has shown, or its link; it must be the one that was sent
    #[arg(long)]
    token: Option<Token>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AcceptArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done =
            context.write(&context.call(&self.write), AcceptAccount { account: self.account, uid: self.uid, token: self.token })?;
        context.answer_done(&done, view::account::step("account-accept", &done.outcome), &done.outcome.notices)?;
        context.next(&done, &format!("`subledger account verify {}`", done.outcome.account.code));
        Ok(Exit::Done)
    }
}
