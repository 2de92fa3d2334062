//! Closing a month: what must be done first, and the receipt that stays.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::bill::total_agrees;
use crate::domain::bridge::{Bridge, Class, ClassTotal};
use crate::domain::chart::LedgerCode;
use crate::domain::code::Code;
use crate::domain::finality::Finality;
use crate::domain::id::ApprovalId;
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::words::words;

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
    /// What was asked for in the month waits for a second person.
    PendingApprovals {
        /// The requests.
        requests: Vec<ApprovalId>,
    },
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
    /// Nobody has compared the bill with the book since it changed.
    NotReconciled,
    /// The classes of the bridge do not add up to the difference.
    Unexplained {
        /// What no class accounts for, exact.
        amount: Exact,
        /// What it is counted in.
        currency: Currency,
    },
}

words! {
    /// Whether a month may close without its bill.
    WithoutBill, "an answer to why there is no bill" {
        /// It may not.
        No = "no",
        /// The provider made none.
        NoneMade = "none-made",
        /// It has not come: usage is accrued at what is expected, and taken back on the first of the next month.
        NotYet = "not-yet",
    }
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
    /// Requests of the month or before that wait for a second person.
    pub pending_approvals: Vec<ApprovalId>,
    /// Accounts that were active in it: the provider usually bills them.
    pub active_accounts: u64,
    /// Whether somebody has said that it closes without a bill.
    pub without_bill: WithoutBill,
    /// Orders of the month or before that no accepted bill covers.
    pub open_orders: u64,
    /// The latest version of the bill.
    pub bill: Option<BillReadiness>,
}

/// What is known of the bill of a month before it closes.
#[derive(Clone, Debug)]
pub struct BillReadiness {
    /// Whether it may still change.
    pub finality: Finality,
    /// What it is counted in.
    pub currency: Currency,
    /// The total that the provider states for it, where anybody has told it.
    pub stated_total: Option<Exact>,
    /// Bad lines that were left out of it.
    pub rejected_lines: u64,
    /// How it compares with the book; `None` where nobody has looked since it changed.
    pub reconciled: Option<Reconciled>,
}

/// How a bill compares with the book.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// Every cent in its class.
    pub bridge: Bridge,
    /// Orders that wait for a bill in another currency.
    pub other_currency_orders: u64,
    /// Open differences: how many, and the sum of their sizes.
    pub open_differences: (u64, Exact),
}

words! {
    /// Something that is asked before a month closes, in the order in which to do it.
    CloseCheck, "a check of the close" {
        /// Every earlier month is closed.
        EarlierMonths = "earlier-months",
        /// The month has passed, and something happened in it.
        MonthOver = "month-over",
        /// Nothing that was asked for waits for a second person.
        Approvals = "approvals",
        /// Its bill is there.
        Bill = "bill",
        /// The bill does not change any more.
        BillFinal = "bill-final",
        /// The lines add up to the total that the provider states.
        StatedTotal = "stated-total",
        /// No line was left out of the bill.
        RejectedLines = "rejected-lines",
        /// No order waits for a bill in another currency.
        OtherCurrency = "other-currency",
        /// Every difference is decided, or carried by somebody.
        Differences = "differences",
        /// The classes of the bridge add up to the difference.
        Bridge = "bridge",
    }
}

impl CloseCheck {
    /// Whether a person may answer for it: what can be worked off cannot be waived.
    pub fn may_be_waived(self) -> bool {
        matches!(self, Self::StatedTotal | Self::RejectedLines | Self::OtherCurrency)
    }
}

/// Somebody answers for a check that fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The month.
    pub month: Month,
    /// The check.
    pub check: CloseCheck,
    /// Why it may fail.
    pub reason: String,
    /// Who answers for it.
    pub operator: String,
    /// Since when.
    pub day: NaiveDate,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It holds.
    Done,
    /// There is nothing to hold it against.
    NotNeeded,
    /// It is asked when what comes before it is done.
    Later,
    /// It fails, and somebody answers for that.
    Waived(Waiver),
    /// It fails.
    Blocked(Blocker),
}

/// The checklist of a month, in the order in which to work it off. Nothing blocked means that the month can close.
pub fn checklist(readiness: &Readiness, waivers: &[Waiver]) -> Result<Vec<(CloseCheck, CheckState)>, Overflow> {
    let mut states = Vec::with_capacity(CloseCheck::ALL.len());
    for check in CloseCheck::ALL {
        let state = match asked(readiness, *check)? {
            CheckState::Blocked(blocker) => match waivers.iter().find(|waiver| waiver.check == *check && !waiver.withdrawn) {
                Some(waiver) if check.may_be_waived() => CheckState::Waived(waiver.clone()),
                _ => CheckState::Blocked(blocker),
            },
            state => state,
        };
        states.push((*check, state));
    }
    Ok(states)
}

fn asked(readiness: &Readiness, check: CloseCheck) -> Result<CheckState, Overflow> {
    use CheckState::{Blocked, Done, Later, NotNeeded};
    let holds = |holds: bool, blocker: Blocker| if holds { Done } else { Blocked(blocker) };
    let none_pending = || {
        let requests = readiness.pending_approvals.clone();
        holds(requests.is_empty(), Blocker::PendingApprovals { requests })
    };
    let may_close_without = readiness.without_bill != WithoutBill::No;
    let Some(BillReadiness { finality, currency, stated_total, rejected_lines, reconciled }) = &readiness.bill else {
        return Ok(match check {
            CloseCheck::EarlierMonths => readiness.earlier_open.map_or(Done, |month| Blocked(Blocker::EarlierMonthOpen { month })),
            CloseCheck::MonthOver if !readiness.anything_happened => Blocked(Blocker::NothingHappened),
            CloseCheck::MonthOver => holds(readiness.is_over, Blocker::NotOver),
            CloseCheck::Approvals => none_pending(),
            CloseCheck::Bill if !readiness.anything_happened || !readiness.is_over => Later,
            CloseCheck::Bill if readiness.open_orders > 0 => holds(readiness.without_bill == WithoutBill::NotYet, Blocker::NoBill),
            CloseCheck::Bill if readiness.active_accounts > 0 => {
                holds(may_close_without, Blocker::WithoutBill { accounts: readiness.active_accounts })
            }
            _ => NotNeeded,
        });
    };
    // Whoever closes on what is expected leaves the estimate aside, and what it does not agree with.
    let leaves_aside = readiness.without_bill == WithoutBill::NotYet && *finality == Finality::Estimated;
    let Some(Reconciled { bridge, other_currency_orders, open_differences }) = reconciled else {
        return Ok(match check {
            CloseCheck::EarlierMonths => readiness.earlier_open.map_or(Done, |month| Blocked(Blocker::EarlierMonthOpen { month })),
            CloseCheck::MonthOver => holds(readiness.is_over, Blocker::NotOver),
            CloseCheck::Approvals => none_pending(),
            CloseCheck::Bill => Blocked(Blocker::NotReconciled),
            _ => Later,
        });
    };
    Ok(match check {
        CloseCheck::EarlierMonths => readiness.earlier_open.map_or(Done, |month| Blocked(Blocker::EarlierMonthOpen { month })),
        CloseCheck::MonthOver => holds(readiness.is_over, Blocker::NotOver),
        CloseCheck::Approvals => none_pending(),
        CloseCheck::Bill => Done,
        _ if leaves_aside => NotNeeded,
        CloseCheck::BillFinal => holds(*finality == Finality::Final, Blocker::BillNotFinal),
        CloseCheck::StatedTotal => match *stated_total {
            Some(stated) => {
                let differs = Blocker::TotalDiffers { stated, sum: bridge.billed, currency: *currency };
                holds(total_agrees(stated, bridge.billed, *currency), differs)
            }
            None => NotNeeded,
        },
        CloseCheck::RejectedLines if *rejected_lines == 0 => Done,
        // A total that agrees proves that whatever was left out has come in since.
        CloseCheck::RejectedLines => holds(stated_total.is_some(), Blocker::RejectedLines { count: *rejected_lines }),
        CloseCheck::OtherCurrency => holds(*other_currency_orders == 0, Blocker::OtherCurrency { orders: *other_currency_orders }),
        CloseCheck::Differences => {
            let (count, amount) = *open_differences;
            holds(count == 0, Blocker::OpenDifferences { count, amount, currency: *currency })
        }
        CloseCheck::Bridge => {
            let amount = bridge.unexplained()?;
            holds(amount.is_zero(), Blocker::Unexplained { amount, currency: *currency })
        }
    })
}

/// Everything that blocks.
pub fn blockers(checklist: Vec<(CloseCheck, CheckState)>) -> Vec<Blocker> {
    let blocked = |(_, state)| match state {
        CheckState::Blocked(blocker) => Some(blocker),
        CheckState::Done | CheckState::NotNeeded | CheckState::Later | CheckState::Waived(_) => None,
    };
    checklist.into_iter().filter_map(blocked).collect()
}

/// A closed month that somebody has opened again, all later ones with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// The first of the months.
    pub month: Month,
    /// Why.
    pub reason: String,
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
    /// 1 for the first time that the month was closed.
    #[serde(default = "first_version")]
    pub version: i64,
    /// The receipt that this one takes the place of, by its SHA-256; `None` for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
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
    /// What customers are expected to owe for usage of the month, which closed without its bill.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accrued_usage: BTreeMap<Currency, Amount>,
    /// Who has answered for a check that fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// Every ledger code at the month's last day.
    pub ledger: Vec<LedgerTotal>,
    /// Every statement.
    pub statements: Vec<FrozenStatement>,
    /// The hash of the audit log's last operation before the close.
    pub audit_head: String,
}

fn first_version() -> i64 {
    1
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
        let reconciled = Reconciled { bridge: Bridge::default(), other_currency_orders: 0, open_differences: (0, Exact::ZERO) };
        Readiness {
            earlier_open: None,
            anything_happened: true,
            is_over: true,
            pending_approvals: vec![],
            active_accounts: 2,
            without_bill: WithoutBill::No,
            open_orders: 3,
            bill: Some(BillReadiness {
                finality: Finality::Final,
                currency: cny(),
                stated_total: None,
                rejected_lines: 0,
                reconciled: Some(reconciled),
            }),
        }
    }

    fn names(change: impl Fn(&mut Readiness)) -> Vec<String> {
        waived(change, &[])
    }

    fn waived(change: impl Fn(&mut Readiness), waivers: &[Waiver]) -> Vec<String> {
        let mut readiness = ready();
        change(&mut readiness);
        let found = blockers(checklist(&readiness, waivers).unwrap());
        found.iter().map(|b| serde_json::to_value(b).unwrap()["blocker"].as_str().unwrap().to_owned()).collect()
    }

    /// Changes the bill of what is ready.
    fn bill(change: impl Fn(&mut BillReadiness)) -> impl Fn(&mut Readiness) {
        move |readiness| change(readiness.bill.as_mut().unwrap())
    }

    fn compared(change: impl Fn(&mut Reconciled)) -> impl Fn(&mut Readiness) {
        bill(move |bill| change(bill.reconciled.as_mut().unwrap()))
    }

    #[test]
    fn each_thing_undone_blocks() {
        assert_eq!(names(|_| {}), Vec::<String>::new());
        assert_eq!(names(|r| r.earlier_open = Month::parse("2026-05")), ["earlier-month-open"]);
        assert_eq!(names(|r| r.bill = None), ["no-bill"]);
        assert_eq!(names(|r| (r.bill, r.open_orders) = (None, 0)), ["without-bill"]);
        let without = |orders, said| move |r: &mut Readiness| (r.bill, r.open_orders, r.without_bill) = (None, orders, said);
        assert_eq!(names(without(0, WithoutBill::NoneMade)), Vec::<String>::new());
        assert_eq!(names(without(1, WithoutBill::NoneMade)), ["no-bill"]);
        assert_eq!(names(without(1, WithoutBill::NotYet)), Vec::<String>::new());
        assert_eq!(names(|r| (r.bill, r.open_orders, r.active_accounts) = (None, 0, 0)), Vec::<String>::new());
        assert_eq!(names(|r| r.is_over = false), ["not-over"]);
        assert_eq!(names(|r| (r.bill, r.is_over) = (None, false)), ["not-over"]);
        assert_eq!(names(|r| (r.bill, r.anything_happened) = (None, false)), ["nothing-happened"]);
        assert_eq!(names(bill(|b| b.finality = Finality::Estimated)), ["bill-not-final"]);
        assert_eq!(names(bill(|b| b.reconciled = None)), ["not-reconciled"]);
        assert_eq!(names(compared(|r| r.open_differences = (2, "5".parse().unwrap()))), ["open-differences"]);
        assert_eq!(names(compared(|r| r.bridge.billed = "1".parse().unwrap())), ["unexplained"]);
        // An estimate is left aside by whoever closes on what is expected.
        let aside = |r: &mut Readiness| {
            bill(|b| b.finality = Finality::Estimated)(r);
            compared(|r| r.open_differences = (2, "5".parse().unwrap()))(r);
            r.without_bill = WithoutBill::NotYet;
        };
        assert_eq!(names(aside), Vec::<String>::new());
    }

    #[test]
    fn somebody_may_answer_for_some_checks_only() {
        let waive = |check, withdrawn| Waiver {
            month: Month::parse("2026-06").unwrap(),
            check,
            reason: "it is known".to_owned(),
            operator: "li.na".to_owned(),
            day: Month::parse("2026-07").unwrap().first_day(),
            withdrawn,
        };
        let other = compared(|r| r.other_currency_orders = 1);
        assert_eq!(waived(&other, &[]), ["other-currency"]);
        assert_eq!(waived(&other, &[waive(CloseCheck::OtherCurrency, false)]), Vec::<String>::new());
        assert_eq!(waived(&other, &[waive(CloseCheck::OtherCurrency, true)]), ["other-currency"]);
        assert_eq!(waived(&other, &[waive(CloseCheck::RejectedLines, false)]), ["other-currency"]);
        assert_eq!(waived(bill(|b| b.rejected_lines = 1), &[waive(CloseCheck::RejectedLines, false)]), Vec::<String>::new());
        let open = compared(|r| r.open_differences = (1, "5".parse().unwrap()));
        assert_eq!(waived(open, &[waive(CloseCheck::Differences, false)]), ["open-differences"]);
    }
}
