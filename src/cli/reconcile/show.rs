//! `reconcile show`: shows what the last run found.

use clap::Args;

use crate::book::reconcile::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Show what the last reconciliation of a month found
///
/// Examples:
///   subledger reconcile show --period 2026-06
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let reconciled = context.read(|reader| show(reader, self.period, context.session().today()))?;
        context.answer(&view::reconcile::reconciled_at_last("reconcile-show", reconciled)?)?;
        Ok(Exit::Done)
    }
}
