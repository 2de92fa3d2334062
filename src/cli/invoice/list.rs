//! `invoice list`: lists invoices.

use clap::Args;

use crate::book::invoice::{InvoiceFilter, list};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invoice::InvoiceState;
use crate::domain::period::Month;
use crate::view;

/// List invoices and red letters
///
/// Examples:
///   subledger invoice list
///   subledger invoice list --state requested --entity acme-hq
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Only those that are requested, issued or void
    #[arg(long)]
    state: Option<InvoiceState>,

    /// Only those of this legal person
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// Only those about this month
    #[arg(long, value_name = "YYYY-MM")]
    period: Option<Month>,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let filter = InvoiceFilter { state: self.state, entity: self.entity, period: self.period };
        let found = context.read(|reader| list(reader, &filter))?;
        context.answer(&view::invoice::list(&found))?;
        Ok(Exit::Done)
    }
}
