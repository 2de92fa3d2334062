//! `statement export`: writes a statement file for each account.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::book::Book;
use crate::book::statement::{self, History};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::files::{make_folder, write_whole};
use crate::domain::money::{Amount, Currency};
use crate::domain::period::Month;
use crate::store::Access;
use crate::view;
use crate::view::csv::{Dialect, render_table};

/// Write a CSV statement for each account that had a part in a month
///
/// Files are named ACCOUNT-PERIOD.csv; each begins with the opening balance and ends with the
/// closing one. The files of a closed month are always the same, byte for byte.
///
/// Examples:
///   subledger statement export --period 2026-06 --out statements
///   subledger statement export --period 2026-06 --out statements --excel
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExportArgs {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// The folder; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl ExportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let dialect = if context.global.excel { Dialect::Excel } else { Dialect::Plain };
        let mut book = context.open(Access::Read)?;
        make_folder(&self.out).map_err(Failure::Output)?;
        let written = write_statements(&mut book, self.period, &self.out, dialect)?;
        context.answer(&view::statement::exported(self.period, &written))?;
        Ok(Exit::Done)
    }
}

/// A statement file: the account, the path, the closing balance and its currency.
pub(crate) type Written = (String, String, Amount, Currency);

/// Writes a file for each account that had a part in a month.
pub(crate) fn write_statements(book: &mut Book, period: Month, out: &Path, dialect: Dialect) -> Result<Vec<Written>, Failure> {
    let mut written = Vec::new();
    let mut failed = None;
    book.read(|reader| {
        statement::each(reader, period, History::NotWanted, |view| {
            if failed.is_some() {
                return Ok(());
            }
            let path = out.join(format!("{}-{period}.csv", view.statement.account));
            let table = view::statement::file([&view.statement])?;
            match write_whole(&path, |writer| Ok(render_table(&table, dialect, writer)?)) {
                Ok(()) => written.push((
                    view.statement.account.to_string(),
                    path.display().to_string(),
                    view.statement.closing,
                    view.statement.currency,
                )),
                Err(error) => failed = Some(Failure::Output(error)),
            }
            Ok(())
        })
    })?;
    failed.map_or(Ok(written), Err)
}
