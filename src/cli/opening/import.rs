//! `opening import`: what the book starts with, from a list.

use clap::Args;

use crate::book::opening::ImportOpening;
use crate::cli::args::{DateArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::intake;
use crate::view;

/// Import what the book starts with from a CSV file: once, before anything else
///
/// Entities, groups, accounts, prices and layouts may be there before; entries, orders and bills
/// may not. All of the file is written, or nothing, and every bad line is named. The same file
/// again is a no-op, another one is refused.
///
/// One line is one fact. What it says stands in its column `kind`; a cell that a kind has no use
/// for stays empty, and a column that no line needs may be missing:
///
///   bank             the agent's cash: amount (currency)
///   pool             its prepaid money at the provider: amount (currency)
///   payable          what it owes the provider, billed and not paid: amount (currency)
///   deposits         a group's money that is not allocated: group, amount
///   funds            what a prepaid account has: account, amount
///   receivable       what an agent-pays account owes: account, amount
///   volume           what a group has bought in the running window of its sale agreement, for
///                    its tier: group, list_price, payable (date)
///   purchase-volume  the same of the agent at the provider: list_price, payable (currency, date)
///   order            an open order, bought before and not billed yet by the provider: account,
///                    product, order_kind (new, renew, upgrade, downgrade), provider_order, date,
///                    list_price, payable (what the customer was charged) (cost, from, to)
///
/// Amounts are in major units, and positive is the usual side; bank, funds and receivable may be
/// below zero. In parentheses is what may be left out: currency is the book's own, or the
/// group's, in which all its amounts are; the date of a volume is the day of the opening; cost
/// is what the purchase agreement of the order's date says, at the tier that the volumes of up
/// to that date have reached. Any line may have a note; that of a balance or an order is kept
/// with its entry, as the remark.
///
/// An open order counts towards the volumes by itself: leave it out of `volume` and
/// `purchase-volume`. What the customer paid or owes for it is in `funds` or `receivable`.
/// It waits for the provider's bill, whichever month that is of, and can be refunded.
///
/// The month of the opening's day (--date, today or before) is the first that this book closes
/// and whose bill it proves: the months before are closed by the opening. Bills of before that
/// are not paid are `payable`; if the last month's bill has not come yet, date the opening in
/// that month.
///
/// A small file:
///   kind,group,account,amount,date,product,order_kind,provider_order,list_price,payable,cost
///   bank,,,120000,,,,,,,
///   pool,,,50000,,,,,,,
///   deposits,acme,,30000,,,,,,,
///   funds,,acme-test,20000,,,,,,,
///   receivable,,acme-prod,11400,,,,,,,
///   volume,acme,,,,,,,15000,14250,
///   purchase-volume,,,,,,,,15000,12000,
///   order,,acme-prod,,2026-05-28,ecs,new,2100001,12000,11400,9600
///
/// Examples:
///   subledger opening import opening.csv --date 2026-06-01 --dry-run
///   subledger opening import opening.csv --date 2026-06-01
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ImportArgs {
    /// The file, or - for standard input; also compressed, or a workbook with one sheet
    file: String,

    #[command(flatten)]
    date: DateArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl ImportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require::<ImportOpening>()?;
        let input = Input::open(&self.file)?;
        let call = context.call_with_files(&self.write, "file", std::slice::from_ref(&input));
        let list = intake::container::Parts::only(input.slice(), &self.file)?;
        let intake::opening::OpeningList { lines, problems } = intake::opening::read(list.text, &list.name)?;
        let sha256 = input.file().sha256()?;
        let import = ImportOpening { file: self.file, sha256, date: self.date.date, lines, problems };
        let done = context.write(&call, import)?;
        context.answer_done(&done, view::opening::imported(&done.outcome), &[])?;
        if done.outcome.already_imported {
            context.ui.status("this file was imported before; nothing was changed");
        } else {
            context.next(&done, "`subledger report trial-balance` shows what the book starts with");
        }
        Ok(Exit::Done)
    }
}
