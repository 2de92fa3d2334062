//! `operator grant`: gives an operator roles.

use clap::Args;

use super::GrantedArgs;
use crate::book::operator::GrantRoles;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Give an operator roles, for the whole book or for some groups, for good or for some days
///
/// What they have already stays as it is; what is granted twice is one. Nothing is granted for days
/// that have passed.
///
/// Examples:
///   subledger operator grant li.na --role manager --group initech
///   subledger operator grant "Chen Li" --role admin --date 2026-12-01 --until 2026-12-14
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct GrantArgs {
    /// The operator's name, or the number of the OS user
    operator: String,

    #[command(flatten)]
    granted: GrantedArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl GrantArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let done = context.write(&call, GrantRoles { operator: self.operator, asked: self.granted.into() })?;
        context.answer_done(&done, view::operator::one("operator-grant", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
