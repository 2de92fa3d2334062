//! `difference snooze`: leave differences alone until a day.

use chrono::NaiveDate;
use clap::Args;

use crate::book::difference::{Acknowledge, Snooze};
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Leave differences alone until a day
///
/// On that day they are open again, if they are still there.
///
/// Examples:
///   subledger difference snooze 93e6d123f2c1 --until 2026-08-05 --note "the bill comes late"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SnoozeArgs {
    /// Their ids, as `subledger difference list` shows them, or enough of their beginnings
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

    /// The day on which they come back
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    until: NaiveDate,

    /// Who looks after them [default: whoever does, else you]
    #[arg(long, value_name = "NAME")]
    owner: Option<Name>,

    /// By when
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    due: Option<NaiveDate>,

    /// What to know about it
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl SnoozeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let text = |name: Option<Name>| name.map(|name| name.to_string());
        let asked =
            Acknowledge { ids: self.ids, owner: text(self.owner), due: self.due, note: text(self.note), until: Some(self.until) };
        let done = context.write(&call, Snooze(asked))?;
        context.answer_done(&done, view::difference::said("difference-snooze", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
