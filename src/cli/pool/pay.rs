//! `pool pay`: records that the agent paid what the provider had billed.

use clap::{Args, ValueEnum};

use crate::book::pool::{PayProvider, Purse};
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::{Currency, Exact};
use crate::view;

/// Record that the agent paid what the provider had billed
///
/// Up to what accepted bills left to be paid; a month's bill is accepted when the month closes.
///
/// Examples:
///   subledger pool pay 52033.62 --date 2026-07-05
///   subledger pool pay 52033.62 --from bank --reference "ICBC 20260705-02"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct PayArgs {
    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    /// Its currency [default: the book's currency]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    /// Where it came from
    #[arg(long, value_name = "PURSE", default_value = "pool")]
    from: PurseArg,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl PayArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let from = match self.from {
            PurseArg::Pool => Purse::Pool,
            PurseArg::Bank => Purse::Bank,
        };
        let pay = PayProvider { amount: self.amount, currency: self.currency, from, slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), pay)?;
        context.answer_done(&done, view::pool::moved("pool-pay", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}

/// Where the provider is paid from.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum PurseArg {
    /// The agent's prepaid money at the provider
    Pool,
    /// The agent's cash
    Bank,
}
