//! `invoice issue`: writes down the number of an invoice.

use chrono::NaiveDate;
use clap::Args;

use crate::book::invoice::IssueInvoice;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Write down the number under which the tax system has issued an invoice or a red letter
///
/// The number is checked for its form: twenty digits that begin with the year of a digital one;
/// a code of ten or twelve digits and a number of eight on paper.
///
/// Examples:
///   subledger invoice issue i-1 --number 26332000000012345678
///   subledger invoice issue i-2 --code 3300261130 --number 00012345 --date 2026-07-03
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct IssueArgs {
    /// The request, such as i-1
    invoice: String,

    /// The number on it
    #[arg(long)]
    number: String,

    /// The code on it, on paper
    #[arg(long)]
    code: Option<String>,

    /// The day on it [default: today in UTC+8]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl IssueArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let Self { invoice, code, number, date, .. } = self;
        let done = context.write(&call, IssueInvoice { invoice, code, number, date })?;
        context.answer_done(&done, view::invoice::one("invoice-issue", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
