//! `bill layouts`: the layouts of bill that can be read.

use clap::Args;

use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::intake::layout::known_layouts;
use crate::view;

/// List the layouts of bill that can be read, and what each needs
///
/// A file is recognised by the names of its columns, in any order; columns beyond those that a
/// layout needs may be missing. Files may be plain, gzip, zip of several, or XLSX workbooks;
/// UTF-8 or GB18030. Saved JSON answers of the provider's bill operations are read as they are.
///
/// A bill of another layout is read through a TOML file of your own: `bill import --layout FILE`.
/// It names the columns of the bill:
///
///   layout = "my-bill"
///   [columns]
///   month = "Bill Month"
///   owner = "Account ID"
///   list = "Original Cost"
///   payable = "Total Cost"
///
/// Fields: line_id, order_no, owner, payer, month, day, kind, product, product_name, currency,
/// list, covered, discount, coupon, payable. Further tables: [kinds] (the file's words and
/// ours), [dates] (forms), [total] (a closing row with the total). The folder examples/layouts
/// of the source has two that are complete.
///
/// Examples:
///   subledger bill layouts
///   subledger bill layouts --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct LayoutsArgs {}

impl LayoutsArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.answer(&view::bill::layouts(&known_layouts()))?;
        Ok(Exit::Done)
    }
}
