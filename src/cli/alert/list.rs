//! `alert list`: lists what somebody should look at.

use clap::Args;

use crate::book::alert::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::alert::{AlertKind, AlertState};
use crate::view;

/// List what somebody should look at, the most pressing first; exit 3 when something is open
///
/// chain-frozen   a party above the agent is frozen (`agent chain freeze`)
/// arrears        recorded facts exceed what an account was given or lent
/// overdue        an account owes what was due (policy payment-days)
/// pool-low       the pool does not cover what the provider is owed, or not for long (pool-days)
/// handover       somebody leaves, and an account is not handed over yet (handover-days)
/// low-balance    little is left of what a prepaid account had when money last came in
/// low-credit     little is left of a credit limit (policy low-balance, or the account's own)
/// budget         a budget has reached a threshold
/// differences    somebody looks after differences that are not settled by their day
/// authorisation  a party above the agent has no certificate, or not for long (authorisation-days)
/// invitation     an invitation runs out (policy invitation-days), or has
/// unverified     an account waits for its real name or for its owner's consent (verify-days)
///
/// An id stays the same as long as it is the same occasion. What is acknowledged stays in the
/// list; what is snoozed or accepted is shown with --all. Cron mails the list when it ends with 3.
///
/// Examples:
///   subledger alert list
///   subledger alert list --kind arrears --format json
///   subledger alert list --quiet --output alerts.txt
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only those of this kind
    #[arg(long)]
    kind: Option<AlertKind>,

    /// Also those that are snoozed or accepted
    #[arg(long)]
    all: bool,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let mut alerts = context.read(|reader| list(reader, today))?;
        alerts.retain(|alert| self.kind.is_none_or(|kind| alert.concern.kind() == kind));
        alerts.retain(|alert| self.all || matches!(alert.state, AlertState::Open | AlertState::Acknowledged));
        context.answer(&view::alert::list(&alerts))?;
        let is_open = alerts.iter().any(|alert| alert.state == AlertState::Open);
        Ok(if is_open { Exit::LeftForAPerson } else { Exit::Done })
    }
}
