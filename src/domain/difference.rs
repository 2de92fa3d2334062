//! Differences: what does not agree between the book and the bill, each with an identity that survives reruns, and what becomes
//! of it.
//!
//! A run makes [`Finding`]s; [`meet`] brings them together with what the book knows. What a person has decided stays until the
//! facts under it change. Nothing here posts: what a decision does to the ledger is in `rules`.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::fingerprint;
use crate::domain::id::{ChargeId, EntryId, OrderId};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::Month;
use crate::domain::words::words;

words! {
    /// Why something does not agree. In the order of precedence: when several apply, the first one is reported.
    DifferenceKind, "a kind of difference" {
        /// Billed for an account that the book does not have (at that date).
        UnknownAccount = "unknown-account",
        /// Billed for an account whose money is counted in another currency than the bill.
        Currency = "currency",
        /// A bill line that came twice: with the same id it is counted once; without ids it bills an order several times.
        DuplicateLine = "duplicate-line",
        /// An order that was recorded twice; the provider billed one of them.
        DuplicateOrder = "duplicate-order",
        /// Recorded for one account, billed to another.
        WrongAccount = "wrong-account",
        /// Recorded in one month, billed in its neighbour.
        CutOff = "cut-off",
        /// A line about something that an earlier, closed month has settled.
        LateCorrection = "late-correction",
        /// Money back for something that the book has never paid.
        UnlinkedRefund = "unlinked-refund",
        /// One side has tax in it and the other has not, and nobody has told the rate.
        Tax = "tax",
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
        /// Somebody has, and looks after it.
        Acknowledged = "acknowledged",
        /// Left alone until a day.
        Snoozed = "snoozed",
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
        /// The order was recorded from the bill.
        Recorded = "recorded",
        /// The bill is right; the agent or the customer bears what it comes to.
        Accepted = "accepted",
        /// The provider never billed it and will not: charge and cost were taken back.
        Cancelled = "cancelled",
        /// A loss that the agent bears.
        WrittenOff = "written-off",
        /// The provider is asked for its money back; it stands in `disputed` until it comes.
        Disputed = "disputed",
        /// What was disputed has come back.
        Credited = "credited",
        /// The charge was moved to the account that was billed.
        Moved = "moved",
        /// A person has said what belongs together.
        Matched = "matched",
    }
}

words! {
    /// Who bears an accepted difference.
    BorneBy, "who bears it" {
        /// The agent: it is a cost.
        Agent = "agent",
        /// The customer: it is charged, or paid back.
        Customer = "customer",
    }
}

/// What a run knows of the cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// The book has no such account.
    Stranger {
        /// How many lines name it.
        lines: u64,
    },
    /// The account's charges are ours from a later day on.
    NotYetOurs {
        /// How many lines are older than that.
        lines: u64,
        /// The account's code.
        account: String,
        /// From when they are.
        since: NaiveDate,
    },
    /// The account is not active yet.
    NotActive {
        /// How many lines name it.
        lines: u64,
        /// The account's code.
        account: String,
        /// What it is.
        state: String,
    },
    /// The account's group counts its money in another currency.
    OtherCurrency {
        /// How many lines name it.
        lines: u64,
        /// The account's code.
        account: String,
        /// The group's currency.
        currency: Currency,
    },
    /// The same line came several times and was counted once.
    Repeated {
        /// How often it came.
        times: u64,
    },
    /// The order is billed several times over, in equal lines.
    BilledTimes {
        /// How often.
        times: u64,
    },
    /// An order just like it was recorded and billed.
    RecordedTwice {
        /// The order that was not billed.
        order: OrderId,
        /// The provider's number of the one that was.
        twin: String,
    },
    /// The bill names another account for the order.
    BilledTo {
        /// The order.
        order: OrderId,
        /// The other account's code.
        account: String,
    },
    /// The order is recorded in a later month.
    DatedLater {
        /// The order.
        order: OrderId,
        /// Its day.
        date: NaiveDate,
    },
    /// The order was placed in the last days of the month.
    MonthEnd {
        /// The order.
        order: OrderId,
        /// Its day.
        date: NaiveDate,
    },
    /// The order is one that an earlier bill has settled.
    Settled {
        /// The order.
        order: OrderId,
        /// The month of the bill.
        period: Month,
    },
    /// A negative amount without an order in the book.
    NoOriginal,
    /// No order of that number is recorded.
    NotRecorded,
    /// The number is recorded for an account in another currency or for nobody that the bill can mean.
    RecordedElsewhere {
        /// The order.
        order: OrderId,
        /// The account's code.
        account: String,
    },
    /// The bill has no line of that number.
    NotBilled {
        /// The order.
        order: OrderId,
        /// Its day.
        date: NaiveDate,
    },
    /// The amounts differ.
    Amounts {
        /// How many lines say it.
        lines: u64,
    },
    /// The amounts differ by the order's own coupon: it has been taken off twice.
    CouponTwice {
        /// The coupon.
        coupon: Amount,
    },
    /// The bill's amounts are without tax and the order's with it, or the other way about.
    TaxBasis,
    /// Usage that does not come to list price by the purchase terms.
    UsagePrice {
        /// The month that it was used in.
        charge_month: Month,
        /// Less what a plan has covered.
        list: Exact,
        /// How many lines say it.
        lines: u64,
    },
}

/// Who and what a difference is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// The account's UID: it stays when codes and spellings change.
    pub uid: &'a str,
    /// How people call it.
    pub account: &'a str,
    /// The order number or line id.
    pub provider_order: &'a str,
    /// The product, where that tells it from others.
    pub product: &'a str,
    /// The charge month of usage.
    pub charge_month: Option<Month>,
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

/// What a run has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Twelve hexadecimal digits that follow from the period, the kind and the subject alone.
    pub id: String,
    /// The bill's month.
    pub period: Month,
    /// Why it does not agree.
    pub kind: DifferenceKind,
    /// The account's code, or its UID where the book does not have it.
    pub account: String,
    /// The provider's order number; the line id of a duplicate line; empty for usage and for an unknown account.
    pub provider_order: String,
    /// The product's code; empty where several are meant.
    pub product: String,
    /// What its amounts are counted in.
    pub currency: Currency,
    /// What the book expects.
    pub recorded: Exact,
    /// What the bill says.
    pub billed: Exact,
    /// The cause.
    pub reason: Reason,
    /// Whether nothing is left to do from the start.
    pub settled: Option<Resolution>,
}

impl Finding {
    /// A difference as found now. A line that was counted once is resolved from the start: nothing is left to do.
    pub fn new(period: Month, kind: DifferenceKind, subject: Subject<'_>, sides: Sides, reason: Reason) -> Self {
        let month = period.to_string();
        let mut parts = vec!["difference/1", &month, kind.as_str(), subject.uid, subject.provider_order];
        let charge_month = subject.charge_month.map(|month| month.to_string()).unwrap_or_default();
        if subject.charge_month.is_some() {
            parts.extend([subject.product, &charge_month]);
        }
        let settled = matches!(reason, Reason::Repeated { .. }).then_some(Resolution::Merged);
        let Sides { currency, recorded, billed } = sides;
        Self {
            id: fingerprint::of(&parts),
            period,
            kind,
            account: subject.account.to_owned(),
            provider_order: subject.provider_order.to_owned(),
            product: subject.product.to_owned(),
            currency,
            recorded,
            billed,
            reason,
            settled,
        }
    }
}

/// What a person has decided, with the amounts that it was decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// How.
    pub resolution: Resolution,
    /// Who bears an accepted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub borne_by: Option<BorneBy>,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who decided.
    pub operator: String,
    /// When.
    pub day: NaiveDate,
    /// What the book expected then.
    pub recorded: Exact,
    /// What the bill said then.
    pub billed: Exact,
    /// The charge that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<ChargeId>,
    /// The entry that it posted, where that is not a charge's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// What it put into the expected cost of this month's bill, so that the bill can be accepted: it is cleared with it.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub accrued: Amount,
}

fn is_nothing(amount: &Amount) -> bool {
    amount.is_zero()
}

/// A difference as the book keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// See [`Finding::id`].
    pub id: String,
    /// The bill's month.
    pub period: Month,
    /// Why it does not agree.
    pub kind: DifferenceKind,
    /// The account's code, or its UID where the book does not have it.
    pub account: String,
    /// The provider's order number; the line id of a duplicate line; empty for usage and for an unknown account.
    pub provider_order: String,
    /// The product's code; empty where several are meant.
    pub product: String,
    /// What its amounts are counted in.
    pub currency: Currency,
    /// What the book expects.
    pub recorded: Exact,
    /// What the bill says.
    pub billed: Exact,
    /// The cause.
    pub reason: Reason,
    /// What has become of it.
    pub state: DifferenceState,
    /// How it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// What a person decided; it stays when the difference comes to nothing later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// The day on which a snoozed one comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// What was noted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The day on which it was first found, or found again after it was resolved.
    pub since: NaiveDate,
    /// How often it has come back after it was resolved.
    pub reopened: u32,
    /// What of it stands in the ledger account `disputed`, in minor units.
    pub disputed: Amount,
    /// The later month whose bill has settled it, where it was carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<Month>,
    /// What later bills have given back of it, by month.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<DisputeCredit>,
}

/// What a month's bill has given back of a disputed difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeCredit {
    /// The month of the bill.
    pub period: Month,
    /// How much, in minor units: less than nothing.
    pub amount: Amount,
}

impl Difference {
    /// A new one.
    fn of(finding: Finding, today: NaiveDate) -> Self {
        let state = if finding.settled.is_some() { DifferenceState::Resolved } else { DifferenceState::Open };
        Self {
            id: finding.id,
            period: finding.period,
            kind: finding.kind,
            account: finding.account,
            provider_order: finding.provider_order,
            product: finding.product,
            currency: finding.currency,
            recorded: finding.recorded,
            billed: finding.billed,
            reason: finding.reason,
            state,
            resolution: finding.settled,
            decision: None,
            owner: None,
            due: None,
            until: None,
            note: None,
            since: today,
            reopened: 0,
            disputed: Amount::ZERO,
            settled_by: None,
            credits: vec![],
        }
    }

    /// The same one as a later run finds it: what somebody has said of it stays, unless it was resolved on other amounts or had
    /// gone. Then it is open again.
    fn found_again(&self, finding: &Finding, today: NaiveDate) -> Self {
        let mut now = Self {
            account: finding.account.clone(),
            product: finding.product.clone(),
            currency: finding.currency,
            recorded: finding.recorded,
            billed: finding.billed,
            reason: finding.reason.clone(),
            ..self.clone()
        };
        if finding.settled.is_some() {
            return Self { state: DifferenceState::Resolved, resolution: finding.settled, ..now };
        }
        if self.state == DifferenceState::Resolved {
            let decided_on = self.decision.as_ref().filter(|_| self.resolution.is_some_and(Resolution::stands_while_found));
            if decided_on.is_some_and(|decision| (decision.recorded, decision.billed) == (finding.recorded, finding.billed)) {
                return now;
            }
            now = now.open_again(today);
        }
        now
    }

    /// The same one, open again: nothing of what was decided holds any more.
    #[must_use]
    pub fn open_again(self, today: NaiveDate) -> Self {
        Self {
            state: DifferenceState::Open,
            resolution: None,
            decision: None,
            until: None,
            since: today,
            reopened: self.reopened + 1,
            ..self
        }
    }

    /// The same one when a later run does not find it any more: what was decided on it has lost its ground.
    fn gone(&self) -> Self {
        let resolution = Some(Resolution::Auto);
        Self { state: DifferenceState::Resolved, resolution, decision: None, until: None, ..self.clone() }
    }

    /// The month whose loss it is, where it was written off: its own, or the one in which it was after that was closed.
    pub fn month_of_loss(&self) -> Option<Month> {
        let decision = self.decision.as_ref().filter(|_| self.resolution == Some(Resolution::WrittenOff))?;
        Some(if decision.accrued.is_zero() { Month::of(decision.day) } else { self.period })
    }

    /// Billed less recorded.
    pub fn difference(&self) -> Result<Exact, Overflow> {
        self.billed.minus(self.recorded)
    }

    /// Whether nobody has said anything about it yet, as of a day: a snoozed one comes back on its day.
    pub fn is_open(&self, day: NaiveDate) -> bool {
        match self.state {
            DifferenceState::Open => true,
            DifferenceState::Snoozed => self.until.is_some_and(|until| until <= day),
            DifferenceState::Acknowledged | DifferenceState::Resolved => false,
        }
    }

    /// Whether it may stay over the close of its month: somebody looks after it, by a day.
    pub fn is_carried(&self) -> bool {
        let is_looked_after = matches!(self.state, DifferenceState::Acknowledged | DifferenceState::Snoozed);
        is_looked_after && self.owner.is_some() && self.due.is_some()
    }

    /// Whether its month has to wait for it.
    pub fn blocks_the_close(&self) -> bool {
        self.state != DifferenceState::Resolved && !self.is_carried()
    }

    /// Whether the last run found it, resolved or not.
    pub fn is_current(&self) -> bool {
        self.state != DifferenceState::Resolved || self.resolution.is_some_and(Resolution::stands_while_found)
    }

    /// How many days it has been there.
    pub fn age(&self, day: NaiveDate) -> i64 {
        (day - self.since).num_days().max(0)
    }

    /// How large it is, whatever its sign.
    pub fn size(&self) -> Result<Exact, Overflow> {
        let difference = self.difference()?;
        if difference.is_negative() { difference.negated() } else { Ok(difference) }
    }
}

impl Resolution {
    /// Whether a difference that was resolved like this is still found by a run: the two sides still differ, and it is known
    /// why. The others go away with what they did.
    pub fn stands_while_found(self) -> bool {
        matches!(self, Self::Merged | Self::Accepted | Self::WrittenOff | Self::Disputed | Self::Credited)
    }
}

/// What the book knows of a month's differences, while what a run has found meets them one by one. A month may have hundreds of
/// thousands, so nothing is held twice.
#[derive(Debug)]
pub struct Known(HashMap<String, Difference>);

/// What becomes of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// As the book keeps it from now on.
    pub now: Difference,
    /// As it was, where it was known.
    pub before: Option<Difference>,
}

impl Met {
    /// Whether there is anything to write.
    pub fn is_changed(&self) -> bool {
        self.before.as_ref() != Some(&self.now)
    }

    /// Whether nobody has seen it yet, and somebody has to.
    pub fn is_new(&self) -> bool {
        self.before.is_none() && self.now.state == DifferenceState::Open
    }
}

impl Known {
    /// The differences of a month, those that have gone included.
    pub fn new(known: Vec<Difference>) -> Self {
        Self(known.into_iter().map(|d| (d.id.clone(), d)).collect())
    }

    /// A finding is new, or it keeps what was said of it.
    pub fn meet(&mut self, finding: Finding, today: NaiveDate) -> Met {
        match self.0.remove(&finding.id) {
            None => Met { now: Difference::of(finding, today), before: None },
            Some(before) => Met { now: before.found_again(&finding, today), before: Some(before) },
        }
    }

    /// What was not found any more resolves itself: each that changes by that, by its id.
    pub fn gone(self) -> Vec<Met> {
        let mut gone: Vec<Difference> = self.0.into_values().filter(Difference::is_current).collect();
        gone.sort_by(|a, b| a.id.cmp(&b.id));
        let met = gone.into_iter().map(|before| Met { now: before.gone(), before: Some(before) });
        met.filter(Met::is_changed).collect()
    }
}

/// How old what is left to do may be, in days: up to and including the last one, with a bucket beyond.
pub const AGE_BUCKETS: [i64; 3] = [30, 60, 90];

/// The bucket of an age: `0-30`, `31-60`, `61-90`, `90+`.
pub fn age_bucket(days: i64) -> &'static str {
    match AGE_BUCKETS.iter().position(|last| days <= *last) {
        Some(0) => "0-30",
        Some(1) => "31-60",
        Some(2) => "61-90",
        _ => "90+",
    }
}

/// In which sequence people want to see differences: those that are not resolved first, then the largest, then by id; the same set
/// always comes in the same one.
pub fn order_for_people(differences: &[Difference]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..differences.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&differences[*a], &differences[*b]);
        let key = |d: &Difference| {
            let size = d.billed.mantissa().abs_diff(d.recorded.mantissa());
            (d.state == DifferenceState::Resolved, std::cmp::Reverse(size))
        };
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    order
}

/// Puts differences into the sequence in which people want to see them.
pub fn sort_for_people(differences: &mut Vec<Difference>) {
    let order = order_for_people(differences);
    let mut taken: Vec<Option<Difference>> = std::mem::take(differences).into_iter().map(Some).collect();
    differences.extend(order.into_iter().filter_map(|place| taken[place].take()));
}

/// A kind that came up more often in one run than the policy allows: usually a wrong file, and not that many mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flood {
    /// The kind.
    pub kind: DifferenceKind,
    /// How many are new.
    pub count: u64,
}

/// The kinds that more than `most` new differences are of.
pub fn floods(new: impl IntoIterator<Item = DifferenceKind>, most: u64) -> Vec<Flood> {
    let mut counts: HashMap<DifferenceKind, u64> = HashMap::new();
    for kind in new {
        *counts.entry(kind).or_default() += 1;
    }
    let mut floods: Vec<Flood> =
        counts.into_iter().filter(|(_, count)| *count > most).map(|(kind, count)| Flood { kind, count }).collect();
    floods.sort_by_key(|flood| flood.kind);
    floods
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn finding(provider_order: &str, billed: &str) -> Finding {
        let period = Month::parse("2026-06").unwrap();
        let subject = Subject { uid: "1", account: "acme", provider_order, ..Subject::default() };
        let currency = Currency::parse("CNY").unwrap();
        let sides = Sides { currency, recorded: Exact::ZERO, billed: billed.parse().unwrap() };
        Finding::new(period, DifferenceKind::UnrecordedOrder, subject, sides, Reason::NotRecorded)
    }

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    /// What a run makes of what the book knows: the rows, and what it writes.
    struct Ran {
        rows: Vec<Difference>,
        changes: Vec<Met>,
    }

    fn meet(known: Vec<Difference>, found: &[Finding], today: NaiveDate) -> Ran {
        let mut known = Known::new(known);
        let met: Vec<Met> = found.iter().map(|finding| known.meet(finding.clone(), today)).collect();
        let rows = met.iter().map(|met| met.now.clone()).collect();
        Ran { rows, changes: met.into_iter().filter(Met::is_changed).chain(known.gone()).collect() }
    }

    fn decided(resolution: Resolution, of: &Difference) -> Difference {
        let decision = Decision {
            resolution,
            borne_by: None,
            note: None,
            operator: "li".into(),
            day: day("2026-07-03"),
            recorded: of.recorded,
            billed: of.billed,
            charge: None,
            entry: None,
            accrued: Amount::ZERO,
        };
        let state = DifferenceState::Resolved;
        Difference { state, resolution: Some(resolution), decision: Some(decision), ..of.clone() }
    }

    #[test]
    fn what_was_said_of_a_difference_stays_until_its_facts_change() {
        let (first, later) = (day("2026-07-03"), day("2026-07-20"));
        let new = meet(vec![], &[finding("1", "5")], first).rows.remove(0);
        assert_eq!((new.state, new.since, new.reopened), (DifferenceState::Open, first, 0));
        let again = |known: &Difference, billed: &str| meet(vec![known.clone()], &[finding("1", billed)], later);
        assert!(again(&new, "5").changes.is_empty(), "a rerun writes nothing");

        let acknowledged = Difference { state: DifferenceState::Acknowledged, owner: Some("li".into()), ..new.clone() };
        let table = [
            (acknowledged.clone(), "5", "acknowledged", 0),
            (acknowledged, "6", "acknowledged", 0),
            (decided(Resolution::Accepted, &new), "5", "resolved", 0),
            (decided(Resolution::Accepted, &new), "6", "open", 1),
            (decided(Resolution::WrittenOff, &new), "5", "resolved", 0),
            (decided(Resolution::Recorded, &new), "5", "open", 1),
            (new.gone(), "5", "open", 1),
        ];
        for (known, billed, state, reopened) in table {
            let row = again(&known, billed).rows.remove(0);
            assert_eq!((row.state.as_str(), row.reopened), (state, reopened), "{:?} {billed}", known.resolution);
            assert_eq!(row.decision.is_some(), state == "resolved");
        }
    }

    #[test]
    fn what_is_not_found_any_more_resolves_itself_once() {
        let new = meet(vec![], &[finding("1", "5")], day("2026-07-03")).rows.remove(0);
        let met = meet(vec![new.clone()], &[], day("2026-07-04"));
        assert_eq!((met.rows.len(), met.changes.len()), (0, 1));
        assert_eq!(met.changes[0].now.resolution, Some(Resolution::Auto));
        assert!(meet(vec![met.changes[0].now.clone()], &[], day("2026-07-05")).changes.is_empty());
        let accepted = meet(vec![decided(Resolution::Accepted, &new)], &[], day("2026-07-05")).changes.remove(0).now;
        assert_eq!((accepted.resolution, accepted.decision), (Some(Resolution::Auto), None), "nothing is left that was accepted");
        let recorded = decided(Resolution::Recorded, &new);
        assert!(meet(vec![recorded], &[], day("2026-07-05")).changes.is_empty(), "that is what recording was for");
    }

    #[test]
    fn a_snoozed_one_comes_back_and_a_carried_one_has_an_owner_and_a_day() {
        let new = meet(vec![], &[finding("1", "5")], day("2026-07-03")).rows.remove(0);
        let snoozed = Difference { state: DifferenceState::Snoozed, until: Some(day("2026-07-10")), ..new.clone() };
        assert!(!snoozed.is_open(day("2026-07-09")) && snoozed.is_open(day("2026-07-10")));
        assert!(!snoozed.is_carried());
        let owned = Difference { owner: Some("li".into()), due: Some(day("2026-08-01")), ..snoozed };
        assert!(owned.is_carried());
        assert!(!Difference { state: DifferenceState::Open, ..owned }.is_carried());
    }

    #[test]
    fn ages_fall_into_buckets_and_many_new_ones_are_a_flood() {
        let buckets: Vec<_> = [0, 30, 31, 60, 61, 90, 91].into_iter().map(age_bucket).collect();
        assert_eq!(buckets, ["0-30", "0-30", "31-60", "31-60", "61-90", "61-90", "90+"]);
        let found: Vec<Finding> = (0..3).map(|n| finding(&n.to_string(), "5")).collect();
        let met = meet(vec![], &found, day("2026-07-03"));
        let new = |ran: &Ran| ran.changes.iter().filter(|met| met.is_new()).map(|met| met.now.kind).collect::<Vec<_>>();
        assert_eq!(floods(new(&met), 3), []);
        assert_eq!(floods(new(&met), 2), [Flood { kind: DifferenceKind::UnrecordedOrder, count: 3 }]);
        assert_eq!(new(&meet(met.rows, &found, day("2026-07-03"))), [], "known ones are not new");
    }
}
