//! `handover list`: lists hand-overs.

use clap::Args;

use crate::book::handover::{HandoverFilter, list};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::handover::HandoverState;
use crate::view;

/// List the hand-overs that are open, the one that is due first first
///
/// Days left below zero are days too late.
///
/// Examples:
///   subledger handover list
///   subledger handover list --all --group acme --format csv
///   subledger handover list --holder "Wang Wei"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Also those that are closed
    #[arg(long)]
    all: bool,

    /// Only those of accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// Only those of accounts that this person leaves
    #[arg(long, value_name = "NAME")]
    holder: Option<Name>,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let state = if self.all { None } else { Some(HandoverState::Open) };
        let filter = HandoverFilter { state, group: self.group, holder: self.holder };
        let views = context.read(|reader| list(reader, &filter, today))?;
        context.answer(&view::handover::list(&views))?;
        Ok(Exit::Done)
    }
}
