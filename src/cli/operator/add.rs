//! `operator add`: adds a person who may use the book.

use clap::Args;

use super::GrantedArgs;
use crate::book::operator::AddOperator;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::domain::operator::Operator;
use crate::domain::refusal::Notice;
use crate::view;

/// Add a person who may use the book
///
/// An operator is an OS user, by number (`id -u NAME` tells it): whoever runs a command is known by
/// that. The name is how the log calls them. Neither can be another operator's, and a name is not
/// a number, nor uid-N, nor of letters that look alike in two alphabets.
///
/// admin      operators, policy, the agent itself
/// manager    entities, groups, accounts, hand-overs, orders, agreements
/// finance    money, agreements, bills, periods, statements, invoices
/// tech       orders and refunds
/// auditor    reads everything, as all of them do
///
/// A role for some groups holds for these, their accounts and their money, and for nothing that
/// concerns the whole book. `subledger operator permissions` lists what each command needs.
///
/// Examples:
///   subledger operator add li.na --uid 1001 --role manager --group acme globex
///   subledger operator add "Chen Li" --uid 1002 --role finance auditor
///   subledger operator add temp --uid 1003 --role tech --until 2026-12-31
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AddArgs {
    /// How the log will call them
    name: Name,

    /// The number of the OS user that they are
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(..i64::from(u32::MAX)))]
    uid: u32,

    #[command(flatten)]
    granted: GrantedArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl AddArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, AddOperator { os_uid: self.uid, name: self.name, asked: self.granted.into() })?;
        // A book can be kept for another machine.
        let Operator { name, os_uid, .. } = &done.outcome.operator;
        let unknown = (!context.has_os_user(*os_uid)).then(|| Notice::NoOsUser { operator: name.clone(), os_uid: *os_uid });
        let notices: Vec<Notice> = unknown.into_iter().collect();
        context.answer_done(&done, view::operator::one("operator-add", &done.outcome), &notices)?;
        Ok(Exit::Done)
    }
}
