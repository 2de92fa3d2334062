//! The demo: a book to try things on, and commands that do what it says they do.

use insta::assert_snapshot;

use crate::book::TestBook;

/// The command lines that a demo tells its reader to type.
fn told_to_type(told: &str) -> Vec<String> {
    let further = told.split("\nTo look further:").nth(1).expect("the demo says how to look further");
    let further = further.replace("\\\n", " ");
    further.lines().filter_map(|line| line.trim().strip_prefix("subledger ")).map(str::to_owned).collect()
}

#[test]
fn the_demo_builds_a_sound_book_and_every_command_that_it_tells_works() {
    let book = TestBook::nothing();
    let demo = book.done("demo");
    assert!(!book.has("acme.db"), "the demo has a book of its own");
    let on_the_demo = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        book.finish(book.command(&words).env("SUBLEDGER_BOOK", book.path("subledger-demo/book.db")))
    };
    assert_eq!(on_the_demo("check").exit, 0);
    let lines = told_to_type(&demo.stdout);
    assert!(lines.len() >= 4, "{lines:?}");
    for line in &lines {
        let output = on_the_demo(line);
        // Open differences are what a difference list shows, and its exit says so.
        let expected = if line.starts_with("difference list") { 3 } else { 0 };
        assert_eq!(output.exit, expected, "{line}\n{output}");
    }
    assert!(lines.last().unwrap().starts_with("month-end 2026-06 "), "{lines:?}");
    assert_eq!(on_the_demo("difference list").exit, 0, "the mended bill has settled everything");
    assert_eq!(on_the_demo("check").exit, 0);
}

#[test]
fn the_demo_leaves_a_folder_alone_that_holds_something_else() {
    let book = TestBook::nothing();
    std::fs::create_dir(book.path("mine")).unwrap();
    book.write("mine/diary.txt", "Dear diary");
    book.refused(1, "demo.folder-in-use", "demo mine");
    assert_eq!(book.files_in("mine"), ["diary.txt"]);
}

#[test]
fn a_demo_that_somebody_has_worked_in_is_replaced_only_when_that_is_confirmed() {
    let book = TestBook::nothing();
    book.done("demo tried");
    book.done("demo tried");
    book.done("--book tried/book.db fund deposit orchid 5 --date 2026-07-01");
    let worked_in = std::fs::read(book.path("tried/book.db")).unwrap();
    book.refused(6, "confirmation.impossible", "demo tried");
    book.refused(6, "confirmation.impossible", "demo tried --no-input");
    assert_snapshot!(book.run("demo tried"), @"
    ----- stderr
    error: this needs a confirmation, and there is no terminal to ask at; --yes confirms
    ----- exit 6
    ");
    assert_eq!(std::fs::read(book.path("tried/book.db")).unwrap(), worked_in);
    book.done("demo tried --yes");
    assert_ne!(std::fs::read(book.path("tried/book.db")).unwrap(), worked_in);
}
