//! `check`: proves the book.

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;
use crate::book::check::check;
use crate::view;

/// Prove the whole book: file, journal, balances, audit log, bills, closed months
///
/// Each proof has a name and recomputes what it proves from what lies below it. Exit 0 when all
/// hold, 3 when one does not; the first thing that is wrong is named.
///
/// Examples:
///   subledger check
///   subledger check --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CheckArgs {}

impl CheckArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let checks = context.read(check)?;
        let all_hold = checks.iter().all(|check| check.ok);
        context.answer(&view::report::check(&checks))?;
        Ok(if all_hold { Exit::Done } else { Exit::LeftForAPerson })
    }
}
