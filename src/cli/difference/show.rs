//! `difference show`: shows one difference.

use clap::Args;

use crate::book::difference::find;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show a difference with everything that was said of it
///
/// Examples:
///   subledger difference show 93e6d123f2c1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// Its id, as `subledger difference list` shows it, or enough of its beginning
    id: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let difference = context.read(|reader| find(reader, &self.id))?;
        context.answer(&view::difference::one("difference-show", &difference, context.session().today())?)?;
        Ok(Exit::Done)
    }
}
