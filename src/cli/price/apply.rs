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
/// from that day. A charge is priced at the tier that the group's volume before it has reached.
///
/// A sale agreement:
///   agreement = "acme-2026"
///   kind = "sale"
///   group = "acme"
///   currency = "CNY"
///   valid_from = "2026-01-01"
///   basis = "list"
///   [volume]
///   measure = "list"        # or "payable"
///   window = "year"         # or "month", "quarter", "agreement"
///   rule = "whole"
///   [[tier]]
///   from = "0"
///   discount = "5%"
///   [[tier]]
///   from = "20000"
///   discount = "10%"
///   [[product]]             # a product with terms of its own
///   code = "oss"
///   discount = "3%"
///   counts = false          # does not count towards the volume
///
/// A purchase agreement has kind = "purchase" and provider = "alibaba" instead of the group.
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
        let input = Input::open(&self.file)?;
        let call = context.call_with_files(&self.write, "file", std::slice::from_ref(&input));
        let terms = intake::agreement::read(&input.text()?, &self.file)?;
        let done = context.write(&call, ApplyAgreement { terms, file: self.file })?;
        context.answer_done(&done, view::price::applied(&done.outcome), &[])?;
        if done.outcome.already {
            context.ui.status("it was in the book already; nothing was changed");
        }
        Ok(Exit::Done)
    }
}
