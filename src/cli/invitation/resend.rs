//! `invitation resend`: sends an invitation again.

use clap::Args;

use crate::book::invitation::ResendInvitation;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::invitation::answer_invited;
use crate::view;

/// Send an invitation again: a new token, and 15 days from today
///
/// The token before it opens nothing any more. It can be sent again as often as the policy
/// `invitation-resends` says, also after it ran out.
///
/// Examples:
///   subledger invitation resend acme-prod
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ResendArgs {
    /// The account's code
    account: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl ResendArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), ResendInvitation { account: self.account })?;
        let document = view::account::step("invitation-resend", &done.outcome);
        answer_invited(context, &done, document)
    }
}
