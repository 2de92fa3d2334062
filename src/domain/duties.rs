//! Separation of duties: who holds, or has used, both sides of what two people should do; and roles that outgrow their use.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::operator::{Grant, Operator};
use super::role::{Permission, Role};
use super::words::words;

words! {
    /// Two sides that should be two people's.
    Conflict, "a conflict of duties" {
        /// Who says what everybody may do also moves money.
        RightsAndMoney = "rights-and-money",
        /// Who says up to how much goes through alone also moves it.
        LimitAndMoney = "limit-and-money",
        /// Who opens accounts also gives them money and credit.
        CustomersAndMoney = "customers-and-money",
        /// Who records orders also receives what is paid for them.
        OrdersAndMoney = "orders-and-money",
        /// Who records orders also proves the bill against them.
        OrdersAndClosing = "orders-and-closing",
    }
}

/// One of the two sides: what carries the permission, or of it the setting of limits alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Of(Permission),
    Limits,
}

impl Side {
    fn permission(self) -> Permission {
        match self {
            Self::Of(permission) => permission,
            Self::Limits => Permission::Administer,
        }
    }

    fn covers(self, deed: &Deed) -> bool {
        deed.permission == self.permission() && (self != Self::Limits || deed.sets_limits)
    }
}

impl Conflict {
    fn sides(self) -> [Side; 2] {
        use Permission::{Administer, CloseMonths, ManageAccounts, MoveMoney, RecordOrders};
        match self {
            Self::RightsAndMoney => [Side::Of(Administer), Side::Of(MoveMoney)],
            Self::LimitAndMoney => [Side::Limits, Side::Of(MoveMoney)],
            Self::CustomersAndMoney => [Side::Of(ManageAccounts), Side::Of(MoveMoney)],
            Self::OrdersAndMoney => [Side::Of(RecordOrders), Side::Of(MoveMoney)],
            Self::OrdersAndClosing => [Side::Of(RecordOrders), Side::Of(CloseMonths)],
        }
    }
}

/// What somebody has done with one permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The OS user.
    pub os_uid: u32,
    /// What it needed.
    pub permission: Permission,
    /// Whether it has changed up to how much goes through alone.
    pub sets_limits: bool,
    /// How often.
    pub count: u64,
    /// The first day and the last.
    pub days: (NaiveDate, NaiveDate),
    /// The accounts that it was about, by code.
    pub accounts: BTreeSet<String>,
}

words! {
    /// Whether an operator has both sides by what they were granted.
    Held, "a state of a conflict" {
        /// When the day was over.
        Now = "now",
        /// Once, at the same time.
        Before = "before",
        /// Never at the same time.
        Never = "never",
    }
}

/// An operator with both sides of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflicted {
    /// The operator.
    pub operator: String,
    /// The OS user.
    pub os_uid: u32,
    /// Of what.
    pub conflict: Conflict,
    /// Whether they have both by what they were granted.
    pub held: Held,
    /// How often they have used the one side, and the other.
    pub used: [u64; 2],
    /// The last day on which they have used either, having used both.
    pub last: Option<NaiveDate>,
    /// The accounts for which they have used both, by code.
    pub accounts: BTreeSet<String>,
}

/// Who holds both sides of something on a day or before, or has used both.
pub fn conflicts(operators: &[Operator], deeds: &[Deed], day: NaiveDate) -> Vec<Conflicted> {
    let mut found = Vec::new();
    for operator in operators {
        for conflict in Conflict::ALL {
            let sides = conflict.sides();
            let held = held(operator, sides.map(Side::permission), day);
            let own = |side: Side| deeds.iter().filter(move |deed| deed.os_uid == operator.os_uid && side.covers(deed));
            let used = sides.map(|side| own(side).map(|deed| deed.count).sum::<u64>());
            let used_both = used.iter().all(|count| *count > 0);
            if held == Held::Never && !used_both {
                continue;
            }
            let [one, other] =
                sides.map(|side| own(side).flat_map(|deed| deed.accounts.iter().cloned()).collect::<BTreeSet<String>>());
            let last = sides.iter().flat_map(|side| own(*side)).map(|deed| deed.days.1).max().filter(|_| used_both);
            found.push(Conflicted {
                operator: operator.name.clone(),
                os_uid: operator.os_uid,
                conflict: *conflict,
                held,
                used,
                last,
                accounts: one.intersection(&other).cloned().collect(),
            });
        }
    }
    found
}

/// Whether both permissions were an operator's on one day up to a day.
fn held(operator: &Operator, sides: [Permission; 2], day: NaiveDate) -> Held {
    if sides.iter().all(|permission| operator.grants_after(day).any(|grant| grant.role.may(*permission))) {
        return Held::Now;
    }
    let was_enabled = |on: NaiveDate| operator.disabled.as_ref().is_none_or(|disabled| on <= disabled.day);
    let both = |on: NaiveDate| {
        let had = |permission: &Permission| operator.grants.iter().any(|grant| grant.role.may(*permission) && grant.held_on(on));
        was_enabled(on) && sides.iter().all(had)
    };
    // Two grants meet exactly when the first day of one of them is a day of the other.
    let mut begins = operator.grants.iter().map(|grant| grant.from.unwrap_or(NaiveDate::MIN)).filter(|from| *from <= day);
    if begins.any(both) { Held::Before } else { Held::Never }
}

words! {
    /// How a role is used.
    Use, "a use of a role" {
        /// It was used lately.
        Used = "used",
        /// It was used, and not lately.
        Idle = "idle",
        /// It was never used.
        Never = "never-used",
    }
}

/// A role that an operator has, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleUse {
    /// The operator.
    pub operator: String,
    /// The role.
    pub role: Role,
    /// The first day of its grant; since the book was made when `None`.
    pub since: Option<NaiveDate>,
    /// Whether it came to others that they went on having.
    pub came_later: bool,
    /// The last day on which they have done anything that needs it, and no other role of theirs.
    pub last_used: Option<NaiveDate>,
    /// Whether it is used.
    pub usage: Use,
}

/// The roles that every operator has on a day, and whether they were used in so many days. Looking needs no particular role, so an
/// auditor's is not judged.
pub fn role_uses(operators: &[Operator], deeds: &[Deed], day: NaiveDate, within: u64) -> Vec<RoleUse> {
    let lately = day.checked_sub_days(Days::new(within)).unwrap_or(NaiveDate::MIN);
    let mut found = Vec::new();
    for operator in operators {
        let mut by_role: BTreeMap<Role, &Grant> = BTreeMap::new();
        for grant in operator.grants_after(day).filter(|grant| grant.role != Role::Auditor) {
            let earliest = by_role.entry(grant.role).or_insert(grant);
            if grant.from < earliest.from {
                *earliest = grant;
            }
        }
        let first = by_role.values().map(|grant| grant.from).min().flatten();
        for (role, grant) in &by_role {
            let others = |permission| by_role.keys().any(|other| other != role && other.may(permission));
            let used = deeds.iter().filter(|deed| deed.os_uid == operator.os_uid && role.may(deed.permission));
            // What two of their roles carry does not tell which of them is needed.
            let last_used = used.filter(|deed| !others(deed.permission)).map(|deed| deed.days.1).max();
            found.push(RoleUse {
                operator: operator.name.clone(),
                role: *role,
                since: grant.from,
                came_later: grant.from > first,
                last_used,
                usage: match last_used {
                    None => Use::Never,
                    Some(last) if last < lately => Use::Idle,
                    Some(_) => Use::Used,
                },
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::operator::Disabled;
    use crate::domain::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn grant(role: Role, from: &str, revoked: Option<&str>) -> Grant {
        Grant { from: Some(day(from)), revoked: revoked.map(day), ..Grant::of_book(role) }
    }

    fn operator(os_uid: u32, grants: Vec<Grant>) -> Operator {
        Operator { os_uid, name: format!("o-{os_uid}"), grants, disabled: None }
    }

    fn deed(os_uid: u32, permission: Permission, last: &str, accounts: &[&str]) -> Deed {
        let accounts = accounts.iter().map(|code| (*code).to_owned()).collect();
        Deed { os_uid, permission, sets_limits: false, count: 2, days: (day("2026-06-01"), day(last)), accounts }
    }

    #[test]
    fn both_sides_are_told_whether_held_or_used() {
        let operators = [
            operator(1, vec![grant(Role::Manager, "2026-01-01", None), grant(Role::Finance, "2026-03-01", None)]),
            operator(2, vec![grant(Role::Tech, "2026-01-01", Some("2026-02-01")), grant(Role::Finance, "2026-03-01", None)]),
            operator(3, vec![grant(Role::Tech, "2026-01-01", Some("2026-02-01")), grant(Role::Finance, "2026-01-15", None)]),
            operator(4, vec![grant(Role::Finance, "2026-01-01", None)]),
        ];
        let deeds = [
            deed(2, Permission::RecordOrders, "2026-01-20", &["a", "b"]),
            deed(2, Permission::MoveMoney, "2026-06-05", &["b", "c"]),
            deed(3, Permission::RecordOrders, "2026-01-20", &[]),
            deed(3, Permission::MoveMoney, "2026-06-05", &[]),
            deed(4, Permission::MoveMoney, "2026-06-05", &["a"]),
        ];
        let told: Vec<String> = conflicts(&operators, &deeds, day("2026-06-30"))
            .iter()
            .map(|it| format!("{} {} {} {:?} {:?} {:?}", it.operator, it.conflict, it.held, it.used, it.last, it.accounts))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        o-1 customers-and-money now [0, 0] None {}
        o-1 orders-and-money now [0, 0] None {}
        o-1 orders-and-closing now [0, 0] None {}
        o-2 orders-and-money never [2, 2] Some(2026-06-05) {"b"}
        o-3 orders-and-money before [2, 2] Some(2026-06-05) {}
        o-3 orders-and-closing before [2, 0] None {}
        "#);
    }

    #[test]
    fn two_grants_meet_where_one_of_them_begins() {
        let disabled = |on: &str| Some(Disabled { day: day(on), by: "root".to_owned(), reason: "left".to_owned() });
        let ends = |until: &str, revoked: &str| Grant {
            until: Some(day(until)),
            revoked: Some(day(revoked)),
            ..Grant::of_book(Role::Tech)
        };
        let told = |tech: Grant, finance: Grant, disabled: Option<Disabled>, on: &str| {
            let operator = Operator { disabled, ..operator(1, vec![tech, finance]) };
            held(&operator, [Permission::RecordOrders, Permission::MoveMoney], day(on))
        };
        let always = || [Role::Tech, Role::Finance].map(Grant::of_book);
        let [tech, finance] = always();
        assert_eq!(told(tech, finance, disabled("2026-07-03"), "2026-07-03"), Held::Before, "by what they always had");
        let [tech, finance] = always();
        assert_eq!(told(tech, finance, disabled("2026-07-03"), "2026-07-02"), Held::Now, "they were disabled later");
        let tech = || grant(Role::Tech, "2026-02-01", Some("2026-03-01"));
        assert_eq!(told(tech(), Grant::of_book(Role::Finance), None, "2026-02-28"), Held::Now, "it was taken back later");
        assert_eq!(told(tech(), Grant::of_book(Role::Finance), None, "2026-03-01"), Held::Before);
        assert_eq!(told(tech(), Grant::of_book(Role::Finance), None, "2026-01-31"), Held::Never, "it was granted later");
        assert_eq!(told(tech(), Grant::of_book(Role::Finance), disabled("2026-01-15"), "2026-03-31"), Held::Never);
        let finance = || grant(Role::Finance, "2026-03-10", None);
        assert_eq!(told(ends("2026-12-31", "2026-03-09"), finance(), None, "2026-06-30"), Held::Never, "the earlier end counts");
        assert_eq!(told(ends("2026-03-10", "2026-12-31"), finance(), None, "2026-06-30"), Held::Before);
    }

    #[test]
    fn who_sets_the_limit_and_moves_money_is_told_apart() {
        let both = operator(1, vec![grant(Role::Admin, "2026-01-01", None), grant(Role::Finance, "2026-01-01", None)]);
        let limits = |sets_limits| Deed { sets_limits, ..deed(1, Permission::Administer, "2026-06-05", &[]) };
        let used = |sets_limits| {
            let deeds = [limits(sets_limits), deed(1, Permission::MoveMoney, "2026-06-05", &[])];
            let found = conflicts(std::slice::from_ref(&both), &deeds, day("2026-06-30"));
            found.iter().find(|it| it.conflict == Conflict::LimitAndMoney).unwrap().used
        };
        assert_eq!((used(false), used(true)), ([0, 2], [2, 2]));
    }

    #[test]
    fn roles_that_are_not_used_or_came_to_others_are_told() {
        let grants = vec![
            Grant::of_book(Role::Tech),
            grant(Role::Finance, "2026-03-01", None),
            grant(Role::Admin, "2026-03-01", None),
            grant(Role::Auditor, "2026-03-01", None),
        ];
        let deeds = [deed(1, Permission::RecordOrders, "2026-01-20", &[]), deed(1, Permission::MoveMoney, "2026-06-05", &[])];
        let told: Vec<String> = role_uses(&[operator(1, grants)], &deeds, day("2026-06-30"), 90)
            .iter()
            .map(|it| format!("{} {:?} {} {:?} {}", it.role, it.since, it.came_later, it.last_used, it.usage))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @"
        admin Some(2026-03-01) true None never-used
        finance Some(2026-03-01) true Some(2026-06-05) used
        tech None false Some(2026-01-20) idle
        ");
    }
}
