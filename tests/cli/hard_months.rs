//! Months that are not like the story's: nothing of them may be lost, doubled or closed by a slip of the finger.

use crate::book::{BILL, Point, TestBook, bill, bill_corrected};

/// Usage of acme-prod in July.
const JULY: &str = "j-1,,9000000000000001,1000000000000001,202607,20260731,云资源按量费用,oss,对象存储OSS,CNY,10,2,8";

#[test]
fn a_month_is_closed_neither_before_it_is_over_nor_when_nothing_happened_in_it() {
    let mut book = TestBook::acme(Point::Billed);
    book.set_now("2026-06-30T15:59:59Z");
    let early = book.refused(1, "period.blocked", "period close 2026-06");
    assert!(early.details[0].contains("2026-06 is not over"), "{:?}", early.details);
    // A second later it is July in the book's time zone; what blocks then are the differences.
    book.set_now("2026-06-30T16:00:00Z");
    let differences = book.refused(1, "period.blocked", "period close 2026-06");
    assert!(differences.details[0].contains("differences are open"), "{:?}", differences.details);
    let typo = book.refused(1, "period.blocked", "period close 2062-06 --yes");
    assert!(typo.details.iter().any(|detail| detail.contains("nothing happened in 2062-06")), "{:?}", typo.details);
}

#[test]
fn a_month_with_active_accounts_does_not_close_without_its_bill_unless_somebody_says_so() {
    let mut book = TestBook::acme(Point::Ready);
    book.set_now("2026-08-03T02:00:00Z");
    book.done("fund deposit acme 100 --date 2026-06-30");
    book.write("july.csv", bill(&[JULY]));
    let july = book.json_exit(3, "month-end 2026-07 --bill july.csv --out out");
    assert_eq!(july["blockers"][0]["blocker"], "earlier-month-open", "June's bill could still come: {july}");
    let june = book.refused(1, "period.blocked", "period close 2026-06");
    assert!(june.details[0].contains("2 accounts were active in 2026-06, and it has no bill"), "{:?}", june.details);

    book.done("period close 2026-06 --yes");
    let shell = rusqlite::Connection::open(book.place()).unwrap();
    let said: String = shell.query_row("SELECT arguments FROM operation ORDER BY id DESC LIMIT 1", [], |row| row.get(0)).unwrap();
    assert!(said.contains("\"without_bill\":\"yes\""), "the log keeps that it was said: {said}");
    assert_eq!(book.json("month-end 2026-07 --bill july.csv --out out")["state"], "closed");
    assert!(book.checks());
}

#[test]
fn months_in_which_only_money_moved_close_along_and_each_has_its_receipt() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 100 --date 2026-05-30");
    book.done("fund deposit acme 50000 --date 2026-06-01");
    book.done("fund allocate acme-test 20000 --date 2026-06-01");
    book.write("usage.csv", bill(&BILL[4..7]));
    assert_eq!(book.json("month-end 2026-06 --bill usage.csv --out out")["state"], "closed");
    let periods = book.json("period list");
    for row in periods["rows"].as_array().unwrap() {
        assert_eq!((&row["state"], row["receipt"].is_string()), (&"closed".into(), true), "{row}");
    }
    assert!(book.json("period close 2026-05")["already_closed"].as_bool().unwrap());
    assert!(book.checks());
}

#[test]
fn money_that_comes_in_later_is_not_given_away_before() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 500 --date 2026-07-02");
    book.refused(1, "deposits.insufficient", "fund allocate acme-test 500 --date 2026-06-15");
    book.done("fund deposit acme 300 --date 2026-06-10");
    book.done("fund allocate acme-test 200 --date 2026-06-15");
    book.refused(1, "deposits.insufficient", "fund allocate acme-test 101 --date 2026-06-12");
    assert_eq!(book.json("fund balance --as-of 2026-06-30")["groups"][0]["deposits"], "100.00");
}

#[test]
fn the_same_file_twice_in_one_bill_is_refused() {
    let book = TestBook::acme(Point::Ordered);
    book.write("copy.csv", book.read("bill.csv"));
    book.refused(1, "bill.file-twice", "bill import bill.csv copy.csv --period 2026-06");
    book.refused(1, "bill.file-twice", "bill import bill.csv bill.csv --period 2026-06");
}

#[test]
fn the_order_of_a_bills_files_does_not_matter() {
    let refund = "r-1,,9000000000000001,1000000000000001,202605,20260531,云资源按量费用,oss,对象存储OSS,CNY,-1,-0.2,-0.8";
    let imported = |files: &str| {
        let book = TestBook::acme(Point::Ordered);
        book.write("refunds.csv", bill(&[refund]));
        let answer = book.json(&format!("bill import {files} --period 2026-06"));
        (answer["payable"].clone(), answer["lines"].clone())
    };
    assert_eq!(imported("refunds.csv bill.csv"), imported("bill.csv refunds.csv"));
}

#[test]
fn a_wrong_currency_is_mended_by_importing_again() {
    let book = TestBook::acme(Point::Ordered);
    // The story's bill without its currency column.
    let without: String = book
        .read("bill.csv")
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            [&cells[..9], &cells[10..]].concat().join(",") + "\n"
        })
        .collect();
    book.write("plain.csv", without);
    assert_eq!(book.json("bill import plain.csv --period 2026-06 --final --currency USD")["currency"], "USD");
    let mended = book.json("bill import plain.csv --period 2026-06 --final --currency CNY");
    assert_eq!((&mended["currency"], &mended["version"]), (&"CNY".into(), &2.into()));
}

#[test]
fn accounts_counted_in_another_currency_block_the_close_by_name_and_lose_nothing() {
    let book = TestBook::acme(Point::Ordered);
    book.done("group add us --name US --currency USD");
    book.done("entity add us-hq --name US --credential 91000000MA000D010M");
    book.done(
        "account associate us-prod --uid 1000000000000077 --group us --entity us-hq --environment production --mode agent-pays \
               --credit 100 --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders",
    );
    book.done("account confirm us-prod");
    let foreign = "b-77,,9000000000000001,1000000000000077,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,10,2,8\n";
    book.write("mixed.csv", bill_corrected() + foreign);
    let ended = book.json_exit(3, "month-end 2026-06 --bill mixed.csv --out out");
    let difference = &ended["reconcile_run"]["differences"][0];
    assert_eq!(difference["kind"], "currency");
    assert!(difference["detail"].as_str().unwrap().contains("us-prod"), "{difference}");
}

#[test]
fn what_does_not_count_at_the_provider_reaches_no_purchase_tier() {
    let book = TestBook::acme(Point::Ready);
    book.write(
        "tiers.toml",
        "agreement = \"alibaba-2026\"\nkind = \"purchase\"\ncurrency = \"CNY\"\nvalid_from = \"2026-02-01\"\n\
         [[tier]]\nfrom = \"0\"\ndiscount = \"10%\"\n[[tier]]\nfrom = \"1000\"\ndiscount = \"50%\"\n\
         [[product]]\ncode = \"oss\"\ncounts = false\n",
    );
    book.done("price apply tiers.toml");
    let order = |product: &str, list: &str, number: &str| {
        let line = format!(
            "order record acme-prod --product {product} --kind new --list-price {list} --provider-order {number} --date 2026-06-02"
        );
        book.json(&line)["cost"].as_str().unwrap().to_owned()
    };
    assert_eq!(order("oss", "5000", "1"), "4500.00");
    assert_eq!(order("ecs", "1000", "2"), "900.00", "the 5000 of oss do not count");
    assert_eq!(order("ecs", "100", "3"), "50.00", "the 1000 of ecs do");
    assert!(book.checks());
}

#[test]
fn the_provider_gives_back_no_more_than_it_charged() {
    let book = TestBook::acme(Point::Ordered);
    book.refused(1, "refund.exceeds", "order refund o-1 --amount 1 --provider-order 9 --provider-amount 99999 --date 2026-06-20");
}

#[test]
fn a_replayed_key_leaves_the_folder_as_it_is() {
    let book = TestBook::acme(Point::Ordered);
    book.json_exit(3, "month-end 2026-06 --bill bill.csv --out out --key first");
    book.done("month-end 2026-06 --bill bill-corrected.csv --out out");
    book.json_exit(3, "month-end 2026-06 --bill bill.csv --out out --key first");
    assert!(!book.has("out/differences.csv"), "the findings of then do not stand beside the statements of now");
}

#[test]
fn init_with_a_key_is_done_once() {
    let book = TestBook::nothing();
    let line = "init --agent Lingdu --credential 91330106MA05J1K21K --provider alibaba --currency CNY";
    assert_eq!(book.json(&format!("{line} --key first"))["status"], "applied");
    assert_eq!(book.json(&format!("{line} --key first"))["status"], "already");
    book.refused(5, "key.reused", &format!("{} --key first", line.replace("Lingdu", "Other")));
    book.refused(1, "book.exists", line);
}

#[test]
fn a_link_in_the_output_folder_does_not_lead_to_the_book() {
    let book = TestBook::acme(Point::Ordered);
    std::fs::create_dir(book.path("out")).unwrap();
    std::os::unix::fs::symlink(book.place(), book.path("out/differences.csv")).unwrap();
    book.json_exit(3, "month-end 2026-06 --bill bill.csv --out out");
    assert!(book.checks());
}

#[test]
fn an_order_that_was_a_mistake_is_taken_back_by_a_refund_and_the_month_closes() {
    let book = TestBook::acme(Point::Ordered);
    book.done("order record acme-prod --product ecs --kind new --list-price 100 --provider-order 77 --date 2026-06-25");
    let blocked = book.json_exit(3, "month-end 2026-06 --bill bill-corrected.csv --out out");
    assert_eq!(blocked["reconcile_run"]["differences"][0]["kind"], "missing-in-bill");
    book.done("order refund 77 --provider-order 77-back --date 2026-06-26");
    let closed = book.json("month-end 2026-06 --bill bill-corrected.csv --out out");
    assert_eq!((&closed["state"], &closed["reconcile_run"]["matched"]), (&"closed".into(), &6.into()));
    assert_eq!(closed["period_close"]["payable"], "52033.62");
    assert!(book.checks());
    assert_eq!(book.ledger().get("accrued"), None, "nothing is left to be billed");
}

#[test]
fn a_file_whose_last_line_has_no_line_break_is_taken_with_a_warning() {
    let book = TestBook::acme(Point::Ordered);
    book.write("cut.csv", bill_corrected().trim_end());
    let answer = book.run("bill import cut.csv --period 2026-06");
    assert_eq!(answer.exit, 0);
    assert!(answer.stderr.contains("warning: the last line of cut.csv has no line break"), "{answer}");
}

#[test]
fn a_month_end_waits_for_whoever_writes_and_no_longer_than_it_is_told() {
    let book = TestBook::acme(Point::Ordered);
    let other = rusqlite::Connection::open(book.place()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    book.refused(5, "book.busy", "month-end 2026-06 --bill bill-corrected.csv --out out --wait 0");
    let writer = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        other.execute_batch("COMMIT").unwrap();
    });
    book.done("month-end 2026-06 --bill bill-corrected.csv --out out --wait 60");
    writer.join().unwrap();
}
