//! The application: what the commands do, one use case each, and the one way to write.
//!
//! A use case is a type: its fields are the request, and [`UseCase::run`] loads what the rule needs, lets the domain decide, and
//! writes. Only [`Book::write`] opens an operation: begin → authorise → replay of the key? → run (on trial, where a limit may
//! concern it) → log → commit, or roll back for a preview; what is above the limit is taken back and logged as a request. (A book
//! that is made begins with an operation of its own, and the log of a backup that is restored goes on with one.) Nothing here
//! prints, reads the clock, waits for a person, or speaks SQL.

mod log;
mod operation;

pub mod account;
pub mod account_import;
pub mod agent;
pub mod alert;
pub mod approval;
pub mod association;
pub mod audit;
pub mod backup;
pub mod bill;
pub mod blast;
pub mod bridge;
pub mod budget;
pub mod check;
pub mod close;
pub mod commands;
pub mod compliance;
pub mod credit;
pub mod days;
pub mod difference;
mod dispute;
pub mod dunning;
pub mod duties;
pub mod entity;
pub mod explain;
pub mod fund;
pub mod group;
pub mod handover;
pub mod invitation;
pub mod invoice;
pub mod margin;
pub mod match_by_hand;
pub mod month_end;
pub mod opening;
pub mod operator;
pub mod order;
pub mod period;
pub mod plan;
mod planned_prices;
pub mod policy;
pub mod pool;
pub mod price;
pub mod price_comparison;
pub mod price_plan;
mod pricing;
mod reach;
pub mod reconcile;
pub mod report;
mod run_rate;
pub mod saving;
pub mod schedule;
pub mod settlement;
pub mod statement;
pub mod status;
pub mod true_up;
pub mod upstream;
mod usage;
mod usage_check;
mod write_off;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use approval::Approval;
use log::{as_logged, log_denial, record, replay};
pub use operation::Operation;

use crate::domain::input::InputFile;
use crate::domain::journal::Unbalanced;
use crate::domain::money::Overflow;
use crate::domain::operator::Reach;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::domain::secret::Secret;
use crate::store::{Access, Reader, Store, StoreError};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// A rule refuses it.
    Refused(Box<Refusal>),
    /// The file cannot be read or written.
    Store(StoreError),
    /// The same of a backup.
    OfBackup(StoreError),
    /// A posting rule made an entry that does not balance: a bug.
    Unbalanced(Unbalanced),
    /// It is above a limit, and was kept for another operator to decide on.
    Requested(Box<Done<approval::NamedRequest>>),
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overflow => Refusal::AmountOverflow.into(),
            error => Self::Store(error),
        }
    }
}

impl From<Overflow> for Error {
    fn from(overflow: Overflow) -> Self {
        Refusal::from(overflow).into()
    }
}

impl From<Unbalanced> for Error {
    fn from(error: Unbalanced) -> Self {
        match error {
            Unbalanced::Overflow(overflow) => overflow.into(),
            Unbalanced::By(..) => Self::Unbalanced(error),
        }
    }
}

/// Who runs a command, and when: read once, at the edge.
#[derive(Clone, Debug)]
pub struct Session {
    /// The OS user.
    pub os_uid: u32,
    /// How the OS calls them; for display only.
    pub os_name: String,
    /// The time.
    pub now: DateTime<Utc>,
    /// What nobody can guess; another one for each command.
    pub secret: Secret,
    /// The command as it is typed, `fund balance`: the log names it where a look is refused.
    pub command: String,
    /// What was typed behind it.
    pub arguments: BTreeMap<String, String>,
}

impl Session {
    /// The day in the book's time zone, UTC+8.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&book_zone()).date_naive()
    }
}

/// The time zone of every book.
fn book_zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("UTC+8 exists")
}

/// The moment that a look at money is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Now, on this day: every entry counts, and so does usage that waits for its charge.
    Now(NaiveDate),
    /// The end of a day: entries up to and including it count, by effective date.
    EndOf(NaiveDate),
}

impl When {
    /// The day whose terms hold.
    pub fn day(self) -> NaiveDate {
        match self {
            Self::Now(day) | Self::EndOf(day) => day,
        }
    }

    /// The last day whose entries count; all of them when `None`.
    pub fn until(self) -> Option<NaiveDate> {
        match self {
            Self::Now(_) => None,
            Self::EndOf(day) => Some(day),
        }
    }
}

/// How a write command was called.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// What was typed, by argument, before defaults.
    pub arguments: BTreeMap<String, String>,
    /// Input files, by the argument that names them: they are known by what is in them, and not by their names.
    pub files: BTreeMap<String, Vec<InputFile>>,
    /// The idempotency key.
    pub key: Option<String>,
    /// Whether to do everything and then roll it back.
    pub preview: bool,
}

impl Call {
    /// What was typed, with the SHA-256 of each input file in the place of its name. Asked for only when a key needs it or when
    /// all is done: by then the files have been read, and need not be read again for it.
    fn arguments_and_hashes(&self) -> Result<BTreeMap<String, String>> {
        let mut arguments = self.arguments.clone();
        for (name, files) in &self.files {
            let hashes = files.iter().map(InputFile::sha256).collect::<std::result::Result<Vec<_>, _>>()?;
            arguments.insert(name.clone(), hashes.join(" "));
        }
        Ok(arguments)
    }

    /// The same as the log stores it.
    fn as_logged(&self) -> Result<String> {
        Ok(as_logged(&self.arguments_and_hashes()?))
    }
}

/// What became of a write command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is done.
    Applied,
    /// The key was used before for the same; this is the first outcome again.
    Replayed,
    /// It would be done like this; nothing was written.
    Preview,
}

/// The outcome of a write command.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// What became of it.
    pub status: Status,
    /// What it did.
    pub outcome: T,
}

/// One thing that a command does to the book.
pub trait UseCase: Sized {
    /// The command, as the log names it.
    const COMMAND: &'static str;
    /// What the operator needs.
    const PERMISSION: Permission;
    /// Whether it records a great many orders, and reads none of them back.
    const IS_BATCH: bool = false;
    /// How it is held against the limits, where somebody else may have to approve it.
    const APPROVAL: Option<Approval<Self>> = None;
    /// What comes of it; stored when a key may ask for it again.
    type Outcome: Serialize + DeserializeOwned;

    /// What it is about, as far as a grant for some groups asks; the whole book unless it says so. Asked only of an operator who
    /// has the permission for some groups alone.
    fn reach(&self, _reader: Reader<'_>, _today: NaiveDate) -> Result<Reach> {
        Ok(Reach::Book)
    }

    /// Loads, decides, writes.
    fn run(self, operation: &mut Operation<'_>) -> Result<Self::Outcome>;
}

/// An open book.
pub struct Book {
    store: Store,
    session: Session,
}

impl Book {
    /// Makes a new book; see [`agent::Init`].
    pub fn create(path: &Path, session: &Session, call: &Call, init: agent::Init) -> Result<Done<agent::Initialised>> {
        let founder = operator::founder(session);
        if call.preview {
            let outcome = init.preview(founder)?;
            if path.exists() {
                return Err(StoreError::Exists(path.to_owned()).into());
            }
            return Ok(Done { status: Status::Preview, outcome });
        }
        if call.key.is_some() && path.exists() {
            // What the book knows of the key is for its operators alone.
            let first = Store::open(path, Access::Read)?.read(|reader| match operator::authorise_to_read(reader, session) {
                Ok(()) => replay::<agent::Init>(reader, call),
                Err(Error::Refused(refusal)) if refusal.is_denial() => Ok(None),
                Err(error) => Err(error),
            })?;
            if let Some(outcome) = first {
                return Ok(Done { status: Status::Replayed, outcome });
            }
        }
        Store::create(path, |store| {
            let writer = store.begin()?;
            let mut operation = Operation::new(writer, founder, session.clone())?;
            let outcome = init.run(&mut operation)?;
            let recorded = record::<agent::Init>(&operation, call, &outcome)?;
            operation.into_writer().commit(&recorded)?;
            Ok(Done { status: Status::Applied, outcome })
        })
    }

    /// Opens a book.
    pub fn open(path: &Path, access: Access, session: Session) -> Result<Self> {
        let mut store = Store::open(path, access)?;
        log::bring_up_to_date(&mut store, &session)?;
        Ok(Self { store, session })
    }

    /// How long a command waits for another one that is writing; five seconds unless this says so.
    pub fn wait(&self, longest: std::time::Duration) -> Result<()> {
        Ok(self.store.wait(longest)?)
    }

    /// Where the book is.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Who runs the command, and when.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Looks at one consistent view of the book, as an operator of it.
    pub fn read<T>(&mut self, look: impl FnOnce(Reader<'_>) -> Result<T>) -> Result<T> {
        self.read_as(operator::authorise_to_read, look)
    }

    /// Proves the book for an operator of it. Where it cannot be read what they may do, it is enough that the book names them: the
    /// proofs say what is wrong.
    pub fn prove<T>(&mut self, prove: impl FnOnce(Reader<'_>) -> Result<T>) -> Result<T> {
        let named = |reader: Reader<'_>, session: &Session| match operator::authorise_to_read(reader, session) {
            Err(Error::Store(StoreError::Damaged(_))) if reader.operator_name(session.os_uid)?.is_some() => Ok(()),
            authorised => authorised,
        };
        self.read_as(named, prove)
    }

    fn read_as<T>(
        &mut self,
        authorise: impl FnOnce(Reader<'_>, &Session) -> Result<()>,
        look: impl FnOnce(Reader<'_>) -> Result<T>,
    ) -> Result<T> {
        let session = &self.session;
        let looked = self.store.read(|reader| {
            authorise(reader, session)?;
            look(reader)
        });
        let (command, arguments) = (self.session.command.clone(), as_logged(&self.session.arguments));
        self.on_record(&command, arguments, looked)
    }

    /// Refuses somebody who may do something for no part of the book, before anything is read for it that they may not see.
    /// [`Book::write`] asks again, and of what it is about.
    pub fn require<U: UseCase>(&mut self) -> Result<()> {
        let session = &self.session;
        let allowed =
            self.store.read(|reader| operator::authorise(reader, session, U::PERMISSION, || Ok(reach::of_nobody())).map(drop));
        let arguments = as_logged(&self.session.arguments);
        self.on_record(U::COMMAND, arguments, allowed)
    }

    /// The one way to write.
    pub fn write<U: UseCase>(&mut self, call: &Call, use_case: U) -> Result<Done<U::Outcome>> {
        debug_assert_eq!(commands::needs(U::COMMAND), Some(U::PERMISSION), "{} is not listed", U::COMMAND);
        match self.attempt(call, use_case) {
            Err(Error::Refused(refusal)) if refusal.is_denial() => {
                self.on_record(U::COMMAND, call.as_logged()?, Err(Error::Refused(refusal)))
            }
            written => written,
        }
    }

    /// Nobody is turned away without a trace; in a book that is read-only there is no place to record it.
    fn on_record<T>(&mut self, command: &str, arguments: String, answer: Result<T>) -> Result<T> {
        if let Err(Error::Refused(refusal)) = &answer
            && refusal.is_denial()
            && !self.store.is_read_only()?
        {
            log_denial(&mut self.store, &self.session, command, arguments)?;
        }
        answer
    }

    fn attempt<U: UseCase>(&mut self, call: &Call, use_case: U) -> Result<Done<U::Outcome>> {
        let writer = if U::IS_BATCH { self.store.begin_batch()? } else { self.store.begin()? };
        let operator = operator::authorise(writer.reader(), &self.session, U::PERMISSION, || {
            use_case.reach(writer.reader(), self.session.today())
        })?;
        if let Some(first) = replay::<U>(writer.reader(), call)? {
            return Ok(Done { status: Status::Replayed, outcome: first });
        }
        let mut operation = Operation::new(writer, operator, self.session.clone())?;
        let draft = approval::draft(&mut operation, &use_case)?;
        let outcome = use_case.run(&mut operation)?;
        if let Some(asked) = draft.map(|draft| draft.above_limit(&mut operation, &outcome)).transpose()?.flatten() {
            return Err(approval::keep::<U>(operation, call, asked)?);
        }
        let recorded = record::<U>(&operation, call, &outcome)?;
        let writer = operation.into_writer();
        if call.preview {
            writer.rehearse(&recorded)?;
            return Ok(Done { status: Status::Preview, outcome });
        }
        // Something that was so already leaves no trace, unless a key must be remembered.
        if writer.has_written() || call.key.is_some() {
            writer.commit(&recorded)?;
        }
        Ok(Done { status: Status::Applied, outcome })
    }
}
