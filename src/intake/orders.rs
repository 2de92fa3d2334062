//! Order lists: a CSV with one order a line, in the tool's own words.
//!
//! It must never pass over a column that it does not know: a mistyped optional column would lose a fact about money in silence.
//! Whether the accounts exist and the orders fit is for the book to say.

use std::collections::HashMap;
use std::io::Read;

use chrono::NaiveDate;

use crate::domain::account::looks_like_spreadsheet_number;
use crate::domain::bill::{Fault, Problem, Problems, Remarks};
use crate::domain::money::Exact;
use crate::domain::order::{OrderKind, OrderRequest, Placement, plain_text};
use crate::domain::period::parse_date;
use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::domain::suggest::nearest;
use crate::intake::blocks::{BLOCK_SIZE, Blocks};
use crate::intake::layout::Findings;
use crate::intake::table::{Header, Row, Rows, Table, text_of};

const REQUIRED: &[&[&str]] = &[&["account"], &["product"], &["kind"], &["list_price"], &["provider_order"], &["date"]];
const KNOWN: &[&str] =
    &["account", "product", "kind", "list_price", "provider_order", "date", "from", "to", "placed", "provider_amount", "remark"];

/// Reads an order list: each order with its line number. All bad cells of all lines are refused together.
pub fn read(reader: Box<dyn Read + Send>, file: &str) -> Result<Vec<(u64, OrderRequest)>, Refusal> {
    let mut table = Table::open(Blocks::new(reader, file, BLOCK_SIZE))?;
    let missing = table.header.missing(REQUIRED);
    if !missing.is_empty() {
        return Err(table.refuse(UnreadableFile::UnknownLayout { nearest: "order-list".into(), missing }));
    }
    table.refuse_repeated_column()?;
    let mut found = Vec::new();
    let mut remarks = Remarks::default();
    unknown_columns(&table.header, &mut found, &mut remarks);
    let mut lines = Lines { columns: Columns::of(&table.header), first_use: HashMap::new() };
    let mut orders = Vec::new();
    let mut has_rows = false;
    let mut problems = Problems::default();
    while let Some(chunk) = table.next_chunk()? {
        let mut rows = Rows::new(&chunk.raw, chunk.first_line);
        while let Some(row) = rows.next() {
            has_rows = true;
            let mut findings = Findings::new(row.number, &table.header, &mut found, &mut remarks);
            let (expected, cells) = (table.header.names.len(), row.cells.len());
            if cells == expected {
                orders.extend(lines.read(&row, &mut findings).map(|order| (row.number, order)));
            } else {
                findings.bad_row(text_of(row.text), Fault::Cells { expected, found: cells });
            }
            found.drain(..).for_each(|problem| problems.push(problem));
        }
    }
    if !has_rows {
        return Err(table.refuse(UnreadableFile::NoLines));
    }
    problems.refuse_if_any(table.file())?;
    Ok(orders)
}

fn unknown_columns(header: &Header, problems: &mut Vec<Problem>, remarks: &mut Remarks) {
    let known: Vec<String> = KNOWN.iter().map(|name| (*name).to_owned()).collect();
    let mut findings = Findings::new(header.line, header, problems, remarks);
    for name in header.unknown(|name| KNOWN.contains(&name)) {
        let near = nearest(&name, &known);
        let meant = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        let fault = Fault::Other(format!("not a column of an order list, which has {}{meant}", KNOWN.join(", ")));
        findings.bad_cell(header.position(&name), &name, fault);
    }
}

struct Columns {
    account: Option<usize>,
    product: Option<usize>,
    kind: Option<usize>,
    list_price: Option<usize>,
    provider_order: Option<usize>,
    date: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    placed: Option<usize>,
    provider_amount: Option<usize>,
}

impl Columns {
    fn of(header: &Header) -> Self {
        let at = |name| header.position(name);
        Self {
            account: at("account"),
            product: at("product"),
            kind: at("kind"),
            list_price: at("list_price"),
            provider_order: at("provider_order"),
            date: at("date"),
            from: at("from"),
            to: at("to"),
            placed: at("placed"),
            provider_amount: at("provider_amount"),
        }
    }
}

struct Lines {
    columns: Columns,
    first_use: HashMap<String, u64>,
}

impl Lines {
    fn read(&mut self, row: &Row<'_>, findings: &mut Findings<'_>) -> Option<OrderRequest> {
        let columns = &self.columns;
        let account = required(row, columns.account, findings, |text| number(text).map(str::to_owned));
        let product = required(row, columns.product, findings, |text| plain(text).map(str::to_owned));
        let kind = required(row, columns.kind, findings, kind);
        let list_price = required(row, columns.list_price, findings, |text| price(text, "a list price is not negative"));
        let provider_order = required(row, columns.provider_order, findings, |text| {
            let order = number(text)?.to_owned();
            match self.first_use.get(&order) {
                Some(line) => Err(Fault::Other(format!("line {line} has this order number already"))),
                None => Ok(order),
            }
        });
        if let Some(order) = &provider_order {
            self.first_use.insert(order.clone(), row.number);
        }
        let day = required(row, columns.date, findings, date);
        let service_from = optional(row, columns.from, findings, date);
        let service_to = optional(row, columns.to, findings, date);
        let placement = optional(row, columns.placed, findings, placement);
        let provider_amount = optional(row, columns.provider_amount, findings, |text| {
            price(text, "what the provider bills for an order is not negative")
        });
        Some(OrderRequest {
            account: account?,
            product: product?,
            kind: kind?,
            list_price: list_price?,
            provider_order: provider_order?,
            service_from: service_from?,
            service_to: service_to?,
            date: Some(day?),
            placement: placement?.unwrap_or(Placement::Planned),
            provider_amount: provider_amount?,
        })
    }
}

fn required<T>(
    row: &Row<'_>,
    column: Option<usize>,
    findings: &mut Findings<'_>,
    read: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let text = row.text(column);
    let value = if text.is_empty() { Err(Fault::Empty) } else { read(text) };
    value.map_err(|fault| findings.bad_cell(column, text, fault)).ok()
}

/// `None` when the cell is bad, `Some(None)` when it is empty.
#[expect(clippy::option_option, reason = "bad, empty and read are three answers, and the outer one is taken by `?`")]
fn optional<T>(
    row: &Row<'_>,
    column: Option<usize>,
    findings: &mut Findings<'_>,
    read: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<Option<T>> {
    if row.cell(column).is_empty() {
        return Some(None);
    }
    required(row, column, findings, read).map(Some)
}

fn plain(text: &str) -> Result<&str, Fault> {
    plain_text(text).ok_or_else(|| Fault::Other("longer than 100 characters, or with control characters".to_owned()))
}

fn number(text: &str) -> Result<&str, Fault> {
    if looks_like_spreadsheet_number(text) {
        return Err(Fault::Spreadsheet(text.to_owned()));
    }
    plain(text)
}

fn kind(text: &str) -> Result<OrderKind, Fault> {
    let fault = match text.to_lowercase().as_str() {
        "buy" => return Ok(OrderKind::New),
        "refund" => "record a refund with `subledger order refund`",
        word => match word.parse() {
            Ok(kind) => return Ok(kind),
            Err(_) => "not a kind of order: one of new (or buy), renew, upgrade, downgrade",
        },
    };
    Err(Fault::Other(fault.to_owned()))
}

fn price(text: &str, not_negative: &str) -> Result<Exact, Fault> {
    let price = Exact::parse(text.as_bytes())?;
    if price.is_negative() {
        return Err(Fault::Other(not_negative.to_owned()));
    }
    Ok(price)
}

fn date(text: &str) -> Result<NaiveDate, Fault> {
    parse_date(text).ok_or_else(|| Fault::Other("not a day such as 2026-06-30".to_owned()))
}

fn placement(text: &str) -> Result<Placement, Fault> {
    match text.to_lowercase().as_str() {
        "yes" => Ok(Placement::Placed),
        "no" => Ok(Placement::Planned),
        _ => Err(Fault::Other("yes, no or empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<(u64, OrderRequest)>, Refusal> {
        read(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), "orders.csv")
    }

    fn told(text: &str) -> String {
        match read_text(text) {
            Err(Refusal::BadLines { problems, .. }) => {
                let told = problems.iter().map(|Problem { line, column, value, fault }| {
                    format!("{line} | {} | {value:?} | {fault}", column.as_deref().unwrap_or("-"))
                });
                told.collect::<Vec<_>>().join("\n")
            }
            other => format!("{other:?}"),
        }
    }

    const SHORT: &str = "account,product,kind,list_price,provider_order,date";

    #[test]
    fn columns_come_in_any_order_and_optional_ones_may_be_missing() {
        let text = "\u{feff}\r\ndate,to,provider_order,from,kind,product,account,list_price,placed,provider_amount,remark\r\n\r\n\
                    2026-06-05,2027-06-04,\t206100000000101,2026-06-05,Buy,ecs,acme-prod,3600.50,YES,2880,for the shop\r\n";
        let orders = read_text(text).unwrap();
        let expected = OrderRequest {
            account: "acme-prod".into(),
            product: "ecs".into(),
            kind: OrderKind::New,
            list_price: "3600.5".parse().unwrap(),
            provider_order: "206100000000101".into(),
            service_from: parse_date("2026-06-05"),
            service_to: parse_date("2027-06-04"),
            date: parse_date("2026-06-05"),
            placement: Placement::Placed,
            provider_amount: Some("2880".parse().unwrap()),
        };
        assert_eq!(orders, [(4, expected)]);
        let short = read_text(&format!("{SHORT}\n1688001234567801\t,rds,renew,0,D1,2026-06-05")).unwrap();
        let (line, order) = &short[0];
        assert_eq!((*line, order.account.as_str(), order.kind), (2, "1688001234567801", OrderKind::Renew));
        assert_eq!((order.placement, order.provider_amount, order.service_from), (Placement::Planned, None, None));
    }

    #[test]
    fn every_bad_cell_of_every_line_is_named() {
        let text = "account,product,kind,list_price,provider_order,date,from,placed,provider_amont\n\
                    acme,ecs,new,1,D1,2026-06-05,,,\n\
                    1.68800E+15,,refund,-1,2.06100E+14,20260605,6/5,maybe,\n\
                    acme,a\u{1b}b,lease,\"1,000\",D1,,,no,\n\
                    acme,ecs\n";
        insta::assert_snapshot!(told(text), @r#"
        1 | provider_amont | "provider_amont" | not a column of an order list, which has account, product, kind, list_price, provider_order, date, from, to, placed, provider_amount, remark; did you mean provider_amount or provider_order?
        3 | account | "1.68800E+15" | a spreadsheet such as Excel has turned the number into "1.68800E+15" and lost digits; download the file again and do not save it from there
        3 | product | "" | empty
        3 | kind | "refund" | record a refund with `subledger order refund`
        3 | list_price | "-1" | a list price is not negative
        3 | provider_order | "2.06100E+14" | a spreadsheet such as Excel has turned the number into "2.06100E+14" and lost digits; download the file again and do not save it from there
        3 | date | "20260605" | not a day such as 2026-06-30
        3 | from | "6/5" | not a day such as 2026-06-30
        3 | placed | "maybe" | yes, no or empty
        4 | product | "a\u{1b}b" | longer than 100 characters, or with control characters
        4 | kind | "lease" | not a kind of order: one of new (or buy), renew, upgrade, downgrade
        4 | list_price | "1,000" | not a plain decimal number such as 1234.50
        4 | provider_order | "D1" | line 2 has this order number already
        4 | date | "" | empty
        5 | - | "acme,ecs" | 2 cells where the header has 9: the line is cut off or has a stray comma
        "#);
    }

    #[test]
    fn what_is_no_order_list_is_refused() {
        let reason = |text: &str| match read_text(text).unwrap_err() {
            Refusal::UnreadableFile { reason, .. } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(""), UnreadableFile::Empty);
        assert_eq!(reason(SHORT), UnreadableFile::NoLines);
        assert_eq!(reason(&format!("{SHORT},date")), UnreadableFile::RepeatedColumn { column: "date".into() });
        let missing = vec!["account".to_owned(), "provider_order".to_owned()];
        let unknown = UnreadableFile::UnknownLayout { nearest: "order-list".into(), missing };
        assert_eq!(reason("acount,product,kind,list_price,date\n"), unknown);
    }
}
