//! The parties above the agent: recorded, put right, removed, frozen and thawed; and what hangs below each.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::as_seen;
use super::{Operation, Result, UseCase};
use crate::domain::account::Account;
use crate::domain::code::Name;
use crate::domain::id::UpstreamId;
use crate::domain::order::Placement;
use crate::domain::refusal::{Notice, Refusal};
use crate::domain::role::Permission;
use crate::domain::upstream::{Act, Upstream, UpstreamChain, require_likely_end};
use crate::store::Reader;

/// Records a party above the agent.
#[derive(Clone, Debug)]
pub struct AddUpstream {
    /// What people call it.
    pub name: Name,
    /// Its level: 0 for the provider itself.
    pub level: u16,
    /// From whom it buys; above level 1 the one party of the level before when `None`.
    pub above: Option<Name>,
    /// The number of its certificate.
    pub authorisation: Option<Name>,
    /// The last day on which the certificate is valid.
    pub expires: Option<NaiveDate>,
}

/// What is known of a party is put right, or its certificate was renewed; what is `None` stays.
#[derive(Clone, Debug)]
pub struct EditUpstream {
    /// The party, in any case.
    pub name: Name,
    /// From whom it buys.
    pub above: Option<Name>,
    /// The number of its certificate.
    pub authorisation: Option<Name>,
    /// The last day on which the certificate is valid.
    pub expires: Option<NaiveDate>,
}

/// Takes a party out of the chain, on which nobody and nothing stands.
#[derive(Clone, Debug)]
pub struct RemoveUpstream {
    /// The party, in any case.
    pub name: Name,
}

/// Says that a party is frozen: what hangs below it plans nothing any more.
#[derive(Clone, Debug)]
pub struct FreezeUpstream {
    /// The party, in any case.
    pub name: Name,
    /// Why.
    pub reason: Name,
}

/// Says that a party that was frozen goes on.
#[derive(Clone, Debug)]
pub struct ThawUpstream {
    /// The party, in any case.
    pub name: Name,
    /// Why.
    pub reason: Name,
}

/// A party above the agent, and what hangs below it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpstreamView {
    /// The party.
    pub party: Upstream,
    /// From whom it buys.
    pub above: Option<Name>,
    /// How many accounts hang below it.
    pub accounts: u64,
}

/// A party that was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpstreamWritten {
    /// The party.
    pub view: UpstreamView,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

/// How many accounts there are, by whom they name.
pub(super) type ByNamed = BTreeMap<Option<UpstreamId>, u64>;

/// Counts accounts by whom they name.
pub(super) fn by_named<'a>(accounts: impl IntoIterator<Item = &'a Account>) -> ByNamed {
    let mut counts = ByNamed::new();
    for account in accounts {
        *counts.entry(account.upstream).or_default() += 1;
    }
    counts
}

/// How many of them hang below a party.
pub(super) fn count_below(chain: &UpstreamChain, accounts: &ByNamed, party: UpstreamId) -> u64 {
    accounts.iter().filter(|(named, _)| chain.hangs_below(**named, party)).map(|(_, count)| count).sum()
}

/// The accounts that live, by whom they name.
fn living(reader: Reader<'_>, today: NaiveDate) -> Result<ByNamed> {
    let accounts = reader.accounts()?.into_iter().map(|account| as_seen(reader, account, today));
    let accounts = accounts.collect::<Result<Vec<Account>>>()?;
    Ok(by_named(accounts.iter().filter(|account| account.state.lives())))
}

fn view(chain: &UpstreamChain, accounts: &ByNamed, party: &Upstream) -> UpstreamView {
    let above = party.above.and_then(|above| chain.party(above)).map(|above| above.name.clone());
    UpstreamView { party: party.clone(), above, accounts: count_below(chain, accounts, party.id) }
}

/// Every party above the agent, by level.
pub fn list(reader: Reader<'_>, today: NaiveDate) -> Result<Vec<UpstreamView>> {
    let (chain, accounts) = (reader.upstream_chain()?, living(reader, today)?);
    Ok(chain.parties().iter().map(|party| view(&chain, &accounts, party)).collect())
}

/// Writes a party where something is new, and shows it as it stands then.
fn write(
    operation: &mut Operation<'_>,
    before: Option<&Upstream>,
    after: &Upstream,
    notices: Vec<Notice>,
) -> Result<UpstreamWritten> {
    if before != Some(after) {
        operation.writer().put_upstream(before, after)?;
    }
    let today = operation.today();
    let (chain, accounts) = (operation.reader().upstream_chain()?, living(operation.reader(), today)?);
    Ok(UpstreamWritten { view: view(&chain, &accounts, after), notices })
}

fn act(operation: &Operation<'_>, reason: Name) -> Act {
    Act { day: operation.today(), operator: operation.operator_name().to_owned(), reason }
}

fn expired(party: &Upstream, today: NaiveDate) -> Option<Notice> {
    let expires = party.expires.filter(|_| party.has_expired(today));
    expires.map(|expires| Notice::CertificateExpired { party: party.name.clone(), expires })
}

impl UseCase for AddUpstream {
    const COMMAND: &'static str = "agent chain add";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = UpstreamWritten;

    fn run(self, operation: &mut Operation<'_>) -> Result<UpstreamWritten> {
        let Self { name, level, above, authorisation, expires } = self;
        let today = operation.today();
        let above = operation.reader().upstream_chain()?.above_of_new(&name, level, above.as_ref())?;
        let expires = expires.map(|expires| require_likely_end(expires, today)).transpose()?;
        let id = operation.writer().next_upstream()?;
        let party = Upstream { id, name, level, above, authorisation, expires, freeze: None, removed: false };
        let depth = operation.policy()?.chain_depth;
        let too_deep = (level > depth).then(|| Notice::ChainTooDeep { party: party.name.clone(), level, depth });
        let notices = too_deep.into_iter().chain(expired(&party, today)).collect();
        write(operation, None, &party, notices)
    }
}

impl UseCase for EditUpstream {
    const COMMAND: &'static str = "agent chain edit";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = UpstreamWritten;

    fn run(self, operation: &mut Operation<'_>) -> Result<UpstreamWritten> {
        let (chain, today) = (operation.reader().upstream_chain()?, operation.today());
        let before = chain.find(&self.name)?;
        let mut after = before.clone();
        if let Some(above) = &self.above {
            after.above = Some(chain.above_of_known(before, above)?);
        }
        if let Some(expires) = self.expires {
            after.expires = Some(require_likely_end(expires, today)?);
        }
        after.authorisation = self.authorisation.or(after.authorisation);
        let notices = expired(&after, today).into_iter().collect();
        write(operation, Some(before), &after, notices)
    }
}

impl UseCase for RemoveUpstream {
    const COMMAND: &'static str = "agent chain remove";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = UpstreamWritten;

    fn run(self, operation: &mut Operation<'_>) -> Result<UpstreamWritten> {
        let chain = operation.reader().upstream_chain()?;
        let before = chain.find(&self.name)?;
        let below: Vec<Name> = chain.below(before.id).map(|party| party.name.clone()).collect();
        let accounts = operation.reader().accounts()?.into_iter();
        let naming = accounts.filter(|account| account.upstream == Some(before.id) && !account.state.has_ended());
        let accounts: Vec<_> = naming.map(|account| account.code).collect();
        if !below.is_empty() || !accounts.is_empty() {
            return Err(Refusal::ChainInUse { party: before.name.clone(), below, accounts }.into());
        }
        write(operation, Some(before), &Upstream { removed: true, ..before.clone() }, vec![])
    }
}

impl UseCase for FreezeUpstream {
    const COMMAND: &'static str = "agent chain freeze";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = UpstreamWritten;

    fn run(self, operation: &mut Operation<'_>) -> Result<UpstreamWritten> {
        let chain = operation.reader().upstream_chain()?;
        let before = chain.find(&self.name)?;
        let after = before.freeze(act(operation, self.reason))?;
        write(operation, Some(before), &after, vec![])
    }
}

impl UseCase for ThawUpstream {
    const COMMAND: &'static str = "agent chain thaw";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = UpstreamWritten;

    fn run(self, operation: &mut Operation<'_>) -> Result<UpstreamWritten> {
        let chain = operation.reader().upstream_chain()?;
        let before = chain.find(&self.name)?;
        let after = before.thaw(act(operation, self.reason))?;
        write(operation, Some(before), &after, vec![])
    }
}

/// Refuses to plan an order of an account above which a party is frozen; what the provider has accepted is recorded, and told.
pub(super) fn require_not_frozen(operation: &mut Operation<'_>, account: &Account, placement: Placement) -> Result<Option<Notice>> {
    let chain = Rc::clone(operation.upstream_chain()?);
    let Some(party) = chain.first_frozen(account.upstream) else { return Ok(None) };
    let Some(Act { day: since, reason, .. }) = party.frozen() else { return Ok(None) };
    let (account, party, since) = (account.code.clone(), party.name.clone(), *since);
    match placement {
        Placement::Planned => Err(Refusal::ChainFrozen { account, party, since, reason: reason.clone() }.into()),
        Placement::Placed | Placement::Opening => Ok(Some(Notice::ChainFrozen { account, party, since })),
    }
}
