//! A book and a bill of any size, for measuring. The same numbers and seed give the same files.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Demo;
use super::bill::{HEADER, Kind, Line, push};
use crate::book::account::{AcceptAccount, CreateAccount, VerifyAccount};
use crate::book::{Book, Call, Operation, Result, UseCase};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::account::particulars::Particulars;
use crate::domain::account::{Environment, Mode, Model, ShutdownPolicy};
use crate::domain::money::Exact;
use crate::domain::period::parse_date;
use crate::domain::random::Random;
use crate::domain::role::Permission;
use crate::store::Access;
use crate::view::document::Document;

/// How large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) accounts: u64,
    pub(super) orders: u64,
    pub(super) lines: u64,
    pub(super) seed: u64,
}

const PRODUCTS: [&str; 5] = ["ecs", "rds", "slb", "cdn", "oss"];

const SALE: &str = r#"agreement = "large-sale"
kind = "sale"
group = "large"
currency = "CNY"
valid_from = "2026-01-01"

[[tier]]
from = "0"
discount = "5%"

[[tier]]
from = "1000000"
discount = "8%"
"#;

const PURCHASE: &str = r#"agreement = "large-purchase"
kind = "purchase"
currency = "CNY"
valid_from = "2026-01-01"

[[tier]]
from = "0"
discount = "20%"
"#;

fn first_day() -> NaiveDate {
    parse_date("2026-06-01").expect("a fixed day")
}

fn uid(account: u64) -> String {
    format!("{}", 1_700_000_000_000_000 + account)
}

fn code(account: u64) -> String {
    format!("a{account:06}")
}

/// Opens many accounts in one operation, each by the three use cases that a person would run.
struct Populate {
    accounts: u64,
}

/// How many accounts there are now.
#[derive(Debug, Serialize, Deserialize)]
struct Populated {
    accounts: u64,
}

impl UseCase for Populate {
    const COMMAND: &'static str = "demo";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = Populated;

    fn run(self, operation: &mut Operation<'_>) -> Result<Populated> {
        for account in 0..self.accounts {
            let particulars = Particulars {
                code: code(account).parse().expect("a letter and digits"),
                group: "large".to_owned(),
                entity: "large".to_owned(),
                environment: Environment::Production,
                model: Model::Resale,
                mode: Mode::AgentPays,
                credit: Some(Exact::from_mantissa(10_i128.pow(18 + 12))),
                since: Some(first_day()),
                shutdown: ShutdownPolicy::Immediate,
                purchase_ban: false,
                mobile: None,
                email: Some(format!("{}@example.com", code(account)).parse().expect("an address")),
                login: None,
                upstream: None,
                holder: None,
            };
            CreateAccount(particulars).run(operation)?;
            AcceptAccount { account: code(account), uid: uid(account), token: None }.run(operation)?;
            VerifyAccount { account: code(account), entity: None }.run(operation)?;
        }
        Ok(Populated { accounts: self.accounts })
    }
}

/// Builds the book, and writes the order list and the bill beside it. The bill is not imported: that is for measuring.
pub(super) fn build(demo: &Demo, context: &Context, size: Size) -> std::result::Result<Document, Failure> {
    demo.write("sale.toml", SALE)?;
    demo.write("purchase.toml", PURCHASE)?;
    let failed = |source| Failure::Input { file: demo.folder.display().to_string(), source };
    write_files(demo, size).map_err(failed)?;

    demo.prepare(r#"init --agent "Demo Cloud Agency" --credential 91000000MA000D010M --provider alibaba --currency CNY"#)?;
    demo.prepare(r#"entity add large --name "Large Holdings" --credential 91000000DEM000022E"#)?;
    demo.prepare(r#"group add large --name "Large Group""#)?;
    let mut book = Book::open(&demo.book(), Access::Write, context.session())?;
    let populated = book.write(&Call::default(), Populate { accounts: size.accounts })?.outcome;
    drop(book);
    demo.prepare("price apply sale.toml")?;
    demo.prepare("price apply purchase.toml")?;
    if size.orders > 0 {
        demo.prepare("order import orders.csv")?;
    }
    demo.show("status", Exit::Done)?;
    demo.say(&format!(
        "To measure:\n\
         \x20 export SUBLEDGER_BOOK={}\n\
         \x20 subledger bill import {}/bill.csv --period 2026-06 --final\n\
         \x20 subledger reconcile run --period 2026-06 --format csv --output differences.csv",
        demo.book().display(),
        demo.folder.display(),
    ))?;
    Ok(Document::new("demo")
        .field("folder", "Folder", demo.folder.display().to_string())
        .field("book", "Book", demo.book().display().to_string())
        .field("accounts", "Accounts", populated.accounts)
        .field("orders", "Orders", size.orders)
        .field("lines", "Bill lines", size.lines))
}

/// Orders first, then usage. One order in a hundred is not billed, one billed order in a hundred is not recorded, one line in
/// two hundred comes twice.
fn write_files(demo: &Demo, size: Size) -> std::io::Result<()> {
    let mut random = Random::new(size.seed);
    let mut orders = BufWriter::new(File::create(demo.path("orders.csv"))?);
    let mut bill = BufWriter::new(File::create(demo.path("bill.csv"))?);
    bill.write_all(HEADER.as_bytes())?;
    writeln!(orders, "account,product,kind,list_price,provider_order,date")?;
    let mut text = String::new();
    let mut lines = 0;
    for order in 0..size.orders {
        let account = random.below(size.accounts);
        let product = PRODUCTS[usize::try_from(random.below(5)).expect("below five")];
        let fen = 1_000 + random.below(500_000);
        let date = first_day().checked_add_days(Days::new(order * 30 / size.orders)).expect("a day in June");
        let list = format!("{}.{:02}", fen / 100, fen % 100);
        let provider_order = format!("{}", 210_000_000_000 + order * 3);
        if !random.per_mille(10) {
            writeln!(orders, "{},{product},new,{list},{provider_order},{date}", uid(account))?;
        }
        if lines < size.lines && !random.per_mille(10) {
            text.clear();
            let id = format!("o{order}");
            let list: Exact = list.parse().expect("digits and a point");
            let line = Line {
                id: &id,
                order: &provider_order,
                uid: &uid(account),
                date,
                kind: Kind::Subscription,
                product,
                list,
                payable: None,
            };
            push(&mut text, &line);
            bill.write_all(text.as_bytes())?;
            lines += 1;
            if lines < size.lines && random.per_mille(5) {
                bill.write_all(text.as_bytes())?;
                lines += 1;
            }
        }
    }
    for usage in lines..size.lines {
        text.clear();
        let mut id = String::new();
        write!(id, "u{usage}").map_err(std::io::Error::other)?;
        let date = first_day().checked_add_days(Days::new(random.below(30))).expect("a day in June");
        let product = PRODUCTS[usize::try_from(random.below(5)).expect("below five")];
        // Up to ten decimals, as the provider writes them.
        let list = Exact::from_mantissa(i128::from(1 + random.below(2_000_000_000_000)) * 1_000_000_000);
        let owner = uid(random.below(size.accounts));
        push(&mut text, &Line { id: &id, order: "", uid: &owner, date, kind: Kind::Usage, product, list, payable: None });
        bill.write_all(text.as_bytes())?;
    }
    orders.flush()?;
    bill.flush()
}
