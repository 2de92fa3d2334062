//! `pool top-up`: records money that the agent paid into its pool at the provider.

use clap::Args;

use crate::book::pool::TopUp;
use crate::cli::args::{SlipArgs, WriteArgs, amount};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::money::{Currency, Exact};
use crate::view;

/// Record money that the agent paid into its pool at the provider
///
/// A pool in another currency than the bank's is paid with --paid and --paid-currency: each
/// currency balances on its own.
///
/// Examples:
///   subledger pool top-up 100000 --reference "ICBC 20260601-12"
///   subledger pool top-up 14000 --currency USD --paid 100000 --paid-currency CNY
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct TopUpArgs {
    /// How much, in major units
    #[arg(value_parser = amount, allow_negative_numbers = true)]
    amount: Exact,

    /// Its currency [default: the book's currency]
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,

    /// What the bank paid for it, where that is in another currency
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true, requires = "paid_currency")]
    paid: Option<Exact>,

    /// The currency that the bank paid in
    #[arg(long, value_name = "CODE", requires = "paid")]
    paid_currency: Option<Currency>,

    #[command(flatten)]
    slip: SlipArgs,

    #[command(flatten)]
    write: WriteArgs,
}

impl TopUpArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let paid = self.paid.zip(self.paid_currency);
        let top_up = TopUp { amount: self.amount, currency: self.currency, paid, slip: self.slip.into() };
        let done = context.write(&context.call(&self.write), top_up)?;
        context.answer_done(&done, view::pool::moved("pool-top-up", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
