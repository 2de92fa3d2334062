//! The small demo: a group, two months, one difference of each kind.

use super::Demo;
use super::bill::{HEADER, Kind, Line, push};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::money::Exact;
use crate::domain::period::parse_date;
use crate::view::document::Document;

const SALE: &str = r#"agreement = "orchid-2026"
kind = "sale"
group = "orchid"
currency = "CNY"
valid_from = "2026-01-01"
basis = "list"

[volume]
measure = "list"
window = "year"
rule = "whole"

[[tier]]
from = "0"
discount = "5%"

[[tier]]
from = "20000"
discount = "10%"

[[tier]]
from = "50000"
discount = "15%"
"#;

const PURCHASE: &str = r#"agreement = "alibaba-2026"
kind = "purchase"
provider = "alibaba"
currency = "CNY"
valid_from = "2026-01-01"
basis = "list"

[[tier]]
from = "0"
discount = "20%"
"#;

const MAY_ORDERS: &str = "\
account,product,kind,list_price,provider_order,from,to,date
retail-prod,ecs,new,7200.00,2026050001,2026-05-04,2027-05-04,2026-05-04
games-prod,rds,new,5400.50,2026050002,2026-05-06,2027-05-06,2026-05-06
labs-dev,ecs,new,960.00,2026050003,2026-05-08,2026-06-08,2026-05-08
retail-test,slb,new,480.00,2026050004,2026-05-11,2026-11-11,2026-05-11
games-prod,cdn,new,3600.00,2026050005,2026-05-18,2027-05-18,2026-05-18
retail-prod,ecs,upgrade,1250.75,2026050006,2026-05-25,2027-05-04,2026-05-25
";

const JUNE_ORDERS: &str = "\
account,product,kind,list_price,provider_order,from,to,date
retail-prod,ecs,renew,9800.00,2026060001,2026-06-03,2027-06-03,2026-06-03
games-prod,rds,new,15000.00,2026060002,2026-06-05,2027-06-05,2026-06-05
labs-dev,ecs,renew,960.00,2026060003,2026-06-08,2026-07-08,2026-06-08
retail-prod,oss,new,12000.00,2026060004,2026-06-12,2027-06-12,2026-06-12
games-prod,ecs,new,8600.00,2026060005,2026-06-17,2027-06-17,2026-06-17
retail-test,ecs,new,600.00,2026060006,2026-06-24,2026-07-24,2026-06-24
";

const RETAIL_PROD: &str = "1688000000000011";
const RETAIL_TEST: &str = "1688000000000012";
const GAMES_PROD: &str = "1688000000000021";
const LABS_DEV: &str = "1688000000000031";

/// A line of the tables below: id, order number, UID, day, product, list price, and what is owed when it is not 80 % of that.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const MAY_BILL: [Row; 11] = [
    ("202605_0001", "2026050001", RETAIL_PROD, "2026-05-04", "ecs", "7200", None),
    ("202605_0002", "2026050002", GAMES_PROD, "2026-05-06", "rds", "5400.5", None),
    ("202605_0003", "2026050003", LABS_DEV, "2026-05-08", "ecs", "960", None),
    ("202605_0004", "2026050004", RETAIL_TEST, "2026-05-11", "slb", "480", None),
    ("202605_0005", "2026050005", GAMES_PROD, "2026-05-18", "cdn", "3600", None),
    // The provider keeps more places than anybody pays: 1000.598 against the expected 1000.60.
    ("202605_0006", "2026050006", RETAIL_PROD, "2026-05-25", "ecs", "1250.75", Some("1000.598")),
    ("202605_0007", "2026059001", GAMES_PROD, "2026-05-27", "cdn", "-1200", None),
    ("202605_0008", "", RETAIL_PROD, "2026-05-31", "oss", "212.6543209875", None),
    ("202605_0009", "", RETAIL_PROD, "2026-05-31", "cdn", "96.25", None),
    ("202605_0010", "", GAMES_PROD, "2026-05-31", "oss", "1480.1234567890", None),
    ("202605_0011", "", LABS_DEV, "2026-05-31", "oss", "18.0000000005", None),
];

const JUNE_BILL: [Row; 9] = [
    ("202606_0001", "2026060001", RETAIL_PROD, "2026-06-03", "ecs", "9800", None),
    ("202606_0003", "2026060003", LABS_DEV, "2026-06-08", "ecs", "960", None),
    ("202606_0006", "2026060006", RETAIL_TEST, "2026-06-24", "ecs", "600", None),
    ("202606_0007", "2026069999", GAMES_PROD, "2026-06-25", "oss", "540", None),
    ("202606_0008", "", RETAIL_PROD, "2026-06-30", "oss", "230.1000000015", None),
    ("202606_0009", "", RETAIL_PROD, "2026-06-30", "cdn", "101.9", None),
    ("202606_0010", "", GAMES_PROD, "2026-06-30", "oss", "1622.3456789010", None),
    ("202606_0011", "", LABS_DEV, "2026-06-30", "oss", "17.5000000010", None),
    ("202606_0012", "", RETAIL_TEST, "2026-06-30", "cdn", "3.3", None),
];

/// What is wrong with the first bill for June: billed too high, billed too low, an account that nobody knows, a line twice;
/// and order 2026060004 is missing.
const JUNE_FAULTS: [Row; 4] = [
    ("202606_0002", "2026060002", GAMES_PROD, "2026-06-05", "rds", "15000", Some("12050")),
    ("202606_0005", "2026060005", GAMES_PROD, "2026-06-17", "ecs", "8600", Some("6879.75")),
    ("202606_0013", "", "1688000000000099", "2026-06-30", "oss", "72.8875", None),
    ("202606_0001", "2026060001", RETAIL_PROD, "2026-06-03", "ecs", "9800", None),
];

const JUNE_MENDED: [Row; 3] = [
    ("202606_0002", "2026060002", GAMES_PROD, "2026-06-05", "rds", "15000", None),
    ("202606_0004", "2026060004", RETAIL_PROD, "2026-06-12", "oss", "12000", None),
    ("202606_0005", "2026060005", GAMES_PROD, "2026-06-17", "ecs", "8600", None),
];

fn bill(rows: &[Row]) -> String {
    let mut bill = HEADER.to_owned();
    let exact = |text: &str| -> Exact { text.parse().expect("the table holds decimals") };
    for (id, order, uid, date, product, list, payable) in rows {
        let list = exact(list);
        let kind = match *order {
            "" => Kind::Usage,
            _ if list.is_negative() => Kind::Refund,
            _ => Kind::Subscription,
        };
        let date = parse_date(date).expect("the table holds days");
        push(&mut bill, &Line { id, order, uid, date, kind, product, list, payable: payable.map(exact) });
    }
    bill
}

/// Builds it, command by command.
pub(super) fn build(demo: &Demo) -> Result<Document, Failure> {
    demo.write("sale.toml", SALE)?;
    demo.write("purchase.toml", PURCHASE)?;
    demo.write("orders-2026-05.csv", MAY_ORDERS)?;
    demo.write("orders-2026-06.csv", JUNE_ORDERS)?;
    demo.write("bill-2026-05.csv", &bill(&MAY_BILL))?;
    demo.write("bill-2026-06.csv", &bill(&[&JUNE_BILL[..], &JUNE_FAULTS[..]].concat()))?;
    demo.write("bill-2026-06-mended.csv", &bill(&[&JUNE_BILL[..], &JUNE_MENDED[..]].concat()))?;

    demo.say("1. A book, a group with three subsidiaries, four accounts. Everything here is synthetic.")?;
    demo.prepare(r#"init --agent "Demo Cloud Agency" --credential 91000000MA000D010M --provider alibaba --currency CNY"#)?;
    demo.prepare(r#"entity add orchid-retail --name "Orchid Retail" --credential 91000000DEM000022E"#)?;
    demo.prepare(r#"entity add orchid-games --name "Orchid Games" --credential 92000000MA000K036J"#)?;
    demo.prepare(r#"entity add orchid-labs --name "Orchid Labs" --credential 120000000000000436"#)?;
    demo.prepare(r#"group add orchid --name "Orchid Group""#)?;
    let opened = [
        ("retail-prod", "orchid-retail", "production", "13800000011", "--mode agent-pays --credit 60000", RETAIL_PROD),
        ("games-prod", "orchid-games", "production", "13800000021", "--mode agent-pays --credit 60000", GAMES_PROD),
    ];
    for (account, entity, environment, mobile, money, uid) in opened {
        demo.prepare(&format!(
            "account create {account} --group orchid --entity {entity} --environment {environment} --mobile {mobile} {money} --since 2026-05-01"
        ))?;
        demo.prepare(&format!("account accept {account} --uid {uid}"))?;
        demo.prepare(&format!("account verify {account}"))?;
    }
    let brought = [("retail-test", "orchid-retail", "test", RETAIL_TEST), ("labs-dev", "orchid-labs", "development", LABS_DEV)];
    for (account, entity, environment, uid) in brought {
        demo.prepare(&format!(
            "account associate {account} --uid {uid} --group orchid --entity {entity} --environment {environment} --mode prepaid \
             --since 2026-05-01 --attest no-other-agent --attest no-arrears --attest no-open-orders"
        ))?;
        demo.prepare(&format!("account confirm {account}"))?;
    }

    demo.say("2. Prices: every subsidiary gets the discount that the whole group's volume has earned.")?;
    demo.prepare("price apply sale.toml")?;
    demo.prepare("price apply purchase.toml")?;

    demo.say("3. Money: the group pays in, finance gives the prepaid accounts their share.")?;
    demo.prepare("fund deposit orchid 20000 --date 2026-05-02")?;
    demo.prepare("fund allocate retail-test 3000 --date 2026-05-02")?;
    demo.prepare("fund allocate labs-dev 5000 --date 2026-05-02")?;

    demo.say("4. May: orders, one of them refunded in part, and the month end. The bill agrees, so May closes.")?;
    demo.prepare("order import orders-2026-05.csv")?;
    demo.prepare("order refund 2026050005 --amount 1140 --provider-order 2026059001 --date 2026-05-27")?;
    demo.show("month-end 2026-05 --bill bill-2026-05.csv --out out/2026-05", Exit::Done)?;
    demo.show("statement show games-prod --period 2026-05", Exit::Done)?;

    demo.say("5. June: the group reaches the 10 % tier.")?;
    demo.show("order import orders-2026-06.csv", Exit::Done)?;
    demo.show("price show orchid --as-of 2026-06-30", Exit::Done)?;

    demo.say("6. The bill for June has one difference of each kind: the month end says what blocks, and June stays open.")?;
    demo.show("month-end 2026-06 --bill bill-2026-06.csv --out out/2026-06", Exit::LeftForAPerson)?;
    demo.show("fund balance", Exit::Done)?;
    demo.show("report trial-balance", Exit::Done)?;
    demo.show("check", Exit::Done)?;

    let folder = demo.folder.display();
    demo.say(&format!(
        "To look further:\n\
         \x20 export SUBLEDGER_BOOK={book}\n\
         \x20 subledger status\n\
         \x20 subledger difference list --period 2026-06\n\
         \x20 subledger account show games-prod\n\
         \x20 subledger order show 2026060004\n\n\
         To settle June: record the order that nobody had recorded, then run the month end with the provider's mended bill:\n\
         \x20 subledger order record games-prod --product oss --kind new --list-price 540 --provider-order 2026069999 \\\n\
         \x20   --date 2026-06-25 --placed\n\
         \x20 subledger month-end 2026-06 --bill {folder}/bill-2026-06-mended.csv --out {folder}/out/2026-06",
        book = demo.book().display(),
    ))?;
    Ok(Document::new("demo").field("folder", "Folder", folder.to_string()).field("book", "Book", demo.book().display().to_string()))
}
