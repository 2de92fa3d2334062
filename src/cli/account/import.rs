//! `account import`: brings many accounts into the book at once.

use clap::Args;

use crate::book::Status;
use crate::book::account_import::{Extent, ImportAccounts};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::sentence;
use crate::cli::input::Input;
use crate::domain::refusal::Notice;
use crate::intake;
use crate::view::account_import::{imported, template};

/// Create or associate many accounts from a CSV file: all of them, or none
///
/// One line is one account. Columns, in any order: code, group, entity, environment, mode;
/// optional: uid, attest, model, credit, since, mobile, email, login, holder, shutdown, purchases,
/// upstream.
/// They say what the options of `account create` and `account associate` say, and what is empty
/// is as it is there. An account with a uid is associated: attest has the conditions that you
/// vouch for, with blanks or semicolons between. One without is created: its holder is invited,
/// by mobile or email.
///
/// Every line that cannot be read or is refused is named, and then nothing is written. With
/// --partial the good lines are imported, the bad ones are named, and the exit is 3.
///
/// The answer has every line, and tells the token of each invitation, or its link (policy
/// `invitation-link`), once: keep it with --output. The file may be UTF-8 or GB18030; a UID that
/// Excel has turned into 1.06E+15 is refused. --template prints a list to fill in.
///
/// Examples:
///   subledger account import --template --output accounts.csv
///   subledger account import accounts.csv --dry-run
///   subledger account import accounts.csv --output imported.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ImportArgs {
    /// The file, or - for standard input; also compressed, or a workbook with one sheet
    #[arg(required_unless_present = "template")]
    file: Option<String>,

    /// Import the good lines, and name the bad ones
    #[arg(long)]
    partial: bool,

    /// Print a list to fill in, with three examples; needs no book
    #[arg(long, conflicts_with_all = ["file", "partial", "dry_run", "key"])]
    template: bool,

    #[command(flatten)]
    write: WriteArgs,
}

impl ImportArgs {
    /// A list to fill in is a CSV file: whatever else an answer can be, it could not be read back.
    pub(crate) fn text_form(&self) -> Option<&'static str> {
        self.template.then_some(".csv")
    }

    pub(crate) fn run(self, context: &Context) -> Ended {
        let Some(file) = self.file else {
            context.answer_as_list(&template(&intake::account_list::COLUMNS))?;
            return Ok(Exit::Done);
        };
        context.require::<ImportAccounts<'_>>()?;
        let input = Input::open(&file)?;
        let call = context.call_with_files(&self.write, "file", std::slice::from_ref(&input));
        let part = intake::container::Parts::only(input.slice(), &file)?;
        let list = intake::account_list::read(part.text, &part.name)?;
        let is_transcoded = part.encoding.get() == Some(intake::encoding::Encoding::Gb18030);
        let notices = is_transcoded.then_some(Notice::ReadAsGb18030 { file: part.name }).into_iter().collect();
        let progress = context.ui.progress("importing accounts");
        let extent = if self.partial { Extent::GoodLines } else { Extent::Whole };
        let import = ImportAccounts { file, list, notices, extent, words: &sentence, watch: &progress };
        let mut done = context.write(&call, import)?;
        drop(progress);
        if done.status != Status::Applied {
            done.outcome = done.outcome.without_tokens();
        }
        let base = context.read(|reader| Ok(reader.policy()?.invitation_link))?;
        context.answer_done(&done, imported(&done.outcome, base.as_ref()), &done.outcome.notices)?;
        context.next(&done, "when a holder has accepted, `subledger account accept CODE --uid UID`; when an owner has consented, `account confirm CODE`");
        Ok(if done.outcome.refused > 0 { Exit::LeftForAPerson } else { Exit::Done })
    }
}
