//! `price list`: lists the versions of agreements.

use clap::Args;

use crate::book::price::show;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// List agreements: every version, from when it holds, and whether it is in force
///
/// `subledger price show` has their tiers and where the volume stands.
///
/// Examples:
///   subledger price list
///   subledger price list acme --as-of 2026-06-30 --format csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// An agreement's name, or a group's code [default: all]
    name: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ListArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let day = self.as_of.as_of.unwrap_or_else(|| context.session().today());
        let views = context.read(|reader| show(reader, self.name.as_deref(), day))?;
        context.answer(&view::price::versions(&views))?;
        Ok(Exit::Done)
    }
}
