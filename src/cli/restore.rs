//! `restore`: puts a backup in the place of the book.

use std::path::PathBuf;

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;
use super::failure::Failure;
use crate::book::backup::{Replaced, restorable};
use crate::domain::plural;
use crate::view;

/// Put a backup in the place of the book; what was there is kept aside
///
/// The backup is copied and proved first: one in which any proof fails is refused. What it replaces
/// is kept as `book.db.before-restore-57` (by the number of its last operation), and the log of the
/// restored book goes on with an operation that names the last hash of what was replaced. A head
/// that was noted after the backup was taken is not proved by `check --head` any more, as it should
/// be. Nobody else may have the book open meanwhile; when somebody has written to it since you were
/// asked, nothing is replaced. It takes an administrator of the book that is replaced; where the
/// backup is of another book, or none is there to be read, one of the backup.
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
        if backup.kept_as().is_some() && !context.prompter.confirm(&question(&backup.replaced, &shown))? {
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
    match replaced {
        Replaced::Book { taken_back: Some(0), .. } => format!("Replace {place}, which has nothing that the backup does not have?"),
        Replaced::Book { taken_back: Some(count), .. } => {
            format!("Replace {place}, and take back the last {}?", plural(count.unsigned_abs(), "operation", "operations"))
        }
        Replaced::Book { head, taken_back: None } => {
            format!("Replace {place}, which is another book (or went another way) with {} operations?", head.operation.0)
        }
        Replaced::Lost(_) => format!("Replace {place}, which cannot be read?"),
    }
}
