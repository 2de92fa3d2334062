//! Compliance: every rule broken in turn, answered for, and mended.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};

/// Result and reason of what a rule finds of an object.
fn found(book: &TestBook, exit: i32, rule: &str, object: &str) -> (String, String) {
    let answer = book.json_exit(exit, &format!("compliance check --rule {rule} --all"));
    let rows = answer["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["object"] == object).unwrap_or_else(|| panic!("{object} is not in {answer}"));
    (row["result"].as_str().unwrap().to_owned(), row["evidence"].as_str().unwrap().to_owned())
}

fn result(book: &TestBook, exit: i32, rule: &str, object: &str) -> String {
    found(book, exit, rule, object).0
}

#[test]
fn a_book_in_order_has_every_rule_with_a_pass() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("compliance check"), @"
    In order         yes
    Kept             8
    To be looked at  0
    Broken           0
    Waived           0

    Rule              Object  Result  Why                        Waived until  Answers for it  Because
    --------------------------------------------------------------------------------------------------
    real-name-owner   -       pass    all 2 keep it              -             -               -
    chain-depth       -       pass    there is nothing to check  -             -               -
    authorisation     -       pass    there is nothing to check  -             -               -
    holder-left       -       pass    all 2 keep it              -             -               -
    verified-in-time  -       pass    all 2 keep it              -             -               -
    invoice-title     -       pass    the only one keeps it      -             -               -
    environment       -       pass    the only one keeps it      -             -               -
    ----- exit 0
    ");
    assert_snapshot!(book.run("compliance check --all --rule environment"), @"
    In order         yes
    Kept             1
    To be looked at  0
    Broken           0
    Waived           0

    Rule         Object  Result  Why               Waived until  Answers for it  Because
    ------------------------------------------------------------------------------------
    environment  acme    pass    production, test  -             -               -
    ----- exit 0
    ");
    assert_eq!(book.done("compliance check --output page.html").exit, 0);
    assert!(book.read("page.html").contains("real-name-owner"));
    let csv = book.run("compliance check --format csv").stdout;
    assert!(csv.starts_with("rule,object,result,evidence,waived_until,waiver_owner,waiver_reason"), "{csv}");
}

#[test]
fn each_rule_is_broken_in_turn() {
    let mut book = TestBook::acme(Point::Ready);
    // One owner of two customers deserves a look.
    book.done("group add bolt --name 'Bolt Group'");
    let create =
        "account create bolt-1 --group bolt --entity acme-hq --environment production --mode agent-pays --mobile 13800000003";
    book.done(create);
    assert_eq!(result(&book, 0, "real-name-owner", "bolt-1"), "warn");
    assert_eq!(result(&book, 0, "environment", "bolt"), "warn");
    assert_eq!(result(&book, 0, "environment", "acme"), "pass");
    // A person who is called like an operator of the book.
    let operator = book.json("operator list")["rows"][0]["name"].as_str().unwrap().to_owned();
    book.done(&format!("entity add insider --name '{operator}' --id-number 11010519491231002X"));
    book.done("account create bolt-2 --group bolt --entity insider --environment test --mode prepaid --mobile 13800000004");
    assert_eq!(result(&book, 3, "real-name-owner", "bolt-2"), "fail");
    book.done("invitation revoke bolt-2 --reason 'not theirs'");
    assert_eq!(book.json("compliance check --rule real-name-owner")["failed"], 0, "what never joined is not looked at");
    // A real name that is not verified in time.
    book.done("account accept bolt-1 --uid 1000000000000009");
    assert_eq!(result(&book, 0, "verified-in-time", "bolt-1"), "pass");
    book.set_now("2026-09-01T02:00:00Z");
    assert_eq!(result(&book, 3, "verified-in-time", "bolt-1"), "fail");
    book.done("account verify bolt-1");
    assert_eq!(result(&book, 0, "verified-in-time", "bolt-1"), "pass");
    // Invoices that bear another name.
    book.done("entity edit acme-hq --invoice-title 'Acme Trading'");
    assert_eq!(
        found(&book, 3, "invoice-title", "acme-hq"),
        ("fail".to_owned(), "invoices say Acme Trading, the real name is Acme Holdings".to_owned())
    );
    // A chain too deep, without certificates, with one that has run out, and with one that is frozen.
    book.done("agent chain add Aliyun --level 0");
    book.done("agent chain add 'Tier One' --level 1 --above Aliyun --authorisation A-1 --expires 2027-06-30");
    book.done("agent chain add 'Tier Two' --level 2 --above 'Tier One' --authorisation A-2 --expires 2026-08-31");
    book.done("agent chain add 'Tier Three' --level 3 --above 'Tier Two'");
    assert_eq!(result(&book, 3, "chain-depth", "Tier Three"), "fail");
    assert_eq!(result(&book, 3, "chain-depth", "Tier Two"), "pass");
    let authorisation = |party: &str| found(&book, 3, "authorisation", party);
    assert_eq!(authorisation("Aliyun").0, "pass");
    assert_eq!(authorisation("Tier One").0, "pass");
    assert_eq!(authorisation("Tier Two"), ("fail".to_owned(), "the certificate A-2 ran out on 2026-08-31".to_owned()));
    assert_eq!(authorisation("Tier Three").0, "fail");
    book.done("agent chain freeze 'Tier One' --reason 'fined by the provider'");
    assert_eq!(authorisation("Tier One"), ("fail".to_owned(), "frozen since 2026-09-01: fined by the provider".to_owned()));
    // Somebody left, and still holds an account.
    book.done("account edit acme-prod --holder 'Wang Fang'");
    assert_eq!(result(&book, 0, "holder-left", "acme-prod"), "pass");
    book.done("handover open --holder 'Wang Fang' --reason left");
    let (result, why) = found(&book, 3, "holder-left", "acme-prod");
    assert!(result == "fail" && why.starts_with("Wang Fang leaves, and h-1 is open since 2026-09-01"), "{why}");
    assert_snapshot!(book.run("compliance check"), @"
    In order         no
    Kept             10
    To be looked at  4
    Broken           6
    Waived           0

    Rule              Object      Result  Why                                                                    Waived until  Answers for it  Because
    --------------------------------------------------------------------------------------------------------------------------------------------------
    real-name-owner   acme-prod   warn    acme-hq owns accounts of acme, bolt                                    -             -               -
    real-name-owner   acme-test   warn    acme-hq owns accounts of acme, bolt                                    -             -               -
    real-name-owner   bolt-1      warn    acme-hq owns accounts of acme, bolt                                    -             -               -
    chain-depth       Tier Three  fail    level 3, up to 2 may be                                                -             -               -
    authorisation     Tier One    fail    frozen since 2026-09-01: fined by the provider                         -             -               -
    authorisation     Tier Three  fail    no certificate is recorded: `subledger agent chain edit`               -             -               -
    authorisation     Tier Two    fail    the certificate A-2 ran out on 2026-08-31                              -             -               -
    holder-left       acme-prod   fail    Wang Fang leaves, and h-1 is open since 2026-09-01, due by 2026-09-08  -             -               -
    verified-in-time  -           pass    all 3 keep it                                                          -             -               -
    invoice-title     acme-hq     fail    invoices say Acme Trading, the real name is Acme Holdings              -             -               -
    environment       bolt        warn    every account is for production: nothing can be tried out elsewhere    -             -               -
    ----- exit 3
    ");
    assert!(book.checks());
}

#[test]
fn somebody_answers_for_what_is_broken_and_only_for_a_time() {
    let mut book = TestBook::acme(Point::Ready);
    book.done("entity edit acme-hq --invoice-title 'Acme Trading'");
    assert_eq!(book.run("compliance check").exit, 3);
    let waive = "compliance waive invoice-title ACME-HQ --reason 'the merger is being registered' --owner 'Li Na' --until";
    book.refused(1, "compliance.waived-until", &format!("{waive} 2026-07-03"));
    book.refused(1, "compliance.waived-until", &format!("{waive} 2027-12-31"));
    assert_snapshot!(book.run(&format!("{waive} 2026-08-31")), @"
    Rule            invoice-title
    Object          acme-hq
    State           in-force
    Until           2026-08-31
    Answers for it  Li Na
    Because         the merger is being registered
    Recorded by     root
    ----- exit 0
    ");
    assert_snapshot!(book.run("compliance check --rule invoice-title"), @"
    In order         yes
    Kept             0
    To be looked at  0
    Broken           0
    Waived           1

    Rule           Object   Result  Why                                                        Waived until  Answers for it  Because
    -------------------------------------------------------------------------------------------------------------------------------------------------------
    invoice-title  acme-hq  fail    invoices say Acme Trading, the real name is Acme Holdings  2026-08-31    Li Na           the merger is being registered
    ----- exit 0
    ");
    // The same again changes nothing.
    let before = book.everything();
    book.done(&format!("{waive} 2026-08-31"));
    assert_eq!(book.everything(), before);
    assert_snapshot!(book.run("compliance list"), @"
    Rule           Object   State     Until       Answers for it  Because                         Recorded by  On
    ---------------------------------------------------------------------------------------------------------------------
    invoice-title  acme-hq  in-force  2026-08-31  Li Na           the merger is being registered  root         2026-07-03
    ----- exit 0
    ");
    book.refused(1, "compliance.nothing-to-waive", "compliance waive chain-depth nobody --reason r --owner o --until 2026-08-31");
    book.refused(1, "compliance.nothing-to-waive", "compliance waive environment acme --reason r --owner o --until 2026-08-31");
    book.refused(2, "usage", "compliance waive no-rule acme --reason r --owner o --until 2026-08-31");
    // It ends by the calendar.
    book.set_now("2026-08-31T02:00:00Z");
    assert_eq!(book.run("compliance check").exit, 0);
    book.set_now("2026-09-01T02:00:00Z");
    assert_eq!(book.run("compliance check").exit, 3);
    assert_eq!(book.json("compliance list")["rows"], Value::Array(vec![]));
    assert_eq!(book.json("compliance list --all")["rows"][0]["state"], "expired");
    book.refused(1, "compliance.not-waived", "compliance withdraw invoice-title acme-hq --reason 'called off'");
    // Who answers for one title does not answer for another.
    book.done(&format!("{waive} 2026-12-31"));
    assert_eq!(book.run("compliance check").exit, 0);
    book.done("entity edit acme-hq --invoice-title 'Acme Imports'");
    assert_eq!(book.run("compliance check").exit, 3);
    book.done("entity edit acme-hq --invoice-title 'Acme Trading'");
    // Or because it is taken back.
    book.done("compliance withdraw invoice-title acme-hq --reason 'called off'");
    assert_eq!(book.run("compliance check").exit, 3);
    book.refused(1, "compliance.not-waived", "compliance withdraw invoice-title acme-hq --reason again");
    assert_eq!(book.json("compliance list --all")["rows"][0]["state"], "withdrawn");
    // Mended, it is nobody's to answer for.
    book.done("entity edit acme-hq --invoice-title 'Acme Holdings'");
    assert_eq!(book.run("compliance check").exit, 0);
    assert!(book.checks());
}

#[test]
fn only_who_runs_the_tool_lets_a_rule_be_broken() {
    let book = TestBook::acme(Point::Ready);
    book.done("entity edit acme-hq --invoice-title 'Acme Trading'");
    book.set_roles("manager finance tech auditor");
    book.refused(4, "operator.not-permitted", "compliance waive invoice-title acme-hq --reason r --owner o --until 2026-08-31");
    book.refused(4, "operator.not-permitted", "compliance withdraw invoice-title acme-hq --reason r");
    assert_eq!(book.run("compliance check").exit, 3, "everybody may look");
}
