//! `invitation`: how holders accept the accounts that are opened for them.

mod decline;
mod list;
mod resend;
mod revoke;
mod show;

use clap::Subcommand;

use super::context::{Context, Ended};
use super::exit::Exit;
use crate::book::account::AccountStep;
use crate::book::{Done, Status};
use crate::view::document::Document;
use crate::view::invitation::told_once;

/// How holders accept the accounts that are opened for them
#[derive(Debug, Subcommand)]
pub(crate) enum InvitationCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Resend(resend::ResendArgs),
    Revoke(revoke::RevokeArgs),
    Decline(decline::DeclineArgs),
}

impl InvitationCommand {
    pub(crate) fn text_form(&self) -> Option<&'static str> {
        match self {
            Self::Show(args) => args.text_form(),
            Self::List(_) | Self::Resend(_) | Self::Revoke(_) | Self::Decline(_) => None,
        }
    }

    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Resend(args) => args.run(context),
            Self::Revoke(args) => args.run(context),
            Self::Decline(args) => args.run(context),
        }
    }
}

/// Gives the answer of a step that has made an invitation: with its token, once it is written, and what to do with it.
pub(crate) fn answer_invited(context: &Context, done: &Done<AccountStep>, document: Document) -> Ended {
    let outcome = &done.outcome;
    let base = context.read(|reader| Ok(reader.policy()?.invitation_link))?;
    let document = if done.status == Status::Applied {
        told_once(document, outcome, base.as_ref())
    } else {
        // A preview's token is nobody's, and a token is not told twice.
        told_once(document, &AccountStep { token: None, ..outcome.clone() }, base.as_ref())
    };
    context.answer_done(done, document, &outcome.notices)?;
    let code = &outcome.account.code;
    context.next(done, &format!("`subledger invitation show {code} --as text --token TOKEN` writes the message to send"));
    context.next(done, &format!("when the holder has accepted, `subledger account accept {code} --uid UID`"));
    Ok(Exit::Done)
}
