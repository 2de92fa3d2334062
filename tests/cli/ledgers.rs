//! The general ledger and usage reports: they come to what the trial balance and the statements say.

use crate::book::{Point, TestBook, bill};
use crate::differences::{closes, june, reconciled};

fn amount(value: &serde_json::Value) -> rust_decimal::Decimal {
    value.as_str().unwrap_or("0").parse().unwrap()
}

/// A month of two accounts, closed.
fn closed() -> TestBook {
    let usage = |id: &str, account: u8, product: &str, list: &str, payable: &str| {
        format!(
            "{id},,9000000000000001,100000000000000{account},202606,20260628,云资源按量费用,{product},{product},CNY,{list},0,{payable}"
        )
    };
    let lines = [
        june("a", "51", 1, "1000", "800"),
        usage("u", 1, "oss", "100", "80"),
        usage("v", 2, "oss", "50", "40"),
        usage("w", 1, "slb", "10.005", "8.004"),
    ];
    let book = reconciled(&[("acme-prod", "51", "1000")], &[]);
    book.write("own.csv", bill(&lines.each_ref().map(String::as_str)));
    book.done("bill import own.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    closes(&book, "2026-06");
    book
}

#[test]
fn the_general_ledger_runs_from_opening_to_closing() {
    let book = closed();
    insta::assert_snapshot!(book.run("report general-ledger receivable --period 2026-06"), @"
    From  2026-06-01
    To    2026-06-30

    Ledger account  Owner      Currency  Date        Entry  Event            Account    Reference   Debit  Credit  Balance
    ----------------------------------------------------------------------------------------------------------------------
    receivable      acme-prod  CNY       2026-06-01  -      opening-balance  -          -               -       -     0.00
    receivable      acme-prod  CNY       2026-06-12  e-3    charge           acme-prod  -          950.00       -   950.00
    receivable      acme-prod  CNY       2026-06-30  e-4    usage            acme-prod  -           95.00       -  1045.00
    receivable      acme-prod  CNY       2026-06-30  e-5    usage            acme-prod  -            9.50       -  1054.50
    receivable      acme-prod  CNY       2026-06-30  -      closing-balance  -          -               -       -  1054.50
    ----- exit 0
    ");
    // Every line of the chart comes to its balance, whatever the days.
    for code in ["bank", "pool", "receivable", "deposits", "funds", "accrued", "payable", "sales", "cost", "rounding"] {
        let report = book.json(&format!("report general-ledger {code} --from 2026-06-12 --to 2026-06-30"));
        let closings = report["rows"].as_array().unwrap().iter().filter(|row| row["event"] == "closing-balance");
        let closings: rust_decimal::Decimal = closings.map(|row| amount(&row["balance"])).sum();
        let balance = book.json("report trial-balance --as-of 2026-06-30");
        let rows = balance["rows"].as_array().unwrap().iter().filter(|row| row["ledger_account"] == code);
        let stands: rust_decimal::Decimal = rows.map(|row| amount(&row["debit"]) - amount(&row["credit"])).sum();
        assert_eq!(closings, stands, "{code}");
    }
    let own = book.json("report general-ledger funds --owner acme-test --period 2026-06");
    assert!(own["rows"].as_array().unwrap().iter().all(|row| row["owner"] == "acme-test"));
    assert_eq!(book.json("report general-ledger funds --owner nobody")["rows"], serde_json::json!([]));
    book.refused(2, "usage", "report general-ledger petty-cash");
}

#[test]
fn usage_is_added_up_by_product_account_and_environment() {
    let book = closed();
    insta::assert_snapshot!(book.run("report usage --period 2026-06"), @"
    From  2026-06-01
    To    2026-06-30
    By    product

    Product  Currency  Charges  At list price  Payable    Cost
    ----------------------------------------------------------
    oss      CNY             2         150.00   142.50  120.00
    slb      CNY             1         10.005     9.50    8.00

    Totals
    Currency  Charges  At list price  Payable    Cost
    -------------------------------------------------
    CNY             3        160.005   152.00  128.00
    ----- exit 0
    ");
    insta::assert_snapshot!(book.run("report usage --period 2026-06 --by environment"), @"
    From  2026-06-01
    To    2026-06-30
    By    environment

    Environment  Currency  Charges  At list price  Payable   Cost
    -------------------------------------------------------------
    production   CNY             2        110.005   104.50  88.00
    test         CNY             1          50.00    47.50  40.00

    Totals
    Currency  Charges  At list price  Payable    Cost
    -------------------------------------------------
    CNY             3        160.005   152.00  128.00
    ----- exit 0
    ");
    let total = book.json("report usage --period 2026-06")["totals"]["CNY"].clone();
    assert_eq!(book.json("report usage --period 2026-06 --by account")["totals"]["CNY"], total);
    // Statements charge the same.
    let charged: rust_decimal::Decimal = ["acme-prod", "acme-test"]
        .into_iter()
        .map(|account| {
            let statement = book.json(&format!("statement show {account} --period 2026-06"));
            let lines = statement["lines"].as_array().unwrap().iter().filter(|line| line["event"] == "usage");
            lines.map(|line| amount(&line["amount"])).sum::<rust_decimal::Decimal>()
        })
        .sum();
    assert_eq!(charged, amount(&total["payable"]));
    assert_eq!(book.json("report usage --period 2026-05")["rows"], serde_json::json!([]));
    book.refused(1, "account.unknown", "report usage --account nobody");
    assert_eq!(TestBook::acme(Point::Funded).json("report usage")["rows"], serde_json::json!([]));
}
