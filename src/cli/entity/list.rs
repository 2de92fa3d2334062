//! `entity list`: lists legal persons.

use clap::Args;

use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List legal persons, by code
///
/// Examples:
///   subledger entity list --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let entities = context.read(|reader| Ok(reader.entities()?))?;
        context.answer(&view::entity::entities(&entities))?;
        Ok(Exit::Done)
    }
}
