//! `invoice plan`: what is to be invoiced.

use clap::Args;

use crate::book::invoice::plan;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::invoice::MergeBy;
use crate::domain::period::Month;
use crate::view;

/// Show what is to be invoiced through a closed month, and how that follows from its statements
///
/// What closed months have charged counts, or what of it is paid (`policy set invoice-basis
/// settled`), less what vouchers have paid and what is invoiced or requested already. What is
/// given back is set off against what else can be invoiced, of the same account first; only what
/// is left then takes a red letter, or a request that is withdrawn. Accounts on the agency model
/// are invoiced by the provider.
///
/// Examples:
///   subledger invoice plan --period 2026-06
///   subledger invoice plan --period 2026-06 --entity acme-hq --merge account
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct PlanArgs {
    /// Through which closed month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// Only for this legal person
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// One invoice for each legal person, or one for each account: entity or account
    #[arg(long, value_name = "BY", default_value_t = MergeBy::Entity)]
    merge: MergeBy,
}

impl PlanArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let planned = context.read(|reader| plan(reader, self.period, self.entity.as_deref(), self.merge))?;
        context.answer(&view::invoice::plan(&planned)?)?;
        Ok(Exit::Done)
    }
}
