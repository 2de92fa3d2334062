//! Bills as people and programs see them.

use std::path::Path;

use super::document::{Column, Document, Field, Table, Value};
use super::price::exact;
use crate::book::bill::{BillDiff, BillDropped, BillImported, BillView, CHANGES_SHOWN, FoundLine, FoundLines};
use crate::domain::bill::{KnownLayout, TaxBasis};
use crate::domain::bill_diff::{ComparedLine, LineChange};
use crate::domain::finality::{FinalityReason, final_day};
use crate::domain::money::{Currency, Exact, Overflow};
use crate::store::BillVersion;

fn name_of(bill: &BillVersion) -> String {
    format!("{}/{}", bill.period, bill.version)
}

fn head(schema: &str, bill: &BillVersion) -> Document {
    let document = Document::new(schema)
        .field("bill", "Bill", name_of(bill))
        .field("period", "Period", bill.period)
        .field("version", "Version", bill.version)
        .field("finality", "State", bill.finality.as_str())
        .field("finality_reason", "Because", reason(&bill.reason))
        .field("layout", "Layout", bill.layout.as_str())
        .field("tax", "Tax", bill.tax.map(TaxBasis::as_str))
        .field("lines", "Lines", bill.totals.lines)
        .field("repeated", "Repeated lines", bill.repeats)
        .field("rejected", "Bad lines left out", bill.rejected)
        .field("currency", "Currency", bill.currency)
        .field("gross", "At list price", exact(bill.totals.list, bill.currency))
        .field("covered", "Covered by plans", exact(bill.totals.covered, bill.currency))
        .field("discount", "Discount", exact(bill.totals.discount, bill.currency))
        .field("coupon", "Coupons", exact(bill.totals.coupon, bill.currency))
        .field("payable", "Payable", exact(bill.totals.payable, bill.currency))
        .with(paid("voucher", "Of it paid by vouchers", bill.totals.voucher, bill.currency))
        .with(paid("card", "Of it paid by stored-value cards", bill.totals.card, bill.currency))
        .field("stated_total", "Stated by the provider", bill.stated.map(|total| exact(total, bill.currency)))
        .machine_field("dropped", bill.dropped);
    if bill.dropped { document.people_field("Dropped", "yes: its lines are gone, and it does not count") } else { document }
}

/// What of the payable is paid already; people see nothing where nothing is.
fn paid(key: &'static str, label: &'static str, amount: Exact, currency: Currency) -> Field {
    let field = Field::new(key, label, exact(amount, currency));
    if amount.is_zero() { field.machine_only() } else { field }
}

/// Why a bill is taken for final or estimated.
fn reason(reason: &FinalityReason) -> String {
    const TIME: &str = "%Y-%m-%d %H:%M";
    match reason {
        FinalityReason::Said => "said on the command line".to_owned(),
        FinalityReason::WrittenSince { written, final_from } => {
            format!("written {}; such files are final from {} (UTC+8)", written.format(TIME), final_from.format(TIME))
        }
        FinalityReason::WrittenBefore { written, final_from } => {
            format!("written {}; such files change until {} (UTC+8)", written.format(TIME), final_from.format(TIME))
        }
        FinalityReason::NoRule => "no rule of the provider is known for this layout; --final says that it is".to_owned(),
    }
}

/// A bill that was imported.
pub fn imported(outcome: &BillImported, rejects: Option<&Path>) -> Document {
    head("bill-import", &outcome.bill)
        .field("accounts", "Accounts", outcome.accounts)
        .field("unknown_accounts", "Unknown accounts", outcome.unknown_accounts)
        .field("unknown_payable", "Payable for them", exact(outcome.unknown_payable, outcome.bill.currency))
        .machine_field("rejects", rejects.map(|path| path.display().to_string()))
        .machine_field("already_imported", outcome.already_imported)
}

/// A bill that was dropped.
pub fn dropped(outcome: &BillDropped) -> Document {
    head("bill-drop", &outcome.bill).field("counts_now", "Version that counts now", outcome.counts_now)
}

/// What changed between two versions.
pub fn diff(diff: &BillDiff) -> Result<Document, Overflow> {
    let currency = diff.new.currency;
    let [added, changed, removed] = diff.counts;
    let mut rows = Vec::with_capacity(diff.changes.len());
    for change in &diff.changes {
        rows.push(match change {
            LineChange::Added(new) => change_row(diff, "added", None, Some(new))?,
            LineChange::Removed(old) => change_row(diff, "removed", Some(old), None)?,
            LineChange::Changed { old, new } => change_row(diff, "changed", Some(old), Some(new))?,
        });
    }
    let lines = Table::new("rows")
        .title("Lines")
        .column("change", "Change")
        .column("line", "Line")
        .column("uid", "UID")
        .column("provider_order", "Order number")
        .column("product", "Product")
        .column("kind", "Kind")
        .column_right("old", "Payable before")
        .column_right("new", "Payable now")
        .column_right("effect", "Effect")
        .when_empty("no line changed")
        .rows(rows);
    let mut effects = Vec::with_capacity(diff.accounts.len());
    for account in &diff.accounts {
        let statement = account.account.as_ref().map(|code| format!("{code} {}", diff.new.period));
        effects.push([
            account.account.clone().into(),
            account.uid.as_str().into(),
            account.added.into(),
            account.changed.into(),
            account.removed.into(),
            exact(account.old, currency),
            exact(account.new, currency),
            exact(account.new.minus(account.old)?, currency),
            exact(account.gross_effect, currency),
            statement.into(),
        ]);
    }
    let accounts = Table::new("accounts")
        .title("Accounts")
        .column("account", "Account")
        .column("uid", "UID")
        .column_right("added", "Added")
        .column_right("changed", "Changed")
        .column_right("removed", "Removed")
        .column_right("old", "Payable before")
        .column_right("new", "Payable now")
        .column_right("effect", "Effect")
        .column_right("gross_effect", "At list price")
        .column("statement", "Statement that it touches")
        .when_empty("no account's sum changed")
        .rows(effects);
    let document = Document::new("bill-diff")
        .field("period", "Period", diff.new.period)
        .field("from", "Older version", diff.old.version)
        .field("to", "Newer version", diff.new.version)
        .field("currency", "Currency", currency)
        .field("added", "Lines added", added)
        .field("changed", "Lines changed", changed)
        .field("removed", "Lines removed", removed)
        .field("old", "Payable before", exact(diff.old.totals.payable, currency))
        .field("new", "Payable now", exact(diff.new.totals.payable, currency))
        .field("effect", "Effect", exact(diff.new.totals.payable.minus(diff.old.totals.payable)?, currency));
    let document = if added + changed + removed > CHANGES_SHOWN as u64 {
        document.field("lines_shown", "Lines shown", CHANGES_SHOWN)
    } else {
        document
    };
    Ok(document.table(lines).table(accounts))
}

fn change_row(
    diff: &BillDiff,
    change: &str,
    old: Option<&ComparedLine>,
    new: Option<&ComparedLine>,
) -> Result<[Value; 9], Overflow> {
    let currency: Currency = diff.new.currency;
    let line = new.or(old);
    let nothing = Exact::ZERO;
    let before = old.map_or(nothing, |line| line.payable);
    let now = new.map_or(nothing, |line| line.payable);
    Ok([
        change.into(),
        line.map(|line| line.line_id.clone()).into(),
        line.and_then(|line| diff.uids.get(&line.owner)).map(String::as_str).into(),
        line.map(|line| line.order_no.clone()).into(),
        line.and_then(|line| diff.products.get(&line.product)).map(String::as_str).into(),
        line.map(|line| line.kind.as_str()).into(),
        old.map(|line| exact(line.payable, currency)).into(),
        new.map(|line| exact(line.payable, currency)).into(),
        exact(now.minus(before)?, currency),
    ])
}

/// A line of a bill with the cells of its file.
pub struct ShownLine<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Where it stands, and whose it is.
    pub line: &'a FoundLine,
    /// The file's columns and what stands there.
    pub cells: Vec<(String, String)>,
}

/// Lines of a bill: one below the other for people, a row each for programs.
pub fn lines(found: &FoundLines, shown: &[ShownLine<'_>]) -> Document {
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in shown.iter().flat_map(|line| &line.cells) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let wide = Table::new("rows").machine_only().column("file", "file").column("number", "number").column("account", "account");
    let wide = wide.column("account_uid", "account_uid");
    let mut wide = columns.iter().fold(wide, |table, name| table.with(Column::left((*name).to_owned(), (*name).to_owned())));
    let mut document = Document::new("bill-lines")
        .field("bill", "Bill", name_of(&found.bill))
        .field("found", "Lines found", found.count)
        .field("shown", "Lines shown", shown.len());
    for line in shown {
        let cell = |name: &str| line.cells.iter().find(|(column, _)| column == name).map(|(_, text)| text.as_str());
        let own: [Value; 4] =
            [line.file.into(), line.line.number.into(), line.line.account.clone().into(), line.line.uid.as_str().into()];
        wide.push(own.into_iter().chain(columns.iter().map(|name| cell(name).into())));
        let owner = line.line.account.as_ref().map_or(line.line.uid.clone(), ToString::to_string);
        let cells = line.cells.iter().filter(|(_, text)| !text.is_empty());
        let table = Table::new("line")
            .people_only()
            .title(format!("{owner}: {}, line {}", line.file, line.line.number))
            .column("column", "Column")
            .column("value", "Value")
            .rows(cells.map(|(name, text)| [name.as_str().into(), Value::from(text.as_str())]));
        document = document.table(table);
    }
    document.table(wide)
}

/// One bill with its accounts.
pub fn bill(view: &BillView) -> Document {
    let currency = view.bill.currency;
    let accounts = Table::new("rows")
        .column("account", "Account")
        .column("uid", "UID")
        .column_right("lines", "Lines")
        .column_right("gross", "At list price")
        .column_right("covered", "Covered")
        .column_right("discount", "Discount")
        .column_right("coupon", "Coupons")
        .column_right("payable", "Payable")
        .when_empty("its sums by account went with its lines")
        .rows(view.accounts.iter().map(|a| {
            [
                a.account.clone().into(),
                a.uid.as_str().into(),
                a.totals.lines.into(),
                exact(a.totals.list, currency),
                exact(a.totals.covered, currency),
                exact(a.totals.discount, currency),
                exact(a.totals.coupon, currency),
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

/// The layouts that can be read.
pub fn layouts(layouts: &[KnownLayout]) -> Document {
    let table = Table::new("rows")
        .column("layout", "Layout")
        .column("tax", "Tax")
        .column("final_from", "Final in the month after")
        .column("needs", "Columns that it needs")
        .rows(layouts.iter().map(|known| {
            [
                known.layout.as_str().into(),
                known.tax.map(TaxBasis::as_str).into(),
                final_day(&known.layout).map(|day| format!("day {day}, 12:00 UTC+8")).into(),
                known.needs.join("; ").into(),
            ]
        }));
    Document::new("bill-layouts").table(table)
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
                if b.dropped { "dropped".into() } else { b.finality.as_str().into() },
                b.layout.as_str().into(),
                b.totals.lines.into(),
                b.currency.into(),
                exact(b.totals.payable, b.currency),
            ]
        }));
    Document::new("bill-list").table(table)
}
