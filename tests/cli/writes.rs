//! Every command that writes, each at a point of the story where it would do something.

use crate::book::{Point, TestBook};

/// One command line that writes.
pub(crate) struct Write {
    point: Point,
    /// What has to happen first, and is not in the story; a request is made by another operator (`OTHER`) or by who writes (`OWN`).
    before: &'static [&'static str],
    /// How it ends.
    pub(crate) exit: i32,
    /// `ALERT` stands for the id of the alert that is told.
    line: &'static str,
}

const fn at(point: Point, line: &'static str) -> Write {
    Write { point, before: &[], exit: 0, line }
}

const fn after(before: &'static [&'static str], line: &'static str) -> Write {
    Write { point: Point::Ready, before, exit: 0, line }
}

const INVITED: &[&str] =
    &["account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002"];
const ACCEPTED: &[&str] = &[INVITED[0], "account accept new-1 --uid 1000000000000004"];
const ASSOCIATED: &[&str] = &[
    "account associate old-1 --uid 1000000000000003 --group acme --entity acme-hq --environment test --mode prepaid --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders",
];
/// An invitation that runs out within thirty days is told.
const ALERT: &[&str] = &["policy set invitation-days 30", INVITED[0]];
const ACCEPTED_ALERT: &[&str] = &[ALERT[0], ALERT[1], "alert accept ALERT --note fine"];
/// June's invoice: requested, and issued.
const REQUESTED: &[&str] = &["invoice request --period 2026-06 --all"];
const ISSUED: &[&str] = &[REQUESTED[0], "invoice issue i-1 --number 26332000000012345678"];
const CHAIN: &[&str] = &["agent chain add Aliyun --level 0"];
const FROZEN_CHAIN: &[&str] = &[CHAIN[0], "agent chain freeze Aliyun --reason why"];
/// Somebody holds an account, leaves, and has a successor.
const HELD: &[&str] = &["account edit acme-prod --holder 'Wang Wei'"];
const SUCCEEDED: &[&str] =
    &[HELD[0], "handover open --holder 'Wang Wei' --reason left", "account edit acme-prod --holder 'Chen Li'"];
/// What is above the limit is asked for: by somebody else (`OTHER`), or by oneself.
const ASKED: &[&str] = &[
    "operator add other --uid 4242 --role finance",
    "policy set approval-limit 100",
    "OTHER fund deposit acme 101 --date 2026-06-01",
];
const OWN_ASKED: &[&str] = &["policy set approval-limit 100", "OWN fund deposit acme 101 --date 2026-06-01"];
const OTHER: &[&str] = &["operator add other --uid 4242 --role finance"];
const DISABLED: &[&str] = &[OTHER[0], "operator disable other --reason left"];
const BUDGET: &[&str] = &["budget set 50000 --account acme-prod"];

pub(crate) const WRITES: &[Write] = &[
    at(Point::Made, "agent edit --name Other --uid 9000000000000001"),
    at(Point::Made, "agent chain add Aliyun --level 0 --authorisation A-1 --expires 2027-03-31"),
    after(CHAIN, "agent chain edit aliyun --expires 2027-03-31"),
    after(CHAIN, "agent chain remove aliyun"),
    after(CHAIN, "agent chain freeze aliyun --reason unpaid"),
    after(FROZEN_CHAIN, "agent chain thaw aliyun --reason paid"),
    at(Point::Made, "entity add other --name Other --credential 91330106MA01A2B329"),
    at(Point::Ready, "entity edit acme-hq --address '1 West Lake' --phone 0571-1"),
    at(Point::Closed, REQUESTED[0]),
    Write { point: Point::Closed, before: REQUESTED, exit: 0, line: ISSUED[1] },
    Write { point: Point::Closed, before: REQUESTED, exit: 0, line: "invoice void i-1 --reason wrong" },
    Write { point: Point::Closed, before: ISSUED, exit: 0, line: "invoice credit i-1 --amount 10 --reason back" },
    at(Point::Made, "operator add li.na --uid 2001 --role manager tech"),
    after(OTHER, "operator grant other --role tech --group acme --until 2026-12-31"),
    after(OTHER, "operator revoke other --role finance"),
    after(OTHER, "operator disable other --reason left"),
    after(DISABLED, "operator enable other"),
    after(ASKED, "approval approve a-1 --note fine"),
    after(ASKED, "approval reject a-1 --reason no"),
    after(OWN_ASKED, "approval withdraw a-1"),
    at(Point::Made, "group add other --name Other"),
    at(
        Point::Ready,
        "account create other --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002 --since 2026-06-01",
    ),
    at(Point::Ready, ASSOCIATED[0]),
    at(Point::Ready, "account import accounts.csv"),
    after(INVITED, "invitation resend new-1"),
    after(INVITED, "invitation revoke new-1 --reason why"),
    after(INVITED, "invitation decline new-1 --reason no"),
    after(INVITED, "account accept new-1 --uid 1000000000000004"),
    after(ACCEPTED, "account verify new-1"),
    after(ASSOCIATED, "account confirm old-1"),
    at(Point::Ready, "account edit acme-test --mode agent-pays --date 2026-06-02"),
    at(Point::Ready, "account edit acme-test --shutdown delayed --purchases ban --low-balance 30,10 --login acme-login"),
    at(Point::Ready, "account freeze acme-test --reason late"),
    after(&["account freeze acme-test --reason late"], "account thaw acme-test --reason paid"),
    at(Point::Ready, "account release acme-test --reason gone"),
    at(Point::Ready, "account edit acme-test --holder 'Chen Li' --mobile 13800000009 --email li@acme.example"),
    after(HELD, SUCCEEDED[1]),
    after(SUCCEEDED, "handover step h-1 mfa email --note done"),
    after(SUCCEEDED, "handover close h-1"),
    at(Point::Ready, "price apply acme-sale-2027.toml"),
    Write {
        point: Point::Funded,
        before: &["price apply acme-retroactive.toml", "order import orders.csv"],
        exit: 0,
        line: "price true-up acme --date 2026-06-30",
    },
    at(Point::Ready, "opening import opening.csv --date 2026-06-01"),
    at(Point::Ready, "fund deposit acme 50000 --date 2026-06-01"),
    at(Point::Funded, "fund allocate acme-test 20 --date 2026-06-01"),
    at(Point::Funded, "fund withdraw acme 20 --date 2026-06-01 --reference r --remark why"),
    at(Point::Funded, "fund reclaim acme-test 20 --date 2026-06-01"),
    Write {
        point: Point::Funded,
        before: &[ASSOCIATED[0], "account confirm old-1"],
        exit: 0,
        line: "fund transfer --from acme-test --to old-1 20 --date 2026-06-01",
    },
    at(Point::Ordered, "fund apply plan.csv --date 2026-06-30"),
    at(Point::Funded, "pool top-up 14000 --currency USD --paid 100000 --paid-currency CNY --date 2026-06-01"),
    at(Point::Closed, "pool pay 100 --from bank --date 2026-07-02"),
    at(Point::Ready, "group edit acme --payment-days 45"),
    at(Point::Ordered, "settlement receive acme 100 --account acme-prod --period 2026-06 --reference r"),
    at(Point::Ordered, "settlement apply acme 100"),
    at(Point::Ordered, "settlement write-off acme-prod 10 --note 'bank charges'"),
    Write { point: Point::Ordered, before: &["settlement receive acme 100"], exit: 0, line: "settlement charge-back 7" },
    Write { point: Point::Ordered, before: &["policy set payment-days 0"], exit: 0, line: "settlement dun --out out" },
    at(Point::Ready, "credit set acme-prod 50000"),
    after(
        &["entity edit acme-hq --invoice-title 'Acme Trading'"],
        "compliance waive invoice-title acme-hq --reason r --owner o --until 2026-08-31",
    ),
    after(
        &[
            "entity edit acme-hq --invoice-title 'Acme Trading'",
            "compliance waive invoice-title acme-hq --reason r --owner o --until 2026-08-31",
        ],
        "compliance withdraw invoice-title acme-hq --reason r",
    ),
    at(Point::Ready, "policy set pool-check warn"),
    at(Point::Ready, "budget set 50000 --account acme-prod"),
    after(BUDGET, "budget remove b-1"),
    after(ALERT, "alert acknowledge ALERT --note seen"),
    after(ALERT, "alert snooze ALERT --until 2026-08-01"),
    after(ALERT, "alert accept ALERT --note fine"),
    after(ACCEPTED_ALERT, "alert reopen ALERT"),
    at(Point::Funded, "order record acme-prod --product ecs --kind new --list-price 12000 --provider-order 77 --date 2026-06-02"),
    at(Point::Funded, "order import orders.csv"),
    at(Point::Ordered, "order refund o-1 --provider-order 77 --date 2026-06-20"),
    at(Point::Ordered, "bill import bill.csv --period 2026-06 --final"),
    at(Point::Billed, "bill drop 2026-06"),
    Write { point: Point::Billed, before: &[], exit: 3, line: "reconcile run --period 2026-06" },
    at(Point::Reconciled, "difference acknowledge 93e6d123f2c1 --owner li.na --due 2026-08-05"),
    at(Point::Reconciled, "difference snooze 93e6d123f2c1 --until 2026-08-05"),
    at(Point::Reconciled, "difference resolve 47d839966415 --as recorded"),
    at(Point::Reconciled, "difference match 93e6d123f2c1 --with 2100099"),
    Write {
        point: Point::Reconciled,
        before: &["difference match 93e6d123f2c1 --with 2100099"],
        exit: 0,
        line: "difference unmatch 93e6d123f2c1",
    },
    Write {
        point: Point::Reconciled,
        before: &["difference acknowledge 93e6d123f2c1"],
        exit: 0,
        line: "difference reopen 93e6d123f2c1",
    },
    Write {
        point: Point::Ordered,
        before: &["bill import bill-corrected.csv --period 2026-06 --final", "reconcile run --period 2026-06"],
        exit: 0,
        line: "period close 2026-06",
    },
    at(Point::Ordered, "period soft-close 2026-06"),
    at(Point::Ordered, "period waive 2026-06 stated-total --reason 'the portal rounds each page'"),
    Write {
        point: Point::Ordered,
        before: &["month-end 2026-06 --bill bill-corrected.csv --out out"],
        exit: 0,
        line: "period reopen 2026-06 --reason again",
    },
    Write { point: Point::Ordered, before: &[], exit: 3, line: "month-end 2026-06 --bill bill.csv --out out" },
    at(Point::Ordered, "month-end 2026-06 --bill bill-corrected.csv --out out"),
];

impl Write {
    /// The book just before it, and the line to be typed.
    pub(crate) fn ready(&self) -> (TestBook, String) {
        let book = TestBook::acme(self.point);
        book.write("acme-sale-2027.toml", crate::book::ACME_SALE.replace("2026-01-01", "2027-01-01"));
        book.write("accounts.csv", book.run("account import --template").stdout);
        book.write("acme-retroactive.toml", crate::prices::under("retroactive"));
        for line in self.before {
            if let Some(asked) = line.strip_prefix("OTHER ") {
                assert_eq!(book.run_as(4242, asked).exit, 3, "{asked}");
            } else if let Some(asked) = line.strip_prefix("OWN ") {
                assert_eq!(book.run(asked).exit, 3, "{asked}");
            } else {
                book.done(&with_alert(&book, line));
            }
        }
        // A plan is for the book as it is, and for no other.
        if self.line.starts_with("fund apply") {
            book.done("fund plan --days 365 --output plan.csv");
        }
        // Whoever closes a hand-over has not done its steps.
        if self.line.starts_with("handover close") {
            crate::handovers::second_ticks_all(&book, "h-1");
        }
        let line = with_alert(&book, self.line);
        (book, line)
    }
}

fn with_alert(book: &TestBook, line: &str) -> String {
    if !line.contains("ALERT") {
        return line.to_owned();
    }
    let told = book.run("alert list --all --format json").stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    line.replace("ALERT", told["rows"][0]["id"].as_str().unwrap())
}

/// The commands that can be given a key are those that write, and each of them stands above.
#[test]
fn every_command_that_writes_stands_here() {
    let book = TestBook::nothing();
    for path in crate::help::every_command(&book) {
        let mut words = path.clone();
        words.push("--help".to_owned());
        let page = book.run_words(&words).stdout;
        let name = path.join(" ");
        // `init` makes the book, and has tests of its own.
        if crate::help::commands_of(&page).is_empty() && name != "init" {
            let here = WRITES.iter().any(|write| write.line.starts_with(&format!("{name} ")));
            assert_eq!(page.contains("--key <KEY>"), here, "{name}");
        }
    }
}
