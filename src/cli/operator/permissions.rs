//! `operator permissions`: what every command needs.

use clap::{Args, CommandFactory as _};

use crate::book::approval::may_need_approval;
use crate::book::commands::needs;
use crate::cli::Cli;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::role::Permission;
use crate::view;
use crate::view::operator::Needed;

/// Commands that look at no book.
const WITHOUT_A_BOOK: [&str; 5] = ["bill layouts", "statement verify", "operator permissions", "demo", "help"];

/// List what every command needs, and which roles have it
///
/// Each command needs one permission; what only looks needs `read`, which every role has. Commands
/// that never open a book need none. The last column says which may have to wait for a second
/// person (`policy set approval-limit`).
///
/// Examples:
///   subledger operator permissions
///   subledger operator permissions --format csv --output permissions.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct PermissionsArgs {}

impl PermissionsArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let mut commands = Vec::new();
        leaves(&Cli::command(), "", &mut commands);
        let needed: Vec<Needed> = commands
            .into_iter()
            .map(|command| Needed { permission: permission(&command), may_need_approval: may_need_approval(&command), command })
            .collect();
        context.answer(&view::operator::permissions(&needed))?;
        Ok(Exit::Done)
    }
}

/// What a command needs; nothing where it opens no book. Making one needs nobody's leave.
fn permission(command: &str) -> Option<Permission> {
    if command == "init" || WITHOUT_A_BOOK.contains(&command) {
        return None;
    }
    Some(needs(command).unwrap_or(Permission::Read))
}

/// Every command of the tree, in its order.
fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name()).trim_start().to_owned();
        if inner.has_subcommands() {
            leaves(inner, &path, found);
        } else {
            found.push(path);
        }
    }
}
