//! What blocks a close, in words.

use crate::domain::close::Blocker;
use crate::domain::period::Month;
use crate::domain::plural;

/// What blocks a close, and the command that helps.
pub(crate) fn blocker(blocker: &Blocker, period: Month) -> String {
    match blocker {
        Blocker::EarlierMonthOpen { month } => {
            format!("{month} is still open; close it first: `subledger month-end {month} --bill FILE --out DIR`")
        }
        Blocker::NothingHappened => format!("nothing happened in {period}; `subledger period list` shows the months"),
        Blocker::OtherCurrency { orders } => format!(
            "{} in another currency than the bill; a month's bill has one currency in this version",
            plural(*orders, "open order is", "open orders are")
        ),
        Blocker::NotOver => format!("{period} is not over"),
        Blocker::WithoutBill { accounts } => format!(
            "{} active in {period}, and it has no bill; if the provider made none, `subledger period close {period} --yes`, and `--without-bill` if it has not come",
            plural(*accounts, "account was", "accounts were")
        ),
        Blocker::NoBill => format!(
            "orders wait for a bill: `subledger bill import FILE --period {period} --final`; if it cannot be waited for, `subledger period close {period} --without-bill`"
        ),
        Blocker::BillNotFinal => {
            format!("the bill is an estimate: `subledger bill import FILE --period {period} --final` once the provider's is final")
        }
        Blocker::TotalDiffers { stated, sum, currency } => format!(
            "the provider states {} {currency}, and the lines add up to {} {currency}: `subledger bill show {period}`; import what is missing with --add, or the right --total",
            stated.display(*currency),
            sum.display(*currency)
        ),
        Blocker::RejectedLines { count } => format!(
            "{} left out of the bill: mend them and `subledger bill import FILE --period {period} --add --total AMOUNT`, with the provider's total as the proof",
            plural(*count, "bad line was", "bad lines were")
        ),
        Blocker::OpenDifferences { count, amount, currency } => format!(
            "{} open, {} {currency} in size: `subledger difference list --period {period}`",
            plural(*count, "difference is", "differences are"),
            amount.display(*currency),
        ),
        Blocker::PendingApprovals { requests } => {
            let requests: Vec<String> = requests.iter().map(ToString::to_string).collect();
            format!("what was asked for waits for a second person: {}; `subledger approval list`", requests.join(", "))
        }
        Blocker::NotReconciled => {
            format!("nobody has compared it with the book since it changed: `subledger reconcile run --period {period}`")
        }
        Blocker::Unexplained { amount, currency } => {
            let amount = amount.display(*currency);
            format!("{amount} {currency} is unexplained: `subledger reconcile show --period {period}`")
        }
    }
}
