//! Help pages: every command has one, and it shows how the command is used.

use crate::book::TestBook;
use crate::refusals::FAILURES;

/// The commands below one, read from its help page.
pub(crate) fn commands_of(help: &str) -> Vec<String> {
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let entries = below.take_while(|line| !line.is_empty());
    // Names stand two blanks in; the lines of a long description stand further in.
    let names = entries.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

/// Every command of the tree, each as its words.
pub(crate) fn every_command(book: &TestBook) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut left: Vec<Vec<String>> = vec![vec![]];
    while let Some(path) = left.pop() {
        let mut words = path.clone();
        words.push("--help".to_owned());
        for name in commands_of(&book.run_words(&words).stdout) {
            left.push([path.as_slice(), &[name]].concat());
        }
        found.push(path);
    }
    found.sort();
    found
}

/// The commands that do something: those without others below them.
pub(crate) fn every_verb(book: &TestBook) -> Vec<Vec<String>> {
    let commands = every_command(book);
    let has_none_below = |path: &&Vec<String>| !commands.iter().any(|other| other.len() > path.len() && other.starts_with(path));
    commands.iter().filter(has_none_below).cloned().collect()
}

#[test]
fn every_command_has_both_help_pages_and_every_verb_an_example() {
    let book = TestBook::nothing();
    let commands = every_command(&book);
    assert!(commands.len() > 45, "the walk has found only {}", commands.len());
    for path in &commands {
        let with = |flag: &str| {
            let mut words = path.clone();
            words.push(flag.to_owned());
            book.run_words(&words)
        };
        let (long, short) = (with("--help"), with("-h"));
        for page in [&long, &short] {
            assert_eq!((page.exit, page.stderr.as_str()), (0, ""), "{path:?}\n{page}");
            assert!(page.stdout.contains("Usage: subledger"), "{path:?}\n{page}");
        }
        let is_verb = commands_of(&long.stdout).is_empty();
        let name = path.join(" ");
        if is_verb {
            let examples = long.stdout.split("Examples:").nth(1).unwrap_or_else(|| panic!("{name} has no examples"));
            let shown = examples.lines().find(|line| line.trim_start().starts_with("subledger")).unwrap_or_default();
            assert!(shown.contains(&name), "the example of {name} shows {shown:?}");
        } else if !path.is_empty() {
            let alone = book.run_words(path);
            assert_eq!(alone.exit, 2, "{name} alone is no command\n{alone}");
        }
    }
}

/// The examples of the help pages are command lines that can be read.
#[test]
fn every_example_can_be_typed_as_it_stands() {
    let book = TestBook::nothing();
    // The demo builds a book: its example has a test of its own.
    for path in every_command(&book).into_iter().filter(|path| *path != ["demo"]) {
        let mut words = path.clone();
        words.push("--help".to_owned());
        let page = book.run_words(&words).stdout.replace("\\\n", " ");
        let examples = page.split("Examples:").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default().to_owned();
        for example in examples.lines().filter_map(|line| line.trim().strip_prefix("subledger ")) {
            // There is no book and there are no files, so nothing comes of it; but the line itself is right.
            let output = book.run(&example.replace('"', "'").replace("~/", "nowhere/"));
            let would_ask = output.stderr.contains("or run the command on a terminal to be asked for it");
            assert!(output.exit != 2 || would_ask, "{example}\n{output}");
        }
    }
}

/// A hint that names a command which does not exist helps nobody.
#[test]
fn every_command_that_a_sentence_names_exists() {
    let book = TestBook::nothing();
    let commands = every_command(&book);
    let sources = [
        include_str!("../../src/cli/notice.rs"),
        include_str!("../../src/view/bill.rs"),
        include_str!("../../src/cli/help/topics.rs"),
    ];
    let mut named = 0;
    for said in FAILURES.into_iter().chain(sources).flat_map(|source| source.split("`subledger ").skip(1)) {
        let line = said.split('`').next().unwrap();
        // What stands in braces is filled in later.
        let words = line.split_whitespace().take_while(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        let words: Vec<String> = words.take_while(|word| !word.starts_with('-')).map(str::to_owned).collect();
        if !words.is_empty() {
            assert!(commands.contains(&words), "`subledger {line}` is no command");
            named += 1;
        }
    }
    assert!(named > 20, "only {named} are named");
}

#[test]
fn the_version_is_the_packages() {
    let book = TestBook::nothing();
    for line in ["--version", "-V"] {
        let output = book.done(line);
        assert_eq!((output.stdout.trim(), output.stderr.as_str()), (concat!("subledger ", env!("CARGO_PKG_VERSION")), ""));
    }
}

#[test]
fn the_exit_codes_are_on_the_help_page() {
    let page = TestBook::nothing().done("--help").stdout;
    for exit in ["0", "1", "2", "3", "4", "5", "6", "7", "70"] {
        assert!(page.lines().any(|line| line.trim_start().starts_with(&format!("{exit} "))), "{exit}\n{page}");
    }
}

#[test]
fn no_command_at_all_is_a_wrong_command_line() {
    let book = TestBook::nothing();
    let output = book.run("");
    assert_eq!(output.exit, 2);
    assert_eq!(output.stdout, "", "what was not asked for is no data");
}

#[test]
fn the_pages_of_topics_and_commands_are_told() {
    let book = TestBook::nothing();
    let page = book.done("help refusals handover").stdout;
    assert!(page.contains("handover.second-operator") && !page.contains("account."), "{page}");
    assert!(book.done("help exit-codes").stdout.contains("70  a bug"));
    for (topic, says) in [("rights", "SUDO_UID"), ("approvals", "approval-limit"), ("audit", "What it cannot prove")] {
        let page = book.done(&format!("help {topic}")).stdout;
        assert!(page.contains(says) && page.lines().all(|line| line.chars().count() <= 98), "{topic}\n{page}");
    }
    assert_eq!(book.done("help account create").stdout, book.done("account create --help").stdout);
    assert_eq!(book.done("help").stdout, book.done("--help").stdout);
    book.refused(2, "usage.topic", "help accounts");
    book.refused(2, "usage.topic", "help account make");
}

#[test]
fn who_asks_for_roles_finds_rights() {
    let book = TestBook::nothing();
    assert_eq!(book.done("help roles").stdout, book.done("help rights").stdout);
}
