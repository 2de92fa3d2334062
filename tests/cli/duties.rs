//! `report duties`: who holds both sides of anything.

use insta::assert_snapshot;

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
