//! `account history`: shows the steps of an account's life.

use clap::Args;

use crate::book::account::life;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show the life of an account: every step, with who, when and why
///
/// Of one that was associated also what was vouched for, by whom and when.
///
/// invited → accepted → verified → active ⇄ frozen → released. An invitation can also be
/// expired (it ran out), revoked (taken back) or declined (the holder said no).
///
/// Examples:
///   subledger account history acme-prod
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct HistoryArgs {
    /// The account's code or UID
    account: String,
}

impl HistoryArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let life = context.read(|reader| life(reader, &self.account, context.session().today()))?;
        context.answer(&view::account::life(&life))?;
        Ok(Exit::Done)
    }
}
