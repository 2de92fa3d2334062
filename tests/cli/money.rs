//! Money: what finance moves between bank, pool, groups and accounts, and what it may not.

use insta::assert_snapshot;
use serde_json::json;

use crate::book::{Point, TestBook};

/// A second prepaid account of the group and its owner, one of another owner, and one of another group; 30 000 not allocated.
fn money_book() -> TestBook {
    let book = TestBook::acme(Point::Funded);
    book.done("entity add bolt-hq --name 'Bolt GmbH' --credential 91310000MA1FL0007C");
    book.done("group add bolt --name Bolt");
    for (account, group, entity, uid) in [
        ("acme-dev", "acme", "acme-hq", "1000000000000003"),
        ("acme-other", "acme", "bolt-hq", "1000000000000004"),
        ("bolt-test", "bolt", "bolt-hq", "1000000000000005"),
    ] {
        book.done(&format!(
            "account associate {account} --uid {uid} --group {group} --entity {entity} --environment test --mode prepaid --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders"
        ));
        book.done(&format!("account confirm {account}"));
    }
    book
}

#[test]
fn money_goes_out_comes_back_and_passes_on() {
    let book = money_book();
    assert_snapshot!(book.run("fund transfer --from acme-test --to acme-dev 5000 --date 2026-06-02 --reference T-7 --remark 'two teams'"), @"
    Entry              3
    Group              acme
    Account            acme-test
    To                 acme-dev
    Date               2026-06-02
    Currency           CNY
    Amount             5000.00
    Not allocated now  30000.00
    Funds now          15000.00
    Funds there now    5000.00
    Reference          T-7
    Remark             two teams
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund reclaim acme-test --all --date 2026-06-03"), @"
    Entry              4
    Group              acme
    Account            acme-test
    To                 -
    Date               2026-06-03
    Currency           CNY
    Amount             15000.00
    Not allocated now  45000.00
    Funds now          0.00
    Funds there now    -
    Reference          -
    Remark             -
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund withdraw acme 45000 --date 2026-06-03 --reference 'ICBC 17'"), @"
    Entry              5
    Group              acme
    Account            -
    To                 -
    Date               2026-06-03
    Currency           CNY
    Amount             45000.00
    Not allocated now  0.00
    Funds now          -
    Funds there now    -
    Reference          ICBC 17
    Remark             -
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund history acme-test"), @"
    Account   acme-test
    Group     acme
    Currency  CNY
    Mode      prepaid
    Opening   0.00
    Closing   0.00

    Entry  Date        Event     Product  Order  Other account     Amount   Balance  Reference  Remark
    -----------------------------------------------------------------------------------------------------
    2      2026-06-01  allocate  -        -      -               20000.00  20000.00  -          -
    3      2026-06-02  transfer  -        -      acme-dev        -5000.00  15000.00  T-7        two teams
    4      2026-06-03  reclaim   -        -      -              -15000.00      0.00  -          -
    ----- exit 0
    ");
    assert_eq!(book.json("fund history acme-dev")["closing"], "5000.00");
    assert_eq!(book.json("fund history acme-test --from 2026-06-02 --as-of 2026-06-02")["rows"].as_array().unwrap().len(), 1);
    // Both sides of a transfer stand on their own statements, and both foot.
    let statement = |account: &str| book.json(&format!("statement show {account} --period 2026-06"));
    assert_eq!(statement("acme-test")["closing"], "0.00");
    assert_eq!((&statement("acme-dev")["payments"], &statement("acme-dev")["closing"]), (&json!("5000.00"), &json!("-5000.00")));
    assert!(book.checks());
}

#[test]
fn what_is_spent_cannot_be_taken_back() {
    let book = money_book();
    book.done("order record acme-test --product ecs --kind new --list-price 16000 --provider-order 77 --date 2026-06-05");
    assert_snapshot!(book.run("fund reclaim acme-test 5000 --date 2026-06-06"), @"
    ----- stderr
    error: acme-test has 4800.00 CNY that is not spent and came from its group (which has given it 20000.00 CNY); 5000.00 CNY is needed
    hint: `subledger fund history acme-test` shows where it went
    ----- exit 1
    ");
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-test 5000 --date 2026-06-06");
    // Neither on a day before it was spent.
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-test 5000 --date 2026-06-02");
    book.done("fund reclaim acme-test 4800 --date 2026-06-06");
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-test --all");
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-dev 1");
    book.refused(1, "funds.insufficient", "fund transfer --from acme-test --to acme-dev 0.01");
    assert!(book.checks());
}

/// What is passed on was given by the group, and is given once.
#[test]
fn a_group_takes_back_no_more_than_it_gave() {
    let book = money_book();
    book.done("fund transfer --from acme-test --to acme-dev 20000 --date 2026-06-01");
    book.done("fund reclaim acme-dev 20000 --date 2026-06-01");
    assert_snapshot!(book.run("fund reclaim acme-dev 1"), @"
    ----- stderr
    error: acme-dev has 0.00 CNY that is not spent and came from its group (which has given it 0.00 CNY); 1.00 CNY is needed
    hint: `subledger fund history acme-dev` shows where it went
    ----- exit 1
    ");
}

/// One group and one owner are enough, whenever each account came there.
#[test]
fn money_passes_to_an_account_that_came_later() {
    let book = money_book();
    let identity = "--uid 1000000000000030 --group acme --entity acme-hq --environment test --mode prepaid --since 2026-06-02";
    book.done(&format!(
        "account associate acme-late {identity} --attest no-other-agent --attest no-arrears --attest no-open-orders"
    ));
    book.done("account confirm acme-late");
    let passed = book.json("fund transfer --from acme-test --to acme-late 5 --date 2026-06-03");
    assert_eq!((&passed["funds"], &passed["to_funds"]), (&"19995.00".into(), &"5.00".into()), "{passed}");
    book.refused(1, "account.before-since", "fund transfer --from acme-test --to acme-late 5 --date 2026-06-01");
}

#[test]
fn money_stays_in_its_group_and_with_its_owner() {
    let book = money_book();
    assert_snapshot!(book.run("fund transfer --from acme-test --to bolt-test 1"), @"
    ----- stderr
    error: acme-test belongs to acme and bolt-test to bolt; money stays in its group
    hint: `subledger fund reclaim acme-test AMOUNT` and `subledger fund withdraw acme AMOUNT` give it back to the customer
    ----- exit 1
    ");
    assert_snapshot!(book.run("fund transfer --from acme-test --to acme-other 1"), @"
    ----- stderr
    error: the real-name owner of acme-test is acme-hq and that of acme-other is bolt-hq; money passes only between accounts of one
    hint: `subledger fund reclaim acme-test AMOUNT`, then `subledger fund allocate acme-other AMOUNT`
    ----- exit 1
    ");
    book.refused(1, "transfer.other-group", "fund transfer --from acme-test --to bolt-test 1");
    book.refused(1, "transfer.other-entity", "fund transfer --from acme-test --to acme-other 1");
    book.refused(1, "transfer.to-itself", "fund transfer --from acme-test --to 1000000000000002 1");
    book.refused(1, "account.not-prepaid", "fund transfer --from acme-test --to acme-prod 1");
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-prod 1");
}

#[test]
fn a_withdrawal_leaves_what_covers_the_arrears() {
    let book = money_book();
    book.refused(1, "deposits.insufficient", "fund withdraw acme 30000.01 --date 2026-06-01");
    // Money that came in later cannot have gone out before.
    book.done("fund deposit acme 5 --date 2026-06-20");
    book.refused(1, "deposits.insufficient", "fund withdraw acme 30000.01 --date 2026-06-19");
    book.done("order record acme-test --product ecs --kind new --list-price 30000 --provider-order 77 --date 2026-06-05 --placed");
    assert_snapshot!(book.run("fund withdraw acme 25000 --date 2026-06-06"), @"
    ----- stderr
    error: acme may take 21500.00 CNY out, because 8500.00 CNY of its accounts is in arrears or overdue; 25000.00 CNY is needed
    hint: `subledger alert list` shows which
    ----- exit 1
    ");
    book.refused(1, "deposits.held", "fund withdraw acme 25000 --date 2026-06-06");
    // What covers them comes first, and then the rest is free.
    book.done("fund allocate acme-test 10000 --date 2026-06-06");
    book.done("fund withdraw acme 20000 --date 2026-06-06");
    assert!(book.checks());
}

#[test]
fn amounts_and_days_that_cannot_be() {
    let book = money_book();
    for verb in ["fund withdraw acme", "fund reclaim acme-test", "fund transfer --from acme-test --to acme-dev", "pool top-up"] {
        book.refused(1, "amount.not-positive", &format!("{verb} 0"));
        book.refused(1, "amount.negative", &format!("{verb} -5"));
        book.refused(1, "amount.too-precise", &format!("{verb} 0.001"));
        book.refused(1, "amount.overflow", &format!("{verb} 99999999999999999999"));
    }
    for verb in ["fund reclaim acme-test 1", "fund transfer --from acme-test --to acme-dev 1"] {
        book.refused(1, "account.before-since", &format!("{verb} --date 2026-05-31"));
    }
    let closed = TestBook::acme(Point::Closed);
    for verb in ["fund withdraw acme 1", "fund reclaim acme-test 1", "pool top-up 1", "pool pay 1"] {
        closed.refused(1, "period.closed", &format!("{verb} --date 2026-06-30"));
    }
}

#[test]
fn the_pool_is_topped_up_drawn_on_and_paid_from() {
    let book = TestBook::acme(Point::Closed);
    assert_snapshot!(book.run("pool show"), @"
    Currency  Pool  Expected to be billed  Billed, not paid  Usage not charged  Available
    -------------------------------------------------------------------------------------
    CNY       0.00                   0.00          52033.62               0.00  -52033.62
    ----- exit 0
    ");
    book.refused(1, "pool.insufficient", "pool pay 1 --date 2026-07-01");
    assert_snapshot!(book.run("pool pay 1 --date 2026-07-01"), @"
    ----- stderr
    error: the pool has 0.00 CNY; 1.00 CNY is needed
    hint: `subledger pool top-up AMOUNT` records money that was paid in; --from bank pays from the bank
    ----- exit 1
    ");
    assert_snapshot!(book.run("pool top-up 50000 --date 2026-07-01 --reference 'ICBC 3'"), @"
    Entry                  10
    Date                   2026-07-01
    Currency               CNY
    Amount                 50000.00
    Paid by the bank       -
    Paid in                -
    Pool now               50000.00
    Expected to be billed  0.00
    Billed, not paid       52033.62
    Usage not charged      0.00
    Available              -2033.62
    Reference              ICBC 3
    Remark                 -
    ----- exit 0
    ");
    // Money that came in later cannot have paid before.
    book.done("pool top-up 10000 --date 2026-07-03");
    book.refused(1, "pool.insufficient", "pool pay 50001 --date 2026-07-02");
    book.refused(1, "payable.insufficient", "pool pay 99999 --date 2026-07-03");
    assert_snapshot!(book.run("pool pay 99999 --date 2026-07-03"), @"
    ----- stderr
    error: the provider has billed 52033.62 CNY that is not paid; 99999.00 CNY is more
    hint: `subledger pool show` shows what it is owed; what it has not billed yet is `accrued`
    ----- exit 1
    ");
    assert_snapshot!(book.run("pool pay 52033.61 --date 2026-07-03"), @"
    Entry                  12
    Date                   2026-07-03
    Currency               CNY
    Amount                 52033.61
    Paid by the bank       -
    Paid in                -
    Pool now               7966.39
    Expected to be billed  0.00
    Billed, not paid       0.01
    Usage not charged      0.00
    Available              7966.38
    Reference              -
    Remark                 -
    ----- exit 0
    ");
    assert_eq!(book.json("pool show --as-of 2026-07-01")["rows"][0]["pool"], "50000.00");
    assert!(book.checks());
}

/// A pool in dollars that is paid in yuan: each currency balances on its own.
#[test]
fn a_pool_in_another_currency_goes_through_exchange() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("pool top-up 14000 --currency USD --paid 100000 --paid-currency CNY --date 2026-06-01"), @"
    Entry                  1
    Date                   2026-06-01
    Currency               USD
    Amount                 14000.00
    Paid by the bank       100000.00
    Paid in                CNY
    Pool now               14000.00
    Expected to be billed  0.00
    Billed, not paid       0.00
    Usage not charged      0.00
    Available              14000.00
    Reference              -
    Remark                 -
    ----- exit 0
    ");
    book.refused(1, "pool.paid-differs", "pool top-up 5 --paid 6 --paid-currency CNY");
    book.done("pool top-up 5 --paid 5 --paid-currency CNY --date 2026-06-01");
    assert_snapshot!(book.run("report trial-balance"), @"
    Ledger account  Owner  Currency      Debit     Credit
    -----------------------------------------------------
    bank            agent  CNY            0.00  100005.00
    pool            agent  CNY            5.00       0.00
    exchange        agent  CNY       100000.00       0.00
    pool            agent  USD        14000.00       0.00
    exchange        agent  USD            0.00   14000.00

    Totals
    Currency      Debit     Credit
    ------------------------------
    CNY       100005.00  100005.00
    USD        14000.00   14000.00
    ----- exit 0
    ");
    assert_eq!(book.run("pool top-up 5 --paid 6").exit, 2);
    assert!(book.checks());
}

#[test]
fn credit_is_set_shown_and_taken_away() {
    let book = TestBook::acme(Point::Ordered);
    assert_snapshot!(book.run("credit show"), @"
    Account    Group  Currency  Credit limit      Owed  Pending usage  Available  Arrears
    -------------------------------------------------------------------------------------
    acme-prod  acme   CNY          100000.00  56899.99           0.00   43100.01     0.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("credit set acme-prod 50000"), @"
    Account        acme-prod
    Currency       CNY
    Limit before   100000.00
    Credit limit   50000.00
    From           2026-07-03
    Owed           56899.99
    Pending usage  0.00
    Available      -6899.99
    Arrears        6899.99
    ----- exit 0
    ");
    assert_eq!(book.json("credit show --as-of 2026-06-04")["rows"][0]["owed"], "11400.00");
    // What it owes already is more: it is in arrears, and buys nothing.
    let buy = "order record acme-prod --product ecs --kind new --list-price 1 --provider-order 99 --date 2026-06-28";
    book.refused(1, "credit.insufficient", buy);
    book.done("credit set acme-prod 60000");
    book.done(buy);
    let operations = book.operations();
    book.done("credit set acme-prod 60000.00");
    assert_eq!(book.operations(), operations, "what is so already leaves no trace");
    book.refused(1, "account.not-agent-pays", "credit set acme-test 5");
    book.refused(1, "amount.negative", "credit set acme-prod -5");
    book.refused(1, "amount.too-precise", "credit set acme-prod 0.001");
    assert!(book.checks());
}

#[test]
fn who_pays_changes_only_when_nothing_stays_behind() {
    let mut book = TestBook::acme(Point::Ordered);
    book.refused(1, "account.switch-unsettled", "account edit acme-prod --mode prepaid");
    assert_snapshot!(book.run("account edit acme-test --mode agent-pays --date 2026-06-20"), @"
    ----- stderr
    error: acme-test cannot change who pays while money would stay behind
      it has 17300.00 CNY unspent: `subledger fund reclaim acme-test --all`
    hint: see to that first, or name a later --date
    ----- exit 1
    ");
    // Until the day on which it has nothing left, and from a day on which nothing is left.
    book.refused(1, "account.switch-unsettled", "account edit acme-test --mode agent-pays --date 2026-07-01");
    book.done("fund reclaim acme-test --all --date 2026-06-30");
    book.refused(1, "account.switch-unsettled", "account edit acme-test --mode agent-pays --date 2026-06-30");
    assert_snapshot!(book.run("account edit acme-test --mode agent-pays --date 2026-07-10"), @"
    Account                acme-test
    UID                    1000000000000002
    State                  active
    Model                  resale
    Mode                   prepaid
    Next mode              agent-pays from 2026-07-10
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            test
    Ours since             2026-06-01
    Invitation runs until  -
    ----- exit 0
    ");
    let modes = |book: &TestBook, line: &str| book.json(line)["mode"].as_str().unwrap().to_owned();
    assert_eq!(modes(&book, "account show acme-test"), "prepaid");
    assert_eq!(modes(&book, "account show acme-test --as-of 2026-07-09"), "prepaid");
    assert_eq!(modes(&book, "account show acme-test --as-of 2026-07-10"), "agent-pays");
    // Each day has its own rules.
    book.refused(1, "account.not-agent-pays", "credit set acme-test 3000 --date 2026-07-09");
    book.done("credit set acme-test 3000 --date 2026-07-10");
    // What it is given before, and does not spend, is not lost when the day comes.
    book.done("fund allocate acme-test 5");
    book.set_now("2026-07-10T02:00:00Z");
    book.refused(1, "account.not-prepaid", "fund allocate acme-test 5 --date 2026-07-10");
    book.refused(1, "account.not-prepaid", "fund allocate acme-test 5 --date 2026-07-04");
    book.done("fund reclaim acme-test --all");
    let buy = |list: &str, day: u32| {
        format!("order record acme-test --product ecs --kind new --list-price {list} --provider-order 71 --date 2026-07-{day:02}")
    };
    book.refused(1, "funds.insufficient", &buy("1000", 9));
    book.refused(1, "credit.insufficient", &buy("4000", 10));
    book.done(&format!("{} --placed", buy("1000", 10)));
    assert_eq!(book.json("account show acme-test --as-of 2026-07-10")["owed"], "850.00");
    // The same again is nothing new.
    let operations = book.operations();
    book.done("account edit acme-test --mode agent-pays --date 2026-07-10");
    assert_eq!(book.operations(), operations);
    book.refused(1, "account.before-since", "account edit acme-test --mode agent-pays --date 2026-05-31");
    assert_eq!(book.run("account edit acme-test").exit, 2);
    assert!(book.checks());
}

#[test]
fn usage_that_waits_for_its_charge_keeps_an_account_where_it_is() {
    let book = TestBook::acme(Point::Billed);
    book.done("fund reclaim acme-test --all --date 2026-06-30");
    assert_snapshot!(book.run("account edit acme-test --mode agent-pays"), @"
    ----- stderr
    error: acme-test cannot change who pays while money would stay behind
      it has 3.72 CNY unspent: `subledger fund reclaim acme-test --all`, once its usage is charged
      usage of 3.72 CNY is not charged yet: close the month, or drop the estimated bill
    hint: see to that first, or name a later --date
    ----- exit 1
    ");
}

#[test]
fn a_ban_stops_what_is_new_and_leaves_what_there_is() {
    let book = TestBook::acme(Point::Funded);
    book.done("account edit acme-prod --purchases ban --shutdown delayed");
    let buy = |kind: &str, number: u32| {
        format!("order record acme-prod --product ecs --kind {kind} --list-price 10 --provider-order {number} --date 2026-06-02")
    };
    assert_snapshot!(book.run(&buy("new", 71)), @"
    ----- stderr
    error: acme-prod may not buy anything new (new): new purchases are forbidden to it
    hint: `subledger account edit acme-prod --purchases allow` lifts that; --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    book.refused(1, "account.purchase-ban", &buy("upgrade", 71));
    book.done(&buy("renew", 72));
    book.done(&buy("downgrade", 73));
    book.done(&format!("{} --placed", buy("new", 71)));
    let shown = book.json("account show acme-prod");
    assert_eq!((shown["purchase_ban"].as_bool(), shown["shutdown"].as_str()), (Some(true), Some("delayed")));
    book.done("account edit acme-prod --purchases allow");
    book.done(&buy("new", 74));
    assert!(book.checks());
}

/// On the agency model no sale and no cost is the agent's: what the provider charges is what the customer owes.
#[test]
fn on_the_agency_model_the_providers_price_passes_through() {
    let book = TestBook::acme(Point::Funded);
    let attest = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.done(&format!(
        "account associate acme-own --uid 1000000000000003 --group acme --entity acme-hq --environment production --model agency --mode agent-pays --credit 100000 --since 2026-06-01 {attest}"
    ));
    book.done("account confirm acme-own");
    // By the customer's own terms, and by what the provider has said.
    let buy = "order record acme-own --product ecs --kind new --list-price 1000 --date 2026-06-02";
    let by_terms = book.json(&format!("{buy} --provider-order 71"));
    assert_eq!((&by_terms["payable"], &by_terms["cost"]), (&json!("950.00"), &json!("950.00")));
    let quoted = book.json("price quote acme-own --product ecs --list-price 1000 --date 2026-06-02");
    assert_eq!((&quoted["payable"], &quoted["cost"]), (&json!("950.00"), &json!("950.00")));
    let as_told = book.json(&format!("{buy} --provider-order 72 --provider-amount 870"));
    let figures = ["payable", "cost", "discount", "agreement"].map(|key| as_told[key].clone());
    assert_eq!(figures, [json!("870.00"), json!("870.00"), json!("13%"), json!(null)]);
    let refund = "order refund 72 --date 2026-06-03 --provider-order";
    book.refused(1, "refund.agency-differs", &format!("{refund} 73 --amount 100 --provider-amount 90"));
    let back = book.json(&format!("{refund} 73 --provider-amount 70"));
    assert_eq!((&back["payable"], &back["cost"]), (&json!("-70.00"), &json!("-70.00")));
    assert_snapshot!(book.run("report trial-balance"), @"
    Ledger account  Owner      Currency     Debit    Credit
    -------------------------------------------------------
    bank            agent      CNY       50000.00      0.00
    receivable      acme-own   CNY        1750.00      0.00
    deposits        acme       CNY           0.00  30000.00
    funds           acme-test  CNY           0.00  20000.00
    accrued         agent      CNY           0.00   1750.00

    Totals
    Currency     Debit    Credit
    ----------------------------
    CNY       51750.00  51750.00
    ----- exit 0
    ");
    assert!(book.checks());
    // Usage, too: at what the provider bills, not at list price less the group's discount.
    let lines = [
        "b-1,71,9000000000000001,1000000000000003,202606,20260602,订阅预付费用,ecs,云服务器ECS,CNY,1000,50,950",
        "b-2,72,9000000000000001,1000000000000003,202606,20260602,订阅预付费用,ecs,云服务器ECS,CNY,1000,130,870",
        "b-3,73,9000000000000001,1000000000000003,202606,20260603,订阅退订费用,ecs,云服务器ECS,CNY,-80,-10,-70",
        "b-4,,9000000000000001,1000000000000003,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,100,12.345,87.655",
    ];
    book.write("agency.csv", crate::book::bill(&lines));
    book.done("bill import agency.csv --period 2026-06 --final");
    assert_eq!(book.json("account show acme-own")["pending_usage"], "87.66");
    book.done("reconcile run --period 2026-06");
    book.done("period close 2026-06");
    assert_eq!(book.json("account show acme-own")["owed"], "1837.66");
    assert!(book.checks());
}

/// Each refusal says how much is needed and how much there is, and what to do about it.
#[test]
fn every_refusal_about_money_has_its_figures() {
    let book = money_book();
    let buy = "--product ecs --kind new --date 2026-06-02 --provider-order";
    book.done(&format!("order record acme-test --list-price 4000 {buy} 71"));
    book.done("pool top-up 100 --date 2026-06-02");
    book.done("policy set pool-check refuse");
    book.done("budget set 5000 --account acme-test --action block");
    let orders = [
        (
            format!("order record acme-test --list-price 17100 {buy} 81"),
            "funds.insufficient",
            "16200.00 CNY available; 16245.00 CNY is needed",
        ),
        (
            format!("order record acme-test --list-price 2000 {buy} 82"),
            "budget.exceeded",
            "1900.00 CNY is needed, 1200.00 CNY is left of 5000.00 CNY",
        ),
        (
            format!("order record acme-prod --list-price 200000 {buy} 83"),
            "credit.insufficient",
            "100000.00 CNY available of its credit limit of 100000.00 CNY; 190000.00 CNY is needed",
        ),
        (
            format!("order record acme-prod --list-price 20000 {buy} 84"),
            "pool.uncovered",
            "the pool does not cover an order of acme-prod: 16000.00 CNY is needed",
        ),
    ];
    let orders = orders.map(|(line, code, figures)| (line, code, figures.to_owned()));
    let moves = [
        (
            "fund allocate acme-test 30000.01",
            "deposits.insufficient",
            "acme has 30000.00 CNY that is not allocated; 30000.01 CNY is needed",
        ),
        (
            "fund withdraw acme 30000.01",
            "deposits.insufficient",
            "acme has 30000.00 CNY that is not allocated; 30000.01 CNY is needed",
        ),
        ("fund allocate bolt-test 1", "deposits.insufficient", "bolt has 0.00 CNY that is not allocated; 1.00 CNY is needed"),
        ("fund reclaim acme-test 16200.01", "reclaim.insufficient", "acme-test has 16200.00 CNY that is not spent"),
        (
            "fund transfer --from acme-test --to acme-dev 16200.01",
            "funds.insufficient",
            "acme-test has 16200.00 CNY that is not spent; 16200.01 CNY is needed",
        ),
        ("pool pay 1", "payable.insufficient", "the provider has billed 0.00 CNY that is not paid; 1.00 CNY is more"),
        (
            "pool top-up 5 --paid 6 --paid-currency CNY",
            "pool.paid-differs",
            "5.00 CNY came into the pool and 6.00 CNY was paid for it",
        ),
    ];
    let moves = moves.map(|(line, code, figures)| (line.to_owned(), code, figures.to_owned()));
    for (line, code, figures) in moves.into_iter().chain(orders) {
        let before = book.everything();
        let refused = book.refused(1, code, &line);
        assert!(refused.message.contains(&figures), "{line}: {}", refused.message);
        assert!(!refused.hint.is_empty(), "{line}");
        assert_eq!(book.everything(), before, "{line}");
    }
}

// ---------------------------------------------------------------------------------------------------------- days and money

/// What came in later pays nothing that was bought before, and what was paid later neither.
#[test]
fn later_money_pays_no_earlier_order() {
    let book = TestBook::acme(Point::Ready);
    let buy = |account: &str, list: &str, number: u32, day: &str| {
        format!(
            "order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date 2026-06-{day}"
        )
    };
    book.done("fund deposit acme 5000 --date 2026-06-01");
    book.done("fund allocate acme-test 100 --date 2026-06-01");
    book.done("fund allocate acme-test 900 --date 2026-06-20");
    let refused = book.refused(1, "funds.insufficient", &buy("acme-test", "200", 71, "19"));
    assert_eq!(refused.message, "acme-test has 100.00 CNY available; 190.00 CNY is needed");
    let told = book.json("price quote acme-test --product ecs --list-price 200 --date 2026-06-19");
    assert_eq!((&told["available"], &told["available_after"]), (&json!("100.00"), &json!("-90.00")));
    book.done(&buy("acme-test", "1000", 72, "20"));
    // Fifty are left; an order of before takes what the later one has spent already.
    let refused = book.refused(1, "funds.insufficient", &buy("acme-test", "100", 73, "05"));
    assert_eq!(refused.message, "acme-test has 50.00 CNY available; 95.00 CNY is needed");
    book.done(&buy("acme-test", "50", 73, "05"));
    // In one list, whatever its lines' order: each is covered on its own day.
    book.done("fund allocate acme-test 100 --date 2026-06-25");
    let header = "account,product,kind,list_price,provider_order,date\n";
    book.write("list.csv", format!("{header}acme-test,ecs,new,100,75,2026-06-26\nacme-test,ecs,new,5,74,2026-06-06\n"));
    book.refused(1, "order.lines-refused", "order import list.csv");
    book.write("list.csv", format!("{header}acme-test,ecs,new,100,75,2026-06-26\nacme-test,ecs,new,2,74,2026-06-06\n"));
    book.done("order import list.csv");
    // Credit: what was given back later does not make room before.
    book.done("credit set acme-prod 1000 --date 2026-06-01");
    book.done(&buy("acme-prod", "1000", 81, "10"));
    book.done("order refund 81 --provider-order 82 --date 2026-06-15");
    let refused = book.refused(1, "credit.insufficient", &buy("acme-prod", "100", 83, "12"));
    assert_eq!(refused.message, "acme-prod has 50.00 CNY available of its credit limit of 1000.00 CNY; 95.00 CNY is needed");
    book.done(&buy("acme-prod", "100", 83, "15"));
    // Each day's debt is held against its own credit: what a higher one has let it owe since takes nothing from before.
    book.done("credit set acme-prod 5000 --date 2026-06-20");
    book.done(&buy("acme-prod", "3000", 84, "21"));
    book.refused(1, "credit.insufficient", &buy("acme-prod", "1000", 85, "16"));
    book.done(&buy("acme-prod", "100", 85, "16"));
    assert!(book.checks());
}

#[test]
fn what_is_recorded_has_happened() {
    let book = TestBook::acme(Point::Ordered);
    let refused = book.refused(1, "date.future", "fund deposit acme 5 --date 2062-07-03");
    assert_snapshot!(format!("{}\n{}", refused.message, refused.hint), @"
    2062-07-03 has not come yet: today is 2026-07-03 (UTC+8)
    what is recorded has happened: give the day on which it did
    ");
    for line in [
        "fund withdraw acme 5",
        "fund allocate acme-test 5",
        "fund reclaim acme-test 5",
        "fund transfer --from acme-test --to acme-prod 5",
        "pool top-up 5",
        "pool pay 5",
        "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 99",
        "order refund o-1 --provider-order 99",
        "price true-up acme",
    ] {
        book.refused(1, "date.future", &format!("{line} --date 2026-07-04"));
    }
    // Terms may be known before they hold.
    book.done("credit set acme-prod 5 --date 2026-07-04");
    // What lies before the opening is in its balances.
    let book = TestBook::acme(Point::Ready);
    book.done("opening import opening.csv --date 2026-06-15");
    let refused = book.refused(1, "date.before-opening", "fund deposit acme 5 --date 2026-06-14");
    assert_snapshot!(format!("{}\n{}", refused.message, refused.hint), @"
    2026-06-14 lies before the opening of 2026-06-15: what happened until then is in the balances that the book starts with
    record what happened on that day and later
    ");
    let order = "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 99";
    book.refused(1, "date.before-opening", &format!("{order} --date 2026-06-14"));
    book.done(&format!("{order} --date 2026-06-15"));
    assert!(book.checks());
}

#[test]
fn the_pool_covers_what_was_used_and_is_not_charged() {
    let book = TestBook::acme(Point::Ordered);
    book.done("pool top-up 50000 --date 2026-06-01");
    let available = |book: &TestBook| book.json("pool show")["rows"][0].clone();
    let before = available(&book);
    book.done("bill import bill-corrected.csv --period 2026-06 --estimated");
    let after = available(&book);
    // 10.123456789 and 20.0000000001 of one account and product: 30.12; 3.50 of another.
    assert_eq!((&before["pending_usage"], &after["pending_usage"]), (&json!("0.00"), &json!("33.62")));
    assert_eq!((&before["available"], &after["available"]), (&json!("-1999.99"), &json!("-2033.61")));
    assert_eq!(book.json("pool show --as-of 2026-07-03")["rows"][0]["pending_usage"], "0.00");
    assert_eq!(book.json("fund balance")["rows"][1]["pending_usage"], "3.72");
}

#[test]
fn who_pays_does_not_change_over_money_that_was_there() {
    let book = TestBook::acme(Point::Funded);
    book.done("fund reclaim acme-test --all --date 2026-06-20");
    // On the first there was nothing yet, and by now there is nothing any more.
    book.refused(1, "account.switch-unsettled", "account edit acme-test --mode agent-pays --date 2026-06-01");
    book.refused(1, "account.switch-unsettled", "account edit acme-test --mode agent-pays --date 2026-06-19");
    book.done("account edit acme-test --mode agent-pays --date 2026-06-21");
    book.refused(1, "account.not-prepaid", "fund allocate acme-test 5 --date 2026-06-20");
    let refused = book.refused(1, "reclaim.insufficient", "fund reclaim acme-test --all");
    assert_snapshot!(format!("{}\n{}", refused.message, refused.hint), @"
    acme-test has nothing to reclaim: nothing that is not spent came from its group (which has given it 0.00 CNY)
    `subledger fund history acme-test` shows where it went
    ");
    // Only who pays has a day from which it holds.
    assert_eq!(book.run("account edit acme-test --purchases ban --date 2026-06-21").exit, 2);
    assert_eq!(book.run("account edit acme-test --low-balance 101,5").exit, 2);
    book.done("account edit acme-test --low-balance 50,5");
    assert!(book.done("account show acme-test").stdout.contains("Told at percent left"));
}

/// Whoever pays on the day and by now: on the days between, the money would lie where nobody can spend it.
#[test]
fn an_account_is_prepaid_on_every_day_since_it_was_given_money() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 100 --date 2026-06-01");
    book.done("account edit acme-test --mode agent-pays --date 2026-06-10");
    book.done("account edit acme-test --mode prepaid --date 2026-06-20");
    book.done("account edit acme-test --mode agent-pays --date 2026-08-01");
    let before = book.everything();
    book.refused(1, "account.not-prepaid", "fund allocate acme-test 5 --date 2026-06-05");
    book.refused(1, "account.not-prepaid", "fund allocate acme-test 5 --date 2026-06-19");
    book.refused(1, "account.not-prepaid", "fund transfer --from acme-test --to acme-prod 5 --date 2026-06-05");
    assert_eq!(book.everything(), before);
    // From its own day on it is prepaid; what comes in the future is no reason.
    book.done("fund allocate acme-test 5 --date 2026-06-20");
    assert!(book.checks());
}

#[test]
fn everything_that_moved_can_be_read_back() {
    let book = TestBook::acme(Point::Funded);
    book.done("fund deposit acme 100 --date 2026-06-02 --reference 'transfer 17' --remark late");
    book.done("pool top-up 500 --date 2026-06-01 --reference P-1");
    assert_snapshot!(book.run("fund history acme"), @"
    Group                   acme
    Currency                CNY
    Not allocated, opening  0.00
    Not allocated, closing  30100.00

    Entry  Date        Event     Account       Amount   Balance  Reference    Remark
    --------------------------------------------------------------------------------
    1      2026-06-01  deposit   -           50000.00  50000.00  -            -
    2      2026-06-01  allocate  acme-test  -20000.00  30000.00  -            -
    3      2026-06-02  deposit   -             100.00  30100.00  transfer 17  late
    ----- exit 0
    ");
    assert_snapshot!(book.run("pool history"), @"
    Currency       CNY
    Pool, opening  0.00
    Pool, closing  500.00

    Entry  Date        Event   Amount  Balance  Reference  Remark
    -------------------------------------------------------------
    4      2026-06-01  top-up  500.00   500.00  P-1        -
    ----- exit 0
    ");
    let later = book.json("fund history acme --from 2026-06-02");
    assert_eq!((&later["opening"], &later["closing"]), (&json!("30000.00"), &json!("30100.00")));
    assert_eq!(book.json("fund history acme --as-of 2026-05-31")["rows"], json!([]));
    assert_eq!(book.json("pool history --currency USD")["rows"], json!([]));
    book.refused(1, "account.unknown", "fund history nobody");
}
