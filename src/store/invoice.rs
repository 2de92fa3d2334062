//! Invoices, their lines, and the titles of legal persons.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::code::Name;
use crate::domain::id::{AccountId, EntityId, InvoiceId};
use crate::domain::invoice::{Invoice, InvoiceLine, InvoiceNumber, Issued, TaxRate, Taxed, Title};
use crate::domain::money::Amount;
use crate::domain::period::Month;

/// The title of a legal person from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleFrom {
    /// The legal person.
    pub entity: EntityId,
    /// From when it holds.
    pub valid_from: NaiveDate,
    /// The title.
    pub title: Title,
}

impl TitleFrom {
    /// What it is logged as: `3/2026-07-01`.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.entity.0, self.valid_from)
    }
}

/// What an account was charged in a month, and what of it vouchers have paid, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consumed {
    /// Charges less refunds, true-ups included.
    pub charged: Amount,
    /// What vouchers have paid of that.
    pub by_voucher: Amount,
}

fn title(row: &Row<'_>) -> rusqlite::Result<TitleFrom> {
    Ok(TitleFrom { entity: EntityId(row.get(0)?), valid_from: row.date(1)?, title: row.json(2)? })
}

fn invoice(row: &Row<'_>) -> rusqlite::Result<Invoice> {
    let issued = match (row.date_opt(8)?, row.get(9)?, row.get::<_, Option<String>>(10)?) {
        (Some(date), code, Some(number)) => Some(Issued { date, number: InvoiceNumber { code, number } }),
        (None, None, None) => None,
        _ => return Err(row.otherwise(10)),
    };
    Ok(Invoice {
        id: InvoiceId(row.get(0)?),
        entity: EntityId(row.get(1)?),
        currency: row.parsed(2)?,
        kind: row.parsed(3)?,
        form: row.parsed(4)?,
        rate: row.parsed::<TaxRate>(5)?,
        state: row.parsed(6)?,
        requested: row.date(7)?,
        issued,
        corrects: row.get::<_, Option<i64>>(11)?.map(InvoiceId),
        reason: row.parsed_opt(12)?,
        title: row.json(13)?,
        lines: vec![],
    })
}

impl Reader<'_> {
    /// Every invoice and red letter with its lines, by number.
    pub fn invoices(&self) -> Result<Vec<Invoice>> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, entity_id, currency, kind, form, rate, state, requested, issued, code, number, corrects_id, reason, title
               FROM invoice ORDER BY id",
        )?;
        let mut invoices = select.query_map([], invoice)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut select = self.connection.prepare_cached(
            "SELECT invoice_id, account_id, month, gross_minor, net_minor, tax_minor FROM invoice_line
              ORDER BY invoice_id, position",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if let Ok(place) = invoices.binary_search_by_key(&id, |invoice| invoice.id.0) {
                let taxed = Taxed { gross: row.amount(3)?, net: row.amount(4)?, tax: row.amount(5)? };
                invoices[place].lines.push(InvoiceLine { account: AccountId(row.get(1)?), month: row.month(2)?, taxed });
            }
        }
        Ok(invoices)
    }

    /// Every title of every legal person, by the day from which it holds.
    pub fn titles(&self) -> Result<Vec<TitleFrom>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT entity_id, valid_from, title FROM invoice_title ORDER BY entity_id, valid_from")?;
        let rows = select.query_map([], title)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What an account was charged by month, up to the end of one: without what the book started with.
    pub fn consumed(&self, account: AccountId, through: Month) -> Result<BTreeMap<Month, Consumed>> {
        let mut months: BTreeMap<Month, Consumed> = BTreeMap::new();
        for (month, charged) in self.spent_by_month(account, NaiveDate::MIN, through.last_day())? {
            months.entry(month).or_default().charged = charged;
        }
        let mut select = self.connection.prepare_cached(
            "SELECT c.day / 100, SUM(CASE WHEN o.refunds IS NULL THEN k.amount_minor ELSE -k.amount_minor END)
               FROM charge AS c JOIN orders AS o ON o.id = c.order_id JOIN coupon AS k ON k.order_id = o.id
              WHERE c.account_id = ?1 AND c.day <= ?2 AND k.kind = 'voucher' AND o.placement <> 'opening' GROUP BY 1",
        )?;
        let mut rows = select.query(params![account.0, day(through.last_day())])?;
        while let Some(row) = rows.next()? {
            months.entry(row.month(0)?).or_default().by_voucher = row.amount(1)?;
        }
        Ok(months)
    }
}

impl Writer<'_> {
    /// The number that the next invoice will have.
    pub fn next_invoice(&mut self) -> Result<InvoiceId> {
        Ok(InvoiceId(self.next_id("invoice")?))
    }

    /// Writes a new invoice with its lines.
    pub fn insert_invoice(&mut self, invoice: &Invoice) -> Result<()> {
        self.put_invoice(invoice)?;
        let mut insert = self.connection().prepare_cached(
            "INSERT INTO invoice_line (invoice_id, position, account_id, month, gross_minor, net_minor, tax_minor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (position, line) in (0_i64..).zip(&invoice.lines) {
            let Taxed { gross, net, tax } = line.taxed;
            insert.execute(params![
                invoice.id.0,
                position,
                line.account.0,
                line.month.number(),
                gross.minor(),
                net.minor(),
                tax.minor()
            ])?;
        }
        drop(insert);
        self.log_change("invoice", &invoice.id.to_string(), None, invoice)
    }

    /// Writes what has become of an invoice; its lines stay.
    pub fn update_invoice(&mut self, before: &Invoice, now: &Invoice) -> Result<()> {
        self.put_invoice(now)?;
        self.log_change("invoice", &now.id.to_string(), Some(before), now)
    }

    fn put_invoice(&mut self, invoice: &Invoice) -> Result<()> {
        let mut upsert = self.connection().prepare_cached(
            "INSERT INTO invoice (id, entity_id, currency, kind, form, rate, state, requested, issued, code, number, corrects_id,
                                  reason, title)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, issued = excluded.issued, code = excluded.code,
                                            number = excluded.number, reason = excluded.reason",
        )?;
        let issued = invoice.issued.as_ref();
        upsert.execute(params![
            invoice.id.0,
            invoice.entity.0,
            invoice.currency.code(),
            invoice.kind.as_str(),
            invoice.form.as_str(),
            invoice.rate.to_string(),
            invoice.state.as_str(),
            day(invoice.requested),
            issued.map(|issued| day(issued.date)),
            issued.and_then(|issued| issued.number.code.as_deref()),
            issued.map(|issued| issued.number.number.as_str()),
            invoice.corrects.map(|id| id.0),
            invoice.reason.as_ref().map(Name::as_str),
            to_json(&invoice.title),
        ])?;
        Ok(())
    }

    /// Writes the title of a legal person from a day on, in the place of another one of that day.
    pub fn put_title(&mut self, before: Option<&TitleFrom>, now: &TitleFrom) -> Result<()> {
        self.connection()
            .prepare_cached("INSERT OR REPLACE INTO invoice_title (entity_id, valid_from, title) VALUES (?1, ?2, ?3)")?
            .execute(params![now.entity.0, day(now.valid_from), to_json(&now.title)])?;
        self.log_change("invoice-title", &now.key(), before, now)
    }
}
