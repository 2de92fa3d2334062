//! What every command runs with: the book's place, the terminal, the person, the time.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ColorChoice};

use super::args::WriteArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::files::{require_place, write_whole};
use super::input::Input;
use super::prompt::{Answers, Prompter};
use super::settings::{BookPlace, book_place};
use super::ui::{FileForm, Format, Ui, Wishes, raw, render_file};
use crate::book::{Book, Call, Done, Session, Status, UseCase};
use crate::domain::audit::without_identity_numbers;
use crate::domain::chain::sha256_hex;
use crate::domain::id_number::IdNumber;
use crate::domain::operator::acting_uid;
use crate::domain::refusal::Notice;
use crate::domain::secret::Secret;
use crate::store::Access;
use crate::view::csv::Dialect;
use crate::view::document::Document;

/// How a command ends.
pub(crate) type Ended = Result<Exit, Failure>;

/// What every command takes, anywhere on the line.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct GlobalArgs {
    /// The book [default: $SUBLEDGER_BOOK, else the user's data folder]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) book: Option<PathBuf>,

    /// Form of the answer
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Write the answer to a file; its extension (csv, json, txt, xlsx, html) chooses the form
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// CSV for Excel: a byte order mark, and UIDs kept as text
    #[arg(long, global = true)]
    pub(crate) excel: bool,

    /// Answer yes to every confirmation
    #[arg(long, global = true)]
    pub(crate) yes: bool,

    /// Never ask; a missing value is an error
    #[arg(long, global = true)]
    pub(crate) no_input: bool,

    /// Say nothing but data, warnings and errors
    #[arg(long, global = true)]
    pub(crate) quiet: bool,

    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

/// The surroundings of a command.
pub(crate) struct Context {
    pub(crate) global: GlobalArgs,
    pub(crate) ui: Ui,
    pub(crate) prompter: Prompter,
    /// The words of the command: `fund deposit`.
    command: String,
    typed: BTreeMap<String, String>,
    now: DateTime<Utc>,
    secret: Secret,
}

/// Arguments that do not change what a command does to the book.
const NOT_CONTENT: [&str; 11] =
    ["rejects", "book", "format", "output", "excel", "yes", "no_input", "quiet", "color", "dry_run", "key"];

/// What the book logs of an argument: of a token its SHA-256; of an identity number, in whichever argument it stands, its end,
/// because it could be found from a hash.
fn logged(argument: &str, value: &str) -> String {
    match argument {
        "token" => format!("sha256:{}", sha256_hex(value.as_bytes())),
        "id_number" => IdNumber::mask(value),
        _ => without_identity_numbers(value),
    }
}

impl Context {
    /// Looks around once: the terminal, the clock, and what was typed.
    pub(crate) fn new(global: GlobalArgs, command: &clap::Command, matches: &ArgMatches) -> Self {
        let dialect = if global.excel { Dialect::Excel } else { Dialect::Plain };
        let ui = Ui::new(Wishes { format: global.format, dialect, quiet: global.quiet, color: global.color });
        let prompter = Prompter::new(Answers { yes: global.yes, no_input: global.no_input });
        Self { global, ui, prompter, command: words(matches), typed: typed(command, matches), now: now(), secret: secret() }
    }

    /// Where the book is.
    pub(crate) fn book_place(&self) -> Result<BookPlace, Failure> {
        book_place(self.global.book.clone())
    }

    /// Who runs the command, and when.
    pub(crate) fn session(&self) -> Session {
        let book_owner = self.book_place().ok().and_then(|place| std::fs::metadata(place.path).ok()).map(|file| file.uid());
        let sudo_uid = std::env::var("SUDO_UID").ok();
        let os_uid = acting_uid(nix::unistd::getuid().as_raw(), book_owner, sudo_uid.as_deref());
        let (secret, command, arguments) = (self.secret.clone(), self.command.clone(), self.typed.clone());
        Session { os_uid, os_name: os_name(nix::unistd::Uid::from_raw(os_uid)), now: self.now, secret, command, arguments }
    }

    /// Whether the OS has a user, as far as it says.
    pub(crate) fn has_os_user(&self, os_uid: u32) -> bool {
        !matches!(os_user(nix::unistd::Uid::from_raw(os_uid)), Ok(None))
    }

    /// The time at which the command runs.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Opens the book.
    pub(crate) fn open(&self, access: Access) -> Result<Book, Failure> {
        Ok(Book::open(&self.book_place()?.path, access, self.session())?)
    }

    /// Looks at the book.
    pub(crate) fn read<T>(&self, look: impl FnOnce(crate::store::Reader<'_>) -> crate::book::Result<T>) -> Result<T, Failure> {
        Ok(self.open(Access::Read)?.read(look)?)
    }

    /// Refuses somebody who may not look at the book, before a file is opened: what is wrong with one tells what stands in it.
    pub(crate) fn require_look(&self) -> Result<(), Failure> {
        self.read(|_| Ok(()))
    }

    /// The same for a command that writes.
    pub(crate) fn require<U: UseCase>(&self) -> Result<(), Failure> {
        Ok(self.open(Access::Write)?.require::<U>()?)
    }

    /// What was typed, for the audit log and the key.
    pub(crate) fn call(&self, write: &WriteArgs) -> Call {
        let mut arguments = self.typed.clone();
        for (flag, answer) in self.prompter.answered() {
            let argument = flag.trim_matches(['-', '<', '>']).to_ascii_lowercase().replace('-', "_");
            let answer = logged(&argument, &answer);
            arguments.insert(argument, answer);
        }
        Call { arguments, files: BTreeMap::new(), key: write.key.clone(), preview: write.dry_run }
    }

    /// The same with the content of input files in the place of their names.
    pub(crate) fn call_with_files(&self, write: &WriteArgs, argument: &str, files: &[Input]) -> Call {
        let mut call = self.call(write);
        call.files.insert(argument.to_owned(), files.iter().map(Input::file).collect());
        call
    }

    /// Runs a use case on the book.
    pub(crate) fn write<U: UseCase>(&self, call: &Call, use_case: U) -> Result<Done<U::Outcome>, Failure> {
        Ok(self.open(Access::Write)?.write(call, use_case)?)
    }

    /// Refuses an `--output` that could not be written, before the command has done anything.
    /// `text` is the extension of a text that is no document.
    pub(crate) fn require_output(&self, text: Option<&'static str>) -> Result<(), Failure> {
        let Some(path) = &self.global.output else { return Ok(()) };
        match text {
            None => drop(form_of(path)?),
            Some(form) if path.extension().is_some_and(|found| found == form.trim_start_matches('.')) => {}
            Some(forms) => return Err(Failure::OutputForm { path: path.clone(), forms }),
        }
        require_place(path).map_err(Failure::Output)
    }

    /// Whether the answer is asked for as CSV.
    pub(crate) fn answers_in_csv(&self) -> bool {
        match &self.global.output {
            Some(path) => form_of(path).is_ok_and(|form| form == FileForm::Printed(Format::Csv)),
            None => self.ui.format() == Format::Csv,
        }
    }

    /// Gives an answer: to standard output, or to the file that was asked for.
    pub(crate) fn answer(&self, document: &Document) -> Result<(), Failure> {
        let Some(path) = &self.global.output else { return Ok(self.ui.data(document)?) };
        let form = form_of(path)?;
        let dialect = if self.global.excel { Dialect::Excel } else { Dialect::Plain };
        write_whole(path, |writer| Ok(render_file(document, form, dialect, writer)?)).map_err(Failure::Output)?;
        self.ui.status(&format!("wrote {}", path.display()));
        Ok(())
    }

    /// Gives a list that is to be filled in: as CSV, unless another form is asked for.
    pub(crate) fn answer_as_list(&self, document: &Document) -> Result<(), Failure> {
        match (&self.global.output, self.ui.format()) {
            (None, Format::Table) => Ok(self.ui.data_in(Format::Csv, document)?),
            _ => self.answer(document),
        }
    }

    /// Gives a text that is no document, such as a letter: to standard output, or to the file that was asked for.
    pub(crate) fn answer_text(&self, text: &str) -> Result<(), Failure> {
        let Some(path) = &self.global.output else { return Ok(raw(|writer| writer.write_all(text.as_bytes()))?) };
        write_whole(path, |writer| Ok(writer.write_all(text.as_bytes())?)).map_err(Failure::Output)?;
        self.ui.status(&format!("wrote {}", path.display()));
        Ok(())
    }

    /// Gives the answer of a write: what became of it, the outcome, and what is worth saying.
    pub(crate) fn answer_done<T>(&self, done: &Done<T>, document: Document, notices: &[Notice]) -> Result<(), Failure> {
        let status = match done.status {
            Status::Applied => "applied",
            Status::Replayed => "already",
            Status::Preview => "preview",
        };
        let document = self.with_notices(document.machine_field("status", status), notices);
        self.answer(&document)?;
        match done.status {
            Status::Applied => {}
            Status::Replayed => self.ui.status("this key was used before: the first outcome is shown, nothing was written"),
            Status::Preview => self.ui.status("preview: nothing was written"),
        }
        Ok(())
    }

    /// Says what is worth saying: to people as warnings, to programs inside the document.
    pub(crate) fn with_notices(&self, mut document: Document, notices: &[Notice]) -> Document {
        for notice in notices {
            let (code, sentence) = super::notice::told(notice);
            if self.ui.format() != Format::Json {
                self.ui.warn(&sentence);
            }
            document = document.notice(crate::view::document::Value::object([("notice", code), ("message", sentence.as_str())]));
        }
        document
    }

    /// Says what to do next, to people only.
    pub(crate) fn next<T>(&self, done: &Done<T>, text: &str) {
        if done.status == Status::Applied && self.ui.format() == Format::Table {
            self.ui.status(&format!("next: {text}"));
        }
    }
}

/// The form that an output file's extension names.
fn form_of(path: &Path) -> Result<FileForm, Failure> {
    let form = path.extension().and_then(|extension| extension.to_str()).and_then(FileForm::of_extension);
    form.ok_or_else(|| Failure::OutputForm { path: path.to_owned(), forms: ".csv, .json, .txt, .xlsx or .html" })
}

/// The time: from the clock, once. Tests of debug builds may set it.
fn now() -> DateTime<Utc> {
    #[cfg(debug_assertions)]
    if let Some(set) = std::env::var("SUBLEDGER_NOW").ok().and_then(|text| DateTime::parse_from_rfc3339(&text).ok()) {
        return set.with_timezone(&Utc);
    }
    Utc::now()
}

/// How the OS calls a user; their number where it does not say.
fn os_name(uid: nix::unistd::Uid) -> String {
    os_user(uid).ok().flatten().unwrap_or_else(|| format!("uid-{uid}"))
}

/// The name of a user, if the OS has them. Tests of debug builds may set it: who it is, is the uid alone.
fn os_user(uid: nix::unistd::Uid) -> nix::Result<Option<String>> {
    #[cfg(debug_assertions)]
    if let Ok(set) = std::env::var("SUBLEDGER_OS_NAME") {
        return Ok(Some(set));
    }
    Ok(nix::unistd::User::from_uid(uid)?.map(|user| user.name))
}

/// What nobody can guess: from the system, once. Tests of debug builds may set it.
fn secret() -> Secret {
    #[cfg(debug_assertions)]
    if let Ok(seed) = std::env::var("SUBLEDGER_SECRET") {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(seed.bytes()).for_each(|(byte, of_seed)| *byte = of_seed);
        return Secret::new(bytes);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    Secret::new(bytes)
}

/// The words of the command that was typed.
fn words(matches: &ArgMatches) -> String {
    let inner = std::iter::successors(matches.subcommand(), |(_, inner)| inner.subcommand());
    inner.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

/// What was typed, by argument, before defaults.
fn typed(command: &clap::Command, matches: &ArgMatches) -> BTreeMap<String, String> {
    let (mut command, mut leaf) = (command, matches);
    while let Some((name, inner)) = leaf.subcommand() {
        command = command.find_subcommand(name).expect("what was matched is in the tree");
        leaf = inner;
    }
    let mut typed = BTreeMap::new();
    // Not every id of the matches: groups of arguments have ids too, and the names of their members as values.
    for argument in command.get_arguments() {
        let name = argument.get_id().as_str();
        let from_line = leaf.try_contains_id(name).is_ok() && leaf.value_source(name) == Some(ValueSource::CommandLine);
        if !from_line || NOT_CONTENT.contains(&name) {
            continue;
        }
        if let Ok(Some(values)) = leaf.try_get_raw(name) {
            let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
            let value = values.join(" ");
            typed.insert(name.to_owned(), logged(name, &value));
        }
    }
    typed
}
