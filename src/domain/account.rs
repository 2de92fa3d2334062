//! A customer's sub-account: its identity, its life, and what it may spend.

pub mod life;
pub mod particulars;

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::code::{Code, Name};
use crate::domain::contact::{Email, Mobile};
use crate::domain::dated::Dated;
use crate::domain::id::{AccountId, EntityId, GroupId, UpstreamId};
use crate::domain::money::{Amount, Currency, Money, Overflow};
use crate::domain::order::OrderKind;
use crate::domain::percent::Percents;
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::domain::words::words;

words! {
    /// Where an account is in its life.
    AccountState, "a state" {
        /// Asked to join; nobody has answered.
        Invited = "invited",
        /// The holder has opened it; the UID is known.
        Accepted = "accepted",
        /// Its real name is tied to an entity.
        Verified = "verified",
        /// May buy.
        Active = "active",
        /// Stopped for the time being.
        Frozen = "frozen",
        /// No longer ours.
        Released = "released",
        /// The invitation ran out.
        Expired = "expired",
        /// The invitation was taken back.
        Revoked = "revoked",
        /// The holder said no.
        Declined = "declined",
    }
}

impl AccountState {
    /// Whether it is there: it has not left, and may still come.
    pub fn lives(self) -> bool {
        !self.has_ended() && self != Self::Expired
    }

    /// Whether its life is over for good.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Released | Self::Revoked | Self::Declined)
    }
}

words! {
    /// How an account came into the book.
    Origin, "an origin" {
        /// Opened for the customer through an invitation.
        Created = "created",
        /// An existing account that the owner consents to bring.
        Associated = "associated",
    }
}

words! {
    /// Who pays the provider's charges of an account, and when.
    Mode, "a settlement mode" {
        /// The agent pays within a credit limit and settles monthly.
        AgentPays = "agent-pays",
        /// The account spends what finance allocated to it.
        Prepaid = "prepaid",
    }
}

words! {
    /// Who sells to the customer.
    Model, "a model" {
        /// The agent buys at its own terms, sells at its own price, and invoices.
        Resale = "resale",
        /// The provider's price passes through to the customer; the agent earns commission.
        Agency = "agency",
    }
}

impl Model {
    /// What an account has unless somebody says otherwise.
    pub const USUAL: Self = Self::Resale;
}

words! {
    /// What the provider does when an account has nothing left to spend.
    ShutdownPolicy, "a shutdown policy" {
        /// Stops what is paid by use at once.
        Immediate = "immediate",
        /// Lets it run on until an overdraft is used up.
        Delayed = "delayed",
        /// Never stops it by itself.
        Never = "none",
    }
}

impl ShutdownPolicy {
    /// What an account has unless somebody says otherwise.
    pub const USUAL: Self = Self::Immediate;
}

words! {
    /// Whether an account may make new purchases.
    Purchases, "an answer about purchases" {
        /// It may.
        Allow = "allow",
        /// It may not: only renew what it has.
        Ban = "ban",
    }
}

impl Purchases {
    /// What an account has unless somebody says otherwise.
    pub const USUAL: Self = Self::Allow;

    /// Whether it may not.
    pub fn are_banned(self) -> bool {
        self == Self::Ban
    }
}

words! {
    /// What an account is used for; one account never mixes them.
    Environment, "an environment" {
        /// Serves customers.
        Production = "production",
        /// For trying things out.
        Test = "test",
        /// For building things.
        Development = "development",
    }
}

words! {
    /// A condition of an association that the book cannot see, vouched for by a person.
    Attestation, "an attestation" {
        /// The account belongs to no other agent.
        NoOtherAgent = "no-other-agent",
        /// It owes the provider nothing.
        NoArrears = "no-arrears",
        /// It has no unfinished orders.
        NoOpenOrders = "no-open-orders",
        /// It stands under no enterprise-finance trusteeship; nobody has to vouch for it.
        NoTrusteeship = "no-trusteeship",
    }
}

/// An account's number at the provider: text, never a number, because spreadsheets keep fifteen digits and a UID has sixteen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(String);

/// Why a text is not a UID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAUid {
    /// `1.06892E+15`: a spreadsheet has cut the digits off.
    #[error(
        "a spreadsheet such as Excel has turned the UID into a number and lost digits; take it from the provider's console again"
    )]
    Spreadsheet,
    /// `name@…`: a RAM user, which is a login inside an account and has no bill of its own.
    #[error("this is a RAM user, a login inside an account, not an account; give the 16-digit UID of the account it belongs to")]
    RamUser,
    /// Anything else that is not digits.
    #[error("a UID has digits only, usually 16")]
    NotDigits,
}

impl Uid {
    /// Reads a UID as people and files write it; blanks and the tabs that protect it from spreadsheets are trimmed.
    pub fn parse(text: &str) -> Result<Self, NotAUid> {
        let text = text.trim();
        if !text.is_empty() && text.len() <= 24 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(if looks_like_spreadsheet_number(text) {
            NotAUid::Spreadsheet
        } else if text.contains('@') {
            NotAUid::RamUser
        } else {
            NotAUid::NotDigits
        })
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has the sixteen digits of every UID seen so far.
    pub fn has_usual_length(&self) -> bool {
        self.0.len() == 16
    }
}

/// Whether a text is what a spreadsheet makes of a long number: `1.06892E+15`.
pub fn looks_like_spreadsheet_number(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    is_number(exponent) && mantissa.splitn(2, ['.', ',']).all(is_number)
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Uid {
    type Err = NotAUid;

    fn from_str(text: &str) -> Result<Self, NotAUid> {
        Self::parse(text)
    }
}

/// A sub-account as the book holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// What people type.
    pub code: Code,
    /// Its number at the provider, once known.
    pub uid: Option<Uid>,
    /// Whose purchases it counts with, and from which day on. It changes with a month, and never between two currencies.
    pub group: Dated<GroupId>,
    /// Its real-name owner.
    pub entity: EntityId,
    /// Where it is in its life.
    pub state: AccountState,
    /// How it came into the book.
    pub origin: Origin,
    /// Who sells to the customer.
    pub model: Model,
    /// Who pays, and from which day on.
    pub mode: Dated<Mode>,
    /// What it is used for.
    pub environment: Environment,
    /// Through whom it is bought; through anybody who sells to the agent when `None`.
    pub upstream: Option<UpstreamId>,
    /// The holder's mobile number.
    pub mobile: Option<Mobile>,
    /// The holder's e-mail address.
    pub email: Option<Email>,
    /// Its login name at the provider: some bills name accounts by it.
    pub login: Option<Name>,
    /// The person who holds the login.
    pub holder: Option<Name>,
    /// How much it may owe while the agent pays, in minor units of the group's currency, and from which day on.
    pub credit_limit: Dated<Amount>,
    /// From when its charges are ours.
    pub since: NaiveDate,
    /// What the provider does when nothing is left.
    pub shutdown: ShutdownPolicy,
    /// Whether new purchases are forbidden.
    pub purchase_ban: bool,
    /// At which percents left somebody is told; the policy's when `None`.
    pub low_balance: Option<Percents>,
}

impl Account {
    /// Whether the provider's charges of a day are this account's in the book: it has been active, and the day is not before
    /// its first.
    pub fn is_charged_on(&self, day: NaiveDate) -> bool {
        let was_active = matches!(self.state, AccountState::Active | AccountState::Frozen | AccountState::Released);
        was_active && day >= self.since
    }

    /// The group that its charges of a day count with.
    pub fn group_on(&self, day: NaiveDate) -> GroupId {
        self.group.on(day)
    }

    /// The group that a month of it belongs to: what it was charged in that month is that group's to pay.
    pub fn group_in(&self, month: Month) -> GroupId {
        self.group.on(month.last_day())
    }

    /// Whether any day of it belongs to a group.
    pub fn was_in(&self, group: GroupId) -> bool {
        self.group.spans().any(|(_, _, of)| of == group)
    }

    /// The same in another group from a day on. An account is billed by the month, so it changes groups with one; what it has spent
    /// since stays where it was priced, and unspent money stays with the group that gave it. One that was put into a wrong group is
    /// put right from its first day on.
    pub fn moved_to(&self, group: &Group, before: &Group, day: NaiveDate, left: MoveLeft) -> Result<Self, Refusal> {
        let account = || self.code.clone();
        if self.group.on(day) == group.id {
            return Ok(self.clone());
        }
        let first_day = self.group.days().min().unwrap_or(day);
        let is_from_the_first = day <= first_day;
        let moved = if is_from_the_first { Dated::since(first_day, group.id) } else { self.group.with(day, group.id) };
        if group.currency != before.currency {
            return Err(Refusal::CurrencyMismatch { expected: before.currency, found: group.currency });
        }
        if !is_from_the_first && day != Month::of(day).first_day() {
            return Err(Refusal::MoveWithinMonth { account: account(), date: day, next: Month::of(day).next().first_day() });
        }
        if let Some((later, _)) = self.group.next_after(day) {
            return Err(Refusal::MovedLater { account: account(), date: day, later });
        }
        // Money alone stays with its group; an account that was never in it has had none of it.
        let last = if is_from_the_first { left.last_dated } else { left.last_charged };
        if let Some(last) = last.filter(|last| *last >= first_day.max(day)) {
            return Err(Refusal::MoveAfterCharges {
                account: account(),
                date: day,
                last,
                next: Month::of(last).next().first_day(),
            });
        }
        if self.mode.on(day) == Mode::Prepaid {
            if day > left.today {
                return Err(Refusal::DateInFuture { date: day, today: left.today });
            }
            // Its usage would be paid by whoever gives it money next.
            if let Some(month) = left.open_before.filter(|_| !is_from_the_first) {
                return Err(Refusal::MoveMonthOpen { account: account(), group: before.code.clone(), month });
            }
        }
        if !left.unspent.is_zero() {
            let unspent = Money::new(left.unspent, before.currency);
            return Err(Refusal::MoveUnspent { account: account(), group: before.code.clone(), unspent });
        }
        Ok(Self { group: moved, ..self.clone() })
    }

    /// Nothing of an account is dated before its charges are ours.
    pub fn require_dated_since(&self, date: NaiveDate) -> Result<(), Refusal> {
        if date < self.since {
            return Err(Refusal::BeforeSince { account: self.code.clone(), date, since: self.since });
        }
        Ok(())
    }

    /// How much it may owe on a day: nothing while it is prepaid.
    pub fn credit_on(&self, day: NaiveDate) -> Amount {
        match self.mode.on(day) {
            Mode::AgentPays => self.credit_limit.on(day),
            Mode::Prepaid => Amount::ZERO,
        }
    }

    /// How it stood at the end of the day on which the least was left: of a day, and of every later one until today. What came in
    /// later, was paid later or was lent later pays for nothing before. `funds` and `owed` are what it had and owed at the end of
    /// that day, and of each later one on which they moved, rising.
    pub fn standing_from(
        &self,
        day: NaiveDate,
        today: NaiveDate,
        (funds, owed): (&[DayEnd], &[DayEnd]),
        pending_usage: Amount,
    ) -> Result<Standing, Overflow> {
        let terms = self.credit_limit.days().chain(self.mode.days()).filter(|from| day < *from && *from <= today);
        let mut later: Vec<NaiveDate> = funds.iter().chain(owed).map(|end| end.0).filter(|end| day < *end).chain(terms).collect();
        later.sort_unstable();
        later.dedup();
        let at = |ends: &[DayEnd], day| {
            let until = ends.partition_point(|end| end.0 <= day);
            ends[..until].last().map_or(Amount::ZERO, |end| end.1)
        };
        let mode = self.mode.on(day);
        let standing = |day| {
            let (funds, owed, credit_limit) = (at(funds, day), at(owed, day), self.credit_on(day));
            Standing { mode, funds, owed, credit_limit, pending_usage }
        };
        let mut tightest = standing(day);
        for day in later {
            let standing = standing(day);
            if standing.available()? < tightest.available()? {
                tightest = standing;
            }
        }
        Ok(tightest)
    }

    /// Refuses to change who pays while money would stay behind in the old way. `owed` and `unspent` are what there is by now, or
    /// was before the day of the change.
    pub fn require_settled(&self, owed: Money, unspent: Money, pending: Money) -> Result<(), Refusal> {
        if owed.amount.is_zero() && unspent.amount.is_zero() && pending.amount.is_zero() {
            return Ok(());
        }
        Err(Refusal::SwitchUnsettled { account: self.code.clone(), owed, unspent, pending })
    }

    /// Whether a purchase of a kind is forbidden by the ban.
    pub fn require_may_buy(&self, kind: OrderKind) -> Result<(), Refusal> {
        if self.purchase_ban && kind.is_new_purchase() {
            return Err(Refusal::PurchaseBanned { account: self.code.clone(), kind });
        }
        Ok(())
    }

    /// Only an active account plans purchases or is given money.
    pub fn require_active(&self) -> Result<(), Refusal> {
        if self.state == AccountState::Active {
            return Ok(());
        }
        Err(self.not_active())
    }

    /// What has happened at the provider is recorded of a frozen account, too: only what is planned needs an active one.
    pub fn require_was_active(&self) -> Result<(), Refusal> {
        if matches!(self.state, AccountState::Active | AccountState::Frozen) {
            return Ok(());
        }
        Err(self.not_active())
    }

    fn not_active(&self) -> Refusal {
        Refusal::AccountNotActive { account: self.code.clone(), state: self.state, origin: self.origin }
    }
}

/// A group: the accounts whose purchases count together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its row.
    pub id: GroupId,
    /// What people type.
    pub code: Code,
    /// Its name.
    pub name: Name,
    /// What its money is counted in.
    pub currency: Currency,
    /// How many days after its end a month is due, and from which day on; the policy's when `None`.
    pub payment_days: Option<Dated<u16>>,
}

/// What an account has done, and has left, when it is to change groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveLeft {
    /// The day on which it is recorded: what a prepaid account will have left on a later one, nobody knows.
    pub today: NaiveDate,
    /// The month before the change, while it is not closed.
    pub open_before: Option<Month>,
    /// The last day on which anything of it was charged.
    pub last_charged: Option<NaiveDate>,
    /// The last day on which anything of it is dated: a charge, or money.
    pub last_dated: Option<NaiveDate>,
    /// Allocated money that it has not spent, in minor units; below zero where it is in arrears.
    pub unspent: Amount,
}

/// A day, and what there was at its end, in minor units.
pub type DayEnd = (NaiveDate, Amount);

/// What an account has, owes and may still spend, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Who pays.
    pub mode: Mode,
    /// Allocated balance left; negative when recorded facts have overdrawn it.
    pub funds: Amount,
    /// What it owes the agent.
    pub owed: Amount,
    /// How much it may owe; nothing while it is prepaid.
    pub credit_limit: Amount,
    /// Usage of the latest bill that is not charged yet, at its sale price.
    pub pending_usage: Amount,
}

impl Standing {
    /// What a new order may cost: credit limit (while the agent pays) and funds, less what is owed and what is pending. An account
    /// that has switched can have the one and the other, by facts that came late.
    pub fn available(&self) -> Result<Amount, Overflow> {
        self.credit_limit.plus(self.funds)?.minus(self.owed)?.minus(self.pending_usage)
    }

    /// By how much recorded facts exceed what was lent or given; zero if they do not.
    pub fn arrears(&self) -> Result<Amount, Overflow> {
        Ok(self.available()?.negated()?.or_zero())
    }

    /// Refuses an order that does not fit, with the figures.
    pub fn require_available(&self, account: &Code, needed: Amount, currency: Currency) -> Result<(), Refusal> {
        let available = self.available()?;
        if needed <= available || !needed.is_positive() {
            return Ok(());
        }
        let (account, needed, available) = (account.clone(), money(needed, currency), money(available, currency));
        Err(match self.mode {
            Mode::AgentPays => {
                Refusal::CreditInsufficient { account, needed, available, limit: money(self.credit_limit, currency) }
            }
            Mode::Prepaid => Refusal::FundsInsufficient { account, needed, available },
        })
    }
}

fn money(amount: Amount, currency: Currency) -> Money {
    Money::new(amount, currency)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Of rows of day, funds and owed; the account is agent-pays from the 10th to the 19th, with a credit of 100, and of 500
    /// from the 15th on.
    fn left_from(first: u32, today: u32, ends: &[(u32, i64, i64)]) -> i64 {
        let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
        let fen = Amount::from_minor;
        let mut account = account(Origin::Created, AccountState::Active);
        account.mode = Dated::since(day(1), Mode::Prepaid).with(day(10), Mode::AgentPays).with(day(20), Mode::Prepaid);
        account.credit_limit = Dated::since(day(1), fen(0)).with(day(10), fen(100)).with(day(15), fen(500));
        let funds: Vec<DayEnd> = ends.iter().map(|end| (day(end.0), fen(end.1))).collect();
        let owed: Vec<DayEnd> = ends.iter().map(|end| (day(end.0), fen(end.2))).collect();
        let standing = account.standing_from(day(first), day(today), (&funds, &owed), fen(7)).unwrap();
        standing.available().unwrap().minor() + 7
    }

    #[test]
    fn what_is_left_from_a_day_on_is_the_least_of_any_day() {
        assert_eq!(left_from(1, 9, &[(1, 50, 0)]), 50);
        assert_eq!(left_from(1, 9, &[(1, 50, 0), (5, 90, 0)]), 50, "later money");
        assert_eq!(left_from(1, 9, &[(1, 50, 0), (4, 20, 0), (5, 90, 0)]), 20, "spent before it came");
        assert_eq!(left_from(10, 14, &[(10, 0, 30)]), 70);
        assert_eq!(left_from(10, 14, &[(10, 0, 30), (12, 0, 10)]), 70, "paid later");
        assert_eq!(left_from(10, 19, &[(10, 0, 30), (16, 0, 300)]), 70, "each day's debt is held against its own credit");
        assert_eq!(left_from(10, 19, &[(10, 0, 30), (14, 0, 90), (16, 0, 480)]), 10);
        assert_eq!(left_from(16, 19, &[(16, 0, 300)]), 200);
        assert_eq!(left_from(16, 21, &[(16, 0, 300)]), -300, "a credit that was taken away");
        assert_eq!(left_from(16, 19, &[(16, 0, 300), (18, 0, 600)]), -100);
    }

    #[test]
    fn uids_are_digits_and_every_other_thing_is_told_apart() {
        let table = [
            ("1000000000000001", Ok("1000000000000001")),
            ("1000000000000001\t", Ok("1000000000000001")),
            ("100000000000001", Ok("100000000000001")),
            ("1.06892E+15", Err(NotAUid::Spreadsheet)),
            ("1,06892e15", Err(NotAUid::Spreadsheet)),
            ("ops@acme.onaliyun.com", Err(NotAUid::RamUser)),
            ("", Err(NotAUid::NotDigits)),
            ("acme", Err(NotAUid::NotDigits)),
            ("-1000000000000001", Err(NotAUid::NotDigits)),
        ];
        for (text, expected) in table {
            assert_eq!(Uid::parse(text).map(|u| u.to_string()), expected.map(str::to_owned), "{text:?}");
        }
        assert!(!Uid::parse("100000000000001").unwrap().has_usual_length());
    }

    pub(crate) fn account(origin: Origin, state: AccountState) -> Account {
        Account {
            id: AccountId(1),
            code: "acme".parse().unwrap(),
            uid: None,
            group: Dated::since(crate::domain::period::parse_date("2026-06-01").unwrap(), GroupId(1)),
            entity: EntityId(1),
            state,
            origin,
            model: Model::Resale,
            mode: Dated::since(crate::domain::period::parse_date("2026-06-01").unwrap(), Mode::Prepaid),
            environment: Environment::Test,
            upstream: None,
            login: None,
            mobile: None,
            email: None,
            holder: None,
            credit_limit: Dated::since(crate::domain::period::parse_date("2026-06-01").unwrap(), Amount::ZERO),
            since: crate::domain::period::parse_date("2026-06-01").unwrap(),
            shutdown: ShutdownPolicy::Immediate,
            purchase_ban: false,
            low_balance: None,
        }
    }

    #[test]
    fn an_account_changes_groups_with_a_month_and_with_nothing_left_behind() {
        let day = |text: &str| crate::domain::period::parse_date(text).unwrap();
        let group = |id: i64, currency: &str| Group {
            id: GroupId(id),
            code: format!("g{id}").parse().unwrap(),
            name: "Group".parse().unwrap(),
            currency: Currency::parse(currency).unwrap(),
            payment_days: None,
        };
        let (acme, bolt, dollars) = (group(1, "CNY"), group(2, "CNY"), group(3, "USD"));
        let left = |last_charged: Option<&str>, unspent| MoveLeft {
            today: day("2026-07-20"),
            open_before: None,
            last_charged: last_charged.map(day),
            last_dated: last_charged.map(day),
            unspent: Amount::from_minor(unspent),
        };
        let nothing = left(None, 0);
        let of = account(Origin::Created, AccountState::Active);
        let told = |to: &Group, on: &str, left| of.moved_to(to, &acme, day(on), left).map_err(|refusal| refusal.code());
        let moved = told(&bolt, "2026-07-01", left(Some("2026-06-30"), 0)).unwrap();
        assert_eq!((moved.group_on(day("2026-06-30")), moved.group_on(day("2026-07-01"))), (GroupId(1), GroupId(2)));
        assert_eq!(moved.group_in(Month::of(day("2026-07-01"))), GroupId(2));
        assert!(moved.was_in(GroupId(1)) && moved.was_in(GroupId(2)) && !of.was_in(GroupId(2)));
        assert_eq!(told(&acme, "2026-07-05", left(Some("2026-07-09"), 5)), Ok(of.clone()), "it is there already");
        let table = [
            (&dollars, "2026-07-01", nothing, "currency.mismatch"),
            (&bolt, "2026-07-02", nothing, "group.move-within-month"),
            (&bolt, "2026-07-01", left(Some("2026-07-01"), 0), "group.move-after-charges"),
            (&bolt, "2026-07-01", left(None, 1), "group.move-unspent"),
            (&bolt, "2026-07-01", left(None, -1), "group.move-unspent"),
            (&bolt, "2026-08-01", nothing, "date.future"),
        ];
        for (to, on, left, expected) in table {
            assert_eq!(told(to, on, left), Err(expected), "{} {on}", to.code);
        }
        // Before June is closed, nobody knows what it will have used.
        let june = MoveLeft { open_before: Some(Month::of(day("2026-06-01"))), ..nothing };
        assert_eq!(told(&bolt, "2026-07-01", june), Err("group.move-month-open"));
        // What was put into a wrong group is put right from its first day on, whenever that was.
        for first in ["2026-05-01", "2026-06-01"] {
            let right = told(&bolt, first, nothing).unwrap();
            assert_eq!(right.group, Dated::since(day("2026-06-01"), GroupId(2)), "{first}");
        }
        let paid = MoveLeft { last_dated: Some(day("2026-06-02")), ..nothing };
        assert_eq!(told(&bolt, "2026-06-01", paid), Err("group.move-after-charges"), "money came to it in acme");
        assert!(told(&bolt, "2026-07-01", paid).is_ok());
        let mid_month = Account { group: Dated::since(day("2026-07-15"), GroupId(1)), ..of.clone() };
        let right = mid_month.moved_to(&bolt, &acme, day("2026-07-15"), nothing).unwrap();
        assert_eq!(right.group_on(day("2026-07-15")), GroupId(2));
        let back = moved.moved_to(&acme, &acme, day("2026-06-01"), nothing);
        assert_eq!(back.map_err(|refusal| refusal.code()).map(|_| ()), Ok(()), "it was there on that day");
        let earlier = Account { mode: Dated::since(day("2026-06-01"), Mode::AgentPays), ..moved };
        let earlier = earlier.moved_to(&bolt, &acme, day("2026-06-01"), nothing);
        assert_eq!(earlier.map(|_| ()).map_err(|refusal| refusal.code()), Err("group.moved-later"));
    }

    #[test]
    fn only_an_account_that_was_active_is_charged_and_only_from_its_first_day() {
        let day = |text| crate::domain::period::parse_date(text).unwrap();
        let table = [
            (AccountState::Active, "2026-06-01", true),
            (AccountState::Active, "2026-05-31", false),
            (AccountState::Frozen, "2026-06-02", true),
            (AccountState::Invited, "2026-06-02", false),
            (AccountState::Accepted, "2026-06-02", false),
        ];
        for (state, date, charged) in table {
            assert_eq!(account(Origin::Created, state).is_charged_on(day(date)), charged, "{state} {date}");
        }
    }

    #[test]
    fn what_is_available_depends_on_who_pays() {
        let standing = |mode, funds, owed, limit, pending| Standing {
            mode,
            funds: Amount::from_minor(funds),
            owed: Amount::from_minor(owed),
            credit_limit: Amount::from_minor(limit),
            pending_usage: Amount::from_minor(pending),
        };
        let agent_pays = standing(Mode::AgentPays, 0, 5_689_999, 10_000_000, 3201);
        assert_eq!(agent_pays.available().unwrap().minor(), 4_306_800);
        let prepaid = standing(Mode::Prepaid, 1_730_000, 0, 0, 372);
        assert_eq!(prepaid.available().unwrap().minor(), 1_729_628);
        let overdrawn = standing(Mode::Prepaid, -500, 0, 0, 0);
        assert_eq!(overdrawn.arrears().unwrap().minor(), 500);
        let cny = Currency::parse("CNY").unwrap();
        let code: Code = "acme".parse().unwrap();
        assert!(prepaid.require_available(&code, Amount::from_minor(1_729_628), cny).is_ok());
        assert_eq!(prepaid.require_available(&code, Amount::from_minor(1_729_629), cny).unwrap_err().code(), "funds.insufficient");
        assert_eq!(
            agent_pays.require_available(&code, Amount::from_minor(4_306_801), cny).unwrap_err().code(),
            "credit.insufficient"
        );
        // A refund or a free order fits even an account in arrears.
        assert!(overdrawn.require_available(&code, Amount::from_minor(-1), cny).is_ok());
    }
}
