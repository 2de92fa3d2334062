//! `bill list`: lists bills.

use clap::Args;

use crate::book::bill::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List every version of every bill, by month
///
/// Examples:
///   subledger bill list
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let bills = context.read(list)?;
        context.answer(&view::bill::bills(&bills))?;
        Ok(Exit::Done)
    }
}
