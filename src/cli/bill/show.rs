//! `bill show`: shows a month's bill by account.

use clap::Args;

use crate::book::bill::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Show the version of a month's bill that counts: its files, and its sums by account
///
/// Examples:
///   subledger bill show 2026-06
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The month
    period: Month,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let view = context.read(|reader| show(reader, self.period))?;
        context.answer(&view::bill::bill(&view))?;
        Ok(Exit::Done)
    }
}
