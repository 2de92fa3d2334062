//! Bills as people and programs see them.

use super::document::{Document, Table, Value};
use super::price::exact;
use crate::book::bill::{BillImported, BillView};
use crate::store::BillVersion;

fn name_of(bill: &BillVersion) -> String {
    format!("{}/{}", bill.period, bill.version)
}

fn head(schema: &str, bill: &BillVersion) -> Document {
    Document::new(schema)
        .field("bill", "Bill", name_of(bill))
        .field("period", "Period", bill.period)
        .field("version", "Version", bill.version)
        .field("finality", "State", bill.finality.as_str())
        .field("layout", "Layout", bill.layout.as_str())
        .field("lines", "Lines", bill.totals.lines)
        .field("repeated", "Repeated lines", bill.repeats)
        .field("currency", "Currency", bill.currency)
        .field("gross", "At list price", exact(bill.totals.list, bill.currency))
        .field("payable", "Payable", exact(bill.totals.payable, bill.currency))
}

/// A bill that was imported.
pub fn imported(outcome: &BillImported) -> Document {
    head("bill-import", &outcome.bill)
        .field("accounts", "Accounts", outcome.accounts)
        .field("unknown_accounts", "Unknown accounts", outcome.unknown_accounts)
        .machine_field("rejected", 0_u64)
        .machine_field("already_imported", outcome.already_imported)
}

/// One bill with its accounts.
pub fn bill(view: &BillView) -> Document {
    let currency = view.bill.currency;
    let accounts = Table::new("rows")
        .column("account", "Account")
        .column("uid", "UID")
        .column_right("lines", "Lines")
        .column_right("gross", "At list price")
        .column_right("payable", "Payable")
        .rows(view.accounts.iter().map(|a| {
            [
                a.account.clone().into(),
                a.uid.as_str().into(),
                a.totals.lines.into(),
                exact(a.totals.list, currency),
                exact(a.totals.payable, currency),
            ]
        }));
    let files = Table::new("files")
        .title("Files")
        .column("file", "File")
        .column("sha256", "SHA-256")
        .rows(view.files.iter().map(|f| [f.name.as_str().into(), Value::from(f.sha256.as_str())]));
    head("bill-show", &view.bill).table(accounts).table(files)
}

/// Every version of every bill.
pub fn bills(bills: &[BillVersion]) -> Document {
    let table = Table::new("rows")
        .column("bill", "Bill")
        .column("period", "Period")
        .column_right("version", "Version")
        .column("finality", "State")
        .column("layout", "Layout")
        .column_right("lines", "Lines")
        .column("currency", "Currency")
        .column_right("payable", "Payable")
        .when_empty("no bills yet; `subledger bill import FILE --period 2026-06` imports one")
        .rows(bills.iter().map(|b| {
            [
                name_of(b).into(),
                b.period.into(),
                b.version.into(),
                b.finality.as_str().into(),
                b.layout.as_str().into(),
                b.totals.lines.into(),
                b.currency.into(),
                exact(b.totals.payable, b.currency),
            ]
        }));
    Document::new("bill-list").table(table)
}
