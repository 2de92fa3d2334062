//! The agent, the chain above it, and what stops when a level of it is frozen.

use insta::assert_snapshot;
use serde_json::Value;

use crate::book::{Point, TestBook};

const THREE_LEVELS: &[&str] = &[
    "agent chain add Aliyun --level 0",
    "agent chain add 'Aliyun Tier One (Hangzhou)' --level 1 --above aliyun --authorisation ALI-1 --expires 2027-03-31",
    "agent chain add 'Tier Two' --level 2 --authorisation T1-7 --expires 2026-07-20",
];

const UNPAID: &str = "agent chain freeze 'aliyun tier one (hangzhou)' --reason 'it has not paid the provider'";

/// A chain of three levels above the agent.
fn three_levels(point: Point) -> TestBook {
    let book = TestBook::acme(point);
    for line in THREE_LEVELS {
        book.done(line);
    }
    book
}

fn buy(account: &str, number: u32) -> String {
    format!("order record {account} --product ecs --kind new --list-price 1000 --provider-order {number} --date 2026-07-02")
}

/// Kind and subject of every open alert of these kinds.
fn alerts(book: &TestBook) -> Vec<String> {
    let told: Value = serde_json::from_str(&book.run("alert list --format json").stdout).unwrap();
    let rows = told["rows"].as_array().unwrap().iter();
    let of_the_chain = rows.filter(|row| row["kind"] == "chain-frozen" || row["kind"] == "authorisation");
    of_the_chain.map(|row| format!("{} {}", row["kind"].as_str().unwrap(), row["subject"].as_str().unwrap())).collect()
}

#[test]
fn a_level_is_frozen_and_what_hangs_below_it_stops() {
    let mut book = three_levels(Point::Ordered);
    book.done("fund deposit acme 5000 --date 2026-07-01");
    book.done("pool top-up 3000 --date 2026-07-01");
    assert_snapshot!(book.run("agent chain list"), @"
    Party                       Level  Buys from                   Authorisation  Valid until  Days left  Accounts  State  Since  Why
    ---------------------------------------------------------------------------------------------------------------------------------
    Aliyun                          0  -                           -              -                    -         2  open   -      -
    Aliyun Tier One (Hangzhou)      1  Aliyun                      ALI-1          2027-03-31         271         2  open   -      -
    Tier Two                        2  Aliyun Tier One (Hangzhou)  T1-7           2026-07-20          17         2  open   -      -
    ----- exit 0
    ");
    // The list is by level; the certificate of the lowest runs out in 17 days.
    assert_eq!(alerts(&book), ["authorisation Tier Two"]);
    book.done("account edit acme-test --upstream 'tier two'");
    assert_eq!(book.json("account show acme-test")["upstream"], "Tier Two");
    assert_eq!(book.json("account show acme-prod")["upstream"], Value::Null);

    // Looked at before it happens: everything hangs below it.
    assert_snapshot!(book.run("report blast 'ALIYUN TIER ONE (HANGZHOU)'"), @"
    Party               Aliyun Tier One (Hangzhou)
    Level               1
    State               open
    Above it            Aliyun
    Below it            Tier Two
    Accounts that stop  2

    Account    UID               Group  State   Mode        Currency     Funds      Owed  Credit limit  Available  Pending usage  Open orders  Their cost
    -----------------------------------------------------------------------------------------------------------------------------------------------------
    acme-prod  1000000000000001  acme   active  agent-pays  CNY           0.00  56899.99     100000.00   43100.01           0.00            3    49599.99
    acme-test  1000000000000002  acme   active  prepaid     CNY       17300.00      0.00          0.00   17300.00           0.00            1     2400.00

    Groups
    Group  Currency  Accounts that stop  Others  Not allocated  Of no use then
    --------------------------------------------------------------------------
    acme   CNY                        2       0       35000.00        35000.00

    Totals
    Currency  Accounts     Funds      Owed  Credit limit  Available  Pending usage  Open orders  Their cost  Deposits     Pool
    --------------------------------------------------------------------------------------------------------------------------
    CNY              2  17300.00  56899.99     100000.00   60400.01           0.00            4    51999.99  35000.00  3000.00
    ----- exit 0
    ");
    let before = book.json("report blast 'Aliyun Tier One (Hangzhou)'");
    assert_snapshot!(book.run(UNPAID), @"
    Party           Aliyun Tier One (Hangzhou)
    Level           1
    Buys from       Aliyun
    Authorisation   ALI-1
    Valid until     2027-03-31
    State           frozen
    Accounts below  2
    Frozen since    2026-07-03
    Frozen by       root
    Why             it has not paid the provider
    ----- stderr
    next: `subledger report blast NAME` shows what stops
    ----- exit 0
    ");
    let after = book.json("report blast 'Aliyun Tier One (Hangzhou)'");
    assert_eq!((&before["rows"], &before["totals"]), (&after["rows"], &after["totals"]), "what stops is what would have stopped");
    assert_eq!((&after["state"], &after["frozen_since"]), (&"frozen".into(), &"2026-07-03".into()));

    // Nothing is planned any more, whatever the account says; what the provider has accepted is recorded.
    for account in ["acme-prod", "acme-test"] {
        book.refused(1, "chain.frozen", &buy(account, 71));
    }
    assert_snapshot!(book.run(&buy("acme-prod", 71)), @"
    ----- stderr
    error: acme-prod can plan nothing: Aliyun Tier One (Hangzhou), above it, is frozen since 2026-07-03: it has not paid the provider
    hint: --placed records an order that the provider has accepted already; `subledger agent chain list` shows the chain
    ----- exit 1
    ");
    let placed = book.done(&format!("{} --placed", buy("acme-prod", 71)));
    assert_eq!(placed.stderr, "warning: Aliyun Tier One (Hangzhou), above acme-prod, is frozen since 2026-07-03\n");
    book.write("two.csv", "account,product,kind,list_price,provider_order,from,to,date\nacme-test,ecs,new,1,72,,,2026-07-02\n");
    book.refused(1, "order.lines-refused", "order import two.csv");

    assert_snapshot!(book.run("alert list --kind chain-frozen"), @"
    Id            Kind          About                       State  What                                                                              Note
    -----------------------------------------------------------------------------------------------------------------------------------------------------
    08787bd18f07  chain-frozen  Aliyun Tier One (Hangzhou)  open   frozen since 2026-07-03 (it has not paid the provider); 2 accounts hang below it  -
    ----- exit 3
    ");
    book.done(UNPAID_IS_KNOWN.replace("ID", &id_of(&book, "chain-frozen")).as_str());
    book.refused(1, "chain.frozen-already", UNPAID);
    assert_snapshot!(book.run(UNPAID), @"
    ----- stderr
    error: Aliyun Tier One (Hangzhou) is frozen already, since 2026-07-03: it has not paid the provider
    hint: `subledger agent chain thaw` lets it go on
    ----- exit 1
    ");

    book.set_now("2026-07-10T02:00:00Z");
    assert_snapshot!(book.run("agent chain thaw 'Aliyun Tier One (Hangzhou)' --reason 'the provider has its money'"), @"
    Party           Aliyun Tier One (Hangzhou)
    Level           1
    Buys from       Aliyun
    Authorisation   ALI-1
    Valid until     2027-03-31
    State           open
    Accounts below  2
    ----- exit 0
    ");
    book.refused(1, "chain.not-frozen", "agent chain thaw 'Aliyun Tier One (Hangzhou)' --reason again");
    book.done(&buy("acme-prod", 73));
    assert_eq!(alerts(&book), ["authorisation Tier Two"]);
    // Frozen again, it is another occasion: what was said to the first one does not hide it.
    book.done(UNPAID);
    assert_eq!(book.json_exit(3, "alert list --kind chain-frozen")["rows"][0]["state"], "open");
    assert!(book.checks(), "{}", book.run("check"));
}

const UNPAID_IS_KNOWN: &str = "alert acknowledge ID --note 'they pay tomorrow'";

fn id_of(book: &TestBook, kind: &str) -> String {
    book.json_exit(3, &format!("alert list --kind {kind}"))["rows"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn two_parties_sell_to_the_agent_and_accounts_say_through_whom_they_are_bought() {
    let book = three_levels(Point::Funded);
    book.done("agent chain add 'Tier Zwei' --level 2 --authorisation T1-8");
    // Who says nothing may be bought through either.
    for name in ["Tier Two", "Tier Zwei"] {
        assert_eq!(book.json(&format!("report blast '{name}'"))["accounts"], 2, "{name}");
    }
    book.done("account edit acme-prod --upstream 'Tier Two'");
    book.done("account edit acme-test --upstream 'Tier Zwei'");
    let blast = book.json("report blast 'Tier Two'");
    assert_eq!(blast["rows"].as_array().unwrap().len(), 1);
    assert_eq!(blast["rows"][0]["account"], "acme-prod");
    assert_eq!(blast["above"], serde_json::json!(["Aliyun Tier One (Hangzhou)", "Aliyun"]));
    // The group's other account goes on: its deposits are of use to it.
    let groups = &blast["groups"][0];
    assert_eq!((&groups["elsewhere"], &groups["deposits"], &groups["stranded"]), (&1.into(), &"30000.00".into(), &"0.00".into()));
    assert_eq!(blast["totals"]["CNY"]["deposits"], "0.00");
    let of_all = book.json("report blast Aliyun");
    assert_eq!(of_all["below"], serde_json::json!(["Aliyun Tier One (Hangzhou)", "Tier Two", "Tier Zwei"]));
    assert_eq!(of_all["totals"]["CNY"]["deposits"], "30000.00");

    book.done("agent chain freeze 'Tier Two' --reason 'no certificate'");
    book.refused(1, "chain.frozen", &buy("acme-prod", 71));
    book.done(&buy("acme-test", 72));
    assert_eq!(book.json("agent chain list")["rows"][2]["accounts"], 1);
    // One that names nobody any more may be bought there, too.
    book.done("account edit acme-test --no-upstream");
    book.refused(1, "chain.frozen", &buy("acme-test", 73));
    book.refused(2, "usage", "account edit acme-test --no-upstream --upstream 'Tier Two'");

    // Both ways into the book ask.
    let particulars = "--group acme --entity acme-hq --environment test --mode prepaid";
    let create = format!("account create new-1 {particulars} --mobile 13800000002");
    book.refused(1, "chain.unknown", &format!("{create} --upstream 'Tier Three'"));
    assert_eq!(book.json(&format!("{create} --upstream 'TIER ZWEI'"))["upstream"], "Tier Zwei");
    let attested = "--attest no-other-agent --attest no-arrears --attest no-open-orders --upstream 'Tier Zwei'";
    assert_eq!(
        book.json(&format!("account associate old-1 --uid 1000000000000009 {particulars} {attested}"))["upstream"],
        "Tier Zwei"
    );

    // Neither who sells to others nor whom accounts name is removed.
    assert_snapshot!(book.run("agent chain remove 'tier zwei'"), @"
    ----- stderr
    error: Tier Zwei cannot be removed while others stand on it
      bought through it: new-1, old-1; `subledger account edit ACCOUNT` with --upstream names another party, with --no-upstream none
    ----- exit 1
    ");
    book.refused(1, "chain.in-use", "agent chain remove Aliyun");
    assert_snapshot!(book.run("agent chain remove Aliyun"), @"
    ----- stderr
    error: Aliyun cannot be removed while others stand on it
      below it: Aliyun Tier One (Hangzhou), Tier Two, Tier Zwei; remove them first, or let them buy elsewhere: `subledger agent chain edit NAME --above NAME`
    ----- exit 1
    ");
    for account in ["new-1", "old-1"] {
        book.done(&format!("invitation revoke {account} --reason 'given up'"));
    }
    book.done("agent chain remove 'tier zwei'");
    book.refused(1, "chain.unknown", "agent chain remove 'tier zwei'");
    assert_eq!(book.json("account show new-1")["upstream"], "Tier Zwei", "what has ended stays as it was");
    // The name is free again.
    book.done("agent chain add 'Tier Zwei' --level 2 --authorisation T1-9");
    assert!(book.checks(), "{}", book.run("check"));
}

/// Whoever is frozen is not stepped over by naming somebody further up.
#[test]
fn accounts_are_bought_through_who_sells_to_the_agent() {
    let book = three_levels(Point::Ready);
    book.refused(1, "chain.not-seller", "account edit acme-prod --upstream Aliyun");
    assert_snapshot!(book.run("account edit acme-prod --upstream Aliyun"), @"
    ----- stderr
    error: Aliyun does not sell to the agent: others stand between them
    hint: --upstream Tier Two
    ----- exit 1
    ");
    book.refused(1, "chain.unknown", "account edit acme-prod --upstream Nobody");
    let create = "account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002";
    book.refused(1, "chain.not-seller", &format!("{create} --upstream aliyun"));
    book.done(&format!("{create} --upstream 'Tier Two'"));
}

/// Who plans is told what recording would refuse.
#[test]
fn a_plan_tells_of_accounts_that_may_not_buy() {
    let book = three_levels(Point::Ready);
    book.write("plan.csv", "account,product,list_price\nacme-prod,ecs,100\n");
    assert_eq!(book.done("price plan acme plan.csv").stderr, "");
    book.done("agent chain freeze Aliyun --reason unpaid");
    book.done("account edit acme-prod --holder 'Wang Wei'");
    book.done("handover open --holder 'Wang Wei' --reason left");
    assert_snapshot!(book.done("price plan acme plan.csv").stderr, @"
    warning: Aliyun, above acme-prod, is frozen since 2026-07-03
    warning: Wang Wei leaves: the hand-over h-1 is open
    ");
}

#[test]
fn where_a_party_stands() {
    let book = three_levels(Point::Made);
    let operations = book.operations();
    for (code, line) in [
        ("chain.exists", "agent chain add 'TIER TWO' --level 1"),
        ("chain.cycle", "agent chain add 'Tier Three' --level 3 --above 'tier three'"),
        ("chain.cycle", "agent chain edit 'Tier Two' --above 'Tier Two'"),
        ("chain.cycle", "agent chain edit Aliyun --above 'Tier Two'"),
        ("chain.level", "agent chain add 'Tier Four' --level 4 --above 'Tier Two'"),
        ("chain.level", "agent chain add Huawei --level 0 --above Aliyun"),
        ("chain.level", "agent chain edit 'Tier Two' --above Aliyun"),
        ("chain.above", "agent chain add 'Tier Four' --level 4"),
        ("chain.unknown", "agent chain add 'Tier Three' --level 3 --above 'Tier Tow'"),
        ("chain.unknown", "agent chain edit 'Tier Tow' --expires 2027-01-01"),
        ("chain.unknown", "agent chain freeze Nobody --reason why"),
        ("chain.unknown", "agent chain thaw Nobody --reason why"),
        ("chain.unknown", "report blast Nobody"),
        ("chain.expires", "agent chain edit 'Tier Two' --expires 2226-07-03"),
        ("chain.expires", "agent chain add 'Tier Three' --level 3 --expires 2226-07-03"),
    ] {
        book.refused(1, code, line);
    }
    assert_snapshot!(book.run("agent chain edit Aliyun --above 'Tier Two'"), @"
    ----- stderr
    error: Aliyun cannot buy from Tier Two, which stands below it
    hint: `subledger agent chain list` shows who buys from whom
    ----- exit 1
    ");
    assert_snapshot!(book.run("agent chain add 'Tier Four' --level 4 --above 'Tier Two'"), @"
    ----- stderr
    error: Tier Four is on level 4, which does not follow on Tier Two on level 2
    hint: a party stands one level below the one that it buys from; `subledger agent chain list` shows their levels
    ----- exit 1
    ");
    assert_snapshot!(book.run("agent chain add 'Tier Four' --level 4"), @"
    ----- stderr
    error: Tier Four is on level 4, and nobody is on level 3 from whom it could buy
    hint: `subledger agent chain add NAME --level 3` records that party first
    ----- exit 1
    ");
    assert_snapshot!(book.run("agent chain edit 'Tier Tow' --expires 2027-01-01"), @r#"
    ----- stderr
    error: there is no party of the chain "Tier Tow"
    hint: did you mean Tier Two?
    ----- exit 1
    "#);
    assert_snapshot!(book.run("agent chain add 'Tier Three' --level 3 --expires 2226-07-03"), @"
    ----- stderr
    error: no certificate is valid until 2226-07-03: 2076-07-03 would be the latest
    hint: look at the year again
    ----- exit 1
    ");
    assert_eq!(book.operations(), operations, "what is refused leaves no trace");
    book.done("agent chain add 'Tier Zwei' --level 2 --authorisation T1-8");
    assert_snapshot!(book.run("agent chain add 'Tier Three' --level 3"), @"
    ----- stderr
    error: Tier Three is on level 3, and on level 2 stand Tier Two, Tier Zwei
    hint: --above NAME says from whom it buys
    ----- exit 1
    ");
    // Facts are recorded, also those that are out of order: too deep, and run out.
    assert_snapshot!(book.run("agent chain add 'Tier Three' --level 3 --above 'Tier Zwei' --authorisation T2-1 --expires 2026-06-30"), @"
    Party           Tier Three
    Level           3
    Buys from       Tier Zwei
    Authorisation   T2-1
    Valid until     2026-06-30
    State           open
    Accounts below  0
    ----- stderr
    warning: Tier Three is on level 3, and no more than 2 are in order by the policy chain-depth
    warning: the certificate of Tier Three ran out on 2026-06-30
    ----- exit 0
    ");
    assert_eq!(alerts(&book), ["authorisation Tier Three", "authorisation Tier Two"]);
    assert_snapshot!(book.run("alert list --kind authorisation"), @"
    Id            Kind           About       State  What                                   Note
    -------------------------------------------------------------------------------------------
    257cbf655d11  authorisation  Tier Three  open   its certificate ran out on 2026-06-30  -
    f26ae1901d49  authorisation  Tier Two    open   its certificate runs until 2026-07-20  -
    ----- exit 3
    ");
    // Certificates are renewed every year.
    book.done("agent chain edit 'tier three' --authorisation T2-2 --expires 2027-06-30");
    book.done("agent chain edit 'tier three' --above 'Tier Two'");
    let operations = book.operations();
    book.done("agent chain edit 'tier three' --expires 2027-06-30");
    assert_eq!(book.operations(), operations, "what is so already leaves no trace");
    book.done("policy set authorisation-days 10");
    assert_eq!(alerts(&book), [""; 0]);
    book.done("agent chain add Nobody --level 1");
    assert_eq!(alerts(&book), ["authorisation Nobody"], "one without certificate");
    book.done("policy set chain-depth 4");
    assert_eq!(book.done("agent chain add 'Tier Four' --level 4 --authorisation T3-1").stderr, "");
    assert_eq!(book.json("agent show")["levels"], 4);
    assert!(book.checks());
}

#[test]
fn names_are_what_people_write_and_nothing_that_steers_a_terminal() {
    let book = TestBook::acme(Point::Made);
    let add = |name: &str| book.run_words(&["agent", "chain", "add", name, "--level", "1", "--authorisation", "x"]);
    for wrong in ["", "   ", "Tier\u{1b}[31m", "a\nb", "\u{202e}eno reiT", "Tier\u{200f}", &"x".repeat(301), &"x".repeat(10_000)] {
        let output = add(wrong);
        assert_eq!((output.exit, output.stdout.as_str()), (2, ""), "{wrong:?}");
        assert!(!output.stderr.contains(['\u{1b}', '\u{202e}', '\u{200f}']), "{wrong:?}");
        let looked = book.run_words(&["report", "blast", wrong]);
        assert_eq!(looked.exit, 2, "{wrong:?}");
        let reason = book.run_words(&["agent", "chain", "freeze", "Aliyun", "--reason", wrong]);
        assert_eq!(reason.exit, 2, "{wrong:?}");
    }
    let longest = "阿".repeat(300);
    for right in ["阿里云 一级（杭州）", "🚀 Cloud", "  ÉCLAIR  ", "=1+1", &longest] {
        let output = add(right);
        assert_eq!(output.exit, 0, "{right}\n{output}");
    }
    assert_eq!(book.json("report blast éclair")["name"], "ÉCLAIR");
    book.refused(1, "chain.exists", "agent chain add éclair --level 1");
    assert!(book.done("agent chain list --format csv").stdout.contains("'=1+1"), "no sheet calculates it");
    for line in [
        "agent chain add Aliyun",
        "agent chain add Aliyun --level -1",
        "agent chain add Aliyun --level 100",
        "agent chain add Aliyun --level one",
        "agent chain add Aliyun --level 1 --expires 2026-02-30",
        "agent chain add Aliyun --level 1 --expires soon",
        "agent chain edit 'éclair'",
        "agent chain freeze 'éclair'",
        "agent chain thaw 'éclair'",
        "agent edit",
    ] {
        book.refused(2, "usage", line);
    }
    assert!(book.checks());
}

#[test]
fn a_blast_that_hits_nothing_and_a_chain_that_is_not_recorded() {
    let book = TestBook::acme(Point::Made);
    assert_snapshot!(book.run("agent chain list"), @"
    nobody is recorded; `subledger agent chain add` records who sells to the agent
    ----- exit 0
    ");
    assert_snapshot!(book.run("report blast Aliyun"), @r#"
    ----- stderr
    error: there is no party of the chain "Aliyun"
    hint: `subledger agent chain list` shows them all
    ----- exit 1
    "#);
    book.done("agent chain add Aliyun --level 0");
    assert_snapshot!(book.run("report blast Aliyun"), @"
    Party               Aliyun
    Level               0
    State               open
    Above it            -
    Below it            -
    Accounts that stop  0

    no account hangs below it

    Groups: none

    Totals
    Currency  Accounts  Funds  Owed  Credit limit  Available  Pending usage  Open orders  Their cost  Deposits  Pool
    ----------------------------------------------------------------------------------------------------------------
    CNY              0   0.00  0.00          0.00       0.00           0.00            0        0.00      0.00  0.00
    ----- exit 0
    ");
    let csv = book.done("report blast Aliyun --format csv").stdout;
    assert!(csv.starts_with("account,uid,group,state,mode,currency,funds,"), "{csv}");
}

#[test]
fn the_agents_own_number_is_nobody_elses() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("agent show"), @"
    Agent            Lingdu Cloud
    Credential       91330106MA05J1K21K
    Provider         alibaba
    Currency         CNY
    UID              -
    Levels above it  -
    ----- exit 0
    ");
    assert_snapshot!(book.run("agent edit --name 'Lingdu Cloud (Hangzhou)' --uid 9000000000000001"), @"
    Agent            Lingdu Cloud (Hangzhou)
    Credential       91330106MA05J1K21K
    Provider         alibaba
    Currency         CNY
    UID              9000000000000001
    Levels above it  -
    ----- exit 0
    ");
    book.refused(1, "uid.in-use", "agent edit --uid 1000000000000001");
    book.refused(1, "uid.spreadsheet", "agent edit --uid 1.06E+15");
    assert!(book.done("agent edit --uid 900000000000001").stderr.contains("has 15 digits"));
    book.done("agent edit --uid 9000000000000001");
    let particulars = "--group acme --entity acme-hq --environment test --mode prepaid";
    let attested = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    let associate = format!("account associate old-1 --uid 9000000000000001 {particulars} {attested}");
    book.refused(1, "uid.in-use", &associate);
    assert_snapshot!(book.run(&associate), @"
    ----- stderr
    error: the UID 9000000000000001 is the own account of the agent Lingdu Cloud (Hangzhou)
    hint: give the UID of the customer's account; `subledger agent edit --uid` puts the agent's right
    ----- exit 1
    ");
    let preflight = book.json_exit(3, "account preflight 9000000000000001");
    assert_eq!(
        (&preflight["rows"][0]["finding"], &preflight["rows"][0]["evidence"]),
        (&"fail".into(), &"it is the agent's own".into())
    );
    book.done(&format!("account create new-1 {particulars} --mobile 13800000002"));
    book.refused(1, "uid.in-use", "account accept new-1 --uid 9000000000000001");
    let operations = book.operations();
    book.done("agent edit --name 'Lingdu Cloud (Hangzhou)'");
    assert_eq!(book.operations(), operations, "what is so already leaves no trace");
    assert!(book.checks());
}

#[test]
fn the_chain_is_the_administrators() {
    let book = three_levels(Point::Ready);
    let lines = [
        "agent edit --name Other",
        "agent chain add Other --level 1",
        "agent chain edit 'Tier Two' --expires 2027-01-01",
        "agent chain remove 'Tier Two'",
        "agent chain freeze 'Tier Two' --reason why",
        "agent chain thaw 'Tier Two' --reason why",
    ];
    book.set_roles("manager finance tech auditor");
    for line in lines {
        book.refused(4, "operator.not-permitted", line);
    }
    for line in ["agent show", "agent chain list", "report blast 'Tier Two'"] {
        book.done(line);
    }
    book.set_roles("admin");
    for line in lines.into_iter().filter(|line| !line.contains("remove")) {
        book.done(line);
    }
    book.refused(4, "operator.not-permitted", "account edit acme-prod --upstream 'Tier Two'");
}
