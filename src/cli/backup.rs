//! `backup`: copies the book while others go on, and proves the copy.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::context::{Context, Ended};
use super::exit::Exit;
use crate::book::backup::back_up;
use crate::store::Access;
use crate::view;

/// Copy the book to a new file, while others go on working, and prove the copy
///
/// The copy is the book at one moment, one file that only its owner can read, and it is there when
/// every proof of `subledger check` has been run on it, or not at all. Where a proof fails, in the
/// book as in the copy, the copy is kept and the command ends with 3. A file that exists is left
/// alone. The hash that it tells is the head of the log: kept elsewhere, it proves the copy later.
///
/// Examples:
///   subledger backup /mnt/safe/book-2026-06-30.db
///   subledger backup "/mnt/safe/book-$(date +%F).db" --quiet
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct BackupArgs {
    /// The new file
    #[arg(value_parser = OsStringValueParser::new().try_map(new_file))]
    file: PathBuf,
}

fn new_file(typed: OsString) -> Result<PathBuf, String> {
    if typed == "-" {
        return Err("a backup is written to a file of its own, not to standard output; `./-` is one".to_owned());
    }
    Ok(PathBuf::from(typed))
}

impl BackupArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let mut book = context.open(Access::Read)?;
        let progress = context.ui.progress("copying");
        let made = back_up(&mut book, &self.file, &progress)?;
        drop(progress);
        context.answer(&view::backup::made(&made))?;
        let is_sound = made.checks.iter().all(|check| check.ok);
        Ok(if is_sound { Exit::Done } else { Exit::LeftForAPerson })
    }
}
