//! Differences: what does not agree between the book and the bill, each with an identity that survives reruns.

use serde::{Deserialize, Serialize};

use crate::domain::fingerprint;
use crate::domain::money::{Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::words::words;

words! {
    /// Why something does not agree. In the order of precedence: when several apply, the first one is reported.
    DifferenceKind, "a kind of difference" {
        /// Billed for an account that the book does not have (at that date).
        UnknownAccount = "unknown-account",
        /// A bill line that came twice; counted once.
        DuplicateLine = "duplicate-line",
        /// Billed, never recorded.
        UnrecordedOrder = "unrecorded-order",
        /// Recorded, not billed.
        MissingInBill = "missing-in-bill",
        /// Billed above the expected cost.
        OverBilled = "over-billed",
        /// Billed below the expected cost.
        UnderBilled = "under-billed",
    }
}

words! {
    /// What has become of a difference.
    DifferenceState, "a state of a difference" {
        /// Somebody has to look at it.
        Open = "open",
        /// Nothing is left to do.
        Resolved = "resolved",
    }
}

words! {
    /// How a difference was resolved.
    Resolution, "a resolution" {
        /// By itself: gone with a later bill or a later order.
        Auto = "auto",
        /// A repeat that was counted once.
        Merged = "merged",
    }
}

/// A difference as one run of the reconciliation finds it, in major units, exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Twelve hexadecimal digits that follow from the period, the kind and the subject alone.
    pub id: String,
    /// The bill's month.
    pub period: Month,
    /// Why it does not agree.
    pub kind: DifferenceKind,
    /// The account's code, or its UID where the book does not have it.
    pub account: String,
    /// The provider's order number; the line id of a duplicate line; empty for an unknown account.
    pub provider_order: String,
    /// What its amounts are counted in.
    pub currency: Currency,
    /// What the book expects.
    pub recorded: Exact,
    /// What the bill says.
    pub billed: Exact,
    /// What to know about it.
    pub detail: String,
    /// Whether somebody has to look at it.
    pub state: DifferenceState,
    /// How it was resolved.
    pub resolution: Option<Resolution>,
}

/// Who and what a difference is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The account's UID: it stays when codes and spellings change.
    pub uid: &'a str,
    /// How people call it.
    pub account: &'a str,
    /// The order number or line id.
    pub provider_order: &'a str,
}

/// The two sides of a difference.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    /// What both are counted in.
    pub currency: Currency,
    /// What the book expects.
    pub recorded: Exact,
    /// What the bill says.
    pub billed: Exact,
}

impl Difference {
    /// A difference as found now. A duplicate line is resolved from the start: it was counted once, nothing is left to do.
    pub fn found(period: Month, kind: DifferenceKind, subject: Subject<'_>, sides: Sides, detail: String) -> Self {
        let Sides { currency, recorded, billed } = sides;
        let id = fingerprint::of(&["difference/1", &period.to_string(), kind.as_str(), subject.uid, subject.provider_order]);
        let merged = kind == DifferenceKind::DuplicateLine;
        Self {
            id,
            period,
            kind,
            account: subject.account.to_owned(),
            provider_order: subject.provider_order.to_owned(),
            currency,
            recorded,
            billed,
            detail,
            state: if merged { DifferenceState::Resolved } else { DifferenceState::Open },
            resolution: merged.then_some(Resolution::Merged),
        }
    }

    /// Billed less recorded.
    pub fn difference(&self) -> Result<Exact, Overflow> {
        self.billed.minus(self.recorded)
    }

    /// Whether somebody has to look at it.
    pub fn is_open(&self) -> bool {
        self.state == DifferenceState::Open
    }

    /// Whether the last run found it: open, or a repeat that was counted once.
    pub fn is_current(&self) -> bool {
        self.is_open() || self.resolution == Some(Resolution::Merged)
    }

    /// The same difference when a later run does not find it any more.
    #[must_use]
    pub fn gone(&self) -> Self {
        Self { state: DifferenceState::Resolved, resolution: Some(Resolution::Auto), ..self.clone() }
    }
}

/// Sorts for people: open ones first, then the largest, then by id; the same set always comes in the same order.
pub fn sort_for_people(differences: &mut [Difference]) {
    differences.sort_by_cached_key(|d| {
        let size = d.billed.mantissa().abs_diff(d.recorded.mantissa());
        (!d.is_open(), std::cmp::Reverse(size), d.id.clone())
    });
}
