//! Every command and every role: allowed, or exit 4, as the use cases declare it and as `operator permissions` lists it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::book::{Point, TestBook};
use crate::output::LOOKS;
use crate::writes::WRITES;

const ROLES: [&str; 5] = ["admin", "manager", "finance", "tech", "auditor"];

/// What `operator permissions` says: by command, the roles that may do it; those that need none are left out.
fn declared() -> BTreeMap<String, BTreeSet<&'static str>> {
    let book = TestBook::acme(Point::Made);
    let list = book.json("operator permissions");
    let rows = list["rows"].as_array().unwrap().iter().filter(|row| row["permission"] != Value::Null);
    let roles = |row: &Value| ROLES.into_iter().filter(|role| row[*role] == true).collect();
    rows.map(|row| (row["command"].as_str().unwrap().to_owned(), roles(row))).collect()
}

/// The table that people have agreed on. Whoever changes a permission changes it here, too.
#[test]
fn the_declared_permissions_are_those_of_the_golden_table() {
    let book = TestBook::acme(Point::Made);
    let declared = book.done("operator permissions --format csv").stdout.replace("\r\n", "\n");
    let golden = include_str!("../golden/permissions.csv");
    let differs: Vec<_> = declared.lines().filter(|line| !golden.lines().any(|known| known == *line)).collect();
    assert_eq!(declared, golden, "{differs:#?}");
}

/// The commands of the list that begin a line: `fund deposit` of `fund deposit acme 5`.
fn command_of<'c>(line: &str, commands: impl Iterator<Item = &'c String>) -> &'c str {
    let begins = |command: &&String| line == command.as_str() || line.starts_with(&format!("{command} "));
    commands.filter(begins).max_by_key(|command| command.len()).unwrap_or_else(|| panic!("{line} is no command"))
}

/// Every command that writes, run by somebody who has one role alone: it ends with 4 exactly where the table says so.
#[test]
fn every_write_is_for_the_roles_that_the_table_has() {
    let declared = declared();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for write in WRITES {
        let (book, line) = write.ready();
        let command = command_of(&line, declared.keys());
        // One line of each command is enough: what it is about is judged elsewhere.
        if !seen.insert(command) {
            continue;
        }
        for role in ROLES {
            book.set_roles(role);
            let output = book.run(&format!("{line} --dry-run"));
            assert_eq!(output.exit != 4, declared[command].contains(role), "{role}: {line}\n{output}");
            assert!(output.exit != 2, "{line} is typed wrong\n{output}");
        }
    }
    let writes = declared.iter().filter(|(_, roles)| roles.len() < ROLES.len()).map(|(command, _)| command.as_str());
    // It replaces the whole book, and has its own tests.
    let missing: Vec<_> = writes.filter(|command| *command != "restore" && !seen.contains(command)).collect();
    assert_eq!(missing, [""; 0], "commands that write and are not tried");
}

/// Whoever is an operator may look at everything, and nobody else at anything.
#[test]
fn every_look_is_for_every_role_and_for_no_stranger() {
    let book = crate::output::reconciled();
    let declared = declared();
    for (uid, role) in (3001..).zip(ROLES) {
        book.done(&format!("operator add only-{role} --uid {uid} --role {role}"));
    }
    for (exit, line, _) in LOOKS {
        // The template of a list is no look at the book.
        let needs_a_book = !line.ends_with("--template") && declared.keys().any(|command| line.starts_with(command.as_str()));
        let stranger = book.run_as(4242, line);
        assert_eq!(stranger.exit, if needs_a_book { 4 } else { *exit }, "{line}\n{stranger}");
        for (uid, role) in (3001..).zip(ROLES) {
            let output = book.run_as(uid, line);
            assert_eq!(output.exit, *exit, "{role}: {line}\n{output}");
        }
    }
}
