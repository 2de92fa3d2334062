//! `price show`: shows agreements and where the volume stands.

use clap::Args;

use crate::book::price::show;
use crate::cli::args::AsOfArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Show agreements: their tiers, where the volume stands, and how far it is to the next tier
///
/// Examples:
///   subledger price show
///   subledger price show acme
///   subledger price show acme-2026 --as-of 2026-06-30
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    /// An agreement's name, or a group's code [default: all]
    name: Option<String>,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let day = self.as_of.as_of.unwrap_or_else(|| context.session().today());
        let views = context.read(|reader| show(reader, self.name.as_deref(), day))?;
        context.answer(&view::price::agreements(&views))?;
        Ok(Exit::Done)
    }
}
