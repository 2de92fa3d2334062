//! `bill lines`: lines of a bill as the provider wrote them.

use clap::Args;

use crate::book::bill::{LineQuery, lines};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::intake::bill::row_at;
use crate::view;
use crate::view::bill::ShownLine;

/// Show lines of a month's bill as the provider wrote them
///
/// Found by account, order number or line id; several together must all hold. A table shows
/// each line as a list of its columns; CSV and JSON have the columns of the file.
///
/// Examples:
///   subledger bill lines 2026-06 --order 206100000000101
///   subledger bill lines 2026-06 --account acme-prod --format csv --limit 100000
///   subledger bill lines 2026-06 --line 202606_pa_0001
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, disable_version_flag = true)]
pub(crate) struct LinesArgs {
    /// The month
    period: Month,

    /// Which version [default: the one that counts]
    #[arg(long, value_name = "NUMBER")]
    version: Option<i64>,

    /// An account, by code, or by UID as the bill has it
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,

    /// The provider's order number
    #[arg(long, value_name = "NUMBER")]
    order: Option<String>,

    /// The provider's line id
    #[arg(long, value_name = "ID")]
    line: Option<String>,

    /// Show at most so many
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,
}

impl LinesArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let query = LineQuery {
            period: self.period,
            version: self.version,
            account: self.account,
            order: self.order,
            line: self.line,
            limit: self.limit,
        };
        let found = context.read(|reader| lines(reader, &query))?;
        let shown: Vec<ShownLine> = found
            .lines
            .iter()
            .map(|line| {
                let file = found.files.iter().find(|file| file.number == line.file);
                let header = file.map_or("", |file| file.header.as_str());
                ShownLine {
                    file: file.map_or("", |file| file.name.as_str()),
                    line,
                    cells: row_at(header, &line.text, line.text_first_line, line.number).unwrap_or_default(),
                }
            })
            .collect();
        context.answer(&view::bill::lines(&found, &shown))?;
        Ok(Exit::Done)
    }
}
