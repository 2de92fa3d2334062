//! `bill import`: reads a month's bill into the book.

use chrono::{DateTime, Utc};
use clap::Args;

use super::rejects::RejectsFile;
use crate::book::bill::{BadLines, BillInput, ImportBill};
use crate::book::{Call, Status};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::input::Input;
use crate::domain::bill::Parts;
use crate::domain::finality::{Finality, written_by_name};
use crate::domain::money::{Currency, Exact};
use crate::domain::period::Month;
use crate::intake;
use crate::view;

/// Read a month's bill into the book: all of it, or nothing
///
/// The layout is recognised by the names of the columns, in any order; `subledger bill layouts`
/// lists what can be read. Every line that cannot be read is named, and then nothing is
/// imported. Lines that came twice with the same content count once. The files of one command
/// are one version of the month's bill; a later command makes a new version, which then counts
/// (`subledger bill diff` tells what changed), and --add adds further files to the one that
/// counts. The same files again are a no-op. Give all pages of a saved query to one command.
///
/// Whether the bill is final follows from --final or --estimated; without them from the hour
/// from which the provider does not change such files any more, and from when the file was
/// written.
///
/// Examples:
///   subledger bill import bill.csv --period 2026-06
///   subledger bill import part1.csv part2.csv --period 2026-06 --final --total 7541.10
///   subledger bill import refunds.csv --period 2026-06 --add
///   subledger bill import bill.csv --period 2026-06 --skip-bad --rejects bad-lines.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
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

    /// The provider may still change it
    #[arg(long)]
    estimated: bool,

    /// Its currency, where the layout does not say [default: the book's currency]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    /// The total that the provider shows; the month cannot close if the lines add up to another
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    total: Option<Exact>,

    /// The TOML file of a layout of your own; `subledger bill layouts` tells how to write one
    #[arg(long, value_name = "FILE")]
    layout: Option<String>,

    /// Add the files to the version that counts: a refund document, a second part
    #[arg(long)]
    add: bool,

    /// Leave bad lines out, write them to a file with the reason in a last column, and exit 3
    #[arg(long)]
    skip_bad: bool,

    /// Where --skip-bad writes them [default: beside the first file, FILE.rejects.csv]
    #[arg(long, value_name = "FILE", requires = "skip_bad")]
    rejects: Option<std::path::PathBuf>,

    #[command(flatten)]
    write: WriteArgs,
}

impl ImportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require::<ImportBill<'_>>()?;
        let progress = context.ui.progress("reading the bill");
        let OpenBills { files, parts, call } = open_bills(context, &self.write, "files", &self.files, self.layout.as_deref())?;
        let mut rejects = RejectsFile::new(self.rejects.as_deref(), &self.files[0]);
        let import = ImportBill {
            period: self.period,
            finality: finality(self.is_final, self.estimated),
            currency: self.currency,
            stated: self.total,
            add: self.add,
            files,
            parts,
            bad_lines: if self.skip_bad { BadLines::LeaveOut(&mut rejects) } else { BadLines::RefuseTheFile },
            watch: &progress,
        };
        let done = context.write(&call, import)?;
        drop(progress);
        let outcome = &done.outcome;
        let written = if done.status == Status::Applied && outcome.rejected > 0 { rejects.keep()? } else { None };
        context.answer_done(&done, view::bill::imported(outcome, written.as_deref()), &outcome.notices)?;
        if outcome.already_imported {
            context.ui.status("this bill was imported before; nothing was changed");
            if outcome.bill.rejected > 0 {
                let left_out = crate::domain::plural(outcome.bill.rejected, "bad line was", "bad lines were");
                context.ui.status(&format!("{left_out} left out of it"));
            }
        }
        if let Some(file) = written {
            context.ui.status(&format!(
                "{} left out; see {}",
                crate::domain::plural(outcome.rejected, "bad line was", "bad lines were"),
                file.display()
            ));
        }
        context.next(&done, &format!("`subledger reconcile run --period {}`", self.period));
        Ok(if outcome.rejected > 0 { Exit::LeftForAPerson } else { Exit::Done })
    }
}

/// What somebody said of a bill; the provider's rule decides where nobody did.
fn finality(is_final: bool, estimated: bool) -> Option<Finality> {
    match (is_final, estimated) {
        (true, _) => Some(Finality::Final),
        (_, true) => Some(Finality::Estimated),
        _ => None,
    }
}

/// The files of a bill: what the book keeps of them, what reads them, and the call that names them by their content.
pub(crate) struct OpenBills {
    pub(crate) files: Vec<BillInput>,
    pub(crate) parts: Box<dyn Parts>,
    pub(crate) call: Call,
}

/// Opens the files of a bill, before any transaction; `argument` is the one that names them. `own` is the file of the
/// user's own layout.
pub(crate) fn open_bills(
    context: &Context,
    write: &WriteArgs,
    argument: &str,
    names: &[String],
    own: Option<&str>,
) -> Result<OpenBills, Failure> {
    let inputs = names.iter().map(|name| Input::open(name)).collect::<Result<Vec<_>, _>>()?;
    let mut call = context.call_with_files(write, argument, &inputs);
    let own = own.map(Input::open).transpose()?;
    if let Some(own) = &own {
        call.files.insert("layout".to_owned(), vec![own.file()]);
    }
    let own = own.map(|own| Ok::<_, Failure>(intake::own_layout::read(&own.text()?, &own.name)?)).transpose()?;
    let files = inputs.iter().map(|input| BillInput { file: input.file(), written: written(input, context.now()) }).collect();
    let slices = inputs.iter().map(|input| (input.name.clone(), input.slice())).collect();
    Ok(OpenBills { files, parts: intake::bill::open(slices, own)?, call })
}

/// When a file was written, at the latest: a name or a clock that says later proves nothing.
fn written(input: &Input, now: DateTime<Utc>) -> DateTime<Utc> {
    let modified = input.modified.map(DateTime::<Utc>::from);
    [modified, written_by_name(&input.name)].into_iter().flatten().fold(now, Ord::min)
}
