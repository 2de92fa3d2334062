//! What becomes of differences: looked after, decided, undone, carried over a close, and settled by later bills.

use crate::book::{BILL, Point, TestBook, bill};

/// Of the story's bill: the order that was not billed, the one that was not recorded, and the stranger.
const MISSING: &str = "93e6d123f2c1";
const UNRECORDED: &str = "47d839966415";
const STRANGER: &str = "cc4aa907cc89";

/// A bill line of June: its number, account, amount at list price, and what is owed.
pub(crate) fn june(id: &str, number: &str, account: u8, list: &str, payable: &str) -> String {
    format!(
        "{id},{number},9000000000000001,100000000000000{account},202606,20260612,订阅预付费用,ecs,云服务器ECS,CNY,{list},0,{payable}"
    )
}

pub(crate) fn july(id: &str, number: &str, account: u8, list: &str, payable: &str) -> String {
    june(id, number, account, list, payable).replace("202606", "202607")
}

/// A book with these orders of ECS on 12 June at list price (cost is 80 % of it), and this bill of June, reconciled; none yet
/// where it has no line.
pub(crate) fn reconciled(orders: &[(&str, &str, &str)], lines: &[String]) -> TestBook {
    let book = TestBook::acme(Point::Funded);
    for (account, number, list) in orders {
        book.done(&format!(
            "order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date 2026-06-12 --placed"
        ));
    }
    if !lines.is_empty() {
        book.write("own.csv", bill(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        book.done("bill import own.csv --period 2026-06 --final");
        book.run("reconcile run --period 2026-06");
    }
    book
}

/// Kind, order number, amount, state and resolution of every difference of June.
pub(crate) fn told(book: &TestBook) -> Vec<String> {
    told_of(book, "2026-06")
}

pub(crate) fn told_of(book: &TestBook, period: &str) -> Vec<String> {
    let exit = book.run(&format!("difference list --period {period} --all")).exit;
    let listed = book.json_exit(exit, &format!("difference list --period {period} --all"));
    let cell = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    let rows = listed["rows"].as_array().unwrap();
    let keys = ["kind", "provider_order", "difference", "state", "resolution"];
    rows.iter().map(|row| keys.map(|key| cell(row, key)).join(" ")).collect()
}

pub(crate) fn id_of(book: &TestBook, number: &str) -> String {
    let exit = book.run("difference list --all").exit;
    let listed = book.json_exit(exit, "difference list --all");
    let rows = listed["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["provider_order"] == number).unwrap_or_else(|| panic!("{number} in {rows:?}"));
    row["id"].as_str().unwrap().to_owned()
}

/// The balance of a ledger account of the agent, or of all its owners.
pub(crate) fn ledger(book: &TestBook, code: &str) -> String {
    let rows = book.json("report trial-balance")["rows"].clone();
    let mut sum = rust_decimal::Decimal::ZERO;
    for row in rows.as_array().unwrap().iter().filter(|row| row["ledger_account"] == code) {
        let amount = |key: &str| row[key].as_str().unwrap_or("0").parse::<rust_decimal::Decimal>().unwrap();
        sum += amount("debit") - amount("credit");
    }
    sum.normalize().to_string()
}

pub(crate) fn closes(book: &TestBook, period: &str) {
    book.done(&format!("period close {period}"));
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn every_cent_is_decided_and_the_month_closes() {
    let book = TestBook::acme(Point::Reconciled);
    book.refused(1, "period.blocked", "period close 2026-06");
    // Recorded from the bill: 625 at the account's price, its cost by the purchase terms is what was billed.
    let said = book.json(&format!("difference resolve {UNRECORDED} --as recorded"));
    assert_eq!(said["orders"], serde_json::json!(["o-5"]));
    assert_eq!(book.json("order show 2100099")["cost"], "500.00");
    // Nobody's account: asked back.
    book.done(&format!("difference resolve {STRANGER} --as disputed --note 'ticket 4711'"));
    // Not billed: July's bill may have it.
    book.done(&format!("difference acknowledge {MISSING} --owner li.na --due 2026-08-05 --note 'asked the provider'"));
    assert_eq!(
        told(&book),
        [
            "missing-in-bill 2100004 -32000.00 acknowledged -",
            "unrecorded-order 2100099 500.00 resolved recorded",
            "unknown-account  77.70 resolved disputed"
        ]
    );
    // Looking again changes nothing, and writes nothing.
    let before = book.operations();
    book.done("reconcile run --period 2026-06");
    assert_eq!(book.operations(), before);
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "disputed"), "77.7");
    assert_eq!(ledger(&book, "accrued"), "-32000");
    insta::assert_snapshot!(book.run("difference list"), @"
    Id            Period   Kind             Account           Provider order  Currency  Recorded  Billed  Difference  State                 Detail
    ----------------------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    93e6d123f2c1  2026-06  missing-in-bill  acme-prod         2100004         CNY       32000.00    0.00   -32000.00  li.na, by 2026-08-05  o-4 of 2026-06-20, not billed
    cc4aa907cc89  2026-06  unknown-account  1000000000000009                  CNY           0.00   77.70       77.70  disputed              1 line of an account that the book does not have

    Age of what is not resolved, in days
    Currency  Days  Count    Amount
    -------------------------------
    CNY       0-30      1  32000.00
    ----- exit 0
    ");
    insta::assert_snapshot!(book.run(&format!("difference show {STRANGER}")), @"
    Id              cc4aa907cc89
    Period          2026-06
    Kind            unknown-account
    Account         1000000000000009
    Provider order
    Product         -
    Currency        CNY
    Recorded        0.00
    Billed          77.70
    Difference      77.70
    Detail          1 line of an account that the book does not have
    State           resolved
    Resolution      disputed
    Owner           -
    Due             -
    Snoozed until   -
    Note            -
    Since           2026-07-03
    Age in days     0
    Reopened        0
    In dispute      77.70

    == Decision ==
    Resolution     disputed
    Borne by       -
    Note           ticket 4711
    Operator       root
    Day            2026-07-03
    Recorded then  0.00
    Billed then    77.70
    ----- exit 0
    ");
}

#[test]
fn what_was_carried_is_billed_in_july_and_what_was_disputed_comes_back() {
    let lines = [june("a", "51", 1, "1000", "900"), june("b", "53", 1, "100", "80")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500")], &lines);
    assert_eq!(
        told(&book),
        ["missing-in-bill 52 -400.00 open -", "over-billed 51 100.00 open -", "unrecorded-order 53 80.00 open -"]
    );
    book.done(&format!("difference acknowledge {} --due 2026-08-31", id_of(&book, "52")));
    book.done(&format!("difference resolve {} {} --as disputed --note why", id_of(&book, "51"), id_of(&book, "53")));
    closes(&book, "2026-06");
    assert_eq!((ledger(&book, "disputed"), ledger(&book, "accrued")), ("180".to_owned(), "-400".to_owned()));
    // July bills the order at last, gives 100 back for the first, and nothing yet for the other.
    book.write("july.csv", bill(&[&july("c", "52", 1, "500", "400"), &july("d", "51", 1, "-125", "-100")]));
    let mut book = book;
    book.set_now("2026-08-03T02:00:00Z");
    book.done("bill import july.csv --period 2026-07 --final");
    let run = book.json("reconcile run --period 2026-07");
    assert_eq!(run["classes"], serde_json::json!({"carried-in": {"count": 2, "amount": "300.00"}}));
    closes(&book, "2026-07");
    assert_eq!((ledger(&book, "disputed"), ledger(&book, "accrued")), ("80".to_owned(), "0".to_owned()));
    assert!(told(&book).contains(&"over-billed 51 100.00 resolved credited".to_owned()), "{:?}", told(&book));
    // What was carried and is billed is settled, and cannot be cancelled any more.
    assert!(told(&book).contains(&"missing-in-bill 52 -400.00 resolved auto".to_owned()), "{:?}", told(&book));
    book.refused(1, "difference.resolved", &format!("difference resolve {} --as cancelled", id_of(&book, "52")));
    // The rest is given up: a loss of August.
    book.done(&format!("difference resolve {} --as written-off --note gone", id_of(&book, "53")));
    assert_eq!((ledger(&book, "disputed"), ledger(&book, "write-off")), ("0".to_owned(), "80".to_owned()));
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn what_is_accepted_is_borne_by_one_or_the_other_and_taken_back_when_the_bill_changes() {
    let lines = [june("a", "51", 1, "1000", "810"), june("b", "52", 2, "1000", "790"), june("c", "53", 1, "1000", "805")];
    let orders = [("acme-prod", "51", "1000"), ("acme-test", "52", "1000"), ("acme-prod", "53", "1000")];
    let book = reconciled(&orders, &lines);
    let accept =
        |number: &str, who: &str| format!("difference resolve {} --as accepted --borne-by {who} --note why", id_of(&book, number));
    book.refused(1, "difference.note-missing", &accept("51", "agent").replace(" --note why", ""));
    book.refused(2, "usage", &format!("difference resolve {} --as accepted --note why", id_of(&book, "51")));
    let before = (ledger(&book, "sales"), ledger(&book, "cost"));
    book.done(&accept("51", "agent"));
    book.done(&accept("52", "customer"));
    book.done(&accept("53", "customer"));
    let cost: rust_decimal::Decimal = before.1.parse().unwrap();
    assert_eq!(ledger(&book, "cost"), (cost + rust_decimal::Decimal::from(5)).normalize().to_string(), "10 - 10 + 5");
    let sales: rust_decimal::Decimal = before.0.parse().unwrap();
    assert_eq!(ledger(&book, "sales"), (sales + rust_decimal::Decimal::from(5)).normalize().to_string(), "10 less, 5 more");
    assert!(book.checks(), "{}", book.run("check"));
    // A person takes one back; the provider changes the other.
    book.done(&format!("difference reopen {} --note 'not so'", id_of(&book, "53")));
    book.write("better.csv", bill(&[&june("a", "51", 1, "1000", "800"), &lines[1], &lines[2]]));
    book.done("bill import better.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    assert_eq!(
        told(&book),
        ["over-billed 53 5.00 open -", "under-billed 52 -10.00 resolved accepted", "over-billed 51 10.00 resolved auto"]
    );
    assert!(book.checks(), "{}", book.run("check"));
    // Both are taken back by entries that name what they take back.
    let file = rusqlite::Connection::open(book.place()).unwrap();
    let reversed = "SELECT COUNT(*) FROM entry AS e JOIN entry AS o ON o.id = e.reverses AND o.event = e.event AND o.id < e.id";
    assert_eq!(file.query_row(reversed, [], |row| row.get::<_, i64>(0)), Ok(2));
    book.done(&accept("53", "customer"));
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "accrued"), "0");
    let statement = book.json("statement show acme-prod --period 2026-06");
    let events: Vec<_> =
        statement["lines"].as_array().unwrap().iter().map(|line| (line["event"].clone(), line["amount"].clone())).collect();
    assert!(events.contains(&("difference-accepted".into(), "5.00".into())), "{events:?}");
    assert!(!events.contains(&("difference-accepted".into(), "10.00".into())), "what the agent bears is not the customer's");
}

#[test]
fn what_was_never_billed_is_cancelled_and_a_wrong_account_is_moved() {
    let lines = [june("a", "51", 2, "1000", "800"), june("b", "54", 1, "200", "160")];
    let book = reconciled(
        &[("acme-prod", "51", "1000"), ("acme-prod", "52", "500"), ("acme-prod", "54", "200"), ("acme-prod", "55", "200")],
        &lines,
    );
    assert_eq!(
        told(&book),
        ["missing-in-bill 52 -400.00 open -", "duplicate-order 55 -160.00 open -", "wrong-account 51 0.00 open -"]
    );
    let sales = ledger(&book, "sales");
    book.done(&format!("difference resolve {} {} --as cancelled", id_of(&book, "52"), id_of(&book, "55")));
    book.done(&format!("difference resolve {} --as moved", id_of(&book, "51")));
    assert_eq!(told(&book).iter().filter(|line| line.contains(" open ")).count(), 0, "{:?}", told(&book));
    assert_ne!(ledger(&book, "sales"), sales);
    book.refused(1, "difference.not-reopened", &format!("difference reopen {}", id_of(&book, "52")));
    book.refused(1, "difference.resolved", &format!("difference resolve {} --as cancelled", id_of(&book, "52")));
    closes(&book, "2026-06");
    assert_eq!((ledger(&book, "accrued"), ledger(&book, "cost")), ("0".to_owned(), "960".to_owned()));
    assert_eq!(book.json("statement show acme-test --period 2026-06")["charges"], "950.00", "at its own price");
}

#[test]
fn a_loss_is_written_off_within_the_limit_of_its_month() {
    let lines = [june("a", "51", 1, "1000", "860"), june("b", "52", 1, "1000", "850")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "1000")], &lines);
    book.done(&format!("difference resolve {} --as written-off --note 'too small to argue'", id_of(&book, "51")));
    let second = format!("difference resolve {} --as written-off --note again", id_of(&book, "52"));
    book.refused(1, "write-off.limit", &second);
    book.done("policy set write-off-limit 110");
    book.done(&second);
    assert!(book.checks(), "{}", book.run("check"));
    closes(&book, "2026-06");
    assert_eq!((ledger(&book, "write-off"), ledger(&book, "accrued")), ("110".to_owned(), "0".to_owned()));
}

#[test]
fn what_belongs_together_may_be_said_by_hand_and_taken_back() {
    let lines = [june("a", "97", 1, "400", "350"), june("b", "98", 1, "600", "460")];
    let book = reconciled(&[("acme-prod", "51", "1000")], &lines);
    let missing = id_of(&book, "51");
    book.refused(1, "bill-line.unknown", &format!("difference match {missing} --with nothing-like-it"));
    book.refused(1, "difference.one-sided", &format!("difference match {missing} --with o-1"));
    book.refused(1, "difference.not-matched", &format!("difference unmatch {missing}"));
    book.done(&format!("difference match {missing} --with 97 b --note 'the invoice says so'"));
    assert!(told(&book).contains(&"over-billed 51 10.00 open -".to_owned()), "{:?}", told(&book));
    assert_eq!(told(&book).iter().filter(|line| line.contains(" open ")).count(), 1);
    book.done(&format!("difference unmatch {missing}"));
    assert_eq!(told(&book).iter().filter(|line| line.contains(" open ")).count(), 3, "{:?}", told(&book));
    book.done(&format!("difference match {missing} --with {} {}", id_of(&book, "97"), id_of(&book, "98")));
    // A later version without one of the lines: the match is dead, and everything is told as it is.
    book.write("less.csv", bill(&[&lines[0]]));
    book.done("bill import less.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    assert_eq!(told(&book).iter().filter(|line| line.contains(" open ")).count(), 2, "{:?}", told(&book));
    book.refused(1, "difference.not-matched", &format!("difference unmatch {missing}"));
}

#[test]
fn a_match_by_hand_takes_only_what_is_left_over() {
    let lines = [june("a", "97", 1, "400", "350"), june("b", "98", 1, "600", "460"), june("c", "55", 1, "100", "80")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "55", "100")], &lines);
    let missing = id_of(&book, "51");
    // 55 agrees already, and 51 has no other side of its own.
    let refused = book.refused(1, "difference.not-left-over", &format!("difference match {missing} --with 55"));
    assert!(refused.hint.contains("reconcile bridge --period 2026-06 --by line"), "{}", refused.hint);
    book.refused(1, "difference.one-sided", &format!("difference match {missing} --with {missing}"));
    book.done(&format!("difference match {missing} --with 97"));
    // What is matched is not left over any more, until it is taken back by the number of either side.
    let second = format!("difference match {} --with 51", id_of(&book, "98"));
    book.refused(1, "difference.not-left-over", &second);
    book.done("difference unmatch 97");
    book.done(&second);
    book.done("difference unmatch 51");
    assert!(book.checks(), "{}", book.run("check"));
    assert_eq!(told(&book).iter().filter(|line| line.contains(" open ")).count(), 3, "{:?}", told(&book));
}

#[test]
fn what_cannot_be_said_of_a_difference_is_refused() {
    let lines = [june("a", "51", 1, "1000", "810"), june("b", "53", 1, "0", "80"), june("c", "54", 1, "-10", "-8")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500")], &lines);
    let resolve = |number: &str, rest: &str| format!("difference resolve {} --as {rest}", id_of(&book, number));
    for (number, rest) in [
        ("51", "cancelled"),
        ("51", "recorded"),
        ("51", "moved"),
        ("52", "accepted --borne-by agent --note why"),
        ("52", "written-off --note why"),
        ("52", "disputed --note why"),
        ("54", "recorded"),
    ] {
        let refused = book.refused(1, "difference.unfit", &resolve(number, rest));
        assert!(!refused.hint.is_empty() || number == "51", "{number} {rest}");
    }
    book.refused(1, "difference.no-list-price", &resolve("53", "recorded"));
    book.refused(2, "usage.pointless", &resolve("51", "disputed --borne-by agent --note why"));
    book.refused(2, "usage.pointless", &resolve("51", "cancelled --refunds o-1"));
    book.refused(1, "difference.owner-unknown", "difference list --owner nobody");
    book.refused(1, "account.unknown", "difference list --account acme-prodd");
    book.refused(1, "account.unknown", "reconcile bridge --period 2026-06 --by account --account acme-prodd");
    // What gives back of another account's order is not this one's refund.
    book.done("order record acme-test --product ecs --kind new --list-price 10 --provider-order 60 --date 2026-06-12 --placed");
    book.refused(1, "difference.unfit", &resolve("54", "recorded --refunds 60"));
    book.run("reconcile run --period 2026-06");
    book.refused(1, "difference.unfit", &resolve("60", "disputed --note 'nothing was billed'"));
    book.refused(1, "difference.unknown", "difference show 000000000000");
    book.refused(1, "difference.unknown", "difference explain 93");
    book.refused(1, "day.passed", &format!("difference snooze {} --until 2026-07-02", id_of(&book, "51")));
    // Money back for an order of the book is a refund of it, at the price that was paid.
    book.done(&resolve("54", "recorded --refunds 51"));
    assert_eq!(book.json("order show 54")["payable"], "-9.50");
}

#[test]
fn a_snoozed_difference_comes_back_on_its_day() {
    let mut book = TestBook::acme(Point::Reconciled);
    book.done(&format!("difference snooze {MISSING} {UNRECORDED} {STRANGER} --until 2026-07-10 --note later"));
    book.done("difference list");
    book.done("reconcile run --period 2026-06");
    book.set_now("2026-07-10T02:00:00Z");
    assert_eq!(book.run("difference list").exit, 3);
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 3);
}

#[test]
fn what_somebody_was_to_settle_by_a_day_is_told_when_the_day_is_past() {
    let mut book = TestBook::acme(Point::Reconciled);
    book.done(&format!("difference acknowledge {MISSING} --owner li.na --due 2026-07-08 --note 'asked the provider'"));
    book.done(&format!("difference acknowledge {UNRECORDED} --owner li.na --due 2026-07-09 --note 'asked the project'"));
    book.set_now("2026-07-08T02:00:00Z");
    book.done("alert list --kind differences");
    book.set_now("2026-07-10T02:00:00Z");
    insta::assert_snapshot!(book.run("alert list --kind differences"), @"
    Id            Kind         About  State  What                                                                                 Note
    ----------------------------------------------------------------------------------------------------------------------------------
    b87d2a4eebd8  differences  li.na  open   2 differences not settled by the day that was set; the oldest was due on 2026-07-08  -
    ----- exit 3
    ");
    book.done(&format!("difference resolve {UNRECORDED} --as recorded"));
    book.done(&format!("difference resolve {MISSING} --as cancelled"));
    book.done("alert list --kind differences");
}

#[test]
fn an_order_that_no_later_bill_brings_stays_in_sight() {
    let mut book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500")], &[june("a", "51", 1, "1000", "800")]);
    book.done(&format!("difference acknowledge {} --due 2026-08-31", id_of(&book, "52")));
    closes(&book, "2026-06");
    book.set_now("2026-08-03T02:00:00Z");
    book.write("july.csv", bill(&[&july("b", "61", 1, "100", "80")]));
    book.done("bill import july.csv --period 2026-07 --final");
    let run = book.json_exit(3, "reconcile run --period 2026-07");
    assert_eq!(run["still_carried"], serde_json::json!({"count": 1, "amount": "400.00"}));
    insta::assert_snapshot!(book.run("reconcile show --period 2026-07"), @"
    Period                        2026-07
    Bill version                  1
    Currency                      CNY
    Recorded                      0.00
    Billed                        80.00
    Difference                    80.00
    Explained                     80.00
    Unexplained                   0.00
    Orders matched                0
    Usage lines                   0
    Carried and still not billed  count 1, amount 400.00

    Bridge from recorded to billed
    Class             Count  Amount
    -------------------------------
    unrecorded-order      1   80.00

    Differences
    Id            Period   Kind              Account    Provider order  Currency  Recorded  Billed  Difference  State  Detail
    ---------------------------------------------------------------------------------------------------------------------------------------
    d18d53f7dc60  2026-07  unrecorded-order  acme-prod  61              CNY           0.00   80.00       80.00  open   billed, not recorded
    ----- exit 0
    ");
}

#[test]
fn an_explanation_names_what_came_near_and_what_keeps_it_apart() {
    let lines = [june("a", "97", 1, "1000", "800.01"), june("b", "98", 2, "1000", "800"), june("c", "99", 1, "1000", "300")];
    let book = reconciled(&[("acme-prod", "51", "1000")], &lines);
    insta::assert_snapshot!(book.run(&format!("difference explain {}", id_of(&book, "51"))), @"
    Looked for         lines of the bill with the order number 51 and account acme-prod
    Candidates in all  2

    What was tried
    Step          Outcome
    ------------------------------------------------------------------------------------------------------------------
    exact         no line has its number and account
    netted        its refunds do not take all of it back, or one of them was billed
    many-to-one   no other order or line belongs to its number
    near          not exactly one of the same account, product and amount from 2 days before to 5 days after the order
    covering-set  no single smallest set of up to 4 within 7 days, among 24 at most

    Candidates, the nearest first
    What        Account    Provider order  Product  Day         Amount  Why it is not it
    ------------------------------------------------------------------------------------------------
    bill-lines  acme-prod  97              ecs      2026-06-12  800.01  the amount is off by 0.01
    bill-lines  acme-prod  99              ecs      2026-06-12  300.00  the amount is off by -500.00

    What would settle it
    Way
    -----------------------------------------------------------------------------------------------
    a later version of the bill, or the bill of 2026-07, that has 51
    say what belongs to it: `subledger difference match fd19dfe9ec5c --with LINE`
    `subledger difference resolve fd19dfe9ec5c --as cancelled`, if the provider never will bill it
    carry it over the close: `subledger difference acknowledge fd19dfe9ec5c --owner NAME --due DAY`

    == Difference ==
    Id              fd19dfe9ec5c
    Period          2026-06
    Kind            missing-in-bill
    Account         acme-prod
    Provider order  51
    Product         ecs
    Currency        CNY
    Recorded        800.00
    Billed          0.00
    Difference      -800.00
    Detail          o-1 of 2026-06-12, not billed
    State           open
    Resolution      -
    Owner           -
    Due             -
    Snoozed until   -
    Note            -
    Since           2026-07-03
    Age in days     0
    Reopened        0
    In dispute      0.00
    ----- exit 0
    ");
    let explained = book.json(&format!("difference explain {}", id_of(&book, "97")));
    assert_eq!(explained["candidates"][0]["provider_order"], "51");
    assert_eq!(explained["candidates"][0]["obstacles"], "the amount is off by 0.01");
}

#[test]
fn too_many_new_differences_are_told_as_one() {
    let lines: Vec<String> = (0..4).map(|n| june(&format!("l{n}"), &format!("9{n}x"), 1, "10", &format!("{n}.50"))).collect();
    let book = TestBook::acme(Point::Funded);
    book.done("policy set flood 3");
    book.write("own.csv", bill(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("bill import own.csv --period 2026-06 --final");
    let first = book.run("reconcile run --period 2026-06");
    assert!(first.stderr.contains("4 new differences are unrecorded-order"), "{first}");
    assert!(!book.run("reconcile run --period 2026-06").stderr.contains("new differences"), "they are not new any more");
    assert_eq!(told(&book).len(), 4, "all are listed");
}

#[test]
fn a_bill_that_comes_again_in_other_order_makes_no_new_difference() {
    let book = TestBook::acme(Point::Reconciled);
    let before = told(&book);
    let mut turned: Vec<&str> = BILL.to_vec();
    turned.reverse();
    book.write("turned.csv", bill(&turned));
    book.done("bill import turned.csv --period 2026-06 --final");
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 3);
    assert_eq!(told(&book), before);
    assert_eq!(id_of(&book, "2100004"), MISSING);
}

/// A line of usage: its id, month, account, amount at list price, and what is owed.
fn usage(id: &str, month: &str, account: u8, list: &str, payable: &str) -> String {
    format!("{id},,9000000000000001,100000000000000{account},{month},,云资源按量费用,oss,对象存储OSS,CNY,{list},0,{payable}")
}

#[test]
fn usage_is_held_against_the_purchase_terms() {
    // 20 % off: cut to the cent, kept at all decimals, a cent too much, and another discount for everything.
    let lines = [
        usage("u-1", "202606", 1, "0.99", "0.79"),
        usage("u-2", "202606", 1, "12.3456789", "9.87654312"),
        usage("u-3", "202606", 2, "100", "85"),
        usage("u-4", "202606", 2, "50", "40").replace(",oss,", ",slb,"),
        usage("u-5", "202606", 2, "50", "39").replace(",oss,", ",slb,"),
    ];
    let book = reconciled(&[], &lines);
    assert_eq!(
        told(&book),
        ["over-billed  5.00 open -", "under-billed  -1.00 open -"],
        "what rounding has made is proved, and the rest is found"
    );
    insta::assert_snapshot!(book.run("reconcile show --period 2026-06"), @"
    Period          2026-06
    Bill version    1
    Currency        CNY
    Recorded        0.00
    Billed          174.66654312
    Difference      174.66654312
    Explained       174.66654312
    Unexplained     0.00
    Orders matched  0
    Usage lines     5

    Bridge from recorded to billed
    Class         Count        Amount
    ---------------------------------
    usage             5  170.66654312
    over-billed       1          5.00
    under-billed      1         -1.00

    Differences
    Id            Period   Kind          Account    Provider order  Currency  Recorded  Billed  Difference  State  Detail
    -----------------------------------------------------------------------------------------------------------------------------------------------------------
    1846bbcf3183  2026-06  over-billed   acme-test                  CNY          80.00   85.00        5.00  open   oss in 2026-06, 1 line at list price 100.00
    923c41cd4e93  2026-06  under-billed  acme-test                  CNY          80.00   79.00       -1.00  open   slb in 2026-06, 2 lines at list price 100.00
    ----- exit 0
    ");
    let listed = book.json_exit(3, "difference list");
    let id = |row: usize| listed["rows"][row]["id"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(book.run(&format!("difference explain {}", id(0))), @"
    Looked for         usage of oss by acme-test in 2026-06 at 80.00: 100.00 by the purchase terms
    Candidates in all  0

    What was tried
    Step            Outcome
    -------------------------------------------------------------------------------------------
    exact           the sum is 5.00 off
    rounding-proof  each of 1 line was held against its own price, cut or rounded: 5.00 is left
    tolerance       the policy tolerates less, or its budget is used up

    nothing like it on the other side

    What would settle it
    Way
    -----------------------------------------------------------------------------------------------
    `subledger difference resolve 1846bbcf3183 --as accepted --borne-by agent --note …`
    `subledger difference resolve 1846bbcf3183 --as disputed --note …`
    carry it over the close: `subledger difference acknowledge 1846bbcf3183 --owner NAME --due DAY`

    == Difference ==
    Id              1846bbcf3183
    Period          2026-06
    Kind            over-billed
    Account         acme-test
    Provider order
    Product         oss
    Currency        CNY
    Recorded        80.00
    Billed          85.00
    Difference      5.00
    Detail          oss in 2026-06, 1 line at list price 100.00
    State           open
    Resolution      -
    Owner           -
    Due             -
    Snoozed until   -
    Note            -
    Since           2026-07-03
    Age in days     0
    Reopened        0
    In dispute      0.00
    ----- exit 0
    ");
    book.refused(1, "difference.unfit", &format!("difference resolve {} --as recorded", id(0)));
    // The customer pays its own price in any case; who bears the excess is decided here, and the shortfall is the agent's gain.
    book.done(&format!("difference resolve {} --as accepted --borne-by customer --note 'agreed with acme'", id(0)));
    book.done(&format!("difference resolve {} --as accepted --borne-by agent --note 'the list was cut'", id(1)));
    let due = |account: &str| book.json(&format!("account show {account}"))["pending_usage"].clone();
    closes(&book, "2026-06");
    assert_eq!(due("acme-test"), "0.00");
    // 0.79 + 9.88 + 85 + 79: what is billed is what it costs, however it was decided.
    assert_eq!(ledger(&book, "cost"), "174.67");
    assert_eq!(ledger(&book, "payable"), "-174.67");
    assert_eq!((ledger(&book, "accrued"), ledger(&book, "disputed")), ("0".into(), "0".into()));
    // 12.68, 95 and 95 at the group's 5 % off, and the excess.
    assert_eq!(ledger(&book, "sales"), "-207.67");
}

#[test]
fn disputed_usage_waits_for_the_money_and_costs_nothing() {
    let book = reconciled(&[], &[usage("u-1", "202606", 1, "100", "85")]);
    let id = book.json_exit(3, "difference list")["rows"][0]["id"].as_str().unwrap().to_owned();
    book.done(&format!("difference resolve {id} --as disputed --note 'ticket 4711'"));
    closes(&book, "2026-06");
    assert_eq!(
        (ledger(&book, "cost"), ledger(&book, "disputed"), ledger(&book, "payable")),
        ("80".into(), "5".into(), "-85".into())
    );
    // Looked at again, a closed month is as it was closed.
    assert_eq!(told(&book), ["over-billed  5.00 resolved disputed"]);
    // Given up later: the agent bears it.
    book.done(&format!("difference resolve {id} --as accepted --borne-by agent --note 'the provider is right'"));
    assert_eq!((ledger(&book, "cost"), ledger(&book, "disputed")), ("85".into(), "0".into()));
    assert!(book.checks());
}

#[test]
fn a_correction_of_a_closed_month_is_charged_at_the_price_of_then() {
    let mut book = reconciled(&[], &[usage("u-1", "202606", 1, "100", "80")]);
    closes(&book, "2026-06");
    // July's volume has reached the tier of 10 %; June's usage was sold at 5 % off.
    book.set_now("2026-08-03T09:00:00+08:00");
    book.done(
        "order record acme-prod --product ecs --kind new --list-price 30000 --provider-order 2200001 --date 2026-07-02 --placed",
    );
    let correction =
        |id: &str, month: &str, list: &str, payable: &str| usage(id, month, 1, list, payable).replace("云资源按量费用", "调账费用");
    let lines = [
        july("b-1", "2200001", 1, "30000", "24000"),
        correction("b-2", "202606", "-40", "-32"),
        // Nothing was charged for it then: by the terms of then.
        correction("b-3", "202606", "-10", "-8").replace(",oss,", ",slb,"),
        usage("b-4", "202607", 1, "10", "8"),
    ];
    book.write("july.csv", bill(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("bill import july.csv --period 2026-07 --final");
    let run = book.json("reconcile run --period 2026-07");
    assert_eq!(run["classes"]["late-correction"], serde_json::json!({"count": 2, "amount": "-40.00"}));
    assert_eq!(run["unexplained"], "0.00");
    closes(&book, "2026-07");
    let statement = book.json("statement show acme-prod --period 2026-07");
    let told: Vec<String> = statement["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["event"] == "usage")
        .map(|line| {
            format!(
                "{} {} {}",
                line["charge_month"].as_str().unwrap(),
                line["kind"].as_str().unwrap(),
                line["amount"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(told, ["2026-06 credit -38.00", "2026-06 credit -9.50", "2026-07 charge 9.00"]);
}

/// What an account was charged in a month less what it was given back.
fn owed_for(book: &TestBook, account: &str, period: &str) -> rust_decimal::Decimal {
    let statement = book.json(&format!("statement show {account} --period {period}"));
    let amount = |key: &str| statement[key].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    amount("charges") - amount("credits")
}

/// July's bill of these lines, on 3 August.
fn bill_of_july(book: &mut TestBook, lines: &[String]) {
    book.set_now("2026-08-03T09:00:00+08:00");
    book.write("july.csv", bill(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
    book.done("bill import july.csv --period 2026-07 --final");
    book.run("reconcile run --period 2026-07");
}

#[test]
fn what_was_disputed_comes_back_in_parts_and_under_any_number() {
    let lines = [june("a", "51", 1, "1000", "900"), june("b", "52", 1, "500", "450")];
    let mut book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500")], &lines);
    for number in ["51", "52"] {
        book.done(&format!("difference resolve {} --as disputed --note why", id_of(&book, number)));
    }
    closes(&book, "2026-06");
    // A part of the first under its number; the second under a number of its own, and more than is open of it.
    let back = [july("c", "51", 1, "-75", "-60"), july("d", "R-52", 1, "-50", "-40"), july("e", "R-99", 1, "-90", "-72")];
    bill_of_july(&mut book, &back);
    let of = |number: &str| id_of(&book, number);
    assert_eq!(
        told_of(&book, "2026-07"),
        ["unlinked-refund R-99 -72.00 open -", "unlinked-refund R-52 -40.00 open -"],
        "the part is known, the rest is not"
    );
    book.refused(1, "difference.not-left-over", &format!("difference match {} --with {}", of("R-99"), of("52")));
    book.done(&format!("difference match {} --with {} --note 'their letter of 20 July'", of("R-52"), of("52")));
    book.done(&format!("difference resolve {} --as accepted --borne-by agent --note 'nobody knows'", of("R-99")));
    closes(&book, "2026-07");
    assert_eq!(ledger(&book, "disputed"), "50", "100 less 60, and 50 less 40");
    let listed = told(&book);
    assert!(listed.contains(&"over-billed 51 100.00 resolved disputed".to_owned()), "a part is still asked for: {listed:?}");
    assert_eq!(book.json("statement show acme-prod --period 2026-07")["charges"], "0.00", "the customer has no part in it");
    // Opened again, both are in dispute again; closed again, it comes to the same.
    book.done("period reopen 2026-07 --reason 'look again'");
    assert_eq!(ledger(&book, "disputed"), "150");
    closes(&book, "2026-07");
    assert_eq!(ledger(&book, "disputed"), "50");
}

#[test]
fn money_back_for_disputed_usage_is_the_agents() {
    let mut book = reconciled(&[], &[usage("u-1", "202606", 1, "100", "85")]);
    let id = book.json_exit(3, "difference list")["rows"][0]["id"].as_str().unwrap().to_owned();
    book.done(&format!("difference resolve {id} --as disputed --note 'ticket 4711'"));
    closes(&book, "2026-06");
    let back = usage("b-1", "202606", 1, "-3.75", "-3").replace("云资源按量费用", "调账费用");
    bill_of_july(&mut book, &[back, usage("b-2", "202607", 1, "10", "8")]);
    assert_eq!(book.json("account show acme-prod")["pending_usage"], "9.50");
    let run = book.json("reconcile run --period 2026-07");
    assert_eq!(run["classes"]["carried-in"], serde_json::json!({"count": 1, "amount": "-3.00"}));
    let by_line = book.json("reconcile bridge --period 2026-07 --by line --class carried-in");
    assert_eq!(by_line["shown"], "-3.00");
    closes(&book, "2026-07");
    assert_eq!((ledger(&book, "disputed"), ledger(&book, "cost")), ("2".into(), "88".into()));
    assert_eq!(book.json("statement show acme-prod --period 2026-07")["charges"], "9.50");
    let used = book.json("statement show acme-prod --period 2026-07")["usage"].clone();
    assert_eq!(used.as_array().map(Vec::len), Some(1), "{used}");
}

#[test]
fn what_a_bill_charges_late_has_the_price_of_then_and_is_linked_to_it() {
    let mut book = reconciled(&[("acme-prod", "51", "1000")], &[june("a", "51", 1, "1000", "800")]);
    closes(&book, "2026-06");
    // July reaches the tier of 10 %; June was sold at 5 %.
    book.set_now("2026-07-20T09:00:00+08:00");
    book.done("order record acme-prod --product ecs --kind new --list-price 30000 --provider-order 90 --date 2026-07-02 --placed");
    let late = |id: &str, number: &str, list: &str, payable: &str| june(id, number, 1, list, payable);
    let adjusted = |line: String| line.replace("订阅预付费用", "调账费用");
    let lines = [
        july("b", "90", 1, "30000", "24000"),
        usage("u", "202607", 2, "10", "8"),
        usage("v", "202607", 2, "10", "8"),
        adjusted(late("c", "51", "100", "80")),
        adjusted(late("d", "77", "200", "160")),
    ];
    bill_of_july(&mut book, &lines);
    assert_eq!(told_of(&book, "2026-07"), ["late-correction 77 160.00 open -", "late-correction 51 80.00 open -"]);
    book.done(&format!("difference resolve {} {} --as recorded", id_of(&book, "51"), id_of(&book, "77")));
    let order = |number: &str| {
        let order = book.json(&format!("order show {number}"));
        ["payable", "cost", "corrects", "charge_month"].map(|key| order[key].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!(order("51/1"), ["95.00", "80.00", "o-1", "2026-06"]);
    assert_eq!(order("77"), ["190.00", "160.00", "-", "2026-06"]);
    closes(&book, "2026-07");
    assert_eq!(told_of(&book, "2026-07").iter().filter(|line| line.contains("resolved")).count(), 2);
}

#[test]
fn a_refund_that_the_provider_does_not_give_is_taken_back_or_left_to_the_customer() {
    let lines = [june("a", "51", 1, "1000", "800"), june("b", "52", 2, "1000", "800")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-test", "52", "1000")], &[]);
    for number in ["51", "52"] {
        book.done(&format!("order refund {number} --provider-order R-{number} --amount 95 --date 2026-06-20"));
    }
    book.write("own.csv", bill(&[&lines[0], &lines[1]]));
    book.done("bill import own.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    let resolve = |number: &str, rest: &str| format!("difference resolve {} --as {rest} --note 'too late'", id_of(&book, number));
    book.refused(1, "difference.unfit", &resolve("R-51", "cancelled"));
    book.done(&resolve("R-51", "accepted --borne-by customer"));
    book.done(&resolve("R-52", "accepted --borne-by agent"));
    closes(&book, "2026-06");
    assert_eq!((owed_for(&book, "acme-prod", "2026-06"), owed_for(&book, "acme-test", "2026-06")), (950.into(), 855.into()));
    assert_eq!((ledger(&book, "accrued"), ledger(&book, "cost")), ("0".into(), "1600".into()));
}

#[test]
fn an_order_that_was_cancelled_and_is_billed_after_all_has_a_way_out() {
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500")], &[june("a", "52", 1, "500", "400")]);
    book.done(&format!("difference resolve {} --as cancelled --note 'not theirs'", id_of(&book, "51")));
    // The next version has it.
    book.write("more.csv", bill(&[&june("a", "52", 1, "500", "400"), &june("b", "51", 1, "1000", "800")]));
    book.done("bill import more.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    let taken_back = id_of(&book, "51/cancelled");
    book.done(&format!("difference resolve {taken_back} --as accepted --borne-by customer --note 'billed after all'"));
    closes(&book, "2026-06");
    assert_eq!(owed_for(&book, "acme-prod", "2026-06"), 1425.into());
    assert_eq!((ledger(&book, "accrued"), ledger(&book, "cost")), ("0".into(), "1200".into()));
}

#[test]
fn a_refund_that_is_billed_to_another_account_stays_with_its_order() {
    let book = reconciled(&[("acme-prod", "51", "1000")], &[]);
    book.done("order refund 51 --provider-order R-51 --amount 95 --date 2026-06-20");
    book.write("own.csv", bill(&[&june("a", "51", 1, "1000", "800"), &june("b", "R-51", 2, "-100", "-80")]));
    book.done("bill import own.csv --period 2026-06 --final");
    book.run("reconcile run --period 2026-06");
    let id = id_of(&book, "R-51");
    let refused = book.refused(1, "difference.unfit", &format!("difference resolve {id} --as moved"));
    assert!(refused.hint.contains("--as disputed"), "{}", refused.hint);
}

#[test]
fn a_wrong_account_that_the_provider_corrects_later_settles_both_sides() {
    let mut book = reconciled(&[("acme-prod", "51", "1000")], &[june("a", "51", 2, "1000", "800")]);
    assert_eq!(told(&book), ["wrong-account 51 0.00 open -"]);
    book.done(&format!("difference resolve {} --as disputed --note 'ticket 7'", id_of(&book, "51")));
    closes(&book, "2026-06");
    assert_eq!((ledger(&book, "disputed"), ledger(&book, "accrued")), ("800".into(), "-800".into()));
    bill_of_july(&mut book, &[july("b", "51", 2, "-1000", "-800"), july("c", "51", 1, "1000", "800")]);
    let run = book.json("reconcile run --period 2026-07");
    assert_eq!(run["classes"], serde_json::json!({"carried-in": {"count": 2, "amount": "0.00"}}));
    closes(&book, "2026-07");
    assert_eq!((ledger(&book, "disputed"), ledger(&book, "accrued")), ("0".into(), "0".into()));
    assert_eq!(told(&book), ["wrong-account 51 0.00 resolved credited"]);
}

#[test]
fn a_bill_without_tax_is_compared_accepted_and_charged_with_it() {
    let book = TestBook::acme(Point::Funded);
    for (account, number, list) in [("acme-prod", "51", "1060"), ("acme-prod", "52", "500")] {
        book.done(&format!(
            "order record {account} --product ecs --kind new --list-price {list} --provider-order {number} --date 2026-06-12 --placed"
        ));
    }
    let header = "IdentityDetails/ResourceOwnerAccountId,BillingDetails/BillingMonth,BillingDetails/LineItemType,LineItemDetails/OrderId,\
                  ProductDetails/ProductCode,FeeDetails/GrossAmount,PricingDetails/Currency,PayableDetails/TaxExclusivePayableAmount";
    book.write(
        "en.csv",
        format!(
            "{header}\n1000000000000001,202606,SubscriptionPrepaid,51,ecs,1000,CNY,800\n\
             1000000000000001,202606,SubscriptionPrepaid,52,ecs,480,CNY,384\n1000000000000001,202606,PayAsYouGo,,oss,100,CNY,80\n"
        ),
    );
    book.done("policy set tax-rate 6");
    book.done("bill import en.csv --period 2026-06 --final");
    let run = book.json_exit(3, "reconcile run --period 2026-06");
    // 848 as expected; 407.04 where 400 are; 84.80 of usage; and 75.84 of tax that the bill leaves out.
    assert_eq!((&run["billed"], &run["unexplained"]), (&"1264.00".into(), &"0.00".into()));
    assert_eq!(run["classes"]["tax"], serde_json::json!({"count": 3, "amount": "-75.84"}));
    assert_eq!(run["classes"]["over-billed"], serde_json::json!({"count": 1, "amount": "7.04"}));
    assert_eq!(run["classes"]["usage"], serde_json::json!({"count": 1, "amount": "84.80"}));
    book.done(&format!("difference resolve {} --as accepted --borne-by agent --note 'their list'", id_of(&book, "52")));
    closes(&book, "2026-06");
    assert_eq!(ledger(&book, "payable"), "-1339.84", "1264 and 6 % of it");
    assert_eq!(book.json("statement show acme-prod --period 2026-06")["charges"], "1582.70", "1007 and 475, and 106 at 5 % off");
    // What the month was closed with stays, whatever the policy says later.
    let bridge = book.json("reconcile bridge --period 2026-06 --by line");
    book.done("policy set tax-rate 13");
    book.done("policy set tolerance-amount 100");
    assert_eq!(book.json("reconcile bridge --period 2026-06 --by line"), bridge);
}

#[test]
fn the_rule_of_a_match_is_told_by_line_and_by_order() {
    let lines = [june("a", "51", 1, "1000", "800"), june("b", "98", 1, "500", "400"), june("c", "53", 1, "10", "8.004")];
    let book = reconciled(&[("acme-prod", "51", "1000"), ("acme-prod", "52", "500"), ("acme-prod", "53", "10")], &lines);
    let rule = |number: &str| {
        let by_line = book.json("reconcile bridge --period 2026-06 --by line --account acme-prod");
        let rows = by_line["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["provider_order"] == number).unwrap_or_else(|| panic!("{number} in {rows:?}"));
        row["rule"].as_str().unwrap_or("-").to_owned()
    };
    assert_eq!(["51", "52", "98", "53"].map(rule), ["exact", "near", "near", "rounding-proof"]);
    assert_eq!(book.json("order show 52")["billed"]["rows"], serde_json::json!([]));
    closes(&book, "2026-06");
    insta::assert_snapshot!(book.run("order show 52"), @"
    Order           o-2
    Account         acme-prod
    Product         ecs
    Kind            new
    Provider order  52
    Date            2026-06-12
    Service from    -
    Service to      -
    Recorded as     placed
    Refunds         -
    Currency        CNY
    List price      500.00
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Payable         475.00
    Expected cost   400.00

    == Billed ==
    Period   Matched by  Billed  Settles  Difference  Settled
    ---------------------------------------------------------
    2026-06  near        400.00   400.00        0.00  yes
    ----- exit 0
    ");
}

#[test]
fn usage_that_jumps_is_told() {
    let mut book = reconciled(&[], &[usage("u-1", "202606", 1, "100", "80")]);
    closes(&book, "2026-06");
    book.set_now("2026-08-03T09:00:00+08:00");
    book.write("july.csv", bill(&[&usage("u-1", "202607", 1, "301", "240.8")]));
    book.done("bill import july.csv --period 2026-07 --final");
    insta::assert_snapshot!(book.run("reconcile run --period 2026-07"), @"
    Period          2026-07
    Bill version    1
    Currency        CNY
    Recorded        0.00
    Billed          240.80
    Difference      240.80
    Explained       240.80
    Unexplained     0.00
    Orders matched  0
    Usage lines     1

    Bridge from recorded to billed
    Class  Count  Amount
    --------------------
    usage      1  240.80

    Differences: none

    Usage that deserves a look
    Account    Warning  At list price  Usual month  Detail
    --------------------------------------------------------------------------------
    acme-prod  jump            301.00       100.00  far above the average of 1 month
    ----- exit 0
    ");
    book.done("policy set usage-jump 400");
    assert_eq!(book.json("reconcile show --period 2026-07")["warnings"], serde_json::json!([]));
}

#[test]
fn rounding_lines_are_charged_on_where_the_price_is_made_of_the_cost() {
    let settled = |rounds_on: bool| {
        let book = TestBook::acme(Point::Funded);
        if rounds_on {
            let by_cost = "agreement = \"acme-cost\"\nkind = \"sale\"\ngroup = \"acme\"\ncurrency = \"CNY\"\n\
                           valid_from = \"2026-06-02\"\nbasis = \"cost\"\n[[tier]]\nfrom = \"0\"\nmarkup = \"10%\"\n";
            book.write("cost.toml", by_cost.replace("acme-cost", "acme-2026"));
            book.done("price apply cost.toml");
        }
        let rounding = usage("u-2", "202606", 1, "0", "-0.9").replace("云资源按量费用", "抹零费用");
        book.write("own.csv", bill(&[&usage("u-1", "202606", 1, "100", "80"), &rounding]));
        book.done("bill import own.csv --period 2026-06 --final");
        assert_eq!(book.json("reconcile run --period 2026-06")["classes"]["rounding"]["amount"], "-0.90");
        closes(&book, "2026-06");
        ["sales", "cost", "rounding", "payable"].map(|code| ledger(&book, code))
    };
    assert_eq!(settled(false), ["-95", "80", "-0.9", "-79.1"]);
    assert_eq!(settled(true), ["-87.01", "79.1", "0", "-79.1"], "the customer pays 110 % of 79.10");
}
