//! Invoices: what is to be invoiced, requests, numbers, red letters, and what a refund or a reopened month makes of them.

use crate::book::{Point, TestBook, bill};
use crate::differences::{closes, id_of, july, june, reconciled};

/// June closed: 950.00 of acme-prod, 475.00 of acme-test.
fn june_closed() -> TestBook {
    let lines = [june("a", "51", 1, "1000", "800"), june("b", "52", 2, "500", "400")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-test", "52", "500")], &lines);
    closes(&book, "2026-06");
    book
}

/// Step, accounts and gross of every row of a plan; the plan leaves nothing unexplained.
fn planned(book: &TestBook, line: &str) -> Vec<String> {
    let plan = book.json(line);
    for row in plan["proof"].as_array().unwrap() {
        if row["line"] == "unexplained" {
            assert_eq!(row["amount"], "0.00", "{plan}");
        }
    }
    let cell = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    let rows = plan["rows"].as_array().unwrap();
    rows.iter().map(|row| ["step", "invoice", "accounts", "gross"].map(|key| cell(row, key)).join(" ")).collect()
}

const NUMBER: &str = "26332000000012345678";

#[test]
fn a_month_is_planned_requested_and_issued() {
    let book = june_closed();
    insta::assert_snapshot!(book.run("invoice plan --period 2026-06"), @"
    Through  2026-06
    Basis    consumed

    Step     Entity   Invoice  Accounts             Months   Currency    Gross
    --------------------------------------------------------------------------
    request  acme-hq  -        acme-prod acme-test  2026-06  CNY       1425.00

    How it follows from the statements of 2026-06
    Currency  Line                                                 Amount
    ---------------------------------------------------------------------
    CNY       charged by the statements                           1425.00
    CNY       charged by the book, which must be the same         1425.00
    CNY       charged in the months before                           0.00
    CNY       less paid by vouchers                                  0.00
    CNY       less invoiced by the provider                          0.00
    CNY       less not paid yet                                      0.00
    CNY       less invoiced or requested, red letters taken off      0.00
    CNY       less the plan                                      -1425.00
    CNY       unexplained                                            0.00
    ----- exit 0
    ");
    insta::assert_snapshot!(book.run("invoice request --period 2026-06 --all"), @"
    Invoice  State      Kind     Form     Entity   Accounts             Months   Currency    Gross      Net    Tax  %  Number  Issued  Takes back of     Left
    ---------------------------------------------------------------------------------------------------------------------------------------------------------
    i-1      requested  general  digital  acme-hq  acme-prod acme-test  2026-06  CNY       1425.00  1344.34  80.66  6  -       -       -              1425.00
    ----- exit 0
    ");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), Vec::<String>::new(), "nothing is asked for twice");
    assert_eq!(book.json("invoice request --period 2026-06 --all")["rows"], serde_json::json!([]));
    book.refused(1, "invoice.nothing", "invoice request --period 2026-06 --entity acme-hq");
    insta::assert_snapshot!(book.run("invoice export --format csv"), @"
    request,kind,form,red_letter_of,title,tax_id,address,phone,bank,bank_account,item,account,month,currency,gross,rate,net,tax
    i-1,general,digital,,Acme Holdings,91330106MA01A2B329,,,,,*信息技术服务*云服务费,acme-prod,2026-06,CNY,950.00,6,896.23,53.77
    i-1,general,digital,,Acme Holdings,91330106MA01A2B329,,,,,*信息技术服务*云服务费,acme-test,2026-06,CNY,475.00,6,448.11,26.89
    ----- exit 0
    ");
    insta::assert_snapshot!(book.run(&format!("invoice issue i-1 --number {NUMBER}")), @"
    Invoice          i-1
    State            issued
    Kind             general
    Form             digital
    Entity           acme-hq
    Title            Acme Holdings
    Taxpayer's id    91330106MA01A2B329
    Address          -
    Phone            -
    Bank             -
    Bank account     -
    Requested        2026-07-03
    Issued           2026-07-03
    Code             -
    Number           26332000000012345678
    Reason           -
    Currency         CNY
    Gross            1425.00
    Net              1344.34
    Tax              80.66
    Rate in percent  6
    Red letters      -
    Left             1425.00

    Lines
    Account    Month     Gross     Net    Tax
    -----------------------------------------
    acme-prod  2026-06  950.00  896.23  53.77
    acme-test  2026-06  475.00  448.11  26.89
    ----- exit 0
    ");
    assert_eq!(book.json(&format!("invoice show {NUMBER}"))["invoice"], "i-1");
    assert_eq!(book.json("invoice export")["rows"], serde_json::json!([]), "it has its number");
    insta::assert_snapshot!(book.run("invoice list"), @"
    Invoice  State   Kind     Form     Entity   Accounts             Months   Currency    Gross      Net    Tax  %  Number                Issued      Takes back of     Left
    ------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    i-1      issued  general  digital  acme-hq  acme-prod acme-test  2026-06  CNY       1425.00  1344.34  80.66  6  26332000000012345678  2026-07-03  -              1425.00
    ----- exit 0
    ");
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn one_legal_person_is_invoiced_by_account_in_parts_and_never_with_another() {
    let book = june_closed();
    assert_eq!(
        planned(&book, "invoice plan --period 2026-06 --merge account"),
        ["request - acme-prod 950.00", "request - acme-test 475.00"]
    );
    let asked = book.json("invoice request --period 2026-06 --account acme-prod --amount 100");
    assert_eq!((&asked["rows"][0]["net"], &asked["rows"][0]["tax"]), (&"94.34".into(), &"5.66".into()));
    book.refused(1, "invoice.beyond", "invoice request --period 2026-06 --account acme-prod --amount 850.01");
    book.refused(1, "invoice.amount-of-several", "invoice request --period 2026-06 --entity acme-hq --merge account --amount 1");
    book.done("invoice request --period 2026-06 --account acme-prod --account acme-test --rate 13");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), Vec::<String>::new());
    assert_eq!(book.json("invoice show i-2")["tax"], "152.43", "1325.00 at 13 %");
    book.done("entity add other --name Other --credential 91330100799655058B");
    book.done("account create else --group acme --entity other --environment test --mode prepaid --mobile 13800000002");
    book.refused(1, "invoice.two-entities", "invoice request --period 2026-06 --account acme-prod --account else");
    book.refused(1, "invoice.before-close", "invoice plan --period 2026-07");
    book.refused(1, "invoice.unknown", "invoice show i-9");
}

#[test]
fn the_title_is_kept_and_a_special_invoice_on_paper_needs_all_of_it() {
    let book = june_closed();
    let special = "invoice request --period 2026-06 --account acme-prod --kind special --form paper";
    let refused = book.refused(1, "invoice.title", special);
    assert!(refused.hint.contains("entity edit acme-hq --address … --phone …"), "{}", refused.hint);
    book.done(
        "entity edit acme-hq --address '西湖区 1 号' --phone 0571-88880000 --bank '杭州银行' --bank-account 1202020000000000001",
    );
    book.done(special);
    // A later title changes nothing of what was requested, and one that is not the real name is told.
    let edited = book.run("entity edit acme-hq --invoice-title 'Acme Invoicing'");
    assert!(edited.stderr.contains("not its real name"), "{edited}");
    let shown = book.json("invoice show i-1");
    assert_eq!((&shown["title"], &shown["address"]), (&"Acme Holdings".into(), &"西湖区 1 号".into()));
    assert_eq!(book.json("entity show acme-hq")["title"], "Acme Invoicing");
    book.refused(1, "credential.invalid", "entity edit acme-hq --tax-id 9133010");
    // A digital one needs them where the policy says so.
    let digital = "invoice request --period 2026-06 --account acme-test --kind special";
    book.done("policy set invoice-digital-fields required");
    book.done(&format!("{digital} --amount 1"));
    let bare = june_closed();
    bare.done("policy set invoice-digital-fields required");
    bare.refused(1, "invoice.title", digital);
    bare.done("policy set invoice-digital-fields optional");
    bare.done(digital);
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn a_number_has_its_form_and_is_used_once() {
    let book = june_closed();
    book.done("invoice request --period 2026-06 --all --merge account");
    for number in ["2633200000001234567", "25332000000012345678", "2.6332E+19"] {
        book.refused(1, "invoice.number", &format!("invoice issue i-1 --number {number}"));
    }
    book.refused(1, "date.future", &format!("invoice issue i-1 --number {NUMBER} --date 2026-07-04"));
    book.refused(1, "invoice.before-request", &format!("invoice issue i-1 --number {NUMBER} --date 2026-07-02"));
    book.done(&format!("invoice issue i-1 --number {NUMBER}"));
    book.refused(1, "invoice.number-taken", &format!("invoice issue i-2 --number {NUMBER}"));
    book.refused(1, "invoice.not-requested", "invoice issue i-1 --number 26332000000012345679");
}

#[test]
fn a_digital_invoice_is_taken_back_by_red_letters_only() {
    let mut book = june_closed();
    book.done("invoice request --period 2026-06 --account acme-prod --amount 100");
    book.refused(1, "invoice.not-creditable", "invoice credit i-1 --reason early");
    book.done(&format!("invoice issue i-1 --number {NUMBER}"));
    let refused = book.refused(1, "invoice.not-voidable", "invoice void i-1 --reason wrong");
    assert!(refused.hint.contains("invoice credit i-1"), "{}", refused.hint);
    book.refused(1, "invoice.red-letter-beyond", "invoice credit i-1 --amount 100.01 --reason wrong");
    for number in 2..=11 {
        let red = book.json(&format!("invoice credit i-1 --amount 10 --reason 'part {number}'"));
        let (net, tax) = if number < 11 { ("-9.43", "-0.57") } else { ("-9.47", "-0.53") };
        assert_eq!((&red["net"], &red["tax"], &red["corrects"]), (&net.into(), &tax.into(), &"i-1".into()));
    }
    book.refused(1, "invoice.red-letter-beyond", "invoice credit i-1 --reason again");
    book.refused(1, "invoice.not-creditable", "invoice credit i-2 --reason red");
    assert_eq!(book.json("invoice show i-1")["left"], "0.00");
    assert!(planned(&book, "invoice plan --period 2026-06").contains(&"request - acme-prod acme-test 1425.00".to_owned()));
    // A red letter that is only requested can be withdrawn; then its part is taken back no more.
    book.done("invoice void i-11 --reason 'not that one'");
    assert_eq!(book.json("invoice show i-1")["left"], "10.00");
    book.refused(1, "invoice.not-requested", "invoice void i-11 --reason again");
    // On paper, within the month on it.
    book.done("invoice request --period 2026-06 --account acme-test --form paper");
    book.done("invoice issue i-12 --code 3300261130 --number 00012345");
    book.done("invoice void i-12 --reason 'wrong title'");
    book.done("invoice request --period 2026-06 --account acme-test --form paper");
    book.done("invoice issue i-13 --code 3300261130 --number 00012346");
    book.set_now("2026-08-01T02:00:00Z");
    book.refused(1, "invoice.not-voidable", "invoice void i-13 --reason late");
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn a_later_refund_is_set_off_and_takes_a_red_letter_only_beyond_that() {
    let mut book = june_closed();
    book.done("invoice request --period 2026-06 --all");
    book.done(&format!("invoice issue i-1 --number {NUMBER}"));
    // July: 190.00 charged and 475.00 given back.
    book.set_now("2026-07-20T02:00:00Z");
    book.done("order record acme-prod --product ecs --kind new --list-price 200 --provider-order 71 --date 2026-07-10 --placed");
    book.done("order refund 51 --amount 475 --provider-order R-51 --date 2026-07-15");
    book.set_now("2026-08-03T02:00:00Z");
    book.write("july.csv", bill(&[&july("c", "71", 1, "200", "160"), &july("d", "R-51", 1, "-500", "-400")]));
    book.done("bill import july.csv --period 2026-07 --final");
    book.run("reconcile run --period 2026-07");
    closes(&book, "2026-07");
    assert_eq!(planned(&book, "invoice plan --period 2026-07"), ["credit i-1 acme-prod -285.00"]);
    book.done("invoice credit i-1 --amount 285 --reason 'given back in July'");
    assert_eq!(planned(&book, "invoice plan --period 2026-07"), Vec::<String>::new());
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn a_month_that_is_closed_again_needs_a_supplement_or_a_red_letter() {
    let book = june_closed();
    book.done("invoice request --period 2026-06 --all");
    book.done("period reopen 2026-06 --reason 'one order was forgotten'");
    book.refused(1, "invoice.before-close", "invoice plan --period 2026-06");
    book.done("order record acme-prod --product ecs --kind new --list-price 100 --provider-order 53 --date 2026-06-20 --placed");
    let lines = [june("a", "51", 1, "1000", "800"), june("b", "52", 2, "500", "400"), june("c", "53", 1, "100", "80")];
    book.write("more.csv", bill(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("bill import more.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    closes(&book, "2026-06");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["request - acme-prod 95.00"], "the supplement");
    // The other way: an order that was never billed is cancelled, and what is only requested is withdrawn.
    book.done("period reopen 2026-06 --reason 'it was not theirs'");
    book.write("less.csv", bill(&[&lines[1], &lines[2]]));
    book.done("bill import less.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    book.done(&format!("difference resolve {} --as cancelled --note 'not theirs'", id_of(&book, "51")));
    closes(&book, "2026-06");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["void i-1 acme-prod -855.00"]);
}

#[test]
fn three_months_are_invoiced_to_the_cent_of_their_statements() {
    let mut book = june_closed();
    book.done("invoice request --period 2026-06 --all --merge account");
    let mut invoiced = rust_decimal::Decimal::ZERO;
    let mut charged = rust_decimal::Decimal::ZERO;
    for (month, list) in [("07", "333.33"), ("08", "77.77")] {
        let next = if month == "07" { "08" } else { "09" };
        book.set_now(&format!("2026-{month}-20T02:00:00Z"));
        book.done(&format!(
            "order record acme-prod --product ecs --kind new --list-price {list} --provider-order 7{month} --date 2026-{month}-10 --placed"
        ));
        book.set_now(&format!("2026-{next}-03T02:00:00Z"));
        let cost = book.json(&format!("order show 7{month}"))["cost"].as_str().unwrap().to_owned();
        let line = june("x", &format!("7{month}"), 1, list, &cost).replace("202606", &format!("2026{month}"));
        book.write("month.csv", bill(&[&line]));
        book.done(&format!("bill import month.csv --period 2026-{month} --final"));
        book.run(&format!("reconcile run --period 2026-{month}"));
        closes(&book, &format!("2026-{month}"));
        book.done(&format!("invoice request --period 2026-{month} --all"));
    }
    for month in ["06", "07", "08"] {
        let set = book.json(&format!("statement show --entity acme-hq --period 2026-{month}"));
        for row in set["rows"].as_array().unwrap() {
            let amount = |key: &str| row[key].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
            charged += amount("charges") - amount("credits");
        }
    }
    for row in book.json("invoice list")["rows"].as_array().unwrap() {
        let amount = |key: &str| row[key].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
        assert_eq!(amount("net") + amount("tax"), amount("gross"));
        invoiced += amount("gross");
    }
    assert_eq!(invoiced, charged);
    assert_eq!(planned(&book, "invoice plan --period 2026-08"), Vec::<String>::new());
}

#[test]
fn where_only_what_is_paid_counts_the_rest_waits_for_its_payment() {
    let book = june_closed();
    book.done("policy set invoice-basis settled");
    // acme-prod pays by the month, and has not; acme-test has spent what it had.
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["request - acme-test 475.00"]);
    book.done("settlement receive acme 400 --reference T-1");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["request - acme-prod acme-test 875.00"]);
    book.done("invoice request --period 2026-06 --all");
    book.done("settlement receive acme 550 --reference T-2");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["request - acme-prod 550.00"]);
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn a_payment_that_is_taken_back_takes_its_invoice_back() {
    let book = june_closed();
    book.done("policy set invoice-basis settled");
    let entry = book.json("settlement receive acme 400")["entry"].as_str().unwrap().to_owned();
    book.done("invoice request --period 2026-06 --all");
    book.done(&format!("invoice issue i-1 --number {NUMBER}"));
    book.done(&format!("settlement charge-back {entry}"));
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["credit i-1 acme-prod -400.00"]);
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn vouchers_and_what_the_provider_invoices_are_left_out() {
    let book = TestBook::acme(Point::Funded);
    book.done(
        "order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 51 --date 2026-06-12 --voucher 50 \
         --voucher-bearer agent --placed",
    );
    book.write("own.csv", bill(&[&june("a", "51", 1, "1000", "800")]));
    book.done("bill import own.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    closes(&book, "2026-06");
    assert_eq!(planned(&book, "invoice plan --period 2026-06"), ["request - acme-prod 900.00"]);
}
