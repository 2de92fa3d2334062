//! `report blast`: shows what stops if a party above the agent is frozen.

use clap::Args;

use crate::book::blast::blast;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Show what stops if a party above the agent is frozen, whether it is or not
///
/// Every living account that hangs below it, with what it was given and has not spent (funds),
/// what it owes, its credit, its usage that waits for its charge, and its open orders with what
/// the provider is expected to bill for them. An account hangs below every party on the way up
/// from the one that it names (`account edit --upstream`); one that names none, from every party
/// that sells to the agent.
///
/// Deposits of a group are of no use then, unless another account of it goes on. The totals also
/// have what is in the agent's pool. All figures are those of now.
///
/// Examples:
///   subledger report blast "Tier One (Hangzhou)"
///   subledger report blast Aliyun --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct BlastArgs {
    /// The party, as `subledger agent chain list` shows it
    name: Name,
}

impl BlastArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let report = context.read(|reader| blast(reader, &self.name, today))?;
        context.answer(&view::upstream::blast(&report)?)?;
        Ok(Exit::Done)
    }
}
