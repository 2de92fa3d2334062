//! A new file of the store: made beside its place, and named when it is whole.
//!
//! A crash leaves at most a draft, which nobody takes for a book, and two commands at once cannot overwrite each other. A draft
//! never gets a name that is taken.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::error::{Result, StoreError};

/// How many drafts that killed commands left behind are stepped over.
const DRAFTS_MAX: u32 = 1000;

/// A file without its name yet; dropped, it is gone, with what SQLite keeps beside it.
pub(super) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Makes an empty file beside `place`, readable by its owner only. Numbers of processes come again (in a container, soon): what
    /// a killed command left under the same name is stepped over, and never taken for ours.
    pub(super) fn beside(place: &Path) -> Result<Self> {
        // Without links on the way: SQLite then refuses one that somebody has put in the place of the draft.
        let io = |source| StoreError::Io { path: place.to_owned(), source };
        let place = &fs::canonicalize(folder_of(place)).map_err(io)?.join(place.file_name().unwrap_or_default());
        let process = std::process::id();
        let mut attempt = 0;
        loop {
            let path = suffixed(place, &format!(".new-{process}-{attempt}"));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(_) => return Ok(Self { path }),
                Err(e) if e.kind() == ErrorKind::AlreadyExists && attempt < DRAFTS_MAX => attempt += 1,
                Err(source) => return Err(StoreError::Io { path: place.to_owned(), source }),
            }
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, where none may stand. Nobody may have it open any more: what lies in a log beside it is lost.
    pub(super) fn put_at(self, place: &Path) -> Result<()> {
        // A link fails where a file stands, unlike a rename.
        match fs::hard_link(&self.path, place) {
            Ok(()) => sync_folder_of(place),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Err(StoreError::Exists(place.to_owned())),
            Err(source) => Err(StoreError::Io { path: place.to_owned(), source }),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for leftover in [suffixed(&self.path, "-wal"), suffixed(&self.path, "-shm"), self.path.clone()] {
            // What cannot be removed is nobody's book.
            drop(fs::remove_file(leftover));
        }
    }
}

/// A path with something behind its last name: `book.db-wal`.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes what happened to the names in a file's folder last.
pub(super) fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    fs::File::open(folder).and_then(|f| f.sync_all()).map_err(|source| StoreError::Io { path: folder.to_owned(), source })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
