//! Output files, whole or not at all.
//!
//! A file appears under its name only when every byte of it is on the disk: whatever goes wrong before, an older file of that
//! name stays as it was and nothing is left beside it. Only plain files are replaced, never a book, and folders are made where a
//! command says so, never on the way.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

/// What only the owner may read, since most files of this tool tell about money.
const PRIVATE: u32 = 0o600;

/// What the group of a shared folder may read.
const SHARED: u32 = 0o640;

/// Writes a file by a temporary one in the same folder, synced, then renamed.
///
/// A new file is readable by its owner only (in a setgid folder by the group too); a replaced file keeps its permissions, and a
/// link is replaced, not followed.
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut draft = draft(path)?;
    let mut buffered = BufWriter::with_capacity(1 << 16, draft.file());
    write(&mut buffered)?;
    buffered.flush().with_context(|| format!("cannot write {}", path.display()))?;
    drop(buffered);
    draft.keep()
}

/// A file in the making, without its name; dropped, it leaves nothing.
pub(crate) struct Draft {
    temporary: NamedTempFile,
    path: PathBuf,
    permissions: Permissions,
}

/// Begins a file beside its place.
pub(crate) fn draft(path: &Path) -> anyhow::Result<Draft> {
    let (path, permissions) = target(path)?;
    let folder = folder_of(&path);
    fs::metadata(&folder).with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    let temporary = tempfile::Builder::new()
        .prefix(".subledger-")
        .suffix(".part")
        .tempfile_in(&folder)
        .map_err(without_temporary_name)
        .with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    Ok(Draft { temporary, path, permissions })
}

/// What the system says, without the name of a file that nobody has asked for.
fn without_temporary_name(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::Other => error,
        kind => io::Error::from(kind),
    }
}

impl Draft {
    /// What to write to.
    pub(crate) fn file(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// Gives the file its name, once it is on the disk.
    pub(crate) fn keep(self) -> anyhow::Result<()> {
        let Self { temporary, path, permissions } = self;
        let failed = || format!("cannot write {}", path.display());
        temporary.as_file().set_permissions(permissions).with_context(failed)?;
        temporary.as_file().sync_all().with_context(failed)?;
        temporary.persist(&path).map_err(|error| error.error).with_context(failed)?;
        File::open(folder_of(&path)).and_then(|folder| folder.sync_all()).with_context(failed)
    }
}

/// Makes a folder for output files, and says whether it is new.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<bool> {
    if path.is_dir() {
        return Ok(false);
    }
    if path.exists() {
        bail!("{} is not a folder", path.display());
    }
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
    Ok(true)
}

/// Refuses a path that no file can be written to.
pub(crate) fn require_place(path: &Path) -> anyhow::Result<()> {
    let (target, _) = target(path)?;
    let folder = folder_of(&target);
    let found = fs::metadata(&folder).with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    if !found.is_dir() {
        bail!("{} is not a folder", folder.display());
    }
    Ok(())
}

/// Where the bytes go, and who may read them there. A link is replaced, never followed: in a folder that others can write to, it
/// may point at the book.
fn target(path: &Path) -> anyhow::Result<(PathBuf, Permissions)> {
    let permissions = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => bail!("{} is a folder, not a file", path.display()),
        Ok(found) if found.is_symlink() => new_file_permissions(path),
        Ok(found) if !found.is_file() => bail!("{} is not a plain file", path.display()),
        Ok(_) if is_book_or_beside_one(path) => bail!("{} is a book or belongs to one, and stays", path.display()),
        Ok(found) => Permissions::from_mode(found.permissions().mode() & 0o777),
        Err(error) if error.kind() == io::ErrorKind::NotFound => new_file_permissions(path),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    Ok((path.to_owned(), permissions))
}

/// Whether a file is a book (or any other database of SQLite), or what SQLite keeps beside one.
fn is_book_or_beside_one(path: &Path) -> bool {
    let has_head = |path: &Path| {
        let mut head = [0; 16];
        File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *b"SQLite format 3\0"
    };
    let name = path.as_os_str().as_bytes();
    let beside = [&b"-wal"[..], b"-shm", b"-journal"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
    has_head(path) || beside.is_some_and(|book| has_head(Path::new(OsStr::from_bytes(book))))
}

/// For the owner alone; in a shared folder (setgid) for its group too.
fn new_file_permissions(path: &Path) -> Permissions {
    const SETGID: u32 = 0o2000;
    let is_shared = fs::metadata(folder_of(path)).is_ok_and(|folder| folder.permissions().mode() & SETGID != 0);
    Permissions::from_mode(if is_shared { SHARED } else { PRIVATE })
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn write(path: &Path, text: &'static str) -> anyhow::Result<()> {
        write_whole(path, |file| Ok(file.write_all(text.as_bytes())?))
    }

    #[test]
    fn a_new_file_is_private_and_an_old_one_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("statement.csv");
        write(&path, "one").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("one", 0o600));
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write(&path, "two").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("two", 0o640));
        assert_eq!(names(folder.path()), ["statement.csv"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("statement.csv");
        write(&path, "old").unwrap();
        let failure = write_whole(&path, |file| {
            file.write_all(&vec![b'x'; 1 << 20])?;
            bail!("half way")
        });
        assert_eq!(failure.unwrap_err().to_string(), "half way");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["statement.csv"]);
        assert!(write_whole(&folder.path().join("new.csv"), |_| bail!("at once")).is_err());
        assert_eq!(names(folder.path()), ["statement.csv"]);
    }

    #[test]
    fn folders_are_neither_replaced_nor_created() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(folder.path(), "x").unwrap_err().to_string().ends_with("is a folder, not a file"));
        let missing = folder.path().join("missing").join("file.csv");
        assert!(write(&missing, "x").unwrap_err().to_string().starts_with("cannot write into the folder"));
        assert!(write(Path::new("/dev/null"), "x").unwrap_err().to_string().ends_with("is not a plain file"));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_link_is_replaced_and_what_it_points_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("book.db"), folder.path().join("differences.csv"));
        write(&real, "the book").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, "new").unwrap();
        assert!(!fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "the book");
        assert_eq!(fs::read_to_string(&link).unwrap(), "new");
    }

    #[test]
    fn a_book_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("acme.csv"), "SQLite format 3\0and so on").unwrap();
        fs::write(at("acme.csv-wal"), "its log").unwrap();
        fs::write(at("list-wal"), "of no book").unwrap();
        for name in ["acme.csv", "acme.csv-wal"] {
            assert!(write(&at(name), "x").unwrap_err().to_string().ends_with("is a book or belongs to one, and stays"), "{name}");
        }
        write(&at("list-wal"), "x").unwrap();
    }

    #[test]
    fn files_in_a_shared_folder_can_be_read_by_its_group() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o2775)).unwrap();
        let file = folder.path().join("statement.csv");
        write(&file, "text").unwrap();
        assert_eq!(mode(&file), 0o640);
    }
}
