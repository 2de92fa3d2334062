//! How long money lasts, what may be lost, and plans that share it out.

use std::io::Write as _;

use insta::assert_snapshot;

use crate::book::{Point, TestBook};

/// Three prepaid accounts of one group that spend, one that does not, and one of another group. 5 000 are not allocated.
fn spending_book() -> TestBook {
    let mut book = TestBook::acme(Point::Funded);
    book.set_now("2026-06-30T02:00:00Z");
    book.done("group add bolt --name Bolt");
    for (account, group, uid) in [
        ("acme-dev", "acme", "1000000000000003"),
        ("acme-idle", "acme", "1000000000000004"),
        ("acme-new", "acme", "1000000000000005"),
        ("bolt-test", "bolt", "1000000000000006"),
    ] {
        let since = if account == "acme-new" { "2026-06-26" } else { "2026-01-01" };
        book.done(&format!(
            "account associate {account} --uid {uid} --group {group} --entity acme-hq --environment test --mode prepaid --since {since} --attest no-other-agent --attest no-arrears --attest no-open-orders"
        ));
        book.done(&format!("account confirm {account}"));
    }
    for (account, amount) in [("acme-dev", "6000"), ("acme-idle", "12000"), ("acme-new", "7000")] {
        book.done(&format!("fund allocate {account} {amount} --date 2026-06-26"));
    }
    for (number, account, price, date) in [
        (71, "acme-test", "3000", "2026-06-10"),
        (72, "acme-dev", "6000", "2026-06-26"),
        (73, "acme-new", "1000", "2026-06-26"),
        (74, "acme-new", "500", "2026-06-30"),
    ] {
        book.done(&format!(
            "order record {account} --product ecs --kind new --list-price {price} --provider-order {number} --date {date}"
        ));
    }
    book
}

#[test]
fn what_runs_out_first_comes_first() {
    let book = spending_book();
    book.done("pool top-up 20000 --date 2026-06-01");
    assert_snapshot!(book.run("report runway"), @"
    Kind        Account    Group  Currency  Available  /day (7)  /day (30)  /day (90)  Days (7)  Days (30)  Days (90)  Runs out    Propose
    --------------------------------------------------------------------------------------------------------------------------------------
    prepaid     acme-dev   acme   CNY          300.00    814.29     190.00      63.33         0          1          4  2026-06-30  5400.00
    pool        -          -      CNY        11600.00    857.14     280.00      93.33        13         41        124  2026-07-13     0.00
    prepaid     acme-new   acme   CNY         5575.00    285.00     285.00     285.00        19         19         19  2026-07-19  2975.00
    prepaid     acme-test  acme   CNY        17150.00      0.00      95.00      95.00         -        180        180  2026-12-27     0.00
    prepaid     acme-idle  acme   CNY        12000.00      0.00       0.00       0.00         -          -          -  -              0.00
    agent-pays  acme-prod  acme   CNY       100000.00      0.00       0.00       0.00         -          -          -  -              0.00
    prepaid     bolt-test  bolt   CNY            0.00      0.00       0.00       0.00         -          -          -  -              0.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("report runway --group acme --days 10"), @"
    Kind        Account    Group  Currency  Available  /day (7)  /day (30)  /day (90)  Days (7)  Days (30)  Days (90)  Runs out    Propose
    --------------------------------------------------------------------------------------------------------------------------------------
    prepaid     acme-dev   acme   CNY          300.00    814.29     190.00      63.33         0          1          4  2026-06-30  1600.00
    prepaid     acme-new   acme   CNY         5575.00    285.00     285.00     285.00        19         19         19  2026-07-19     0.00
    prepaid     acme-test  acme   CNY        17150.00      0.00      95.00      95.00         -        180        180  2026-12-27     0.00
    prepaid     acme-idle  acme   CNY        12000.00      0.00       0.00       0.00         -          -          -  -              0.00
    agent-pays  acme-prod  acme   CNY       100000.00      0.00       0.00       0.00         -          -          -  -              0.00
    ----- exit 0
    ");
    // Before anything was spent nothing runs out.
    assert_snapshot!(book.run("report runway --as-of 2026-06-01 --format csv"), @"
    kind,account,group,currency,available,rate_7,rate_30,rate_90,days_7,days_30,days_90,runs_out,propose
    pool,,,CNY,20000.00,0.00,0.00,0.00,,,,,0.00
    prepaid,acme-dev,acme,CNY,0.00,0.00,0.00,0.00,,,,,0.00
    prepaid,acme-idle,acme,CNY,0.00,0.00,0.00,0.00,,,,,0.00
    prepaid,acme-new,acme,CNY,0.00,0.00,0.00,0.00,,,,,0.00
    agent-pays,acme-prod,acme,CNY,100000.00,0.00,0.00,0.00,,,,,0.00
    prepaid,acme-test,acme,CNY,20000.00,0.00,0.00,0.00,,,,,0.00
    prepaid,bolt-test,bolt,CNY,0.00,0.00,0.00,0.00,,,,,0.00
    ----- exit 0
    ");
}

/// Each currency has a pool of its own, which lasts by the charges in that currency.
#[test]
fn every_pool_lasts_by_its_own_charges() {
    let book = spending_book();
    book.done("group add cato --name Cato --currency USD");
    book.done("account create cato-prod --group cato --entity acme-hq --environment production --mobile 13800000009 --mode agent-pays --credit 900 --since 2026-06-28");
    book.done("account accept cato-prod --uid 1000000000000009");
    book.done("account verify cato-prod");
    book.done("pool top-up 1000 --currency USD --paid 7000 --paid-currency CNY --date 2026-06-01");
    book.done(
        "order record cato-prod --product ecs --kind new --list-price 600 --provider-amount 450 --provider-order 81 --date 2026-06-29",
    );
    assert_snapshot!(book.run("report runway --format csv"), @"
    kind,account,group,currency,available,rate_7,rate_30,rate_90,days_7,days_30,days_90,runs_out,propose
    pool,,,CNY,-8400.00,857.14,280.00,93.33,0,0,0,2026-06-30,16800.00
    prepaid,acme-dev,acme,CNY,300.00,814.29,190.00,63.33,0,1,4,2026-06-30,5400.00
    agent-pays,cato-prod,cato,USD,300.00,200.00,200.00,200.00,1,1,1,2026-07-01,5700.00
    pool,,,USD,550.00,150.00,150.00,150.00,3,3,3,2026-07-03,3950.00
    prepaid,acme-new,acme,CNY,5575.00,285.00,285.00,285.00,19,19,19,2026-07-19,2975.00
    prepaid,acme-test,acme,CNY,17150.00,0.00,95.00,95.00,,180,180,2026-12-27,0.00
    prepaid,acme-idle,acme,CNY,12000.00,0.00,0.00,0.00,,,,,0.00
    agent-pays,acme-prod,acme,CNY,100000.00,0.00,0.00,0.00,,,,,0.00
    prepaid,bolt-test,bolt,CNY,0.00,0.00,0.00,0.00,,,,,0.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("report exposure --group cato"), @"
    Account    Group  Currency  Mode        Shutdown     Owed  Pending  Funds  Rate/day  Days  Exposure
    ---------------------------------------------------------------------------------------------------
    cato-prod  cato   USD       agent-pays  immediate  600.00     0.00   0.00    200.00     1    800.00

    Totals
    Currency    Owed  Pending  Funds  Exposure
    ------------------------------------------
    USD       600.00     0.00   0.00    800.00
    ----- exit 0
    ");
    assert_eq!(book.json("report exposure")["totals"].as_object().unwrap().keys().collect::<Vec<_>>(), ["CNY", "USD"]);
}

/// Who is in arrears has run out, and is given what covers them first.
#[test]
fn arrears_have_run_out_and_are_planned_for() {
    let mut book = TestBook::acme(Point::Funded);
    book.done("order record acme-test --product ecs --kind new --list-price 30000 --provider-order 71 --date 2026-06-10 --placed");
    book.set_now("2027-06-10T02:00:00Z");
    assert_snapshot!(book.run("report runway --group acme"), @"
    Kind        Account    Group  Currency  Available  /day (7)  /day (30)  /day (90)  Days (7)  Days (30)  Days (90)  Runs out    Propose
    --------------------------------------------------------------------------------------------------------------------------------------
    prepaid     acme-test  acme   CNY        -8500.00      0.00       0.00       0.00         0          0          0  2027-06-10  8500.00
    agent-pays  acme-prod  acme   CNY       100000.00      0.00       0.00       0.00         -          -          -  -              0.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund plan --output plan.csv"), @"
    ----- stderr
    wrote plan.csv
    next: subledger fund apply plan.csv
    ----- exit 0
    ");
    book.done("fund apply plan.csv");
    assert_eq!(book.json("account show acme-test")["available"], "0.00");
    assert!(book.checks());
}

/// What a refund gives back lowers the rate; a rate is never below zero.
#[test]
fn a_refund_lowers_the_rate() {
    let book = spending_book();
    let rate = |key: &str| {
        let answer = book.json("report runway --group acme");
        let rows = answer["rows"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["account"] == "acme-dev").unwrap()[key].clone()
    };
    assert_eq!((rate("rate_7"), rate("days_7")), ("814.29".into(), 0.into()));
    book.done("order refund 72 --amount 700 --provider-order 172 --date 2026-06-27");
    assert_eq!((rate("rate_7"), rate("rate_30")), ("714.29".into(), "166.67".into()));
    book.done("order refund 72 --provider-order 173 --date 2026-06-28");
    assert_eq!((rate("rate_7"), rate("days_7"), rate("runs_out")), ("0.00".into(), ().into(), ().into()));
}

/// Usage is spread over its month, before it is charged and after.
#[test]
fn usage_counts_while_it_waits_and_when_it_is_charged() {
    let mut book = TestBook::acme(Point::Ordered);
    book.done("bill import bill-corrected.csv --period 2026-06 --final");
    let row = |book: &TestBook, line: &str| {
        let answer = book.json(line);
        let rows = answer["rows"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["account"] == "acme-test").unwrap();
        ["available", "rate_7", "rate_30", "rate_90", "runs_out"].map(|key| row[key].as_str().unwrap_or("-").to_owned())
    };
    let waiting = row(&book, "report runway");
    assert_eq!(waiting, ["17296.28", "0.07", "90.11", "81.93", "2027-01-10"]);
    book.done("month-end 2026-06 --bill bill-corrected.csv --out closing");
    assert_eq!(row(&book, "report runway"), waiting);
    // As of a day before its charge it does not count.
    assert_eq!(row(&book, "report runway --as-of 2026-06-29")[1], "0.00");
    book.set_now("2027-07-03T02:00:00Z");
    assert_eq!(row(&book, "report runway")[1..], ["0.00", "0.00", "0.00", "-"]);
}

#[test]
fn the_worst_exposure_comes_first() {
    let book = spending_book();
    book.done("order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 75 --date 2026-06-20");
    book.done("order record acme-test --product ecs --kind new --list-price 20000 --provider-order 76 --date 2026-06-20 --placed");
    book.done("account edit acme-prod --shutdown delayed");
    book.done("account edit acme-new --shutdown none");
    assert_snapshot!(book.run("report exposure"), @"
    Account    Group  Currency  Mode        Shutdown       Owed  Pending     Funds  Rate/day  Days  Exposure
    --------------------------------------------------------------------------------------------------------
    acme-prod  acme   CNY       agent-pays  delayed    11400.00     0.00      0.00    380.00    16  17480.00
    acme-new   acme   CNY       prepaid     none           0.00     0.00   5575.00    285.00    30   2975.00
    acme-test  acme   CNY       prepaid     immediate      0.00     0.00  -1850.00    728.33     1   2578.33
    acme-dev   acme   CNY       prepaid     immediate      0.00     0.00    300.00    814.29     1    514.29
    acme-idle  acme   CNY       prepaid     immediate      0.00     0.00  12000.00      0.00     1      0.00
    bolt-test  bolt   CNY       prepaid     immediate      0.00     0.00      0.00      0.00     1      0.00

    Totals
    Currency      Owed  Pending     Funds  Exposure
    -----------------------------------------------
    CNY       11400.00     0.00  16025.00  23547.62
    ----- exit 0
    ");
    assert_snapshot!(book.run("report exposure --days-none 1 --group acme --format csv"), @"
    account,group,currency,mode,shutdown,owed,pending,funds,run_rate,days,exposure
    acme-prod,acme,CNY,agent-pays,delayed,11400.00,0.00,0.00,380.00,16,17480.00
    acme-test,acme,CNY,prepaid,immediate,0.00,0.00,-1850.00,728.33,1,2578.33
    acme-dev,acme,CNY,prepaid,immediate,0.00,0.00,300.00,814.29,1,514.29
    acme-idle,acme,CNY,prepaid,immediate,0.00,0.00,12000.00,0.00,1,0.00
    acme-new,acme,CNY,prepaid,none,0.00,0.00,5575.00,285.00,1,0.00
    ----- exit 0
    ");
    assert_eq!(book.run("report exposure --days-none -1").exit, 2);
    assert_eq!(book.json("report exposure --group bolt")["totals"]["CNY"]["exposure"], "0.00");
    book.refused(1, "group.unknown", "report exposure --group acm");
    book.refused(1, "group.unknown", "report runway --group acm");
    book.refused(1, "group.unknown", "fund plan --group acm");
    assert_eq!(book.run("fund plan --days 0").exit, 2);
}

#[test]
fn a_plan_is_made_looked_at_and_applied() {
    let book = spending_book();
    let before = book.everything();
    assert_snapshot!(book.run("fund plan"), @"
    Move      Group  Account     Amount  Currency  Funds before  Funds after
    ------------------------------------------------------------------------
    reclaim   acme   acme-test  3375.00  CNY           17150.00     13775.00
    allocate  acme   acme-dev   5400.00  CNY             300.00      5700.00
    allocate  acme   acme-new   2975.00  CNY            5575.00      8550.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund plan --output plan.csv"), @"
    ----- stderr
    wrote plan.csv
    next: subledger fund apply plan.csv
    ----- exit 0
    ");
    assert_eq!(book.read("plan.csv"), book.done("fund plan --format csv").stdout);
    assert_snapshot!(book.run("fund plan --format csv"), @"
    move,group,account,amount,currency,before,after,book,plan
    reclaim,acme,acme-test,3375.00,CNY,17150.00,13775.00,[-----------------------------hash-----------------------------],[-----------------------------hash-----------------------------]
    allocate,acme,acme-dev,5400.00,CNY,300.00,5700.00,[-----------------------------hash-----------------------------],[-----------------------------hash-----------------------------]
    allocate,acme,acme-new,2975.00,CNY,5575.00,8550.00,[-----------------------------hash-----------------------------],[-----------------------------hash-----------------------------]
    ----- exit 0
    ");
    assert_eq!(book.everything(), before, "a plan moves nothing");
    assert_snapshot!(book.run("fund apply plan.csv --dry-run"), @"
    Plan  [-----------------------------hash-----------------------------]
    Date  2026-06-30

    Move      Group  Account     Amount  Currency  Funds before  Funds after  Entry
    -------------------------------------------------------------------------------
    reclaim   acme   acme-test  3375.00  CNY           17150.00     13775.00  10
    allocate  acme   acme-dev   5400.00  CNY             300.00      5700.00  11
    allocate  acme   acme-new   2975.00  CNY            5575.00      8550.00  12
    ----- stderr
    preview: nothing was written
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund apply plan.csv"), @"
    Plan  [-----------------------------hash-----------------------------]
    Date  2026-06-30

    Move      Group  Account     Amount  Currency  Funds before  Funds after  Entry
    -------------------------------------------------------------------------------
    reclaim   acme   acme-test  3375.00  CNY           17150.00     13775.00  10
    allocate  acme   acme-dev   5400.00  CNY             300.00      5700.00  11
    allocate  acme   acme-new   2975.00  CNY            5575.00      8550.00  12
    ----- exit 0
    ");
    // Who looks at an account sees where its money came from.
    let last = |account: &str| {
        let history = book.json(&format!("fund history {account}"));
        let row = history["rows"].as_array().unwrap().last().unwrap();
        ["event", "amount", "remark"].map(|key| row[key].as_str().unwrap().to_owned())
    };
    let ([given, amount, remark], [taken, .., same]) = (last("acme-dev"), last("acme-test"));
    assert_eq!((given.as_str(), amount.as_str(), taken.as_str()), ("allocate", "5400.00", "reclaim"));
    let hash = remark.strip_prefix("plan ").unwrap();
    assert!(same == remark && book.read("plan.csv").contains(hash), "{remark} {same}");
    // Now nothing is left to plan.
    assert_eq!(book.json("report runway --group acme")["rows"][0]["propose"], "0.00");
    assert_snapshot!(book.run("fund plan"), @"
    nothing to move: every prepaid account lasts 30 days
    ----- exit 0
    ");
    assert!(book.checks());
}

#[test]
fn a_plan_comes_through_a_pipe_too() {
    let book = spending_book();
    let plan = book.done("fund plan --format csv --excel").stdout;
    let output = book.run_words(&["fund", "apply", "-"]);
    assert_eq!(output.exit, 1, "nothing comes through it\n{output}");
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(plan.as_bytes()).unwrap();
    drop(writer);
    let output = book.finish(book.command(&["fund", "apply", "-"]).stdin(reader));
    assert_eq!(output.exit, 0, "{output}");
    assert!(book.checks());
}

/// A group has too little: everybody gets the same share, and somebody is told what is missing.
#[test]
fn what_is_not_enough_is_shared_and_told() {
    let book = spending_book();
    assert_snapshot!(book.run("fund plan --days 365"), @"
    Move      Group  Account      Amount  Currency  Funds before  Funds after
    -------------------------------------------------------------------------
    reclaim   acme   acme-idle  12000.00  CNY           12000.00         0.00
    allocate  acme   acme-dev    6344.28  CNY             300.00      6644.28
    allocate  acme   acme-new    9045.53  CNY            5575.00     14620.53
    allocate  acme   acme-test   1610.19  CNY           17150.00     18760.19
    ----- stderr
    warning: acme lacks 168025.00 CNY to keep its accounts for 365 days: `subledger fund deposit acme 168025.00` records what it pays in
    ----- exit 0
    ");
    let plan = book.json("fund plan --days 365");
    assert_eq!(plan["notices"][0]["notice"], "plan-short");
    book.done("fund plan --days 365 --output plan.csv");
    book.done("fund apply plan.csv");
    assert_eq!(book.json("group show acme")["deposits"], "0.00");
    assert_snapshot!(book.run("fund plan --days 365"), @"
    nothing to move: there is no money to give
    ----- stderr
    warning: acme lacks 168025.00 CNY to keep its accounts for 365 days: `subledger fund deposit acme 168025.00` records what it pays in
    ----- exit 0
    ");
}

#[test]
fn a_plan_is_applied_once_and_as_it_was_planned() {
    let book = spending_book();
    book.done("fund plan --output plan.csv");
    let plan = book.read("plan.csv");
    let before = book.everything();
    let lines: Vec<&str> = plan.lines().collect();
    let edited = [
        plan.replacen("acme-test", "acme-idle", 1),
        plan.replacen("acme,acme-dev,", "acme,acme-dev,1", 1),
        format!("{}\n{}\n", lines[0], lines[1..lines.len() - 1].join("\n")),
        format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1]),
    ];
    for text in edited {
        assert_ne!(text, plan);
        book.write("edited.csv", &text);
        book.refused(1, "plan.edited", "fund apply edited.csv");
    }
    assert_snapshot!(book.run("fund apply edited.csv"), @"
    ----- stderr
    error: edited.csv: it is not as it was planned: a cell, a row or their order has changed; nothing was moved
    hint: `subledger fund plan --output plan.csv` makes a new one; `subledger fund allocate` and `subledger fund reclaim` move other amounts
    ----- exit 1
    ");
    // A mistake in the date leaves nothing half done: two moves are right, and the third account was not ours yet.
    book.refused(1, "account.before-since", "fund apply plan.csv --date 2026-06-25");
    assert_eq!(book.everything(), before);

    // A sheet adds a byte order mark and drops zeros; that changes no move.
    book.write("saved.csv", format!("\u{feff}{}", plan.replace(".00,", ",")));
    assert_eq!(book.json("fund apply saved.csv")["status"], "applied");
    let after = book.everything();
    book.refused(1, "plan.applied", "fund apply saved.csv");
    book.refused(1, "plan.stale", "fund apply plan.csv");
    assert_eq!(book.everything(), after);
    assert_snapshot!(book.run("fund apply saved.csv"), @"
    ----- stderr
    error: saved.csv: this plan was applied before, by operation 29; nothing was moved
    hint: `subledger fund plan --output plan.csv` makes a new one
    ----- exit 1
    ");
}

#[test]
fn a_plan_is_for_the_book_as_it_was() {
    let book = spending_book();
    book.done("fund plan --days 90 --output plan.csv");
    book.done("fund deposit acme 1");
    let before = book.everything();
    book.refused(1, "plan.stale", "fund apply plan.csv");
    assert_snapshot!(book.run("fund apply plan.csv"), @"
    ----- stderr
    error: plan.csv: the book has changed since the plan was made; nothing was moved
    hint: `subledger fund plan --output plan.csv` makes a new one
    ----- exit 1
    ");
    assert_eq!(book.everything(), before);
    let other = TestBook::acme(Point::Ready);
    other.write("plan.csv", book.read("plan.csv"));
    other.refused(1, "plan.stale", "fund apply plan.csv");
}

#[test]
fn what_is_no_plan_is_refused() {
    let book = spending_book();
    book.write("empty.csv", "");
    book.refused(1, "file.empty", "fund apply empty.csv");
    book.refused(1, "file.missing", "fund apply missing.csv");
    book.refused(1, "plan.not-a-plan", "fund apply orders.csv");
    assert_snapshot!(book.run("fund apply orders.csv"), @"
    ----- stderr
    error: orders.csv: it is no plan, which also has: move, group, amount, currency, before, after, book, plan
    hint: `subledger fund plan --output plan.csv` makes one
    ----- exit 1
    ");
    book.done("fund plan --days 90 --output plan.txt");
    book.refused(1, "plan.not-a-plan", "fund apply plan.txt");
    book.done("fund plan --days 90 --output plan.csv");
    book.write("bad.csv", book.read("plan.csv").replace("reclaim", "take"));
    assert_snapshot!(book.run("fund apply bad.csv"), @r#"
    ----- stderr
    error: bad.csv: 2 lines cannot be read; nothing was imported
      line 2, move "take": not a move: one of reclaim, allocate
      line 3, move "take": not a move: one of reclaim, allocate
    ----- exit 1
    "#);
    // A plan without moves is done already, so that it can be applied every night.
    book.done("fund plan --days 1 --output none.csv");
    let operations = book.operations();
    assert_snapshot!(book.run("fund plan --days 1 --output none.csv"), @"
    ----- stderr
    wrote none.csv
    nothing to move
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund apply none.csv"), @"
    Plan  -
    Date  2026-06-30

    nothing to move
    ----- exit 0
    ");
    assert_eq!(book.operations(), operations);
}
