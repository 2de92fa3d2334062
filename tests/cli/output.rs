//! The forms of an answer: tables, JSON, CSV, files, and what happens when nobody reads.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use calamine::Reader as _;
use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook, refusal};

/// Every command that only looks, its exit, and the noun and verb of its schema.
pub(crate) const LOOKS: &[(i32, &str, &str)] = &[
    (0, "status", "status"),
    (0, "agent show", "agent-show"),
    (0, "agent chain list", "agent-chain-list"),
    (0, "entity list", "entity-list"),
    (0, "entity show acme-hq", "entity-show"),
    (0, "group list", "group-list"),
    (0, "group show acme", "group-show"),
    (0, "account list", "account-list"),
    (0, "account show acme-prod", "account-show"),
    (0, "account history acme-prod", "account-history"),
    (0, "account import --template", "account-import-template"),
    (3, "account preflight 1000000000000009", "account-preflight"),
    (0, "invitation list", "invitation-list"),
    (0, "invitation show acme-prod", "invitation-show"),
    (0, "operator list", "operator-list"),
    (0, "operator permissions", "operator-permissions"),
    (0, "approval list", "approval-list"),
    (0, "approval show a-1", "approval-show"),
    (0, "audit show 1", "audit-show"),
    (0, "audit log", "audit-log"),
    (0, "audit head", "audit-head"),
    (0, "report duties", "report-duties"),
    (0, "handover list", "handover-list"),
    (0, "handover show h-1", "handover-show"),
    (0, "fund balance", "fund-balance"),
    (0, "fund history acme", "fund-history"),
    (0, "pool history", "pool-history"),
    (0, "price list", "price-list"),
    (0, "price show", "price-show"),
    (0, "price quote acme-prod --product ecs --list-price 12000", "price-quote"),
    (0, "order list", "order-list"),
    (0, "order show o-1", "order-show"),
    (0, "bill list", "bill-list"),
    (0, "bill show 2026-06", "bill-show"),
    (0, "reconcile show --period 2026-06", "reconcile-show"),
    (0, "reconcile bridge --period 2026-06", "reconcile-bridge"),
    (3, "difference list", "difference-list"),
    (0, "statement show acme-prod --period 2026-06", "statement-show"),
    (0, "statement show --group acme --period 2026-06", "statement-show"),
    (0, "statement show --entity acme-hq --period 2026-06 --lang zh", "statement-show"),
    (0, "statement export --period 2026-06 --out statements", "statement-export"),
    (0, "statement verify statements/acme-prod-2026-06.csv", "statement-verify"),
    (0, "period list", "period-list"),
    (0, "check", "check"),
    (0, "report trial-balance", "report-trial-balance"),
    (0, "report general-ledger receivable", "report-general-ledger"),
    (0, "report usage", "report-usage"),
    (3, "period checklist 2026-06", "period-checklist"),
    (0, "report runway", "report-runway"),
    (0, "report exposure", "report-exposure"),
    (0, "report blast Aliyun", "report-blast"),
    (0, "report savings", "report-savings"),
    (0, "report margin", "report-margin"),
    (0, "settlement list", "settlement-list"),
    (0, "settlement ageing", "settlement-ageing"),
    (0, "fund plan --days 365", "fund-plan"),
];

pub(crate) fn reconciled() -> TestBook {
    let book = TestBook::acme(Point::Billed);
    assert_eq!(book.run("reconcile run --period 2026-06").exit, 3);
    book.done("pool top-up 100000 --date 2026-06-01");
    book.done("agent chain add Aliyun --level 0");
    book.done("account edit acme-prod --holder 'Wang Wei'");
    book.done("handover open --holder 'Wang Wei' --reason left");
    book.done("policy set approval-limit 200000");
    assert_eq!(book.run("pool top-up 200001 --date 2026-07-01").exit, 3);
    book
}

#[test]
fn every_look_is_one_json_object_with_its_schema_and_silent_otherwise() {
    let book = reconciled();
    let before = book.operations();
    for (exit, line, schema) in LOOKS {
        let output = book.run(&format!("{line} --format json"));
        assert_eq!((output.exit, output.stderr.as_str()), (*exit, ""), "{line}\n{output}");
        let answer: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}\n{output}"));
        assert_eq!(answer["schema"], format!("subledger/{schema}/1"), "{line}");
        assert_eq!(book.run(line).stderr, "", "{line} has nothing to say beside its table");
    }
    assert_eq!(book.operations(), before, "looking leaves no trace");
}

#[test]
fn every_list_is_a_csv_with_a_header_row() {
    let book = reconciled();
    let mut headers = String::new();
    for (exit, line, _) in LOOKS {
        let output = book.run(&format!("{line} --format csv"));
        assert_eq!((output.exit, output.stderr.as_str()), (*exit, ""), "{line}\n{output}");
        let (header, rows) = output.stdout.split_once("\r\n").unwrap_or_else(|| panic!("{line}\n{output}"));
        headers.push_str(&format!("{line}: {header}\n"));
        // No month of this book is closed, and no usage is charged.
        assert!(rows.ends_with("\r\n") || *line == "report usage", "{line} has rows");
        let mut table = csv::Reader::from_reader(output.stdout.as_bytes());
        assert!(table.records().all(|row| row.is_ok()), "{line} has rows of one length");
    }
    assert_snapshot!(headers, @"
    status: period,state,bill_version,bill_finality,currency,payable,open_differences,receipt
    agent show: agent,credential,provider,currency,uid,levels
    agent chain list: name,level,above,authorisation,expires,days_left,accounts,state,frozen_since,frozen_by,frozen_reason
    entity list: code,name,kind,credential,country
    entity show acme-hq: code,name,kind,credential,title,tax_id,address,phone,bank,bank_account
    group list: group,name,currency,accounts,deposits
    group show acme: code,name,currency,deposits,payment_days,accounts
    account list: code,uid,group,state,mode,environment,currency,available,funds,owed,arrears
    account show acme-prod: code,uid,state,model,mode,next_mode,next_mode_from,shutdown,purchase_ban,low_balance,currency,group,moves,entity,upstream,environment,since,mobile,email,login,holder,invitation_expires,available,funds,owed,credit_limit,pending_usage,arrears
    account history acme-prod: day,step,from,to,operator,reason
    account import --template: code,group,entity,environment,mode,uid,attest,model,credit,since,mobile,email,login,holder,shutdown,purchases,upstream
    account preflight 1000000000000009: condition,finding,evidence
    invitation list: account,group,state,mobile,email,sent,expires
    invitation show acme-prod: sent,expires,state
    operator list: name,uid,roles,groups,state
    operator permissions: command,permission,admin,manager,finance,tech,auditor,approval
    approval list: request,command,typed,currency,amount,requested_by,requested,expires,state,decided_by
    approval show a-1: entry,event,date,ledger_account,owner,currency,debit,credit
    audit show 1: noun,key,field,before,after
    audit log: operation,time,operator,uid,command,typed,result,changes,orders,entries,key,hash
    audit head: operation,time,hash
    report duties: operator,uid,conflict,held,one_side,other_side,last,accounts
    handover list: case,account,group,holder,reason,opened,opened_by,deadline,age,days_left,steps_done,steps_missing,state,closed,closed_by,not_needed
    handover show h-1: step,day,operator,note
    fund balance: account,group,currency,mode,funds,owed,credit_limit,pending_usage,available
    fund history acme: entry,date,event,account,to,amount,balance,reference,remark
    pool history: entry,date,event,account,to,amount,balance,reference,remark
    price list: agreement,kind,group,members,currency,valid_from,valid_to,in_force,rule,basis,measure,window,tiers
    price show: agreement,kind,group,members,currency,valid_from,valid_to,in_force,rule,basis,measure,window,tier,discount,reached,volume,to_next_tier
    price quote acme-prod --product ecs --list-price 12000: step,tier,of,rate,comes_to
    order list: order,date,account,product,kind,provider_order,currency,list_price,discount,payable,tier,agreement,cost,coupon,voucher,true_up
    order show o-1: order,account,product,kind,provider_order,date,from,to,placed,refunds,currency,list_price,agreement,tier,discount,coupon,payable,voucher,true_up,cost,charge_month,corrects
    bill list: bill,period,version,finality,layout,lines,currency,payable
    bill show 2026-06: account,uid,lines,gross,covered,discount,coupon,payable
    reconcile show --period 2026-06: class,count,amount
    reconcile bridge --period 2026-06: class,account,provider_order,line,product,rule,count,recorded,billed,difference
    difference list: id,period,kind,account,provider_order,currency,recorded,billed,difference,state,resolution,owner,due,detail
    statement show acme-prod --period 2026-06: period,account,uid,group,entity,currency,date,kind,event,product,order,provider_order,charge_month,list_price,agreement,tier,discount,coupon,payable,amount,balance,deposits,reference
    statement show --group acme --period 2026-06: period,account,uid,group,entity,currency,date,kind,event,product,order,provider_order,charge_month,list_price,agreement,tier,discount,coupon,payable,amount,balance,deposits,reference
    statement show --entity acme-hq --period 2026-06 --lang zh: 账期,账户,账号 UID,集团,实名主体,币种,日期,类型,事项,产品,订单,云厂商订单号,费用月份,目录价,协议版本,阶梯起点,优惠比例,优惠券,应付金额,发生额,应付余额,转入未分配资金,参考号
    statement export --period 2026-06 --out statements: account,currency,closing,file,sha256
    statement verify statements/acme-prod-2026-06.csv: file,step,ok,detail
    period list: period,state,bill_version,bill_finality,currency,payable,open_differences,receipt
    check: name,ok,detail
    report trial-balance: ledger_account,owner,currency,debit,credit
    report general-ledger receivable: ledger_account,owner,currency,date,entry,event,account,reference,debit,credit,balance
    report usage: product,currency,charges,list_price,payable,cost
    period checklist 2026-06: check,state,what
    report runway: kind,account,group,currency,available,rate_7,rate_30,rate_90,days_7,days_30,days_90,runs_out,propose
    report exposure: account,group,currency,mode,shutdown,owed,pending,funds,run_rate,days,exposure
    report blast Aliyun: account,uid,group,state,mode,currency,funds,owed,credit_limit,available,pending_usage,open_orders,open_cost
    report savings: account,group,currency,list,payable,saved,alone,brings,proportional,shapley,standard_error
    report margin: account,product,period,currency,sale,cost,margin,margin_percent,without_rule,flag
    settlement list: account,group,currency,payment_days,owed,overdue,oldest,due,days_overdue
    settlement ageing: account,group,currency,not_due,days_1_30,days_31_60,days_61_90,days_over_90,unapplied,owed
    fund plan --days 365: move,group,account,amount,currency,before,after,book,plan
    ");
}

#[test]
fn an_answer_goes_into_a_file_in_the_form_of_its_extension() {
    let book = TestBook::acme(Point::Ordered);
    for (file, begins) in
        [("o.csv", "code,uid,"), ("o.json", "{\n  \"schema\": \"subledger/account-list/1\""), ("o.txt", "Account ")]
    {
        let output = book.done(&format!("account list --output {file}"));
        assert_eq!((output.stdout.as_str(), output.stderr), ("", format!("wrote {file}\n")));
        assert!(book.read(file).starts_with(begins), "{}", book.read(file));
        let mode = std::fs::metadata(book.path(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "what tells about money is private");
    }
    assert_eq!(book.done("account list --output o.csv --quiet").stderr, "");
    assert_eq!(book.read("o.csv"), book.done("account list --format csv").stdout);
    assert_eq!(book.read("o.json"), book.done("account list --format json").stdout);
    assert_eq!(book.read("o.txt"), book.done("account list").stdout);
}

#[test]
fn a_workbook_and_a_page_are_files_only() {
    let book = TestBook::acme(Point::Ordered);
    for file in ["o.xlsx", "o.html"] {
        let output = book.done(&format!("fund balance --output {file}"));
        assert_eq!((output.stdout.as_str(), output.stderr), ("", format!("wrote {file}\n")));
        let mode = std::fs::metadata(book.path(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "what tells about money is private");
        let first = std::fs::read(book.path(file)).unwrap();
        book.done(&format!("fund balance --output {file}"));
        assert!(std::fs::read(book.path(file)).unwrap() == first, "{file}: the same answer gives the same bytes");
    }
    let page = book.read("o.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n") && page.contains("acme-prod"), "{page}");

    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(book.path("o.xlsx")).unwrap();
    assert_eq!(workbook.sheet_names()[0], "Summary");
    let sheet = workbook.sheet_names()[1].clone();
    let cells = workbook.worksheet_range(&sheet).unwrap();
    let answer = book.json("fund balance");
    let row = answer["rows"].as_array().unwrap().iter().position(|row| row["account"] == "acme-prod").unwrap();
    let funds = cells.rows().next().unwrap().iter().position(|cell| *cell == "Funds").unwrap();
    let found = cells.get((row + 1, funds)).unwrap();
    let exact: f64 = answer["rows"][row]["funds"].as_str().unwrap().parse().unwrap();
    assert_eq!(*found, calamine::Data::Float(exact));
    assert_eq!(book.run("account list --format xlsx").exit, 2, "no terminal shows a workbook");
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_anything_is_done() {
    let book = TestBook::acme(Point::Ready);
    std::fs::create_dir(book.path("folder.csv")).unwrap();
    let (before, files) = (book.everything(), book.files_in("."));
    for line in ["account list", "fund deposit acme 100 --date 2026-06-01"] {
        book.refused(2, "output.form", &format!("{line} --output answer.foo"));
        book.refused(2, "output.form", &format!("{line} --output answer"));
        book.refused(1, "output.failed", &format!("{line} --output missing/answer.csv"));
        book.refused(1, "output.failed", &format!("{line} --output folder.csv"));
    }
    assert_eq!((book.everything(), book.files_in(".")), (before, files));
    assert_snapshot!(book.run("account list --output answer.foo"), @"
    ----- stderr
    error: answer.foo has no extension that is a form
    hint: use .csv, .json, .txt, .xlsx or .html
    ----- exit 2
    ");
    assert_snapshot!(book.run("account list --output missing/answer.csv"), @"
    ----- stderr
    error: cannot write into the folder missing: No such file or directory (os error 2)
    ----- exit 1
    ");
}

#[test]
fn excel_gets_a_byte_order_mark_and_uids_as_text() {
    let book = TestBook::acme(Point::Ordered);
    let plain = book.done("account list --format csv").stdout;
    assert!(plain.starts_with("code,") && plain.contains(",1000000000000001,"));
    let excel = book.done("account list --format csv --excel").stdout;
    assert!(excel.starts_with('\u{feff}') && excel.contains(r#","=""1000000000000001""","#), "{excel}");
    book.done("account list --output o.csv --excel");
    assert_eq!(book.read("o.csv"), excel);
    book.done("statement export --period 2026-06 --out statements --excel");
    assert!(book.read("statements/acme-prod-2026-06.csv").starts_with('\u{feff}'));
}

#[test]
fn a_cell_that_a_sheet_would_calculate_is_neutralised() {
    let book = TestBook::acme(Point::Made);
    book.run_words(&["group", "add", "acme", "--name", "=HYPERLINK(\"http://x\")"]);
    let csv = book.done("group list --format csv").stdout;
    assert!(csv.contains("'=HYPERLINK"), "{csv}");
    assert_eq!(book.json("group show acme")["name"], "=HYPERLINK(\"http://x\")");
}

#[test]
fn a_reader_that_goes_away_ends_the_answer_quietly() {
    let book = TestBook::acme(Point::Ordered);
    for line in
        ["account list", "order list --format json", "report trial-balance --format csv", "--help", "order --help", "--version"]
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = book.finish(book.command(&words).stdout(writer));
        assert_eq!((output.exit, output.stderr.as_str()), (0, ""), "{line}\n{output}");
    }
}

#[test]
fn an_answer_that_the_disk_cannot_take_is_a_failure() {
    let book = TestBook::acme(Point::Ordered);
    let full = || Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = book.finish(book.command(&["account", "list", "--format", "json"]).stdout(full()));
    refusal(1, "output.failed", &output);
    let output = book.finish(book.command(&["account", "list"]).stdout(full()));
    assert_snapshot!(output, @"
    ----- stderr
    error: cannot write to standard output: No space left on device (os error 28)
    ----- exit 1
    ");
}

#[test]
fn figures_of_the_past_are_as_of_the_end_of_a_day() {
    let book = TestBook::acme(Point::Billed);
    let owed = |day: &str| book.json(&format!("account show acme-prod --as-of {day}"))["owed"].as_str().unwrap().to_owned();
    assert_eq!(["2026-06-01", "2026-06-02", "2026-06-19", "2026-06-20"].map(owed), ["0.00", "11400.00", "20899.99", "56899.99"]);
    assert_eq!(book.json("group show acme --as-of 2026-05-31")["deposits"], "0.00");
    assert_eq!(book.json("report trial-balance --as-of 2026-06-01")["totals"]["CNY"]["debit"], "50000.00");
    assert_eq!(book.json("order list --as-of 2026-06-05")["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn the_book_is_the_flags_else_the_environments_else_the_users_own() {
    let book = TestBook::acme(Point::Ready);
    assert_eq!(book.json("status")["book_from"], "SUBLEDGER_BOOK");
    std::fs::copy(book.place(), book.path("other.db")).unwrap();
    let other = book.json("--book other.db status");
    assert_eq!((&other["book_from"], &other["book"]), (&"--book".into(), &"other.db".into()));
    let without = |words: &[&str]| book.finish(book.command(words).env_remove("SUBLEDGER_BOOK"));
    let missing = without(&["status"]);
    assert_eq!(missing.exit, 7, "{missing}");
    let init = ["init", "--agent", "A", "--credential", "91330106MA05J1K21K", "--provider", "alibaba", "--currency", "CNY"];
    let made = without(&init);
    assert!(made.exit == 0 && made.stdout.contains("/home/.local/share/subledger/book.db"), "{made}");
    let permissions = std::fs::metadata(book.path("home/.local/share/subledger/book.db")).unwrap().permissions();
    assert_eq!(permissions.mode() & 0o777, 0o600);
    assert!(without(&["status"]).stdout.contains("the default"));
}

#[test]
fn quiet_leaves_data_and_warnings() {
    let book = TestBook::acme(Point::Ordered);
    assert_eq!(book.done("fund deposit acme 100 --date 2026-06-01 --quiet").stderr, "");
    let output = book.done("bill import bill.csv --period 2026-06 --final --quiet");
    assert!(output.stderr.starts_with("warning: ") && output.stderr.lines().count() == 1, "{output}");
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let book = TestBook::acme(Point::Ready);
    let colourful = |words: &[&str], name: &str, value: &str| {
        let output = book.finish(book.command(words).env(name, value));
        assert!(!output.stdout.contains('\u{1b}'));
        output.stderr.contains('\u{1b}')
    };
    let line = ["fund", "deposit", "acme", "0"];
    assert!(!colourful(&line, "TERM", "xterm-256color"));
    assert!(colourful(&line, "CLICOLOR_FORCE", "1"));
    assert!(colourful(&[&line[..], &["--color", "always"]].concat(), "NO_COLOR", "1"));
    assert!(!colourful(&[&line[..], &["--color", "never"]].concat(), "CLICOLOR_FORCE", "1"));
}

/// What a customer or a provider has written must not steer a terminal.
#[test]
fn what_comes_from_files_is_never_printed_raw() {
    let book = TestBook::acme(Point::Ordered);
    let line = "b-1,2100001,9000000000000001,1000000000000001,202606,20260602,\u{1b}[31mred,ecs,云服务器ECS,CNY,1,0,1";
    book.write("steering.csv", crate::book::bill(&[line]));
    let output = book.run("bill import steering.csv --period 2026-06");
    assert!(output.exit == 1 && !output.stderr.contains('\u{1b}'), "{output}");
    let refused = book.refused(1, "file.bad-lines", "bill import steering.csv --period 2026-06");
    assert!(refused.details[0].contains("[31mred"), "{refused:?}");

    // Neither does an order number that turns the writing direction, or a control character beyond ASCII.
    let line = "b-1,21\u{202e}00001,9000000000000001,1000000000000009\u{9b},202606,20260602,订阅预付费用,ecs,云服务器ECS,CNY,1,0,1";
    book.write("steering.csv", crate::book::bill(&[line]));
    for form in ["table", "json", "csv"] {
        for line in
            ["bill import steering.csv --period 2026-06", "reconcile run --period 2026-06", "difference list", "bill show 2026-06"]
        {
            let output = book.run(&format!("{line} --format {form}"));
            assert!(!(output.stdout.clone() + &output.stderr).contains(['\u{202e}', '\u{9b}']), "{line} {form}\n{output}");
        }
    }
    let line = "b-1,1,9000000000000001,1000000000000009,202606,20260602,\u{9b}31m\u{202e},ecs,云服务器ECS,CNY,1,0,1";
    book.write("steering.csv", crate::book::bill(&[line]));
    for form in ["table", "json"] {
        let output = book.run(&format!("bill import steering.csv --period 2026-06 --format {form}"));
        assert!(output.exit == 1 && !output.stderr.contains(['\u{202e}', '\u{9b}']), "{output}");
    }
}
