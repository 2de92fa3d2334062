//! `settlement dun`: reminds customers of what is overdue.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::book::Status;
use crate::book::dunning::{Dun, Dunned};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::files::{make_folder, write_whole};
use crate::domain::dunning::DunningLevel;
use crate::view::dunning::{file_name, list, mail, text};
use crate::view::language::Language;
use crate::view::mail::Sender;

/// Remind customers of what is overdue, more firmly each time
///
/// A debt, which is a month of an account, reaches the first, second and third level when it has
/// been overdue for as many days as the policy `dunning-days` says. A group gets one letter with
/// everything of it that is overdue, as firm as the firmest of what is new in it; nothing new,
/// no letter. With --out the letters are written and each debt's level is recorded: nobody is
/// reminded of a debt at one level twice. On the same day, the same letters are written again.
///
/// Without --out it only shows who would be reminded of what.
///
/// Letters are plain text; with --from they are mails (.eml) to those who hold the accounts,
/// to be looked at and sent by a mail program.
///
/// Examples:
///   subledger settlement dun
///   subledger settlement dun --out letters --lang zh
///   subledger settlement dun --group acme --out letters --from finance@lingdu.example
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DunArgs {
    /// Only this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// Only letters of this level: 1, 2 or 3
    #[arg(long, value_name = "LEVEL")]
    level: Option<DunningLevel>,

    /// The language of the letters: en or zh
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::English)]
    lang: Language,

    /// The folder that the letters are written into; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write mails from this address
    #[arg(long, value_name = "ADDRESS", requires = "out")]
    from: Option<Sender>,

    #[command(flatten)]
    write: WriteArgs,
}

impl DunArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let mut call = context.call(&self.write);
        call.preview |= self.out.is_none();
        let done = context.write(&call, Dun { group: self.group.clone(), level: self.level })?;
        let files = self.out.as_deref().map_or_else(Vec::new, |out| self.paths(&done.outcome, out));
        if done.status != Status::Preview {
            self.write_letters(&done.outcome, &files)?;
        }
        let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        context.answer_done(&done, list(&done.outcome, &files), &[])?;
        Ok(Exit::Done)
    }

    /// The files of the letters, in their order.
    fn paths(&self, outcome: &Dunned, out: &Path) -> Vec<PathBuf> {
        let extension = if self.from.is_some() { "eml" } else { "txt" };
        outcome.letters.iter().map(|letter| out.join(format!("{}.{extension}", file_name(outcome, letter)))).collect()
    }

    /// Writes the letters, each into its file.
    fn write_letters(&self, outcome: &Dunned, files: &[PathBuf]) -> Result<(), Failure> {
        if let Some(folder) = files.first().and_then(|file| file.parent()) {
            make_folder(folder).map_err(Failure::Output)?;
        }
        for (letter, file) in outcome.letters.iter().zip(files) {
            let content = match &self.from {
                Some(from) => mail(outcome, letter, from, self.lang),
                None => text(outcome, letter, self.lang),
            };
            write_whole(file, |writer| Ok(writer.write_all(content.as_bytes())?)).map_err(Failure::Output)?;
        }
        Ok(())
    }
}
