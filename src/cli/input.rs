//! Input files: opened, measured and hashed before any transaction begins.
//!
//! Standard input (`-`) is copied to a temporary file first, so that nothing inside a transaction waits for a pipe.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Seek as _};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::failure::Failure;
use crate::intake::container::FileSlice;

/// An input file, open at its beginning.
pub(crate) struct Input {
    /// Its name, as it was typed.
    pub(crate) name: String,
    /// SHA-256 of its content, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When it was last written, where the system knows; standard input is written now.
    pub(crate) modified: Option<SystemTime>,
    file: File,
}

impl Input {
    /// Opens a file, or `-` for standard input.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        let failed = |source: io::Error| Failure::Input { file: name.to_owned(), source };
        let mut file = if name == "-" { spool().map_err(failed)? } else { File::open(name).map_err(failed)? };
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        let modified = if name == "-" { None } else { file.metadata().and_then(|known| known.modified()).ok() };
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        let mut size = 0;
        loop {
            let read = file.read(&mut buffer).map_err(failed)?;
            if read == 0 {
                break;
            }
            size += read as u64;
            hasher.update(&buffer[..read]);
        }
        let sha256 = crate::domain::chain::hex(&hasher.finalize().into());
        Ok(Self { name: name.to_owned(), sha256, size, modified, file })
    }

    /// The content, exactly as far as it was hashed: what is appended later is not read.
    pub(crate) fn slice(self) -> FileSlice {
        FileSlice::new(self.file, self.size)
    }

    /// The content as text; for small files such as agreements.
    pub(crate) fn text(self) -> Result<String, Failure> {
        const MOST: u64 = 1 << 20;
        let (name, size) = (self.name.clone(), self.size);
        let failed = |source: io::Error| Failure::Input { file: name.clone(), source };
        if size > MOST {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it is larger than 1 MiB, which no agreement is")));
        }
        let mut bytes = Vec::new();
        self.slice().read_to_end(&mut bytes).map_err(failed)?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        String::from_utf8(text.to_vec()).map_err(|_| failed(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text")))
    }
}

fn spool() -> io::Result<File> {
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a pipe is expected there, and it is a terminal"));
    }
    let mut file = tempfile::tempfile()?;
    io::copy(&mut stdin, &mut file)?;
    file.rewind()?;
    Ok(file)
}
