//! `compliance waive`: somebody answers for a rule that is broken.

use chrono::NaiveDate;
use clap::Args;

use crate::book::compliance::Waive;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::compliance::Rule;
use crate::view;

/// Answer for a compliance rule that is broken, until a day
///
/// `compliance check` goes on saying that the rule is broken, and who answers for it. After the
/// day, a year from now at the latest, it counts as broken again; and so does another breach of
/// the same rule by the same object. Waiving the same again takes the place of what was said before.
///
/// Examples:
///   subledger compliance waive invoice-title acme-hq --reason "the merger is not registered yet" \
///     --owner "Li Na" --until 2026-12-31
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct WaiveArgs {
    /// The rule
    rule: Rule,

    /// What it is about, as `subledger compliance check` shows it
    object: String,

    /// Why it may stay so
    #[arg(long, value_name = "TEXT")]
    reason: Name,

    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    owner: Name,

    /// The last day on which that holds
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    until: NaiveDate,

    #[command(flatten)]
    write: WriteArgs,
}

impl WaiveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let Self { rule, object, reason, owner, until, .. } = self;
        let done = context.write(&call, Waive { rule, object, reason, owner, until })?;
        context.answer_done(&done, view::compliance::waiver("compliance-waive", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
