//! `audit log`: lists the operations.

use std::num::NonZeroUsize;

use chrono::NaiveDate;
use clap::Args;

use crate::book::audit::{AuditFilter, log};
use crate::cli::args::date;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::audit::OperationResult;
use crate::view;

/// List what was done, by whom and when, what was asked for, and what was denied
///
/// Every command that writes is one operation, and so is every refusal for lack of rights. Times are
/// the book's (UTC+8), and so are the days of --from and --to. Of mobile and phone numbers only the
/// ends are shown; of identity numbers the book has no more. JSON and CSV also have every field that
/// was changed, before and after, and the entries.
///
/// Examples:
///   subledger audit log --last 20
///   subledger audit log --operator li.na --from 2026-06-01 --to 2026-06-30
///   subledger audit log --about acme-prod --command account
///   subledger audit log --result denied --format csv --output denied.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct LogArgs {
    /// Only those of this operator, by name or OS user
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,

    /// Only this command, `fund deposit`, or all of a noun, `fund`
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,

    /// Only what has to do with this account, group, or other thing, by its code or number
    #[arg(long, value_name = "CODE")]
    about: Option<String>,

    /// Only those with this result: done, requested or denied
    #[arg(long)]
    result: Option<OperationResult>,

    /// Recorded on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<NaiveDate>,

    /// Recorded on this day or before
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    to: Option<NaiveDate>,

    /// Only the last so many that fit
    #[arg(long, value_name = "N")]
    last: Option<NonZeroUsize>,
}

impl LogArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { operator, command, about, result, from, to, last } = self;
        let last = last.map(NonZeroUsize::get);
        let filter = AuditFilter { operator, command, result, from, to, about, last };
        let operations = context.read(|reader| log(reader, &filter))?;
        context.answer(&view::audit::log(&operations))?;
        Ok(Exit::Done)
    }
}
