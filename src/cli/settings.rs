//! Which book, and why that one.

use std::path::PathBuf;

use super::failure::Failure;

/// Names the book when `--book` does not.
pub(crate) const BOOK_VARIABLE: &str = "SUBLEDGER_BOOK";

/// A book's usual name.
pub(crate) const BOOK_FILE: &str = "book.db";

/// The book's place, and what chose it.
#[derive(Clone, Debug)]
pub(crate) struct BookPlace {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What chose it, for `status`.
    pub(crate) because: &'static str,
}

/// `--book`, else the environment, else the user's data folder.
pub(crate) fn book_place(flag: Option<PathBuf>) -> Result<BookPlace, Failure> {
    if let Some(path) = flag {
        return Ok(BookPlace { path, because: "--book" });
    }
    if let Some(path) = std::env::var_os(BOOK_VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(BookPlace { path: path.into(), because: BOOK_VARIABLE });
    }
    let folders = directories::ProjectDirs::from("", "", "subledger").ok_or(Failure::NoHome)?;
    Ok(BookPlace { path: folders.data_dir().join(BOOK_FILE), because: "the default" })
}
