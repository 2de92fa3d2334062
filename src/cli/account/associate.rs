//! `account associate`: brings an existing account into the book.

use clap::Args;

use super::particulars::{Dialogue, ParticularsArgs};
use crate::book::account::{AssociateAccount, require_free_uid};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::account::{Attestation, Origin};
use crate::domain::association::missing_evidence;
use crate::view;

/// Bring an existing account into the book
///
/// What the book cannot see is vouched for, one condition at a time, and stays on record with
/// your name and the day; `account preflight` lists every condition. Then `account confirm`
/// records the owner's consent; after that it may buy.
///
/// On a terminal, what is missing is asked for and checked at once, each condition with what is to
/// be looked at in the provider's console; then the account is shown, and written after a yes.
///
/// Examples:
///   subledger account associate
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
        let is_complete = self.particulars.is_complete() && self.uid.is_some() && missing_evidence(&self.attest).is_empty();
        let dialogue = Dialogue::begin(context, is_complete)?;
        let particulars = self.particulars.complete(&dialogue, Origin::Associated)?;
        let uid = dialogue.field(self.uid, "--uid", "UID", |reader, uid: &String| require_free_uid(reader, uid))?;
        let attest = vouched(context, self.attest)?;
        let associate = AssociateAccount { particulars, uid, attest };
        let call = context.call(&self.write);
        dialogue.agree(&call, &associate, "account-associate")?;
        let done = context.write(&call, associate)?;
        context.answer_done(&done, view::account::step("account-associate", &done.outcome), &done.outcome.notices)?;
        let code = &done.outcome.account.code;
        context.next(&done, &format!("when the owner has consented, `subledger account confirm {code}`"));
        Ok(Exit::Done)
    }
}

/// What was vouched for, with what a person vouches for when asked. Where nobody can be asked, it is for the rule to say what is
/// missing.
fn vouched(context: &Context, mut attest: Vec<Attestation>) -> Result<Vec<Attestation>, Failure> {
    let ask = &context.prompter;
    if !ask.can_ask() {
        return Ok(attest);
    }
    for missing in missing_evidence(&attest) {
        if ask.agrees("--attest", to_be_looked_at(missing))? {
            attest.push(missing);
            let all: Vec<&str> = attest.iter().map(|attestation| attestation.as_str()).collect();
            ask.record("--attest", &all.join(" "));
        }
    }
    Ok(attest)
}

/// What is to be looked at in the provider's console, as a question.
fn to_be_looked_at(attestation: Attestation) -> &'static str {
    match attestation {
        Attestation::NoOtherAgent => "Provider's console, partner relation: is it bound to no other agent?",
        Attestation::NoArrears => "Provider's console, billing: is no bill overdue, and the balance not below zero?",
        Attestation::NoOpenOrders => "Provider's console, orders: is no order unpaid or unfinished?",
        Attestation::NoTrusteeship => "Provider's console, enterprise finance: is it under no trusteeship?",
    }
}
