//! `invoice`: requests, numbers and red letters of tax invoices (fapiao).

mod credit;
mod export;
mod issue;
mod list;
mod plan;
mod request;
mod show;
mod void;

use clap::Subcommand;

use super::context::{Context, Ended};

/// Tax invoices (fapiao): what to request, their numbers, red letters
#[derive(Debug, Subcommand)]
pub(crate) enum InvoiceCommand {
    Plan(plan::PlanArgs),
    Request(request::RequestArgs),
    Issue(issue::IssueArgs),
    Void(void::VoidArgs),
    Credit(credit::CreditArgs),
    Show(show::ShowArgs),
    List(list::ListArgs),
    Export(export::ExportArgs),
}

impl InvoiceCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::Plan(args) => args.run(context),
            Self::Request(args) => args.run(context),
            Self::Issue(args) => args.run(context),
            Self::Void(args) => args.run(context),
            Self::Credit(args) => args.run(context),
            Self::Show(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::Export(args) => args.run(context),
        }
    }
}
