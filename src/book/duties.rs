//! Who holds, or has used, both sides of what two people should do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Result;
use super::audit::in_zone;
use super::commands::needs;
use crate::domain::duties::{Conflicted, Deed, Drift, conflicts, drift};
use crate::domain::policy::PolicyName;
use crate::domain::role::Permission;
use crate::store::{Reader, TouchedAccount};

/// The separation of duties on a day.
#[derive(Clone, Debug)]
pub struct Duties {
    /// Operators with both sides of something.
    pub conflicts: Vec<Conflicted>,
    /// What has become of every role that somebody has.
    pub drift: Vec<Drift>,
    /// In how many days a role should be used.
    pub within: u64,
}

/// Looks at the separation of duties on a day, as the log and the grants have it.
pub fn duties(reader: Reader<'_>, day: NaiveDate, within: u64) -> Result<Duties> {
    let operators = reader.operators()?;
    let mut deeds: BTreeMap<(u32, Permission, bool), Deed> = BTreeMap::new();
    for used in reader.commands_used()? {
        let Some(permission) = needs(&used.command) else { continue };
        let on = in_zone(&used.recorded_at).date_naive();
        if on > day {
            continue;
        }
        let policy = used.policy.as_ref().and_then(|name| name.parse::<PolicyName>().ok());
        let sets_limits = policy.is_some_and(PolicyName::sets_limits);
        let key = (used.os_uid, permission, sets_limits);
        let deed = deeds.entry(key).or_insert_with(|| Deed {
            os_uid: used.os_uid,
            permission,
            sets_limits,
            count: 0,
            days: (on, on),
            accounts: BTreeSet::new(),
        });
        deed.count += 1;
        deed.days = (deed.days.0.min(on), deed.days.1.max(on));
    }
    for TouchedAccount { os_uid, command, recorded_at, account } in reader.accounts_touched()? {
        let Some(permission) = needs(&command) else { continue };
        if in_zone(&recorded_at).date_naive() <= day
            && let Some(deed) = deeds.get_mut(&(os_uid, permission, false))
        {
            deed.accounts.insert(account);
        }
    }
    let deeds: Vec<Deed> = deeds.into_values().collect();
    Ok(Duties { conflicts: conflicts(&operators, &deeds, day), drift: drift(&operators, &deeds, day, within), within })
}
