//! Closing a month: what must be done first, and the receipt that stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::bill::total_agrees;
use crate::domain::bridge::{Bridge, Class, ClassTotal};
use crate::domain::chart::LedgerCode;
use crate::domain::code::Code;
use crate::domain::finality::Finality;
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::period::Month;

/// Something that must be done before a month can close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "blocker", rename_all = "kebab-case")]
pub enum Blocker {
    /// An earlier month has orders or a bill and is still open.
    EarlierMonthOpen {
        /// The month.
        month: Month,
    },
    /// Nothing happened in the month: it is a slip of the finger, and would close everything before it.
    NothingHappened,
    /// The month has days left.
    NotOver,
    /// No bill has been imported, and orders wait for it.
    NoBill,
    /// No bill has been imported, though accounts were active; closing without one has to be said.
    WithoutBill {
        /// How many accounts were active in the month.
        accounts: u64,
    },
    /// The bill may still change.
    BillNotFinal,
    /// The total that the provider states is not the sum of the lines.
    TotalDiffers {
        /// What the provider states.
        stated: Exact,
        /// The sum of the lines, exact.
        sum: Exact,
        /// What they are counted in.
        currency: Currency,
    },
    /// Bad lines were left out of the bill, and no stated total shows that nothing is missing.
    RejectedLines {
        /// How many.
        count: u64,
    },
    /// Orders in another currency wait for a bill.
    OtherCurrency {
        /// How many.
        orders: u64,
    },
    /// Differences wait for a person.
    OpenDifferences {
        /// How many.
        count: u64,
        /// The sum of their sizes, exact.
        amount: Exact,
        /// What it is counted in.
        currency: Currency,
    },
    /// The classes of the bridge do not add up to the difference.
    Unexplained {
        /// What no class accounts for, exact.
        amount: Exact,
        /// What it is counted in.
        currency: Currency,
    },
}

/// What is known of a month before it closes.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// The earliest month before it that has orders or a bill and is open.
    pub earlier_open: Option<Month>,
    /// Whether the month has a bill or an entry.
    pub anything_happened: bool,
    /// Whether its last day has passed.
    pub is_over: bool,
    /// Accounts that were active in it: the provider usually bills them.
    pub active_accounts: u64,
    /// Whether somebody has said that it closes without a bill.
    pub without_bill: bool,
    /// Orders of the month or before that no accepted bill covers.
    pub open_orders: u64,
    /// Of those, the orders in another currency than the bill.
    pub other_currency_orders: u64,
    /// The latest version of the bill, its currency, and its bridge with the book as it is now.
    pub bill: Option<(Finality, Currency, Bridge)>,
    /// The total that the provider states for the bill, where anybody has told it.
    pub stated_total: Option<Exact>,
    /// Bad lines that were left out of the bill.
    pub rejected_lines: u64,
    /// Open differences: how many, and the sum of their sizes.
    pub open_differences: (u64, Exact),
}

/// The checklist: everything that blocks, in the order in which to do it. Empty means that the month can close.
pub fn blockers(readiness: &Readiness) -> Result<Vec<Blocker>, crate::domain::money::Overflow> {
    let mut found = Vec::new();
    if let Some(month) = readiness.earlier_open {
        found.push(Blocker::EarlierMonthOpen { month });
    }
    let Some((finality, currency, bridge)) = &readiness.bill else {
        if !readiness.anything_happened {
            found.push(Blocker::NothingHappened);
        } else if !readiness.is_over {
            found.push(Blocker::NotOver);
        } else if readiness.open_orders > 0 {
            found.push(Blocker::NoBill);
        } else if readiness.active_accounts > 0 && !readiness.without_bill {
            found.push(Blocker::WithoutBill { accounts: readiness.active_accounts });
        }
        return Ok(found);
    };
    if !readiness.is_over {
        found.push(Blocker::NotOver);
    }
    if *finality == Finality::Estimated {
        found.push(Blocker::BillNotFinal);
    }
    match readiness.stated_total {
        Some(stated) if !total_agrees(stated, bridge.billed, *currency) => {
            found.push(Blocker::TotalDiffers { stated, sum: bridge.billed, currency: *currency });
        }
        // A total that agrees proves that whatever was left out has come in since.
        None if readiness.rejected_lines > 0 => found.push(Blocker::RejectedLines { count: readiness.rejected_lines }),
        Some(_) | None => {}
    }
    if readiness.other_currency_orders > 0 {
        found.push(Blocker::OtherCurrency { orders: readiness.other_currency_orders });
    }
    let (count, amount) = readiness.open_differences;
    if count > 0 {
        found.push(Blocker::OpenDifferences { count, amount, currency: *currency });
    }
    let amount = bridge.unexplained()?;
    if !amount.is_zero() {
        found.push(Blocker::Unexplained { amount, currency: *currency });
    }
    Ok(found)
}

/// What one ledger code adds up to over all its owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerTotal {
    /// The line of the chart.
    pub code: LedgerCode,
    /// What it is counted in.
    pub currency: Currency,
    /// Debits less credits.
    pub balance: Amount,
}

/// One frozen statement, as the receipt names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenStatement {
    /// The account.
    pub account: Code,
    /// What it is counted in.
    pub currency: Currency,
    /// Its balance due at the end.
    pub closing: Amount,
    /// SHA-256 of the frozen content.
    pub sha256: String,
}

/// The bill that a month was closed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptBill {
    /// Its version.
    pub version: i64,
    /// SHA-256 of its files.
    pub sha256: Vec<String>,
    /// What it is counted in.
    pub currency: Currency,
    /// Lines, repeats left out.
    pub lines: u64,
    /// The exact sum.
    pub billed: Exact,
    /// What was accepted into `payable`: the exact sum, rounded once.
    pub payable: Amount,
}

/// What a month was closed with; stored, and compared by `check` ever after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The form of this receipt.
    pub form: String,
    /// The version of the tool.
    pub tool: String,
    /// The month.
    pub period: Month,
    /// The bill; `None` for a month without one.
    pub bill: Option<ReceiptBill>,
    /// What the book expected, exact.
    pub recorded: Exact,
    /// The bridge's classes.
    pub classes: BTreeMap<Class, ClassTotal>,
    /// Usage charges that the close made.
    pub usage_charges: u64,
    /// What true-ups have added to what customers owe; negative where they got money back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub true_ups: BTreeMap<Currency, Amount>,
    /// Every ledger code at the month's last day.
    pub ledger: Vec<LedgerTotal>,
    /// Every statement.
    pub statements: Vec<FrozenStatement>,
    /// The hash of the audit log's last operation before the close.
    pub audit_head: String,
}

/// The form of receipts that this version writes.
pub const RECEIPT_FORM: &str = "subledger/receipt/1";

#[cfg(test)]
mod tests {
    use super::*;

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn ready() -> Readiness {
        Readiness {
            earlier_open: None,
            anything_happened: true,
            is_over: true,
            active_accounts: 2,
            without_bill: false,
            open_orders: 3,
            other_currency_orders: 0,
            bill: Some((Finality::Final, cny(), Bridge::default())),
            stated_total: None,
            rejected_lines: 0,
            open_differences: (0, Exact::ZERO),
        }
    }

    fn names(change: impl Fn(&mut Readiness)) -> Vec<String> {
        let mut readiness = ready();
        change(&mut readiness);
        let found = blockers(&readiness).unwrap();
        found.iter().map(|b| serde_json::to_value(b).unwrap()["blocker"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn each_thing_undone_blocks() {
        assert_eq!(names(|_| {}), Vec::<String>::new());
        assert_eq!(names(|r| r.earlier_open = Month::parse("2026-05")), ["earlier-month-open"]);
        assert_eq!(names(|r| r.bill = None), ["no-bill"]);
        assert_eq!(names(|r| (r.bill, r.open_orders) = (None, 0)), ["without-bill"]);
        assert_eq!(names(|r| (r.bill, r.open_orders, r.without_bill) = (None, 0, true)), Vec::<String>::new());
        assert_eq!(names(|r| (r.bill, r.open_orders, r.active_accounts) = (None, 0, 0)), Vec::<String>::new());
        assert_eq!(names(|r| (r.bill, r.open_orders, r.without_bill) = (None, 1, true)), ["no-bill"]);
        assert_eq!(names(|r| r.other_currency_orders = 1), ["other-currency"]);
        assert_eq!(names(|r| r.is_over = false), ["not-over"]);
        assert_eq!(names(|r| (r.bill, r.is_over) = (None, false)), ["not-over"]);
        assert_eq!(names(|r| (r.bill, r.anything_happened) = (None, false)), ["nothing-happened"]);
        assert_eq!(names(|r| r.bill = Some((Finality::Estimated, cny(), Bridge::default()))), ["bill-not-final"]);
        assert_eq!(names(|r| r.open_differences = (2, "5".parse().unwrap())), ["open-differences"]);
        let unexplained = Bridge { billed: "1".parse().unwrap(), ..Bridge::default() };
        assert_eq!(names(|r| r.bill = Some((Finality::Final, cny(), unexplained.clone()))), ["unexplained"]);
    }
}
