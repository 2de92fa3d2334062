//! `order import`: records an order list.

use clap::Args;

use crate::book::order::ImportOrders;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::intake;
use crate::view;

/// Record an order list from a CSV file: all of it, or nothing
///
/// Columns, in any order: account (code or UID), product, kind, list_price, provider_order,
/// date; optional: from, to, placed (yes or no), provider_amount. The partner centre's order
/// list is read too, by its own field names, as accepted by the provider, with Price as the
/// list price and AmountDue as what it bills; its unpaid and cancelled orders are left out and
/// counted, its refunds are for `order refund`. Orders are recorded by date, then in file
/// order. Every line that cannot be read or is refused is named. The same file twice is a no-op.
/// Of more than 10 000 orders the answer has the totals only; `order list` has all.
///
/// Examples:
///   subledger order import orders.csv
///   subledger order import orders.csv --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ImportArgs {
    /// The file, or - for standard input; also compressed, or a workbook with one sheet
    file: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl ImportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require::<ImportOrders<'_>>()?;
        let input = Input::open(&self.file)?;
        let call = context.call_with_files(&self.write, "file", std::slice::from_ref(&input));
        let list = intake::container::Parts::only(input.slice(), &self.file)?;
        let intake::orders::OrderList { orders, not_paid } = intake::orders::read(list.text, &list.name)?;
        let sha256 = input.file().sha256()?;
        let progress = context.ui.progress("recording orders");
        let done = context.write(&call, ImportOrders { file: self.file, sha256, orders, not_paid, watch: &progress })?;
        drop(progress);
        context.answer_done(&done, view::order::imported(&done.outcome), &done.outcome.notices)?;
        if done.outcome.already_imported {
            context.ui.status("this file was imported before; nothing was changed");
        }
        Ok(Exit::Done)
    }
}
