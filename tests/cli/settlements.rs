//! Settlement of agent-pays accounts: paid, paid in part, taken back, given up; what is due, how old it is, and who may still buy.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};

/// The group `acme` with two agent-pays accounts: acme-prod owes 56899.99 of June, acme-lab 850.00 of June and 1700.00 of July.
fn two_accounts() -> TestBook {
    let mut book = TestBook::acme(Point::Ordered);
    book.done(
        "account associate acme-lab --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode agent-pays \
         --credit 50000 --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders",
    );
    book.done("account confirm acme-lab");
    book.set_now("2026-07-25T02:00:00Z");
    book.done(&buy("acme-lab", "1000", 91, "2026-06-30"));
    book.done(&buy("acme-lab", "2000", 92, "2026-07-10"));
    book
}

fn buy(account: &str, list: &str, number: u32, date: &str) -> String {
    format!("order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date {date}")
}

/// `acme-prod 2026-06 900.00`, one for each month that is open.
fn open(book: &TestBook, more: &str) -> Vec<String> {
    let answer = book.json(&format!("settlement list {more}"));
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    answer["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ["account", "month", "open"].map(|key| text(row, key)).join(" "))
        .collect()
}

/// The receivable of the trial balance as of a day, and the sum of the ageing of that day: they are the same.
fn receivable(book: &TestBook, as_of: &str) -> String {
    let trial_balance = book.json(&format!("report trial-balance {as_of}"));
    let cents = |text: &Value| text.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let rows = trial_balance["rows"].as_array().unwrap();
    let sum: i64 = rows
        .iter()
        .filter(|row| row["ledger_account"] == "receivable")
        .map(|row| cents(&row["debit"]) - cents(&row["credit"]))
        .sum();
    let ageing = book.json(&format!("settlement ageing {as_of}"));
    let total = &ageing["totals"]["CNY"]["owed"];
    let sum_of_rows: i64 = ageing["rows"].as_array().unwrap().iter().map(|row| cents(&row["owed"])).sum();
    assert_eq!(if total.is_null() { 0 } else { cents(total) }, sum, "the ageing is the receivable {as_of}");
    assert_eq!(sum_of_rows, sum);
    format!("{}.{:02}", sum / 100, sum % 100)
}

#[test]
fn money_pays_what_is_due_first_and_what_is_more_goes_to_the_deposits() {
    let book = two_accounts();
    assert_snapshot!(book.run("settlement list"), @"
    Account    Group  Currency  Terms (days)      Owed  Overdue  Oldest month  Due         Days overdue
    ---------------------------------------------------------------------------------------------------
    acme-lab   acme   CNY                 30   2550.00     0.00  2026-06       2026-07-30             0
    acme-prod  acme   CNY                 30  56899.99     0.00  2026-06       2026-07-30             0

    By group
    Group  Currency      Owed  Overdue  Due         Not allocated
    -------------------------------------------------------------
    acme   CNY       59449.99     0.00  2026-07-30       30000.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("settlement list --account acme-lab"), @"
    Account   Group  Currency  Terms (days)     Owed  Overdue  Oldest month  Due         Days overdue
    -------------------------------------------------------------------------------------------------
    acme-lab  acme   CNY                 30  2550.00     0.00  2026-06       2026-07-30             0

    By month
    Account   Month    Currency  Charged     Open  Oldest charge  Due         Days overdue
    --------------------------------------------------------------------------------------
    acme-lab  2026-06  CNY        850.00   850.00  2026-06-30     2026-07-30             0
    acme-lab  2026-07  CNY       1700.00  1700.00  2026-07-10     2026-08-30             0

    By group
    Group  Currency     Owed  Overdue  Due         Not allocated
    ------------------------------------------------------------
    acme   CNY       2550.00     0.00  2026-07-30       30000.00
    ----- exit 0
    ");
    // June first, by account; then July.
    assert_snapshot!(book.run("settlement receive acme 57000 --reference 'ICBC 1' --date 2026-07-20"), @"
    Entry              9
    Date               2026-07-20
    Group              acme
    Currency           CNY
    Amount             57000.00
    Owed now           2449.99
    Not allocated now  30000.00
    Reference          ICBC 1
    Remark             -

    What it pays
    Account    Month    Due             Paid  Still open
    ----------------------------------------------------
    acme-lab   2026-06  2026-07-30    850.00        0.00
    acme-prod  2026-06  2026-07-30  56150.00      749.99
    ----- exit 0
    ");
    assert_eq!(open(&book, ""), ["acme-lab 2026-07 1700.00", "acme-prod 2026-06 749.99"]);
    // A month that was named, in part.
    book.done("settlement receive acme 400 --account acme-lab --period 2026-07 --date 2026-07-21 --reference 'ICBC 2'");
    assert_eq!(open(&book, ""), ["acme-lab 2026-07 1300.00", "acme-prod 2026-06 749.99"]);
    assert_snapshot!(book.run("settlement receive acme 3000 --reference 'ICBC 3' --date 2026-07-22"), @"
    Entry              11
    Date               2026-07-22
    Group              acme
    Currency           CNY
    Amount             3000.00
    To deposits        950.01
    Owed now           0.00
    Not allocated now  30950.01
    Reference          ICBC 3
    Remark             -

    What it pays
    Account    Month    Due            Paid  Still open
    ---------------------------------------------------
    acme-prod  2026-06  2026-07-30   749.99        0.00
    acme-lab   2026-07  2026-08-30  1300.00        0.00
    ----- stderr
    warning: 950.01 CNY is more than what it pays for, and stands in the deposits of acme
    ----- exit 0
    ");
    assert_snapshot!(book.run("settlement list"), @"
    nobody owes anything
    ----- exit 0
    ");
    assert_eq!(book.ledger()["deposits"], "-30950.01");
    assert_eq!(book.ledger()["bank"], "110400.00");
    // Nobody owes anything any more: all of it is a deposit, and said so.
    let done = book.json("settlement receive acme 10 --reference 'ICBC 4'");
    assert_eq!((&done["surplus"], &done["notices"][0]["notice"]), (&"10.00".into(), &"surplus-to-deposits".into()));
    assert!(book.checks());
}

#[test]
fn figures_of_a_day_know_nothing_of_what_was_paid_later() {
    let book = two_accounts();
    book.done("settlement receive acme 56899.99 --date 2026-07-05");
    book.done("settlement receive acme 950 --date 2026-07-15");
    assert_eq!(open(&book, "--as-of 2026-07-04"), ["acme-lab 2026-06 850.00", "acme-prod 2026-06 56899.99"]);
    // What is due on the same day is paid by account.
    assert_eq!(open(&book, "--as-of 2026-07-05"), ["acme-prod 2026-06 850.00"]);
    assert_eq!(open(&book, "--as-of 2026-07-15"), ["acme-lab 2026-07 1600.00"]);
    for day in ["2026-06-01", "2026-06-20", "2026-06-30", "2026-07-04", "2026-07-05", "2026-07-10", "2026-07-15"] {
        receivable(&book, &format!("--as-of {day}"));
    }
    // A payment of a day before pays nothing that was paid since, and nothing that was bought since.
    let before = book.json("settlement receive acme 100 --date 2026-07-02");
    assert_eq!(before["surplus"], "100.00");
    assert_eq!(receivable(&book, ""), "1600.00");
    assert!(book.checks());
}

#[test]
fn one_payment_for_two_accounts_stands_on_both_statements() {
    let book = two_accounts();
    book.done("settlement receive acme 57249.99 --date 2026-07-20 --reference 'ICBC 1'");
    let paid = |account: &str| {
        let statement = book.json(&format!("statement show {account} --period 2026-07"));
        ["opening", "payments", "closing"].map(|key| statement[key].as_str().unwrap().to_owned())
    };
    assert_eq!(paid("acme-lab"), ["850.00", "850.00", "1700.00"]);
    assert_eq!(paid("acme-prod"), ["56899.99", "56399.99", "500.00"]);
    let entry = book.json("settlement receive acme 500 --date 2026-07-21")["entry"].as_str().unwrap().to_owned();
    book.done(&format!("settlement charge-back {entry} --date 2026-07-22"));
    assert_eq!(paid("acme-prod"), ["56899.99", "56399.99", "500.00"], "what did not come after all is no payment");
    assert_eq!(book.json("fund history acme-lab --from 2026-07-20")["rows"][0]["event"], "settlement");
    // What is more than both owe is the group's, and stands there once.
    book.done("settlement receive acme 2300 --date 2026-07-23");
    let statement = book.json("statement show --group acme --period 2026-07");
    let lines = statement["lines"].as_array().unwrap().iter().filter(|line| line["date"] == "2026-07-23");
    let lines: Vec<_> = lines.map(|line| (line["account"].as_str(), line["amount"].as_str(), line["deposits"].as_str())).collect();
    assert_eq!(lines, [(Some("acme-lab"), Some("-1700.00"), None), (Some("acme-prod"), Some("-500.00"), None)]);
    assert_eq!(statement["deposits"]["lines"][0]["amount"], "100.00");
    assert!(book.checks());
}

#[test]
fn a_charge_back_opens_what_was_paid_and_nothing_else() {
    let book = two_accounts();
    let first = book.json("settlement receive acme 57749.99 --date 2026-07-03 --reference 'ICBC 1'");
    let second = book.json("settlement receive acme 2000 --date 2026-07-12 --reference 'ICBC 2'");
    assert_eq!((&first["surplus"], &second["surplus"]), (&"0.00".into(), &"300.00".into()));
    let first = first["entry"].as_str().unwrap();
    assert_snapshot!(book.run(&format!("settlement charge-back {first} --date 2026-07-24 --reference returned")), @"
    Entry              11
    Date               2026-07-24
    Group              acme
    Currency           CNY
    Amount             -57749.99
    Takes back entry   9
    Owed now           57749.99
    Not allocated now  30300.00
    Reference          returned
    Remark             -

    What is open again
    Account    Month    Due              Paid  Still open
    -----------------------------------------------------
    acme-lab   2026-06  2026-07-30    -850.00      850.00
    acme-prod  2026-06  2026-07-30  -56899.99    56899.99
    ----- exit 0
    ");
    assert_eq!(open(&book, ""), ["acme-lab 2026-06 850.00", "acme-prod 2026-06 56899.99"]);
    assert_eq!(open(&book, "--as-of 2026-07-23"), [""; 0]);
    let again = book.refused(1, "settlement.charged-back", &format!("settlement charge-back {first}"));
    assert!(again.message.contains("was charged back before"), "{again:?}");
    // The bank's number may come a second time, now that the first is gone.
    let again = book.json("settlement receive acme 1000 --reference 'ICBC 1'");
    // Together with what had gone to the deposits; that it was used by then is told.
    book.done("fund withdraw acme 30100 --date 2026-07-13");
    let second = second["entry"].as_str().unwrap();
    assert_snapshot!(book.run(&format!("settlement charge-back {second} --date 2026-07-24")), @"
    Entry              14
    Date               2026-07-24
    Group              acme
    Currency           CNY
    Amount             -2000.00
    Takes back entry   10
    To deposits        -300.00
    Owed now           58449.99
    Not allocated now  -100.00
    Reference          -
    Remark             -

    What is open again
    Account   Month    Due             Paid  Still open
    ---------------------------------------------------
    acme-lab  2026-07  2026-08-30  -1700.00     1700.00
    ----- stderr
    warning: the deposits of acme are short of 100.00 CNY: what was taken back now had been used
    ----- exit 0
    ");
    receivable(&book, "");
    book.refused(
        1,
        "settlement.before-it",
        &format!("settlement charge-back {} --date 2026-07-24", again["entry"].as_str().unwrap()),
    );
    assert!(book.checks());
}

#[test]
fn what_is_no_settlement_is_not_charged_back() {
    let book = TestBook::acme(Point::Ordered);
    let refused = book.refused(1, "settlement.not-one", "settlement charge-back 1");
    assert_eq!(refused.message, "entry 1 is no settlement, but deposit");
    book.refused(1, "entry.unknown", "settlement charge-back 999");
    book.refused(1, "settlement.not-one", "settlement charge-back e-1");
    for wrong in ["e-", "e1", "0", "e-e-1", "1.0"] {
        assert_eq!(book.run(&format!("settlement charge-back {wrong}")).exit, 2, "{wrong}");
    }
}

#[test]
fn deposits_pay_what_is_owed_as_far_as_they_go() {
    let book = two_accounts();
    assert_snapshot!(book.run("settlement apply acme --account acme-lab --date 2026-07-20"), @"
    Entry              9
    Date               2026-07-20
    Group              acme
    Currency           CNY
    Amount             2550.00
    Owed now           56899.99
    Not allocated now  27450.00
    Reference          -
    Remark             -

    What it pays
    Account   Month    Due            Paid  Still open
    --------------------------------------------------
    acme-lab  2026-06  2026-07-30   850.00        0.00
    acme-lab  2026-07  2026-08-30  1700.00        0.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("settlement apply acme 50000 --date 2026-07-20"), @"
    ----- stderr
    error: acme has 27450.00 CNY that is not allocated; 50000.00 CNY is needed
    hint: `subledger fund deposit acme AMOUNT` records money that it paid in
    ----- exit 1
    ");
    let rest = book.json("settlement apply acme --date 2026-07-20");
    assert_eq!((&rest["amount"], &rest["deposits"], &rest["owed"]), (&"27450.00".into(), &"0.00".into(), &"29449.99".into()));
    book.refused(1, "deposits.insufficient", "settlement apply acme");
    let more = book.refused(1, "settlement.exceeds-owed", "settlement apply acme 29750");
    assert_eq!(more.message, "acme owes 29449.99 CNY of what this is for; 29750.00 CNY is more");
    let nothing = book.refused(1, "settlement.exceeds-owed", "settlement apply acme --account acme-lab");
    assert_eq!(nothing.message, "acme owes nothing that this could pay");
    // An application to the wrong month is taken back like any other.
    let entry = rest["entry"].as_str().unwrap();
    let back = book.json(&format!("settlement charge-back {entry}"));
    assert_eq!((&back["deposits"], &back["owed"]), (&"27450.00".into(), &"56899.99".into()));
    assert!(book.checks());
}

#[test]
fn the_same_bank_reference_is_not_recorded_twice_by_mistake() {
    let book = two_accounts();
    book.done("group add bolt --name Bolt");
    book.done("settlement receive acme 100 --reference 'ICBC 1' --date 2026-07-20");
    assert_snapshot!(book.run("settlement receive acme 100 --reference 'ICBC 1'"), @r#"
    ----- stderr
    error: 100.00 CNY of acme came in under the reference "ICBC 1" before: entry 9, on 2026-07-20
    hint: --again records it all the same, such as the part of another group
    ----- exit 1
    "#);
    book.refused(1, "settlement.reference-used", "settlement receive bolt 50 --reference 'ICBC 1'");
    book.done("settlement receive bolt 50 --reference 'ICBC 1' --again");
    // A deposit is money from the bank, too; an application of deposits is not.
    book.done("fund deposit acme 70 --reference 'ICBC 2'");
    book.refused(1, "settlement.reference-used", "settlement receive acme 70 --reference 'ICBC 2'");
    book.done("settlement apply acme 70 --reference 'ICBC 3'");
    book.done("settlement receive acme 70 --reference 'ICBC 3'");
    assert_eq!(book.run("settlement receive acme 70 --again").exit, 2, "again is about a reference");
    // The same key is the same payment: it is not recorded again, and not refused.
    let keyed = "settlement receive acme 70 --reference 'ICBC 5' --key k5";
    let first = book.json(keyed);
    assert_eq!(book.json(keyed)["entry"], first["entry"]);
    assert!(book.checks());
}

#[test]
fn a_debt_is_given_up_within_the_limit_of_the_month() {
    let book = two_accounts();
    assert_snapshot!(book.run("settlement write-off acme-prod 60 --note 'bank charges' --date 2026-07-20"), @"
    Entry              9
    Date               2026-07-20
    Group              acme
    Currency           CNY
    Amount             60.00
    Owed now           59389.99
    Not allocated now  30000.00
    Reference          -
    Remark             bank charges

    What it pays
    Account    Month    Due          Paid  Still open
    -------------------------------------------------
    acme-prod  2026-06  2026-07-30  60.00    56839.99
    ----- exit 0
    ");
    assert_snapshot!(book.run("settlement write-off acme-lab 40.01 --note 'small rest' --date 2026-07-21"), @"
    ----- stderr
    error: 40.01 CNY and the 60.00 CNY written off in the month so far are more than the limit of 100.00 CNY
    hint: `subledger policy set` changes write-off-limit; a difference can also be disputed, or accepted
    ----- exit 1
    ");
    book.done("settlement write-off acme-lab 40 --period 2026-07 --note 'small rest' --date 2026-07-21");
    // Another month has its own limit.
    book.done("settlement write-off acme-lab 100 --note 'small rest' --date 2026-06-30");
    assert_eq!(open(&book, ""), ["acme-lab 2026-06 750.00", "acme-lab 2026-07 1660.00", "acme-prod 2026-06 56839.99"]);
    assert_eq!(book.ledger()["write-off"], "200.00");
    book.done("policy set write-off-limit 5000");
    book.refused(1, "settlement.exceeds-owed", "settlement write-off acme-lab 750.01 --period 2026-06 --note x");
    assert_eq!(book.run("settlement write-off acme-lab 1").exit, 2, "without a note it is not given up");
    // The customer pays after all.
    book.done("policy set write-off-limit 100");
    let entry = book.json("fund history acme-prod --from 2026-07-20")["rows"][0]["entry"].as_str().unwrap().to_owned();
    book.done(&format!("settlement charge-back {entry}"));
    book.done("settlement write-off acme-lab 60 --note 'small rest' --date 2026-07-21");
    assert_eq!(book.json("statement show acme-lab --period 2026-07")["credits"], "100.00");
    assert!(book.checks());
}

#[test]
fn differences_and_debts_share_what_may_be_written_off() {
    let book = TestBook::acme(Point::Reconciled);
    book.done("settlement write-off acme-prod 22.31 --note 'bank charges' --date 2026-06-30");
    let stranger = book.json_exit(3, "difference list --kind unknown-account");
    let id = stranger["rows"][0]["id"].as_str().unwrap();
    let refused = book.refused(1, "write-off.limit", &format!("difference resolve {id} --as written-off --note 'not ours'"));
    assert!(refused.message.starts_with("77.70 CNY and the 22.31 CNY written off"), "{refused:?}");
    book.done("policy set write-off-limit 100.01");
    book.done(&format!("difference resolve {id} --as written-off --note 'not ours'"));
    book.refused(1, "write-off.limit", "settlement write-off acme-prod 0.01 --note x --date 2026-06-30");
    book.done("settlement write-off acme-prod 0.01 --note x --date 2026-07-01");
    assert!(book.checks());
}

#[test]
fn how_old_a_debt_is_counts_from_its_due_day() {
    let mut book = two_accounts();
    book.done("settlement receive acme 56000 --date 2026-07-20 --account acme-prod");
    assert_snapshot!(book.run("settlement ageing"), @"
    At the end of  2026-07-25

    Account    Group  Currency  Not due  1-30 days  31-60  61-90  Over 90  Unapplied     Owed
    -----------------------------------------------------------------------------------------
    acme-lab   acme   CNY       2550.00       0.00   0.00   0.00     0.00       0.00  2550.00
    acme-prod  acme   CNY        899.99       0.00   0.00   0.00     0.00       0.00   899.99

    By group
    Group  Currency  Not due  1-30 days  31-60  61-90  Over 90  Unapplied     Owed  Not allocated
    ---------------------------------------------------------------------------------------------
    acme   CNY       3449.99       0.00   0.00   0.00     0.00       0.00  3449.99       30000.00

    Totals
    Currency  Not due  1-30 days  31-60  61-90  Over 90  Unapplied     Owed  Not allocated
    --------------------------------------------------------------------------------------
    CNY       3449.99       0.00   0.00   0.00     0.00       0.00  3449.99       30000.00
    ----- exit 0
    ");
    book.set_now("2026-10-31T02:00:00Z");
    assert_snapshot!(book.run("settlement ageing"), @"
    At the end of  2026-10-31

    Account    Group  Currency  Not due  1-30 days  31-60    61-90  Over 90  Unapplied     Owed
    -------------------------------------------------------------------------------------------
    acme-lab   acme   CNY          0.00       0.00   0.00  1700.00   850.00       0.00  2550.00
    acme-prod  acme   CNY          0.00       0.00   0.00     0.00   899.99       0.00   899.99

    By group
    Group  Currency  Not due  1-30 days  31-60    61-90  Over 90  Unapplied     Owed  Not allocated
    -----------------------------------------------------------------------------------------------
    acme   CNY          0.00       0.00   0.00  1700.00  1749.99       0.00  3449.99       30000.00

    Totals
    Currency  Not due  1-30 days  31-60    61-90  Over 90  Unapplied     Owed  Not allocated
    ----------------------------------------------------------------------------------------
    CNY          0.00       0.00   0.00  1700.00  1749.99       0.00  3449.99       30000.00
    ----- exit 0
    ");
    // June is due on 30 July, July on 30 August.
    let buckets = |day: &str| {
        let total = book.json(&format!("settlement ageing --as-of {day}"))["totals"]["CNY"].clone();
        let keys = ["not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90"];
        keys.map(|key| total[key].as_str().unwrap().to_owned()).join(" ")
    };
    assert_eq!(buckets("2026-07-30"), "3449.99 0.00 0.00 0.00 0.00");
    assert_eq!(buckets("2026-07-31"), "1700.00 1749.99 0.00 0.00 0.00");
    assert_eq!(buckets("2026-08-30"), "1700.00 0.00 1749.99 0.00 0.00");
    assert_eq!(buckets("2026-10-29"), "0.00 0.00 1700.00 0.00 1749.99");
    for day in ["2026-06-01", "2026-06-30", "2026-07-19", "2026-07-20", "2026-10-31"] {
        receivable(&book, &format!("--as-of {day}"));
    }
    assert_eq!(book.json("settlement ageing --group acme")["rows"].as_array().unwrap().len(), 2);
    book.refused(1, "group.unknown", "settlement ageing --group nobody");
}

#[test]
fn terms_of_a_group_hold_from_a_month_on() {
    let mut book = two_accounts();
    assert_snapshot!(book.run("group edit acme --payment-days 60"), @"
    Code                     acme
    Name                     Acme Group
    Currency                 CNY
    Due, days after a month  60
    From                     2026-07-25
    ----- exit 0
    ");
    let due = |book: &TestBook| {
        let answer = book.json("settlement list --account acme-lab");
        answer["months"].as_array().unwrap().iter().map(|row| row["due"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(due(&book), ["2026-07-30", "2026-09-29"], "June was due by what held then");
    // What was fixed for the group by that does not move with the policy.
    book.done("policy set payment-days 5");
    assert_eq!(due(&book), ["2026-07-30", "2026-09-29"]);
    book.done("group edit acme --payment-days 0 --date 2026-06-01 --name 'Acme Holding'");
    assert_eq!(due(&book), ["2026-06-30", "2026-09-29"]);
    book.set_now("2026-07-31T02:00:00Z");
    let operations = book.operations();
    book.done("group edit acme --payment-days 60");
    assert_eq!(book.operations(), operations, "what is so already leaves no trace");
    assert_eq!(book.json("group show acme")["payment_days"], 60);
    book.refused(1, "group.unknown", "group edit nobody --payment-days 1");
    assert_eq!(book.run("group edit acme").exit, 2);
    assert!(book.checks());
}

#[test]
fn who_owes_what_was_due_buys_nothing_new_until_it_is_paid() {
    let mut book = two_accounts();
    book.set_now("2026-08-03T02:00:00Z");
    let buy_now = |number: u32| buy("acme-lab", "100", number, "2026-08-03");
    // Nobody looks, unless the policy says so.
    book.done(&buy_now(71));
    book.done("policy set overdue-check warn");
    assert!(book.done(&buy_now(72)).stderr.contains("acme-lab owes 850.00 CNY that was due, the oldest on 2026-07-30"));
    book.done("policy set overdue-check refuse");
    assert_snapshot!(book.run(&buy_now(73)), @"
    ----- stderr
    error: acme-lab may not buy anything new: it owes 850.00 CNY that was due, the oldest on 2026-07-30
    hint: `subledger settlement receive acme AMOUNT` records what it paid; the policy is `overdue-check`; --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    // What there is may be renewed; a fact is recorded, with a warning; another account does not suffer.
    book.done(&buy_now(74).replace("--kind new", "--kind renew"));
    assert!(book.done(&format!("{} --placed", buy_now(75))).stderr.contains("that was due"));
    book.write(
        "two.csv",
        "account,product,kind,list_price,provider_order,from,to,date\n\
         acme-test,ecs,new,1,77,,,2026-08-03\nacme-lab,ecs,upgrade,1,78,,,2026-08-03\n",
    );
    let refused = book.refused(1, "order.lines-refused", "order import two.csv");
    assert_eq!(
        refused.details,
        ["line 3: acme-lab may not buy anything new: it owes 850.00 CNY that was due, the oldest on 2026-07-30"]
    );
    // A payment of a later month does not help; one of what is due restores everything at once.
    book.done("settlement receive acme 1700 --account acme-lab --period 2026-07");
    book.refused(1, "account.overdue", &buy_now(73));
    let available = |book: &TestBook| book.json("account show acme-lab")["available"].as_str().unwrap().to_owned();
    assert_eq!(available(&book), "48810.00");
    let paid = book.json("settlement receive acme 850 --account acme-lab");
    assert_eq!(available(&book), "49660.00", "what is paid can be spent again");
    book.done(&buy_now(73));
    // And a charge-back takes that away again.
    book.done(&format!("settlement charge-back {}", paid["entry"].as_str().unwrap()));
    book.refused(1, "account.overdue", &buy_now(79));
    assert!(book.checks());
}

#[test]
fn a_refund_lowers_the_month_that_it_is_about() {
    let mut book = two_accounts();
    book.done("order refund 91 --provider-order 81 --date 2026-07-20");
    assert_eq!(open(&book, "--account acme-lab"), ["acme-lab 2026-07 1700.00"], "June is not owed for any more");
    assert_eq!(open(&book, "--account acme-lab --as-of 2026-07-19"), ["acme-lab 2026-06 850.00", "acme-lab 2026-07 1700.00"]);
    receivable(&book, "");
    // Of a month that is paid, it pays the oldest.
    book.done("settlement receive acme 56899.99 --account acme-prod --date 2026-07-21");
    book.set_now("2026-08-01T02:00:00Z");
    book.done(&buy("acme-prod", "1000", 82, "2026-08-01"));
    book.done("order refund 2100001 --amount 100 --provider-order 83 --date 2026-08-01");
    assert_eq!(open(&book, "--account acme-prod"), ["acme-prod 2026-08 750.00"]);
    receivable(&book, "");
    receivable(&book, "--as-of 2026-07-31");
    assert!(book.checks());
}

#[test]
fn what_is_asked_is_looked_at_first() {
    let book = two_accounts();
    book.done("group add bolt --name Bolt");
    let other = book.refused(1, "account.other-group", "settlement receive bolt 1 --account acme-lab");
    assert_eq!(other.message, "acme-lab is not of the group bolt");
    book.refused(1, "account.other-group", "settlement list --group bolt --account acme-lab");
    book.refused(1, "account.unknown", "settlement receive acme 1 --account nobody");
    book.refused(1, "amount.not-positive", "settlement receive acme 0");
    book.refused(1, "amount.too-precise", "settlement receive acme 0.001");
    book.refused(1, "date.future", "settlement receive acme 1 --date 2026-07-26");
    let preview = book.run("settlement receive acme 57849.99 --dry-run");
    assert!(preview.exit == 0 && preview.stderr.contains("preview: nothing was written"), "{preview}");
    assert_eq!(open(&book, "").len(), 3);
}
