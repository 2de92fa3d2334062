//! `init`: makes a book.

use clap::Args;

use super::args::WriteArgs;
use super::context::{Context, Ended};
use super::exit::Exit;
use super::failure::Failure;
use crate::book::Book;
use crate::book::agent::Init;
use crate::book::entity::require_credential;
use crate::domain::code::Name;
use crate::domain::money::Currency;
use crate::view;

/// Make a book
///
/// The book is one SQLite file that only its owner can read. Whoever makes it becomes its first
/// operator, with every role. On a terminal, what is missing is asked for.
///
/// Examples:
///   subledger init --agent "Lingdu Cloud" --credential 91330106MA05J1K21K --provider alibaba \
///     --currency CNY
///   subledger --book ~/books/2026.db init
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct InitArgs {
    /// The agent's registered name
    #[arg(long, value_name = "NAME")]
    agent: Option<Name>,

    /// Its unified social credit code (or an older tax id)
    #[arg(long, value_name = "CODE")]
    credential: Option<String>,

    /// The provider that it resells
    #[arg(long, value_name = "NAME")]
    provider: Option<Name>,

    /// The currency of groups and bills, unless they say otherwise
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    /// The agent's own account at the provider
    #[arg(long)]
    uid: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

impl InitArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let ask = &context.prompter;
        let credential = |text: &String| Ok(require_credential(text)?);
        let init = Init {
            name: ask.required(self.agent, "--agent", "The agent's registered name")?,
            credential: ask.checked(self.credential, "--credential", "Its unified social credit code", credential)?,
            provider: ask.required(self.provider, "--provider", "The provider that it resells")?.to_string(),
            currency: ask.required(self.currency, "--currency", "Currency, such as CNY")?,
            uid: self.uid,
        };
        let place = context.book_place()?;
        if !self.write.dry_run
            && place.because == "the default"
            && let Some(folder) = place.path.parent()
        {
            std::fs::create_dir_all(folder).map_err(|source| Failure::Input { file: folder.display().to_string(), source })?;
        }
        let call = context.call(&self.write);
        let done = Book::create(&place.path, &context.session(), &call, init)?;
        let document = view::agent::initialised(&done.outcome, &place.path.display().to_string());
        context.answer_done(&done, document, &done.outcome.notices)?;
        context.next(&done, "`subledger entity add`, `group add`, then `account create` or `account associate`");
        Ok(Exit::Done)
    }
}
