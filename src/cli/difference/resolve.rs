//! `difference resolve`: decides on differences.

use clap::{Args, ValueEnum};

use crate::book::difference::{Resolve, ResolveAs};
use crate::cli::args::WriteArgs;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::prompt::Missing;
use crate::domain::code::Name;
use crate::domain::difference::BorneBy;
use crate::view;

/// Decide on differences
///
/// - recorded: the order is recorded from the bill, charged at the account's price, its cost by
///   the purchase terms; what then still differs stays a difference. Money back needs --refunds.
///   A late charge for a closed month has the price of then.
/// - accepted: the bill is right. The cost becomes what was billed; --borne-by customer charges
///   the customer with it (or pays back what is less), --borne-by agent does not. Of a refund that
///   the provider does not give, the customer's is taken back, or left to them. With --note.
/// - cancelled: the provider never billed it and will not; charge and cost are taken back.
/// - written-off: a loss, up to the month's limit (`policy set write-off-limit`). With --note.
/// - disputed: asked back from the provider; at the close it goes into `disputed`. What comes back
///   under its order number settles it, wholly or in part; under another one it is said with
///   `difference match`. With --note.
/// - moved: the charge goes to the account that was billed, at its own price.
///
/// A decision is undone by another one: `difference reopen`, or a refund of what was recorded.
///
/// Examples:
///   subledger difference resolve 47d839966415 --as recorded
///   subledger difference resolve 47d8 --as accepted --borne-by agent --note "price list of June"
///   subledger difference resolve 93e6 --as disputed --note "ticket 4711"
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ResolveArgs {
    /// Their ids, as `subledger difference list` shows them, or enough of their beginnings
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

    /// How
    #[arg(long = "as", value_enum, value_name = "HOW")]
    how: How,

    /// Who bears what was accepted: agent or customer
    #[arg(long, value_name = "WHO", required_if_eq("how", "accepted"))]
    borne_by: Option<BorneBy>,

    /// The order that money back is for, by o-17 or the provider's number
    #[arg(long, value_name = "ORDER")]
    refunds: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    note: Option<Name>,

    #[command(flatten)]
    write: WriteArgs,
}

/// How a difference is resolved, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum How {
    Recorded,
    Accepted,
    Cancelled,
    WrittenOff,
    Disputed,
    Moved,
}

impl ResolveArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let call = context.call(&self.write);
        if self.borne_by.is_some() && self.how != How::Accepted {
            return Err(Failure::Pointless { flag: "--borne-by", without: "--as accepted" });
        }
        if self.refunds.is_some() && self.how != How::Recorded {
            return Err(Failure::Pointless { flag: "--refunds", without: "--as recorded" });
        }
        let how = match (self.how, self.borne_by) {
            (How::Recorded, _) => ResolveAs::Recorded { refunds: self.refunds },
            (How::Accepted, Some(borne_by)) => ResolveAs::Accepted { borne_by },
            (How::Accepted, None) => return Err(Failure::Missing(Missing { flag: "--borne-by".to_owned() })),
            (How::Cancelled, _) => ResolveAs::Cancelled,
            (How::WrittenOff, _) => ResolveAs::WrittenOff,
            (How::Disputed, _) => ResolveAs::Disputed,
            (How::Moved, _) => ResolveAs::Moved,
        };
        let done = context.write(&call, Resolve { ids: self.ids, how, note: self.note.map(|note| note.to_string()) })?;
        context.answer_done(&done, view::difference::said("difference-resolve", &done.outcome)?, &[])?;
        Ok(Exit::Done)
    }
}
