//! `account edit`: puts right what is known of an account.

use clap::Args;

use crate::book::account::EditAccount;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Put right what is known of an account
///
/// The provider's older bills name an account by its login name, not by its UID: with it, their
/// lines find their account.
///
/// Examples:
///   subledger account edit acme-prod --login acme-prod@example.com
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct EditArgs {
    /// The account's code or UID
    account: String,

    /// Its login name at the provider
    #[arg(long, value_name = "NAME")]
    login: Name,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), EditAccount { account: self.account, login: self.login })?;
        context.answer_done(&done, view::account::step("account-edit", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
