//! `entity show`: shows a legal person.

use clap::Args;

use crate::book::entity::find;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show a legal person
///
/// Examples:
///   subledger entity show acme-hq
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// Its code
    code: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let entity = context.read(|reader| find(reader, &self.code))?;
        context.answer(&view::entity::entity("entity-show", &entity))?;
        Ok(Exit::Done)
    }
}
