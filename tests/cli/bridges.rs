//! The bridge from recorded to billed: by class, by account and line by line, before the close and after it.

use crate::book::{Point, TestBook};

/// Everything in the story's month that is open is decided, and the month closes.
fn closed() -> TestBook {
    let book = TestBook::acme(Point::Reconciled);
    for difference in book.json_exit(3, "difference list")["rows"].as_array().unwrap() {
        let id = difference["id"].as_str().unwrap();
        book.done(&format!("difference acknowledge {id} --owner li.na --due 2026-08-05"));
    }
    book.done("period close 2026-06");
    book
}

/// Sum of a figure over the rows, exact.
fn sum(rows: &serde_json::Value, key: &str) -> rust_decimal::Decimal {
    let figure = |row: &serde_json::Value| row[key].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    rows.as_array().unwrap().iter().map(figure).sum()
}

#[test]
fn every_cent_stands_in_one_class() {
    let book = TestBook::acme(Point::Reconciled);
    insta::assert_snapshot!(book.run("reconcile bridge --period 2026-06"), @"
    Period                    2026-06
    Bill version              1
    Bill                      final
    Currency                  CNY
    Recorded                  51999.99
    Billed                    20611.3154567891
    Difference                -31388.6745432109
    Explained                 -31388.6745432109
    Unexplained               0.00
    Order numbers that agree  3 of 5 (60.00 %)
    What they come to         19999.992 of 52499.992 (38.09 %)
    By                        class
    Filter                    none: the whole month
    Rows come to              -31388.6745432109

    From recorded to billed
    Class             Count  Recorded         Billed     Difference
    ---------------------------------------------------------------
    missing-in-bill       1  32000.00           0.00      -32000.00
    unrecorded-order      1      0.00         500.00         500.00
    unknown-account       1      0.00          77.70          77.70
    usage                 3      0.00  33.6234567891  33.6234567891
    rounding              1   7999.99       7999.992          0.002
    matched               2  12000.00       12000.00           0.00

    Two-sided statement of the whole month
    Side  Line                                                    Amount
    --------------------------------------------------------------------
    bill  total of the bill                             20611.3154567891
    bill  less what the book has not: rounding                    -0.002
    bill  less what the book has not: usage               -33.6234567891
    bill  less what the book has not: unknown-account             -77.70
    bill  less what the book has not: unrecorded-order           -500.00
    bill  adjusted                                              19999.99
    book  total of the book                                     51999.99
    book  less what the bill has not: missing-in-bill          -32000.00
    book  adjusted                                              19999.99
    both  unexplained                                               0.00
    ----- exit 0
    ");
    insta::assert_snapshot!(book.run("reconcile bridge --period 2026-06 --by account --format csv"), @"
    class,account,provider_order,line,product,rule,count,recorded,billed,difference
    missing-in-bill,acme-prod,,,,,1,32000.00,0.00,-32000.00
    unrecorded-order,acme-prod,,,,,1,0.00,500.00,500.00
    unknown-account,1000000000000009,,,,,1,0.00,77.70,77.70
    usage,acme-prod,,,,,2,0.00,30.1234567891,30.1234567891
    usage,acme-test,,,,,1,0.00,3.50,3.50
    rounding,acme-prod,,,,,1,7999.99,7999.992,0.002
    matched,acme-prod,,,,,1,9600.00,9600.00,0.00
    matched,acme-test,,,,,1,2400.00,2400.00,0.00
    ----- exit 0
    ");
    insta::assert_snapshot!(book.run("reconcile bridge --period 2026-06 --by line"), @"
    Period                    2026-06
    Bill version              1
    Bill                      final
    Currency                  CNY
    Recorded                  51999.99
    Billed                    20611.3154567891
    Difference                -31388.6745432109
    Explained                 -31388.6745432109
    Unexplained               0.00
    Order numbers that agree  3 of 5 (60.00 %)
    What they come to         19999.992 of 52499.992 (38.09 %)
    By                        line
    Filter                    every class but matched and usage
    Rows come to              -31422.298

    From recorded to billed
    Class             Account           Provider order  Bill line  Product  Matched by      Recorded    Billed  Difference
    ----------------------------------------------------------------------------------------------------------------------
    rounding          acme-prod         2100002                             rounding-proof   7999.99      0.00    -7999.99
    rounding          acme-prod         2100002         b-02       rds      rounding-proof      0.00  7999.992    7999.992
    unknown-account   1000000000000009                  b-09       oss      -                   0.00     77.70       77.70
    unrecorded-order  acme-prod         2100099         b-05       oss      -                   0.00    500.00      500.00
    missing-in-bill   acme-prod         2100004                             -               32000.00      0.00   -32000.00

    Two-sided statement of the whole month
    Side  Line                                                    Amount
    --------------------------------------------------------------------
    bill  total of the bill                             20611.3154567891
    bill  less what the book has not: rounding                    -0.002
    bill  less what the book has not: usage               -33.6234567891
    bill  less what the book has not: unknown-account             -77.70
    bill  less what the book has not: unrecorded-order           -500.00
    bill  adjusted                                              19999.99
    book  total of the book                                     51999.99
    book  less what the bill has not: missing-in-bill          -32000.00
    book  adjusted                                              19999.99
    both  unexplained                                               0.00
    ----- exit 0
    ");
}

#[test]
fn classes_accounts_and_lines_come_to_the_same_and_a_closed_month_stays_as_it_was() {
    let book = TestBook::acme(Point::Reconciled);
    let before = book.json("reconcile bridge --period 2026-06");
    let total: rust_decimal::Decimal = before["difference"].as_str().unwrap().parse().unwrap();
    assert_eq!(before["unexplained"], "0.00");
    for by in ["class", "account"] {
        let rows = book.json(&format!("reconcile bridge --period 2026-06 --by {by}"))["rows"].clone();
        assert_eq!(
            (sum(&rows, "recorded"), sum(&rows, "billed"), sum(&rows, "difference")),
            (before["recorded"].as_str().unwrap().parse().unwrap(), before["billed"].as_str().unwrap().parse().unwrap(), total,),
            "{by}"
        );
    }
    // Line by line, class by class.
    for row in before["rows"].as_array().unwrap() {
        let class = row["class"].as_str().unwrap();
        let lines = book.json(&format!("reconcile bridge --period 2026-06 --by line --class {class}"));
        assert_eq!(lines["filter"], format!("class {class}"));
        assert_eq!(sum(&lines["rows"], "difference"), row["difference"].as_str().unwrap().parse().unwrap(), "{class}");
    }
    let book = closed();
    let after = book.json("reconcile bridge --period 2026-06");
    assert_eq!((&after["rows"], &after["statement"]), (&before["rows"], &before["statement"]));
}

#[test]
fn a_filter_is_always_said_and_a_stranger_is_asked_for_by_its_uid() {
    let book = TestBook::acme(Point::Reconciled);
    let asked = |flags: &str| book.json(&format!("reconcile bridge --period 2026-06 {flags}"));
    assert_eq!(asked("--by line")["filter"], "every class but matched and usage");
    let stranger = asked("--by line --account 1000000000000009");
    assert_eq!(stranger["filter"], "account 1000000000000009");
    assert_eq!(stranger["rows"].as_array().unwrap().len(), 1);
    // By code, by UID: the same rows, matched ones and usage too.
    assert_eq!(asked("--by line --account acme-test")["rows"], asked("--by line --account 1000000000000002")["rows"]);
    assert_eq!(asked("--account acme-test --class usage")["filter"], "class usage, account acme-test");
    book.refused(1, "bill.none", "reconcile bridge --period 2026-05");
    book.refused(2, "usage", "reconcile bridge --period 2026-06 --class nonsense");
}
