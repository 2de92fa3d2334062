//! What can go wrong with the file.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A failure of the file or of SQLite; rules are refused elsewhere.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another command is writing, and did not finish in time.
    #[error("another command is writing to the book")]
    Busy,
    /// There is no such file.
    #[error("there is no book at {}", .0.display())]
    Missing(PathBuf),
    /// There is a file where a new book should be.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The file is something else.
    #[error("{} is not a subledger book", .0.display())]
    NotABook(PathBuf),
    /// What stands there never was a book.
    #[error("{} is a folder, a link, or what belongs to a book, and is not replaced", .0.display())]
    NotPlain(PathBuf),
    /// Somebody has written to the book since it was looked at.
    #[error("{} was written to since you were asked", .0.display())]
    Overtaken(PathBuf),
    /// A later version of the tool has upgraded the file.
    #[error("the book has schema version {found}; this subledger knows versions up to {known}")]
    Newer {
        /// The file's version.
        found: i64,
        /// The latest version that this tool knows.
        known: i64,
    },
    /// An earlier version of the tool has made the file, and it cannot be upgraded where it is.
    #[error("{} has schema version {found}, and cannot be upgraded because it cannot be written to", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// The file may not be written.
    #[error("{} cannot be written to", .0.display())]
    ReadOnly(PathBuf),
    /// No space is left.
    #[error("the disk is full")]
    DiskFull,
    /// The disk fails, or the folder does not let the file be written.
    #[error("the book cannot be read or written: {0}")]
    Unusable(String),
    /// What stands in the file contradicts itself, or is nothing that the book writes.
    #[error("the book is damaged: {0}")]
    Damaged(String),
    /// Pages of the file, or whole tables, cannot be read.
    #[error("the book is damaged: {0}")]
    Torn(String),
    /// A figure became too large.
    #[error("an amount is too large to be counted")]
    Overflow,
    /// Reading or making the file failed.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Anything else that SQLite says.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
}

/// The result of talking to the store.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                let told = || message.clone().unwrap_or_else(|| failure.to_string());
                match failure.code {
                    ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                    ErrorCode::DiskFull => Self::DiskFull,
                    ErrorCode::SystemIoFailure
                    | ErrorCode::CannotOpen
                    | ErrorCode::ReadOnly
                    | ErrorCode::PermissionDenied
                    | ErrorCode::FileLockingProtocolFailed => Self::Unusable(told()),
                    ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Torn(told()),
                    _ if told().starts_with("no such ") => Self::Torn(told()),
                    // A sum of what is stored: what is written has been added up before.
                    _ if told() == "integer overflow" => Self::Damaged("amounts are too large to be added up".to_owned()),
                    _ => Self::Sqlite(error),
                }
            }
            rusqlite::Error::SqlInputError { msg, .. } if msg.starts_with("no such ") => Self::Torn(msg.clone()),
            rusqlite::Error::FromSqlConversionFailure(.., why) => Self::Damaged(why.to_string()),
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::IntegralValueOutOfRange(..) => {
                Self::Damaged(error.to_string())
            }
            // Who only looks whether there is a row asks for an optional one.
            rusqlite::Error::QueryReturnedNoRows => Self::Damaged("a row that another one names is not there".to_owned()),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<crate::domain::money::Overflow> for StoreError {
    fn from(_: crate::domain::money::Overflow) -> Self {
        Self::Overflow
    }
}

impl StoreError {
    /// What is wrong with what the book holds; `None` where it cannot be read for another reason.
    pub(super) fn wrong_content(&self) -> Option<String> {
        match self {
            Self::Damaged(what) => Some(what.clone()),
            Self::Overflow => Some(self.to_string()),
            _ => None,
        }
    }
}
