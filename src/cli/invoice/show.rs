//! `invoice show`: shows an invoice.

use clap::Args;

use crate::book::invoice::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show an invoice: its title, its lines, its red letters
///
/// Examples:
///   subledger invoice show i-1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The invoice, such as i-1, or its number
    invoice: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let found = context.read(|reader| show(reader, &self.invoice))?;
        context.answer(&view::invoice::one("invoice-show", &found))?;
        Ok(Exit::Done)
    }
}
