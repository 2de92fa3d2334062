//! Backups: a proved copy of the book, and a proved copy in the place of the book.
//!
//! Neither is a use case on the open book: the one writes nothing there, and the other replaces all of it, its log included. So
//! that nothing is done in secret, the log of a restored book goes on with an operation that names what was replaced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::audit::{Head, head};
use super::commands::Declared;
use super::log::{as_logged, bring_up_to_date, log_denial, operation_of, told_of_upgrade};
use super::{Book, Error, Result, Session, operator};
use crate::domain::chain::hex;
use crate::domain::operator::{Operator, Reach};
use crate::domain::progress::Watch;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::{Access, Checked, DraftCopy, LostPlace, Reader, Store, StoreError, kept_aside};

/// The command that puts a backup in the place of the book, and what it needs.
pub const RESTORE: Declared = Declared { command: "restore", permission: Permission::Administer, may_wait: false };

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
    let copied = book.store.copy_to(file, watch, prove);
    let (checks, head, bytes) = copied.map_err(|error| match error {
        Error::Store(taken @ StoreError::Exists(_)) => Error::OfBackup(taken),
        other => other,
    })?;
    Ok(BackupMade { file: file.to_owned(), bytes, head, checks })
}

/// What a backup would replace.
#[derive(Clone, Debug)]
pub enum Replaced {
    /// A book.
    Book {
        /// The head of its log.
        head: Head,
        /// How many of its operations would be taken back; none where the backup is not one of this book.
        taken_back: Option<i64>,
    },
    /// What cannot be read as one, or nothing.
    Lost(LostPlace),
}

/// A backup that can be restored: it is sound, and whoever asks may do it.
pub struct Restorable {
    draft: DraftCopy,
    operator: String,
    /// The head of its log.
    pub head: Head,
    /// In the place of what.
    pub replaced: Replaced,
    kept_as: PathBuf,
}

/// A restored book.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Restored {
    /// The number of the operation that says so.
    pub operation: i64,
    /// Its hash.
    pub hash: String,
}

/// Looks at a backup, proves it, and says what restoring it at a place would do.
///
/// It takes an administrator of the book that is there. Of a backup that is not one of that book, or where none can be read, it
/// takes one of the backup, too: nobody gets to see the book of others by restoring it.
pub fn restorable(place: &Path, file: &Path, session: &Session, watch: &dyn Watch) -> Result<Restorable> {
    let mut found = match looked_at(place, session, watch) {
        Ok(current) => Ok(current),
        Err(Error::Store(StoreError::Missing(_) | StoreError::NotABook(_) | StoreError::Damaged(_) | StoreError::Torn(_))) => {
            Err(LostPlace::look(place)?)
        }
        Err(other) => return Err(other),
    };
    let mut opened = Store::open(file, Access::Read).map_err(Error::OfBackup)?;
    let mut draft = opened.draft_copy(place, watch)?;
    let copy = draft.store_mut();
    let backup = copy.read(head)?;
    let is_of_current = match &mut found {
        Ok(current) => current.store.read(|reader| reader.has_operation_hash(&backup.hash))?,
        Err(_) => false,
    };
    let operator = match &mut found {
        Ok(current) if is_of_current => current.administrator.clone(),
        Ok(current) => recorded_if_denied(&mut current.store, session, administrator_of_copy(copy, session))?,
        Err(_) => administrator_of_copy(copy, session)?,
    };
    if copy.is_older()? {
        copy.upgrade_in_place(&told_of_upgrade(session, Some(operator.name.clone()))?)?;
    }
    let checks = copy.read(|reader| Ok::<_, Error>(reader.check(None)?))?;
    let failing: Vec<String> =
        checks.iter().filter(|check| !check.ok).map(|check| format!("{}: {}", check.name, check.detail)).collect();
    if !failing.is_empty() {
        return Err(Refusal::BackupUnsound { file: file.display().to_string(), failing }.into());
    }
    let (replaced, last) = match found {
        Ok(Current { head, .. }) => {
            let last = head.operation.0;
            (Replaced::Book { head, taken_back: is_of_current.then(|| last - backup.operation.0) }, last)
        }
        Err(lost) => (Replaced::Lost(lost), 0),
    };
    Ok(Restorable { draft, operator: operator.name, head: backup, replaced, kept_as: kept_aside(place, last) })
}

/// The book in whose place a backup would come.
struct Current {
    store: Store,
    administrator: Operator,
    head: Head,
}

/// Looks at the book that would be replaced. One of an earlier version is not upgraded for that: a copy of it is asked who may do
/// what.
fn looked_at(place: &Path, session: &Session, watch: &dyn Watch) -> Result<Current> {
    let mut store = Store::open(place, Access::Write)?;
    let head = store.read(head)?;
    let administrator = if store.is_older()? {
        administrator_of_copy(store.draft_copy(place, watch)?.store_mut(), session)
    } else {
        store.read(|reader| administrator(reader, session))
    };
    let administrator = recorded_if_denied(&mut store, session, administrator)?;
    Ok(Current { store, administrator, head })
}

/// Whoever asks, as an administrator of a copy, which is brought up to date for it.
fn administrator_of_copy(copy: &mut Store, session: &Session) -> Result<Operator> {
    if copy.is_older()? {
        let name = copy.read(|reader| reader.operator_name(session.os_uid))?;
        copy.upgrade_in_place(&told_of_upgrade(session, name)?)?;
    }
    copy.read(|reader| administrator(reader, session))
}

fn administrator(reader: Reader<'_>, session: &Session) -> Result<Operator> {
    operator::authorise(reader, session, RESTORE.permission, || Ok(Reach::Book))
}

/// The book that would be replaced records whom it refuses.
fn recorded_if_denied(current: &mut Store, session: &Session, authorised: Result<Operator>) -> Result<Operator> {
    if let Err(Error::Refused(refusal)) = &authorised
        && refusal.is_denial()
    {
        bring_up_to_date(current, session)?;
        log_denial(current, session, RESTORE.command, as_logged(&session.arguments))?;
    }
    authorised
}

impl Restorable {
    /// Where the book is kept that is replaced; none where there is none.
    pub fn kept_as(&self) -> Option<&Path> {
        match &self.replaced {
            Replaced::Lost(lost) if !lost.has_file() => None,
            _ => Some(&self.kept_as),
        }
    }

    /// Puts the backup in the place of the book, which is kept aside; the log of the restored book says so. Where the book is not
    /// as it was looked at, nothing is done.
    pub fn restore(self, place: &Path, file: &Path, session: &Session, watch: &dyn Watch) -> Result<Restored> {
        let Self { mut draft, operator, replaced, kept_as, .. } = self;
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut arguments = BTreeMap::from([("file".to_owned(), name(file))]);
        if let Replaced::Book { head, .. } = &replaced {
            arguments.insert("replaced_operation".to_owned(), head.operation.0.to_string());
            arguments.insert("replaced_hash".to_owned(), hex(&head.hash));
        }
        let told = operation_of(session, &operator, RESTORE.command, as_logged(&arguments));
        let recorded = draft.store_mut().begin()?.commit(&told)?;
        match replaced {
            Replaced::Book { head, .. } => Store::replace(place, &draft, &kept_as, &head.hash, watch)?,
            Replaced::Lost(lost) => Store::replace_lost(&lost, draft, &kept_as)?,
        }
        Ok(Restored { operation: recorded.id.0, hash: hex(&recorded.hash) })
    }
}
