//! `compliance check`: holds every rule against the book.

use clap::Args;

use crate::book::compliance::{Judged, check};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::compliance::Rule;
use crate::view;
use crate::view::compliance::Passes;

/// Hold every compliance rule against the book; exit 3 if one is broken and nobody answers for it
///
/// real-name-owner   the real-name owner is the business that uses the account: it fails for the
///                   agent itself and for people who are called like an operator of the book, and
///                   warns of one owner in several groups
/// chain-depth       no more levels stand above the agent than the policy chain-depth allows
/// authorisation     every level above the agent has a certificate that is valid, and is not
///                   frozen; it warns as many days before as the policy authorisation-days says
/// holder-left       nobody who has left still holds an account: its hand-over is closed
/// verified-in-time  an account has its verified name within the policy verify-days
/// invoice-title     invoices bear the real name
/// environment       production has an account of its own: it warns where nothing else has one
///
/// What has left (released, revoked, declined, expired) is not looked at.
///
/// Examples:
///   subledger compliance check
///   subledger compliance check --rule authorisation --all
///   subledger compliance check --output compliance.html
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct CheckArgs {
    /// One rule only
    #[arg(long)]
    rule: Option<Rule>,

    /// List also what is in order
    #[arg(long)]
    all: bool,
}

impl CheckArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let today = context.session().today();
        let judged = context.read(|reader| check(reader, self.rule, today))?;
        let passes = if self.all { Passes::Listed } else { Passes::Counted };
        context.answer(&view::compliance::check(&judged, self.rule, passes))?;
        Ok(if judged.iter().any(Judged::is_open) { Exit::LeftForAPerson } else { Exit::Done })
    }
}
