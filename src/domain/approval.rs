//! Approvals: what one operator asks for and another one decides (maker and checker).
//!
//! A movement of money above a limit of the policy is tried, taken back, and kept as a request: the command with everything that it
//! needs, and the entries that it would post. Approved by somebody else, it posts exactly those or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::code::Name;
use super::id::{ApprovalId, EntryId, GroupId};
use super::journal::{EntryContent, PostingContent};
use super::money::{Amount, Currency, Exact, Money, Overflow};
use super::operator::Reach;
use super::refusal::Refusal;
use super::words::words;

words! {
    /// A family of commands that share a limit: the first word of each.
    Family, "a family of commands" {
        /// The agent's own money at the provider.
        Pool = "pool",
        /// Customers' money.
        Fund = "fund",
        /// How much accounts may owe. Only where a limit names it: nothing moves.
        Credit = "credit",
        /// What customers pay, and what is given up.
        Settlement = "settlement",
        /// Closing a month without its bill.
        Period = "period",
    }
}

/// Up to how much a command goes through without a second person; in major units.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit {
    /// Of which commands; `None`: of all that move money.
    family: Option<Family>,
    /// In which currency; `None`: in each.
    currency: Option<Currency>,
    amount: Exact,
}

/// The limits of a book: `fund 20000 CNY, 50000 CNY, 8000 USD`. Of several that fit, the one that names the family counts before
/// one that does not, and then the one that names the currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(Vec<Limit>);

impl Limits {
    /// Whether nothing needs a second person.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Up to how much a command of a family goes through in a currency; in major units.
    pub fn of(&self, family: Family, currency: Currency) -> Option<Exact> {
        let fits = |limit: &&Limit| {
            let by_family = limit.family.map_or(family != Family::Credit, |named| named == family);
            by_family && limit.currency.is_none_or(|named| named == currency)
        };
        let closest = self.0.iter().filter(fits).max_by_key(|limit| (limit.family.is_some(), limit.currency.is_some()));
        closest.map(|limit| limit.amount)
    }

    /// The first of some amounts that is above its limit. Closing a month without its bill takes two people wherever there is any
    /// limit, whatever it comes to, unless a limit says so of it.
    pub fn exceeded(&self, family: Family, moved: &[Money]) -> Option<Excess> {
        if family == Family::Period && !self.is_empty() && !self.0.iter().any(|limit| limit.family == Some(family)) {
            return moved.first().map(|amount| Excess { amount: *amount, limit: Exact::ZERO });
        }
        moved.iter().find_map(|amount| {
            let limit = self.of(family, amount.currency)?;
            (Exact::from_amount(amount.amount, amount.currency) > limit).then_some(Excess { amount: *amount, limit })
        })
    }
}

impl FromStr for Limits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut limits: Vec<Limit> = Vec::new();
        // What is meant by 50,000 is not 50 and 0.
        let is_grouped = |(place, _): (usize, &str)| {
            let before = text[..place].bytes().next_back().is_some_and(|byte| byte.is_ascii_digit());
            before && text[place + 1..].bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        };
        if text.match_indices(',').any(is_grouped) {
            return Err("amounts are written without commas: 50000 CNY; a blank follows the comma between two limits".to_owned());
        }
        if text.trim() == "none" {
            return Ok(Self::default());
        }
        for item in text.split(',') {
            let limit = limit(item)?;
            if limits.iter().any(|known| (known.family, known.currency) == (limit.family, limit.currency)) {
                return Err(format!("{:?} says a second time what the limit is", item.trim()));
            }
            limits.push(limit);
        }
        Ok(Self(limits))
    }
}

/// `fund 20000 CNY`: an amount, and in any order the family and the currency that it is for.
fn limit(item: &str) -> Result<Limit, String> {
    let wrong = || {
        let families = Family::ALL.iter().map(|family| family.as_str()).collect::<Vec<_>>().join(", ");
        format!("{:?} is no limit such as 50000, 50000 CNY or fund 20000 CNY (of {families}); or none", item.trim())
    };
    let (mut family, mut currency, mut amount) = (None, None, None);
    for word in item.split_whitespace() {
        let is_new = if let Ok(found) = word.parse::<Family>() {
            family.replace(found).is_none()
        } else if let Some(found) = Currency::parse(word) {
            currency.replace(found).is_none()
        } else {
            let found: Option<Exact> = word.parse().ok().filter(|amount: &Exact| !amount.is_negative());
            amount.replace(found.ok_or_else(wrong)?).is_none()
        };
        if !is_new {
            return Err(wrong());
        }
    }
    Ok(Limit { family, currency, amount: amount.ok_or_else(wrong)? })
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (place, Limit { family, currency, amount }) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            if let Some(family) = family {
                write!(f, "{family} ")?;
            }
            write!(f, "{amount}")?;
            if let Some(currency) = currency {
                write!(f, " {currency}")?;
            }
        }
        Ok(())
    }
}

/// What is above a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excess {
    /// How much.
    pub amount: Money,
    /// Up to how much goes through; in major units.
    pub limit: Exact,
}

/// Something that a request does beside its entries: the months that it pays, the credit that it gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// To what.
    pub what: String,
    /// What becomes of it.
    pub becomes: String,
}

/// How much some entries move: the sum of their debits, by currency.
pub fn moved(entries: &[EntryContent]) -> Result<Vec<Money>, Overflow> {
    let mut sums: BTreeMap<Currency, Amount> = BTreeMap::new();
    for PostingContent { amount, .. } in entries.iter().flat_map(|entry| &entry.postings) {
        if amount.amount.is_positive() {
            let sum = sums.entry(amount.currency).or_default();
            *sum = sum.plus(amount.amount)?;
        }
    }
    Ok(sums.into_iter().map(|(currency, amount)| Money::new(amount, currency)).collect())
}

words! {
    /// What became of a request.
    ApprovalState, "a state of a request" {
        /// Somebody else has to decide.
        Pending = "pending",
        /// It was approved, and has been done.
        Approved = "approved",
        /// Somebody else has said no.
        Rejected = "rejected",
        /// Who asked does not want it any more.
        Withdrawn = "withdrawn",
        /// Nobody has decided in time.
        Expired = "expired",
    }
}

words! {
    /// How a request was decided.
    Verdict, "a verdict" {
        /// Done.
        Approved = "approved",
        /// Refused by somebody else.
        Rejected = "rejected",
        /// Taken back by who asked.
        Withdrawn = "withdrawn",
    }
}

/// Who has decided on a request, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// How.
    pub verdict: Verdict,
    /// By which operator.
    pub by: String,
    /// The OS user that they are.
    pub by_uid: u32,
    /// When.
    pub day: NaiveDate,
    /// Why.
    pub note: Option<Name>,
    /// What it has posted.
    pub entries: Vec<EntryId>,
}

/// A command that waits for a second person, or was decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its number; people see `a-1`.
    pub id: ApprovalId,
    /// The command.
    pub command: String,
    /// The command as it will run: everything that was typed, with its day. JSON.
    pub content: String,
    /// What was typed, as the log has it. JSON.
    pub arguments: String,
    /// The groups that it concerns; `None` for the whole book.
    pub groups: Option<BTreeSet<GroupId>>,
    /// Who asks.
    pub requester: String,
    /// The OS user that they are.
    pub requester_uid: u32,
    /// When.
    pub requested: NaiveDate,
    /// Why it needs a second person.
    pub excess: Excess,
    /// What it will post.
    pub entries: Vec<EntryContent>,
    /// What else it will do.
    pub effects: Vec<Effect>,
    /// The last day on which it can be approved.
    pub expires: NaiveDate,
    /// What was decided.
    pub decision: Option<Decision>,
}

impl Request {
    /// What became of it by a day.
    pub fn state(&self, today: NaiveDate) -> ApprovalState {
        match &self.decision {
            Some(Decision { verdict: Verdict::Approved, .. }) => ApprovalState::Approved,
            Some(Decision { verdict: Verdict::Rejected, .. }) => ApprovalState::Rejected,
            Some(Decision { verdict: Verdict::Withdrawn, .. }) => ApprovalState::Withdrawn,
            None if today > self.expires => ApprovalState::Expired,
            None => ApprovalState::Pending,
        }
    }

    /// What it concerns.
    pub fn reach(&self) -> Reach {
        self.groups.clone().map_or(Reach::Book, Reach::Groups)
    }

    /// Refuses to decide a second time, too late, or by the wrong person: who asks withdraws, somebody else approves or rejects.
    pub fn require_decidable(&self, verdict: Verdict, by_uid: u32, today: NaiveDate) -> Result<(), Refusal> {
        if let Some(decision) = &self.decision {
            let Decision { verdict, by, day, .. } = decision.clone();
            return Err(Refusal::ApprovalDecided { request: self.id, verdict, by, day });
        }
        if today > self.expires && verdict != Verdict::Withdrawn {
            return Err(Refusal::ApprovalExpired { request: self.id, expires: self.expires });
        }
        let is_own = by_uid == self.requester_uid;
        let requester = self.requester.clone();
        match verdict {
            Verdict::Approved | Verdict::Rejected if is_own => Err(Refusal::ApprovalOwn { request: self.id, verdict }),
            Verdict::Withdrawn if !is_own => Err(Refusal::ApprovalOthers { request: self.id, requester }),
            _ => Ok(()),
        }
    }

    /// Refuses to post or do anything else than what was asked for.
    pub fn require_the_same(&self, entries: &[EntryContent], effects: &[Effect]) -> Result<(), Refusal> {
        if self.entries == entries && self.effects == effects {
            Ok(())
        } else {
            Err(Refusal::ApprovalBookMoved { request: self.id })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chart::{LedgerCode, Owner};
    use crate::domain::journal::{Event, Note};
    use crate::domain::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn limits(text: &str) -> Limits {
        text.parse().unwrap()
    }

    fn money(text: &str, currency: &str) -> Money {
        let currency = Currency::parse(currency).unwrap();
        Money::new(text.parse::<Exact>().unwrap().to_amount(currency).unwrap(), currency)
    }

    #[test]
    fn the_closest_limit_counts() {
        let limits = limits("50000, 8000 USD, fund 20000, CNY settlement 30000");
        let of = |family, currency: &str| limits.of(family, Currency::parse(currency).unwrap()).map(|limit| limit.to_string());
        let rows = [
            (Family::Pool, "CNY", Some("50000")),
            (Family::Pool, "USD", Some("8000")),
            (Family::Fund, "CNY", Some("20000")),
            (Family::Fund, "USD", Some("20000")),
            (Family::Settlement, "CNY", Some("30000")),
            (Family::Settlement, "JPY", Some("50000")),
            (Family::Credit, "CNY", None),
        ];
        for (family, currency, limit) in rows {
            assert_eq!(of(family, currency).as_deref(), limit, "{family} {currency}");
        }
        assert_eq!(limits.to_string(), "50000, 8000 USD, fund 20000, settlement 30000 CNY");
        assert_eq!(limits.to_string().parse::<Limits>().unwrap(), limits);
    }

    #[test]
    fn what_is_at_the_limit_goes_through() {
        let limits = limits("100 CNY");
        let exceeds = |text: &str, currency: &str| limits.exceeded(Family::Fund, &[money(text, currency)]).is_some();
        assert!(!exceeds("100", "CNY") && exceeds("100.01", "CNY") && !exceeds("100000", "USD"));
        assert!(limits.exceeded(Family::Fund, &[money("1", "CNY"), money("101", "CNY")]).is_some(), "each counts");
        let none_accrued = [money("0", "CNY")];
        assert!(limits.exceeded(Family::Period, &none_accrued).is_some(), "nobody closes on what is expected alone");
        let of_period = "100, period 500".parse::<Limits>().unwrap();
        assert!(of_period.exceeded(Family::Period, &none_accrued).is_none());
        assert!(of_period.exceeded(Family::Period, &[money("500.01", "CNY")]).is_some());
        assert!("none".parse::<Limits>().unwrap().exceeded(Family::Period, &none_accrued).is_none());
        assert!("none".parse::<Limits>().unwrap().is_empty());
        assert_eq!("credit 5".parse::<Limits>().unwrap().of(Family::Pool, Currency::parse("CNY").unwrap()), None);
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for wrong in [
            "",
            "CNY",
            "-5 CNY",
            "5 CNY USD",
            "5 6",
            "5 fund pool",
            "5,",
            "5, 6",
            "5 XXZ",
            "fund 5, 6 fund",
            "sometimes",
            "50,000 CNY",
            "fund 1,500",
        ] {
            assert!(wrong.parse::<Limits>().is_err(), "{wrong:?}");
        }
    }

    fn request() -> Request {
        Request {
            id: ApprovalId(1),
            command: "fund deposit".to_owned(),
            content: "{}".to_owned(),
            arguments: "{}".to_owned(),
            groups: Some(BTreeSet::from([GroupId(1)])),
            requester: "wang.fang".to_owned(),
            requester_uid: 1,
            requested: day("2026-06-01"),
            excess: Excess { amount: money("200", "CNY"), limit: "100".parse().unwrap() },
            entries: vec![],
            effects: vec![],
            expires: day("2026-06-08"),
            decision: None,
        }
    }

    /// Every verdict in every state, by who asked and by somebody else.
    #[test]
    fn somebody_else_decides_once_and_in_time() {
        use std::fmt::Write as _;
        let decided = |verdict| Request {
            decision: Some(Decision {
                verdict,
                by: "li".to_owned(),
                by_uid: 2,
                day: day("2026-06-02"),
                note: None,
                entries: vec![],
            }),
            ..request()
        };
        let mut table = String::new();
        let states = [
            (request(), "2026-06-08"),
            (request(), "2026-06-09"),
            (decided(Verdict::Approved), "2026-06-03"),
            (decided(Verdict::Rejected), "2026-06-03"),
            (decided(Verdict::Withdrawn), "2026-06-09"),
        ];
        for (request, today) in states {
            let today = day(today);
            for verdict in Verdict::ALL {
                let by = |uid| match request.require_decidable(*verdict, uid, today) {
                    Ok(()) => "ok",
                    Err(refusal) => refusal.code(),
                };
                writeln!(table, "{} {verdict}: own {}, other {}", request.state(today), by(1), by(2)).unwrap();
            }
        }
        insta::assert_snapshot!(table, @"
        pending approved: own approval.own, other ok
        pending rejected: own approval.own, other ok
        pending withdrawn: own ok, other approval.others
        expired approved: own approval.expired, other approval.expired
        expired rejected: own approval.expired, other approval.expired
        expired withdrawn: own ok, other approval.others
        approved approved: own approval.decided, other approval.decided
        approved rejected: own approval.decided, other approval.decided
        approved withdrawn: own approval.decided, other approval.decided
        rejected approved: own approval.decided, other approval.decided
        rejected rejected: own approval.decided, other approval.decided
        rejected withdrawn: own approval.decided, other approval.decided
        withdrawn approved: own approval.decided, other approval.decided
        withdrawn rejected: own approval.decided, other approval.decided
        withdrawn withdrawn: own approval.decided, other approval.decided
        ");
    }

    #[test]
    fn what_moves_is_the_sum_of_the_debits() {
        let line = |text: &str, currency: &str| PostingContent {
            code: LedgerCode::Bank,
            owner: Owner::Agent,
            amount: money(text, currency),
        };
        let entry = |postings| EntryContent {
            event: Event::Deposit,
            effective: day("2026-06-01"),
            group: None,
            account: None,
            recipient: None,
            note: Note::default(),
            reverses: None,
            postings,
        };
        let entries =
            [entry(vec![line("5", "CNY"), line("-5", "CNY")]), entry(vec![line("7", "CNY"), line("-7", "CNY"), line("1", "USD")])];
        assert_eq!(moved(&entries).unwrap(), [money("12", "CNY"), money("1", "USD")]);
        let effect = Effect { what: "credit".to_owned(), becomes: "5".to_owned() };
        let same = |entries, effects| request().require_the_same(entries, effects).is_ok();
        assert!(same(&[], &[]) && !same(&entries, &[]) && !same(&[], &[effect]));
    }
}
