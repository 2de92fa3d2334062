//! Months as they really happen, from the order to the closed book: each ends with every cent explained and nothing left over.

use crate::book::{Point, TestBook, bill};
use crate::differences::{closes, id_of, july, june, ledger, reconciled, told, told_of};

/// Imports the bill of July and reconciles it.
fn july_comes(book: &mut TestBook, lines: &[String]) {
    book.set_now("2026-08-03T09:00:00+08:00");
    book.write("july.csv", bill(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("bill import july.csv --period 2026-07 --final");
    book.run("reconcile run --period 2026-07");
}

/// Rules of the matches of a month: how often each, from the classes of the bridge and the count of orders that agree.
fn matched(book: &TestBook, period: &str) -> u64 {
    let exit = book.run(&format!("reconcile run --period {period}")).exit;
    book.json_exit(exit, &format!("reconcile run --period {period}"))["matched"].as_u64().unwrap()
}

fn nothing_is_left(book: &TestBook) {
    assert_eq!((ledger(book, "accrued"), ledger(book, "disputed")), ("0".to_owned(), "0".to_owned()));
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn a_refund_in_july_of_an_order_of_june() {
    let mut book = reconciled(&[("acme-prod", "2100001", "1000")], &[june("b-1", "2100001", 1, "1000", "800")]);
    closes(&book, "2026-06");
    book.set_now("2026-07-20T09:00:00+08:00");
    book.done("order refund 2100001 --amount 475 --provider-order 2200001 --provider-amount 400 --date 2026-07-15");
    let refund = july("b-1", "2200001", 1, "-500", "-400").replace("订阅预付费用", "订阅退订费用");
    july_comes(&mut book, &[refund]);
    assert_eq!((told_of(&book, "2026-07"), matched(&book, "2026-07")), (vec![], 1));
    closes(&book, "2026-07");
    // Half of what was paid at 5 % off, and half of what it cost.
    assert_eq!((ledger(&book, "sales"), ledger(&book, "cost")), ("-475".into(), "400".into()));
    nothing_is_left(&book);
}

#[test]
fn a_refund_that_nobody_has_recorded_is_recorded_from_the_bill_at_the_price_that_was_paid() {
    let mut book = reconciled(&[("acme-prod", "2100001", "1000")], &[june("b-1", "2100001", 1, "1000", "800")]);
    closes(&book, "2026-06");
    july_comes(&mut book, &[july("b-1", "2200001", 1, "-1000", "-800").replace("订阅预付费用", "订阅退订费用")]);
    assert_eq!(told_of(&book, "2026-07"), ["unlinked-refund 2200001 -800.00 open -"]);
    book.done(&format!("difference resolve {} --as recorded --refunds 2100001", id_of(&book, "2200001")));
    closes(&book, "2026-07");
    assert_eq!((ledger(&book, "sales"), ledger(&book, "cost")), ("0".into(), "0".into()));
    nothing_is_left(&book);
}

#[test]
fn a_renewal_of_the_31st_that_is_billed_on_the_1st() {
    // Recorded on the last day of June; the provider's clock has struck twelve.
    let mut book = reconciled(&[("acme-prod", "2100001", "100")], &[june("b-1", "2100001", 1, "100", "80")]);
    book.done(
        "order record acme-prod --product ecs --kind renew --list-price 500 --provider-order 2100009 --date 2026-06-30 --placed",
    );
    book.run("reconcile run --period 2026-06");
    assert_eq!(told(&book), ["missing-in-bill 2100009 -400.00 open -"]);
    let explained = book.json(&format!("difference explain {}", id_of(&book, "2100009")));
    assert!(explained["ways"].to_string().contains("the bill of 2026-07"), "{explained}");
    book.done(&format!("difference acknowledge {} --owner li.na --due 2026-08-05", id_of(&book, "2100009")));
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "accrued"), "-400");
    july_comes(&mut book, &[july("b-1", "2100009", 1, "500", "400")]);
    assert_eq!((told_of(&book, "2026-07"), matched(&book, "2026-07")), (vec![], 1));
    assert_eq!(
        book.json("reconcile show --period 2026-07")["classes"],
        serde_json::json!({"carried-in": {"count": 1, "amount": "400.00"}})
    );
    closes(&book, "2026-07");
    assert_eq!(ledger(&book, "cost"), "480");
    nothing_is_left(&book);
}

#[test]
fn one_order_that_is_billed_in_twelve_instalments() {
    let mut book = reconciled(&[], &[]);
    book.done(
        "order record acme-prod --product rds --kind new --list-price 1500 --provider-order 2100001 --date 2026-06-12 \
         --from 2026-06-12 --to 2027-06-11 --placed",
    );
    // 1200 over twelve months, at ten decimals: eleven parts and the rest.
    let mut month: chrono::NaiveDate = "2026-06-01".parse().unwrap();
    for part in 1..=12_u32 {
        let period = month.format("%Y-%m").to_string();
        let next = month + chrono::Months::new(1);
        book.set_now(&format!("{}T09:00:00+08:00", next + chrono::Days::new(2)));
        let payable = if part == 12 { "100.0000000007" } else { "99.9999999999" };
        let line = june(&format!("b-{part}"), "2100001", 1, "125", payable)
            .replace("订阅预付费用", "订阅后付费用")
            .replace("20260612", &month.format("%Y%m12").to_string())
            .replace("202606,", &month.format("%Y%m,").to_string());
        book.write("part.csv", bill(&[&line]));
        book.done(&format!("bill import part.csv --period {period} --final"));
        let run = book.json(&format!("reconcile run --period {period}"));
        assert_eq!((&run["matched"], &run["unexplained"]), (&1.into(), &"0.00".into()), "{run}");
        closes(&book, &period);
        assert_eq!(ledger(&book, "accrued"), if part == 12 { "0".to_owned() } else { format!("-{}", 1200 - 100 * part) });
        month = next;
    }
    assert_eq!((ledger(&book, "cost"), ledger(&book, "payable")), ("1200".into(), "-1200".into()));
    nothing_is_left(&book);
}

#[test]
fn two_orders_that_are_billed_as_one() {
    let orders = [("acme-prod", "2100001-1", "1000"), ("acme-prod", "2100001-2", "500")];
    let book = reconciled(&orders, &[june("b-1", "2100001", 1, "1500", "1200")]);
    assert_eq!((told(&book), matched(&book, "2026-06")), (vec![], 2));
    closes(&book, "2026-06");
    nothing_is_left(&book);
    // Without a common number: the only two of the account that come to the amount.
    let orders = [("acme-prod", "2100001", "1000"), ("acme-prod", "2100002", "510"), ("acme-prod", "2100003", "77")];
    let lines = [june("b-1", "9100001", 1, "1510", "1208"), june("b-2", "2100003", 1, "77", "61.6")];
    let book = reconciled(&orders, &lines);
    assert_eq!((told(&book), matched(&book, "2026-06")), (vec![], 3));
    closes(&book, "2026-06");
    nothing_is_left(&book);
}

#[test]
fn a_coupon_that_was_counted_twice() {
    let book = reconciled(&[], &[]);
    book.done(
        "order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 2100001 --date 2026-06-12 --placed \
         --coupon 50 --coupon-bearer provider",
    );
    book.write("own.csv", bill(&[&june("b-1", "2100001", 1, "1000", "700")]));
    book.done("bill import own.csv --period 2026-06 --final");
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 3);
    assert_eq!(told(&book), ["under-billed 2100001 -50.00 open -"]);
    let found = book.json_exit(3, "difference list");
    assert_eq!(found["rows"][0]["detail"], "less by the order's coupon of 50.00: it was taken off twice");
    book.done(&format!("difference resolve {} --as accepted --borne-by agent --note 'their gift'", id_of(&book, "2100001")));
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "payable"), "-700");
    nothing_is_left(&book);
}

#[test]
fn an_order_that_is_billed_to_the_wrong_account() {
    let book = reconciled(&[("acme-prod", "2100001", "1000")], &[june("b-1", "2100001", 2, "1000", "800")]);
    assert_eq!(told(&book), ["wrong-account 2100001 0.00 open -"]);
    book.done(&format!("difference resolve {} --as moved", id_of(&book, "2100001")));
    closes(&book, "2026-06");
    let owed = |account: &str| book.json(&format!("account show {account}"))["owed"].clone();
    assert_eq!(owed("acme-prod"), "0.00");
    assert_eq!(book.json("statement show acme-test --period 2026-06")["charges"], "950.00");
    nothing_is_left(&book);
}

#[test]
fn a_file_that_comes_again_under_another_name() {
    let book = reconciled(&[("acme-prod", "2100001", "1000")], &[june("b-1", "2100001", 1, "1000", "800")]);
    let before = book.operations();
    book.write("copy (1).csv", bill(&[&june("b-1", "2100001", 1, "1000", "800")]));
    let again = book.json("bill import 'copy (1).csv' --period 2026-06 --final");
    assert_eq!((&again["already_imported"], &again["version"]), (&true.into(), &1.into()));
    // Added to the month it is the same file, and saved anew by a spreadsheet its lines are: they count once.
    let saved = bill(&[&june("b-1", "2100001", 1, "1000", "800")]).replace('\n', "\r\n");
    book.write("saved.csv", saved);
    book.run("bill import saved.csv --period 2026-06 --add");
    book.run("reconcile run --period 2026-06");
    assert_eq!(told(&book), ["duplicate-line b-1 0.00 resolved merged"]);
    assert!(book.operations() > before);
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "payable"), "-800");
    nothing_is_left(&book);
}

#[test]
fn an_estimate_that_the_final_bill_replaces() {
    let book = reconciled(&[("acme-prod", "2100001", "1000"), ("acme-prod", "2100002", "500")], &[]);
    book.write("estimate.csv", bill(&[&june("b-1", "2100001", 1, "1000", "805"), &june("b-9", "9", 1, "10", "8")]));
    book.done("bill import estimate.csv --period 2026-06 --estimated");
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 3);
    assert_eq!(
        told(&book),
        ["missing-in-bill 2100002 -400.00 open -", "unrecorded-order 9 8.00 open -", "over-billed 2100001 5.00 open -"]
    );
    book.done(&format!("difference acknowledge {} --owner li.na --due 2026-07-10", id_of(&book, "2100001")));
    book.refused(1, "period.blocked", "period close 2026-06");
    book.write("final.csv", bill(&[&june("b-1", "2100001", 1, "1000", "800"), &june("b-2", "2100002", 1, "500", "400")]));
    book.done("bill import final.csv --period 2026-06 --final");
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 0);
    // What was found on the estimate is gone, and stays on record.
    assert!(told(&book).iter().all(|row| row.ends_with("resolved auto")), "{:?}", told(&book));
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "payable"), "-1200");
    nothing_is_left(&book);
}

#[test]
fn vouchers_and_stored_value_cards_pay_and_make_nothing_cost_less() {
    let book = TestBook::acme(Point::Funded);
    book.done(
        "order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 51 --date 2026-06-12 \
         --voucher 30 --voucher-bearer provider --placed",
    );
    book.done("order record acme-test --product ecs --kind new --list-price 500 --provider-order 52 --date 2026-06-12 --placed");
    let before = ["payable", "pool", "incentives"].map(|code| ledger(&book, code).parse::<rust_decimal::Decimal>().unwrap());
    book.write(
        "bill.csv",
        "BillingCycle,AccountID,OwnerID,Item,RecordID,ProductCode,ProductName,PretaxGrossAmount,InvoiceDiscount,DeductedByCoupons,\
         PretaxAmount,DeductedByCashCoupons,DeductedByPrepaidCard,PaymentAmount,OutstandingAmount\n\
         2026-06,9000000000000001,1000000000000001,SubscriptionOrder,51,ecs,ECS,1000,200,0,800,50,100,650,0\n\
         2026-06,9000000000000001,1000000000000002,SubscriptionOrder,52,ecs,ECS,500,100,0,400,0,0.5,0,399.5\n",
    );
    book.done("bill import bill.csv --period 2026-06 --final");
    let bill = book.json("bill show 2026-06");
    assert_eq!((&bill["voucher"], &bill["card"]), (&"50.00".into(), &"100.50".into()));
    // Neither is a difference.
    let run = book.json("reconcile run --period 2026-06");
    assert_eq!(run["classes"], serde_json::json!({"matched": {"count": 2, "amount": "0.00"}}));
    insta::assert_snapshot!(book.run("reconcile bridge --period 2026-06"), @"
    Period                    2026-06
    Bill version              1
    Bill                      final
    Currency                  CNY
    Recorded                  1200.00
    Billed                    1200.00
    Difference                0.00
    Explained                 0.00
    Unexplained               0.00
    Order numbers that agree  2 of 2 (100.00 %)
    What they come to         1200.00 of 1200.00 (100.00 %)
    By                        class
    Filter                    none: the whole month
    Rows come to              0.00

    From recorded to billed
    Class    Count  Recorded   Billed  Difference
    ---------------------------------------------
    matched      2   1200.00  1200.00        0.00

    Two-sided statement of the whole month
    Side     Line                    Amount
    ---------------------------------------
    bill     total of the bill      1200.00
    bill     adjusted               1200.00
    book     total of the book      1200.00
    book     adjusted               1200.00
    both     unexplained               0.00
    payment  by vouchers              50.00
    payment  by stored-value cards   100.50
    payment  left to pay in money   1049.50
    ----- exit 0
    ");
    closes(&book, "2026-06");
    // Of the vouchers 30 stand on an order, and have been the provider's since; 20 are the agent's own.
    let after = ["payable", "pool", "incentives"].map(|code| ledger(&book, code).parse::<rust_decimal::Decimal>().unwrap());
    let moved: Vec<String> = after.iter().zip(before).map(|(after, before)| (after - before).normalize().to_string()).collect();
    assert_eq!(moved, ["-1079.5", "-100.5", "-20"], "1200 are owed, 20 and 100.50 of it paid");
}
