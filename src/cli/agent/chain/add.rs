//! `agent chain add`: records a party above the agent.

use chrono::NaiveDate;
use clap::Args;

use super::answer_written;
use crate::book::upstream::AddUpstream;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::domain::code::Name;

/// Record a party above the agent: who sells to it, or to who does
///
/// Level 0 is the provider itself, which need not be recorded; level 1 buys from the provider,
/// level 2 from level 1, and so on; the agent stands below the last. Without --above, a party of
/// level 2 or more buys from the only one of the level before. How many levels are in order says
/// the policy `chain-depth`; more are recorded all the same, with a warning.
///
/// A certificate that is recorded is told some days before it runs out (policy
/// `authorisation-days`), and so is a party above level 0 without one.
///
/// Examples:
///   subledger agent chain add Aliyun --level 0
///   subledger agent chain add "Tier One (Hangzhou)" --level 1 --above Aliyun \
///     --authorisation ALI-2026-001 --expires 2027-03-31
///   subledger agent chain add "Tier Two" --level 2
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AddArgs {
    /// What people call it
    name: Name,

    /// Its level: 0 for the provider itself, 1 for who buys from it, and so on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=99), allow_negative_numbers = true)]
    level: u16,

    /// The party that it buys from
    #[arg(long, value_name = "NAME")]
    above: Option<Name>,

    /// The number of the certificate by which it may sell
    #[arg(long, value_name = "NO")]
    authorisation: Option<Name>,

    /// The last day on which the certificate is valid; it may have passed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    expires: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AddArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { name, level, above, authorisation, expires, write } = self;
        let done = context.write(&context.call(&write), AddUpstream { name, level, above, authorisation, expires })?;
        answer_written(context, &done, "agent-chain-add")
    }
}
