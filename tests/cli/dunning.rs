//! Reminders: who gets which letter, and that nobody gets one twice.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};

/// acme-prod owes 56899.99 of June, due on 30 July; a second group, `bolt`, whose account owes 1000.00 of July, due on 30 August.
fn two_groups() -> TestBook {
    let mut book = TestBook::acme(Point::Ordered);
    book.set_now("2026-07-25T02:00:00Z");
    book.run_words(&["group", "add", "bolt", "--name", "博特 (Bolt), \"Ltd\""]);
    book.done("entity add bolt --name Bolt --credential 91110000600037341L");
    book.done(
        "account create bolt-1 --group bolt --entity bolt --environment production --email ops@bolt.example --mode agent-pays \
         --credit 50000 --since 2026-06-01",
    );
    book.done("account accept bolt-1 --uid 1000000000000007");
    book.done("account verify bolt-1");
    book.done("order record bolt-1 --product ecs --kind new --list-price 1000 --provider-order 71 --date 2026-07-10");
    book
}

/// `acme 1: acme-prod 2026-06 1`, one for each debt in a letter, with the level that is new of it.
fn letters(book: &TestBook, line: &str) -> Vec<String> {
    let answer = book.json(line);
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| ["group", "account", "month", "level"].map(|key| text(row, key)).join(" ")).collect()
}

#[test]
fn each_level_is_reached_once_and_firmer_every_time() {
    let mut book = two_groups();
    assert_snapshot!(book.run("settlement dun"), @"
    nobody is to be reminded of anything
    ----- stderr
    preview: nothing was written
    ----- exit 0
    ");
    book.set_now("2026-07-31T02:00:00Z");
    let operations = book.operations();
    assert_snapshot!(book.run("settlement dun"), @"
    Group  Account    Month    Due         Days overdue  Currency      Open  Level  Reminded before
    -----------------------------------------------------------------------------------------------
    acme   acme-prod  2026-06  2026-07-30             1  CNY       56899.99  1      -

    Letters
    Group  Level  Currency   Overdue  To  File
    ------------------------------------------
    acme   1      CNY       56899.99  -   -
    ----- stderr
    preview: nothing was written
    ----- exit 0
    ");
    assert_snapshot!(book.run("settlement dun --out letters --dry-run"), @"
    Group  Account    Month    Due         Days overdue  Currency      Open  Level  Reminded before
    -----------------------------------------------------------------------------------------------
    acme   acme-prod  2026-06  2026-07-30             1  CNY       56899.99  1      -

    Letters
    Group  Level  Currency   Overdue  To  File
    -------------------------------------------------------------------------
    acme   1      CNY       56899.99  -   letters/acme-2026-07-31-level-1.txt
    ----- stderr
    preview: nothing was written
    ----- exit 0
    ");
    assert!(!book.has("letters") && book.operations() == operations, "looking leaves no trace");
    assert_snapshot!(book.run("settlement dun --out letters"), @"
    Group  Account    Month    Due         Days overdue  Currency      Open  Level  Reminded before
    -----------------------------------------------------------------------------------------------
    acme   acme-prod  2026-06  2026-07-30             1  CNY       56899.99  1      -

    Letters
    Group  Level  Currency   Overdue  To  File
    -------------------------------------------------------------------------
    acme   1      CNY       56899.99  -   letters/acme-2026-07-31-level-1.txt
    ----- exit 0
    ");
    assert_snapshot!(book.read("letters/acme-2026-07-31-level-1.txt"), @r#"
    Payment reminder: 56899.99 CNY of Acme Group

    To Acme Group,

    by 2026-07-31 we have not received what was due from you:

      acme-prod (UID 1000000000000001), 2026-06: 56899.99 CNY, due on 2026-07-30, 1 day overdue
      In all: 56899.99 CNY

    Please arrange the payment. If you have paid in the meantime, you need not do anything.
    Please give "acme" as the reference of your payment.

    Lingdu Cloud
    "#);
    // The same day: the same letter, byte for byte, and nothing is recorded again.
    let (letter, operations) = (book.read("letters/acme-2026-07-31-level-1.txt"), book.operations());
    std::fs::remove_dir_all(book.path("letters")).unwrap();
    book.done("settlement dun --out letters");
    assert_eq!((book.read("letters/acme-2026-07-31-level-1.txt"), book.operations()), (letter, operations));
    // The day after: it was told.
    book.set_now("2026-08-01T02:00:00Z");
    assert!(letters(&book, "settlement dun --out letters").is_empty());
    // Fifteen days: the second level. A part that was paid makes it a smaller debt, not another one.
    book.set_now("2026-08-14T02:00:00Z");
    book.done("settlement receive acme 56000");
    assert_eq!(letters(&book, "settlement dun --out letters --level 1"), [""; 0]);
    assert_eq!(letters(&book, "settlement dun --out letters --level 2"), ["acme acme-prod 2026-06 2"]);
    assert_snapshot!(book.read("letters/acme-2026-08-14-level-2.txt"), @r#"
    Second payment reminder: 899.99 CNY of Acme Group

    To Acme Group,

    by 2026-08-14 we have not received what was due from you:

      acme-prod (UID 1000000000000001), 2026-06: 899.99 CNY, due on 2026-07-30, 15 days overdue
      In all: 899.99 CNY

    This is our second reminder. Please pay within 7 days, or tell us what stands in the way.
    Please give "acme" as the reference of your payment.

    Lingdu Cloud
    "#);
    // July of bolt is due now; June of acme reaches the third level.
    book.set_now("2026-08-31T02:00:00Z");
    assert_eq!(letters(&book, "settlement dun"), ["acme acme-prod 2026-06 3", "bolt bolt-1 2026-07 1"]);
    assert_eq!(letters(&book, "settlement dun --group bolt --out letters"), ["bolt bolt-1 2026-07 1"]);
    assert_eq!(letters(&book, "settlement dun --out letters --lang zh"), ["acme acme-prod 2026-06 3", "bolt bolt-1 2026-07 1"]);
    assert_snapshot!(book.read("letters/acme-2026-08-31-level-3.txt"), @"
    最后一次付款提醒：Acme Group 899.99 CNY

    致 Acme Group：

    截至 2026-08-31，以下款项已到期，我方尚未收到：

      acme-prod（UID 1000000000000001），2026-06：899.99 CNY，到期日 2026-07-30，逾期 32 天
      合计：899.99 CNY

    这是最后一次提醒。若 7 日内仍未收到款项，上述账号的新购可能被暂停。
    付款时请注明：acme

    Lingdu Cloud
    ");
    book.set_now("2026-12-31T02:00:00Z");
    assert_eq!(letters(&book, "settlement dun --out letters"), ["bolt bolt-1 2026-07 3"], "after the third level comes nothing");
    book.done("settlement receive bolt 1000");
    assert!(letters(&book, "settlement dun").is_empty());
    assert!(book.checks());
}

#[test]
fn a_letter_tells_everything_that_is_overdue_and_is_as_firm_as_what_is_new() {
    let mut book = two_groups();
    book.done("order record acme-prod --product ecs --kind new --list-price 100 --provider-order 72 --date 2026-07-10");
    book.set_now("2026-08-20T02:00:00Z");
    assert_eq!(letters(&book, "settlement dun --out letters"), ["acme acme-prod 2026-06 2"], "nobody has looked for twenty days");
    // July is a day overdue: a first reminder, in which June stands again.
    book.set_now("2026-08-31T02:00:00Z");
    book.done("policy set dunning-days 1,15,60");
    let answer = book.json("settlement dun --group acme --out letters");
    assert_eq!(answer["letters"][0]["level"], "1");
    assert_eq!(letters(&book, "settlement dun --group acme"), ["acme acme-prod 2026-06 -", "acme acme-prod 2026-07 1"]);
    assert_eq!(answer["rows"][0]["reminded"], "2026-08-20");
    assert!(book.read("letters/acme-2026-08-31-level-1.txt").contains("In all: 56984.99 CNY"));
    // A charge-back opens the same debt again: what was told of it was told.
    let paid = book.json("settlement receive acme 56984.99")["entry"].as_str().unwrap().to_owned();
    assert!(letters(&book, "settlement dun --group acme").is_empty());
    book.done(&format!("settlement charge-back {paid}"));
    book.set_now("2026-09-01T02:00:00Z");
    assert!(letters(&book, "settlement dun --group acme").is_empty());
    book.refused(1, "policy.invalid", "policy set dunning-days 3,2,1");
    assert_eq!(book.run("settlement dun --level 4").exit, 2);
    assert!(book.checks());
}

#[test]
fn a_mail_has_sound_headers_whatever_the_names_are() {
    let mut book = two_groups();
    book.set_now("2026-09-20T02:00:00Z");
    book.done("settlement receive acme 56899.99 --date 2026-07-25");
    let line = "settlement dun --out letters --lang zh --from Finance@Lingdu.Example";
    book.done(line);
    let mail = book.read("letters/bolt-2026-09-20-level-2.eml");
    assert_snapshot!(mail.replace("\r\n", "\n"), @r#"
    Date: Sun, 20 Sep 2026 00:00:00 +0800
    From: Lingdu Cloud <finance@lingdu.example>
    To: ops@bolt.example
    Subject: =?utf-8?Q?=E7=AC=AC=E4=BA=8C=E6=AC=A1=E4=BB=98=E6=AC=BE?=
     =?utf-8?Q?=E6=8F=90=E9=86=92=EF=BC=9A=E5=8D=9A=E7=89=B9_?=
     =?utf-8?Q?=28Bolt=29=2C_=22Ltd=22_1000=2E00_CNY?=
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 8bit
    X-Unsent: 1

    致 博特 (Bolt), "Ltd"：

    截至 2026-09-20，以下款项已到期，我方尚未收到：

      bolt-1（UID 1000000000000007），2026-07：1000.00 CNY，到期日 2026-08-30，逾期 21 天
      合计：1000.00 CNY

    这是第二次提醒。请在 7 日内付款；如有疑问，请与我方联系。
    付款时请注明：bolt

    Lingdu Cloud
    "#);
    assert_eq!(mail.matches('\n').count(), mail.matches("\r\n").count(), "lines end as RFC 5322 has it");
    let (headers, body) = mail.split_once("\r\n\r\n").unwrap();
    assert!(headers.is_ascii() && headers.lines().all(|line| line.len() <= 78), "{headers}");
    assert!(body.contains("致 博特 (Bolt), \"Ltd\"：") && !body.chars().any(|c| c.is_control() && c != '\r' && c != '\n'));
    assert_eq!(book.run("settlement dun --from a@b.example").exit, 2, "a sender without letters");
    assert_eq!(book.run("settlement dun --out letters --from nobody").exit, 2);
    // Nobody's address is known.
    book.set_now("2026-10-20T02:00:00Z");
    book.done("order record acme-prod --product ecs --kind new --list-price 100 --provider-order 72 --date 2026-08-10");
    book.done(line);
    assert!(book.read("letters/acme-2026-10-20-level-2.eml").contains("\r\nTo: undisclosed-recipients:;\r\n"));
}
