//! `invitation decline`: the holder said no.

use clap::Args;

use crate::book::invitation::DeclineInvitation;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::invitation::Token;
use crate::view;

/// Record that the holder said no, or the owner of an account that was to be associated
///
/// It is final: whoever changes their mind is invited anew, under another code.
///
/// Examples:
///   subledger invitation decline acme-prod --reason 'they stay with their own account'
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DeclineArgs {
    /// The account's code
    account: String,

    /// Why, if they said so; it stays in the account's history
    #[arg(long, value_name = "TEXT")]
    reason: Option<Name>,

    /// The token that they have shown, or its link; it must be the one that was sent
    #[arg(long)]
    token: Option<Token>,

    #[command(flatten)]
    write: WriteArgs,
}

impl DeclineArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let declined = DeclineInvitation { account: self.account, reason: self.reason, token: self.token };
        let done = context.write(&context.call(&self.write), declined)?;
        context.answer_done(&done, view::account::step("invitation-decline", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
