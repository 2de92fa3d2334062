//! `credit set`: says how much an agent-pays account may owe.

use clap::Args;

use crate::book::credit::SetCredit;
use crate::cli::args::{DateArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::Exact;
use crate::view;

/// Say how much an agent-pays account may owe
///
/// A limit below what the account owes already is allowed: it is then in arrears, and buys
/// nothing more until it has settled. With --date the limit holds from that day on; what it was
/// before stays in every view of an earlier day.
///
/// Examples:
///   subledger credit set acme-prod 100000
///   subledger credit set acme-prod 150000 --date 2026-12-01
///   subledger credit set acme-prod 0 --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SetArgs {
    /// The account's code or UID
    account: String,

    /// The limit, in major units; 0 ends the credit
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    limit: Exact,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl SetArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let set = SetCredit { account: self.account, limit: self.limit, date: self.date.date };
        let done = context.write(&context.call(&self.write), set)?;
        context.answer_done(&done, view::credit::set(&done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
