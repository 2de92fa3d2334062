//! `invitation list`: lists what was sent, and what became of it.

use clap::Args;

use crate::book::invitation::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invitation::InvitationState;
use crate::view;

/// List the latest invitation of each account, and what became of it
///
/// waiting     it can be accepted
/// expired     it ran out: `invitation resend` sends another one
/// accepted    the holder accepted
/// revoked     the agent took it back
/// declined    the holder said no
///
/// Examples:
///   subledger invitation list
///   subledger invitation list --state waiting --group acme
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only those in this state
    #[arg(long)]
    state: Option<InvitationState>,

    /// Only those of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let mut sent = context.read(|reader| list(reader, self.group.as_deref(), today))?;
        sent.retain(|one| self.state.is_none_or(|state| one.state == state));
        context.answer(&view::invitation::list(&sent))?;
        Ok(Exit::Done)
    }
}
