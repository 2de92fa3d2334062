//! The reason of a refusal on its way through a reader.
//!
//! Readers can fail with an [`io::Error`] only. What is known about a file stays whole inside of it, and comes out where the
//! refusal is made. It must never turn an error of the disk into anything else.

use std::io;

use crate::domain::refusal::UnreadableFile;

#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
struct Reason(UnreadableFile);

/// A reader's failure for a reason that is known.
pub(super) fn failing(reason: UnreadableFile) -> io::Error {
    io::Error::other(Reason(reason))
}

/// Whether a failure has its reason already, or comes from the operating system.
pub(super) fn has_reason(error: &io::Error) -> bool {
    error.raw_os_error().is_some() || matches!(error.get_ref(), Some(inner) if inner.is::<Reason>())
}

/// The reason of a reader's failure.
pub(super) fn reason_of(error: io::Error) -> UnreadableFile {
    match error.downcast::<Reason>() {
        Ok(Reason(reason)) => reason,
        Err(error) => UnreadableFile::Io { message: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_out_as_it_went_in() {
        assert_eq!(reason_of(failing(UnreadableFile::Changed)), UnreadableFile::Changed);
        let disk = io::Error::from_raw_os_error(5);
        assert!(has_reason(&disk) && has_reason(&failing(UnreadableFile::Changed)) && !has_reason(&io::Error::other("x")));
        assert!(matches!(reason_of(disk), UnreadableFile::Io { .. }));
    }
}
