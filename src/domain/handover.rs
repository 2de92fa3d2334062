//! Hand-overs: the person who holds an account leaves, and somebody else takes it over.
//!
//! A case is one account's. Its five steps are ticked by those who do them, and may be taken back while it is open; a second
//! operator closes it, once the account has another holder. The leaver has no hand in that. Until then the account plans no orders.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::account::Account;
use crate::domain::code::{Code, Name};
use crate::domain::id::{AccountId, HandoverId, TickId};
use crate::domain::refusal::Refusal;
use crate::domain::suggest;
use crate::domain::words::words;

words! {
    /// What has to be done before an account is somebody else's.
    HandoverStep, "a step of a hand-over" {
        /// The mobile number at the provider is the new holder's.
        Mobile = "mobile",
        /// So is the e-mail address.
        Email = "email",
        /// The password is another one.
        Password = "password",
        /// The keys of RAM users that the leaver knew are gone.
        RamKeys = "ram-keys",
        /// The second factor is bound to the new holder's device.
        Mfa = "mfa",
    }
}

words! {
    /// Why somebody holds an account no longer.
    HandoverReason, "a reason of a hand-over" {
        /// They leave the company.
        Left = "left",
        /// They move to other work.
        Moved = "moved",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// Where a case is.
    HandoverState, "a state of a hand-over" {
        /// The account is not handed over yet.
        Open = "open",
        /// It is, or it was not needed.
        Closed = "closed",
    }
}

words! {
    /// What an operator does to a step.
    TickAct, "an act" {
        /// Says that it is done.
        Ticked = "ticked",
        /// Says that it is not, after all.
        TakenBack = "taken-back",
    }
}

/// The hand-over of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Its row; people see `h-1`.
    pub id: HandoverId,
    /// The account.
    pub account: AccountId,
    /// Who leaves, as the account named them.
    pub leaver: Name,
    /// Why.
    pub reason: HandoverReason,
    /// Anything else worth knowing.
    pub note: Option<Name>,
    /// When it was opened.
    pub opened: NaiveDate,
    /// By whom.
    pub opened_by: String,
    /// The last day on which it is in time.
    pub deadline: NaiveDate,
    /// How it ended.
    pub closing: Option<Closing>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// When.
    pub day: NaiveDate,
    /// Who closed it.
    pub by: String,
    /// Why the account needed no hand-over; `None` when it was handed over.
    pub not_needed: Option<Name>,
}

/// A step that was ticked, or taken back: who, when, why. Never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Its row.
    pub id: TickId,
    /// The case.
    pub case: HandoverId,
    /// The step.
    pub step: HandoverStep,
    /// What was done to it.
    pub act: TickAct,
    /// When.
    pub day: NaiveDate,
    /// By whom.
    pub operator: String,
    /// Anything else worth knowing.
    pub note: Option<Name>,
}

/// What of a case an operator has done, so that another one has to close it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnPart {
    /// Ticked these steps.
    Ticked(Vec<HandoverStep>),
    /// Opened it.
    Opened,
}

/// Whether two names are one person's: blanks around them and case do not tell people apart.
pub fn is_same_person(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// Whether an operator may be a person: people write "Wang Wei" for who logs in as `wang.wei`. Letters and digits alone count.
pub fn may_be(operator: &str, person: &str) -> bool {
    let letters = |name: &str| -> String { name.to_lowercase().chars().filter(|character| character.is_alphanumeric()).collect() };
    letters(operator) == letters(person)
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// An account that may have to be handed over, as it is seen today.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The account.
    pub account: Account,
    /// The case that is open for it.
    pub open: Option<HandoverId>,
}

/// What is to be opened when somebody leaves.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The accounts that need a case.
    pub accounts: Vec<Account>,
    /// The accounts that have one already.
    pub skipped: Vec<(Code, HandoverId)>,
}

/// Finds the accounts that live and are held by a person.
pub fn opening(leaver: &Name, candidates: Vec<Candidate>) -> Result<Opening, Refusal> {
    let living: Vec<Candidate> = candidates.into_iter().filter(|candidate| candidate.account.state.lives()).collect();
    let holds = |account: &Account| account.holder.as_ref().is_some_and(|holder| is_same_person(holder.as_str(), leaver.as_str()));
    let near = nearest_holders(leaver, &living);
    let mut opening = Opening { accounts: Vec::new(), skipped: Vec::new() };
    for Candidate { account, open } in living.into_iter().filter(|candidate| holds(&candidate.account)) {
        match open {
            None => opening.accounts.push(account),
            Some(case) => opening.skipped.push((account.code, case)),
        }
    }
    match (opening.accounts.is_empty(), opening.skipped.is_empty()) {
        (true, true) => Err(Refusal::HandoverNobody { holder: leaver.clone(), near }),
        (true, false) => Err(Refusal::HandoverOpenAlready { holder: leaver.clone(), cases: opening.skipped }),
        (false, _) => Ok(opening),
    }
}

/// Who may have been meant.
fn nearest_holders(given: &Name, living: &[Candidate]) -> Vec<String> {
    let holders = living.iter().filter_map(|candidate| candidate.account.holder.as_ref());
    let mut by_folded: BTreeMap<String, &Name> = BTreeMap::new();
    for holder in holders {
        by_folded.entry(folded(holder.as_str())).or_insert(holder);
    }
    let known: Vec<String> = by_folded.keys().cloned().collect();
    suggest::nearest(&folded(given.as_str()), &known).into_iter().map(|name| by_folded[&name].to_string()).collect()
}

/// The last day on which a hand-over is in time: the one that was asked for, or so many days from today.
pub fn deadline(asked: Option<NaiveDate>, today: NaiveDate, usual_days: u16) -> Result<NaiveDate, Refusal> {
    match asked {
        Some(day) if day < today => Err(Refusal::DayPassed { day, today }),
        Some(day) => Ok(day),
        None => Ok(today.checked_add_days(Days::new(u64::from(usual_days))).unwrap_or(NaiveDate::MAX)),
    }
}

impl Handover {
    /// Where it is.
    pub fn state(&self) -> HandoverState {
        if self.closing.is_some() { HandoverState::Closed } else { HandoverState::Open }
    }

    /// For how many days it has been open, or was.
    pub fn age(&self, today: NaiveDate) -> i64 {
        let until = self.closing.as_ref().map_or(today, |closing| closing.day);
        (until - self.opened).num_days()
    }

    /// How many days are left until the deadline, below zero when it has passed; `None` when nothing is left to do.
    pub fn days_left(&self, today: NaiveDate) -> Option<i64> {
        self.closing.is_none().then(|| (self.deadline - today).num_days())
    }

    /// Whether it is open, and late.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.days_left(today).is_some_and(|left| left < 0)
    }

    /// Whether somebody is the one who leaves.
    pub fn is_leaver(&self, name: &str) -> bool {
        is_same_person(self.leaver.as_str(), name)
    }
}

/// A case with all that was done to its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The case.
    pub handover: Handover,
    /// What was done to its steps, the first thing first.
    pub ticks: Vec<Tick>,
}

/// What becomes of the steps that somebody ticks or takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The steps that change.
    pub changed: Vec<HandoverStep>,
    /// The steps that were so already.
    pub unchanged: Vec<HandoverStep>,
}

impl Case {
    /// The tick that holds for a step: the last one, unless it was taken back.
    pub fn tick_of(&self, step: HandoverStep) -> Option<&Tick> {
        let last = self.ticks.iter().rfind(|tick| tick.step == step);
        last.filter(|tick| tick.act == TickAct::Ticked)
    }

    /// The steps that are done.
    pub fn done(&self) -> Vec<HandoverStep> {
        HandoverStep::ALL.iter().copied().filter(|step| self.tick_of(*step).is_some()).collect()
    }

    /// The steps that are not.
    pub fn missing(&self) -> Vec<HandoverStep> {
        HandoverStep::ALL.iter().copied().filter(|step| self.tick_of(*step).is_none()).collect()
    }

    /// Ticks that were taken back, each with what took it back.
    pub fn taken_back(&self) -> Vec<(&Tick, &Tick)> {
        let before = |at: usize, back: &Tick| self.ticks[..at].iter().rfind(|tick| tick.step == back.step);
        let backs = self.ticks.iter().enumerate().filter(|(_, tick)| tick.act == TickAct::TakenBack);
        backs.filter_map(|(at, back)| before(at, back).map(|ticked| (ticked, back))).collect()
    }

    fn require_open(&self) -> Result<(), Refusal> {
        match &self.handover.closing {
            None => Ok(()),
            Some(Closing { day, by, .. }) => Err(Refusal::HandoverClosed { case: self.handover.id, closed: *day, by: by.clone() }),
        }
    }

    /// Who leaves neither says that something is done nor that all is.
    fn require_not_own(&self, operator: &str) -> Result<(), Refusal> {
        if may_be(operator, self.handover.leaver.as_str()) {
            return Err(Refusal::HandoverOwn { case: self.handover.id, leaver: self.handover.leaver.clone() });
        }
        Ok(())
    }

    /// What an operator changes by ticking steps, or by taking them back.
    pub fn change(&self, steps: &[HandoverStep], act: TickAct, operator: &str) -> Result<Change, Refusal> {
        self.require_open()?;
        self.require_not_own(operator)?;
        let asked = HandoverStep::ALL.iter().copied().filter(|step| steps.contains(step));
        let is_so = |step: &HandoverStep| self.tick_of(*step).is_some() == (act == TickAct::Ticked);
        let (unchanged, changed) = asked.partition(is_so);
        Ok(Change { changed, unchanged })
    }

    /// Whether an operator may close it as done; `holder` is who holds the account by now.
    pub fn require_done(&self, account: &Code, holder: Option<&Name>, operator: &str) -> Result<(), Refusal> {
        let case = self.handover.id;
        self.require_open()?;
        self.require_not_own(operator)?;
        let missing = self.missing();
        if !missing.is_empty() {
            return Err(Refusal::HandoverStepsMissing { case, missing });
        }
        if holder.is_none_or(|holder| self.handover.is_leaver(holder.as_str())) {
            let (account, leaver) = (account.clone(), self.handover.leaver.clone());
            return Err(Refusal::HandoverSameHolder { case, account, leaver });
        }
        let is_own = |step: &HandoverStep| self.tick_of(*step).is_some_and(|tick| tick.operator == operator);
        let own: Vec<HandoverStep> = HandoverStep::ALL.iter().copied().filter(is_own).collect();
        if !own.is_empty() {
            return Err(Refusal::HandoverSecondOperator { case, operator: operator.to_owned(), part: OwnPart::Ticked(own) });
        }
        Ok(())
    }

    /// Whether an operator may close it as opened by mistake.
    pub fn require_not_needed(&self, operator: &str) -> Result<(), Refusal> {
        self.require_open()?;
        self.require_not_own(operator)?;
        if self.handover.opened_by == operator {
            let (case, operator) = (self.handover.id, operator.to_owned());
            return Err(Refusal::HandoverSecondOperator { case, operator, part: OwnPart::Opened });
        }
        Ok(())
    }

    /// Whether it is a case as these rules make them: ticks and their being taken back alternate, and who closed it might.
    pub fn is_sound(&self) -> bool {
        let alternates = HandoverStep::ALL.iter().all(|step| {
            let acts = self.ticks.iter().filter(|tick| tick.step == *step).map(|tick| tick.act);
            acts.enumerate().all(|(at, act)| (act == TickAct::Ticked) == (at % 2 == 0))
        });
        let not_by_the_leaver = self.ticks.iter().all(|tick| !self.handover.is_leaver(&tick.operator));
        let ended_well = self.handover.closing.as_ref().is_none_or(|closing| {
            let is_second = match closing.not_needed {
                Some(_) => closing.by != self.handover.opened_by,
                None => {
                    let is_anothers = |step| self.tick_of(step).is_some_and(|tick| tick.operator != closing.by);
                    HandoverStep::ALL.iter().copied().all(is_anothers)
                }
            };
            is_second && !self.handover.is_leaver(&closing.by)
        });
        alternates && not_by_the_leaver && ended_well
    }
}

#[cfg(test)]
mod tests {
    use super::HandoverStep::{Email, Mfa, Mobile, Password, RamKeys};
    use super::*;
    use crate::domain::account::tests::account;
    use crate::domain::account::{AccountState, Origin};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    /// A case of Wang Wei's that `opener` has opened, with ticks `(step, by)` and, by those named `-…`, taken back.
    fn case(ticks: &[(HandoverStep, &str)]) -> Case {
        let handover = Handover {
            id: HandoverId(1),
            account: AccountId(1),
            leaver: name("Wang Wei"),
            reason: HandoverReason::Left,
            note: None,
            opened: day("2026-07-01"),
            opened_by: "opener".to_owned(),
            deadline: day("2026-07-08"),
            closing: None,
        };
        let tick = |(number, (step, by)): (usize, &(HandoverStep, &str))| Tick {
            id: TickId(i64::try_from(number).unwrap()),
            case: HandoverId(1),
            step: *step,
            act: if by.starts_with('-') { TickAct::TakenBack } else { TickAct::Ticked },
            day: day("2026-07-02"),
            operator: by.trim_start_matches('-').to_owned(),
            note: None,
        };
        Case { handover, ticks: ticks.iter().enumerate().map(tick).collect() }
    }

    fn all_by(operator: &str) -> Case {
        let ticks: Vec<(HandoverStep, &str)> = HandoverStep::ALL.iter().map(|step| (*step, operator)).collect();
        case(&ticks)
    }

    fn closed(case: Case, by: &str, not_needed: Option<&str>) -> Case {
        let closing = Closing { day: day("2026-07-05"), by: by.to_owned(), not_needed: not_needed.map(name) };
        Case { handover: Handover { closing: Some(closing), ..case.handover }, ticks: case.ticks }
    }

    fn told<T>(result: Result<T, Refusal>) -> Result<T, &'static str> {
        result.map_err(|refusal| refusal.code())
    }

    #[test]
    fn people_are_told_apart_by_their_names_alone() {
        for (one, other, same) in [
            ("Wang Wei", " wang WEI ", true),
            ("王伟", "王伟", true),
            ("ÉLODIE", "élodie", true),
            ("Wang Wei", "Wang Wen", false),
            ("Wang Wei", "WangWei", false),
        ] {
            assert_eq!(is_same_person(one, other), same, "{one} {other}");
        }
        for (operator, person, may) in [
            ("wang.wei", "Wang Wei", true),
            ("wangwei", "Wang Wei", true),
            ("王伟", "王 伟", true),
            ("wang.wen", "Wang Wei", false),
        ] {
            assert_eq!(may_be(operator, person), may, "{operator} {person}");
        }
    }

    #[test]
    fn a_case_is_opened_for_every_living_account_that_has_none() {
        let candidate = |code: &str, state, holder: Option<&str>, open: Option<i64>| Candidate {
            account: Account { code: code.parse().unwrap(), holder: holder.map(name), ..account(Origin::Created, state) },
            open: open.map(HandoverId),
        };
        let every = |holder: &str| -> Vec<Candidate> {
            let states = AccountState::ALL.iter();
            states.map(|state| candidate(&format!("a-{state}"), *state, Some(holder), None)).collect()
        };
        let opened = opening(&name("wang wei"), every("Wang Wei")).unwrap();
        let codes: Vec<String> = opened.accounts.iter().map(|account| account.code.to_string()).collect();
        assert_eq!(codes, ["a-invited", "a-accepted", "a-verified", "a-active", "a-frozen"]);
        // One that has a case is named and left alone; when all have one, nothing is opened.
        let active = AccountState::Active;
        let mixed = vec![
            candidate("one", active, Some("Wang Wei"), Some(4)),
            candidate("two", active, Some("Wang Wei"), None),
            candidate("three", active, None, None),
        ];
        let opened = opening(&name("Wang Wei"), mixed.clone()).unwrap();
        assert_eq!((opened.accounts.len(), opened.skipped), (1, vec![("one".parse().unwrap(), HandoverId(4))]));
        assert_eq!(told(opening(&name("Wang Wei"), mixed[..1].to_vec())).unwrap_err(), "handover.open-already");
        let near = |given: &str, among: &[Candidate]| match opening(&name(given), among.to_vec()) {
            Err(Refusal::HandoverNobody { near, .. }) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("wang wie", &mixed), ["Wang Wei"]);
        assert_eq!(near("Zhang San", &mixed[2..]), [""; 0]);
        // Who holds only what has ended holds nothing.
        assert_eq!(near("Wang Wei", &[candidate("old", AccountState::Released, Some("Wang Wei"), None)]), [""; 0]);
    }

    #[test]
    fn a_deadline_has_not_passed() {
        let today = day("2026-07-03");
        assert_eq!(deadline(None, today, 7), Ok(day("2026-07-10")));
        assert_eq!(deadline(None, today, 0), Ok(today));
        assert_eq!(deadline(Some(today), today, 7), Ok(today));
        assert_eq!(told(deadline(Some(day("2026-07-02")), today, 7)), Err("day.passed"));
    }

    #[test]
    fn days_count_from_the_opening_and_to_the_deadline() {
        let Case { handover, .. } = case(&[]);
        for (today, age, left, overdue) in
            [("2026-07-01", 0, 7, false), ("2026-07-08", 7, 0, false), ("2026-07-09", 8, -1, true), ("2026-07-11", 10, -3, true)]
        {
            let today = day(today);
            let found = (handover.age(today), handover.days_left(today), handover.is_overdue(today));
            assert_eq!(found, (age, Some(left), overdue), "{today}");
        }
        let Case { handover, .. } = closed(case(&[]), "second", Some("a mistake"));
        assert_eq!((handover.age(day("2026-08-01")), handover.days_left(day("2026-08-01"))), (4, None));
        assert!(!handover.is_overdue(day("2026-08-01")) && handover.state() == HandoverState::Closed);
    }

    #[test]
    fn steps_are_ticked_once_and_taken_back() {
        let some = case(&[(Mobile, "li.na"), (Email, "li.na"), (Email, "-root"), (Mfa, "root"), (Mfa, "-root"), (Mfa, "li.na")]);
        assert_eq!((some.done(), some.missing()), (vec![Mobile, Mfa], vec![Email, Password, RamKeys]));
        let back: Vec<_> =
            some.taken_back().into_iter().map(|(tick, back)| (tick.step, &*tick.operator, &*back.operator)).collect();
        assert_eq!(back, [(Email, "li.na", "root"), (Mfa, "root", "root")]);
        let change = |steps: &[HandoverStep], act| some.change(steps, act, "root").map(|change| (change.changed, change.unchanged));
        assert_eq!(change(&[Mfa, Email, Email], TickAct::Ticked), Ok((vec![Email], vec![Mfa])));
        assert_eq!(change(&[Mfa, Email, Email], TickAct::TakenBack), Ok((vec![Mfa], vec![Email])));
        for act in TickAct::ALL {
            assert_eq!(told(some.change(&[Mfa], *act, "WANG WEI")).unwrap_err(), "handover.own");
            let ended = closed(some.clone(), "second", Some("a mistake"));
            assert_eq!(told(ended.change(&[Mfa], *act, "root")).unwrap_err(), "handover.closed");
        }
    }

    /// The first of several reasons is told: closed, the leaver's own, steps, the holder, the second operator.
    #[test]
    fn a_second_operator_closes_what_is_done() {
        let code: Code = "acme-prod".parse().unwrap();
        let close = |case: &Case, holder: Option<&str>, by: &str| told(case.require_done(&code, holder.map(name).as_ref(), by));
        let (some, all) = (case(&[(Mobile, "li.na")]), all_by("li.na"));
        for (case, holder, by, expected) in [
            (&all, Some("Chen Li"), "root", Ok(())),
            (&all, Some("root"), "root", Ok(())),
            (&some, Some("Chen Li"), "root", Err("handover.steps-missing")),
            (&all, Some("wang wei"), "root", Err("handover.same-holder")),
            (&all, None, "root", Err("handover.same-holder")),
            (&all, Some("Chen Li"), "li.na", Err("handover.second-operator")),
            (&all, Some("Chen Li"), "Wang wei", Err("handover.own")),
            (&all, Some("Chen Li"), "wang.wei", Err("handover.own")),
            (&some, Some("Wang Wei"), "wang wei", Err("handover.own")),
            (&closed(all.clone(), "root", None), Some("Wang Wei"), "wang wei", Err("handover.closed")),
        ] {
            assert_eq!(close(case, holder, by), expected, "{holder:?} {by}");
        }
        // Who ticked one of five is one of those who did it; who was put right by another is not.
        let mut ticks: Vec<(HandoverStep, &str)> = HandoverStep::ALL.iter().map(|step| (*step, "li.na")).collect();
        ticks.extend([(Mfa, "-li.na"), (Mfa, "root")]);
        assert_eq!(close(&case(&ticks), Some("Chen Li"), "root"), Err("handover.second-operator"));
        ticks.extend([(Mfa, "-li.na"), (Mfa, "li.na")]);
        assert_eq!(close(&case(&ticks), Some("Chen Li"), "root"), Ok(()));
    }

    #[test]
    fn another_operator_says_that_a_case_was_not_needed() {
        let not_needed = |case: &Case, by: &str| told(case.require_not_needed(by));
        let some = case(&[(Mobile, "li.na")]);
        assert_eq!(not_needed(&some, "li.na"), Ok(()));
        assert_eq!(not_needed(&some, "opener"), Err("handover.second-operator"));
        assert_eq!(not_needed(&some, "wang wei"), Err("handover.own"));
        assert_eq!(not_needed(&closed(some, "li.na", Some("a mistake")), "opener"), Err("handover.closed"));
    }

    #[test]
    fn a_case_that_the_rules_cannot_make_is_seen() {
        let all = all_by("li.na");
        let reason = Some("a mistake");
        for (sound, case) in [
            (true, case(&[])),
            (true, case(&[(Mobile, "li.na"), (Mobile, "-root"), (Mobile, "root")])),
            (true, closed(all.clone(), "root", None)),
            (true, closed(case(&[(Mobile, "li.na")]), "li.na", reason)),
            (false, case(&[(Mobile, "-li.na")])),
            (false, case(&[(Mobile, "li.na"), (Mobile, "root")])),
            (false, case(&[(Mobile, "Wang Wei")])),
            (false, closed(all.clone(), "li.na", None)),
            (false, closed(all, "Wang Wei", None)),
            (false, closed(case(&[(Mobile, "li.na")]), "root", None)),
            (false, closed(case(&[]), "opener", reason)),
        ] {
            assert_eq!(case.is_sound(), sound, "{case:?}");
        }
    }
}
