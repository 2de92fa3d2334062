//! Alerts: raised, looked at, put off, and raised again on another occasion.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};

fn buy(account: &str, list: &str, number: u32, date: &str) -> String {
    format!("order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date {date} --placed")
}

/// Kind, what it is about, and state of each alert.
fn told(book: &TestBook, exit: i32, line: &str) -> Vec<String> {
    let rows = book.json_exit(exit, line);
    let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows["rows"].as_array().unwrap().iter().map(|row| ["kind", "subject", "state"].map(|key| word(row, key)).join(" ")).collect()
}

fn id_of(book: &TestBook, kind: &str) -> String {
    let rows = book.json_exit(3, &format!("alert list --kind {kind}"));
    rows["rows"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_balance_that_falls_is_told_at_each_threshold_and_then_as_arrears() {
    let book = TestBook::acme(Point::Funded);
    assert_snapshot!(book.run("alert list"), @"
    nothing needs anybody
    ----- exit 0
    ");
    // Of 20 000 that came in last; 95 % of list.
    book.done(&buy("acme-test", "15000", 71, "2026-06-02"));
    assert!(told(&book, 0, "alert list").is_empty(), "28.75 % are left");
    book.done(&buy("acme-test", "2000", 72, "2026-06-05"));
    let at_25 = id_of(&book, "low-balance");
    assert_snapshot!(book.run("alert list"), @"
    Id            Kind         About      State  What                                                                 Note
    ----------------------------------------------------------------------------------------------------------------------
    c179c38d7ec2  low-balance  acme-test  open   3850.00 CNY is left of 20000.00 CNY, at most 25 %, since 2026-06-05  -
    ----- exit 3
    ");
    book.done(&buy("acme-test", "2000", 73, "2026-06-07"));
    assert_ne!(id_of(&book, "low-balance"), at_25, "10 % is another threshold");
    book.done(&buy("acme-test", "5000", 74, "2026-06-08"));
    assert_snapshot!(book.run("alert list"), @"
    Id            Kind     About      State  What                                         Note
    ------------------------------------------------------------------------------------------
    89c3b15574a7  arrears  acme-test  open   in arrears by 2800.00 CNY, since 2026-06-08  -
    ----- exit 3
    ");
    assert_snapshot!(book.run("status"), @"
    Book            [FOLDER]/acme.db
    Chosen by       SUBLEDGER_BOOK
    Agent           Lingdu Cloud
    Provider        alibaba
    You are         [USER] (admin, manager, finance, tech, auditor)
    Groups          1
    Accounts        2
    Operations      16
    Alerts          1 open: 1 arrears; `subledger alert list`
    Closed through  -

    Open months
    Period   State  Bill version  Bill  Currency  Payable  Open differences  Receipt
    --------------------------------------------------------------------------------
    2026-06  open              -  -     -               -                 0  -
    ----- exit 0
    ");
    // Money comes in, pays the arrears first, and is what the balance is compared with from now on.
    assert_eq!(book.json("fund allocate acme-test 10000 --date 2026-06-09")["arrears_paid"], "2800.00");
    assert!(told(&book, 0, "alert list").is_empty());
    book.done(&buy("acme-test", "7500", 75, "2026-06-10"));
    assert_eq!(told(&book, 3, "alert list"), ["low-balance acme-test open"]);
    assert!(book.checks());
}

#[test]
fn credit_that_runs_out_and_what_is_overdue() {
    let mut book = TestBook::acme(Point::Ordered);
    assert!(told(&book, 0, "alert list").is_empty());
    book.done("credit set acme-prod 60000 --date 2026-06-01");
    assert_snapshot!(book.run("alert list --kind low-credit"), @"
    Id            Kind        About      State  What                                                                               Note
    -----------------------------------------------------------------------------------------------------------------------------------
    079c6cfdf3ee  low-credit  acme-prod  open   3100.01 CNY is left of the credit of 60000.00 CNY, at most 10 %, since 2026-06-20  -
    ----- exit 3
    ");
    book.done("credit set acme-prod 56899.98 --date 2026-06-01");
    assert_eq!(told(&book, 3, "alert list"), ["arrears acme-prod open"]);
    book.done("credit set acme-prod 100000 --date 2026-06-01");
    assert!(told(&book, 0, "alert list").is_empty());
    // June is due 30 days after its end.
    book.set_now("2026-07-30T02:00:00Z");
    assert!(told(&book, 0, "alert list").is_empty());
    book.set_now("2026-07-31T02:00:00Z");
    assert_snapshot!(book.run("alert list"), @"
    Id            Kind     About      State  What                                                                                               Note
    ------------------------------------------------------------------------------------------------------------------------------------------------
    6f235ee7cb6a  overdue  acme-prod  open   56899.99 CNY of the charges until 2026-06-30 was due and is not paid; the oldest is of 2026-06-02  -
    ----- exit 3
    ");
    // What is overdue holds the group's money back.
    assert_snapshot!(book.run("fund withdraw acme 1"), @"
    ----- stderr
    error: acme may take 0.00 CNY out, because 56899.99 CNY of its accounts is in arrears or overdue; 1.00 CNY is needed
    hint: `subledger alert list` shows which
    ----- exit 1
    ");
    book.done("policy set payment-days 60");
    assert!(told(&book, 0, "alert list").is_empty());
    book.done("fund withdraw acme 1");
    // A refund pays the oldest charge first.
    book.done("policy set payment-days 0");
    book.done("order refund 2100001 --provider-order 71 --date 2026-07-01");
    let overdue = book.json_exit(3, "alert list --kind overdue");
    assert_eq!((&overdue["rows"][0]["amount"], &overdue["rows"][0]["since"]), (&"45499.99".into(), &"2026-06-05".into()));
    assert!(book.checks());
}

#[test]
fn people_acknowledge_put_off_accept_and_take_back() {
    let mut book = TestBook::acme(Point::Funded);
    book.done(&buy("acme-test", "30000", 71, "2026-06-02"));
    let id = id_of(&book, "arrears");
    assert_snapshot!(book.run(&format!("alert acknowledge {id} --note 'they pay on Friday'")), @"
    Alert  b1f450a476aa
    Kind   arrears
    About  acme-test
    State  acknowledged
    Until  -
    Note   they pay on Friday
    By     root
    Date   2026-07-03
    ----- exit 0
    ");
    // Somebody is on it: cron does not mail it again.
    assert_eq!(told(&book, 0, "alert list"), ["arrears acme-test acknowledged"]);
    assert_eq!(book.json("status")["open_alerts"], 0);
    // More of the same is the same occasion; out of arrears and back is another one.
    book.done(&buy("acme-test", "1000", 72, "2026-06-03"));
    assert_eq!(told(&book, 0, "alert list"), ["arrears acme-test acknowledged"]);
    book.done("fund allocate acme-test 20000 --date 2026-06-04");
    book.done(&buy("acme-test", "30000", 73, "2026-06-05"));
    assert_eq!(told(&book, 3, "alert list"), ["arrears acme-test open"]);

    let id = id_of(&book, "arrears");
    book.refused(1, "alert.snooze-past", &format!("alert snooze {id} --until 2026-07-03"));
    book.done(&format!("alert snooze {} --until 2026-07-05", &id[..6]));
    assert!(told(&book, 0, "alert list").is_empty());
    assert_eq!(told(&book, 0, "alert list --all"), ["arrears acme-test snoozed"]);
    book.set_now("2026-07-05T02:00:00Z");
    assert_eq!(told(&book, 3, "alert list"), ["arrears acme-test open"]);
    book.done(&format!("alert accept {id} --note 'the project ends'"));
    assert!(told(&book, 0, "alert list").is_empty());
    let operations = book.operations();
    book.done(&format!("alert accept {id} --note 'the project ends'"));
    assert_eq!(book.operations(), operations);
    book.done(&format!("alert reopen {id}"));
    assert_eq!(told(&book, 3, "alert list"), ["arrears acme-test open"]);
    book.refused(1, "alert.unknown", "alert reopen 0");
    book.refused(1, "alert.unknown", "alert acknowledge ''");
    assert_eq!(book.run(&format!("alert accept {id}")).exit, 2);
    assert!(book.checks());
}

#[test]
fn invitations_names_that_wait_and_a_pool_that_runs_out() {
    let mut book = TestBook::acme(Point::Ready);
    let particulars = "--group acme --entity acme-hq --environment test --mode prepaid --since 2026-06-01";
    book.done(&format!("account create dev --mobile 13800000007 {particulars}"));
    book.done(&format!("account create own --mobile 13800000008 {particulars}"));
    book.done("account accept own --uid 1000000000000008");
    let attest = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.done(&format!("account associate old --uid 1000000000000009 {particulars} {attest}"));
    assert!(told(&book, 0, "alert list").is_empty());
    book.set_now("2026-07-10T02:00:00Z");
    assert_eq!(told(&book, 3, "alert list"), ["unverified old open", "unverified own open"]);
    book.set_now("2026-07-15T02:00:00Z");
    assert_snapshot!(book.run("alert list"), @"
    Id            Kind        About  State  What                                                      Note
    ------------------------------------------------------------------------------------------------------
    9da3b403746f  invitation  dev    open   the invitation runs until 2026-07-18                      -
    13d3cdf352fb  unverified  old    open   the owner has not consented since 2026-07-03              -
    72c38f9ebf31  unverified  own    open   invited on 2026-07-03, and its real name is not verified  -
    ----- exit 3
    ");
    // A pool that was never used is none.
    book.done(&buy("acme-prod", "1000", 71, "2026-06-02"));
    assert_eq!(told(&book, 0, "alert list --kind pool-low").len(), 0);
    book.done("pool top-up 799.99 --date 2026-06-01");
    assert_snapshot!(book.run("alert list --kind pool-low"), @"
    Id            Kind      About     State  What                                                                               Note
    --------------------------------------------------------------------------------------------------------------------------------
    74ebf71434d1  pool-low  pool CNY  open   the provider is owed more than is in the pool: -0.01 CNY is left once it has that  -
    ----- exit 3
    ");
    // 800 in 43 days since the account is ours: 18.60 a day. For 15 days it has to be 280.
    book.done("pool top-up 279 --date 2026-06-01");
    assert_snapshot!(book.run("alert list --kind pool-low"), @"
    nothing needs anybody
    ----- exit 0
    ");
    book.done("pool top-up 2 --date 2026-06-01");
    assert_eq!(told(&book, 0, "alert list --kind pool-low").len(), 0);
    book.done("policy set pool-days 16");
    assert_eq!(told(&book, 3, "alert list --kind pool-low"), ["pool-low pool CNY open"]);
    assert!(book.checks());
}

#[test]
fn a_threshold_of_a_budget_and_one_of_an_accounts_own() {
    let book = TestBook::acme(Point::Funded);
    book.done("budget set 1000 --account acme-test");
    book.done(&buy("acme-test", "900", 71, "2026-07-02"));
    assert_snapshot!(book.run("alert list"), @"
    Id            Kind    About  State  What                                                                             Note
    -------------------------------------------------------------------------------------------------------------------------
    79e48af1d6a8  budget  b-1    open   the budget of acme-test for 2026-07 has reached 80 %: 855.00 CNY of 1000.00 CNY  -
    ----- exit 3
    ");
    book.done("account edit acme-test --low-balance 96");
    assert_eq!(told(&book, 3, "alert list"), ["low-balance acme-test open", "budget b-1 open"]);
    book.done("account edit acme-test --low-balance 95");
    assert_eq!(told(&book, 3, "alert list"), ["budget b-1 open"]);
    book.done("budget remove b-1");
    assert!(told(&book, 0, "alert list").is_empty());
    assert!(book.checks());
}

/// What an alert says is true: a lower credit is not usage that waits.
#[test]
fn a_credit_that_was_lowered_is_told_since_that_day() {
    let book = TestBook::acme(Point::Ordered);
    book.done("credit set acme-prod 50000 --date 2026-07-02");
    let told = book.json_exit(3, "alert list");
    let row = told["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "arrears").unwrap();
    assert_eq!((&row["amount"], &row["since"]), (&serde_json::json!("6899.99"), &serde_json::json!("2026-07-02")), "{row}");
}

/// Nor is a credit of which nothing was ever used.
#[test]
fn a_credit_that_is_whole_is_told_since_it_was_given() {
    let book = TestBook::acme(Point::Ready);
    book.done("credit set acme-prod 1000 --date 2026-06-01");
    book.done("account edit acme-prod --low-balance 100");
    let told = book.json_exit(3, "alert list");
    let row = told["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "low-credit").unwrap();
    assert_eq!(row["message"], "1000.00 CNY is left of the credit of 1000.00 CNY, at most 100 %, since 2026-06-01", "{row}");
}
