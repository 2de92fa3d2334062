//! `account preflight`: whether an existing account may be associated.

use clap::Args;

use crate::book::association::check;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::account::Attestation;
use crate::view;

/// Check every condition under which an existing account may be associated; exit 3 if one is left
///
/// uid-unused       no account of the book has the UID
/// real-name        its real-name owner is in the book, and is not the agent
/// no-other-agent   it belongs to no other agent                       --attest
/// no-arrears       it owes the provider nothing                       --attest
/// no-open-orders   it has no unfinished orders                        --attest
/// no-trusteeship   it stands under no enterprise-finance trusteeship  --attest
///
/// What the book cannot see needs evidence: look at the provider's console, and vouch for it.
/// Nothing is written; `account associate` keeps what was vouched for, with your name and the day.
///
/// Examples:
///   subledger account preflight 1000000000000009
///   subledger account preflight 1000000000000009 --entity acme-hq --attest no-arrears
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct PreflightArgs {
    /// The account's number at the provider: 16 digits
    uid: String,

    /// The entity whose real name it has
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// Vouch for a condition
    #[arg(long, value_name = "CONDITION")]
    attest: Vec<Attestation>,
}

impl PreflightArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let preflight = context.read(|reader| check(reader, &self.uid, self.entity.as_deref(), &self.attest))?;
        context.answer(&view::association::preflight(&preflight))?;
        Ok(if preflight.is_ready() { Exit::Done } else { Exit::LeftForAPerson })
    }
}
