//! `account associate`: brings an existing account into the book.

use clap::Args;

use super::particulars::ParticularsArgs;
use crate::book::account::AssociateAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::account::Attestation;
use crate::view;

/// Bring an existing account into the book
///
/// What the book cannot see is vouched for, one condition at a time, and stays on record with
/// your name and the day; `account preflight` lists every condition. Then `account confirm`
/// records the owner's consent; after that it may buy. On a terminal, what is missing is asked for.
///
/// Examples:
///   subledger account associate acme-test --uid 1000000000000002 --group acme \
///     --entity acme-hq --environment test --mode prepaid \
///     --attest no-other-agent --attest no-arrears --attest no-open-orders
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AssociateArgs {
    #[command(flatten)]
    particulars: ParticularsArgs,

    /// Its number at the provider
    #[arg(long)]
    uid: Option<String>,

    /// Vouch for a condition: no-other-agent, no-arrears, no-open-orders, also no-trusteeship
    #[arg(long, value_name = "CONDITION")]
    attest: Vec<Attestation>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AssociateArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let particulars = self.particulars.complete(context, false)?;
        let uid = context.prompter.required(self.uid, "--uid", "UID")?;
        let done = context.write(&context.call(&self.write), AssociateAccount { particulars, uid, attest: self.attest })?;
        context.answer_done(&done, view::account::step("account-associate", &done.outcome), &done.outcome.notices)?;
        let code = &done.outcome.account.code;
        context.next(&done, &format!("when the owner has consented, `subledger account confirm {code}`"));
        Ok(Exit::Done)
    }
}
