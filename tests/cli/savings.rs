//! What groups have saved and whose work it is, and what the agent has earned by it.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::book::{ACME_SALE, Point, TestBook};

fn associated(book: &TestBook, account: &str, group: &str, uid: u64, more: &str) {
    book.done(&format!(
        "account associate {account} --uid {uid} --group {group} --entity acme-hq --environment test --mode agent-pays --credit 100000 --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders {more}"
    ));
    book.done(&format!("account confirm {account}"));
}

fn order(book: &TestBook, number: u32, account: &str, product: &str, list: &str, date: &str) {
    book.done(&format!(
        "order record {account} --product {product} --kind new --list-price {list} --provider-order {number} --date {date}"
    ));
}

/// Three subsidiaries of acme under a rule, in the order in which they bought.
fn subsidiaries(rule: &str) -> TestBook {
    let book = TestBook::acme(Point::Funded);
    book.write("rule.toml", ACME_SALE.replace("2026-01-01", "2026-06-01").replace("\"whole\"", &format!("\"{rule}\"")));
    book.done("price apply rule.toml");
    associated(&book, "acme-labs", "acme", 1_000_000_000_000_003, "");
    for (number, account, product, list, date) in [
        (1, "acme-prod", "ecs", "30000", "2026-06-02"),
        (2, "acme-test", "ecs", "12000", "2026-06-03"),
        (3, "acme-labs", "rds", "20000", "2026-06-04"),
        (4, "acme-test", "oss", "4000", "2026-06-05"),
    ] {
        order(&book, number, account, product, list, date);
    }
    book
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or("-").to_owned()
}

fn cents(row: &Value, key: &str) -> i64 {
    row[key].as_str().unwrap().replace('.', "").parse().unwrap()
}

/// Some columns of the rows, for each account.
fn figures(answer: &Value, keys: &[&str]) -> Vec<String> {
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| keys.iter().map(|key| text(row, key)).collect::<Vec<_>>().join(" ")).collect()
}

/// Whatever the report says, its parts add up: accounts and products to groups, shares to the saving.
fn adds_up(answer: &Value) {
    let rows = |table: &str| answer[table].as_array().unwrap().clone();
    for group in rows("groups") {
        let sum = |table: &str, key: &str| {
            rows(table).iter().filter(|row| row["group"] == group["group"]).map(|row| cents(row, key)).sum::<i64>()
        };
        for key in ["list", "payable", "saved"] {
            assert_eq!((sum("rows", key), sum("products", key)), (cents(&group, key), cents(&group, key)), "{key} {answer}");
        }
        let saved = cents(&group, "saved");
        assert_eq!((sum("rows", "proportional"), sum("rows", "shapley")), (saved, saved), "{answer}");
        assert_eq!(cents(&group, "by_accounts") + cents(&group, "by_nobody"), saved);
        assert_eq!(cents(&group, "list") - cents(&group, "payable"), saved);
    }
}

// ----------------------------------------------------------------------------------------------------- whose saving it is

/// 30000 of prod at 5 %; 12000 of test at 10 %, because 30000 lie before it; 20000 of labs at 10 %; 4000 of test at 15 %, because
/// 62000 lie before it: 1500 + 1200 + 2000 + 600 = 5300.
///
/// Alone: labs 5 % of 20000; prod 5 % of 30000; test 5 % of both of its orders: 1000, 1500 and 800 less.
/// Pairs: prod and labs 1500 + 2000; labs and test 600 + 1000 + 10 % of 4000; prod and test 1500 + 1200 + 10 % of 4000.
/// So labs brings 5300 - 3100, prod 5300 - 2000, test 5300 - 3500.
/// Shapley, over six orders: labs 2 × 1000 + (3500 - 1500) + (2000 - 800) + 2 × 2200 = 9600; prod 2 × 1500 + (3500 - 1000) +
/// (3100 - 800) + 2 × 3300 = 14400; test 2 × 800 + (2000 - 1000) + (3100 - 1500) + 2 × 1800 = 7800.
/// By list price of 66000: labs 5300 × 20 / 66 = 1606.06, prod 2409.09, test 1284.85 (its .848 is the largest remainder).
#[test]
fn what_a_group_saved_under_whole_tiers() {
    let book = subsidiaries("whole");
    assert_snapshot!(book.run("report savings"), @"
    Period  2026-01-01 to 2026-07-03 (the fiscal year to date)

    Account    Group  Currency      List   Payable    Saved     Alone   Brings  Proportional  Shapley
    -------------------------------------------------------------------------------------------------
    acme-labs  acme   CNY       20000.00  18000.00  2000.00  19000.00  2200.00       1606.06  1600.00
    acme-prod  acme   CNY       30000.00  28500.00  1500.00  28500.00  3300.00       2409.09  2400.00
    acme-test  acme   CNY       16000.00  14200.00  1800.00  15200.00  1800.00       1284.85  1300.00

    Groups
    Group  Currency  Accounts      List   Payable    Saved  By accounts  By nobody  Shares
    --------------------------------------------------------------------------------------
    acme   CNY              3  66000.00  60700.00  5300.00      5300.00       0.00  exact

    Products
    Product  Group  Currency      List   Payable    Saved
    -----------------------------------------------------
    ecs      acme   CNY       42000.00  39300.00  2700.00
    oss      acme   CNY        4000.00   3400.00   600.00
    rds      acme   CNY       20000.00  18000.00  2000.00

    Totals
    Currency      List   Payable    Saved
    -------------------------------------
    CNY       66000.00  60700.00  5300.00
    ----- exit 0
    ");
    adds_up(&book.json("report savings"));
}

/// Graduated, it does not matter who came first: 5 % of 20000, 10 % of 30000, 15 % of 16000 = 6400.
///
/// Alone: labs 1000; prod 1000 + 1000; test 800. Pairs: prod and labs (50000) 4000; labs and test (36000) 2600; prod and test
/// (46000) 3600. So labs brings 2800, prod 3800, test 2400.
/// Shapley: labs 2 × 1000 + 2000 + 1800 + 2 × 2800 = 11400; prod 2 × 2000 + 3000 + 2800 + 2 × 3800 = 17400; test 2 × 800 + 1600 +
/// 1600 + 2 × 2400 = 9600; each of six.
#[test]
fn what_a_group_saved_under_graduated_tiers() {
    let book = subsidiaries("graduated");
    assert_snapshot!(book.run("report savings --format csv"), @"
    account,group,currency,list,payable,saved,alone,brings,proportional,shapley,standard_error
    acme-labs,acme,CNY,20000.00,17400.00,2600.00,19000.00,2800.00,1939.39,1900.00,
    acme-prod,acme,CNY,30000.00,28000.00,2000.00,28000.00,3800.00,2909.09,2900.00,
    acme-test,acme,CNY,16000.00,14200.00,1800.00,15200.00,2400.00,1551.52,1600.00,
    ----- exit 0
    ");
    adds_up(&book.json("report savings"));
}

/// Trued up, all of 66000 is 15 % off: 9900. Alone prod reaches 10 %, labs too, test 5 %; pairs: prod and labs 15 % of 50000,
/// labs and test 10 % of 36000, prod and test 10 % of 46000.
#[test]
fn a_true_up_counts_for_the_charges_that_it_is_for() {
    let book = subsidiaries("retroactive");
    let keys = ["account", "saved", "alone", "brings"];
    let before = ["acme-labs 2000.00 19000.00 2200.00", "acme-prod 1500.00 28500.00 3300.00", "acme-test 1800.00 15200.00 1800.00"];
    assert_eq!(figures(&book.json("report savings"), &keys), before);
    book.done("price true-up acme --date 2026-06-30");
    let answer = book.json("report savings");
    // 9900 less 4600, 3600 and 7500.
    let after = ["acme-labs 3000.00 18000.00 5300.00", "acme-prod 4500.00 27000.00 6300.00", "acme-test 2400.00 15200.00 2400.00"];
    assert_eq!(figures(&answer, &keys), after);
    assert_eq!(answer["groups"][0]["by_nobody"], "0.00");
    adds_up(&answer);
    assert_eq!(figures(&book.json("report savings --as-of 2026-06-29"), &keys), before);
    // A refund in July of an order of June takes its true-up along, and the tier with it: 36000 are left, at 10 %.
    book.done("order refund 1 --provider-order 5 --date 2026-07-01");
    book.done("price true-up acme --date 2026-07-02");
    let answer = book.json("report savings");
    let refunded = ["acme-labs 2000.00 18000.00 2800.00", "acme-prod 0.00 0.00 0.00", "acme-test 1600.00 15200.00 1600.00"];
    assert_eq!(figures(&answer, &keys), refunded);
    assert_eq!(answer["groups"][0]["by_nobody"], "0.00");
    adds_up(&answer);
}

/// What was bought before the period, in a window that reaches into it, counts for what is bought in it, and its buyer gets the
/// credit: 10000 of test in July are 15 % off, because 66000 lie before them; alone 5 %, because 16000 do; without labs 10 %.
#[test]
fn who_bought_before_brings_something_too() {
    let book = subsidiaries("whole");
    book.done("fund allocate acme-test 5000 --date 2026-07-01");
    order(&book, 5, "acme-test", "ecs", "10000", "2026-07-01");
    let answer = book.json("report savings --period 2026-07");
    let keys = ["account", "list", "saved", "alone", "brings", "proportional", "shapley"];
    // The values of coalitions with test are 500 alone, 1000 with labs (36000 before), 1000 with prod, 1500 with both; without
    // test they are nothing. Labs: (1000 - 500) / 6 + 2 × (1500 - 1000) / 6 = 250; test has the rest.
    assert_eq!(
        figures(&answer, &keys),
        [
            "acme-labs 0.00 0.00 0.00 500.00 0.00 250.00",
            "acme-prod 0.00 0.00 0.00 500.00 0.00 250.00",
            "acme-test 10000.00 1500.00 9500.00 1500.00 1500.00 1000.00"
        ]
    );
    adds_up(&answer);
}

/// A refund gives back the share of the price, in what was charged as in what would have been.
#[test]
fn a_refund_is_a_negative_charge() {
    let book = subsidiaries("whole");
    // Half of the 10800 that test paid for its 12000.
    book.done("order refund 2 --amount 5400 --provider-order 5 --date 2026-06-10");
    let answer = book.json("report savings --group acme --from 2026-06-03 --to 2026-06-10");
    let keys = ["account", "list", "payable", "saved", "alone"];
    assert_eq!(
        figures(&answer, &keys),
        [
            "acme-labs 20000.00 18000.00 2000.00 19000.00",
            // Of June 2, and in the window.
            "acme-prod 0.00 0.00 0.00 0.00",
            // 6000 and 4000; alone 95 % of both.
            "acme-test 10000.00 8800.00 1200.00 9500.00"
        ]
    );
    assert_eq!(figures(&book.json("report savings --as-of 2026-06-09"), &keys)[2], "acme-test 16000.00 14200.00 1800.00 15200.00");
    book.done("order refund 2 --provider-order 6 --date 2026-07-01");
    let answer = book.json("report savings --period 2026-07");
    // 5400 less of 6000 at list; alone 5700 less.
    assert_eq!(figures(&answer, &keys)[2], "acme-test -6000.00 -5400.00 -600.00 -5700.00");
    adds_up(&answer);
}

/// A refund of July had taken prod's 30000 out of the volume when another order of June was recorded: 36000 lie before it, and not
/// 66000. June alone knows of that refund only by its volume.
#[test]
fn a_later_refund_counts_for_what_was_recorded_after_it() {
    let book = subsidiaries("whole");
    book.done("order refund 1 --provider-order 5 --date 2026-07-01");
    order(&book, 6, "acme-labs", "ecs", "1000", "2026-06-20");
    let answer = book.json("report savings --period 2026-06");
    let group = &answer["groups"][0];
    // 5300, and 10 % of 1000; were the refund not known, 15 % would be expected of it.
    assert_eq!(["saved", "by_accounts", "by_nobody"].map(|key| text(group, key)), ["5400.00", "5400.00", "0.00"]);
    adds_up(&answer);
}

/// The volume that the book started with is nobody's: what it makes of the saving is shared out by list price. 15000 lie before
/// 10000 of prod and 2000 of test, which is why the latter are 10 % off: 500 + 200; by their own purchases they save 5 %.
#[test]
fn the_volume_that_the_book_started_with_is_nobodys() {
    let book = TestBook::acme(Point::Ready);
    book.write("start.csv", "kind,group,account,amount,date,list_price,payable\nvolume,acme,,,,15000,14250\n");
    book.done("opening import start.csv --date 2026-06-01");
    order(&book, 1, "acme-prod", "ecs", "10000", "2026-06-02");
    book.done("order record acme-test --product ecs --kind new --list-price 2000 --provider-order 2 --date 2026-06-03 --placed");
    let answer = book.json("report savings --period 2026-06");
    let group = &answer["groups"][0];
    assert_eq!(
        (text(group, "saved"), text(group, "by_accounts"), text(group, "by_nobody")),
        ("700.00".into(), "600.00".into(), "100.00".into())
    );
    // 500 and 100 of their own, and 100 by 10000 to 2000.
    assert_eq!(figures(&answer, &["account", "brings", "shapley"]), ["acme-prod 500.00 583.33", "acme-test 100.00 116.67"]);
    adds_up(&answer);
}

/// A coupon is the account's own: it comes off every price, 50 of 9000 as of 9500. A voucher pays, and saves nothing.
#[test]
fn a_coupon_saves_whoever_has_it() {
    for rule in ["whole", "graduated", "retroactive"] {
        let book = subsidiaries(rule);
        let buy = |list: u32, number: u32, with: &str| {
            book.done(&format!(
                "order record acme-labs --product ecs --kind new --list-price {list} --provider-order {number} --date 2026-06-06 {with}"
            ));
        };
        let coupons = |book: &TestBook| {
            let row = &book.json("report savings")["rows"][0];
            ["saved", "alone"].map(|key| cents(row, key))
        };
        // Both orders lie beyond 62000, at 15 %; alone beyond 20000, at 10 %.
        let before = coupons(&book);
        buy(1000, 5, "--coupon 50 --coupon-bearer agent");
        buy(1000, 6, "--voucher 70 --voucher-bearer agent");
        let after = coupons(&book);
        let alone = 2 * 90_000 - 5_000;
        assert_eq!([after[0] - before[0], after[1] - before[1]], [2 * 15_000 + 5_000, alone], "{rule}");
        book.done("price true-up --date 2026-06-30");
        book.done("order refund 5 --amount 400 --provider-order 7 --date 2026-07-01");
        let answer = book.json("report savings");
        assert_eq!(answer["groups"][0]["by_nobody"], "0.00", "{rule}");
        adds_up(&answer);
        assert_eq!(cents(&book.json("report margin")["totals"]["CNY"], "sale"), -journal(&book, "2026-07-03")["sales"], "{rule}");
    }
}

/// What passes through on the agency model has the provider's discount, and counts.
#[test]
fn what_passes_through_costs_what_it_did_and_counts() {
    let book = subsidiaries("whole");
    associated(&book, "acme-own", "acme", 1_000_000_000_000_004, "--model agency");
    book.done("order record acme-own --product ecs --kind new --list-price 40000 --provider-amount 32000 --provider-order 5 --date 2026-06-01");
    order(&book, 6, "acme-labs", "ecs", "1000", "2026-06-06");
    let answer = book.json("report savings");
    let row = answer["rows"].as_array().unwrap().iter().find(|row| row["account"] == "acme-own").unwrap().clone();
    // Recorded last but one, it moves only the last order, from 15 % to 15 %; alone it saves the same.
    assert_eq!(["saved", "alone", "brings"].map(|key| text(&row, key)), ["8000.00", "32000.00", "8000.00"]);
    assert_eq!(answer["groups"][0]["by_nobody"], "0.00");
    adds_up(&answer);
}

// ------------------------------------------------------------------------------------------------------- sampled shares

/// Thirteen accounts that buy for 4000 each: too many for every coalition, and all alike.
#[test]
fn above_twelve_accounts_shares_are_sampled_and_add_up() {
    let book = TestBook::acme(Point::Ready);
    let mut orders = "account,product,kind,list_price,provider_order,date\n".to_owned();
    for number in 3..14 {
        associated(&book, &format!("acme-{number:02}"), "acme", 1_000_000_000_000_000 + number, "");
    }
    for number in 3..14 {
        orders.push_str(&format!("acme-{number:02},ecs,new,4000,{number},2026-06-{number:02}\n"));
    }
    book.write("many.csv", orders.clone());
    book.done("order import many.csv");
    assert_eq!(book.json("report savings")["groups"][0]["shares"], "exact");
    book.write("more.csv", "account,product,kind,list_price,provider_order,date\nacme-prod,ecs,new,4000,21,2026-06-21\nacme-prod,ecs,new,100.01,22,2026-06-22\n");
    book.done("order import more.csv");
    book.done("order record acme-test --product ecs --kind new --list-price 4000 --provider-order 23 --date 2026-06-23 --placed");
    let answer = book.json("report savings");
    assert_eq!(answer["groups"][0]["accounts"], 13);
    let told = |answer: &Value| ["shares", "samples", "seed"].map(|key| answer["groups"][0][key].clone());
    assert_eq!(told(&answer), [json!("sampled"), json!(200), json!(1)]);
    adds_up(&answer);
    assert_eq!(book.json("report savings --seed 1 --samples 200"), answer, "the same seed, the same shares");
    let other = book.json("report savings --seed 2 --samples 50");
    assert_eq!(told(&other), [json!("sampled"), json!(50), json!(2)]);
    assert_ne!(figures(&other, &["shapley"]), figures(&answer, &["shapley"]));
    adds_up(&other);
    assert_snapshot!(book.run("report savings --period 2026-06"), @"
    Period  2026-06-01 to 2026-06-30

    Account    Group  Currency     List  Payable   Saved    Alone  Brings  Proportional  Shapley  ± error
    -----------------------------------------------------------------------------------------------------
    acme-03    acme   CNY       4000.00  3800.00  200.00  3800.00  400.00        323.23   327.20     6.82
    acme-04    acme   CNY       4000.00  3800.00  200.00  3800.00  400.00        323.23   324.13     6.88
    acme-05    acme   CNY       4000.00  3800.00  200.00  3800.00  400.00        323.23   327.13     6.82
    acme-06    acme   CNY       4000.00  3800.00  200.00  3800.00  400.00        323.23   328.13     6.80
    acme-07    acme   CNY       4000.00  3800.00  200.00  3800.00  400.00        323.23   328.20     6.80
    acme-08    acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   332.13     6.71
    acme-09    acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   307.15     7.07
    acme-10    acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   326.22     6.84
    acme-11    acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   320.17     6.94
    acme-12    acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   318.17     6.97
    acme-13    acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   321.15     6.93
    acme-prod  acme   CNY       4100.01  3690.01  410.00  3895.01  410.00        331.31   329.22     7.09
    acme-test  acme   CNY       4000.00  3600.00  400.00  3800.00  400.00        323.22   321.00     6.94

    Groups
    Group  Currency  Accounts      List   Payable    Saved  By accounts  By nobody  Shares   Samples  Seed
    ------------------------------------------------------------------------------------------------------
    acme   CNY             13  52100.01  47890.01  4210.00      4210.00       0.00  sampled      200     1

    Products
    Product  Group  Currency      List   Payable    Saved
    -----------------------------------------------------
    ecs      acme   CNY       52100.01  47890.01  4210.00

    Totals
    Currency      List   Payable    Saved
    -------------------------------------
    CNY       52100.01  47890.01  4210.00
    ----- exit 0
    ");
}

#[test]
fn what_was_asked_for_and_does_nothing_is_said() {
    let book = subsidiaries("whole");
    assert_eq!(book.done("report savings").stderr, "");
    for line in ["report savings --seed 7", "report savings --samples 7"] {
        assert_eq!(book.json(line)["notices"][0]["notice"], "shares-exact");
    }
    assert_snapshot!(book.done("report savings --seed 7").stderr, @"warning: no group has so many accounts that shares are sampled: --seed and --samples did nothing");
    for wrong in ["--seed -1", "--seed 1.5", "--seed x", "--samples 1", "--samples 0", "--samples -5", "--samples 1000001"] {
        assert_eq!(book.run(&format!("report savings {wrong}")).exit, 2, "{wrong}");
    }
}

// ------------------------------------------------------------------------------------------------------------ the period

#[test]
fn the_period_is_asked_for_or_the_fiscal_year_to_date() {
    let book = subsidiaries("whole");
    let days = |line: &str| {
        let answer = book.json(line);
        format!(
            "{} {} {} {}",
            text(&answer, "from"),
            text(&answer, "to"),
            answer["year_to_date"],
            answer["rows"].as_array().unwrap().len()
        )
    };
    for report in ["report savings", "report margin"] {
        assert_eq!(days(report)[..26], *"2026-01-01 2026-07-03 true");
        assert_eq!(days(&format!("{report} --as-of 2026-06-30"))[..26], *"2026-01-01 2026-06-30 true");
        assert_eq!(days(&format!("{report} --period 2026-06"))[..27], *"2026-06-01 2026-06-30 false");
        // Of one day, of a day before, of a month with nothing in it.
        assert_eq!(days(&format!("{report} --from 2026-06-02 --to 2026-06-02")), "2026-06-02 2026-06-02 false 1");
        assert_eq!(days(&format!("{report} --period 2026-06 --as-of 2026-05-31")), "2026-06-01 2026-06-30 false 0");
        assert_eq!(days(&format!("{report} --period 2026-05")), "2026-05-01 2026-05-31 false 0");
        for wrong in [
            "--period 2026-06 --from 2026-06-01 --to 2026-06-30",
            "--period 2026-06 --to 2026-06-30",
            "--from 2026-06-01",
            "--to 2026-06-30",
            "--period June",
            "--from 2026-06-31 --to 2026-07-01",
        ] {
            assert_eq!(book.run(&format!("{report} {wrong}")).exit, 2, "{report} {wrong}");
        }
        book.refused(1, "group.unknown", &format!("{report} --group acm"));
        book.refused(1, "days.reversed", &format!("{report} --from 2026-06-30 --to 2026-06-01"));
    }
    assert_snapshot!(book.run("report savings --from 2026-06-30 --to 2026-06-01"), @"
    ----- stderr
    error: the days to report on would end on 2026-06-01, before they begin on 2026-06-30
    hint: --from is the earlier one
    ----- exit 1
    ");
    book.refused(1, "account.unknown", "report margin --account acme-pro");
    for wrong in ["--group acme --account acme-prod", "--by day", "--by account --by product"] {
        assert_eq!(book.run(&format!("report margin {wrong}")).exit, 2, "{wrong}");
    }
    // A fiscal year that begins in April, agreed from June on.
    let terms = ACME_SALE.replace("2026-01-01", "2026-06-15").replace("[volume]", "[volume]\nfiscal_year_start = 4");
    book.write("april.toml", terms);
    book.done("price apply april.toml");
    assert_eq!(days("report savings")[..26], *"2026-04-01 2026-07-03 true");
    assert_eq!(days("report margin --account acme-prod --as-of 2026-06-14")[..26], *"2026-01-01 2026-06-14 true");
    // Another group has none, so that they do not say the same: January.
    book.done("group add bolt --name Bolt");
    assert_eq!(days("report savings --group bolt"), "2026-01-01 2026-07-03 true 0");
    assert_snapshot!(book.run("report savings --group bolt --period 2026-06"), @"
    Period  2026-06-01 to 2026-06-30

    no charges in this period

    Groups: none

    Products: none

    Totals: none
    ----- exit 0
    ");
    assert_snapshot!(book.run("report margin --group bolt --period 2026-06 --as-of 2026-07-01"), @"
    Period  2026-06-01 to 2026-06-30
    As of   2026-07-01

    nothing was sold in this period

    Totals: none
    ----- exit 0
    ");
}

#[test]
fn groups_stand_by_themselves_in_their_own_currency() {
    let book = subsidiaries("whole");
    book.done("group add cato --name Cato --currency USD");
    associated(&book, "cato-prod", "cato", 1_000_000_000_000_009, "");
    book.done("order record cato-prod --product ecs --kind new --list-price 600 --provider-amount 450 --provider-order 81 --date 2026-06-29");
    let answer = book.json("report savings");
    adds_up(&answer);
    assert_eq!(answer["totals"]["USD"], json!({ "list": "600.00", "payable": "600.00", "saved": "0.00" }));
    assert_eq!(answer["totals"]["CNY"]["saved"], "5300.00");
    let margins = book.json("report margin --by account");
    assert_eq!(margins["totals"]["USD"]["margin"], "150.00");
    assert_eq!(figures(&margins, &["currency"]), ["CNY", "CNY", "CNY", "USD"]);
}

// ---------------------------------------------------------------------------------------------------------------- margins

/// Sales of accounts and their cost, as the journal has them.
fn journal(book: &TestBook, as_of: &str) -> BTreeMap<String, i64> {
    let answer = book.json(&format!("report trial-balance --as-of {as_of}"));
    let mut sums = BTreeMap::from([("sales".to_owned(), 0), ("cost".to_owned(), 0)]);
    for row in answer["rows"].as_array().unwrap() {
        if let Some(sum) = sums.get_mut(row["ledger_account"].as_str().unwrap()) {
            *sum += cents(row, "debit") - cents(row, "credit");
        }
    }
    sums
}

/// The subsidiaries, and beside them: one that sells below cost, one without an agreement, one that the provider sells to.
fn traders() -> TestBook {
    let book = subsidiaries("whole");
    associated(&book, "acme-own", "acme", 1_000_000_000_000_004, "--model agency");
    book.done("order record acme-own --product ecs --kind new --list-price 40000 --provider-amount 32000 --provider-order 5 --date 2026-06-06");
    book.done("group add bolt --name Bolt");
    associated(&book, "bolt-prod", "bolt", 1_000_000_000_000_005, "");
    order(&book, 6, "bolt-prod", "ecs", "1000", "2026-06-07");
    book.done("order record bolt-prod --product oss --kind new --list-price 200 --provider-amount 210.5 --provider-order 7 --date 2026-06-08");
    book.done("order record acme-prod --product ecs --kind new --list-price 2000 --provider-amount 1900 --provider-order 8 --date 2026-07-01");
    book.done("order refund 3 --amount 900 --provider-order 9 --date 2026-07-02");
    book
}

/// Cost is 80 % of list, where the order does not say otherwise. In July prod pays 85 % of 2000 and costs 1900; labs gets 900 of
/// 18000 back, a twentieth: 800 of 16000.
#[test]
fn what_deserves_a_look_comes_first() {
    let book = traders();
    assert_snapshot!(book.run("report margin"), @"
    Period  2026-01-01 to 2026-07-03 (the fiscal year to date)

    Account    Product  Period   Currency      Sale      Cost   Margin  Percent  Without rule  Flag
    ------------------------------------------------------------------------------------------------------------------------
    acme-prod  ecs      2026-07  CNY        1700.00   1900.00  -200.00  -11.76%          0.00  negative-margin
    acme-labs  rds      2026-07  CNY        -900.00   -800.00  -100.00        -          0.00  negative-margin
    bolt-prod  oss      2026-06  CNY         200.00    210.50   -10.50   -5.25%        200.00  negative-margin no-price-rule
    bolt-prod  ecs      2026-06  CNY        1000.00    800.00   200.00   20.00%       1000.00  no-price-rule
    acme-prod  ecs      2026-06  CNY       28500.00  24000.00  4500.00   15.79%          0.00  -
    acme-labs  rds      2026-06  CNY       18000.00  16000.00  2000.00   11.11%          0.00  -
    acme-test  ecs      2026-06  CNY       10800.00   9600.00  1200.00   11.11%          0.00  -
    acme-test  oss      2026-06  CNY        3400.00   3200.00   200.00    5.88%          0.00  -

    Totals
    Currency      Sale      Cost   Margin  Percent  Without rule
    ------------------------------------------------------------
    CNY       62700.00  54910.50  7789.50   12.42%       1200.00

    Left out: on the agency model the agent earns a commission, not a margin
    Account   Currency  Passed through
    ----------------------------------
    acme-own  CNY             32000.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("report margin --by account --period 2026-06 --format csv"), @"
    account,product,period,currency,sale,cost,margin,margin_percent,without_rule,flag
    bolt-prod,,,CNY,1200.00,1010.50,189.50,15.79%,1200.00,no-price-rule
    acme-prod,,,CNY,28500.00,24000.00,4500.00,15.79%,0.00,
    acme-labs,,,CNY,18000.00,16000.00,2000.00,11.11%,0.00,
    acme-test,,,CNY,14200.00,12800.00,1400.00,9.86%,0.00,
    ----- exit 0
    ");
    assert_snapshot!(book.run("report margin --by product --group acme"), @"
    Period  2026-01-01 to 2026-07-03 (the fiscal year to date)

    Product  Currency      Sale      Cost   Margin  Percent  Without rule  Flag
    ---------------------------------------------------------------------------
    ecs      CNY       41000.00  35500.00  5500.00   13.41%          0.00  -
    rds      CNY       17100.00  15200.00  1900.00   11.11%          0.00  -
    oss      CNY        3400.00   3200.00   200.00    5.88%          0.00  -

    Totals
    Currency      Sale      Cost   Margin  Percent  Without rule
    ------------------------------------------------------------
    CNY       61500.00  53900.00  7600.00   12.36%          0.00

    Left out: on the agency model the agent earns a commission, not a margin
    Account   Currency  Passed through
    ----------------------------------
    acme-own  CNY             32000.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("report margin --by period --account 1000000000000001"), @"
    Period  2026-01-01 to 2026-07-03 (the fiscal year to date)

    Period   Currency      Sale      Cost   Margin  Percent  Without rule  Flag
    --------------------------------------------------------------------------------------
    2026-07  CNY        1700.00   1900.00  -200.00  -11.76%          0.00  negative-margin
    2026-06  CNY       28500.00  24000.00  4500.00   15.79%          0.00  -

    Totals
    Currency      Sale      Cost   Margin  Percent  Without rule
    ------------------------------------------------------------
    CNY       30200.00  25900.00  4300.00   14.24%          0.00
    ----- exit 0
    ");
    let own = book.json("report margin --account acme-own");
    assert_eq!((&own["rows"], &own["totals"]), (&json!([]), &json!({})));
    assert_eq!(own["agency"], json!([{ "account": "acme-own", "currency": "CNY", "passed_through": "32000.00" }]));
}

/// The totals are those of the journal, day by day, before and after the close and its usage, and with true-ups.
#[test]
fn margins_add_up_to_the_journal() {
    let books = [traders(), TestBook::acme(Point::Closed), {
        let book = subsidiaries("retroactive");
        book.done("price true-up acme --date 2026-06-30");
        book.done("order refund 1 --amount 1000 --provider-order 9 --date 2026-07-01");
        book.done("price true-up acme --date 2026-07-02");
        book
    }];
    for book in books {
        let mut before = journal(&book, "2026-05-31");
        for (from, to) in
            [("2026-06-01", "2026-06-03"), ("2026-06-04", "2026-06-29"), ("2026-06-30", "2026-06-30"), ("2026-07-01", "2026-07-03")]
        {
            let after = journal(&book, to);
            for by in ["", " --by account", " --by product", " --by period"] {
                let answer = book.json(&format!("report margin --from {from} --to {to}{by}"));
                let sum = |key: &str| answer["rows"].as_array().unwrap().iter().map(|row| cents(row, key)).sum::<i64>();
                assert_eq!((sum("sale"), sum("cost")), (before["sales"] - after["sales"], after["cost"] - before["cost"]), "{to}");
                let total = answer["totals"].get("CNY").map_or((0, 0), |total| (cents(total, "sale"), cents(total, "cost")));
                assert_eq!(total, (sum("sale"), sum("cost")));
                assert_eq!(sum("margin"), sum("sale") - sum("cost"));
            }
            before = after;
        }
        assert!(before["sales"] < -100_000, "something was sold");
    }
}

/// What the book started with was not sold in it.
#[test]
fn what_the_book_started_with_is_no_sale() {
    let book = TestBook::acme(Point::Ready);
    book.write("start.csv", "kind,group,account,amount,date,product,order_kind,provider_order,list_price,payable,cost\norder,,acme-prod,,2026-06-01,ecs,new,2100000,1000,950,800\n");
    book.done("opening import start.csv --date 2026-06-02");
    assert_eq!(book.json("report margin")["rows"], json!([]));
    book.done("order refund 2100000 --provider-order 1 --date 2026-06-03");
    // Its refund is one of the book's, as in the journal.
    assert_eq!(figures(&book.json("report margin"), &["sale", "cost", "flag"]), ["-950.00 -800.00 negative-margin no-price-rule"]);
    assert_eq!(journal(&book, "2026-06-30"), BTreeMap::from([("sales".to_owned(), 95_000), ("cost".to_owned(), -80_000)]));
}
