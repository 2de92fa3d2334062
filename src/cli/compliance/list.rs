//! `compliance list`: who answers for what.

use clap::Args;

use crate::book::compliance::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::compliance::WaiverState;
use crate::view;

/// List the waivers that hold
///
/// Examples:
///   subledger compliance list
///   subledger compliance list --all
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Also those that have run out or were withdrawn; the last one of each object
    #[arg(long)]
    all: bool,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let mut waivers = context.read(|reader| list(reader, today))?;
        waivers.retain(|view| self.all || view.state == WaiverState::InForce);
        context.answer(&view::compliance::waivers(&waivers))?;
        Ok(Exit::Done)
    }
}
