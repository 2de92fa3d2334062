//! `entity add`: adds a legal person.

use clap::Args;

use crate::book::entity::AddEntity;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::{Code, Name};
use crate::view;

/// Add a legal person
///
/// The credential is checked by both of its check characters. On a terminal, what is missing is
/// asked for.
///
/// Examples:
///   subledger entity add acme-hq --name "Acme Holdings" --credential 91330106MA01A2B329
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AddArgs {
    /// A short code to type
    code: Code,

    /// Its registered name
    #[arg(long)]
    name: Option<Name>,

    /// Its unified social credit code (or an older tax id)
    #[arg(long, value_name = "CODE")]
    credential: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AddArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let ask = &context.prompter;
        let name = ask.required(self.name, "--name", "Registered name")?;
        let credential = ask.required(self.credential, "--credential", "Unified social credit code")?;
        let done = context.write(&context.call(&self.write), AddEntity { code: self.code, name, credential })?;
        context.answer_done(&done, view::entity::entity("entity-add", &done.outcome.entity), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
