//! `entity edit`: edits the real name and the invoice title of a legal person.

use clap::Args;

use crate::book::entity::EditEntity;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::code::Name;
use crate::view;

/// Edit the real name and the invoice title of a legal person
///
/// A new real name holds from today; the former one stays on record, and on the statements of
/// the months that ended under it. Without a title of its own, its invoices are made out to its
/// real name and credential. A new title holds from today; invoices that were requested keep theirs.
///
/// Examples:
///   subledger entity edit acme-hq --name "Acme Cloud Holdings"
///   subledger entity edit acme-hq --address "1 West Lake" --phone 0571-88880000
///   subledger entity edit acme-hq --bank "Bank of Hangzhou" --bank-account 1202020000000000001
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("what").required(true).multiple(true)
    .args(["name", "invoice_title", "tax_id", "address", "phone", "bank", "bank_account"]))]
pub(crate) struct EditArgs {
    /// Its code
    code: String,

    /// Its registered name, from today
    #[arg(long)]
    name: Option<Name>,

    /// The name on invoices
    #[arg(long, value_name = "NAME")]
    invoice_title: Option<Name>,

    /// The taxpayer's id
    #[arg(long, value_name = "ID")]
    tax_id: Option<String>,

    /// The registered address
    #[arg(long, value_name = "TEXT")]
    address: Option<Name>,

    /// The registered phone number
    #[arg(long, value_name = "NUMBER")]
    phone: Option<Name>,

    /// The bank
    #[arg(long, value_name = "NAME")]
    bank: Option<Name>,

    /// The number of the account there
    #[arg(long, value_name = "NUMBER")]
    bank_account: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

impl EditArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        let Self { code: entity, name, invoice_title, tax_id, address, phone, bank, bank_account, .. } = self;
        let done = context.write(&call, EditEntity { entity, name, invoice_title, tax_id, address, phone, bank, bank_account })?;
        context.answer_done(&done, view::entity::entity_title("entity-edit", &done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
