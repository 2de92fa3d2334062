//! Backups as people and programs see them.

use super::document::{Document, Field, Table, Value};
use crate::book::audit::Head;
use crate::book::backup::{BackupMade, Replaced, Restorable, Restored};
use crate::domain::chain::hex;

fn head(document: Document, head: &Head) -> Document {
    let time = head.time.as_ref().map(chrono::DateTime::to_rfc3339);
    document.field("operation", "Last operation", head.operation.0.to_string()).field("time", "Recorded", time).field(
        "hash",
        "Hash",
        hex(&head.hash),
    )
}

/// A backup that was made, and what its proofs say.
pub fn made(made: &BackupMade) -> Document {
    let failing = made.checks.iter().filter(|check| !check.ok);
    let table = Table::new("failing")
        .title("What does not hold, in the book as in the copy")
        .column("name", "Proof")
        .column("detail", "What");
    let table = table.rows(failing.map(|check| [check.name.as_str().into(), Value::from(check.detail.as_str())]));
    let table = if table.is_empty() { table.machine_only() } else { table };
    let document = Document::new("backup")
        .field("file", "File", made.file.display().to_string())
        .field("bytes", "Bytes", made.bytes)
        .field("ok", "Proved", made.checks.iter().all(|check| check.ok));
    head(document, &made.head).table(table)
}

/// What restoring a backup would do.
pub fn restorable(backup: &Restorable, file: &str, place: &str) -> Document {
    let (before, taken_back) = match &backup.replaced {
        Replaced::Book { head, taken_back } => (Some(head), *taken_back),
        Replaced::Lost(_) => (None, None),
    };
    let is_other = before.is_some() && taken_back.is_none();
    let kept_as = backup.kept_as().map(|path| path.display().to_string());
    head(Document::new("restore").field("file", "Backup", file).field("book", "Book", place), &backup.head)
        .with(
            Field::new("replaced_operation", "Replaced: last operation", before.map(|head| head.operation.0.to_string()))
                .seen_if_any(),
        )
        .with(Field::new("replaced_hash", "Replaced: hash", before.map(|head| hex(&head.hash))).seen_if_any())
        .with(Field::new("taken_back", "Operations taken back", taken_back).seen_if_any())
        .with(
            Field::new("other_book", "Replaced: was it", is_other.then_some("another book, or one that went another way"))
                .seen_if_any(),
        )
        .with(Field::new("kept_as", "Kept as", kept_as).seen_if_any())
}

/// The same once it is done.
pub fn restored(document: Document, restored: &Restored) -> Document {
    document.field("restored_operation", "Logged as operation", restored.operation.to_string()).field(
        "restored_hash",
        "Hash now",
        restored.hash.as_str(),
    )
}
