//! Plans of purchases: a CSV with one planned order a line, to be priced and not recorded.
//!
//! It must never pass over a column that it does not know: a mistyped optional column would change a price in silence. Whether the
//! accounts exist is for the book to say.

use std::io::Read;

use crate::domain::agreement::ChargeKind;
use crate::domain::bill::{Fault, Problems, Remarks};
use crate::domain::money::Exact;
use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::domain::schedule::PlannedOrder;
use crate::intake::blocks::{BLOCK_SIZE, Blocks};
use crate::intake::layout::Findings;
use crate::intake::orders::{date, number, optional, plain, price, required, unknown_columns};
use crate::intake::table::{Header, Row, Rows, Table};

const REQUIRED: &[&[&str]] = &[&["account"], &["product"], &["list_price"]];
const KNOWN: &[&str] = &["account", "product", "kind", "list_price", "date", "provider_amount", "remark"];

/// Reads a plan of purchases, each with its line number. All bad cells of all lines are refused together.
pub fn read(reader: Box<dyn Read + Send>, file: &str) -> Result<Vec<(u64, PlannedOrder)>, Refusal> {
    let mut table = Table::open(Blocks::new(reader, file, BLOCK_SIZE))?;
    let missing = table.header.missing(REQUIRED);
    if !missing.is_empty() {
        return Err(table.refuse(UnreadableFile::UnknownLayout { nearest: "purchase-plan".to_owned(), missing }));
    }
    table.refuse_repeated_column()?;
    let mut found = Vec::new();
    let mut remarks = Remarks::default();
    unknown_columns(&table.header, ("a plan of purchases", KNOWN), &mut found, &mut remarks);
    let columns = Columns::of(&table.header);
    let mut orders = Vec::new();
    let mut has_rows = false;
    let mut problems = Problems::default();
    while let Some(chunk) = table.next_chunk()? {
        let mut rows = Rows::new(table.text(&chunk)?, chunk.first_line);
        while let Some(row) = rows.next() {
            has_rows = true;
            let mut findings = Findings::new(row.number, &table.header, &mut found, &mut remarks);
            let (expected, cells) = (table.header.names.len(), row.cells.len());
            if cells == expected {
                orders.extend(columns.read(&row, &mut findings).map(|order| (row.number, order)));
            } else {
                findings.bad_row(row.text, Fault::Cells { expected, found: cells });
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

struct Columns {
    account: Option<usize>,
    product: Option<usize>,
    kind: Option<usize>,
    list_price: Option<usize>,
    date: Option<usize>,
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
            date: at("date"),
            provider_amount: at("provider_amount"),
        }
    }

    fn read(&self, row: &Row<'_>, findings: &mut Findings<'_>) -> Option<PlannedOrder> {
        let account = required(row, self.account, findings, |text| number(text).map(str::to_owned));
        let product = required(row, self.product, findings, |text| plain(text).map(str::to_owned));
        let kind = optional(row, self.kind, findings, kind);
        let list_price = required(row, self.list_price, findings, above_zero);
        let date = optional(row, self.date, findings, date);
        let provider_amount = optional(row, self.provider_amount, findings, |text| {
            price(text, "what the provider bills for an order is not negative")
        });
        Some(PlannedOrder {
            account: account?,
            product: product?,
            kind: kind?.unwrap_or(ChargeKind::New),
            list_price: list_price?,
            date: date?,
            provider_amount: provider_amount?,
        })
    }
}

fn above_zero(text: &str) -> Result<Exact, Fault> {
    const RULE: &str = "what is planned has a list price above zero";
    let list = price(text, RULE)?;
    if list.is_zero() { Err(Fault::Other(RULE.to_owned())) } else { Ok(list) }
}

fn kind(text: &str) -> Result<ChargeKind, Fault> {
    match text.to_lowercase().parse() {
        Ok(kind) if kind != ChargeKind::Usage => Ok(kind),
        _ => Err(Fault::Other("not a kind of purchase: one of new, renew, upgrade, downgrade".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bill::Problem;

    fn read_text(text: &str) -> Result<Vec<(u64, PlannedOrder)>, Refusal> {
        read(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), "plan.csv")
    }

    fn told(text: &str) -> Vec<String> {
        let Err(Refusal::BadLines { problems, .. }) = read_text(text) else { panic!("{text} is read") };
        let told = problems.iter().map(|Problem { line, column, value, fault }| {
            format!("{line} | {} | {value:?} | {fault}", column.as_deref().unwrap_or("-"))
        });
        told.collect()
    }

    #[test]
    fn columns_come_in_any_order_and_most_may_be_missing() {
        let orders = read_text("list_price,account,product\r\n\r\n3600.50,acme-prod,ecs\r\n").unwrap();
        let order = PlannedOrder {
            account: "acme-prod".into(),
            product: "ecs".into(),
            kind: ChargeKind::New,
            list_price: "3600.5".parse().unwrap(),
            date: None,
            provider_amount: None,
        };
        assert_eq!(orders, [(3, order.clone())]);
        let text = "remark,provider_amount,date,kind,product,account,list_price\nx,2880,2026-07-05,Renew,ecs,acme-prod,3600.50\n";
        let full = PlannedOrder {
            kind: ChargeKind::Renew,
            date: crate::domain::period::parse_date("2026-07-05"),
            provider_amount: Some("2880".parse().unwrap()),
            ..order
        };
        assert_eq!(read_text(text).unwrap(), [(2, full)]);
    }

    #[test]
    fn every_bad_cell_is_named() {
        let text = "account,product,kind,list_price,date,provider_amount\n\
                    ,ecs,refund,0,2026-13-01,-1\n\
                    acme-prod,ecs,usage,-5,soon,x\n\
                    acme-prod,ecs\n";
        let kinds = "not a kind of purchase: one of new, renew, upgrade, downgrade";
        let expected = [
            "2 | account | \"\" | empty".to_owned(),
            format!("2 | kind | \"refund\" | {kinds}"),
            "2 | list_price | \"0\" | what is planned has a list price above zero".to_owned(),
            "2 | date | \"2026-13-01\" | not a day such as 2026-06-30".to_owned(),
            "2 | provider_amount | \"-1\" | what the provider bills for an order is not negative".to_owned(),
            format!("3 | kind | \"usage\" | {kinds}"),
            "3 | list_price | \"-5\" | what is planned has a list price above zero".to_owned(),
            "3 | date | \"soon\" | not a day such as 2026-06-30".to_owned(),
        ];
        assert_eq!(told(text)[..8], expected);
        assert_eq!(told(text).len(), 10);
        assert!(told("account,product,list_price,provider_order\na,b,1,c\n")[0].contains("not a column of a plan of purchases"));
    }
}
