//! `compliance withdraw`: takes a waiver back.

use clap::Args;

use crate::book::compliance::Withdraw;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::compliance::Rule;
use crate::view;

/// Take a waiver back: the rule counts as broken again
///
/// Examples:
///   subledger compliance withdraw invoice-title acme-hq --reason "the merger was called off"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct WithdrawArgs {
    /// The rule
    rule: Rule,

    /// What it is about
    object: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl WithdrawArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, Withdraw { rule: self.rule, object: self.object, reason: self.reason })?;
        context.answer_done(&done, view::compliance::waiver("compliance-withdraw", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
