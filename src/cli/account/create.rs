//! `account create`: opens an account for a customer.

use clap::Args;

use super::particulars::{Dialogue, ParticularsArgs};
use crate::book::account::CreateAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::invitation::answer_invited;
use crate::domain::account::Origin;
use crate::view;

/// Open an account for a customer: an invitation of 15 days to the holder's mobile number or e-mail
///
/// The answer tells the token of the invitation, or its link (policy `invitation-link`), once:
/// `invitation show --as text` or `--as eml` puts it into the message to send.
///
/// Then `account accept` brings the UID and `account verify` ties the real name; after that it
/// may buy. On a terminal, what is missing is asked for and checked at once; then the account is
/// shown, and opened after a yes.
///
/// Examples:
///   subledger account create
///   subledger account create acme-prod --group acme --entity acme-hq --environment production \
///     --mobile 13800000001 --mode agent-pays --credit 100000 --since 2026-06-01
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    particulars: ParticularsArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl CreateArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let is_complete = self.particulars.is_complete() && self.particulars.has_contact();
        let dialogue = Dialogue::begin(context, is_complete)?;
        let create = CreateAccount(self.particulars.complete(&dialogue, Origin::Created)?);
        let call = context.call(&self.write);
        dialogue.agree(&call, &create, "account-create")?;
        let done = context.write(&call, create)?;
        let document = view::account::step("account-create", &done.outcome);
        answer_invited(context, &done, document)
    }
}
