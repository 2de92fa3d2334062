//! `account preflight`: whether an existing account may be associated, or one of the book released.

use clap::Args;

use crate::book::account::release_preflight;
use crate::book::association::check;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::account::Attestation;
use crate::view;

/// Check every condition of an association, or of a release; exit 3 if one is left
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
/// With --release, whether an account of the book may be let go: state, no-arrears, nothing-owed,
/// nothing-unspent, no-pending-usage, no-open-orders; what is left has the command that settles it.
///
/// Examples:
///   subledger account preflight 1000000000000009
///   subledger account preflight 1000000000000009 --entity acme-hq --attest no-arrears
///   subledger account preflight acme-prod --release
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct PreflightArgs {
    /// The account's number at the provider: 16 digits; with --release also its code
    #[arg(value_name = "UID")]
    account: String,

    /// Of an account of the book: whether it may be released
    #[arg(long, conflicts_with_all = ["entity", "attest"])]
    release: bool,

    /// The entity whose real name it has
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// Vouch for a condition
    #[arg(long, value_name = "CONDITION")]
    attest: Vec<Attestation>,
}

impl PreflightArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let left = |is_ready| if is_ready { Exit::Done } else { Exit::LeftForAPerson };
        if self.release {
            let today = context.session().today();
            let preflight = context.read(|reader| release_preflight(reader, &self.account, today))?;
            context.answer(&view::release::preflight(&preflight))?;
            return Ok(left(preflight.blockers.is_empty()));
        }
        let preflight = context.read(|reader| check(reader, &self.account, self.entity.as_deref(), &self.attest))?;
        context.answer(&view::association::preflight(&preflight))?;
        Ok(left(preflight.is_ready()))
    }
}
