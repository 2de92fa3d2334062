//! Statements as customers see them. Cost never appears here.

use super::document::{Document, Table, Value};
use super::price::{discount, exact};
use crate::book::statement::StatementView;
use crate::domain::money::{Amount, Currency, Overflow};
use crate::domain::period::PeriodState;
use crate::domain::statement::{Statement, StatementLine};

/// A statement.
pub fn statement(view: &StatementView) -> Result<Document, Overflow> {
    let statement = &view.statement;
    let currency = statement.currency;
    Ok(Document::new("statement-show")
        .field("account", "Account", &statement.account)
        .field("uid", "UID", statement.uid.as_ref().map(ToString::to_string))
        .field("group", "Group", &statement.group)
        .field("entity", "Real-name owner", &statement.entity)
        .field("mode", "Mode", statement.mode.as_str())
        .field("period", "Period", statement.period)
        .field("state", "State", if view.state == PeriodState::Closed { "closed" } else { "provisional" })
        .field("currency", "Currency", currency)
        .amount("opening", "Balance due, opening", statement.opening, currency)
        .amount("charges", "Charges", statement.charges, currency)
        .amount("payments", "Payments", statement.payments, currency)
        .amount("credits", "Credits", statement.credits, currency)
        .amount("closing", "Balance due, closing", statement.closing, currency)
        .table(lines(statement)?))
}

fn lines(statement: &Statement) -> Result<Table, Overflow> {
    let currency = statement.currency;
    let mut balance = statement.opening;
    let mut table = Table::new("lines")
        .column("date", "Date")
        .column("kind", "Kind")
        .column("event", "Event")
        .column("product", "Product")
        .column("order", "Order")
        .column("provider_order", "Provider order")
        .column("charge_month", "Charge month")
        .column_right("list_price", "List price")
        .column_right("discount", "Discount")
        .column_right("amount", "Amount")
        .column_right("balance", "Balance due")
        .column("reference", "Reference")
        .when_empty("nothing happened in this month");
    for line in &statement.lines {
        balance = balance.plus(line.amount)?;
        table.push(cells(line, balance, currency));
    }
    Ok(table)
}

/// One line, with the balance after it.
fn cells(line: &StatementLine, balance: Amount, currency: Currency) -> [Value; 12] {
    [
        line.date.into(),
        line.kind.as_str().into(),
        line.event.as_str().into(),
        line.product.clone().into(),
        line.order.map(|o| o.to_string()).into(),
        line.provider_order.clone().into(),
        line.charge_month.into(),
        line.list_price.map(|e| exact(e, currency)).into(),
        line.discount.map(discount).into(),
        Value::amount(line.amount, currency),
        Value::amount(balance, currency),
        line.reference.clone().into(),
    ]
}

/// A statement as a CSV file for finance: opening, every line, closing; stable columns.
pub fn file(statement: &Statement) -> Result<Table, Overflow> {
    let currency = statement.currency;
    let mut table = Table::new("rows");
    for (key, label) in [
        ("period", "Period"),
        ("account", "Account"),
        ("uid", "UID"),
        ("group", "Group"),
        ("entity", "Real-name owner"),
        ("currency", "Currency"),
        ("date", "Date"),
        ("kind", "Kind"),
        ("event", "Event"),
        ("product", "Product"),
        ("order", "Order"),
        ("provider_order", "Provider order"),
        ("charge_month", "Charge month"),
        ("list_price", "List price"),
        ("discount", "Discount"),
        ("amount", "Amount"),
        ("balance", "Balance due"),
        ("reference", "Reference"),
    ] {
        table = table.column(key, label);
    }
    let head = || -> [Value; 6] {
        [
            statement.period.into(),
            (&statement.account).into(),
            statement.uid.as_ref().map(ToString::to_string).into(),
            (&statement.group).into(),
            (&statement.entity).into(),
            currency.into(),
        ]
    };
    let frame = |kind: &str, date: chrono::NaiveDate, balance: Amount| {
        let mut row = head().to_vec();
        row.extend([date.into(), kind.into()]);
        row.extend(std::iter::repeat_n(Value::Null, 8));
        row.extend([Value::amount(balance, currency), Value::Null]);
        row
    };
    table.push(frame("opening", statement.period.first_day(), statement.opening));
    let mut balance = statement.opening;
    for line in &statement.lines {
        balance = balance.plus(line.amount)?;
        let mut row = head().to_vec();
        row.extend(cells(line, balance, currency));
        table.push(row);
    }
    table.push(frame("closing", statement.period.last_day(), statement.closing));
    Ok(table)
}

/// Statements that were written as files.
pub fn exported(period: crate::domain::period::Month, files: &[(String, String, Amount, Currency)]) -> Document {
    let table = Table::new("rows")
        .column("account", "Account")
        .column("currency", "Currency")
        .column_right("closing", "Balance due, closing")
        .column("file", "File")
        .when_empty("no account had a part in this month")
        .rows(files.iter().map(|(account, file, closing, currency)| {
            [account.as_str().into(), (*currency).into(), Value::amount(*closing, *currency), file.as_str().into()]
        }));
    Document::new("statement-export").field("period", "Period", period).table(table)
}
