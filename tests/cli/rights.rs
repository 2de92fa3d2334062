//! Who may do what: operators, their roles for some groups and some days, and what becomes of those who may not.

use insta::assert_snapshot;
use serde_json::json;

use crate::book::{Point, TestBook};

const MANAGER: u32 = 2001;
const FINANCE: u32 = 2002;

/// The story's book with a second group and two people.
fn office() -> TestBook {
    let book = TestBook::acme(Point::Funded);
    book.done("entity add globex-hq --name Globex --credential 330106123456789");
    book.done("group add globex --name Globex");
    book.done("account create globex-1 --group globex --entity globex-hq --environment test --mode prepaid --mobile 13800000007");
    book.done("fund deposit globex 900 --date 2026-06-01");
    book.done(&format!("operator add li.na --uid {MANAGER} --role manager --group acme"));
    book.done(&format!("operator add chen --uid {FINANCE} --role finance --group acme"));
    book
}

#[test]
fn a_manager_of_one_group_does_nothing_for_another_or_for_the_book() {
    let book = office();
    let may = [
        "account edit acme-prod --holder 'Wang Wei'",
        "account freeze acme-test --reason late",
        "account thaw acme-test --reason paid",
        "handover open --holder 'Wang Wei' --reason left",
        "handover step h-1 mfa",
        "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-02",
        "order refund o-1 --provider-order 78 --date 2026-06-03",
        "price apply acme-sale.toml",
        "group edit acme --name 'Acme Group'",
        "entity add new-hq --name New --credential 330106123456780",
        "entity edit acme-hq --phone 0571-1",
        "account create acme-3 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000008",
        "invitation resend acme-3",
        "invitation revoke acme-3 --reason why",
    ];
    for line in may {
        // Some of them are refused by a rule, but none for lack of rights.
        let output = book.run_as(MANAGER, line);
        assert!(output.exit < 2, "{line}\n{output}");
    }
    book.write("orders-2.csv", "account,product,kind,list_price,provider_order,date\nglobex-1,ecs,new,5,91,2026-06-05\n");
    book.write("accounts.csv", "code,group,entity,environment,mode,mobile\nglobex-2,globex,globex-hq,test,prepaid,13800000011\n");
    let sale = crate::book::ACME_SALE.replace("\"acme\"", "\"globex\"").replace("acme-2026", "globex-2026");
    book.write("globex-sale.toml", sale);
    let may_not = [
        "account edit globex-1 --holder 'Wang Wei'",
        "account freeze globex-1 --reason late",
        "account edit acme-test --group globex --date 2026-08-01",
        "account create globex-2 --group globex --entity acme-hq --environment test --mode prepaid --mobile 13800000009",
        "account import accounts.csv",
        "account verify acme-3 --entity globex-hq",
        "invitation resend globex-1",
        "order record globex-1 --product ecs --kind new --list-price 5 --provider-order 79",
        "order import orders-2.csv",
        "group edit globex --name Globex",
        "group add third --name Third",
        "entity edit globex-hq --phone 0571-2",
        "price apply globex-sale.toml",
        "price apply alibaba-purchase.toml",
    ];
    for line in may_not {
        book.refused_as(MANAGER, (4, "operator.out-of-scope"), line);
    }
    for line in ["fund deposit acme 5", "policy set pool-days 3", "bill import bill.csv --period 2026-06"] {
        book.refused_as(MANAGER, (4, "operator.not-permitted"), line);
    }
    assert_snapshot!(book.run_as(MANAGER, "account freeze globex-1 --reason late"), @r#"
    ----- stderr
    error: li.na may do this only for acme: it concerns others, or the whole book
    hint: `subledger operator show "li.na"` shows for what they have the permission freeze-accounts; such a refusal is recorded
    ----- exit 4
    "#);
    for line in ["account list", "report trial-balance", "check", "operator list"] {
        book.done_as(MANAGER, line);
    }
    assert!(book.checks());
}

#[test]
fn finance_of_one_group_moves_its_money_alone() {
    let book = office();
    book.done_as(FINANCE, "fund deposit acme 100 --date 2026-06-02");
    book.done_as(FINANCE, "fund allocate acme-test 100 --date 2026-06-02");
    book.done_as(FINANCE, "credit set acme-prod 5000 --date 2026-06-02");
    book.done_as(FINANCE, "budget set 100 --account acme-prod");
    book.done_as(FINANCE, "settlement dun --group acme");
    let may_not = [
        "fund deposit globex 100",
        "fund withdraw globex 100",
        "pool top-up 100",
        "budget set 100 --group globex",
        "settlement receive globex 5",
        "settlement dun",
        "period soft-close 2026-06",
        "bill import bill.csv --period 2026-06",
        "opening import opening.csv --date 2026-06-01",
    ];
    for line in may_not {
        book.refused_as(FINANCE, (4, "operator.out-of-scope"), line);
    }
    // What nobody knows is refused as that; whoever has no role for it does not learn even that.
    book.refused_as(FINANCE, (1, "group.unknown"), "fund deposit glob 100");
    book.refused_as(MANAGER, (4, "operator.not-permitted"), "fund deposit glob 100");
}

/// An account, a legal person, a budget or an alert that belongs to another group in part is not reached by way of the other part.
#[test]
fn nothing_of_another_group_is_reached_through_a_back_door() {
    let mut book = office();
    book.done("operator add zhao --uid 2003 --role manager finance --group globex");
    // A legal person whose accounts are another group's is not taken over with a new account.
    let associate =
        "--entity globex-hq --environment test --mode prepaid --attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.refused_as(
        MANAGER,
        (4, "operator.out-of-scope"),
        &format!("account associate hij --uid 1000000000000009 --group acme {associate}"),
    );
    book.write("accounts.csv", "code,group,entity,environment,mode,mobile\nacme-9,acme,globex-hq,test,prepaid,13800000019\n");
    book.refused_as(MANAGER, (4, "operator.out-of-scope"), "account import accounts.csv");
    book.done_as(2003, "entity edit globex-hq --phone 0571-1");
    // One that nobody uses yet may become anybody's.
    book.done_as(2003, "entity add new-hq --name New --credential 330106123456780");
    book.refused_as(MANAGER, (4, "operator.out-of-scope"), "entity edit new-hq --bank 'Bank of Nowhere'");
    // A budget is its group's, and so is its alert, whatever its number is called like.
    book.done_as(2003, "budget set 1 --group globex");
    book.refused_as(FINANCE, (4, "operator.out-of-scope"), "budget remove b-1");
    book.done_as(2003, "budget remove b-1");
    book.refused(1, "budget.unknown", "budget remove b-9");
    // Months that were another group's are that group's to give up.
    book.done("order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 77 --date 2026-06-02");
    book.set_now("2026-08-03T02:00:00Z");
    book.done("account edit acme-prod --group globex --date 2026-08-01");
    book.refused_as(2003, (4, "operator.out-of-scope"), "settlement write-off acme-prod 5 --period 2026-06 --note x");
    // In a month that is closed softly only finance of the whole book writes.
    book.done("period soft-close 2026-06");
    book.refused_as(FINANCE, (1, "period.soft-closed"), "fund deposit acme 5 --date 2026-06-15");
    assert!(book.checks());
}

#[test]
fn the_alert_of_a_group_is_for_who_manages_it() {
    let book = office();
    book.done("account accept globex-1 --uid 1000000000000007");
    book.done("account verify globex-1");
    book.done("budget set 10 --group globex");
    book.done("order record globex-1 --product ecs --kind new --list-price 20 --provider-order 77 --date 2026-07-03 --placed");
    let alerts = book.run("alert list --format json").stdout;
    let alerts: serde_json::Value = serde_json::from_str(&alerts).unwrap();
    let rows = alerts["rows"].as_array().unwrap();
    let of = |kind: &str| rows.iter().find(|row| row["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {alerts}"))["id"].clone();
    let budget = of("budget");
    book.done("operator add zhao --uid 2003 --role manager --group globex");
    let line = format!("alert acknowledge {} --note seen", budget.as_str().unwrap());
    book.refused_as(MANAGER, (4, "operator.out-of-scope"), &line);
    book.done_as(2003, &line);
}

#[test]
fn roles_are_granted_and_taken_back_by_day_and_group() {
    let mut book = office();
    assert_snapshot!(book.done("operator grant li.na --role tech --date 2026-07-10 --until 2026-07-20"), @"
    Operator  li.na
    OS user   2001
    Roles     manager
    State     enabled

    Grants
    Role     For             From        Until       Taken back  State
    ---------------------------------------------------------------------
    manager  acme            2026-07-03  -           -           in-force
    tech     the whole book  2026-07-10  2026-07-20  -           to-come
    ----- exit 0
    ");
    let order = "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-02 -n";
    book.done("operator revoke li.na --role manager");
    book.refused_as(MANAGER, (4, "operator.not-permitted"), order);
    for (now, exit) in
        [("2026-07-09T15:59:00Z", 4), ("2026-07-09T16:00:00Z", 0), ("2026-07-20T15:59:00Z", 0), ("2026-07-20T16:00:00Z", 4)]
    {
        book.set_now(now);
        assert_eq!(book.run_as(MANAGER, order).exit, exit, "{now}: a day is one in UTC+8");
    }
    book.set_now("2026-07-21T02:00:00Z");
    book.refused_as(MANAGER, (4, "operator.not-permitted"), "account list");
    book.done("operator grant li.na --role manager --group acme globex");
    book.done("operator revoke 2001 --role manager --group globex");
    book.refused_as(MANAGER, (4, "operator.out-of-scope"), "account freeze globex-1 --reason late");
    book.done("operator revoke li.na --role manager --date 2026-08-01");
    book.done_as(MANAGER, "account list");
    assert_snapshot!(book.done("operator show li.na"), @"
    Operator  li.na
    OS user   2001
    Roles     manager
    State     enabled

    Grants
    Role     For             From        Until       Taken back  State
    ---------------------------------------------------------------------
    manager  acme            2026-07-03  -           2026-07-03  revoked
    tech     the whole book  2026-07-10  2026-07-20  -           ended
    manager  acme            2026-07-21  2026-07-31  -           in-force
    manager  globex          2026-07-21  -           2026-07-21  revoked
    ----- exit 0
    ");
    book.set_now("2026-08-01T02:00:00Z");
    book.refused_as(MANAGER, (4, "operator.not-permitted"), "account list");
    assert_eq!(book.json("operator list")["rows"][1]["roles"], json!([]));
    assert!(book.checks());
}

#[test]
fn somebody_who_leaves_is_disabled_and_may_come_back() {
    let book = office();
    book.done("operator disable li.na --reason 'left on 2026-07-03'");
    book.refused_as(MANAGER, (4, "operator.disabled"), "account list");
    book.refused_as(MANAGER, (4, "operator.disabled"), "account freeze acme-test --reason late");
    assert_snapshot!(book.run_as(MANAGER, "account list"), @r#"
    ----- stderr
    error: li.na has been disabled since 2026-07-03, by root: left on 2026-07-03
    hint: an administrator may `subledger operator enable "li.na"`; such a refusal is recorded
    ----- exit 4
    "#);
    book.refused(1, "operator.disabled-already", "operator disable li.na --reason again");
    book.done("operator enable li.na");
    book.done_as(MANAGER, "account list");
    book.refused(1, "operator.not-disabled", "operator enable li.na");
    assert!(book.checks());
}

#[test]
fn nothing_is_granted_that_makes_no_sense() {
    let book = office();
    book.refused(1, "operator.unknown", "operator grant li --role tech");
    book.refused(1, "operator.unknown", "operator show 4711");
    book.refused(1, "group.unknown", "operator grant li.na --role tech --group acm");
    book.refused(1, "grant.in-past", "operator grant li.na --role tech --date 2026-07-02");
    book.refused(1, "grant.in-past", "operator revoke li.na --role manager --date 2026-07-02");
    book.refused(1, "grant.reversed", "operator grant li.na --role tech --date 2026-07-10 --until 2026-07-09");
    book.refused(1, "grant.none", "operator revoke li.na --role tech");
    book.refused(1, "grant.none", "operator revoke li.na --role manager --group globex");
    book.refused(1, "grant.none", "operator revoke li.na --role manager tech");
    book.done_as(MANAGER, "account freeze acme-test --reason late -n");
    book.refused(1, "operator.name-is-number", "operator add 2001 --uid 2009 --role tech");
    book.refused(2, "usage", "operator add nobody --uid 4294967295 --role tech");
    book.done("operator grant li.na --role tech");
    book.refused(1, "grant.for-book", "operator revoke li.na --role tech --group acme");
    book.refused(2, "usage", "operator grant li.na --role boss");
    book.refused(2, "usage", "operator grant li.na");
    let before = book.operations();
    book.done("operator grant li.na --role tech --group acme");
    assert_eq!(book.operations(), before, "what they have already leaves no trace");
}

/// By an operator's name people know who did what.
#[test]
fn no_operator_is_called_like_another() {
    let book = office();
    book.refused(1, "operator.name-is-uid", "operator add uid-4242 --uid 2010 --role tech");
    book.refused(1, "operator.name-is-uid", "operator add UID-2009 --uid 2010 --role tech");
    book.refused(1, "operator.name-mixed", "operator add r\u{43e}\u{43e}t --uid 2010 --role tech");
    book.refused(1, "operator.name-mixed", "operator add \u{3b1}nn --uid 2010 --role tech");
    for (uid, name) in
        [(2010, "uid-2010"), (2011, "王小明"), (2012, "\u{41e}\u{43b}\u{44c}\u{433}\u{430}"), (2013, "uid-x"), (2014, "wang 小明")]
    {
        book.done(&format!("operator add '{name}' --uid {uid} --role tech"));
    }
}

/// A number that was mistyped is nobody's; that of somebody on another machine is not known here either.
#[test]
fn an_operator_whom_this_machine_does_not_have_is_told() {
    let book = office();
    let add = |uid: &str| {
        let line = ["operator", "add", &format!("ghost-{uid}"), "--uid", uid, "--role", "tech", "--format", "json"];
        let mut command = book.command(&line);
        let output = book.finish(command.env_remove("SUBLEDGER_OS_NAME"));
        assert_eq!(output.exit, 0, "{output}");
        serde_json::from_str::<serde_json::Value>(&output.stdout).unwrap()["notices"].clone()
    };
    assert_eq!(add("4000000001")[0]["notice"], "no-os-user");
    assert!(!add("1").to_string().contains("no-os-user"));
}

#[test]
fn one_administrator_always_stays() {
    let book = office();
    let me = book.json("operator list")["rows"][0]["name"].as_str().unwrap().to_owned();
    for line in ["revoke NAME --role admin", "revoke NAME --role admin --date 2026-12-01", "disable NAME --reason tired"] {
        book.refused(1, "operator.last-admin", &format!("operator {}", line.replace("NAME", &me)));
    }
    // For a while, or later: neither runs the tool for good.
    book.refused(1, "grant.no-scope", "operator grant chen --role admin --group acme");
    book.refused(1, "grant.no-scope", "operator add ann --uid 2005 --role auditor --group acme");
    for granted in ["--until 2026-12-31", "--date 2026-08-01"] {
        book.done(&format!("operator grant chen --role admin {granted}"));
        book.refused(1, "operator.last-admin", &format!("operator revoke {me} --role admin"));
    }
    book.done("operator grant chen --role admin");
    book.done(&format!("operator revoke {me} --role admin"));
    book.refused(4, "operator.not-permitted", "operator grant chen --role tech");
    book.refused_as(FINANCE, (1, "operator.last-admin"), "operator disable chen --reason tired");
    assert!(book.checks());
}

#[test]
fn every_refusal_for_lack_of_rights_is_on_record() {
    let book = office();
    let before = book.operations();
    book.refused_as(4242, (4, "operator.not-known"), "status");
    book.refused_as(MANAGER, (4, "operator.out-of-scope"), "account freeze globex-1 --reason late");
    book.refused_as(MANAGER, (4, "operator.not-permitted"), "fund deposit acme 5 --key k");
    book.done("operator disable chen --reason left");
    book.refused_as(FINANCE, (4, "operator.disabled"), "fund deposit acme 5");
    assert_eq!(book.operations(), before + 5, "four refusals and what disabled chen");
    assert_eq!(book.json("fund deposit acme 5 --key k")["status"], "applied", "a refusal uses no key up");
}

/// Every command that reads a file, with the permission that it needs.
const READERS: [(&str, &str); 10] = [
    ("account import", "account import mail.cfg"),
    ("bill import", "bill import bill.csv --period 2026-06 --layout mail.cfg"),
    ("bill import", "bill import mail.cfg --period 2026-06"),
    ("fund apply", "fund apply mail.cfg"),
    ("month-end", "month-end 2026-06 --bill mail.cfg --out out"),
    ("opening import", "opening import mail.cfg --date 2026-06-01"),
    ("order import", "order import mail.cfg"),
    ("price apply", "price apply mail.cfg"),
    ("price plan", "price plan acme mail.cfg"),
    ("price plan", "price plan acme --compare mail.cfg --period 2026-06"),
];

/// Through sudo the tool reads as the book's owner: what it says of a file would tell a stranger what stands in it.
#[test]
fn whoever_may_not_run_a_command_lets_it_open_no_file() {
    let book = office();
    book.done("operator add wu --uid 2009 --role auditor");
    book.write("mail.cfg", "user,password\ns3cr3t-mail-password\n");
    let denied_as = |command: &str, line: &str, os_uid: u32, code: &str| {
        let before = book.operations();
        let output = book.run_as(os_uid, line);
        assert!(output.exit == 4 && !output.stderr.contains("s3cr3t"), "{os_uid}: {line}\n{output}");
        // What is not there is told no more than what is.
        book.refused_as(os_uid, (4, code), &line.replace("mail.cfg", "nowhere.cfg"));
        assert_eq!(book.operations(), before + 2, "{line}");
        let last = book.json("audit log --last 1")["rows"][0].clone();
        assert_eq!((&last["command"], &last["result"]), (&json!(command), &json!("denied")), "{line}");
    };
    for (command, line) in READERS {
        denied_as(command, line, 4242, "operator.not-known");
        if command != "price plan" {
            denied_as(command, line, 2009, "operator.not-permitted");
        }
        let output = book.run(line);
        assert!(output.exit == 1 && output.stderr.contains("mail.cfg"), "the file itself is wrong: {line}\n{output}");
    }
    let reads = |path: &Vec<String>| {
        let page = book.run_words(&[path.as_slice(), &["--help".to_owned()]].concat()).stdout;
        page.contains("for standard input")
    };
    // What proves a statement needs no book, and so no right.
    for verb in crate::help::every_verb(&book).iter().filter(|path| reads(path)).map(|path| path.join(" ")) {
        assert!(verb == "statement verify" || READERS.iter().any(|(command, _)| *command == verb), "{verb} is not looked at");
    }
}

/// `SUDO_UID` is what somebody says who runs the command as they like: it counts only where the process owns the book.
#[test]
fn a_sudo_uid_that_is_none_is_nobody() {
    let book = office();
    for fake in ["root", "-1", "", "4294967296"] {
        let mut command = book.command(&["status", "--format", "json"]);
        let output = book.finish(command.env("SUDO_UID", fake));
        assert_eq!(output.exit, 4, "{fake:?}\n{output}");
        assert!(output.stderr.contains("operator.not-known"), "{output}");
    }
}

#[test]
fn what_every_command_needs_is_listed() {
    let book = TestBook::acme(Point::Made);
    let list = book.json("operator permissions");
    let rows = list["rows"].as_array().unwrap();
    let of = |command: &str| rows.iter().find(|row| row["command"] == command).unwrap_or_else(|| panic!("{command}"));
    assert_eq!(
        of("fund deposit"),
        &json!({
            "command": "fund deposit", "permission": "move-money", "approval": true,
            "admin": false, "manager": false, "finance": true, "tech": false, "auditor": false,
        })
    );
    assert_eq!(of("check")["permission"], "read");
    assert_eq!(of("help")["permission"], json!(null));
    assert_eq!(rows.len(), crate::help::every_verb(&book).len(), "every command stands there");
}

/// Who works alone after a clock was wrong is not locked out of their own book.
#[test]
fn the_founder_does_not_depend_on_the_clock() {
    let mut book = TestBook::acme(Point::Made);
    book.set_now("2020-01-01T00:00:00Z");
    book.done("operator add li.na --uid 2001 --role manager");
}

/// A sudo rule names the book in front of what people type: another one behind the command would open what is not theirs.
#[test]
fn a_command_is_about_one_book() {
    let book = TestBook::acme(Point::Made);
    for line in
        ["--book acme.db --book other.db status", "--book acme.db status --book other.db", "status --book acme.db --book=other.db"]
    {
        let refused = book.refused(2, "usage", line);
        assert!(refused.message.contains("'--book <PATH>' cannot be used multiple times"), "{refused:?}");
    }
    book.done("status --book acme.db");
}
