//! The exit codes, which cron and scripts build on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or already done.
    Done,
    /// Refused by a rule, or bad input; nothing was written.
    Refused,
    /// The command line is wrong.
    Usage,
    /// It ran well, and something is left for a person: open differences, a failed check.
    LeftForAPerson,
    /// This operator may not do it.
    NotPermitted,
    /// Another command is writing, or the key was used for something else.
    Busy,
    /// A confirmation was refused or could not be asked for.
    NotConfirmed,
    /// The book's file is missing, not a book, newer, damaged or read-only, or the disk is full.
    Book,
    /// A bug.
    Bug,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::LeftForAPerson => 3,
            Self::NotPermitted => 4,
            Self::Busy => 5,
            Self::NotConfirmed => 6,
            Self::Book => 7,
            Self::Bug => 70,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table of exit codes at the end of the help page.
pub(crate) const HELP: &str = "\
Exit codes:
  0   done, or already done
  1   refused by a rule, or bad input; nothing was written
  2   wrong command line
  3   ran well, and something is left for a person (open differences, a failed check,
      a request that waits for another operator)
  4   not permitted for this operator
  5   another command is writing, or the key was used for other content
  6   a confirmation was refused or could not be asked for
  7   the book is missing, not a book, newer, damaged or read-only, or the disk is full
  70  a bug

Environment:
  SUBLEDGER_BOOK   the book, when --book does not say
  NO_COLOR         no colours, when --color does not say";
