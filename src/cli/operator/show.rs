//! `operator show`: shows an operator.

use clap::Args;

use crate::book::operator::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show an operator, with every grant that they have and had
///
/// Examples:
///   subledger operator show li.na
///   subledger operator show 1001 --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The operator's name, or the number of the OS user
    operator: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let operator = context.read(|reader| show(reader, &self.operator, today))?;
        context.answer(&view::operator::one("operator-show", &operator))?;
        Ok(Exit::Done)
    }
}
