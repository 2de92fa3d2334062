//! `operator revoke`: takes roles back from an operator.

use chrono::NaiveDate;
use clap::Args;

use crate::book::operator::RevokeRoles;
use crate::cli::args::WriteArgs;
use crate::cli::args::date;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::role::Role;
use crate::view;

/// Take roles back from an operator, at once or from a later day on
///
/// Of a role for some groups, --group takes back single ones. One administrator of the whole book
/// always stays.
///
/// Examples:
///   subledger operator revoke li.na --role manager
///   subledger operator revoke li.na --role manager --group globex
///   subledger operator revoke "Chen Li" --role finance --date 2027-01-01
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RevokeArgs {
    /// The operator's name, or the number of the OS user
    operator: String,

    /// The roles: admin, manager, finance, tech, auditor; one or several
    #[arg(long = "role", value_name = "ROLE", required = true, num_args = 1..)]
    roles: Vec<Role>,

    /// Only for these groups [default: wherever they have it]
    #[arg(long = "group", value_name = "CODE", num_args = 1..)]
    groups: Vec<String>,

    /// The first day without them [default: at once]
    #[arg(long = "date", visible_alias = "from", value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<NaiveDate>,

    #[command(flatten)]
    write: WriteArgs,
}

impl RevokeArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let revoke = RevokeRoles { operator: self.operator, roles: self.roles, groups: self.groups, from: self.from };
        let done = context.write(&call, revoke)?;
        context.answer_done(&done, view::operator::one("operator-revoke", &done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
