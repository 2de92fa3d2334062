//! `--dry-run`: every write command shows its outcome and leaves no trace.

use crate::book::{Point, TestBook};
use crate::keys::outcome;
use crate::writes::WRITES;

#[test]
fn a_preview_of_any_write_shows_its_outcome_and_writes_nothing() {
    for write in WRITES {
        let (book, line) = write.ready();
        let (before, files) = (book.everything(), book.files_in("."));
        let preview = book.json_exit(write.exit, &format!("{line} --dry-run"));
        assert_eq!(preview["status"], "preview", "{line}");
        assert_eq!(book.everything(), before, "{line}");
        assert_eq!(book.files_in("."), files, "{line}");
        assert!(book.run(&format!("{line} -n")).stderr.contains("preview: nothing was written\n"), "{line}");

        // What the preview showed is what is done then.
        let done = book.json_exit(write.exit, &line);
        assert_eq!(done["status"], "applied", "{line}");
        let but_files = |answer: &serde_json::Value| {
            // Files are written, and tokens are made, by what is done.
            let mut answer = outcome(answer);
            answer.as_object_mut().unwrap().remove("statements");
            answer
        };
        assert_eq!(but_files(&done), but_files(&preview), "{line}");
        assert_ne!(book.everything(), before, "{line}");
    }
}

/// It would close; it has not closed, and there are no files to look at.
#[test]
fn a_preview_of_a_month_end_promises_no_files() {
    let book = TestBook::acme(Point::Ordered);
    assert_eq!(book.done("month-end 2026-06 --bill bill-corrected.csv --out out -n").stderr, "preview: nothing was written\n");
    let stopped = book.run("month-end 2026-06 --bill bill.csv --out out -n");
    assert!(stopped.exit == 3 && stopped.stderr.ends_with("\npreview: nothing was written\n"), "{stopped}");
}

#[test]
fn a_preview_of_a_new_book_makes_no_file() {
    let mut book = TestBook::nothing();
    let files = book.files_in(".");
    let line = "init --agent 'Lingdu Cloud' --credential 91330106MA05J1K21K --provider alibaba --currency CNY";
    book.set_now("2026-06-01T02:00:00Z");
    let preview = book.json(&format!("{line} --dry-run"));
    assert_eq!((&preview["status"], &preview["agent"]), (&"preview".into(), &"Lingdu Cloud".into()));
    assert_eq!(book.files_in("."), files);
    // Without a place of its own the book would be in a folder that is made for it.
    let mut command = book.command(&[
        "init",
        "-n",
        "--agent",
        "A",
        "--credential",
        "91330106MA05J1K21K",
        "--provider",
        "alibaba",
        "--currency",
        "CNY",
    ]);
    assert_eq!(book.finish(command.env_remove("SUBLEDGER_BOOK")).exit, 0);
    assert_eq!(book.files_in("home"), [""; 0]);
    book.done(line);
    book.refused(1, "book.exists", &format!("{line} --dry-run"));
}

#[test]
fn what_a_rule_refuses_is_refused_in_a_preview_too() {
    let book = TestBook::acme(Point::Funded);
    book.refused(1, "amount.not-positive", "fund deposit acme 0 --dry-run");
    book.refused(1, "deposits.insufficient", "fund allocate acme-test 30000.01 --dry-run");
    let nothing = TestBook::nothing();
    nothing.refused(1, "credential.invalid", "init --agent A --credential 91330106MA05J1K21X --provider alibaba --currency CNY -n");
}
