//! `demo`: a small book to try things on, or a large one to measure with. All of it is synthetic.
//!
//! Everything goes through the tool's own commands and use cases; nothing is written to a book in another way.

mod bill;
mod large;
mod small;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;
use super::failure::Failure;
use super::settings::BOOK_FILE;
use super::ui::{self, Format};
use crate::book::Book;
use crate::store::Access;

/// Build a small book in a folder and walk through its month ends
///
/// A group with three subsidiaries and four accounts, two of them prepaid; orders, a tier that
/// is reached, a refund, usage. May closes. The bill for June has one difference of each kind,
/// and the month end says what blocks. The last lines say how to settle it.
///
/// With --accounts, --orders and --lines it makes a book and a bill of any size instead, for
/// measuring: the same numbers and seed give the same files.
///
/// Examples:
///   subledger demo
///   subledger demo ~/try --yes
///   subledger demo ~/large --accounts 1000 --orders 400000 --lines 1000000 --seed 7
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DemoArgs {
    /// The folder; an earlier demo in it is replaced
    #[arg(default_value = "subledger-demo", value_name = "DIR")]
    folder: PathBuf,

    #[command(flatten)]
    size: SizeArgs,
}

/// A book for measuring.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "A book for measuring")]
struct SizeArgs {
    /// How many accounts [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    accounts: Option<u64>,

    /// How many recorded orders [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=50_000_000))]
    orders: Option<u64>,

    /// How many lines the bill has [default: 2500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    lines: Option<u64>,

    /// Chooses the amounts and faults [default: 1]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// Says that a folder is a demo, and what its book's audit head was when the demo ended.
const MARK: &str = "this-is-a-subledger-demo.txt";

/// What stands there until the demo has ended: a demo that was broken off may be replaced without asking.
const UNFINISHED: &str = "Synthetic; may be deleted. The demo was broken off.\n";

impl DemoArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let demo = Demo { folder: self.folder, shown: context.ui.format() == Format::Table };
        demo.clear(context)?;
        let folder =
            demo.folder.canonicalize().map_err(|source| Failure::Input { file: demo.folder.display().to_string(), source })?;
        let demo = Demo { folder, ..demo };
        let SizeArgs { accounts, orders, lines, seed } = self.size;
        let is_large = accounts.is_some() || orders.is_some() || lines.is_some() || seed.is_some();
        let document = if is_large {
            let size = large::Size {
                accounts: accounts.unwrap_or(100),
                orders: orders.unwrap_or(1000),
                lines: lines.unwrap_or(2500),
                seed: seed.unwrap_or(1),
            };
            large::build(&demo, context, size)?
        } else {
            small::build(&demo)?
        };
        demo.mark(context)?;
        if !demo.shown {
            context.answer(&document)?;
        }
        Ok(Exit::Done)
    }
}

/// A demo in the making.
struct Demo {
    folder: PathBuf,
    /// Whether a person is shown each command and its answer.
    shown: bool,
}

impl Demo {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn book(&self) -> PathBuf {
        self.path(BOOK_FILE)
    }

    fn write(&self, name: &str, content: &str) -> Result<(), Failure> {
        let path = self.path(name);
        fs::write(&path, content).map_err(|source| Failure::Input { file: path.display().to_string(), source })
    }

    /// Replaces an earlier demo; asks first when somebody has worked in it, and refuses any other folder that holds something.
    fn clear(&self, context: &Context) -> Result<(), Failure> {
        let failed = |source| Failure::Input { file: self.folder.display().to_string(), source };
        let holds_something = match fs::read_dir(&self.folder) {
            Ok(mut entries) => entries.next().is_some(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
            Err(source) => return Err(failed(source)),
        };
        if holds_something {
            let Ok(mark) = fs::read_to_string(self.path(MARK)) else {
                return Err(Failure::FolderInUse { folder: self.folder.clone() });
            };
            let as_left = mark == UNFINISHED || self.head(context).is_ok_and(|head| mark.contains(&head));
            let untouched = as_left && self.holds_only_a_demo().map_err(failed)?;
            let question = format!("{} holds a demo that was worked in. Replace it?", self.folder.display());
            if !untouched && !context.prompter.confirm(&question)? {
                return Err(Failure::NotConfirmed);
            }
            fs::remove_dir_all(&self.folder).map_err(failed)?;
        }
        fs::create_dir_all(&self.folder).map_err(failed)?;
        self.write(MARK, UNFINISHED)
    }

    /// Whether everything in the folder was made by a demo.
    fn holds_only_a_demo(&self) -> std::io::Result<bool> {
        const MADE: [&str; 7] = ["book.db", "bill", "orders", "sale.toml", "purchase.toml", "out", "answer.txt"];
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            if name != MARK && !MADE.iter().any(|made| name.starts_with(made)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn mark(&self, context: &Context) -> Result<(), Failure> {
        let head = self.head(context)?;
        self.write(MARK, &format!("Synthetic; may be deleted. The book's audit head when the demo ended:\n{head}\n"))
    }

    fn head(&self, context: &Context) -> Result<String, Failure> {
        let mut book = Book::open(&self.book(), Access::Read, context.session())?;
        Ok(book.read(|reader| Ok(crate::domain::chain::hex(&reader.audit_head()?.1)))?)
    }

    /// Says something between the commands.
    fn say(&self, text: &str) -> Result<(), Failure> {
        if self.shown {
            ui::raw(|writer| writeln!(writer, "\n{text}"))?;
        }
        Ok(())
    }

    /// Runs a command and shows its line, not its answer.
    fn prepare(&self, line: &str) -> Result<(), Failure> {
        let answer = self.path("answer.txt");
        let ended = self.run(line, Some(&answer))?;
        // The answer of the last command is of no use in the folder.
        drop(fs::remove_file(&answer));
        if ended == Exit::Done { Ok(()) } else { Err(Failure::DemoStep { line: line.to_owned() }) }
    }

    /// Runs a command and shows its line and its answer.
    fn show(&self, line: &str, expected: Exit) -> Result<(), Failure> {
        if self.shown {
            ui::raw(|writer| writeln!(writer))?;
        }
        let hidden = (!self.shown).then(|| self.path("answer.txt"));
        let ended = self.run(line, hidden.as_deref())?;
        if let Some(hidden) = hidden {
            drop(fs::remove_file(hidden));
        }
        if ended == expected { Ok(()) } else { Err(Failure::DemoStep { line: line.to_owned() }) }
    }

    fn run(&self, line: &str, answer: Option<&Path>) -> Result<Exit, Failure> {
        let words: Vec<String> = words(line).into_iter().map(|word| self.placed(word)).collect();
        if self.shown {
            let typed: Vec<String> = words.iter().map(|w| if w.contains(' ') { format!("\"{w}\"") } else { w.clone() }).collect();
            ui::raw(|writer| writeln!(writer, "$ subledger {}", typed.join(" ")))?;
        }
        let mut arguments: Vec<OsString> = vec!["subledger".into(), "--book".into(), self.book().into(), "--no-input".into()];
        arguments.extend(words.into_iter().map(OsString::from));
        if let Some(answer) = answer {
            arguments.extend(["--quiet".into(), "--output".into(), answer.into()]);
        }
        Ok(super::run_line(arguments))
    }
}

impl Demo {
    /// File names in a line are those of the demo's folder.
    fn placed(&self, word: String) -> String {
        let path = self.path(&word);
        let names_a_file = (word.contains('.') && path.exists()) || word.starts_with("out/");
        if names_a_file { path.display().to_string() } else { word }
    }
}

/// Splits a line at blanks, outside double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
