//! Copies of a book, and a copy in the place of a book.
//!
//! A copy is the book at one moment, whatever others write meanwhile, and gets its name only when it is whole and proved. A book is
//! replaced as one transaction on its own file, so that nobody ever meets half of it, and while nobody else has it open.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::Reader;
use super::error::{Result, StoreError};
use super::open::{BUSY_WAIT, Store, new_draft, suffixed, sync_folder_of};
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
        let path = new_draft(beside)?;
        let mut draft = DraftCopy { path: path.clone(), store: None };
        let mut to = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        // A view that is open holds still, and others write on.
        let view = self.connection.transaction()?;
        view.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
        copy_pages(&view, &mut to, watch)?;
        drop(view);
        draft.store = Some(Self::of_connection(to, path)?);
        Ok(draft)
    }

    /// Puts a draft in the place of a file that is no book any more, or of none; what is there is moved aside, and so is what lies
    /// beside it.
    pub fn replace_unreadable(path: &Path, draft: DraftCopy, aside: &Path) -> Result<()> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { path, source }
        };
        for suffix in ["-wal", "-shm", ""] {
            match fs::rename(suffixed(path, suffix), suffixed(aside, suffix)) {
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                moved => moved.map_err(io(path))?,
            }
        }
        draft.put_at(path)
    }

    /// Puts a draft in the place of the book at `path`, which is copied to `aside` first. Nobody else may have it open meanwhile.
    pub fn replace(path: &Path, draft: &DraftCopy, aside: &Path, watch: &dyn Watch) -> Result<()> {
        let mut live = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        live.busy_timeout(BUSY_WAIT)?;
        // Set before the first look at the file: from then on nobody else reads or writes it until this connection is closed.
        live.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        live.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
        let kept = new_draft(aside)?;
        let copied = Connection::open(&kept).map_err(StoreError::from).and_then(|mut to| copy_pages(&live, &mut to, watch));
        copied.and_then(|()| link_new(&kept, aside)).inspect_err(|_| remove_draft(&kept))?;
        remove_draft(&kept);
        copy_pages(&draft.store().connection, &mut live, watch)?;
        live.close().map_err(|(_, error)| error)?;
        Ok(())
    }
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
    path: PathBuf,
    store: Option<Store>,
}

impl DraftCopy {
    /// The copy as a book.
    pub fn store(&self) -> &Store {
        self.store.as_ref().expect("it is open until it gets its name")
    }

    /// The copy as a book that can be written to.
    pub fn store_mut(&mut self) -> &mut Store {
        self.store.as_mut().expect("it is open until it gets its name")
    }

    /// Gives it its name, where no file may stand.
    pub fn put_at(mut self, place: &Path) -> Result<()> {
        // The log of its connection goes into the file itself.
        self.store.take().expect("it is open until now").close()?;
        link_new(&self.path, place)
    }
}

impl Drop for DraftCopy {
    fn drop(&mut self) {
        self.store.take();
        remove_draft(&self.path);
    }
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

/// Gives a draft its name. A link fails where a file stands, unlike a rename.
fn link_new(draft: &Path, place: &Path) -> Result<()> {
    match fs::hard_link(draft, place) {
        Ok(()) => sync_folder_of(place),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Err(StoreError::Exists(place.to_owned())),
        Err(source) => Err(StoreError::Io { path: place.to_owned(), source }),
    }
}

/// Removes a draft and what SQLite keeps beside it. What cannot be removed is nobody's book.
fn remove_draft(draft: &Path) {
    for leftover in [suffixed(draft, "-wal"), suffixed(draft, "-shm"), draft.to_owned()] {
        drop(fs::remove_file(leftover));
    }
}
