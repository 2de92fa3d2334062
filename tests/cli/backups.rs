//! Backups: a proved copy made while others write, and a proved copy in the place of the book.

use serde_json::json;

use crate::book::{Point, TestBook};
use crate::questions::refused;
use crate::terminal::Terminal;

/// A copy that somebody has changed behind its back.
fn tampered(book: &TestBook, name: &str, sql: &str) {
    let shell = rusqlite::Connection::open(book.path(name)).unwrap();
    shell.execute_batch("DROP TRIGGER entry_not_changed").unwrap();
    shell.execute_batch(sql).unwrap();
    shell
        .execute_batch(
            "CREATE TRIGGER entry_not_changed BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
        )
        .unwrap();
}

#[test]
fn a_backup_is_the_book_and_proves_itself() {
    use std::os::unix::fs::PermissionsExt as _;
    let book = TestBook::acme(Point::Closed);
    let (head, before) = (book.json("audit head"), book.everything());
    let made = book.json("backup copy.db");
    assert_eq!((&made["ok"], &made["hash"], &made["operation"]), (&json!(true), &head["hash"], &head["operation"]));
    assert_eq!(std::fs::metadata(book.path("copy.db")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(book.everything(), before, "the book is as it was");
    assert_eq!(book.json("--book copy.db report trial-balance"), book.json("report trial-balance"));
    assert_eq!(book.json("--book copy.db audit head")["hash"], head["hash"]);
    let taken = book.refused(1, "book.exists", "backup copy.db");
    assert_eq!(taken.hint, "a backup replaces no file: name a new one");
    book.refused(1, "book.exists", "backup acme.db");
    assert_eq!(book.run("backup nowhere/copy.db").exit, 7);
    book.refused(2, "usage", "backup -");
    let names: Vec<String> = book.files_in(".").into_iter().filter(|name| name.contains(".new-")).collect();
    assert_eq!(names, [""; 0], "nothing is left of what was refused");
}

/// A book in which something does not hold is worth a copy all the more; the copy says so.
#[test]
fn a_backup_of_a_damaged_book_is_made_and_says_what_does_not_hold() {
    let book = TestBook::acme(Point::Funded);
    tampered(&book, "acme.db", "UPDATE entry SET reference = 'a rebate' WHERE id = 1");
    let made = book.json_exit(3, "backup copy.db");
    assert_eq!((&made["ok"], &made["failing"][0]["name"]), (&json!(false), &json!("chain")));
    assert!(book.has("copy.db"));
    let refused = book.refused(1, "backup.unsound", "restore copy.db --yes");
    assert!(refused.details.iter().any(|line| line.starts_with("chain: ")), "{refused:?}");
    for content in [&b"SQLite format 3\0 and no more"[..], b"no book", b""] {
        book.write("torn.db", content);
        assert_eq!(book.run("restore torn.db --yes").exit, 7);
    }
    let missing = book.refused(7, "book.missing", "restore none.db --yes");
    assert_eq!(missing.hint, "a backup is a file that `subledger backup` has made");
}

#[test]
fn a_restored_book_is_the_backup_and_its_log_says_so() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    let before = book.json("report trial-balance");
    let kept = book.json("audit head")["hash"].as_str().unwrap().to_owned();
    book.done("fund deposit acme 700 --date 2026-06-02");
    book.done("fund deposit acme 700 --date 2026-06-02");
    let after = book.json("audit head");
    let preview = book.json("restore copy.db --dry-run");
    assert_eq!((&preview["taken_back"], &preview["replaced_hash"]), (&json!(2), &after["hash"]));
    assert_eq!(book.json("audit head")["hash"], after["hash"], "a preview replaces nothing");
    assert_eq!(book.run("restore copy.db").exit, 6, "nobody could be asked");
    let restored = book.json("restore copy.db --yes");
    assert_eq!(book.json("report trial-balance"), before);
    assert!(book.checks());
    book.done(&format!("check --head {kept}"));
    let after = after["hash"].as_str().unwrap();
    assert_eq!(book.run(&format!("check --head {after}")).exit, 3, "what was taken back is not proved any more");
    assert_eq!(restored["restored_hash"], book.json("audit head")["hash"]);
    let last = &book.json("audit log --last 1")["rows"][0];
    assert_eq!(last["command"], "restore");
    assert!(last["typed"].as_str().unwrap().contains(after), "{last}");
    // What was replaced is a book, and can be put back.
    let kept_as = restored["kept_as"].as_str().unwrap();
    assert!(kept_as.ends_with("acme.db.before-restore-14"), "{kept_as}");
    book.done(&format!("--book {kept_as} check --head {after}"));
    book.done(&format!("restore {kept_as} --yes"));
    book.done(&format!("check --head {after}"));
    let names: Vec<String> = book.files_in(".").into_iter().filter(|name| name.contains(".new-")).collect();
    assert_eq!(names, [""; 0]);
}

#[test]
fn a_book_that_is_gone_or_torn_comes_back() {
    let book = TestBook::acme(Point::Ordered);
    let before = book.json("report trial-balance");
    book.done("backup copy.db");
    std::fs::remove_file(book.place()).unwrap();
    book.done("restore copy.db");
    assert_eq!(book.json("report trial-balance"), before);
    book.write("acme.db", b"the disk has eaten it");
    let preview = book.json("restore copy.db --dry-run");
    assert_eq!((&preview["replaced_hash"], &preview["taken_back"]), (&json!(null), &json!(null)), "it cannot be read");
    book.done("restore copy.db --yes");
    assert_eq!(
        (book.json("report trial-balance"), book.read("acme.db.before-restore-0")),
        (before, "the disk has eaten it".to_owned())
    );
    assert!(book.checks());
}

/// A page is torn where the operators stand: nobody can be asked whether they may, and the backup's own administrators decide.
#[test]
fn a_book_that_is_torn_inside_comes_back() {
    let book = TestBook::acme(Point::Ordered);
    let before = book.json("report trial-balance");
    book.done("backup copy.db");
    let root: usize = rusqlite::Connection::open(book.place())
        .and_then(|shell| shell.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'operator'", [], |row| row.get(0)))
        .unwrap();
    let mut bytes = std::fs::read(book.place()).unwrap();
    bytes[(root - 1) * 4096..root * 4096].fill(0xff);
    book.write("acme.db", &bytes);
    book.refused(7, "book.damaged", "status");
    book.done("restore copy.db --yes");
    assert_eq!(book.json("report trial-balance"), before);
    assert!(book.checks());
    assert_eq!(std::fs::read(book.path("acme.db.before-restore-0")).unwrap(), bytes);
}

/// The book is gone and its log is not: SQLite would take that log for the new file's.
#[test]
fn a_log_without_its_book_is_not_taken_for_the_restored_ones() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    let shell = rusqlite::Connection::open(book.place()).unwrap();
    shell.execute_batch("PRAGMA wal_autocheckpoint = 0; CREATE TABLE stray (a); INSERT INTO stray VALUES (1)").unwrap();
    let log = std::fs::read(book.path("acme.db-wal")).unwrap();
    assert!(!log.is_empty());
    drop(shell);
    std::fs::remove_file(book.place()).unwrap();
    book.write("acme.db-wal", &log);
    book.done("restore copy.db");
    assert!(book.checks());
    assert_eq!(std::fs::read(book.path("acme.db.before-restore-0-wal")).unwrap(), log);
}

/// What a later version has made is not replaced by whoever may do it in an older copy.
#[test]
fn a_book_of_a_later_version_is_not_replaced() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    book.sql("PRAGMA user_version = 99").unwrap();
    book.refused(7, "book.newer", "restore copy.db --yes");
}

/// While the question stands, somebody writes: what they were told is done is not lost.
#[test]
fn a_book_that_is_written_to_while_the_question_stands_is_not_replaced() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    book.done("fund deposit acme 1 --date 2026-06-02");
    let mut person = Terminal::open(&book, "restore copy.db");
    person.sees("and take back the last 1 operation? [y/N]: ");
    book.done("fund deposit acme 700 --date 2026-06-02");
    let before = book.everything();
    person.keys("y\r").sees("acme.db was written to since you were asked");
    assert_eq!(person.exit().0, 5);
    assert_eq!(book.everything(), before);
    // The same where there was none when it was asked, or another one that could not be read.
    for torn in [&b"torn"[..], b"torn otherwise"] {
        book.write("acme.db", torn);
        let mut person = Terminal::open(&book, "restore copy.db --format json");
        person.sees("which cannot be read? [y/N]: ");
        std::fs::copy(book.path("copy.db"), book.place()).unwrap();
        refused(5, "book.overtaken", person.keys("y\r"));
    }
    book.done("fund deposit acme 1 --date 2026-06-02");
    let left: Vec<String> =
        book.files_in(".").into_iter().filter(|name| name.contains(".new-") || name.contains(".before-")).collect();
    assert_eq!(left, [""; 0], "nothing was kept aside either");
    assert!(book.checks());
}

/// Only a file is replaced that is a book, or can have been one.
#[test]
fn what_never_was_a_book_is_not_replaced() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    book.write("acme.db-wal", "");
    std::fs::create_dir(book.path("folder")).unwrap();
    std::os::unix::fs::symlink(book.path("nowhere.db"), book.path("link.db")).unwrap();
    for place in ["folder", "link.db", "acme.db-wal", "acme.db-journal", "none.db-shm"] {
        book.refused(7, "book.not-plain", &format!("--book {place} restore copy.db --yes"));
    }
    // Through a link a book is found, and replaced.
    std::os::unix::fs::symlink(book.place(), book.path("mine.db")).unwrap();
    book.done("--book mine.db restore copy.db --yes");
    assert!(book.checks());
}

/// What was kept aside is never overwritten, nor a log that lies there put beside another book.
#[test]
fn every_file_that_is_moved_aside_finds_a_place_of_its_own() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    for round in ["one", "two"] {
        std::fs::remove_file(book.place()).unwrap();
        book.write("acme.db-wal", round);
        book.done("restore copy.db");
    }
    book.write("acme.db", "torn");
    book.done("restore copy.db --yes");
    let kept = ["acme.db.before-restore-0-wal", "acme.db.before-restore-0-2-wal", "acme.db.before-restore-0-3"];
    assert_eq!(kept.map(|name| book.read(name)), ["one", "two", "torn"]);
}

/// Nobody gets to see the book of others by putting it in the place of their own.
#[test]
fn somebody_elses_book_is_not_restored_over_ones_own() {
    let book = TestBook::acme(Point::Funded);
    let init = "init --agent Mine --credential 91330106MA05J1K21K --provider alibaba --currency CNY";
    book.done_as(2001, &format!("--book mine.db {init}"));
    book.refused_as(2001, (4, "operator.not-known"), "--book mine.db restore acme.db --yes");
    assert_eq!(book.json_as(2001, "--book mine.db audit log --result denied")["rows"][0]["command"], "restore");
    book.refused_as(2001, (4, "operator.not-known"), "--book new.db restore acme.db");
    assert!(!book.has("new.db"));
    book.done("operator add ann --uid 2001 --role admin");
    let restored = book.json_as(2001, "--book mine.db restore acme.db --yes");
    assert_eq!(restored["other_book"], "another book, or one that went another way");
}

#[test]
fn a_preview_of_a_restore_upgrades_nothing() {
    let book = TestBook::nothing();
    let old = zstd::decode_all(&include_bytes!("../golden/book-version-1.db.zst")[..]).unwrap();
    book.write("acme.db", &old);
    book.write("old.db", &old);
    assert_eq!(book.json_as(1000, "restore old.db --dry-run")["taken_back"], 0);
    assert_eq!(std::fs::read(book.place()).unwrap(), old);
    book.refused_as(4242, (4, "operator.not-known"), "restore old.db --dry-run");
    assert_eq!(std::fs::read(book.place()).unwrap(), old, "a stranger upgrades nothing either");
    assert!(book.files_in(".").iter().all(|name| !name.contains(".before-")));
    book.done_as(1000, "restore old.db --yes");
    assert_eq!(book.json_as(1000, "check")["ok"], true);
}

#[test]
fn a_backup_of_version_1_is_restored_and_upgraded() {
    let book = TestBook::nothing();
    book.write("old.db", zstd::decode_all(&include_bytes!("../golden/book-version-1.db.zst")[..]).unwrap());
    book.done_as(1000, "restore old.db");
    let log = book.json_as(1000, "audit log --last 2");
    assert_eq!([&log["rows"][0]["command"], &log["rows"][1]["command"]], ["upgrade", "restore"]);
    assert_eq!(book.json_as(1000, "check")["ok"], true);
}

#[test]
fn an_administrator_alone_restores_and_everybody_backs_up() {
    let book = TestBook::acme(Point::Funded);
    book.done("operator add ann --uid 2001 --role auditor");
    book.done_as(2001, "backup copy.db");
    let operations = book.operations();
    book.refused_as(2001, (4, "operator.not-permitted"), "restore copy.db --yes");
    book.refused_as(4242, (4, "operator.not-known"), "restore copy.db --yes");
    book.refused_as(4242, (4, "operator.not-known"), "backup other.db");
    assert_eq!(book.operations(), operations + 3, "and all of them are on record");
    assert!(!book.has("other.db"));
    // Where there is no book, the backup's own administrators decide.
    std::fs::remove_file(book.place()).unwrap();
    book.refused_as(2001, (4, "operator.not-permitted"), "restore copy.db");
    assert!(!book.has("acme.db"));
}

/// A book that somebody has open is not replaced under their hands.
#[test]
fn a_book_that_is_in_use_is_not_replaced() {
    let book = TestBook::acme(Point::Funded);
    book.done("backup copy.db");
    let somebody = rusqlite::Connection::open(book.place()).unwrap();
    somebody.execute_batch("BEGIN; SELECT COUNT(*) FROM entry").unwrap();
    let count = || somebody.query_row("SELECT COUNT(*) FROM entry", [], |row| row.get::<_, i64>(0)).unwrap();
    let entries = count();
    book.refused(5, "book.busy", "restore copy.db --yes");
    assert_eq!(count(), entries);
    drop(somebody);
    book.done("restore copy.db --yes");
}

/// While one writes without a pause, another one takes backups: each is a book of its own moment, and no write is lost.
#[test]
fn backups_are_taken_while_others_write() {
    const WRITES: usize = 30;
    let book = TestBook::acme(Point::Ready);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..WRITES {
                book.done(&format!("fund deposit acme 1 --date 2026-06-02 --key k-{number}"));
            }
        });
        for number in 0..4 {
            let made = book.json(&format!("backup copy-{number}.db"));
            assert_eq!(made["ok"], true);
        }
    });
    assert_eq!(book.json("fund balance")["groups"][0]["deposits"], format!("{WRITES}.00"));
    for number in 0..4 {
        let hash = book.json(&format!("--book copy-{number}.db audit head"))["hash"].as_str().unwrap().to_owned();
        book.done(&format!("check --head {hash}"));
    }
}
