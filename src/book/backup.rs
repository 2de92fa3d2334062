//! Backups: a proved copy of the book, and a proved copy in the place of the book.
//!
//! Neither is a use case on the open book: the one writes nothing there, and the other replaces all of it, its log included. So
//! that nothing is done in secret, a restored book begins with an operation of its own, which names what it has replaced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::audit::{Head, head};
use super::log::{as_logged, bring_up_to_date, log_denial, operation_of, told_of_upgrade};
use super::{Book, Error, Result, Session, operator};
use crate::domain::chain::hex;
use crate::domain::operator::{Operator, Reach};
use crate::domain::progress::Watch;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::{Access, Checked, DraftCopy, Reader, Store, StoreError};

/// The command that puts a backup in the place of the book, and what it needs.
pub const RESTORE: (&str, Permission) = ("restore", Permission::Administer);

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct BackupMade {
    /// The file.
    pub file: PathBuf,
    /// How long it is.
    pub bytes: u64,
    /// The head of its log.
    pub head: Head,
    /// The proofs, of the copy itself.
    pub checks: Vec<Checked>,
}

/// Copies the book to a new file while others go on, and proves the copy. A book in which a proof fails is copied all the same: the
/// outcome says which.
pub fn back_up(book: &mut Book, file: &Path, watch: &dyn Watch) -> Result<BackupMade> {
    book.read(|_| Ok(()))?;
    let prove = |copy: &mut Store| copy.read(|reader| Ok::<_, Error>((reader.check(None)?, head(reader)?, reader.bytes()?)));
    let (checks, head, bytes) = book.store.copy_to(file, watch, prove)?;
    Ok(BackupMade { file: file.to_owned(), bytes, head, checks })
}

/// The book that would be replaced.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// The head of its log; none where it cannot be read.
    pub head: Option<Head>,
    /// How many operations would be gone; none where the backup is not one of this book.
    pub lost: Option<i64>,
    /// Where it is kept.
    pub kept_as: PathBuf,
}

/// A backup that can be restored: it is sound, and whoever asks may do it.
pub struct Restorable {
    draft: DraftCopy,
    operator: String,
    /// The head of its log.
    pub head: Head,
    /// The book in whose place it would come, if there is one.
    pub replaced: Option<Replaced>,
}

/// A restored book.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Restored {
    /// The number of the operation that says so.
    pub operation: i64,
    /// Its hash.
    pub hash: String,
}

/// Looks at a backup, proves it, and says what restoring it at a place would do. It takes an administrator of the book that is
/// there; where none can be read, one of the backup.
pub fn restorable(place: &Path, file: &Path, session: &Session, watch: &dyn Watch) -> Result<Restorable> {
    let mut current = match looked_at(place, session) {
        Ok(current) => Some(current),
        Err(Error::Store(StoreError::Missing(_) | StoreError::NotABook(_) | StoreError::Damaged(_))) => None,
        Err(other) => return Err(other),
    };
    let mut draft = Store::open(file, Access::Read)?.draft_copy(place, watch)?;
    let copy = draft.store_mut();
    if copy.is_older()? {
        let name = match &current {
            Some(current) => Some(current.administrator.name.clone()),
            None => copy.read(|reader| reader.operator_name(session.os_uid))?,
        };
        copy.upgrade_in_place(&told_of_upgrade(session, name)?)?;
    }
    let operator = match &current {
        Some(current) => current.administrator.clone(),
        None => copy.read(|reader| administrator(reader, session))?,
    };
    let (checks, backup) = copy.read(|reader| Ok::<_, Error>((reader.check(None)?, head(reader)?)))?;
    let failing: Vec<String> =
        checks.iter().filter(|check| !check.ok).map(|check| format!("{}: {}", check.name, check.detail)).collect();
    if !failing.is_empty() {
        return Err(Refusal::BackupUnsound { file: file.display().to_string(), failing }.into());
    }
    let replaced = match &mut current {
        Some(Current { store, head, .. }) => {
            let is_backup_of_it = store.read(|reader| reader.has_operation_hash(&backup.hash))?;
            let lost = is_backup_of_it.then(|| head.operation.0 - backup.operation.0);
            Some(Replaced { kept_as: aside(place, head.operation.0), head: Some(head.clone()), lost })
        }
        None => place.exists().then(|| Replaced { head: None, lost: None, kept_as: aside(place, 0) }),
    };
    Ok(Restorable { draft, operator: operator.name, head: backup, replaced })
}

/// The book in whose place a backup would come.
struct Current {
    store: Store,
    administrator: Operator,
    head: Head,
}

fn looked_at(place: &Path, session: &Session) -> Result<Current> {
    let mut store = Store::open(place, Access::Write)?;
    bring_up_to_date(&mut store, session)?;
    let administrator = authorise(&mut store, session)?;
    let head = store.read(head)?;
    Ok(Current { store, administrator, head })
}

fn administrator(reader: Reader<'_>, session: &Session) -> Result<Operator> {
    operator::authorise(reader, session, RESTORE.1, || Ok(Reach::Book))
}

/// The same of the book that would be replaced, which records whom it refuses.
fn authorise(current: &mut Store, session: &Session) -> Result<Operator> {
    let authorised = current.read(|reader| administrator(reader, session));
    if let Err(Error::Refused(refusal)) = &authorised
        && refusal.is_denial()
    {
        log_denial(current, session, RESTORE.0, as_logged(&session.arguments))?;
    }
    authorised
}

/// Where a book is kept that was replaced: `book.db.before-restore-57`, by the number of its last operation.
fn aside(place: &Path, operation: i64) -> PathBuf {
    let named = |number: u32| {
        let mut name = place.as_os_str().to_owned();
        name.push(format!(".before-restore-{operation}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        PathBuf::from(name)
    };
    (1..u32::MAX).map(named).find(|path| !path.exists()).expect("no folder has so many files")
}

impl Restorable {
    /// Puts the backup in the place of the book, which is kept aside; the log of the restored book says so.
    pub fn restore(self, place: &Path, file: &Path, session: &Session, watch: &dyn Watch) -> Result<Restored> {
        let Self { mut draft, operator, replaced, .. } = self;
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut arguments = BTreeMap::from([("file".to_owned(), name(file))]);
        if let Some(head) = replaced.as_ref().and_then(|replaced| replaced.head.as_ref()) {
            arguments.insert("replaced_operation".to_owned(), head.operation.0.to_string());
            arguments.insert("replaced_hash".to_owned(), hex(&head.hash));
        }
        let told = operation_of(session, &operator, RESTORE.0, as_logged(&arguments));
        let recorded = draft.store_mut().begin()?.commit(&told)?;
        match replaced {
            Some(Replaced { head: Some(_), kept_as, .. }) => Store::replace(place, &draft, &kept_as, watch)?,
            Some(Replaced { kept_as, .. }) => Store::replace_unreadable(place, draft, &kept_as)?,
            // A log that has lost its book would be taken for the new one's.
            None => Store::replace_unreadable(place, draft, &aside(place, 0))?,
        }
        Ok(Restored { operation: recorded.id.0, hash: hex(&recorded.hash) })
    }
}
