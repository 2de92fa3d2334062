//! Books made through the library, for tests that look at what lies beneath the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use subledger::book::account::{AssociateAccount, ConfirmAccount};
use subledger::book::agent::Init;
use subledger::book::entity::{AddEntity, TypedIdentity};
use subledger::book::group::AddGroup;
use subledger::book::{Book, Call, Session, UseCase};
pub(crate) use subledger::domain::account::Model;
use subledger::domain::account::particulars::Particulars;
use subledger::domain::account::{Attestation, Environment, Mode, ShutdownPolicy};
use subledger::domain::period::parse_date;
use subledger::domain::secret::Secret;
use subledger::store::CheckName;

/// A folder with a book in it, gone when it is dropped.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    /// The open book.
    pub(crate) book: Book,
}

impl Desk {
    /// A new book of Lingdu Cloud, with the entity `acme-hq`.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let init = Init {
            name: "Lingdu Cloud".parse().expect("a name"),
            credential: "91330106MA05J1K21K".to_owned(),
            provider: "alibaba".to_owned(),
            currency: "CNY".parse().expect("a currency"),
            uid: Some("9000000000000001".to_owned()),
        };
        let path = folder.path().join("lingdu.db");
        Book::create(&path, &session(), &Call::default(), init).expect("a new book");
        let book = Book::open(&path, subledger::store::Access::Write, session()).expect("the new book opens");
        let mut desk = Self { folder, book };
        desk.does(AddEntity {
            code: "acme-hq".parse().expect("a code"),
            name: "Acme Holdings".parse().expect("a name"),
            identity: TypedIdentity::Credential("91330106MA01A2B329".to_owned()),
        });
        desk
    }

    /// The book's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("lingdu.db")
    }

    /// Does something that must succeed.
    pub(crate) fn does<U: UseCase>(&mut self, use_case: U) -> U::Outcome {
        match self.book.write(&Call::default(), use_case) {
            Ok(done) => done.outcome,
            Err(error) => panic!("{}: {error:?}", U::COMMAND),
        }
    }

    /// Adds a group with money of its own.
    pub(crate) fn adds_group(&mut self, code: &str, currency: &str) {
        let (code, name) = (code.parse().expect("a code"), code.parse().expect("a name"));
        self.does(AddGroup { code, name, currency: Some(currency.parse().expect("a currency")) });
    }

    /// Adds an active account, its charges ours from 1 June 2026 on; `credit` makes it agent-pays.
    pub(crate) fn adds_account(&mut self, model: Model, code: &str, uid: &str, group: &str, credit: Option<&str>) {
        let particulars = Particulars {
            code: code.parse().expect("a code"),
            group: group.to_owned(),
            entity: "acme-hq".to_owned(),
            environment: Environment::Production,
            model,
            mode: if credit.is_some() { Mode::AgentPays } else { Mode::Prepaid },
            credit: credit.map(|amount| amount.parse().expect("an amount")),
            since: parse_date("2026-06-01"),
            shutdown: ShutdownPolicy::Immediate,
            purchase_ban: false,
            mobile: None,
            email: None,
            login: None,
            upstream: None,
            holder: None,
        };
        self.does(AssociateAccount { particulars, uid: uid.to_owned(), attest: Attestation::ALL.to_vec() });
        self.does(ConfirmAccount { account: code.to_owned() });
    }
}

/// The proofs that fail on a book, by name: through a connection of its own, as the command would.
pub(crate) fn failing(path: &Path) -> Vec<&'static str> {
    let mut book = Book::open(path, subledger::store::Access::Read, session()).expect("the book opens");
    let checks = book.prove(|reader| subledger::book::check::check(reader, None)).expect("the proofs run");
    assert_eq!(checks.len() + 1, CheckName::ALL.len(), "that of a hash needs the hash");
    checks.into_iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect()
}

/// Somebody from finance, on 5 July 2026.
pub(crate) fn session() -> Session {
    let now = chrono::DateTime::parse_from_rfc3339("2026-07-05T02:00:00Z").expect("a time").to_utc();
    Session {
        os_uid: 1000,
        os_name: "fin".to_owned(),
        now,
        secret: Secret::new([7; 32]),
        command: "test".to_owned(),
        arguments: BTreeMap::new(),
    }
}
