//! `approval`: what waits for a second person.

mod approve;
mod list;
mod reject;
mod show;
mod withdraw;

use clap::Subcommand;

use super::context::{Context, Ended};
use super::exit::Exit;
use super::failure::Failure;
use crate::book::approval::NamedRequest;
use crate::book::{Done, Status};
use crate::view;

/// What is above a limit, and waits for another operator
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Approve(approve::ApproveArgs),
    Reject(reject::RejectArgs),
    Withdraw(withdraw::WithdrawArgs),
}

impl ApprovalCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::Approve(args) => args.run(context),
            Self::Reject(args) => args.run(context),
            Self::Withdraw(args) => args.run(context),
        }
    }
}

/// Tells that a command was not done, but kept for another operator.
pub(super) fn tell_requested(context: &Context, done: &Done<NamedRequest>) -> Ended {
    answer(context, done, "approval-request")?;
    if done.status == Status::Applied {
        let id = done.outcome.request.id;
        context.ui.status(&format!("nothing was posted: another operator decides, with `subledger approval approve {id}`"));
    }
    Ok(Exit::LeftForAPerson)
}

/// Shows a request as it is now.
fn answer(context: &Context, done: &Done<NamedRequest>, schema: &str) -> Result<(), Failure> {
    let request = done.outcome.clone().seen(context.session().today());
    context.answer_done(done, view::approval::one(schema, &request), &[])
}
