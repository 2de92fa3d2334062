//! `month-end`: import, reconcile, then close or stop; for cron.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::args::WriteArgs;
use super::bill::import::{OpenBills, open_bills};
use super::context::{Context, Ended};
use super::exit::Exit;
use super::failure::{self, Failure};
use super::files::{make_folder, write_whole};
use super::statement::export::{Look, write_statements};
use crate::book::bill::{BadLines, ImportBill};
use crate::book::month_end::{MonthEnd, MonthEnded};
use crate::book::{Done, Status};
use crate::domain::finality::Finality;
use crate::domain::money::{Currency, Exact};
use crate::domain::period::Month;
use crate::store::Access;
use crate::view;
use crate::view::csv::{Dialect, render_table};
use crate::view::document::Table;

/// Import a month's bill, reconcile it, and close the month or stop
///
/// With an open difference it stops: the month stays open, differences.csv and bridge.csv are
/// in the folder, exit 3. Without one it charges usage, accepts the bill, closes the month and
/// writes a CSV statement for each account and a manifest of them, exit 0. Run again it changes
/// nothing and says so.
///
/// Examples:
///   subledger month-end 2026-06 --bill bill.csv --out out
///   subledger month-end 2026-06 --bill part1.csv --bill part2.csv --out out --format json
///   subledger month-end 2026-06 --bill bill.csv --out out --dry-run
///   subledger month-end 2026-06 --bill bill.csv --out out --no-input --wait 600
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct MonthEndArgs {
    /// The month, such as 2026-06
    #[arg(value_name = "PERIOD")]
    period: Month,

    /// A file of the bill, or - for standard input; several files make one bill
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    bill: Vec<String>,

    /// The folder for statements, or for differences and the bridge; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The provider may still change the bill, so the month cannot close yet
    #[arg(long)]
    estimated: bool,

    /// The bill's currency, where its layout does not say
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    /// The TOML file of a layout of your own
    #[arg(long, value_name = "FILE")]
    layout: Option<String>,

    /// The total that the provider shows; the month cannot close if the lines add up to another
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    total: Option<Exact>,

    /// Wait so long for another command that is writing, before exit 5
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    wait: u64,

    #[command(flatten)]
    write: WriteArgs,
}

impl MonthEndArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require::<MonthEnd<'_>>()?;
        let progress = context.ui.progress("reading the bill");
        let OpenBills { files, parts, call } = open_bills(context, &self.write, "bill", &self.bill, self.layout.as_deref())?;
        let finality = if self.estimated { Finality::Estimated } else { Finality::Final };
        let import = ImportBill {
            period: self.period,
            finality: Some(finality),
            currency: self.currency,
            stated: self.total,
            add: false,
            files,
            parts,
            bad_lines: BadLines::RefuseTheFile,
            watch: &progress,
        };
        let mut book = context.open(Access::Write)?;
        book.wait(Duration::from_secs(self.wait))?;
        let is_new = !self.write.dry_run && make_folder(&self.out).map_err(Failure::Output)?;
        let done = book.write(&call, MonthEnd(import)).inspect_err(|_| {
            if is_new {
                drop(fs::remove_dir(&self.out));
            }
        })?;
        drop(progress);
        let outcome = &done.outcome;
        let mut paths = Vec::new();
        if done.status != Status::Preview && outcome.closed.is_some() {
            let written = write_statements(&mut book, self.period, &self.out, &Look::plain())?;
            paths = written.files.into_iter().map(|file| file.path).collect();
        }
        // A replayed key tells what was found then; findings in the folder are about what holds now.
        if done.status == Status::Applied && !outcome.changed_nothing() {
            if outcome.closed.is_some() {
                remove_leftovers(&self.out)?;
            } else {
                write_findings(outcome, &self.out)?;
            }
        }
        let sentences: Vec<String> = outcome.blockers.iter().map(|b| failure::blocker(b, self.period)).collect();
        let document = view::period::month_ended(outcome, &sentences, &paths)?;
        context.answer_done(&done, document, &outcome.bill.notices)?;
        say(context, &done, &self.out);
        Ok(if outcome.closed.is_some() { Exit::Done } else { Exit::LeftForAPerson })
    }
}

fn say(context: &Context, done: &Done<MonthEnded>, out: &Path) {
    let (outcome, out) = (&done.outcome, out.display());
    let period = outcome.reconciled.period;
    if done.status != Status::Applied {
        return;
    }
    if outcome.changed_nothing() {
        context.ui.status(&format!("{period} was closed with this bill before; nothing was changed"));
    } else if outcome.closed.is_some() {
        context.ui.status(&format!("{period} is closed; the statements are in {out}"));
    } else {
        context.ui.status(&format!("{period} stays open; see {out}/differences.csv and {out}/bridge.csv"));
    }
}

const FINDINGS: [&str; 2] = ["differences.csv", "bridge.csv"];

fn write_findings(outcome: &MonthEnded, out: &Path) -> Result<(), Failure> {
    let reconciled = &outcome.reconciled;
    let differences = view::difference::table("rows", &reconciled.differences)?;
    write_table(&out.join(FINDINGS[0]), &differences)?;
    write_table(&out.join(FINDINGS[1]), &view::reconcile::bridge_file(reconciled)?)
}

fn write_table(path: &Path, table: &Table) -> Result<(), Failure> {
    write_whole(path, |writer| Ok(render_table(table, Dialect::Plain, writer)?)).map_err(Failure::Output)
}

/// Findings of an earlier run that stopped would mislead beside the statements of a closed month.
fn remove_leftovers(out: &Path) -> Result<(), Failure> {
    for name in FINDINGS {
        match fs::remove_file(out.join(name)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::Input { file: out.join(name).display().to_string(), source });
            }
            _ => {}
        }
    }
    Ok(())
}
