//! Months that are opened again: what was charged stands, closing again charges what differs, and every cent stays provable.

use crate::book::{Point, TestBook, bill};
use crate::differences::{closes, id_of, july, june, ledger, reconciled, told};

/// A line of usage: its id, the month it is billed in, the account, and its amounts.
fn usage(id: &str, month: &str, account: u8, list: &str, payable: &str) -> String {
    format!(
        "{id},,9000000000000001,100000000000000{account},{month},{month}28,云资源按量费用,oss,对象存储OSS,CNY,{list},0,{payable}"
    )
}

fn entries(book: &TestBook) -> i64 {
    let file = rusqlite::Connection::open(book.place()).unwrap();
    file.query_row("SELECT COUNT(*) FROM entry WHERE event = 'usage'", [], |row| row.get(0)).unwrap()
}

fn line_amounts(book: &TestBook, account: &str, period: &str) -> Vec<(String, String)> {
    let statement = book.json(&format!("statement show {account} --period {period}"));
    let lines = statement["lines"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    lines.iter().map(|line| (text(&line["event"]), text(&line["amount"]))).collect()
}

#[test]
fn closing_again_with_nothing_changed_charges_nothing() {
    let book = reconciled(
        &[("acme-prod", "51", "1000")],
        &[june("a", "51", 1, "1000", "800"), usage("u", "202606", 1, "100", "80"), usage("v", "202606", 2, "50", "40")],
    );
    closes(&book, "2026-06");
    let before = (ledger(&book, "payable"), ledger(&book, "sales"), ledger(&book, "accrued"), entries(&book));
    let statement = book.json("statement show acme-prod --period 2026-06");
    let account = book.json("account show acme-prod")["available"].clone();
    book.refused(2, "usage", "period reopen 2026-06");
    insta::assert_snapshot!(book.run("period reopen 2026-06 --reason 'a corrected bill'"), @"
    Open again                     2026-06
    Statements that count no more  2
    Entries taken back             1
    ----- stderr
    next: `subledger period close 2026-06`
    ----- exit 0
    ");
    assert!(book.checks(), "{}", book.run("check"));
    assert_eq!(book.json("period list")["rows"][0]["state"], "open");
    assert_eq!(book.json("statement show acme-prod --period 2026-06")["supersedes"], 1, "the one that was sent counts no more");
    assert_eq!(book.json("account show acme-prod")["available"], account, "what was charged is not pending as well");
    assert_eq!(ledger(&book, "payable"), "0");
    closes(&book, "2026-06");
    assert_eq!((ledger(&book, "payable"), ledger(&book, "sales"), ledger(&book, "accrued"), entries(&book)), before);
    let again = book.json("statement show acme-prod --period 2026-06");
    assert_eq!((&again["lines"], &again["sha256"]), (&statement["lines"], &statement["sha256"]));
    assert_eq!((&statement["supersedes"], &again["supersedes"]), (&serde_json::Value::Null, &1.into()));
    assert!(book.run("statement show acme-prod --period 2026-06").stdout.contains("Supersedes version"), "people see it");
    let receipt = book.json("period receipt 2026-06");
    assert_eq!((&receipt["version"], receipt["versions"].as_array().unwrap().len()), (&2.into(), 2));
    assert_eq!(book.json("period receipt 2026-06 --version 1")["version"], 1);
    book.refused(1, "receipt.none", "period receipt 2026-06 --version 3");
    book.refused(1, "period.not-closed", "period reopen 2026-07 --reason why");
}

#[test]
fn closing_again_charges_what_the_corrected_bill_has_more_or_less() {
    let first = [usage("u", "202606", 1, "100", "80"), usage("v", "202606", 2, "50", "40"), usage("w", "202606", 1, "10", "8")];
    let book = reconciled(&[], &first);
    closes(&book, "2026-06");
    book.done("period reopen 2026-06 --reason 'a corrected bill'");
    // Less of one account, and nothing of the other.
    book.write("better.csv", bill(&[&usage("u", "202606", 1, "60", "48")]));
    book.done("bill import better.csv --period 2026-06 --final");
    let pending = book.json("account show acme-test");
    assert_eq!(pending["pending_usage"], "-47.50", "what was charged and is not on the bill comes back");
    book.done("reconcile run --period 2026-06");
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "payable"), "-48");
    assert_eq!(ledger(&book, "accrued"), "0");
    assert_eq!(
        line_amounts(&book, "acme-test", "2026-06").iter().filter(|(event, _)| event == "usage").cloned().collect::<Vec<_>>(),
        [("usage".to_owned(), "47.50".to_owned()), ("usage".to_owned(), "-47.50".to_owned())]
    );
    // Once more, with the first bill: everything is as it was at first.
    book.done("period reopen 2026-06 --reason 'it was right at first'");
    book.write("first.csv", bill(&first.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("bill import first.csv --period 2026-06 --final");
    book.done("reconcile run --period 2026-06");
    closes(&book, "2026-06");
    assert_eq!((ledger(&book, "payable"), ledger(&book, "cost")), ("-128".to_owned(), "128".to_owned()));
    assert_eq!(book.json("period receipt 2026-06")["version"], 3);
}

#[test]
fn a_bill_that_was_dropped_charges_nothing_any_more() {
    let book = reconciled(&[], &[usage("u", "202606", 1, "100", "80"), usage("v", "202606", 2, "50", "40")]);
    closes(&book, "2026-06");
    book.done("period reopen 2026-06 --reason 'a bill of somebody else'");
    book.done("bill drop 2026-06 --version 1 --yes");
    book.done("period close 2026-06 --yes");
    assert!(book.checks(), "{}", book.run("check"));
    for code in ["sales", "cost", "accrued", "payable", "receivable"] {
        assert_eq!(ledger(&book, code), "0", "{code}");
    }
    // What comes to nothing stays as it is when it is closed once more.
    let charges = entries(&book);
    book.done("period reopen 2026-06 --reason 'to look again'");
    book.done("period close 2026-06 --yes");
    assert_eq!(entries(&book), charges);
}

#[test]
fn later_months_are_opened_too_and_what_they_gave_back_is_in_dispute_again() {
    let lines = [june("a", "51", 1, "1000", "900")];
    let mut book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500")], &lines);
    book.done(&format!("difference acknowledge {} --due 2026-08-31", id_of(&book, "52")));
    book.done(&format!("difference resolve {} --as disputed --note why", id_of(&book, "51")));
    closes(&book, "2026-06");
    book.write(
        "july.csv",
        bill(&[&july("c", "52", 1, "500", "400"), &july("d", "51", 1, "-125", "-100"), &usage("u", "202607", 1, "100", "80")]),
    );
    book.set_now("2026-08-03T02:00:00Z");
    book.done("bill import july.csv --period 2026-07 --final");
    book.done("reconcile run --period 2026-07");
    closes(&book, "2026-07");
    let codes = ["payable", "accrued", "disputed", "sales", "cost", "receivable", "funds", "rounding"];
    let balances = |book: &TestBook| codes.map(|code| ledger(book, code));
    let (before, charged) = (balances(&book), entries(&book));
    book.done("period reopen 2026-06 --reason 'to look again'");
    assert!(book.checks(), "{}", book.run("check"));
    assert_eq!(ledger(&book, "disputed"), "0", "nothing of June's bill is accepted");
    let states = book.json("period list");
    assert!(states["rows"].as_array().unwrap().iter().all(|row| row["state"] == "open"), "{states}");
    book.refused(1, "period.blocked", "period close 2026-07");
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "disputed"), "100");
    closes(&book, "2026-07");
    assert_eq!((balances(&book), entries(&book)), (before, charged));
    assert!(told(&book).contains(&"over-billed 51 100.00 resolved credited".to_owned()), "{:?}", told(&book));
}

#[test]
fn what_has_been_decided_on_since_is_not_forgotten() {
    let mut book = reconciled(&[("acme-prod", "51", "1000")], &[june("a", "51", 1, "1000", "840")]);
    book.done(&format!("difference resolve {} --as disputed --note why", id_of(&book, "51")));
    closes(&book, "2026-06");
    book.set_now("2026-08-03T02:00:00Z");
    book.done(&format!("difference resolve {} --as written-off --note gone", id_of(&book, "51")));
    let before = book.operations();
    book.refused(1, "period.dispute-decided", "period reopen 2026-06 --reason why");
    assert_eq!(book.operations(), before);
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn the_checklist_says_what_is_done_and_who_answers_for_what() {
    let book = TestBook::acme(Point::Billed);
    insta::assert_snapshot!(book.run("period checklist 2026-06"), @"
    Period     2026-06
    State      open
    Can close  no

    Check           State    What
    --------------------------------------------------------------------------------------------------------------------------
    earlier-months  done
    month-over      done
    approvals       done
    bill            blocked  nobody has compared it with the book since it changed: `subledger reconcile run --period 2026-06`
    bill-final      later
    stated-total    later
    rejected-lines  later
    other-currency  later
    differences     later
    bridge          later
    ----- exit 3
    ");
    book.run("reconcile run --period 2026-06");
    insta::assert_snapshot!(book.run("period checklist 2026-06"), @"
    Period     2026-06
    State      open
    Can close  no

    Check           State       What
    ----------------------------------------------------------------------------------------------------------------------
    earlier-months  done
    month-over      done
    approvals       done
    bill            done
    bill-final      done
    stated-total    not needed
    rejected-lines  done
    other-currency  done
    differences     blocked     3 differences are open, 32577.70 CNY in size: `subledger difference list --period 2026-06`
    bridge          done
    ----- exit 3
    ");
    book.refused(1, "period.not-waivable", "period waive 2026-06 differences --reason 'too many'");
    book.refused(1, "period.not-waived", "period waive 2026-06 stated-total --withdraw");
    book.refused(2, "usage", "period waive 2026-06 stated-total");
    let book = reconciled(&[], &[usage("u", "202606", 1, "100", "80")]);
    book.done("bill import own.csv --period 2026-06 --final --total 80.05");
    book.done("reconcile run --period 2026-06");
    book.refused(1, "period.blocked", "period close 2026-06");
    book.done("period waive 2026-06 stated-total --reason 'the portal rounds each page'");
    insta::assert_snapshot!(book.run("period checklist 2026-06"), @"
    Period     2026-06
    State      open
    Can close  yes

    Check           State   What
    --------------------------------------------------------------------------
    earlier-months  done
    month-over      done
    approvals       done
    bill            done
    bill-final      done
    stated-total    waived  by root on 2026-07-03: the portal rounds each page
    rejected-lines  done
    other-currency  done
    differences     done
    bridge          done
    ----- exit 0
    ");
    book.done("period waive 2026-06 stated-total --withdraw");
    book.refused(1, "period.blocked", "period close 2026-06");
    book.done("period waive 2026-06 stated-total --reason 'the portal rounds each page'");
    closes(&book, "2026-06");
    assert_eq!(book.json("period receipt 2026-06")["waivers"][0]["check"], "stated-total");
    book.refused(1, "period.closed", "period waive 2026-06 stated-total --withdraw");
    assert_eq!(book.json("period checklist 2026-06")["state"], "closed");
}

#[test]
fn a_month_whose_bill_has_not_come_closes_on_what_is_expected() {
    let mut book = reconciled(&[], &[usage("u", "202606", 1, "100", "80"), usage("v", "202606", 2, "50", "40")]);
    closes(&book, "2026-06");
    let codes = ["unbilled", "accrued", "sales", "cost"];
    let balances = |book: &TestBook, day: &str| {
        let rows = book.json(&format!("report trial-balance --as-of {day}"))["rows"].clone();
        codes.map(|code| {
            let rows = rows.as_array().unwrap().iter().filter(|row| row["ledger_account"] == code);
            let amount = |row: &serde_json::Value, key: &str| {
                row[key].as_str().unwrap_or("0").parse::<rust_decimal::Decimal>().unwrap_or_default()
            };
            rows.map(|row| amount(row, "debit") - amount(row, "credit")).sum::<rust_decimal::Decimal>().normalize().to_string()
        })
    };
    let june = balances(&book, "2026-06-30");
    book.set_now("2026-08-03T02:00:00Z");
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 61 --date 2026-07-12 --placed");
    book.refused(1, "period.blocked", "period close 2026-07 --yes");
    insta::assert_snapshot!(book.run("period close 2026-07 --without-bill"), @"
    Period                        2026-07
    State                         closed
    Bill version                  -
    Accepted into payable         -
    Usage charges                 0
    Usage accrued without a bill  CNY 142.50
    Statements frozen             2
    Receipt                       [-----------------------------hash-----------------------------]

    Ledger at the end of the month
    Ledger account  Currency  Debits less credits
    ---------------------------------------------
    bank            CNY                  50000.00
    receivable      CNY                   1045.00
    unbilled        CNY                    142.50
    deposits        CNY                 -30000.00
    funds           CNY                 -19952.50
    accrued         CNY                   -920.00
    payable         CNY                   -120.00
    sales           CNY                  -1235.00
    cost            CNY                   1040.00
    ----- stderr
    next: `subledger statement export --period 2026-07 --out DIR`
    ----- exit 0
    ");
    assert!(book.checks(), "{}", book.run("check"));
    let unbilled: rust_decimal::Decimal = balances(&book, "2026-07-31")[0].parse().unwrap();
    assert!(unbilled.is_sign_positive() && !unbilled.is_zero(), "usage of June is expected again");
    assert_eq!(balances(&book, "2026-08-01")[0], "0", "and taken back on the first of August");
    // The bill comes: July is opened again, and what was accrued goes in both months.
    book.done("period reopen 2026-07 --reason 'the bill has come'");
    assert!(book.checks(), "{}", book.run("check"));
    book.write("july.csv", bill(&[&july("c", "61", 1, "1000", "800"), &usage("u", "202607", 1, "200", "160")]));
    book.done("bill import july.csv --period 2026-07 --final");
    book.done("reconcile run --period 2026-07");
    closes(&book, "2026-07");
    let now = balances(&book, "2026-07-31");
    assert_eq!((now[0].as_str(), now[1].as_str()), ("0", june[1].as_str()));
    assert_eq!(balances(&book, "2026-08-03"), now);
}

#[test]
fn orders_of_a_month_that_closed_without_its_bill_are_carried() {
    let mut book = reconciled(&[("acme-prod", "51", "1000")], &[]);
    book.done("period close 2026-06 --without-bill");
    book.set_now("2026-08-03T02:00:00Z");
    book.write("july.csv", bill(&[&july("a", "51", 1, "1000", "800"), &july("b", "61", 1, "100", "80")]));
    book.done("order record acme-prod --product ecs --kind new --list-price 100 --provider-order 61 --date 2026-07-12 --placed");
    book.done("bill import july.csv --period 2026-07 --final");
    let run = book.json("reconcile run --period 2026-07");
    assert_eq!(run["classes"]["carried-in"]["count"], 1, "{run}");
    closes(&book, "2026-07");
    assert_eq!(ledger(&book, "accrued"), "0");
}

#[test]
fn an_estimate_is_what_is_expected() {
    let book = reconciled(&[("acme-prod", "51", "1000")], &[]);
    book.write("estimate.csv", bill(&[&usage("u", "202606", 1, "100", "80"), &june("a", "52", 1, "10", "8")]));
    book.done("bill import estimate.csv --period 2026-06 --estimated");
    book.run("reconcile run --period 2026-06");
    book.refused(1, "period.blocked", "period close 2026-06");
    let closed = book.json("period close 2026-06 --without-bill");
    assert_ne!(closed["accrued_usage"]["CNY"], serde_json::Value::Null);
    assert_eq!(ledger(&book, "payable"), "0");
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn in_a_soft_closed_month_only_finance_writes() {
    let book = TestBook::acme(Point::Funded);
    insta::assert_snapshot!(book.run("period soft-close 2026-06"), @"
    Period  2026-06
    State   soft-closed
    ----- stderr
    next: `subledger period close 2026-06`
    ----- exit 0
    ");
    let order = "order record acme-prod --product ecs --kind new --list-price 10 --provider-order 99 --date 2026-06-12 --placed";
    book.set_roles("manager tech");
    book.refused(1, "period.soft-closed", order);
    book.done(&order.replace("2026-06-12", "2026-07-02"));
    book.set_roles("admin manager finance tech");
    book.done(&order.replace("99", "98"));
    assert_eq!(book.json("period soft-close 2026-05")["already_soft_closed"], true);
    book.refused(1, "date.future", "period soft-close 2026-08");
    book.done("period reopen 2026-06 --reason 'orders were forgotten'");
    assert_eq!(book.json("period list")["rows"][0]["state"], "open");
}

/// Every statement foots, begins where the one before ended, and together they are the ledger.
fn statements_hold(book: &TestBook, periods: &[&str]) {
    let amount = |value: &serde_json::Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    let mut ends = [rust_decimal::Decimal::ZERO; 2];
    for period in periods {
        for (account, end) in ["acme-prod", "acme-test"].into_iter().zip(&mut ends) {
            let statement = book.json(&format!("statement show {account} --period {period}"));
            assert_eq!(amount(&statement["opening"]), *end, "{account} {period}");
            let lines = statement["lines"].as_array().unwrap().iter().map(|line| amount(&line["amount"]));
            *end += lines.sum::<rust_decimal::Decimal>();
            assert_eq!(amount(&statement["closing"]), *end, "{account} {period}");
            let [charges, payments, credits] = ["charges", "payments", "credits"].map(|key| amount(&statement[key]));
            assert_eq!(amount(&statement["opening"]) + charges - payments - credits, *end, "{account} {period}");
        }
        let day = period.parse::<subledger::domain::period::Month>().unwrap().last_day();
        let rows = book.json(&format!("report trial-balance --as-of {day}"))["rows"].clone();
        let of_accounts = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| ["receivable", "funds"].contains(&row["ledger_account"].as_str().unwrap()));
        let side = |row: &serde_json::Value, key: &str| -> rust_decimal::Decimal {
            row[key].as_str().unwrap_or("0").parse().unwrap_or_default()
        };
        let ledger: rust_decimal::Decimal = of_accounts.map(|row| side(row, "debit") - side(row, "credit")).sum();
        assert_eq!(ends.iter().sum::<rust_decimal::Decimal>(), ledger, "{period}");
    }
}

#[test]
fn three_months_with_late_corrections_and_the_first_opened_again() {
    let mut book = reconciled(
        &[("acme-prod", "51", "1000")],
        &[june("a", "51", 1, "1000", "800"), usage("u", "202606", 1, "100", "80"), usage("v", "202606", 2, "50", "40")],
    );
    closes(&book, "2026-06");
    book.set_now("2026-09-03T02:00:00Z");
    // July corrects June, and August both.
    let late = |id: &str, month: &str, account: u8, list: &str, payable: &str| {
        usage(id, month, account, list, payable).replace("云资源按量费用", "调账费用")
    };
    book.write("july.csv", bill(&[&usage("x", "202607", 1, "200", "160"), &late("y", "202606", 1, "-10", "-8")]));
    let of_august = [usage("z", "202608", 2, "30", "24"), late("p", "202606", 2, "-5", "-4"), late("q", "202607", 1, "-20", "-16")];
    book.write("august.csv", bill(&of_august.each_ref().map(String::as_str)));
    for (period, file) in [("2026-07", "july.csv"), ("2026-08", "august.csv")] {
        book.done(&format!("bill import {file} --period {period} --final"));
        book.done(&format!("reconcile run --period {period}"));
        closes(&book, period);
    }
    let periods = ["2026-06", "2026-07", "2026-08"];
    statements_hold(&book, &periods);
    let shown = |book: &TestBook, supersedes: Option<i64>| {
        periods.map(|period| {
            ["acme-prod", "acme-test"].map(|who| {
                let mut statement: serde_json::Value = book.json(&format!("statement show {who} --period {period}"));
                assert_eq!(statement["supersedes"].take().as_i64(), supersedes, "{who} {period}");
                statement
            })
        })
    };
    let (before, charges) = (shown(&book, None), entries(&book));
    // Closed again as they were, they are what they were.
    book.done("period reopen 2026-06 --reason 'to look again'");
    for period in periods {
        closes(&book, period);
    }
    assert_eq!((shown(&book, Some(1)), entries(&book)), (before, charges));
    // June's bill has more: June's statement, and the openings after it, tell.
    book.done("period reopen 2026-06 --reason 'a corrected bill'");
    book.write(
        "more.csv",
        bill(&[&june("a", "51", 1, "1000", "800"), &usage("u", "202606", 1, "160", "128"), &usage("v", "202606", 2, "50", "40")]),
    );
    book.done("bill import more.csv --period 2026-06 --final");
    book.done("reconcile run --period 2026-06");
    for period in periods {
        closes(&book, period);
    }
    statements_hold(&book, &periods);
    assert_eq!(entries(&book), charges + 1, "one charge of the difference");
    let receipts = periods.map(|period| book.json(&format!("period receipt {period}"))["version"].clone());
    assert_eq!(receipts, [3, 3, 3].map(serde_json::Value::from));
}
