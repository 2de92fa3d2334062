//! Every command that writes, killed (SIGKILL) at some moment: it is there once if it had said so, and wholly or not at all.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::book::{TestBook, words};
use crate::writes::{WRITES, Write};

/// What became of some kills.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    /// The signal has ended the command.
    killed: usize,
    /// Of these, those whose operation was in the log all the same.
    committed: usize,
}

/// The moment of the `number`th kill: multiples of the golden section fill the time that the command takes, and a little beyond.
fn moment(number: usize, whole: Duration) -> Duration {
    whole * u32::try_from(number * 618_034 % 1_000_000 * 12 / 10).expect("it is small") / 1_000_000
}

fn operations(book: &TestBook) -> i64 {
    let connection = rusqlite::Connection::open(book.place()).expect("the book opens");
    connection.query_row("SELECT COUNT(*) FROM operation", [], |row| row.get(0)).expect("a log")
}

/// Kills one command so many times, each time on the same book.
fn killed(write: &Write, kills: usize, first: usize, tally: &mut Tally) {
    let (book, line) = write.ready();
    let bytes = std::fs::read(book.place()).expect("the book is one file");
    let before = operations(&book);
    let keyed = format!("{line} --key kill");
    let begun = Instant::now();
    assert_eq!(book.run(&keyed).exit, write.exit, "{line}");
    let whole = begun.elapsed();
    for number in first..first + kills {
        std::fs::write(book.place(), &bytes).expect("the book is put back");
        let mut child = book.command(&words(&keyed)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
        std::thread::sleep(moment(number, whole));
        child.kill().expect("it is killed, or has ended");
        let status = child.wait().expect("it has ended");
        let acknowledged = status.code() == Some(write.exit);
        assert!(book.checks(), "{line}: kill {number}");
        let after = operations(&book);
        let there = after == before + 1;
        assert!(there || (after == before && !acknowledged), "{line}: kill {number} has left {after} operations of {before}");
        tally.kills += 1;
        tally.killed += usize::from(status.code().is_none());
        tally.committed += usize::from(status.code().is_none() && there);
        // Whoever does not know runs it again, and it is there once.
        let again = book.run(&keyed);
        assert_eq!(again.exit, write.exit, "{line}: kill {number}, and again\n{again}");
        assert_eq!(operations(&book), before + 1, "{line}: kill {number}");
        for beside in ["-wal", "-shm"] {
            let leftover = book.path(&format!("acme.db{beside}"));
            assert!(!leftover.exists(), "{line}: kill {number} has left {}", leftover.display());
        }
    }
    assert!(book.checks(), "{line}");
}

/// Every fourth of them once; the long form kills every one of them four times.
#[test]
fn whatever_write_is_killed_is_there_once_or_not_at_all() {
    let mut tally = Tally::default();
    for (number, write) in WRITES.iter().enumerate().step_by(4) {
        killed(write, 1, number, &mut tally);
    }
    assert!(tally.killed > 0, "no kill came in time: {tally:?}");
}

#[test]
#[ignore = "hundreds of kills: a minute or two"]
fn whatever_write_is_killed_is_there_once_or_not_at_all_long() {
    let mut tally = Tally::default();
    for (number, write) in WRITES.iter().enumerate() {
        killed(write, 4, number * 4, &mut tally);
    }
    println!("{} kills of {} command lines that write: {tally:?}, lost 0, half done 0", tally.kills, WRITES.len());
    assert!(tally.killed > tally.kills / 2, "most kills came too late: {tally:?}");
}

/// A backup that is killed has no name; a restored book is the one or the other.
fn backup_and_restore_killed(kills: usize) {
    let book = TestBook::acme(crate::book::Point::Closed);
    book.done("backup copy.db");
    book.done("fund deposit acme 5 --date 2026-07-02");
    let bytes = std::fs::read(book.place()).expect("the book is one file");
    let [old, new] = [book.json("audit head")["operation"].clone(), book.json("--book copy.db audit head")["operation"].clone()];
    let (old, new): (i64, i64) = (old.as_str().unwrap().parse().unwrap(), new.as_str().unwrap().parse().unwrap());
    for (line, result) in [("backup made.db", "made.db"), ("restore copy.db --yes", "acme.db")] {
        let begun = Instant::now();
        book.done(line);
        let whole = begun.elapsed();
        for number in 0..kills {
            std::fs::write(book.place(), &bytes).expect("the book is put back");
            drop(std::fs::remove_file(book.path("made.db")));
            let mut child =
                book.command(&words(line)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
            std::thread::sleep(moment(number, whole));
            child.kill().expect("it is killed, or has ended");
            let acknowledged = child.wait().expect("it has ended").success();
            assert!(book.checks(), "{line}: kill {number}");
            if line.starts_with("backup") {
                assert!(!acknowledged || book.has(result), "{line}: kill {number}");
                if book.has(result) {
                    book.done("--book made.db check");
                }
                assert_eq!(operations(&book), old);
            } else {
                let now = operations(&book);
                assert!(now == new + 1 || (now == old && !acknowledged), "{line}: kill {number} has left {now} operations");
            }
            // What is left of a killed one is in nobody's way.
            book.done(&line.replace("made.db", &format!("again-{number}.db")));
        }
    }
}

#[test]
fn a_killed_backup_or_restore_leaves_a_whole_book() {
    backup_and_restore_killed(6);
}

#[test]
#[ignore = "many kills: half a minute"]
fn a_killed_backup_or_restore_leaves_a_whole_book_long() {
    backup_and_restore_killed(100);
}
