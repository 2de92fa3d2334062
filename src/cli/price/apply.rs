//! `price apply`: applies an agreement.

use clap::Args;

use crate::book::price::ApplyAgreement;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::intake;
use crate::view;

/// Apply an agreement from a TOML file
///
/// Agreements are dated and never edited: the same name with a later valid_from supersedes it
/// from that day, and its own windows end there. A charge is priced at the tier that the group's
/// volume before it has reached.
///
/// A sale agreement:
///   agreement = "acme-2026"
///   kind = "sale"
///   group = "acme"
///   currency = "CNY"
///   valid_from = "2026-01-01"
///   valid_to = "2026-12-31" # [default: until it is superseded]
///   basis = "list"          # or "cost": a mark-up on what the provider is expected to bill
///   [volume]
///   measure = "list"        # or "payable"
///   window = "year"         # or "month", "quarter", "agreement"
///   fiscal_year_start = 4   # the month in which years and quarters begin [default: 1]
///   rule = "whole"          # or "graduated", "retroactive"
///   [[tier]]
///   from = "0"
///   discount = "5%"         # with basis = "cost": markup = "8%"
///   [[tier]]
///   from = "20000"
///   discount = "10%"
///   [[product]]             # a product with terms of its own
///   code = "oss"
///   discount = "3%"         # or markup = "5%", or price = "99.00" for each order
///   counts = false          # does not count towards the volume
///   [[product.kind]]        # of that product: new, renew, upgrade, downgrade or usage
///   kind = "renew"
///   discount = "6%"
///
/// whole: the tier reached before a charge prices all of it. graduated: each slice of the volume
/// has the rate of its own tier, so that a charge which crosses one is split. retroactive: as
/// whole, and a true-up re-prices the window's charges once a tier is reached (`price true-up`,
/// and the close of each month). The most specific rule wins: the kind, the product, the tier.
///
/// window = "agreement" counts from the first version of that name on, through all versions that
/// follow each other without a gap; a later version does not begin again.
///
/// For some accounts of the group only, with a volume of their own, list their codes as members.
///
/// A purchase agreement has kind = "purchase" and provider = "alibaba" instead of the group. It
/// prices what is counted in its currency; that of another currency stands beside it.
///
/// Examples:
///   subledger price apply acme-sale.toml
///   subledger price apply acme-sale.toml --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ApplyArgs {
    /// The file, or - for standard input
    file: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl ApplyArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require::<ApplyAgreement>()?;
        let input = Input::open(&self.file)?;
        let call = context.call_with_files(&self.write, "file", std::slice::from_ref(&input));
        let terms = intake::agreement::read(&input.text()?, &self.file)?;
        let done = context.write(&call, ApplyAgreement { terms, file: self.file })?;
        context.answer_done(&done, view::price::applied(&done.outcome), &done.outcome.notices)?;
        if done.outcome.already {
            context.ui.status("it was in the book already; nothing was changed");
        }
        Ok(Exit::Done)
    }
}
