//! Questions to a person, behind one helper.
//!
//! Asked only where somebody can answer: standard input and standard error are terminals and nobody said `--no-input`.
//! Elsewhere a missing value names its flag, so that no script ever hangs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use dialoguer::{Confirm, Input};

use crate::view::text::escape;

/// A value that was neither given nor could be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{flag} is missing")]
pub(crate) struct Missing {
    /// The flag that gives it, as typed: `--uid`.
    pub(crate) flag: String,
}

/// A confirmation was needed and nobody was there to give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this needs a confirmation, and there is no terminal to ask at; --yes confirms")]
pub(crate) struct CannotAsk;

/// What the command line says about questions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answers {
    /// `--yes`: everything is confirmed.
    pub(crate) yes: bool,
    /// `--no-input`: nothing is asked.
    pub(crate) no_input: bool,
}

/// Asks for what is missing.
pub(crate) struct Prompter {
    yes: bool,
    person: Option<Box<dyn Person>>,
    /// What was answered, by flag: it belongs to the audit log as if it had been typed.
    answered: RefCell<BTreeMap<String, String>>,
}

impl Prompter {
    /// Looks whether somebody is there to answer.
    pub(crate) fn new(answers: Answers) -> Self {
        let present = !answers.no_input && io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { yes: answers.yes, person: present.then(|| Box::new(AtTerminal) as Box<dyn Person>), answered: RefCell::default() }
    }

    /// The given value, or the answer to the question, which is put again until it can be read.
    pub(crate) fn required<T>(&self, given: Option<T>, flag: &str, question: &str) -> Result<T, Missing>
    where
        T: FromStr,
        T::Err: Display,
    {
        if let Some(value) = given {
            return Ok(value);
        }
        let missing = || Missing { flag: flag.to_owned() };
        let person = self.person.as_deref().ok_or_else(missing)?;
        loop {
            let answer = person.line(question).map_err(|_| missing())?;
            match answer.trim().parse() {
                Ok(value) => {
                    self.answered.borrow_mut().insert(flag.to_owned(), answer.trim().to_owned());
                    return Ok(value);
                }
                Err(problem) => person.hear(&format!("  {}", escape(&format!("{problem}")))),
            }
        }
    }

    /// What was answered so far, by flag.
    pub(crate) fn answered(&self) -> BTreeMap<String, String> {
        self.answered.borrow().clone()
    }

    /// Whether the person agrees; `--yes` has agreed beforehand, and an empty answer is no.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, CannotAsk> {
        if self.yes {
            return Ok(true);
        }
        self.person.as_deref().ok_or(CannotAsk)?.agrees(question).map_err(|_| CannotAsk)
    }
}

/// Whoever answers.
trait Person {
    fn line(&self, question: &str) -> dialoguer::Result<String>;
    fn agrees(&self, question: &str) -> dialoguer::Result<bool>;
    fn hear(&self, problem: &str);
}

/// The person at this terminal. Questions and problems go to standard error.
struct AtTerminal;

impl Person for AtTerminal {
    fn line(&self, question: &str) -> dialoguer::Result<String> {
        Input::new().with_prompt(question).interact_text()
    }

    fn agrees(&self, question: &str) -> dialoguer::Result<bool> {
        Confirm::new().with_prompt(question).default(false).interact()
    }

    fn hear(&self, problem: &str) {
        drop(dialoguer::console::Term::stderr().write_line(problem));
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::domain::code::Code;

    /// Gives its answers from the last to the first, and remembers what it was told.
    struct Scripted {
        answers: RefCell<Vec<&'static str>>,
        heard: Rc<RefCell<Vec<String>>>,
    }

    impl Person for Scripted {
        fn line(&self, _: &str) -> dialoguer::Result<String> {
            let gone = || io::Error::from(io::ErrorKind::UnexpectedEof);
            Ok(self.answers.borrow_mut().pop().ok_or_else(gone)?.to_owned())
        }

        fn agrees(&self, question: &str) -> dialoguer::Result<bool> {
            self.line(question).map(|answer| answer == "y")
        }

        fn hear(&self, problem: &str) {
            self.heard.borrow_mut().push(problem.to_owned());
        }
    }

    fn scripted(answers: &[&'static str]) -> (Prompter, Rc<RefCell<Vec<String>>>) {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let person = Scripted { answers: RefCell::new(answers.iter().rev().copied().collect()), heard: Rc::clone(&heard) };
        (Prompter { yes: false, person: Some(Box::new(person)), answered: RefCell::default() }, heard)
    }

    #[test]
    fn a_question_is_put_again_until_the_answer_can_be_read() {
        let (prompter, heard) = scripted(&["Acme", "", " acme "]);
        let code: Code = prompter.required(None, "--entity", "Entity").unwrap();
        assert_eq!(code.as_str(), "acme");
        assert_eq!(heard.borrow().len(), 2);
        assert!(heard.borrow()[0].contains("lower-case"));
        let gone: Result<Code, Missing> = prompter.required(None, "--entity", "Entity");
        assert_eq!(gone, Err(Missing { flag: "--entity".to_owned() }));
    }

    #[test]
    fn without_a_person_nothing_is_asked() {
        let prompter = Prompter { yes: false, person: None, answered: RefCell::default() };
        assert_eq!(prompter.required(Some(5), "--n", "Number"), Ok(5));
        assert_eq!(prompter.required::<i64>(None, "--n", "Number").unwrap_err().to_string(), "--n is missing");
        assert_eq!(prompter.confirm("Really?"), Err(CannotAsk));
        assert_eq!(Prompter { yes: true, person: None, answered: RefCell::default() }.confirm("Really?"), Ok(true));
    }

    #[test]
    fn a_person_may_refuse() {
        let (prompter, _) = scripted(&["y", "n"]);
        assert_eq!(prompter.confirm("Close 2026-06?"), Ok(true));
        assert_eq!(prompter.confirm("Close 2026-06?"), Ok(false));
    }
}
