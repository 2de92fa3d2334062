//! Openings: a CSV with one fact a line that a book starts with.
//!
//! It must never pass over a cell that says something: a column that is not known, or that a kind of line has no use for, is a
//! mistake about money. Bad lines do not refuse the file here: the book names them together with those that it refuses. Whether
//! accounts and groups exist is for the book to say.

use std::collections::HashMap;
use std::io::Read;

use crate::domain::bill::{Fault, Problem, Problems, Remarks};
use crate::domain::money::{Currency, Exact};
use crate::domain::opening::{BalanceOf, OpenOrder, OpeningFact, OpeningKind, OpeningLine};
use crate::domain::order::OrderKind;
use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::intake::blocks::{BLOCK_SIZE, Blocks};
use crate::intake::layout::Findings;
use crate::intake::orders::{date, number, plain, unknown_columns};
use crate::intake::table::{Header, Row, Rows, Table};

const REQUIRED: &[&[&str]] = &[&["kind"]];
const KNOWN: &[&str] = &[
    "kind",
    "group",
    "account",
    "currency",
    "amount",
    "date",
    "product",
    "order_kind",
    "provider_order",
    "list_price",
    "payable",
    "cost",
    "from",
    "to",
    "note",
];

/// What an opening says.
#[derive(Debug)]
pub struct OpeningList {
    /// The lines that can be read.
    pub lines: Vec<OpeningLine>,
    /// What is wrong with the others.
    pub problems: Problems,
}

/// Reads an opening.
pub fn read(reader: Box<dyn Read + Send>, file: &str) -> Result<OpeningList, Refusal> {
    let mut table = Table::open(Blocks::new(reader, file, BLOCK_SIZE))?;
    let missing = table.header.missing(REQUIRED);
    if !missing.is_empty() {
        return Err(table.refuse(UnreadableFile::UnknownLayout { nearest: "opening".to_owned(), missing }));
    }
    table.refuse_repeated_column()?;
    let (mut found, mut remarks) = (Vec::new(), Remarks::default());
    unknown_columns(&table.header, ("an opening", KNOWN), &mut found, &mut remarks);
    let (mut lines, mut problems, mut has_rows) = (Vec::new(), Problems::default(), false);
    let mut first_use: HashMap<String, u64> = HashMap::new();
    while let Some(chunk) = table.next_chunk()? {
        let mut rows = Rows::new(table.text(&chunk)?, chunk.first_line);
        while let Some(row) = rows.next() {
            has_rows = true;
            let mut findings = Findings::new(row.number, &table.header, &mut found, &mut remarks);
            let (expected, cells) = (table.header.names.len(), row.cells.len());
            if cells == expected {
                let cells = Cells { row: &row, header: &table.header, findings, used: vec!["kind", "currency", "note"] };
                lines.extend(cells.line(&mut first_use));
            } else {
                findings.bad_row(row.text, Fault::Cells { expected, found: cells });
            }
            found.drain(..).for_each(|problem: Problem| problems.push(problem));
        }
    }
    if !has_rows {
        return Err(table.refuse(UnreadableFile::NoLines));
    }
    Ok(OpeningList { lines, problems })
}

/// The cells of a line, by the names of their columns.
struct Cells<'r, 'f> {
    row: &'r Row<'r>,
    header: &'r Header,
    findings: Findings<'f>,
    /// The columns that this line may have something in.
    used: Vec<&'static str>,
}

impl Cells<'_, '_> {
    /// The line; `None` when anything of it is bad.
    fn line(mut self, first_use: &mut HashMap<String, u64>) -> Option<OpeningLine> {
        let kind = self.required("kind", "every line", kind)?;
        let currency = self.optional("currency", |text| Currency::parse(text).ok_or(Fault::Currency));
        let note = self.optional("note", |text| plain(text).map(str::to_owned));
        let fact = match kind {
            OpeningKind::Bank => self.balance(kind, |_| Some(BalanceOf::Bank)),
            OpeningKind::Pool => self.balance(kind, |_| Some(BalanceOf::Pool)),
            OpeningKind::Payable => self.balance(kind, |_| Some(BalanceOf::Payable)),
            OpeningKind::Deposits => self.balance(kind, |cells| cells.group(kind).map(BalanceOf::Deposits)),
            OpeningKind::Funds => self.balance(kind, |cells| cells.account(kind).map(BalanceOf::Funds)),
            OpeningKind::Receivable => self.balance(kind, |cells| cells.account(kind).map(BalanceOf::Receivable)),
            OpeningKind::Volume => {
                let group = self.group(kind);
                self.volume(kind, group.map(Some))
            }
            OpeningKind::PurchaseVolume => self.volume(kind, Some(None)),
            OpeningKind::Order => self.order(kind, first_use),
        };
        let is_clean = self.nothing_else(kind);
        let line = OpeningLine { number: self.row.number, fact: fact?, currency: currency?, note: note? };
        is_clean.then_some(line)
    }

    fn balance(&mut self, kind: OpeningKind, of: impl FnOnce(&mut Self) -> Option<BalanceOf>) -> Option<OpeningFact> {
        let of = of(self);
        let amount = self.needed("amount", kind, |text| {
            let amount = Exact::parse(text.as_bytes())?;
            if amount.is_zero() {
                return Err(Fault::Other("zero: leave the line out".to_owned()));
            }
            if amount.is_negative() && !kind.may_be_negative() {
                return Err(Fault::Other(format!("{kind} is not below zero")));
            }
            Ok(amount)
        });
        Some(OpeningFact::Balance { of: of?, amount: amount? })
    }

    #[expect(clippy::option_option, reason = "a bad group, the agent and a group are three answers")]
    fn volume(&mut self, kind: OpeningKind, group: Option<Option<String>>) -> Option<OpeningFact> {
        let date = self.optional("date", date);
        let list = self.needed("list_price", kind, not_negative);
        let payable = self.needed("payable", kind, not_negative);
        if list.is_some_and(Exact::is_zero) && payable.is_some_and(Exact::is_zero) {
            self.bad("list_price", Fault::Other("zero: leave the line out".to_owned()));
            return None;
        }
        Some(OpeningFact::Volume { group: group?, date: date?, list: list?, payable: payable? })
    }

    fn order(&mut self, kind: OpeningKind, first_use: &mut HashMap<String, u64>) -> Option<OpeningFact> {
        let account = self.account(kind);
        let product = self.needed("product", kind, |text| plain(text).map(str::to_owned));
        let order_kind = self.needed("order_kind", kind, order_kind);
        let provider_order = self.needed("provider_order", kind, |text| {
            let order = number(text)?.to_owned();
            match first_use.get(&order) {
                Some(line) => Err(Fault::Other(format!("line {line} has this order number already"))),
                None => Ok(order),
            }
        });
        if let Some(order) = &provider_order {
            first_use.insert(order.clone(), self.row.number);
        }
        let day = self.needed("date", kind, date);
        let list_price = self.needed("list_price", kind, not_negative);
        let payable = self.needed("payable", kind, not_negative);
        let cost = self.optional("cost", not_negative);
        let service_from = self.optional("from", date);
        let service_to = self.optional("to", date);
        Some(OpeningFact::Order(OpenOrder {
            account: account?,
            product: product?,
            kind: order_kind?,
            provider_order: provider_order?,
            date: day?,
            list_price: list_price?,
            payable: payable?,
            cost: cost?,
            service_from: service_from?,
            service_to: service_to?,
        }))
    }

    fn account(&mut self, kind: OpeningKind) -> Option<String> {
        self.needed("account", kind, |text| number(text).map(str::to_owned))
    }

    fn group(&mut self, kind: OpeningKind) -> Option<String> {
        self.needed("group", kind, |text| plain(text).map(str::to_owned))
    }

    /// A cell that a kind of line must have.
    fn needed<T>(&mut self, name: &'static str, kind: OpeningKind, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        self.required(name, &format!("a line of kind {kind}"), read)
    }

    fn required<T>(&mut self, name: &'static str, whose: &str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        self.used.push(name);
        let column = self.header.position(name);
        let text = self.row.cell(column);
        let value = match column {
            None => Err(Fault::Other(format!("{whose} needs {name}, and the file has no such column"))),
            Some(_) if text.is_empty() => Err(Fault::Other(format!("empty; {whose} needs it"))),
            Some(_) => read(text),
        };
        value.map_err(|fault| self.bad(name, fault)).ok()
    }

    /// `None` when the cell is bad, `Some(None)` when it is empty.
    #[expect(clippy::option_option, reason = "bad, empty and read are three answers, and the outer one is taken by `?`")]
    fn optional<T>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<Option<T>> {
        self.used.push(name);
        let text = self.row.cell(self.header.position(name));
        if text.is_empty() {
            return Some(None);
        }
        read(text).map(Some).map_err(|fault| self.bad(name, fault)).ok()
    }

    /// Whether no other cell says anything.
    fn nothing_else(&mut self, kind: OpeningKind) -> bool {
        let others = KNOWN.iter().filter(|name| !self.used.contains(name));
        let filled: Vec<_> = others.filter(|name| !self.row.cell(self.header.position(name)).is_empty()).collect();
        for name in &filled {
            self.bad(name, Fault::Other(format!("a line of kind {kind} has no {name}; leave it empty")));
        }
        filled.is_empty()
    }

    fn bad(&mut self, name: &str, fault: Fault) {
        let column = self.header.position(name);
        self.findings.bad_cell(column, self.row.cell(column), fault);
    }
}

fn kind(text: &str) -> Result<OpeningKind, Fault> {
    text.to_lowercase().parse().map_err(Fault::Other)
}

fn order_kind(text: &str) -> Result<OrderKind, Fault> {
    match text.to_lowercase().parse() {
        Ok(OrderKind::Refund) => {
            Err(Fault::Other("a refund is no open order: take it off the order that it gives back".to_owned()))
        }
        Ok(kind) => Ok(kind),
        Err(_) => Err(Fault::Other("not a kind of order: one of new, renew, upgrade, downgrade".to_owned())),
    }
}

fn not_negative(text: &str) -> Result<Exact, Fault> {
    let amount = Exact::parse(text.as_bytes())?;
    if amount.is_negative() { Err(Fault::Other("below zero".to_owned())) } else { Ok(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    const HEADER: &str =
        "kind,group,account,currency,amount,date,product,order_kind,provider_order,list_price,payable,cost,from,to,note";

    fn read_text(text: &str) -> Result<OpeningList, Refusal> {
        read(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), "opening.csv")
    }

    fn told(text: &str) -> String {
        let (problems, count) = read_text(text).unwrap().problems.into_parts();
        let told = problems.iter().map(|Problem { line, column, value, fault }| {
            format!("{line} | {} | {value:?} | {fault}", column.as_deref().unwrap_or("-"))
        });
        told.chain([format!("{count} bad lines")]).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_kind_of_line_is_read_whatever_the_order_of_the_columns() {
        let text = "\u{feff}note,amount,kind,currency,group,account\r\n\
                    ICBC,-12.50,Bank,USD,,\r\n\
                    ,5,pool,,,\r\n,6,payable,,,\r\n,7,deposits,CNY,acme,\r\n\
                    ,-8,funds,,,\t1000000000000002\r\n,9,receivable,,,acme-prod\r\n";
        let list = read_text(text).unwrap();
        let amount = |text: &str| text.parse::<Exact>().unwrap();
        let first = OpeningLine {
            number: 2,
            fact: OpeningFact::Balance { of: BalanceOf::Bank, amount: amount("-12.5") },
            currency: Currency::parse("USD"),
            note: Some("ICBC".into()),
        };
        assert_eq!(list.lines[0], first);
        let of: Vec<_> = list
            .lines
            .iter()
            .map(|line| match &line.fact {
                OpeningFact::Balance { of, amount } => (of.clone(), amount.to_string()),
                other => panic!("{other:?}"),
            })
            .collect();
        let named = |name: &str| name.to_owned();
        let expected = [
            (BalanceOf::Bank, named("-12.5")),
            (BalanceOf::Pool, named("5")),
            (BalanceOf::Payable, named("6")),
            (BalanceOf::Deposits(named("acme")), named("7")),
            (BalanceOf::Funds(named("1000000000000002")), named("-8")),
            (BalanceOf::Receivable(named("acme-prod")), named("9")),
        ];
        assert_eq!(of, expected);
        assert!(list.problems.refuse_if_any("x").is_ok());
    }

    #[test]
    fn volumes_and_open_orders_are_read() {
        let text = format!(
            "{HEADER}\n\
             volume,acme,,,,,,,,15000.0000000001,14250,,,,\n\
             purchase-volume,,,USD,,2026-05-31,,,,90000,72000,,,,\n\
             order,,acme-prod,,,2026-05-20,ecs,Renew,2100000,3600,3420,,2026-05-20,2027-05-20,by phone\n"
        );
        let lines = read_text(&text).unwrap().lines;
        let exact = |text: &str| text.parse::<Exact>().unwrap();
        let (group, date) = (Some("acme".to_owned()), None);
        let volume = OpeningFact::Volume { group, date, list: exact("15000.0000000001"), payable: exact("14250") };
        assert_eq!(lines[0].fact, volume);
        let date = parse_date("2026-05-31");
        let volume = OpeningFact::Volume { group: None, date, list: exact("90000"), payable: exact("72000") };
        assert_eq!(lines[1].fact, volume);
        let OpeningFact::Order(order) = &lines[2].fact else { panic!("{:?}", lines[2]) };
        assert_eq!((order.kind, order.cost, order.service_to), (OrderKind::Renew, None, parse_date("2027-05-20")));
        assert_eq!((lines[0].fact.order_date(), lines[2].fact.order_date()), (None, parse_date("2026-05-20")));
    }

    #[test]
    fn every_bad_cell_of_every_line_is_named() {
        let text = format!(
            "{HEADER}\n\
             cash,,,,5,,,,,,,,,,\n\
             bank,,,CNYX,0,,,,,,,,,,\n\
             pool,,,,-5,,,,,,,,,,\n\
             deposits,,acme-prod,,ten,,,,,,,,,,\n\
             funds,,1.06E+15,,5,2026-06-01,,,,,,,,,\n\
             volume,acme,,,,31/5/26,,,,0,0,,,,\n\
             volume,,,,5,,,,,-1,,,,,\n\
             order,,acme-prod,,,2026-05-20,ecs,refund,2100000,3600,3420,,,,\n\
             order,,acme-prod,,,,ecs,lease,2100000,3600,,-1,,,\n\
             bank,5\n"
        );
        insta::assert_snapshot!(told(&text), @r#"
        2 | kind | "cash" | not a kind of opening line: one of bank, pool, payable, deposits, funds, receivable, volume, purchase-volume, order
        3 | currency | "CNYX" | not a currency code such as CNY
        3 | amount | "0" | zero: leave the line out
        4 | amount | "-5" | pool is not below zero
        5 | group | "" | empty; a line of kind deposits needs it
        5 | amount | "ten" | not a plain decimal number such as 1234.50
        5 | account | "acme-prod" | a line of kind deposits has no account; leave it empty
        6 | account | "1.06E+15" | a spreadsheet such as Excel has turned the number into "1.06E+15" and lost digits; download the file again and do not save it from there
        6 | date | "2026-06-01" | a line of kind funds has no date; leave it empty
        7 | date | "31/5/26" | not a day such as 2026-06-30
        7 | list_price | "0" | zero: leave the line out
        8 | group | "" | empty; a line of kind volume needs it
        8 | list_price | "-1" | below zero
        8 | payable | "" | empty; a line of kind volume needs it
        8 | amount | "5" | a line of kind volume has no amount; leave it empty
        9 | order_kind | "refund" | a refund is no open order: take it off the order that it gives back
        10 | order_kind | "lease" | not a kind of order: one of new, renew, upgrade, downgrade
        10 | provider_order | "2100000" | line 9 has this order number already
        10 | date | "" | empty; a line of kind order needs it
        10 | payable | "" | empty; a line of kind order needs it
        10 | cost | "-1" | below zero
        11 | - | "bank,5" | 2 cells where the header has 15: the line is cut off or has a stray comma
        10 bad lines
        "#);
    }

    #[test]
    fn a_column_that_a_line_needs_may_be_missing_and_one_that_is_not_known_is_refused() {
        insta::assert_snapshot!(told("kind,acount,amount\nbank,,5\nfunds,x,5\n"), @r#"
        1 | acount | "acount" | not a column of an opening, which has kind, group, account, currency, amount, date, product, order_kind, provider_order, list_price, payable, cost, from, to, note; did you mean account or amount?
        3 | - | "" | a line of kind funds needs account, and the file has no such column
        2 bad lines
        "#);
    }

    #[test]
    fn what_is_no_opening_is_refused() {
        let reason = |text: &str| match read_text(text).unwrap_err() {
            Refusal::UnreadableFile { reason, .. } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(""), UnreadableFile::Empty);
        assert_eq!(reason(HEADER), UnreadableFile::NoLines);
        assert_eq!(reason("kind,kind\n"), UnreadableFile::RepeatedColumn { column: "kind".into() });
        let unknown = UnreadableFile::UnknownLayout { nearest: "opening".into(), missing: vec!["kind".into()] };
        assert_eq!(reason("account,amount\nacme,5\n"), unknown);
    }
}
