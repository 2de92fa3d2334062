//! `agent chain list`: lists who stands above the agent.

use clap::Args;

use crate::book::upstream::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List who stands above the agent, by level, and how many accounts hang below each
///
/// Days left are those of the certificate, below zero once it has run out.
///
/// Examples:
///   subledger agent chain list
///   subledger agent chain list --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let parties = context.read(|reader| list(reader, today))?;
        context.answer(&view::upstream::list(&parties, today))?;
        Ok(Exit::Done)
    }
}
