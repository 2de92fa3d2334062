//! Many accounts at once: a list of accounts that are created or associated in one operation.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::{AccountStep, AssociateAccount, associate, create};
use super::{Error, Operation, Result, UseCase, reach};
use crate::domain::account::AccountState;
use crate::domain::account::particulars::{AccountList, ListedAccount, ListedLine, WayIn};
use crate::domain::bill::{PROBLEMS_SHOWN, Problem, Problems};
use crate::domain::invitation::Token;
use crate::domain::operator::Reach;
use crate::domain::progress::Watch;
use crate::domain::refusal::{Notice, Noun, Refusal};
use crate::domain::role::Permission;
use crate::store::Reader;

/// How much of a list with bad lines is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it, or nothing.
    Whole,
    /// The good lines.
    GoodLines,
}

/// Brings the accounts of a list into the book.
pub struct ImportAccounts<'w> {
    /// The file, as it was typed.
    pub file: String,
    /// What it says.
    pub list: AccountList,
    /// What is worth saying of the file.
    pub notices: Vec<Notice>,
    /// How much of it is imported when lines of it are bad.
    pub extent: Extent,
    /// How a refusal is told: the outcome keeps the sentence, to be given again under the same key.
    pub words: &'w dyn Fn(&Refusal) -> String,
    /// What is told how far it has come.
    pub watch: &'w dyn Watch,
}

/// What became of a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum LineFate {
    /// Its account is created, and the holder invited.
    Created {
        /// The last day on which the invitation can be accepted.
        expires: NaiveDate,
        /// Its token, told once: what is kept of the outcome does not have it.
        #[serde(skip)]
        token: Option<Token>,
    },
    /// Its account is associated.
    Associated {
        /// What is worth saying.
        notices: Vec<Notice>,
    },
    /// It is refused.
    Refused {
        /// The stable code.
        code: String,
        /// Why.
        reason: String,
    },
}

/// A line of an account list with what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportedLine {
    /// Its number in the file.
    pub line: u64,
    /// The account's code, as it was typed.
    pub code: String,
    /// Its UID, as it was typed.
    pub uid: String,
    /// The state that it is in; `None` when it is refused.
    pub state: Option<AccountState>,
    /// What became of it.
    pub fate: LineFate,
}

/// An imported account list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountsImported {
    /// The file, as it was typed.
    pub file: String,
    /// Every line of it, in its order.
    pub lines: Vec<ImportedLine>,
    /// How many accounts were created.
    pub created: u64,
    /// How many were associated.
    pub associated: u64,
    /// How many lines were refused.
    pub refused: u64,
    /// What is worth saying of all of it.
    pub notices: Vec<Notice>,
}

impl AccountsImported {
    /// The same without tokens: those of a preview are nobody's.
    #[must_use]
    pub fn without_tokens(mut self) -> Self {
        for line in &mut self.lines {
            if let LineFate::Created { token, .. } = &mut line.fate {
                *token = None;
            }
        }
        self
    }
}

impl UseCase for ImportAccounts<'_> {
    const COMMAND: &'static str = "account import";
    const PERMISSION: Permission = Permission::ManageAccounts;
    type Outcome = AccountsImported;

    fn reach(&self, reader: Reader<'_>, today: NaiveDate) -> Result<Reach> {
        let mut reach = reach::of_nobody();
        for listed in self.list.lines.iter().filter_map(|line| line.account.as_ref().ok()) {
            if let Some(group) = reader.group_by_code(listed.particulars.group.trim())? {
                reach = reach.and(Reach::group(group.id));
            }
            if reader.entity_by_code(listed.particulars.entity.trim())?.is_some() {
                reach = reach.and(super::entity::reach_of(reader, &listed.particulars.entity, today)?);
            }
        }
        Ok(reach)
    }

    /// Each line is judged with those before it in the book. Every bad line is named.
    fn run(self, operation: &mut Operation<'_>) -> Result<AccountsImported> {
        let Self { file, list, notices, extent, words, watch } = self;
        let total = list.lines.len() as u64;
        let mut imported = AccountsImported { file, lines: Vec::new(), created: 0, associated: 0, refused: 0, notices };
        let mut bad = BadLines::default();
        let header_is_bad = !list.header.is_empty();
        bad.unreadable(list.header);
        let mut desk = Desk { operation, unknown: HashMap::new() };
        for (done, line) in (1_u64..).zip(list.lines) {
            let ListedLine { number, code, uid, account } = line;
            let judged = account.map_err(LineFault::Unreadable).and_then(|account| desk.take(account));
            let (state, fate) = match judged {
                Ok(step) => {
                    // Who leaves is told once, whatever they are to hold.
                    let leaves = step.notices.iter().filter(|notice| matches!(notice, Notice::HolderLeaves { .. }));
                    let news: Vec<Notice> = leaves.filter(|notice| !imported.notices.contains(notice)).cloned().collect();
                    imported.notices.extend(news);
                    (Some(step.account.state), fate(step))
                }
                Err(LineFault::Other(error)) => return Err(error),
                Err(LineFault::Unreadable(problems)) => {
                    let reason = problems.iter().map(Problem::reason).collect::<Vec<_>>().join("; ");
                    (None, bad.unreadable_line(problems, reason))
                }
                Err(LineFault::Refused(refusal)) => (None, bad.refused_line(number, *refusal, words)),
            };
            match &fate {
                LineFate::Created { .. } => imported.created += 1,
                LineFate::Associated { .. } => imported.associated += 1,
                LineFate::Refused { .. } => imported.refused += 1,
            }
            imported.lines.push(ImportedLine { line: number, code, uid, state, fate });
            if done % 1000 == 0 {
                watch.advance(done, Some(total));
            }
        }
        let is_refused = header_is_bad || imported.refused > 0 && (extent == Extent::Whole || imported.refused == total);
        if is_refused {
            let good = if header_is_bad { 0 } else { total - imported.refused };
            return Err(bad.refusal(imported.file, good).into());
        }
        imported.notices.extend(unusual_uids(&imported.lines));
        Ok(imported)
    }
}

/// Why a line is not taken.
enum LineFault {
    Unreadable(Vec<Problem>),
    Refused(Box<Refusal>),
    /// Nothing about the line: the command cannot go on.
    Other(Error),
}

impl From<Error> for LineFault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            other => Self::Other(other),
        }
    }
}

/// Where the lines of a list are judged, one after the other.
struct Desk<'o, 'c> {
    operation: &'o mut Operation<'c>,
    /// Groups and entities that are not there: the nearest names are looked for once, not for each line.
    unknown: HashMap<(&'static str, String), Refusal>,
}

impl Desk<'_, '_> {
    fn take(&mut self, account: ListedAccount) -> std::result::Result<AccountStep, LineFault> {
        let ListedAccount { particulars, way } = account;
        let named = [(Noun::Group, &particulars.group), (Noun::Entity, &particulars.entity)];
        let known = named.iter().find_map(|(noun, name)| self.unknown.get(&(noun.as_str(), (*name).clone())));
        if let Some(refusal) = known {
            return Err(LineFault::Refused(Box::new(refusal.clone())));
        }
        let taken = match way {
            WayIn::Created => create(self.operation, particulars),
            WayIn::Associated { uid, attest } => associate(self.operation, AssociateAccount { particulars, uid, attest }),
        };
        taken.map_err(|error| {
            let fault = LineFault::from(error);
            if let LineFault::Refused(refusal) = &fault
                && let Refusal::Unknown { noun, name, .. } = &**refusal
            {
                self.unknown.insert((noun.as_str(), name.clone()), (**refusal).clone());
            }
            fault
        })
    }
}

fn fate(step: AccountStep) -> LineFate {
    match step.invitation {
        Some(invitation) => LineFate::Created { expires: invitation.expires, token: step.token },
        None => LineFate::Associated { notices: step.notices },
    }
}

/// Bad lines: the first hundred of each kind, and how many there are.
#[derive(Default)]
struct BadLines {
    problems: Problems,
    refused: Vec<(u64, Refusal)>,
    refused_count: u64,
}

impl BadLines {
    fn unreadable(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            self.problems.push(problem);
        }
    }

    fn unreadable_line(&mut self, problems: Vec<Problem>, reason: String) -> LineFate {
        self.unreadable(problems);
        LineFate::Refused { code: Refusal::UNREADABLE_LINE.to_owned(), reason }
    }

    fn refused_line(&mut self, line: u64, refusal: Refusal, words: &dyn Fn(&Refusal) -> String) -> LineFate {
        let fate = LineFate::Refused { code: refusal.code().to_owned(), reason: words(&refusal) };
        self.refused_count += 1;
        if self.refused.len() < PROBLEMS_SHOWN {
            self.refused.push((line, refusal));
        }
        fate
    }

    fn refusal(self, file: String, good: u64) -> Refusal {
        let (problems, count) = self.problems.into_parts();
        Refusal::AccountLines { file, problems, lines: self.refused, count: count + self.refused_count, good }
    }
}

/// UIDs of an unusual length, counted: a warning for each would bury all others.
fn unusual_uids(lines: &[ImportedLine]) -> Option<Notice> {
    let unusual = lines.iter().filter_map(|line| match &line.fate {
        LineFate::Associated { notices } => notices.iter().find_map(|notice| match notice {
            Notice::UnusualUid { uid } => Some(uid),
            _ => None,
        }),
        _ => None,
    });
    let unusual: Vec<&String> = unusual.collect();
    let first = (*unusual.first()?).clone();
    Some(Notice::UnusualUids { count: unusual.len() as u64, first })
}
