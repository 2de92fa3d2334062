//! `--key`: a command that is sent twice is done once.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};
use crate::writes::WRITES;

/// An answer without how it came about, and without tokens.
pub(crate) fn outcome(answer: &Value) -> Value {
    let mut answer = answer.clone();
    answer.as_object_mut().unwrap().remove("status");
    without_tokens(&mut answer);
    for row in answer["rows"].as_array_mut().into_iter().flatten() {
        without_tokens(row);
    }
    answer
}

/// A token is told once.
fn without_tokens(answer: &mut Value) {
    if let Some(members) = answer.as_object_mut() {
        members.retain(|key, _| key != "token" && key != "link");
    }
}

#[test]
fn the_same_key_and_content_gives_the_first_outcome_and_exit_again() {
    for write in WRITES {
        let (book, line) = write.ready();
        let first = book.json_exit(write.exit, &format!("{line} --key k-1"));
        assert_eq!(first["status"], "applied", "{line}");
        let before = book.everything();
        let second = book.json_exit(write.exit, &format!("{line} --key k-1"));
        assert_eq!(second["status"], "already", "{line}");
        assert_eq!(outcome(&second), outcome(&first), "{line}");
        assert_eq!(book.everything(), before, "{line}");
        // The key belongs to this command, whatever comes of another.
        book.refused(5, "key.reused", "group add stranger --name Stranger --key k-1");
    }
}

#[test]
fn a_replayed_command_says_so() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 100 --date 2026-06-01 --key icbc-77");
    assert_snapshot!(book.run("fund deposit acme 100 --date 2026-06-01 --key icbc-77"), @"
    Entry              1
    Group              acme
    Account            -
    To                 -
    Date               2026-06-01
    Currency           CNY
    Amount             100.00
    Not allocated now  100.00
    Funds now          -
    Funds there now    -
    Reference          -
    Remark             -
    ----- stderr
    this key was used before: the first outcome is shown, nothing was written
    ----- exit 0
    ");
}

/// The first outcome is told again even after the book has moved on, and even where the month is closed by now.
#[test]
fn a_key_outlives_what_has_happened_since() {
    let book = TestBook::acme(Point::Ready);
    let first = book.json("fund deposit acme 50000 --date 2026-06-01 --key k-1");
    book.done("fund deposit acme 1 --date 2026-06-30");
    book.done("period close 2026-06 --yes");
    book.refused(1, "period.closed", "fund deposit acme 50000 --date 2026-06-01");
    assert_eq!(outcome(&book.json("fund deposit acme 50000 --date 2026-06-01 --key k-1")), outcome(&first));
}

#[test]
fn other_content_under_the_same_key_is_refused_and_the_field_is_named() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 100 --date 2026-06-01 --key k-1");
    book.done("order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-02 --key k-2");
    book.done("bill import bill.csv --period 2026-06 --key k-3");
    book.write("other.csv", crate::book::bill(&crate::book::BILL[..1]));
    let before = book.everything();
    let reuses = [
        ("amount", "fund deposit acme 101 --date 2026-06-01 --key k-1"),
        ("date", "fund deposit acme 100 --date 2026-06-02 --key k-1"),
        ("date", "fund deposit acme 100 --key k-1"),
        ("reference", "fund deposit acme 100 --date 2026-06-01 --reference again --key k-1"),
        ("command", "fund allocate acme-test 100 --date 2026-06-01 --key k-1"),
        (
            "list_price",
            "order record acme-prod --product ecs --kind new --list-price 6 --provider-order 77 --date 2026-06-02 --key k-2",
        ),
        (
            "placed",
            "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-02 --placed --key k-2",
        ),
        ("files", "bill import other.csv --period 2026-06 --key k-3"),
        ("is_final", "bill import bill.csv --period 2026-06 --final --key k-3"),
        ("period", "bill import bill.csv --period 2026-07 --key k-3"),
    ];
    for (field, line) in reuses {
        let refused = book.refused(5, "key.reused", line);
        assert!(refused.message.contains(&format!(": {field} was ")), "{line}: {}", refused.message);
    }
    assert_eq!(book.everything(), before);
    assert_snapshot!(book.run("fund deposit acme 101 --date 2026-06-01 --key k-1"), @r#"
    ----- stderr
    error: the key "k-1" was used before for something else: amount was "100", now it is "101"
    hint: use a new key for a new command
    ----- exit 5
    "#);
}

/// The content is the file's, not its name.
#[test]
fn a_file_under_another_name_is_the_same_content() {
    let book = TestBook::acme(Point::Ordered);
    book.done("bill import bill.csv --period 2026-06 --key k-1");
    std::fs::rename(book.path("bill.csv"), book.path("renamed.csv")).unwrap();
    assert_eq!(book.json("bill import renamed.csv --period 2026-06 --key k-1")["status"], "already");
}

#[test]
fn a_refused_command_does_not_use_a_key_up() {
    let book = TestBook::acme(Point::Ready);
    book.refused(1, "deposits.insufficient", "fund allocate acme-test 100 --date 2026-06-01 --key k-1");
    book.done("fund deposit acme 100 --date 2026-06-01");
    assert_eq!(book.json("fund allocate acme-test 100 --date 2026-06-01 --key k-1")["status"], "applied");
    assert_eq!(book.json("account show acme-test")["funds"], "100.00");
}

#[test]
fn a_preview_does_not_use_a_key_up() {
    let book = TestBook::acme(Point::Ready);
    assert_eq!(book.json("fund deposit acme 100 --date 2026-06-01 --key k-1 --dry-run")["status"], "preview");
    assert_eq!(book.json("fund deposit acme 200 --date 2026-06-01 --key k-1")["status"], "applied");
    assert_eq!(book.json("group show acme")["deposits"], "200.00");
}

/// What the log keeps of a command is what was typed, by argument, and the hash of a file in the place of its name.
#[test]
fn the_log_keeps_what_was_typed() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 100.50 --date 2026-06-01 --quiet --key k-1");
    book.done("bill import bill.csv --period 2026-06 --final --format json");
    let log = rusqlite::Connection::open(book.place()).unwrap();
    let arguments = |id: &str| {
        let sql = format!("SELECT arguments FROM operation WHERE command = '{id}'");
        let text: String = log.query_row(&sql, [], |row| row.get(0)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    assert_eq!(arguments("fund deposit"), serde_json::json!({ "group": "acme", "amount": "100.50", "date": "2026-06-01" }));
    let bill = arguments("bill import");
    assert_eq!(bill["files"].as_str().unwrap().len(), 64);
    assert_eq!(bill.as_object().unwrap().keys().collect::<Vec<_>>(), ["files", "is_final", "period"]);
}

/// A command that finds everything done already is remembered too, when it was given a key.
#[test]
fn a_key_is_remembered_for_a_command_that_had_nothing_to_do() {
    let book = TestBook::acme(Point::Ready);
    assert_eq!(book.json("price apply acme-sale.toml --key k-1")["already_applied"], true);
    book.refused(5, "key.reused", "price apply alibaba-purchase.toml --key k-1");
}

#[test]
fn the_key_of_a_book_tells_a_stranger_nothing() {
    let book = TestBook::nothing();
    let init = |agent| format!("init --agent '{agent}' --credential 91330106MA05J1K21K --provider alibaba --currency CNY --key k");
    book.done(&init("Lingdu Cloud"));
    for agent in ["Lingdu Cloud", "Another"] {
        book.refused_as(4242, (1, "book.exists"), &init(agent));
    }
    assert_eq!(book.json(&init("Lingdu Cloud"))["status"], "already");
    book.refused(5, "key.reused", &init("Another"));
}
