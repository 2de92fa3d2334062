//! `operator`: the people who may use the book.

mod add;
mod disable;
mod enable;
mod grant;
mod list;
mod permissions;
mod revoke;
mod show;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::args::date;
use super::context::{Context, Ended};
use crate::book::operator::AskedGrant;
use crate::domain::role::Role;

/// The people who may use the book, and what they may do
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    Add(add::AddArgs),
    Grant(grant::GrantArgs),
    Revoke(revoke::RevokeArgs),
    Disable(disable::DisableArgs),
    Enable(enable::EnableArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
    Permissions(permissions::PermissionsArgs),
}

impl OperatorCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Add(args) => args.run(context),
            Self::Grant(args) => args.run(context),
            Self::Revoke(args) => args.run(context),
            Self::Disable(args) => args.run(context),
            Self::Enable(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::Permissions(args) => args.run(context),
        }
    }
}

/// What both ways to grant roles take.
#[derive(Args, Clone, Debug)]
struct GrantedArgs {
    /// What they may do: admin, manager, finance, tech, auditor; one or several
    #[arg(long = "role", value_name = "ROLE", required = true, num_args = 1..)]
    roles: Vec<Role>,

    /// Only for these groups, their accounts and their money [default: the whole book]
    #[arg(long = "group", value_name = "CODE", num_args = 1..)]
    groups: Vec<String>,

    /// The first day [default: today in UTC+8]
    #[arg(long = "date", visible_alias = "from", value_name = "YYYY-MM-DD", value_parser = date)]
    from: Option<NaiveDate>,

    /// The last day [default: until it is revoked]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    until: Option<NaiveDate>,
}

impl From<GrantedArgs> for AskedGrant {
    fn from(args: GrantedArgs) -> Self {
        let GrantedArgs { roles, groups, from, until } = args;
        Self { roles, groups, from, until }
    }
}
