//! Every code that a refusal can have is produced by some test of this binary, or it is said here why none can.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::TestBook;

/// The sources that say in words how a command failed.
pub(crate) const FAILURES: [&str; 5] = [
    include_str!("../../src/cli/failure/blocker.rs"),
    include_str!("../../src/cli/failure/input.rs"),
    include_str!("../../src/cli/failure/mod.rs"),
    include_str!("../../src/cli/failure/refused.rs"),
    include_str!("../../src/cli/failure/store.rs"),
];

/// Codes that no command line leads to, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("agreement.exists", "agreements of one name and date are a conflict or the same"),
    ("difference.exists", "differences are made by runs, and never named"),
    ("bill-line.exists", "bill lines are imported, and never named"),
    ("difference.owner-exists", "owners are named freely"),
    ("invoice.exists", "invoices are numbered, and never named"),
    ("order.exists", "orders are numbered, not named; the provider's number has its own refusal"),
    ("opening.twice", "stands among the lines of `opening.lines-refused`"),
    ("opening.dated-after", "stands among the lines of `opening.lines-refused`"),
    ("opening.agency-differs", "stands among the lines of `opening.lines-refused`"),
    ("command.exists", "commands are the tool's, and never added"),
    ("approval.needed", "a request is an answer, with exit 3, and no failure"),
    ("book.place", "needs an OS user without a home folder"),
    ("file.row-limit", "needs an answer of fifty thousand items; `intake::json_pages` shows it without a book"),
    ("file.changed", "needs a file that becomes shorter between two reads of one command"),
    ("disk.failed", "needs a disk that fails"),
    ("disk.full", "needs a file system of its own to fill"),
    ("bug.demo", "a bug"),
    ("bug.sqlite", "a bug"),
    ("bug.unbalanced", "a bug"),
];

/// Whether a text has the shape of a code: `bill.wrong-period`.
fn is_code(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    text.split_once('.').is_some_and(|(noun, what)| is_word(noun) && is_word(what))
}

fn quoted(source: &str) -> impl Iterator<Item = &str> {
    source.lines().flat_map(|line| line.split('"').skip(1).step_by(2)).filter(|text| is_code(text))
}

/// The codes that stand in the sources, of rules and of everything else that fails.
fn codes_that_exist() -> BTreeSet<&'static str> {
    let rules = include_str!("../../src/domain/refusal.rs");
    quoted(rules).chain(FAILURES.into_iter().flat_map(quoted)).collect()
}

/// The tests of this binary.
fn tests() -> Vec<&'static str> {
    vec![
        include_str!("account_import.rs"),
        include_str!("alerts.rs"),
        include_str!("approvals.rs"),
        include_str!("audits.rs"),
        include_str!("backups.rs"),
        include_str!("bad_input.rs"),
        include_str!("budgets.rs"),
        include_str!("chains.rs"),
        include_str!("compliance.rs"),
        include_str!("containers.rs"),
        include_str!("demo.rs"),
        include_str!("differences.rs"),
        include_str!("dunning.rs"),
        include_str!("entities.rs"),
        include_str!("handovers.rs"),
        include_str!("hard_months.rs"),
        include_str!("help.rs"),
        include_str!("invitations.rs"),
        include_str!("invoices.rs"),
        include_str!("keys.rs"),
        include_str!("money.rs"),
        include_str!("moves.rs"),
        include_str!("onboarding.rs"),
        include_str!("opening.rs"),
        include_str!("output.rs"),
        include_str!("policies.rs"),
        include_str!("preview.rs"),
        include_str!("price_plans.rs"),
        include_str!("prices.rs"),
        include_str!("questions.rs"),
        include_str!("reopened.rs"),
        include_str!("rights.rs"),
        include_str!("runway.rs"),
        include_str!("savings.rs"),
        include_str!("settlements.rs"),
        include_str!("statements.rs"),
        include_str!("story.rs"),
        include_str!("versions.rs"),
    ]
}

/// The exit and the code of each refusal that a test expects: `refused(1, "bill.none", …)` or `(1, "bill.none", …)`.
fn exits_that_tests_expect() -> Vec<(i64, &'static str)> {
    let expected = |source: &'static str| {
        source.split('(').filter_map(|call| {
            let (exit, rest) = call.trim_start().split_once(',')?;
            let code = rest.trim_start().strip_prefix('"')?.split('"').next()?;
            Some((exit.parse().ok()?, code)).filter(|(_, code)| is_code(code))
        })
    };
    tests().into_iter().flat_map(expected).collect()
}

/// The codes that a test expects: behind an exit, as in `refused(1, "bill.none", …)` or `(1, "bill.none", …)`, or as the first
/// argument of a helper behind the book.
fn codes_that_tests_expect() -> BTreeSet<&'static str> {
    let expected = |source: &'static str| {
        source.split('(').filter_map(|call| {
            let call = call.trim_start();
            let call = call.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(',').trim_start();
            let call = call.strip_prefix("&book,").unwrap_or(call).trim_start();
            call.strip_prefix('"')?.split('"').next().filter(|text| is_code(text))
        })
    };
    tests().into_iter().flat_map(expected).collect()
}

/// The help topic is the list of them: nothing is missing there, and nothing is there that does not exist. What a test has seen of
/// an exit is what the topic says.
#[test]
fn the_help_topic_lists_every_code_with_its_exit() {
    let book = TestBook::nothing();
    let answer = book.json("help refusals");
    let rows = answer["rows"].as_array().unwrap();
    let listed: BTreeMap<&str, i64> =
        rows.iter().map(|row| (row["code"].as_str().unwrap(), row["exit"].as_i64().unwrap())).collect();
    assert_eq!(listed.len(), rows.len(), "none stands there twice");
    assert!(rows.iter().all(|row| row["meaning"].as_str().is_some_and(|meaning| meaning.len() > 10)));
    let exist: BTreeSet<&str> = codes_that_exist().into_iter().chain(["usage"]).collect();
    let there: BTreeSet<&str> = listed.keys().copied().collect();
    assert_eq!(exist.difference(&there).collect::<Vec<_>>(), [&""; 0], "missing in the topic");
    assert_eq!(there.difference(&exist).collect::<Vec<_>>(), [&""; 0], "in the topic only");
    let mut seen = 0;
    for (exit, code) in exits_that_tests_expect() {
        if let Some(listed) = listed.get(code) {
            assert_eq!(*listed, exit, "{code}");
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} exits are seen");
}

#[test]
fn every_code_is_produced_or_out_of_reach() {
    let exist = codes_that_exist();
    let expected = codes_that_tests_expect();
    assert!(exist.len() > 60, "the sources have only {}", exist.len());
    let excused: BTreeSet<&str> = OUT_OF_REACH.iter().map(|(code, _)| *code).collect();
    let missing: Vec<_> = exist.difference(&expected).filter(|code| !excused.contains(*code)).collect();
    assert!(missing.is_empty(), "no test produces {missing:?}");
    let reached: Vec<_> = excused.intersection(&expected).collect();
    assert!(reached.is_empty(), "these are reached after all: {reached:?}");
    let gone: Vec<_> = excused.difference(&exist).collect();
    assert!(gone.is_empty(), "these do not exist any more: {gone:?}");
}
