//! Invoices as people and programs see them.

use super::document::{Column, Document, Field, Table, Value};
use crate::book::invoice::{InvoiceView, InvoicesRequested, Plan, PlannedStep};
use crate::domain::code::Name;
use crate::domain::money::{Amount, Currency};

fn joined(codes: impl IntoIterator<Item = impl ToString>) -> String {
    let mut codes: Vec<String> = codes.into_iter().map(|code| code.to_string()).collect();
    codes.dedup();
    codes.join(" ")
}

/// What is to be invoiced, and how that follows from the statements.
pub fn plan(plan: &Plan) -> crate::book::Result<Document> {
    let mut steps = Table::new("rows")
        .column("step", "Step")
        .column("entity", "Entity")
        .column("invoice", "Invoice")
        .column("accounts", "Accounts")
        .column("months", "Months")
        .column("currency", "Currency")
        .column_right("gross", "Gross")
        .when_empty("everything is invoiced");
    for step in &plan.steps {
        let PlannedStep { step: what, entity, currency, accounts, months, invoice, gross, .. } = step;
        steps.push([
            what.as_str().into(),
            entity.into(),
            invoice.map(|id| id.to_string()).into(),
            joined(accounts).into(),
            joined(months).into(),
            (*currency).into(),
            Value::amount(*gross, *currency),
        ]);
    }
    let mut proof = Table::new("proof")
        .title(format!("How it follows from the statements of {}", plan.period))
        .column("currency", "Currency")
        .column("line", "Line")
        .column_right("amount", "Amount");
    for (currency, of) in &plan.proofs {
        let mut line =
            |words: &str, amount: Amount| proof.push([(*currency).into(), words.into(), Value::amount(amount, *currency)]);
        line("charged by the statements", of.statements);
        line("charged by the book, which must be the same", of.charged);
        line("charged in the months before", of.before);
        line("less paid by vouchers", of.by_voucher.negated()?);
        line("less invoiced by the provider", of.by_provider.negated()?);
        line("less not paid yet", of.unsettled.negated()?);
        line("less invoiced or requested, red letters taken off", of.invoiced.negated()?);
        line("less the plan", of.planned.negated()?);
        line("unexplained", of.unexplained()?);
    }
    Ok(Document::new("invoice-plan")
        .field("period", "Through", plan.period)
        .field("basis", "Basis", plan.basis.as_str())
        .table(steps)
        .table(proof))
}

fn table() -> Table {
    Table::new("rows")
        .column("invoice", "Invoice")
        .column("state", "State")
        .column("kind", "Kind")
        .column("form", "Form")
        .column("entity", "Entity")
        .column("accounts", "Accounts")
        .column("months", "Months")
        .column("currency", "Currency")
        .column_right("gross", "Gross")
        .column_right("net", "Net")
        .column_right("tax", "Tax")
        .column_right("rate", "%")
        .column("number", "Number")
        .column("issued", "Issued")
        .column("corrects", "Takes back of")
        .column_right("left", "Left")
}

fn row(view: &InvoiceView) -> [Value; 16] {
    let (invoice, total) = (&view.invoice, view.total);
    let amount = |amount| Value::amount(amount, invoice.currency);
    [
        invoice.id.to_string().into(),
        invoice.state.as_str().into(),
        invoice.kind.as_str().into(),
        invoice.form.as_str().into(),
        (&view.entity).into(),
        joined(&view.accounts).into(),
        joined(invoice.lines.iter().map(|line| line.month)).into(),
        invoice.currency.into(),
        amount(total.gross),
        amount(total.net),
        amount(total.tax),
        invoice.rate.to_string().into(),
        invoice.issued.as_ref().map(|issued| issued.number.to_string()).into(),
        invoice.issued.as_ref().map(|issued| issued.date).into(),
        invoice.corrects.map(|id| id.to_string()).into(),
        if invoice.is_red() { Value::from(None::<String>) } else { amount(view.left) },
    ]
}

/// Invoices and red letters.
pub fn list(views: &[InvoiceView]) -> Document {
    Document::new("invoice-list").table(table().when_empty("no invoices").rows(views.iter().map(row)))
}

/// What was requested.
pub fn requested(outcome: &InvoicesRequested) -> Document {
    let rows = outcome.invoices.iter().map(row);
    Document::new("invoice-request").table(table().when_empty("everything is invoiced").rows(rows))
}

/// One invoice with its lines.
pub fn one(schema: &str, view: &InvoiceView) -> Document {
    let (invoice, total, title) = (&view.invoice, view.total, &view.invoice.title);
    let currency: Currency = invoice.currency;
    let amount = |amount| Value::amount(amount, currency);
    let text = |name: &Option<Name>| Value::from(name.as_ref().map(ToString::to_string));
    let where_red = |field: Field| if invoice.is_red() { field } else { field.machine_only() };
    let where_not = |field: Field| if invoice.is_red() { field.machine_only() } else { field };
    let red = view.red.iter().map(|id| Value::from(id.to_string())).collect();
    let lines = Table::new("lines")
        .title("Lines")
        .column("account", "Account")
        .column("month", "Month")
        .column_right("gross", "Gross")
        .column_right("net", "Net")
        .column_right("tax", "Tax")
        .rows(invoice.lines.iter().zip(&view.accounts).map(|(line, account)| {
            [account.into(), line.month.into(), amount(line.taxed.gross), amount(line.taxed.net), amount(line.taxed.tax)]
        }));
    Document::new(schema)
        .field("invoice", "Invoice", invoice.id.to_string())
        .field("state", "State", invoice.state.as_str())
        .field("kind", "Kind", invoice.kind.as_str())
        .field("form", "Form", invoice.form.as_str())
        .field("entity", "Entity", &view.entity)
        .field("title", "Title", &title.name)
        .field("tax_id", "Taxpayer's id", title.tax_id.as_str())
        .field("address", "Address", text(&title.address))
        .field("phone", "Phone", text(&title.phone))
        .field("bank", "Bank", text(&title.bank))
        .field("bank_account", "Bank account", text(&title.bank_account))
        .field("requested", "Requested", invoice.requested)
        .field("issued", "Issued", invoice.issued.as_ref().map(|issued| issued.date))
        .field("code", "Code", invoice.issued.as_ref().and_then(|issued| issued.number.code.clone()))
        .field("number", "Number", invoice.issued.as_ref().map(|issued| issued.number.number.clone()))
        .with(where_red(Field::new("corrects", "Takes back of", invoice.corrects.map(|id| id.to_string()))))
        .field("reason", "Reason", text(&invoice.reason))
        .field("currency", "Currency", currency)
        .amount("gross", "Gross", total.gross, currency)
        .amount("net", "Net", total.net, currency)
        .amount("tax", "Tax", total.tax, currency)
        .field("rate", "Rate in percent", invoice.rate.to_string())
        .with(where_not(Field::new("red_letters", "Red letters", Value::List(red))))
        .with(where_not(Field::new("left", "Left", amount(view.left))))
        .table(lines)
}

/// The list of requests for the tax system: a row for each line of an invoice.
pub fn export(views: &[InvoiceView], item: &Name) -> Document {
    let mut table = Table::new("rows")
        .column("request", "Request")
        .column("kind", "Kind")
        .column("form", "Form")
        .column("red_letter_of", "Red letter of")
        .column("title", "Title")
        .column("tax_id", "Taxpayer's id")
        .with(Column::left("address", "Address"))
        .column("phone", "Phone")
        .column("bank", "Bank")
        .column("bank_account", "Bank account")
        .column("item", "Item")
        .column("account", "Account")
        .column("month", "Month")
        .column("currency", "Currency")
        .column_right("gross", "Gross")
        .column_right("rate", "Rate")
        .column_right("net", "Net")
        .column_right("tax", "Tax")
        .when_empty("no requests");
    for view in views {
        let (invoice, title) = (&view.invoice, &view.invoice.title);
        let text = |name: &Option<Name>| Value::from(name.as_ref().map(ToString::to_string));
        for (line, account) in invoice.lines.iter().zip(&view.accounts) {
            table.push([
                Value::from(invoice.id.to_string()),
                invoice.kind.as_str().into(),
                invoice.form.as_str().into(),
                invoice.corrects.map(|id| id.to_string()).into(),
                (&title.name).into(),
                title.tax_id.as_str().into(),
                text(&title.address),
                text(&title.phone),
                text(&title.bank),
                text(&title.bank_account),
                item.into(),
                account.into(),
                line.month.into(),
                invoice.currency.into(),
                Value::amount(line.taxed.gross, invoice.currency),
                invoice.rate.to_string().into(),
                Value::amount(line.taxed.net, invoice.currency),
                Value::amount(line.taxed.tax, invoice.currency),
            ]);
        }
    }
    Document::new("invoice-export").table(table)
}
