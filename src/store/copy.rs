//! Copies of a book, and a copy in the place of a book.
//!
//! A copy is the book at one moment, whatever others write meanwhile, and gets its name only when it is whole and proved. A book is
//! replaced as one transaction on its own file, so that nobody ever meets half of it, and while nobody else has it open.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::Reader;
use super::draft::{Draft, suffixed};
use super::error::{Result, StoreError};
use super::open::{BUSY_WAIT, Store};
use crate::domain::chain::Hash;
use crate::domain::progress::Watch;

/// How many pages are copied between two looks at how far it is: 4 MiB.
const PAGES_AT_ONCE: i32 = 1024;

impl Store {
    /// Copies the book to a new file, as it is at one moment. The copy is there when `prove` is content with it, or not at all.
    pub fn copy_to<T, E: From<StoreError>>(
        &mut self,
        copy: &Path,
        watch: &dyn Watch,
        prove: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        if copy.exists() {
            return Err(StoreError::Exists(copy.to_owned()).into());
        }
        let mut draft = self.draft_copy(copy, watch)?;
        let told = prove(draft.store_mut())?;
        draft.put_at(copy)?;
        Ok(told)
    }

    /// Copies the book to a draft beside a place, where it can be looked at, upgraded and written to before it is put there.
    pub fn draft_copy(&mut self, beside: &Path, watch: &dyn Watch) -> Result<DraftCopy> {
        let draft = Draft::beside(beside)?;
        let mut to = open_draft(&draft)?;
        // A view that is open holds still, and others write on.
        let view = self.connection.transaction()?;
        view.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
        copy_pages(&view, &mut to, watch)?;
        drop(view);
        Ok(DraftCopy { store: Self::of_connection(to, draft.path().to_owned())?, draft })
    }

    /// Puts a draft where there is no book any more; what is there is moved aside, and so is what lies beside it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Overtaken`] where it is not as it was looked at.
    pub fn replace_lost(lost: &LostPlace, draft: DraftCopy, aside: &Path) -> Result<()> {
        let path = &lost.path;
        if LostPlace::look(path)? != *lost {
            return Err(StoreError::Overtaken(path.clone()));
        }
        for suffix in ["-wal", "-shm", "-journal", ""] {
            match fs::rename(suffixed(path, suffix), suffixed(aside, suffix)) {
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(StoreError::Io { path: path.clone(), source }),
                Ok(()) => {}
            }
        }
        draft.put_at(path)
    }

    /// Puts a draft in the place of the book at `path`, which is copied to `aside` first. Nobody else may have it open meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Overtaken`] where the last operation of the book is not the one with this hash.
    pub fn replace(path: &Path, draft: &DraftCopy, aside: &Path, last: &Hash, watch: &dyn Watch) -> Result<()> {
        let mut live = open_existing(path)?;
        live.busy_timeout(BUSY_WAIT)?;
        // Set before the first look at the file: from then on nobody else reads or writes it until this connection is closed.
        live.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        live.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
        let (_, last_now) = Reader { connection: &live }.audit_head()?;
        if last_now != *last {
            return Err(StoreError::Overtaken(path.to_owned()));
        }
        let kept = Draft::beside(aside)?;
        let mut to = open_draft(&kept)?;
        copy_pages(&live, &mut to, watch)?;
        closed(to)?;
        kept.put_at(aside)?;
        copy_pages(&draft.store().connection, &mut live, watch)?;
        closed(live)
    }
}

/// A place where there was a book: a plain file that cannot be read as one, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostPlace {
    path: PathBuf,
    /// Device, number, length and time of the file.
    found: Option<(u64, u64, u64, i64, i64)>,
}

impl LostPlace {
    /// Looks at what is there.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotPlain`] where no book can have been: a folder, a link, or what SQLite keeps beside a book.
    pub fn look(path: &Path) -> Result<Self> {
        let is_beside_a_book =
            ["-wal", "-shm", "-journal"].iter().any(|suffix| path.as_os_str().as_bytes().ends_with(suffix.as_bytes()));
        let found = match fs::symlink_metadata(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(source) => return Err(StoreError::Io { path: path.to_owned(), source }),
            Ok(found) if !found.is_file() => return Err(StoreError::NotPlain(path.to_owned())),
            Ok(found) => Some((found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec())),
        };
        if is_beside_a_book {
            return Err(StoreError::NotPlain(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), found })
    }

    /// Whether there is a file.
    pub fn has_file(&self) -> bool {
        self.found.is_some()
    }
}

/// Where a book is kept that is replaced: `book.db.before-restore-57`, by the number of its last operation. Neither that nor what
/// SQLite keeps beside it is there yet.
pub fn kept_aside(place: &Path, operation: i64) -> PathBuf {
    let named = |number: u32| {
        let again = if number > 1 { format!("-{number}") } else { String::new() };
        suffixed(place, &format!(".before-restore-{operation}{again}"))
    };
    let is_free = |path: &PathBuf| ["", "-wal", "-shm", "-journal"].iter().all(|suffix| !suffixed(path, suffix).exists());
    (1..u32::MAX).map(named).find(is_free).expect("no folder has so many files")
}

impl Reader<'_> {
    /// How long the file is.
    pub fn bytes(&self) -> Result<u64> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }
}

/// A copy that has not got its name yet; dropped, it leaves nothing.
pub struct DraftCopy {
    // Closed before its file goes.
    store: Store,
    draft: Draft,
}

impl DraftCopy {
    /// The copy as a book.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The copy as a book that can be written to.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Gives it its name, where no file may stand.
    pub fn put_at(self, place: &Path) -> Result<()> {
        // The log of its connection goes into the file itself.
        self.store.close()?;
        self.draft.put_at(place)
    }
}

/// A connection to a draft, never to what somebody has put in its place.
pub(super) fn open_draft(draft: &Draft) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Ok(Connection::open_with_flags(draft.path(), flags)?)
}

/// A connection to a file that must be there.
fn open_existing(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

fn closed(connection: Connection) -> Result<()> {
    connection.close().map_err(|(_, error)| error.into())
}

/// Copies every page, in one transaction of the target.
fn copy_pages(from: &Connection, to: &mut Connection, watch: &dyn Watch) -> Result<()> {
    let pages = |count: i32| u64::try_from(count).unwrap_or_default();
    let copying = Backup::new(from, to)?;
    let mut waited = Duration::ZERO;
    loop {
        match copying.step(PAGES_AT_ONCE)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                let progress = copying.progress();
                watch.advance(pages(progress.pagecount - progress.remaining), Some(pages(progress.pagecount)));
            }
            _ if waited >= BUSY_WAIT => return Err(StoreError::Busy),
            _ => {
                let pause = Duration::from_millis(50);
                std::thread::sleep(pause);
                waited += pause;
            }
        }
    }
}
