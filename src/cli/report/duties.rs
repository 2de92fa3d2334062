//! `report duties`: who holds both sides of anything.

use clap::Args;

use crate::book::duties::duties;
use crate::cli::args::{AsOfArgs, days};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::view;

/// Report who holds, or has used, both sides of what two people should do, and roles not used
///
/// rights-and-money     who says what everybody may do also moves money
/// limit-and-money      who sets the limit of what goes through alone also moves it
/// customers-and-money  who opens accounts also gives them money and credit
/// orders-and-money     who records orders also receives what is paid for them
/// orders-and-closing   who records orders also proves the bill against them
///
/// Held is by what was granted: now, before, or never at the same time. Used is by the audit log:
/// how often the one side and the other, and for which accounts both; what somebody asked for
/// counts as theirs, whoever approved it. Below are the roles that everybody has: those that came
/// to others, and those that nothing was done with lately.
///
/// Examples:
///   subledger report duties
///   subledger report duties --as-of 2026-06-30 --format csv --output duties.csv
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct DutiesArgs {
    /// In how many days a role should be used
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = days(1))]
    days: u32,

    #[command(flatten)]
    as_of: AsOfArgs,
}

impl DutiesArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let day = self.as_of.when(context).day();
        let duties = context.read(|reader| duties(reader, day, u64::from(self.days)))?;
        context.answer(&view::duties::report(&duties))?;
        Ok(Exit::Done)
    }
}
