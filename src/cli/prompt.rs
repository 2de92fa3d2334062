//! Questions to a person, behind one helper.
//!
//! Asked only where somebody can answer: standard input and standard error are terminals and nobody said `--no-input`.
//! Elsewhere a missing value names its flag, so that no script ever hangs.
//!
//! Keys come from dialoguer's terminal. Its ready-made questions give back raw what was typed, leave the cursor hidden when they
//! are interrupted, and do not notice the end of the input; those here must not.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use dialoguer::console::{Key, Term, measure_text_width};
use nix::sys::signal::{Signal, raise};
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};

use super::failure::{Failure, Told, words};
use crate::book;
use crate::domain::code::is_unprintable;
use crate::view::text::escape;

/// A value that was neither given nor could be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{flag} is missing")]
pub(crate) struct Missing {
    /// The flag that gives it, as typed: `--uid`; `<CODE>` for what has none.
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
    /// Whether anything was asked.
    has_asked: Cell<bool>,
    /// What was answered, by flag: it belongs to the audit log as if it had been typed.
    answered: RefCell<BTreeMap<String, String>>,
}

impl Prompter {
    /// Looks whether somebody is there to answer.
    pub(crate) fn new(answers: Answers) -> Self {
        let present = !answers.no_input && io::stdin().is_terminal() && io::stderr().is_terminal();
        Self::with(answers.yes, present.then(|| Box::new(AtTerminal(Term::stderr())) as Box<dyn Person>))
    }

    fn with(yes: bool, person: Option<Box<dyn Person>>) -> Self {
        Self { yes, person, has_asked: Cell::default(), answered: RefCell::default() }
    }

    /// Whether somebody is there to answer.
    pub(crate) fn can_ask(&self) -> bool {
        self.person.is_some()
    }

    /// Whether anything was asked.
    pub(crate) fn has_asked(&self) -> bool {
        self.has_asked.get()
    }

    /// The given value, or the answer to the question, which is put again until it can be read.
    pub(crate) fn required<T>(&self, given: Option<T>, flag: &str, question: &str) -> Result<T, Failure>
    where
        T: FromStr<Err: Display>,
    {
        self.checked(given, flag, question, |_| Ok(()))
    }

    /// The same; the question is put again, too, while a rule refuses the answer.
    pub(crate) fn checked<T>(
        &self,
        given: Option<T>,
        flag: &str,
        question: &str,
        check: impl Fn(&T) -> Result<(), Failure>,
    ) -> Result<T, Failure>
    where
        T: FromStr<Err: Display>,
    {
        if let Some(value) = given {
            return Ok(value);
        }
        let (value, answer) = self.asked(flag, question, check)?;
        self.record(flag, &answer);
        Ok(value)
    }

    /// The answer to a question, and as it was typed; for the caller to record.
    pub(crate) fn asked<T>(
        &self,
        flag: &str,
        question: &str,
        check: impl Fn(&T) -> Result<(), Failure>,
    ) -> Result<(T, String), Failure>
    where
        T: FromStr<Err: Display>,
    {
        loop {
            let answer = self.line(flag, question)?;
            if answer.is_empty() {
                self.hear("an answer is needed")?;
            } else if let Some(value) = self.read(&answer, &check)? {
                return Ok((value, answer));
            }
        }
    }

    /// The answer to a question that may be left open.
    pub(crate) fn optional<T>(
        &self,
        flag: &str,
        question: &str,
        check: impl Fn(&T) -> Result<(), Failure>,
    ) -> Result<Option<T>, Failure>
    where
        T: FromStr<Err: Display>,
    {
        loop {
            let answer = self.line(flag, question)?;
            if answer.is_empty() {
                return Ok(None);
            }
            if let Some(value) = self.read(&answer, &check)? {
                self.record(flag, &answer);
                return Ok(Some(value));
            }
        }
    }

    /// The given value, or the one that is chosen of a few.
    pub(crate) fn choice<T>(&self, given: Option<T>, flag: &str, question: &str, choices: &[T]) -> Result<T, Failure>
    where
        T: Copy + Display,
    {
        if let Some(value) = given {
            return Ok(value);
        }
        let words: Vec<String> = choices.iter().map(ToString::to_string).collect();
        let chosen = self.person(flag)?.choose(question, &words).map_err(|_| Failure::NotConfirmed)?;
        self.record(flag, &words[chosen]);
        Ok(choices[chosen])
    }

    /// Whether a person says yes to what a flag would say; what they say is for the caller to record.
    pub(crate) fn agrees(&self, flag: &str, question: &str) -> Result<bool, Failure> {
        agrees(self.person(flag)?, question).map_err(|_| Failure::NotConfirmed)
    }

    /// Whether the person agrees; `--yes` has agreed beforehand, and no answer is no.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, CannotAsk> {
        if self.yes {
            return Ok(true);
        }
        Ok(agrees(self.person.as_deref().ok_or(CannotAsk)?, question).unwrap_or(false))
    }

    /// Whether everything was confirmed beforehand.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.yes
    }

    /// Keeps an answer as if it had been typed behind its flag.
    pub(crate) fn record(&self, flag: &str, answer: &str) {
        self.answered.borrow_mut().insert(flag.to_owned(), answer.to_owned());
    }

    /// What was answered so far, by flag.
    pub(crate) fn answered(&self) -> BTreeMap<String, String> {
        self.answered.borrow().clone()
    }

    /// Whoever answers what a flag would say.
    fn person(&self, flag: &str) -> Result<&dyn Person, Failure> {
        let person = self.person.as_deref().ok_or_else(|| Missing { flag: flag.to_owned() })?;
        self.has_asked.set(true);
        Ok(person)
    }

    fn line(&self, flag: &str, question: &str) -> Result<String, Failure> {
        let echo = if flag == PERSONAL { Echo::Hidden } else { Echo::Typed };
        let answer = self.person(flag)?.line(question, echo).map_err(|_| Failure::NotConfirmed)?;
        Ok(answer.trim().to_owned())
    }

    /// What an answer says; `None` when it cannot be read or a rule refuses it, and the person has been told.
    fn read<T>(&self, answer: &str, check: impl Fn(&T) -> Result<(), Failure>) -> Result<Option<T>, Failure>
    where
        T: FromStr<Err: Display>,
    {
        let value = match answer.parse() {
            Ok(value) => value,
            Err(problem) => {
                self.hear(&format!("{problem}"))?;
                return Ok(None);
            }
        };
        match check(&value) {
            Ok(()) => Ok(Some(value)),
            Err(refused @ Failure::Book(book::Error::Refused(_))) => {
                let Told { message, hint, .. } = words(&refused);
                [Some(message), hint].iter().flatten().try_for_each(|line| self.hear(line))?;
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    fn hear(&self, problem: &str) -> Result<(), Failure> {
        let heard = self.person.as_deref().map_or(Ok(()), |person| person.hear(&format!("  {}", escape(problem))));
        heard.map_err(|_| Failure::NotConfirmed)
    }
}

/// Whoever answers. An error means that they have gone.
trait Person {
    fn line(&self, question: &str, echo: Echo) -> io::Result<String>;
    /// The place of the word that is chosen.
    fn choose(&self, question: &str, words: &[String]) -> io::Result<usize>;
    fn hear(&self, problem: &str) -> io::Result<()>;
}

/// What is shown of an answer while it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    Typed,
    /// A star for each character.
    Hidden,
}

/// The answer to this is personal: it does not stay on the screen.
const PERSONAL: &str = "--id-number";

/// Yes or no; an empty answer is no.
fn agrees(person: &dyn Person, question: &str) -> io::Result<bool> {
    loop {
        match person.line(&format!("{question} [y/N]"), Echo::Typed)?.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => person.hear("  answer y or n")?,
        }
    }
}

/// The person at this terminal. Questions and problems go to standard error.
struct AtTerminal(Term);

impl Person for AtTerminal {
    fn line(&self, question: &str, echo: Echo) -> io::Result<String> {
        self.with_keys(|term| {
            term.write_str(&format!("{question}: "))?;
            let mut typed = Typed::default();
            loop {
                match typed.press(&term.read_key_raw()?)? {
                    Press::Shown(text) => term.write_str(if echo == Echo::Hidden { "*" } else { &text })?,
                    Press::Erased(columns) => term.clear_chars(columns)?,
                    Press::Nothing => {}
                    Press::Done => {
                        term.write_line("")?;
                        return Ok(typed.text());
                    }
                }
            }
        })
    }

    fn choose(&self, question: &str, words: &[String]) -> io::Result<usize> {
        self.with_keys(|term| {
            term.write_line(&format!("{question} (arrows or first letters, then Enter):"))?;
            let mut choosing = Choosing::default();
            loop {
                for (place, word) in words.iter().enumerate() {
                    term.write_line(&format!("{} {word}", if place == choosing.place { '>' } else { ' ' }))?;
                }
                let is_done = choosing.press(&term.read_key_raw()?, words)?;
                term.clear_last_lines(words.len())?;
                if is_done {
                    term.clear_last_lines(1)?;
                    term.write_line(&format!("{question}: {}", words[choosing.place]))?;
                    return Ok(choosing.place);
                }
            }
        })
    }

    fn hear(&self, problem: &str) -> io::Result<()> {
        self.0.write_line(problem)
    }
}

impl AtTerminal {
    /// Puts a question for which every key is handed over and nothing is echoed. An interrupt ends the program by its signal,
    /// as a shell expects, when the terminal is as it was.
    fn with_keys<T>(&self, ask: impl FnOnce(&Term) -> io::Result<T>) -> io::Result<T> {
        let keys = Keys::begin()?;
        let answered = ask(&self.0);
        drop(keys);
        if let Err(gone) = &answered {
            self.0.write_line("")?;
            if gone.kind() == io::ErrorKind::Interrupted {
                raise(Signal::SIGINT)?;
            }
        }
        answered
    }
}

/// A terminal that hands over every key and echoes none; dropped, it is as it was.
struct Keys {
    before: Termios,
}

impl Keys {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        raw.output_flags = before.output_flags;
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &raw)?;
        Ok(Self { before })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A terminal that has gone cannot be put back.
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.before).unwrap_or_default();
    }
}

/// What a key does that nobody is asked with.
fn gone(key: &Key, has_typed: bool) -> io::Result<()> {
    const END_OF_INPUT: char = '\u{4}';
    match key {
        Key::CtrlC => Err(io::ErrorKind::Interrupted.into()),
        Key::Char(END_OF_INPUT) if !has_typed => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// A line while it is typed.
#[derive(Default)]
struct Typed(Vec<char>);

/// What a key does to a line.
#[derive(Debug, PartialEq, Eq)]
enum Press {
    /// This is added to what stands there.
    Shown(String),
    /// So many columns go.
    Erased(usize),
    Nothing,
    Done,
}

impl Typed {
    /// No answer is that long; what comes after it is not kept.
    const LONGEST: usize = 1000;

    fn press(&mut self, key: &Key) -> io::Result<Press> {
        /// Ctrl-U.
        const KILL: char = '\u{15}';
        gone(key, !self.0.is_empty())?;
        Ok(match key {
            Key::Enter => Press::Done,
            Key::Char(KILL) => Press::Erased(self.0.drain(..).map(columns).sum()),
            Key::Backspace => self.0.pop().map_or(Press::Nothing, |character| Press::Erased(columns(character))),
            Key::Char(character) if self.0.len() < Self::LONGEST => {
                self.0.push(*character);
                Press::Shown(shown(*character))
            }
            _ => Press::Nothing,
        })
    }

    fn text(self) -> String {
        self.0.into_iter().collect()
    }
}

/// A character as it is echoed: what could steer a terminal is a question mark.
fn shown(character: char) -> String {
    if is_unprintable(character) { '?'.to_string() } else { character.to_string() }
}

fn columns(character: char) -> usize {
    measure_text_width(&shown(character))
}

/// One of a few words while it is chosen.
#[derive(Default)]
struct Choosing {
    place: usize,
    typed: String,
}

impl Choosing {
    /// Whether the key has ended it.
    fn press(&mut self, key: &Key, words: &[String]) -> io::Result<bool> {
        gone(key, false)?;
        match key {
            Key::Enter => return Ok(true),
            Key::ArrowDown | Key::Tab => self.place = (self.place + 1) % words.len(),
            Key::ArrowUp | Key::BackTab => self.place = (self.place + words.len() - 1) % words.len(),
            Key::Char(character) => self.find(*character, words),
            _ => {}
        }
        Ok(false)
    }

    /// Goes to the first word that begins with what was typed, or else with the last character of it.
    fn find(&mut self, character: char, words: &[String]) {
        let begins = |typed: &str| words.iter().position(|word| word.starts_with(typed));
        self.typed.push(character.to_ascii_lowercase());
        if begins(&self.typed).is_none() {
            self.typed = character.to_ascii_lowercase().to_string();
        }
        match begins(&self.typed) {
            Some(place) => self.place = place,
            None => self.typed.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::domain::code::Code;
    use crate::domain::refusal::{Noun, Refusal};

    /// Gives its answers from the last to the first, and remembers what it was told.
    struct Scripted {
        answers: RefCell<Vec<&'static str>>,
        heard: Rc<RefCell<Vec<String>>>,
    }

    impl Person for Scripted {
        fn line(&self, _: &str, _: Echo) -> io::Result<String> {
            let gone = || io::Error::from(io::ErrorKind::UnexpectedEof);
            Ok(self.answers.borrow_mut().pop().ok_or_else(gone)?.to_owned())
        }

        fn choose(&self, question: &str, words: &[String]) -> io::Result<usize> {
            let answer = self.line(question, Echo::Typed)?;
            Ok(words.iter().position(|word| *word == answer).unwrap())
        }

        fn hear(&self, problem: &str) -> io::Result<()> {
            self.heard.borrow_mut().push(problem.to_owned());
            Ok(())
        }
    }

    fn scripted(answers: &[&'static str]) -> (Prompter, Rc<RefCell<Vec<String>>>) {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let person = Scripted { answers: RefCell::new(answers.iter().rev().copied().collect()), heard: Rc::clone(&heard) };
        (Prompter::with(false, Some(Box::new(person))), heard)
    }

    #[test]
    fn a_question_is_put_again_until_the_answer_can_be_read() {
        let (prompter, heard) = scripted(&["Acme", "", " acme "]);
        let code: Code = prompter.required(None, "--entity", "Entity").unwrap();
        assert_eq!(code.as_str(), "acme");
        assert_eq!(heard.borrow().len(), 2);
        assert!(heard.borrow()[0].contains("lower-case"));
        let gone = prompter.required::<Code>(None, "--entity", "Entity");
        assert!(matches!(gone, Err(Failure::NotConfirmed)), "{gone:?}");
    }

    #[test]
    fn a_question_is_put_again_while_a_rule_refuses_the_answer() {
        let check = |code: &Code| match code.as_str() {
            "taken" => Err(Refusal::Exists { noun: Noun::Group, code: code.clone() }.into()),
            "broken" => Err(Failure::NoHome),
            _ => Ok(()),
        };
        let (prompter, heard) = scripted(&["taken", "free", "broken"]);
        assert_eq!(prompter.checked(None, "<CODE>", "Code", check).unwrap().as_str(), "free");
        assert_eq!(*heard.borrow(), ["  there is a group taken already", "  `subledger group show taken` shows it"]);
        assert!(matches!(prompter.checked(None, "<CODE>", "Code", check), Err(Failure::NoHome)));
        assert_eq!(prompter.answered(), BTreeMap::from([("<CODE>".to_owned(), "free".to_owned())]));
    }

    #[test]
    fn without_a_person_nothing_is_asked() {
        let prompter = Prompter::with(false, None);
        assert_eq!(prompter.required(Some(5), "--n", "Number").unwrap(), 5);
        for missing in [
            prompter.required::<i64>(None, "--n", "Number"),
            prompter.choice(None, "--n", "Number", &[1, 2]),
            prompter.agrees("--n", "One?").map(i64::from),
        ] {
            assert!(matches!(missing, Err(Failure::Missing(Missing { flag })) if flag == "--n"));
        }
        assert_eq!(prompter.confirm("Really?"), Err(CannotAsk));
        assert!(!prompter.has_asked());
        assert_eq!(Prompter::with(true, None).confirm("Really?"), Ok(true));
    }

    #[test]
    fn a_person_may_refuse() {
        let (prompter, heard) = scripted(&["y", "maybe", "No", ""]);
        let close = || prompter.confirm("Close 2026-06?");
        assert_eq!([close(), close(), close(), close()], [Ok(true), Ok(false), Ok(false), Ok(false)]);
        assert_eq!(*heard.borrow(), ["  answer y or n"]);
    }

    #[test]
    fn what_is_typed_is_echoed_without_what_steers_a_terminal() {
        let mut typed = Typed::default();
        let mut press = |key| typed.press(&key).map_err(|gone| gone.kind());
        let shown = |text: &str| Ok(Press::Shown(text.to_owned()));
        assert_eq!(press(Key::Char('\u{4}')), Err(io::ErrorKind::UnexpectedEof));
        assert_eq!(press(Key::CtrlC), Err(io::ErrorKind::Interrupted));
        assert_eq!(press(Key::Backspace), Ok(Press::Nothing));
        assert_eq!(press(Key::Char('x')), shown("x"));
        for hostile in ['\u{202e}', '\u{9b}', '\u{7}', '\u{4}'] {
            assert_eq!(press(Key::Char(hostile)), shown("?"), "{hostile:?}");
        }
        assert_eq!(press(Key::Char('集')), shown("集"));
        assert_eq!(press(Key::Backspace), Ok(Press::Erased(2)));
        assert_eq!(press(Key::ArrowLeft), Ok(Press::Nothing));
        assert_eq!(press(Key::Char('\u{15}')), Ok(Press::Erased(5)));
        for _ in 0..2000 {
            press(Key::Char('y')).unwrap();
        }
        assert_eq!(press(Key::Enter), Ok(Press::Done));
        assert_eq!(typed.text(), "y".repeat(1000));
    }

    #[test]
    fn a_word_is_chosen_by_arrows_or_by_its_letters() {
        let words = ["production", "test", "development", "prepaid"].map(str::to_owned);
        let chosen = |keys: &[Key]| {
            let mut choosing = Choosing::default();
            let ended = keys.iter().map(|key| choosing.press(key, &words).unwrap()).collect::<Vec<_>>();
            assert!(ended.iter().rev().skip(1).all(|ended| !ended));
            (words[choosing.place].clone(), ended.last().copied().unwrap_or_default())
        };
        let letters = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
        assert_eq!(chosen(&[Key::Enter]), ("production".to_owned(), true));
        assert_eq!(chosen(&[Key::ArrowDown, Key::Enter]).0, "test");
        assert_eq!(chosen(&[Key::ArrowUp]), ("prepaid".to_owned(), false));
        assert_eq!(chosen(&letters("development")).0, "development");
        assert_eq!(chosen(&letters("pre")).0, "prepaid");
        assert_eq!(chosen(&letters("Pxt")).0, "test");
        assert!(Choosing::default().press(&Key::CtrlC, &words).is_err());
        assert!(Choosing::default().press(&Key::Char('\u{4}'), &words).is_err());
    }
}
