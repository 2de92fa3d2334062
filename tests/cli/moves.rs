//! An account that goes from one group to another: what was before stays where it was.

use insta::assert_snapshot;

use crate::book::{Point, TestBook};

/// June is closed; from July on acme-prod buys for bolt, which has no agreement.
fn moved() -> TestBook {
    let book = TestBook::acme(Point::Closed);
    book.done("group add bolt --name 'Bolt Group'");
    book.done("account edit acme-prod --group bolt --date 2026-07-01");
    book
}

/// What the group's charges have added up to in the window of a day.
fn volume(book: &TestBook, day: &str) -> String {
    let answer = book.json(&format!("price show acme --as-of {day}"));
    let reached = answer["rows"].as_array().unwrap().iter().find_map(|row| row["volume"].as_str());
    reached.expect("a tier is reached").to_owned()
}

#[test]
fn a_move_is_shown_and_holds_from_its_day() {
    let book = TestBook::acme(Point::Closed);
    book.done("group add bolt --name 'Bolt Group'");
    assert_snapshot!(book.run("account edit acme-prod --group bolt --date 2026-07-01"), @"
    Account                acme-prod
    UID                    1000000000000001
    State                  active
    Model                  resale
    Mode                   agent-pays
    When nothing is left   immediate
    Purchases              allowed
    Group                  bolt
    Real-name owner        acme-hq
    Environment            production
    Ours since             2026-06-01
    Invitation runs until  -
    Mobile                 13800000001
    ----- stderr
    warning: acme-prod owes 56932.00 CNY for months that are acme's to pay; its statements go on to carry it until then
    ----- exit 0
    ");
    let shown = book.json("account show acme-prod");
    assert_eq!((&shown["group"], &shown["moves"][0]), (&"bolt".into(), &"bolt from 2026-07-01".into()));
    assert_eq!(book.json("account show acme-prod --as-of 2026-06-30")["group"], "acme");
    assert_eq!(book.json("group show acme")["accounts"], serde_json::json!(["acme-test"]));
    assert_eq!(book.json("group show acme --as-of 2026-06-30")["accounts"], serde_json::json!(["acme-prod", "acme-test"]));
    assert_eq!(book.json("group show bolt")["accounts"], serde_json::json!(["acme-prod"]));
    let of = |group: &str| book.json(&format!("account list --group {group}"))["rows"].as_array().unwrap().len();
    assert_eq!((of("acme"), of("bolt")), (1, 1));
    // The same again changes nothing.
    let before = book.everything();
    book.done("account edit acme-prod --group bolt --date 2026-07-01");
    assert_eq!(book.everything(), before);
    assert!(book.checks());
}

#[test]
fn what_is_bought_after_a_move_counts_for_the_new_group() {
    let mut book = moved();
    book.set_now("2026-07-20T02:00:00Z");
    let acme = volume(&book, "2026-07-31");
    let order =
        book.json("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 901 --date 2026-07-02");
    assert_eq!((&order["payable"], &order["agreement"]), (&"1000.00".into(), &serde_json::Value::Null), "bolt has no agreement");
    assert_eq!(volume(&book, "2026-07-31"), acme, "acme has bought nothing");
    // A refund of June's gives back at June's price, and takes off what acme has bought.
    let refund = book.json("order refund o-1 --provider-order 902 --date 2026-07-03");
    assert_eq!(refund["payable"], "-11400.00");
    assert_ne!(volume(&book, "2026-07-31"), acme);
    let of = |group: &str| {
        let answer = book.json(&format!("report usage --group {group} --by account --from 2026-06-01 --to 2026-07-31"));
        answer["rows"].as_array().unwrap().iter().map(|row| row["account"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((of("acme"), of("bolt")), (vec!["acme-prod".to_owned(), "acme-test".to_owned()], vec![]), "June's usage is acme's");
    book.done("budget set 500 --group bolt --period year");
    assert_eq!(book.json("budget list --group bolt --as-of 2026-07-31")["rows"][0]["spent"], "1000.00");
    assert!(book.checks());
}

#[test]
fn each_group_owes_for_its_own_months() {
    let mut book = moved();
    book.set_now("2026-08-05T02:00:00Z");
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 901 --date 2026-07-02");
    book.done("group edit bolt --payment-days 10");
    assert_snapshot!(book.run("settlement list"), @"
    Account    Group  Currency  Terms (days)      Owed   Overdue  Oldest month  Due         Days overdue
    ----------------------------------------------------------------------------------------------------
    acme-prod  acme   CNY                 30  56932.00  56932.00  2026-06       2026-07-30             6
    acme-prod  bolt   CNY                 10   1000.00      0.00  2026-07       2026-08-30             0

    By group
    Group  Currency      Owed   Overdue  Due         Not allocated
    --------------------------------------------------------------
    acme   CNY       56932.00  56932.00  2026-07-30       30000.00
    bolt   CNY        1000.00      0.00  2026-08-30           0.00
    ----- exit 0
    ");
    // Whoever pays for bolt pays July, and nothing of June.
    let paid = book.json("settlement receive bolt 1500 --reference r-1");
    assert_eq!((&paid["surplus"], &paid["owed"]), (&"500.00".into(), &"0.00".into()));
    book.refused(1, "account.other-group", "settlement receive bolt 10 --account acme-test");
    let paid = book.json("settlement receive acme 100 --account acme-prod --period 2026-06");
    assert_eq!((&paid["group"], &paid["months"][0]["month"]), (&"acme".into(), &"2026-06".into()));
    book.done("settlement write-off acme-prod 1 --note 'bank charges' --period 2026-06");
    // Overdue: June is acme's to be reminded of.
    let letters = book.json("settlement dun");
    assert!(letters.to_string().contains("\"acme\"") && !letters.to_string().contains("\"bolt\""), "{letters}");
    assert!(book.checks());
}

#[test]
fn statements_stay_with_the_group_of_their_month() {
    let mut book = TestBook::acme(Point::Closed);
    let june = book.run("statement show --group acme --period 2026-06 --format json").stdout;
    book.done("group add bolt --name 'Bolt Group'");
    book.done("account edit acme-prod --group bolt --date 2026-07-01");
    book.set_now("2026-08-05T02:00:00Z");
    assert_eq!(book.run("statement show --group acme --period 2026-06 --format json").stdout, june);
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 901 --date 2026-07-02 --provider-amount 800");
    let of = |group: &str| {
        let set = book.json(&format!("statement show --group {group} --period 2026-07"));
        set["rows"].as_array().unwrap().iter().map(|row| row["account"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((of("acme"), of("bolt")), (vec!["acme-test".to_owned()], vec!["acme-prod".to_owned()]));
    book.done("period close 2026-07 --without-bill");
    assert_eq!(book.json("statement show acme-prod --period 2026-07")["group"], "bolt");
    assert!(book.checks());
}

#[test]
fn nobody_moves_what_would_not_come_along() {
    let mut book = TestBook::acme(Point::Ordered);
    book.done("group add bolt --name 'Bolt Group'");
    book.done("group add dollars --name 'Dollar Group' --currency USD");
    book.refused(1, "group.unknown", "account edit acme-prod --group blot");
    book.refused(1, "group.move-within-month", "account edit acme-prod --group bolt --date 2026-07-02");
    assert_snapshot!(book.run("account edit acme-prod --group bolt"), @"
    ----- stderr
    error: acme-prod cannot change groups on 2026-07-03: it is billed by the month, and changes groups with one
    hint: --date 2026-07-01, or --date 2026-08-01
    ----- exit 1
    ");
    // Its orders of June were priced in acme.
    book.refused(1, "group.move-after-charges", "account edit acme-prod --group bolt --date 2026-06-01");
    assert_snapshot!(book.run("account edit acme-prod --group bolt --date 2026-06-01"), @"
    ----- stderr
    error: acme-prod cannot change groups on 2026-06-01: something of it is dated 2026-06-20
    hint: what is recorded stays with the group that it was priced for: --date 2026-07-01
    ----- exit 1
    ");
    book.refused(1, "currency.mismatch", "account edit acme-prod --group dollars --date 2026-07-01");
    // What a prepaid account has used in June is acme's to pay.
    book.refused(1, "group.move-month-open", "account edit acme-test --group bolt --date 2026-07-01");
    assert_snapshot!(book.run("account edit acme-test --group bolt --date 2026-07-01"), @"
    ----- stderr
    error: acme-test is prepaid, and what it used in 2026-06 is acme's to pay and not charged yet
    hint: first close 2026-06: `subledger period checklist 2026-06`
    ----- exit 1
    ");
    // What a prepaid account will have left on a day to come, nobody knows; an agent-pays one has nothing.
    book.refused(1, "date.future", "account edit acme-test --group bolt --date 2026-08-01");
    book.done("account edit acme-prod --group bolt --date 2026-08-01");
    assert_eq!(book.json("account show acme-prod")["group"], "acme");
    book.refused(1, "group.moved-later", "account edit acme-prod --group bolt --date 2026-07-01");
    book.refused(2, "usage", "account edit acme-prod --shutdown none --date 2026-08-01");
    book.set_now("2026-08-05T02:00:00Z");
    assert_eq!(book.json("account show acme-prod")["group"], "bolt");
    let book = TestBook::acme(Point::Closed);
    book.done("group add bolt --name 'Bolt Group'");
    book.refused(1, "period.closed", "account edit acme-prod --group bolt --date 2026-06-01");
    // Unspent money stays with whoever gave it.
    let line = "account edit acme-test --group bolt --date 2026-07-01";
    book.refused(1, "group.move-unspent", line);
    assert_snapshot!(book.run(line), @"
    ----- stderr
    error: acme-test has 17296.28 CNY of acme unspent, which stays with acme
    hint: first `subledger fund reclaim acme-test --all`
    ----- exit 1
    ");
    book.done("fund reclaim acme-test --all");
    book.done(line);
    book.done("fund deposit bolt 100");
    assert_eq!(book.json("fund allocate acme-test 100")["group"], "bolt");
    // What it was overdrawn by is put right by whoever did that.
    let book = TestBook::acme(Point::Closed);
    book.done("group add bolt --name 'Bolt Group'");
    book.done("fund reclaim acme-test --all");
    book.done("order record acme-test --product ecs --kind new --list-price 100 --provider-order 701 --date 2026-07-02 --placed");
    let refused = book.refused(1, "group.move-after-charges", line);
    assert!(refused.message.contains("dated 2026-07-02"), "{refused:?}");
    assert!(book.checks());
}

#[test]
fn an_account_in_a_wrong_group_is_put_right_from_its_first_day() {
    let book = TestBook::acme(Point::Ready);
    book.done("group add bolt --name 'Bolt Group'");
    book.done("account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002 --since 2026-07-02");
    book.done("account edit new-1 --group bolt --date 2026-07-02");
    let shown = book.json("account show new-1");
    assert_eq!((&shown["group"], &shown["moves"]), (&"bolt".into(), &serde_json::json!([])));
    assert!(book.checks());
}

/// A plan is about the group that its accounts are in on the days of the plan.
#[test]
fn purchases_are_planned_for_the_group_to_come() {
    let book = TestBook::acme(Point::Ready);
    book.done("group add bolt --name 'Bolt Group'");
    book.done("account edit acme-prod --group bolt --date 2026-08-01");
    book.write("plan.csv", "account,product,list_price,date\nacme-prod,ecs,100,2026-08-02\n");
    assert_eq!(book.json("price plan bolt plan.csv")["rows"][0]["payable"], "100.00");
    book.refused(1, "plan.lines-refused", "price plan acme plan.csv");
}

/// How fast an account spends does not depend on who it bought for before.
#[test]
fn what_an_account_spends_is_the_same_in_either_group() {
    let mut book = moved();
    book.set_now("2026-07-10T02:00:00Z");
    let of = |line: &str| {
        let answer = book.json(line);
        answer["rows"].as_array().unwrap().iter().find(|row| row["account"] == "acme-prod").unwrap().clone()
    };
    let alone = of("report runway --group bolt");
    assert_eq!(alone, of("report runway"));
    assert!(alone["rate_30"].as_str().is_some_and(|rate| rate != "0.00"), "{alone}");
}

/// Acme has paid June; what comes back of it is acme's, and bolt owes July as before.
#[test]
fn money_back_goes_to_the_group_that_has_paid() {
    let book = moved();
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 901 --date 2026-07-02");
    book.done("settlement receive acme 56932 --reference r-1 --date 2026-07-03");
    let deposits = |group: &str| book.json(&format!("group show {group}"))["deposits"].as_str().unwrap().to_owned();
    assert_eq!(deposits("acme"), "30000.00");
    book.done("order refund o-1 --provider-order 902 --date 2026-07-03");
    assert_eq!((deposits("acme"), deposits("bolt")), ("41400.00".to_owned(), "0.00".to_owned()));
    assert_eq!(book.json("settlement list --group bolt")["groups"][0]["owed"], "1000.00");
    assert_eq!(book.json("settlement list --group acme")["rows"], serde_json::json!([]));
    assert!(book.checks());
}

/// What is overdue of June holds acme's money, and stops nobody who buys for bolt.
#[test]
fn an_old_debt_is_the_old_groups() {
    let mut book = moved();
    book.set_now("2026-08-05T02:00:00Z");
    book.done("policy set overdue-check refuse");
    book.refused(1, "deposits.held", "fund withdraw acme 30000");
    book.done("fund deposit bolt 500");
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 901 --date 2026-08-02");
    book.done("fund withdraw bolt 500");
    assert!(book.checks());
}

/// Who goes and comes back finds each month where it was.
#[test]
fn an_account_may_come_back() {
    let mut book = moved();
    book.set_now("2026-09-01T02:00:00Z");
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 901 --date 2026-07-02");
    book.done("account edit acme-prod --group acme --date 2026-08-01");
    let before = volume(&book, "2026-08-31");
    book.done("order record acme-prod --product ecs --kind new --list-price 1000 --provider-order 902 --date 2026-08-02");
    assert_ne!(volume(&book, "2026-08-31"), before);
    assert_eq!(book.json("account show acme-prod")["moves"], serde_json::json!(["bolt from 2026-07-01", "acme from 2026-08-01"]));
    let owes = |group: &str| book.json(&format!("settlement list --group {group}"))["groups"][0]["owed"].clone();
    assert_eq!(owes("bolt"), "1000.00");
    assert!(book.checks());
}
