//! The command line: files, terminals and questions.
//!
//! The only layer that prints, asks, and writes files other than the book.

pub(crate) mod files;
pub(crate) mod prompt;
pub(crate) mod ui;
