//! Failures as words: every sentence, every hint, and the one place that chooses the exit code.

mod blocker;
mod input;
mod refused;
mod store;

use std::io;
use std::path::PathBuf;

use serde_json::json;

pub(crate) use self::blocker::blocker;
use self::input::input_error;
use self::refused::refused;
pub(crate) use self::refused::sentence;
use self::store::{backup_error, store_error};
use super::exit::Exit;
use super::prompt::{CannotAsk, Missing};
use super::ui::{Format, Ui, Unwritten, say_error_object};
use crate::book;
use crate::domain::refusal::Refusal;

/// Why a command ended badly.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A value is missing and nobody could be asked.
    Missing(Missing),
    /// A flag that says nothing as the others stand.
    Pointless {
        /// The flag.
        flag: &'static str,
        /// What it belongs to.
        without: &'static str,
    },
    /// There is no such topic or command to show the page of.
    UnknownTopic {
        /// What was asked for.
        topic: String,
    },
    /// A confirmation could not be asked for.
    CannotAsk,
    /// The person said no.
    NotConfirmed,
    /// Something about the book.
    Book(book::Error),
    /// An input file cannot be read.
    Input {
        /// The file, as it was typed.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// An output file cannot be written.
    Output(anyhow::Error),
    /// An output file with an extension that is no form.
    OutputForm {
        /// The file.
        path: PathBuf,
        /// The extensions that are.
        forms: &'static str,
    },
    /// Standard output cannot be written.
    Unwritten(Unwritten),
    /// There is no home folder to look for a book in.
    NoHome,
    /// A statement file has neither a manifest nor a receipt to be proved by.
    NothingToProveBy {
        /// The file.
        file: String,
    },
    /// A demo will not delete what is no demo.
    FolderInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A step of the demo did not end as it should; its own message stands above.
    DemoStep {
        /// The command.
        line: String,
    },
}

impl From<book::Error> for Failure {
    fn from(error: book::Error) -> Self {
        Self::Book(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Book(refusal.into())
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl From<CannotAsk> for Failure {
    fn from(_: CannotAsk) -> Self {
        Self::CannotAsk
    }
}

impl From<Unwritten> for Failure {
    fn from(error: Unwritten) -> Self {
        Self::Unwritten(error)
    }
}

impl From<crate::domain::money::Overflow> for Failure {
    fn from(overflow: crate::domain::money::Overflow) -> Self {
        Self::Book(overflow.into())
    }
}

/// A failure in words.
#[derive(Debug)]
pub(crate) struct Told {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// The stable code.
    pub(crate) code: &'static str,
    /// What happened, to which thing.
    pub(crate) message: String,
    /// One line for each of several things that are wrong.
    pub(crate) details: Vec<String>,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

impl Told {
    fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), details: vec![], hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }
}

/// Tells a failure on standard error and says how the command ends.
pub(crate) fn tell(failure: &Failure, ui: &Ui) -> Exit {
    if matches!(failure, Failure::Unwritten(Unwritten::ReaderGone)) {
        // Whoever read the answer has enough of it, as `head` has.
        return Exit::Done;
    }
    let told = words(failure);
    if ui.format() == Format::Json {
        let error = json!({ "error": {
            "code": told.code, "message": told.message, "hint": told.hint, "details": told.details,
        }});
        say_error_object(&error);
    } else {
        ui.error(&told.message);
        for detail in &told.details {
            ui.detail(detail);
        }
        if let Some(hint) = &told.hint {
            ui.hint(hint);
        }
    }
    told.exit
}

/// A failure in words.
pub(crate) fn words(failure: &Failure) -> Told {
    match failure {
        Failure::Pointless { flag, without } => {
            Told::new(Exit::Usage, "usage.pointless", format!("{flag} says nothing without {without}"))
        }
        Failure::UnknownTopic { topic } => Told::new(Exit::Usage, "usage.topic", format!("there is no page of {topic:?}"))
            .hint("`subledger help --help` lists the topics, `subledger --help` the commands"),
        Failure::Missing(missing) => Told::new(Exit::Usage, "usage.missing", missing.to_string())
            .hint(format!("give {}, or run the command on a terminal to be asked for it", missing.flag)),
        Failure::CannotAsk => Told::new(Exit::NotConfirmed, "confirmation.impossible", CannotAsk.to_string()),
        Failure::NotConfirmed => Told::new(Exit::NotConfirmed, "confirmation.refused", "not confirmed; nothing was written"),
        Failure::Book(error) => book_error(error),
        Failure::Input { file, source } => input_error(file, source),
        Failure::Output(error) => {
            let full = error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::StorageFull);
            let exit = if full { Exit::Book } else { Exit::Refused };
            Told::new(exit, if full { "disk.full" } else { "output.failed" }, format!("{error:#}"))
        }
        Failure::OutputForm { path, forms } => {
            Told::new(Exit::Usage, "output.form", format!("{} has no extension that is a form", path.display()))
                .hint(format!("use {forms}"))
        }
        Failure::Unwritten(error) => Told::new(Exit::Refused, "output.failed", error.to_string()),
        Failure::FolderInUse { folder } => {
            Told::new(Exit::Refused, "demo.folder-in-use", format!("{} holds something that is no demo", folder.display()))
                .hint("name another folder: `subledger demo DIR`")
        }
        Failure::DemoStep { line } => {
            Told::new(Exit::Bug, "bug.demo", format!("the demo's step `{line}` did not end as it should"))
                .hint("this is a bug in subledger: please report it")
        }
        Failure::NothingToProveBy { file } => {
            Told::new(Exit::Usage, "statement.nothing-to-prove-by", format!("there is no manifest.json beside {file}"))
                .hint("give --manifest FILE, --receipt FILE, or both")
        }
        Failure::NoHome => Told::new(Exit::Usage, "book.place", "there is no home folder to look for a book in")
            .hint("give --book PATH or set SUBLEDGER_BOOK"),
    }
}

fn book_error(error: &book::Error) -> Told {
    match error {
        book::Error::Refused(refusal) => refused(refusal),
        book::Error::Store(error) => store_error(error),
        book::Error::OfBackup(error) => backup_error(error),
        book::Error::Requested(request) => {
            let id = request.outcome.request.id;
            Told::new(Exit::LeftForAPerson, "approval.needed", format!("it waits for another operator: {id}"))
        }
        book::Error::Unbalanced(error) => Told::new(Exit::Bug, "bug.unbalanced", format!("{error}; nothing was written"))
            .hint("this is a bug in subledger: please report the command"),
    }
}
