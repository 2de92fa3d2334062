//! Opening and making the file.
//!
//! A new book is built as a draft and gets its name when it is whole, so that a crash leaves nothing half made. An older book is
//! copied before it is upgraded, by whoever may write it, and refused to others; a newer one is refused.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::copy::open_draft;
use super::draft::{Draft, suffixed};
use super::error::{Result, StoreError};
use super::operation::NewOperation;
use super::upgrade::{LATEST, bring_to_latest};
use super::{Reader, Writer};
use crate::domain::progress::Unwatched;

/// `SLGR` as a number: says that a SQLite file is a subledger book.
const APPLICATION_ID: i64 = 0x534C_4752;

/// How long a command waits for another one that is writing.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The page cache of a batch, in KiB: the pages that its rows fall on again and again. With SQLite's own 2 MiB each is written to
/// the log and read back many times.
const BATCH_CACHE_KIB: i64 = 32 << 10;

/// What a command will do with the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only look.
    Read,
    /// Look and write.
    Write,
}

/// An open book file.
pub struct Store {
    pub(super) connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Makes a new book at `path` with what `fill` writes, readable by its owner only. All of it is there, or nothing.
    pub fn create<T, E: From<StoreError>>(
        path: &Path,
        fill: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        // A log that lost its book would be taken for the new one's.
        for taken in [path.to_owned(), suffixed(path, "-wal")] {
            if taken.exists() {
                return Err(StoreError::Exists(taken).into());
            }
        }
        let draft = Draft::beside(path)?;
        let mut store = Self::create_in(&draft)?;
        let filled = fill(&mut store)?;
        store.close()?;
        draft.put_at(path)?;
        Ok(filled)
    }

    fn create_in(draft: &Draft) -> Result<Self> {
        let mut connection = open_draft(draft)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        prepare(&connection)?;
        bring_to_latest(&mut connection, None)?;
        Ok(Self { connection, path: draft.path().to_owned() })
    }

    /// Opens an existing book.
    pub fn open(path: &Path, access: Access) -> Result<Self> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(StoreError::Missing(path.to_owned())),
            Err(source) => return Err(StoreError::Io { path: path.to_owned(), source }),
        };
        if !metadata.is_file() || !has_sqlite_header(path)? {
            return Err(StoreError::NotABook(path.to_owned()));
        }
        let is_on_read_only_medium = is_on_read_only_medium(path);
        if access == Access::Write && (metadata.permissions().readonly() || is_on_read_only_medium) {
            return Err(StoreError::ReadOnly(path.to_owned()));
        }
        if is_on_read_only_medium && fs::metadata(suffixed(path, "-wal")).map_or(0, |log| log.len()) == 0 {
            return Self::open_unchanging(path);
        }
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags |=
            if metadata.permissions().readonly() { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        let store = Self::known(Connection::open_with_flags(path, flags)?, path)?;
        if access == Access::Write && store.connection.is_readonly("main")? {
            return Err(StoreError::ReadOnly(path.to_owned()));
        }
        Ok(store)
    }

    /// Opens a book on a medium that nobody can write: SQLite needs no files beside it then. What lies in a log would not be seen.
    fn open_unchanging(path: &Path) -> Result<Self> {
        let mut place = String::from("file:");
        for byte in path.as_os_str().as_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => place.push(char::from(*byte)),
                other => write!(place, "%{other:02X}").expect("a text takes any number of characters"),
            }
        }
        place.push_str("?immutable=1");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::known(Connection::open_with_flags(&place, flags)?, path)
    }

    /// A file that is open, as a book of a version that this tool knows.
    fn known(connection: Connection, path: &Path) -> Result<Self> {
        let store = Self { connection, path: path.to_owned() };
        store.identify()?;
        prepare(&store.connection)?;
        match store.version()? {
            found if found > LATEST => Err(StoreError::Newer { found, known: LATEST }),
            _ => Ok(store),
        }
    }

    /// How long a command waits for another one that is writing; five seconds unless this says so.
    pub fn wait(&self, longest: Duration) -> Result<()> {
        Ok(self.connection.busy_timeout(longest)?)
    }

    fn identify(&self) -> Result<()> {
        self.connection.busy_timeout(BUSY_WAIT)?;
        let id: i64 =
            self.connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(|error| match &error {
                rusqlite::Error::SqliteFailure(failure, _) if failure.code == rusqlite::ErrorCode::NotADatabase => {
                    StoreError::NotABook(self.path.clone())
                }
                _ => error.into(),
            })?;
        if id == APPLICATION_ID { Ok(()) } else { Err(StoreError::NotABook(self.path.clone())) }
    }

    fn version(&self) -> Result<i64> {
        Ok(self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    /// Whether an earlier version of the tool has made the book. Nothing of it can be read before it is upgraded.
    pub fn is_older(&self) -> Result<bool> {
        Ok(self.version()? < LATEST)
    }

    /// Brings a book of an earlier version to the latest, and tells the log so. It is copied first: `book.db.before-version-2`.
    pub fn upgrade(&mut self, operation: &NewOperation) -> Result<()> {
        if self.connection.is_readonly("main")? {
            return Err(StoreError::Older { path: self.path.clone(), found: self.version()? });
        }
        let name = format!(".before-version-{LATEST}");
        let head = self.read(|reader| reader.audit_head())?;
        for number in 1..=COPIES_MAX {
            let copy = suffixed(&self.path, &if number == 1 { name.clone() } else { format!("{name}-{number}") });
            if !copy.exists() {
                match self.draft_copy(&copy, &Unwatched)?.put_at(&copy) {
                    // Another command was faster.
                    Err(StoreError::Exists(_)) => {}
                    put => put?,
                }
            }
            // What stands there may be something else, or the copy of an earlier attempt when the book had less in it.
            let copied = Self::open(&copy, Access::Read).and_then(|mut copy| copy.read(|reader| reader.audit_head()));
            if copied.is_ok_and(|copied| copied == head) {
                return self.upgrade_in_place(operation);
            }
            if !self.is_older()? {
                return Ok(());
            }
        }
        Err(StoreError::Exists(suffixed(&self.path, &name)))
    }

    /// The same without a copy, of what is a copy itself.
    pub fn upgrade_in_place(&mut self, operation: &NewOperation) -> Result<()> {
        match bring_to_latest(&mut self.connection, Some(operation.clone())) {
            // Another command may have been faster.
            Err(_) if !self.is_older()? => Ok(()),
            done => done,
        }
    }

    /// A file that is open already, as a book.
    pub(super) fn of_connection(connection: Connection, path: PathBuf) -> Result<Self> {
        prepare(&connection)?;
        Ok(Self { connection, path })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` on one consistent view of the book.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(Reader<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let view = self.connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(StoreError::from)?;
        work(Reader { connection: &view })
    }

    /// Begins an immediate write transaction; it is rolled back unless it is committed.
    pub fn begin(&mut self) -> Result<Writer<'_>> {
        Ok(Writer::new(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?, false))
    }

    /// Begins one for a great many orders, with more memory: until it is committed, a [`Reader`] may not see the latest of them and
    /// their entries. The settings are the connection's, and go with it when the command ends.
    pub fn begin_batch(&mut self) -> Result<Writer<'_>> {
        self.connection.pragma_update(None, "cache_size", -BATCH_CACHE_KIB)?;
        // What a statement would have to undo goes to a file beyond 64 KiB, and from then on always.
        self.connection.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(Writer::new(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?, true))
    }

    pub(super) fn close(self) -> Result<()> {
        self.connection.close().map_err(|(_, error)| error.into())
    }
}

#[cfg(test)]
impl Store {
    /// An empty book that is gone when it is dropped.
    pub(super) fn in_memory() -> Self {
        let connection = fresh_schema().expect("the schema is sound");
        prepare(&connection).expect("a connection takes its settings");
        Self { connection, path: PathBuf::new() }
    }
}

/// The schema as this version makes it, for comparison with a file's.
pub(super) fn fresh_schema() -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    bring_to_latest(&mut connection, None)?;
    Ok(connection)
}

/// Settings belong to a connection, not to the file.
fn prepare(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "recursive_triggers", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// How many names are tried for a copy before an upgrade.
const COPIES_MAX: u32 = 100;

/// Whether the file lies on a medium that nobody can write to.
fn is_on_read_only_medium(path: &Path) -> bool {
    OpenOptions::new().write(true).open(path).is_err_and(|error| error.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
}

fn has_sqlite_header(path: &Path) -> Result<bool> {
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let mut head = Vec::with_capacity(16);
    fs::File::open(path).map_err(io)?.take(16).read_to_end(&mut head).map_err(io)?;
    Ok(head == b"SQLite format 3\0")
}
