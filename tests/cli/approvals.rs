//! Approvals: what is above a limit waits for a second person, and is then done exactly as it was asked for, or not at all.

use std::sync::Barrier;

use insta::assert_snapshot;
use serde_json::json;

use crate::book::{Point, TestBook};

const FIRST: u32 = 2001;
const SECOND: u32 = 2002;
const THIRD: u32 = 2003;

/// The story's book with three people in finance, two of them for everything, and a limit.
fn office(point: Point) -> TestBook {
    let book = TestBook::acme(point);
    book.done(&format!("operator add wang.fang --uid {FIRST} --role finance"));
    book.done(&format!("operator add chen --uid {SECOND} --role finance"));
    book.done(&format!("operator add zhao --uid {THIRD} --role finance manager"));
    book.done("policy set approval-limit '10000 CNY'");
    book
}

/// Asks for something as the first of them.
fn asks(book: &TestBook, line: &str) {
    let output = book.run_as(FIRST, line);
    assert_eq!(output.exit, 3, "{line}\n{output}");
}

#[test]
fn a_movement_above_the_limit_waits_for_somebody_else() {
    let book = office(Point::Ready);
    book.done_as(FIRST, "fund deposit acme 10000 --date 2026-06-01");
    let before = book.json("report trial-balance");
    assert_snapshot!(book.run_as(FIRST, "fund deposit acme 10000.01 --date 2026-06-02 --reference 'ICBC 17'"), @"
    Request             a-1
    Command             fund deposit
    Typed               amount=10000.01 date=2026-06-02 group=acme reference=ICBC 17
    Currency            CNY
    Amount              10000.01
    Goes through up to  10000
    Asked for by        wang.fang
    Asked on            2026-07-03
    Waits until         2026-07-10
    State               pending

    What it will post
    Entry  Event    Date        Ledger account  Owner  Currency     Debit    Credit
    -------------------------------------------------------------------------------
        1  deposit  2026-06-02  bank            agent  CNY       10000.01         -
        1  deposit  2026-06-02  deposits        acme   CNY              -  10000.01
    ----- stderr
    nothing was posted: another operator decides, with `subledger approval approve a-1`
    ----- exit 3
    ");
    assert_eq!(book.json("report trial-balance"), before, "nothing is posted");
    assert_snapshot!(book.done_as(SECOND, "approval list"), @"
    Request  Command       Typed                                                         Currency    Amount  Asked for by  On          Waits until  State    Decided by
    -------------------------------------------------------------------------------------------------------------------------------------------------------------------
    a-1      fund deposit  amount=10000.01 date=2026-06-02 group=acme reference=ICBC 17  CNY       10000.01  wang.fang     2026-07-03  2026-07-10   pending  -
    ----- exit 0
    ");
    assert!(book.done_as(SECOND, "status").stdout.contains("1 wait for a second person: a-1\n"));
    book.refused_as(FIRST, (4, "approval.own"), "approval approve a-1");
    book.refused_as(FIRST, (4, "approval.own"), "approval reject a-1 --reason no");
    assert_snapshot!(book.done_as(SECOND, "approval approve a-1 --note 'seen the slip'"), @"
    Request             a-1
    Command             fund deposit
    Typed               amount=10000.01 date=2026-06-02 group=acme reference=ICBC 17
    Currency            CNY
    Amount              10000.01
    Goes through up to  10000
    Asked for by        wang.fang
    Asked on            2026-07-03
    Waits until         2026-07-10
    State               approved
    Decided by          chen
    Decided on          2026-07-03
    Because             seen the slip
    Entries             2

    What it has posted
    Entry  Event    Date        Ledger account  Owner  Currency     Debit    Credit
    -------------------------------------------------------------------------------
        2  deposit  2026-06-02  bank            agent  CNY       10000.01         -
        2  deposit  2026-06-02  deposits        acme   CNY              -  10000.01
    ----- exit 0
    ");
    let deposits = book.json("fund balance")["groups"][0]["deposits"].clone();
    assert_eq!(deposits, "20000.01");
    assert_snapshot!(book.run_as(THIRD, "approval approve a-1"), @"
    ----- stderr
    error: a-1 was approved on 2026-07-03 by chen, and is decided on once
    hint: `subledger approval show a-1` shows it
    ----- exit 1
    ");
    book.refused_as(THIRD, (1, "approval.decided"), "approval reject a-1 --reason late");
    assert!(book.checks());
}

#[test]
fn a_request_is_told_to_programs_as_what_it_is() {
    let book = office(Point::Ready);
    let line = "fund deposit acme 20000 --date 2026-06-02 --key k-1";
    let output = book.run_as(FIRST, &format!("{line} --format json"));
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(output.exit, 3, "{output}");
    assert_eq!(
        [&answer["schema"], &answer["status"], &answer["request"], &answer["command"], &answer["amount"], &answer["limit"]],
        ["subledger/approval-request/1", "applied", "a-1", "fund deposit", "20000.00", "10000"]
    );
    assert_eq!(answer["postings"][0]["ledger_account"], "bank");
    // The same key tells the same request again, and what has become of it.
    for (state, status) in [("pending", "already"), ("approved", "already")] {
        let again = book.run_as(FIRST, &format!("{line} --format json"));
        let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!([&again["request"], &again["state"], &again["status"]], ["a-1", state, status]);
        if state == "pending" {
            book.done_as(SECOND, "approval approve a-1");
        }
    }
    book.refused_as(FIRST, (5, "key.reused"), "fund deposit acme 20001 --date 2026-06-02 --key k-1");
    let preview = book.run_as(FIRST, "fund deposit acme 20000 --date 2026-06-02 -n --format json");
    assert_eq!(preview.exit, 3, "a preview ends like the real one");
    let told: serde_json::Value = serde_json::from_str(&preview.stdout).unwrap();
    assert_eq!((&told["status"], &told["request"]), (&json!("preview"), &json!("a-2")));
    assert_eq!(book.json("approval list")["rows"], json!([]));
}

/// What a request posts, whatever the numbers of its entries.
fn posted(request: &serde_json::Value) -> Vec<serde_json::Value> {
    let mut postings = request["postings"].as_array().unwrap().clone();
    for posting in &mut postings {
        posting.as_object_mut().unwrap().remove("entry");
    }
    postings
}

#[test]
fn every_movement_of_money_can_wait() {
    let book = office(Point::Ordered);
    book.done("account associate old-1 --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode prepaid --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders");
    book.done("account confirm old-1");
    book.done("policy set approval-limit '0.01, credit 100'");
    book.done("settlement receive acme 0.01");
    let lines = [
        "pool top-up 14000 --currency USD --paid 100000 --paid-currency CNY",
        "fund deposit acme 50",
        "fund withdraw acme 20",
        "fund allocate acme-test 20",
        "fund reclaim acme-test 20",
        "fund reclaim acme-test --all",
        "fund allocate acme-test 20",
        "fund transfer --from acme-test --to old-1 20",
        "credit set acme-prod 500000",
        "settlement receive acme 100 --account acme-prod --period 2026-06",
        "settlement apply acme 100",
        "settlement write-off acme-prod 10 --note 'bank charges'",
        "period close 2026-06 --without-bill",
    ];
    for (number, line) in (1..).zip(lines) {
        let before = book.json("report trial-balance");
        asks(&book, line);
        assert_eq!(book.json("report trial-balance"), before, "{line}");
        let told = book.json_as(SECOND, &format!("approval show a-{number}"));
        let approved = book.json_as(SECOND, &format!("approval approve a-{number}"));
        assert_eq!(approved["state"], "approved", "{line}");
        assert_eq!(posted(&approved), posted(&told), "{line}");
        let moves_nothing = line.starts_with("credit") || line.starts_with("period");
        assert_eq!(book.json("report trial-balance") == before, moves_nothing, "{line}");
    }
    assert_eq!(book.json("account show acme-prod")["credit_limit"], "500000.00");
    assert_eq!(book.json("period list")["rows"][0]["state"], "closed");
    // What is done already waits for nobody.
    let again = book.json("period close 2026-06 --without-bill");
    assert_eq!(
        (&again["already_closed"], book.json("approval list")["rows"].as_array().unwrap().len()),
        (&json!(true), 0),
        "{again}"
    );
    assert!(book.checks());
}

#[test]
fn a_plan_and_a_charge_back_can_wait_too() {
    let book = office(Point::Ordered);
    book.done("settlement receive acme 100 --account acme-prod");
    book.done("policy set approval-limit 5");
    book.done("fund plan --days 365 --output plan.csv");
    asks(&book, "fund apply plan.csv --date 2026-06-30");
    book.refused_as(FIRST, (1, "plan.requested"), "fund apply plan.csv --date 2026-06-30");
    book.done_as(SECOND, "approval approve a-1");
    book.refused_as(FIRST, (1, "plan.applied"), "fund apply plan.csv --date 2026-06-30");
    asks(&book, "settlement charge-back 7");
    book.done_as(SECOND, "approval approve a-2");
    assert!(book.checks());
}

#[test]
fn what_would_post_something_else_by_now_is_refused() {
    let book = office(Point::Ordered);
    // It would pay the oldest debts; meanwhile somebody pays a part of them.
    asks(&book, "settlement receive acme 50000 --account acme-prod");
    book.done("policy set approval-limit none");
    book.done("settlement receive acme 40000");
    book.done("policy set approval-limit 10000");
    let before = book.everything();
    book.refused_as(SECOND, (1, "approval.book-moved"), "approval approve a-1");
    assert_eq!(book.everything(), before, "it goes on waiting");
    // A rule that forbids it by now speaks for itself.
    asks(&book, "fund allocate acme-test 30000 --date 2026-06-02");
    book.done("fund withdraw acme 5000 --date 2026-06-02");
    book.refused_as(SECOND, (1, "deposits.insufficient"), "approval approve a-2");
    book.done_as(SECOND, "approval reject a-2 --reason 'the money is gone'");
    assert!(book.checks());
}

/// What a command does beside its entries is looked at, too: which months are paid, from which credit to which, what is frozen.
#[test]
fn what_would_do_something_else_beside_its_entries_is_refused() {
    let mut book = office(Point::Ordered);
    book.done("policy set approval-limit '100, credit 100'");
    asks(&book, "credit set acme-prod 150000");
    asks(&book, "credit set acme-prod 200000");
    assert_snapshot!(book.done_as(SECOND, "approval show a-1"), @"
    Request             a-1
    Command             credit set
    Typed               account=acme-prod limit=150000
    Currency            CNY
    Amount              150000.00
    Goes through up to  100
    Asked for by        wang.fang
    Asked on            2026-07-03
    Waits until         2026-07-10
    State               pending

    it posts nothing

    What it does beside
    To what                                 What becomes of it
    ---------------------------------------------------------------------------
    credit of acme-prod from 2026-07-03 on  150000.00 CNY, before 100000.00 CNY
    ----- exit 0
    ");
    book.done_as(SECOND, "approval approve a-2");
    book.refused_as(SECOND, (1, "approval.book-moved"), "approval approve a-1");
    // The same money would pay another month.
    book.set_now("2026-07-20T02:00:00Z");
    book.done("order record acme-prod --product ecs --kind new --list-price 5000 --provider-order 88 --date 2026-07-02");
    asks(&book, "settlement receive acme 500 --account acme-prod");
    book.done("policy set approval-limit none");
    book.done("settlement receive acme 57149.98 --account acme-prod");
    book.refused_as(SECOND, (1, "approval.book-moved"), "approval approve a-3");
    book.done("policy set approval-limit 100");
    asks(&book, "period close 2026-06 --without-bill");
    let told = book.json_as(SECOND, "approval show a-4");
    assert!(told["effects"].as_array().unwrap().iter().any(|effect| effect["what"] == "statement of acme-prod"), "{told}");
    book.done("order record acme-prod --product ecs --kind new --list-price 50 --provider-order 89 --date 2026-06-20");
    book.refused_as(SECOND, (1, "approval.book-moved"), "approval approve a-4");
    assert!(book.checks());
}

/// Whoever has left asks for nothing any more, and who approves needs the right today, wherever the account is by now.
#[test]
fn rights_are_those_of_the_day_of_the_approval() {
    let mut book = office(Point::Ready);
    book.done("group add globex --name Globex");
    book.done("policy set approval-limit 'credit 100, 100'");
    asks(&book, "fund deposit acme 20000 --date 2026-06-02");
    asks(&book, "credit set acme-prod 500000");
    book.done("operator disable wang.fang --reason left");
    book.refused_as(SECOND, (1, "approval.requester-gone"), "approval approve a-1");
    book.done("operator enable wang.fang");
    book.done("operator revoke wang.fang --role finance");
    book.refused_as(SECOND, (1, "approval.requester-gone"), "approval approve a-1");
    book.done_as(SECOND, "approval reject a-1 --reason 'she has left'");
    book.done("operator grant wang.fang --role finance");
    book.done("operator add part --uid 2010 --role finance --group acme");
    book.set_now("2026-08-03T02:00:00Z");
    book.done("policy set approval-days 90");
    asks(&book, "credit set acme-prod 600000");
    book.done("account edit acme-prod --group globex --date 2026-08-01");
    book.refused_as(2010, (4, "operator.out-of-scope"), "approval approve a-3");
    assert!(book.checks());
}

#[test]
fn somebody_who_works_alone_is_told_that_nobody_approves() {
    let book = TestBook::acme(Point::Made);
    let set = book.json("policy set approval-limit 100");
    assert_eq!(set["notices"][0]["notice"], "nobody-approves", "{set}");
    book.done("operator add chen --uid 2002 --role finance");
    assert_eq!(book.json("policy set approval-limit 200").get("notices").map_or(0, |it| it.as_array().unwrap().len()), 0);
}

#[test]
fn a_request_for_an_account_that_was_released_meanwhile_is_refused() {
    let book = office(Point::Ready);
    book.done_as(FIRST, "fund deposit acme 10000 --date 2026-06-01");
    book.done_as(FIRST, "fund deposit acme 10000 --date 2026-06-01");
    asks(&book, "fund allocate acme-test 20000 --date 2026-06-02");
    book.done("account release acme-test --reason gone");
    book.refused_as(SECOND, (1, "account.not-active"), "approval approve a-1");
    assert_eq!(book.json("approval show a-1")["state"], "pending");
}

/// A month that was closed meanwhile takes nothing any more; and while something waits in it, it does not close.
#[test]
fn a_month_does_not_close_while_something_waits_in_it() {
    let book = office(Point::Ready);
    book.done_as(FIRST, "fund deposit acme 5 --date 2026-06-02");
    asks(&book, "fund deposit acme 20000 --date 2026-06-02");
    let blocked = book.refused(1, "period.blocked", "period close 2026-06 --yes");
    assert!(blocked.details.iter().any(|line| line.contains("a-1")), "{blocked:?}");
    book.done_as(FIRST, "approval withdraw a-1 --reason 'typed twice'");
    book.done("period close 2026-06 --yes");
    assert!(book.checks());
}

#[test]
fn nobody_decides_late_or_in_the_place_of_another() {
    let mut book = office(Point::Ready);
    book.done("policy set approval-days 3");
    for _ in 0..2 {
        asks(&book, "fund deposit acme 20000 --date 2026-06-02");
    }
    book.refused_as(SECOND, (4, "approval.others"), "approval withdraw a-1");
    book.refused_as(THIRD, (1, "approval.unknown"), "approval approve a-3");
    book.refused_as(THIRD, (1, "approval.unknown"), "approval approve 1");
    book.refused_as(THIRD, (2, "usage"), "approval reject a-1");
    book.set_now("2026-07-06T02:00:00Z");
    book.done_as(SECOND, "approval approve a-1 -n");
    book.set_now("2026-07-07T02:00:00Z");
    book.refused_as(SECOND, (1, "approval.expired"), "approval approve a-1");
    book.refused_as(SECOND, (1, "approval.expired"), "approval reject a-1 --reason no");
    book.done_as(FIRST, "approval withdraw a-1");
    assert_eq!(book.json("approval list")["rows"], json!([]));
    let states: Vec<_> =
        book.json("approval list --all")["rows"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["withdrawn", "expired"]);
    // Whoever may not move the money may not let it move, either.
    book.done("operator add boss --uid 2009 --role admin manager");
    book.set_now("2026-07-03T02:00:00Z");
    book.refused_as(2009, (4, "operator.not-permitted"), "approval approve a-2");
    book.done("operator add part --uid 2010 --role finance --group acme");
    book.done("group add globex --name Globex");
    asks(&book, "fund deposit globex 20000 --date 2026-06-02");
    book.refused_as(2010, (4, "operator.out-of-scope"), "approval approve a-3");
    book.done_as(2010, "approval approve a-2");
    assert!(book.checks());
}

#[test]
fn limits_are_by_currency_and_family() {
    let book = office(Point::Ready);
    assert_eq!(book.json("policy set approval-limit '50000, fund 200 CNY, 8000 USD'")["value"], "50000, fund 200 CNY, 8000 USD");
    book.done("pool top-up 50000");
    book.done("pool top-up 8000 --currency USD --paid 50000 --paid-currency CNY");
    asks(&book, "pool top-up 50000.01");
    asks(&book, "pool top-up 8000 --currency USD --paid 50001 --paid-currency CNY");
    asks(&book, "fund deposit acme 200.01");
    book.done("credit set acme-prod 9000000");
    book.done("policy set approval-limit 'credit 100000'");
    book.done("fund deposit acme 900000");
    asks(&book, "credit set acme-prod 9000001");
    book.done("credit set acme-prod 500");
    book.refused(
        1,
        "credit.above-limit",
        "account create new-1 --group acme --entity acme-hq --environment test --mode agent-pays --credit 100000.01 --mobile 13800000009",
    );
    book.done("policy set approval-limit none");
    book.done("fund deposit acme 900000");
    for wrong in ["-5", "5 CNY USD", "fund", "5 5", "sometimes"] {
        book.refused(1, "policy.invalid", &format!("policy set approval-limit '{wrong}'"));
    }
}

/// Two people press the button at once: the money moves once.
#[test]
fn two_who_race_to_approve_do_it_once() {
    let book = office(Point::Ready);
    for round in 1..=4 {
        asks(&book, "fund deposit acme 20000 --date 2026-06-02");
        let barrier = Barrier::new(2);
        let exits: Vec<i32> = std::thread::scope(|scope| {
            let racer = |uid| {
                let (book, barrier) = (&book, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    book.run_as(uid, &format!("approval approve a-{round}")).exit
                })
            };
            let racers = [racer(SECOND), racer(THIRD)];
            racers.map(|racer| racer.join().unwrap()).to_vec()
        });
        assert_eq!(exits.iter().sum::<i32>(), 1, "one is done (0), the other refused (1): {exits:?}");
        assert_eq!(book.json("fund balance")["groups"][0]["deposits"], format!("{}.00", 20000 * round));
    }
    assert!(book.checks());
}
