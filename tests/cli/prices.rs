//! Agreements at work: tiers that split a charge, mark-ups, members with terms of their own, and true-ups.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::book::{ACME_SALE, Point, TestBook};

/// The story's agreement under another rule from June on.
pub(crate) fn under(rule: &str) -> String {
    ACME_SALE.replace("2026-01-01", "2026-06-01").replace("\"whole\"", &format!("\"{rule}\""))
}

/// The story's orders under another rule: 12000 and 9999.99 at 5 %, 3000 and 40000 at 10 %, where the rule is not graduated.
fn ordered_under(rule: &str) -> TestBook {
    let book = TestBook::acme(Point::Funded);
    book.write("other.toml", under(rule));
    book.done("price apply other.toml");
    book.done(
        "order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 2100001 --from 2026-06-02 --to 2027-06-02 --date 2026-06-02",
    );
    book.done("order import orders.csv");
    book
}

fn payables(book: &TestBook) -> Vec<String> {
    let orders = book.json("order list");
    let texts = |row: &Value| format!("{} {}", row["payable"].as_str().unwrap(), row["true_up"].as_str().unwrap());
    orders["rows"].as_array().unwrap().iter().map(texts).collect()
}

/// What the two accounts owe and have.
fn balances(book: &TestBook) -> (String, String) {
    let answer = book.json("fund balance");
    let figure = |row: usize, key: &str| answer["rows"][row][key].as_str().unwrap().to_owned();
    (figure(0, "owed"), figure(1, "funds"))
}

// ------------------------------------------------------------------------------------------------------------ step by step

#[test]
fn a_quote_shows_every_step_of_a_split_charge() {
    let book = ordered_under("graduated");
    // 22000 of the window lie behind: 28000 at 10 %, the rest at 15 %.
    assert_snapshot!(book.run("price quote acme-prod --product ecs --list-price 50000.01 --date 2026-06-10"), @"
    Order                -
    Account              acme-prod
    Product              ecs
    Kind                 new
    Date                 2026-06-10
    Currency             CNY
    List price           50000.01
    Agreement            acme-2026
    Priced by            slices
    Volume before it     24999.99
    Tier from            50000.00
    Discount             12.5%
    Rounding             0.001
    Payable              43750.01
    Expected cost        40000.01
    Available before it  43950.01
    Available after it   200.00

    How it is worked out
    Step        Tier from        Of  Rate   Comes to
    ------------------------------------------------
    list price   20000.00  25000.01   10%  22500.009
    list price   50000.00  25000.00   15%   21250.00
    ----- exit 0
    ");
    // What is quoted is what is charged, to the cent and to the step.
    let told = book.json("price quote acme-test --product ecs --list-price 1234.56 --date 2026-07-01");
    let recorded =
        book.json("order record acme-test --product ecs --kind new --list-price 1234.56 --provider-order 77 --date 2026-07-01");
    for key in ["payable", "discount", "tier", "agreement", "cost", "list_price"] {
        assert_eq!(told[key], recorded[key], "{key}");
    }
    assert_eq!(told["available_after"], recorded["available"]);
    assert!(book.checks());
}

#[test]
fn an_agreement_shows_its_tiers_its_products_and_where_the_volume_stands() {
    let book = TestBook::acme(Point::Ordered);
    let products = "[[product]]\ncode = \"oss\"\ndiscount = \"3%\"\ncounts = false\n[[product.kind]]\nkind = \"renew\"\nprice = \"99.00\"\n\
                    counts = true\n[[product]]\ncode = \"slb\"\n";
    book.write("other.toml", format!("{}{products}", under("graduated")));
    book.done("price apply other.toml");
    assert_snapshot!(book.run("price show acme --as-of 2026-06-30"), @"
    Agreement  Group  Currency  Valid from  In force  Rule       Window                    From  Rate  Reached    Volume  To next tier
    ----------------------------------------------------------------------------------------------------------------------------------
    acme-2026  acme   CNY       2026-01-01  no        whole      year from 2026-01-01      0.00    5%  no              -             -
    acme-2026  acme   CNY       2026-01-01  no        whole      year from 2026-01-01  20000.00   10%  no              -             -
    acme-2026  acme   CNY       2026-01-01  no        whole      year from 2026-01-01  50000.00   15%  yes      64999.99             -
    acme-2026  acme   CNY       2026-06-01  yes       graduated  year from 2026-01-01      0.00    5%  no              -             -
    acme-2026  acme   CNY       2026-06-01  yes       graduated  year from 2026-01-01  20000.00   10%  no              -             -
    acme-2026  acme   CNY       2026-06-01  yes       graduated  year from 2026-01-01  50000.00   15%  yes      64999.99             -

    Prices of their own
    Agreement  Valid from  Product  Kind     Price  Counts
    ------------------------------------------------------
    acme-2026  2026-06-01  oss      all         3%  no
    acme-2026  2026-06-01  oss      renew    99.00  yes
    acme-2026  2026-06-01  slb      all    by tier  yes
    ----- exit 0
    ");
    assert_snapshot!(book.run("price list acme --as-of 2026-06-30"), @"
    Agreement  Kind  Group  Members  Currency  Valid from  Valid to  In force  Rule       Basis  Measure  Window  Tiers
    -------------------------------------------------------------------------------------------------------------------
    acme-2026  sale  acme   -        CNY       2026-01-01  -         no        whole      list   list     year        3
    acme-2026  sale  acme   -        CNY       2026-06-01  -         yes       graduated  list   list     year        3
    ----- exit 0
    ");
    let row = &book.json("price show acme --as-of 2026-06-30")["rows"][3];
    assert_eq!((&row["basis"], &row["measure"], &row["members"]), (&json!("list"), &json!("list"), &Value::Null));
}

#[test]
fn days_between_two_agreements_are_told() {
    let book = TestBook::acme(Point::Ready);
    let first = under("whole").replace("2026-06-01\"", "2026-06-01\"\nvalid_to = \"2026-06-30\"");
    book.write("june.toml", first);
    book.done("price apply june.toml");
    book.write("later.toml", under("whole").replace("2026-06-01", "2026-07-05"));
    assert_snapshot!(book.done("price apply later.toml").stderr, @"warning: no agreement prices 2026-07-01 to 2026-07-04, before acme-2026 begins: list price holds there");
    assert_eq!(book.json("price quote acme-prod --product ecs --list-price 100 --date 2026-07-02")["payable"], "100.00");
    book.write("between.toml", under("whole").replace("2026-06-01", "2026-07-01"));
    assert_eq!(book.done("price apply between.toml").stderr, "");
}

/// What is bought under the next version neither counts for the earlier one nor is priced by it.
#[test]
fn a_window_ends_with_its_version() {
    let book = ordered_under("retroactive");
    book.write("july.toml", under("retroactive").replace("2026-06-01", "2026-07-01"));
    book.done("price apply july.toml");
    book.done("price true-up --date 2026-06-30");
    // 65000 of list price are 15 % for all; without the largest 25000 are 10 %.
    book.done("order refund o-4 --provider-order 81 --date 2026-06-30");
    book.done("price true-up --date 2026-06-30");
    assert_eq!(payables(&book)[0], "11400.00 -600.00");
    assert_snapshot!(book.run("price true-up acme --date 2026-06-30"), @"
    Date  2026-06-30

    nothing to true up in the windows of 2026-06-30; another window is trued up by a --date in it
    ----- exit 0
    ");
    // July's purchase takes the year's volume to 65000 again. It is the next version's.
    book.done("order record acme-prod --product ecs --kind new --list-price 40000 --provider-order 82 --date 2026-07-01");
    let told = book.json("price true-up --date 2026-07-02");
    let rows: Vec<_> = told["rows"].as_array().unwrap().iter().map(|row| row["change"].as_str().unwrap()).collect();
    assert_eq!(rows, ["-2000.00"], "36000 of July at 15 %, and nothing of June");
    assert_eq!(payables(&book)[0], "11400.00 -600.00");
    assert!(book.checks());
}

/// As long as the agreement runs: a version that follows another one goes on counting.
#[test]
fn the_window_of_an_agreement_goes_through_its_versions() {
    let book = TestBook::acme(Point::Ready);
    let from = |day: &str| under("whole").replace("\"year\"", "\"agreement\"").replace("2026-06-01", day);
    let reached = |day: &str| {
        let quote = book.json(&format!("price quote acme-prod --product ecs --list-price 100 --date {day}"));
        format!("{} {}", quote["volume_before"].as_str().unwrap(), quote["discount"].as_str().unwrap())
    };
    book.write("june.toml", from("2026-06-01"));
    book.done("price apply june.toml");
    book.done(&buy("20000", 71, ""));
    book.write("later.toml", from("2026-06-15").replace("2026-06-15\"", "2026-06-15\"\nvalid_to = \"2026-06-28\""));
    book.done("price apply later.toml");
    assert_eq!(reached("2026-06-20"), "20000.00 10%");
    let shown = book.json("price show acme --as-of 2026-06-20");
    let windows: Vec<_> = shown["rows"].as_array().unwrap().iter().map(|row| row["window"].as_str().unwrap()).collect();
    assert_eq!(windows[3..], ["agreement from 2026-01-01"; 6], "the year's terms of January are its first version");
    // After a gap, it begins again.
    book.write("july.toml", from("2026-07-01"));
    book.done("price apply july.toml");
    assert_eq!(reached("2026-07-02"), "0.00 5%");
}

/// One in dollars stands beside the one in yuan, whatever it is named.
#[test]
fn an_order_is_costed_by_the_purchase_agreement_in_its_currency() {
    let book = TestBook::acme(Point::Ready);
    let dollars = crate::book::ALIBABA_PURCHASE.replace("CNY", "USD").replace("20%", "50%");
    book.write("same.toml", dollars.replace("2026-01-01", "2026-06-01"));
    book.write(
        "other.toml",
        dollars
            .replace("alibaba-2026", "in-dollars")
            .replace("50%", "30%")
            .replace("2026-01-01\"", "2026-01-01\"\nvalid_to = \"2026-05-31\""),
    );
    book.done("price apply same.toml");
    book.done("price apply other.toml");
    assert_eq!(book.json("price quote acme-prod --product ecs --list-price 1000 --date 2026-06-10")["cost"], "800.00");
    let listed = book.json("price list --as-of 2026-06-10");
    let told = |row: &Value| format!("{} {} {}", row["agreement"], row["currency"], row["in_force"]).replace('"', "");
    let rows: Vec<_> = listed["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == "purchase").map(told).collect();
    assert_eq!(rows, ["alibaba-2026 CNY true", "alibaba-2026 USD true", "in-dollars USD false"]);
    book.done("group add us --name US --currency USD");
    book.done(
        "account create us-prod --group us --entity acme-hq --environment production --mobile 13800000009 --mode agent-pays \
         --credit 10000 --since 2026-05-01",
    );
    book.done("account accept us-prod --uid 1000000000000009");
    book.done("account verify us-prod");
    let cost =
        |date: &str| book.json(&format!("price quote us-prod --product ecs --list-price 1000 --date {date}"))["cost"].clone();
    assert_eq!((cost("2026-05-31"), cost("2026-06-01")), (json!("700.00"), json!("500.00")));
}

/// Two groups may call their agreements the same.
#[test]
fn an_agreement_of_another_group_supersedes_nothing() {
    let book = TestBook::acme(Point::Ready);
    book.done("group add beta --name Beta");
    book.write("beta.toml", ACME_SALE.replace("\"acme\"", "\"beta\"").replace("2026-01-01", "2026-06-05"));
    book.done("price apply beta.toml");
    assert_eq!(book.json("price quote acme-prod --product ecs --list-price 100 --date 2026-06-10")["agreement"], "acme-2026");
    for command in ["price show acme", "price list acme", "price list beta"] {
        let shown = book.json(&format!("{command} --as-of 2026-06-10"));
        assert!(shown["rows"].as_array().unwrap().iter().all(|row| row["in_force"] == true), "{command}");
    }
}

// --------------------------------------------------------------------------------------------------- mark-ups and members

/// Cost and a mark-up: of what the provider says, or of what the purchase agreement says.
#[test]
fn a_mark_up_goes_on_the_cost() {
    let book = TestBook::acme(Point::Funded);
    let terms = under("whole").replace("basis = \"list\"", "basis = \"cost\"");
    let terms = terms.replace("discount = \"5%\"", "markup = \"8%\"").replace("discount = \"10%\"", "markup = \"6.5%\"");
    book.write("other.toml", terms.replace("discount = \"15%\"", "markup = \"5%\""));
    book.done("price apply other.toml");
    // 1000.01 less 20 % is 800.008, expected 800.01; 8 % on that is 864.0108.
    assert_snapshot!(book.run("price quote acme-prod --product ecs --list-price 1000.01 --date 2026-06-10"), @"
    Order                -
    Account              acme-prod
    Product              ecs
    Kind                 new
    Date                 2026-06-10
    Currency             CNY
    List price           1000.01
    Agreement            acme-2026
    Priced by            tier
    Volume before it     0.00
    Tier from            0.00
    Discount             13.5999%
    Rounding             -0.0008
    Payable              864.01
    Expected cost        800.01
    Available before it  100000.00
    Available after it   99135.99

    How it is worked out
    Step           Tier from      Of  Rate  Comes to
    ------------------------------------------------
    expected cost       0.00  800.01   +8%  864.0108
    ----- exit 0
    ");
    let stated = "order record acme-prod --product ecs --kind new --list-price 1000 --provider-amount 700 --provider-order 71 --date 2026-06-10";
    let recorded = book.json(stated);
    assert_eq!(
        (&recorded["payable"], &recorded["cost"], &recorded["discount"]),
        (&json!("756.00"), &json!("700.00"), &json!("24.4%"))
    );
    assert!(book.checks());
}

#[test]
fn a_mark_up_on_a_cost_that_nobody_knows_is_refused() {
    let book = TestBook::acme(Point::Ready);
    let terms = under("whole").replace("basis = \"list\"", "basis = \"cost\"").replace("discount = ", "markup = ");
    book.write("other.toml", terms.replace("\"5%\"", "\"8%\"").replace("\"10%\"", "\"8%\"").replace("\"15%\"", "\"8%\""));
    book.done("price apply other.toml");
    // The purchase agreement ends.
    book.write("end.toml", crate::book::ALIBABA_PURCHASE.replace("2026-01-01\"", "2026-06-05\"\nvalid_to = \"2026-06-06\""));
    book.done("price apply end.toml");
    let refused = book.refused(1, "price.cost-unknown", "price quote acme-prod --product ecs --list-price 1000 --date 2026-06-07");
    assert_eq!(
        book.json("price quote acme-prod --product ecs --list-price 1000 --provider-amount 800 --date 2026-06-07")["payable"],
        "864.00"
    );
    assert_snapshot!(format!("{}\n{}", refused.message, refused.hint), @r#"
    acme-2026 prices by cost, and what the provider will bill is not known
    `subledger price apply FILE` with kind = "purchase", or --provider-amount for this order
    "#);
}

/// Members have a volume and tiers of their own; the group's agreement is for the others, and counts everybody.
#[test]
fn members_have_terms_and_a_volume_of_their_own() {
    let book = TestBook::acme(Point::Ordered);
    let terms = under("whole").replace("acme-2026", "acme-labs").replace("currency =", "members = [\"acme-test\"]\ncurrency =");
    book.write("labs.toml", terms.replace("\"5%\"", "\"20%\"").replace("\"10%\"", "\"30%\"").replace("\"15%\"", "\"40%\""));
    book.done("price apply labs.toml");
    // What the members bought before counts: 3000 of 20000.
    let shown = book.json("price show acme-labs --as-of 2026-06-30");
    assert_eq!((&shown["rows"][0]["volume"], &shown["rows"][0]["members"]), (&json!("3000.00"), &json!("acme-test")));
    let buy = |account: &str, list: &str, number: u32| {
        let line = format!(
            "order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date 2026-06-21"
        );
        let recorded = book.json(&line);
        format!("{} {}", recorded["agreement"].as_str().unwrap(), recorded["discount"].as_str().unwrap())
    };
    assert_eq!(buy("acme-test", "17000", 71), "acme-labs 20%");
    assert_eq!(buy("acme-test", "1", 72), "acme-labs 30%");
    assert_eq!(buy("acme-prod", "1", 73), "acme-2026 15%");
    book.done("order refund 71 --provider-order 74 --date 2026-06-22");
    assert_eq!(buy("acme-test", "1", 75), "acme-labs 20%");
    assert_eq!(book.json("price show acme-2026 --as-of 2026-06-30")["rows"][2]["volume"], "65002.99");
    assert!(book.checks());
    // Two agreements for the same member, and a member of somebody else.
    let rival = book.read("labs.toml").replace("acme-labs", "acme-shops");
    book.write("rival.toml", rival);
    let refused = book.refused(1, "agreement.overlap", "price apply rival.toml");
    assert_snapshot!(refused.message, @"acme-shops and acme-labs (from 2026-06-01) would both price the same days");
    book.done("group add zeta --name Zeta");
    book.write(
        "zeta.toml",
        book.read("labs.toml").replace("acme-labs", "zeta-labs").replace("group = \"acme\"", "group = \"zeta\""),
    );
    let refused = book.refused(1, "agreement.member-of-other-group", "price apply zeta.toml");
    assert_snapshot!(format!("{}\n{}", refused.message, refused.hint), @"
    zeta-labs names acme-test, which belongs to acme
    members are accounts of the agreement's own group
    ");
}

// ----------------------------------------------------------------------------------------------------------------- true-ups

/// A retroactive window that reaches 15 %: everything in it costs 15 % less, and again when refunds take it down to 10 %.
#[test]
fn a_window_that_reaches_a_tier_is_trued_up_and_back() {
    let book = ordered_under("retroactive");
    assert_eq!(payables(&book), ["11400.00 0.00", "9499.99 0.00", "2700.00 0.00", "36000.00 0.00"]);
    assert_eq!(balances(&book), ("56899.99".to_owned(), "17300.00".to_owned()));
    // 12000, 9999.99 and 40000 at 85 %: 10200, 8499.99 and 34000; 3000 at 85 %: 2550.
    assert_snapshot!(book.run("price true-up acme --date 2026-06-30"), @"
    Date  2026-06-30

    Account    Group  Agreement  Window from  Tier from  Rate  Charges  Currency    Change
    --------------------------------------------------------------------------------------
    acme-prod  acme   acme-2026  2026-01-01    50000.00   15%        3  CNY       -4200.00
    acme-test  acme   acme-2026  2026-01-01    50000.00   15%        1  CNY        -150.00
    ----- exit 0
    ");
    assert_eq!(payables(&book), ["11400.00 -1200.00", "9499.99 -1000.00", "2700.00 -150.00", "36000.00 -2000.00"]);
    assert_eq!(balances(&book), ("52699.99".to_owned(), "17450.00".to_owned()));
    let again = book.json("price true-up --date 2026-06-30");
    assert_eq!(again["rows"], json!([]));
    assert_snapshot!(book.run("order show o-4"), @"
    Order           o-4
    Account         acme-prod
    Product         slb
    Kind            new
    Provider order  2100004
    Date            2026-06-20
    Service from    2026-06-20
    Service to      2027-06-20
    Recorded as     planned
    Refunds         -
    Currency        CNY
    List price      40000.00
    Agreement       acme-2026
    Tier from       20000.00
    Discount        10%
    Payable         36000.00
    True-up         -2000.00
    Expected cost   32000.00

    == Billed ==
    by no accepted bill yet
    ----- exit 0
    ");
    // The refund gives back what was paid in the end: 36000 less 2000. A part of another one: 1020 of 10200 is 1140 less 120.
    let refund = book.json("order refund o-4 --provider-order 81 --date 2026-07-01");
    assert_eq!((&refund["payable"], &refund["true_up"]), (&json!("-36000.00"), &json!("2000.00")));
    let refund = book.json("order refund o-1 --amount 1020 --provider-order 82 --date 2026-07-01");
    assert_eq!((&refund["payable"], &refund["true_up"]), (&json!("-1140.00"), &json!("120.00")));
    assert_eq!(balances(&book), ("17679.99".to_owned(), "17450.00".to_owned()));
    // Its volume is gone from the window: 10 % again. 10800 at 90 % is 9720, of which 9180 were paid.
    let back = book.json("price true-up acme --date 2026-07-02");
    let changes: Vec<_> =
        back["rows"].as_array().unwrap().iter().map(|row| format!("{} {}", row["account"], row["change"])).collect();
    assert_eq!(changes, ["\"acme-prod\" \"1040.00\"", "\"acme-test\" \"150.00\""]);
    // 9720 for the first, and 8999.99 for the second at 90 %.
    assert_eq!(balances(&book), ("18719.99".to_owned(), "17300.00".to_owned()));
    assert!(book.checks());
}

#[test]
fn a_true_up_can_be_taken_back_until_the_close() {
    let book = ordered_under("retroactive");
    let before = (balances(&book), book.ledger());
    book.done("price true-up --date 2026-06-30");
    assert_snapshot!(book.run("price true-up acme --take-back --date 2026-06-30"), @"
    Date  2026-06-30

    Account    Group  Agreement  Window from  Tier from  Rate  Charges  Currency   Change
    -------------------------------------------------------------------------------------
    acme-prod  acme   acme-2026  2026-01-01           -     -        3  CNY       4200.00
    acme-test  acme   acme-2026  2026-01-01           -     -        1  CNY        150.00
    ----- exit 0
    ");
    assert_eq!((balances(&book), book.ledger()), before);
    assert_eq!(payables(&book)[0], "11400.00 0.00");
    assert_eq!(book.json("price true-up acme --take-back --date 2026-06-30")["rows"], json!([]));
    assert!(book.checks());
    book.refused(1, "group.unknown", "price true-up zeta");
    book.done("month-end 2026-06 --bill bill-corrected.csv --out out");
    book.refused(1, "period.closed", "price true-up acme --date 2026-06-30");
    // Only what the close did not do is left, and that is nothing.
    assert_eq!(book.json("price true-up --date 2026-07-02")["rows"], json!([]));
}

/// What an agent-pays account owes less than it gets back goes to its group.
#[test]
fn a_true_up_beyond_what_is_owed_goes_to_the_deposits() {
    let book = TestBook::acme(Point::Ready);
    book.write("other.toml", under("retroactive"));
    book.done("price apply other.toml");
    book.done("order record acme-prod --product ecs --kind new --list-price 20000 --provider-order 1 --date 2026-06-02");
    book.done("order refund 1 --amount 18950 --provider-order 2 --date 2026-06-02");
    book.done("order record acme-prod --product ecs --kind new --list-price 60000 --provider-order 3 --date 2026-06-03");
    book.done("order refund 3 --amount 56990 --provider-order 4 --date 2026-06-03");
    assert_eq!(book.json("fund balance")["rows"][0]["owed"], "60.00");
    assert!(book.json("price true-up --date 2026-06-30")["rows"].as_array().unwrap().is_empty(), "the volume is far below a tier");
    assert!(book.checks());
}

#[test]
fn the_close_trues_up_and_the_statement_says_so() {
    let book = ordered_under("retroactive");
    let ended = book.json("month-end 2026-06 --bill bill-corrected.csv --out out");
    // Usage is priced at 15 % already: nothing of it is left to do.
    assert_eq!(ended["period_close"]["true_ups"], json!({ "CNY": "-4350.00" }));
    assert_snapshot!(book.run("statement show acme-prod --period 2026-06"), @"
    Agent                     Lingdu Cloud
    Account                   acme-prod
    UID                       1000000000000001
    Group                     acme
    Real-name owner           Acme Holdings
    Mode                      agent-pays
    Period                    2026-06
    State                     closed
    Currency                  CNY
    Balance due, opening      0.00
    Charges                   56932.00
    Payments                  0.00
    Credits                   4200.00
    Balance due, closing      52732.00
    Saved against list price  9305.64
    Agreements                acme-2026/2026-06-01

    Lines
    Date        Kind    Event    Product  Order  Provider order        List price  Tier from  Discount   Payable    Amount  Balance due  Reference
    -------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    2026-06-02  charge  charge   ecs      o-1    2100001                 12000.00       0.00        5%  11400.00  11400.00     11400.00  -
    2026-06-05  charge  charge   rds      o-2    2100002                  9999.99       0.00        5%   9499.99   9499.99     20899.99  -
    2026-06-20  charge  charge   slb      o-4    2100004                 40000.00   20000.00       10%  36000.00  36000.00     56899.99  -
    2026-06-30  charge  usage    oss      -      -                  37.6543209864   50000.00       15%     32.01     32.01     56932.00  -
    2026-06-30  credit  true-up  -        -      -                              -          -         -  -4200.00  -4200.00     52732.00  acme-2026 2026-01-01: 15% from 50000
    total       -       -        -        -      -               62037.6443209864          -         -  52732.00  52732.00     52732.00  -

    Usage
    Product  Charge month  Bill lines  At list price  Covered by plans  Charged
    ---------------------------------------------------------------------------
    oss      2026-06                2  37.6543209864              0.00    32.01

    Spending by product
    Product  Number of charges  At list price   Payable  Saved against list price
    -----------------------------------------------------------------------------
    ecs                      1       12000.00  11400.00                    600.00
    oss                      1          37.65     32.01                      5.64
    rds                      1        9999.99   9499.99                    500.00
    slb                      1       40000.00  36000.00                   4000.00
    true-up                  0           0.00  -4200.00                   4200.00

    Spending by month
    Month     Payable
    -----------------
    2026-06  52732.00
    ----- exit 0
    ");
    let again = book.json("month-end 2026-06 --bill bill-corrected.csv --out out");
    assert_eq!(again["changed_nothing"], true);
    // A refund in July of an order of June: the close of July trues the rest of the window up again.
    book.done("order refund o-4 --provider-order 2100004R --date 2026-07-02");
    assert!(book.checks());
    let sales = book.ledger()["sales"].clone();
    book.done("price true-up --date 2026-07-03");
    assert_ne!(book.ledger()["sales"], sales);
    assert!(book.checks());
}

/// One order of 2000 that reaches its tier itself: 1900 owed, and 900 of them given back.
fn half_price(more: &str) -> TestBook {
    let book = TestBook::acme(Point::Ready);
    let tiers = "[[tier]]\nfrom = \"0\"\ndiscount = \"5%\"\n[[tier]]\nfrom = \"2000\"\ndiscount = \"50%\"\n";
    let terms = under("retroactive");
    book.write("half.toml", format!("{}{tiers}", &terms[..terms.find("[[tier]]").unwrap()]));
    book.done("price apply half.toml");
    book.done(&buy("2000", 71, more));
    book.done("price true-up --date 2026-06-30");
    book
}

/// What is asked of a refund is what the customer gets, after what it has got already.
#[test]
fn a_refund_of_an_amount_is_net_of_true_ups() {
    let book = half_price("");
    let owed = || book.json("fund balance")["rows"][0]["owed"].clone();
    assert_eq!(owed(), "1000.00");
    let refused = book.refused(1, "refund.exceeds", "order refund o-1 --amount 1000.01 --provider-order 72 --date 2026-06-30");
    assert_eq!(refused.message, "o-1 has 1000.00 CNY left to be paid back; 1000.01 CNY was asked");
    let refund = book.json("order refund o-1 --amount 500 --provider-order 72 --date 2026-06-30");
    assert_eq!(figures(&refund), "-1000.00 -950.00 450.00 0.00 -800.00");
    assert_eq!(owed(), "500.00");
    assert!(book.checks());
    // What is left costs the first tier's price again: 450 more, which the next refund gives back with the rest.
    book.done("price true-up --date 2026-06-30");
    assert_eq!(owed(), "950.00");
    book.done("order refund o-1 --provider-order 73 --date 2026-06-30");
    assert_eq!(owed(), "0.00");
    assert!(book.checks());
}

/// A true-up gives the customer back no more than it has paid itself; the rest is the bearer's of its voucher.
#[test]
fn a_true_up_is_no_money_where_a_voucher_has_paid() {
    let owed = |book: &TestBook| book.json("fund balance")["rows"][0]["owed"].clone();
    for (bearer, code) in [("provider", "payable"), ("agent", "incentives")] {
        let book = half_price(&format!("--voucher 1900 --voucher-bearer {bearer}"));
        let ledger = book.ledger();
        assert_eq!((ledger.get("deposits"), ledger[code].as_str(), owed(&book)), (None, "1000.00", json!("0.00")));
        assert!(book.checks());
        // Taken back, the voucher pays it again.
        let told = book.json("price true-up --take-back --date 2026-06-30");
        assert_eq!((&told["rows"][0]["change"], &told["rows"][0]["by_voucher"]), (&json!("900.00"), &json!("900.00")));
        assert_eq!((book.ledger()[code].as_str(), owed(&book)), ("1900.00", json!("0.00")));
        assert!(book.checks());
        book.done("price true-up --date 2026-06-30");
        let refund = book.json("order refund o-1 --provider-order 72 --date 2026-06-30");
        assert_eq!(figures(&refund), "-2000.00 -1900.00 900.00 -1000.00 -1600.00");
        let left: Vec<_> = book.ledger().into_iter().filter(|(_, sum)| sum != "0.00").map(|(code, _)| code).collect();
        assert_eq!(left, [] as [String; 0]);
        assert!(book.checks());
    }
    // 400 of 1900 are the customer's: it gets them back, and the voucher's bearer the other 500.
    let book = half_price("--voucher 1500 --voucher-bearer agent");
    assert_eq!((book.ledger()["incentives"].as_str(), owed(&book)), ("1000.00", json!("0.00")));
    assert_snapshot!(book.run("price true-up --take-back --date 2026-06-30"), @"
    Date  2026-06-30

    Account    Group  Agreement  Window from  Tier from  Rate  Charges  Currency  Change  Of it by voucher
    ------------------------------------------------------------------------------------------------------
    acme-prod  acme   acme-2026  2026-01-01           -     -        1  CNY       900.00            500.00
    ----- exit 0
    ");
    let book = half_price("--voucher 950 --voucher-bearer agent");
    assert_eq!((book.ledger()["incentives"].as_str(), owed(&book)), ("950.00", json!("50.00")));
    let refund = book.json("order refund o-1 --amount 25 --provider-order 72 --date 2026-06-30");
    assert_eq!(figures(&refund), "-1000.00 -950.00 450.00 -475.00 -800.00");
    assert!(book.checks());
}

/// Refunding everything returns balances, sales and volume to what they were.
#[test]
fn refunding_everything_leaves_nothing() {
    for rule in ["whole", "graduated", "retroactive"] {
        let book = ordered_under(rule);
        book.done("price true-up --date 2026-06-30");
        for (order, number) in [(4, 81), (1, 82), (3, 83), (2, 84)] {
            if order == 1 {
                book.done("order refund o-1 --amount 0.01 --provider-order 85 --date 2026-07-01");
                book.done("price true-up --date 2026-07-01");
            }
            book.done(&format!("order refund o-{order} --provider-order {number} --date 2026-07-01"));
        }
        book.done("price true-up --date 2026-07-01");
        let ledger = book.ledger();
        let left: Vec<_> = ledger
            .iter()
            .filter(|(code, sum)| *code != "bank" && *code != "deposits" && *code != "funds" && *sum != "0.00")
            .collect();
        assert_eq!(left, [] as [(&String, &String); 0], "{rule}");
        assert_eq!(
            (&ledger["bank"], balances(&book)),
            (&"50000.00".to_owned(), ("0.00".to_owned(), "20000.00".to_owned())),
            "{rule}"
        );
        assert_eq!(book.json("price show acme --as-of 2026-07-01")["rows"][3]["volume"], "0.00", "{rule}");
        assert!(book.checks());
    }
}

// ------------------------------------------------------------------------------------------------------------ coupons

fn buy(list: &str, number: u32, more: &str) -> String {
    format!(
        "order record acme-prod --product ecs --kind new --list-price {list} --provider-order {number} --date 2026-06-02 {more}"
    )
}

/// A coupon lowers what is owed; who bears it lowers its own side of the margin.
#[test]
fn a_coupon_reduces_what_is_payable() {
    let book = TestBook::acme(Point::Funded);
    assert_snapshot!(book.run(&buy("1000", 71, "--coupon 100 --coupon-bearer provider")), @"
    Order           o-1
    Account         acme-prod
    Product         ecs
    Kind            new
    Provider order  71
    Date            2026-06-02
    Service from    -
    Service to      -
    Recorded as     planned
    Refunds         -
    Currency        CNY
    List price      1000.00
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Less by coupon  100.00
    Payable         850.00
    Expected cost   700.00
    Available now   99150.00
    ----- exit 0
    ");
    let by_agent = book.json(&buy("1000", 72, "--coupon 100 --coupon-bearer agent"));
    assert_eq!((&by_agent["payable"], &by_agent["cost"]), (&json!("850.00"), &json!("800.00")));
    // What the provider has stated is after its coupon.
    let stated = book.json(&buy("1000", 73, "--coupon 100 --coupon-bearer provider --provider-amount 700"));
    assert_eq!((&stated["payable"], &stated["cost"], &stated["coupon"]), (&json!("850.00"), &json!("700.00"), &json!("100.00")));
    // A quote says the same before.
    let line = buy("1000", 74, "--coupon 0.01 --coupon-bearer provider");
    let told = book.json(&line.replace("order record", "price quote").replace("--provider-order 74 ", ""));
    let recorded = book.json(&line);
    for key in ["payable", "cost", "coupon", "discount"] {
        assert_eq!(told[key], recorded[key], "{key}");
    }
    assert_eq!(told["available_after"], recorded["available"]);
    // All of what was paid goes back, and nothing is left.
    for number in 71..=74 {
        book.done(&format!("order refund {number} --provider-order 9{number} --date 2026-06-03"));
    }
    let left: Vec<_> = book.ledger().into_iter().filter(|(_, sum)| sum != "0.00").map(|(code, _)| code).collect();
    assert_eq!(left, ["bank", "deposits", "funds"]);
    assert!(book.checks());
}

/// List price, what was owed, the true-up, the voucher and the cost of an order.
fn figures(order: &Value) -> String {
    ["list_price", "payable", "true_up", "voucher", "cost"].map(|key| order[key].as_str().unwrap().to_owned()).join(" ")
}

/// A voucher pays a part of what is payable, and reduces nothing; a refund gives its part back to whoever bears it.
#[test]
fn a_voucher_pays_a_part() {
    let book = TestBook::acme(Point::Funded);
    assert_snapshot!(book.run(&buy("1000", 71, "--voucher 200 --voucher-bearer provider")), @"
    Order            o-1
    Account          acme-prod
    Product          ecs
    Kind             new
    Provider order   71
    Date             2026-06-02
    Service from     -
    Service to       -
    Recorded as      planned
    Refunds          -
    Currency         CNY
    List price       1000.00
    Agreement        acme-2026
    Tier from        0.00
    Discount         5%
    Payable          950.00
    Paid by voucher  200.00
    Expected cost    800.00
    Available now    99250.00
    ----- exit 0
    ");
    book.done(&buy("1000", 72, "--voucher 50 --voucher-bearer agent"));
    let ledger = book.ledger();
    let of = |code: &str| ledger[code].as_str();
    assert_eq!((of("sales"), of("cost"), of("accrued")), ("-1900.00", "1600.00", "-1600.00"));
    assert_eq!((of("payable"), of("incentives"), of("receivable")), ("200.00", "50.00", "1650.00"));
    // 750 of 950 were the customer's; the provider gets back its 200.
    let refund = book.json("order refund 71 --provider-order 73 --date 2026-06-03");
    assert_eq!(figures(&refund), "-1000.00 -950.00 0.00 -200.00 -800.00");
    assert_eq!(figures(&book.json("order show 73")), figures(&refund));
    book.refused(1, "refund.exceeds", "order refund 71 --provider-order 74 --date 2026-06-03");
    assert_snapshot!(book.run("statement show acme-prod --period 2026-06"), @"
    Agent                     Lingdu Cloud
    Account                   acme-prod
    UID                       1000000000000001
    Group                     acme
    Real-name owner           Acme Holdings
    Mode                      agent-pays
    Period                    2026-06
    State                     provisional
    Currency                  CNY
    Balance due, opening      0.00
    Charges                   1900.00
    Payments                  50.00
    Credits                   950.00
    Balance due, closing      900.00
    Saved against list price  50.00
    Agreements                acme-2026/2026-01-01

    Lines
    Date        Kind     Event    Product  Order  Provider order  List price  Tier from  Discount  Payable   Amount  Balance due  Reference
    ---------------------------------------------------------------------------------------------------------------------------------------
    2026-06-02  charge   charge   ecs      o-1    71                 1000.00       0.00        5%   950.00   950.00       950.00  -
    2026-06-02  payment  voucher  -        -      -                        -          -         -        -  -200.00       750.00  71
    2026-06-02  charge   charge   ecs      o-2    72                 1000.00       0.00        5%   950.00   950.00      1700.00  -
    2026-06-02  payment  voucher  -        -      -                        -          -         -        -   -50.00      1650.00  72
    2026-06-03  payment  voucher  -        -      -                        -          -         -        -   200.00      1850.00  73
    2026-06-03  credit   refund   ecs      o-3    73                -1000.00       0.00        5%  -950.00  -950.00       900.00  -
    total       -        -        -        -      -                  1000.00          -         -   950.00   900.00       900.00  -

    Spending by product
    Product  Number of charges  At list price  Payable  Saved against list price
    ----------------------------------------------------------------------------
    ecs                      3        1000.00   950.00                     50.00

    Spending by month
    Month    Payable
    ----------------
    2026-06   950.00
    ----- exit 0
    ");
    assert!(book.checks());
    // One that pays all of it: the customer gets nothing, and everything goes back all the same.
    book.done(&buy("100", 75, "--voucher 95 --voucher-bearer agent"));
    let refused = book.refused(1, "refund.exceeds", "order refund 75 --amount 1 --provider-order 76 --date 2026-06-03");
    assert_eq!(refused.message, "o-4 has nothing left to be paid back");
    let refund = book.json("order refund 75 --provider-order 76 --date 2026-06-03");
    assert_eq!(figures(&refund), "-100.00 -95.00 0.00 -95.00 -80.00");
    // Half of 900 of the customer's money takes half of everything.
    let refund = book.json("order refund 72 --amount 450 --provider-order 78 --date 2026-06-03");
    assert_eq!(figures(&refund), "-500.00 -475.00 0.00 -25.00 -400.00");
    book.done("order refund 72 --provider-order 79 --date 2026-06-03");
    let left: Vec<_> = book.ledger().into_iter().filter(|(_, sum)| sum != "0.00").map(|(code, _)| code).collect();
    assert_eq!(left, ["bank", "deposits", "funds"]);
    assert_eq!(book.json("price show acme --as-of 2026-06-30")["rows"][0]["volume"], "0.00");
    // What the account must have is what the voucher does not pay.
    let test = buy("21000", 77, "--voucher 0.01 --voucher-bearer agent").replace("acme-prod", "acme-test");
    let beyond = test.replace("--voucher 0.01", "--voucher 1").replace("21000", "22500");
    let refused = book.refused(1, "funds.insufficient", &beyond);
    assert!(refused.message.contains("21374.00"), "{}", refused.message);
    book.done(&test);
    assert!(book.checks());
}

#[test]
fn coupons_that_cannot_be_are_refused() {
    let book = TestBook::acme(Point::Funded);
    let refused = |code: &str, more: &str| {
        let refused = book.refused(1, code, &buy("1000", 71, more));
        format!("{}\n{}", refused.message, refused.hint)
    };
    assert_snapshot!(refused("coupon.exceeds", "--coupon 950.01 --coupon-bearer agent"), @"
    a coupon of 950.01 CNY is more than the 950.00 CNY that it is used on
    what is left of it is for another order
    ");
    assert_snapshot!(refused("coupon.exceeds", "--voucher 950.01 --voucher-bearer agent"), @"
    a voucher of 950.01 CNY is more than the 950.00 CNY that it is used on
    what is left of it is for another order
    ");
    refused("coupon.exceeds", "--coupon 800.01 --coupon-bearer provider");
    refused("amount.not-positive", "--coupon 0 --coupon-bearer agent");
    refused("amount.negative", "--voucher -1 --voucher-bearer agent");
    refused("amount.too-precise", "--voucher 1.001 --voucher-bearer agent");
    for more in ["--coupon 5", "--coupon-bearer agent", "--voucher 5", "--voucher 5 --voucher-bearer both"] {
        assert_eq!(book.run(&buy("1000", 71, more)).exit, 2, "{more}");
    }
    book.done("account create agency-1 --group acme --entity acme-hq --environment test --model agency --mode agent-pays --credit 5000 --mobile 13800000003 --since 2026-06-01");
    book.done("account accept agency-1 --uid 1000000000000005");
    book.done("account verify agency-1");
    let agency = buy("1000", 71, "--coupon 5 --coupon-bearer agent").replace("acme-prod", "agency-1");
    let refused = book.refused(1, "coupon.agency", &agency);
    assert_snapshot!(format!("{}\n{}", refused.message, refused.hint), @"
    on the agency model the price is the provider's: the agent cannot reduce it by 5.00 CNY
    --coupon-bearer provider, or a --voucher that the agent bears
    ");
    let borne = book.json(&agency.replace("-bearer agent", "-bearer provider"));
    assert_eq!((&borne["payable"], &borne["cost"]), (&json!("945.00"), &json!("945.00")));
    assert!(book.checks());
}

#[test]
fn a_list_of_orders_may_use_coupons() {
    let book = TestBook::acme(Point::Funded);
    let header = "account,product,kind,list_price,provider_order,date,coupon,coupon_bearer,voucher,voucher_bearer\n";
    let rows = "acme-prod,ecs,new,1000,71,2026-06-02,100,provider,,\nacme-prod,ecs,new,1000,72,2026-06-02,,,30,agent\nacme-prod,ecs,new,1000,73,2026-06-02,1,agent,2,provider\n";
    book.write("list.csv", format!("{header}{rows}"));
    book.done("order import list.csv");
    let figures = |number: u32| {
        let row = book.json(&format!("order show {number}"));
        ["payable", "cost", "coupon", "voucher"].map(|key| row[key].as_str().unwrap().to_owned()).join(" ")
    };
    assert_eq!(
        [figures(71), figures(72), figures(73)],
        ["850.00 700.00 100.00 0.00", "950.00 800.00 0.00 30.00", "949.00 800.00 1.00 2.00"]
    );
    assert!(book.checks());
    book.write(
        "list.csv",
        format!("{header}acme-prod,ecs,new,1000,74,2026-06-02,100,,,agent\nacme-prod,ecs,new,1000,75,2026-06-02,x,us,,\n"),
    );
    assert_snapshot!(book.run("order import list.csv"), @r#"
    ----- stderr
    error: list.csv: 2 lines cannot be read; nothing was imported
      line 2, coupon_bearer "": whom it costs something: provider or agent
      line 2, voucher "": empty
      line 3, coupon "x": not a plain decimal number such as 1234.50
      line 3, coupon_bearer "us": not a bearer: one of agent, provider
    ----- exit 1
    "#);
}

// ------------------------------------------------------------------------------------------------------ unused time

#[test]
fn a_refund_may_follow_from_the_unused_time() {
    let book = TestBook::acme(Point::Ordered);
    // 11400 for 2026-06-02 to 2027-06-02: 366 days, of which 337 are not used from 2026-07-01 on.
    assert_snapshot!(book.run("order refund o-1 --unused-from 2026-07-01 --provider-order 81 --date 2026-07-01"), @"
    Order           o-5
    Account         acme-prod
    Product         ecs
    Kind            refund
    Provider order  81
    Date            2026-07-01
    Service from    -
    Service to      -
    Recorded as     placed
    Refunds         o-1
    Currency        CNY
    List price      -11049.18
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Payable         -10496.72
    Expected cost   -8839.34
    Given back      11400.00 paid x 337 days not used / 366 days of the service
    Available now   53596.73
    ----- exit 0
    ");
    // The same again is more than is left.
    let refused =
        book.refused(1, "refund.exceeds", "order refund o-1 --unused-from 2026-07-01 --provider-order 82 --date 2026-07-01");
    assert_eq!(refused.message, "o-1 has 903.28 CNY left to be paid back; 10496.72 CNY was asked");
    book.refused(1, "refund.outside-service", "order refund o-1 --unused-from 2027-06-03 --provider-order 82 --date 2026-07-01");
    book.done("order record acme-prod --product ecs --kind new --list-price 10 --provider-order 83 --date 2026-07-01");
    book.refused(1, "refund.no-service-time", "order refund 83 --unused-from 2026-07-02 --provider-order 84 --date 2026-07-02");
    assert_eq!(book.run("order refund 83 --unused-from 2026-07-02 --amount 1 --provider-order 84").exit, 2);
    assert!(book.checks());
}

/// A refund in July takes June's volume below its tiers, though June is closed and a window of its own: July has the effect.
#[test]
fn what_a_refund_does_to_a_closed_window_lands_in_the_first_open_month() {
    let book = TestBook::acme(Point::Funded);
    book.write("other.toml", under("retroactive").replace("\"year\"", "\"month\""));
    book.done("price apply other.toml");
    book.done(&buy("12000", 2_100_001, ""));
    book.done("order import orders.csv");
    let ended = book.json("month-end 2026-06 --bill bill-corrected.csv --out out");
    // 12000, 9999.99, 3000 and 40000 at 85 %: 10200, 8499.99, 2550 and 34000.
    assert_eq!(ended["period_close"]["true_ups"], json!({ "CNY": "-4350.00" }));
    // What is left of June is 25000 with its usage: 10 %. The refund gives back 34000.
    let refund = book.json("order refund 2100004 --provider-order 2100104 --date 2026-07-02");
    assert_eq!((&refund["payable"], &refund["true_up"]), (&json!("-36000.00"), &json!("2000.00")));
    let told = book.json("price true-up --date 2026-07-03");
    let rows: Vec<_> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["window_start"], row["account"], row["change"]))
        .collect();
    // 600 and 500 of the orders, and 1.88 of June's usage of acme-prod; 150 and 0.22 of acme-test.
    assert_snapshot!(rows.join("\n"), @r#"
    "2026-06-01" "acme-prod" "1101.88"
    "2026-06-01" "acme-test" "150.22"
    "#);
    assert_eq!(book.json("price true-up --date 2026-07-03")["rows"], json!([]));
    assert_eq!(book.json("statement show acme-prod --period 2026-07")["lines"].as_array().unwrap().len(), 3);
    assert!(book.checks());
}

/// A true-up by hand in July, before June has closed: the close leaves it, and so does another one of an earlier day.
#[test]
fn an_earlier_month_that_closes_later_takes_nothing_back() {
    let book = TestBook::acme(Point::Funded);
    book.write("other.toml", under("retroactive").replace("\"50000\"", "\"70000\""));
    book.done("price apply other.toml");
    book.done(&buy("12000", 2_100_001, ""));
    book.done("order import orders.csv");
    book.done("order record acme-prod --product ecs --kind new --list-price 10000 --provider-order 81 --date 2026-07-02");
    // 75000 with July's order: 15 % for all of the year.
    let told = book.json("price true-up --date 2026-07-02");
    assert_eq!(told["rows"][0]["discount"], "15%");
    assert_eq!(book.json("price true-up --date 2026-06-20")["rows"], json!([]));
    let ended = book.json("month-end 2026-06 --bill bill-corrected.csv --out out");
    // Only June's usage, which the close has charged at 10 %, is new to it: 33.89 and 3.94 cost 32.01 and 3.72.
    assert_eq!(ended["period_close"]["true_ups"], json!({ "CNY": "-2.10" }));
    assert_eq!(book.json("price true-up --date 2026-07-03")["rows"], json!([]));
    assert!(book.checks());
}
