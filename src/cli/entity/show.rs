//! `entity show`: shows a legal person.

use clap::Args;

use crate::book::entity::entity_title;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show a legal person and the title of its invoices
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
        let today = context.session().today();
        let found = context.read(|reader| entity_title(reader, &self.code, today))?;
        context.answer(&view::entity::entity_title("entity-show", &found))?;
        Ok(Exit::Done)
    }
}
