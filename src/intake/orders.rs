//! Order lists: a CSV with one order a line, in the tool's own words or with the fields of the provider's partner centre.
//!
//! In the tool's own words it must never pass over a column that it does not know: a mistyped optional column would lose a fact
//! about money in silence. The partner centre's list has no optional column, so that further ones say nothing that is needed.
//! Whether the accounts exist and the orders fit is for the book to say.

use std::collections::HashMap;
use std::io::Read;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use crate::domain::account::looks_like_spreadsheet_number;
use crate::domain::bill::{Fault, Problem, Problems, Remarks};
use crate::domain::coupon::{CouponKind, CouponRequest};
use crate::domain::money::Exact;
use crate::domain::order::{OrderKind, OrderRequest, Placement, plain_text};
use crate::domain::period::parse_date;
use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::domain::suggest::nearest;
use crate::intake::blocks::{BLOCK_SIZE, Blocks};
use crate::intake::cells::is_masked;
use crate::intake::layout::Findings;
use crate::intake::table::{Header, Row, Rows, Table};

const REQUIRED: &[&[&str]] = &[&["account"], &["product"], &["kind"], &["list_price"], &["provider_order"], &["date"]];
const KNOWN: &[&str] = &[
    "account",
    "product",
    "kind",
    "list_price",
    "provider_order",
    "date",
    "from",
    "to",
    "placed",
    "provider_amount",
    "coupon",
    "coupon_bearer",
    "voucher",
    "voucher_bearer",
    "remark",
];

/// The partner centre's order list: all of these must be there, and only they are read.
const PARTNER_CENTRE: &[&[&str]] =
    &[&["CustomerUid"], &["OrderId"], &["OrderType"], &["OrderStatus"], &["ProductCode"], &["Price"], &["AmountDue"], &["PaidAt"]];

/// What an order list says.
#[derive(Debug, PartialEq, Eq)]
pub struct OrderList {
    /// Its orders, each with its line number.
    pub orders: Vec<(u64, OrderRequest)>,
    /// How many of its rows are no orders yet or any more: not paid, or cancelled.
    pub not_paid: u64,
}

/// Reads an order list. All bad cells of all lines are refused together.
pub fn read(reader: Box<dyn Read + Send>, file: &str) -> Result<OrderList, Refusal> {
    let mut table = Table::open(Blocks::new(reader, file, BLOCK_SIZE))?;
    let words = recognise(&table.header).map_err(|reason| table.refuse(reason))?;
    table.refuse_repeated_column()?;
    let mut found = Vec::new();
    let mut remarks = Remarks::default();
    if words == Words::Own {
        unknown_columns(&table.header, ("an order list", KNOWN), &mut found, &mut remarks);
    }
    let mut lines = Lines { words, columns: Columns::of(&table.header, words), first_use: HashMap::new() };
    let mut orders = Vec::new();
    let mut not_paid = 0;
    let mut has_rows = false;
    let mut problems = Problems::default();
    while let Some(chunk) = table.next_chunk()? {
        let mut rows = Rows::new(table.text(&chunk)?, chunk.first_line);
        while let Some(row) = rows.next() {
            has_rows = true;
            let mut findings = Findings::new(row.number, &table.header, &mut found, &mut remarks);
            let (expected, cells) = (table.header.names.len(), row.cells.len());
            if cells != expected {
                findings.bad_row(row.text, Fault::Cells { expected, found: cells });
            } else if lines.is_not_paid(&row) {
                not_paid += 1;
            } else {
                orders.extend(lines.read(&row, &mut findings).map(|order| (row.number, order)));
            }
            found.drain(..).for_each(|problem| problems.push(problem));
        }
    }
    if !has_rows {
        return Err(table.refuse(UnreadableFile::NoLines));
    }
    problems.refuse_if_any(table.file())?;
    Ok(OrderList { orders, not_paid })
}

/// In whose words a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    Own,
    PartnerCentre,
}

/// In whose words a header is, or what the nearer of the two misses.
fn recognise(header: &Header) -> Result<Words, UnreadableFile> {
    let (own, partner) = (header.missing(REQUIRED), header.missing(PARTNER_CENTRE));
    let unknown = |nearest: &str, missing| UnreadableFile::UnknownLayout { nearest: nearest.to_owned(), missing };
    match (own.is_empty(), partner.is_empty()) {
        (true, _) => Ok(Words::Own),
        (_, true) => Ok(Words::PartnerCentre),
        _ if partner.len() == PARTNER_CENTRE.len() => Err(unknown("order-list", own)),
        _ => Err(unknown("partner-centre", partner)),
    }
}

/// Names every column that is not among those of a kind of list, with what may be meant.
pub(super) fn unknown_columns(header: &Header, (list, known): (&str, &[&str]), problems: &mut Vec<Problem>, remarks: &mut Remarks) {
    let names: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
    let mut findings = Findings::new(header.line, header, problems, remarks);
    for name in header.unknown(|name| known.contains(&name)) {
        let near = nearest(&name, &names);
        let meant = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        let fault = Fault::Other(format!("not a column of {list}, which has {}{meant}", known.join(", ")));
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
    /// Amount and bearer.
    coupon: [Option<usize>; 2],
    voucher: [Option<usize>; 2],
    status: Option<usize>,
}

impl Columns {
    fn of(header: &Header, words: Words) -> Self {
        match words {
            Words::Own => Self::own(header),
            Words::PartnerCentre => Self::partner_centre(header),
        }
    }

    fn own(header: &Header) -> Self {
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
            coupon: [at("coupon"), at("coupon_bearer")],
            voucher: [at("voucher"), at("voucher_bearer")],
            status: None,
        }
    }

    /// `Price` is the list price. `AmountDue` is what remains of it after discount and coupons: what the provider bills.
    fn partner_centre(header: &Header) -> Self {
        let at = |name| header.position(name);
        Self {
            account: at("CustomerUid"),
            product: at("ProductCode"),
            kind: at("OrderType"),
            list_price: at("Price"),
            provider_order: at("OrderId"),
            date: at("PaidAt"),
            from: None,
            to: None,
            placed: None,
            provider_amount: at("AmountDue"),
            coupon: [None; 2],
            voucher: [None; 2],
            status: at("OrderStatus"),
        }
    }
}

struct Lines {
    words: Words,
    columns: Columns,
    first_use: HashMap<String, u64>,
}

impl Lines {
    fn is_not_paid(&self, row: &Row<'_>) -> bool {
        self.columns.status.is_some() && is_not_paid(row.cell(self.columns.status))
    }

    fn read(&mut self, row: &Row<'_>, findings: &mut Findings<'_>) -> Option<OrderRequest> {
        let columns = &self.columns;
        let is_own = self.words == Words::Own;
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
        let day = required(row, columns.date, findings, if is_own { date } else { day_of_milliseconds });
        let service_from = optional(row, columns.from, findings, date);
        let service_to = optional(row, columns.to, findings, date);
        let placement = optional(row, columns.placed, findings, placement);
        let is_paid = is_own || required(row, columns.status, findings, paid).is_some();
        let provider_amount = optional(row, columns.provider_amount, findings, |text| {
            price(text, "what the provider bills for an order is not negative")
        });
        let coupon_used = coupon(row, CouponKind::Coupon, columns.coupon, findings);
        let voucher_used = coupon(row, CouponKind::Voucher, columns.voucher, findings);
        if !is_paid {
            return None;
        }
        // The provider lists what it has accepted.
        let usual = if is_own { Placement::Planned } else { Placement::Placed };
        Some(OrderRequest {
            account: account?,
            product: product?,
            kind: kind?,
            list_price: list_price?,
            provider_order: provider_order?,
            service_from: service_from?,
            service_to: service_to?,
            date: Some(day?),
            placement: placement?.unwrap_or(usual),
            provider_amount: provider_amount?,
            coupons: coupon_used?.into_iter().chain(voucher_used?).collect(),
        })
    }
}

/// A coupon or a voucher, with its bearer; `None` when a cell is bad, or one of the two is missing.
#[expect(clippy::option_option, reason = "bad, empty and read are three answers, and the outer one is taken by `?`")]
fn coupon(
    row: &Row<'_>,
    kind: CouponKind,
    [amount, bearer]: [Option<usize>; 2],
    findings: &mut Findings<'_>,
) -> Option<Option<CouponRequest>> {
    let worth = optional(row, amount, findings, |text| price(text, "what a coupon is worth is not negative"));
    let whose = optional(row, bearer, findings, |text| text.parse().map_err(Fault::Other));
    match (worth?, whose?) {
        (Some(amount), Some(bearer)) => Some(Some(CouponRequest { kind, bearer, amount })),
        (None, None) => Some(None),
        (None, Some(_)) => {
            findings.bad_cell(amount, "", Fault::Empty);
            None
        }
        (Some(_), None) => {
            findings.bad_cell(bearer, "", Fault::Other("whom it costs something: provider or agent".to_owned()));
            None
        }
    }
}

fn required<T>(
    row: &Row<'_>,
    column: Option<usize>,
    findings: &mut Findings<'_>,
    read: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let text = row.cell(column);
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

/// A text without control characters, not too long.
pub(super) fn plain(text: &str) -> Result<&str, Fault> {
    plain_text(text).ok_or_else(|| Fault::Other("longer than 100 characters, or with control characters".to_owned()))
}

/// A number that is a name: whole, as the provider wrote it.
pub(super) fn number(text: &str) -> Result<&str, Fault> {
    if looks_like_spreadsheet_number(text) {
        return Err(Fault::Spreadsheet(text.to_owned()));
    }
    if is_masked(text) {
        return Err(Fault::Masked);
    }
    plain(text)
}

fn kind(text: &str) -> Result<OrderKind, Fault> {
    let fault = match text.to_lowercase().as_str() {
        "buy" => return Ok(OrderKind::New),
        "refund" => "record a refund with `subledger order refund`",
        "others" => "the provider does not say what it is; record it with `subledger order record`, and take it out of the list",
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

/// A day.
pub(super) fn date(text: &str) -> Result<NaiveDate, Fault> {
    parse_date(text).ok_or_else(|| Fault::Other("not a day such as 2026-06-30".to_owned()))
}

fn placement(text: &str) -> Result<Placement, Fault> {
    match text.to_lowercase().as_str() {
        "yes" => Ok(Placement::Placed),
        "no" => Ok(Placement::Planned),
        _ => Err(Fault::Other("yes, no or empty".to_owned())),
    }
}

/// Whether an order is not paid, or is cancelled, so that nothing is owed for it: left out and counted. Of the provider's numbers
/// only 1 means the same on all of its pages.
fn is_not_paid(text: &str) -> bool {
    let not_paid = ["unpaid", "cancelled", "canceled", "voided", "未支付", "已取消", "已作废", "1"];
    not_paid.contains(&text.to_lowercase().as_str())
}

/// Whether an order is paid, in words; only such are orders. A word that is not known is refused, not passed over: nothing of a
/// list is lost in silence. The provider's pages contradict each other on what its numbers 2 and 3 mean.
fn paid(text: &str) -> Result<(), Fault> {
    let fault = match text.to_lowercase().as_str() {
        "paid" | "已支付" => return Ok(()),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            "the provider's pages contradict each other on what the numbers mean; write paid in its place if the order is paid"
        }
        _ => "not paid (已支付), unpaid or cancelled, so that it is not clear whether it is an order",
    };
    Err(Fault::Other(fault.to_owned()))
}

/// The day in the book's time zone (UTC+8) of milliseconds since 1970 in UTC.
fn day_of_milliseconds(text: &str) -> Result<NaiveDate, Fault> {
    /// The provider sold nothing before; seconds taken for milliseconds lie there.
    const FIRST_YEAR: i32 = 2009;
    const EAST: i32 = 8 * 3600;
    let bad = || Fault::Other("not a time in milliseconds since 1970 such as 1780624800000".to_owned());
    if looks_like_spreadsheet_number(text) {
        return Err(Fault::Spreadsheet(text.to_owned()));
    }
    let time = text.parse().ok().and_then(DateTime::from_timestamp_millis).zip(FixedOffset::east_opt(EAST));
    let day = time.map(|(time, zone)| time.with_timezone(&zone).date_naive()).ok_or_else(bad)?;
    if (FIRST_YEAR..=9999).contains(&day.year()) { Ok(day) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<(u64, OrderRequest)>, Refusal> {
        read(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), "orders.csv").map(|list| list.orders)
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
            coupons: vec![],
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
        1 | provider_amont | "provider_amont" | not a column of an order list, which has account, product, kind, list_price, provider_order, date, from, to, placed, provider_amount, coupon, coupon_bearer, voucher, voucher_bearer, remark; did you mean provider_amount or provider_order?
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

    const PARTNER: &str = "CustomerAccount,CustomerUid,OrderId,OrderType,OrderStatus,Price,DiscountedPrice,AmountDiscount,DeductedAmountByCoupons,AmountDue,PayType,ProductCode,ProductName,CreatedAt,PaidAt";

    #[test]
    fn the_partner_centres_list_is_read_as_what_the_provider_has_accepted() {
        let text = format!(
            "{PARTNER}\n\
             jia-prod,1688001234567801\t,206100000000101,BUY,paid,3600,2880,720,0,2880,delegated,ecs,ECS,1780588800000,1780588799999\n\
             jia-prod,1688001234567801\t,206100000000102,Renew,已支付,10.5,10.5,0,0,,delegated,rds,RDS,1780588800000,1780588800000\n"
        );
        let orders = read_text(&text).unwrap();
        let first = OrderRequest {
            account: "1688001234567801".into(),
            product: "ecs".into(),
            kind: OrderKind::New,
            list_price: "3600".parse().unwrap(),
            provider_order: "206100000000101".into(),
            service_from: None,
            service_to: None,
            date: parse_date("2026-06-04"),
            placement: Placement::Placed,
            provider_amount: Some("2880".parse().unwrap()),
            coupons: vec![],
        };
        assert_eq!(orders[0], (2, first));
        let (line, second) = &orders[1];
        assert_eq!(
            (*line, second.kind, second.date, second.provider_amount),
            (3, OrderKind::Renew, parse_date("2026-06-05"), None)
        );
    }

    #[test]
    fn what_is_not_paid_is_left_out_and_counted() {
        let head = "CustomerUid,OrderId,OrderType,OrderStatus,ProductCode,Price,AmountDue,PaidAt\n";
        let rows = [
            "1,BUY,paid,ecs,1,1,1780588800000",
            "2,BUY,Unpaid,ecs,1,1,",
            "3,RENEW,Cancelled,ecs,1,1,",
            "4,BUY,未支付,,,,",
            "5,BUY,1,ecs,1,1,",
        ];
        let text = rows.iter().fold(head.to_owned(), |text, row| format!("{text}1688001234567801,{row}\n"));
        let list = read(Box::new(std::io::Cursor::new(text.into_bytes())), "orders.csv").unwrap();
        assert_eq!((list.orders.len(), list.not_paid), (1, 4));
    }

    #[test]
    fn what_is_no_paid_order_of_the_partner_centre_is_named() {
        let text = "CustomerUid,OrderId,OrderType,OrderStatus,ProductCode,Price,AmountDue,PaidAt,New\n\
                    1688001234567801,1,BUY,2,ecs,1,1,1780588800000,\n\
                    1688001234567801,2,BUY,pending,ecs,1,1,,\n\
                    1688001234567801,3,REFUND,paid,ecs,1,-1,1780588800000,\n\
                    168xxxxx01,4,OTHERS,paid,ecs,1,1,1780588800,\n\
                    1688001234567801,5,UPGRADE,,ecs,1,1,1.78E+12,\n\
                    1688001234567801,6,DOWNGRADE,Paid,ecs,1,1,2026-06-05,\n";
        insta::assert_snapshot!(told(text), @r#"
        2 | OrderStatus | "2" | the provider's pages contradict each other on what the numbers mean; write paid in its place if the order is paid
        3 | PaidAt | "" | empty
        3 | OrderStatus | "pending" | not paid (已支付), unpaid or cancelled, so that it is not clear whether it is an order
        4 | OrderType | "REFUND" | record a refund with `subledger order refund`
        4 | AmountDue | "-1" | what the provider bills for an order is not negative
        5 | CustomerUid | "168xxxxx01" | documentation masks ids like this, and a real file does not: this is an example, or somebody has hidden digits
        5 | OrderType | "OTHERS" | the provider does not say what it is; record it with `subledger order record`, and take it out of the list
        5 | PaidAt | "1780588800" | not a time in milliseconds since 1970 such as 1780624800000
        6 | PaidAt | "1.78E+12" | a spreadsheet such as Excel has turned the number into "1.78E+12" and lost digits; download the file again and do not save it from there
        6 | OrderStatus | "" | empty
        7 | PaidAt | "2026-06-05" | not a time in milliseconds since 1970 such as 1780624800000
        "#);
        let missing = UnreadableFile::UnknownLayout { nearest: "partner-centre".into(), missing: vec!["OrderStatus".into()] };
        let Err(Refusal::UnreadableFile { reason, .. }) = read_text(&text.replace("OrderStatus", "Status")) else { panic!() };
        assert_eq!(reason, missing);
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
