//! What goes wrong with the file of a book, in words.

use super::Told;
use crate::cli::exit::Exit;
use crate::store::StoreError;

pub(super) fn store_error(error: &StoreError) -> Told {
    let (exit, code) = match error {
        StoreError::Busy => (Exit::Busy, "book.busy"),
        StoreError::Missing(_) => (Exit::Book, "book.missing"),
        StoreError::Exists(_) => (Exit::Refused, "book.exists"),
        StoreError::NotABook(_) => (Exit::Book, "book.not-a-book"),
        StoreError::NotPlain(_) => (Exit::Book, "book.not-plain"),
        StoreError::Overtaken(_) => (Exit::Busy, "book.overtaken"),
        StoreError::Newer { .. } => (Exit::Book, "book.newer"),
        StoreError::Older { .. } => (Exit::Book, "book.older"),
        StoreError::ReadOnly(_) => (Exit::Book, "book.read-only"),
        StoreError::DiskFull => (Exit::Book, "disk.full"),
        StoreError::Unusable(_) => (Exit::Book, "disk.failed"),
        StoreError::Damaged(_) | StoreError::Torn(_) => (Exit::Book, "book.damaged"),
        StoreError::Overflow => (Exit::Refused, "amount.overflow"),
        StoreError::Io { .. } => (Exit::Book, "book.unreadable"),
        StoreError::Sqlite(_) => (Exit::Bug, "bug.sqlite"),
    };
    let told = Told::new(exit, code, error.to_string());
    match error {
        StoreError::Busy => told.hint("try again when it has finished; nothing was written"),
        StoreError::Missing(_) => told.hint("`subledger init` makes a book; --book or SUBLEDGER_BOOK chooses another one"),
        StoreError::Exists(_) => told.hint("`subledger status` shows what is in it; --book chooses another place"),
        StoreError::NotABook(_) => told.hint("--book or SUBLEDGER_BOOK chooses the book"),
        StoreError::NotPlain(_) => told.hint("name the file itself with --book"),
        StoreError::Overtaken(_) => told.hint("look at it again; nothing was replaced"),
        StoreError::Newer { .. } => told.hint("install the latest subledger"),
        StoreError::Older { .. } => told.hint("it is upgraded by the first command of somebody who may write to it"),
        StoreError::ReadOnly(_) => told.hint("its owner can make it writable again (chmod u+w); on a read-only medium, copy it to another place"),
        StoreError::DiskFull => told.hint("make room and run the command again; nothing was written"),
        StoreError::Unusable(_) => told
            .hint("the disk, its free space, or the rights on the folder: when that is right, run the command again; with --key nothing is done twice"),
        StoreError::Damaged(_) | StoreError::Torn(_) => told.hint("`subledger check` says what is wrong; go back to a backup"),
        StoreError::Sqlite(_) => told.hint("this is a bug in subledger: please report the command; nothing was written"),
        StoreError::Overflow | StoreError::Io { .. } => told,
    }
}

/// The same of a backup: what helps is another file, not another book.
pub(super) fn backup_error(error: &StoreError) -> Told {
    let told = store_error(error);
    match error {
        StoreError::Missing(_) | StoreError::NotABook(_) => told.hint("a backup is a file that `subledger backup` has made"),
        StoreError::Exists(_) => told.hint("a backup replaces no file: name a new one"),
        StoreError::Damaged(_) => told.hint("this backup cannot be used: take another one"),
        _ => told,
    }
}
