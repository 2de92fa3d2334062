//! `bill import`: reads a month's bill into the book.

use clap::Args;

use crate::book::Call;
use crate::book::bill::{BillInput, ImportBill};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::input::Input;
use crate::domain::bill::Finality;
use crate::domain::money::Currency;
use crate::domain::period::Month;
use crate::intake::{self, bill::Unopened};
use crate::view;

/// Read a month's bill into the book: all of it, or nothing
///
/// Columns are found by name, in any order. The provider's upgraded bill details (Chinese or
/// English headers), its older bill details, its instance bill, and saved answers (JSON) of
/// DescribeInstanceBill, DescribeSplitItemBill and QuerySettleBill are known. Every line that
/// cannot be read is named, and then nothing is imported. Lines that came twice with the same
/// content count once. The files of one command are one version of the month's bill; a later
/// command makes a new version, which then counts. The same files again are a no-op. Give all
/// pages of a saved query to one command.
///
/// Examples:
///   subledger bill import bill.csv --period 2026-06 --final
///   subledger bill import part1.csv part2.csv --period 2026-06
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ImportArgs {
    /// A file of the bill, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,

    /// The month that it is for
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// The provider will not change it any more
    #[arg(long = "final", conflicts_with = "estimated")]
    is_final: bool,

    /// The provider may still change it [default]
    #[arg(long)]
    estimated: bool,

    /// Its currency, where the layout does not say [default: the book's currency]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    #[command(flatten)]
    write: WriteArgs,
}

impl ImportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let progress = context.ui.progress("reading the bill");
        let (files, call) = open_bills(context, &self.write, "files", &self.files)?;
        let finality = if self.is_final { Finality::Final } else { Finality::Estimated };
        let import = ImportBill { period: self.period, finality, currency: self.currency, files, watch: &progress };
        let done = context.write(&call, import)?;
        drop(progress);
        context.answer_done(&done, view::bill::imported(&done.outcome), &done.outcome.notices)?;
        if done.outcome.already_imported {
            context.ui.status("this bill was imported before; nothing was changed");
        }
        context.next(&done, &format!("`subledger reconcile run --period {}`", self.period));
        Ok(Exit::Done)
    }
}

/// Opens and hashes the files of a bill, before any transaction; `argument` is the one that names them.
pub(crate) fn open_bills(
    context: &Context,
    write: &WriteArgs,
    argument: &str,
    names: &[String],
) -> Result<(Vec<BillInput>, Call), Failure> {
    let inputs = names.iter().map(|name| Input::open(name)).collect::<Result<Vec<_>, _>>()?;
    let call = context.call_with_files(write, argument, &inputs.iter().collect::<Vec<_>>());
    let hashes: Vec<String> = inputs.iter().map(|input| input.sha256.clone()).collect();
    let unopened = |input: Input| Unopened { name: input.name.clone(), size: Some(input.size), reader: input.reader() };
    let sources = intake::bill::open_all(inputs.into_iter().map(unopened).collect())?;
    let bills = sources.into_iter().zip(hashes).map(|(source, sha256)| BillInput { source, sha256 }).collect();
    Ok((bills, call))
}
