//! The proof of invoices.

use std::collections::BTreeMap;

use super::{CheckName, Checked, Findings};
use crate::domain::id::{AccountId, InvoiceId};
use crate::domain::invoice::{Invoice, InvoiceState, Taxed};
use crate::domain::money::Amount;
use crate::domain::period::Month;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::error::Result;

impl Reader<'_> {
    /// Net and tax of every line add up to its gross; an invoice is above zero and a red letter below; red letters take back no
    /// more of a line than it has, nor of net or tax; one that is issued has its number, and one that is only requested has none.
    pub(super) fn check_invoices(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let invoices = self.invoices()?;
        let by_id: BTreeMap<InvoiceId, &Invoice> = invoices.iter().map(|invoice| (invoice.id, invoice)).collect();
        let mut left: BTreeMap<(InvoiceId, AccountId, Month), Taxed> = BTreeMap::new();
        for invoice in &invoices {
            let is_numbered = match invoice.state {
                InvoiceState::Requested => invoice.issued.is_none(),
                InvoiceState::Issued => invoice.issued.is_some(),
                InvoiceState::Void => true,
            };
            if !is_numbered || invoice.lines.is_empty() {
                wrong.add(|| format!("{} is {}, and does not look like it", invoice.id, invoice.state));
            }
            for line in &invoice.lines {
                let Taxed { gross, net, tax } = line.taxed;
                if net.plus(tax) != Ok(gross) || gross.is_negative() != invoice.is_red() || gross.is_zero() {
                    wrong.add(|| format!("a line of {} does not add up", invoice.id));
                }
                if invoice.counts() {
                    let of = invoice.corrects.unwrap_or(invoice.id);
                    let sum = left.entry((of, line.account, line.month)).or_default();
                    *sum = sum.plus(line.taxed)?;
                }
            }
            if invoice
                .corrects
                .is_some_and(|of| by_id.get(&of).is_none_or(|original| original.is_red() || original.issued.is_none()))
            {
                wrong.add(|| format!("{} takes back of what is no invoice", invoice.id));
            }
        }
        let mut gaps = self.connection.prepare(
            "SELECT invoice_id FROM invoice_line GROUP BY invoice_id HAVING MIN(position) <> 0 OR MAX(position) <> COUNT(*) - 1",
        )?;
        for id in gaps.query_map([], |row| row.get(0).map(InvoiceId))? {
            let id = id?;
            wrong.add(|| format!("{id} lacks a line"));
        }
        for ((invoice, ..), rest) in left {
            let below = |amount: Amount| amount.is_negative();
            if below(rest.gross) || below(rest.net) || below(rest.tax) {
                wrong.add(|| format!("red letters take back more of {invoice} than it has"));
            }
        }
        Ok(wrong.checked(CheckName::Invoices, plural(invoices.len() as u64, "invoice adds up", "invoices add up")))
    }
}
