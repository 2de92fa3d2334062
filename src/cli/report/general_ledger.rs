//! `report general-ledger`: what moved a line of the chart.

use clap::Args;

use crate::book::report::general_ledger;
use crate::cli::args::{AsOfArgs, PeriodArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::chart::LedgerCode;
use crate::view;

/// Show what moved a line of the chart: opening, every posting with what stood after it, closing
///
/// The closing is what `subledger report trial-balance` has on that day. A debit stands above
/// zero, a credit below.
///
/// Without a period it is the fiscal year to date.
///
/// Examples:
///   subledger report general-ledger payable
///   subledger report general-ledger receivable --owner acme-prod --period 2026-06
///   subledger report general-ledger sales --period 2026-06 --output sales.xlsx
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct GeneralLedgerArgs {
    /// The line of the chart, such as receivable
    #[arg(value_name = "LEDGER_ACCOUNT")]
    ledger_account: LedgerCode,

    /// Only of this account or group, by its code, or of `agent`
    #[arg(long, value_name = "CODE")]
    owner: Option<String>,

    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl GeneralLedgerArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let (when, days) = (self.as_of.when(context), self.period.days());
        let report = context.read(|reader| general_ledger(reader, self.ledger_account, self.owner.as_deref(), days, when))?;
        context.answer(&view::report::general_ledger(&report))?;
        Ok(Exit::Done)
    }
}
