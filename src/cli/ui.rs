//! The terminal: the only place that prints.
//!
//! Data goes to standard output and nothing else does; talk, warnings and progress go to standard error. A reader that goes
//! away ends the data quietly. Nothing from outside reaches a terminal raw.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal, Write};

use clap::{ColorChoice, ValueEnum};
use dialoguer::console::{Term, style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::progress::Watch;
use crate::view::csv::Dialect;
use crate::view::document::Document;
use crate::view::text::escape_lines;
use crate::view::{csv, html, json, table, xlsx};

/// In which form an answer is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned text for people.
    #[default]
    Table,
    /// One JSON object for programs.
    Json,
    /// RFC 4180, the first table of the answer.
    Csv,
}

/// In which form a file holds an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileForm {
    /// As it would be printed.
    Printed(Format),
    /// A page that stands alone.
    Html,
    /// An Excel workbook.
    Xlsx,
}

impl FileForm {
    /// The extension that names each form.
    const EXTENSIONS: [(&str, Self); 5] = [
        ("csv", Self::Printed(Format::Csv)),
        ("json", Self::Printed(Format::Json)),
        ("txt", Self::Printed(Format::Table)),
        ("xlsx", Self::Xlsx),
        ("html", Self::Html),
    ];

    /// The form that an extension names.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Self::EXTENSIONS.iter().find(|(named, _)| *named == extension).map(|(_, form)| *form)
    }
}

/// Why an answer did not reach standard output.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    /// Whoever read it has gone, as `head` does: end quietly.
    #[error("nobody reads the output any more")]
    ReaderGone,
    /// Anything else, such as a full disk.
    #[error("cannot write to standard output: {0}")]
    Failed(#[source] io::Error),
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::Failed(error) }
    }
}

/// What the command line says about output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes {
    /// `--format`.
    pub(crate) format: Format,
    /// `--excel`, for CSV.
    pub(crate) dialect: Dialect,
    /// `--quiet`.
    pub(crate) quiet: bool,
    /// `--color`.
    pub(crate) color: ColorChoice,
}

/// How to talk to whoever started the command.
#[derive(Debug)]
pub(crate) struct Ui {
    format: Format,
    dialect: Dialect,
    quiet: bool,
    /// Whether standard error takes colours.
    color: bool,
    /// Whether somebody watches standard error.
    watched: bool,
    /// Columns of the terminal that standard output is, if it is one.
    width: Option<u16>,
}

impl Ui {
    /// What is wished, as far as the streams allow it; looks at the environment and the terminal.
    pub(crate) fn new(wishes: Wishes) -> Self {
        let watched = io::stderr().is_terminal();
        let variable = |name| env::var_os(name);
        Self {
            format: wishes.format,
            dialect: wishes.dialect,
            quiet: wishes.quiet,
            color: color(wishes.color, variable("NO_COLOR").as_deref(), variable("CLICOLOR_FORCE").as_deref(), watched),
            watched,
            width: terminal_width(),
        }
    }

    /// The form of answers.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Writes an answer to standard output.
    pub(crate) fn data(&self, document: &Document) -> Result<(), Unwritten> {
        self.data_in(self.format, document)
    }

    /// The same in a form that is not the one asked for.
    pub(crate) fn data_in(&self, format: Format, document: &Document) -> Result<(), Unwritten> {
        raw(|writer| render(document, format, self.dialect, self.width, writer))
    }

    /// Shows on standard error what a question is about.
    pub(crate) fn show(&self, document: &Document) {
        let mut text = Vec::new();
        let shown = table::render(document, self.width, &mut text);
        shown.expect("a buffer takes every write");
        say(String::from_utf8_lossy(&text).trim_end());
    }

    /// Says on standard error what has happened; `--quiet` silences it.
    pub(crate) fn status(&self, text: &str) {
        if !self.quiet {
            say(&escape_lines(text));
        }
    }

    /// Says what deserves attention and refuses nothing; never silenced.
    pub(crate) fn warn(&self, text: &str) {
        say(&format!("{} {}", style("warning:").yellow().bold().force_styling(self.color), escape_lines(text)));
    }

    /// Says why a command failed; never silenced.
    pub(crate) fn error(&self, text: &str) {
        say(&format!("{} {}", style("error:").red().bold().force_styling(self.color), escape_lines(text)));
    }

    /// One of several things that are wrong, below the error.
    pub(crate) fn detail(&self, text: &str) {
        say(&format!("  {}", escape_lines(text)));
    }

    /// What to do next, below the error.
    pub(crate) fn hint(&self, text: &str) {
        say(&format!("{} {}", style("hint:").cyan().bold().force_styling(self.color), escape_lines(text)));
    }

    /// Shows how far long work has come, if somebody watches and wants a table; the bar goes when the value is dropped.
    pub(crate) fn progress(&self, what: &'static str) -> Progress {
        let shown = self.watched && !self.quiet && self.format == Format::Table;
        Progress { bar: shown.then(|| bar(what)) }
    }
}

/// Writes to standard output what is no document: completions, an export.
pub(crate) fn raw(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Unwritten> {
    let mut buffered = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = write(&mut buffered).and_then(|()| buffered.flush());
    // What could not be written is not tried again when the buffer goes.
    drop(buffered.into_parts());
    Ok(written?)
}

/// Writes a document as a file has it; files have no width.
pub(crate) fn render_file(document: &Document, form: FileForm, dialect: Dialect, writer: &mut dyn Write) -> io::Result<()> {
    match form {
        FileForm::Printed(format) => render(document, format, dialect, None, writer),
        FileForm::Html => html::render(document, writer),
        FileForm::Xlsx => xlsx::render(document, writer),
    }
}

/// Writes a document in a form, wrapped to a width if there is one.
fn render(document: &Document, format: Format, dialect: Dialect, width: Option<u16>, writer: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table::render(document, width, writer),
        Format::Json => json::render(document, writer),
        Format::Csv => csv::render(document, dialect, writer),
    }
}

/// An error as an object for programs, on standard error; what could steer a terminal is escaped as JSON escapes it.
pub(crate) fn say_error_object(object: &serde_json::Value) {
    say(&json::line(object));
}

/// Says on standard error what may have been typed to steer the terminal.
pub(crate) fn say_escaped(text: &str) {
    say(escape_lines(text).trim_end());
}

/// A bar on standard error, or nothing.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Watch for Progress {
    fn advance(&self, done: u64, total: Option<u64>) {
        if let Some(bar) = &self.bar {
            if let Some(total) = total.filter(|total| bar.length() != Some(*total)) {
                bar.set_style(counted());
                bar.set_length(total);
            }
            bar.set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{msg} {pos}").expect("the template is fixed"));
    bar.set_message(what);
    bar
}

fn counted() -> ProgressStyle {
    ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}").expect("the template is fixed").progress_chars("=> ")
}

/// One line, or several, on standard error. When even that is closed, there is nobody left to tell.
fn say(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

fn terminal_width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    Term::stdout().size_checked().map(|(_, columns)| columns).filter(|columns| *columns > 0)
}

/// The flag, else `NO_COLOR`, else `CLICOLOR_FORCE`, else whether it is a terminal.
fn color(choice: ColorChoice, no_color: Option<&OsStr>, force: Option<&OsStr>, terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if no_color.is_some_and(|value| !value.is_empty()) => false,
        ColorChoice::Auto => terminal || force.is_some_and(|value| !value.is_empty() && value != "0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_then_the_environment_then_the_terminal() {
        let set = Some(OsStr::new("1"));
        assert!(color(ColorChoice::Always, set, None, false));
        assert!(!color(ColorChoice::Never, None, set, true));
        assert!(!color(ColorChoice::Auto, set, set, true));
        assert!(color(ColorChoice::Auto, None, set, false));
        assert!(!color(ColorChoice::Auto, None, Some(OsStr::new("0")), false));
        assert!(color(ColorChoice::Auto, Some(OsStr::new("")), None, true));
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let document = Document::new("account-show").field("code", "Code", "prod");
        for format in [Format::Table, Format::Json, Format::Csv] {
            let error = render(&document, format, Dialect::Plain, None, &mut Gone).unwrap_err();
            assert!(matches!(Unwritten::from(error), Unwritten::ReaderGone), "{format:?}");
        }
        assert!(matches!(Unwritten::from(io::Error::from(io::ErrorKind::StorageFull)), Unwritten::Failed(_)));
    }

    #[test]
    fn nobody_watches_a_pipe() {
        let ui = Ui { format: Format::Table, dialect: Dialect::Plain, quiet: false, color: false, watched: false, width: None };
        assert!(ui.progress("Reading").bar.is_none());
        let quiet = Ui { quiet: true, watched: true, ..ui };
        assert!(quiet.progress("Reading").bar.is_none());
        let json = Ui { quiet: false, format: Format::Json, ..quiet };
        assert!(json.progress("Reading").bar.is_none());
    }
}
