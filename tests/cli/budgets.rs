//! Budgets: set, reached, gone beyond, taken away.

use insta::assert_snapshot;
use serde_json::json;

use crate::book::{Point, TestBook};

fn buy(account: &str, list: &str, number: u32, date: &str) -> String {
    format!("order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date {date}")
}

#[test]
fn a_threshold_is_told_by_the_order_that_reaches_it_and_once_in_a_period() {
    let book = TestBook::acme(Point::Funded);
    assert_snapshot!(book.run("budget set 1000 --account acme-prod"), @"
    Budget           b-1
    About            acme-prod
    Every            month
    Currency         CNY
    Amount           1000.00
    Told at percent  50,80,100
    Beyond it        warn
    Removed          no
    Period           2026-07
    Spent            0.00
    Left             1000.00
    ----- exit 0
    ");
    // 95 % of list: 475 of 1 000.
    assert_eq!(book.done(&buy("acme-prod", "500", 71, "2026-07-01")).stderr, "");
    assert_snapshot!(book.done(&buy("acme-prod", "100", 72, "2026-07-02")).stderr, @"warning: the budget b-1 (acme-prod, 2026-07) has reached 50 %: 570.00 CNY of 1000.00 CNY");
    // Two at once: the higher one is told.
    assert!(book.done(&buy("acme-prod", "500", 73, "2026-07-02")).stderr.contains("has reached 100 %: 1045.00 CNY of 1000.00 CNY"));
    // Money back, and up again: the threshold was told, and that the budget is exceeded is told each time.
    book.done("order refund 73 --provider-order 74 --date 2026-07-03");
    assert!(book.done(&buy("acme-prod", "500", 75, "2026-07-03")).stderr.contains("b-1 (acme-prod, 2026-07) has reached 104 %"));
    book.done("order refund 75 --provider-order 77 --date 2026-07-03");
    assert_eq!(book.done(&buy("acme-prod", "450", 78, "2026-07-03")).stderr, "");
    book.done("order refund 78 --provider-order 79 --date 2026-07-03");
    book.done(&buy("acme-prod", "500", 80, "2026-07-03"));
    assert_snapshot!(book.run("budget list"), @"
    Budget  About      Every  Period   Currency   Amount    Spent    Left    %  Told at    Reached  Beyond it
    ---------------------------------------------------------------------------------------------------------
    b-1     acme-prod  month  2026-07  CNY       1000.00  1045.00  -45.00  104  50,80,100      100  warn
    ----- exit 0
    ");
    // Another month begins again.
    assert!(book.done(&buy("acme-prod", "600", 76, "2026-06-30")).stderr.contains("b-1 (acme-prod, 2026-06) has reached 50 %"));
    let june = book.json("budget list --as-of 2026-06-30");
    assert_eq!((&june["rows"][0]["period"], &june["rows"][0]["spent"]), (&json!("2026-06"), &json!("570.00")));
    let first = book.json("budget list --as-of 2026-07-01");
    assert_eq!(
        (&first["rows"][0]["spent"], &first["rows"][0]["reached"]),
        (&json!("475.00"), &json!(null)),
        "what was reached by then"
    );
    assert!(book.checks());
}

#[test]
fn a_budget_that_blocks_refuses_the_plan_and_records_the_fact() {
    let book = TestBook::acme(Point::Funded);
    book.done("budget set 3000 --group acme --environment production --period quarter --action block");
    book.done("budget set 100 --group acme --environment test");
    book.done(&buy("acme-prod", "2000", 71, "2026-04-01").replace("2026-04-01", "2026-06-01"));
    assert_snapshot!(book.run(&buy("acme-prod", "2000", 72, "2026-06-02")), @"
    ----- stderr
    error: it would go beyond the budget b-1 (production of acme, 2026-Q2): 1900.00 CNY is needed, 1100.00 CNY is left of 3000.00 CNY
    hint: `subledger budget list` shows where it stands; --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    assert_eq!(book.done(&format!("{} --placed", buy("acme-prod", "2000", 72, "2026-06-02"))).stderr.lines().count(), 1);
    book.refused(1, "budget.exceeded", &buy("acme-prod", "1", 78, "2026-06-02"));
    // The next quarter, and the other environment, have their own.
    book.done(&buy("acme-prod", "2000", 73, "2026-07-01"));
    assert!(book.done(&buy("acme-test", "2000", 74, "2026-06-02")).stderr.contains("(test of acme, 2026-06) has reached 100 %"));
    // In a list, each line counts for the next.
    let header = "account,product,kind,list_price,provider_order,from,to,date\n";
    let line = |number: u32| format!("acme-prod,ecs,new,1000,{number},,,2026-07-02\n");
    book.write("list.csv", format!("{header}{}{}", line(75), line(76)));
    assert_snapshot!(book.run("order import list.csv"), @"
    ----- stderr
    error: list.csv: 1 order is refused; nothing was recorded
      line 3: it would go beyond the budget b-1 (production of acme, 2026-Q3): 950.00 CNY is needed, 150.00 CNY is left of 3000.00 CNY
    ----- exit 1
    ");
    assert!(book.checks());
}

/// Usage that is not charged yet counts: it will be.
#[test]
fn usage_on_an_estimated_bill_counts_before_it_is_charged() {
    let book = TestBook::acme(Point::Ordered);
    book.done("budget set 57010 --account acme-prod");
    book.done("budget set 59700 --group acme");
    let spent = |row: usize| book.json("budget list --as-of 2026-06-30")["rows"][row]["spent"].clone();
    assert_eq!((spent(0), spent(1)), (json!("56899.99"), json!("59599.99")));
    book.done("bill import bill-corrected.csv --period 2026-06 --estimated");
    // Today is in July: the budget of June is looked at through a command of that month.
    let reached = book.done(&buy("acme-prod", "100", 72, "2026-06-30")).stderr;
    assert!(reached.contains("b-1 (acme-prod, 2026-06) has reached 100 %: 57017.00 CNY of 57010.00 CNY"), "{reached}");
    assert!(reached.contains("b-2 (acme, 2026-06) has reached 100 %: 59720.72 CNY of 59700.00 CNY"), "{reached}");
    assert!(book.checks());
}

#[test]
fn a_budget_is_replaced_taken_away_and_set_again() {
    let book = TestBook::acme(Point::Funded);
    book.done("budget set 1000 --account acme-prod --action block");
    book.done("budget set 2000 --account acme-prod --action block --thresholds 90");
    book.done("budget set 500 --environment test --period year");
    assert_eq!(book.json("budget list")["rows"].as_array().unwrap().len(), 2);
    assert_eq!(book.json("budget list --account 1000000000000002")["rows"][0]["about"], "test");
    assert_eq!(book.json("budget list --group acme")["rows"][0]["amount"], "2000.00");
    assert_eq!(book.json("budget remove b-1 --dry-run")["already_removed"], false);
    assert_eq!(book.done("budget remove b-1").stderr, "");
    let operations = book.operations();
    assert_eq!(book.done("budget remove b-1").stderr, "b-1 was removed before; nothing was changed\n");
    assert_eq!(book.json("budget remove b-1")["already_removed"], true);
    assert_eq!(book.operations(), operations, "it is gone already");
    book.done(&buy("acme-prod", "9000", 71, "2026-06-02"));
    assert_eq!(book.json("budget list")["rows"].as_array().unwrap().len(), 1);
    assert_eq!(book.json("budget set 2000 --account acme-prod")["budget"], "b-1");
    book.refused(1, "budget.unknown", "budget remove 1");
    book.refused(1, "budget.unknown", "budget remove b-9");
    book.refused(1, "amount.not-positive", "budget set 0 --account acme-prod");
    book.refused(1, "amount.too-precise", "budget set 0.001 --account acme-prod");
    book.refused(1, "account.unknown", "budget set 5 --account nobody");
    assert_eq!(book.run("budget set 5").exit, 2);
    assert_eq!(book.run("budget set 5 --account acme-prod --group acme").exit, 2);
    assert_eq!(book.run("budget set 5 --account acme-prod --thresholds 50%").exit, 2);
    assert!(book.checks());
}
