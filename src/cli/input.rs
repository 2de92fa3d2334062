//! Input files: opened and measured before any transaction begins.
//!
//! Standard input (`-`) is copied to a temporary file first, and so is a pipe that has a name: nothing inside a transaction waits
//! for one, and a file can be read from any place.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Seek as _};
use std::sync::Arc;
use std::time::SystemTime;

use super::failure::Failure;
use crate::domain::input::InputFile;
use crate::intake::container::FileSlice;

/// An input file, open at its beginning.
pub(crate) struct Input {
    /// Its name, as it was typed.
    pub(crate) name: String,
    /// When it was last written, where the system knows; standard input is written now.
    pub(crate) modified: Option<SystemTime>,
    slice: FileSlice,
}

impl Input {
    /// Opens a file, or `-` for standard input.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        let failed = |source: io::Error| Failure::Input { file: name.to_owned(), source };
        let file = if name == "-" { spool_stdin() } else { File::open(name) }.map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let modified = if name == "-" || !metadata.is_file() { None } else { metadata.modified().ok() };
        let (file, size) = if metadata.is_file() { (file, metadata.len()) } else { spool(file).map_err(failed)? };
        Ok(Self { name: name.to_owned(), modified, slice: FileSlice::new(file, size) })
    }

    /// The content, exactly as far as it was there when it was opened: what is appended later is not read.
    pub(crate) fn slice(&self) -> FileSlice {
        self.slice.clone()
    }

    /// As the book knows it.
    pub(crate) fn file(&self) -> InputFile {
        InputFile { name: self.name.clone(), content: Arc::new(self.slice()) }
    }

    /// The content as text; for small files such as agreements.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        const MOST: u64 = 1 << 20;
        let failed = |source: io::Error| Failure::Input { file: self.name.clone(), source };
        if self.slice.size() > MOST {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it is larger than 1 MiB, which no agreement is")));
        }
        let mut bytes = Vec::new();
        self.slice().read_to_end(&mut bytes).map_err(failed)?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        String::from_utf8(text.to_vec()).map_err(|_| failed(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text")))
    }
}

fn spool_stdin() -> io::Result<File> {
    let stdin = io::stdin().lock();
    if stdin.is_terminal() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pipe is expected there, and it is a terminal"));
    }
    spool(stdin).map(|(file, _)| file)
}

/// Copies what can be read only once to a file without a name; with its size. A stream that never ends is not copied for ever, and
/// one of zeros, such as `/dev/zero`, is told by its beginning.
fn spool(mut source: impl Read) -> io::Result<(File, u64)> {
    /// Three times a month of ten million lines; what is larger is given as a file.
    const MOST: u64 = 16 << 30;
    const BEGINNING: u64 = 64 << 10;
    let wrong = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason);
    let mut beginning = Vec::new();
    (&mut source).take(BEGINNING).read_to_end(&mut beginning)?;
    if !beginning.is_empty() && beginning.iter().all(|byte| *byte == 0) {
        return Err(wrong("it holds zeros, not text"));
    }
    let mut file = tempfile::tempfile()?;
    let size = io::copy(&mut beginning.as_slice().chain(source).take(MOST + 1), &mut file)?;
    if size > MOST {
        return Err(wrong("it does not end within 16 GiB"));
    }
    file.rewind()?;
    Ok((file, size))
}
