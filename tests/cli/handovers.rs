//! Hand-overs: the holder of accounts leaves, and somebody else takes them over, under the eyes of a second operator.

use insta::assert_snapshot;
use serde_json::{Value, json};
use subledger::book::handover::{ChangeSteps, CloseHandover, OpenHandovers};
use subledger::book::operator::{AddOperator, AskedGrant};
use subledger::book::{Call, Error, UseCase};
use subledger::domain::handover::{HandoverReason, HandoverStep, TickAct};

use crate::book::{Point, TestBook};

const LI_NA: u32 = 2001;
const ADD_LI_NA: &str = "operator add li.na --uid 2001 --role manager";
const OPEN: &str = "handover open --holder 'Wang Wei' --reason left";

/// Li Na does something, who is an operator by now.
fn li_na<U: UseCase>(book: &TestBook, use_case: U) -> Result<U::Outcome, &'static str> {
    match book.opened_by(LI_NA).write(&Call::default(), use_case) {
        Ok(done) => Ok(done.outcome),
        Err(Error::Refused(refusal)) => Err(refusal.code()),
        Err(error) => panic!("{error:?}"),
    }
}

fn ticks(case: &str, steps: &[HandoverStep]) -> ChangeSteps {
    ChangeSteps { case: case.to_owned(), steps: steps.to_vec(), act: TickAct::Ticked, note: None }
}

/// A second operator comes, and ticks every step of a case.
pub(crate) fn second_ticks_all(book: &TestBook, case: &str) {
    book.done(ADD_LI_NA);
    li_na(book, ticks(case, HandoverStep::ALL)).unwrap();
}

/// Wang Wei holds an account of acme, a frozen one, one of bolt, and one that has ended.
fn wang_wei_holds_three() -> TestBook {
    let book = TestBook::acme(Point::Funded);
    let attested = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.done("entity add bolt-hq --name Bolt --credential 91310000MA1FL0007C");
    book.done("group add bolt --name Bolt");
    for (code, uid) in [("bolt-1", 21), ("bolt-old", 22)] {
        book.done(&format!(
            "account associate {code} --uid 10000000000000{uid} --group bolt --entity bolt-hq --environment test --mode agent-pays \
             --credit 5000 --since 2026-06-01 --holder ' wang wei ' {attested}"
        ));
        book.done(&format!("account confirm {code}"));
    }
    book.done("account release bolt-old --reason 'the project has ended'");
    book.done("account edit acme-prod --holder 'Wang Wei' --email wang@acme.example");
    book.done("account edit acme-test --holder 'WANG WEI'");
    book.done("account freeze acme-test --reason late");
    book
}

fn buy(account: &str, number: u32) -> String {
    format!("order record {account} --product ecs --kind renew --list-price 100 --provider-order {number} --date 2026-07-02")
}

fn alerts(book: &TestBook, exit: i32) -> Vec<(String, String)> {
    let told = book.json_exit(exit, "alert list --kind handover");
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    told["rows"].as_array().unwrap().iter().map(|row| (text(row, "subject"), text(row, "message"))).collect()
}

#[test]
fn somebody_leaves_and_three_accounts_plan_nothing_any_more() {
    let book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    assert!(alerts(&book, 0).is_empty());
    assert_snapshot!(book.run("status"), @"
    Book            [FOLDER]/acme.db
    Chosen by       SUBLEDGER_BOOK
    Agent           Lingdu Cloud
    Provider        alibaba
    You are         [USER] (admin, manager, finance, tech, auditor)
    Groups          2
    Accounts        4
    Operations      23
    Alerts          none open
    Closed through  -

    Open months
    Period   State  Bill version  Bill  Currency  Payable  Open differences  Receipt
    --------------------------------------------------------------------------------
    2026-06  open              -  -     -               -                 0  -
    ----- exit 0
    ");
    assert_snapshot!(book.run(OPEN), @"
    Who leaves  Wang Wei

    Hand-over  Account    Group  Who leaves  Opened      To be done by  Days left  Steps done  Not done                                State  Closed by
    ---------------------------------------------------------------------------------------------------------------------------------------------------
    h-1        acme-prod  acme   Wang Wei    2026-07-03  2026-07-10             7           0  mobile, email, password, ram-keys, mfa  open   -
    h-2        acme-test  acme   WANG WEI    2026-07-03  2026-07-10             7           0  mobile, email, password, ram-keys, mfa  open   -
    h-3        bolt-1     bolt   wang wei    2026-07-03  2026-07-10             7           0  mobile, email, password, ram-keys, mfa  open   -
    ----- stderr
    next: `subledger account edit acme-prod --holder NAME …` records the new holder
    next: `subledger handover step h-1 STEP…` ticks what is done
    ----- exit 0
    ");
    assert!(alerts(&book, 3).len() == 3);
    assert_snapshot!(book.run("status"), @"
    Book            [FOLDER]/acme.db
    Chosen by       SUBLEDGER_BOOK
    Agent           Lingdu Cloud
    Provider        alibaba
    You are         [USER] (admin, manager, finance, tech, auditor)
    Groups          2
    Accounts        4
    Operations      24
    Alerts          3 open: 3 handover; `subledger alert list`
    Hand-overs      3 open; `subledger handover list`
    Closed through  -

    Open months
    Period   State  Bill version  Bill  Currency  Payable  Open differences  Receipt
    --------------------------------------------------------------------------------
    2026-06  open              -  -     -               -                 0  -
    ----- exit 0
    ");

    // What is planned waits; what the provider has accepted is a fact, and so is what it gives back.
    assert_snapshot!(book.run(&buy("acme-prod", 71)), @"
    ----- stderr
    error: acme-prod is being handed over from Wang Wei (h-1), and plans no orders until that is done
    hint: --placed records an order that the provider has accepted already; `subledger handover step h-1 STEP` ticks what is done
    ----- exit 1
    ");
    book.refused(1, "handover.open", &buy("acme-prod", 71));
    book.done(&format!("{} --placed", buy("acme-prod", 71)));
    book.done("order refund 71 --provider-order 72");
    let header = "account,product,kind,list_price,provider_order,from,to,date\n";
    book.write("two.csv", format!("{header}acme-prod,ecs,new,100,73,,,2026-07-02\nbolt-1,ecs,new,100,74,,,2026-07-02\n"));
    assert_snapshot!(book.run("order import two.csv"), @"
    ----- stderr
    error: two.csv: 2 orders are refused; nothing was recorded
      line 2: acme-prod is being handed over from Wang Wei (h-1), and plans no orders until that is done
      line 3: bolt-1 is being handed over from wang wei (h-3), and plans no orders until that is done
    ----- exit 1
    ");

    book.refused(1, "handover.open", &buy("bolt-1", 75));
    assert!(book.checks(), "{}", book.run("check"));
}

/// The new holder is recorded, the steps are done by one, and closed by another.
#[test]
fn one_does_it_and_another_closes_it_in_time_or_late() {
    let mut book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    book.done(OPEN);
    book.done("account edit acme-prod --holder 'Chen Li' --mobile 13800000009 --email li@acme.example");
    assert_snapshot!(book.run("handover step h-1 mobile email --note 'by phone'"), @"
    Hand-over      h-1
    Account        acme-prod
    Group          acme
    Who leaves     Wang Wei
    Holder by now  Chen Li
    Reason         left
    Opened         2026-07-03
    Opened by      root
    To be done by  2026-07-10
    Days open      0
    Days left      7
    Steps done     2
    Not done       password, ram-keys, mfa
    State          open

    Steps
    Step      Done        By    Note
    ------------------------------------
    mobile    2026-07-03  root  by phone
    email     2026-07-03  root  by phone
    password  -           -     -
    ram-keys  -           -     -
    mfa       -           -     -
    ----- exit 0
    ");
    li_na(&book, ticks("h-1", &[HandoverStep::Password, HandoverStep::RamKeys, HandoverStep::Mfa])).unwrap();
    book.refused(1, "handover.second-operator", "handover close h-1");
    book.done("handover step h-1 mobile email --undo --note 'li.na has looked after that, too'");
    li_na(&book, ticks("h-1", &[HandoverStep::Mobile, HandoverStep::Email])).unwrap();
    book.set_now("2026-07-05T02:00:00Z");
    assert_snapshot!(book.run("handover close h-1"), @"
    Hand-over      h-1
    Account        acme-prod
    Group          acme
    Who leaves     Wang Wei
    Holder by now  Chen Li
    Reason         left
    Opened         2026-07-03
    Opened by      root
    To be done by  2026-07-10
    Days open      2
    Steps done     5
    Not done       -
    State          closed
    Closed         2026-07-05
    Closed by      root

    Steps
    Step      Done        By     Note
    ---------------------------------
    mobile    2026-07-03  li.na  -
    email     2026-07-03  li.na  -
    password  2026-07-03  li.na  -
    ram-keys  2026-07-03  li.na  -
    mfa       2026-07-03  li.na  -

    Taken back
    Step    Ticked      By    Taken back  By    Note
    ----------------------------------------------------------------------------
    mobile  2026-07-03  root  2026-07-03  root  li.na has looked after that, too
    email   2026-07-03  root  2026-07-03  root  li.na has looked after that, too
    ----- exit 0
    ");
    book.done(&buy("acme-prod", 75));
    book.refused(1, "handover.open", &buy("bolt-1", 76));

    // The others are late a week on.
    book.set_now("2026-07-13T02:00:00Z");
    assert_snapshot!(book.run("alert list --kind handover"), @"
    Id            Kind      About      State  What                                                           Note
    -------------------------------------------------------------------------------------------------------------
    ed7a811b683e  handover  acme-test  open   WANG WEI leaves: h-2 was to be done by 2026-07-10, 3 days ago  -
    232c576a86f7  handover  bolt-1     open   wang wei leaves: h-3 was to be done by 2026-07-10, 3 days ago  -
    ----- exit 3
    ");
    assert_snapshot!(book.run("handover list --all"), @"
    Hand-over  Account    Group  Who leaves  Opened      To be done by  Days left  Steps done  Not done                                State   Closed by
    ----------------------------------------------------------------------------------------------------------------------------------------------------
    h-1        acme-prod  acme   Wang Wei    2026-07-03  2026-07-10             -           5  -                                       closed  root
    h-2        acme-test  acme   WANG WEI    2026-07-03  2026-07-10            -3           0  mobile, email, password, ram-keys, mfa  open    -
    h-3        bolt-1     bolt   wang wei    2026-07-03  2026-07-10            -3           0  mobile, email, password, ram-keys, mfa  open    -
    ----- exit 0
    ");
    assert_eq!(book.json("status")["overdue_handovers"], json!(["h-2", "h-3"]));
    let status = book.done("status").stdout;
    assert!(status.contains("2 open, 2 overdue: h-2 of acme-test, h-3 of bolt-1"), "{status}");
    let of = |more: &str| book.json(&format!("handover list {more}"))["rows"].as_array().unwrap().len();
    assert_eq!(
        [of("--group bolt"), of("--all --group acme"), of("--holder 'wang wei' --all"), of("--holder 'Chen Li'")],
        [1, 2, 3, 0]
    );
    book.refused(1, "group.unknown", "handover list --group acmee");
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn closing_is_refused_for_each_reason() {
    let book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    book.done(OPEN);
    book.done("handover step h-1 mobile email password");
    assert_snapshot!(book.run("handover close h-1"), @"
    ----- stderr
    error: h-1 cannot be closed yet; not done: ram-keys, mfa
    hint: `subledger handover step h-1 ram-keys mfa` ticks what is done by now
    ----- exit 1
    ");
    book.refused(1, "handover.steps-missing", "handover close h-1");
    book.done("handover step h-1 ram-keys mfa");
    assert_snapshot!(book.run("handover close h-1"), @"
    ----- stderr
    error: h-1 cannot be closed: acme-prod is not held by anybody else than Wang Wei
    hint: `subledger account edit acme-prod --holder NAME --mobile NUMBER --email ADDRESS` records the new holder
    ----- exit 1
    ");
    book.refused(1, "handover.same-holder", "handover close h-1");
    // Another spelling of the same name is nobody else.
    book.done("account edit acme-prod --holder 'wang WEI'");
    book.refused(1, "handover.same-holder", "handover close h-1");
    book.done("account edit acme-prod --holder 'Chen Li'");
    assert_snapshot!(book.run("handover close h-1"), @"
    ----- stderr
    error: root has ticked mobile, email, password, ram-keys, mfa of h-1, which another operator closes
    hint: `subledger operator list` shows who else there is; `subledger operator add` adds somebody
    ----- exit 1
    ");
    book.refused(1, "handover.second-operator", "handover close h-1");
    li_na(&book, CloseHandover { case: "h-1".to_owned(), not_needed: None }).unwrap();
    assert_snapshot!(book.run("handover close h-1"), @"
    ----- stderr
    error: h-1 was closed on 2026-07-03 by li.na, and stays as it is
    hint: `subledger handover show h-1` shows it
    ----- exit 1
    ");
    for line in
        ["handover close h-1", "handover close h-1 --not-needed why", "handover step h-1 mfa", "handover step h-1 mfa --undo"]
    {
        book.refused(1, "handover.closed", line);
    }
    for line in ["handover close h-9", "handover show 1", "handover step H-1 mfa"] {
        book.refused(1, "handover.unknown", line);
    }
    assert_snapshot!(book.run("handover show h-9"), @r#"
    ----- stderr
    error: there is no hand-over "h-9"
    hint: `subledger handover list --all` lists them
    ----- exit 1
    "#);
    // A bare shell does not open it again, or say that it was done by others.
    for sql in [
        "UPDATE handover SET closed = NULL, closed_by = NULL WHERE id = 1",
        "DELETE FROM handover",
        "UPDATE handover_tick SET operator = 'li.na'",
        "DELETE FROM handover_tick",
        "REPLACE INTO handover_tick SELECT id, 2, step, act, day, 'li.na', note FROM handover_tick",
        "INSERT INTO handover_tick SELECT 99, 1, step, act, day, operator, note FROM handover_tick LIMIT 1",
    ] {
        assert!(book.sql(sql).is_err(), "{sql}");
    }
    assert!(book.checks());
}

#[test]
fn what_was_opened_by_mistake_is_closed_by_somebody_else() {
    let book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    book.done("account edit acme-test --holder 'Zhang San'");
    book.done("handover open --holder 'Zhang San' --reason moved --note 'to sales' --deadline 2026-07-03");
    assert_snapshot!(book.run("handover close h-1 --not-needed 'another Zhang San'"), @"
    ----- stderr
    error: root has opened h-1: that it was not needed is for another operator to say
    hint: `subledger operator list` shows who else there is; `subledger operator add` adds somebody
    ----- exit 1
    ");
    book.refused(1, "handover.second-operator", "handover close h-1 --not-needed 'another Zhang San'");
    let reason = "another Zhang San".parse().ok();
    li_na(&book, CloseHandover { case: "h-1".to_owned(), not_needed: reason }).unwrap();
    let shown = book.json("handover show h-1");
    assert_eq!(
        ["state", "closed_by", "not_needed", "note", "reason"].map(|key| shown[key].as_str().unwrap()),
        ["closed", "li.na", "another Zhang San", "to sales", "moved"]
    );
    // The same person may leave once more.
    book.done("handover open --holder 'Zhang San' --reason left");
    assert_eq!(book.json("handover list")["rows"][0]["case"], "h-2");
    assert!(book.checks());
}

#[test]
fn accounts_that_have_a_case_are_named_and_left_alone() {
    let book = wang_wei_holds_three();
    book.done(OPEN);
    book.done("account edit acme-prod --holder 'Chen Li'");
    assert_snapshot!(book.run("handover open --holder 'wang wei' --reason other"), @"
    ----- stderr
    error: all that wang wei holds is being handed over already: acme-test (h-2), bolt-1 (h-3)
    hint: `subledger handover list` shows how far it is
    ----- exit 1
    ");
    book.refused(1, "handover.open-already", OPEN);
    // Two more come to be held by them all the same; the next opening is for these.
    let new = "--group acme --entity acme-hq --environment test --mode prepaid";
    assert_snapshot!(book.run(&format!("account create new-1 {new} --mobile 13800000002 --holder 'Wang wei'")), @"
    Account                new-1
    UID                    -
    State                  invited
    Model                  resale
    Mode                   prepaid
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            test
    Ours since             2026-07-03
    Invitation runs until  2026-07-18
    Token, told once       2a92bf9e438950b680bbb775a7fa1a4b
    ----- stderr
    warning: Wang wei leaves: the hand-over h-1 is open
    next: `subledger invitation show new-1 --as text --token TOKEN` writes the message to send
    next: when the holder has accepted, `subledger account accept new-1 --uid UID`
    ----- exit 0
    ");
    let attested = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    let associated = book.json(&format!("account associate new-2 --uid 1000000000000031 {new} --holder 'WANG WEI' {attested}"));
    assert_eq!(associated["notices"][0]["notice"], "holder-leaves");
    assert_eq!(book.json("account edit new-2 --holder 'Wang Wei'")["notices"][0]["notice"], "holder-leaves");
    let opened = book.json("handover open --holder 'Wang Wei' --reason left");
    let accounts = |rows: &Value| -> Vec<String> {
        rows.as_array().unwrap().iter().map(|row| row["account"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(accounts(&opened["rows"]), ["new-1", "new-2"]);
    assert_eq!(opened["notices"].as_array().unwrap().len(), 2, "{opened}");
    assert!(book.checks());
}

#[test]
fn nobody_leaves_who_holds_nothing() {
    let mut book = wang_wei_holds_three();
    assert_snapshot!(book.run("handover open --holder 'Wang Wie' --reason left"), @"
    ----- stderr
    error: nobody called Wang Wie holds an account that lives
    hint: did you mean Wang Wei?
    ----- exit 1
    ");
    book.refused(1, "handover.nobody", "handover open --holder 'Wang Wie' --reason left");
    // Who holds only an invitation that ran out holds nothing either.
    book.done("account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002 --holder 'Zhao Liu'");
    book.set_now("2026-07-19T02:00:00Z");
    let operations = book.operations();
    book.refused(1, "handover.nobody", "handover open --holder 'Zhao Liu' --reason left");
    assert_eq!(book.operations(), operations);
    assert!(book.json("handover list --all")["rows"].as_array().unwrap().is_empty());
    assert_snapshot!(book.run("handover list"), @"
    nothing is being handed over
    ----- exit 0
    ");
}

#[test]
fn steps_are_ticked_once_and_taken_back_by_name() {
    let mut book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    book.done(OPEN);
    book.done("handover step h-2 mobile mfa --note 'in person'");
    let operations = book.operations();
    assert_snapshot!(book.run("handover step h-2 mfa mobile mobile"), @"
    Hand-over      h-2
    Account        acme-test
    Group          acme
    Who leaves     WANG WEI
    Holder by now  WANG WEI
    Reason         left
    Opened         2026-07-03
    Opened by      root
    To be done by  2026-07-10
    Days open      0
    Days left      7
    Steps done     2
    Not done       email, password, ram-keys
    State          open

    Steps
    Step      Done        By    Note
    -------------------------------------
    mobile    2026-07-03  root  in person
    email     -           -     -
    password  -           -     -
    ram-keys  -           -     -
    mfa       2026-07-03  root  in person
    ----- stderr
    mobile, mfa were ticked before: nothing was changed there
    ----- exit 0
    ");
    let said = book.done("handover step h-2 email --undo").stderr;
    assert_eq!(said, "email was not ticked: nothing was changed there\n");
    let again = book.json("handover step h-2 mfa password --undo --dry-run");
    assert_eq!((&again["unchanged"], &again["act"]), (&json!(["password"]), &json!("taken-back")));
    assert_eq!(book.operations(), operations, "what is so already leaves no trace");
    book.set_now("2026-07-04T02:00:00Z");
    let undo = ChangeSteps {
        case: "h-2".to_owned(),
        steps: vec![HandoverStep::Mfa],
        act: TickAct::TakenBack,
        note: "the wrong phone".parse().ok(),
    };
    li_na(&book, undo).unwrap();
    assert_snapshot!(book.run("handover show h-2"), @"
    Hand-over      h-2
    Account        acme-test
    Group          acme
    Who leaves     WANG WEI
    Holder by now  WANG WEI
    Reason         left
    Opened         2026-07-03
    Opened by      root
    To be done by  2026-07-10
    Days open      1
    Days left      6
    Steps done     1
    Not done       email, password, ram-keys, mfa
    State          open

    Steps
    Step      Done        By    Note
    -------------------------------------
    mobile    2026-07-03  root  in person
    email     -           -     -
    password  -           -     -
    ram-keys  -           -     -
    mfa       -           -     -

    Taken back
    Step  Ticked      By    Taken back  By     Note
    ----------------------------------------------------------
    mfa   2026-07-03  root  2026-07-04  li.na  the wrong phone
    ----- exit 0
    ");
    let shown = book.json("handover show h-2");
    assert_eq!((&shown["steps_done"], &shown["steps_missing"]), (&json!(1), &json!(["email", "password", "ram-keys", "mfa"])));
    assert_eq!(
        shown["steps"][0],
        json!({ "step": "mobile", "day": "2026-07-03", "operator": shown["opened_by"], "note": "in person" })
    );
    assert_eq!(shown["taken_back"][0]["operator"], "li.na");
    assert!(book.checks());
}

/// Whoever leaves may be an operator, and an operator may be the new holder.
#[test]
fn who_leaves_has_no_hand_in_it() {
    let book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    let me = book.json("operator list")["rows"][0]["name"].as_str().unwrap().to_owned();
    book.done(&format!("account edit acme-prod --holder '{}'", me.to_uppercase()));
    // To say that one leaves is no more than that.
    book.done(&format!("handover open --holder {me} --reason left"));
    for line in
        ["handover step h-1 mfa", "handover step h-1 mfa --undo", "handover close h-1", "handover close h-1 --not-needed why"]
    {
        let refused = book.refused(1, "handover.own", line);
        assert!(refused.message.contains("has no hand in it") && refused.hint.contains("operator list"), "{refused:?}");
    }
    li_na(&book, ticks("h-1", HandoverStep::ALL)).unwrap();
    book.done("account edit acme-prod --holder li.na");
    assert_eq!(li_na(&book, CloseHandover { case: "h-1".to_owned(), not_needed: None }).unwrap_err(), "handover.second-operator");
    book.refused(1, "handover.own", "handover close h-1");
    // A third one closes it; nothing is asked of the one who holds it now.
    book.done("operator add 'Zhao Liu' --uid 2002 --role manager");
    book.opened_by(2002).write(&Call::default(), CloseHandover { case: "h-1".to_owned(), not_needed: None }).unwrap();
    assert!(book.checks());
}

#[test]
fn the_new_holders_numbers_are_nobody_elses() {
    let book = wang_wei_holds_three();
    book.refused(1, "mobile.in-use", "account edit bolt-1 --holder 'Chen Li' --mobile 13800000001");
    book.refused(1, "email.in-use", "account edit bolt-1 --email WANG@acme.example");
    book.refused(2, "usage", "account edit bolt-1 --mobile 12345");
    book.refused(2, "usage", "account edit bolt-1 --email nobody");
    let operations = book.operations();
    book.done("account edit acme-prod --mobile 13800000001 --email wang@acme.example --holder 'Wang Wei'");
    assert_eq!(book.operations(), operations, "it has them already");
    assert_snapshot!(book.run("account edit acme-prod --holder 'Chen Li' --mobile '+86 138 0000 0009' --email li@acme.example"), @"
    Account                acme-prod
    UID                    1000000000000001
    State                  active
    Model                  resale
    Mode                   agent-pays
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            production
    Ours since             2026-06-01
    Invitation runs until  -
    Mobile                 13800000009
    E-mail                 li@acme.example
    Holder                 Chen Li
    ----- exit 0
    ");
    // What it had is free.
    book.done("account edit bolt-1 --mobile 13800000001 --email wang@acme.example");
    let shown = book.json("account show bolt-1");
    assert_eq!((&shown["mobile"], &shown["holder"]), (&json!("13800000001"), &json!("wang wei")));
    assert!(book.checks());
}

#[test]
fn operators_are_os_users_each_under_one_name() {
    let book = TestBook::acme(Point::Made);
    assert_snapshot!(book.run("operator add ' Li Na ' --uid 2001 --role tech manager --role tech"), @"
    Operator  Li Na
    OS user   2001
    Roles     manager, tech
    State     enabled

    Grants
    Role     For             From        Until  Taken back  State
    ----------------------------------------------------------------
    manager  the whole book  2026-07-03  -      -           in-force
    tech     the whole book  2026-07-03  -      -           in-force
    ----- exit 0
    ");
    assert_snapshot!(book.run("operator add 'Chen Li' --uid 2001 --role finance"), @"
    ----- stderr
    error: Li Na, the OS user 2001, is an operator of this book already
    hint: each OS user is one operator, under a name of their own: `subledger operator list` shows them
    ----- exit 1
    ");
    for line in ["operator add 'Chen Li' --uid 2001 --role finance", "operator add 'li na' --uid 2002 --role finance"] {
        book.refused(1, "operator.exists", line);
    }
    let rows = &book.json("operator list")["rows"];
    assert_eq!(rows[0]["roles"], json!(["admin", "manager", "finance", "tech", "auditor"]));
    assert_eq!(rows[1], json!({ "name": "Li Na", "uid": 2001, "roles": ["manager", "tech"], "groups": [], "state": "enabled" }));
    let wrong = [
        "--uid 2002",
        "--role tech",
        "--uid -1 --role tech",
        "--uid li --role tech",
        "--uid 2002 --role boss",
        "--uid 2002 --role",
    ];
    for wrong in wrong {
        book.refused(2, "usage", &format!("operator add x {wrong}"));
    }
    // A manager does not add operators, and that they have tried is on record.
    let add = AddOperator {
        os_uid: 2003,
        name: "Zhao".parse().unwrap(),
        asked: AskedGrant { roles: vec![], groups: vec![], from: None, until: None },
    };
    assert_eq!(li_na(&book, add).unwrap_err(), "operator.not-permitted");
    // Who has no part in accounts has none in hand-overs.
    book.done("operator add fin --uid 2004 --role finance tech auditor admin");
    let open = OpenHandovers { holder: "Wang Wei".parse().unwrap(), reason: HandoverReason::Left, note: None, deadline: None };
    let Err(Error::Refused(refusal)) = book.opened_by(2004).write(&Call::default(), open) else { panic!("it is refused") };
    assert_eq!(refusal.code(), "operator.not-permitted");
    assert!(book.checks());
}

#[test]
fn what_cannot_be_a_name_a_day_or_a_step() {
    let book = wang_wei_holds_three();
    let long = "王".repeat(10_000);
    for name in ["Wang\u{7}Wei", "Wang\u{202e}Wei", "Wang\u{200f}Wei", "Wang\nWei", "", "  ", long.as_str()] {
        for words in [
            vec!["handover", "open", "--holder", name, "--reason", "left"],
            vec!["handover", "open", "--holder", "Wang Wei", "--reason", "left", "--note", name],
            vec!["handover", "list", "--holder", name],
            vec!["operator", "add", name, "--uid", "2001", "--role", "tech"],
            vec!["account", "edit", "acme-prod", "--holder", name],
        ] {
            let output = book.run_words(&words);
            assert!(output.exit == 2 && !output.stderr.contains(['\u{7}', '\u{202e}', '\u{200f}']), "{words:?}\n{output}");
        }
    }
    // A name is what people write.
    book.done("account edit bolt-1 --holder '王🐉伟'");
    book.done("handover open --holder '王🐉伟' --reason other");
    assert_eq!(book.json("handover show h-1")["holder"], "王🐉伟");
    assert_eq!(alerts(&book, 3), [("bolt-1".to_owned(), "王🐉伟 leaves: h-1 is to be done by 2026-07-10".to_owned())]);
    book.refused(1, "day.passed", &format!("{OPEN} --deadline 2026-07-02"));
    book.refused(2, "usage", &format!("{OPEN} --deadline tomorrow"));
    book.refused(2, "usage", "handover open --holder 'Wang Wei' --reason fired");
    book.refused(2, "usage", "handover open --holder 'Wang Wei'");
    book.refused(2, "usage", "handover step h-1");
    assert_snapshot!(book.run("handover step h-1 fax"), @"
    ----- stderr
    error: invalid value 'fax' for '<STEP>...': not a step of a hand-over: one of mobile, email, password, ram-keys, mfa

    For more information, try '--help'.
    ----- exit 2
    ");
    for case in ["h-0", "h--1", "h-99999999999999999999", "h-1x", "", "o-1"] {
        book.refused_words(1, "handover.unknown", &["handover", "show", case]);
    }
    // By policy, a hand-over takes other than seven days.
    book.done("policy set handover-days 0");
    book.done(OPEN);
    assert_eq!(book.json("handover list --holder 'wang wei'")["rows"][0]["deadline"], "2026-07-03");
    assert!(book.checks());
}

/// A new case is another occasion: who has looked at the one before is told again.
#[test]
fn an_alert_is_a_cases() {
    let book = wang_wei_holds_three();
    book.done(ADD_LI_NA);
    book.done("account edit bolt-1 --holder 'Zhang San'");
    book.done("handover open --holder 'Zhang San' --reason left");
    let id = book.json_exit(3, "alert list --kind handover")["rows"][0]["id"].as_str().unwrap().to_owned();
    book.done(&format!("alert acknowledge {id} --note 'li.na does it'"));
    assert_eq!(alerts(&book, 0).len(), 1);
    li_na(&book, CloseHandover { case: "h-1".to_owned(), not_needed: "a mistake".parse().ok() }).unwrap();
    assert!(alerts(&book, 0).is_empty());
    book.done("handover open --holder 'Zhang San' --reason left");
    assert_eq!(alerts(&book, 3).len(), 1);
    assert_ne!(book.json_exit(3, "alert list --kind handover")["rows"][0]["id"], json!(id));
}
