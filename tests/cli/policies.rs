//! Policies: what one agent wants otherwise than most, and the pool check.

use insta::assert_snapshot;

use crate::book::{Point, TestBook};

#[test]
fn policies_are_listed_with_what_they_are_for_and_set() {
    let book = TestBook::acme(Point::Made);
    assert_snapshot!(book.run("policy list"), @"
    Policy                  Value                   Usually                 What for
    ------------------------------------------------------------------------------------------------------------------------------------------------------------
    pool-check              off                     off                     agent-pays orders need cover in the pool: off, warn or refuse
    low-balance             0,10,25                 0,10,25                 alert when so many percent of a balance or a credit are left
    pool-days               15                      15                      alert when the pool lasts fewer days
    approval-limit          none                    none                    what moves more than this waits for another operator: 50000, fund 20000 CNY, or none
    approval-days           7                       7                       a request waits so many days for another operator
    payment-days            30                      30                      what a month is owed for is due so many days after its end
    overdue-check           off                     off                     new purchases of accounts that owe what was due: off, warn or refuse
    dunning-days            1,15,30                 1,15,30                 overdue for so many days, a debt reaches the first, second, third level of dunning
    invitation-days         3                       3                       alert when an invitation runs out within so many days
    invitation-link         none                    none                    the page on which holders accept, https://…; the token is put at its end; or none
    invitation-resends      5                       5                       an invitation may be sent again so many times
    verify-days             7                       7                       alert when an account has been without a verified name for so many days
    chain-depth             2                       2                       so many levels of the chain above the agent are in order
    authorisation-days      30                      30                      alert when the certificate of a party above runs out within so many days
    handover-days           7                       7                       a hand-over is to be done within so many days
    tolerance-amount        0                       0                       an order may be billed so much off, in major units; 0 tolerates nothing
    tolerance-percent       0                       0                       and so many percent off; the smaller of the two holds
    tolerance-budget        0                       0                       what is tolerated in a month comes to no more than this, in major units
    tax-rate                unknown                 unknown                 percent of tax on top of bills without it, such as 6; or unknown
    flood                   200                     200                     more new differences of one kind are told as one headline
    write-off-limit         100                     100                     what may be written off in a month, in major units of each currency
    usage-jump              300                     300                     warn when an account uses so many percent of its last months' average
    invoice-basis           consumed                consumed                what is invoiced: consumed, or settled: only what is paid
    invoice-rate            6                       6                       percent of tax in invoices: 13, 9, 6, 3, 1 or 0
    invoice-digital-fields  optional                optional                special digital invoices need address, phone and bank: required or optional
    invoice-item            *信息技术服务*云服务费  *信息技术服务*云服务费  what stands on invoices as what was sold
    ----- exit 0
    ");
    assert_snapshot!(book.run("policy set low-balance 5,40"), @"
    Policy  low-balance
    Before  0,10,25
    Value   5,40
    ----- exit 0
    ");
    assert_eq!(book.json("policy list")["rows"][1]["value"], "5,40");
    // What is so already leaves no trace, and neither does a value that is none.
    let operations = book.operations();
    book.done("policy set low-balance 40,5");
    assert_snapshot!(book.run("policy set pool-check maybe"), @r#"
    ----- stderr
    error: "maybe" is no value of the policy pool-check: not a pool check: one of off, warn, refuse
    hint: `subledger policy list` shows what it is for
    ----- exit 1
    "#);
    book.refused(1, "policy.invalid", "policy set pool-days -1");
    book.refused(1, "policy.invalid", "policy set low-balance 50%");
    assert_eq!(book.operations(), operations);
    assert_eq!(book.run("policy set poolcheck warn").exit, 2);
    assert!(book.checks());
}

#[test]
fn an_order_for_which_the_agent_pays_needs_cover_in_the_pool_if_the_policy_says_so() {
    let book = TestBook::acme(Point::Funded);
    let buy = |account: &str, number: u32, more: &str| {
        format!(
            "order record {account} --product ecs --kind new --list-price 1000 --provider-order {number} --date 2026-06-02 {more}"
        )
    };
    // Off: nobody looks.
    book.done(&buy("acme-prod", 71, ""));
    book.done("policy set pool-check warn");
    assert!(
        book.done(&buy("acme-prod", 72, ""))
            .stderr
            .contains("the pool does not cover it: 800.00 CNY is needed, -800.00 CNY is left")
    );
    book.done("policy set pool-check refuse");
    assert_snapshot!(book.run(&buy("acme-prod", 73, "")), @"
    ----- stderr
    error: the pool does not cover an order of acme-prod: 800.00 CNY is needed, -1600.00 CNY is left once the provider has what it is owed
    hint: `subledger pool top-up AMOUNT` records money that was paid in; the policy is `pool-check`; --placed records an order that the provider has accepted already
    ----- exit 1
    ");
    // A fact is recorded, with a warning; a prepaid account spends its own money.
    assert!(book.done(&buy("acme-prod", 73, "--placed")).stderr.contains("the pool does not cover it"));
    assert_eq!(book.done(&buy("acme-test", 74, "")).stderr, "");
    // 5 × 800 are expected by then, so that 800 are left of 4 000.
    book.done("pool top-up 4000 --date 2026-06-01");
    assert_eq!(book.done(&buy("acme-prod", 75, "")).stderr, "");
    book.refused(1, "pool.uncovered", &buy("acme-prod", 76, ""));
    // In a list, each line has the cover that the lines before it have left.
    book.done("pool top-up 800 --date 2026-06-01");
    let line = |number: u32| format!("acme-prod,ecs,new,1000,{number},,,2026-06-02\n");
    let header = "account,product,kind,list_price,provider_order,from,to,date\n";
    book.write("two.csv", format!("{header}{}{}", line(77), line(78)));
    assert_snapshot!(book.run("order import two.csv"), @"
    ----- stderr
    error: two.csv: 1 order is refused; nothing was recorded
      line 3: the pool does not cover an order of acme-prod: 800.00 CNY is needed, 0.00 CNY is left once the provider has what it is owed
    ----- exit 1
    ");
    book.write("one.csv", format!("{header}{}", line(77)));
    book.done("order import one.csv");
    assert!(book.checks());
}
