//! Many accounts at once: from a list, all of them or none, or the good lines alone.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};

const HEADER: &str = "code,group,entity,environment,mode,uid,attest,credit,since,mobile,email,holder";
const ATTESTED: &str = "no-other-agent no-arrears;no-open-orders";

/// The line of one of many good accounts: every other one is created, the others are associated.
fn good(number: u64) -> String {
    match number % 2 {
        0 => format!("many-{number},acme,acme-hq,production,agent-pays,,,5000,2026-06-01,139{number:08},,Holder {number}"),
        _ => format!("many-{number},acme,acme-hq,test,prepaid,20000000{number:08},{ATTESTED},,,,,"),
    }
}

fn list(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().fold(format!("{HEADER}\n"), |list, line| format!("{list}{line}\n"))
}

/// What becomes of each line: its number, result, and why.
fn fates(answer: &Value) -> Vec<(u64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = answer["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["line"].as_u64().unwrap(), text(&row["result"]), text(&row["refusal"]))).collect()
}

fn accounts(book: &TestBook) -> usize {
    book.json("account list")["rows"].as_array().unwrap().len()
}

#[test]
fn a_thousand_accounts_of_which_seven_are_bad() {
    let book = TestBook::acme(Point::Ready);
    let bad = [
        (100, "many-100,acme,acme-hq,staging,agent-pays,,,,,13900000100,,", "file.bad-lines"),
        (201, "many-201,acme,acme-hq,test,prepaid,1.06E+15,no-other-agent no-arrears no-open-orders,,,,,", "uid.spreadsheet"),
        (302, "many-302,acmee,acme-hq,test,prepaid,,,,,13900000302,,", "group.unknown"),
        (
            403,
            "many-403,acme,acme-hq,test,prepaid,ops@acme.onaliyun.com,no-other-agent no-arrears no-open-orders,,,,,",
            "uid.ram-user",
        ),
        (504, "many-2,acme,acme-hq,test,prepaid,,,,,13900000504,,", "account.exists"),
        (605, "many-605,acme,acme-hq,test,prepaid,2000000000000605,no-arrears,,,,,", "account.evidence-missing"),
        (706, "many-706,acme,acme-hq,test,prepaid,,,,,+86 139-0000-0002,,", "mobile.in-use"),
    ];
    let line =
        |number: u64| bad.iter().find(|(bad, ..)| *bad == number).map_or_else(|| good(number), |(_, line, _)| (*line).to_owned());
    book.write("accounts.csv", list((1..=1000).map(line)));
    let before = (book.everything(), book.operations());
    assert_snapshot!(book.run("account import accounts.csv"), @r#"
    ----- stderr
    error: accounts.csv: 7 lines are refused; nothing was written
      line 101, environment "staging": not an environment: one of production, test, development
      line 202: uid.spreadsheet: "1.06E+15" is no UID: a spreadsheet such as Excel has turned the UID into a number and lost digits; take it from the provider's console again
      line 303: group.unknown: there is no group "acmee"; did you mean acme?
      line 404: uid.ram-user: "ops@acme.onaliyun.com" is no UID: this is a RAM user, a login inside an account, not an account; give the 16-digit UID of the account it belongs to
      line 505: account.exists: there is a account many-2 already
      line 606: account.evidence-missing: many-605 cannot be associated yet: nobody has vouched for what the book cannot see: no-other-agent, no-open-orders
      line 707: mobile.in-use: the mobile number 13900000002 is in use by the account many-2
    hint: mend them and import the file again; --partial imports the other 993 lines alone
    ----- exit 1
    "#);
    book.refused(1, "account.lines-refused", "account import accounts.csv");
    book.refused(1, "account.lines-refused", "account import accounts.csv --dry-run");
    assert_eq!((book.everything(), book.operations()), before, "none is written");

    let answer = book.json_exit(3, "account import accounts.csv --partial");
    assert_eq!((&answer["created"], &answer["associated"], &answer["refused"]), (&496.into(), &497.into(), &7.into()));
    let fates = fates(&answer);
    assert_eq!((fates.len(), fates[0].0, fates[999].0), (1000, 2, 1001));
    let refused: Vec<_> =
        fates.iter().filter(|(_, result, _)| result == "refused").map(|(line, _, code)| (line - 1, code.as_str())).collect();
    assert_eq!(refused, bad.map(|(number, _, code)| (number, code)));
    assert_eq!((accounts(&book), book.operations()), (2 + 993, before.1 + 1));

    // The mended file, with what was refused alone.
    book.write("mended.csv", list(bad.map(|(number, ..)| good(number))));
    let answer = book.json("account import mended.csv");
    assert_eq!((&answer["created"], &answer["associated"], &answer["refused"]), (&4.into(), &3.into(), &0.into()));
    assert_eq!(accounts(&book), 1002);
    // Whatever was imported is refused when it comes again.
    let told = book.refused(1, "account.lines-refused", "account import accounts.csv --partial");
    assert_eq!(told.details.len(), 101);
    assert_eq!(told.details[100], "and more: 1000 bad lines in all");
    assert!(book.checks());
}

#[test]
fn a_refused_line_leaves_no_account_behind() {
    let mut book = TestBook::acme(Point::Ready);
    book.done("account create late-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13900000002");
    book.done("account create late-2 --group acme --entity acme-hq --environment test --mode prepaid --email ops@acme.example");
    book.set_now("2026-07-19T02:00:00Z");
    book.done("invitation resend late-2");
    // Its number was given up, its address was not.
    let refused = "many-9,acme,acme-hq,test,prepaid,,,,,13900000002,ops@acme.example,".to_owned();
    book.write("accounts.csv", list([refused, good(1), good(2)]));
    book.refused(1, "account.lines-refused", "account import accounts.csv");
    assert_eq!(book.json("account history late-1")["rows"].as_array().unwrap().len(), 1);
    let answer = book.json_exit(3, "account import accounts.csv --partial --key k-1");
    let expected = [(2, "refused", "email.in-use"), (3, "associated", ""), (4, "created", "")];
    assert_eq!(fates(&answer), expected.map(|(line, result, code)| (line, result.to_owned(), code.to_owned())));
    book.refused(1, "account.unknown", "account show many-9");
    // The number is somebody else's now, and what ran out is written.
    assert_eq!(book.json("account show many-2")["mobile"], "13900000002");
    assert_eq!(book.json("account history late-1")["rows"][1]["step"], "expire");
    let again = book.json_exit(3, "account import accounts.csv --partial --key k-1");
    assert_eq!((&again["status"], &again["rows"][0]["reason"]), (&"already".into(), &answer["rows"][0]["reason"]));
    assert!(book.checks());
}

#[test]
fn the_answer_tells_each_token_once() {
    let book = TestBook::acme(Point::Ready);
    book.write("accounts.csv", list([good(2), good(3)]));
    let preview = book.json("account import accounts.csv --dry-run --key k-1");
    assert_eq!(
        (&preview["status"], &preview["rows"][0]["token"], &preview["rows"][0]["state"]),
        (&"preview".into(), &Value::Null, &"invited".into())
    );
    assert_eq!(accounts(&book), 2);
    assert_snapshot!(book.run("account import accounts.csv --key k-1"), @"
    File        accounts.csv
    Created     1
    Associated  1
    Refused     0

    Line  Account  UID               State    Result      Invitation runs until  Token, told once                  Why
    ------------------------------------------------------------------------------------------------------------------
       2  many-2   -                 invited  created     2026-07-18             2a92bf9e438950b680bbb775a7fa1a4b  -
       3  many-3   2000000000000003  invited  associated  -                      -                                 -
    ----- stderr
    next: when a holder has accepted, `subledger account accept CODE --uid UID`; when an owner has consented, `account confirm CODE`
    ----- exit 0
    ");
    let again = book.json("account import accounts.csv --key k-1");
    assert_eq!((&again["status"], &again["rows"][0]["token"], &again["created"]), (&"already".into(), &Value::Null, &1.into()));
    assert_eq!(book.json("account show many-2")["credit_limit"], "5000.00");
    assert_eq!(book.json("account show many-3")["uid"], "2000000000000003");
    // The same name with other content is another file, and the same content under another name is the same.
    book.write("renamed.csv", list([good(2), good(3)]));
    assert_eq!(book.json("account import renamed.csv --key k-1")["status"], "already");
    book.write("accounts.csv", list([good(4)]));
    book.refused(5, "key.reused", "account import accounts.csv --key k-1");
    // Links instead of tokens, where the agent has a page.
    book.done("policy set invitation-link https://join.lingdu.example/accept");
    assert_eq!(book.run("account import accounts.csv --output imported.csv").exit, 0);
    let imported = book.read("imported.csv");
    let row = imported.lines().nth(1).unwrap();
    let token = row.split(',').nth(6).unwrap();
    assert!(
        imported.starts_with("line,code,uid,state,result,invitation_expires,token,link,notice,refusal,reason\r\n"),
        "{imported}"
    );
    assert!(
        row.starts_with("2,many-4,,invited,created,2026-07-18,")
            && row.contains(&format!("https://join.lingdu.example/accept/{token}"))
    );
    book.done(&format!("account accept many-4 --uid 1000000000000004 --token {token}"));
    let bytes = std::fs::read(book.place()).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "the book has the token");
}

#[test]
fn the_template_is_a_list_that_can_be_imported() {
    let nothing = TestBook::nothing();
    assert_snapshot!(nothing.run("account import --template").to_string().replace('\r', ""), @"
    code,group,entity,environment,mode,uid,attest,model,credit,since,mobile,email,login,holder,shutdown,purchases,upstream
    acme-shop,acme,acme-hq,production,agent-pays,,,,50000,2026-07-01,13900000001,,,Wang Wei,,,
    acme-lab,acme,acme-hq,test,prepaid,,,,,,,lab@acme.example,,,delayed,ban,
    acme-old,acme,acme-hq,development,prepaid,1000000000000017,no-other-agent no-arrears no-open-orders,,,,,,old@acme.example,,,,
    ----- exit 0
    ");
    nothing.refused(2, "usage", "account import");
    nothing.refused(2, "usage", "account import accounts.csv --template");
    nothing.refused(2, "usage", "account import --template --key k");
    nothing.refused(2, "output.form", "account import --template --output template.xlsx");
    for excel in ["", "--excel"] {
        let book = TestBook::acme(Point::Ready);
        book.done(&format!("account import --template --output template.csv {excel}"));
        let answer = book.json("account import template.csv");
        assert_eq!((&answer["created"], &answer["associated"]), (&2.into(), &1.into()), "{excel}");
        assert_eq!(book.json("account show acme-old")["uid"], "1000000000000017");
    }
}

#[test]
fn a_list_comes_in_any_form() {
    let book = TestBook::acme(Point::Ready);
    let chinese = list([good(2), good(3)]).replace("Holder 2", "王伟");
    book.write("gbk.csv", gb18030(&chinese));
    let answer = book.run("account import gbk.csv --dry-run --format json");
    assert!(answer.exit == 0 && answer.stdout.contains("read-as-gb18030"), "{answer}");
    let quoted = format!("\u{feff}{}", chinese.replace("2000000000000003", "\"=\"\"2000000000000003\"\"\"").replace('\n', "\r\n"));
    book.write("quoted.csv", quoted);
    let mut command = book.command(&["account", "import", "-", "--format", "json"]);
    let output = book.finish(command.stdin(std::fs::File::open(book.path("quoted.csv")).unwrap()));
    assert_eq!(output.exit, 0, "{output}");
    assert_eq!(book.json("account show many-3")["uid"], "2000000000000003");
    assert_eq!(book.json("account show many-2")["holder"], "王伟");
    // Many odd UIDs are one warning.
    let odd: Vec<String> = (1..=40).map(|number| good(2 * number + 101).replace(",20000000", ",2000000")).collect();
    book.write("odd.csv", list(odd));
    let output = book.run("account import odd.csv --format csv");
    assert_snapshot!(output.stderr, @"warning: 40 UIDs do not have 16 digits, as UIDs usually have, such as 200000000000103");
    assert_eq!(output.stdout.matches("unusual-uid").count(), 40);
}

/// A text of ASCII and two other characters in GB18030.
fn gb18030(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for character in text.chars() {
        match character {
            '王' => bytes.extend([0xcd, 0xf5]),
            '伟' => bytes.extend([0xce, 0xb0]),
            other => bytes.push(u8::try_from(other).unwrap()),
        }
    }
    bytes
}

#[test]
fn what_is_no_list_or_not_permitted_writes_nothing() {
    let book = TestBook::acme(Point::Ready);
    let before = book.everything();
    book.write("other.csv", format!("{HEADER},colour\n{},red\n", good(1)));
    let told = book.refused(1, "account.lines-refused", "account import other.csv --partial");
    assert!(told.details[0].starts_with("line 1, colour \"colour\": not a column of an account list"), "{told:?}");
    book.write("short.csv", "code,group\na,b\n");
    book.refused(1, "file.unknown-layout", "account import short.csv");
    book.write("empty.csv", format!("{HEADER}\n"));
    book.refused(1, "file.no-lines", "account import empty.csv");
    book.refused(1, "file.missing", "account import nowhere.csv");
    let hostile = [
        "bad-1,acme,acme-hq,test,prepaid,,,,,,ops.acme.example,".to_owned(),
        "bad-2,acme,acme-hq,test,prepaid,,,,2026-02-30,13900000001,,".to_owned(),
        "bad-3,acme,acme-hq,test,prepaid,,,,,13900000001,,Wang\u{1b}[31mWei".to_owned(),
        "bad-4,acme,acme-hq,test,prepaid,,,,,13900000001,,\u{202e}gnaW".to_owned(),
        format!("bad-5,acme,acme-hq,test,prepaid,,,,,13900000001,,{}", "x".repeat(10_000)),
        "bad-\u{1f600},acme,acme-hq,test,prepaid,,,,,13900000001,,".to_owned(),
        "bad-7,acme,acme-hq,test,prepaid,,,100,,13900000001,,".to_owned(),
        "bad-8,acme,acme-hq,test,agent-pays,,,-1,,13900000001,,".to_owned(),
        "bad-9,acme,acme-hq,test,agent-pays,,,0.001,,13900000001,,".to_owned(),
        "bad-10,acme,nobody,test,prepaid,,,,,13900000001,,".to_owned(),
    ];
    book.write("hostile.csv", list(hostile.clone()));
    assert_snapshot!(book.run("account import hostile.csv --partial"), @r#"
    ----- stderr
    error: hostile.csv: 10 lines are refused; nothing was written
      line 2, email "ops.acme.example": not an e-mail address such as ops@example.com
      line 3, since "2026-02-30": not a day such as 2026-06-30
      line 4, holder "Wang\u{1b}[31mWei": it contains control characters
      line 5, holder "\u{202e}gnaW": it contains control characters
      line 6, holder "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…": it is longer than 300 characters
      line 7, code "bad-😀": a code begins with a lower-case letter and has lower-case letters, digits, '-', '_' or '.', at most 64
      line 8: credit.prepaid: bad-7 is prepaid: it spends allocated funds and has no credit
      line 9: amount.negative: the amount -1 is below zero
      line 10: amount.too-precise: the amount 0.001 has more decimal places than CNY has (2)
      line 11: entity.unknown: there is no entity "nobody"; did you mean acme-hq?
    ----- exit 1
    "#);
    assert_eq!(book.everything(), before);
    // An emoji in a name is a name.
    book.write("emoji.csv", list([good(2).replace("Holder 2", "Wang \u{1f600}"), hostile[3].clone()]));
    let output = book.run("account import emoji.csv --partial");
    assert_eq!(output.exit, 3, "{output}");
    assert!(!format!("{}{}", output.stdout, output.stderr).contains('\u{202e}'), "{output}");
    assert_eq!(book.json("account show many-2")["holder"], "Wang \u{1f600}");
    assert!(book.checks());
}

/// Whoever leaves is told once, however many accounts of the list they are to hold.
#[test]
fn a_list_that_names_somebody_who_leaves_says_so_once() {
    let book = TestBook::acme(Point::Ready);
    book.done("account edit acme-prod --holder 'Holder 2'");
    book.done("handover open --holder 'Holder 2' --reason left");
    let lines = [2, 4, 6].map(|number| good(number).replace(&format!("Holder {number}"), "Holder 2"));
    book.write("accounts.csv", list(lines));
    let told = book.done("account import accounts.csv").stderr;
    assert_eq!(told.matches("Holder 2 leaves").count(), 1, "{told}");
    assert!(book.checks());
}
