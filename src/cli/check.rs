//! `check`: proves the book.

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;
use crate::book::check::check;
use crate::domain::chain::{Hash, parse_hash};
use crate::store::Access;
use crate::view;

/// Prove the whole book: file, journal, balances, audit log, bills, approvals, closed months
///
/// Each proof has a name and recomputes what it proves from what lies below it. Exit 0 when all
/// hold, 3 when one does not; the first thing that is wrong is named. With --head, also that nothing
/// has changed up to the operation whose hash `subledger audit head` once told: whoever replaces or
/// rewrites the whole book cannot know which hash you have kept. `subledger help audit` says what
/// this proves, and what it cannot.
///
/// Examples:
///   subledger check
///   subledger check --format json
///   subledger check --head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CheckArgs {
    /// A hash that was kept elsewhere: 64 hexadecimal digits, of any operation
    #[arg(long, value_name = "HASH", value_parser = hash)]
    head: Option<Hash>,
}

fn hash(text: &str) -> Result<Hash, String> {
    parse_hash(text).ok_or_else(|| "not a hash: 64 digits, 0 to 9 and a to f, as `subledger audit head` tells it".to_owned())
}

impl CheckArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let checks = context.open(Access::Read)?.prove(|reader| check(reader, self.head))?;
        let all_hold = checks.iter().all(|check| check.ok);
        context.answer(&view::report::check(&checks))?;
        Ok(if all_hold { Exit::Done } else { Exit::LeftForAPerson })
    }
}
