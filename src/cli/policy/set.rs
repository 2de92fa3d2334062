//! `policy set`: sets a policy.

use clap::Args;

use crate::book::policy::SetPolicy;
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::policy::PolicyName;
use crate::view;

/// Set a policy
///
/// It holds for every command from now on; what was recorded stays as it is. `subledger policy
/// list` shows all of them, what they are for, and what they usually are.
///
/// Examples:
///   subledger policy set pool-check refuse
///   subledger policy set low-balance 30,15,5
///   subledger policy set payment-days 45
///   subledger policy set approval-limit "50000 CNY, 8000 USD, fund 20000 CNY"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SetArgs {
    /// Which, as `subledger policy list` names them
    name: PolicyName,

    /// Its value
    #[arg(allow_negative_numbers = true)]
    value: String,

    #[command(flatten)]
    write: WriteArgs,
}

impl SetArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let done = context.write(&context.call(&self.write), SetPolicy { name: self.name, value: self.value })?;
        context.answer_done(&done, view::policy::set(&done.outcome), &done.outcome.notices)?;
        Ok(Exit::Done)
    }
}
