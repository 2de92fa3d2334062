//! A whole import, whatever the order of columns and rows, the line ends, the quotes, and however it is cut into files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use subledger::book::Call;
use subledger::book::bill::{BadLines, BillInput, ImportBill, show};
use subledger::domain::bill::ControlTotals;
use subledger::domain::finality::Finality;
use subledger::domain::input::InputFile;
use subledger::domain::money::Exact;
use subledger::domain::progress::Unwatched;
use subledger::intake::bill::open;
use subledger::intake::container::FileSlice;

use crate::books::{Desk, Model, failing};
use crate::samples::csv;

const HEADER: [&str; 13] = [
    "标识信息/账单明细ID",
    "标识信息/订单号",
    "身份信息/资源购买账号ID",
    "身份信息/资源归属账号ID",
    "账单信息/账单月份",
    "账单信息/账单日期",
    "账单信息/费用类型",
    "产品信息/产品Code",
    "产品信息/产品名称",
    "定价信息/定价币种",
    "费用信息/目录总价",
    "应付信息/应付金额（含税）",
    "备注",
];

/// What a line says; its id is its place.
#[derive(Clone, Debug)]
struct Content {
    owner: usize,
    kind: usize,
    product: usize,
    list: i64,
    payable: i64,
    month: usize,
    note: &'static str,
    /// How often it stands there again.
    again: usize,
}

const OWNERS: [&str; 3] = ["1000000000000001", "1000000000000002", "1000000000000009"];
const KINDS: [&str; 5] = ["云资源按量费用", "订阅预付费用", "调账费用", "抹零费用", "佣金费用"];
const PRODUCTS: [&str; 3] = ["ecs", "oss", "rds"];
const MONTHS: [&str; 3] = ["202606", "202605", "202607"];

fn contents() -> impl Strategy<Value = Content> {
    let notes = prop_oneof![Just(""), Just("5\" disk"), Just("a,b"), Just("two\nlines"), Just("\"quoted\""), Just("对象存储")];
    let again = prop_oneof![6 => Just(0_usize), 1 => Just(1), 1 => Just(2)];
    let amounts = (-10_000_000_000..10_000_000_000_i64, -10_000_000_000..10_000_000_000_i64);
    (0..3_usize, 0..5_usize, 0..3_usize, amounts, 0..6_usize, notes, again).prop_map(
        |(owner, kind, product, (list, payable), month, note, again)| {
            // Only negative lines may be of a neighbouring month.
            let month = if payable < 0 && month < MONTHS.len() { month } else { 0 };
            Content { owner, kind, product, list, payable, month, note, again }
        },
    )
}

/// An amount of eight places, with all of them written.
fn amount(hundred_millionths: i64) -> String {
    let (sign, size) = (if hundred_millionths < 0 { "-" } else { "" }, hundred_millionths.unsigned_abs());
    format!("{sign}{}.{:08}", size / 100_000_000, size % 100_000_000)
}

fn cells(number: usize, line: &Content) -> Vec<String> {
    let order = if line.kind == 1 { format!("21{number:05}") } else { String::new() };
    let cells = [
        &format!("b-{number}"),
        &order,
        "9000000000000001",
        OWNERS[line.owner],
        MONTHS[line.month],
        &format!("{}15", MONTHS[line.month]),
        KINDS[line.kind],
        PRODUCTS[line.product],
        "云产品",
        "CNY",
        &amount(line.list),
        &amount(line.payable),
        line.note,
    ];
    cells.map(str::to_owned).to_vec()
}

/// How a bill is written down.
#[derive(Clone, Debug)]
struct Form {
    columns: Vec<usize>,
    /// Rows are put in the order of these numbers.
    rows: Vec<u32>,
    line_end: &'static str,
    /// A byte order mark, or nothing.
    mark: &'static str,
    blank_lines: usize,
    quoted: bool,
    last_break: bool,
    files: usize,
}

fn forms() -> impl Strategy<Value = Form> {
    let columns = Just((0..HEADER.len()).collect::<Vec<_>>()).prop_shuffle();
    let (line_end, mark) = (prop_oneof![Just("\n"), Just("\r\n")], prop_oneof![Just(""), Just("\u{feff}")]);
    let ends = (line_end, mark, 0..3_usize, any::<bool>(), any::<bool>());
    (columns, prop::collection::vec(any::<u32>(), 120), ends, 1..4_usize).prop_map(
        |(columns, rows, (line_end, mark, blank_lines, quoted, last_break), files)| Form {
            columns,
            rows,
            line_end,
            mark,
            blank_lines,
            quoted,
            last_break,
            files,
        },
    )
}

impl Form {
    fn plain() -> Self {
        let rows = (0..120).collect();
        let columns = (0..HEADER.len()).collect();
        Self { columns, rows, line_end: "\n", mark: "", blank_lines: 0, quoted: false, last_break: true, files: 1 }
    }

    fn write(&self, bill: &[Content]) -> Vec<String> {
        let lines = (0..).zip(bill).flat_map(|(number, line)| std::iter::repeat_n(cells(number, line), line.again + 1));
        let mut lines: Vec<(u32, Vec<String>)> = self.rows.iter().copied().zip(lines).collect();
        lines.sort_by_key(|(place, _)| *place);
        let in_order = |cells: &[String]| self.columns.iter().map(|column| cells[*column].clone()).collect::<Vec<_>>();
        let header = in_order(&HEADER.map(str::to_owned));
        let size = lines.len().div_ceil(self.files);
        // No two files are the same to the byte: that is a file given twice, and refused.
        let file = |(number, part): (usize, &[(u32, Vec<String>)])| {
            let rows: Vec<_> = std::iter::once(header.clone()).chain(part.iter().map(|(_, cells)| in_order(cells))).collect();
            let text = csv(&rows, self.quoted, self.line_end);
            let text = if self.last_break { text.as_str() } else { text.trim_end_matches(self.line_end) };
            format!("{}{}{text}", self.mark, self.line_end.repeat(self.blank_lines + number))
        };
        lines.chunks(size).enumerate().map(file).collect()
    }
}

fn import(files: &[String]) -> ImportBill<'static> {
    let slices = (0..).zip(files).map(|(number, text)| {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(text.as_bytes()).expect("it can be written");
        (format!("part-{number}.csv"), FileSlice::new(file, text.len() as u64))
    });
    let slices: Vec<(String, FileSlice)> = slices.collect();
    let input = |(name, slice): &(String, FileSlice)| BillInput {
        file: InputFile { name: name.clone(), content: Arc::new(slice.clone()) },
        written: chrono::DateTime::UNIX_EPOCH,
    };
    ImportBill {
        period: "2026-06".parse().expect("a month"),
        finality: Some(Finality::Estimated),
        currency: None,
        stated: None,
        add: false,
        files: slices.iter().map(input).collect(),
        parts: open(slices, None).expect("plain files"),
        bad_lines: BadLines::RefuseTheFile,
        watch: &Unwatched,
    }
}

/// What an import comes to: totals, repeats, totals by account, usage by account, product and month.
#[derive(Debug, PartialEq, Eq)]
struct Result {
    totals: ControlTotals,
    repeats: u64,
    accounts: BTreeMap<String, ControlTotals>,
    usage: BTreeMap<(String, String, String, &'static str), (Exact, Exact)>,
}

/// Imports a form of the bill, looks, and takes the version away again.
fn result_of(desk: &mut Desk, files: &[String]) -> Result {
    let bill = match desk.book.write(&Call::default(), import(files)) {
        Ok(done) => done.outcome.bill,
        Err(error) => panic!("{error:?}\n{}", files.join("\n---\n")),
    };
    let look = |reader: subledger::store::Reader<'_>| {
        let view = show(reader, bill.period, Some(bill.version))?;
        let uids = reader.seen_uids()?;
        let usage = reader.bill_usage(bill.id)?.into_iter();
        let usage = usage.map(|u| {
            (
                (uids[&u.seen_uid].clone(), u.product.clone(), u.charge_month.to_string(), u.class.as_str()),
                (u.totals.list, u.totals.billed),
            )
        });
        Ok(Result {
            totals: view.bill.totals,
            repeats: view.bill.repeats,
            accounts: view.accounts.into_iter().map(|account| (account.uid, account.totals)).collect(),
            usage: usage.collect(),
        })
    };
    let result = desk.book.read(look).expect("the version can be shown");
    desk.does(subledger::book::bill::DropBill { period: bill.period, version: None });
    result
}

/// The same by plain arithmetic: lines, payable, repeats.
fn expected(bill: &[Content]) -> (u64, String, u64) {
    let payable: i64 = bill.iter().map(|line| line.payable).sum();
    let repeats: usize = bill.iter().map(|line| line.again).sum();
    (bill.len() as u64, amount(payable), repeats as u64)
}

#[test]
fn the_form_of_a_bill_never_changes_what_comes_of_it() {
    let mut desk = Desk::new();
    desk.adds_group("acme", "CNY");
    desk.adds_account(Model::Resale, "acme-prod", OWNERS[0], "acme", Some("100000"));
    desk.adds_account(Model::Resale, "acme-test", OWNERS[1], "acme", None);
    let path = desk.path();
    let desk = std::cell::RefCell::new(desk);
    let config = Config { cases: 48, rng_seed: RngSeed::Fixed(20_260_615), failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(prop::collection::vec(contents(), 1..40), forms()), |(mut bill, form)| {
        // A bill of a neighbouring month alone would be a bill of that month.
        bill[0].month = 0;
        let plain = result_of(&mut desk.borrow_mut(), &Form::plain().write(&bill));
        let (lines, payable, repeats) = expected(&bill);
        prop_assert_eq!((plain.totals.lines, plain.totals.payable, plain.repeats), (lines, payable.parse().expect("it"), repeats));
        let other = result_of(&mut desk.borrow_mut(), &form.write(&bill));
        prop_assert_eq!(other, plain);
        Ok(())
    });
    outcome.expect("the same whatever the form");
    assert_eq!(failing(&path), [""; 0]);
}
