//! `--dry-run`: every write command shows its outcome and leaves no trace.

use crate::book::{Point, TestBook};

/// Every write command, at a point of the story where it would do something, and its exit.
const WRITES: &[(Point, i32, &str)] = &[
    (Point::Made, 0, "entity add other --name Other --credential 91330106MA01A2B329"),
    (Point::Made, 0, "group add other --name Other"),
    (
        Point::Ready,
        0,
        "account create other --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002 --since 2026-06-01",
    ),
    (
        Point::Ready,
        0,
        "account associate other --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode prepaid --attest no-other-agent --attest no-arrears --attest no-open-orders",
    ),
    (Point::Ready, 0, "price apply acme-sale-2027.toml"),
    (Point::Ready, 0, "opening import opening.csv --date 2026-06-01"),
    (Point::Ready, 0, "fund deposit acme 50000 --date 2026-06-01"),
    (Point::Funded, 0, "fund allocate acme-test 20 --date 2026-06-01"),
    (Point::Funded, 0, "fund withdraw acme 20 --date 2026-06-01 --reference r --remark why"),
    (Point::Funded, 0, "fund reclaim acme-test 20 --date 2026-06-01"),
    (Point::Funded, 0, "pool top-up 14000 --currency USD --paid 100000 --paid-currency CNY --date 2026-06-01"),
    (Point::Closed, 0, "pool pay 100 --from bank --date 2026-07-02"),
    (Point::Ready, 0, "account edit acme-test --mode agent-pays --date 2026-06-02"),
    (Point::Ready, 0, "policy set pool-check warn"),
    (Point::Ready, 0, "budget set 50000 --account acme-prod"),
    (Point::Ready, 0, "credit set acme-prod 50000"),
    (Point::Funded, 0, "order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 77 --date 2026-06-02"),
    (Point::Funded, 0, "order import orders.csv"),
    (Point::Ordered, 0, "order refund o-1 --provider-order 77 --date 2026-06-20"),
    (Point::Ordered, 0, "fund apply plan.csv --date 2026-06-30"),
    (Point::Ordered, 0, "bill import bill.csv --period 2026-06 --final"),
    (Point::Billed, 3, "reconcile run --period 2026-06"),
    (Point::Ordered, 3, "month-end 2026-06 --bill bill.csv --out out"),
    (Point::Ordered, 0, "month-end 2026-06 --bill bill-corrected.csv --out out"),
];

#[test]
fn a_preview_of_any_write_shows_its_outcome_and_writes_nothing() {
    for (point, exit, line) in WRITES {
        let book = TestBook::acme(*point);
        book.write("acme-sale-2027.toml", crate::book::ACME_SALE.replace("2026-01-01", "2027-01-01"));
        book.done("fund plan --days 365 --output plan.csv");
        let (before, files) = (book.everything(), book.files_in("."));
        let preview = book.json_exit(*exit, &format!("{line} --dry-run"));
        assert_eq!(preview["status"], "preview", "{line}");
        assert_eq!(book.everything(), before, "{line}");
        assert_eq!(book.files_in("."), files, "{line}");
        assert!(book.run(&format!("{line} -n")).stderr.contains("preview: nothing was written\n"), "{line}");

        // What the preview showed is what is done then.
        let done = book.json_exit(*exit, line);
        assert_eq!(done["status"], "applied", "{line}");
        let but_status = |answer: &serde_json::Value| {
            let mut answer = answer.clone();
            answer.as_object_mut().unwrap().remove("status");
            answer.as_object_mut().unwrap().remove("statements");
            answer
        };
        assert_eq!(but_status(&done), but_status(&preview), "{line}");
        assert_ne!(book.everything(), before, "{line}");
    }
}

/// It would close; it has not closed, and there are no files to look at.
#[test]
fn a_preview_of_a_month_end_promises_no_files() {
    let book = TestBook::acme(Point::Ordered);
    assert_eq!(book.done("month-end 2026-06 --bill bill-corrected.csv --out out -n").stderr, "preview: nothing was written\n");
    let stopped = book.run("month-end 2026-06 --bill bill.csv --out out -n");
    assert!(stopped.exit == 3 && stopped.stderr.ends_with("\npreview: nothing was written\n"), "{stopped}");
}

#[test]
fn the_steps_of_an_accounts_life_can_be_previewed() {
    let book = TestBook::acme(Point::Ready);
    book.done("account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002");
    let attest = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    book.done(&format!(
        "account associate old-1 --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode prepaid {attest}"
    ));
    for line in ["account accept new-1 --uid 1000000000000004", "account verify new-1", "account confirm old-1"] {
        let before = book.everything();
        assert_eq!(book.json(&format!("{line} --dry-run"))["status"], "preview", "{line}");
        assert_eq!(book.everything(), before, "{line}");
        book.done(line);
        assert_ne!(book.everything(), before, "{line}");
    }
}

#[test]
fn a_close_can_be_previewed() {
    let book = TestBook::acme(Point::Ordered);
    book.done("bill import bill-corrected.csv --period 2026-06 --final");
    let before = book.everything();
    assert_eq!(book.json("period close 2026-06 --dry-run")["status"], "preview");
    assert_eq!(book.everything(), before);
    book.done("fund deposit acme 1 --date 2026-06-30");
}

#[test]
fn a_preview_of_a_new_book_makes_no_file() {
    let mut book = TestBook::nothing();
    let files = book.files_in(".");
    let line = "init --agent 'Lingdu Cloud' --credential 91330106MA05J1K21K --provider alibaba --currency CNY";
    book.set_now("2026-06-01T02:00:00Z");
    let preview = book.json(&format!("{line} --dry-run"));
    assert_eq!((&preview["status"], &preview["agent"]), (&"preview".into(), &"Lingdu Cloud".into()));
    assert_eq!(book.files_in("."), files);
    // Without a place of its own the book would be in a folder that is made for it.
    let mut command = book.command(&[
        "init",
        "-n",
        "--agent",
        "A",
        "--credential",
        "91330106MA05J1K21K",
        "--provider",
        "alibaba",
        "--currency",
        "CNY",
    ]);
    assert_eq!(book.finish(command.env_remove("SUBLEDGER_BOOK")).exit, 0);
    assert_eq!(book.files_in("home"), [""; 0]);
    book.done(line);
    book.refused(1, "book.exists", &format!("{line} --dry-run"));
}

#[test]
fn what_a_rule_refuses_is_refused_in_a_preview_too() {
    let book = TestBook::acme(Point::Funded);
    book.refused(1, "amount.not-positive", "fund deposit acme 0 --dry-run");
    book.refused(1, "deposits.insufficient", "fund allocate acme-test 30000.01 --dry-run");
    let nothing = TestBook::nothing();
    nothing.refused(1, "credential.invalid", "init --agent A --credential 91330106MA05J1K21X --provider alibaba --currency CNY -n");
}
