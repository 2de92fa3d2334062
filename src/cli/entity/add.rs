//! `entity add`: adds a legal person.

use clap::{ArgGroup, Args};

use crate::book::entity::{AddEntity, TypedIdentity, require_free_credential, require_id_number, require_new};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::code::{Code, Name};
use crate::view;

/// Add a legal person: an enterprise, a natural person, or a company of another country
///
/// An enterprise is known by its unified social credit code, which is checked by both of its
/// check characters; a company of another country by its registration there. Of the identity
/// number of a natural person the book keeps the last four characters and a salted hash, so that
/// the same person is not added twice. Type --id-number without the number to be asked for it:
/// then it does not stay in the history of the shell. On a terminal, what is missing is asked for.
///
/// Examples:
///   subledger entity add bolt-hq --name "Bolt Robotics" --credential 91310000MA1FL0007C
///   subledger entity add zhang --name "Zhang San" --id-number
///   subledger entity add sing --name "Sing Pte. Ltd." --registration 201912345D --country SG
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = ArgGroup::new("identity").args(["credential", "id_number", "registration"]))]
pub(crate) struct AddArgs {
    /// A short code to type
    code: Option<Code>,

    /// Its registered name: the real name
    #[arg(long)]
    name: Option<Name>,

    /// Its unified social credit code (or an older tax id)
    #[arg(long, value_name = "CODE")]
    credential: Option<String>,

    /// The identity number of a natural person; asked for if it is left out
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, default_missing_value = "")]
    id_number: Option<String>,

    /// The number under which a company of another country is registered
    #[arg(long, value_name = "NUMBER", requires = "country")]
    registration: Option<String>,

    /// The country of the registration: two letters
    #[arg(long, value_name = "CC", requires = "registration")]
    country: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

impl AddArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let ask = &context.prompter;
        let check = |code: &Code| context.read(|reader| require_new(reader, code));
        let code = ask.checked(self.code.clone(), "<CODE>", "Code of the entity, such as acme-hq", check)?;
        let name = ask.required(self.name.clone(), "--name", "Registered name")?;
        let identity = self.identity(context)?;
        let done = context.write(&context.call(&self.write), AddEntity { code, name, identity })?;
        context.answer_done(&done, view::entity::entity("entity-add", &done.outcome.entity), &done.outcome.notices)?;
        Ok(Exit::Done)
    }

    fn identity(&self, context: &Context) -> Result<TypedIdentity, Failure> {
        if let (Some(number), Some(country)) = (&self.registration, &self.country) {
            return Ok(TypedIdentity::Registration { number: number.clone(), country: country.clone() });
        }
        if let Some(number) = &self.id_number {
            let given = Some(number.clone()).filter(|number| !number.is_empty());
            let check = |number: &String| Ok(require_id_number(number, context.session().today())?);
            return Ok(TypedIdentity::IdNumber(context.prompter.checked(given, "--id-number", "Identity number", check)?));
        }
        let check = |credential: &String| context.read(|reader| require_free_credential(reader, credential));
        let given = self.credential.clone();
        let credential = context.prompter.checked(given, "--credential", "Unified social credit code", check)?;
        Ok(TypedIdentity::Credential(credential))
    }
}
