//! Everything that people and providers get wrong: each is refused with its exit and its stable code, says what is wrong and
//! what to do, and leaves nothing half done behind.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::book::{ACME_SALE, BILL, BILL_HEADER, ORDERS, Point, TestBook, bill};

// ------------------------------------------------------------------------------------------------------- the command line

#[test]
fn a_wrong_command_line_ends_with_2_and_says_how_it_is_written() {
    let book = TestBook::acme(Point::Ready);
    for line in [
        "fund",
        "found deposit acme 5",
        "fund deposit",
        "fund deposit acme",
        "fund deposit acme 5 5",
        "fund deposit acme 5 --data 2026-06-01",
        "fund deposit acme 5 --date 2026-06-31",
        "fund deposit acme 5 --date 01.06.2026",
        "fund deposit acme 5 --key ''",
        "account list --format xml",
        "account list --as-of yesterday",
        "account associate a --uid 1 --attest no-nothing",
        "account create a --mode postpaid",
        "account create Acme-Prod",
        "account create a --mobile 12345",
        "account create a --email ops@acme",
        "account accept acme-prod",
        "group add acme --currency RMB",
        "order record acme-prod",
        "order record acme-prod --product ecs --kind gift --list-price 1 --provider-order 7",
        "order record acme-prod --product ecs --kind refund --list-price 1 --provider-order 7",
        "order record acme-prod --product ecs --kind new --list-price 1 --provider-order 2.1E+15",
        "bill import --period 2026-06",
        "bill import bill.csv",
        "bill import bill.csv --period 2026-13",
        "bill import bill.csv --period 06/2026",
        "bill import bill.csv --period 2026-06 --final --estimated",
        "month-end 2026-06 --out out",
        "month-end 2026-06 --bill bill.csv",
        "difference list --period june",
    ] {
        book.refused(2, "usage", line);
        let output = book.run(line);
        assert_eq!((output.exit, output.stdout.as_str()), (2, ""), "{line}\n{output}");
    }
    assert_snapshot!(book.run("fund deposit acme 5 --data 2026-06-01"), @"
    ----- stderr
    error: unexpected argument '--data' found

      tip: a similar argument exists: '--date'

    Usage: subledger fund deposit --date <YYYY-MM-DD> <GROUP> <AMOUNT>

    For more information, try '--help'.
    ----- exit 2
    ");
    assert_snapshot!(book.run("order record acme-prod --product ecs"), @"
    ----- stderr
    error: the following required arguments were not provided:
      --kind <KIND>
      --list-price <AMOUNT>
      --provider-order <NUMBER>

    Usage: subledger order record --product <CODE> --kind <KIND> --list-price <AMOUNT> --provider-order <NUMBER> <ACCOUNT>

    For more information, try '--help'.
    ----- exit 2
    ");
    assert_snapshot!(book.run("order record acme-prod --product ecs --kind refund --list-price 1 --provider-order 7"), @"
    ----- stderr
    error: invalid value 'refund' for '--kind <KIND>': a refund is recorded with `subledger order refund ORDER`

    For more information, try '--help'.
    ----- exit 2
    ");
}

#[test]
fn where_nobody_can_be_asked_a_missing_value_names_its_flag() {
    let book = TestBook::acme(Point::Ready);
    let missing = [
        ("--name", "entity add other"),
        ("--credential", "entity add other --name Other"),
        ("--name", "group add other"),
        ("--group", "account create other"),
        ("--entity", "account create other --group acme"),
        ("--environment", "account create other --group acme --entity acme-hq"),
        ("--mode", "account create other --group acme --entity acme-hq --environment test"),
        ("--mobile or --email", "account create other --group acme --entity acme-hq --environment test --mode prepaid"),
        ("--uid", "account associate other --group acme --entity acme-hq --environment test --mode prepaid"),
    ];
    for (flag, line) in missing {
        let refused = book.refused(2, "usage.missing", line);
        assert_eq!(refused.message, format!("{flag} is missing"), "{line}");
    }
    let nothing = TestBook::nothing();
    for (flag, line) in [("--agent", "init"), ("--credential", "init --agent A"), ("--provider", "init --agent A --credential B")] {
        assert_eq!(nothing.refused(2, "usage.missing", line).message, format!("{flag} is missing"));
    }
    assert_snapshot!(book.run("account create other --group acme"), @"
    ----- stderr
    error: --entity is missing
    hint: give --entity, or run the command on a terminal to be asked for it
    ----- exit 2
    ");
}

// ---------------------------------------------------------------------------------------------------------------- amounts

#[test]
fn amounts_that_are_none() {
    let book = TestBook::acme(Point::Funded);
    let before = book.everything();
    for amount in ["NaN", "inf", "1e99", "1E5", "1,000", "¥5", "0x10", "five", ".", "-", "--5", "1.0000000000000000001"] {
        book.refused(2, "usage", &format!("fund deposit acme {amount}"));
    }
    for amount in ["0", "0.00", "-0"] {
        book.refused(1, "amount.not-positive", &format!("fund deposit acme {amount}"));
        book.refused(1, "amount.not-positive", &format!("fund allocate acme-test {amount}"));
    }
    for amount in ["-5", "-0.01", "-99999999999999999999"] {
        book.refused(1, "amount.negative", &format!("fund deposit acme {amount}"));
    }
    for amount in ["1.001", "0.009"] {
        book.refused(1, "amount.too-precise", &format!("fund deposit acme {amount}"));
    }
    for amount in ["99999999999999999999", "92233720368547758.08"] {
        book.refused(1, "amount.overflow", &format!("fund deposit acme {amount}"));
    }
    assert_eq!(book.everything(), before);
    assert_snapshot!(book.run("fund deposit acme NaN"), @"
    ----- stderr
    error: invalid value 'NaN' for '<AMOUNT>': not a plain decimal number such as 1234.50

    For more information, try '--help'.
    ----- exit 2
    ");
    assert_snapshot!(book.run("fund deposit acme 1e99"), @"
    ----- stderr
    error: invalid value '1e99' for '<AMOUNT>': written with an exponent; write all digits, such as 1234.50

    For more information, try '--help'.
    ----- exit 2
    ");
    assert_snapshot!(book.run("fund deposit acme 0"), @"
    ----- stderr
    error: the amount 0 is not above zero
    ----- exit 1
    ");
    assert_snapshot!(book.run("fund deposit acme -5"), @"
    ----- stderr
    error: the amount -5 is below zero
    ----- exit 1
    ");
    assert_snapshot!(book.run("fund deposit acme 1.001"), @"
    ----- stderr
    error: the amount 1.001 has more decimal places than CNY has (2)
    ----- exit 1
    ");
    assert_snapshot!(book.run("fund deposit acme 99999999999999999999"), @"
    ----- stderr
    error: the amount is too large to be counted
    ----- exit 1
    ");
    // What is exact is taken, however it is written.
    assert_eq!(book.json("fund deposit acme 5.500")["amount"], "5.50");
    assert_eq!(book.json("fund deposit acme 92233720368000000.00")["amount"], "92233720368000000.00");
}

/// The sum of two amounts that fit may not fit any more.
#[test]
fn a_balance_that_cannot_be_counted_is_refused() {
    let book = TestBook::acme(Point::Ready);
    book.done("fund deposit acme 92233720368547758.07 --date 2026-06-01");
    let before = book.everything();
    book.refused(1, "amount.overflow", "fund deposit acme 0.01 --date 2026-06-01");
    assert_eq!(book.everything(), before);
    assert!(book.checks());
}

#[test]
fn amounts_of_orders_and_credit() {
    let book = TestBook::acme(Point::Funded);
    let order =
        |more: &str| format!("order record acme-prod --product ecs --kind new --provider-order 77 --date 2026-06-02 {more}");
    book.refused(1, "amount.negative", &order("--list-price -1"));
    book.refused(1, "amount.too-precise", &order("--list-price 1.005"));
    book.refused(1, "amount.negative", &order("--list-price 1 --provider-amount -1"));
    book.refused(1, "amount.overflow", &order("--list-price 99999999999999999999"));
    let account = "account create other --group acme --entity acme-hq --environment test --mobile 13800000002";
    book.refused(1, "amount.negative", &format!("{account} --mode agent-pays --credit -1"));
    book.refused(1, "credit.prepaid", &format!("{account} --mode prepaid --credit 100"));
}

// ------------------------------------------------------------------------------------------ names, numbers and credentials

const ATTESTED: &str = "--group acme --entity acme-hq --environment test --mode prepaid --attest no-other-agent --attest no-arrears --attest no-open-orders";

#[test]
fn uids_as_people_paste_them() {
    let book = TestBook::acme(Point::Ready);
    let associate = |uid: &str| {
        let mut words = vec!["account", "associate", "other", "--uid", uid];
        words.extend(ATTESTED.split(' '));
        words.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    book.refused_words(1, "uid.spreadsheet", &associate("1.06892E+15"));
    book.refused_words(1, "uid.ram-user", &associate("ops@acme.onaliyun.com"));
    for text in ["", "acme", "10000000-00000003", "１００００００００００００００３", "1000000000000000000000003"] {
        book.refused_words(1, "uid.invalid", &associate(text));
    }
    assert_snapshot!(book.run_words(&associate("1.06892E+15")), @r#"
    ----- stderr
    error: "1.06892E+15" is no UID: a spreadsheet such as Excel has turned the UID into a number and lost digits; take it from the provider's console again
    ----- exit 1
    "#);
    assert_snapshot!(book.run_words(&associate("ops@acme.onaliyun.com")), @r#"
    ----- stderr
    error: "ops@acme.onaliyun.com" is no UID: this is a RAM user, a login inside an account, not an account; give the 16-digit UID of the account it belongs to
    ----- exit 1
    "#);
    assert_snapshot!(book.run_words(&associate("acme")), @r#"
    ----- stderr
    error: "acme" is no UID: a UID has digits only, usually 16
    ----- exit 1
    "#);

    // Exports protect a UID from spreadsheets by a tab behind it.
    let tabs = book.run_words(&[&associate("1000000000000003\t")[..], &["-n".to_owned()]].concat());
    assert!(tabs.exit == 0 && tabs.stdout.contains(" 1000000000000003\n"), "{tabs}");
    assert_snapshot!(book.run_words(&associate("100000000000003")), @"
    Account                other
    UID                    100000000000003
    State                  invited
    Model                  resale
    Mode                   prepaid
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            test
    Ours since             2026-07-03
    Invitation runs until  -
    ----- stderr
    warning: the UID 100000000000003 has 15 digits, UIDs usually have 16
    next: when the owner has consented, `subledger account confirm other`
    ----- exit 0
    ");
}

#[test]
fn who_holds_an_account_is_named_and_reached_in_plain_words() {
    let book = TestBook::acme(Point::Ready);
    let before = book.everything();
    let long = "x".repeat(10_000);
    for (flag, hostile) in [
        ("--email", "ops.acme.example"),
        ("--email", "ops@acme\u{200f}.example"),
        ("--mobile", "1380000000\u{661}"),
        ("--holder", "Wang\u{1b}[31mWei"),
        ("--holder", "\u{202e}gnaW"),
        ("--holder", &long),
        ("--login", "a\nb"),
        ("--since", "2026-02-30"),
        ("--since", "tomorrow"),
    ] {
        for way in ["create", "associate"] {
            let mut words = vec!["account", way, "other"];
            words.extend(ATTESTED.split(' ').take(8));
            words.extend(["--mobile", "13800000009", flag, hostile].into_iter().skip(if flag == "--mobile" { 2 } else { 0 }));
            book.refused_words(2, "usage", &words);
            let told = book.run_words(&words);
            let is_raw = ['\u{1b}', '\u{202e}', '\u{200f}'].iter().any(|hostile| told.stderr.contains(*hostile));
            assert!(!is_raw && told.stderr.len() < 11_000, "{flag}: {told}");
        }
    }
    assert_eq!(book.everything(), before);
    // An emoji is no control character, and a day to come may be the first of an account.
    let line = format!("account create other {} --mobile 13800000009", ATTESTED.split(" --attest").next().unwrap());
    book.done(&format!("{line} --holder 'Wang \u{1f600}' --since 2026-08-01"));
    assert_eq!(book.json("account show other")["holder"], "Wang \u{1f600}");
}

#[test]
fn an_account_cannot_be_accepted_under_a_number_that_is_no_uid() {
    let book = TestBook::acme(Point::Ready);
    book.done("account create other --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002");
    book.refused(1, "uid.spreadsheet", "account accept other --uid 1.06892E+15");
    book.refused(1, "uid.in-use", "account accept other --uid 1000000000000002");
    assert_eq!(book.json("account show other")["state"], "invited");
}

#[test]
fn credentials_are_checked_by_both_of_their_check_characters() {
    let book = TestBook::acme(Point::Ready);
    let add = |credential: &str| format!("entity add other --name Other --credential {credential}");
    for credential in ["91330106MA01A2B320", "91330106MA01A2B339", "9133010OMA01A2B329", "'91330106 MA01A2B329'"] {
        book.refused(1, "credential.invalid", &add(credential));
    }
    assert_snapshot!(book.run(&add("91330106MA01A2B320")), @r#"
    ----- stderr
    error: "91330106MA01A2B320" is no credential: the check character is wrong: one of the characters was mistyped
    ----- exit 1
    "#);
    assert_snapshot!(book.run(&add("9133010")), @r#"
    ----- stderr
    error: "9133010" is no credential: a credential has 18 characters (15, 17 or 20 for an older tax id), letters and digits only
    ----- exit 1
    "#);
    let nothing = TestBook::nothing();
    nothing.refused(1, "credential.invalid", "init --agent A --credential 91330106MA05J1K21X --provider alibaba --currency CNY");
    assert!(!nothing.has("acme.db"), "nothing is left of a book that could not be made");
    // An older tax id has no check character: it is taken, with a warning.
    assert_snapshot!(book.run(&add("330106123456789")), @"
    Code        other
    Name        Other
    Kind        enterprise
    Credential  330106123456789
    ----- stderr
    warning: the credential 330106123456789 has no check character: nobody can tell whether it is typed right
    ----- exit 0
    ");
}

#[test]
fn what_must_be_unique_is() {
    let book = TestBook::acme(Point::Ordered);
    book.done("account create third --group acme --entity acme-hq --environment test --mode prepaid --email ops@acme.cn");
    let before = book.everything();
    let create = "account create other --group acme --entity acme-hq --environment test --mode prepaid";
    let record = "order record acme-prod --product ecs --kind new --list-price 1 --date 2026-06-02";
    let repeats = [
        (1, "mobile.in-use", format!("{create} --mobile 13800000001")),
        (1, "mobile.in-use", format!("{create} --mobile '+86 138-0000-0001'")),
        (1, "email.in-use", format!("{create} --email OPS@acme.cn")),
        (1, "uid.in-use", format!("account associate other --uid 1000000000000001 {ATTESTED}")),
        (1, "account.exists", format!("account associate acme-prod --uid 1000000000000003 {ATTESTED}")),
        (1, "entity.exists", "entity add acme-hq --name Again --credential 330106123456789".to_owned()),
        (1, "credential.in-use", "entity add other --name Again --credential 91330106ma01a2b329".to_owned()),
        (1, "group.exists", "group add acme --name Again".to_owned()),
        (1, "order.duplicate", format!("{record} --provider-order 2100001")),
        (1, "order.duplicate", "order refund o-1 --provider-order 2100002 --date 2026-06-20".to_owned()),
    ];
    for (exit, code, line) in &repeats {
        book.refused(*exit, code, line);
    }
    assert_eq!(book.everything(), before);
    assert_snapshot!(book.run(&repeats[0].2), @"
    ----- stderr
    error: the mobile number 13800000001 is in use by the account acme-prod
    ----- exit 1
    ");
    assert_snapshot!(book.run(&repeats[3].2), @"
    ----- stderr
    error: the UID 1000000000000001 is in use by the account acme-prod
    ----- exit 1
    ");
    assert_snapshot!(book.run(&repeats[6].2), @"
    ----- stderr
    error: the credential 91330106MA01A2B329 belongs to the entity acme-hq
    hint: use --entity acme-hq for its accounts; one legal person is one entity
    ----- exit 1
    ");
    assert_snapshot!(book.run(&repeats[7].2), @"
    ----- stderr
    error: there is a group acme already
    hint: `subledger group show acme` shows it
    ----- exit 1
    ");
    assert_snapshot!(book.run(&repeats[8].2), @"
    ----- stderr
    error: the provider's order 2100001 is recorded already as o-1
    hint: `subledger order show o-1` shows it
    ----- exit 1
    ");
}

#[test]
fn a_name_that_nothing_has_suggests_the_nearest() {
    let book = TestBook::acme(Point::Ordered);
    let unknown = [
        (1, "account.unknown", "account show acme-prdo", "did you mean acme-prod, acme-test?"),
        (1, "account.unknown", "fund allocate acme-tset 5", "did you mean acme-test, acme-prod?"),
        (1, "account.unknown", "statement show 1000000000000009 --period 2026-06", "did you mean acme-prod, acme-test?"),
        (1, "group.unknown", "fund deposit acmee 5", "did you mean acme?"),
        (1, "group.unknown", "account list --group nobody", "did you mean acme?"),
        (1, "entity.unknown", "entity show acme-qh", "did you mean acme-hq?"),
        (1, "order.unknown", "order show o-99", "`subledger order list` shows them all"),
        (1, "order.unknown", "order refund 2199999 --provider-order 7", "`subledger order list` shows them all"),
        (1, "agreement.unknown", "price show acme-2062", "did you mean acme-2026?"),
    ];
    for (exit, code, line, hint) in unknown {
        assert_eq!(book.refused(exit, code, line).hint, hint, "{line}");
    }
    assert_snapshot!(book.run("account show acme-prdo"), @r#"
    ----- stderr
    error: there is no account "acme-prdo"
    hint: did you mean acme-prod, acme-test?
    ----- exit 1
    "#);
    assert_snapshot!(book.run("fund deposit acmee 5"), @r#"
    ----- stderr
    error: there is no group "acmee"
    hint: did you mean acme?
    ----- exit 1
    "#);
    book.refused(
        1,
        "group.unknown",
        "account create x --group acmee --entity acme-hq --environment test --mode prepaid --mobile 13800000002",
    );
    book.refused(
        1,
        "entity.unknown",
        "account create x --group acme --entity acme --environment test --mode prepaid --mobile 13800000002",
    );
}

// ------------------------------------------------------------------------------------------------------- accounts' lives

#[test]
fn a_step_that_is_not_next_is_refused_with_the_way_on() {
    let book = TestBook::acme(Point::Ready);
    book.done("account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002");
    for line in [
        "account verify new-1",
        "account confirm new-1",
        "account accept acme-prod --uid 1000000000000005",
        "account verify acme-test",
    ] {
        book.refused(1, "account.state", line);
    }
    assert_snapshot!(book.run("account verify new-1"), @"
    ----- stderr
    error: new-1 is invited (created); `verify` is no step from there
    hint: `subledger account accept new-1 --uid UID`, then `account verify`
    ----- exit 1
    ");
    assert_snapshot!(book.run("account confirm acme-test"), @"
    ----- stderr
    error: acme-test is active (associated); `confirm` is no step from there
    hint: `subledger account freeze acme-test --reason WHY` stops it, `account release` ends it
    ----- exit 1
    ");
    book.refused(1, "account.not-active", "fund allocate new-1 5");
    assert_snapshot!(book.run("order record new-1 --product ecs --kind new --list-price 1 --provider-order 7"), @"
    ----- stderr
    error: new-1 is invited, not active
    hint: `subledger account accept new-1 --uid UID`, then `account verify`
    ----- exit 1
    ");
}

#[test]
fn an_invitation_runs_out_after_fifteen_days() {
    let mut book = TestBook::acme(Point::Ready);
    book.set_now("2026-07-01T02:00:00Z");
    book.done("account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002");
    // In the book's time zone, eight hours ahead, the last day ends at 16:00 UTC.
    book.set_now("2026-07-16T16:00:00Z");
    book.refused(1, "invitation.expired", "account accept new-1 --uid 1000000000000003");
    assert_snapshot!(book.run("account accept new-1 --uid 1000000000000003"), @"
    ----- stderr
    error: the invitation of new-1 ran out on 2026-07-16
    hint: send another one: `subledger invitation resend new-1`
    ----- exit 1
    ");
    book.set_now("2026-07-16T15:59:59Z");
    book.done("account accept new-1 --uid 1000000000000003");
}

#[test]
fn an_association_needs_the_word_of_a_person_for_each_condition() {
    let book = TestBook::acme(Point::Ready);
    let line = "account associate other --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode prepaid --attest no-arrears";
    book.refused(1, "account.evidence-missing", line);
    assert_snapshot!(book.run(line), @"
    ----- stderr
    error: other cannot be associated yet: nobody has vouched for what the book cannot see
    hint: when you have made sure, add --attest no-other-agent --attest no-open-orders
    ----- exit 1
    ");
}

#[test]
fn the_agent_itself_owns_no_customers_account() {
    let book = TestBook::acme(Point::Ready);
    book.done("entity add us --name 'Lingdu Cloud' --credential 91330106MA05J1K21K");
    let line = "account create other --group acme --entity us --environment test --mode prepaid --mobile 13800000002";
    book.refused(1, "real-name-owner.is-agent", line);
    assert_snapshot!(book.run(line), @"
    ----- stderr
    error: the entity us is the agent itself, which cannot be the real-name owner of a customer's account
    hint: name the business that uses the account
    ----- exit 1
    ");
}

// --------------------------------------------------------------------------------------------------- money, orders, refunds

#[test]
fn money_that_is_not_there_cannot_be_given() {
    let book = TestBook::acme(Point::Funded);
    book.refused(1, "deposits.insufficient", "fund allocate acme-test 30000.01 --date 2026-06-02");
    assert_snapshot!(book.run("fund allocate acme-test 30000.01 --date 2026-06-02"), @"
    ----- stderr
    error: acme has 30000.00 CNY that is not allocated; 30000.01 CNY is needed
    hint: `subledger fund deposit acme AMOUNT` records money that it paid in
    ----- exit 1
    ");
    book.refused(1, "account.not-prepaid", "fund allocate acme-prod 5 --date 2026-06-02");
    assert_snapshot!(book.run("fund allocate acme-prod 5 --date 2026-06-02"), @"
    ----- stderr
    error: acme-prod is agent-pays, then or since: it has credit, and no funds
    hint: `subledger account list` shows who pays; only prepaid accounts are given money
    ----- exit 1
    ");
}

fn order(account: &str, list_price: &str, more: &str) -> String {
    format!(
        "order record {account} --product ecs --kind new --list-price {list_price} --provider-order 77 --date 2026-06-02 {more}"
    )
}

#[test]
fn an_order_that_does_not_fit_is_refused_with_the_figures_and_recorded_when_it_is_placed_already() {
    let prepaid = TestBook::acme(Point::Funded);
    let before = prepaid.everything();
    prepaid.refused(1, "funds.insufficient", &order("acme-test", "30000", ""));
    assert_snapshot!(prepaid.run(&order("acme-test", "30000", "")), @"
    ----- stderr
    error: acme-test has 20000.00 CNY available; 28500.00 CNY is needed
    hint: `subledger fund allocate acme-test AMOUNT` gives it money; --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    assert_eq!(prepaid.everything(), before);
    assert_snapshot!(prepaid.run(&order("acme-test", "30000", "--placed")), @"
    Order           o-1
    Account         acme-test
    Product         ecs
    Kind            new
    Provider order  77
    Date            2026-06-02
    Service from    -
    Service to      -
    Recorded as     placed
    Refunds         -
    Currency        CNY
    List price      30000.00
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Payable         28500.00
    Expected cost   24000.00
    Available now   -8500.00
    ----- stderr
    warning: acme-test is in arrears by 8500.00 CNY
    ----- exit 0
    ");
    let account = prepaid.json("account show acme-test");
    assert_eq!((&account["arrears"], &account["available"]), (&"8500.00".into(), &"-8500.00".into()));
    assert!(prepaid.checks());

    let agent_pays = TestBook::acme(Point::Funded);
    agent_pays.refused(1, "credit.insufficient", &order("acme-prod", "105263.17", ""));
    assert_snapshot!(agent_pays.run(&order("acme-prod", "110000", "")), @"
    ----- stderr
    error: acme-prod has 100000.00 CNY available of its credit limit of 100000.00 CNY; 104500.00 CNY is needed
    hint: --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    assert_snapshot!(agent_pays.run(&order("acme-prod", "110000", "--placed")), @"
    Order           o-1
    Account         acme-prod
    Product         ecs
    Kind            new
    Provider order  77
    Date            2026-06-02
    Service from    -
    Service to      -
    Recorded as     placed
    Refunds         -
    Currency        CNY
    List price      110000.00
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Payable         104500.00
    Expected cost   88000.00
    Available now   -4500.00
    ----- stderr
    warning: acme-prod is in arrears by 4500.00 CNY
    ----- exit 0
    ");
    assert_eq!(agent_pays.json("account show acme-prod")["arrears"], "4500.00");
    let warned = TestBook::acme(Point::Funded).json(&order("acme-prod", "110000", "--placed"));
    assert_eq!(warned["notices"][0]["notice"], "arrears");
}

/// The last cent fits, one more does not.
#[test]
fn the_boundary_of_what_fits_is_a_cent() {
    let book = TestBook::acme(Point::Funded);
    book.refused(1, "funds.insufficient", &order("acme-test", "21052.64", ""));
    assert_eq!(book.json(&order("acme-test", "21052.63", ""))["available"], "0.00");
}

#[test]
fn orders_out_of_time() {
    let book = TestBook::acme(Point::Funded);
    let record = "order record acme-prod --product ecs --kind new --list-price 1 --provider-order 77";
    book.refused(1, "account.before-since", &format!("{record} --date 2026-05-31"));
    book.refused(1, "order.service-dates", &format!("{record} --date 2026-06-02 --from 2026-06-02 --to 2026-06-01"));
    assert_snapshot!(book.run(&format!("{record} --date 2026-05-31")), @"
    ----- stderr
    error: 2026-05-31 lies before 2026-06-01, from when the charges of acme-prod are ours
    hint: date it 2026-06-01 or later
    ----- exit 1
    ");
}

#[test]
fn without_a_purchase_agreement_a_cost_must_be_named() {
    let book = TestBook::acme(Point::Made);
    for line in [
        "entity add acme-hq --name 'Acme Holdings' --credential 91330106MA01A2B329",
        "group add acme --name 'Acme Group'",
        "account create acme-prod --group acme --entity acme-hq --environment production --mobile 13800000001 --mode agent-pays --credit 100000 --since 2026-06-01",
        "account accept acme-prod --uid 1000000000000001",
        "account verify acme-prod",
    ] {
        book.done(line);
    }
    book.refused(1, "price.no-purchase-agreement", &order("acme-prod", "100", ""));
    assert_snapshot!(book.run(&order("acme-prod", "100", "")), @r#"
    ----- stderr
    error: no purchase agreement in CNY is in force on 2026-06-02, so the cost cannot be expected
    hint: `subledger price apply FILE` with kind = "purchase", or --provider-amount for this order
    ----- exit 1
    "#);
    assert_snapshot!(book.run(&order("acme-prod", "100", "--provider-amount 80")), @"
    Order           o-1
    Account         acme-prod
    Product         ecs
    Kind            new
    Provider order  77
    Date            2026-06-02
    Service from    -
    Service to      -
    Recorded as     planned
    Refunds         -
    Currency        CNY
    List price      100.00
    Agreement       -
    Tier from       -
    Discount        0%
    Payable         100.00
    Expected cost   80.00
    Available now   99900.00
    ----- stderr
    warning: acme has no sale agreement in force: list price; `subledger price apply FILE` applies one
    ----- exit 0
    ");
}

#[test]
fn an_order_list_is_recorded_whole_or_not_at_all() {
    let book = TestBook::acme(Point::Funded);
    let before = book.everything();
    let refused = format!("{ORDERS}acme-test,ecs,new,90000,2100005,,,2026-06-21\nacme-prdo,ecs,new,1,2100006,,,2026-06-21\n");
    book.write("refused.csv", refused);
    book.refused(1, "order.lines-refused", "order import refused.csv");
    assert_snapshot!(book.run("order import refused.csv"), @r#"
    ----- stderr
    error: refused.csv: 2 orders are refused; nothing was recorded
      line 5: acme-test has 17150.00 CNY available; 76500.00 CNY is needed
      line 6: there is no account "acme-prdo"
    ----- exit 1
    "#);
    let bad = "account,product,kind,list_price,provider_order,date\nacme-prod,ecs,gift,ten,2100001,June\nacme-prod,ecs,new,-1,2.1E+15,2026-06-02\nacme-prod,ecs\n";
    book.write("bad.csv", bad);
    book.refused(1, "file.bad-lines", "order import bad.csv");
    assert_snapshot!(book.run("order import bad.csv"), @r#"
    ----- stderr
    error: bad.csv: 3 lines cannot be read; nothing was imported
      line 2, kind "gift": not a kind of order: one of new (or buy), renew, upgrade, downgrade
      line 2, list_price "ten": not a plain decimal number such as 1234.50
      line 2, date "June": not a day such as 2026-06-30
      line 3, list_price "-1": a list price is not negative
      line 3, provider_order "2.1E+15": a spreadsheet such as Excel has turned the number into "2.1E+15" and lost digits; download the file again and do not save it from there
      line 4: 2 cells where the header has 6: the line is cut off or has a stray comma
    ----- exit 1
    "#);
    book.write("columns.csv", ORDERS.replace("list_price", "price"));
    book.refused(1, "file.unknown-layout", "order import columns.csv");
    book.refused(1, "file.unknown-layout", "order import bill.csv");
    book.refused(1, "file.missing", "order import nowhere.csv");
    assert_snapshot!(book.run("order import columns.csv"), @"
    ----- stderr
    error: columns.csv: its columns are of no layout that is known; nearest is order-list, which also needs: list_price
    ----- exit 1
    ");
    assert_eq!(book.everything(), before);
    book.done("order import orders.csv");
    assert_snapshot!(book.run("order import orders.csv"), @"
    File    orders.csv
    Orders  3

    nothing new
    ----- stderr
    this file was imported before; nothing was changed
    ----- exit 0
    ");
}

#[test]
fn refunds() {
    let book = TestBook::acme(Point::Ordered);
    let refund =
        |order: &str, number: &str, more: &str| format!("order refund {order} --provider-order {number} --date 2026-06-20 {more}");
    book.refused(1, "refund.before-order", "order refund o-1 --provider-order 91 --date 2026-06-01");
    assert_snapshot!(book.run(&refund("o-1", "91", "--amount 1400")), @"
    Order           o-5
    Account         acme-prod
    Product         ecs
    Kind            refund
    Provider order  91
    Date            2026-06-20
    Service from    -
    Service to      -
    Recorded as     placed
    Refunds         o-1
    Currency        CNY
    List price      -1473.68
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Payable         -1400.00
    Expected cost   -1178.95
    Available now   44500.01
    ----- exit 0
    ");
    book.refused(1, "refund.exceeds", &refund("o-1", "92", "--amount 10000.01"));
    assert_snapshot!(book.run(&refund("o-1", "92", "--amount 10000.01")), @"
    ----- stderr
    error: o-1 has 10000.00 CNY left to be paid back; 10000.01 CNY was asked
    ----- exit 1
    ");
    book.refused(1, "amount.not-positive", &refund("o-1", "92", "--amount 0"));
    book.refused(1, "amount.negative", &refund("o-1", "92", "--amount -5"));
    book.refused(1, "amount.too-precise", &refund("o-1", "92", "--amount 0.001"));
    // The rest, by the provider's number of the order.
    let rest = book.json(&refund("2100001", "92", ""));
    assert_eq!((&rest["payable"], &rest["cost"]), (&"-10000.00".into(), &"-8421.05".into()));
    book.refused(1, "refund.exceeds", &refund("o-1", "93", ""));
    assert_snapshot!(book.run(&refund("o-1", "93", "")), @"
    ----- stderr
    error: o-1 has nothing left to be paid back
    ----- exit 1
    ");
    book.refused(1, "refund.of-refund", &refund("91", "93", ""));
    assert_snapshot!(book.run(&refund("91", "93", "")), @"
    ----- stderr
    error: o-5 is a refund itself and cannot be refunded
    ----- exit 1
    ");
    assert_snapshot!(book.run("order refund o-2 --provider-order 94 --date 2026-06-04"), @"
    ----- stderr
    error: 2026-06-04 lies before 2026-06-05, when o-2 was placed
    ----- exit 1
    ");
    assert_eq!(book.json("account show acme-prod")["owed"], "45499.99");
    assert!(book.checks());
}

// ------------------------------------------------------------------------------------------------------------- agreements

#[test]
fn agreements_that_cannot_be_read_name_the_line() {
    let book = TestBook::acme(Point::Ready);
    let before = book.everything();
    let mut told = String::new();
    let spoilt = [
        ("0.05 without %", ACME_SALE.replace("\"5%\"", "\"0.05\"")),
        ("a bare number", ACME_SALE.replace("\"5%\"", "0.05")),
        ("tiers out of order", ACME_SALE.replace("\"50000\"", "\"15000\"")),
        ("no tier from zero", ACME_SALE.replace("from = \"0\"", "from = \"1\"")),
        ("a syntax error", ACME_SALE.replace("currency = \"CNY\"", "currency = \"CNY")),
        ("an unknown key", ACME_SALE.replace("basis", "base")),
        ("another rule", ACME_SALE.replace("\"whole\"", "\"marginal\"")),
        ("no kind", ACME_SALE.replace("kind = \"sale\"\n", "")),
        ("no such day", ACME_SALE.replace("2026-01-01", "2026-02-30")),
        ("another provider", crate::book::ALIBABA_PURCHASE.replace("\"alibaba\"", "\"tencent\"")),
        ("nothing", String::new()),
    ];
    for (what, content) in spoilt {
        book.write("spoilt.toml", content);
        let refused = book.refused(1, "agreement.invalid", "price apply spoilt.toml");
        told.push_str(&format!("{what}: {}\n", refused.message));
    }
    assert_snapshot!(told, @r#"
    0.05 without %: spoilt.toml, line 13: discount = "0.05": a percentage is written with its sign, such as "5%": 0.05 could mean "5%" or "0.05%"
    a bare number: spoilt.toml, line 13: discount = 0.05: a percentage is written with its sign, such as "5%": 0.05 could mean "5%" or "0.05%"
    tiers out of order: spoilt.toml, line 18: [[tier]] from = "15000" does not lie above the tier before it
    no tier from zero: spoilt.toml, line 12: the first [[tier]] begins at 1; it must begin at "0", so that every charge has a price
    a syntax error: spoilt.toml, line 4: column 16: invalid basic string, expected `"`: currency = "CNY
    an unknown key: spoilt.toml, line 6: unknown key `base`, expected one of `basis`
    another rule: spoilt.toml, line 10: rule = "marginal": not a tier rule: one of whole, graduated, retroactive
    no kind: spoilt.toml: kind is missing: "sale" or "purchase"
    no such day: spoilt.toml, line 5: valid_from = "2026-02-30": not a day such as 2026-06-30
    another provider: spoilt.toml: provider = "tencent", but this book's provider is "alibaba"
    nothing: spoilt.toml: 4 mistakes; nothing was applied
    "#);
    book.write("latin.toml", b"agreement = \"caf\xe9\"");
    book.refused(1, "file.unreadable", "price apply latin.toml");
    book.refused(1, "file.missing", "price apply nowhere.toml");
    book.refused(1, "file.is-a-folder", "price apply home");
    assert_eq!(book.everything(), before);
}

#[test]
fn agreements_that_the_book_cannot_take() {
    let book = TestBook::acme(Point::Ready);
    let before = book.everything();
    let cases = [
        (1, "group.unknown", ACME_SALE.replace("group = \"acme\"", "group = \"acmee\"")),
        (1, "currency.mismatch", ACME_SALE.replace("CNY", "USD")),
        (1, "agreement.conflict", ACME_SALE.replace("5%", "6%")),
        (1, "agreement.overlap", ACME_SALE.replace("acme-2026", "acme-special")),
        (1, "agreement.overlap", ACME_SALE.replace("acme-2026", "acme-2027").replace("2026-01-01", "2027-01-01")),
    ];
    let mut told = String::new();
    for (exit, code, content) in cases {
        book.write("other.toml", content);
        book.refused(exit, code, "price apply other.toml");
        told.push_str(&format!("{}\n\n", book.run("price apply other.toml")));
    }
    assert_snapshot!(told, @r#"
    ----- stderr
    error: there is no group "acmee"
    hint: did you mean acme?
    ----- exit 1

    ----- stderr
    error: USD where CNY is expected
    ----- exit 1

    ----- stderr
    error: acme-2026 from 2026-01-01 is in the book with other terms
    hint: agreements are never edited: give the new terms a later valid_from
    ----- exit 1

    ----- stderr
    error: acme-special and acme-2026 (from 2026-01-01) would both price the same days
    hint: name it acme-2026 to supersede that one, or keep the dates apart
    ----- exit 1

    ----- stderr
    error: acme-2027 and acme-2026 (from 2026-01-01) would both price the same days
    hint: name it acme-2026 to supersede that one, or keep the dates apart
    ----- exit 1
    "#);
    assert_snapshot!(book.run("price apply acme-sale.toml"), @"
    Agreement   acme-2026
    Kind        sale
    Group       acme
    Currency    CNY
    Valid from  2026-01-01
    Valid to    -
    Tiers       3
    ----- stderr
    it was in the book already; nothing was changed
    ----- exit 0
    ");
    assert_eq!(book.everything(), before, "the same file twice is a no-op");
    book.write("next.toml", ACME_SALE.replace("2026-01-01", "2027-01-01").replace("5%", "6%"));
    book.done("price apply next.toml");
}

// ------------------------------------------------------------------------------------------------------------------ bills

/// Imports a bill that must be refused, and shows that nothing of it has stayed.
fn refuse_bill(code: &str, content: impl AsRef<[u8]>) -> String {
    let book = TestBook::acme(Point::Ordered);
    let (before, operations) = (book.everything(), book.operations());
    book.write("bad.csv", content);
    book.refused(1, code, "bill import bad.csv --period 2026-06 --final");
    book.refused(1, code, "month-end 2026-06 --bill bad.csv --out out");
    let output = book.run("bill import bad.csv --period 2026-06 --final");
    assert_eq!(book.json("bill list")["rows"], serde_json::json!([]));
    assert_eq!((book.everything(), book.operations()), (before, operations));
    assert!(!book.has("out"), "a month end that is refused leaves no folder");
    assert!(book.checks());
    output.to_string()
}

fn line_with(from: &str, to: &str) -> String {
    let line = BILL[4];
    assert!(line.contains(from));
    line.replacen(from, to, 1)
}

#[test]
fn bills_whose_columns_are_wrong() {
    let missing = bill(BILL).replace("应付信息/应付金额（含税）", "应付").replace("账单信息/账单月份", "月份");
    assert_snapshot!(refuse_bill("file.unknown-layout", missing), @"
    ----- stderr
    error: bad.csv: its columns are of no layout that is known; nearest is alibaba-v2, which also needs: 账单信息/账单月份, 应付信息/应付金额（含税）
    ----- exit 1
    ");
    assert_snapshot!(refuse_bill("file.repeated-column", bill(BILL).replace("标识信息/订单号", "标识信息/账单明细ID")), @r#"
    ----- stderr
    error: bad.csv: the column "标识信息/账单明细ID" stands twice
    ----- exit 1
    "#);
    assert_snapshot!(refuse_bill("file.unknown-layout", "a,b\n1,2\n"), @"
    ----- stderr
    error: bad.csv: its columns are of no layout that is known; nearest is alibaba-v2, which also needs: 账单信息/账单月份, 应付信息/应付金额（含税）, 账单信息/费用类型 or 费用信息/目录总价, 身份信息/资源归属账号ID or 身份信息/资源购买账号ID
    ----- exit 1
    ");
}

/// A saved answer of DescribeInstanceBill with these items.
fn page(cycle: &str, total: usize, items: &[&str]) -> String {
    let items = items.join(",");
    format!(r#"{{"Code":"Success","Data":{{"TotalCount":{total},"Items":[{items}],"BillingCycle":"{cycle}"}}}}"#)
}

const ITEM: &str = r#"{"InstanceID":"i-1","Item":"PayAsYouGoBill","OwnerID":"1688001234567801","BillAccountID":"1901002003004005","ProductCode":"oss","Currency":"CNY","PretaxGrossAmount":10.006,"InvoiceDiscount":1,"PretaxAmount":9.00}"#;

#[test]
fn saved_answers_that_are_no_whole_bill() {
    let two_months = page("2026-06", 1, &[ITEM]) + &page("2026-07", 1, &[ITEM]);
    let two_bills = page("2026-06", 1, &[ITEM]) + &page("2026-06", 1, &[&ITEM.replace("InstanceID", "SplitItemID")]);
    let told = [
        refuse_bill("file.malformed-json", "{\"Data\":\n  x}"),
        refuse_bill("file.not-a-bill-page", "{\"a\":1}"),
        refuse_bill("file.not-a-bill", "{\"Data\":{\"OrderList\":{\"Order\":[]}}}"),
        refuse_bill("file.saved-error", "{\"Code\":\"Throttling.User\",\"Message\":\"Request was denied.\",\"Success\":false}"),
        refuse_bill("file.pages-incomplete", page("2026-06", 20, &[ITEM])),
        refuse_bill("file.two-months", two_months),
        refuse_bill("file.pages-without-month", page("", 1, &[ITEM])),
        refuse_bill("file.two-bills", two_bills),
    ];
    assert_snapshot!(told.join("\n"), @"
    ----- stderr
    error: bad.csv, line 2, column 3: expected value
    hint: save the provider's answer again, as it is
    ----- exit 1
    ----- stderr
    error: bad.csv: it is JSON, and not the answer of a bill operation
    hint: save the answers of DescribeInstanceBill or QuerySettleBill
    ----- exit 1
    ----- stderr
    error: bad.csv: it is the answer of QueryOrders or GetOrderDetail, which has no lines of a bill
    hint: save the answers of DescribeInstanceBill or QuerySettleBill
    ----- exit 1
    ----- stderr
    error: bad.csv: it is an error of the provider, not a bill: Throttling.User Request was denied.
    ----- exit 1
    ----- stderr
    error: bad.csv: the pages count 20 items in all, and 1 is there
    hint: save every page of the query once, and give all of them to one import
    ----- exit 1
    ----- stderr
    error: bad.csv: it has pages of 2026-06 and of 2026-07; one bill has one month
    ----- exit 1
    ----- stderr
    error: bad.csv: neither the pages nor their items say which month they are of
    hint: merging pages can lose their BillingCycle: save the pages one by one
    ----- exit 1
    ----- stderr
    error: bad.csv: a split bill beside an instance bill: both have the whole cost, which would count twice
    hint: import one of them
    ----- exit 1
    ");
}

#[test]
fn saved_answers_are_read_like_any_bill() {
    let book = TestBook::acme(Point::Ordered);
    book.write("1.json", page("2026-06", 2, &[ITEM]));
    book.refused(1, "file.pages-incomplete", "bill import 1.json --period 2026-06");
    book.write("2.json", page("2026-06", 2, &[&ITEM.replace("i-1", "i-2")]));
    let output = book.done("bill import 1.json 2.json --period 2026-06");
    assert_snapshot!(output, @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   estimated
    Because                 written 2026-07-03 10:00; such files change until 2026-07-03 12:00 (UTC+8)
    Layout                  alibaba-api
    Tax                     -
    Lines                   2
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           20.012
    Covered by plans        0.00
    Discount                2.00
    Coupons                 0.00
    Payable                 18.00
    Stated by the provider  -
    Accounts                1
    Unknown accounts        1
    Payable for them        18.00
    ----- stderr
    warning: the bill has 1 account that the book does not have, with 18.00 CNY, such as 1688001234567801; `subledger account associate CODE --uid 1688001234567801` brings one in
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
}

#[test]
fn bills_with_bad_cells_name_line_column_and_value() {
    let lines = [
        line_with("10.1234567890", "ten"),
        line_with("10.1234567890", "1,000.00"),
        line_with("10.1234567890", "1.0E+3"),
        line_with("202606", "202613"),
        line_with("20260630", "20260631"),
        line_with("云资源按量费用", "心意"),
        line_with("CNY", "RMB"),
        line_with("1000000000000001", "1.06892E+15"),
        line_with("1000000000000001", ""),
        line_with(",12.6543209863", ""),
    ];
    let mut all: Vec<&str> = BILL[..4].to_vec();
    all.extend(lines.iter().map(String::as_str));
    assert_snapshot!(refuse_bill("file.bad-lines", bill(&all)), @r#"
    ----- stderr
    error: bad.csv: 9 lines cannot be read; nothing was imported
      line 6, 应付信息/应付金额（含税） "ten": not a plain decimal number such as 1234.50
      line 7: 14 cells where the header has 13: the line is cut off or has a stray comma
      line 8, 应付信息/应付金额（含税） "1.0E+3": written with an exponent; write all digits, such as 1234.50
      line 9, 账单信息/账单月份 "202613": not a month such as 202606
      line 10, 账单信息/账单日期 "20260631": not a day such as 20260630
      line 11, 账单信息/费用类型 "心意": a kind of charge that is not known
      line 12, 定价信息/定价币种 "RMB": not a currency code such as CNY
      line 13, 身份信息/资源归属账号ID "1.06892E+15": a spreadsheet such as Excel has turned the number into "1.06892E+15" and lost digits; download the file again and do not save it from there
      line 15: 12 cells where the header has 13: the line is cut off or has a stray comma
    ----- exit 1
    "#);
}

#[test]
fn bills_of_another_month() {
    let july = bill(BILL).replace(",202606,", ",202607,");
    assert_snapshot!(refuse_bill("bill.wrong-period", july), @"
    ----- stderr
    error: the bill is for 2026-07, not for 2026-06
    hint: --period 2026-07, or another file
    ----- exit 1
    ");
    let one_of_july = line_with("202606", "202607");
    assert_snapshot!(refuse_bill("file.bad-lines", bill(&[BILL[0], &one_of_july])), @r#"
    ----- stderr
    error: bad.csv: 1 line cannot be read; nothing was imported
      line 3, billing month "2026-07": the bill is for 2026-06; of other months only corrections, and negative lines of a neighbouring one
    ----- exit 1
    "#);
    let far_away = line_with("202606", "202601").replace("10.1234567890", "-10.1234567890");
    refuse_bill("file.bad-lines", bill(&[BILL[0], &far_away]));
    assert_snapshot!(refuse_bill("file.bad-lines", bill(&[BILL[0], &line_with("202606", "202613")])), @r#"
    ----- stderr
    error: bad.csv: 1 line cannot be read; nothing was imported
      line 3, 账单信息/账单月份 "202613": not a month such as 202606
    ----- exit 1
    "#);
}

#[test]
fn a_login_inside_an_account_where_the_account_must_stand() {
    assert_snapshot!(refuse_bill("file.bad-lines", bill(&[BILL[0], &line_with("1000000000000001", "ops@acme.onaliyun.com")])), @r#"
    ----- stderr
    error: bad.csv: 1 line cannot be read; nothing was imported
      line 3, 身份信息/资源归属账号ID "ops@acme.onaliyun.com": this is a RAM user, a login inside an account, not an account; give the 16-digit UID of the account it belongs to
    ----- exit 1
    "#);
}

#[test]
fn a_stream_of_zeros_is_not_copied_for_ever() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("bill import /dev/zero --period 2026-06"), @"
    ----- stderr
    error: /dev/zero: it holds zeros, not text
    ----- exit 1
    ");
}

#[test]
fn an_output_folder_that_is_a_file() {
    let book = TestBook::acme(Point::Ordered);
    let before = book.everything();
    book.refused(1, "output.failed", "month-end 2026-06 --bill bill-corrected.csv --out orders.csv");
    book.refused(1, "output.failed", "statement export --period 2026-06 --out orders.csv");
    assert_snapshot!(book.run("month-end 2026-06 --bill bill-corrected.csv --out orders.csv"), @"
    ----- stderr
    error: orders.csv is not a folder
    ----- exit 1
    ");
    assert_eq!(book.everything(), before);
}

/// A correction of the month before or after may stand in a bill, as long as it gives money back.
#[test]
fn a_negative_line_of_a_neighbouring_month_is_taken() {
    let book = TestBook::acme(Point::Ordered);
    let back = line_with("202606", "202605").replace("10.1234567890", "-10.1234567890").replace("12.6543209863", "-12.6543209863");
    book.write("back.csv", bill(&[BILL[0], &back]));
    let answer = book.json("bill import back.csv --period 2026-06 --final");
    assert_eq!(answer["notices"][0]["notice"], "neighbouring-months");
}

#[test]
fn a_bill_that_was_cut_off_is_refused_at_its_last_line() {
    let whole = bill(BILL);
    let cut = &whole[..whole.len() - "oss,对象存储OSS,CNY,97.125,19.425,77.70\n".len()];
    assert_snapshot!(refuse_bill("file.bad-lines", cut), @"
    ----- stderr
    error: bad.csv: 1 line cannot be read; nothing was imported
      line 9: 8 cells where the header has 13: the line is cut off or has a stray comma
    ----- exit 1
    ");
    // Cut inside a quoted cell, the line never ends.
    let quoted = bill(BILL) + "b-10,,9000000000000001,1000000000000001,202606,20260630,云资源按量费用,oss,\"对象存储";
    assert_snapshot!(refuse_bill("file.record-too-long", quoted), @"
    ----- stderr
    error: bad.csv, line 10: a quoted cell is never closed, or the line is longer than 16 MiB
    ----- exit 1
    ");
}

#[test]
fn a_bill_has_one_currency() {
    assert_snapshot!(refuse_bill("file.bad-lines", bill(&[BILL[0], &line_with("CNY", "USD")])), @r#"
    ----- stderr
    error: bad.csv: 1 line cannot be read; nothing was imported
      line 3, currency "USD": the bill is in CNY; one version of a bill has one currency
    ----- exit 1
    "#);
}

#[test]
fn files_that_are_no_bills() {
    assert_snapshot!(refuse_bill("file.empty", ""), @"
    ----- stderr
    error: bad.csv: it is empty
    ----- exit 1
    ");
    refuse_bill("file.empty", "\n\n  \n");
    assert_snapshot!(refuse_bill("file.no-lines", format!("\u{feff}{BILL_HEADER}\n")), @"
    ----- stderr
    error: bad.csv: it has a header and no lines
    ----- exit 1
    ");
    refuse_bill("file.no-lines", format!("{BILL_HEADER}\n\n \n"));
    assert_snapshot!(refuse_bill("file.binary", b"SQLite format 3\0"), @"
    ----- stderr
    error: bad.csv: it is not a text file
    hint: give the CSV file itself
    ----- exit 1
    ");
    refuse_bill("file.binary", bill(BILL).replace("b-06", "b\0-06"));
    let mut spoilt = bill(BILL).into_bytes();
    let end = spoilt.len() - 10;
    spoilt[end] = 0xff;
    assert_snapshot!(refuse_bill("file.not-utf8", spoilt), @"
    ----- stderr
    error: bad.csv, line 9: it is not UTF-8 text
    hint: download it again and do not save it from a spreadsheet
    ----- exit 1
    ");
}

#[test]
fn files_that_are_not_there() {
    let book = TestBook::acme(Point::Ordered);
    let before = book.everything();
    book.refused(1, "file.missing", "bill import nowhere.csv --period 2026-06");
    book.refused(1, "file.is-a-folder", "bill import home --period 2026-06");
    book.refused(1, "file.missing", "bill import bill.csv nowhere.csv --period 2026-06");
    book.refused(1, "file.missing", "month-end 2026-06 --bill nowhere.csv --out out");
    assert!(!book.has("out"), "a month end that cannot begin makes no folder");
    assert_snapshot!(book.run("bill import nowhere.csv --period 2026-06"), @"
    ----- stderr
    error: nowhere.csv: there is no such file
    ----- exit 1
    ");
    assert_snapshot!(book.run("bill import home --period 2026-06"), @"
    ----- stderr
    error: home: it is a folder, not a file
    ----- exit 1
    ");
    assert_eq!(book.everything(), before);
}

#[test]
fn a_line_id_stands_for_one_line() {
    let other = BILL[0].replace(",9600", ",9601");
    assert_snapshot!(refuse_bill("bill.line-conflict", bill(&[BILL[0], BILL[1], &other])), @"
    ----- stderr
    error: bad.csv, line 2, and bad.csv, line 4, have the same id b-01 and other content; nothing was imported
    hint: download the bill again: a line id stands for one line
    ----- exit 1
    ");
}

#[test]
fn a_line_that_came_twice_counts_once_and_is_listed() {
    let book = TestBook::acme(Point::Ordered);
    book.write("twice.csv", bill(&[BILL, &BILL[..1]].concat()));
    assert_snapshot!(book.run("bill import twice.csv --period 2026-06 --final"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   8
    Repeated lines          1
    Bad lines left out      0
    Currency                CNY
    At list price           25764.1443209864
    Covered by plans        0.00
    Discount                5152.8288641973
    Coupons                 0.00
    Payable                 20611.3154567891
    Stated by the provider  -
    Accounts                3
    Unknown accounts        1
    Payable for them        77.70
    ----- stderr
    warning: 1 line came twice with the same content and counted once
    warning: the bill has 1 account that the book does not have, with 77.70 CNY, such as 1000000000000009; `subledger account associate CODE --uid 1000000000000009` brings one in
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    let answer = book.json_exit(3, "reconcile run --period 2026-06");
    assert_eq!((&answer["billed"], &answer["unexplained"]), (&"20611.3154567891".into(), &"0.00".into()));
    let kinds: Vec<_> = answer["differences"].as_array().unwrap().iter().map(|d| d["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"duplicate-line"), "{kinds:?}");
    assert!(book.checks());
}

#[test]
fn of_many_bad_lines_a_hundred_are_shown_and_all_are_counted() {
    let bad = line_with("10.1234567890", "ten");
    let lines: Vec<&str> = std::iter::repeat_n(bad.as_str(), 250).collect();
    let book = TestBook::acme(Point::Ordered);
    book.write("bad.csv", bill(&lines));
    let refused = book.refused(1, "file.bad-lines", "bill import bad.csv --period 2026-06");
    assert_eq!(refused.details.len(), 101);
    assert!(refused.details[99].starts_with("line 101, "), "{}", refused.details[99]);
    assert_eq!(refused.details[100], "and more: 250 bad lines in all");
    assert_eq!(book.run("bill import bad.csv --period 2026-06").stderr.lines().count(), 102);
}

#[test]
fn months_without_a_bill_a_run_or_a_part() {
    let book = TestBook::acme(Point::Ordered);
    book.refused(1, "bill.none", "bill show 2026-06");
    book.refused(1, "bill.none", "reconcile run --period 2026-06");
    book.refused(1, "bill.none", "reconcile show --period 2026-06");
    book.refused(1, "statement.none", "statement show acme-prod --period 2026-05");
    assert_snapshot!(book.run("statement show acme-prod --period 2026-05"), @"
    ----- stderr
    error: acme-prod had no part in 2026-05: its charges are ours from a later day
    ----- exit 1
    ");
    assert_snapshot!(book.run("reconcile run --period 2026-06"), @"
    ----- stderr
    error: there is no bill for 2026-06
    hint: `subledger bill import FILE --period 2026-06` imports one
    ----- exit 1
    ");
    book.done("bill import bill.csv --period 2026-06 --final");
    book.refused(1, "reconcile.none", "reconcile show --period 2026-06");
}

#[test]
fn a_bill_comes_through_a_pipe_as_well() {
    let book = TestBook::acme(Point::Ordered);
    let file = std::fs::File::open(book.path("bill.csv")).unwrap();
    let output = book.finish(book.command(&["bill", "import", "-", "--period", "2026-06", "--final"]).stdin(file));
    assert_eq!(output.exit, 0, "{output}");
    assert_eq!(book.json("bill import bill.csv --period 2026-06 --final")["already_imported"], true);
    let empty = book.finish(&mut book.command(&["bill", "import", "-", "--period", "2026-06", "--format", "json"]));
    crate::book::refusal(1, "file.empty", &empty);
}

// ------------------------------------------------------------------------------------------------------------------ books

#[test]
fn a_book_that_is_missing() {
    let book = TestBook::nothing();
    for line in ["status", "fund deposit acme 5", "check", "month-end 2026-06 --bill bill.csv --out out"] {
        book.refused(7, "book.missing", line);
    }
    assert_snapshot!(book.run("status"), @"
    ----- stderr
    error: there is no book at [FOLDER]/acme.db
    hint: `subledger init` makes a book; --book or SUBLEDGER_BOOK chooses another one
    ----- exit 7
    ");
    assert_eq!(book.files_in("home"), [""; 0]);
    assert!(!book.has("acme.db"), "looking makes no book");
}

#[test]
fn a_book_that_is_none() {
    let book = TestBook::nothing();
    book.write("acme.db", "Dear diary, today I have closed June.\n");
    for line in ["status", "fund deposit acme 5", "check"] {
        book.refused(7, "book.not-a-book", line);
    }
    assert_snapshot!(book.run("status"), @"
    ----- stderr
    error: [FOLDER]/acme.db is not a subledger book
    hint: --book or SUBLEDGER_BOOK chooses the book
    ----- exit 7
    ");
    assert_eq!(book.read("acme.db"), "Dear diary, today I have closed June.\n");
    book.refused(1, "book.exists", "init --agent A --credential 91330106MA05J1K21K --provider alibaba --currency CNY");
    book.write("acme.db", "");
    book.refused(7, "book.not-a-book", "status");
    std::fs::remove_file(book.place()).unwrap();
    std::fs::create_dir(book.place()).unwrap();
    book.refused(7, "book.not-a-book", "status");
    book.refused(7, "book.unreadable", "--book bill.csv/acme.db status");
}

#[test]
fn a_book_that_cannot_be_made() {
    let book = TestBook::nothing();
    let init = "init --agent A --credential 91330106MA05J1K21K --currency CNY --provider";
    book.refused(7, "book.unreadable", &format!("--book nowhere/acme.db {init} alibaba"));
    assert_snapshot!(book.run(&format!("--book nowhere/acme.db {init} alibaba")), @"
    ----- stderr
    error: nowhere/acme.db: No such file or directory (os error 2)
    ----- exit 7
    ");
    book.refused(2, "usage", &format!("{init} ''"));
    book.refused(2, "usage", &format!("{init} 'ali\u{1b}baba'"));
    assert!(!book.has("acme.db"));
}

#[test]
fn the_database_of_another_program() {
    let book = TestBook::nothing();
    book.sql("CREATE TABLE photo (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO photo VALUES (1, 'Hangzhou')").unwrap();
    let before = std::fs::read(book.place()).unwrap();
    for line in ["status", "fund deposit acme 5", "check"] {
        book.refused(7, "book.not-a-book", line);
    }
    assert_eq!(std::fs::read(book.place()).unwrap(), before);
}

/// Whoever may not write the file cannot upgrade it, and nobody can read it before.
#[test]
fn a_book_of_an_earlier_version_on_a_read_only_place_is_left_alone() {
    let book = TestBook::nothing();
    let bytes = zstd::decode_all(&include_bytes!("../golden/book-version-1.db.zst")[..]).unwrap();
    std::fs::write(book.place(), bytes).unwrap();
    std::fs::set_permissions(book.place(), std::fs::Permissions::from_mode(0o400)).unwrap();
    book.refused_as(1000, (7, "book.older"), "status");
    std::fs::set_permissions(book.place(), std::fs::Permissions::from_mode(0o600)).unwrap();
    book.done_as(1000, "status");
    assert!(book.has("acme.db.before-version-2"));
    assert_eq!(book.json_as(1000, "audit log --last 1")["rows"][0]["command"], "upgrade");
}

#[test]
fn a_book_of_a_later_version_is_left_alone() {
    let book = TestBook::acme(Point::Funded);
    book.sql("PRAGMA user_version = 99").unwrap();
    let before = std::fs::read(book.place()).unwrap();
    for line in ["status", "fund deposit acme 5", "check"] {
        book.refused(7, "book.newer", line);
    }
    assert_snapshot!(book.run("status"), @"
    ----- stderr
    error: the book has schema version 99; this subledger knows versions up to 2
    hint: install the latest subledger
    ----- exit 7
    ");
    assert_eq!(std::fs::read(book.place()).unwrap(), before);
}

#[test]
fn a_read_only_book_can_be_looked_at() {
    let book = TestBook::acme(Point::Ordered);
    std::fs::set_permissions(book.place(), std::fs::Permissions::from_mode(0o400)).unwrap();
    let before = book.everything();
    book.refused(7, "book.read-only", "fund deposit acme 5");
    book.refused(7, "book.read-only", "fund deposit acme 5 --dry-run");
    assert_snapshot!(book.run("fund deposit acme 5"), @"
    ----- stderr
    error: [FOLDER]/acme.db cannot be written to
    hint: its owner can make it writable again (chmod u+w); on a read-only medium, copy it to another place
    ----- exit 7
    ");
    assert_eq!(book.everything(), before);
    assert!(book.checks());
}

#[test]
fn a_damaged_book_is_said_to_be_damaged() {
    let book = TestBook::acme(Point::Ordered);
    let mut bytes = std::fs::read(book.place()).unwrap();
    let end = bytes.len() / 4096 * 4096;
    bytes[8192..end].fill(0x5a);
    book.write("acme.db", bytes);
    book.refused(7, "book.damaged", "status");
    book.refused(7, "book.damaged", "fund deposit acme 5");
    let told = book.run("status").stderr;
    assert!(told.starts_with("error: the book is damaged: "), "{told}");
}

/// The one test that waits: a command gives another one five seconds to finish.
#[test]
fn a_book_that_another_command_is_writing_to() {
    let book = TestBook::acme(Point::Funded);
    let other = rusqlite::Connection::open(book.place()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    book.done("account list");
    let begun = Instant::now();
    book.refused(5, "book.busy", "fund deposit acme 5 --date 2026-06-02");
    let waited = begun.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(15)).contains(&waited), "{waited:?}");
    other.execute_batch("ROLLBACK").unwrap();
    book.done("fund deposit acme 5 --date 2026-06-02");
}

#[test]
fn somebody_who_is_no_operator_may_do_nothing_and_is_recorded() {
    let book = TestBook::acme(Point::Funded);
    let operations = book.operations();
    for line in [
        "status",
        "account list",
        "check",
        "fund deposit acme 5 --date 2026-06-02",
        "entity add other --name Other --credential 330106123456789",
        "order record acme-prod --product ecs --kind new --list-price 1 --provider-order 77",
        "price apply acme-sale.toml",
        "bill import bill.csv --period 2026-06",
        "month-end 2026-06 --bill bill-corrected.csv --out out",
        "fund deposit acme 5 --date 2026-06-02 --key k-1",
    ] {
        book.refused_as(4242, (4, "operator.not-known"), line);
    }
    assert_snapshot!(book.run_as(4242, "fund deposit acme 5"), @"
    ----- stderr
    error: root, the OS user 4242, is no operator of this book
    hint: an administrator adds them: `subledger operator add NAME --uid 4242 --role ROLE`; such a refusal is recorded
    ----- exit 4
    ");
    assert_eq!(book.operations(), operations + 11, "every denial is an operation in the log");
    assert!(book.checks(), "and the log is whole");
    assert_eq!(book.json("fund deposit acme 5 --date 2026-06-02 --key k-1")["status"], "applied", "a denial uses no key up");
}

#[test]
fn an_operator_does_what_his_roles_carry() {
    let book = TestBook::acme(Point::Ordered);
    let may = |role: &str, line: &str| {
        book.set_roles(role);
        let output = book.run(&format!("{line} --dry-run"));
        assert!(output.exit == 0 || output.exit == 4, "{role}: {line}\n{output}");
        output.exit == 0
    };
    let writes = [
        ("finance", "fund deposit acme 5 --date 2026-06-02"),
        ("manager", "entity add other --name Other --credential 330106123456789"),
        ("manager tech", "order refund o-1 --provider-order 77 --date 2026-06-20"),
        ("manager finance", "price apply acme-sale.toml"),
        ("finance", "bill import bill.csv --period 2026-06"),
    ];
    for (allowed, line) in writes {
        for role in ["admin", "manager", "finance", "tech", "auditor"] {
            assert_eq!(may(role, line), allowed.split(' ').any(|word| word == role), "{role}: {line}");
        }
    }
    assert!(may("tech finance", "order refund o-1 --provider-order 77 --date 2026-06-20"));
    book.set_roles("auditor");
    assert_snapshot!(book.run("order refund o-1 --provider-order 77 --date 2026-06-20"), @"
    ----- stderr
    error: [USER] may not do this: it needs the permission record-orders
    hint: the role manager or tech carries it; such a refusal is recorded
    ----- exit 4
    ");
    assert_eq!(book.run("account list").exit, 0);
}
