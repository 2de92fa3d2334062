//! `restore`: puts a backup in the place of the book.

use std::path::PathBuf;

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;
use super::failure::Failure;
use crate::book::backup::{Replaced, restorable};
use crate::view;

/// Put a backup in the place of the book; what was there is kept aside
///
/// The backup is copied and proved first: one in which any proof fails is refused. What it replaces
/// is kept as `book.db.before-restore-57` (by the number of its last operation), and the log of the
/// restored book begins with an operation that names its hash: a kept head of the replaced book
/// fails from then on, as it should. Nobody else may have the book open meanwhile. It takes an
/// administrator of the book that is replaced; where none is there to be read, one of the backup.
///
/// Examples:
///   subledger restore /mnt/safe/book-2026-06-30.db --dry-run
///   subledger restore /mnt/safe/book-2026-06-30.db
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct RestoreArgs {
    /// The backup
    file: PathBuf,

    /// Prove the backup and say what would happen; replace nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl RestoreArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let (place, session) = (context.book_place()?.path, context.session());
        let progress = context.ui.progress("copying");
        let backup = restorable(&place, &self.file, &session, &progress)?;
        drop(progress);
        let shown = place.display().to_string();
        let document = view::backup::restorable(&backup, &self.file.display().to_string(), &shown);
        if self.dry_run {
            context.answer(&document.machine_field("status", "preview"))?;
            context.ui.status("preview: nothing was written");
            return Ok(Exit::Done);
        }
        if let Some(replaced) = &backup.replaced
            && !context.prompter.confirm(&question(replaced, &shown))?
        {
            return Err(Failure::NotConfirmed);
        }
        let progress = context.ui.progress("restoring");
        let restored = backup.restore(&place, &self.file, &session, &progress)?;
        drop(progress);
        context.answer(&view::backup::restored(document, &restored).machine_field("status", "applied"))?;
        Ok(Exit::Done)
    }
}

fn question(replaced: &Replaced, place: &str) -> String {
    match (&replaced.head, replaced.lost) {
        (Some(_), Some(0)) => format!("Replace {place}, which is as the backup?"),
        (Some(_), Some(lost)) => format!("Replace {place}, and take back the last {lost} of its operations?"),
        (Some(head), None) => {
            format!("Replace {place}, which is another book (or went another way) with {} operations?", head.operation.0)
        }
        (None, _) => format!("Replace {place}, which cannot be read?"),
    }
}
