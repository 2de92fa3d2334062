//! `agent chain edit`: puts a party above the agent right, or renews its certificate.

use chrono::NaiveDate;
use clap::Args;

use super::answer_written;
use crate::book::upstream::EditUpstream;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::domain::code::Name;

/// Renew the certificate of a party above the agent, or say from whom else it buys
///
/// Its level stays: whom it buys from stands one level above it, and never below it.
///
/// Examples:
///   subledger agent chain edit "Tier One (Hangzhou)" --expires 2028-03-31
///   subledger agent chain edit "Tier Two" --authorisation ALI-2027-044 --expires 2028-03-31
///   subledger agent chain edit "Tier Two" --above "Tier One (Shanghai)"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(crate) struct EditArgs {
    /// The party, in any case
    name: Name,

    /// The party that it buys from
    #[arg(long, value_name = "NAME", group = "what")]
    above: Option<Name>,

    /// The number of the certificate by which it may sell
    #[arg(long, value_name = "NO", group = "what")]
    authorisation: Option<Name>,

    /// The last day on which the certificate is valid; it may have passed
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, group = "what")]
    expires: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { name, above, authorisation, expires, write } = self;
        let done = context.write(&context.call(&write), EditUpstream { name, above, authorisation, expires })?;
        answer_written(context, &done, "agent-chain-edit")
    }
}
