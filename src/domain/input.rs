//! An input file as the book knows it: by the name that it was given by, and by its content.

use std::fmt;
use std::sync::Arc;

use super::refusal::{Refusal, UnreadableFile};

/// The content of an input file.
pub trait Content: fmt::Debug + Send + Sync {
    /// Its SHA-256 in hexadecimal digits. What has not been read of it until now is read for that.
    fn sha256(&self) -> Result<String, UnreadableFile>;
    /// Whether nothing is in it.
    fn is_empty(&self) -> bool;
}

/// An input file.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Its name, as the user gave it.
    pub name: String,
    /// What is in it.
    pub content: Arc<dyn Content>,
}

impl InputFile {
    /// The SHA-256 of its content, in hexadecimal digits: cheap once the file has been read through.
    pub fn sha256(&self) -> Result<String, Refusal> {
        self.content.sha256().map_err(|reason| Refusal::UnreadableFile { file: self.name.clone(), reason })
    }
}
