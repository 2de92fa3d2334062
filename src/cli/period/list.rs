//! `period list`: lists months.

use clap::Args;

use crate::book::period::list;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List every month in which something happened
///
/// Examples:
///   subledger period list
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let periods = context.read(list)?;
        context.answer(&view::period::periods(&periods))?;
        Ok(Exit::Done)
    }
}
