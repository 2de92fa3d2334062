//! `group add`: adds a group.

use clap::Args;

use crate::book::group::{AddGroup, require_new};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::{Code, Name};
use crate::domain::money::Currency;
use crate::view;

/// Add a group
///
/// On a terminal, what is missing is asked for.
///
/// Examples:
///   subledger group add acme --name "Acme Group"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct AddArgs {
    /// A short code to type
    code: Option<Code>,

    /// Its name
    #[arg(long)]
    name: Option<Name>,

    /// What its money is counted in [default: the book's currency]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AddArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let ask = &context.prompter;
        let check = |code: &Code| context.read(|reader| require_new(reader, code));
        let code = ask.checked(self.code, "<CODE>", "Code of the group, such as acme", check)?;
        let name = ask.required(self.name, "--name", "Name of the group")?;
        let done = context.write(&context.call(&self.write), AddGroup { code, name, currency: self.currency })?;
        context.answer_done(&done, view::entity::group_added(&done.outcome), &[])?;
        Ok(Exit::Done)
    }
}
