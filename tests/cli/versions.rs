//! A bill in its versions, as finance lives them: estimates and the final one, a document that comes later, a total that does not
//! agree, bad lines left out, a version dropped, and the lines as the provider wrote them.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::book::{BILL, BILL_HEADER, BILLED_AFTER_ALL, Point, TestBook, bill, refusal};

/// A refund of the order 2100002, as a document that comes days after the bill.
const REFUND: &str = "r-01,2100098,9000000000000001,1000000000000001,202606,20260628,订阅退订费用,rds,云数据库RDS,CNY,-100,-20,-80";

/// Usage of acme-prod in the middle of the month.
const USAGE: &str = "u-01,,9000000000000001,1000000000000001,202606,20260615,云资源按量费用,oss,对象存储OSS,CNY,10,2,8";

/// Usage of acme-test.
const USAGE_TEST: &str = "u-02,,9000000000000001,1000000000000002,202606,20260616,云资源按量费用,oss,对象存储OSS,CNY,20,4,16";

/// Two accounts and their agreements, no orders: every bill of usage reconciles, and the month closes.
fn usage_book() -> TestBook {
    TestBook::acme(Point::Ready)
}

/// Sets when a file was last written.
fn written(book: &TestBook, file: &str, when: &str) {
    let when: DateTime<Utc> = when.parse().unwrap();
    File::options().write(true).open(book.path(file)).unwrap().set_modified(SystemTime::from(when)).unwrap();
}

/// The refusal of a command, and that it has changed nothing.
fn refused_for_nothing(book: &TestBook, code: &str, line: &str) -> String {
    let (before, operations) = (book.everything(), book.operations());
    book.refused(1, code, line);
    let output = book.run(line);
    assert_eq!((book.everything(), book.operations()), (before, operations), "{line}");
    output.to_string()
}

/// The cells of these columns, row by row.
fn cells(answer: &Value, table: &str, columns: &[&str]) -> Vec<String> {
    let rows = answer[table].as_array().unwrap_or_else(|| panic!("{table} in {answer}"));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows.iter().map(|row| columns.iter().map(|column| text(&row[column])).collect::<Vec<_>>().join(" ")).collect()
}

// -------------------------------------------------------------------------------------------------- estimates and the final one

const CONSOLE_FILE: &str = "9000000000000001-20260702180000_202606_consumedetailbillv2.csv";

/// The first estimate: the second order is missing, and the usage of acme-test is not the last word.
fn first_estimate() -> String {
    bill(&[BILL[0], BILL[2], BILL[4], BILL[5], BILL[6]])
}

/// The second one: an order has come, a usage line has another amount, one went, and a stranger is on it.
fn second_estimate() -> String {
    bill(&[BILL[0], BILL[1], BILL[2], &BILL[4].replace("10.1234567890", "11.0000000000"), BILL[6], BILL[7]])
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, with what is printed on the way")]
fn two_estimates_the_final_bill_and_what_changed_between_them() {
    let mut book = TestBook::acme(Point::Ordered);
    book.set_now("2026-07-02T02:00:00Z");
    book.write("first.csv", first_estimate());
    assert_snapshot!(book.done("bill import first.csv --period 2026-06"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   estimated
    Because                 written 2026-07-02 10:00; such files change until 2026-07-03 12:00 (UTC+8)
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   5
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           15042.0293209864
    Covered by plans        0.00
    Discount                3008.4058641973
    Coupons                 0.00
    Payable                 12033.6234567891
    Stated by the provider  -
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00
    ----- stderr
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert_snapshot!(book.run("bill diff 2026-06"), @"
    ----- stderr
    error: version 1 of the bill of 2026-06 has none before it to compare it with
    hint: --from VERSION --to VERSION name two; `subledger bill list` lists them
    ----- exit 1
    ");
    book.refused(1, "bill.no-earlier-version", "bill diff 2026-06");

    // Downloaded on the 2nd, as its name says; copied about and imported on the 4th, it is still what it was on the 2nd.
    book.set_now("2026-07-04T06:00:00Z");
    book.write(CONSOLE_FILE, second_estimate());
    let second = book.json(&format!("bill import {CONSOLE_FILE} --period 2026-06"));
    assert_eq!(
        (&second["version"], &second["finality"], &second["finality_reason"]),
        (&json!(2), &json!("estimated"), &json!("written 2026-07-02 18:00; such files change until 2026-07-03 12:00 (UTC+8)"))
    );
    assert_snapshot!(book.done("bill diff 2026-06"), @"
    Period          2026-06
    Older version   1
    Newer version   2
    Currency        CNY
    Lines added     2
    Lines changed   1
    Lines removed   1
    Payable before  12033.6234567891
    Payable now     20092.192
    Effect          8058.5685432109

    Lines
    Change   Line  UID               Order number  Product  Kind          Payable before  Payable now          Effect
    -----------------------------------------------------------------------------------------------------------------
    added    b-02  1000000000000001  2100002       rds      subscription               -     7999.992        7999.992
    changed  b-06  1000000000000001                oss      usage           10.123456789        11.00     0.876543211
    removed  b-07  1000000000000001                oss      usage          20.0000000001            -  -20.0000000001
    added    b-09  1000000000000009                oss      usage                      -        77.70           77.70

    Accounts
    Account    UID               Added  Changed  Removed   Payable before  Payable now           Effect    At list price  Statement that it touches
    -----------------------------------------------------------------------------------------------------------------------------------------------
    -          1000000000000009      1        0        0             0.00        77.70            77.70           97.125  -
    acme-prod  1000000000000001      1        1        1  9630.1234567891    17610.992  7980.8685432109  9974.9899999999  acme-prod 2026-06
    ----- exit 0
    ");
    assert_snapshot!(book.done("bill diff 2026-06 --format csv").stdout, @"
    change,line,uid,provider_order,product,kind,old,new,effect
    added,b-02,1000000000000001,2100002,rds,subscription,,7999.992,7999.992
    changed,b-06,1000000000000001,,oss,usage,10.123456789,11.00,0.876543211
    removed,b-07,1000000000000001,,oss,usage,20.0000000001,,-20.0000000001
    added,b-09,1000000000000009,,oss,usage,,77.70,77.70
    ");

    // The final one was written after noon of the 3rd.
    let lines = [BILL[0], BILL[1], BILL[2], BILLED_AFTER_ALL, BILL[4], BILL[5], BILL[6]];
    book.write("final.csv", bill(&lines));
    written(&book, "final.csv", "2026-07-03T04:00:00Z");
    let last = book.json("bill import final.csv --period 2026-06");
    assert_eq!(
        (&last["version"], &last["finality"], &last["finality_reason"]),
        (&json!(3), &json!("final"), &json!("written 2026-07-03 12:00; such files are final from 2026-07-03 12:00 (UTC+8)"))
    );
    let diff = book.json("bill diff 2026-06");
    assert_eq!([&diff["added"], &diff["changed"], &diff["removed"]], [2, 1, 1]);
    assert_eq!(
        cells(&diff, "rows", &["change", "line", "old", "new", "effect"]),
        [
            "added b-04 null 32000.00 32000.00",
            "changed b-06 11.00 10.123456789 -0.876543211",
            "added b-07 null 20.0000000001 20.0000000001",
            "removed b-09 77.70 null -77.70",
        ]
    );
    assert_eq!(
        cells(&diff, "accounts", &["account", "uid", "effect", "statement"]),
        ["null 1000000000000009 -77.70 null", "acme-prod 1000000000000001 32019.1234567891 acme-prod 2026-06"]
    );
    assert_eq!(diff["effect"], "31941.4234567891", "the accounts add up to the bill");
    // The older version may be named, and the two may stand the other way round.
    assert_eq!(book.json("bill diff 2026-06 --from 1 --to 3")["effect"], "39999.992");
    assert_eq!(book.json("bill diff 2026-06 --from 3 --to 1")["effect"], "-39999.992");
    assert_eq!(book.json("bill diff 2026-06 --from 3 --to 3")["rows"], json!([]));
    assert_snapshot!(book.done("bill diff 2026-06 --from 2 --to 2"), @"
    Period          2026-06
    Older version   2
    Newer version   2
    Currency        CNY
    Lines added     0
    Lines changed   0
    Lines removed   0
    Payable before  20092.192
    Payable now     20092.192
    Effect          0.00

    no line changed

    no account's sum changed
    ----- exit 0
    ");
    book.refused(1, "bill.no-version", "bill diff 2026-06 --from 4");
    book.refused(1, "bill.no-earlier-version", "bill diff 2026-06 --to 1");
    book.refused(1, "bill.none", "bill diff 2026-05");

    // The same file again changes nothing, under whatever name.
    let before = book.everything();
    std::fs::copy(book.path("final.csv"), book.path("copy.csv")).unwrap();
    assert_snapshot!(book.done("bill import copy.csv --period 2026-06").stderr, @"
    this bill was imported before; nothing was changed
    next: `subledger reconcile run --period 2026-06`
    ");
    assert_eq!(book.everything(), before);

    assert_snapshot!(book.done("bill list"), @"
    Bill       Period   Version  State      Layout      Lines  Currency           Payable
    -------------------------------------------------------------------------------------
    2026-06/1  2026-06        1  estimated  alibaba-v2      5  CNY       12033.6234567891
    2026-06/2  2026-06        2  estimated  alibaba-v2      6  CNY              20092.192
    2026-06/3  2026-06        3  final      alibaba-v2      7  CNY       52033.6154567891
    ----- exit 0
    ");
    assert_snapshot!(book.done("bill show 2026-06 --version 2"), @"
    Bill                    2026-06/2
    Period                  2026-06
    Version                 2
    State                   estimated
    Because                 written 2026-07-02 18:00; such files change until 2026-07-03 12:00 (UTC+8)
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   6
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           25114.1443209863
    Covered by plans        0.00
    Discount                5022.8288641973
    Coupons                 0.00
    Payable                 20092.192
    Stated by the provider  -

    Account    UID               Lines     At list price  Covered         Discount  Coupons    Payable
    --------------------------------------------------------------------------------------------------
    -          1000000000000009      1            97.125     0.00           19.425     0.00      77.70
    acme-prod  1000000000000001      3  22012.6443209863     0.00  4402.5288641973     0.00  17610.992
    acme-test  1000000000000002      2          3004.375     0.00          600.875     0.00    2403.50

    Files
    File                                                            SHA-256
    --------------------------------------------------------------------------------------------------------------------------------
    9000000000000001-20260702180000_202606_consumedetailbillv2.csv  [-----------------------------hash-----------------------------]
    ----- exit 0
    ");
    book.refused(1, "bill.no-version", "bill show 2026-06 --version 9");
    assert!(book.checks());
    book.done("reconcile run --period 2026-06");
    book.done("period close 2026-06");
    assert!(book.checks());
}

#[test]
fn an_estimate_becomes_final_when_somebody_says_so_or_when_it_is_downloaded_again_and_is_the_same() {
    let mut book = usage_book();
    book.set_now("2026-07-02T02:00:00Z");
    book.write("bill.csv", bill(&[USAGE]));
    assert_eq!(book.json("bill import bill.csv --period 2026-06")["finality"], "estimated");
    book.set_now("2026-07-05T02:00:00Z");
    written(&book, "bill.csv", "2026-07-02T02:00:00Z");
    let again = book.json("bill import bill.csv --period 2026-06");
    assert_eq!(
        (&again["finality"], &again["already_imported"]),
        (&json!("estimated"), &json!(true)),
        "an old file stays what it is"
    );
    written(&book, "bill.csv", "2026-07-03T03:59:59Z");
    assert_eq!(book.json("bill import bill.csv --period 2026-06")["finality"], "estimated", "a second before noon");
    written(&book, "bill.csv", "2026-07-03T04:00:00Z");
    let again = book.json("bill import bill.csv --period 2026-06");
    assert_eq!((&again["finality"], &again["already_imported"]), (&json!("final"), &json!(false)));
    assert_eq!(again["version"], 1, "nothing else has changed, so it is the same version");

    book.write("other.csv", bill(&[USAGE, USAGE_TEST]));
    assert_eq!(book.json("bill import other.csv --period 2026-06 --estimated")["finality_reason"], "said on the command line");
    let blocked = book.refused(1, "period.blocked", "period close 2026-06");
    assert!(blocked.details[0].starts_with("the bill is an estimate"), "{blocked:?}");
    assert_eq!(book.json("bill import other.csv --period 2026-06 --final")["finality_reason"], "said on the command line");
    book.done("period close 2026-06");
    assert!(book.checks());
}

#[test]
fn a_bill_from_a_pipe_was_written_now() {
    for (now, finality) in [("2026-07-03T03:59:59Z", "estimated"), ("2026-07-03T04:00:00Z", "final")] {
        let mut book = usage_book();
        book.set_now(now);
        book.write("bill.csv", bill(&[USAGE]));
        let mut command = book.command(&["bill", "import", "-", "--period", "2026-06", "--format", "json"]);
        let output = book.finish(command.stdin(Stdio::from(File::open(book.path("bill.csv")).unwrap())));
        assert_eq!(output.exit, 0, "{output}");
        let answer: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!((&answer["finality"], &answer["payable"]), (&json!(finality), &json!("8.00")));
        assert_eq!(book.json("bill show 2026-06")["files"][0]["file"], "-");
        assert_eq!(book.json("bill lines 2026-06")["rows"][0]["file"], "-");
        assert!(book.checks());
    }
}

#[test]
fn a_pipe_with_a_name_is_read_like_a_file() {
    let book = usage_book();
    let mut bill = Command::new("printf").args(["%s", &bill(&[USAGE])]).stdout(Stdio::piped()).spawn().unwrap();
    let mut command = book.command(&["bill", "import", "/dev/stdin", "--period", "2026-06", "--final", "--format", "json"]);
    let output = book.finish(command.stdin(Stdio::from(bill.stdout.take().unwrap())));
    bill.wait().unwrap();
    assert_eq!(output.exit, 0, "{output}");
    assert_eq!(book.json("bill show 2026-06")["payable"], "8.00");
    assert_eq!(book.json("bill lines 2026-06")["rows"][0]["file"], "/dev/stdin");
}

/// The provider's placeholder of a part that has nothing.
#[test]
fn an_empty_part_beside_others_is_passed_over() {
    let book = usage_book();
    book.write("bill.csv", bill(&[USAGE]));
    book.write("empty-1.csv", "");
    book.write("empty-2.csv", "");
    book.refused(1, "file.empty", "bill import empty-1.csv --period 2026-06");
    book.refused(1, "file.empty", "bill import empty-1.csv empty-2.csv --period 2026-06");
    let import = "bill import empty-1.csv bill.csv empty-2.csv --period 2026-06 --final";
    let answer = book.json(import);
    let files = ["empty-1.csv", "empty-2.csv"].map(|file| json!({"notice": "empty-file", "message": format!("{file} is empty")}));
    assert_eq!((&answer["lines"], &answer["notices"]), (&json!(1), &json!(files)));
    assert_eq!(book.json(import)["already_imported"], true);
    assert!(book.checks());
}

#[test]
fn a_bill_of_bad_lines_alone_does_not_take_the_place_of_a_good_one() {
    let book = usage_book();
    book.write("bill.csv", bill(&[USAGE]));
    book.done("bill import bill.csv --period 2026-06 --final");
    book.write("bad.csv", bill(&[&USAGE.replace(",8", ",eight")]));
    let before = book.everything();
    assert_snapshot!(book.run("bill import bad.csv --period 2026-06 --skip-bad"), @"
    ----- stderr
    error: bad.csv: none of its 1 line can be read; nothing was imported
    hint: the same without --skip-bad names what is wrong with each
    ----- exit 1
    ");
    assert_eq!(book.everything(), before);
}

/// Another provider's month begins by its own clock, so that a FOCUS file of several has charges of the month beside it.
#[test]
fn a_focus_file_may_have_charges_of_a_neighbouring_month() {
    let book = TestBook::acme(Point::Ready);
    book.write("focus.csv", include_bytes!("../bills/focus/real-1.0.csv"));
    let answer = book.json("bill import focus.csv --period 2024-09 --currency USD");
    assert_eq!((&answer["lines"], &answer["payable"]), (&json!(500), &json!("14.66598547521")));
    let notices: Vec<&Value> = answer["notices"].as_array().unwrap().iter().map(|notice| &notice["notice"]).collect();
    assert!(notices.contains(&&json!("neighbouring-months")), "{notices:?}");
    book.refused(1, "bill.wrong-period", "bill import focus.csv --period 2024-10");
    book.refused(1, "bill.wrong-period", "bill import focus.csv --period 2024-10 --skip-bad");
    assert!(book.checks());
}

// ------------------------------------------------------------------------------------------------------------- further files

#[test]
fn a_document_that_comes_later_is_added_to_the_bill() {
    let book = usage_book();
    book.write("base.csv", bill(&[USAGE, USAGE_TEST]));
    book.write("refund.csv", bill(&[REFUND, USAGE_TEST]));
    assert_snapshot!(refused_for_nothing(&book, "bill.none", "bill import refund.csv --period 2026-06 --add"), @"
    ----- stderr
    error: there is no bill for 2026-06
    hint: `subledger bill import FILE --period 2026-06` imports one
    ----- exit 1
    ");
    book.done("bill import base.csv --period 2026-06 --final --total 24");
    assert_snapshot!(book.done("bill import refund.csv --period 2026-06 --add --total -56"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   3
    Repeated lines          1
    Bad lines left out      0
    Currency                CNY
    At list price           -70.00
    Covered by plans        0.00
    Discount                -14.00
    Coupons                 0.00
    Payable                 -56.00
    Stated by the provider  -56.00
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00
    ----- stderr
    warning: 1 line came twice with the same content and counted once
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert!(book.checks());
    let shown = book.json("bill show 2026-06");
    assert_eq!(cells(&shown, "files", &["file"]), ["base.csv", "refund.csv"]);
    assert_eq!(cells(&shown, "rows", &["account", "lines", "payable"]), ["acme-prod 2 -72.00", "acme-test 1 16.00"]);
    assert_eq!(cells(&book.json("bill lines 2026-06 --line u-02"), "rows", &["file", "number"]), ["base.csv 3"]);

    // Each of the files, and both together, are in the book.
    let before = book.everything();
    for files in ["refund.csv --add", "base.csv", "base.csv refund.csv", "refund.csv base.csv --add"] {
        let again = book.json(&format!("bill import {files} --period 2026-06"));
        assert_eq!((&again["already_imported"], &again["payable"]), (&json!(true), &json!("-56.00")), "{files}");
        assert_eq!(book.everything(), before, "{files}");
    }
    // A file that is in the book beside one that is not.
    book.write("more.csv", bill(&[BILL[6]]));
    assert_snapshot!(refused_for_nothing(&book, "bill.file-twice", "bill import more.csv refund.csv --period 2026-06 --add"), @"
    ----- stderr
    error: refund.csv has the same content as another file of this bill; its lines would count twice
    hint: leave it out
    ----- exit 1
    ");
    // The same id with other content: both places are named.
    book.write("other.csv", bill(&[BILL[6], &USAGE_TEST.replace("20,4,16", "20,5,15")]));
    assert_snapshot!(refused_for_nothing(&book, "bill.line-conflict", "bill import other.csv --period 2026-06 --add"), @"
    ----- stderr
    error: base.csv, line 3, and other.csv, line 3, have the same id u-02 and other content; nothing was imported
    hint: download the bill again: a line id stands for one line
    ----- exit 1
    ");
    book.write("again.csv", bill(&[&REFUND.replace("-80", "-79")]));
    let conflict = book.refused(1, "bill.line-conflict", "bill import again.csv --period 2026-06 --add").message;
    assert!(conflict.starts_with("refund.csv, line 2, and again.csv, line 2, have the same id r-01"), "{conflict}");
    book.write("dollars.csv", bill(&[&BILL[6].replace("CNY", "USD")]));
    book.refused(1, "file.bad-lines", "bill import dollars.csv --period 2026-06 --add");
    book.refused(1, "currency.mismatch", "bill import more.csv --period 2026-06 --add --currency USD");

    // Without --add the file is a bill of its own, and the diff says what that has done.
    book.done("bill import more.csv --period 2026-06");
    let diff = book.json("bill diff 2026-06");
    assert_eq!(
        [&diff["added"], &diff["changed"], &diff["removed"], &diff["effect"]],
        [&json!(1), &json!(0), &json!(3), &json!("59.50")]
    );
    assert!(book.checks());
}

/// Bills of the older layout have no line ids: nothing would tell that a line is there twice.
#[test]
fn a_file_without_line_ids_is_never_counted_twice() {
    let header = "账期,财务单元,账号ID,账号,Owner账号,产品Code,产品,产品明细Code,产品明细,消费类型,消费时间,账单开始时间,账单结束时间,\
服务时长,订单号/账单号,账单类型,计费方式,实例ID,实例昵称,资源组,实例标签,实例配置,实例规格,公网IP,私网IP,地域,可用区,计费项,单价,单价单位,用量,\
用量单位,资源包抵扣,原价,优惠金额,优惠券抵扣,应付金额,现金支付,代金券抵扣,储值卡支付金额,欠费金额";
    let line = "2026-06,未分配\t,1000000000000001\t,acme-prod,acme-prod,oss,对象存储OSS\t,oss,对象存储OSS（按量付费）\t,后付费,\
2026-06-05 10:00:00,2026-06-05 00:00:00,2026-06-05 23:59:59,,2026060000000004,按量账单,其它,b-1,b-1,默认资源组\t,,,,,,华东1（杭州）,,,,,,,0,10,2,0,8,8,0,0,0";
    let book = usage_book();
    book.write("old.csv", format!("{header}\n{line}\n"));
    let imported = book.json("bill import old.csv --period 2026-06 --final");
    assert_eq!((&imported["layout"], &imported["payable"]), (&json!("alibaba-legacy"), &json!("8.00")));
    for more in ["--add", "--add --total 8", "--add --total 9", "--total 8", "--final", "--add --currency CNY"] {
        let again = book.json(&format!("bill import old.csv --period 2026-06 {more}"));
        assert_eq!((&again["lines"], &again["payable"]), (&json!(1), &json!("8.00")), "{more}");
        assert!(book.checks(), "{more}");
    }
    book.done("period close 2026-06");
}

// --------------------------------------------------------------------------------------------------- a total that does not agree

#[test]
fn a_total_that_does_not_agree_warns_and_blocks_the_close_until_it_does() {
    let book = usage_book();
    book.write("part-1.csv", bill(&[USAGE]));
    book.write("part-2.csv", bill(&[USAGE_TEST]));
    assert_snapshot!(book.done("bill import part-1.csv --period 2026-06 --final --total 24.00"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   1
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           10.00
    Covered by plans        0.00
    Discount                2.00
    Coupons                 0.00
    Payable                 8.00
    Stated by the provider  24.00
    Accounts                1
    Unknown accounts        0
    Payable for them        0.00
    ----- stderr
    warning: the provider states 24.00 CNY, the lines add up to 8.00 CNY: 16.00 CNY are missing; the month cannot close like this
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert!(book.checks());
    book.done("reconcile run --period 2026-06");
    assert_snapshot!(book.run("period close 2026-06"), @"
    ----- stderr
    error: 2026-06 cannot be closed yet
      the provider states 24.00 CNY, and the lines add up to 8.00 CNY: `subledger bill show 2026-06`; import what is missing with --add, or the right --total
    ----- exit 1
    ");
    assert_eq!(book.refused(1, "period.blocked", "period close 2026-06").details.len(), 1);
    let added = book.json("bill import part-2.csv --period 2026-06 --add");
    assert_eq!((&added["payable"], &added["stated_total"], &added["notices"]), (&json!("24.00"), &json!("24.00"), &Value::Null));
    book.done("period close 2026-06");
    assert!(book.checks());
}

#[test]
fn a_total_that_was_typed_wrong_is_put_right_without_reading_the_bill_again() {
    let book = usage_book();
    book.write("bill.csv", bill(&[USAGE, USAGE_TEST]));
    book.done("bill import bill.csv --period 2026-06 --final --total 42");
    let blocked = book.refused(1, "period.blocked", "period close 2026-06");
    assert!(blocked.details[0].starts_with("the provider states 42.00 CNY, and the lines add up to 24.00 CNY"), "{blocked:?}");
    let right = book.json("bill import bill.csv --period 2026-06 --total 24");
    assert_eq!((&right["version"], &right["stated_total"], &right["notices"]), (&json!(1), &json!("24.00"), &Value::Null));
    assert_eq!(book.json("bill import bill.csv --period 2026-06 --total 24")["already_imported"], true);
    assert!(book.checks());
    book.done("period close 2026-06");
    let closed = book.everything();
    book.refused(1, "period.closed", "bill import bill.csv --period 2026-06 --total 42");
    assert_eq!(book.everything(), closed);
}

// -------------------------------------------------------------------------------------------------------- bad lines left out

/// A bill with two bad lines among three good ones; the last has a quoted cell and bad things in two columns.
fn partly_bad() -> String {
    let amount = USAGE.replace("u-01", "x-1").replace(",2,8", ",2,eight");
    let quoted = USAGE
        .replace("u-01", "x-2")
        .replace("对象存储OSS", "\"对象\"\"存储\"\",OSS\"")
        .replace("20260615", "15 June")
        .replace(",10,", ",ten,");
    bill(&[USAGE, &amount, USAGE_TEST, &quoted, BILL[6]])
}

#[test]
fn bad_lines_are_left_out_and_mended() {
    let book = usage_book();
    book.write("bill.csv", partly_bad());
    let refused = book.refused(1, "file.bad-lines", "bill import bill.csv --period 2026-06 --final");
    assert!(refused.message.starts_with("bill.csv: 2 lines cannot be read"), "{refused:?}");

    // A preview writes nothing, neither in the book nor beside it.
    let (before, files) = (book.everything(), book.files_in("."));
    assert_snapshot!(book.run("bill import bill.csv --period 2026-06 --final --skip-bad --dry-run").stderr, @"preview: nothing was written");
    let preview = book.json_exit(3, "bill import bill.csv --period 2026-06 --final --skip-bad --dry-run");
    assert_eq!((&preview["rejected"], &preview["rejects"], &preview["lines"]), (&json!(2), &Value::Null, &json!(3)));
    assert_eq!((book.everything(), book.files_in(".")), (before, files.clone()));

    // Where the bad lines cannot be written, nothing is imported.
    std::fs::create_dir(book.path("taken.csv")).unwrap();
    for place in ["taken.csv", "missing/bad.csv", "acme.db", "bill.csv"] {
        let line = format!("bill import bill.csv --period 2026-06 --final --skip-bad --rejects {place}");
        refused_for_nothing(&book, "file.rejects-unwritten", &line);
    }
    assert_snapshot!(book.run("bill import bill.csv --period 2026-06 --skip-bad --rejects missing/bad.csv"), @"
    ----- stderr
    error: missing/bad.csv: the bad lines cannot be written there: cannot write into the folder missing: No such file or directory (os error 2); nothing was imported
    hint: --rejects FILE names another place
    ----- exit 1
    ");
    std::fs::remove_dir(book.path("taken.csv")).unwrap();
    assert_eq!(book.files_in("."), files);

    assert_snapshot!(book.run("bill import bill.csv --period 2026-06 --final --skip-bad"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   3
    Repeated lines          0
    Bad lines left out      2
    Currency                CNY
    At list price           34.375
    Covered by plans        0.00
    Discount                6.875
    Coupons                 0.00
    Payable                 27.50
    Stated by the provider  -
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00
    ----- stderr
    2 bad lines were left out; see bill.csv.rejects.csv
    next: `subledger reconcile run --period 2026-06`
    ----- exit 3
    ");
    let rejects = book.read("bill.csv.rejects.csv");
    assert_snapshot!(rejects, @r#"
    标识信息/账单明细ID,标识信息/订单号,身份信息/资源购买账号ID,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,产品信息/产品Code,产品信息/产品名称,定价信息/定价币种,费用信息/目录总价,优惠信息/优惠金额,应付信息/应付金额（含税）,reason
    x-1,,9000000000000001,1000000000000001,202606,20260615,云资源按量费用,oss,对象存储OSS,CNY,10,2,eight,"应付信息/应付金额（含税） ""eight"": not a plain decimal number such as 1234.50"
    x-2,,9000000000000001,1000000000000001,202606,15 June,云资源按量费用,oss,"对象""存储"",OSS",CNY,ten,2,8,"账单信息/账单日期 ""15 June"": not a day such as 20260630; 费用信息/目录总价 ""ten"": not a plain decimal number such as 1234.50"
    "#);
    assert_eq!(std::fs::metadata(book.path("bill.csv.rejects.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(book.checks());

    // The file with its reasons is a table, and so it can be mended where it is read.
    let mut table = csv::Reader::from_reader(rejects.as_bytes());
    let columns = table.headers().unwrap().len();
    assert_eq!((columns, table.headers().unwrap().iter().next_back()), (BILL_HEADER.split(',').count() + 1, Some("reason")));
    assert!(table.records().all(|row| row.unwrap().len() == columns));

    book.done("reconcile run --period 2026-06");
    assert_snapshot!(book.run("period close 2026-06"), @"
    ----- stderr
    error: 2026-06 cannot be closed yet
      2 bad lines were left out of the bill: mend them and `subledger bill import FILE --period 2026-06 --add --total AMOUNT`, with the provider's total as the proof
    ----- exit 1
    ");
    // A total that does not prove it blocks all the same.
    let wrong = book.json("bill import bill.csv --period 2026-06 --total 40");
    assert_eq!((&wrong["stated_total"], &wrong["rejected"]), (&json!("40.00"), &json!(2)));
    assert!(book.refused(1, "period.blocked", "period close 2026-06").details[0].starts_with("the provider states 40.00 CNY"));

    book.write("mended.csv", rejects.replace("eight", "8").replace("15 June", "20260615").replace(",ten,", ",10,"));
    assert_snapshot!(book.done("bill import mended.csv --period 2026-06 --add --total 43.50"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   5
    Repeated lines          0
    Bad lines left out      2
    Currency                CNY
    At list price           54.375
    Covered by plans        0.00
    Discount                10.875
    Coupons                 0.00
    Payable                 43.50
    Stated by the provider  43.50
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00
    ----- stderr
    warning: columns that this layout does not know were kept and not read: reason
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert!(book.checks());
    book.done("period close 2026-06");
    assert!(book.checks());
}

#[test]
fn programs_learn_what_was_left_out_and_where_it_is() {
    let book = usage_book();
    book.write("bill.csv", partly_bad());
    let line = "bill import bill.csv --period 2026-06 --final --skip-bad --rejects bad.csv";
    let answer = book.json_exit(3, line);
    assert_eq!(
        (&answer["rejected"], &answer["rejects"], &answer["lines"], &answer["payable"]),
        (&json!(2), &json!("bad.csv"), &json!(3), &json!("27.50"))
    );
    assert_eq!(book.files_in(".").iter().filter(|name| name.contains("bad")).count(), 1);
    // The same again leaves nothing out: it was left out before.
    std::fs::remove_file(book.path("bad.csv")).unwrap();
    let again = book.json(line);
    assert_eq!((&again["already_imported"], &again["rejected"], &again["rejects"]), (&json!(true), &json!(2), &Value::Null));
    assert!(!book.has("bad.csv"));
    // Without a bad line there is no file of them.
    book.write("good.csv", bill(&[USAGE]));
    let good = book.json("bill import good.csv --period 2026-06 --final --skip-bad");
    assert_eq!((&good["rejected"], &good["rejects"]), (&json!(0), &Value::Null));
    assert!(!book.has("good.csv.rejects.csv"));
    book.refused_words(1, "file.bad-lines", &["bill", "import", "bill.csv", "--period", "2026-06", "--final", "--add"]);
    assert_eq!(book.run("bill import good.csv --period 2026-06 --rejects bad.csv").exit, 2, "--rejects goes with --skip-bad");
}

#[test]
fn a_total_proves_that_what_was_left_out_is_worth_nothing() {
    let book = usage_book();
    // The provider's own line of sums, as some exports end with one.
    book.write("bill.csv", bill(&[USAGE, USAGE_TEST, "合计,,,,,,,,,,30,6,24"]));
    book.json_exit(3, "bill import bill.csv --period 2026-06 --final --skip-bad");
    book.refused(1, "period.blocked", "period close 2026-06");
    book.done("bill import bill.csv --period 2026-06 --total 24");
    book.done("period close 2026-06");
    assert!(book.checks());
}

// ------------------------------------------------------------------------------------------------------------------- dropping

#[test]
#[expect(clippy::too_many_lines, reason = "one story, with what is printed on the way")]
fn a_dropped_version_stays_on_record_and_the_one_before_counts_again() {
    let book = usage_book();
    book.write("first.csv", bill(&[USAGE]));
    book.write("second.csv", bill(&[USAGE_TEST]));
    book.write("third.csv", bill(&[BILL[6], REFUND]));
    book.refused(1, "bill.none", "bill drop 2026-06");
    book.done("bill import first.csv --period 2026-06 --final");
    book.done("bill import second.csv --period 2026-06 --final");
    book.refused(1, "bill.no-version", "bill drop 2026-06 --version 3");
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 0);
    let before = book.everything();
    assert_eq!(book.json("bill drop 2026-06 --dry-run")["counts_now"], 1);
    assert_eq!(book.everything(), before);
    assert_snapshot!(book.done("bill drop 2026-06"), @"
    Bill                     2026-06/2
    Period                   2026-06
    Version                  2
    State                    final
    Because                  said on the command line
    Layout                   alibaba-v2
    Tax                      inclusive
    Lines                    1
    Repeated lines           0
    Bad lines left out       0
    Currency                 CNY
    At list price            20.00
    Covered by plans         0.00
    Discount                 4.00
    Coupons                  0.00
    Payable                  16.00
    Stated by the provider   -
    Dropped                  yes: its lines are gone, and it does not count
    Version that counts now  1
    ----- exit 0
    ");
    assert!(book.checks());
    assert_eq!(book.json("bill show 2026-06")["version"], 1, "the first counts again");
    book.refused(1, "reconcile.none", "reconcile show --period 2026-06");
    assert_snapshot!(book.done("bill list"), @"
    Bill       Period   Version  State    Layout      Lines  Currency  Payable
    --------------------------------------------------------------------------
    2026-06/1  2026-06        1  final    alibaba-v2      1  CNY          8.00
    2026-06/2  2026-06        2  dropped  alibaba-v2      1  CNY         16.00
    ----- exit 0
    ");
    assert_snapshot!(book.done("bill show 2026-06 --version 2"), @"
    Bill                    2026-06/2
    Period                  2026-06
    Version                 2
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   1
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           20.00
    Covered by plans        0.00
    Discount                4.00
    Coupons                 0.00
    Payable                 16.00
    Stated by the provider  -
    Dropped                 yes: its lines are gone, and it does not count

    its sums by account went with its lines

    Files
    File        SHA-256
    ----------------------------------------------------------------------------
    second.csv  [-----------------------------hash-----------------------------]
    ----- exit 0
    ");
    // What is gone cannot be compared, looked into, or dropped.
    assert_snapshot!(book.run("bill diff 2026-06 --from 1 --to 2"), @"
    ----- stderr
    error: the bill of 2026-06 has no version 2, or it was dropped
    hint: `subledger bill list` lists them
    ----- exit 1
    ");
    for line in ["bill diff 2026-06 --from 2 --to 1", "bill drop 2026-06 --version 2", "bill lines 2026-06 --version 2"] {
        book.refused(1, "bill.no-version", line);
    }
    book.refused(1, "bill.no-earlier-version", "bill diff 2026-06");

    // Further files go to the version that counts; the dropped one's file may come back as a version of its own.
    let added = book.json("bill import third.csv --period 2026-06 --add");
    assert_eq!((&added["version"], &added["payable"]), (&json!(1), &json!("-68.50")));
    assert!(book.checks());
    book.refused(1, "bill.no-version", "bill lines 2026-06 --version 2");
    let back = book.json("bill import second.csv --period 2026-06 --final");
    assert_eq!((&back["version"], &back["payable"], &back["already_imported"]), (&json!(3), &json!("16.00"), &json!(false)));
    assert!(book.checks());
    // The diff passes over the dropped version.
    let diff = book.json("bill diff 2026-06");
    assert_eq!((&diff["from"], &diff["to"], &diff["effect"]), (&json!(1), &json!(3), &json!("84.50")));

    // An earlier version may be dropped as well; then the later ones, until none counts.
    assert_eq!(book.json("bill drop 2026-06 --version 1")["counts_now"], 3);
    assert!(book.checks());
    assert_snapshot!(book.done("bill drop 2026-06"), @"
    Bill                     2026-06/3
    Period                   2026-06
    Version                  3
    State                    final
    Because                  said on the command line
    Layout                   alibaba-v2
    Tax                      inclusive
    Lines                    1
    Repeated lines           0
    Bad lines left out       0
    Currency                 CNY
    At list price            20.00
    Covered by plans         0.00
    Discount                 4.00
    Coupons                  0.00
    Payable                  16.00
    Stated by the provider   -
    Dropped                  yes: its lines are gone, and it does not count
    Version that counts now  -
    ----- exit 0
    ");
    assert!(book.checks());
    assert_snapshot!(book.run("bill show 2026-06"), @"
    ----- stderr
    error: there is no bill for 2026-06
    hint: `subledger bill import FILE --period 2026-06` imports one
    ----- exit 1
    ");
    book.refused(1, "bill.none", "reconcile run --period 2026-06");
    assert_eq!(book.json("bill import first.csv --period 2026-06 --final")["version"], 4);
    assert!(book.checks());
    book.done("period close 2026-06");
    assert_eq!(book.json("statement show acme-prod --period 2026-06")["closing"], "9.50", "10.00 at list price, less 5 %");
    assert!(book.checks());
}

#[test]
fn the_bill_of_a_closed_month_never_changes() {
    let book = TestBook::acme(Point::Closed);
    book.write("more.csv", bill(&[USAGE]));
    let said = [
        refused_for_nothing(&book, "period.closed", "bill drop 2026-06"),
        refused_for_nothing(&book, "period.closed", "bill drop 2026-06 --version 1"),
        refused_for_nothing(&book, "period.closed", "bill import more.csv --period 2026-06 --final"),
        refused_for_nothing(&book, "period.closed", "bill import more.csv --period 2026-06 --add"),
        refused_for_nothing(&book, "period.closed", "bill import bill-corrected.csv --period 2026-06 --total 1"),
    ];
    assert_snapshot!(said.join("\n"), @"
    ----- stderr
    error: 2026-06 is closed, and its bill does not change any more
    hint: what the provider corrects afterwards comes with the bill of a later month
    ----- exit 1
    ----- stderr
    error: 2026-06 is closed, and its bill does not change any more
    hint: what the provider corrects afterwards comes with the bill of a later month
    ----- exit 1
    ----- stderr
    error: 2026-06 is closed, and its bill does not change any more
    hint: what the provider corrects afterwards comes with the bill of a later month
    ----- exit 1
    ----- stderr
    error: 2026-06 is closed, and its bill does not change any more
    hint: what the provider corrects afterwards comes with the bill of a later month
    ----- exit 1
    ----- stderr
    error: 2026-06 is closed, and its bill does not change any more
    hint: what the provider corrects afterwards comes with the bill of a later month
    ----- exit 1
    ");
    assert_eq!(book.json("bill import bill-corrected.csv --period 2026-06")["already_imported"], true);
    // Looking is always possible.
    book.done("bill diff 2026-06 --from 1");
    book.done("bill lines 2026-06 --order 2100001");
    assert!(book.checks());
}

// -------------------------------------------------------------------------------------------------------------- another agent's

#[test]
fn a_bill_of_another_agent_is_refused_where_the_book_knows_its_own() {
    let story = |uid: &str| {
        let book = TestBook::nothing();
        book.done(&format!("init --agent 'Lingdu Cloud' --credential 91330106MA05J1K21K --provider alibaba --currency CNY {uid}"));
        book
    };
    let book = story("--uid 9000000000000009");
    assert_snapshot!(refused_for_nothing(&book, "bill.other-agent", "bill import bill.csv --period 2026-06 --final"), @"
    ----- stderr
    error: the bill is of another agent: 9000000000000001 pays for its accounts, and this book's agent is 9000000000000009
    hint: --book PATH names the book of that agent; `subledger status` shows this one
    ----- exit 1
    ");
    let before = book.everything();
    let output = book.run("month-end 2026-06 --bill bill.csv --out out --format json");
    refusal(1, "bill.other-agent", &output);
    assert_eq!(book.everything(), before);
    // Customers who pay for themselves prove nothing, and one line that our agent pays for is enough.
    let own = USAGE.replace("9000000000000001", "1000000000000001");
    book.write("own.csv", bill(&[&own]));
    book.done("bill import own.csv --period 2026-06");
    let ours = USAGE_TEST.replace("9000000000000001", "9000000000000009");
    book.write("mixed.csv", bill(&[USAGE, &ours]));
    book.done("bill import mixed.csv --period 2026-06");
    // FOCUS names whoever sends the invoice, at whatever provider.
    book.write("focus.csv", std::fs::read("tests/bills/focus/reseller-1.2.csv").unwrap());
    book.json("bill import focus.csv --period 2026-09");
    assert!(book.checks());

    for uid in ["--uid 9000000000000001", ""] {
        let book = story(uid);
        assert_eq!(book.json("bill import bill.csv --period 2026-06 --final")["lines"], 8, "{uid}");
    }
}

// -------------------------------------------------------------------------------------------------------------- lines of a bill

#[test]
#[expect(clippy::too_many_lines, reason = "one story, with what is printed on the way")]
fn lines_are_shown_as_the_provider_wrote_them() {
    let book = TestBook::acme(Point::Ready);
    let text_order = USAGE.replace("u-01,,", "d-01,D2026060U1B80201,");
    let lines: Vec<&str> = BILL.iter().copied().chain([text_order.as_str()]).collect();
    book.write("bill.csv", bill(&lines));
    book.done("bill import bill.csv --period 2026-06 --final");
    assert_snapshot!(book.done("bill lines 2026-06 --order 2100002"), @"
    Bill         2026-06/1
    Lines found  1
    Lines shown  1

    acme-prod: bill.csv, line 3
    Column                     Value
    -------------------------------------------
    标识信息/账单明细ID        b-02
    标识信息/订单号            2100002
    身份信息/资源购买账号ID    9000000000000001
    身份信息/资源归属账号ID    1000000000000001
    账单信息/账单月份          202606
    账单信息/账单日期          20260605
    账单信息/费用类型          订阅预付费用
    产品信息/产品Code          rds
    产品信息/产品名称          云数据库RDS
    定价信息/定价币种          CNY
    费用信息/目录总价          9999.99
    优惠信息/优惠金额          1999.998
    应付信息/应付金额（含税）  7999.992
    ----- exit 0
    ");
    assert_snapshot!(book.done("bill lines 2026-06 --order D2026060U1B80201 --format csv").stdout, @"
    file,number,account,account_uid,标识信息/账单明细ID,标识信息/订单号,身份信息/资源购买账号ID,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,产品信息/产品Code,产品信息/产品名称,定价信息/定价币种,费用信息/目录总价,优惠信息/优惠金额,应付信息/应付金额（含税）
    bill.csv,10,acme-prod,1000000000000001,d-01,D2026060U1B80201,9000000000000001,1000000000000001,202606,20260615,云资源按量费用,oss,对象存储OSS,CNY,10,2,8
    ");
    assert_snapshot!(book.done("bill lines 2026-06 --line b-08 --format json").stdout, @r#"
    {
      "schema": "subledger/bill-lines/1",
      "bill": "2026-06/1",
      "found": 1,
      "shown": 1,
      "rows": [
        {
          "file": "bill.csv",
          "number": 8,
          "account": "acme-test",
          "account_uid": "1000000000000002",
          "标识信息/账单明细ID": "b-08",
          "标识信息/订单号": "",
          "身份信息/资源购买账号ID": "9000000000000001",
          "身份信息/资源归属账号ID": "1000000000000002",
          "账单信息/账单月份": "202606",
          "账单信息/账单日期": "20260630",
          "账单信息/费用类型": "云资源按量费用",
          "产品信息/产品Code": "oss",
          "产品信息/产品名称": "对象存储OSS",
          "定价信息/定价币种": "CNY",
          "费用信息/目录总价": "4.375",
          "优惠信息/优惠金额": "0.875",
          "应付信息/应付金额（含税）": "3.5"
        }
      ]
    }
    "#);
    let found = |query: &str| {
        let answer = book.json(&format!("bill lines 2026-06 {query}"));
        assert_eq!(answer["shown"], answer["rows"].as_array().unwrap().len(), "{query}");
        let cells = cells(&answer, "rows", &["标识信息/账单明细ID"]);
        (answer["found"].as_u64().unwrap(), cells.join(" "))
    };
    let all = |query: &str| found(query).1;
    assert_eq!(found("--account acme-test"), (2, "b-03 b-08".to_owned()));
    assert_eq!(found("--account 1000000000000002"), (2, "b-03 b-08".to_owned()));
    assert_eq!(found("--account 1000000000000009"), (1, "b-09".to_owned()), "an account that the book does not have");
    assert_eq!(all("--order 2100003"), "b-03");
    assert_eq!(all("--order 02100003"), "", "an order number is no figure");
    assert_eq!(all("--order 99"), "");
    assert_eq!(all("--account acme-prod --order 2100003"), "", "several must all hold");
    assert_eq!(all("--account acme-prod --line b-06"), "b-06");
    assert_eq!(found("--limit 2"), (9, "b-01 b-02".to_owned()));
    assert_eq!(found("--limit 0"), (9, String::new()));
    assert_eq!(found(""), (9, "b-01 b-02 b-03 b-05 b-06 b-07 b-08 b-09 d-01".to_owned()));
    assert_snapshot!(book.done("bill lines 2026-06 --order 99"), @"
    Bill         2026-06/1
    Lines found  0
    Lines shown  0
    ----- exit 0
    ");
    assert_snapshot!(book.done("bill lines 2026-06 --limit 0"), @"
    Bill         2026-06/1
    Lines found  9
    Lines shown  0
    ----- exit 0
    ");
    assert_snapshot!(book.run("bill lines 2026-06 --account acme-pord"), @r#"
    ----- stderr
    error: there is no account "acme-pord"
    hint: did you mean acme-prod, acme-test?
    ----- exit 1
    "#);
    book.refused(1, "account.unknown", "bill lines 2026-06 --account nobody");
    book.refused(1, "bill.none", "bill lines 2026-07");
    book.refused(1, "bill.no-version", "bill lines 2026-06 --version 2");

    // An account of the book that this bill does not name.
    book.write("one.csv", bill(&[USAGE]));
    book.done("bill import one.csv --period 2026-06 --final");
    assert_snapshot!(book.run("bill lines 2026-06 --account acme-test"), @"
    ----- stderr
    error: acme-test has no line on version 2 of the bill of 2026-06
    hint: `subledger bill show 2026-06 --version 2` lists its accounts
    ----- exit 1
    ");
    book.refused(1, "bill.account-not-on-it", "bill lines 2026-06 --account acme-test");
    assert_eq!(all("--version 1 --account acme-test"), "b-03 b-08");
}

// -------------------------------------------------------------------------------------------------- files that do not go together

/// Two lines in the form of FOCUS 1.2, in these currencies.
fn focus(currencies: [&str; 2]) -> String {
    let file = std::fs::read_to_string("tests/bills/focus/reseller-1.2.csv").unwrap();
    let mut lines = file.lines();
    let mut text = format!("{}\n", lines.next().unwrap());
    for (line, currency) in lines.zip(currencies) {
        text.push_str(&line.replace(",USD,", &format!(",{currency},")));
        text.push('\n');
    }
    text
}

#[test]
fn what_cannot_be_one_version_is_refused() {
    let book = usage_book();
    book.write("focus.csv", focus(["USD", "CNY"]));
    assert_snapshot!(refused_for_nothing(&book, "file.bad-lines", "bill import focus.csv --period 2026-09"), @r#"
    ----- stderr
    error: focus.csv: 1 line cannot be read; nothing was imported
      line 3, currency "CNY": the bill is in USD; one version of a bill has one currency
    ----- exit 1
    "#);
    book.write("focus.csv", focus(["USD", "USD"]));
    book.write("zh.csv", bill(&[USAGE]));
    let two = refused_for_nothing(&book, "bill.two-layouts", "bill import zh.csv focus.csv --period 2026-06");
    assert_snapshot!(two, @"
    ----- stderr
    error: focus.csv is focus, tax exclusive, and the version's other files are alibaba-v2, tax inclusive; nothing was imported
    hint: the files of one version have one layout and one tax basis, or they overlap: import the others on their own
    ----- exit 1
    ");
    // The same layout in two languages is two tax bases: with tax, and without.
    let english = "IdentityDetails/ResourceOwnerAccountId,BillingDetails/BillingMonth,BillingDetails/LineItemType,FeeDetails/GrossAmount,\
PricingDetails/Currency,PayableDetails/TaxExclusivePayableAmount\n1000000000000001,202606,PayAsYouGo,10,CNY,8\n";
    book.write("en.csv", english);
    let tax = refused_for_nothing(&book, "bill.two-layouts", "bill import zh.csv en.csv --period 2026-06");
    assert_snapshot!(tax, @"
    ----- stderr
    error: en.csv is alibaba-v2, tax exclusive, and the version's other files are alibaba-v2, tax inclusive; nothing was imported
    hint: the files of one version have one layout and one tax basis, or they overlap: import the others on their own
    ----- exit 1
    ");
    // Added later they are as wrong as together.
    book.done("bill import zh.csv --period 2026-06 --final");
    refused_for_nothing(&book, "bill.two-layouts", "bill import en.csv --period 2026-06 --add");
    refused_for_nothing(&book, "bill.two-layouts", "bill import focus.csv --period 2026-06 --add");
}

#[test]
fn a_file_that_is_known_to_be_no_bill_is_named() {
    let book = usage_book();
    book.write("ea.csv", std::fs::read("tests/bills/focus/azure-ea.csv").unwrap());
    assert_snapshot!(refused_for_nothing(&book, "file.not-a-bill-layout", "bill import ea.csv --period 2026-06"), @r#"
    ----- stderr
    error: ea.csv: it is an Azure usage file of an Enterprise Agreement, which is not read here; a FOCUS bill also has: BilledCost, BillingPeriodStart or ChargePeriodStart, BillingCurrency, ServiceName
    hint: create an export of the type "Cost and usage details (FOCUS)" in Azure Cost Management, and import its files
    ----- exit 1
    "#);
}

// ------------------------------------------------------------------------------------------------------- layouts and odd files

#[test]
fn a_layout_of_ones_own_is_read_by_its_file() {
    let book = usage_book();
    let toml = std::fs::read_to_string("examples/layouts/tencent-partner.toml").unwrap();
    book.write("tencent.toml", &toml);
    book.write("bill.csv", std::fs::read("examples/layouts/tencent-partner.csv").unwrap());
    book.refused(1, "file.not-a-bill-layout", "bill import bill.csv --period 2026-06");
    assert_snapshot!(book.done("bill import bill.csv --period 2026-06 --layout tencent.toml"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   estimated
    Because                 no rule of the provider is known for this layout; --final says that it is
    Layout                  tencent-partner
    Tax                     exclusive
    Lines                   4
    Repeated lines          0
    Bad lines left out      0
    Currency                USD
    At list price           90.6676
    Covered by plans        0.00
    Discount                13.60014
    Coupons                 0.40
    Payable                 76.66746
    Stated by the provider  -
    Accounts                2
    Unknown accounts        2
    Payable for them        76.66746
    ----- stderr
    warning: columns that this layout does not know were kept and not read: Payer Account ID
    warning: the bill has 2 accounts that the book does not have, with 76.66746 USD, such as 200000000101; `subledger account associate CODE --uid 200000000101` brings one in
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert!(book.checks());
    // A slip in the layout is found at its line, and not at the price of a column.
    book.write("slip.toml", toml.replace("payable =", "payabel ="));
    assert_snapshot!(refused_for_nothing(&book, "layout.invalid", "bill import bill.csv --period 2026-06 --layout slip.toml"), @"
    ----- stderr
    error: slip.toml, line 26: unknown key payabel: did you mean payable?
    ----- exit 1
    ");
    book.refused(1, "file.missing", "bill import bill.csv --period 2026-06 --layout nowhere.toml");
}

/// What a spreadsheet does to a bill, and a workbook of accounts that the book does not have.
#[test]
fn accounts_that_the_book_does_not_have_are_told_with_what_they_spend() {
    let book = usage_book();
    let lost = |line: &str| {
        line.replace("100000000000000", "168800123456780").replace("1,202606", "0,202606").replace("2,202606", "0,202606")
    };
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let lines = [BILL_HEADER.to_owned(), lost(USAGE), lost(USAGE_TEST), USAGE.replace("u-01", "u-03")];
    for (row, line) in (0..).zip(&lines) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    book.write("bill.xlsx", workbook.save_to_buffer().unwrap());
    assert_snapshot!(book.done("bill import bill.xlsx --period 2026-06 --final").stderr, @"
    warning: the bill has 1 account that the book does not have, with 24.00 CNY, such as 1688001234567800; `subledger account associate CODE --uid 1688001234567800` brings one in
    warning: 1 UID of no account ends in 0, such as 1688001234567800: a spreadsheet keeps 15 digits and writes 0 for the sixteenth; compare with the provider
    next: `subledger reconcile run --period 2026-06`
    ");
    assert!(book.checks());
    let answer = book.json("bill import bill.xlsx --period 2026-06 --final");
    assert_eq!(cells(&answer, "notices", &["notice"]), ["unknown-accounts", "digits-lost"], "told again, as long as it holds");
    assert_eq!(
        cells(&book.json("bill lines 2026-06 --line u-03"), "rows", &["file", "number", "account"]),
        ["bill.xlsx: Sheet1 4 acme-prod"]
    );
}

// ------------------------------------------------------------------------------------------------------------- accounts by login

/// A line of the older layout, bought by the agent and used by whoever has the login.
fn by_login(login: &str) -> String {
    let header = "账期,账号ID,账号,Owner账号,产品Code,账单类型,订单号/账单号,原价,优惠金额,优惠券抵扣,应付金额";
    format!("{header}\n2026-06,9000000000000001,agent,{login},oss,按量账单,,10,2,0,8\n")
}

#[test]
fn an_older_bill_finds_accounts_by_their_login_name() {
    let book = usage_book();
    book.write("old.csv", by_login("shop-login"));
    let before = book.json("bill import old.csv --period 2026-06 --estimated");
    assert_eq!((&before["unknown_accounts"], &before["unknown_payable"]), (&json!(1), &json!("8.00")));
    assert!(before["notices"].to_string().contains("account edit CODE --login shop-login"), "{before}");
    book.done("account edit acme-prod --login shop-login");
    assert_eq!(book.json("account show acme-prod")["login"], json!("shop-login"));
    assert_eq!(cells(&book.json("bill show 2026-06"), "rows", &["account", "uid", "payable"]), ["acme-prod shop-login 8.00"]);
    assert_eq!(book.json("bill lines 2026-06 --account acme-prod")["found"], json!(1));
    book.refused(1, "login.in-use", "account edit acme-test --login shop-login");
    assert_eq!(book.json("reconcile run --period 2026-06")["usage_lines"], json!(1));
}
