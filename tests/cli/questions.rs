//! Questions at a terminal: asked for what is missing, checked at once, and a way out of each.

use std::os::unix::process::ExitStatusExt as _;

use insta::assert_snapshot;

use crate::book::{Point, TestBook};
use crate::terminal::Terminal;

const CODE: &str = "Code of the account, such as acme-prod: ";
const OWNER: &str = "Real-name owner (entity): ";
const CONTACT: &str = "Holder's mobile number or e-mail: ";
const OPEN: &str = "Open this account? [y/N]: ";
const CREATE: &str = "account create new-1 --group acme --entity acme-hq --environment test --mode prepaid";

/// The command has ended with this exit and this stable code, said under `--format json`.
pub(crate) fn refused(exit: i32, code: &str, terminal: &mut Terminal) {
    let (ended, seen) = terminal.exit();
    assert!(ended == exit && seen.contains(&format!("{{\"error\":{{\"code\":\"{code}\"")), "{ended}: {seen}");
}

#[test]
fn an_account_is_created_from_nothing_with_every_wrong_answer_put_right() {
    let book = TestBook::acme(Point::Ready);
    book.done("entity add us --name 'Lingdu Cloud' --credential 91330106MA05J1K21K");
    let mut person = Terminal::open(&book, "account create --key k-1");
    person.answers(CODE, "").sees("an answer is needed");
    person.answers(CODE, "New 1").sees("a code begins with a lower-case letter");
    person.answers(CODE, "acme-prod").sees("there is a account acme-prod already");
    person.answers(CODE, "new-2\u{7f}1");
    person.answers("Group: ", "acmee").sees("there is no group \"acmee\"").sees("did you mean acme?");
    person.answers("Group: ", "acme");
    person.answers(OWNER, "us").sees("the entity us is the agent itself");
    person.answers(OWNER, "acme-hq");
    person.sees("Environment (arrows or first letters, then Enter):").keys("\u{1b}[B\u{1b}[B\u{1b}[A\r").sees("Environment: test");
    person.answers("Who pays (arrows or first letters, then Enter):", "prexag").sees("Who pays: agent-pays");
    for (wrong, why) in [("lots", "not a plain decimal number"), ("1.005", "more decimal places"), ("-1", "is below zero")] {
        person.answers("How much it may owe (nothing if left empty): ", wrong).sees(why);
    }
    person.answers("How much it may owe (nothing if left empty): ", "5000");
    for (wrong, why) in [
        ("12345", "not a mainland mobile number"),
        ("13800000001", "the mobile number 13800000001 is in use by the account acme-prod"),
        ("ops@acme", "not an e-mail address"),
    ] {
        person.answers(CONTACT, wrong).sees(why);
    }
    person.answers(CONTACT, "13800000002");
    person
        .sees("Account                new-1\n")
        .sees("State                  invited\n")
        .sees("Ours since             2026-07-03\n");
    assert_eq!(book.run("account show new-1").exit, 1, "nothing is written before the yes");
    person.answers(OPEN, "y").sees("Token, told once");
    assert_eq!(person.exit().0, 0);
    assert_eq!(book.json("account show new-1")["credit_limit"], "5000.00");
    // What was answered is what could have been typed.
    let typed = "account create new-1 --group acme --entity acme-hq --environment test --mode agent-pays --credit 5000 \
                 --mobile 13800000002 --key k-1";
    assert_eq!(book.json(typed)["status"], "already");
    book.refused(5, "key.reused", &typed.replace("13800000002", "13800000003"));
    assert!(book.checks());
}

#[test]
fn an_association_with_a_condition_denied_lacks_evidence() {
    let book = TestBook::acme(Point::Ready);
    let before = book.everything();
    let vouching = |person: &mut Terminal, arrears: &str| {
        person.answers("partner relation: is it bound to no other agent? [y/N]: ", "y");
        person.answers("billing: is no bill overdue, and the balance not below zero? [y/N]: ", arrears);
        person.answers("orders: is no order unpaid or unfinished? [y/N]: ", "yes");
    };
    let mut person = Terminal::open(&book, "account associate --format json");
    person.answers(CODE, "old-1").answers("Group: ", "acme").answers(OWNER, "acme-hq");
    person.answers("Environment", "test").answers("Who pays", "prepaid");
    for (wrong, why) in [
        ("1.06892E+15", "has turned the UID into a number"),
        ("ops@acme.onaliyun.com", "this is a RAM user"),
        ("1000000000000001", "is in use by the account acme-prod"),
    ] {
        person.answers("UID: ", wrong).sees(why);
    }
    person.answers("UID: ", "1000000000000009");
    vouching(&mut person, "");
    refused(1, "account.evidence-missing", &mut person);
    assert_eq!(book.everything(), before);
    // What was typed is not asked for.
    let given = "account associate old-1 --group acme --entity acme-hq --environment test --mode prepaid";
    let mut person = Terminal::open(&book, &format!("{given} --uid 100000000000009 --attest no-other-agent --yes --key k-1"));
    person.answers("is no bill overdue, and the balance not below zero? [y/N]: ", "y");
    person.answers("is no order unpaid or unfinished? [y/N]: ", "y").sees("next: when the owner has consented");
    assert_eq!(person.exit().0, 0);
    let typed =
        format!("{given} --uid 100000000000009 --attest no-other-agent --attest no-arrears --attest no-open-orders --key k-1");
    assert_eq!(book.json(&typed)["status"], "already");
    assert!(book.checks());
}

#[test]
fn who_says_no_or_goes_leaves_nothing_behind() {
    let book = TestBook::acme(Point::Ready);
    let before = (book.everything(), book.operations());
    for no in ["", "n", "perhaps\rno"] {
        let mut person = Terminal::open(&book, &format!("{CREATE} --format json"));
        person.answers(CONTACT, "ops@acme.example").answers(OPEN, no);
        refused(6, "confirmation.refused", &mut person);
    }
    // The end of the input, at each kind of question.
    let mut person = Terminal::open(&book, "account create --format json");
    person.sees(CODE).keys("\u{4}");
    refused(6, "confirmation.refused", &mut person);
    let mut person = Terminal::open(&book, &format!("{} --format json", CREATE.replace("--environment test", "")));
    person.sees("Environment").sees("> production").keys("\u{4}");
    refused(6, "confirmation.refused", &mut person);
    let mut person = Terminal::open(&book, &format!("{CREATE} --format json"));
    person.answers(CONTACT, "ops@acme.example").sees(OPEN).keys("\u{4}");
    refused(6, "confirmation.refused", &mut person);
    // A terminal that is closed.
    let mut person = Terminal::open(&book, CREATE);
    person.sees(CONTACT).goes();
    assert_eq!(person.exit().0, 6);
    // An interrupt ends the command as a signal does; no question has hidden the cursor.
    for line in ["account create", &CREATE.replace("--environment test", "")] {
        let mut person = Terminal::open(&book, line);
        person.sees(if line == "account create" { CODE } else { "> production" }).keys("\u{3}");
        let status = person.ends();
        assert_eq!(status.signal(), Some(2), "{status}: {}", person.seen());
        assert!(!person.raw().contains("\u{1b}[?25l"), "the cursor is visible");
    }
    assert_eq!((book.everything(), book.operations()), before);
}

#[test]
fn where_nothing_is_to_be_asked_nobody_is() {
    let book = TestBook::acme(Point::Ready);
    for (line, missing) in [
        ("account create --no-input", "<CODE>"),
        ("account associate old-1 --no-input", "--group"),
        ("group add --no-input", "<CODE>"),
        ("entity add --no-input", "<CODE>"),
    ] {
        let (exit, seen) = Terminal::open(&book, line).exit();
        assert!(
            exit == 2 && seen.starts_with(&format!("error: {missing} is missing\nhint: give {missing}, or run")),
            "{line}: {seen}"
        );
        let told = book.refused(2, "usage.missing", line.trim_end_matches(" --no-input"));
        assert_eq!(told.message, format!("{missing} is missing"));
    }
    // A whole command line is carried out as it is, and so is what was agreed to beforehand.
    let (exit, seen) = Terminal::open(&book, &format!("{CREATE} --mobile 13800000002")).exit();
    assert!(exit == 0 && !seen.contains("[y/N]"), "{seen}");
    let mut person = Terminal::open(&book, &format!("{} --yes", CREATE.replace("new-1", "new-2")));
    let (exit, seen) = person.answers(CONTACT, "ops@acme.example").exit();
    assert!(exit == 0 && !seen.contains("[y/N]"), "{seen}");
    let mut person = Terminal::open(&book, &format!("{} --dry-run", CREATE.replace("new-1", "new-3")));
    let (exit, seen) = person.answers(CONTACT, "dev@acme.example").exit();
    assert!(exit == 0 && !seen.contains("[y/N]") && seen.contains("preview: nothing was written"), "{seen}");
    // What was typed is looked at before anything is asked in vain.
    let (exit, seen) = Terminal::open(&book, "account create new-4 --group acme --entity nobody --environment test").exit();
    assert!(exit == 1 && seen.contains("there is no entity \"nobody\""), "{seen}");
    let nothing = TestBook::nothing();
    let (exit, seen) = Terminal::open(&nothing, "account create").exit();
    assert!(exit == 7 && seen.contains("there is no book"), "{exit}: {seen}");
}

#[test]
fn a_book_is_made_and_filled_by_answers() {
    let book = TestBook::nothing();
    let mut person = Terminal::open(&book, "init");
    person.answers("The agent's registered name: ", "Lingdu Cloud");
    person.answers("Its unified social credit code: ", "91330106MA05J1K21X").sees("the check character is wrong");
    person.answers("Its unified social credit code: ", "91330106MA05J1K21K");
    person.answers("The provider that it resells: ", "alibaba").answers("Currency, such as CNY: ", "CNY");
    assert_eq!(person.exit().0, 0);
    let mut person = Terminal::open(&book, "entity add");
    person.answers("Code of the entity, such as acme-hq: ", "acme-hq").answers("Registered name: ", "Acme Holdings");
    person.answers("Unified social credit code: ", "91330106MA01A2B328").sees("is no credential");
    person.answers("Unified social credit code: ", "91330106MA01A2B329");
    assert_eq!(person.exit().0, 0);
    let mut person = Terminal::open(&book, "entity add acme-2 --name 'Acme Two'");
    person.answers("Unified social credit code: ", "91330106MA01A2B329").sees("belongs to the entity acme-hq");
    person.sees("Unified social credit code: ").keys("\u{3}");
    assert_eq!(person.ends().signal(), Some(2));
    let mut person = Terminal::open(&book, "group add");
    person.answers("Code of the group, such as acme: ", "acme").answers("Name of the group: ", "集团 Acme");
    assert_eq!(person.exit().0, 0);
    assert_eq!(book.json("group show acme")["name"], "集团 Acme");
    let mut person = Terminal::open(&book, "group add");
    person.answers("Code of the group, such as acme: ", "acme").sees("there is a group acme already");
    person.sees("Code of the group, such as acme: ").keys("\u{3}");
    assert_eq!(person.ends().signal(), Some(2));
    assert!(book.checks());
}

#[test]
fn what_is_typed_to_steer_the_terminal_never_comes_back() {
    let book = TestBook::acme(Point::Ready);
    let mut person = Terminal::open(&book, "group add beta");
    for hostile in ["\u{202e}evil", "be\u{7}ll", "\u{9b}31mred", "\u{2066}x\u{2069}", "zero\u{feff}width"] {
        person.answers("Name of the group: ", hostile).sees("it contains control characters");
    }
    person.answers("Name of the group: ", &"x".repeat(10_000)).sees("it is longer than 300 characters");
    person.answers("Name of the group: ", "Beta \u{1f600}");
    assert_eq!(person.exit().0, 0);
    assert_eq!(book.json("group show beta")["name"], "Beta \u{1f600}");
    let mut create = Terminal::open(&book, "account create");
    create.answers(CODE, &"x".repeat(10_000)).sees("at most 64");
    create.answers(CODE, "new\u{202e}-1").sees("a code begins").answers(CODE, "new-1");
    create.answers("Group: ", "ac\u{202e}me\u{7}").sees(r#"there is no group "ac\u{202e}me\u{7}""#);
    create.answers("Group: ", "acme").answers(OWNER, "acme-hq").answers("Environment", "test").answers("Who pays", "prepaid");
    create.answers(CONTACT, "ops.acme.example").sees("not a mainland mobile number");
    create.answers(CONTACT, "ops@acme\u{200f}.example").sees("not an e-mail address");
    create.answers(CONTACT, "\u{1b}[35mops@acme.example").sees(OPEN).keys("\u{4}");
    assert_eq!(create.exit().0, 6);
    for raw in [person.raw(), create.raw()] {
        for hostile in ['\u{7}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}'] {
            assert!(!raw.contains(hostile), "{hostile:?} comes back");
        }
        assert!(!raw.contains("\u{1b}[35m"));
    }
    let seen = create.seen();
    let asked: Vec<&str> = seen.lines().filter(|line| line.starts_with("Group: ") || line.starts_with("Holder")).collect();
    assert_snapshot!(asked.join("\n"), @"
    Group: ac?me?
    Group: acme
    Holder's mobile number or e-mail: ops.acme.example
    Holder's mobile number or e-mail: ops@acme?.example
    Holder's mobile number or e-mail: mops@acme.example
    ");
}
