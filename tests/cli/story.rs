//! A month from end to end: from an empty book to proven statements.

#![expect(clippy::too_many_lines, reason = "the answers of commands stand in the tests as they are printed")]

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, STORY, TestBook};

fn texts<'a>(object: &'a Value, keys: &[&str]) -> Vec<&'a str> {
    keys.iter().map(|key| object[key].as_str().unwrap_or_else(|| panic!("{key} of {object}"))).collect()
}

/// Whether all of these keys are there, in this spelling.
fn has_keys(object: &Value, wanted: &str) {
    for key in wanted.split(' ') {
        assert!(object.get(key).is_some(), "{key} is missing in {object}");
    }
}

#[test]
fn every_command_of_the_story_tells_what_it_did() {
    let book = TestBook::nothing();
    let mut told = String::new();
    for (point, line) in STORY.iter().filter(|(point, _)| *point <= Point::Billed) {
        let output = book.run(line);
        assert_eq!(output.exit, 0, "{line}\n{output}");
        if *point <= Point::Funded {
            told.push_str(&format!("$ subledger {line}\n{output}\n\n"));
        }
    }
    assert_snapshot!(told, @"
    $ subledger init --agent 'Lingdu Cloud' --credential 91330106MA05J1K21K --provider alibaba --currency CNY
    Book            [FOLDER]/acme.db
    Agent           Lingdu Cloud
    Credential      91330106MA05J1K21K
    Provider        alibaba
    Currency        CNY
    UID             -
    First operator  [USER]
    ----- stderr
    next: `subledger entity add`, `group add`, then `account create` or `account associate`
    ----- exit 0

    $ subledger entity add acme-hq --name 'Acme Holdings' --credential 91330106MA01A2B329
    Code        acme-hq
    Name        Acme Holdings
    Kind        enterprise
    Credential  91330106MA01A2B329
    ----- exit 0

    $ subledger group add acme --name 'Acme Group'
    Code      acme
    Name      Acme Group
    Currency  CNY
    ----- exit 0

    $ subledger account create acme-prod --group acme --entity acme-hq --environment production --mobile 13800000001 --mode agent-pays --credit 100000 --since 2026-06-01
    Account                acme-prod
    UID                    -
    State                  invited
    Model                  resale
    Mode                   agent-pays
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            production
    Ours since             2026-06-01
    Invitation runs until  2026-07-18
    Token, told once       edcd7f7ffb54d22966b0177cdd15dd3f
    ----- stderr
    next: `subledger invitation show acme-prod --as text --token TOKEN` writes the message to send
    next: when the holder has accepted, `subledger account accept acme-prod --uid UID`
    ----- exit 0

    $ subledger account accept acme-prod --uid 1000000000000001
    Account                acme-prod
    UID                    1000000000000001
    State                  accepted
    Model                  resale
    Mode                   agent-pays
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            production
    Ours since             2026-06-01
    Invitation runs until  -
    ----- stderr
    next: `subledger account verify acme-prod`
    ----- exit 0

    $ subledger account verify acme-prod
    Account                acme-prod
    UID                    1000000000000001
    State                  active
    Model                  resale
    Mode                   agent-pays
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            production
    Ours since             2026-06-01
    Invitation runs until  -
    ----- exit 0

    $ subledger account associate acme-test --uid 1000000000000002 --group acme --entity acme-hq --environment test --mode prepaid --since 2026-06-01 --attest no-other-agent --attest no-arrears --attest no-open-orders
    Account                acme-test
    UID                    1000000000000002
    State                  invited
    Model                  resale
    Mode                   prepaid
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            test
    Ours since             2026-06-01
    Invitation runs until  -
    ----- stderr
    next: when the owner has consented, `subledger account confirm acme-test`
    ----- exit 0

    $ subledger account confirm acme-test
    Account                acme-test
    UID                    1000000000000002
    State                  active
    Model                  resale
    Mode                   prepaid
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            test
    Ours since             2026-06-01
    Invitation runs until  -
    ----- exit 0

    $ subledger price apply acme-sale.toml
    Agreement   acme-2026
    Kind        sale
    Group       acme
    Currency    CNY
    Valid from  2026-01-01
    Valid to    -
    Tiers       3
    ----- exit 0

    $ subledger price apply alibaba-purchase.toml
    Agreement   alibaba-2026
    Kind        purchase
    Group       -
    Currency    CNY
    Valid from  2026-01-01
    Valid to    -
    Tiers       1
    ----- exit 0

    $ subledger fund deposit acme 50000 --date 2026-06-01
    Entry              1
    Group              acme
    Account            -
    To                 -
    Date               2026-06-01
    Currency           CNY
    Amount             50000.00
    Not allocated now  50000.00
    Funds now          -
    Funds there now    -
    Reference          -
    Remark             -
    ----- stderr
    next: `subledger fund allocate ACCOUNT AMOUNT` gives some of it to a prepaid account
    ----- exit 0

    $ subledger fund allocate acme-test 20000 --date 2026-06-01
    Entry              2
    Group              acme
    Account            acme-test
    To                 -
    Date               2026-06-01
    Currency           CNY
    Amount             20000.00
    Not allocated now  30000.00
    Funds now          20000.00
    Funds there now    -
    Reference          -
    Remark             -
    ----- exit 0
    ");
}

#[test]
fn orders_are_priced_at_the_tier_that_the_groups_volume_before_them_has_reached() {
    let book = TestBook::acme(Point::Funded);
    let record = STORY.iter().find(|(_, line)| line.starts_with("order record")).unwrap().1;
    let quote = book.json("price quote acme-prod --product ecs --list-price 12000 --date 2026-06-02");
    assert_eq!(
        texts(&quote, &["list_price", "discount", "payable", "tier", "agreement", "cost"]),
        ["12000.00", "5%", "11400.00", "0.00", "acme-2026", "9600.00"]
    );
    assert_snapshot!(book.run(record), @"
    Order           o-1
    Account         acme-prod
    Product         ecs
    Kind            new
    Provider order  2100001
    Date            2026-06-02
    Service from    2026-06-02
    Service to      2027-06-02
    Recorded as     planned
    Refunds         -
    Currency        CNY
    List price      12000.00
    Agreement       acme-2026
    Tier from       0.00
    Discount        5%
    Payable         11400.00
    Expected cost   9600.00
    Available now   88600.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("order import orders.csv"), @"
    File    orders.csv
    Orders  3

    Order  Date        Account    Product  Kind  Provider order  Currency  List price  Discount   Payable  Tier from  Agreement  Expected cost
    ------------------------------------------------------------------------------------------------------------------------------------------
    o-2    2026-06-05  acme-prod  rds      new   2100002         CNY          9999.99        5%   9499.99       0.00  acme-2026        7999.99
    o-3    2026-06-10  acme-test  ecs      new   2100003         CNY          3000.00       10%   2700.00   20000.00  acme-2026        2400.00
    o-4    2026-06-20  acme-prod  slb      new   2100004         CNY         40000.00       10%  36000.00   20000.00  acme-2026       32000.00

    Payable
    Currency   Payable
    ------------------
    CNY       48199.99
    ----- exit 0
    ");
    let orders = book.json("order list");
    let figures: Vec<_> = orders["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| texts(row, &["provider_order", "payable", "discount", "cost"]))
        .collect();
    assert_eq!(
        figures,
        [
            ["2100001", "11400.00", "5%", "9600.00"],
            ["2100002", "9499.99", "5%", "7999.99"],
            ["2100003", "2700.00", "10%", "2400.00"],
            ["2100004", "36000.00", "10%", "32000.00"],
        ]
    );
}

#[test]
fn recording_an_order_answers_with_every_key_of_its_price() {
    let book = TestBook::acme(Point::Funded);
    let order = book.json("order record acme-test --product ecs --kind new --list-price 100 --provider-order 7 --date 2026-06-02");
    has_keys(&order, "schema order account product list_price discount payable tier agreement cost");
    assert_eq!(order["schema"], "subledger/order-record/1");
    let quote = book.json("price quote acme-test --product ecs --list-price 100 --date 2026-06-02");
    has_keys(&quote, "schema order account product list_price discount payable tier agreement cost");
}

#[test]
fn the_accounts_before_and_after_the_bill() {
    let money = ["owed", "available", "funds", "pending_usage", "arrears"];
    let before = TestBook::acme(Point::Ordered);
    assert_eq!(texts(&before.json("account show acme-prod"), &money), ["56899.99", "43100.01", "0.00", "0.00", "0.00"]);
    assert_eq!(texts(&before.json("account show acme-test"), &money), ["0.00", "17300.00", "17300.00", "0.00", "0.00"]);

    let after = TestBook::acme(Point::Billed);
    assert_eq!(texts(&after.json("account show acme-prod"), &money), ["56899.99", "43068.00", "0.00", "32.01", "0.00"]);
    assert_eq!(texts(&after.json("account show acme-test"), &money), ["0.00", "17296.28", "17300.00", "3.72", "0.00"]);
    assert_snapshot!(after.run("account show acme-prod"), @"
    Account                acme-prod
    UID                    1000000000000001
    State                  active
    Model                  resale
    Mode                   agent-pays
    When nothing is left   immediate
    Purchases              allowed
    Currency               CNY
    Group                  acme
    Real-name owner        acme-hq
    Environment            production
    Ours since             2026-06-01
    Mobile                 13800000001
    E-mail                 -
    Login                  -
    Holder                 -
    Invitation runs until  -
    Available              43068.00
    Funds                  0.00
    Owed                   56899.99
    Credit limit           100000.00
    Pending usage          32.01
    Arrears                0.00
    ----- exit 0
    ");
    assert_snapshot!(after.run("account list"), @"
    Account    UID               Group  State   Mode        Environment  Currency  Available     Funds      Owed  Arrears
    ---------------------------------------------------------------------------------------------------------------------
    acme-prod  1000000000000001  acme   active  agent-pays  production   CNY        43068.00      0.00  56899.99     0.00
    acme-test  1000000000000002  acme   active  prepaid     test         CNY        17296.28  17300.00      0.00     0.00
    ----- exit 0
    ");
    assert_snapshot!(after.run("fund balance"), @"
    Account    Group  Currency  Mode           Funds      Owed  Credit limit  Usage not charged  Available
    ------------------------------------------------------------------------------------------------------
    acme-prod  acme   CNY       agent-pays      0.00  56899.99     100000.00              32.01   43068.00
    acme-test  acme   CNY       prepaid     17300.00      0.00          0.00               3.72   17296.28

    Groups
    Group  Name        Currency  Accounts  Not allocated
    ----------------------------------------------------
    acme   Acme Group  CNY              2       30000.00
    ----- exit 0
    ");
    has_keys(
        &after.json("account show acme-prod"),
        "code uid state mode currency group entity environment available funds owed credit_limit pending_usage arrears",
    );
    let balance = after.json("fund balance");
    has_keys(&balance["rows"][0], "account group currency mode funds owed credit_limit available");
    has_keys(&balance["groups"][0], "group currency deposits");
}

#[test]
fn importing_the_bill_warns_of_the_account_that_the_book_does_not_have() {
    let book = TestBook::acme(Point::Ordered);
    let answer = book.json("bill import bill.csv --period 2026-06 --final --dry-run");
    has_keys(
        &answer,
        "bill period layout lines rejected accounts unknown_accounts currency gross payable version already_imported status notices",
    );
    assert_eq!((&answer["lines"], &answer["rejected"], &answer["unknown_accounts"]), (&8.into(), &0.into(), &1.into()));
    assert_snapshot!(book.run("bill import bill.csv --period 2026-06 --final"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   8
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           25764.1443209864
    Covered by plans        0.00
    Discount                5152.8288641973
    Coupons                 0.00
    Payable                 20611.3154567891
    Stated by the provider  -
    Accounts                3
    Unknown accounts        1
    Payable for them        77.70
    ----- stderr
    warning: the bill has 1 account that the book does not have, with 77.70 CNY, such as 1000000000000009; `subledger account associate CODE --uid 1000000000000009` brings one in
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert_snapshot!(book.run("bill import bill.csv --period 2026-06 --final"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   8
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           25764.1443209864
    Covered by plans        0.00
    Discount                5152.8288641973
    Coupons                 0.00
    Payable                 20611.3154567891
    Stated by the provider  -
    Accounts                3
    Unknown accounts        1
    Payable for them        77.70
    ----- stderr
    warning: the bill has 1 account that the book does not have, with 77.70 CNY, such as 1000000000000009; `subledger account associate CODE --uid 1000000000000009` brings one in
    this bill was imported before; nothing was changed
    next: `subledger reconcile run --period 2026-06`
    ----- exit 0
    ");
    assert_snapshot!(book.run("bill show 2026-06"), @"
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   8
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           25764.1443209864
    Covered by plans        0.00
    Discount                5152.8288641973
    Coupons                 0.00
    Payable                 20611.3154567891
    Stated by the provider  -

    Account    UID               Lines     At list price  Covered         Discount  Coupons           Payable
    ---------------------------------------------------------------------------------------------------------
    -          1000000000000009      1            97.125     0.00           19.425     0.00             77.70
    acme-prod  1000000000000001      5  22662.6443209864     0.00  4532.5288641973     0.00  18130.1154567891
    acme-test  1000000000000002      2          3004.375     0.00          600.875     0.00           2403.50

    Files
    File      SHA-256
    --------------------------------------------------------------------------
    bill.csv  [-----------------------------hash-----------------------------]
    ----- exit 0
    ");
    assert_snapshot!(book.run("bill list"), @"
    Bill       Period   Version  State  Layout      Lines  Currency           Payable
    ---------------------------------------------------------------------------------
    2026-06/1  2026-06        1  final  alibaba-v2      8  CNY       20611.3154567891
    ----- exit 0
    ");
}

#[test]
fn reconciling_explains_every_cent_and_leaves_three_differences() {
    let book = TestBook::acme(Point::Billed);
    let first = book.json_exit(3, "reconcile run --period 2026-06");
    let figures = ["recorded", "billed", "difference", "explained", "unexplained"];
    assert_eq!(texts(&first, &figures), ["51999.99", "20611.3154567891", "-31388.6745432109", "-31388.6745432109", "0.00"]);
    has_keys(
        &first,
        "schema period currency recorded billed difference explained unexplained matched usage_lines classes differences",
    );
    assert_eq!((&first["matched"], &first["usage_lines"]), (&3.into(), &3.into()));
    assert_eq!(first["classes"]["rounding"], serde_json::json!({ "count": 1, "amount": "0.002" }));
    assert_eq!(first["classes"]["usage"], serde_json::json!({ "count": 3, "amount": "33.6234567891" }));

    let differences = first["differences"].as_array().unwrap();
    let told: Vec<_> =
        differences.iter().map(|d| texts(d, &["kind", "account", "provider_order", "difference", "state"])).collect();
    assert_eq!(
        told,
        [
            ["missing-in-bill", "acme-prod", "2100004", "-32000.00", "open"],
            ["unrecorded-order", "acme-prod", "2100099", "500.00", "open"],
            ["unknown-account", "1000000000000009", "", "77.70", "open"],
        ]
    );
    has_keys(&differences[0], "id kind account provider_order recorded billed difference state");
    assert_snapshot!(book.run("reconcile show --period 2026-06"), @"
    Period          2026-06
    Bill version    1
    Currency        CNY
    Recorded        51999.99
    Billed          20611.3154567891
    Difference      -31388.6745432109
    Explained       -31388.6745432109
    Unexplained     0.00
    Orders matched  3
    Usage lines     3

    Bridge from recorded to billed
    Class             Count         Amount
    --------------------------------------
    matched               2           0.00
    rounding              1          0.002
    usage                 3  33.6234567891
    unknown-account       1          77.70
    unrecorded-order      1         500.00
    missing-in-bill       1      -32000.00

    Differences
    Id            Period   Kind              Account           Provider order  Currency  Recorded  Billed  Difference  State  Detail
    --------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    93e6d123f2c1  2026-06  missing-in-bill   acme-prod         2100004         CNY       32000.00    0.00   -32000.00  open   o-4 of 2026-06-20, not billed
    47d839966415  2026-06  unrecorded-order  acme-prod         2100099         CNY           0.00  500.00      500.00  open   billed, not recorded
    cc4aa907cc89  2026-06  unknown-account   1000000000000009                  CNY           0.00   77.70       77.70  open   1 line of an account that the book does not have
    ----- exit 0
    ");
    assert_snapshot!(book.run("difference list --period 2026-06"), @"
    Id            Period   Kind              Account           Provider order  Currency  Recorded  Billed  Difference  State  Detail
    --------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    93e6d123f2c1  2026-06  missing-in-bill   acme-prod         2100004         CNY       32000.00    0.00   -32000.00  open   o-4 of 2026-06-20, not billed
    47d839966415  2026-06  unrecorded-order  acme-prod         2100099         CNY           0.00  500.00      500.00  open   billed, not recorded
    cc4aa907cc89  2026-06  unknown-account   1000000000000009                  CNY           0.00   77.70       77.70  open   1 line of an account that the book does not have

    Age of what is not resolved, in days
    Currency  Days  Count    Amount
    -------------------------------
    CNY       0-30      3  32577.70
    ----- exit 3
    ");
}

#[test]
fn a_second_run_finds_the_same_differences_under_the_same_ids() {
    let book = TestBook::acme(Point::Billed);
    let first = book.json_exit(3, "reconcile run --period 2026-06");
    let second = book.json_exit(3, "reconcile run --period 2026-06");
    assert_eq!(first["differences"], second["differences"]);
    assert_eq!(book.json("reconcile show --period 2026-06")["differences"], first["differences"]);
    assert_eq!(book.json_exit(3, "difference list")["rows"], first["differences"]);
}

#[test]
fn the_book_proves_itself() {
    let book = TestBook::acme(Point::Billed);
    assert_snapshot!(book.run("check"), @"
    OK  yes

    Check         OK   Detail
    ----------------------------------------------------------------------------------------------------------
    integrity     yes  pages, indexes and schema are sound
    foreign-keys  yes  every row finds what it points to
    balanced      yes  6 entries, each summing to zero per currency
    balances      yes  19 balances by day in 9 ledger accounts
    chain         yes  15 operations, head [-----------------------------hash-----------------------------]
    receipts      yes  0 closed months unchanged since
    orders        yes  4 charges as posted
    bills         yes  1 version of a bill adds up
    invoices      yes  0 invoices add up
    orphans       yes  every posting has its entry
    open-items    yes  accrued and disputed are the sums of their open items, and settlements of what they pay
    approvals     yes  0 requests decided as they were posted
    state         yes  21 rows of master data as the log left them
    ----- exit 0
    ");
    assert_snapshot!(book.run("report trial-balance"), @"
    Ledger account  Owner      Currency     Debit    Credit
    -------------------------------------------------------
    bank            agent      CNY       50000.00      0.00
    receivable      acme-prod  CNY       56899.99      0.00
    deposits        acme       CNY           0.00  30000.00
    funds           acme-test  CNY           0.00  17300.00
    accrued         agent      CNY           0.00  51999.99
    sales           acme-prod  CNY           0.00  56899.99
    sales           acme-test  CNY           0.00   2700.00
    cost            acme-prod  CNY       49599.99      0.00
    cost            acme-test  CNY        2400.00      0.00

    Totals
    Currency      Debit     Credit
    ------------------------------
    CNY       158899.98  158899.98
    ----- exit 0
    ");
    let names: Vec<_> =
        book.json("check")["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        [
            "integrity",
            "foreign-keys",
            "balanced",
            "balances",
            "chain",
            "receipts",
            "orders",
            "bills",
            "invoices",
            "orphans",
            "open-items",
            "approvals",
            "state"
        ]
    );
    has_keys(&book.json("check")["rows"][0], "name ok detail");
    let balance = book.json("report trial-balance");
    has_keys(&balance["rows"][0], "ledger_account owner currency debit credit");
    assert_eq!(balance["totals"]["CNY"], serde_json::json!({ "debit": "158899.98", "credit": "158899.98" }));
}

#[test]
fn a_bare_shell_cannot_change_the_journal_and_a_stray_posting_is_named() {
    let book = TestBook::acme(Point::Ordered);
    let attempts = [
        ("UPDATE posting SET amount_minor = amount_minor + 1", "the journal is append-only"),
        ("UPDATE entry SET effective = 20260701", "the journal is append-only"),
        ("DELETE FROM posting", "the journal is append-only"),
        ("DELETE FROM entry WHERE id = 1", "the journal is append-only"),
        (
            "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE id = 1",
            "the journal is append-only: an entry with this id exists",
        ),
        ("INSERT OR REPLACE INTO posting SELECT * FROM posting WHERE entry_id = 1", "the entry is sealed"),
        ("INSERT INTO posting VALUES (1, 99, 1, 5)", "the entry is sealed"),
        ("INSERT INTO entry (id, operation_id, event, effective) VALUES (900, 1, 'deposit', 20260601)", "an entry needs postings"),
        (
            "BEGIN; INSERT INTO posting VALUES (900, 1, 1, 5); INSERT INTO entry (id, operation_id, event, effective) VALUES (900, 1, 'deposit', 20260601)",
            "an entry balances per currency",
        ),
        ("UPDATE operation SET operator = 'somebody'", "the audit log is append-only"),
        ("DELETE FROM operation", "the audit log is append-only"),
    ];
    for (sql, refusal) in attempts {
        let error = book.sql(sql).expect_err(sql).to_string();
        assert!(error.starts_with(refusal), "{sql}: {error}");
    }
    assert!(book.checks());

    book.sql("INSERT INTO posting VALUES (900, 1, 1, 5)").expect("a posting goes in before its header");
    assert!(!book.checks());
    assert_snapshot!(book.run("check"), @"
    OK  no

    Check         OK   Detail
    ----------------------------------------------------------------------------------------------------------
    integrity     yes  pages, indexes and schema are sound
    foreign-keys  no   a row of posting points to a row of entry that does not exist
    balanced      yes  6 entries, each summing to zero per currency
    balances      yes  19 balances by day in 9 ledger accounts
    chain         yes  14 operations, head [-----------------------------hash-----------------------------]
    receipts      yes  0 closed months unchanged since
    orders        yes  4 charges as posted
    bills         yes  0 versions of bills add up
    invoices      yes  0 invoices add up
    orphans       no   posting 900/1 has no entry
    open-items    yes  accrued and disputed are the sums of their open items, and settlements of what they pay
    approvals     yes  0 requests decided as they were posted
    state         yes  19 rows of master data as the log left them
    ----- exit 3
    ");
}

#[test]
fn a_month_end_with_open_differences_stops_and_says_what_blocks() {
    let book = TestBook::acme(Point::Ordered);
    assert_snapshot!(book.run("month-end 2026-06 --bill bill.csv --out out"), @"
    Period      2026-06
    State       open
    Statements  0

    What keeps the month from closing
    Blocker           What blocks
    ------------------------------------------------------------------------------------------------------------
    open-differences  3 differences are open, 32577.70 CNY in size: `subledger difference list --period 2026-06`

    == Bill ==
    Bill                    2026-06/1
    Period                  2026-06
    Version                 1
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   8
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           25764.1443209864
    Covered by plans        0.00
    Discount                5152.8288641973
    Coupons                 0.00
    Payable                 20611.3154567891
    Stated by the provider  -
    Accounts                3
    Unknown accounts        1
    Payable for them        77.70

    == Reconciliation ==
    Period          2026-06
    Bill version    1
    Currency        CNY
    Recorded        51999.99
    Billed          20611.3154567891
    Difference      -31388.6745432109
    Explained       -31388.6745432109
    Unexplained     0.00
    Orders matched  3
    Usage lines     3

    Bridge from recorded to billed
    Class             Count         Amount
    --------------------------------------
    matched               2           0.00
    rounding              1          0.002
    usage                 3  33.6234567891
    unknown-account       1          77.70
    unrecorded-order      1         500.00
    missing-in-bill       1      -32000.00

    Differences
    Id            Period   Kind              Account           Provider order  Currency  Recorded  Billed  Difference  State  Detail
    --------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    93e6d123f2c1  2026-06  missing-in-bill   acme-prod         2100004         CNY       32000.00    0.00   -32000.00  open   o-4 of 2026-06-20, not billed
    47d839966415  2026-06  unrecorded-order  acme-prod         2100099         CNY           0.00  500.00      500.00  open   billed, not recorded
    cc4aa907cc89  2026-06  unknown-account   1000000000000009                  CNY           0.00   77.70       77.70  open   1 line of an account that the book does not have
    ----- stderr
    warning: the bill has 1 account that the book does not have, with 77.70 CNY, such as 1000000000000009; `subledger account associate CODE --uid 1000000000000009` brings one in
    2026-06 stays open; see out/differences.csv and out/bridge.csv
    ----- exit 3
    ");
    assert_eq!(book.files_in("out"), ["bridge.csv", "differences.csv"]);
    assert_snapshot!(book.read("out/differences.csv"), @r#"
    id,period,kind,account,provider_order,currency,recorded,billed,difference,state,resolution,owner,due,detail
    93e6d123f2c1,2026-06,missing-in-bill,acme-prod,2100004,CNY,32000.00,0.00,-32000.00,open,,,,"o-4 of 2026-06-20, not billed"
    47d839966415,2026-06,unrecorded-order,acme-prod,2100099,CNY,0.00,500.00,500.00,open,,,,"billed, not recorded"
    cc4aa907cc89,2026-06,unknown-account,1000000000000009,,CNY,0.00,77.70,77.70,open,,,,1 line of an account that the book does not have
    "#);
    assert_snapshot!(book.read("out/bridge.csv"), @"
    line,count,amount
    recorded,,51999.99
    matched,2,0.00
    rounding,1,0.002
    usage,3,33.6234567891
    unknown-account,1,77.70
    unrecorded-order,1,500.00
    missing-in-bill,1,-32000.00
    unexplained,,0.00
    billed,,20611.3154567891
    ");
    assert_eq!(book.json("period list")["rows"][0]["state"], "open");

    let operations = book.operations();
    let again = book.json_exit(3, "month-end 2026-06 --bill bill.csv --out out");
    assert_eq!(again["state"], "open");
    has_keys(&again, "schema period state bill_import reconcile_run blockers statements");
    assert_eq!(again["bill_import"]["already_imported"], true);
    assert_eq!(book.operations(), operations, "a stop that finds nothing new writes nothing");
}

#[test]
fn the_corrected_bill_closes_the_month_and_every_statement_foots() {
    let book = TestBook::acme(Point::Ordered);
    assert_eq!(book.run("month-end 2026-06 --bill bill.csv --out out").exit, 3);
    assert_snapshot!(book.run("month-end 2026-06 --bill bill-corrected.csv --out out"), @"
    Period      2026-06
    State       closed
    Statements  2

    == Bill ==
    Bill                    2026-06/2
    Period                  2026-06
    Version                 2
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   7
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           65042.0193209864
    Covered by plans        0.00
    Discount                13008.4038641973
    Coupons                 0.00
    Payable                 52033.6154567891
    Stated by the provider  -
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00

    == Reconciliation ==
    Period          2026-06
    Bill version    2
    Currency        CNY
    Recorded        51999.99
    Billed          52033.6154567891
    Difference      33.6254567891
    Explained       33.6254567891
    Unexplained     0.00
    Orders matched  4
    Usage lines     3

    Bridge from recorded to billed
    Class     Count         Amount
    ------------------------------
    matched       3           0.00
    rounding      1          0.002
    usage         3  33.6234567891

    Differences: none

    == Close ==
    Period                 2026-06
    State                  closed
    Bill version           2
    Accepted into payable  52033.62
    Usage charges          2
    Statements frozen      2
    Receipt                [-----------------------------hash-----------------------------]

    Ledger at the end of the month
    Ledger account  Currency  Debits less credits
    ---------------------------------------------
    bank            CNY                  50000.00
    receivable      CNY                  56932.00
    deposits        CNY                 -30000.00
    funds           CNY                 -17296.28
    payable         CNY                 -52033.62
    sales           CNY                 -59635.72
    cost            CNY                  52033.61
    rounding        CNY                      0.01
    ----- stderr
    2026-06 is closed; the statements are in out
    ----- exit 0
    ");
    assert_eq!(book.files_in("out"), ["acme-prod-2026-06.csv", "acme-test-2026-06.csv", "manifest.json"]);
    assert_snapshot!(book.read("out/acme-prod-2026-06.csv"), @"
    period,account,uid,group,entity,currency,date,kind,event,product,order,provider_order,charge_month,list_price,agreement,tier,discount,coupon,payable,amount,balance,deposits,reference
    2026-06,acme-prod,1000000000000001,acme,Acme Holdings,CNY,2026-06-01,opening,,,,,,,,,,,,,0.00,,
    2026-06,acme-prod,1000000000000001,acme,Acme Holdings,CNY,2026-06-02,charge,charge,ecs,o-1,2100001,2026-06,12000.00,acme-2026/2026-01-01,0.00,5%,,11400.00,11400.00,11400.00,,
    2026-06,acme-prod,1000000000000001,acme,Acme Holdings,CNY,2026-06-05,charge,charge,rds,o-2,2100002,2026-06,9999.99,acme-2026/2026-01-01,0.00,5%,,9499.99,9499.99,20899.99,,
    2026-06,acme-prod,1000000000000001,acme,Acme Holdings,CNY,2026-06-20,charge,charge,slb,o-4,2100004,2026-06,40000.00,acme-2026/2026-01-01,20000.00,10%,,36000.00,36000.00,56899.99,,
    2026-06,acme-prod,1000000000000001,acme,Acme Holdings,CNY,2026-06-30,charge,usage,oss,,,2026-06,37.6543209864,acme-2026/2026-01-01,50000.00,15%,,32.01,32.01,56932.00,,
    2026-06,acme-prod,1000000000000001,acme,Acme Holdings,CNY,2026-06-30,closing,,,,,,,,,,,,,56932.00,,
    ");
    assert_snapshot!(book.read("out/acme-test-2026-06.csv"), @"
    period,account,uid,group,entity,currency,date,kind,event,product,order,provider_order,charge_month,list_price,agreement,tier,discount,coupon,payable,amount,balance,deposits,reference
    2026-06,acme-test,1000000000000002,acme,Acme Holdings,CNY,2026-06-01,opening,,,,,,,,,,,,,0.00,,
    2026-06,acme-test,1000000000000002,acme,Acme Holdings,CNY,2026-06-01,payment,allocate,,,,,,,,,,,-20000.00,-20000.00,-20000.00,
    2026-06,acme-test,1000000000000002,acme,Acme Holdings,CNY,2026-06-10,charge,charge,ecs,o-3,2100003,2026-06,3000.00,acme-2026/2026-01-01,20000.00,10%,,2700.00,2700.00,-17300.00,,
    2026-06,acme-test,1000000000000002,acme,Acme Holdings,CNY,2026-06-30,charge,usage,oss,,,2026-06,4.375,acme-2026/2026-01-01,50000.00,15%,,3.72,3.72,-17296.28,,
    2026-06,acme-test,1000000000000002,acme,Acme Holdings,CNY,2026-06-30,closing,,,,,,,,,,,,,-17296.28,,
    ");
    for file in book.files_in("out").iter().filter(|name| *name != "manifest.json") {
        assert!(foots(&book.read(&format!("out/{file}"))), "{file}");
    }
    assert_snapshot!(book.run("statement show acme-prod --period 2026-06"), @"
    Agent                     Lingdu Cloud
    Account                   acme-prod
    UID                       1000000000000001
    Group                     acme
    Real-name owner           Acme Holdings
    Mode                      agent-pays
    Period                    2026-06
    State                     closed
    Currency                  CNY
    Balance due, opening      0.00
    Charges                   56932.00
    Payments                  0.00
    Credits                   0.00
    Balance due, closing      56932.00
    Saved against list price  5105.64
    Agreements                acme-2026/2026-01-01

    Lines
    Date        Kind    Event   Product  Order  Provider order        List price  Tier from  Discount   Payable    Amount  Balance due
    ----------------------------------------------------------------------------------------------------------------------------------
    2026-06-02  charge  charge  ecs      o-1    2100001                 12000.00       0.00        5%  11400.00  11400.00     11400.00
    2026-06-05  charge  charge  rds      o-2    2100002                  9999.99       0.00        5%   9499.99   9499.99     20899.99
    2026-06-20  charge  charge  slb      o-4    2100004                 40000.00   20000.00       10%  36000.00  36000.00     56899.99
    2026-06-30  charge  usage   oss      -      -                  37.6543209864   50000.00       15%     32.01     32.01     56932.00
    total       -       -       -        -      -               62037.6443209864          -         -  56932.00  56932.00     56932.00

    Usage
    Product  Charge month  Bill lines  At list price  Covered by plans  Charged
    ---------------------------------------------------------------------------
    oss      2026-06                2  37.6543209864              0.00    32.01

    Spending by product
    Product  Number of charges  At list price   Payable  Saved against list price
    -----------------------------------------------------------------------------
    ecs                      1       12000.00  11400.00                    600.00
    oss                      1          37.65     32.01                      5.64
    rds                      1        9999.99   9499.99                    500.00
    slb                      1       40000.00  36000.00                   4000.00

    Spending by month
    Month     Payable
    -----------------
    2026-06  56932.00
    ----- exit 0
    ");
    assert_snapshot!(book.run("difference list --all"), @"
    Id            Period   Kind              Account           Provider order  Currency  Recorded  Billed  Difference  State  Detail
    --------------------------------------------------------------------------------------------------------------------------------------------------------------------------
    93e6d123f2c1  2026-06  missing-in-bill   acme-prod         2100004         CNY       32000.00    0.00   -32000.00  auto   o-4 of 2026-06-20, not billed
    47d839966415  2026-06  unrecorded-order  acme-prod         2100099         CNY           0.00  500.00      500.00  auto   billed, not recorded
    cc4aa907cc89  2026-06  unknown-account   1000000000000009                  CNY           0.00   77.70       77.70  auto   1 line of an account that the book does not have
    ----- exit 0
    ");
    assert_snapshot!(book.run("period list"), @"
    Period   State   Bill version  Bill   Currency           Payable  Open differences  Receipt
    ----------------------------------------------------------------------------------------------------
    2026-06  closed             2  final  CNY       52033.6154567891                 0  [-----hash-----]
    ----- exit 0
    ");
    assert_snapshot!(book.run("status"), @"
    Book            [FOLDER]/acme.db
    Chosen by       SUBLEDGER_BOOK
    Agent           Lingdu Cloud
    Provider        alibaba
    You are         [USER] (admin, manager, finance, tech, auditor)
    Groups          1
    Accounts        2
    Operations      16
    Alerts          none open
    Closed through  2026-06

    no month is open
    ----- exit 0
    ");
    assert!(book.checks());
}

/// Whether the opening balance, every line and the closing balance of a statement file add up, in cents.
fn foots(file: &str) -> bool {
    let mut rows = csv::Reader::from_reader(file.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|key| key == name).unwrap();
    let (kind, amount, balance) = (at("kind"), at("amount"), at("balance"));
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    let [opening, lines @ .., closing] = rows.as_slice() else { panic!("a statement opens and closes") };
    assert_eq!((&opening[kind], &closing[kind]), ("opening", "closing"));
    let mut sum = cents(&opening[balance]);
    let every_balance_follows = lines.iter().all(|line| {
        sum += cents(&line[amount]);
        sum == cents(&line[balance])
    });
    every_balance_follows && sum == cents(&closing[balance])
}

#[test]
fn after_the_close_the_ledger_is_what_the_bill_and_the_tiers_say() {
    let book = TestBook::acme(Point::Closed);
    let expected = [
        ("bank", "50000.00"),
        ("cost", "52033.61"),
        ("deposits", "-30000.00"),
        ("funds", "-17296.28"),
        ("payable", "-52033.62"),
        ("receivable", "56932.00"),
        ("rounding", "0.01"),
        ("sales", "-59635.72"),
    ];
    let ledger = book.ledger();
    assert_eq!(ledger.iter().map(|(code, sum)| (code.as_str(), sum.as_str())).collect::<Vec<_>>(), expected, "and accrued is zero");
    assert_eq!(
        book.json("report trial-balance")["totals"]["CNY"],
        serde_json::json!({ "debit": "158965.62", "credit": "158965.62" })
    );
    assert_snapshot!(book.run("report trial-balance"), @"
    Ledger account  Owner      Currency     Debit    Credit
    -------------------------------------------------------
    bank            agent      CNY       50000.00      0.00
    receivable      acme-prod  CNY       56932.00      0.00
    deposits        acme       CNY           0.00  30000.00
    funds           acme-test  CNY           0.00  17296.28
    payable         agent      CNY           0.00  52033.62
    sales           acme-prod  CNY           0.00  56932.00
    sales           acme-test  CNY           0.00   2703.72
    cost            acme-prod  CNY       49630.11      0.00
    cost            acme-test  CNY        2403.50      0.00
    rounding        agent      CNY           0.01      0.00

    Totals
    Currency      Debit     Credit
    ------------------------------
    CNY       158965.62  158965.62
    ----- exit 0
    ");

    let usage = |account: &str| {
        let statement = book.json(&format!("statement show {account} --period 2026-06"));
        has_keys(&statement, "account period currency opening lines closing charges payments credits");
        let lines = statement["lines"].as_array().unwrap();
        let usage = lines.iter().find(|line| line["event"] == "usage").unwrap();
        texts(usage, &["list_price", "discount", "amount"]).iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(usage("acme-prod"), ["37.6543209864", "15%", "32.01"]);
    assert_eq!(usage("acme-test"), ["4.375", "15%", "3.72"]);
}

#[test]
fn a_second_month_end_changes_nothing_and_says_so() {
    let book = TestBook::acme(Point::Closed);
    let before = book.everything();
    let file = std::fs::read(book.place()).unwrap();
    assert_snapshot!(book.run("month-end 2026-06 --bill bill-corrected.csv --out out"), @"
    Period      2026-06
    State       closed
    Statements  2

    == Bill ==
    Bill                    2026-06/2
    Period                  2026-06
    Version                 2
    State                   final
    Because                 said on the command line
    Layout                  alibaba-v2
    Tax                     inclusive
    Lines                   7
    Repeated lines          0
    Bad lines left out      0
    Currency                CNY
    At list price           65042.0193209864
    Covered by plans        0.00
    Discount                13008.4038641973
    Coupons                 0.00
    Payable                 52033.6154567891
    Stated by the provider  -
    Accounts                2
    Unknown accounts        0
    Payable for them        0.00

    == Reconciliation ==
    Period          2026-06
    Bill version    2
    Currency        CNY
    Recorded        51999.99
    Billed          52033.6154567891
    Difference      33.6254567891
    Explained       33.6254567891
    Unexplained     0.00
    Orders matched  4
    Usage lines     3

    Bridge from recorded to billed
    Class     Count         Amount
    ------------------------------
    matched       3           0.00
    rounding      1          0.002
    usage         3  33.6234567891

    Differences: none

    == Close ==
    Period                 2026-06
    State                  closed
    Bill version           2
    Accepted into payable  52033.62
    Usage charges          2
    Statements frozen      2
    Receipt                [-----------------------------hash-----------------------------]

    Ledger at the end of the month
    Ledger account  Currency  Debits less credits
    ---------------------------------------------
    bank            CNY                  50000.00
    receivable      CNY                  56932.00
    deposits        CNY                 -30000.00
    funds           CNY                 -17296.28
    payable         CNY                 -52033.62
    sales           CNY                 -59635.72
    cost            CNY                  52033.61
    rounding        CNY                      0.01
    ----- stderr
    2026-06 was closed with this bill before; nothing was changed
    ----- exit 0
    ");
    assert_eq!(book.everything(), before);
    assert_eq!(std::fs::read(book.place()).unwrap(), file, "not a byte of the book has changed");
    let again = book.json("month-end 2026-06 --bill bill-corrected.csv --out out");
    assert_eq!((&again["state"], &again["changed_nothing"]), (&"closed".into(), &true.into()));
    has_keys(&again, "schema period state bill_import reconcile_run period_close statements");
    assert_eq!(again["statements"], serde_json::json!(["out/acme-prod-2026-06.csv", "out/acme-test-2026-06.csv"]));
    assert_eq!(
        book.done("period close 2026-06").stderr,
        "2026-06 was closed before; nothing was changed\nnext: `subledger statement export --period 2026-06 --out DIR`\n"
    );
    assert_eq!(book.everything(), before);
}

#[test]
fn a_statement_that_was_changed_or_lost_is_written_again() {
    let book = TestBook::acme(Point::Closed);
    book.done("statement export --period 2026-06 --out out");
    let first = book.read("out/acme-prod-2026-06.csv");
    book.write("out/acme-prod-2026-06.csv", "spoilt");
    std::fs::remove_file(book.path("out/acme-test-2026-06.csv")).unwrap();
    book.done("month-end 2026-06 --bill bill-corrected.csv --out out");
    assert_eq!(book.read("out/acme-prod-2026-06.csv"), first);
    assert_eq!(book.files_in("out"), ["acme-prod-2026-06.csv", "acme-test-2026-06.csv", "manifest.json"]);
}

#[test]
fn nothing_more_goes_into_a_closed_month() {
    let book = TestBook::acme(Point::Closed);
    let before = book.everything();
    assert_snapshot!(book.run("fund deposit acme 5 --date 2026-06-15"), @"
    ----- stderr
    error: 2026-06 is closed and takes nothing more
    hint: date it 2026-07-01 or later
    ----- exit 1
    ");
    for line in [
        "fund deposit acme 5 --date 2026-06-30",
        "fund allocate acme-test 5 --date 2026-06-15",
        "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-15",
        "order record acme-prod --product ecs --kind new --list-price 5 --provider-order 77 --date 2026-06-15 --placed",
        "order refund o-1 --provider-order 77 --date 2026-06-15",
        "bill import bill.csv --period 2026-06 --final",
    ] {
        book.refused(1, "period.closed", line);
    }
    assert_eq!(book.everything(), before);
    book.done("fund deposit acme 5 --date 2026-07-01");
}

#[test]
fn a_close_is_refused_with_everything_that_blocks_it() {
    let book = TestBook::acme(Point::Ordered);
    assert_snapshot!(book.run("period close 2026-06"), @"
    ----- stderr
    error: 2026-06 cannot be closed yet
      orders wait for a bill: `subledger bill import FILE --period 2026-06 --final`; if it cannot be waited for, `subledger period close 2026-06 --without-bill`
    ----- exit 1
    ");
    book.done("bill import bill.csv --period 2026-06 --estimated");
    assert_snapshot!(book.run("period close 2026-06"), @"
    ----- stderr
    error: 2026-06 cannot be closed yet
      the bill is an estimate: `subledger bill import FILE --period 2026-06 --final` once the provider's is final
      3 differences are open, 32577.70 CNY in size: `subledger difference list --period 2026-06`
    ----- exit 1
    ");
    assert_snapshot!(book.run("period close 2026-07"), @"
    ----- stderr
    error: 2026-07 cannot be closed yet
      2026-06 is still open; close it first: `subledger month-end 2026-06 --bill FILE --out DIR`
      nothing happened in 2026-07; `subledger period list` shows the months
    ----- exit 1
    ");
    let refused = book.refused(1, "period.blocked", "period close 2026-06");
    assert_eq!(refused.details.len(), 2);
    // The same bill again, and this time it is final: the version is promoted, and only the differences are left.
    book.done("bill import bill.csv --period 2026-06 --final");
    assert_eq!(book.refused(1, "period.blocked", "period close 2026-06").details.len(), 1);
}
