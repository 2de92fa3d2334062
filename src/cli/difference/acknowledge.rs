//! `difference acknowledge`: look after differences, over the close of their month if need be.

use chrono::NaiveDate;
use clap::Args;

use crate::book::difference::Acknowledge;
use crate::cli::args::{WriteArgs, date};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Look after differences, over the close of their month if need be
///
/// With an owner and a due day, a difference does not keep its month from closing: what the bill
/// lacks stays in `accrued` until a later bill has it, what it has too much goes into
/// `disputed`.
///
/// Examples:
///   subledger difference acknowledge 93e6d123f2c1 --owner li.na --due 2026-08-05
///   subledger difference acknowledge 93e6 47d8 --note "asked the provider, ticket 4711"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AcknowledgeArgs {
    /// Their ids, as `subledger difference list` shows them, or enough of their beginnings
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

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

impl AcknowledgeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let text = |name: Option<Name>| name.map(|name| name.to_string());
        let asked = Acknowledge { ids: self.ids, owner: text(self.owner), due: self.due, note: text(self.note), until: None };
        let done = context.write(&call, asked)?;
        context.answer_done(&done, view::difference::said("difference-acknowledge", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
