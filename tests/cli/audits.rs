//! The audit log: who did what, what it changed, and the hash that proves it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::book::{Point, TestBook};

fn rows(book: &TestBook, line: &str) -> Vec<Value> {
    book.json(line)["rows"].as_array().unwrap().clone()
}

fn commands(book: &TestBook, line: &str) -> Vec<String> {
    rows(book, line).iter().map(|row| row["command"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_operation_is_listed_with_what_it_changed_and_posted() {
    let book = TestBook::acme(Point::Funded);
    book.done("operator add li.na --uid 2001 --role manager finance");
    book.done_as(2001, "fund deposit acme 70 --date 2026-06-01");
    book.done_as(2001, "fund allocate acme-test 70 --date 2026-06-01");
    book.done_as(2001, "account edit acme-prod --mobile 13900000002 --holder 'Wang Wei'");
    assert_eq!(rows(&book, "audit log").len() as u64, book.operations());
    assert_snapshot!(book.done("audit log --last 3"), @"
    No.  Time                       Operator  OS user  Command        Typed                                                 Result  What it did
    -----------------------------------------------------------------------------------------------------------------------------------------------------------------
     14  2026-07-03T10:00:00+08:00  li.na        2001  fund deposit   amount=70 date=2026-06-01 group=acme                  done    entry 3 deposit
     15  2026-07-03T10:00:00+08:00  li.na        2001  fund allocate  account=acme-test amount=70 date=2026-06-01           done    entry 4 allocate
     16  2026-07-03T10:00:00+08:00  li.na        2001  account edit   account=acme-prod holder=Wang Wei mobile=139****0002  done    account acme-prod: holder, mobile
    ----- exit 0
    ");
    let last = rows(&book, "audit log --last 1").remove(0);
    assert_eq!(
        last["changes"],
        json!([
            { "noun": "account", "key": "acme-prod", "field": "holder", "before": null, "after": "Wang Wei" },
            { "noun": "account", "key": "acme-prod", "field": "mobile", "before": "138****0001", "after": "139****0002" },
        ])
    );
    let number = last["operation"].as_str().unwrap();
    assert_snapshot!(book.done(&format!("audit show {number}")), @"
    Operation  16
    Time       2026-07-03T10:00:00+08:00
    Operator   li.na
    OS user    2001
    Command    account edit
    Typed      account=acme-prod holder=Wang Wei mobile=139****0002
    Result     done
    Orders     0
    Charges    0
    Hash       [-----------------------------hash-----------------------------]

    What it changed
    What     Which      Field   Before       After
    ----------------------------------------------------
    account  acme-prod  holder  -            Wang Wei
    account  acme-prod  mobile  138****0001  139****0002
    ----- exit 0
    ");
    let deposit = rows(&book, "audit log --command 'fund deposit' --operator li.na").remove(0);
    assert_eq!(deposit["entries"], json!(["3"]));
    assert_snapshot!(book.done(&format!("audit show {}", deposit["operation"].as_str().unwrap())), @"
    Operation  14
    Time       2026-07-03T10:00:00+08:00
    Operator   li.na
    OS user    2001
    Command    fund deposit
    Typed      amount=70 date=2026-06-01 group=acme
    Result     done
    Orders     0
    Charges    0
    Hash       [-----------------------------hash-----------------------------]

    What it posted
    Entry  Event    Date        Ledger account  Owner  Currency  Debit  Credit
    --------------------------------------------------------------------------
        3  deposit  2026-06-01  bank            agent  CNY       70.00       -
        3  deposit  2026-06-01  deposits        acme   CNY           -   70.00
    ----- exit 0
    ");
    book.refused(1, "operation.unknown", "audit show 4711");
    book.refused(2, "usage", "audit show first");
}

#[test]
fn the_log_is_searched_by_who_what_when_and_about_what() {
    let mut book = TestBook::acme(Point::Ordered);
    book.done("operator add li.na --uid 2001 --role manager");
    book.set_now("2026-07-09T16:30:00Z");
    book.done_as(2001, "account freeze acme-test --reason late");
    book.refused_as(2001, (4, "operator.not-permitted"), "fund deposit acme 5");
    book.refused_as(4242, (4, "operator.not-known"), "account list");
    assert_eq!(commands(&book, "audit log --operator li.na"), ["account freeze", "fund deposit"]);
    assert_eq!(commands(&book, "audit log --operator 2001 --result done"), ["account freeze"]);
    assert_eq!(commands(&book, "audit log --result denied"), ["fund deposit", "account list"], "a look is named, too");
    // A day is one in UTC+8.
    assert_eq!(commands(&book, "audit log --from 2026-07-10").len(), 3);
    assert_eq!(commands(&book, "audit log --from 2026-07-04 --to 2026-07-09"), [""; 0]);
    assert_eq!(commands(&book, "audit log --command order"), ["order record", "order import"]);
    let about = commands(&book, "audit log --about acme-test");
    assert_eq!(about, ["account associate", "account confirm", "fund allocate", "order import", "account freeze"]);
    assert_eq!(commands(&book, "audit log --about o-1"), ["order record"]);
    assert_eq!(commands(&book, "audit log --about li.na"), ["operator add"]);
    assert!(commands(&book, "audit log --about acme").contains(&"group add".to_owned()));
    assert_eq!(commands(&book, "audit log --about 1000000000000002"), about, "by its number");
    assert_eq!(commands(&book, "audit log --about nobody"), [""; 0]);
    // A slip of the finger does not look like nothing.
    book.refused(1, "operator.unknown", "audit log --operator li.an");
    book.refused(1, "command.unknown", "audit log --command 'fund depost'");
    book.refused(1, "days.reversed", "audit log --from 2026-07-10 --to 2026-07-01");
    assert_eq!(commands(&book, "audit log --command 'fund withdraw'"), [""; 0]);
    assert_eq!(commands(&book, "audit log --operator uid-4242"), ["account list"]);
    assert_snapshot!(book.done("audit log --result denied --format csv"), @"
    operation,time,operator,uid,command,typed,result,changes,orders,entries,key,hash
    17,2026-07-10T00:30:00+08:00,li.na,2001,fund deposit,amount=5 group=acme,denied,,,,,[-----------------------------hash-----------------------------]
    18,2026-07-10T00:30:00+08:00,uid-4242,4242,account list,,denied,,,,,[-----------------------------hash-----------------------------]
    ----- exit 0
    ");
    for wrong in ["--result failed", "--from july", "--last -1", "--last 0"] {
        book.refused(2, "usage", &format!("audit log {wrong}"));
    }
}

/// What a file or a person has brought in steers no terminal and no spreadsheet.
#[test]
fn hostile_text_in_the_log_is_shown_harmless() {
    let book = TestBook::acme(Point::Made);
    book.run_words(&["group", "add", "evil", "--name", "=cmd|' /C calc'!A0"]);
    let csv = book.done("audit log --format csv").stdout;
    assert!(!csv.contains(",=cmd") && !csv.contains("\n="), "{csv}");
}

#[test]
fn personal_numbers_are_masked_in_the_log() {
    let book = TestBook::acme(Point::Ready);
    book.done("entity add li --name 'Li Na' --id-number 11010519491231002X");
    book.done("entity edit acme-hq --phone 0571-88880000");
    book.done("account edit acme-test --email wang@acme.example --key k-1");
    let reused = book.refused(5, "key.reused", "account edit acme-test --email li@acme.example --key k-1");
    assert!(reused.message.contains("w***@acme.example") && !reused.message.contains("wang@"), "{reused:?}");
    for format in ["table", "json", "csv"] {
        let log = book.done(&format!("audit log --format {format}")).stdout;
        for secret in ["13800000001", "11010519491231002X", "0571-88880000", "wang@acme.example"] {
            assert!(!log.contains(secret), "{format}: {secret}");
        }
        assert!(log.contains("138****0001") || format == "table", "{format}");
    }
}

#[test]
fn a_kept_head_proves_that_nothing_before_it_has_changed() {
    let book = TestBook::acme(Point::Funded);
    let head = book.json("audit head");
    assert_eq!(head["operation"], book.operations().to_string());
    let hash = head["hash"].as_str().unwrap().to_owned();
    book.done("fund deposit acme 5");
    let answer = book.json(&format!("check --head {hash}"));
    let row = answer["rows"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&row["name"], &row["ok"]), (&json!("head"), &json!(true)), "{row}");
    assert_eq!(book.json("check")["rows"].as_array().unwrap().len(), answer["rows"].as_array().unwrap().len() - 1);
    let other = TestBook::acme(Point::Ready).json("audit head")["hash"].as_str().unwrap().to_owned();
    book.done(&format!("check --head {other}"));
    let stranger = "0123456789abcdef".repeat(4);
    assert_snapshot!(book.run(&format!("check --head {stranger} --quiet")).stdout.lines().last().unwrap(), @"head          no   no operation of a sound log has this hash: rewritten, cut off, or another book");
    assert_eq!(book.run(&format!("check --head {stranger}")).exit, 3);
    for wrong in ["xyz", &hash[..63], &hash.replace(&hash[..1], "g")] {
        book.refused(2, "usage", &format!("check --head {wrong}"));
    }
}

#[test]
fn a_look_that_cannot_be_put_on_record_is_not_merely_denied() {
    let book = TestBook::acme(Point::Made);
    book.sql("CREATE TRIGGER full BEFORE INSERT ON operation BEGIN SELECT * FROM nowhere; END").unwrap();
    book.refused_as(4242, (7, "book.damaged"), "account list");
}

/// Who has not the right is logged with whatever they have typed, wherever they have typed it; and a log is for ever.
#[test]
fn no_identity_number_gets_into_the_log_by_any_argument() {
    let book = TestBook::acme(Point::Ready);
    let number = "11010519491231002X";
    for line in [
        format!("entity add x2 --name N --credential {number}"),
        format!("entity edit acme-hq --tax-id {}", number.to_lowercase()),
        format!("account show {number}"),
        format!("account freeze acme-test --reason 'of {number}, 110105194912310021'"),
    ] {
        book.refused_as(4242, (4, "operator.not-known"), &line);
    }
    book.refused(1, "credential.invalid", &format!("entity add x2 --name N --credential {number}"));
    book.done("entity add li --name 'Li Na' --credential 91330106MA05J1K21K --key k-1");
    let file = String::from_utf8_lossy(&std::fs::read(book.place()).unwrap()).to_lowercase();
    let log = String::from_utf8_lossy(&std::fs::read(book.path("acme.db-wal")).unwrap_or_default()).to_lowercase();
    for part in ["11010519491231", "19491231002"] {
        assert!(!file.contains(part) && !log.contains(part), "{part} is in the book");
    }
    let typed: Vec<String> =
        rows(&book, "audit log --last 5").iter().map(|row| row["typed"].as_str().unwrap().to_owned()).collect();
    assert_snapshot!(typed.join("\n"), @"
    code=x2 credential=**************002X name=N
    code=acme-hq tax_id=**************002x
    account=**************002X
    account=acme-test reason=of **************002X, **************0021
    code=li credential=91330106MA05J1K21K name=Li Na
    ");
}

#[test]
fn personal_numbers_are_masked_wherever_they_were_typed() {
    let book = TestBook::acme(Point::Ready);
    book.refused_as(4242, (4, "operator.not-known"), "account show 13912345678");
    book.done("account freeze acme-test --reason 'told 13912345678 and wang@acme.example'");
    book.done(
        "entity edit acme-hq --address '12 West Lake Road' --phone 0571-88880000 --bank ICBC --bank-account 1202020000000000001",
    );
    let typed: Vec<String> =
        rows(&book, "audit log --last 3").iter().map(|row| row["typed"].as_str().unwrap().to_owned()).collect();
    assert_snapshot!(typed.join("\n"), @"
    account=139****5678
    account=acme-test reason=told 139****5678 and w***@acme.example
    address=12 **********Road bank=ICBC bank_account=120************0001 code=acme-hq phone=057******0000
    ");
    let shown = book.done("audit log --last 1 --format json").stdout;
    assert!(!shown.contains("West Lake") && !shown.contains("1202020000000000001"), "{shown}");
}

#[test]
fn a_stranger_does_not_fill_the_log() {
    let book = TestBook::acme(Point::Ready);
    let long = "x".repeat(120_000);
    book.refused_as(4242, (4, "operator.not-known"), &format!("account show {long}"));
    let typed = rows(&book, "audit log --last 1")[0]["typed"].as_str().unwrap().to_owned();
    assert_eq!(typed, format!("account={}…", "x".repeat(200)));
    book.done(&format!("account freeze acme-test --reason '{}'", "why ".repeat(60).trim()));
    let widest = book.done("audit log").stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest < 320, "{widest} columns");
}

/// A log that was tampered with is said to be, and not told as if nothing were wrong.
#[test]
fn an_unreadable_time_or_argument_is_damage() {
    for damage in ["recorded_at = 'yesterday'", "arguments = 'group=acme'"] {
        let book = TestBook::acme(Point::Ready);
        book.sql(&format!("DROP TRIGGER operation_not_changed; UPDATE operation SET {damage} WHERE id = 3")).unwrap();
        book.refused(7, "book.damaged", "audit show 3");
        book.refused(7, "book.damaged", "audit log");
        book.done("audit show 2");
    }
}

/// An import of a hundred thousand orders is not loaded for its time, nor what lies before the last operations that are shown.
#[test]
fn what_is_not_shown_is_not_read() {
    let book = TestBook::acme(Point::Funded);
    book.done("entity edit acme-hq --phone 0571-1");
    book.sql("DROP TRIGGER entry_not_changed; UPDATE entry SET event = 'nonsense'").unwrap();
    book.refused(7, "book.damaged", "audit log");
    assert_eq!(commands(&book, "audit log --last 1"), ["entity edit"]);
    let last = book.operations();
    book.sql("DROP TABLE charge").unwrap();
    assert_eq!(book.json("audit head")["operation"], last.to_string());
    assert_eq!(book.json("audit head")["time"], "2026-07-03T10:00:00+08:00");
}
