//! `invoice export`: the requests for the tax system.

use clap::Args;

use crate::book::invoice::{InvoiceFilter, list};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invoice::InvoiceState;
use crate::domain::period::Month;
use crate::view;

/// Export the requests that have no number yet, red letters included, for the tax system
///
/// A row is a line of an invoice, with its title, what was sold (`policy set invoice-item`), net,
/// rate and tax. The columns stay as they are.
///
/// Examples:
///   subledger invoice export --output requests.csv
///   subledger invoice export --period 2026-06 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExportArgs {
    /// Only those about this month
    #[arg(long, value_name = "YYYY-MM")]
    period: Option<Month>,
}

impl ExportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let filter = InvoiceFilter { state: Some(InvoiceState::Requested), entity: None, period: self.period };
        let (found, item) =
            context.read(|reader| Ok::<_, crate::book::Error>((list(reader, &filter)?, reader.policy()?.invoice_item)))?;
        context.answer(&view::invoice::export(&found, &item))?;
        Ok(Exit::Done)
    }
}
