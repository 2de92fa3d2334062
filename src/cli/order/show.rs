//! `order show`: shows an order.

use clap::Args;

use crate::book::order::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show an order with everything that explains its price
///
/// Examples:
///   subledger order show o-17
///   subledger order show 2100017
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The order, as o-17 or by the provider's order number
    order: String,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let row = context.read(|reader| show(reader, &self.order))?;
        context.answer(&view::order::order(&row))?;
        Ok(Exit::Done)
    }
}
