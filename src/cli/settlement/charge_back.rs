//! `settlement charge-back`: takes a settlement back.

use clap::Args;

use crate::book::settlement::ChargeBackSettlement;
use crate::cli::args::{SlipArgs, WriteArgs};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::id::EntryId;
use crate::view;

/// Take a settlement back wholly, by the number of its entry
///
/// The bank took the money back, a deposit was applied to the wrong month, or what was written
/// off is paid after all. The months that it paid are open again, with their old due dates, and
/// what had gone to the deposits leaves them. Each settlement is taken back once.
///
/// Examples:
///   subledger settlement charge-back 12 --remark "the bank has returned it"
///   subledger settlement charge-back 12 --date 2026-07-20 --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ChargeBackArgs {
    /// The entry of the settlement, 12 or e-12: `settlement receive` and `fund history` show it
    #[arg(value_name = "ENTRY", value_parser = entry)]
    entry: EntryId,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl ChargeBackArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { entry, slip, write } = self;
        let done = context.write(&context.call(&write), ChargeBackSettlement { entry, slip: slip.into() })?;
        let notices = done.outcome.notices.clone();
        context.answer_done(&done, view::settlement::settled("settlement-charge-back", &done.outcome), &notices)?;
        Ok(Exit::Done)
    }
}

/// An entry's number, as any report writes it.
fn entry(text: &str) -> Result<EntryId, String> {
    let number = text.strip_prefix("e-").unwrap_or(text);
    number
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .map(EntryId)
        .ok_or_else(|| "not the number of an entry, such as 12 or e-12".to_owned())
}
