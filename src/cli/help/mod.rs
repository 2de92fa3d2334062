//! `help`: the page of a command, or of a topic.

mod refusals;
mod topics;

use clap::{Args, CommandFactory as _};

use super::Cli;
use super::context::{Context, Ended};
use super::exit::{self, Exit};
use super::failure::Failure;
use super::ui::raw;

/// Show the page of a command, or of a topic
///
/// Topics:
///   refusals [BEGINNING]  the code of every refusal and failure, the exit code, and what it means
///   exit-codes            the exit codes, and the environment
///   rights, roles         who may do what, and how people are kept apart
///   approvals             what takes two people
///   audit                 what the log proves, and what it cannot
///
/// Examples:
///   subledger help refusals
///   subledger help refusals account
///   subledger help account create
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct HelpArgs {
    /// A topic, or the words of a command
    #[arg(value_name = "WORD")]
    words: Vec<String>,
}

impl HelpArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["refusals"] => context.answer(&refusals::page(""))?,
            ["refusals", beginning] => context.answer(&refusals::page(beginning))?,
            ["rights" | "roles"] => context.answer_text(&format!("{}\n", topics::RIGHTS))?,
            ["approvals"] => context.answer_text(&format!("{}\n", topics::APPROVALS))?,
            ["audit"] => context.answer_text(&format!("{}\n", topics::AUDIT))?,
            ["exit-codes"] => context.answer_text(&format!("{}\n", exit::HELP))?,
            words => show_command(words)?,
        }
        Ok(Exit::Done)
    }
}

/// The page of a command, as its `--help` shows it.
fn show_command(words: &[&str]) -> Result<(), Failure> {
    let mut tree = Cli::command();
    tree.build();
    let mut command = &mut tree;
    for word in words {
        let unknown = || Failure::UnknownTopic { topic: words.join(" ") };
        command = command.find_subcommand_mut(word).ok_or_else(unknown)?;
    }
    let page = command.render_long_help().to_string();
    Ok(raw(|writer| writer.write_all(page.as_bytes()))?)
}
