//! `settlement`: what agent-pays accounts owe, and what pays it.

mod ageing;
mod apply;
mod charge_back;
mod dun;
mod list;
mod receive;
mod write_off;

use clap::{Args, Subcommand};

use super::context::{Context, Ended};
use crate::book::settlement::Pays;
use crate::domain::period::Month;

/// What agent-pays accounts owe: paid, taken back, given up, how old it is, and who is reminded
#[derive(Debug, Subcommand)]
pub(crate) enum SettlementCommand {
    List(list::ListArgs),
    Receive(receive::ReceiveArgs),
    Apply(apply::ApplyArgs),
    ChargeBack(charge_back::ChargeBackArgs),
    WriteOff(write_off::WriteOffArgs),
    Ageing(ageing::AgeingArgs),
    Dun(dun::DunArgs),
}

impl SettlementCommand {
    pub(crate) fn run(self, context: &Context) -> Ended {
        match self {
            Self::List(args) => args.run(context),
            Self::Receive(args) => args.run(context),
            Self::Apply(args) => args.run(context),
            Self::ChargeBack(args) => args.run(context),
            Self::WriteOff(args) => args.run(context),
            Self::Ageing(args) => args.run(context),
            Self::Dun(args) => args.run(context),
        }
    }
}

/// What commands take that pay what a group owes.
#[derive(Args, Clone, Debug, Default)]
struct PaysArgs {
    /// Only what this account owes, by its code or UID; may be given several times
    #[arg(long, value_name = "ACCOUNT")]
    account: Vec<String>,

    /// Only what this month is owed for; may be given several times
    #[arg(long, value_name = "YYYY-MM")]
    period: Vec<Month>,
}

impl From<PaysArgs> for Pays {
    fn from(args: PaysArgs) -> Self {
        Self { accounts: args.account, periods: args.period }
    }
}
