//! `report duties`: who holds both sides of anything.

use insta::assert_snapshot;
use serde_json::json;

use crate::book::{Point, TestBook};

#[test]
fn who_held_or_used_both_sides_is_reported() {
    let mut book = TestBook::acme(Point::Funded);
    book.done("operator add li.na --uid 2001 --role manager");
    book.done("operator add chen --uid 2002 --role tech");
    book.done_as(2001, "account freeze acme-test --reason late");
    book.done_as(2001, "account thaw acme-test --reason paid");
    book.done_as(2002, "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-02");
    book.done_as(2002, "order record acme-test --product ecs --kind new --list-price 5 --provider-order 78 --date 2026-06-02");
    // The one takes over from finance for a while, the other goes over to finance for good.
    book.done("operator grant li.na --role finance --until 2026-07-10");
    book.done("operator revoke chen --role tech");
    book.set_now("2026-07-05T02:00:00Z");
    book.done("operator grant chen --role finance admin");
    book.done_as(2001, "fund allocate acme-test 5 --date 2026-06-02");
    book.done_as(2002, "fund deposit acme 5 --date 2026-06-02");
    book.done_as(2002, "fund allocate acme-test 5 --date 2026-06-02");
    book.done_as(2002, "policy set approval-limit 100");
    book.set_now("2026-11-01T02:00:00Z");
    book.sql("UPDATE operator SET name = 'boss' WHERE id = 1").unwrap();
    assert_snapshot!(book.done("report duties"), @"
    Both sides in one hand
    Operator  Of what              Held    Used  and  Last used   For the same accounts
    -----------------------------------------------------------------------------------
    boss      rights-and-money     now        6    2  2026-07-05  -
    boss      limit-and-money      now        0    2  -           -
    boss      customers-and-money  now        7    2  2026-07-03  acme-test
    boss      orders-and-money     now        0    2  -           -
    boss      orders-and-closing   now        0    0  -           -
    li.na     customers-and-money  before     0    1  -           -
    li.na     orders-and-money     before     0    1  -           -
    li.na     orders-and-closing   before     0    0  -           -
    chen      rights-and-money     now        1    2  2026-07-05  -
    chen      limit-and-money      now        1    2  2026-07-05  -
    chen      orders-and-money     never      2    2  2026-07-05  acme-test

    Roles, and whether they were used in 90 days
    Operator  Role     Since       Came to others  Last used   Usage
    ---------------------------------------------------------------------
    boss      admin    -           no              2026-07-05  idle
    boss      manager  -           no              2026-07-03  idle
    boss      finance  -           no              2026-07-03  idle
    boss      tech     -           no              -           never-used
    li.na     manager  2026-07-03  no              2026-07-03  idle
    chen      admin    2026-07-05  no              2026-07-05  idle
    chen      finance  2026-07-05  no              2026-07-05  idle
    ----- exit 0
    ");
    let as_of = book.json("report duties --as-of 2026-07-04");
    let rows = as_of["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["operator"] != "chen"), "{as_of}");
    assert!(rows.iter().any(|row| row["operator"] == "li.na" && row["held"] == "now"), "{as_of}");
}

#[test]
fn separate_people_have_no_conflict() {
    let book = TestBook::acme(Point::Made);
    let me = book.json("operator list")["rows"][0]["name"].as_str().unwrap().to_owned();
    book.done("operator add li.na --uid 2001 --role manager tech");
    book.done("operator add chen --uid 2002 --role finance");
    book.done(&format!("operator revoke {me} --role manager finance tech auditor"));
    let report = book.json("report duties");
    let rows = report["rows"].as_array().unwrap();
    assert!(
        rows.iter().all(|row| row["held"] == "before"),
        "what the founder once held is told, and nobody holds anything now: {report}"
    );
    assert!(rows.iter().all(|row| row["operator"] == me.as_str()), "{report}");
}

fn told(book: &TestBook, line: &str, operator: &str) -> Vec<String> {
    let report = book.json(line);
    let rows = report["rows"].as_array().unwrap().iter().filter(|row| row["operator"] == operator);
    rows.map(|row| format!("{} {}", row["conflict"].as_str().unwrap(), row["held"].as_str().unwrap())).collect()
}

/// Whoever had every role since the book was made has held both sides, whatever became of them.
#[test]
fn who_is_disabled_has_held_what_they_held() {
    let mut book = TestBook::acme(Point::Funded);
    book.sql("UPDATE operator SET name = 'boss' WHERE id = 1").unwrap();
    book.done("operator add li.na --uid 2001 --role admin");
    book.set_now("2026-07-08T02:00:00Z");
    book.done_as(2001, "operator disable boss --reason left");
    let all = ["rights-and-money", "limit-and-money", "customers-and-money", "orders-and-money", "orders-and-closing"];
    let each = |held: &str| all.map(|conflict| format!("{conflict} {held}"));
    let report = |day: &str| {
        let report = book.json_as(2001, &format!("report duties --as-of {day}"));
        let rows = report["rows"].as_array().unwrap().clone();
        let rows = rows.into_iter().filter(|row| row["operator"] == "boss");
        rows.map(|row| format!("{} {}", row["conflict"].as_str().unwrap(), row["held"].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(report("2026-07-08"), each("before"));
    assert_eq!(report("2026-07-07"), each("now"), "they were disabled later");
}

/// Somebody who asks has used their right, whoever approves.
#[test]
fn what_was_asked_for_is_a_deed_of_who_asked() {
    let book = TestBook::acme(Point::Funded);
    book.done("operator add li.na --uid 2001 --role manager finance");
    book.done("operator add chen --uid 2002 --role finance");
    book.done("policy set approval-limit 'credit 1 CNY, 1 CNY'");
    book.done_as(2001, "account edit acme-prod --holder 'Wang Wei'");
    book.done_as(2001, "account edit acme-test --holder 'Wang Wei'");
    for line in ["credit set acme-prod 200000", "fund deposit acme 5", "fund allocate acme-test 5"] {
        assert_eq!(book.run_as(2001, line).exit, 3, "{line}");
    }
    for request in ["a-1", "a-2", "a-3"] {
        book.done_as(2002, &format!("approval approve {request}"));
    }
    let report = book.json("report duties");
    let of = |table: &str, key: &str, value: &str| {
        let found = report[table].as_array().unwrap().iter().find(|row| row["operator"] == "li.na" && row[key] == value);
        found.unwrap_or_else(|| panic!("{value}: {report}")).clone()
    };
    let both = of("rows", "conflict", "customers-and-money");
    assert_eq!(
        (&both["one_side"], &both["other_side"], &both["accounts"]),
        (&json!(2), &json!(3), &json!(["acme-prod", "acme-test"])),
        "{both}"
    );
    assert_eq!(of("drift", "role", "finance")["usage"], "used");
    assert_eq!(told(&book, "report duties", "chen"), [""; 0]);
}

/// Setting a limit is changing it.
#[test]
fn a_limit_that_was_so_already_was_not_set() {
    let book = TestBook::acme(Point::Funded);
    for key in ["k-1", "k-2"] {
        book.done(&format!("policy set approval-limit 100 --key {key}"));
    }
    book.done("policy set pool-days 4");
    let report = book.json("report duties");
    let rows = report["rows"].as_array().unwrap();
    let used = |conflict: &str| rows.iter().find(|row| row["conflict"] == conflict).unwrap()["one_side"].clone();
    assert_eq!(used("limit-and-money"), 1);
    let administered = used("rights-and-money");
    book.done("policy set approval-limit 200");
    let report = book.json("report duties");
    let rows = report["rows"].as_array().unwrap();
    let used = |conflict: &str| rows.iter().find(|row| row["conflict"] == conflict).unwrap()["one_side"].as_u64().unwrap();
    assert_eq!((used("limit-and-money"), used("rights-and-money")), (2, administered.as_u64().unwrap() + 1));
}
