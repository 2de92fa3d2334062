//! The life of accounts: how they come into the book, are stopped, go on, and leave it.

use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::book::{Point, TestBook};

const CREATE: &str = "account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002";

/// The state that the book tells of an account.
fn state(book: &TestBook, account: &str) -> String {
    book.json(&format!("account show {account}"))["state"].as_str().unwrap().to_owned()
}

/// The steps of an account, without who took them.
fn history(book: &TestBook, account: &str) -> String {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let answer = book.json(&format!("account history {account}"));
    let rows = answer["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| !text(&row["operator"]).is_empty()));
    let lines = rows.iter().map(|row| ["day", "step", "from", "to", "reason"].map(|key| text(&row[key])).join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_frozen_account_records_what_has_happened_and_plans_nothing() {
    let mut book = TestBook::acme(Point::Ordered);
    book.done("account freeze acme-test --reason 'payment is late' --date 2026-07-03");
    book.refused(1, "account.state", "account freeze acme-test --reason again");
    let order = "order record acme-test --product ecs --kind new --list-price 10 --provider-order";
    book.refused(1, "account.not-active", &format!("{order} 701"));
    assert_snapshot!(book.run(&format!("{order} 701")), @"
    ----- stderr
    error: acme-test is frozen, not active
    hint: `subledger account thaw acme-test --reason WHY` lets it go on; --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    book.done(&format!("{order} 702 --placed"));
    book.refused(1, "account.not-active", "fund allocate acme-test 5");
    book.done("fund reclaim acme-test 5");
    book.done("order refund o-3 --provider-order 703");
    // Nobody thaws it before it was frozen, or on a day that has not come.
    book.set_now("2026-07-05T02:00:00Z");
    book.refused(1, "account.step-before", "account thaw acme-test --reason paid --date 2026-07-02");
    book.refused(1, "date.future", "account thaw acme-test --reason paid --date 2026-07-06");
    book.done("account thaw acme-test --reason 'the payment came in' --date 2026-07-04");
    book.done(&format!("{order} 701"));
    assert_snapshot!(history(&book, "acme-test"), @"
    2026-07-03 associate - invited -
    2026-07-03 confirm invited active -
    2026-07-03 freeze active frozen payment is late
    2026-07-04 thaw frozen active the payment came in
    ");
    assert!(book.checks());
}

#[test]
fn an_account_goes_when_nothing_is_left_and_all_that_is_left_is_named() {
    let book = TestBook::acme(Point::Ordered);
    assert_snapshot!(book.run("account release acme-test --reason 'moved on'"), @"
    ----- stderr
    error: acme-test cannot be released yet
      17300.00 CNY is unspent: `subledger fund reclaim acme-test AMOUNT`
      1 order waits for the provider's bill: `subledger order list --account acme-test`
    ----- exit 1
    ");
    assert_snapshot!(book.run("account preflight acme-test --release"), @"
    Account  acme-test
    Ready    no

    Condition         Finding  Why
    ------------------------------------------------------------------------------------------------------------
    state             pass     it is active or frozen
    no-arrears        pass     it is within what it was given or lent
    nothing-owed      pass     it owes nothing
    nothing-unspent   fail     17300.00 CNY is unspent: `subledger fund reclaim acme-test AMOUNT`
    no-pending-usage  pass     all its usage is charged
    no-open-orders    fail     1 order waits for the provider's bill: `subledger order list --account acme-test`
    ----- exit 3
    ");
    let refused = book.refused(1, "account.release-blocked", "account release acme-prod --reason 'moved on'");
    assert_eq!(refused.details.len(), 2, "{refused:?}");
    let mut book = TestBook::acme(Point::Ready);
    // Usage of a month that is open.
    book.done("bill import bill.csv --period 2026-06 --final");
    let refused = book.refused(1, "account.release-blocked", "account release acme-test --reason 'moved on'");
    assert!(refused.details.iter().any(|detail| detail.contains("usage of")), "{refused:?}");
    book.done("bill drop 2026-06");
    book.done("account freeze acme-prod --reason 'leaving'");
    book.done("account release acme-prod --reason 'moved on'");
    book.refused(1, "account.state", "account thaw acme-prod --reason sorry");
    assert_snapshot!(book.run("account thaw acme-prod --reason sorry"), @"
    ----- stderr
    error: acme-prod is released (created); `thaw` is no step from there
    hint: that is the end of its life: `subledger account create` or `account associate` begins another, under a new code
    ----- exit 1
    ");
    book.refused(
        1,
        "account.not-active",
        "order record acme-prod --product ecs --kind new --list-price 1 --provider-order 7 --placed",
    );
    assert_snapshot!(book.run("account preflight acme-prod --release"), @"
    Account  acme-prod
    Ready    no

    Condition         Finding  Why
    ------------------------------------------------------------------------------------------------------
    state             fail     it is released, not active or frozen: `subledger account history acme-prod`
    no-arrears        pass     it is within what it was given or lent
    nothing-owed      pass     it owes nothing
    nothing-unspent   pass     nothing is left in it
    no-pending-usage  pass     all its usage is charged
    no-open-orders    pass     closed months have had all of its orders
    ----- exit 3
    ");
    // Its number is free again; its UID stays with its past.
    book.done(&CREATE.replace("13800000002", "13800000001"));
    book.refused(1, "uid.in-use", "account accept new-1 --uid 1000000000000001");
    book.set_now("2026-07-04T02:00:00Z");
    assert_eq!(state(&book, "acme-prod"), "released");
    assert!(book.checks());
}

#[test]
fn who_lets_an_invitation_run_out_gives_the_number_up() {
    let mut book = TestBook::acme(Point::Ready);
    book.done(CREATE);
    book.refused(1, "mobile.in-use", &CREATE.replace("new-1", "new-2"));
    book.set_now("2026-07-19T02:00:00Z");
    assert_eq!(state(&book, "new-1"), "expired");
    book.refused(1, "account.not-active", "fund allocate new-1 5");
    book.done(&CREATE.replace("new-1", "new-2"));
    assert_snapshot!(history(&book, "new-1"), @"
    2026-07-03 create - invited -
    2026-07-19 expire invited expired -
    ");
    assert!(book.checks());
}

/// Whatever is typed, in whatever order: each account's steps are a life that the table allows, and lead to its state.
#[test]
fn no_sequence_of_commands_leaves_the_table() {
    let lines = [
        "account accept new-1 --uid 1000000000000004",
        "account verify new-1",
        "account confirm new-1",
        "account freeze new-1 --reason r",
        "account thaw new-1 --reason r",
        "account release new-1 --reason r",
        "account confirm old-1",
        "account accept old-1 --uid 1000000000000005",
        "account freeze old-1 --reason r",
        "account thaw old-1 --reason r",
        "account release old-1 --reason r",
        "a week passes",
    ];
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    let sequences = proptest::collection::vec(0..lines.len(), 1..30);
    let tried = runner.run(&sequences, |sequence| {
        let mut book = TestBook::acme(Point::Ready);
        book.done(CREATE);
        book.done(
            "account associate old-1 --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode prepaid \
             --attest no-other-agent --attest no-arrears --attest no-open-orders",
        );
        let mut day = 3;
        for index in sequence {
            if lines[index] == "a week passes" {
                day = (day + 7).min(31);
                book.set_now(&format!("2026-07-{day:02}T02:00:00Z"));
                continue;
            }
            let output = book.run(lines[index]);
            prop_assert!(matches!(output.exit, 0 | 1), "{output}");
        }
        prop_assert!(book.checks());
        Ok(())
    });
    tried.unwrap();
}

#[test]
fn an_association_is_checked_condition_by_condition_before_it_is_asked_for() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("account preflight 1000000000000001 --attest no-arrears"), @"
    UID    1000000000000001
    Ready  no

    Condition       Finding         Why
    ----------------------------------------------------------------------------------------------------------
    uid-unused      fail            it is the account acme-prod
    real-name       needs-evidence  name the real-name owner: --entity CODE
    no-other-agent  needs-evidence  look at the provider's console, then vouch for it: --attest no-other-agent
    no-arrears      pass            vouched for
    no-open-orders  needs-evidence  look at the provider's console, then vouch for it: --attest no-open-orders
    no-trusteeship  needs-evidence  look at the provider's console, then vouch for it: --attest no-trusteeship
    ----- exit 3
    ");
    let attested = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    let ready = format!("account preflight 1000000000000009 --entity acme-hq {attested} --attest no-trusteeship");
    assert_snapshot!(book.run(&ready), @"
    UID    1000000000000009
    Ready  yes

    Condition       Finding  Why
    -------------------------------------------------------
    uid-unused      pass     no account of this book has it
    real-name       pass     acme-hq is in the book
    no-other-agent  pass     vouched for
    no-arrears      pass     vouched for
    no-open-orders  pass     vouched for
    no-trusteeship  pass     vouched for
    ----- exit 0
    ");
    // What it shows is what associating refuses: each condition in turn.
    let associate = "account associate old-1 --group acme --environment test --mode prepaid --entity acme-hq";
    book.refused(1, "uid.in-use", &format!("{associate} --uid 1000000000000001 {attested}"));
    for condition in ["no-other-agent", "no-arrears", "no-open-orders"] {
        let others = attested.replace(&format!("--attest {condition}"), "");
        let line = format!("account preflight 1000000000000009 --entity acme-hq {others} --attest no-trusteeship --format json");
        let answer: serde_json::Value = serde_json::from_str(&book.run(&line).stdout).unwrap();
        let left: Vec<_> = answer["rows"].as_array().unwrap().iter().filter(|row| row["finding"] != "pass").collect();
        assert_eq!((left.len(), &left[0]["condition"], &answer["ok"]), (1, &condition.into(), &false.into()));
        let told = book.refused(1, "account.evidence-missing", &format!("{associate} --uid 1000000000000009 {others}"));
        assert!(format!("{told:?}").contains(condition), "{told:?}");
    }
    book.done("entity add us --name 'Lingdu Cloud' --credential 91330106MA05J1K21K");
    let own = book.run("account preflight 1000000000000009 --entity us");
    assert!(own.exit == 3 && own.stdout.contains("real-name       fail            us is the agent itself"), "{own}");
    book.refused(
        1,
        "real-name-owner.is-agent",
        &format!("{} --uid 1000000000000009 {attested}", associate.replace("acme-hq", "us")),
    );
    book.refused(1, "uid.ram-user", "account preflight dev@acme.onaliyun.com");
    book.refused(1, "entity.unknown", "account preflight 1000000000000009 --entity nobody");
    book.done(&format!("{associate} --uid 1000000000000009 {attested} --attest no-trusteeship"));
    // Who vouched for what, and when, stays on record.
    assert_snapshot!(book.run("account history old-1"), @"
    Account  old-1
    State    invited

    Day         Step       From  To       By    Why
    -----------------------------------------------
    2026-07-03  associate  -     invited  root  -

    Vouched for
    Condition       Day         By
    --------------------------------
    no-arrears      2026-07-03  root
    no-open-orders  2026-07-03  root
    no-other-agent  2026-07-03  root
    no-trusteeship  2026-07-03  root
    ----- exit 0
    ");
    assert!(book.checks());
}
