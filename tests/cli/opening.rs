//! A book that starts mid-year: its opening, and the months after it.

#![expect(clippy::too_many_lines, reason = "the answers of commands stand in the tests as they are printed")]

use insta::assert_snapshot;
use serde_json::json;

use crate::book::{Point, TestBook, bill};

/// A book on 3 July with two accounts of one group that were customers long before.
fn customers_of_old() -> TestBook {
    let book = TestBook::acme(Point::Made);
    book.done("entity add acme-hq --name 'Acme Holdings' --credential 91330106MA01A2B329");
    book.done("group add acme --name 'Acme Group'");
    for (account, uid, mode) in
        [("acme-prod", "1000000000000001", "agent-pays --credit 100000"), ("acme-test", "1000000000000002", "prepaid")]
    {
        book.done(&format!(
            "account associate {account} --uid {uid} --group acme --entity acme-hq --environment production --mode {mode} --since 2025-03-01 --attest no-other-agent --attest no-arrears --attest no-open-orders"
        ));
        book.done(&format!("account confirm {account}"));
    }
    book.done("price apply acme-sale.toml");
    book.done("price apply alibaba-purchase.toml");
    book.write("opening.csv", OF_OLD);
    book
}

/// Money everywhere, 8 000 bought this year and 12 000 more that are not billed: at 20 000, the next tier begins.
const OF_OLD: &str = "\
kind,group,account,currency,amount,date,product,order_kind,provider_order,list_price,payable,cost,from,to,note
bank,,,,120000,,,,,,,,,,ICBC
bank,,,USD,-12.50,,,,,,,,,,overdraft
pool,,,,50000,,,,,,,,,,
payable,,,,38000,,,,,,,,,,May's bill
deposits,acme,,CNY,30000,,,,,,,,,,
funds,,1000000000000002,,5000,,,,,,,,,,
receivable,,acme-prod,,17100,,,,,,,,,,since April
volume,acme,,,,,,,,8000,7600,,,,
purchase-volume,,,,,2026-03-31,,,,8000,6400,,,,
order,,acme-prod,,,2026-05-28,ecs,new,2100001,12000,11400,,2026-05-28,2027-05-28,by phone
order,,acme-test,,,2026-05-30,rds,renew,2100002,500,475,399.99,,,
";

const JUNE: &[&str] = &[
    "b-1,2100001,9000000000000001,1000000000000001,202606,20260601,订阅预付费用,ecs,云服务器ECS,CNY,12000,2400,9600",
    "b-2,2100002,9000000000000001,1000000000000002,202606,20260601,订阅预付费用,rds,云数据库RDS,CNY,500,100.01,399.99",
    "b-3,2100003,9000000000000001,1000000000000001,202606,20260605,订阅预付费用,ecs,云服务器ECS,CNY,1000,200,800",
    "b-4,,9000000000000001,1000000000000002,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,100,20,80",
];

#[test]
fn a_book_starts_with_what_there_is() {
    let book = customers_of_old();
    assert_snapshot!(book.run("opening import opening.csv --date 2026-06-01"), @"
    File                  opening.csv
    Date                  2026-06-01
    First month to close  2026-06
    Balances              7
    Volumes               2
    Open orders           2

    Ledger account  Currency      Debit     Credit
    ----------------------------------------------
    bank            CNY       120000.00       0.00
    pool            CNY        50000.00       0.00
    receivable      CNY        17100.00       0.00
    deposits        CNY            0.00   30000.00
    funds           CNY            0.00    5000.00
    accrued         CNY            0.00    9999.99
    payable         CNY            0.00   38000.00
    opening         CNY            0.00  104100.01
    bank            USD            0.00      12.50
    opening         USD           12.50       0.00

    Open orders
    Currency  Orders   Payable  Expected cost
    -----------------------------------------
    CNY            2  11875.00        9999.99

    Volumes, open orders included
    Owner  Currency  List price   Payable
    -------------------------------------
    agent  CNY         20500.00  16399.99
    acme   CNY         20500.00  19475.00
    ----- stderr
    next: `subledger report trial-balance` shows what the book starts with
    ----- exit 0
    ");
    assert_snapshot!(book.run("report trial-balance"), @"
    Ledger account  Owner      Currency      Debit     Credit
    ---------------------------------------------------------
    bank            agent      CNY       120000.00       0.00
    pool            agent      CNY        50000.00       0.00
    receivable      acme-prod  CNY        17100.00       0.00
    deposits        acme       CNY            0.00   30000.00
    funds           acme-test  CNY            0.00    5000.00
    accrued         agent      CNY            0.00    9999.99
    payable         agent      CNY            0.00   38000.00
    opening         agent      CNY            0.00  104100.01
    bank            agent      USD            0.00      12.50
    opening         agent      USD           12.50       0.00

    Totals
    Currency      Debit     Credit
    ------------------------------
    CNY       187100.00  187100.00
    USD           12.50      12.50
    ----- exit 0
    ");
    assert_snapshot!(book.run("fund history acme-test"), @"
    Account   acme-test
    Group     acme
    Currency  CNY
    Mode      prepaid
    Opening   0.00
    Closing   5000.00

    Entry  Date        Event    Product  Order   Amount  Balance  Reference  Remark
    -------------------------------------------------------------------------------
    6      2026-06-01  opening  -        -      5000.00  5000.00  -          -
    ----- exit 0
    ");
    assert_snapshot!(book.run("statement show acme-prod --period 2026-06"), @"
    Agent                     Lingdu Cloud
    Account                   acme-prod
    UID                       1000000000000001
    Group                     acme
    Real-name owner           Acme Holdings
    Mode                      agent-pays
    Period                    2026-06
    State                     provisional
    Currency                  CNY
    Balance due, opening      0.00
    Charges                   17100.00
    Payments                  0.00
    Credits                   0.00
    Balance due, closing      17100.00
    Saved against list price  0.00
    Agreements                -

    Lines
    Date        Kind    Event    Product  Order  Provider order  List price  Tier from  Discount    Amount  Balance due
    -------------------------------------------------------------------------------------------------------------------
    2026-06-01  charge  opening  -        -      -                        -          -         -  17100.00     17100.00
    total       -       -        -        -      -                     0.00          -         -  17100.00     17100.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("order show 2100001"), @"
    Order           o-1
    Account         acme-prod
    Product         ecs
    Kind            new
    Provider order  2100001
    Date            2026-05-28
    Service from    2026-05-28
    Service to      2027-05-28
    Recorded as     opening
    Refunds         -
    Currency        CNY
    List price      12000.00
    Agreement       -
    Tier from       -
    Discount        5%
    Payable         11400.00
    Expected cost   9600.00

    == Billed ==
    by no accepted bill yet
    ----- exit 0
    ");
    assert_snapshot!(book.run("period list"), @"
    Period   State   Bill version  Bill  Currency  Payable  Open differences  Receipt
    ---------------------------------------------------------------------------------
    2026-05  closed             -  -     -               -                 0  -
    2026-06  open               -  -     -               -                 0  -
    ----- exit 0
    ");
    assert!(book.checks());
    let answer = book.json("fund balance");
    assert_eq!(answer["rows"][0]["available"], "82900.00");
    assert_eq!(book.json("pool show --as-of 2026-06-01")["rows"][0]["available"], "2000.01");
}

#[test]
fn the_same_file_again_is_nothing_new_and_another_one_comes_too_late() {
    let book = customers_of_old();
    let first = book.json("opening import opening.csv --date 2026-06-01");
    assert_eq!(first["already_imported"], false);
    let operations = book.operations();
    assert_snapshot!(book.run("opening import opening.csv"), @"
    File                  opening.csv
    Date                  2026-06-01
    First month to close  2026-06
    Balances              7
    Volumes               2
    Open orders           2
    ----- stderr
    this file was imported before; nothing was changed
    ----- exit 0
    ");
    assert_eq!(book.json("opening import opening.csv")["already_imported"], true);
    assert_eq!(book.operations(), operations);
    book.write("other.csv", "kind,amount\nbank,5\n");
    book.refused(1, "opening.done", "opening import other.csv");
    assert_snapshot!(book.run("opening import other.csv"), @"
    ----- stderr
    error: the book has an opening already, of 2026-06-01, from another file
    hint: a book starts once: `subledger report trial-balance` shows with what; if it was wrong, make a new book
    ----- exit 1
    ");
    assert!(book.checks());
}

#[test]
fn an_opening_comes_before_anything_else() {
    for point in [Point::Funded, Point::Ordered, Point::Billed] {
        TestBook::acme(point).refused(1, "opening.not-first", "opening import opening.csv --date 2026-06-01");
    }
    assert_snapshot!(TestBook::acme(Point::Billed).run("opening import opening.csv --date 2026-06-01"), @"
    ----- stderr
    error: an opening comes before anything else, and the book has 6 entries, 4 orders, 1 bill
    hint: make a new book and import the opening first; accounts, prices and groups may be there before
    ----- exit 1
    ");
    // A bill alone is something, and one that was dropped is not.
    let book = TestBook::acme(Point::Ready);
    book.done("bill import bill.csv --period 2026-06");
    book.refused(1, "opening.not-first", "opening import opening.csv --date 2026-06-01");
    book.done("bill drop 2026-06 --version 1 --yes");
    book.done("opening import opening.csv --date 2026-06-01");
    assert!(book.checks());
}

#[test]
fn every_bad_line_is_named_and_nothing_is_written() {
    let book = customers_of_old();
    let attest = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.done(&format!(
        "account associate acme-own --uid 1000000000000003 --group acme --entity acme-hq --environment production --model agency --mode agent-pays --credit 5 --since 2026-05-20 {attest}"
    ));
    book.done("account confirm acme-own");
    book.done("account create acme-new --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000003 --since 2026-05-01");
    let rows = [
        "cash,,,,5,,,,,,,,,,",
        "bank,,,,0,,,,,,,,,,",
        "bank,,,,1.234,,,,,,,,,,",
        "bank,,,,5,,,,,,,,,,",
        "bank,,,CNY,6,,,,,,,,,,",
        "deposits,acmee,,,5,,,,,,,,,,",
        "deposits,acme,,USD,5,,,,,,,,,,",
        "deposits,acme,,,-5,,,,,,,,,,",
        "funds,,acme-prod,,5,,,,,,,,,,",
        "receivable,,acme-test,,5,,,,,,,,,,",
        "receivable,,acme-pord,,5,,,,,,,,,,",
        "receivable,acme,acme-prod,,-5,,,,,,,,,,",
        "volume,acme,,,,2026-06-02,,,,5,5,,,,",
        "volume,acme,,,,,,,,5,5,,,,",
        "volume,acme,,,,2026-06-01,,,,6,6,,,,",
        "order,,acme-prod,,,2026-06-02,ecs,new,1,5,5,,,,",
        "order,,acme-prod,,,2025-02-28,ecs,new,2,5,5,4,,,",
        "order,,acme-prod,,,2025-12-31,ecs,new,3,5,5,,,,",
        "order,,acme-prod,,,2026-05-31,ecs,new,3,5,5,4,,,",
        "order,,acme-own,,,2026-05-31,ecs,new,4,5,5,4,,,",
        "order,,acme-prod,,,2026-05-31,ecs,new,5,5,5,4,2026-06-02,2026-06-01,",
        "order,,acme-prod,,,2026-05-31,ecs,refund,6,5,5,4,,,",
    ];
    let header = OF_OLD.lines().next().unwrap();
    book.write("bad.csv", format!("{header}\n{}\n", rows.join("\n")));
    let before = book.everything();
    let refused = book.refused(1, "opening.lines-refused", "opening import bad.csv --date 2026-06-01");
    assert!(refused.details.len() >= 20, "{refused:?}");
    assert_snapshot!(book.run("opening import bad.csv --date 2026-06-01"), @r#"
    ----- stderr
    error: bad.csv: 20 lines are refused; nothing was written
      line 2, kind "cash": not a kind of opening line: one of bank, pool, payable, deposits, funds, receivable, volume, purchase-volume, order
      line 3, amount "0": zero: leave the line out
      line 4: the amount 1.234 has more decimal places than CNY has (2)
      line 6: line 5 says the same already
      line 7: there is no group "acmee"; did you mean acme?
      line 8: USD where CNY is expected
      line 9, amount "-5": deposits is not below zero
      line 10: acme-prod is agent-pays, then or since: it has credit, and no funds
      line 11: acme-test is prepaid: it spends what it was given and has no credit
      line 12: there is no account "acme-pord"; did you mean acme-prod, acme-own, acme-test?
      line 13, group "acme": a line of kind receivable has no group; leave it empty
      line 14: 2026-06-02 lies after 2026-06-01, the day of the opening
      line 16: line 15 says the same already
      line 17: 2026-06-02 lies after 2026-06-01, the day of the opening
      line 18: 2025-02-28 lies before 2025-03-01, from when the charges of acme-prod are ours
      line 19: no purchase agreement in CNY is in force on 2025-12-31, so the cost cannot be expected
      line 20, provider_order "3": line 19 has this order number already
      line 21: acme-own is on the agency model: the customer is charged what the provider bills, not 5.00 CNY for 4.00 CNY
      line 22: the service would end on 2026-06-01, before it begins on 2026-06-02
      line 23, order_kind "refund": a refund is no open order: take it off the order that it gives back
    ----- exit 1
    "#);
    assert_eq!(book.everything(), before);
    // Before the account was ours, and not active yet.
    book.write("early.csv", "kind,account,amount\nreceivable,acme-own,5\nfunds,acme-new,5\n");
    let refused = book.refused(1, "opening.lines-refused", "opening import early.csv --date 2026-05-19");
    assert_eq!(
        refused.details,
        [
            "line 2: 2026-05-19 lies before 2026-05-20, from when the charges of acme-own are ours",
            "line 3: acme-new is invited, not active"
        ]
    );
    // Of many the first hundred are named.
    book.write("many.csv", format!("kind,account,amount\n{}", "funds,nobody,5\n".repeat(60) + &"pool,,-1\n".repeat(70)));
    let refused = book.refused(1, "opening.lines-refused", "opening import many.csv");
    assert_eq!((refused.details.len(), refused.details[100].as_str()), (101, "and more: 130 bad lines in all"));
    book.write("columns.csv", "kind,acount,amount\nbank,,5\n");
    book.refused(1, "opening.lines-refused", "opening import columns.csv");
    book.write("orders.csv", "account,amount\nbank,5\n");
    book.refused(1, "file.unknown-layout", "opening import orders.csv");
    assert_eq!(book.everything(), before);
}

/// The orders of May stand on June's bill, and June is the first month that this book closes.
#[test]
fn the_first_month_closes_with_the_orders_of_before() {
    let mut book = customers_of_old();
    book.done("opening import opening.csv --date 2026-06-01");
    // What lies before the opening is closed.
    book.refused(1, "period.closed", "fund deposit acme 5 --date 2026-05-31");
    book.write("may.csv", bill(&[&JUNE[0].replace("202606", "202605")]));
    book.refused(1, "period.closed", "bill import may.csv --period 2026-05 --final");
    // The volume has reached the next tier: 8 000, and the two open orders.
    let buy = "order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 2100003 --date 2026-06-05";
    let bought = book.json(buy);
    assert_eq!((&bought["payable"], &bought["discount"]), (&json!("900.00"), &json!("10%")));
    book.write("june.csv", bill(JUNE));
    assert_snapshot!(book.run("month-end 2026-06 --bill june.csv --out out"), @"
    Period      2026-06
    State       closed
    Statements  2

    == Bill ==
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   4
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           13600.00
    Covered by plans        0.00
    Discount                2720.01
    Coupons                 0.00
    Payable                 10879.99
    Stated by the provider  -
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00

    == Reconciliation ==
    Period          2026-06
    Bill version    1
    Currency        CNY
    Recorded        10799.99
    Billed          10879.99
    Difference      80.00
    Explained       80.00
    Unexplained     0.00
    Orders matched  3
    Usage lines     1

    Bridge from recorded to billed
    Class    Count  Amount
    ----------------------
    matched      3    0.00
    usage        1   80.00

    Differences: none

    == Close ==
    Period                 2026-06
    State                  closed
    Bill version           1
    Accepted into payable  10879.99
    Usage charges          1
    Statements frozen      2
    Receipt                [-----------------------------hash-----------------------------]

    Ledger at the end of the month
    Ledger account  Currency  Debits less credits
    ---------------------------------------------
    bank            CNY                 120000.00
    pool            CNY                  50000.00
    receivable      CNY                  18000.00
    deposits        CNY                 -30000.00
    funds           CNY                  -4910.00
    payable         CNY                 -48879.99
    sales           CNY                   -990.00
    cost            CNY                    880.00
    opening         CNY                -104100.01
    bank            USD                    -12.50
    opening         USD                     12.50
    ----- stderr
    2026-06 is closed; the statements are in out
    ----- exit 0
    ");
    assert_snapshot!(book.run("statement show acme-test --period 2026-06"), @"
    Agent                     Lingdu Cloud
    Account                   acme-test
    UID                       1000000000000002
    Group                     acme
    Real-name owner           Acme Holdings
    Mode                      prepaid
    Period                    2026-06
    State                     closed
    Currency                  CNY
    Balance due, opening      0.00
    Charges                   90.00
    Payments                  5000.00
    Credits                   0.00
    Balance due, closing      -4910.00
    Saved against list price  10.00
    Agreements                acme-2026/2026-01-01

    Lines
    Date        Kind     Event    Product  Order  Provider order  List price  Tier from  Discount  Payable    Amount  Balance due
    -----------------------------------------------------------------------------------------------------------------------------
    2026-06-01  payment  opening  -        -      -                        -          -         -        -  -5000.00     -5000.00
    2026-06-30  charge   usage    oss      -      -                   100.00   20000.00       10%    90.00     90.00     -4910.00
    total       -        -        -        -      -                   100.00          -         -    90.00  -4910.00     -4910.00

    Usage
    Product  Charge month  Bill lines  At list price  Covered by plans  Charged
    ---------------------------------------------------------------------------
    oss      2026-06                1         100.00              0.00    90.00

    Spending by product
    Product  Number of charges  At list price  Payable  Saved against list price
    ----------------------------------------------------------------------------
    oss                      1         100.00    90.00                     10.00

    Spending by month
    Month    Payable
    ----------------
    2026-06    90.00
    ----- exit 0
    ");
    assert_eq!(book.json("report trial-balance").to_string().matches("accrued").count(), 0, "everything was billed");
    assert!(book.checks());
    // July goes on from there.
    book.set_now("2026-08-03T02:00:00Z");
    // What acme-prod owes since April is overdue, and stays covered by the group's deposits.
    book.refused(1, "deposits.held", "fund withdraw acme 12000.01 --date 2026-07-05");
    book.done("fund withdraw acme 12000 --date 2026-07-05");
    book.done("period close 2026-07 --yes");
    assert!(book.checks());
}

/// Whose last month has no bill yet starts in that month.
#[test]
fn a_book_that_starts_on_the_last_day_of_a_month_closes_that_month() {
    let book = customers_of_old();
    book.write("opening.csv", OF_OLD.replace("payable,,,,38000,,,,,,,,,,May's bill\n", ""));
    book.done("opening import opening.csv --date 2026-05-31");
    let may: Vec<String> = JUNE[..2].iter().map(|line| line.replace("2026060", "2026053").replace("202606", "202605")).collect();
    book.write("may.csv", bill(&may.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("month-end 2026-05 --bill may.csv --out may");
    assert_eq!(book.ledger()["payable"], "-9999.99");
    book.write("june.csv", bill(&[JUNE[3]]));
    book.done("month-end 2026-06 --bill june.csv --out june");
    assert!(book.checks());
}

#[test]
fn an_order_that_is_not_billed_is_missed_and_blocks_the_month() {
    let book = customers_of_old();
    book.done("opening import opening.csv --date 2026-06-01");
    book.write("june.csv", bill(&JUNE[1..2]));
    let ended = book.json_exit(3, "month-end 2026-06 --bill june.csv --out out");
    assert_eq!(ended["blockers"].as_array().unwrap().len(), 1, "{ended}");
    let differences = book.json_exit(3, "difference list --period 2026-06");
    assert_eq!(
        (&differences["rows"][0]["kind"], &differences["rows"][0]["recorded"]),
        (&json!("missing-in-bill"), &json!("9600.00"))
    );
}

#[test]
fn an_order_of_before_is_refunded_at_the_price_that_was_paid() {
    let book = customers_of_old();
    book.done("opening import opening.csv --date 2026-06-01");
    book.refused(
        1,
        "order.duplicate",
        "order record acme-prod --product ecs --kind new --list-price 1 --provider-order 2100001 --date 2026-06-05",
    );
    let back = book.json("order refund 2100001 --amount 1140 --provider-order 91 --date 2026-06-10");
    assert_eq!((&back["payable"], &back["cost"], &back["list_price"]), (&json!("-1140.00"), &json!("-960.00"), &json!("-1200.00")));
    assert_eq!(book.json("account show acme-prod")["owed"], "15960.00");
    book.refused(1, "refund.exceeds", "order refund 2100001 --amount 11400 --provider-order 92 --date 2026-06-10");
    assert_eq!(book.json("order list --period 2026-05")["rows"].as_array().unwrap().len(), 2);
    assert!(book.checks());
}

/// Money of before was given by the group, and goes back to it.
#[test]
fn what_a_prepaid_account_started_with_can_be_reclaimed() {
    let book = customers_of_old();
    book.done("opening import opening.csv --date 2026-06-01");
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-test 5000.01 --date 2026-06-02");
    book.done("fund reclaim acme-test 5000 --date 2026-06-02");
    assert_eq!(book.json("group show acme")["deposits"], "35000.00");
    // Arrears of before are covered first.
    let book = customers_of_old();
    book.write("opening.csv", "kind,account,amount\nfunds,acme-test,-300\nreceivable,acme-prod,-20\n");
    book.done("opening import opening.csv --date 2026-06-01");
    assert_eq!(book.json("account show acme-test")["arrears"], "300.00");
    let statement = |account: &str| book.json(&format!("statement show {account} --period 2026-06"));
    let lines = ["acme-test", "acme-prod"].map(|account| statement(account)["lines"][0].clone());
    assert_eq!(
        [&lines[0]["kind"], &lines[0]["event"], &lines[0]["amount"]],
        [&json!("charge"), &json!("opening"), &json!("300.00")]
    );
    assert_eq!([&lines[1]["kind"], &lines[1]["amount"]], [&json!("payment"), &json!("-20.00")]);
    book.done("fund deposit acme 1000 --date 2026-06-02");
    book.done("fund allocate acme-test 1000 --date 2026-06-02");
    book.refused(1, "reclaim.insufficient", "fund reclaim acme-test 700.01 --date 2026-06-02");
    book.done("fund reclaim acme-test 700 --date 2026-06-02");
    assert!(book.checks());
}

/// On the agency model what the customer was charged is what the provider will bill; and what costs nothing posts nothing.
#[test]
fn orders_of_the_agency_model_and_orders_for_nothing() {
    let book = customers_of_old();
    let attest = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.done(&format!(
        "account associate acme-own --uid 1000000000000003 --group acme --entity acme-hq --environment production --model agency --mode agent-pays --credit 100000 --since 2026-01-01 {attest}"
    ));
    book.done("account confirm acme-own");
    book.write(
        "opening.csv",
        "kind,account,date,product,order_kind,provider_order,list_price,payable,cost\n\
         order,acme-own,2026-05-01,ecs,upgrade,71,1000,950,\n\
         order,acme-own,2026-05-02,ecs,downgrade,72,1000,870,870\n\
         order,acme-prod,2026-05-03,ecs,new,73,1000,100,0\n",
    );
    let done = book.json("opening import opening.csv --date 2026-06-01");
    assert_eq!(done["open_orders"]["CNY"], json!({ "orders": 3, "payable": "1920.00", "cost": "1820.00" }));
    assert_eq!(book.json("order show 72")["discount"], "13%");
    assert!(book.checks());
}

#[test]
fn an_opening_needs_the_right_to_move_money_a_file_with_lines_and_a_day_that_has_come() {
    let book = customers_of_old();
    book.write("empty.csv", "kind,amount\n");
    book.refused(1, "file.no-lines", "opening import empty.csv");
    book.refused(1, "file.missing", "opening import nowhere.csv");
    book.refused(1, "opening.not-yet", "opening import opening.csv --date 2126-06-01");
    book.set_roles("manager tech");
    book.refused(4, "operator.not-permitted", "opening import opening.csv --date 2026-06-01");
}

/// With a byte order mark and the line ends of Windows; told as CSV and as JSON.
#[test]
fn an_opening_is_read_and_told_in_other_forms() {
    let book = customers_of_old();
    book.write("opening.csv", format!("\u{feff}{}", OF_OLD.replace('\n', "\r\n")));
    assert_snapshot!(book.run("opening import opening.csv --date 2026-06-01 --dry-run --format csv"), @"
    ledger_account,currency,debit,credit
    bank,CNY,120000.00,0.00
    pool,CNY,50000.00,0.00
    receivable,CNY,17100.00,0.00
    deposits,CNY,0.00,30000.00
    funds,CNY,0.00,5000.00
    accrued,CNY,0.00,9999.99
    payable,CNY,0.00,38000.00
    opening,CNY,0.00,104100.01
    bank,USD,0.00,12.50
    opening,USD,12.50,0.00
    ----- stderr
    preview: nothing was written
    ----- exit 0
    ");
    assert_snapshot!(book.run("opening import opening.csv --date 2026-06-01 --format json"), @r#"
    {
      "schema": "subledger/opening-import/1",
      "file": "opening.csv",
      "date": "2026-06-01",
      "first_period": "2026-06",
      "balances": 7,
      "volumes": 2,
      "orders": 2,
      "already_imported": false,
      "status": "applied",
      "ledger": [
        {
          "ledger_account": "bank",
          "currency": "CNY",
          "debit": "120000.00",
          "credit": "0.00"
        },
        {
          "ledger_account": "pool",
          "currency": "CNY",
          "debit": "50000.00",
          "credit": "0.00"
        },
        {
          "ledger_account": "receivable",
          "currency": "CNY",
          "debit": "17100.00",
          "credit": "0.00"
        },
        {
          "ledger_account": "deposits",
          "currency": "CNY",
          "debit": "0.00",
          "credit": "30000.00"
        },
        {
          "ledger_account": "funds",
          "currency": "CNY",
          "debit": "0.00",
          "credit": "5000.00"
        },
        {
          "ledger_account": "accrued",
          "currency": "CNY",
          "debit": "0.00",
          "credit": "9999.99"
        },
        {
          "ledger_account": "payable",
          "currency": "CNY",
          "debit": "0.00",
          "credit": "38000.00"
        },
        {
          "ledger_account": "opening",
          "currency": "CNY",
          "debit": "0.00",
          "credit": "104100.01"
        },
        {
          "ledger_account": "bank",
          "currency": "USD",
          "debit": "0.00",
          "credit": "12.50"
        },
        {
          "ledger_account": "opening",
          "currency": "USD",
          "debit": "12.50",
          "credit": "0.00"
        }
      ],
      "open_orders": {
        "CNY": {
          "orders": 2,
          "payable": "11875.00",
          "cost": "9999.99"
        }
      },
      "reached": [
        {
          "owner": "agent",
          "currency": "CNY",
          "list_price": "20500.00",
          "payable": "16399.99"
        },
        {
          "owner": "acme",
          "currency": "CNY",
          "list_price": "20500.00",
          "payable": "19475.00"
        }
      ]
    }
    ----- exit 0
    "#);
}

/// What the help page shows can be imported as it stands there.
#[test]
fn the_file_on_the_help_page_is_an_opening() {
    let book = customers_of_old();
    let page = book.done("opening import --help").stdout;
    let file = page.split("A small file:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let lines: Vec<&str> = file.lines().map(str::trim).collect();
    book.write("opening.csv", lines.join("\n") + "\n");
    let done = book.json("opening import opening.csv --date 2026-06-01");
    assert_eq!([&done["balances"], &done["volumes"], &done["orders"]], [&json!(5), &json!(2), &json!(1)]);
    // Every kind that there is stands on the page with what it needs.
    for kind in ["bank", "pool", "payable", "deposits", "funds", "receivable", "volume", "purchase-volume", "order"] {
        assert!(page.lines().any(|line| line.starts_with(&format!("  {kind} "))), "{kind}\n{page}");
    }
    assert!(book.checks());
}
