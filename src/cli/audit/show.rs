//! `audit show`: shows one operation.

use clap::Args;

use crate::book::audit::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show one operation: what was typed, every field that it changed, every line that it posted
///
/// Examples:
///   subledger audit show 17
///   subledger audit show 17 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// Its number, as `subledger audit log` shows it
    operation: i64,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let operation = context.read(|reader| show(reader, self.operation))?;
        context.answer(&view::audit::show(&operation))?;
        Ok(Exit::Done)
    }
}
