//! Operators: the people who may use the book, what each was granted, for which groups, and from when to when.
//!
//! A grant is a role for the whole book or for some groups, with the days on which it holds. Nothing of it is ever deleted: who
//! could do what on a day can be told years later.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::id::GroupId;
use super::refusal::Refusal;
use super::role::{Permission, Role};

/// A person who may use the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The OS user.
    pub os_uid: u32,
    /// How the log calls them.
    pub name: String,
    /// What they were granted, oldest first.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Whether they may do nothing at all at present, whatever they were granted.
    #[serde(default)]
    pub disabled: Option<Disabled>,
}

/// A role, for the whole book or for some groups, from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What they may do.
    pub role: Role,
    /// For which groups; empty for the whole book.
    pub groups: BTreeSet<GroupId>,
    /// The first day; since the book was made when `None`.
    pub from: Option<NaiveDate>,
    /// The last day; until it is revoked when `None`.
    pub until: Option<NaiveDate>,
    /// The day in the course of which it was taken back.
    pub revoked: Option<NaiveDate>,
}

/// That an operator may do nothing at present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Since when.
    pub day: NaiveDate,
    /// By which operator.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What a command is about, as far as a grant for some groups asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The whole book: bills, the pool, months, policy.
    Book,
    /// Nothing but these groups, their accounts and their money. None at all, where it concerns nobody's yet.
    Groups(BTreeSet<GroupId>),
}

impl Reach {
    /// What concerns one group.
    pub fn group(group: GroupId) -> Self {
        Self::Groups(BTreeSet::from([group]))
    }

    /// What concerns both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Groups(mut one), Self::Groups(other)) => {
                one.extend(other);
                Self::Groups(one)
            }
            _ => Self::Book,
        }
    }
}

impl Grant {
    /// A role for the whole book, always.
    pub fn of_book(role: Role) -> Self {
        Self { role, groups: BTreeSet::new(), from: None, until: None, revoked: None }
    }

    /// Whether it has begun by a day.
    fn has_begun(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day)
    }

    /// Whether it is for the whole book.
    pub fn is_for_book(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether it holds at this moment of a day.
    pub fn is_in_force(&self, today: NaiveDate) -> bool {
        self.revoked.is_none() && self.has_begun(today) && self.until.is_none_or(|until| today <= until)
    }

    /// Whether it held at some moment of a day that has passed, or holds on one to come.
    pub fn held_on(&self, day: NaiveDate) -> bool {
        let last = self.until.into_iter().chain(self.revoked).min();
        self.has_begun(day) && last.is_none_or(|last| day <= last)
    }

    /// Whether it was left when a day was over, as far as is known today.
    fn outlasted(&self, day: NaiveDate) -> bool {
        self.held_on(day) && self.revoked.is_none_or(|revoked| day < revoked)
    }

    /// Whether it ends some day by itself, or has ended.
    fn ends(&self) -> bool {
        self.until.is_some() || self.revoked.is_some()
    }
}

impl Operator {
    /// Whether they may do something at a moment of a day.
    pub fn may(&self, permission: Permission, reach: &Reach, today: NaiveDate) -> bool {
        let mut groups = BTreeSet::new();
        for grant in self.in_force(today).filter(|grant| grant.role.may(permission)) {
            if grant.is_for_book() {
                return true;
            }
            groups.extend(&grant.groups);
        }
        // A grant for no group at all was for the book; so without groups there is no grant.
        !groups.is_empty() && matches!(reach, Reach::Groups(concerned) if concerned.is_subset(&groups))
    }

    /// Whether they may do it for the whole book or for some group.
    pub fn may_somewhere(&self, permission: Permission, today: NaiveDate) -> bool {
        self.in_force(today).any(|grant| grant.role.may(permission))
    }

    /// The groups for which alone they may do something; none when they may do it for the whole book, or not at all.
    pub fn groups_for(&self, permission: Permission, today: NaiveDate) -> BTreeSet<GroupId> {
        let grants: Vec<&Grant> = self.in_force(today).filter(|grant| grant.role.may(permission)).collect();
        if grants.iter().any(|grant| grant.is_for_book()) {
            return BTreeSet::new();
        }
        grants.into_iter().flat_map(|grant| grant.groups.iter().copied()).collect()
    }

    /// The grants that hold at this moment of a day.
    pub fn in_force(&self, today: NaiveDate) -> impl Iterator<Item = &Grant> {
        let is_enabled = self.disabled.is_none();
        self.grants.iter().filter(move |grant| is_enabled && grant.is_in_force(today))
    }

    /// The grants that were left when a day was over; none of somebody who was disabled by then.
    pub fn grants_after(&self, day: NaiveDate) -> impl Iterator<Item = &Grant> {
        let was_enabled = self.disabled.as_ref().is_none_or(|disabled| day < disabled.day);
        self.grants.iter().filter(move |grant| was_enabled && grant.outlasted(day))
    }

    /// The roles that hold at this moment of a day, wherever, each once.
    pub fn roles(&self, today: NaiveDate) -> Vec<Role> {
        Role::ALL.iter().copied().filter(|role| self.in_force(today).any(|grant| grant.role == *role)).collect()
    }

    /// Adds what is asked, less what they have at those days already; says whether anything is new.
    pub fn grant(&mut self, asked: impl IntoIterator<Item = Grant>) -> bool {
        let before = self.grants.len();
        for grant in asked {
            let has = |known: &Grant| {
                known.role == grant.role
                    && known.revoked.is_none()
                    && (known.is_for_book() || !grant.is_for_book() && grant.groups.is_subset(&known.groups))
                    && known.from.is_none_or(|from| grant.from.is_some_and(|asked| from <= asked))
                    && known.until.is_none_or(|until| grant.until.is_some_and(|asked| asked <= until))
            };
            if !self.grants.iter().any(has) {
                self.grants.push(grant);
            }
        }
        self.grants.len() > before
    }

    /// Takes a role back, for some groups or (with none) wherever they hold: at once, or from a later day on. Says whether anything
    /// was there to take.
    ///
    /// # Errors
    /// A grant for the whole book has no groups to take single ones from.
    pub fn revoke(&mut self, role: Role, groups: &BTreeSet<GroupId>, from: NaiveDate, today: NaiveDate) -> Result<bool, Refusal> {
        let lasts = |grant: &Grant| grant.revoked.is_none() && grant.until.is_none_or(|until| from <= until);
        let mut kept = Vec::with_capacity(self.grants.len());
        let mut is_changed = false;
        for mut grant in std::mem::take(&mut self.grants) {
            let is_meant = grant.role == role && lasts(&grant);
            if is_meant && !groups.is_empty() && grant.is_for_book() {
                return Err(Refusal::GrantForBook { operator: self.name.clone(), role: grant.role });
            }
            if !is_meant || !groups.is_empty() && grant.groups.is_disjoint(groups) {
                kept.push(grant);
                continue;
            }
            is_changed = true;
            if !groups.is_empty() && !grant.groups.is_subset(groups) {
                // What is left goes on as a grant of its own.
                let left = grant.groups.difference(groups).copied().collect();
                kept.push(Grant { groups: left, ..grant.clone() });
                grant.groups = grant.groups.intersection(groups).copied().collect();
            }
            match from.pred_opt() {
                // One that would begin later still never does.
                Some(last) if from > today && grant.has_begun(last) => grant.until = Some(last),
                _ => grant.revoked = Some(today),
            }
            kept.push(grant);
        }
        self.grants = kept;
        Ok(is_changed)
    }

    /// Whether they run the tool for good: an administrator of the whole book at this moment, without an end.
    fn is_lasting_admin(&self, today: NaiveDate) -> bool {
        self.in_force(today).any(|grant| grant.role == Role::Admin && grant.is_for_book() && !grant.ends())
    }
}

/// Refuses what would leave the book without anybody who runs it for good.
pub fn require_an_admin(operators: &[Operator], today: NaiveDate) -> Result<(), Refusal> {
    if operators.iter().any(|operator| operator.is_lasting_admin(today)) { Ok(()) } else { Err(Refusal::LastAdmin) }
}

/// Refuses a name by which somebody could be taken for another: a number, which is an OS user; `uid-4242`, which is how the log
/// calls a stranger; letters of two alphabets that look alike, such as a Cyrillic o in `root`.
pub fn require_name(name: &str, os_uid: u32) -> Result<(), Refusal> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(name) {
        return Err(Refusal::OperatorNameNumber { name: name.to_owned() });
    }
    let lower = name.to_lowercase();
    if lower.strip_prefix("uid-").is_some_and(is_number) && lower != format!("uid-{os_uid}") {
        return Err(Refusal::OperatorNameUid { name: name.to_owned(), os_uid });
    }
    let looks_latin = |character: char| matches!(character, '\u{370}'..='\u{52f}' | '\u{1f00}'..='\u{1fff}');
    if name.contains(looks_latin) && name.contains(|character: char| character.is_ascii_alphabetic()) {
        return Err(Refusal::OperatorNameMixed { name: name.to_owned() });
    }
    Ok(())
}

/// Which OS user a command acts for: the one whose process it is; and where that is the book's owner (or there is no book yet) and
/// sudo has started it, the one who called sudo. Whoever does not own the book can say in `SUDO_UID` what they like.
pub fn acting_uid(process_uid: u32, book_owner: Option<u32>, sudo_uid: Option<&str>) -> u32 {
    /// No user has it.
    const NOBODY: u32 = u32::MAX;
    match sudo_uid {
        Some(caller) if book_owner.is_none_or(|owner| owner == process_uid) => caller.parse().unwrap_or(NOBODY),
        _ => process_uid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn groups(ids: &[i64]) -> BTreeSet<GroupId> {
        ids.iter().copied().map(GroupId).collect()
    }

    fn operator(grants: Vec<Grant>) -> Operator {
        Operator { os_uid: 1, name: "li.na".to_owned(), grants, disabled: None }
    }

    fn since_june(role: Role, ids: &[i64]) -> Grant {
        Grant { groups: groups(ids), from: Some(day("2026-06-01")), ..Grant::of_book(role) }
    }

    #[test]
    fn a_manager_of_two_groups_may_do_nothing_for_a_third_or_for_the_book() {
        let two = operator(vec![since_june(Role::Manager, &[1]), since_june(Role::Manager, &[2]), since_june(Role::Finance, &[3])]);
        let today = day("2026-06-10");
        let may = |permission, reach: Reach| two.may(permission, &reach, today);
        let manages = |ids: &[i64]| may(Permission::ManageAccounts, Reach::Groups(groups(ids)));
        assert_eq!([&[1][..], &[2], &[1, 2], &[3], &[1, 3], &[]].map(manages), [true, true, true, false, false, true]);
        assert!(!may(Permission::ManageAccounts, Reach::Book));
        assert!(may(Permission::MoveMoney, Reach::group(GroupId(3))) && !may(Permission::MoveMoney, Reach::group(GroupId(1))));
        assert!(!may(Permission::Administer, Reach::Groups(groups(&[]))), "what is nobody's yet is not everybody's");
        assert_eq!(two.groups_for(Permission::ManageAccounts, today), groups(&[1, 2]));
        assert_eq!(two.roles(today), [Role::Manager, Role::Finance]);
    }

    #[test]
    fn a_grant_holds_from_its_first_day_to_its_last() {
        let grant = Grant { until: Some(day("2026-06-30")), ..since_june(Role::Tech, &[]) };
        let on = ["2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01"].map(day);
        assert_eq!(on.map(|day| grant.is_in_force(day)), [false, true, true, false]);
        let revoked = Grant { revoked: Some(day("2026-06-10")), ..grant.clone() };
        assert_eq!(on.map(|day| revoked.is_in_force(day)), [false; 4]);
        assert_eq!(["2026-06-01", "2026-06-10", "2026-06-11"].map(day).map(|day| revoked.held_on(day)), [true, true, false]);
        let mut person = operator(vec![grant]);
        person.disabled = Some(Disabled { day: on[1], by: "boss".to_owned(), reason: "left".to_owned() });
        assert!(!person.may_somewhere(Permission::Read, on[1]));
    }

    #[test]
    fn the_same_grant_twice_is_one() {
        let mut person = operator(vec![since_june(Role::Manager, &[1, 2])]);
        assert!(!person.grant([since_june(Role::Manager, &[1])]), "it is there, among others");
        assert!(!person.grant([Grant { until: Some(day("2026-06-30")), ..since_june(Role::Manager, &[2]) }]));
        assert!(person.grant([since_june(Role::Manager, &[])]), "the whole book is more");
        assert!(!person.grant([since_june(Role::Manager, &[7])]));
        assert!(person.grant([Grant { from: Some(day("2026-05-01")), ..since_june(Role::Manager, &[]) }]));
        assert!(person.revoke(Role::Manager, &groups(&[]), day("2026-06-10"), day("2026-06-10")).unwrap());
        assert!(person.grant([since_june(Role::Manager, &[1])]), "what was revoked is granted anew");
    }

    #[test]
    fn a_role_is_taken_back_at_once_or_later_wholly_or_for_a_group() {
        let (today, later) = (day("2026-06-10"), day("2026-07-01"));
        let mut person = operator(vec![since_june(Role::Manager, &[1, 2]), since_june(Role::Tech, &[])]);
        assert!(person.revoke(Role::Manager, &groups(&[2]), today, today).unwrap());
        assert_eq!(person.groups_for(Permission::ManageAccounts, today), groups(&[1]));
        assert_eq!(person.grants.len(), 3, "who could do what before is still told: {:?}", person.grants);
        assert!(!person.revoke(Role::Manager, &groups(&[2]), today, today).unwrap(), "it is gone");
        assert!(person.revoke(Role::Tech, &groups(&[]), later, today).unwrap());
        assert_eq!(person.roles(today), [Role::Manager, Role::Tech]);
        assert_eq!(person.roles(later), [Role::Manager]);
        let refused = operator(vec![since_june(Role::Tech, &[])]).revoke(Role::Tech, &groups(&[1]), today, today);
        assert!(matches!(refused, Err(Refusal::GrantForBook { role: Role::Tech, .. })));
    }

    #[test]
    fn sudo_is_believed_of_the_owner_of_the_book_alone() {
        assert_eq!(acting_uid(1000, Some(1000), None), 1000, "one's own book");
        assert_eq!(acting_uid(1001, Some(1000), None), 1001, "somebody else's book");
        assert_eq!(acting_uid(990, Some(990), Some("1001")), 1001, "through sudo");
        assert_eq!(acting_uid(990, None, Some("1001")), 1001, "through sudo, before there is a book");
        assert_eq!(acting_uid(1001, Some(990), Some("1000")), 1001, "set by oneself");
        assert_eq!(acting_uid(990, Some(990), Some("root")), u32::MAX, "no number");
        assert_eq!(acting_uid(990, Some(990), Some("-1")), u32::MAX);
    }

    #[test]
    fn one_whole_and_lasting_administrator_stays() {
        let today = day("2026-06-10");
        let of = |grant: Grant| require_an_admin(&[operator(vec![grant])], today).is_ok();
        assert!(of(since_june(Role::Admin, &[])));
        assert!(!of(since_june(Role::Admin, &[1])), "of a group");
        assert!(!of(Grant { until: Some(day("2030-01-01")), ..since_june(Role::Admin, &[]) }), "for a while");
        assert!(!of(Grant { from: Some(day("2026-07-01")), ..since_june(Role::Admin, &[]) }), "not yet");
        assert!(!of(since_june(Role::Finance, &[])));
    }
}
