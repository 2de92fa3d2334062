//! `alert snooze`: lets an alert sleep until a day.

use chrono::NaiveDate;
use clap::Args;

use crate::book::alert::SnoozeAlert;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Let an alert sleep until a day
///
/// On that day it is open again, if it is still true.
///
/// Examples:
///   subledger alert snooze 4f6ac20b31ed --until 2026-12-01
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SnoozeArgs {
    /// Its id, as `subledger alert list` shows it, or enough of its beginning
    alert: String,

    /// The day on which it comes back
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    until: NaiveDate,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl SnoozeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context
            .write(&call, SnoozeAlert { alert: self.alert, until: self.until, note: self.note.map(|note| note.to_string()) })?;
        context.answer_done(&done, view::alert::marked("alert-snooze", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
