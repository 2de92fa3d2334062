//! Random months with breaks of every kind: a run finds exactly them, a rerun and a bill that comes again in another sequence find
//! the same under the same ids, and once every difference is decided the month closes, with every proof holding.

#[path = "support/books.rs"]
mod books;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use proptest::test_runner::{Config, RngSeed, TestRunner};
use subledger::book::bill::{BadLines, BillInput, ImportBill};
use subledger::book::bridge::{BridgeBy, BridgeQuery};
use subledger::book::close::{ClosePeriod, ReopenPeriod};
use subledger::book::difference::{Acknowledge, Resolve, ResolveAs};
use subledger::book::order::RecordOrder;
use subledger::book::price::ApplyAgreement;
use subledger::book::reconcile::{Reconcile, Reconciled};
use subledger::domain::close::WithoutBill;
use subledger::domain::difference::{BorneBy, Difference, DifferenceKind};
use subledger::domain::finality::Finality;
use subledger::domain::input::InputFile;
use subledger::domain::order::{OrderKind, OrderRequest, Placement};
use subledger::domain::period::{Month, parse_date};
use subledger::domain::progress::Unwatched;
use subledger::intake::bill::open;
use subledger::intake::container::FileSlice;

use crate::books::{Desk, Model, failing};

const TERMS: [&str; 2] = [
    "agreement = \"acme\"\nkind = \"sale\"\ngroup = \"acme\"\ncurrency = \"CNY\"\nvalid_from = \"2026-01-01\"\n\
     [[tier]]\nfrom = \"0\"\ndiscount = \"5%\"\n[[tier]]\nfrom = \"2000\"\ndiscount = \"10%\"\n",
    "agreement = \"alibaba\"\nkind = \"purchase\"\nprovider = \"alibaba\"\ncurrency = \"CNY\"\nvalid_from = \"2026-01-01\"\n\
     [[tier]]\nfrom = \"0\"\ndiscount = \"20%\"\n",
];

const HEADER: &str = "标识信息/账单明细ID,标识信息/订单号,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,\
                      产品信息/产品Code,产品信息/产品名称,定价信息/定价币种,费用信息/目录总价,应付信息/应付金额（含税）";

/// What may be wrong with a number of the bill, or right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    None,
    Missing,
    Unrecorded,
    Over,
    Under,
    WrongAccount,
    BilledTwice,
    Repeated,
    Stranger,
    UnlinkedRefund,
    Usage,
    UsageOver,
    Commission,
    Rounding,
}

const BREAKS: [Break; 14] = [
    Break::None,
    Break::Missing,
    Break::Unrecorded,
    Break::Over,
    Break::Under,
    Break::WrongAccount,
    Break::BilledTwice,
    Break::Repeated,
    Break::Stranger,
    Break::UnlinkedRefund,
    Break::Usage,
    Break::UsageOver,
    Break::Commission,
    Break::Rounding,
];

/// A month: which orders, which lines, and which kinds of difference are to be found, each with its number or UID.
#[derive(Default)]
struct Made {
    orders: Vec<(usize, String, i64)>,
    lines: Vec<String>,
    expected: Vec<String>,
}

const ACCOUNTS: [(&str, &str); 2] = [("acme-prod", "1000000000000001"), ("acme-test", "1000000000000002")];

/// List prices are powers of three in units of five, so that no sum of some is another one, and costs are whole.
fn made(breaks: &[(Break, usize)]) -> Made {
    let mut made = Made::default();
    for (place, (kind, account)) in breaks.iter().enumerate() {
        let list = 5 * 3_i64.pow(u32::try_from(place).expect("few"));
        let cost = list * 4 / 5;
        let (number, uid) = (format!("n{place}x"), ACCOUNTS[*account].1);
        let mut line = |id: &str, number: &str, uid: &str, kind: &str, product: &str, list: i64, payable: &str| {
            made.lines.push(format!("{id},{number},{uid},202606,20260612,{kind},{product},{product},CNY,{list},{payable}"));
        };
        let (order, refund) = ("订阅预付费用", "订阅退订费用");
        let (own, paid) = (format!("b{place}"), cost.to_string());
        match kind {
            Break::Usage => line(&own, "", uid, "云资源按量费用", &format!("p{place}"), list, &paid),
            Break::UsageOver => line(&own, "", uid, "云资源按量费用", &format!("p{place}"), list, &format!("{}.5", cost + 1)),
            Break::Commission => line(&own, "", uid, "佣金费用", "ecs", 0, &format!("-{list}")),
            Break::Rounding => line(&own, "", uid, "抹零费用", "ecs", 0, "-0.0034"),
            Break::Stranger => line(&own, &number, &format!("59000000000000{place:02}"), order, "ecs", list, &paid),
            Break::UnlinkedRefund => line(&own, &number, uid, refund, "ecs", -list, &format!("-{paid}")),
            Break::Unrecorded | Break::None => line(&own, &number, uid, order, "ecs", list, &paid),
            Break::Missing => {}
            Break::Over => line(&own, &number, uid, order, "ecs", list, &format!("{cost}.01")),
            Break::Under => line(&own, &number, uid, order, "ecs", list, &format!("{}.99", cost - 1)),
            Break::WrongAccount => line(&own, &number, ACCOUNTS[1 - account].1, order, "ecs", list, &paid),
            Break::BilledTwice => {
                line(&own, &number, uid, order, "ecs", list, &paid);
                line(&format!("c{place}"), &number, uid, order, "ecs", list, &paid);
            }
            Break::Repeated => {
                line(&own, &number, uid, order, "ecs", list, &paid);
                line(&own, &number, uid, order, "ecs", list, &paid);
            }
        }
        let is_ordered = matches!(
            kind,
            Break::None | Break::Missing | Break::Over | Break::Under | Break::WrongAccount | Break::BilledTwice | Break::Repeated
        );
        if is_ordered {
            made.orders.push((*account, number.clone(), list));
        }
        made.expected.extend(match kind {
            Break::None | Break::Usage | Break::Commission | Break::Rounding => None,
            Break::Missing => Some(format!("missing-in-bill {number}")),
            Break::Unrecorded => Some(format!("unrecorded-order {number}")),
            Break::Over => Some(format!("over-billed {number}")),
            Break::Under => Some(format!("under-billed {number}")),
            Break::WrongAccount => Some(format!("wrong-account {number}")),
            Break::BilledTwice => Some(format!("duplicate-line {number}")),
            Break::Repeated => Some(format!("duplicate-line {own}")),
            Break::Stranger => Some("unknown-account ".to_owned()),
            Break::UnlinkedRefund => Some(format!("unlinked-refund {number}")),
            Break::UsageOver => Some("over-billed ".to_owned()),
        });
    }
    made.expected.sort();
    made
}

fn bill(lines: &[String]) -> ImportBill<'static> {
    let text = format!("{HEADER}\n{}\n", lines.join("\n"));
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("a file that can be written");
    let slice = FileSlice::new(file, text.len() as u64);
    let file = InputFile { name: "bill.csv".to_owned(), content: Arc::new(slice.clone()) };
    ImportBill {
        period: june(),
        finality: Some(Finality::Final),
        currency: None,
        stated: None,
        add: false,
        files: vec![BillInput { file, written: chrono::DateTime::UNIX_EPOCH }],
        parts: open(vec![("bill.csv".to_owned(), slice)], None).expect("a plain file"),
        bad_lines: BadLines::RefuseTheFile,
        watch: &Unwatched,
    }
}

fn june() -> Month {
    Month::parse("2026-06").expect("a month")
}

fn desk(orders: &[(usize, String, i64)]) -> Desk {
    let mut desk = Desk::new();
    desk.adds_group("acme", "CNY");
    for (code, uid) in ACCOUNTS {
        desk.adds_account(Model::Resale, code, uid, "acme", Some("1000000000"));
    }
    for text in TERMS {
        let terms = subledger::intake::agreement::read(text, "terms.toml").expect("sound terms");
        desk.does(ApplyAgreement { terms, file: "terms.toml".to_owned() });
    }
    for (account, number, list) in orders {
        desk.does(RecordOrder(OrderRequest {
            account: ACCOUNTS[*account].0.to_owned(),
            product: "ecs".to_owned(),
            kind: OrderKind::New,
            list_price: list.to_string().parse().expect("an amount"),
            provider_order: number.clone(),
            service_from: None,
            service_to: None,
            date: parse_date("2026-06-12"),
            placement: Placement::Placed,
            provider_amount: None,
            coupons: vec![],
        }));
    }
    desk
}

/// What a run found: kind and number by id.
fn found(reconciled: &Reconciled) -> BTreeMap<String, String> {
    let told = |d: &Difference| (d.id.clone(), format!("{} {}", d.kind, d.provider_order));
    reconciled.differences.iter().map(told).collect()
}

/// Every row of the bridge, whatever a row is, comes to the same.
fn bridges_agree(desk: &mut Desk, reconciled: &Reconciled) {
    assert!(reconciled.bridge.unexplained().expect("a sum").is_zero());
    for by in [BridgeBy::Class, BridgeBy::Account, BridgeBy::Line] {
        for class in reconciled.bridge.classes.keys() {
            let query = BridgeQuery { period: june(), by, class: Some(*class), account: None };
            let view = desk.book.read(|reader| subledger::book::bridge::show(reader, &query)).expect("a bridge");
            let total = reconciled.bridge.classes[class].amount;
            assert_eq!(view.shown.difference().expect("a sum"), total, "{class} by {}", by.as_str());
        }
    }
}

/// Decides on a difference, by one of the ways that fit its kind.
fn decide(desk: &mut Desk, difference: &Difference, choice: usize) {
    let is_usage = difference.provider_order.is_empty() && !difference.product.is_empty();
    let accepted = |borne_by| ResolveAs::Accepted { borne_by };
    let ways = match difference.kind {
        DifferenceKind::MissingInBill => vec![ResolveAs::Cancelled],
        DifferenceKind::UnrecordedOrder => {
            vec![ResolveAs::Recorded { refunds: None }, ResolveAs::Disputed, accepted(BorneBy::Agent)]
        }
        DifferenceKind::OverBilled if is_usage => {
            vec![accepted(BorneBy::Customer), accepted(BorneBy::Agent), ResolveAs::Disputed, ResolveAs::WrittenOff]
        }
        DifferenceKind::OverBilled => vec![accepted(BorneBy::Agent), accepted(BorneBy::Customer), ResolveAs::Disputed],
        DifferenceKind::UnderBilled => vec![accepted(BorneBy::Agent), accepted(BorneBy::Customer)],
        DifferenceKind::WrongAccount => vec![ResolveAs::Moved],
        DifferenceKind::DuplicateLine | DifferenceKind::UnknownAccount => vec![ResolveAs::Disputed],
        _ => vec![],
    };
    let (ids, note) = (vec![difference.id.clone()], Some("looked at".to_owned()));
    // One more way fits all: to carry it over the close.
    match ways.into_iter().nth(choice) {
        Some(how) => {
            desk.does(Resolve { ids, how, note });
        }
        None => {
            let due = parse_date("2026-08-01");
            desk.does(Acknowledge { ids, owner: Some("fin".to_owned()), due, note, until: None });
        }
    }
}

/// A month from its first run to its close.
fn month_is_told_and_closes(breaks: &[(Break, usize)], choices: &[usize], turn: usize) {
    let made = made(breaks);
    if made.lines.is_empty() {
        return;
    }
    let mut desk = desk(&made.orders);
    desk.does(bill(&made.lines));
    let first = desk.does(Reconcile { period: june() });
    let ids = found(&first);
    let mut kinds: Vec<String> = ids.values().cloned().collect();
    kinds.sort();
    assert_eq!(kinds, made.expected);
    bridges_agree(&mut desk, &first);
    let operations = operations(&desk);
    assert_eq!(found(&desk.does(Reconcile { period: june() })), ids);
    assert_eq!(operations, self::operations(&desk), "a rerun writes nothing");
    let mut lines = made.lines.clone();
    lines.rotate_left(turn % made.lines.len());
    lines.reverse();
    desk.does(bill(&lines));
    let again = desk.does(Reconcile { period: june() });
    assert_eq!((found(&again), &again.bridge), (ids, &first.bridge), "the same lines in another sequence");
    for (place, difference) in again.differences.iter().enumerate() {
        if difference.blocks_the_close() {
            decide(&mut desk, difference, choices[place % choices.len()]);
        }
    }
    let decided = desk.does(Reconcile { period: june() });
    assert!(decided.differences.iter().all(|d| !d.blocks_the_close()), "{:?}", decided.differences);
    bridges_agree(&mut desk, &decided);
    desk.does(ClosePeriod { period: june(), without_bill: WithoutBill::No });
    assert_eq!(failing(&desk.path()), [""; 0]);
    // Looked at again, a closed month is what it was closed with.
    let query = BridgeQuery { period: june(), by: BridgeBy::Class, class: None, account: None };
    let view = desk.book.read(|reader| subledger::book::bridge::show(reader, &query)).expect("a bridge");
    assert_eq!(view.bridge, decided.bridge);
    assert!(view.statement.unexplained().expect("a sum").is_zero());
    // Opened again, every proof holds; closed again, the ledger is what it was, and no customer was charged anything.
    let (ledger, charges) = (ledger(&desk), charges(&desk));
    desk.does(ReopenPeriod { period: june(), reason: "to look again".to_owned() });
    assert_eq!(failing(&desk.path()), [""; 0]);
    desk.does(ClosePeriod { period: june(), without_bill: WithoutBill::No });
    assert_eq!(failing(&desk.path()), [""; 0]);
    assert_eq!((self::ledger(&desk), self::charges(&desk)), (ledger, charges));
}

/// What stands on every ledger account.
fn ledger(desk: &Desk) -> Vec<(i64, i64)> {
    let connection = rusqlite::Connection::open(desk.path()).expect("the file opens");
    let sql = "SELECT ledger_account_id, SUM(amount_minor) AS sum FROM posting GROUP BY 1 HAVING sum <> 0 ORDER BY 1";
    let mut select = connection.prepare(sql).expect("a query");
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<rusqlite::Result<_>>().expect("rows")
}

fn charges(desk: &Desk) -> i64 {
    let connection = rusqlite::Connection::open(desk.path()).expect("the file opens");
    connection.query_row("SELECT COUNT(*) FROM charge", [], |row| row.get(0)).expect("a count")
}

fn operations(desk: &Desk) -> i64 {
    let connection = rusqlite::Connection::open(desk.path()).expect("the file opens");
    connection.query_row("SELECT MAX(id) FROM operation", [], |row| row.get(0)).expect("a log")
}

#[test]
fn breaks_of_every_kind_are_found_decided_and_the_month_closes() {
    let config = Config { cases: 60, failure_persistence: None, rng_seed: RngSeed::Fixed(6), ..Config::default() };
    let breaks = proptest::collection::vec((0..BREAKS.len(), 0..2_usize), 1..14);
    let choices = proptest::collection::vec(0..5_usize, 1..8);
    let outcome = TestRunner::new(config).run(&(breaks, choices, 0..40_usize), |(breaks, choices, turn)| {
        let breaks: Vec<(Break, usize)> = breaks.into_iter().map(|(kind, account)| (BREAKS[kind], account)).collect();
        month_is_told_and_closes(&breaks, &choices, turn);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn one_of_each_whatever_is_decided() {
    let breaks: Vec<(Break, usize)> = BREAKS.iter().enumerate().map(|(place, kind)| (*kind, place % 2)).collect();
    for choice in 0..5 {
        month_is_told_and_closes(&breaks, &[choice], 3);
    }
}
