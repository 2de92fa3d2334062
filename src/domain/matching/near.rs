//! What stands between an order and a bill line that do not share a number: the one judgement by which the matcher pairs them and
//! by which it is explained why they were not paired.

use serde::{Deserialize, Serialize};

use super::residue::{Billed, Recorded};
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::period::Month;

/// How many days after the order a bill line may be dated: the bill comes after the order.
pub const DAYS_AFTER: i64 = 5;

/// How many days before the order: clocks and late records.
pub const DAYS_BEFORE: i64 = 2;

/// Why an order and a bill line do not belong together by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "obstacle", rename_all = "kebab-case")]
pub enum Obstacle {
    /// Another account.
    OtherAccount {
        /// Its code.
        account: String,
    },
    /// A refund against a purchase.
    OtherKind,
    /// Another product, or several.
    OtherProduct,
    /// Another amount.
    Amount {
        /// Billed less expected, exact.
        by: Exact,
    },
    /// Too long before or after the order.
    Window {
        /// Days from the order to the line.
        days: i64,
    },
    /// It belongs to something else already.
    Used {
        /// The order number that it belongs to.
        by: String,
    },
    /// Several are equally good.
    Several {
        /// How many.
        candidates: u64,
    },
}

/// Everything that keeps an order and billed lines of one account apart; nothing, where they may belong together.
pub fn obstacles(order: &Recorded, billed: &Billed, period: Month, currency: Currency) -> Result<Vec<Obstacle>, Overflow> {
    let mut found = Vec::new();
    if order.is_refund != billed.payable.is_negative() {
        found.push(Obstacle::OtherKind);
    }
    if billed.product != Some(order.product) {
        found.push(Obstacle::OtherProduct);
    }
    let by = billed.payable.minus(Exact::from_amount(order.expected, currency))?;
    if !by.is_below_half_a_minor_unit(currency) {
        found.push(Obstacle::Amount { by });
    }
    match billed.day {
        Some(day) => {
            let days = (day - order.date).num_days();
            if !(-DAYS_BEFORE..=DAYS_AFTER).contains(&days) {
                found.push(Obstacle::Window { days });
            }
        }
        // A line without a day may be of any day of its month.
        None if period.contains(order.date) => {}
        None => found.push(Obstacle::Window { days: (period.last_day() - order.date).num_days() }),
    }
    Ok(found)
}
