//! `difference match`: says what belongs together.

use clap::Args;

use crate::book::match_by_hand::MatchByHand;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Say which bill lines or orders belong to a difference
///
/// Both sides are matched with each other, whatever their numbers. Where the amounts differ, the
/// rest is one difference. A match goes with its month's bill: when a later version lacks one of
/// its sides, it is taken back. Money back for what an earlier month has disputed is matched with
/// the id of that difference.
///
/// Examples:
///   subledger difference match 93e6d123f2c1 --with 2100099
///   subledger difference match 93e6 --with 47d839966415 o-17
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct MatchArgs {
    /// Its id, as `subledger difference list` shows it, or enough of its beginning
    id: String,

    /// Order numbers or line ids of the bill, orders such as o-17, or ids of other differences
    #[arg(long, required = true, num_args = 1.., value_name = "LINE")]
    with: Vec<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl MatchArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let asked = MatchByHand { id: self.id, with: self.with, note: self.note.map(|note| note.to_string()) };
        let done = context.write(&call, asked)?;
        context.answer_done(&done, view::difference::said("difference-match", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
