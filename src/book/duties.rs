//! Who holds, or has used, both sides of what two people should do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Result;
use super::audit::{end_of, in_zone, typed};
use super::commands::needs;
use crate::domain::duties::{Conflicted, Deed, RoleUse, conflicts, role_uses};
use crate::domain::policy::PolicyName;
use crate::domain::role::Permission;
use crate::store::{Reader, SetPolicies, TouchedAccount, UsedCommand};

/// The separation of duties on a day.
#[derive(Clone, Debug)]
pub struct Duties {
    /// Operators with both sides of something.
    pub conflicts: Vec<Conflicted>,
    /// What has become of every role that somebody has.
    pub roles: Vec<RoleUse>,
    /// In how many days a role should be used.
    pub within: u64,
}

/// Looks at the separation of duties on a day, as the log and the grants have it.
pub fn duties(reader: Reader<'_>, day: NaiveDate, within: u64) -> Result<Duties> {
    let operators = reader.operators()?;
    let deeds = deeds(reader, day)?;
    Ok(Duties { conflicts: conflicts(&operators, &deeds, day), roles: role_uses(&operators, &deeds, day, within), within })
}

/// What everybody has done by the end of a day, or asked for: whoever asks has used their right, whoever decides.
fn deeds(reader: Reader<'_>, day: NaiveDate) -> Result<Vec<Deed>> {
    let before = end_of(day);
    let mut deeds: BTreeMap<(u32, Permission, bool), Deed> = BTreeMap::new();
    for UsedCommand { os_uid, command, count, times } in reader.commands_used(before.as_deref())? {
        if let Some(permission) = needs(&command) {
            add(&mut deeds, os_uid, (permission, false), count, &times)?;
        }
    }
    let limits: Vec<PolicyName> = PolicyName::ALL.iter().copied().filter(|name| name.sets_limits()).collect();
    for SetPolicies { os_uid, count, times } in reader.policy_changes(&limits, before.as_deref())? {
        add(&mut deeds, os_uid, (Permission::Administer, true), count, &times)?;
        // They are among what the administrator did.
        if let Some(all) = deeds.get_mut(&(os_uid, Permission::Administer, false)) {
            all.count = all.count.saturating_sub(count);
        }
    }
    let mut touched = |os_uid: u32, command: &str, account: String| {
        if let Some(deed) = needs(command).and_then(|permission| deeds.get_mut(&(os_uid, permission, false))) {
            deed.accounts.insert(account);
        }
    };
    for TouchedAccount { os_uid, command, account } in reader.accounts_touched(before.as_deref())? {
        touched(os_uid, &command, account);
    }
    for request in reader.approvals(false)?.into_iter().filter(|request| request.requested <= day) {
        for account in request.entries.iter().flat_map(|entry| [entry.account, entry.recipient]).flatten() {
            touched(request.requester_uid, &request.command, reader.account(account)?.code.to_string());
        }
        // What posts nothing, such as a credit, names its account alone.
        if let Some(name) = typed(&request.arguments)?.get("account")
            && let Some(account) = reader.account_by_name(name)?
        {
            touched(request.requester_uid, &request.command, account.code.to_string());
        }
    }
    Ok(deeds.into_values().collect())
}

fn add(
    deeds: &mut BTreeMap<(u32, Permission, bool), Deed>,
    os_uid: u32,
    (permission, sets_limits): (Permission, bool),
    count: u64,
    (first, last): &(String, String),
) -> Result<()> {
    let (first, last) = (in_zone(first)?.date_naive(), in_zone(last)?.date_naive());
    let none = Deed { os_uid, permission, sets_limits, count: 0, days: (first, last), accounts: BTreeSet::new() };
    let deed = deeds.entry((os_uid, permission, sets_limits)).or_insert(none);
    deed.count += count;
    deed.days = (deed.days.0.min(first), deed.days.1.max(last));
    Ok(())
}
