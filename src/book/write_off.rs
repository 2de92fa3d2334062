//! What may be written off: one limit a month for losses to the provider and to customers together.

use super::{Operation, Result};
use crate::domain::money::{Amount, Money};
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;

/// Refuses to write off more in a month than the policy allows, with what was written off in it so far: of differences, but for the
/// one that is decided on now, and of what customers owe.
pub(super) fn require_within_limit(
    operation: &mut Operation<'_>,
    month: Month,
    amount: Money,
    but_for: Option<&str>,
) -> Result<()> {
    let currency = amount.currency;
    let limit = operation.policy()?.write_off_limit.round(currency)?;
    let mut so_far: Amount = operation.reader().receivables_written_off(month, currency)?;
    for other in operation.reader().written_off(currency)? {
        if Some(other.id.as_str()) != but_for && other.month_of_loss() == Some(month) {
            so_far = so_far.plus(other.difference()?.round(currency)?)?;
        }
    }
    if so_far.plus(amount.amount)? > limit {
        let (so_far, limit) = (Money::new(so_far, currency), Money::new(limit, currency));
        return Err(Refusal::WriteOffLimit { amount, so_far, limit }.into());
    }
    Ok(())
}
