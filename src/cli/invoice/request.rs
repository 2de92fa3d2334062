//! `invoice request`: requests invoices.

use clap::Args;

use crate::book::invoice::{RequestInvoices, Requested};
use crate::cli::args::{WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invoice::{InvoiceForm, InvoiceKind, MergeBy, TaxRate};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::view;

/// Request invoices of what `invoice plan` proposes
///
/// Net is the gross divided by one plus the rate, rounded to the cent, and tax is the rest, so
/// that both add up. Each line is worked out by itself; the cent that is left over goes to the
/// largest. The title is kept as it is today. A special invoice on paper needs all six fields of
/// the title, one in digital form the name and the taxpayer's id (`policy set
/// invoice-digital-fields required` wants all six).
///
/// One invoice has one legal person: all its accounts, or those that are named.
///
/// Examples:
///   subledger invoice request --period 2026-06 --entity acme-hq
///   subledger invoice request --period 2026-06 --account acme-prod --amount 5000
///   subledger invoice request --period 2026-06 --all --merge account
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("whose").required(true).args(["entity", "account", "all"]))]
pub(crate) struct RequestArgs {
    /// Through which closed month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// For all accounts of this legal person
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// For this account; may be given several times
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,

    /// For every legal person
    #[arg(long)]
    all: bool,

    /// One invoice for each legal person, or one for each account: entity or account
    #[arg(long, value_name = "BY", default_value_t = MergeBy::Entity)]
    merge: MergeBy,

    /// special (the buyer deducts the tax) or general
    #[arg(long, default_value_t = InvoiceKind::General)]
    kind: InvoiceKind,

    /// digital or paper
    #[arg(long, default_value_t = InvoiceForm::Digital)]
    form: InvoiceForm,

    /// Percent of tax: 13, 9, 6, 3, 1 or 0 [default: the policy's]
    #[arg(long, value_name = "PERCENT")]
    rate: Option<TaxRate>,

    /// Only so much, tax and all; the first months first
    #[arg(long, value_parser = amount, allow_negative_numbers = true)]
    amount: Option<Exact>,

    #[command(flatten)]
    write: WriteArgs,
}

impl RequestArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let whose = match self.entity {
            Some(entity) => Requested::Entity(entity),
            None if self.all => Requested::All,
            None => Requested::Accounts(self.account),
        };
        let Self { period, merge, kind, form, rate, amount, .. } = self;
        let done = context.write(&call, RequestInvoices { period, whose, merge, kind, form, rate, amount })?;
        context.answer_done(&done, view::invoice::requested(&done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
