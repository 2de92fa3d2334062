//! A command at a real terminal, and a person who types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;

use crate::book::{TestBook, words};

/// Longer than any command takes to put its next question.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command whose standard streams are one terminal.
pub(crate) struct Terminal {
    child: Child,
    /// Where a person looks and types, until they go.
    person: Option<File>,
    /// All that has come back, and how much of what is seen of it the person has read.
    raw: Vec<u8>,
    read: usize,
}

impl Terminal {
    /// Starts a command at a terminal.
    pub(crate) fn open(book: &TestBook, line: &str) -> Self {
        let pair = openpty(None, None).unwrap();
        // Only the person has this end: when they go, the terminal is closed.
        fcntl(&pair.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).unwrap();
        let stream = |end: &OwnedFd| Stdio::from(end.try_clone().unwrap());
        let mut command = book.command(&words(line));
        command.stdin(stream(&pair.slave)).stdout(stream(&pair.slave)).stderr(stream(&pair.slave));
        let child = command.spawn().unwrap();
        Self { child, person: Some(File::from(pair.master)), raw: Vec::new(), read: 0 }
    }

    /// Takes what has come back, waiting for it a little.
    fn look(&mut self, wait: u16) {
        let Some(person) = &mut self.person else { return };
        let mut screen = [PollFd::new(person.as_fd(), PollFlags::POLLIN)];
        if poll(&mut screen, PollTimeout::from(wait)).unwrap() == 0 {
            return;
        }
        let mut bytes = [0; 4096];
        match person.read(&mut bytes) {
            Ok(count @ 1..) => self.raw.extend(&bytes[..count]),
            // The command holds its end of the terminal no longer.
            Ok(0) | Err(_) => self.person = None,
        }
    }

    fn give_up(&mut self, why: &str) -> ! {
        drop(self.child.kill());
        panic!("{why} behind what was read of\n{}\n----- read\n{}", self.seen(), &self.seen()[..self.read]);
    }

    /// Everything that has come back, byte by byte as it came.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// What a person sees of it.
    pub(crate) fn seen(&self) -> String {
        without_escapes(&self.raw())
    }

    /// Waits until a text stands behind what was read before.
    pub(crate) fn sees(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = self.seen();
            if let Some(at) = seen[self.read..].find(text) {
                self.read += at + text.len();
                return self;
            }
            if self.person.is_none() || Instant::now() > until {
                self.give_up(&format!("{text:?} does not appear"));
            }
            self.look(50);
        }
    }

    /// Types keys.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for some in keys.as_bytes().chunks(256) {
            self.person.as_mut().expect("the terminal is there").write_all(some).unwrap();
            self.look(0);
        }
        self
    }

    /// Waits for a question, types an answer and Enter.
    pub(crate) fn answers(&mut self, question: &str, answer: &str) -> &mut Self {
        self.sees(question).keys(&format!("{answer}\r"))
    }

    /// Closes the terminal.
    pub(crate) fn goes(&mut self) -> &mut Self {
        self.person = None;
        self
    }

    /// Waits for the end of the command.
    pub(crate) fn ends(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.person.is_some() {
                    self.look(50);
                }
                return status;
            }
            if Instant::now() > until {
                self.give_up("the command does not end");
            }
            if self.person.is_none() {
                std::thread::sleep(Duration::from_millis(10));
            }
            self.look(20);
        }
    }

    /// The exit of the command, and what was seen of it behind what was read before.
    pub(crate) fn exit(&mut self) -> (i32, String) {
        let status = self.ends();
        (status.code().unwrap_or_else(|| panic!("{status}: {}", self.seen())), self.seen()[self.read..].to_owned())
    }
}

/// The text without what moves the cursor, erases and colours.
fn without_escapes(text: &str) -> String {
    let mut seen = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                if characters.next() == Some('[') {
                    characters.find(char::is_ascii_alphabetic);
                }
            }
            '\r' => {}
            other => seen.push(other),
        }
    }
    seen
}
