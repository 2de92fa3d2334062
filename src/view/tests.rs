//! One document in every format, and the texts that try to break them.

use std::io;

use chrono::NaiveDate;
use insta::assert_snapshot;

use super::csv::Dialect;
use super::document::{Column, Document, Table, Value};
use super::{csv, json, table};
use crate::domain::money::{Amount, Currency};
use crate::domain::period::Month;

fn rendered(render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    render(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn as_table(document: &Document) -> String {
    rendered(|writer| table::render(document, None, writer))
}

fn as_json(document: &Document) -> String {
    rendered(|writer| json::render(document, writer))
}

fn as_csv(document: &Document, dialect: Dialect) -> String {
    rendered(|writer| csv::render(document, dialect, writer))
}

/// Carriage returns made visible, so that a snapshot shows the ends of lines.
fn visible(csv: &str) -> String {
    csv.replace("\r\n", "␍\n").replace('\u{feff}', "<BOM>")
}

/// A small answer with everything in it.
pub(super) fn balance() -> Document {
    let cny = Currency::parse("CNY").unwrap();
    let money = |minor| Value::amount(Amount::from_minor(minor), cny);
    Document::new("fund-balance")
        .field("group", "Group", "acme")
        .field("name", "Name", "示例控股")
        .field("currency", "Currency", cny)
        .amount("deposits", "Deposits", Amount::from_minor(-123_450), cny)
        .field("as_of", "As of", NaiveDate::from_ymd_opt(2026, 6, 30))
        .field("period", "Period", Month::from_number(202_606))
        .field("frozen", "Frozen", false)
        .machine_field("revision", 7_u64)
        .people_field("Next", "subledger fund deposit acme 1234.50")
        .table(
            Table::new("rows")
                .column("account", "Account")
                .column("name", "Name")
                .with(Column::left("uid", "UID").machine_only())
                .column_right("orders", "Orders")
                .column_right("funds", "Funds")
                .with(Column::left("hint", "Hint").people_only())
                .row(["prod".into(), "生产环境".into(), "1000000000000001".into(), 12_u64.into(), money(1_000_050), Value::Null])
                .row([
                    "test".into(),
                    "a\u{1b}[31m\u{202e}b\nc".into(),
                    None::<&str>.into(),
                    0_i64.into(),
                    money(-5),
                    "in arrears".into(),
                ]),
        )
        .table(
            Table::new("classes")
                .title("Classes")
                .keyed()
                .column("class", "Class")
                .column_right("count", "Count")
                .column_right("amount", "Amount")
                .row(["usage".into(), 3_u64.into(), money(3362)])
                .row(["late".into(), 1_u64.into(), money(-100)]),
        )
        .table(Table::new("groups").title("Groups").column("group", "Group"))
        .notice(Value::object([("notice", "list-price"), ("group", "acme")]))
}

#[test]
fn people_get_aligned_text() {
    assert_snapshot!(as_table(&balance()), @r"
    Group     acme
    Name      示例控股
    Currency  CNY
    Deposits  -1234.50
    As of     2026-06-30
    Period    2026-06
    Frozen    no
    Next      subledger fund deposit acme 1234.50

    Account  Name                     Orders     Funds  Hint
    --------------------------------------------------------------
    prod     生产环境                     12  10000.50  -
    test     a\u{1b}[31m\u{202e}b\nc       0     -0.05  in arrears

    Classes
    Class  Count  Amount
    --------------------
    usage      3   33.62
    late       1   -1.00

    Groups: none
    ");
}

#[test]
fn programs_get_one_object() {
    let text = as_json(&balance());
    assert_snapshot!(text, @r#"
    {
      "schema": "subledger/fund-balance/1",
      "group": "acme",
      "name": "示例控股",
      "currency": "CNY",
      "deposits": "-1234.50",
      "as_of": "2026-06-30",
      "period": "2026-06",
      "frozen": false,
      "revision": 7,
      "rows": [
        {
          "account": "prod",
          "name": "生产环境",
          "uid": "1000000000000001",
          "orders": 12,
          "funds": "10000.50"
        },
        {
          "account": "test",
          "name": "a\u001b[31m\u202eb\nc",
          "uid": null,
          "orders": 0,
          "funds": "-0.05"
        }
      ],
      "classes": {
        "usage": {
          "count": 3,
          "amount": "33.62"
        },
        "late": {
          "count": 1,
          "amount": "-1.00"
        }
      },
      "groups": [],
      "notices": [
        {
          "notice": "list-price",
          "group": "acme"
        }
      ]
    }
    "#);
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(parsed["rows"][1]["name"], "a\u{1b}[31m\u{202e}b\nc", "a reader gets back what was escaped");
}

#[test]
fn sheets_get_the_first_table() {
    assert_snapshot!(visible(&as_csv(&balance(), Dialect::Plain)), @r#"
    account,name,uid,orders,funds␍
    prod,生产环境,1000000000000001,12,10000.50␍
    test,"a [31m b
    c",,0,-0.05␍
    "#);
}

#[test]
fn a_document_of_fields_is_one_record() {
    let document =
        Document::new("account-show").field("code", "Code", "prod").field("uid", "UID", None::<&str>).people_field("Next", "-");
    assert_snapshot!(visible(&as_csv(&document, Dialect::Plain)), @"
    code,uid␍
    prod,␍
    ");
}

#[test]
fn no_cell_is_taken_for_a_formula() {
    let hostile = [
        "=cmd()",
        "-5",
        "-5.25",
        "-5+2",
        "+8613800138000",
        "@x",
        "\tx",
        "\rx",
        "x\u{7}y",
        "a\tb",
        "say \"hi\"",
        "a,b",
        "1000000000000001",
        "12345678901",
        "",
    ];
    let document = Document::new("hostile").table(
        Table::new("rows")
            .column("kind", "Kind")
            .column("text", "Text")
            .rows(hostile.map(|text| ["text".into(), text.into()]))
            .row(["amount".into(), Value::Amount("-1234567890123.45".to_owned())])
            .row(["count".into(), 1_000_000_000_000_001_i64.into()])
            .row(["list".into(), vec!["=a", "b"].into()]),
    );
    assert_snapshot!(visible(&as_csv(&document, Dialect::Plain)), @r#"
    kind,text␍
    text,'=cmd()␍
    text,-5␍
    text,-5.25␍
    text,'-5+2␍
    text,'+8613800138000␍
    text,'@x␍
    text,'	x␍
    text,' x␍
    text,x y␍
    text,a	b␍
    text,"say ""hi"""␍
    text,"a,b"␍
    text,1000000000000001␍
    text,12345678901␍
    text,␍
    amount,-1234567890123.45␍
    count,1000000000000001␍
    list,'=a; b␍
    "#);
    assert_snapshot!(visible(&as_csv(&document, Dialect::Excel)), @r#"
    <BOM>kind,text␍
    text,'=cmd()␍
    text,-5␍
    text,-5.25␍
    text,'-5+2␍
    text,'+8613800138000␍
    text,'@x␍
    text,'	x␍
    text,' x␍
    text,x y␍
    text,a	b␍
    text,"say ""hi"""␍
    text,"a,b"␍
    text,"=""1000000000000001"""␍
    text,12345678901␍
    text,␍
    amount,-1234567890123.45␍
    count,1000000000000001␍
    list,'=a; b␍
    "#);
}

#[test]
fn a_terminal_wraps_words_and_never_numbers() {
    let document = Document::new("difference-list").table(
        Table::new("rows").column("id", "Id").column("why", "Why").column_right("difference", "Difference").row([
            "d1".into(),
            "服务商账单中的订单在账上没有记录 and nobody has recorded it since".into(),
            Value::Amount("-12345678.90".into()),
        ]),
    );
    let narrow = rendered(|writer| table::render(&document, Some(48), writer));
    assert_snapshot!(narrow, @"
    Id  Why                               Difference
    ------------------------------------------------
    d1  服务商账单中的订单在账上没有记  -12345678.90
        录 and nobody has recorded it
        since
    ");
    assert!(narrow.lines().all(|line| !line.ends_with(' ')));
    let tiny = rendered(|writer| table::render(&document, Some(10), writer));
    assert_snapshot!(tiny, @"
    Id  Why                         Difference
    ------------------------------------------
    d1  服务商账单中的订单在账上  -12345678.90
        没有记录 and nobody has
        recorded it since
    ");
}

#[test]
fn documents_nest() {
    let import = Document::new("bill-import")
        .field("bill", "Bill", "b1")
        .table(Table::new("rejected").title("Rejected lines").column("line", "Line"));
    let close = Document::new("period-close").field("state", "State", "closed");
    let document = Document::new("month-end")
        .field("period", "Period", Month::from_number(202_606))
        .sections("bills", [("Bill june.csv".to_owned(), import)])
        .section("close", "Close", close);
    assert_snapshot!(as_table(&document), @"
    Period  2026-06

    == Bill june.csv ==
    Bill  b1

    Rejected lines: none

    == Close ==
    State  closed
    ");
    assert_snapshot!(as_json(&document), @r#"
    {
      "schema": "subledger/month-end/1",
      "period": "2026-06",
      "bills": [
        {
          "bill": "b1",
          "rejected": []
        }
      ],
      "close": {
        "state": "closed"
      }
    }
    "#);
}

#[test]
fn an_empty_table_says_so() {
    let table = Table::new("rows").column("account", "Account");
    assert_snapshot!(as_table(&Document::new("account-list").table(table.clone())), @"none");
    assert_snapshot!(as_table(&Document::new("account-list").table(table.when_empty("No account yet."))), @"No account yet.");
}

#[test]
#[should_panic(expected = "another number of cells")]
fn a_row_that_would_shift_its_columns_is_a_bug() {
    let _table = Table::new("rows").column("account", "Account").row([]);
}

#[test]
fn a_long_table_lines_up_from_its_first_row_to_its_last() {
    let rows = (0..2_500_u64).map(|n| ["商".repeat(usize::try_from(n / 250).unwrap() + 1).into(), n.into()]);
    let document =
        Document::new("order-list").table(Table::new("rows").column("order", "Order").column_right("line", "Line").rows(rows));
    let text = as_table(&document);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2_502, "one header, one rule, every row once");
    let columns = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    assert!(lines.iter().all(|line| columns(line) == lines[1].len()));
    assert!(lines[2_501].ends_with("商  2499"));
}
