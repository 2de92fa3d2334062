//! Planned purchases: priced as recording would price them, bought in other ways, and the past under other terms.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::book::{ACME_SALE, Point, TestBook};

const HEADER: &str = "account,product,kind,list_price,date\n";

/// A plan of these lines.
fn planned(book: &TestBook, lines: &[&str]) {
    book.write("plan.csv", format!("{HEADER}{}\n", lines.join("\n")));
}

/// A second version of the group's agreement, from July on, with another rule and what else is to be replaced.
fn apply_from_july(book: &TestBook, rule: &str, replaced: &[(&str, &str)]) {
    let mut terms = ACME_SALE.replace("2026-01-01", "2026-07-01").replace("\"whole\"", &format!("\"{rule}\""));
    for (old, new) in replaced {
        assert!(terms.contains(old), "{old}");
        terms = terms.replace(old, new);
    }
    book.write("july.toml", terms);
    book.done("price apply july.toml");
}

/// One more active account of the group.
fn new_account(book: &TestBook, code: &str, with: &str) {
    let since = if with.contains("--since") { "" } else { "--since 2026-06-01" };
    book.done(&format!(
        "account create {code} --group acme --entity acme-hq --environment production --mobile 13800000003 \
         --mode agent-pays --credit 500 {since} {with}"
    ));
    book.done(&format!("account accept {code} --uid 1000000000000003"));
    book.done(&format!("account verify {code}"));
}

/// The scenarios: name, payable, difference.
fn scenarios(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let row = |row: &Value| format!("{} {} {}", text(&row["scenario"]), text(&row["payable"]), text(&row["difference"]));
    plan["scenarios"].as_array().unwrap().iter().map(row).collect()
}

/// By hand: nothing is bought yet; 5 % up to 20 000, 10 % up to 50 000, then 15 %.
#[test]
fn a_plan_is_priced_as_a_whole_and_in_other_ways() {
    let book = TestBook::acme(Point::Funded);
    let before = book.everything();
    planned(
        &book,
        &[
            "acme-prod,ecs,new,18000,2026-07-05",
            "acme-test,rds,new,6000,2026-07-04",
            "acme-prod,ecs,renew,30000,2026-07-10",
            "1000000000000001,ecs,new,10000,2026-07-20",
        ],
    );
    assert_snapshot!(book.run("price plan acme plan.csv"), @"
    Group                   acme
    Currency                CNY
    List                    64000.00
    Payable                 58300.00
    True-up                 0.00
    Saved                   5700.00
    Fits what is available  yes
    The order               matters (whole): own prices that count go first, for they raise the tier; what does not count goes last

    Line  Date        Account    Product  Kind   List price  Agreement  Volume before  Tier from  Discount   Payable      Cost  In the end  Available after
    -------------------------------------------------------------------------------------------------------------------------------------------------------
       2  2026-07-05  acme-prod  ecs      new      18000.00  acme-2026        6000.00       0.00        5%  17100.00  14400.00    17100.00         82900.00
       3  2026-07-04  acme-test  rds      new       6000.00  acme-2026           0.00       0.00        5%   5700.00   4800.00     5700.00         14300.00
       4  2026-07-10  acme-prod  ecs      renew    30000.00  acme-2026       24000.00   20000.00       10%  27000.00  24000.00    27000.00         55900.00
       5  2026-07-20  acme-prod  ecs      new      10000.00  acme-2026       54000.00   50000.00       15%   8500.00   8000.00     8500.00         47400.00

    The same, bought in other ways
    Scenario     Orders      List   Payable  Difference  Not possible
    -----------------------------------------------------------------
    as planned        4  64000.00  58300.00        0.00  -
    all earlier       4  64000.00  58300.00        0.00  -
    all later         4  64000.00  58300.00        0.00  -
    next window       4  64000.00  58300.00        0.00  -
    together          3  64000.00  59300.00     1000.00  -
    apart             6  64000.00  57900.00     -400.00  -
    best order        4  64000.00  58300.00        0.00  -

    The cheapest order
    Turn  Line  Date        Account    Product  Kind   List price  In the end
    -------------------------------------------------------------------------
       1     3  2026-07-04  acme-test  rds      new       6000.00     5700.00
       2     2  2026-07-05  acme-prod  ecs      new      18000.00    17100.00
       3     4  2026-07-10  acme-prod  ecs      renew    30000.00    27000.00
       4     5  2026-07-20  acme-prod  ecs      new      10000.00     8500.00

    The next tier
    Agreement  Volume  Next tier from   Missing  Order of  It costs  Plan without  Plan with   Saving        Net  Not possible
    --------------------------------------------------------------------------------------------------------------------------
    acme-2026    0.00        20000.00  20000.00  20000.00  19000.00      58300.00   57100.00  1200.00  -17800.00  -
    ----- exit 0
    ");
    assert_eq!(book.everything(), before, "nothing is written");
}

/// Recording the plan, by its list, charges what the plan says, line by line.
#[test]
fn recording_charges_what_was_planned() {
    let mut book = TestBook::acme(Point::Ordered);
    apply_from_july(&book, "graduated", &[("\"year\"", "\"month\"")]);
    let lines = [
        "acme-prod,ecs,new,18000,2026-07-05",
        "acme-test,rds,new,999.99,2026-07-04",
        "acme-prod,ecs,renew,9000,2026-07-05",
        "acme-prod,oss,upgrade,0.01,2026-06-29",
    ];
    planned(&book, &lines);
    let plan = book.json("price plan acme plan.csv");
    let mut list = "account,product,kind,list_price,date,provider_order\n".to_owned();
    for (number, line) in lines.iter().enumerate() {
        list.push_str(&format!("{line},77{number}\n"));
    }
    book.write("list.csv", list);
    book.set_now("2026-07-05T02:00:00Z");
    book.done("order import list.csv");
    for (number, row) in plan["rows"].as_array().unwrap().iter().enumerate() {
        let order = book.json(&format!("order show 77{number}"));
        for key in ["account", "product", "list_price", "agreement", "discount", "payable", "tier", "cost"] {
            assert_eq!(row[key], order[key], "{key} of line {number}");
        }
    }
    // The third line is the last that this account buys.
    assert_eq!(book.json("account show acme-prod")["available"], plan["rows"][2]["available_after"]);
}

/// `rds` has a price of its own and counts: it raises the tier and loses nothing. `oss` does not count, and gains from the tier.
#[test]
fn under_whole_the_order_matters() {
    let book = TestBook::acme(Point::Funded);
    apply_from_july(
        &book,
        "whole",
        &[(
            "from = \"50000\"\ndiscount = \"15%\"\n",
            "from = \"50000\"\ndiscount = \"15%\"\n[[product]]\ncode = \"rds\"\ndiscount = \"2%\"\n[[product]]\ncode = \"oss\"\ncounts = false\n",
        )],
    );
    planned(
        &book,
        &["acme-prod,oss,new,10000,2026-07-05", "acme-prod,ecs,new,5000,2026-07-06", "acme-prod,rds,new,20000,2026-07-07"],
    );
    let plan = book.json("price plan acme plan.csv");
    // As planned: 9 500 + 4 750 + 19 600. The other way round: 19 600 + 4 500 + 9 000.
    assert_eq!(plan["payable"], "33850.00");
    let turns: Vec<_> = plan["best_order"].as_array().unwrap().iter().map(|row| row["line"].as_i64().unwrap()).collect();
    assert_eq!(turns[0], 4);
    assert_eq!(plan["best_order"][0]["exact"], true);
    assert_eq!(scenarios(&plan)[6], "best order 33100.00 -750.00");
    assert!(plan["order_matters"].as_str().unwrap().starts_with("matters (whole)"));
    // Of two agreements, or windows, each order stays in its own.
    planned(
        &book,
        &["acme-prod,oss,new,10000,2026-06-30", "acme-prod,rds,new,20000,2026-07-01", "acme-prod,ecs,new,5000,2026-07-02"],
    );
    let plan = book.json("price plan acme plan.csv");
    assert_eq!((&plan["best_order"][0]["line"], &plan["best_order"][0]["date"]), (&json!(2), &json!("2026-06-30")));
}

/// More than can be tried in every order, with what is payable measured: the answer does not claim too much.
#[test]
fn a_long_plan_is_improved_and_says_that_it_is_not_proved() {
    let book = TestBook::acme(Point::Funded);
    apply_from_july(&book, "whole", &[("measure = \"list\"", "measure = \"payable\"")]);
    let lines: Vec<String> = (1..=9).map(|n| format!("acme-prod,ecs,new,{}000,2026-07-0{n}", 10 - n)).collect();
    planned(&book, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let plan = book.json("price plan acme plan.csv");
    assert_eq!(plan["best_order"][0]["exact"], false);
    let best = scenarios(&plan)[6].clone();
    assert!(best.starts_with("best order ") && best.contains(" -"), "{best}");
    assert!(book.run("price plan acme plan.csv").stdout.contains("A cheap order; there may be cheaper ones"));
    planned(&book, &lines.iter().take(4).map(String::as_str).collect::<Vec<_>>());
    assert_eq!(book.json("price plan acme plan.csv")["best_order"][0]["exact"], true);
}

/// By hand: 12 000 in the book at 5 %; with 9 000 more, 10 % for all of the window.
#[test]
fn under_retroactive_figures_are_those_after_the_true_up() {
    let mut book = TestBook::acme(Point::Funded);
    apply_from_july(&book, "retroactive", &[]);
    book.done("order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 1 --date 2026-07-01");
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 2 --date 2026-07-01");
    book.done("order refund 2 --provider-order 3 --date 2026-07-02");
    planned(&book, &["acme-prod,ecs,new,9000,2026-07-05", "acme-prod,ecs,new,1000,2026-07-06"]);
    let plan = book.json("price plan acme plan.csv");
    // Charged 8 550 and 900; then 8 100 and 900, and 600 less for what is in the book.
    assert_eq!((&plan["payable"], &plan["true_up"], &plan["saved"]), (&json!("9450.00"), &json!("-1050.00"), &json!("1600.00")));
    assert_eq!(plan["rows"][0]["in_the_end"], "8100.00");
    assert_eq!(scenarios(&plan)[0], "as planned 8400.00 0.00");
    assert_eq!(scenarios(&plan)[1], "all earlier 8400.00 0.00");
    // Next year the book's charges gain nothing, and 10 000 do not reach a tier.
    assert_eq!(scenarios(&plan)[3], "next window 9500.00 1100.00");
    // From 22 000 to 50 000: 28 000 at 15 % cost 23 800; the plan then costs 8 500, and the book's 12 000 another 600 less.
    let tier = &plan["next_tiers"][0];
    assert_eq!((&tier["missing"], &tier["missing_payable"]), (&json!("28000.00"), &json!("23800.00")));
    assert_eq!((&tier["without"], &tier["with"], &tier["saving"]), (&json!("8400.00"), &json!("7300.00"), &json!("1100.00")));
    // What is posted in the end is what was said.
    book.write(
        "list.csv",
        "account,product,kind,list_price,date,provider_order\nacme-prod,ecs,new,9000,2026-07-05,4\nacme-prod,ecs,new,1000,2026-07-06,5\n",
    );
    book.set_now("2026-07-06T02:00:00Z");
    book.done("order import list.csv");
    assert_eq!(book.json("price true-up acme --date 2026-07-06")["rows"][0]["change"], "-1050.00");
    let same = book.json("price plan acme --compare july.toml --period 2026-07");
    assert_eq!((&same["charged"], &same["difference"]), (&json!("19800.00"), &json!("0.00")));
}

/// By hand, measured by what is payable: 100 at 5 % is 95.
#[test]
fn the_missing_order_is_as_large_as_it_must_be() {
    let book = TestBook::acme(Point::Funded);
    apply_from_july(&book, "whole", &[("measure = \"list\"", "measure = \"payable\""), ("\"20000\"", "\"95.01\"")]);
    planned(&book, &["acme-prod,ecs,new,1000,2026-07-05"]);
    let tier = &book.json("price plan acme plan.csv")["next_tiers"][0];
    assert_eq!(
        (&tier["missing"], &tier["missing_list"], &tier["missing_payable"]),
        (&json!("95.01"), &json!("100.01"), &json!("95.01"))
    );
    assert_eq!((&tier["without"], &tier["with"], &tier["net"]), (&json!("950.00"), &json!("900.00"), &json!("-45.01")));
    // In pieces: 100.02 of list are the first to reach 95.01, and the rest has 10 %.
    planned(&book, &["acme-prod,ecs,new,200,2026-07-05"]);
    assert_eq!(scenarios(&book.json("price plan acme plan.csv"))[5], "apart 185.00 -5.00");
    // At the top there is none.
    book.done("order record acme-prod --product ecs --kind new --list-price 60000 --provider-order 1 --date 2026-07-01");
    assert_eq!(book.json("price plan acme plan.csv")["next_tiers"], json!([]));
}

/// Members have terms and a volume of their own; on the agency model the provider's price passes through.
#[test]
fn each_account_has_its_own_terms() {
    let book = TestBook::acme(Point::Funded);
    let members = ACME_SALE
        .replace("acme-2026", "acme-lab")
        .replace("\ngroup", "\nmembers = [\"acme-test\"]\ngroup")
        .replace("\"5%\"", "\"7%\"");
    book.write("members.toml", members);
    book.done("price apply members.toml");
    new_account(&book, "acme-agency", "--model agency");
    book.write(
        "plan.csv",
        "account,product,list_price,date,provider_amount\nacme-test,ecs,1000,2026-07-05,\nacme-prod,ecs,1000,2026-07-06,\nacme-agency,ecs,1000,2026-07-07,812.34\n",
    );
    let output = book.run("price plan acme plan.csv");
    assert!(output.stderr.contains("acme-agency lacks 312.34 CNY for what is planned, from line 4 on"), "{output}");
    let plan = book.json("price plan acme plan.csv");
    let row = |at: usize| {
        ["agreement", "payable", "cost", "volume_before"].map(|key| plan["rows"][at][key].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!(row(0), ["acme-lab", "930.00", "800.00", "0.00"]);
    assert_eq!(row(1), ["acme-2026", "950.00", "800.00", "1000.00"]);
    assert_eq!(row(2), ["-", "812.34", "812.34", "2000.00"]);
    assert_eq!((&plan["fits"], &plan["notices"][0]["notice"]), (&json!(false), &json!("purchases-short")));
    assert_eq!(plan["next_tiers"].as_array().unwrap().len(), 2);
}

/// By hand: the provider bills 80 % of list; 8 % on top of that.
#[test]
fn a_price_on_top_of_cost_needs_a_cost() {
    let book = TestBook::acme(Point::Funded);
    let rates = [
        ("discount = \"5%\"", "markup = \"8%\""),
        ("discount = \"10%\"", "markup = \"7%\""),
        ("discount = \"15%\"", "markup = \"6%\""),
    ];
    apply_from_july(&book, "whole", &[rates[0], rates[1], rates[2], ("basis = \"list\"", "basis = \"cost\"")]);
    planned(&book, &["acme-prod,ecs,new,20000,2026-07-05", "acme-prod,ecs,new,1000,2026-07-06"]);
    let plan = book.json("price plan acme plan.csv");
    assert_eq!((&plan["rows"][0]["payable"], &plan["rows"][1]["payable"]), (&json!("17280.00"), &json!("856.00")));
    assert_eq!((&plan["rows"][1]["rate"], &plan["best_order"][0]["exact"]), (&json!("+7%"), &json!(true)));
    new_account(&book, "acme-agency", "--model agency");
    planned(&book, &["acme-agency,ecs,new,1000,2026-07-05"]);
    let refused = book.refused(1, "plan.lines-refused", "price plan acme plan.csv");
    assert_eq!(refused.details, ["line 2: acme-2026 prices by cost, and what the provider will bill is not known"]);
    book.refused(1, "price.cost-unknown", "price quote acme-agency --product ecs --list-price 1000 --date 2026-07-05");
}

#[test]
fn a_way_that_is_not_possible_says_why() {
    let book = TestBook::acme(Point::Funded);
    apply_from_july(&book, "whole", &[("\"year\"", "\"agreement\"")]);
    planned(&book, &["acme-prod,ecs,new,1000,2026-07-05"]);
    let plan = book.json("price plan acme plan.csv");
    assert_eq!(
        (&plan["scenarios"][3]["payable"], &plan["scenarios"][3]["impossible"]),
        (&json!(null), &json!("the window has no end"))
    );
    new_account(&book, "acme-late", "--since 2026-07-02");
    planned(&book, &["acme-prod,ecs,new,1000,2026-07-01", "acme-late,ecs,new,100,2026-07-02"]);
    let plan = book.json("price plan acme plan.csv");
    assert_eq!(plan["scenarios"][1]["impossible"], "account.before-since");
    assert_eq!(plan["scenarios"][2]["impossible"], json!(null));
}

/// By hand: 12 000, 9 999.99, 3 000 and 40 000 of June; 6 % of all is 61 099.99.
#[test]
fn the_past_is_priced_under_other_terms() {
    let book = TestBook::acme(Point::Ordered);
    book.write(
        "flat.toml",
        ACME_SALE.replace("acme-2026", "acme-flat").replace("\"5%\"", "\"6%\"").replace("2026-01-01", "2027-01-01"),
    );
    assert_snapshot!(book.run("price plan acme --compare flat.toml --period 2026-06"), @"
    Group                  acme
    Other terms            acme-flat
    From                   2026-06-01
    To                     2026-06-30
    Currency               CNY
    Charges                4
    List                   64999.99
    Charged                59599.99
    Under the other terms  59379.99
    Difference             -220.00

    Account    Charges      List   Charged  Under the other terms  Difference
    -------------------------------------------------------------------------
    acme-prod        3  61999.99  56899.99               56679.99     -220.00
    acme-test        1   3000.00   2700.00                2700.00        0.00
    ----- exit 0
    ");
    let same = book.json("price plan acme --compare acme-sale.toml --from 2026-06-01 --to 2026-06-30");
    assert_eq!(same["difference"], "0.00");
    // What was charged on and before the first day counts, and only the rest is shown.
    let later = book.json("price plan acme --compare acme-sale.toml --from 2026-06-10");
    assert_eq!((&later["difference"], &later["charges"], &later["to"]), (&json!("0.00"), &json!(2), &json!("2026-07-03")));
    // At 65 000 of list, all of the window has 15 %.
    book.write("back.toml", ACME_SALE.replace("\"whole\"", "\"retroactive\""));
    let back = book.json("price plan acme --compare back.toml --period 2026-06");
    assert_eq!((&back["list"], &back["other"]), (&json!("64999.99"), &json!("55249.99")));
    // A refund gives back the other price of what it gives back, also in a month of its own.
    book.done("order refund 2100003 --amount 1350 --provider-order 9 --date 2026-07-02");
    let refund = book.json("price plan acme --compare flat.toml --period 2026-07");
    assert_eq!((&refund["charged"], &refund["other"]), (&json!("-1350.00"), &json!("-1350.00")));
    assert!(book.run("price plan acme --compare back.toml --period 2026-07 --format csv").stdout.starts_with("account,charges,"));
}

#[test]
fn what_a_book_started_with_counts_for_other_terms_too() {
    let book = TestBook::acme(Point::Ready);
    book.done("opening import opening.csv --date 2026-06-01");
    book.done("order record acme-prod --product ecs --kind new --list-price 10000 --provider-order 1 --date 2026-06-02");
    let same = book.json("price plan acme --compare acme-sale.toml --period 2026-06");
    assert_eq!(same["difference"], "0.00");
}

#[test]
fn usage_is_compared_too() {
    let book = TestBook::acme(Point::Closed);
    let same = book.json("price plan acme --compare acme-sale.toml --period 2026-06");
    assert_eq!(same["difference"], "0.00");
    assert!(same["charges"].as_i64().unwrap() > 4);
}

#[test]
fn bad_input_is_named() {
    let book = TestBook::acme(Point::Ordered);
    planned(&book, &["acme-prod,ecs,new,1000,2026-07-05"]);
    book.refused(1, "group.unknown", "price plan acne plan.csv");
    book.refused(1, "file.missing", "price plan acme nothing.csv");
    book.write("empty.csv", "");
    book.refused(1, "file.empty", "price plan acme empty.csv");
    book.write("empty.csv", HEADER);
    book.refused(1, "file.no-lines", "price plan acme empty.csv");
    book.write("columns.csv", "account,list_price\nacme-prod,5\n");
    book.refused(1, "file.unknown-layout", "price plan acme columns.csv");
    planned(
        &book,
        &["acme-prod,ecs,new,0,2026-07-05", "acme-prod,ecs,new,-5,2026-07-05", "acme-prod,ecs,new,1e3,soon", "acme-prod,ecs"],
    );
    let bad = book.refused(1, "file.bad-lines", "price plan acme plan.csv");
    assert_eq!(bad.details.len(), 5, "{bad:?}");
    book.write("plan.csv", format!("{HEADER}acme-prod,\"ecs,new,5,2026-07-05\n"));
    book.refused(1, "file.record-too-long", "price plan acme plan.csv");
    // Another group, with an account of its own.
    book.done("group add rival --name Rival");
    book.done("account create rival-prod --group rival --entity acme-hq --environment production --mobile 13800000009 --mode prepaid --since 2026-06-01");
    planned(
        &book,
        &[
            "rival-prod,ecs,new,5,2026-07-05",
            "acme-prd,ecs,new,5,2026-07-05",
            "acme-prod,ecs,new,0.001,",
            "acme-prod,ecs,new,5,2026-05-31",
        ],
    );
    let lines = book.refused(1, "plan.lines-refused", "price plan acme plan.csv");
    assert_snapshot!(lines.details.join("\n"), @r#"
    line 2: rival-prod is not of the group acme
    line 3: there is no account "acme-prd"
    line 4: the amount 0.001 has more decimal places than CNY has (2)
    line 5: 2026-05-31 lies before 2026-06-01, from when the charges of acme-prod are ours
    "#);
    // Without an agreement it is list price.
    planned(&book, &["rival-prod,ecs,new,5,2026-07-05"]);
    let plan = book.json("price plan rival plan.csv");
    assert_eq!((&plan["payable"], &plan["notices"][0]["notice"]), (&json!("5.00"), &json!("purchases-short")));
    assert_eq!(plan["notices"][1]["notice"], "list-price");
    assert_eq!(plan["scenarios"][3]["impossible"], "no agreement in force then");
    // Terms that cannot be compared.
    book.write("dollars.toml", ACME_SALE.replace("CNY", "USD"));
    book.refused(1, "currency.mismatch", "price plan acme --compare dollars.toml --period 2026-06");
    book.refused(1, "agreement.other-group", "price plan rival --compare acme-sale.toml --period 2026-06");
    book.refused(1, "agreement.not-sale", "price plan acme --compare alibaba-purchase.toml --period 2026-06");
    book.refused(1, "price.nothing-charged", "price plan acme --compare acme-sale.toml --period 2026-05");
    book.refused(1, "days.reversed", "price plan acme --compare acme-sale.toml --from 2026-06-02 --to 2026-06-01");
    book.write("members.toml", ACME_SALE.replace("\ngroup", "\nmembers = [\"rival-prod\"]\ngroup"));
    book.refused(1, "agreement.member-of-other-group", "price plan acme --compare members.toml --period 2026-06");
    book.write("broken.toml", "kind = ");
    book.refused(1, "agreement.invalid", "price plan acme --compare broken.toml --period 2026-06");
}

/// 99 for each order: two of them are 198, and never one of 99.
#[test]
fn orders_with_a_price_each_are_not_put_together() {
    let book = TestBook::acme(Point::Funded);
    let fixed = "[[product]]\ncode = \"ecs\"\nprice = \"99.00\"\n";
    book.write("july.toml", format!("{}{fixed}", ACME_SALE.replace("2026-01-01", "2026-07-01")));
    book.done("price apply july.toml");
    planned(
        &book,
        &[
            "acme-prod,ecs,new,200,2026-07-04",
            "acme-prod,ecs,new,200,2026-07-05",
            "acme-prod,rds,new,100,2026-07-05",
            "acme-prod,rds,new,100,2026-07-06",
        ],
    );
    let plan = book.json("price plan acme plan.csv");
    let together = plan["scenarios"].as_array().unwrap().iter().find(|row| row["scenario"] == "together").unwrap();
    assert_eq!((&together["orders"], &together["payable"]), (&json!(3), &json!("388.00")));
}

#[test]
fn a_wrong_command_line_says_what_goes_together() {
    let book = TestBook::acme(Point::Ordered);
    for line in [
        "price plan acme",
        "price plan acme plan.csv --compare acme-sale.toml --period 2026-06",
        "price plan acme --compare acme-sale.toml",
        "price plan acme plan.csv --period 2026-06",
        "price plan acme plan.csv --from 2026-06-01",
        "price plan acme --compare acme-sale.toml --period 2026-06 --from 2026-06-01",
        "price plan acme --compare acme-sale.toml --to 2026-06-01",
        "price plan acme --compare acme-sale.toml --period 2026-06 --to 2026-06-01",
    ] {
        assert_eq!(book.run(line).exit, 2, "{line}");
    }
}
