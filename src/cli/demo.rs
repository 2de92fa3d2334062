//! `demo`: a small book to try things on, or a large one to measure with.

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;

/// Build a small book in a folder and walk through its month ends
///
/// Examples:
///   subledger demo
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DemoArgs {}

impl DemoArgs {
    pub(crate) fn run(self, _context: &Context) -> Ended {
        Ok(Exit::Done)
    }
}
