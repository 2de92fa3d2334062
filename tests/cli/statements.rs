//! Statements: three accounts with a refund, a true-up and usage under a plan; in every form, and proved without the book.

use std::collections::BTreeMap;

use calamine::{Data, Reader as _};
use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{BILL_HEADER, Point, TestBook, bill_corrected};
use crate::prices::under;

/// What a person can write into a name or a reference: a formula, a tag, quotes.
const HOSTILE: &str = r#"=HYPERLINK("http://x")<script>alert(1)</script>&"#;

/// What a bill can have for a product: a formula that steers a terminal and turns the writing direction.
const STEERING: &str = "=oss\u{1b}[31m\u{202e}";

/// June before its close. acme-prod and acme-test are the story's, under a retroactive agreement; acme-dev belongs to another
/// owner, has paid an order from its funds, owes nothing on credit since, and then gets the order refunded: that money goes to
/// the deposits.
fn ordered() -> TestBook {
    let book = TestBook::acme(Point::Funded);
    book.write("other.toml", under("retroactive"));
    book.run_words(&["entity", "add", "bolt-hq", "--name", HOSTILE, "--credential", "91310000MA1FL0007C"]);
    for line in [
        "account associate acme-dev --uid 1000000000000003 --group acme --entity bolt-hq --environment development --mode prepaid --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders",
        "account confirm acme-dev",
        "price apply other.toml",
        "order record acme-dev --product ecs --kind new --list-price 1000 --provider-order 2100010 --date 2026-06-03 --placed",
        "fund allocate acme-dev 950 --date 2026-06-01",
        "account edit acme-dev --mode agent-pays --date 2026-06-05",
        "order refund 2100010 --provider-order 2100011 --date 2026-06-10",
        "order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 2100001 --from 2026-06-02 --to 2027-06-02 --date 2026-06-02",
        "order import orders.csv",
    ] {
        book.done(line);
    }
    book.run_words(&["fund", "deposit", "acme", "1", "--date", "2026-06-30", "--reference", HOSTILE, "--remark", "own eyes"]);
    book.write("bill-covered.csv", covered_bill());
    book
}

/// The corrected bill with a column of what plans cover, and the lines of acme-dev.
fn covered_bill() -> String {
    let corrected = bill_corrected();
    let lines = corrected.lines().skip(1).map(|line| format!("{line},"));
    let own = [
        "d-1,2100010,9000000000000001,1000000000000003,202606,20260603,订阅预付费用,ecs,云服务器ECS,CNY,1000,200,800,",
        "d-2,2100011,9000000000000001,1000000000000003,202606,20260610,退款,ecs,云服务器ECS,CNY,-1000,-200,-800,",
        "d-3,,9000000000000001,1000000000000003,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,100,8,32,60",
        "d-4,,9000000000000001,1000000000000003,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,10,0,0,10",
        &format!("d-5,,9000000000000001,1000000000000003,202606,20260630,云资源按量费用,{STEERING},x,CNY,1,0.2,0.8,0"),
    ];
    let lines: Vec<String> = lines.chain(own.map(str::to_owned)).collect();
    format!("\u{feff}{BILL_HEADER},订阅抵扣信息/订阅抵扣目录总价\n{}\n", lines.join("\n"))
}

/// The same, closed, with the answer of the close kept as the receipt.
fn closed() -> TestBook {
    let book = ordered();
    let answer = book.done("month-end 2026-06 --bill bill-covered.csv --out out --format json");
    book.write("receipt.json", answer.stdout);
    book
}

fn cents(value: &Value) -> i64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no amount")).replace('.', "").parse().unwrap()
}

/// Figures of a statement, in cents.
fn figures(value: &Value) -> BTreeMap<&'static str, i64> {
    ["opening", "charges", "payments", "credits", "closing", "saved"].map(|key| (key, cents(&value[key]))).into()
}

fn rows<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} of {value}"))
}

#[test]
fn an_account_sees_each_price_what_plans_covered_and_what_it_saved() {
    let book = closed();
    assert_snapshot!(book.run("statement show acme-dev --period 2026-06"), @r#"
    Agent                     Lingdu Cloud
    Account                   acme-dev
    UID                       1000000000000003
    Group                     acme
    Real-name owner           =HYPERLINK("http://x")<script>alert(1)</script>&
    Mode                      agent-pays
    Period                    2026-06
    State                     closed
    Currency                  CNY
    Balance due, opening      0.00
    Charges                   984.85
    Payments                  950.00
    Credits                   0.00
    Balance due, closing      34.85
    Saved against list price  6.15
    Agreements                acme-2026/2026-06-01

    Lines
    Date        Kind     Event     Product                 Order  Provider order  List price  Tier from  Discount  Payable   Amount  Balance due  To deposits
    ---------------------------------------------------------------------------------------------------------------------------------------------------------
    2026-06-01  payment  allocate  -                       -      -                        -          -         -        -  -950.00      -950.00      -950.00
    2026-06-03  charge   charge    ecs                     o-1    2100010            1000.00       0.00        5%   950.00   950.00         0.00            -
    2026-06-10  credit   refund    ecs                     o-2    2100011           -1000.00       0.00        5%  -950.00     0.00         0.00       950.00
    2026-06-30  charge   usage     =oss\u{1b}[31m\u{202e}  -      -                     1.00   50000.00       15%     0.85     0.85         0.85            -
    2026-06-30  charge   usage     oss                     -      -                    40.00   50000.00       15%    34.00    34.00        34.85            -
    total       -        -         -                       -      -                    41.00          -         -    34.85    34.85        34.85         0.00

    Usage
    Product                 Charge month  Bill lines  At list price  Covered by plans  Charged
    ------------------------------------------------------------------------------------------
    =oss\u{1b}[31m\u{202e}  2026-06                1           1.00              0.00     0.85
    oss                     2026-06                2         110.00             70.00    34.00

    Spending by product
    Product                 Number of charges  At list price  Payable  Saved against list price
    -------------------------------------------------------------------------------------------
    =oss\u{1b}[31m\u{202e}                  1           1.00     0.85                      0.15
    ecs                                     2           0.00     0.00                      0.00
    oss                                     1          40.00    34.00                      6.00

    Spending by month
    Month    Payable
    ----------------
    2026-06    34.85
    ----- exit 0
    "#);
    let prod = book.json("statement show acme-prod --period 2026-06");
    let lines = rows(&prod, "lines");
    let prices = ["list_price", "agreement", "tier", "discount", "payable", "amount"].map(|key| lines[0][key].as_str().unwrap());
    assert_eq!(prices, ["12000.00", "acme-2026/2026-06-01", "0.00", "5%", "11400.00", "11400.00"]);
    // The true-up lowers what was owed for the month's charges, and so it is saved.
    let true_up = lines.iter().find(|line| line["event"] == "true-up").unwrap();
    let list: i64 = rows(&prod, "products").iter().map(|product| cents(&product["list"])).sum();
    let payable: i64 = rows(&prod, "products").iter().map(|product| cents(&product["payable"])).sum();
    assert_eq!((true_up["payable"] == true_up["amount"], cents(&prod["saved"])), (true, list - payable));
}

#[test]
fn a_groups_statement_is_the_sum_of_its_accounts_and_shows_its_deposits() {
    let book = closed();
    let group = book.json("statement show --group acme --period 2026-06");
    let accounts = ["acme-dev", "acme-prod", "acme-test"].map(|code| book.json(&format!("statement show {code} --period 2026-06")));
    let summary: Vec<_> = rows(&group, "rows").iter().map(|row| (row["account"].clone(), figures(row))).collect();
    assert_eq!(summary, accounts.iter().map(|one| (one["account"].clone(), figures(one))).collect::<Vec<_>>());
    let total = figures(&group["totals"]["CNY"]);
    for (key, sum) in &total {
        assert_eq!(*sum, accounts.iter().map(|one| figures(one)[key]).sum::<i64>(), "{key}");
    }
    let of_accounts = accounts.iter().flat_map(|one| rows(one, "lines").to_vec());
    let without_account = rows(&group, "lines").iter().map(|line| {
        let mut line = line.clone();
        line.as_object_mut().unwrap().remove("account");
        line
    });
    assert!(without_account.eq(of_accounts), "the group has the lines of its accounts");

    // What accounts give to the deposits and take from them stands on both sides.
    let deposits = &group["deposits"];
    let moved: i64 = rows(deposits, "lines").iter().map(|line| cents(&line["amount"])).sum();
    assert_eq!(cents(&deposits["opening"]) + moved, cents(&deposits["closing"]));
    let of_lines = rows(&group, "lines").iter().filter(|line| !line["deposits"].is_null());
    let through_accounts = rows(deposits, "lines").iter().filter(|line| !line["account"].is_null());
    assert_eq!(
        of_lines.map(|line| cents(&line["deposits"])).sum::<i64>(),
        through_accounts.map(|line| cents(&line["amount"])).sum::<i64>()
    );
    assert_snapshot!(
        book.run("statement show --group acme --period 2026-06").stdout.split("== Deposits").nth(1).unwrap(),
        @r#"
    , not allocated ==
    Currency           CNY
    Deposits, opening  0.00
    Deposits, closing  30001.00

    Date        Event     Account       Amount  Deposits  Reference
    ------------------------------------------------------------------------------------------------------
    2026-06-01  deposit   -           50000.00  50000.00  -
    2026-06-01  allocate  acme-test  -20000.00  30000.00  -
    2026-06-01  allocate  acme-dev     -950.00  29050.00  -
    2026-06-10  refund    acme-dev      950.00  30000.00  -
    2026-06-30  deposit   -               1.00  30001.00  =HYPERLINK("http://x")<script>alert(1)</script>&
    "#
    );

    // The trial balance says the same.
    let ledger = book.ledger();
    let of = |code: &str| ledger.get(code).map_or(0, |sum| cents(&sum.as_str().into()));
    assert_eq!(total["closing"], of("receivable") + of("funds"));
    assert_eq!(cents(&deposits["closing"]), -of("deposits"));
    assert_eq!(rows(&group, "products").iter().map(|product| cents(&product["payable"])).sum::<i64>(), -of("sales"));
    let months = rows(&group, "months");
    assert_eq!((months.len(), cents(&months[0]["payable"])), (1, -of("sales")));
    assert!(book.checks());
}

#[test]
fn an_entitys_statement_has_its_accounts_only_and_one_of_them_must_be_named() {
    let book = closed();
    let entity = book.json("statement show --entity bolt-hq --period 2026-06");
    assert_eq!((&entity["entity"], &entity["name"], &entity["group"]), (&"bolt-hq".into(), &HOSTILE.into(), &Value::Null));
    assert_eq!(rows(&entity, "rows").iter().map(|row| &row["account"]).collect::<Vec<_>>(), ["acme-dev"]);
    assert!(entity.get("deposits").is_none(), "deposits are the group's");
    let nothing = book.json("statement show --entity acme-hq --period 2026-05");
    assert_eq!((rows(&nothing, "rows").len(), &nothing["totals"]), (0, &serde_json::json!({})));
    book.refused(1, "entity.unknown", "statement show --entity bolt --period 2026-06");
    book.refused(1, "group.unknown", "statement show --group bolt --period 2026-06");
    assert_eq!(book.run("statement show --period 2026-06").exit, 2);
    assert_eq!(book.run("statement show acme-dev --group acme --period 2026-06").exit, 2);
    assert_eq!(book.run("statement show acme-dev --period 2026-06 --lang fr").exit, 2);
}

#[test]
fn the_sheet_of_several_accounts_is_those_of_each_below_each_other() {
    let book = closed();
    let sheet = |line: &str| book.done(&format!("statement show {line} --period 2026-06 --format csv")).stdout;
    let each: Vec<String> = ["acme-dev", "acme-prod", "acme-test"].map(sheet).into();
    let below: Vec<&str> = each.iter().flat_map(|one| one.lines().skip(1)).collect();
    let group = sheet("--group acme");
    assert_eq!(group.lines().skip(1).collect::<Vec<_>>(), below);
    assert_eq!(each[1], book.read("out/acme-prod-2026-06.csv"), "what is exported is what is shown");
    assert!(!group.contains(",=") && group.contains(",\"'=HYPERLINK(\"\"http://x\"\")"), "{group}");
    assert!(group.contains(",'=oss [31m ,") && !group.contains(['\u{1b}', '\u{202e}']), "{group}");
    let excel = sheet("--group acme --excel");
    assert!(excel.starts_with('\u{feff}') && excel.contains(r#","=""1000000000000003""","#), "{excel}");
    let chinese = sheet("--group acme --lang zh");
    assert!(
        chinese.starts_with("账期,账户,账号 UID,") && chinese.contains(",期初,") && chinese.contains(",阶梯调整,"),
        "{chinese}"
    );
    assert_eq!(chinese.lines().count(), group.lines().count());
}

#[test]
fn a_workbook_has_real_numbers_days_totals_and_uids_as_text() {
    let book = closed();
    book.done("statement show acme-prod --period 2026-06 --output prod.xlsx");
    book.done("statement show --group acme --period 2026-06 --output group.xlsx --lang zh");
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(book.path("prod.xlsx")).unwrap();
    assert_eq!(workbook.sheet_names(), ["Summary", "Lines", "Usage", "Spending by product", "Spending by month"]);
    let summary = workbook.worksheet_range("Summary").unwrap();
    let field = |label: &str| summary.rows().find(|row| row[0] == *label).unwrap_or_else(|| panic!("no {label}"))[1].clone();
    assert_eq!(field("UID"), Data::String("1000000000000001".to_owned()));
    let lines = workbook.worksheet_range("Lines").unwrap();
    let at = |label: &str| lines.rows().next().unwrap().iter().position(|cell| *cell == *label).unwrap();
    let (date, amount, balance) = (at("Date"), at("Amount"), at("Balance due"));
    let body: Vec<&[Data]> = lines.rows().skip(1).collect();
    let (total, body) = body.split_last().unwrap();
    assert!(body.iter().all(|row| matches!(row[date], Data::DateTime(_)) && matches!(row[amount], Data::Float(_))), "{body:?}");
    assert_eq!(total[date], Data::String("total".to_owned()));
    let number = |cell: &Data| match cell {
        Data::Float(number) => format!("{number:.2}"),
        other => panic!("{other:?} is no number"),
    };
    let statement = book.json("statement show acme-prod --period 2026-06");
    assert_eq!(number(&total[balance]), statement["closing"].as_str().unwrap());
    let added: f64 = body.iter().map(|row| number(&row[amount]).parse::<f64>().unwrap()).sum();
    assert_eq!(format!("{added:.2}"), number(&total[amount]));

    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(book.path("group.xlsx")).unwrap();
    assert_eq!(workbook.sheet_names()[..3], ["摘要", "账户", "合计"]);
    let owners = workbook.worksheet_range("账户").unwrap();
    assert_eq!(owners.get((1, 3)), Some(&Data::String(HOSTILE.to_owned())), "a text is a text");
    assert_eq!(owners.rows().next_back().unwrap()[0], Data::String("合计".to_owned()));
    let lines = workbook.worksheet_range("明细").unwrap();
    assert!(lines.rows().any(|row| row.contains(&Data::String("=oss [31m ".to_owned()))), "without what steers");
    for sheet in workbook.sheet_names().clone() {
        assert!(workbook.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet} has a formula");
    }
}

#[test]
fn a_page_stands_alone_and_shows_what_is_spent() {
    let book = closed();
    book.done("statement show --group acme --period 2026-06 --output group.html");
    book.done("statement show acme-dev --period 2026-06 --output dev.html --lang zh");
    for page in [book.read("group.html"), book.read("dev.html")] {
        assert!(!page.contains(['\u{1b}', '\u{202e}']), "nothing steers");
        assert!(!page.contains("<script") && !page.contains("http-equiv=\"refresh") && page.contains("&lt;script&gt;"), "{page}");
        for loads in ["src=", "href=", "url(", "@import"] {
            assert!(!page.contains(loads), "{loads}");
        }
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(page.contains("@page { size: A4") && !page.contains("own eyes"));
    }
    let group = book.read("group.html");
    assert!(group.contains("<h1>Statements of accounts</h1>") && group.contains("Spending by product (CNY)"), "{group}");
    assert!(group.contains("<tfoot>") && group.contains("<td>total</td>"));
    let dev = book.read("dev.html");
    for part in [
        "<html lang=\"zh-CN\">",
        "<h1>账户对账单</h1>",
        "<dt>账号 UID</dt><dd>1000000000000003</dd>",
        "<dt>账期</dt><dd>2026-06</dd>",
    ] {
        assert!(dev.contains(part), "{part}\n{dev}");
    }
}

#[test]
fn all_statements_of_a_closed_month_are_the_same_bytes_in_every_form_and_language() {
    let mut book = closed();
    let written = |book: &TestBook, folder: &str, lang: &str| -> Vec<(String, Vec<u8>)> {
        book.done(&format!("statement export --period 2026-06 --out {folder} --as json,html,xlsx,csv --lang {lang}"));
        let names = book.files_in(folder).into_iter();
        names.map(|name| (name.clone(), std::fs::read(book.path(&format!("{folder}/{name}"))).unwrap())).collect()
    };
    let first = ["en", "zh"].map(|lang| written(&book, &format!("first-{lang}"), lang));
    assert_eq!(first[0].len(), 3 * 4 + 1, "{:?}", book.files_in("first-en"));
    // A month later, after July has moved the same accounts.
    book.set_now("2026-08-03T02:00:00Z");
    book.done(
        "order record acme-prod --product ecs --kind new --list-price 777 --provider-order 3100001 --date 2026-07-05 --placed",
    );
    book.done("fund deposit acme 5 --date 2026-07-05");
    let later = ["en", "zh"].map(|lang| written(&book, &format!("later-{lang}"), lang));
    for (first, later) in first.iter().zip(&later) {
        for ((name, before), (again, after)) in first.iter().zip(later) {
            assert!(name == again && before == after, "{name} differs");
        }
    }
    let json = |files: &[(String, Vec<u8>)]| files.iter().find(|(name, _)| name == "acme-dev-2026-06.json").unwrap().1.clone();
    assert!(json(&first[0]) == json(&first[1]), "a program sees no language");
    // Folders that are there already are written over, whole.
    book.write("first-en/acme-dev-2026-06.csv", "spoilt");
    assert!(written(&book, "first-en", "en") == first[0]);
}

#[test]
fn the_manifest_names_every_file_with_its_hash_and_adds_up() {
    let book = closed();
    let answer = book.json("statement export --period 2026-06 --out all --as csv,json");
    let manifest: Value = serde_json::from_str(&book.read("all/manifest.json")).unwrap();
    assert_eq!(manifest["schema"], "subledger/statement-manifest/1");
    assert_eq!(
        (&manifest["period"], &manifest["state"], &manifest["agent"]),
        (&"2026-06".into(), &"closed".into(), &"Lingdu Cloud".into())
    );
    let files = rows(&manifest, "rows");
    assert_eq!(files.len(), 6);
    for (row, told) in files.iter().zip(rows(&answer, "rows")) {
        let name = row["file"].as_str().unwrap();
        let bytes = std::fs::read(book.path(&format!("all/{name}"))).unwrap();
        assert_eq!(row["sha256"], subledger::domain::chain::sha256_hex(&bytes), "{name}");
        assert_eq!((&told["sha256"], &told["file"]), (&row["sha256"], &format!("all/{name}").into()));
        let statement = book.json(&format!("statement show {} --period 2026-06", row["account"].as_str().unwrap()));
        assert_eq!((figures(row), &row["statement_sha256"]), (figures(&statement), &statement["sha256"]), "{name}");
    }
    let group = book.json("statement show --group acme --period 2026-06");
    assert_eq!(manifest["totals"], group["totals"], "each account counts once");
    let open = book.json("statement export --period 2026-07 --out july");
    assert_eq!(rows(&open, "rows").len(), 3, "each has a balance");
    let july: Value = serde_json::from_str(&book.read("july/manifest.json")).unwrap();
    assert_eq!((&july["state"], &july["rows"][0]["statement_sha256"]), (&"provisional".into(), &Value::Null));
}

/// What `verify` says of each step: its name, or the reason why it fails.
fn steps(book: &TestBook, exit: i32, line: &str) -> Vec<String> {
    // It needs no book.
    std::fs::rename(book.place(), book.path("away.db")).unwrap();
    let answer = book.json_exit(exit, &format!("statement verify {line}"));
    std::fs::rename(book.path("away.db"), book.place()).unwrap();
    assert_eq!(answer["ok"], exit == 0, "{answer}");
    let told = rows(&answer, "rows").iter().map(|row| {
        let (step, detail) = (row["step"].as_str().unwrap(), row["detail"].as_str().unwrap());
        if row["ok"] == true { step.to_owned() } else { format!("{step}: {detail}") }
    });
    told.collect()
}

fn replaced(book: &TestBook, from: &str, to: &str, old: &str, new: &str) {
    let text = book.read(from);
    assert!(text.contains(old), "{from} has no {old}");
    book.write(to, text.replacen(old, new, 1));
}

#[test]
fn a_file_is_proved_by_the_manifest_and_the_receipt_without_the_book() {
    let book = closed();
    book.done("statement export --period 2026-06 --out all --as csv,json,html,xlsx");
    assert_eq!(steps(&book, 0, "all/acme-dev-2026-06.html"), ["file", "sums"], "the manifest beside it");
    for form in ["csv", "html", "xlsx"] {
        let line = format!("all/acme-dev-2026-06.{form} --manifest all/manifest.json --receipt receipt.json");
        assert_eq!(steps(&book, 0, &line), ["file", "sums", "manifest"]);
    }
    std::fs::copy(book.path("all/acme-dev-2026-06.json"), book.path("sent.json")).unwrap();
    assert_eq!(steps(&book, 0, "sent.json --receipt receipt.json"), ["statement"], "a JSON statement needs no manifest");
    assert_eq!(steps(&book, 0, "sent.json --manifest all/manifest.json"), ["file", "sums"], "a file may have another name");
    book.write("shown.json", book.done("statement show acme-dev --period 2026-06 --format json").stdout);
    let close = book.done("period close 2026-06 --format json --quiet").stdout;
    book.write("close.json", close);
    assert_eq!(steps(&book, 0, "shown.json --receipt close.json"), ["statement"]);
    let stored: String = rusqlite::Connection::open(book.place())
        .unwrap()
        .query_row("SELECT content FROM receipt WHERE month = 202606", [], |row| row.get(0))
        .unwrap();
    book.write("stored.json", stored);
    assert_eq!(steps(&book, 0, "shown.json --receipt stored.json"), ["statement"], "the receipt as the book keeps it");
    book.write("shown-receipt.json", book.done("period receipt 2026-06 --format json").stdout);
    assert_eq!(steps(&book, 0, "shown.json --receipt shown-receipt.json"), ["statement"], "and as it is shown");
    replaced(&book, "shown-receipt.json", "forged.json", "acme-dev\\\"", "acme-den\\\"");
    let refused = book.refused(1, "statement.no-proof", "statement verify shown.json --receipt forged.json");
    assert!(refused.message.ends_with("its content is not what its SHA-256 says"), "{refused:?}");
}

#[test]
fn a_file_that_was_tampered_with_is_not_proved() {
    let book = closed();
    book.done("statement export --period 2026-06 --out all --as csv,json");
    let manifest = "--manifest all/manifest.json";
    replaced(&book, "all/acme-prod-2026-06.csv", "bad.csv", "12000.00", "12000.01");
    let found = steps(&book, 3, &format!("bad.csv {manifest}"));
    assert_eq!(found, ["file: the manifest of 2026-06 names no bad.csv, and no file of its content", "sums"]);
    std::fs::copy(book.path("bad.csv"), book.path("all/acme-prod-2026-06.csv")).unwrap();
    let found = steps(&book, 3, "all/acme-prod-2026-06.csv");
    assert!(
        found[0].starts_with("file: the manifest has ") && found[0].contains(" for acme-prod-2026-06.csv, the file has "),
        "{found:?}"
    );
    assert_eq!(
        steps(&book, 3, "bad.csv --receipt receipt.json"),
        ["statement: only a JSON statement says everything itself; any other file is proved by its manifest"]
    );

    // Any figure or word of a JSON statement, in the frozen part or beside it.
    let changes = [
        ("\"list_price\": \"12000.00\"", "\"list_price\": \"12000.01\"", "does not follow from the lines"),
        ("\"provider_order\": \"2100001\"", "\"provider_order\": \"2100009\"", "the content of acme-prod is "),
        ("\"agent\": \"Lingdu Cloud\"", "\"agent\": \"Lingdu\"", "the content of acme-prod is "),
        ("\"tier\": \"0.00\"", "\"tier\": \"1.00\"", "the content of acme-prod is "),
        ("\"lines\": 2", "\"lines\": 3", "the content of acme-prod is "),
        ("\"balance\": \"11400.00\"", "\"balance\": \"11400.01\"", "does not follow from the lines"),
        ("\"charges\": 1,", "\"charges\": 2,", "does not follow from the lines"),
        ("\"closing\": \"", "\"closing\": \"1", "acme-prod closes with CNY 1"),
        ("\"account\": \"acme-prod\"", "\"account\": \"acme-spare\"", "the receipt of 2026-06 has no statement of acme-spare"),
        ("\"period\": \"2026-06\"", "\"period\": \"2026-07\"", "the statement is of 2026-07, the receipt of 2026-06"),
        ("\"amount\": \"11400.00\"", "\"amount\": \"11400.001\"", "does not follow from the lines"),
        ("\"payments\": \"0.00\"", "\"payments\": \"0.001\"", "an amount is none of its currency"),
        ("\"order\": \"o-", "\"order\": \"x-", "not written as in a statement"),
        ("\"mode\": \"agent-pays\"", "\"mode\": \"nobody-pays\"", "unknown variant"),
        ("{", "{{", "it is not a whole statement"),
    ];
    for (old, new, reason) in changes {
        replaced(&book, "all/acme-prod-2026-06.json", "bad.json", old, new);
        let found = steps(&book, 3, "bad.json --receipt receipt.json");
        assert!(found.len() == 1 && found[0].starts_with("statement: ") && found[0].contains(reason), "{new}: {found:?}");
    }
}

#[test]
fn a_manifest_and_a_receipt_that_do_not_belong_together_say_where() {
    let book = closed();
    book.done("statement export --period 2026-06 --out all");
    let file = "all/acme-dev-2026-06.csv";
    let bad = |name: &str, old: &str, new: &str| {
        replaced(&book, name, "bad.json", old, new);
        let (manifest, receipt) =
            if name == "receipt.json" { ("all/manifest.json", "bad.json") } else { ("bad.json", "receipt.json") };
        steps(&book, 3, &format!("{file} --manifest {manifest} --receipt {receipt}"))
    };
    let statements = book.json("statement show --group acme --period 2026-06");
    let closing = statements["rows"][1]["closing"].as_str().unwrap();
    let found = bad("all/manifest.json", "\"opening\": \"0.00\"", "\"opening\": \"0.01\"");
    assert_eq!(found, ["file", "sums: the figures of acme-dev do not lead from its opening to its closing", "manifest"]);
    let found = bad("all/manifest.json", "\"statements\": 3", "\"statements\": 4");
    assert_eq!(found, ["file", "sums: the totals are not the sum of the rows", "manifest"]);
    let found = bad("all/manifest.json", "\"account\": \"acme-prod\"", "\"account\": \"acme-spare\"");
    assert_eq!(found[2], "manifest: the receipt of 2026-06 has no statement of acme-spare");
    let found = bad(
        "receipt.json",
        "\"account\": \"acme-prod\",\n        \"currency\"",
        "\"account\": \"acme-spare\",\n        \"currency\"",
    );
    assert_eq!(found, ["file", "sums", "manifest: the receipt of 2026-06 has no statement of acme-prod"]);
    let found = bad("receipt.json", &format!("\"closing\": \"{closing}\""), "\"closing\": \"0.07\"");
    assert_eq!(found[2], format!("manifest: acme-prod closes with CNY {closing} in the manifest, with CNY 0.07 in the receipt"));
    let found = bad("all/manifest.json", "\"statement_sha256\": \"", "\"statement_sha256\": \"0");
    assert!(found[2].starts_with("manifest: the content of acme-dev is 0") && found[2].ends_with(" in the receipt"), "{found:?}");

    // An entry that is missing: of the file itself, and of another account.
    let mut manifest: Value = serde_json::from_str(&book.read("all/manifest.json")).unwrap();
    manifest["rows"].as_array_mut().unwrap().remove(0);
    book.write("bad.json", manifest.to_string());
    assert_eq!(
        steps(&book, 3, &format!("{file} --manifest bad.json --receipt receipt.json")),
        [
            "file: the manifest of 2026-06 names no acme-dev-2026-06.csv, and no file of its content",
            "sums: the totals are not the sum of the rows",
            "manifest: the manifest has no statement of acme-dev, the receipt has one",
        ]
    );
    // A receipt of another month, and files from before the close.
    let found =
        bad("receipt.json", "\"period_close\": {\n    \"period\": \"2026-06\"", "\"period_close\": {\n    \"period\": \"2026-05\"");
    assert_eq!(found[2], "manifest: the manifest is of 2026-06, the receipt of 2026-05");
    let early = ordered();
    early.done("statement export --period 2026-06 --out all");
    early.write("receipt.json", book.read("receipt.json"));
    assert_eq!(
        steps(&early, 3, "all/acme-dev-2026-06.csv --receipt receipt.json"),
        ["file", "sums", "manifest: the manifest has a provisional statement of acme-dev, from before the close"]
    );
}

#[test]
fn what_is_no_proof_is_refused() {
    let book = closed();
    book.write("lonely.csv", "period\r\n");
    let refused = book.refused(2, "statement.nothing-to-prove-by", "statement verify lonely.csv");
    assert_eq!(refused.hint, "give --manifest FILE, --receipt FILE, or both");
    let file = "out/acme-dev-2026-06.csv";
    for (what, line) in [
        ("bill-covered.csv is no manifest of this tool: expected value", format!("{file} --manifest bill-covered.csv")),
        ("its schema is subledger/month-end/1", format!("{file} --manifest receipt.json")),
        ("manifest.json is no receipt of this tool: it names no statements", format!("{file} --receipt out/manifest.json")),
        ("orders.csv is no receipt", format!("{file} --receipt orders.csv")),
    ] {
        let refused = book.refused(1, "statement.no-proof", &format!("statement verify {line}"));
        assert!(refused.message.contains(what), "{refused:?}");
    }
    book.refused(1, "file.missing", "statement verify nowhere.csv --receipt receipt.json");
    assert_eq!(book.run("statement verify").exit, 2);
}

#[test]
fn a_month_that_was_opened_again_has_other_statements_and_another_receipt() {
    let mut book = closed();
    book.done("statement export --period 2026-06 --out first --as json,csv");
    book.done("period reopen 2026-06 --reason 'an order was forgotten'");
    let provisional = book.json("statement show acme-dev --period 2026-06");
    assert_eq!((&provisional["state"], &provisional["sha256"]), (&"provisional".into(), &Value::Null));
    // Usage that was charged stays charged, and keeps what is known of it.
    assert_eq!(provisional["usage"][1]["covered"], "70.00");
    book.done("order record acme-dev --product slb --kind new --list-price 10 --provider-order 2100020 --date 2026-06-29 --placed");
    let line = "d-6,2100020,9000000000000001,1000000000000003,202606,20260629,订阅预付费用,slb,负载均衡SLB,CNY,10,2,8,";
    book.write("bill-more.csv", format!("{}{line}\n", covered_bill()));
    book.set_now("2026-07-04T02:00:00Z");
    let answer = book.done("month-end 2026-06 --bill bill-more.csv --out out --format json");
    book.write("second.json", answer.stdout);
    book.done("statement export --period 2026-06 --out second --as json,csv");

    assert_eq!(steps(&book, 0, "second/acme-dev-2026-06.json --receipt second.json"), ["file", "sums", "manifest", "statement"]);
    assert_eq!(steps(&book, 0, "first/acme-dev-2026-06.json --receipt receipt.json"), ["file", "sums", "manifest", "statement"]);
    let found = steps(&book, 3, "first/acme-dev-2026-06.json --manifest first/manifest.json --receipt second.json");
    assert!(
        found[2].starts_with("manifest: acme-dev closes with CNY ") && found[3].starts_with("statement: acme-dev closes"),
        "{found:?}"
    );
    let group = book.json("statement show --group acme --period 2026-06");
    let ledger = book.ledger();
    let of = |code: &str| cents(&ledger[code].as_str().into());
    assert_eq!(cents(&group["totals"]["CNY"]["closing"]), of("receivable") + of("funds"));
    assert_eq!(rows(&group, "products").iter().map(|product| cents(&product["payable"])).sum::<i64>(), -of("sales"));
    assert!(book.checks());
}

#[test]
fn usage_that_is_only_expected_stands_on_no_statement() {
    let book = ordered();
    book.done("bill import bill-covered.csv --period 2026-06 --estimated");
    let closed = book.json("period close 2026-06 --without-bill");
    assert_ne!(closed["accrued_usage"]["CNY"], Value::Null);
    for (account, period) in [("acme-dev", "2026-06"), ("acme-prod", "2026-06"), ("acme-prod", "2026-07")] {
        let statement = book.json(&format!("statement show {account} --period {period}"));
        assert!(rows(&statement, "lines").iter().all(|line| line["event"] != "usage-accrued"), "{statement}");
        assert_eq!(rows(&statement, "usage").len(), 0, "{statement}");
    }
}
