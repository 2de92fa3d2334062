//! `bill show`: shows a month's bill by account.

use clap::Args;

use crate::book::bill::show;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view;

/// Show a version of a month's bill: its files, and its sums by account
///
/// Examples:
///   subledger bill show 2026-06
///   subledger bill show 2026-06 --version 1
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, disable_version_flag = true)]
pub(crate) struct ShowArgs {
    /// The month
    period: Month,

    /// Which version [default: the one that counts]
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let view = context.read(|reader| show(reader, self.period, self.version))?;
        context.answer(&view::bill::bill(&view))?;
        Ok(Exit::Done)
    }
}
